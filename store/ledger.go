package store

import (
	"context"
	"errors"
	"fmt"

	"kontor/market"
	"kontor/market/ledger"
)

var _ ledger.Journal = (*DB)(nil)

// Transactions lists the journal, newest first.
func (db *DB) Transactions(ctx context.Context, f ledger.Filter) ([]ledger.Transaction, error) {
	where, args := "WHERE 1 = 1", []any{}
	if f.Order != "" {
		where, args = where+" AND order_id = ?", append(args, f.Order)
	}
	if f.Supplier != "" {
		where, args = where+" AND business = ?", append(args, f.Supplier)
	}
	if f.Before != "" {
		where, args = where+" AND id < ?", append(args, f.Before)
	}
	ts, err := all(ctx, db, `SELECT id, kind, order_id, business, person, at,
		(SELECT number FROM orders WHERE orders.id = journal.order_id) FROM journal `+where+` ORDER BY id DESC LIMIT ?`,
		func(t *ledger.Transaction) []any {
			return []any{&t.ID, &t.Kind, &t.Order, &t.Business, &t.By, &t.At, &t.Number}
		}, append(args, bounded(f.Limit, 50, 500))...)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	ids := make([]string, len(ts))
	byID := make(map[ledger.TransactionID]*ledger.Transaction, len(ts))
	for i := range ts {
		ids[i], byID[ts[i].ID] = string(ts[i].ID), &ts[i]
	}
	type row struct {
		ledger.Posting
		of ledger.TransactionID
	}
	ps, err := all(ctx, db, `SELECT transaction_id, account, owner, minor, currency FROM posting
		WHERE transaction_id IN ?? ORDER BY transaction_id, position`, func(p *row) []any {
		return []any{&p.of, &p.Account.Kind, &p.Account.Owner, &p.Amount.Minor, &p.Amount.Currency}
	}, ids)
	if err != nil {
		return nil, fmt.Errorf("read postings: %w", err)
	}
	for _, p := range ps {
		byID[p.of].Postings = append(byID[p.of].Postings, p.Posting)
	}
	return ts, nil
}

// Balances is the trial balance: what stands on each kind of account (all of them
// where none is named), summed over owners, by currency.
func (db *DB) Balances(ctx context.Context, kinds ...ledger.AccountKind) ([]ledger.Balance, error) {
	where, args := "", []any{}
	if len(kinds) > 0 {
		where, args = "WHERE account IN ??", []any{kinds}
	}
	return db.balances(ctx, `SELECT account, '', currency, CAST(SUM(minor) AS BIGINT) FROM posting `+where+`
		GROUP BY account, currency ORDER BY account, currency`, args...)
}

