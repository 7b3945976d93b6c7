-- +goose Up

-- Letters that were sent, as they were sent, sealed. Kept by the demo, where
-- nobody else keeps them.
CREATE TABLE letter (
    id   TEXT    NOT NULL PRIMARY KEY,
    sent INTEGER NOT NULL,
    body BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_sent ON letter (sent);

-- Letters that a relay has taken, so that none goes out twice.
CREATE TABLE posted (
    id TEXT    NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX posted_at ON posted (at);
