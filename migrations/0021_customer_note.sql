-- What staff note about a customer, for each other. Read only while a door to the customer is open.
CREATE TABLE customer_note (
    id UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES provider (id),
    customer_id UUID NOT NULL REFERENCES customer (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    body TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX customer_note_by_customer ON customer_note (provider_id, customer_id, id);
-- A customer's last visits, on its page at the desk.
CREATE INDEX visit_by_customer ON visit (provider_id, customer_id, id);
