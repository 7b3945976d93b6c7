-- +goose Up

-- The tree of goods; a path is its ancestors' slugs and its own, with strokes.
CREATE TABLE category (
    path     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT  NOT NULL, -- among its siblings
    names    TEXT    NOT NULL  -- JSON by language
);

-- A listing is read and written whole. What is never searched by lies as JSON.
CREATE TABLE listing (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    supplier     TEXT COLLATE "C" NOT NULL REFERENCES business (id),
    article      TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    reason       TEXT    NOT NULL,
    titles       TEXT    NOT NULL, -- JSON by language
    descriptions TEXT    NOT NULL, -- JSON by language
    language     TEXT    NOT NULL,
    category     TEXT COLLATE "C" NOT NULL, -- may be empty or not yet in the tree: a draft
    unit         TEXT    NOT NULL,
    moq          BIGINT  NOT NULL,
    multiple     BIGINT  NOT NULL,
    lead_days    BIGINT  NOT NULL,
    origin       TEXT    NOT NULL,
    hs_code      TEXT    NOT NULL,
    attributes   TEXT    NOT NULL, -- JSON
    pictures     TEXT    NOT NULL, -- JSON
    created      BIGINT  NOT NULL,
    changed      BIGINT  NOT NULL,
    version      BIGINT  NOT NULL,
    UNIQUE (supplier, article)
);
CREATE INDEX listing_supplier ON listing (supplier, id);
CREATE INDEX listing_state ON listing (state, id);

-- What is bought. A variant that its supplier took off stays, at position −1,
-- for the orders that hold it.
CREATE TABLE variant (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    listing      TEXT COLLATE "C" NOT NULL REFERENCES listing (id),
    supplier     TEXT COLLATE "C" NOT NULL,
    position     BIGINT  NOT NULL,
    sku          TEXT COLLATE "C" NOT NULL,
    label        TEXT    NOT NULL,
    weight_grams BIGINT  NOT NULL,
    length_mm    BIGINT  NOT NULL,
    width_mm     BIGINT  NOT NULL,
    height_mm    BIGINT  NOT NULL,
    prices       TEXT    NOT NULL -- JSON
);
CREATE INDEX variant_listing ON variant (listing, position);
CREATE UNIQUE INDEX variant_sku ON variant (supplier, sku) WHERE position >= 0;

-- Narrow, because every order writes here.
CREATE TABLE stock (
    variant  TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES variant (id),
    supplier TEXT COLLATE "C" NOT NULL,
    on_hand  BIGINT  NOT NULL,
    reserved BIGINT  NOT NULL DEFAULT 0,
    CHECK (reserved >= 0 AND on_hand - reserved >= 0)
);
