-- Addresses with what is known of them, changes that a second contact confirms, and calls.
ALTER TABLE contact_address ADD COLUMN added_at BIGINT;
-- Mail to it came back (rule Z13).
ALTER TABLE contact_address ADD COLUMN unreachable_at BIGINT;
-- Two people use it (rule Z8).
ALTER TABLE contact_address ADD COLUMN shared_at BIGINT;
-- A list or a role address (rules Z14, Z15).
ALTER TABLE contact_address ADD COLUMN list_at BIGINT;

ALTER TABLE contact_phone ADD COLUMN added_at BIGINT;

-- Addresses at which a customer's own customers reach its support (rule Z4).
CREATE TABLE customer_support_address (
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    address TEXT NOT NULL,
    PRIMARY KEY (provider_id, address)
);

-- A change of contacts, rights, addresses or numbers that waits for a second authorised contact.
CREATE TABLE contact_change (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    -- Whom it is about; NULL for a contact who is not there yet.
    contact_id UUID REFERENCES contact (id),
    kind TEXT NOT NULL,
    -- What would change, as JSON.
    change TEXT NOT NULL,
    asked_by_contact UUID REFERENCES contact (id),
    asked_by_staff UUID REFERENCES staff (id),
    asked_at BIGINT NOT NULL,
    -- Silence is refusal (rule X6).
    expires_at BIGINT NOT NULL,
    decided_by UUID REFERENCES contact (id),
    decided_at BIGINT,
    approved BOOLEAN
);
CREATE INDEX contact_change_by_customer ON contact_change (provider_id, customer_id, id);

-- A call as staff wrote it down (rule P6). The number is in the entry and in the ticket, not here.
CREATE TABLE phone_call (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    -- none, call_back or pin.
    proof TEXT NOT NULL,
    ticket_id UUID REFERENCES ticket (id),
    ground_id UUID REFERENCES ground (id),
    at BIGINT NOT NULL
);
CREATE INDEX phone_call_by_contact ON phone_call (provider_id, contact_id, id);
CREATE INDEX phone_call_by_ticket ON phone_call (ticket_id) WHERE ticket_id IS NOT NULL;
