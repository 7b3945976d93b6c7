package store

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/google/uuid"
)

// Event is what happened, as the bus delivers it. It carries ids, never
// personal data.
type Event struct {
	Seq     int64  // order of writing; see Pending
	ID      string // the same at every delivery: consumers know a repeat by it
	Subject string // such as order.placed
	Body    []byte // JSON
	At      time.Time
}

// event adds an event to a plan: it is told if, and only if, the plan commits.
func (db *DB) event(subject string, body []byte) step {
	now := db.clock()
	return step{
		sql:   `INSERT INTO outbox (id, subject, body, at) VALUES (?, ?, ?, ?)`,
		args:  []any{newID(now), subject, string(body), now},
		event: true,
	}
}

// newID makes a UUID of version 7 (RFC 9562 §5.7) from now and 74 random bits.
func newID(now time.Time) string {
	var id uuid.UUID
	rand.Read(id[:]) // never fails: it stops the program instead
	for i, ms := 5, now.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// Wake returns a channel that yields when events may be waiting: after a commit
// that holds one, and once after Open. There is one token for any number of
// events, so a single relay drains Pending each time. On PostgreSQL it tells of
// this process's commits only; the relay also looks every few seconds, for what
// a process left that died.
func (db *DB) Wake() <-chan struct{} { return db.wake }

func (db *DB) ring() {
	select {
	case db.wake <- struct{}{}:
	default: // a token is there already
	}
}

// Pending returns the oldest events not yet Sent, at most limit. On PostgreSQL a
// later call may return a smaller Seq than an earlier one, because numbers are
// given before the commit: remember what was sent by calling Sent, never by the
// highest number seen.
func (db *DB) Pending(ctx context.Context, limit int) ([]Event, error) {
	return all(ctx, db, `SELECT seq, id, subject, body, at FROM outbox ORDER BY seq LIMIT ?`,
		func(e *Event) []any { return []any{&e.Seq, &e.ID, &e.Subject, &e.Body, &e.At} }, limit)
}

// Sent forgets events that the bus has taken. Numbers are never given twice, so
// a late repeat does no harm.
func (db *DB) Sent(ctx context.Context, seqs ...int64) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM outbox WHERE seq IN ??`, args: []any{seqs}}})
}
