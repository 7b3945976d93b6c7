-- +goose Up

-- Sign-ups that wait for the code from their letter, each in the browser it was
-- made in.
CREATE TABLE code (
    browser BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the browser's secret
    answer  BLOB NOT NULL, -- keyed hash of the code; random where none is right
    person  TEXT NOT NULL REFERENCES person (id),
    token   TEXT NOT NULL, -- id of the link in the letter
    kind    TEXT NOT NULL, -- of that link
    tries   INTEGER NOT NULL,
    letters INTEGER NOT NULL,
    sent    INTEGER NOT NULL, -- latest letter
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX code_expires ON code (expires);
CREATE INDEX code_person ON code (person);
