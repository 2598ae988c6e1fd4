-- Somebody who cannot sign in any more sets their secrets anew. The link from the mail counts once; from then on the
-- browser that opened it holds a key. Both are kept as hashes only.
CREATE TABLE recovery (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    customer_id UUID REFERENCES customer (id),
    link_hash TEXT NOT NULL UNIQUE,
    key_hash TEXT UNIQUE,
    lost TEXT,
    way TEXT,
    code_hash TEXT,
    totp_sealed TEXT,
    wrong_tries BIGINT NOT NULL DEFAULT 0,
    wrong_words BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    begun_at BIGINT,
    asked_at BIGINT,
    ready_at BIGINT,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT
);
CREATE INDEX recovery_by_staff ON recovery (provider_id, staff_id, created_at);
CREATE INDEX recovery_by_contact ON recovery (provider_id, contact_id, created_at);
CREATE INDEX recovery_by_customer ON recovery (provider_id, customer_id, created_at);
CREATE INDEX recovery_waiting ON recovery (provider_id, way, created_at) WHERE ended_at IS NULL;

-- Who approved one; whether that still counts is looked at when it is used.
CREATE TABLE recovery_approval (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    recovery_id UUID NOT NULL REFERENCES recovery (id),
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    at BIGINT NOT NULL,
    UNIQUE (recovery_id, staff_id),
    UNIQUE (recovery_id, contact_id)
);
