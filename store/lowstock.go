package store

import (
	"context"
	"fmt"

	"kontor/market"
	"kontor/market/catalog"
)

// LowStock finds a supplier's published listings of which a variant has less
// left than the smallest order, oldest first.
func (db *DB) LowStock(ctx context.Context, supplier market.BusinessID, limit int) ([]catalog.ListingID, error) {
	ids, err := all(ctx, db, `SELECT l.id FROM listing l WHERE l.supplier = ? AND l.state = 'published' AND EXISTS (
			SELECT 1 FROM variant v JOIN stock s ON s.variant = v.id
			WHERE v.listing = l.id AND v.position >= 0 AND s.on_hand - s.reserved < l.moq)
		ORDER BY l.id LIMIT ?`, itself[catalog.ListingID], supplier, bounded(limit, 50, 500))
	if err != nil {
		return nil, fmt.Errorf("find low stock of supplier %s: %w", supplier, err)
	}
	return ids, nil
}
