-- What people and customers are found by: their names folded, in one spelling for all. SQL cannot fold beyond
-- ASCII, so rows without one get theirs at start.
ALTER TABLE customer ADD COLUMN name_key TEXT;
ALTER TABLE contact ADD COLUMN name_key TEXT;
ALTER TABLE staff ADD COLUMN name_key TEXT;
CREATE INDEX customer_by_name ON customer (provider_id, active, name_key);
CREATE INDEX contact_by_name ON contact (provider_id, customer_id, active, name_key);
CREATE INDEX staff_by_name ON staff (provider_id, name_key);
