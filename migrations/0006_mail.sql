-- Mail from outside: every message that was handed over, once, with what became of it.
CREATE TABLE mail (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    -- A hash of all that the sender wrote, without what servers on the way added.
    fingerprint TEXT NOT NULL,
    -- imap, lmtp, smtp or stdin.
    way TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The whole message as it came.
    hash TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    -- As the message says; cleaned, cut, for staff to read.
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The sender's own Message-ID, which our answer names.
    message_ref TEXT,
    -- proven, confirmed or unproven.
    proof TEXT NOT NULL,
    -- ticket, quarantine, bounce or discarded.
    state TEXT NOT NULL,
    -- Stable codes, most important first, separated by blanks.
    why TEXT NOT NULL,
    -- What was checked and found, as JSON.
    checks TEXT NOT NULL,
    -- Whose address it came from, when it is registered.
    contact_id UUID REFERENCES contact (id),
    ticket_id UUID REFERENCES ticket (id),
    message_id UUID REFERENCES ticket_message (id),
    decided_by UUID REFERENCES staff (id),
    decided_at BIGINT,
    UNIQUE (provider_id, fingerprint)
);
CREATE INDEX mail_in_quarantine ON mail (provider_id, id) WHERE state = 'quarantine';
CREATE INDEX mail_by_hash ON mail (provider_id, hash);
CREATE INDEX mail_by_ticket ON mail (provider_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX mail_by_sender ON mail (provider_id, sender, received_at);

-- At most one automatic answer to an address in a day (control 46); only the hash is kept.
CREATE TABLE automatic_answer (
    provider_id UUID NOT NULL REFERENCES provider (id),
    address_hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, address_hash)
);

-- A personal question sent to one address: “was that you?”, “is this yours?”. Answered once.
CREATE TABLE challenge (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    -- sender: of a mail in quarantine; address: of an address to be confirmed.
    purpose TEXT NOT NULL,
    contact_id UUID NOT NULL REFERENCES contact (id),
    address TEXT NOT NULL,
    mail_id UUID REFERENCES mail (id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX challenge_by_contact ON challenge (provider_id, contact_id, created_at);
CREATE INDEX challenge_by_mail ON challenge (mail_id) WHERE mail_id IS NOT NULL;

-- Mail out: the ticket it tells of, whom it is for, and the thread it stands in. Its own Message-ID
-- follows from its id and its ticket.
ALTER TABLE outbox ADD COLUMN ticket_id UUID REFERENCES ticket (id);
ALTER TABLE outbox ADD COLUMN contact_id UUID REFERENCES contact (id);
-- The message whose attachments go along.
ALTER TABLE outbox ADD COLUMN message_id UUID REFERENCES ticket_message (id);
-- person, notice or answer: what nobody wrote says so (RFC 3834).
ALTER TABLE outbox ADD COLUMN origin TEXT NOT NULL DEFAULT 'notice';
-- Message-IDs without angle brackets, separated by blanks.
ALTER TABLE outbox ADD COLUMN in_reply_to TEXT;
ALTER TABLE outbox ADD COLUMN refs TEXT;
-- It came back (rule Z13).
ALTER TABLE outbox ADD COLUMN bounced_at BIGINT;
CREATE INDEX outbox_by_ticket ON outbox (provider_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
