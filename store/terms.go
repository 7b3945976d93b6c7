package store

import (
	"context"
	"fmt"

	"kontor/market"
	"kontor/market/order"
)

// Terms reads what suppliers agreed with the house and with carriers; those
// without terms are left out.
func (db *DB) Terms(ctx context.Context, suppliers []market.BusinessID) (map[market.BusinessID]order.Terms, error) {
	found, err := all(ctx, db, `SELECT business, freight, commission_bps, version FROM terms WHERE business IN ??`,
		func(t *order.Terms) []any {
			return []any{&t.Business, asJSON(&t.Freight), &t.CommissionBps, &t.Version}
		}, suppliers)
	if err != nil {
		return nil, fmt.Errorf("read terms of suppliers: %w", err)
	}
	terms := make(map[market.BusinessID]order.Terms, len(found))
	for _, t := range found {
		terms[t.Business] = t
	}
	return terms, nil
}

// SaveTerms writes new terms (Version 0) or replaces those of t.Version.
func (db *DB) SaveTerms(ctx context.Context, t order.Terms) error {
	s := step{
		sql:  `INSERT INTO terms (business, freight, commission_bps, version) VALUES (?, ?, ?, 1) ON CONFLICT (business) DO NOTHING`,
		args: []any{t.Business, asJSON(t.Freight), t.CommissionBps},
		want: 1, miss: &market.Fault{Kind: market.Conflict, Msg: "Somebody changed these terms just now.", Fix: "Look at them again."},
	}
	if t.Version > 0 {
		s.sql = `UPDATE terms SET freight = ?, commission_bps = ?, version = version + 1 WHERE business = ? AND version = ?`
		s.args = []any{asJSON(t.Freight), t.CommissionBps, t.Business, t.Version}
	}
	return db.commit(ctx, plan{s})
}
