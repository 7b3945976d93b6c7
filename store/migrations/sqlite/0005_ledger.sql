-- +goose Up

-- The journal. Rows are added, never changed and never removed: triggers hold
-- that against every hand, this program's included.
CREATE TABLE journal (
    id       TEXT    NOT NULL PRIMARY KEY,
    kind     TEXT    NOT NULL,
    order_id TEXT,   -- NULL: a payout
    business TEXT    NOT NULL,
    person   TEXT    NOT NULL, -- '' for clocks and providers
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_of_order ON journal (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX journal_of_business ON journal (business, id);

-- Debits are positive, credits negative; a transaction sums to zero in each
-- currency.
CREATE TABLE posting (
    transaction_id TEXT    NOT NULL REFERENCES journal (id),
    position       INTEGER NOT NULL, -- from 0
    account        TEXT    NOT NULL, -- kind
    owner          TEXT    NOT NULL,
    currency       TEXT    NOT NULL,
    minor          INTEGER NOT NULL CHECK (minor <> 0),
    PRIMARY KEY (transaction_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_of_account ON posting (account, owner, currency, minor);

-- +goose StatementBegin
CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd
-- INSERT OR REPLACE removes a row without asking the triggers above.
-- +goose StatementBegin
CREATE TRIGGER journal_is_new BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER posting_is_new BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.transaction_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
-- +goose StatementEnd

CREATE TABLE payout (
    id             TEXT    NOT NULL PRIMARY KEY,
    supplier       TEXT    NOT NULL,
    minor          INTEGER NOT NULL CHECK (minor > 0),
    currency       TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    made           INTEGER NOT NULL,
    paid           INTEGER,
    person         TEXT    NOT NULL, -- who confirmed it; '' while due
    bank           BLOB    NOT NULL,
    transaction_id TEXT    REFERENCES journal (id) -- NULL while due
) STRICT, WITHOUT ROWID;
CREATE INDEX payout_of_supplier ON payout (supplier, id);
-- One payout due for each supplier and currency: money owed is listed once.
CREATE UNIQUE INDEX payout_due ON payout (supplier, currency) WHERE state = 'due';
CREATE UNIQUE INDEX payout_booked ON payout (transaction_id) WHERE transaction_id IS NOT NULL;
