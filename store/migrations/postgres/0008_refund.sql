-- +goose Up

-- Every refund, and when the house sent the money: NULL while it did not. Only
-- those of a provider whose money moves by hand are ever marked.
CREATE TABLE refund (
    transaction_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES journal (id),
    provider       TEXT COLLATE "C" NOT NULL,
    sent           BIGINT,
    person         TEXT COLLATE "C" NOT NULL -- who sent it; '' until then
);
CREATE INDEX refund_unsent ON refund (provider, transaction_id) WHERE sent IS NULL;

INSERT INTO refund (transaction_id, provider, person)
SELECT j.id, p.owner, '' FROM journal j JOIN posting p ON p.transaction_id = j.id AND p.account = 'provider' WHERE j.kind = 'refunded';

-- Who issues the invoice, sealed under the order's key. NULL: issued before the
-- legal data was kept with it.
ALTER TABLE invoice ADD COLUMN seller BYTEA;
