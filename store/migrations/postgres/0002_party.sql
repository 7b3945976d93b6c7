-- +goose Up

-- Data keys, wrapped by the house key, which lies elsewhere. Without its row here
-- nothing of a subject can be opened any more.
CREATE TABLE key (
    kind    TEXT COLLATE "C" NOT NULL, -- person, business, order, thread, house
    id      TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE business (
    id           TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    slug         TEXT COLLATE "C"    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    country      TEXT COLLATE "C"    NOT NULL,
    city         TEXT    NOT NULL,
    buys         BOOLEAN NOT NULL,
    sells        BOOLEAN NOT NULL,
    state        TEXT COLLATE "C"    NOT NULL,
    verification TEXT COLLATE "C"    NOT NULL,
    verified_at  BIGINT,
    language     TEXT COLLATE "C"    NOT NULL,
    currency     TEXT COLLATE "C"    NOT NULL,
    about        TEXT    NOT NULL, -- JSON by language
    founded      BIGINT NOT NULL, -- year; 0 unknown
    people       BIGINT NOT NULL, -- 0 unknown
    created      BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    legal_name   BYTEA, -- sealed
    tax_number   BYTEA, -- sealed
    bank         BYTEA  -- sealed
);

-- The index of an e-mail address is cut short, so that several people may share
-- one. Its row is what two joining at once wait for.
CREATE TABLE email_index (
    email_index BYTEA NOT NULL PRIMARY KEY
);

CREATE TABLE person (
    id          TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    business    TEXT COLLATE "C"    REFERENCES business (id), -- NULL: an operator
    operator    BOOLEAN NOT NULL,
    email_index BYTEA    NOT NULL REFERENCES email_index (email_index),
    email       BYTEA    NOT NULL, -- sealed
    name        BYTEA    NOT NULL, -- sealed
    password    TEXT    NOT NULL, -- Argon2id, PHC form
    confirmed   BOOLEAN NOT NULL,
    language    TEXT COLLATE "C"    NOT NULL,
    created     BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX person_email_index ON person (email_index);
CREATE INDEX person_business ON person (business, id);
CREATE INDEX person_operator ON person (id) WHERE operator;

-- One-time links.
CREATE TABLE token (
    id      TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    hash    BYTEA    NOT NULL UNIQUE, -- SHA-256 of the secret
    kind    TEXT COLLATE "C"    NOT NULL,
    person  TEXT COLLATE "C"    REFERENCES person (id), -- NULL: makes an operator, or opens nothing
    secret  BYTEA,   -- sealed, for the letter
    expires BIGINT NOT NULL
);
CREATE INDEX token_expires ON token (expires);
CREATE INDEX token_person ON token (person);

CREATE TABLE session (
    id      TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    hash    BYTEA    NOT NULL UNIQUE, -- SHA-256 of the token
    person  TEXT COLLATE "C"    NOT NULL REFERENCES person (id),
    agent   BYTEA,   -- sealed
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person, created);

CREATE TABLE api_key (
    id      TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    hash    BYTEA    NOT NULL UNIQUE, -- SHA-256 of the key
    person  TEXT COLLATE "C"    NOT NULL REFERENCES person (id),
    label   TEXT    NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX api_key_person ON api_key (person);

CREATE TABLE address (
    business TEXT COLLATE "C"    NOT NULL REFERENCES business (id),
    id       TEXT COLLATE "C"    NOT NULL,
    country  TEXT COLLATE "C"    NOT NULL,
    lines    BYTEA    NOT NULL, -- sealed
    created  BIGINT NOT NULL,
    PRIMARY KEY (business, id)
);

-- Texts of the house: every version that was ever shown.
CREATE TABLE document (
    slug     TEXT COLLATE "C"    NOT NULL,
    version  TEXT COLLATE "C"    NOT NULL, -- date of issue
    language TEXT COLLATE "C"    NOT NULL,
    title    TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    issued   BIGINT NOT NULL,
    PRIMARY KEY (slug, version, language)
);

CREATE TABLE consent (
    person   TEXT COLLATE "C"    NOT NULL REFERENCES person (id),
    document TEXT COLLATE "C"    NOT NULL,
    version  TEXT COLLATE "C"    NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (person, document, version)
);