func (db *DB) balances(ctx context.Context, sql string, args ...any) ([]ledger.Balance, error) {
	bs, err := all(ctx, db, sql, func(b *ledger.Balance) []any {
		return []any{&b.Account.Kind, &b.Account.Owner, &b.Amount.Currency, &b.Amount.Minor}
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	return bs, nil
}

func moneyColumns(m *market.Money) []any { return []any{&m.Currency, &m.Minor} }

// Owed is what a supplier may be paid: earned less paid out less payouts due.
// Currencies in which nothing is owed are left out.
func (db *DB) Owed(ctx context.Context, supplier market.BusinessID) ([]market.Money, error) {
	owed, err := all(ctx, db, `
		SELECT currency, CAST(SUM(minor) AS BIGINT) FROM (
			SELECT currency, -minor AS minor FROM posting WHERE account = 'payable' AND owner = ?
			UNION ALL SELECT currency, -minor FROM payout WHERE supplier = ? AND state = 'due') owed
		GROUP BY currency HAVING SUM(minor) <> 0 ORDER BY currency`, moneyColumns, supplier, supplier)
	if err != nil {
		return nil, fmt.Errorf("read what is owed to supplier %s: %w", supplier, err)
	}
	return owed, nil
}

// Held is what buyers paid for a supplier's open orders, or all suppliers' for "".
func (db *DB) Held(ctx context.Context, supplier market.BusinessID) ([]market.Money, error) {
	where, args := "", []any{}
	if supplier != "" {
		where, args = " AND o.supplier = ?", append(args, supplier)
	}
	held, err := all(ctx, db, `
		SELECT p.currency, CAST(-SUM(p.minor) AS BIGINT) FROM orders o JOIN posting p ON p.account = 'hold' AND p.owner = o.id
		WHERE o.payment = 'held'`+where+` GROUP BY p.currency ORDER BY p.currency`, moneyColumns, args...)
	if err != nil {
		return nil, fmt.Errorf("read what is held for supplier %s: %w", supplier, err)
	}
	return held, nil
}

// Payables lists each supplier and currency with something owed and nothing due:
// positive amounts are owed.
func (db *DB) Payables(ctx context.Context) ([]ledger.Balance, error) {
	return db.balances(ctx, `
		SELECT account, owner, currency, CAST(-SUM(minor) AS BIGINT) FROM posting
		WHERE account = 'payable' AND NOT EXISTS (SELECT 1 FROM payout
			WHERE payout.supplier = posting.owner AND payout.currency = posting.currency AND payout.state = 'due')
		GROUP BY account, owner, currency HAVING SUM(minor) < 0 ORDER BY owner, currency`)
}

// DraftPayouts makes payouts due. One that is due already for the same supplier
// and currency, or that asks for more than is owed, is left out.
func (db *DB) DraftPayouts(ctx context.Context, made []ledger.Payout) error {
	var w plan
	for _, p := range made {
		w = append(w, step{
			sql: `INSERT INTO payout (id, supplier, minor, currency, state, made, person, bank)
				SELECT ?, ?, CAST(? AS BIGINT), ?, 'due', CAST(? AS BIGINT), '', ?
				WHERE (SELECT COALESCE(-SUM(minor), 0) FROM posting WHERE account = 'payable' AND owner = ? AND currency = ?) >= CAST(? AS BIGINT)
				ON CONFLICT (supplier, currency) WHERE state = 'due' DO NOTHING`,
			args: []any{p.ID, p.Supplier, p.Amount.Minor, p.Amount.Currency, p.Made, sealed(p.Bank), p.Supplier, p.Amount.Currency, p.Amount.Minor},
		})
	}
	return db.commit(ctx, w)
}

// Payouts lists payouts, newest first: 50 unless f.Limit says otherwise, 500 at most.
func (db *DB) Payouts(ctx context.Context, f ledger.PayoutFilter) ([]ledger.Payout, error) {
	where, args := "WHERE 1 = 1", []any{}
	if f.Supplier != "" {
		where, args = where+" AND supplier = ?", append(args, f.Supplier)
	}
	if f.Before != "" {
		where, args = where+" AND id < ?", append(args, f.Before)
	}
	switch { // the partial index is found by its very words
	case f.State == ledger.Due:
		where += " AND state = 'due'"
	case f.State != "":
		where, args = where+" AND state = ?", append(args, f.State)
	}
	ps, err := all(ctx, db, payoutColumns+where+` ORDER BY id DESC LIMIT ?`, payoutTargets, append(args, bounded(f.Limit, 50, 500))...)
	if err != nil {
		return nil, fmt.Errorf("read payouts: %w", err)
	}
	return ps, nil
}

const payoutColumns = `SELECT id, supplier, minor, currency, state, made, paid, person, bank FROM payout `

func payoutTargets(p *ledger.Payout) []any {
	return []any{&p.ID, &p.Supplier, &p.Amount.Minor, &p.Amount.Currency, &p.State, &p.Made, &p.PaidAt, &p.By, &p.Bank}
}

// Payout is one of them.
func (db *DB) Payout(ctx context.Context, id ledger.PayoutID) (ledger.Payout, error) {
	p, err := one(ctx, db, payoutColumns+`WHERE id = ?`, payoutTargets, id)
	return p, orMissing(err, "The payout")
}

var errNotDue = &market.Fault{Kind: market.Conflict, Msg: "This payout is no longer due.", Fix: "Look at the list again; somebody may have confirmed it."}

// SettlePayout books t and marks the payout paid. It is due, and t pays its
// supplier its amount, or nothing is written.
func (db *DB) SettlePayout(ctx context.Context, id ledger.PayoutID, t ledger.Transaction, events ...market.Event) error {
	booked, err := book(t)
	if err != nil {
		return fmt.Errorf("settle payout %s: %w", id, err)
	}
	paid, err := paidOut(t)
	if err != nil {
		return fmt.Errorf("settle payout %s: %w", id, err)
	}
	w := plan{{ // first of all: it holds a second hand back until this one has booked
		sql:  `UPDATE payout SET state = 'paid', paid = ?, person = ? WHERE id = ? AND state = 'due' AND supplier = ? AND minor = ? AND currency = ?`,
		args: []any{t.At, t.By, id, t.Business, paid.Minor, paid.Currency},
		want: 1, miss: errNotDue,
	}}
	w = append(w, booked...)
	w = append(w, step{sql: `UPDATE payout SET transaction_id = ? WHERE id = ?`, args: []any{t.ID, id}, want: 1})
	return db.commit(ctx, append(w, tellAll(events)...))
}

// paidOut is what a transaction takes from what is owed to its supplier.
func paidOut(t ledger.Transaction) (market.Money, error) {
	for _, p := range t.Postings {
		if p.Account == (ledger.Account{Kind: ledger.Payable, Owner: string(t.Business)}) {
			return p.Amount, nil
		}
	}
	return market.Money{}, errors.New("the transaction takes nothing from what is owed to its supplier")
}
