package store

import (
	"context"
	"errors"
	"time"
)

// request is the remembered answer to a request that changed something.
type request struct {
	digest string // keyed, of the request as it came, to tell a repeat from a reuse of the key
	answer []byte // id of what was made; nothing of a person's
}

// errRepeat is the miss of remember: the key was used before, so the plan is
// undone and the first answer, read by remembered, is given again.
var errRepeat = errors.New("the request was carried out before")

// remember makes a plan happen once for an actor's idempotency key. It stands
// first in the plan. The key belongs to the actor: another's equal key is
// another request.
func (db *DB) remember(actor, key, digest string, answer []byte) step {
	return step{
		sql:  `INSERT INTO request (actor, key, digest, answer, at) VALUES (?, ?, ?, ?, ?)` + db.pick(unlessThere),
		args: []any{actor, key, digest, answer, db.clock()},
		want: 1, miss: errRepeat, clash: "request_pkey",
	}
}

// unlessThere ends an INSERT that misses where its row is there already. On
// PostgreSQL the step names the constraint as its clash: the server then writes
// the row once and needs no guard, some 6 µs less.
var unlessThere = dialect{sqlite: ` ON CONFLICT DO NOTHING`}

// remembered returns what remember kept, or errNone.
func (db *DB) remembered(ctx context.Context, actor, key string) (request, error) {
	return one(ctx, db, `SELECT digest, answer FROM request WHERE actor = ? AND key = ?`,
		func(r *request) []any { return []any{&r.digest, &r.answer} }, actor, key)
}

// ForgetRequests drops the answers kept from before a time; their keys may be
// used anew. Called daily, it bounds the table.
func (db *DB) ForgetRequests(ctx context.Context, before time.Time) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM request WHERE at < ?`, args: []any{before}}})
}

// count raises the named counter by one and hands back its value: 1, 2, 3 …
// without gaps, since a plan that is undone takes its number back. Later steps of
// the plan read it as (SELECT value FROM counter WHERE name = ?). Plans that count
// the same name run one after another.
func count(name string, into *int64) step {
	return step{
		sql: `INSERT INTO counter (name, value) VALUES (?, 1)
		      ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`,
		args: []any{name},
		into: []any{into},
		want: 1,
	}
}
