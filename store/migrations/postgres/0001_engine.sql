-- +goose Up

-- Events that wait for the bus.
CREATE TABLE outbox (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

-- Answers to requests that changed something, by the idempotency key.
CREATE TABLE request (
    actor  TEXT COLLATE "C" NOT NULL,
    key    TEXT COLLATE "C" NOT NULL,
    digest TEXT   NOT NULL,
    answer BYTEA,
    at     BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX request_at ON request (at);

-- Numbers without gaps: invoices and the like.
CREATE TABLE counter (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
