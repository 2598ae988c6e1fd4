-- The order in which a message's files came. Those of before stand as they did, by id.
ALTER TABLE attachment ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
