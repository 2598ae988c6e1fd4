-- Addresses with what is known of them, changes that a second contact confirms, and calls.

-- Several people may claim an address; only one may confirm it (rule Z8). So the table is made anew
-- without its old constraint; it has a few rows for each contact.
CREATE TABLE contact_address_now (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    address TEXT NOT NULL,
    -- The address as the eye takes it: those easily mistaken for each other have the same.
    skeleton TEXT,
    is_primary BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    -- Its owner answered a personal challenge (rules Z6, Z7, Z9).
    confirmed_at BIGINT,
    -- Mail to it came back (rule Z13).
    unreachable_at BIGINT,
    -- Two people use it (rule Z8).
    shared_at BIGINT,
    -- A list or a role address (rules Z14, Z15).
    list_at BIGINT
);
-- A primary address was proven by the link that set the first password.
INSERT INTO contact_address_now (id, provider_id, contact_id, address, is_primary, added_at, confirmed_at)
    SELECT a.id, a.provider_id, a.contact_id, a.address, a.is_primary, k.created_at,
        CASE WHEN a.is_primary AND k.password_hash IS NOT NULL THEN k.created_at END
    FROM contact_address a JOIN contact k ON k.id = a.contact_id AND k.provider_id = a.provider_id;
DROP TABLE contact_address;
ALTER TABLE contact_address_now RENAME TO contact_address;
CREATE UNIQUE INDEX contact_address_held ON contact_address (provider_id, address)
    WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX contact_address_once ON contact_address (provider_id, contact_id, address);
CREATE INDEX contact_address_by_address ON contact_address (provider_id, address);
CREATE INDEX contact_address_by_skeleton ON contact_address (provider_id, skeleton);

ALTER TABLE contact_phone ADD COLUMN added_at BIGINT;
CREATE INDEX contact_phone_by_contact ON contact_phone (provider_id, contact_id);

-- Addresses at which a customer's own customers reach its support (rule Z4). Each customer names its
-- own: naming somebody else's silences nobody there.
CREATE TABLE customer_support_address (
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    address TEXT NOT NULL,
    PRIMARY KEY (provider_id, customer_id, address)
);
CREATE INDEX customer_support_address_by_address ON customer_support_address (provider_id, address);

-- What was answered to a challenge; NULL while nobody has.
ALTER TABLE challenge ADD COLUMN said_yes BOOLEAN;

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
