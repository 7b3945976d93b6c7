package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A plan is a change: statements that commit together, in this order, the
// history row and the event included. A step can use what the steps before it
// wrote, by SQL alone; nothing returns to Go in between, which is what makes a
// plan one round trip on PostgreSQL. Lock order is the order of the steps: touch
// rows of one kind in the order of their keys, so that two plans can't wait for
// each other.
type plan []step

// step is one INSERT, UPDATE or DELETE, or on PostgreSQL a SELECT that locks.
type step struct {
	sql  string // whole, with ? for each value and ?? for a list of keys (see rebind)
	args []any  // see plain for the types

	// want is the number of rows that must be touched; 0 means any number. On
	// another number the plan is undone and commit returns miss as it is.
	want int
	miss error

	// clash names the unique constraint whose violation is a miss, too, on
	// PostgreSQL; see unlessThere.
	clash string

	// into receives the row that RETURNING gives, once the plan has committed or
	// failed; it keeps its values where no row came.
	into []any

	event bool // the relay is to be woken
}

// errMissed stands in for the miss of a step that names none.
var errMissed = errors.New("a step touched another number of rows than it wanted")

// commit carries out p whole or not at all and returns once it is on disk.
//
// The error is a step's miss, unwrapped; or the context's, if p was not begun
// before it ended; or ErrClosed; or a fault of the database, after which p is
// undone, except that a connection lost in the middle of a commit leaves the
// outcome open: errUnknown. An idempotency row settles that at the next try.
func (db *DB) commit(ctx context.Context, p plan) error {
	if err := db.run(ctx, p); err != nil {
		return err
	}
	for i := range p {
		if p[i].event {
			db.ring()
			break
		}
	}
	return nil
}

// errUnknown says that nobody can tell whether a plan was committed.
var errUnknown = errors.New("outcome unknown: the connection was lost while committing")

// verdict judges the rows that a step touched.
func (s *step) verdict(rows int64) error {
	if s.want == 0 || rows == int64(s.want) {
		return nil
	}
	return s.missed()
}

func (s *step) missed() error {
	if s.miss != nil {
		return s.miss
	}
	return fmt.Errorf("%s: %w: not %d", s.name(), errMissed, s.want)
}

// fail adds to a database's error which step it was.
func (s *step) fail(err error) error { return fmt.Errorf("%s: %w", s.name(), err) }

// name returns the first three words of the statement, as in "INSERT INTO outbox".
func (s *step) name() string { return headline(s.sql) }

func headline(sql string) string {
	words := strings.Fields(sql)
	return strings.Join(words[:min(3, len(words))], " ")
}
