-- +goose Up

-- Where a business is, as its storefront and its invoices say; '' until given.
ALTER TABLE business ADD COLUMN street TEXT NOT NULL DEFAULT '';
ALTER TABLE business ADD COLUMN postcode TEXT NOT NULL DEFAULT '';

-- The paper of each refund that was booked once the order's invoice was out; its
-- amount stands in the journal. Numbers have no gaps in a supplier's series.
CREATE TABLE credit_note (
    transaction_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES journal (id),
    order_id       TEXT COLLATE "C" NOT NULL REFERENCES invoice (order_id),
    supplier       TEXT COLLATE "C" NOT NULL,
    series         TEXT COLLATE "C" NOT NULL, -- year
    number         BIGINT NOT NULL, -- from 1
    issued         BIGINT NOT NULL,
    UNIQUE (supplier, series, number)
);
CREATE INDEX credit_note_of_order ON credit_note (order_id);

INSERT INTO credit_note (transaction_id, order_id, supplier, series, number, issued)
SELECT j.id, i.order_id, i.supplier, to_char(to_timestamp(j.at / 1000000) AT TIME ZONE 'UTC', 'YYYY'),
    ROW_NUMBER() OVER (PARTITION BY i.supplier, to_char(to_timestamp(j.at / 1000000) AT TIME ZONE 'UTC', 'YYYY') ORDER BY j.at, j.id), j.at
FROM journal j JOIN invoice i ON i.order_id = j.order_id WHERE j.kind = 'refunded' AND j.at > i.issued;

INSERT INTO counter (name, value)
SELECT 'credit/' || supplier || '/' || series, MAX(number) FROM credit_note GROUP BY supplier, series;
