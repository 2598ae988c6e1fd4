-- A ground has room for five kinds: whom it opens for and whom it concerns stand beside it, since a grant may
-- name no staff member, and its kind's own terms stand in one value that is checked on reading.
CREATE TABLE ground_staff (
    ground_id UUID PRIMARY KEY REFERENCES ground (id),
    provider_id UUID NOT NULL REFERENCES provider (id),
    staff_id UUID NOT NULL REFERENCES staff (id)
);
CREATE INDEX ground_staff_by_staff ON ground_staff (provider_id, staff_id, ground_id);

CREATE TABLE ground_contact (
    ground_id UUID PRIMARY KEY REFERENCES ground (id),
    provider_id UUID NOT NULL REFERENCES provider (id),
    contact_id UUID NOT NULL REFERENCES contact (id)
);
CREATE INDEX ground_contact_by_contact ON ground_contact (provider_id, contact_id, ground_id);

INSERT INTO ground_staff (ground_id, provider_id, staff_id) SELECT id, provider_id, staff_id FROM ground;
INSERT INTO ground_contact (ground_id, provider_id, contact_id) SELECT id, provider_id, contact_id FROM ground;

ALTER TABLE ground ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
UPDATE ground SET terms = '{"issued_at":' || pin_issued_at || '}' WHERE kind = 'pin' AND pin_issued_at IS NOT NULL;

DROP INDEX ground_by_staff;
ALTER TABLE ground DROP COLUMN staff_id;
ALTER TABLE ground DROP COLUMN contact_id;
ALTER TABLE ground DROP COLUMN pin_issued_at;
