-- +goose Up

-- Letters that were sent, as they were sent, sealed. Kept by the demo, where
-- nobody else keeps them.
CREATE TABLE letter (
    id   TEXT    NOT NULL PRIMARY KEY,
    sent INTEGER NOT NULL,
    body BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
