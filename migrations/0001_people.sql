-- Who is who: the provider, its staff, its customers and their contacts.
-- Times are microseconds since 1970 (UTC). Every row belongs to a provider.
CREATE TABLE provider (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE staff (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    username TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    salutation TEXT,
    address TEXT,
    company TEXT,
    roles TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_sealed TEXT NOT NULL,
    totp_step BIGINT NOT NULL DEFAULT 0,
    training_done_at BIGINT,
    guidelines_accepted_at BIGINT,
    form_locked_at BIGINT,
    form_unlocked_at BIGINT,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (provider_id, username)
);

CREATE TABLE customer_group (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    name TEXT NOT NULL,
    UNIQUE (provider_id, name)
);

CREATE TABLE customer (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    group_id UUID REFERENCES customer_group (id),
    address TEXT,
    active BOOLEAN NOT NULL,
    pin_closed_at BIGINT,
    pin_reopened_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (provider_id, number)
);

CREATE TABLE contact (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL,
    right_support BOOLEAN NOT NULL,
    right_instruction BOOLEAN NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT,
    totp_sealed TEXT,
    totp_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
    totp_step BIGINT NOT NULL DEFAULT 0,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX contact_by_customer ON contact (provider_id, customer_id);

CREATE TABLE contact_address (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    address TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    confirmed_at BIGINT,
    UNIQUE (provider_id, address)
);
CREATE INDEX contact_address_by_contact ON contact_address (provider_id, contact_id);

CREATE TABLE contact_phone (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    number TEXT NOT NULL
);
CREATE INDEX contact_phone_by_number ON contact_phone (provider_id, number);

-- Whom a session acts as: the contact's user in each product (rule T12).
CREATE TABLE contact_user (
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    product TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (contact_id, product)
);
