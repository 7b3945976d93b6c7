package store

import (
	"context"
	"errors"
	"fmt"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

var _ order.Threads = (*DB)(nil)

// errStands tells that a thread of the same order or question is there already.
var errStands = errors.New("the thread stands already")

// Start writes a thread with its key, or returns the one that stands.
func (db *DB) Start(ctx context.Context, t order.Thread, k party.Key) (order.Thread, error) {
	err := db.commit(ctx, plan{
		{
			sql: `INSERT INTO thread (id, order_id, listing, title, buyer, supplier, started, last, messages)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
			args: []any{t.ID, null(t.Order), null(t.Listing), t.Title, t.Buyer, t.Supplier, t.Started, t.Started},
			want: 1, miss: errStands,
		},
		insertKey(k),
	})
	if errors.Is(err, errStands) {
		if t.Order != "" {
			return db.ThreadOfOrder(ctx, t.Order)
		}
		return db.thread(ctx, `WHERE order_id IS NULL AND listing = ? AND buyer = ?`, t.Listing, t.Buyer)
	}
	t.Last, t.Messages = t.Started, 0
	return t, err
}

const selectThreads = `SELECT id, order_id, listing, title, buyer, supplier, started, last, messages FROM thread `

func threadColumns(t *order.Thread) []any {
	return []any{&t.ID, &t.Order, &t.Listing, &t.Title, &t.Buyer, &t.Supplier, &t.Started, &t.Last, &t.Messages}
}

func (db *DB) thread(ctx context.Context, where string, args ...any) (order.Thread, error) {
	t, err := one(ctx, db, selectThreads+where, threadColumns, args...)
	return t, orMissing(err, "This conversation")
}

// Thread reads one thread; NotFound if there is none.
func (db *DB) Thread(ctx context.Context, id order.ThreadID) (order.Thread, error) {
	return db.thread(ctx, `WHERE id = ?`, id)
}

// ThreadOfOrder reads an order's thread; NotFound before it is started.
func (db *DB) ThreadOfOrder(ctx context.Context, id order.ID) (order.Thread, error) {
	return db.thread(ctx, `WHERE order_id = ?`, id)
}

// ThreadsOf lists a business's threads on either side, newest message first: 50
// unless limit says otherwise, 500 at most.
func (db *DB) ThreadsOf(ctx context.Context, b market.BusinessID, limit int) ([]order.Thread, error) {
	limit = bounded(limit, 50, 500)
	ts, err := all(ctx, db, `
		SELECT * FROM (SELECT * FROM (`+selectThreads+`WHERE buyer = ? ORDER BY last DESC LIMIT ?) bought
			UNION SELECT * FROM (`+selectThreads+`WHERE supplier = ? ORDER BY last DESC LIMIT ?) sold) both_sides
		ORDER BY last DESC, id DESC LIMIT ?`, threadColumns, b, limit, b, limit, limit)
	if err != nil {
		return nil, fmt.Errorf("read threads of business %s: %w", b, err)
	}
	return ts, nil
}

// Say adds a message.
func (db *DB) Say(ctx context.Context, m order.Message, once market.Idempotency, a market.Actor, events ...market.Event) error {
	p := append(db.begun(a, once, nil), step{
		sql: `UPDATE thread SET last = ?, messages = messages + 1 WHERE id = ?`, args: []any{m.At, m.Thread},
		want: 1, miss: market.Missing("This conversation"),
	}, step{
		sql:  `INSERT INTO message (thread_id, id, sender, person, text, at) VALUES (?, ?, ?, ?, ?, ?)`,
		args: []any{m.Thread, m.ID, m.From, m.By, []byte(m.Text), m.At},
	})
	return db.unlessRepeated(ctx, db.commit(ctx, append(p, tellAll(events)...)), a, once)
}

// Messages reads a thread, oldest first: of a longer one the newest 500.
func (db *DB) Messages(ctx context.Context, id order.ThreadID) ([]order.Message, error) {
	ms, err := all(ctx, db, `SELECT id, thread_id, sender, person, text, at FROM
		(SELECT * FROM message WHERE thread_id = ? ORDER BY id DESC LIMIT 500) newest ORDER BY id`,
		func(m *order.Message) []any { return []any{&m.ID, &m.Thread, &m.From, &m.By, &m.Text, &m.At} }, id)
	if err != nil {
		return nil, fmt.Errorf("read messages of thread %s: %w", id, err)
	}
	return ms, nil
}
