-- +goose Up

-- One supplier's part of a checkout. All money of a row is in its currency, in
-- minor units. What was paid, released and refunded stands in the journal only.
CREATE TABLE orders (
    id                TEXT    NOT NULL PRIMARY KEY,
    group_id          TEXT    NOT NULL,
    number            TEXT    NOT NULL,
    buyer             TEXT    NOT NULL,
    buyer_name        TEXT    NOT NULL,
    supplier          TEXT    NOT NULL,
    supplier_name     TEXT    NOT NULL,
    placed_by         TEXT    NOT NULL,
    payment           TEXT    NOT NULL,
    fulfilment        TEXT    NOT NULL,
    dispute           TEXT    NOT NULL,
    currency          TEXT    NOT NULL,
    goods             INTEGER NOT NULL,
    freight           INTEGER NOT NULL,
    freight_method    TEXT    NOT NULL,
    freight_days_from INTEGER NOT NULL,
    freight_days_to   INTEGER NOT NULL,
    tax               INTEGER NOT NULL,
    tax_label         TEXT    NOT NULL,
    tax_bps           INTEGER NOT NULL,
    tax_base          INTEGER NOT NULL,
    tax_rounding      TEXT    NOT NULL,
    total             INTEGER NOT NULL,
    commission_bps    INTEGER NOT NULL,
    provider          TEXT    NOT NULL,
    ship_to           TEXT    NOT NULL,
    ship_from         TEXT    NOT NULL,
    lead_days         INTEGER NOT NULL,
    purchase_order    BLOB,
    address           BLOB,
    tracking          BLOB,
    carrier           TEXT    NOT NULL,
    placed            INTEGER NOT NULL,
    changed           INTEGER NOT NULL,
    version           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_of_buyer ON orders (buyer, id);
CREATE INDEX orders_of_supplier ON orders (supplier, id);
CREATE INDEX orders_of_group ON orders (group_id);
CREATE UNIQUE INDEX orders_number ON orders (number);
-- The desks' queues: money to confirm, orders to send, complaints to settle.
CREATE INDEX orders_awaiting ON orders (provider, id) WHERE payment = 'awaiting';
CREATE INDEX orders_held ON orders (supplier, id) WHERE payment = 'held';
CREATE INDEX orders_disputed ON orders (id) WHERE dispute <> 'none';

-- Lines, history and clocks have no foreign key to their order: they are written
-- with it, it is never removed, and five look-ups an order cost PostgreSQL a tenth
-- of its speed in placing. Verify looks for strays.
CREATE TABLE order_line (
    order_id TEXT    NOT NULL,
    position INTEGER NOT NULL, -- from 0
    variant  TEXT    NOT NULL,
    listing  TEXT    NOT NULL,
    sku      TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    label    TEXT    NOT NULL,
    unit     TEXT    NOT NULL,
    quantity INTEGER NOT NULL,
    price    INTEGER NOT NULL, -- of one unit
    sum      INTEGER NOT NULL,
    currency TEXT    NOT NULL,
    grams    INTEGER NOT NULL,
    hs_code  TEXT    NOT NULL,
    origin   TEXT    NOT NULL,
    PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;

-- The history: one row for each version of the order.
CREATE TABLE entry (
    order_id        TEXT    NOT NULL,
    version         INTEGER NOT NULL, -- that the step led to; placing is 1
    at              INTEGER NOT NULL,
    person          TEXT    NOT NULL, -- '' for clocks and providers
    role            TEXT    NOT NULL,
    business        TEXT    NOT NULL,
    step            TEXT    NOT NULL,
    amount          INTEGER NOT NULL,
    currency        TEXT    NOT NULL,
    from_payment    TEXT    NOT NULL,
    from_fulfilment TEXT    NOT NULL,
    from_dispute    TEXT    NOT NULL,
    to_payment      TEXT    NOT NULL,
    to_fulfilment   TEXT    NOT NULL,
    to_dispute      TEXT    NOT NULL,
    PRIMARY KEY (order_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock (
    order_id TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    due      INTEGER NOT NULL,
    PRIMARY KEY (order_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX clock_due ON clock (due);

CREATE TABLE complaint (
    order_id TEXT    NOT NULL PRIMARY KEY REFERENCES orders (id),
    reason   TEXT    NOT NULL,
    text     BLOB,
    currency TEXT    NOT NULL,
    wanted   INTEGER NOT NULL,
    offer    INTEGER, -- NULL: none was made
    award    INTEGER, -- NULL: open
    opened   INTEGER NOT NULL,
    settled  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice (
    order_id TEXT    NOT NULL PRIMARY KEY REFERENCES orders (id),
    supplier TEXT    NOT NULL,
    series   TEXT    NOT NULL,
    number   INTEGER NOT NULL, -- from 1 without gaps in (supplier, series)
    issued   INTEGER NOT NULL,
    UNIQUE (supplier, series, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE review (
    order_id TEXT    NOT NULL PRIMARY KEY REFERENCES orders (id),
    supplier TEXT    NOT NULL,
    buyer    TEXT    NOT NULL,
    country  TEXT    NOT NULL,
    listings TEXT    NOT NULL, -- JSON
    stars    INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    text     TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX review_of_supplier ON review (supplier, at, stars);

CREATE TABLE review_listing (
    listing  TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES review (order_id),
    PRIMARY KEY (listing, order_id)
) STRICT, WITHOUT ROWID;

-- What a supplier agreed with the house and with carriers.
CREATE TABLE terms (
    business       TEXT    NOT NULL PRIMARY KEY,
    freight        TEXT    NOT NULL, -- JSON
    commission_bps INTEGER NOT NULL,
    version        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cart (
    id      TEXT    NOT NULL PRIMARY KEY,
    person  TEXT, -- NULL: a guest's
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cart_of_person ON cart (person) WHERE person IS NOT NULL;
CREATE INDEX cart_of_guest ON cart (changed) WHERE person IS NULL;

CREATE TABLE cart_line (
    cart_id  TEXT    NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    variant  TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    seen     INTEGER NOT NULL,
    currency TEXT    NOT NULL, -- of seen; '' if unknown
    added    INTEGER NOT NULL,
    PRIMARY KEY (cart_id, variant)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread (
    id       TEXT    NOT NULL PRIMARY KEY,
    order_id TEXT,   -- NULL: a question before ordering
    listing  TEXT,   -- NULL: an order's thread
    title    TEXT    NOT NULL,
    buyer    TEXT    NOT NULL,
    supplier TEXT    NOT NULL,
    started  INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    messages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX thread_of_order ON thread (order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX thread_of_listing ON thread (listing, buyer) WHERE order_id IS NULL;
CREATE INDEX thread_of_buyer ON thread (buyer, last);
CREATE INDEX thread_of_supplier ON thread (supplier, last);

CREATE TABLE message (
    thread_id TEXT    NOT NULL REFERENCES thread (id),
    id        TEXT    NOT NULL,
    sender    TEXT    NOT NULL, -- business
    person    TEXT    NOT NULL,
    text      BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (thread_id, id)
) STRICT, WITHOUT ROWID;
