-- +goose Up

-- The journal. Rows are added, never changed and never removed: triggers hold
-- that against every hand, this program's included.
CREATE TABLE journal (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C",   -- NULL: a payout
    business TEXT COLLATE "C" NOT NULL,
    person   TEXT COLLATE "C" NOT NULL, -- '' for clocks and providers
    at       BIGINT NOT NULL
);
CREATE INDEX journal_of_order ON journal (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX journal_of_business ON journal (business, id);

-- Debits are positive, credits negative; a transaction sums to zero in each
-- currency.
CREATE TABLE posting (
    transaction_id TEXT COLLATE "C" NOT NULL REFERENCES journal (id),
    position       BIGINT NOT NULL, -- from 0
    account        TEXT COLLATE "C" NOT NULL, -- kind
    owner          TEXT COLLATE "C" NOT NULL,
    currency       TEXT COLLATE "C" NOT NULL,
    minor          BIGINT NOT NULL CHECK (minor <> 0),
    PRIMARY KEY (transaction_id, position)
);
CREATE INDEX posting_of_account ON posting (account, owner, currency, minor);

-- +goose StatementBegin
CREATE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is only ever added to';
END $$;
-- +goose StatementEnd
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal EXECUTE FUNCTION journal_stays();
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON posting EXECUTE FUNCTION journal_stays();

CREATE TABLE payout (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    supplier       TEXT COLLATE "C" NOT NULL,
    minor          BIGINT NOT NULL CHECK (minor > 0),
    currency       TEXT COLLATE "C" NOT NULL,
    state          TEXT NOT NULL,
    made           BIGINT NOT NULL,
    paid           BIGINT,
    person         TEXT COLLATE "C" NOT NULL, -- who confirmed it; '' while due
    bank           BYTEA NOT NULL,
    transaction_id TEXT COLLATE "C" REFERENCES journal (id) -- NULL while due
);
CREATE INDEX payout_of_supplier ON payout (supplier, id);
-- One payout due for each supplier and currency: money owed is listed once.
CREATE UNIQUE INDEX payout_due ON payout (supplier, currency) WHERE state = 'due';
CREATE UNIQUE INDEX payout_booked ON payout (transaction_id) WHERE transaction_id IS NOT NULL;
