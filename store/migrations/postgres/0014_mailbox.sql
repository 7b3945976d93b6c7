-- +goose Up

-- What anybody may have sent to a person's mailbox by knowing the address alone:
-- one row for each person to whom such a letter ever went.
CREATE TABLE mailbox (
    person  TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES person (id),
    since   BIGINT NOT NULL, -- the day that letters are counted in began
    letters BIGINT NOT NULL, -- of that day
    latest  BIGINT NOT NULL, -- letter
    event   TEXT COLLATE "C" NOT NULL  -- id of the one that told of it
);
