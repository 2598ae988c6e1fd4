-- The door: PINs, the guesses at them, the grounds they open and the visits made on those grounds.
-- Reasons and names live only in the entries (rule T22); rows keep ids and times.
CREATE TABLE pin (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    issued_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT
);
CREATE UNIQUE INDEX pin_unended ON pin (contact_id) WHERE ended_at IS NULL;
CREATE INDEX pin_by_contact ON pin (provider_id, contact_id, id);

CREATE TABLE pin_attempt (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    pin_id UUID REFERENCES pin (id),
    at BIGINT NOT NULL,
    wrong BOOLEAN NOT NULL
);
CREATE INDEX pin_attempt_by_pin ON pin_attempt (pin_id);
CREATE INDEX pin_attempt_by_customer ON pin_attempt (provider_id, customer_id, at);
CREATE INDEX pin_attempt_by_staff ON pin_attempt (provider_id, staff_id, at);
CREATE INDEX pin_attempt_by_time ON pin_attempt (provider_id, at);

CREATE TABLE ground (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    kind TEXT NOT NULL,
    customer_id UUID NOT NULL REFERENCES customer (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    pin_id UUID REFERENCES pin (id),
    pin_issued_at BIGINT,
    entry_id UUID NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT,
    cut_millis BIGINT
);
CREATE INDEX ground_by_customer ON ground (provider_id, customer_id, id);
CREATE INDEX ground_by_staff ON ground (provider_id, staff_id, id);
CREATE INDEX ground_unended ON ground (provider_id, ends_at) WHERE ended_at IS NULL;

CREATE TABLE visit (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    ground_id UUID NOT NULL REFERENCES ground (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    sign_in_id UUID NOT NULL REFERENCES sign_in (id),
    product TEXT NOT NULL,
    label TEXT NOT NULL UNIQUE,
    link_hash TEXT,
    link_until BIGINT,
    cookie_hash TEXT,
    entry_id UUID NOT NULL,
    started_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT,
    cut_millis BIGINT
);
CREATE INDEX visit_by_ground ON visit (provider_id, ground_id);
CREATE INDEX visit_unended ON visit (provider_id, ends_at) WHERE ended_at IS NULL;
