package store

import (
	"context"
	"fmt"

	"kontor/market"
	"kontor/market/order"
)

// PutReview writes a buyer's word on an order, once.
func (db *DB) PutReview(ctx context.Context, r order.Review, event market.Event) error {
	p := plan{{
		sql: `INSERT INTO review (order_id, supplier, buyer, country, listings, stars, text, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO NOTHING`,
		args: []any{r.Order, r.Supplier, r.Buyer, r.Country, asJSON(r.Listings), r.Stars, r.Text, r.At},
		want: 1, miss: &market.Fault{Kind: market.Conflict, Msg: "This order has its review already.", Fix: "A review stands as it was given."},
	}}
	rows := make([][]any, len(r.Listings))
	for i, l := range r.Listings {
		rows[i] = []any{l, r.Order}
	}
	p = append(p, insert(`INSERT INTO review_listing (listing, order_id)`, rows)...)
	return db.commit(ctx, append(p, tellAll([]market.Event{event})...))
}

// Reviews lists reviews, newest first: 50 unless the filter says otherwise, 500 at
// most.
func (db *DB) Reviews(ctx context.Context, f order.ReviewFilter) ([]order.Review, error) {
	where, args := "WHERE 1 = 1", []any{}
	if f.Supplier != "" {
		where, args = where+" AND supplier = ?", append(args, f.Supplier)
	}
	if f.Order != "" {
		where, args = where+" AND order_id = ?", append(args, f.Order)
	}
	if f.Listing != "" {
		where, args = where+" AND order_id IN (SELECT order_id FROM review_listing WHERE listing = ?)", append(args, f.Listing)
	}
	rs, err := all(ctx, db, `SELECT order_id, supplier, buyer, country, listings, stars, text, at FROM review `+where+
		` ORDER BY at DESC, order_id DESC LIMIT ?`, func(r *order.Review) []any {
		return []any{&r.Order, &r.Supplier, &r.Buyer, &r.Country, asJSON(&r.Listings), &r.Stars, &r.Text, &r.At}
	}, append(args, bounded(f.Limit, 50, 500))...)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return rs, nil
}

// Rating is how many reviews a supplier has, and the sum of their stars.
func (db *DB) Rating(ctx context.Context, supplier market.BusinessID) (n, stars int, err error) {
	type rating struct{ n, stars int }
	r, err := one(ctx, db, `SELECT COUNT(*), CAST(COALESCE(SUM(stars), 0) AS BIGINT) FROM review WHERE supplier = ?`,
		func(r *rating) []any { return []any{&r.n, &r.stars} }, supplier)
	if err != nil {
		return 0, 0, fmt.Errorf("rate supplier %s: %w", supplier, err)
	}
	return r.n, r.stars, nil
}
