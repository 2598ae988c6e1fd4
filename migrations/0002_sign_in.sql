-- Sign-ins are opaque tokens, kept only as hashes.
CREATE TABLE sign_in (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    token_hash TEXT NOT NULL UNIQUE,
    strength TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sign_in_by_staff ON sign_in (provider_id, staff_id);
CREATE INDEX sign_in_by_contact ON sign_in (provider_id, contact_id);

-- Failed attempts, counted by the hash of the name that was typed, whether it exists or not.
CREATE TABLE sign_in_failure (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    name_hash TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_by_name ON sign_in_failure (provider_id, name_hash, at);

-- One-time links sent by mail: to sign in, or to set the first password.
CREATE TABLE sign_in_link (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    code_hash TEXT,
    wrong_codes BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX sign_in_link_by_contact ON sign_in_link (provider_id, contact_id, created_at);
