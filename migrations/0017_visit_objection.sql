-- "That was not agreed": a customer's word about one visit, once. The words themselves stand in the entry
-- (rule T22); the alarm leads the leads here.
CREATE TABLE visit_objection (
    visit_id UUID PRIMARY KEY REFERENCES visit (id),
    provider_id UUID NOT NULL REFERENCES provider (id),
    ground_id UUID NOT NULL REFERENCES ground (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    alarm_id UUID NOT NULL REFERENCES alarm (id),
    entry_id UUID NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX visit_objection_by_ground ON visit_objection (provider_id, ground_id);
CREATE INDEX visit_objection_by_alarm ON visit_objection (provider_id, alarm_id);
