-- Tickets: what a customer asks, who took it over, and what was written in it.
-- Whether one is closed or locked is computed from its instants (rules B12 to B16).
CREATE TABLE ticket (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    -- Counted up for each provider, from 1001.
    number BIGINT NOT NULL,
    customer_id UUID NOT NULL REFERENCES customer (id),
    -- Who asks: whose user a visit acts as.
    contact_id UUID NOT NULL REFERENCES contact (id),
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The structured request (rule P1).
    done TEXT,
    expected TEXT,
    happened TEXT,
    affected TEXT,
    priority TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    -- How the asking was proven: proven, confirmed, signed_in or unproven; NULL when staff typed it in.
    proof TEXT,
    -- Who has it; access opens only after taking it over (rule B10).
    assigned_to UUID REFERENCES staff (id),
    assigned_at BIGINT,
    reopened_at BIGINT,
    reopened_by TEXT,
    customer_spoke_at BIGINT,
    last_message_at BIGINT NOT NULL,
    -- At most one of the two is set while it is open.
    waits_for_customer_since BIGINT,
    waits_for_staff_since BIGINT,
    closed_at BIGINT,
    closed_how TEXT,
    -- The locked ticket that this one goes on from (rules B15, B16).
    follows UUID REFERENCES ticket (id),
    merged_into UUID REFERENCES ticket (id),
    -- What was told already, so that it is told once: reminders and escalations.
    reminded_close_at BIGINT,
    reminded_lock_at BIGINT,
    escalated_at BIGINT,
    -- Its place in the queue, the least first: the instant at which it will have waited too long for
    -- staff, or after all of those, since when it waits for the customer. NULL once it is closed, or was
    -- seen to be locked.
    urgency BIGINT,
    UNIQUE (provider_id, number)
);
CREATE INDEX ticket_queue ON ticket (provider_id, urgency, id) WHERE urgency IS NOT NULL;
CREATE INDEX ticket_unassigned ON ticket (provider_id, urgency, id)
    WHERE urgency IS NOT NULL AND assigned_to IS NULL;
CREATE INDEX ticket_by_staff ON ticket (provider_id, assigned_to, urgency, id) WHERE urgency IS NOT NULL;
CREATE INDEX ticket_open_by_customer ON ticket (provider_id, customer_id, urgency, id)
    WHERE urgency IS NOT NULL;
CREATE INDEX ticket_open_by_age ON ticket (provider_id, opened_at, id) WHERE urgency IS NOT NULL;
CREATE INDEX ticket_open_by_message ON ticket (provider_id, last_message_at, id) WHERE urgency IS NOT NULL;
CREATE INDEX ticket_by_age ON ticket (provider_id, opened_at, id);
CREATE INDEX ticket_by_customer ON ticket (provider_id, customer_id, opened_at, id);
CREATE INDEX ticket_by_contact ON ticket (provider_id, contact_id, opened_at, id);
CREATE INDEX ticket_by_follows ON ticket (provider_id, follows) WHERE follows IS NOT NULL;
CREATE INDEX ticket_by_merged ON ticket (provider_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE ticket_message (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    ticket_id UUID NOT NULL REFERENCES ticket (id),
    -- Counted up in each ticket: the order in which it is read.
    place BIGINT NOT NULL,
    -- message: both sides read it; note: staff only; event: what happened, in a word.
    kind TEXT NOT NULL,
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    via TEXT NOT NULL,
    -- Of a mail: proven, confirmed or unproven.
    proof TEXT,
    text TEXT NOT NULL,
    -- What the writer quoted, folded away.
    quoted TEXT,
    -- Safe HTML, when the mail had any.
    html TEXT,
    mail_id UUID,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ticket_message_by_ticket ON ticket_message (ticket_id, place);

-- Bytes stored once by content; the bytes themselves lie beside the database.
CREATE TABLE blob (
    provider_id UUID NOT NULL REFERENCES provider (id),
    hash TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, hash)
);

CREATE TABLE attachment (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    -- NULL until the message that carries it is sent.
    ticket_id UUID REFERENCES ticket (id),
    message_id UUID REFERENCES ticket_message (id),
    -- Who uploaded it, while it belongs to no message.
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    -- The Content-ID that the HTML of its mail names.
    content_id TEXT,
    size_bytes BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- Set when the file carries live secrets: only this copy is shown (control 48).
    redacted_hash TEXT,
    redacted_size_bytes BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachment_by_ticket ON attachment (provider_id, ticket_id);
CREATE INDEX attachment_by_message ON attachment (message_id);
CREATE INDEX attachment_by_hash ON attachment (provider_id, hash);
CREATE INDEX attachment_by_redacted ON attachment (provider_id, redacted_hash) WHERE redacted_hash IS NOT NULL;
CREATE INDEX attachment_unsent ON attachment (created_at) WHERE message_id IS NULL;

-- Leave to see the original of a file with live secrets: asked by one, given by another, with an end.
CREATE TABLE original_leave (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    attachment_id UUID NOT NULL REFERENCES attachment (id),
    asked_by UUID NOT NULL REFERENCES staff (id),
    asked_at BIGINT NOT NULL,
    given_by UUID REFERENCES staff (id),
    given_at BIGINT,
    ends_at BIGINT,
    refused_at BIGINT
);
CREATE INDEX original_leave_by_attachment ON original_leave (provider_id, attachment_id, id);

-- Who is told of a ticket besides its requester and assignee, and guests who may read it (rule M6).
-- They see what was written from then on (control 44).
CREATE TABLE ticket_watcher (
    provider_id UUID NOT NULL REFERENCES provider (id),
    ticket_id UUID NOT NULL REFERENCES ticket (id),
    staff_id UUID REFERENCES staff (id),
    contact_id UUID REFERENCES contact (id),
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX ticket_watcher_staff ON ticket_watcher (ticket_id, staff_id) WHERE staff_id IS NOT NULL;
CREATE UNIQUE INDEX ticket_watcher_contact ON ticket_watcher (ticket_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX ticket_watcher_by_staff ON ticket_watcher (provider_id, staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX ticket_watcher_by_contact ON ticket_watcher (provider_id, contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE ticket_tag (
    provider_id UUID NOT NULL REFERENCES provider (id),
    ticket_id UUID NOT NULL REFERENCES ticket (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (ticket_id, tag)
);
CREATE INDEX ticket_tag_by_tag ON ticket_tag (provider_id, tag, ticket_id);

-- A staff member's saved queue.
CREATE TABLE ticket_view (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    -- The query of `GET /tickets`, as a query string.
    query TEXT NOT NULL
);
CREATE INDEX ticket_view_by_staff ON ticket_view (provider_id, staff_id, id);

-- A takeover is a ground of a ticket; a PIN's ground may belong to one, too (rule X5).
ALTER TABLE ground ADD COLUMN ticket_id UUID REFERENCES ticket (id);
CREATE INDEX ground_by_ticket ON ground (provider_id, ticket_id) WHERE ticket_id IS NOT NULL;
-- A guest's way to a first password: a one-time link, sent by mail (rule M6).
CREATE TABLE guest_invitation (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    -- Of the code that is handed over by another way.
    code_hash TEXT NOT NULL,
    wrong_codes BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX guest_invitation_by_staff ON guest_invitation (provider_id, staff_id);
