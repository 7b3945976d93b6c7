-- +goose Up

-- The tree of goods; a path is its ancestors' slugs and its own, with strokes.
CREATE TABLE category (
    path     TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL, -- among its siblings
    names    TEXT    NOT NULL  -- JSON by language
) STRICT, WITHOUT ROWID;

-- A listing is read and written whole. What is never searched by lies as JSON.
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
    version      INTEGER NOT NULL,
    UNIQUE (supplier, article)
) STRICT;
CREATE INDEX listing_supplier ON listing (supplier, id);
CREATE INDEX listing_state ON listing (state, id);

-- What is bought. A variant that its supplier took off stays, at position −1,
-- for the orders that hold it.
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

-- Narrow, because every order writes here.
CREATE TABLE stock (
    variant  TEXT    NOT NULL PRIMARY KEY REFERENCES variant (id),
    supplier TEXT    NOT NULL,
    on_hand  INTEGER NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0,
    CHECK (reserved >= 0 AND on_hand - reserved >= 0)
) STRICT, WITHOUT ROWID;
