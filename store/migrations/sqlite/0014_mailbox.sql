-- +goose Up

-- What anybody may have sent to a person's mailbox by knowing the address alone:
-- one row for each person to whom such a letter ever went.
CREATE TABLE mailbox (
    person  TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
    since   INTEGER NOT NULL, -- the day that letters are counted in began
    letters INTEGER NOT NULL, -- of that day
    latest  INTEGER NOT NULL, -- letter
    event   TEXT NOT NULL  -- id of the one that told of it
) STRICT, WITHOUT ROWID;
