-- +goose Up

-- Letters that were sent, as they were sent, sealed. Kept by the demo, where
-- nobody else keeps them.
CREATE TABLE letter (
    id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sent BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX letter_sent ON letter (sent);

-- Letters that a relay has taken, so that none goes out twice.
CREATE TABLE posted (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX posted_at ON posted (at);
