-- Contacts whom a customer's mail named in copy: staff may let them read along, nothing does so by itself
-- (control 44).
CREATE TABLE ticket_copied (
    provider_id UUID NOT NULL REFERENCES provider (id),
    ticket_id UUID NOT NULL REFERENCES ticket (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, contact_id)
);
