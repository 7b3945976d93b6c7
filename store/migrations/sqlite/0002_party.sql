-- +goose Up

-- Data keys, wrapped by the house key, which lies elsewhere. Without its row here
-- nothing of a subject can be opened any more.
CREATE TABLE key (
    kind    TEXT NOT NULL, -- person, business, order, thread, house
    id      TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE business (
    id           TEXT    NOT NULL PRIMARY KEY,
    slug         TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    country      TEXT    NOT NULL,
    city         TEXT    NOT NULL,
    buys         INTEGER NOT NULL,
    sells        INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    verification TEXT    NOT NULL,
    verified_at  INTEGER,
    language     TEXT    NOT NULL,
    currency     TEXT    NOT NULL,
    about        TEXT    NOT NULL, -- JSON by language
    founded      INTEGER NOT NULL, -- year; 0 unknown
    people       INTEGER NOT NULL, -- 0 unknown
    created      INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    legal_name   BLOB, -- sealed
    tax_number   BLOB, -- sealed
    bank         BLOB  -- sealed
) STRICT;

-- The index of an e-mail address is cut short, so that several people may share
-- one. Its row is what two joining at once wait for.
CREATE TABLE email_index (
    email_index BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id          TEXT    NOT NULL PRIMARY KEY,
    business    TEXT    REFERENCES business (id), -- NULL: an operator
    operator    INTEGER NOT NULL,
    email_index BLOB    NOT NULL REFERENCES email_index (email_index),
    email       BLOB    NOT NULL, -- sealed
    name        BLOB    NOT NULL, -- sealed
    password    TEXT    NOT NULL, -- Argon2id, PHC form
    confirmed   INTEGER NOT NULL,
    language    TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;
CREATE INDEX person_email_index ON person (email_index);
CREATE INDEX person_business ON person (business, id);
CREATE INDEX person_operator ON person (id) WHERE operator = 1;

-- One-time links.
CREATE TABLE token (
    id      TEXT    NOT NULL PRIMARY KEY,
    hash    BLOB    NOT NULL UNIQUE, -- SHA-256 of the secret
    kind    TEXT    NOT NULL,
    person  TEXT    REFERENCES person (id), -- NULL: makes an operator, or opens nothing
    secret  BLOB,   -- sealed, for the letter
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX token_expires ON token (expires);
CREATE INDEX token_person ON token (person);

CREATE TABLE session (
    id      TEXT    NOT NULL PRIMARY KEY,
    hash    BLOB    NOT NULL UNIQUE, -- SHA-256 of the token
    person  TEXT    NOT NULL REFERENCES person (id),
    agent   BLOB,   -- sealed
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person, created);

CREATE TABLE api_key (
    id      TEXT    NOT NULL PRIMARY KEY,
    hash    BLOB    NOT NULL UNIQUE, -- SHA-256 of the key
    person  TEXT    NOT NULL REFERENCES person (id),
    label   TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX api_key_person ON api_key (person);

CREATE TABLE address (
    business TEXT    NOT NULL REFERENCES business (id),
    id       TEXT    NOT NULL,
    country  TEXT    NOT NULL,
    lines    BLOB    NOT NULL, -- sealed
    created  INTEGER NOT NULL,
    PRIMARY KEY (business, id)
) STRICT, WITHOUT ROWID;

-- Texts of the house: every version that was ever shown.
CREATE TABLE document (
    slug     TEXT    NOT NULL,
    version  TEXT    NOT NULL, -- date of issue
    language TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    issued   INTEGER NOT NULL,
    PRIMARY KEY (slug, version, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
    person   TEXT    NOT NULL REFERENCES person (id),
    document TEXT    NOT NULL,
    version  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, document, version)
) STRICT, WITHOUT ROWID;
