-- +goose Up

-- Sign-ups that wait for the code from their letter, each in the browser it was
-- made in.
CREATE TABLE code (
    browser BYTEA NOT NULL PRIMARY KEY, -- SHA-256 of the browser's secret
    answer  BYTEA NOT NULL, -- keyed hash of the code; random where none is right
    person  TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    token   TEXT COLLATE "C" NOT NULL, -- id of the link in the letter
    kind    TEXT COLLATE "C" NOT NULL, -- of that link
    tries   BIGINT NOT NULL,
    letters BIGINT NOT NULL,
    sent    BIGINT NOT NULL, -- latest letter
    expires BIGINT NOT NULL
);
CREATE INDEX code_expires ON code (expires);
CREATE INDEX code_person ON code (person);
