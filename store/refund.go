package store

import (
	"context"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/ledger"
)

// refunded notes a refund that is to be sent beside its postings, and its credit
// note.
func refunded(t ledger.Transaction) plan {
	var w plan
	for _, p := range t.Postings {
		if t.Kind == ledger.Refunded && p.Account.Kind == ledger.Provider {
			w = append(w, step{sql: `INSERT INTO refund (transaction_id, provider, person) VALUES (?, ?, '')`, args: []any{t.ID, p.Account.Owner}, want: 1})
		}
	}
	return append(w, credited(t)...)
}

// RefundsToSend lists refunds through these providers that nobody has noted as
// sent, oldest first: 50 unless limit says otherwise, 500 at most.
func (db *DB) RefundsToSend(ctx context.Context, providers []string, after ledger.TransactionID, limit int) ([]ledger.RefundDue, error) {
	if len(providers) == 0 {
		return nil, nil
	}
	due, err := all(ctx, db, `
		SELECT r.transaction_id, o.id, o.number, o.buyer, o.buyer_name, -p.minor, p.currency, j.at
		FROM refund r JOIN journal j ON j.id = r.transaction_id JOIN orders o ON o.id = j.order_id
			JOIN posting p ON p.transaction_id = r.transaction_id AND p.account = 'provider'
		WHERE r.provider IN ?? AND r.sent IS NULL AND r.transaction_id > ? ORDER BY r.transaction_id LIMIT ?`,
		func(r *ledger.RefundDue) []any {
			return []any{&r.ID, &r.Order, &r.Number, &r.Buyer, &r.BuyerName, &r.Amount.Minor, &r.Amount.Currency, &r.Booked}
		}, providers, after, bounded(limit, 50, 500))
	if err != nil {
		return nil, fmt.Errorf("read refunds to send: %w", err)
	}
	return due, nil
}

// CountRefundsToSend counts what RefundsToSend lists.
func (db *DB) CountRefundsToSend(ctx context.Context, providers []string) (int, error) {
	if len(providers) == 0 {
		return 0, nil
	}
	n, err := one(ctx, db, `SELECT COUNT(*) FROM refund WHERE provider IN ?? AND sent IS NULL`, itself[int], providers)
	if err != nil {
		return 0, fmt.Errorf("count refunds to send: %w", err)
	}
	return n, nil
}

// MarkRefundSent notes who sent a refund's money, and when; the first note stands.
func (db *DB) MarkRefundSent(ctx context.Context, providers []string, id ledger.TransactionID, by market.PersonID, at time.Time) error {
	if len(providers) == 0 {
		return market.Missing("This refund")
	}
	_, err := one(ctx, db, `SELECT transaction_id FROM refund WHERE transaction_id = ? AND provider IN ??`, itself[ledger.TransactionID], id, providers)
	if err != nil {
		return orMissing(err, "This refund")
	}
	return db.commit(ctx, plan{{sql: `UPDATE refund SET sent = ?, person = ? WHERE transaction_id = ? AND sent IS NULL`, args: []any{at, by, id}}})
}
