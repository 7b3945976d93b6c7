-- +goose Up

-- What a supplier wants to change of a published listing, as JSON, and since
-- when it waits for review: NULL where nothing waits.
ALTER TABLE listing ADD COLUMN pending TEXT;
ALTER TABLE listing ADD COLUMN waits_since INTEGER;
CREATE INDEX listing_waits ON listing (id) WHERE waits_since IS NOT NULL;
