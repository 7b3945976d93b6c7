-- +goose Up

-- One supplier's part of a checkout. All money of a row is in its currency, in
-- minor units. What was paid, released and refunded stands in the journal only.
CREATE TABLE orders (
    id                TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    group_id          TEXT COLLATE "C" NOT NULL,
    number            TEXT COLLATE "C" NOT NULL,
    buyer             TEXT COLLATE "C" NOT NULL,
    buyer_name        TEXT NOT NULL,
    supplier          TEXT COLLATE "C" NOT NULL,
    supplier_name     TEXT NOT NULL,
    placed_by         TEXT COLLATE "C" NOT NULL,
    payment           TEXT NOT NULL,
    fulfilment        TEXT NOT NULL,
    dispute           TEXT NOT NULL,
    currency          TEXT COLLATE "C" NOT NULL,
    goods             BIGINT NOT NULL,
    freight           BIGINT NOT NULL,
    freight_method    TEXT NOT NULL,
    freight_days_from BIGINT NOT NULL,
    freight_days_to   BIGINT NOT NULL,
    tax               BIGINT NOT NULL,
    tax_label         TEXT NOT NULL,
    tax_bps           BIGINT NOT NULL,
    tax_base          BIGINT NOT NULL,
    tax_rounding      TEXT NOT NULL,
    total             BIGINT NOT NULL,
    commission_bps    BIGINT NOT NULL,
    provider          TEXT NOT NULL,
    ship_to           TEXT NOT NULL,
    ship_from         TEXT NOT NULL,
    lead_days         BIGINT NOT NULL,
    purchase_order    BYTEA,
    address           BYTEA,
    tracking          BYTEA,
    carrier           TEXT NOT NULL,
    placed            BIGINT NOT NULL,
    changed           BIGINT NOT NULL,
    version           BIGINT NOT NULL
);
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
    order_id TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL, -- from 0
    variant  TEXT COLLATE "C" NOT NULL,
    listing  TEXT COLLATE "C" NOT NULL,
    sku      TEXT NOT NULL,
    title    TEXT NOT NULL,
    label    TEXT NOT NULL,
    unit     TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    price    BIGINT NOT NULL, -- of one unit
    sum      BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    grams    BIGINT NOT NULL,
    hs_code  TEXT NOT NULL,
    origin   TEXT NOT NULL,
    PRIMARY KEY (order_id, position)
);

-- The history: one row for each version of the order.
CREATE TABLE entry (
    order_id        TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL, -- that the step led to; placing is 1
    at              BIGINT NOT NULL,
    person          TEXT COLLATE "C" NOT NULL, -- '' for clocks and providers
    role            TEXT NOT NULL,
    business        TEXT COLLATE "C" NOT NULL,
    step            TEXT NOT NULL,
    amount          BIGINT NOT NULL,
    currency        TEXT COLLATE "C" NOT NULL,
    from_payment    TEXT NOT NULL,
    from_fulfilment TEXT NOT NULL,
    from_dispute    TEXT NOT NULL,
    to_payment      TEXT NOT NULL,
    to_fulfilment   TEXT NOT NULL,
    to_dispute      TEXT NOT NULL,
    PRIMARY KEY (order_id, version)
);

CREATE TABLE clock (
    order_id TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    due      BIGINT NOT NULL,
    PRIMARY KEY (order_id, kind)
);
CREATE INDEX clock_due ON clock (due);

CREATE TABLE complaint (
    order_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES orders (id),
    reason   TEXT NOT NULL,
    text     BYTEA,
    currency TEXT COLLATE "C" NOT NULL,
    wanted   BIGINT NOT NULL,
    offer    BIGINT, -- NULL: none was made
    award    BIGINT, -- NULL: open
    opened   BIGINT NOT NULL,
    settled  BIGINT
);

CREATE TABLE invoice (
    order_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES orders (id),
    supplier TEXT COLLATE "C" NOT NULL,
    series   TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL, -- from 1 without gaps in (supplier, series)
    issued   BIGINT NOT NULL,
    UNIQUE (supplier, series, number)
);

CREATE TABLE review (
    order_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES orders (id),
    supplier TEXT COLLATE "C" NOT NULL,
    buyer    TEXT COLLATE "C" NOT NULL,
    country  TEXT NOT NULL,
    listings TEXT NOT NULL, -- JSON
    stars    BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    text     TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX review_of_supplier ON review (supplier, at, stars);

CREATE TABLE review_listing (
    listing  TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES review (order_id),
    PRIMARY KEY (listing, order_id)
);

-- What a supplier agreed with the house and with carriers.
CREATE TABLE terms (
    business       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    freight        TEXT NOT NULL, -- JSON
    commission_bps BIGINT NOT NULL,
    version        BIGINT NOT NULL
);

CREATE TABLE cart (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person  TEXT COLLATE "C", -- NULL: a guest's
    changed BIGINT NOT NULL
);
CREATE INDEX cart_of_person ON cart (person) WHERE person IS NOT NULL;
CREATE INDEX cart_of_guest ON cart (changed) WHERE person IS NULL;

CREATE TABLE cart_line (
    cart_id  TEXT COLLATE "C" NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    variant  TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    seen     BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL, -- of seen; '' if unknown
    added    BIGINT NOT NULL,
    PRIMARY KEY (cart_id, variant)
);

CREATE TABLE thread (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    order_id TEXT COLLATE "C",   -- NULL: a question before ordering
    listing  TEXT COLLATE "C",   -- NULL: an order's thread
    title    TEXT NOT NULL,
    buyer    TEXT COLLATE "C" NOT NULL,
    supplier TEXT COLLATE "C" NOT NULL,
    started  BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    messages BIGINT NOT NULL
);
CREATE UNIQUE INDEX thread_of_order ON thread (order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX thread_of_listing ON thread (listing, buyer) WHERE order_id IS NULL;
CREATE INDEX thread_of_buyer ON thread (buyer, last);
CREATE INDEX thread_of_supplier ON thread (supplier, last);

CREATE TABLE message (
    thread_id TEXT COLLATE "C" NOT NULL REFERENCES thread (id),
    id        TEXT COLLATE "C" NOT NULL,
    sender    TEXT NOT NULL, -- business
    person    TEXT COLLATE "C" NOT NULL,
    text      BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (thread_id, id)
);
