-- +goose Up

-- Street and postcode of a business that does not sell: sealed, since it may be
-- somebody's home. Of one that sells they stay in the clear, as its storefront
-- says them. Those of buyers that lie in the clear are sealed by the next start.
ALTER TABLE business ADD COLUMN seat BYTEA;
