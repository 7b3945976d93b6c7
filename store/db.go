package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"kontor/market"
)

// DB is an open store. Each subject's file adds its methods.
type DB struct {
	engine
	clock func() time.Time
	log   *slog.Logger
	wake  chan struct{} // holds a token while events wait that nobody was told of

	tables tables

	letters    atomic.Int64 // kept since the start, so that room is made now and then
	guestCarts atomic.Int64 // put since the start, for the same
}

// engine is what the two databases do differently. Statements and values reach
// it as the callers wrote them.
type engine interface {
	reader
	// run carries out p whole or not at all.
	run(ctx context.Context, p plan) error
	// askAll answers several SELECTs in one round trip, in their order.
	askAll(ctx context.Context, qs ...question) error
	// snapshot runs read on one unchanging state of the records.
	snapshot(ctx context.Context, read func(reader) error) error
	check(ctx context.Context) ([]string, error)
	migrate(ctx context.Context, log *slog.Logger, files fs.FS) error
	pick(d dialect) string
	close() error
}

// ErrClosed answers a call that came after Close.
var ErrClosed = errors.New("the store is closed")

// Open opens the records at s.URL, makes them if there are none, and brings them
// to this release's form. It refuses records of a newer release. The clock
// stamps events.
func Open(ctx context.Context, s Settings, clock func() time.Time, log *slog.Logger) (*DB, error) {
	return openWith(ctx, s, clock, log, migrations)
}

// openWith opens with other migrations than the release's.
func openWith(ctx context.Context, s Settings, clock func() time.Time, log *slog.Logger, files fs.FS) (*DB, error) {
	if faults := s.Check(); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	s = s.withDefaults()
	open := openSQLite
	if s.postgres() {
		open = openPostgres
	}
	e, err := open(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := e.migrate(ctx, log, files); err != nil {
		return nil, errors.Join(err, e.close())
	}
	db := &DB{engine: e, clock: clock, log: log, wake: make(chan struct{}, 1), tables: tables{known: make(map[market.BusinessID]knownTable)}}
	db.wake <- struct{}{} // events may have stayed from the last run
	return db, nil
}

// Close carries out the plans that were handed in before it, answers everybody
// else with ErrClosed, and closes the records. A second call returns ErrClosed.
func (db *DB) Close() error { return db.close() }

// Check looks for damage that no rule of trade can explain: pages, indexes and
// references on SQLite, unvalidated constraints and broken indexes on PostgreSQL.
// It returns one line a problem, none if all is well, and reads the whole of a
// SQLite file.
func (db *DB) Check(ctx context.Context) ([]string, error) { return db.check(ctx) }

// dialect holds a statement whose text can't be the same on both engines.
type dialect struct{ sqlite, postgres string }
