-- The log. The writer numbers the entries without gaps; nothing ever updates or deletes one here.
CREATE TABLE entry (
    seq BIGINT PRIMARY KEY,
    id UUID NOT NULL,
    provider_id UUID NOT NULL,
    customer_id UUID,
    visit_id UUID,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- Of a request: forwarded, masked or refused.
    outcome TEXT,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX entry_by_id ON entry (id) WHERE outcome IS NULL;
CREATE INDEX entry_by_visit ON entry (provider_id, visit_id, seq) WHERE visit_id IS NOT NULL;

-- What the leads are told.
CREATE TABLE alarm (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    code TEXT NOT NULL,
    at BIGINT NOT NULL,
    staff_id UUID REFERENCES staff (id),
    customer_id UUID REFERENCES customer (id),
    acknowledged_at BIGINT,
    acknowledged_by UUID REFERENCES staff (id)
);
CREATE INDEX alarm_by_provider ON alarm (provider_id, id);

-- What the customer is told on the portal.
CREATE TABLE notice (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    code TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX notice_by_customer ON notice (provider_id, customer_id, id);

-- Mail to be sent, in the same transaction as what it tells.
CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT,
    given_up_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;

-- One row for each run of a server. A visit may forward only while its run's lease is alive.
CREATE TABLE server_run (
    id UUID PRIMARY KEY,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    ended_at BIGINT
);
