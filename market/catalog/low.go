package catalog

import (
	"context"

	"kontor/market"
)

// Low lists the supplier's published listings, at most limit and oldest first,
// of which a variant has less left than the smallest order.
func (d *Desk) Low(ctx context.Context, a market.Actor, limit int) ([]Shown, error) {
	if !owns(a, a.Business) {
		return nil, forbidden(a, "Only a business that sells has listings.")
	}
	ids, err := d.records.LowStock(ctx, a.Business, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return d.records.Listings(ctx, ids)
}
