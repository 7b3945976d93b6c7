-- Made by go test ./store -run Schema -update from migrations/sqlite; the
-- PostgreSQL form differs in types only.

CREATE TABLE address (
    business TEXT    NOT NULL REFERENCES business (id),
    id       TEXT    NOT NULL,
    country  TEXT    NOT NULL,
    lines    BLOB    NOT NULL, -- sealed
    created  INTEGER NOT NULL,
    PRIMARY KEY (business, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id      TEXT    NOT NULL PRIMARY KEY,
    hash    BLOB    NOT NULL UNIQUE, -- SHA-256 of the key
    person  TEXT    NOT NULL REFERENCES person (id),
    label   TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX api_key_person ON api_key (person);

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
, street TEXT NOT NULL DEFAULT '', postcode TEXT NOT NULL DEFAULT '', seat BLOB) STRICT;

CREATE TABLE cart (
    id      TEXT    NOT NULL PRIMARY KEY,
    person  TEXT, -- NULL: a guest's
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cart_of_guest ON cart (changed) WHERE person IS NULL;

CREATE INDEX cart_of_person ON cart (person) WHERE person IS NOT NULL;

CREATE TABLE cart_line (
    cart_id  TEXT    NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    variant  TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    seen     INTEGER NOT NULL,
    currency TEXT    NOT NULL, -- of seen; '' if unknown
    added    INTEGER NOT NULL,
    PRIMARY KEY (cart_id, variant)
) STRICT, WITHOUT ROWID;

CREATE TABLE category (
    path     TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL, -- among its siblings
    names    TEXT    NOT NULL  -- JSON by language
) STRICT, WITHOUT ROWID;

CREATE TABLE clock (
    order_id TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    due      INTEGER NOT NULL,
    PRIMARY KEY (order_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX clock_due ON clock (due);

CREATE TABLE code (
    browser BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the browser's secret
    answer  BLOB NOT NULL, -- keyed hash of the code; random where none is right
    person  TEXT NOT NULL REFERENCES person (id),
    token   TEXT NOT NULL, -- id of the link in the letter
    kind    TEXT NOT NULL, -- of that link
    tries   INTEGER NOT NULL,
    letters INTEGER NOT NULL,
    sent    INTEGER NOT NULL, -- latest letter
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX code_expires ON code (expires);

CREATE INDEX code_person ON code (person);

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

CREATE TABLE consent (
    person   TEXT    NOT NULL REFERENCES person (id),
    document TEXT    NOT NULL,
    version  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (person, document, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credit_note (
    transaction_id TEXT    NOT NULL PRIMARY KEY REFERENCES journal (id),
    order_id       TEXT    NOT NULL REFERENCES invoice (order_id),
    supplier       TEXT    NOT NULL,
    series         TEXT    NOT NULL, -- year
    number         INTEGER NOT NULL, -- from 1
    issued         INTEGER NOT NULL,
    UNIQUE (supplier, series, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX credit_note_of_order ON credit_note (order_id);

CREATE TABLE document (
    slug     TEXT    NOT NULL,
    version  TEXT    NOT NULL, -- date of issue
    language TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    issued   INTEGER NOT NULL,
    PRIMARY KEY (slug, version, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE email_index (
    email_index BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

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

CREATE TABLE invoice (
    order_id TEXT    NOT NULL PRIMARY KEY REFERENCES orders (id),
    supplier TEXT    NOT NULL,
    series   TEXT    NOT NULL,
    number   INTEGER NOT NULL, -- from 1 without gaps in (supplier, series)
    issued   INTEGER NOT NULL, seller BLOB,
    UNIQUE (supplier, series, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER journal_is_new BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TABLE journal (
    id       TEXT    NOT NULL PRIMARY KEY,
    kind     TEXT    NOT NULL,
    order_id TEXT,   -- NULL: a payout
    business TEXT    NOT NULL,
    person   TEXT    NOT NULL, -- '' for clocks and providers
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_of_business ON journal (business, id);

CREATE INDEX journal_of_order ON journal (order_id, id) WHERE order_id IS NOT NULL;

CREATE TABLE key (
    kind    TEXT NOT NULL, -- person, business, order, thread, house
    id      TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE letter (
    id   TEXT    NOT NULL PRIMARY KEY,
    sent INTEGER NOT NULL,
    body BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX letter_sent ON letter (sent);

CREATE TABLE listing (
    id           TEXT    NOT NULL PRIMARY KEY,
    supplier     TEXT    NOT NULL REFERENCES business (id),
    article      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    titles       TEXT    NOT NULL, -- JSON by language
    descriptions TEXT    NOT NULL, -- JSON by language
    language     TEXT    NOT NULL,
    category     TEXT    NOT NULL, -- may be empty or not yet in the tree: a draft
    unit         TEXT    NOT NULL,
    moq          INTEGER NOT NULL,
    multiple     INTEGER NOT NULL,
    lead_days    INTEGER NOT NULL,
    origin       TEXT    NOT NULL,
    hs_code      TEXT    NOT NULL,
    attributes   TEXT    NOT NULL, -- JSON
    pictures     TEXT    NOT NULL, -- JSON
    created      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    version      INTEGER NOT NULL, pending TEXT, waits_since INTEGER,
    UNIQUE (supplier, article)
) STRICT;

CREATE INDEX listing_state ON listing (state, id);

CREATE INDEX listing_supplier ON listing (supplier, id);

CREATE INDEX listing_waits ON listing (id) WHERE waits_since IS NOT NULL;

CREATE TABLE mailbox (
    person  TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
    since   INTEGER NOT NULL, -- the day that letters are counted in began
    letters INTEGER NOT NULL, -- of that day
    latest  INTEGER NOT NULL, -- letter
    event   TEXT NOT NULL  -- id of the one that told of it
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    thread_id TEXT    NOT NULL REFERENCES thread (id),
    id        TEXT    NOT NULL,
    sender    TEXT    NOT NULL, -- business
    person    TEXT    NOT NULL,
    text      BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (thread_id, id)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX orders_awaiting ON orders (provider, id) WHERE payment = 'awaiting';

CREATE INDEX orders_disputed ON orders (id) WHERE dispute <> 'none';

CREATE INDEX orders_held ON orders (supplier, id) WHERE payment = 'held';

CREATE UNIQUE INDEX orders_number ON orders (number);

CREATE INDEX orders_of_buyer ON orders (buyer, id);

CREATE INDEX orders_of_group ON orders (group_id);

CREATE INDEX orders_of_supplier ON orders (supplier, id);

CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

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

CREATE UNIQUE INDEX payout_booked ON payout (transaction_id) WHERE transaction_id IS NOT NULL;

CREATE UNIQUE INDEX payout_due ON payout (supplier, currency) WHERE state = 'due';

CREATE INDEX payout_of_supplier ON payout (supplier, id);

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

CREATE INDEX person_business ON person (business, id);

CREATE INDEX person_email_index ON person (email_index);

CREATE INDEX person_operator ON person (id) WHERE operator = 1;

CREATE TABLE posted (
    id TEXT    NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX posted_at ON posted (at);

CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER posting_is_new BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.transaction_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER posting_stays BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

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

CREATE TABLE refund (
    transaction_id TEXT    NOT NULL PRIMARY KEY REFERENCES journal (id),
    provider       TEXT    NOT NULL,
    sent           INTEGER,
    person         TEXT    NOT NULL -- who sent it; '' until then
) STRICT, WITHOUT ROWID;

CREATE INDEX refund_unsent ON refund (provider, transaction_id) WHERE sent IS NULL;

CREATE TABLE request (
    actor  TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    digest TEXT    NOT NULL,
    answer BLOB,
    at     INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_at ON request (at);

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

CREATE TABLE stock (
    variant  TEXT    NOT NULL PRIMARY KEY REFERENCES variant (id),
    supplier TEXT    NOT NULL,
    on_hand  INTEGER NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0,
    CHECK (reserved >= 0 AND on_hand - reserved >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms (
    business       TEXT    NOT NULL PRIMARY KEY,
    freight        TEXT    NOT NULL, -- JSON
    commission_bps INTEGER NOT NULL,
    version        INTEGER NOT NULL
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

CREATE INDEX thread_of_buyer ON thread (buyer, last);

CREATE UNIQUE INDEX thread_of_listing ON thread (listing, buyer) WHERE order_id IS NULL;

CREATE UNIQUE INDEX thread_of_order ON thread (order_id) WHERE order_id IS NOT NULL;

CREATE INDEX thread_of_supplier ON thread (supplier, last);

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

CREATE TABLE variant (
    id           TEXT    NOT NULL PRIMARY KEY,
    listing      TEXT    NOT NULL REFERENCES listing (id),
    supplier     TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    sku          TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    weight_grams INTEGER NOT NULL,
    length_mm    INTEGER NOT NULL,
    width_mm     INTEGER NOT NULL,
    height_mm    INTEGER NOT NULL,
    prices       TEXT    NOT NULL -- JSON
) STRICT;

CREATE INDEX variant_listing ON variant (listing, position);

CREATE UNIQUE INDEX variant_sku ON variant (supplier, sku) WHERE position >= 0;
