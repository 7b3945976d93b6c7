-- +goose Up

-- Letters that were sent, as they were sent, sealed. Kept by the demo, where
-- nobody else keeps them.
CREATE TABLE letter (
    id   TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    sent BIGINT NOT NULL,
    body BYTEA    NOT NULL
);
