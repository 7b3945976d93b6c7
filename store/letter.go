package store

import (
	"context"
	"fmt"
	"time"

	"kontor/market"
)

// Letter is one that was sent, sealed as it was sent (table letter, column body;
// key of the house).
type Letter struct {
	ID   string // of the event that it tells of, or a UUIDv7
	Sent time.Time
	Body market.Sealed
}

// mostLetters bounds the letters kept; older ones make room, some at a time: a
// count at every letter would cost more than the letter.
const (
	mostLetters = 2_000
	roomEvery   = 100
)

// KeepLetter keeps a letter, once for each ID.
func (db *DB) KeepLetter(ctx context.Context, l Letter) error {
	p := plan{{sql: `INSERT INTO letter (id, sent, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`, args: []any{l.ID, l.Sent, []byte(l.Body)}}}
	if db.letters.Add(1)%roomEvery == 0 {
		p = append(p, step{sql: `DELETE FROM letter WHERE sent < (SELECT sent FROM letter ORDER BY sent DESC LIMIT 1 OFFSET ?)`, args: []any{mostLetters - 1}})
	}
	return db.commit(ctx, p)
}

// Letters lists kept letters, newest first: 50 unless limit says otherwise, 500 at
// most.
func (db *DB) Letters(ctx context.Context, limit int) ([]Letter, error) {
	ls, err := all(ctx, db, `SELECT id, sent, body FROM letter WHERE length(body) > 0 ORDER BY sent DESC, id DESC LIMIT ?`,
		func(l *Letter) []any { return []any{&l.ID, &l.Sent, &l.Body} }, bounded(limit, 50, 500))
	if err != nil {
		return nil, fmt.Errorf("read kept letters: %w", err)
	}
	return ls, nil
}

// Posted tells whether a relay has taken this letter.
func (db *DB) Posted(ctx context.Context, id string) (bool, error) {
	n, err := one(ctx, db, `SELECT COUNT(*) FROM posted WHERE id = ?`, itself[int], id)
	return n > 0, err
}

// MarkPosted notes that a relay has taken this letter.
func (db *DB) MarkPosted(ctx context.Context, id string, at time.Time) error {
	return db.commit(ctx, plan{{sql: `INSERT INTO posted (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING`, args: []any{id, at}}})
}

// ForgetPosted drops the marks from before a time. Called daily, it bounds them:
// no event comes again after weeks.
func (db *DB) ForgetPosted(ctx context.Context, before time.Time) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM posted WHERE at < ?`, args: []any{before}}})
}
