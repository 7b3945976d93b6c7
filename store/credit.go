package store

import (
	"context"
	"fmt"

	"kontor/market/ledger"
)

// credited gives a refund of an order that has its invoice a credit note with
// the next number of its supplier's series; of one that has none, nothing. As
// with invoices, a plan that is undone gives its number back.
func credited(t ledger.Transaction) plan {
	if t.Kind != ledger.Refunded {
		return nil
	}
	series := t.At.UTC().Format("2006")
	return plan{
		{
			sql: `INSERT INTO counter (name, value)
				SELECT 'credit/' || i.supplier || '/' || CAST(? AS TEXT), 1 FROM invoice i WHERE i.order_id = ?
				ON CONFLICT (name) DO UPDATE SET value = counter.value + 1`,
			args: []any{series, t.Order},
		},
		{
			sql: `INSERT INTO credit_note (transaction_id, order_id, supplier, series, number, issued)
				SELECT ?, i.order_id, i.supplier, c.series, n.value, CAST(? AS BIGINT)
				FROM invoice i JOIN (SELECT CAST(? AS TEXT) AS series) c ON TRUE
					JOIN counter n ON n.name = 'credit/' || i.supplier || '/' || c.series
				WHERE i.order_id = ?`,
			args: []any{t.ID, t.At, series, t.Order},
		},
	}
}

// CreditNotes lists an order's credit notes, oldest first: at most 500.
func (db *DB) CreditNotes(ctx context.Context, order string) ([]ledger.CreditNote, error) {
	notes, err := all(ctx, db, `
		SELECT n.transaction_id, n.order_id, n.supplier, n.series, n.number, n.issued, p.minor, p.currency
		FROM credit_note n JOIN posting p ON p.transaction_id = n.transaction_id AND p.account = 'hold'
		WHERE n.order_id = ? ORDER BY n.series, n.number LIMIT 500`,
		func(n *ledger.CreditNote) []any {
			return []any{&n.Refund, &n.Order, &n.Supplier, &n.Series, &n.Number, &n.Issued, &n.Amount.Minor, &n.Amount.Currency}
		}, order)
	if err != nil {
		return nil, fmt.Errorf("read the credit notes of order %s: %w", order, err)
	}
	return notes, nil
}
