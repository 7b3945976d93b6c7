package store

import (
	"context"
	"errors"
)

// reader answers SELECTs: the DB itself, or a snapshot of it.
type reader interface {
	// query calls each once per row. The record is valid during the call only;
	// each must not query the same reader.
	query(ctx context.Context, sql string, args []any, each func(record) error) error
}

// question is one SELECT of those that are asked together.
type question struct {
	sql  string
	args []any
	each func(record) error // as in query
}

// errNone answers one where no row was found. Subjects turn it into the fault
// that their room names.
var errNone = errors.New("no such row")

// one reads the first row of a whole SELECT into a T, or answers errNone.
// columns lists where the values go, in the order of the SELECT:
//
//	o, err := one(ctx, db, selectOrder, func(o *order.Order) []any {
//		return []any{&o.ID, &o.State, &o.PlacedAt}
//	}, id)
func one[T any](ctx context.Context, r reader, sql string, columns func(*T) []any, args ...any) (T, error) {
	var row T
	found := false
	err := r.query(ctx, sql, args, func(rec record) error {
		if found {
			return nil
		}
		found = true
		return scan(rec, columns(&row))
	})
	if err == nil && !found {
		err = errNone
	}
	return row, err
}

// all reads every row of a whole SELECT; the statement bounds them by LIMIT or
// by what it is about. Without rows it returns nil.
func all[T any](ctx context.Context, r reader, sql string, columns func(*T) []any, args ...any) ([]T, error) {
	var rows []T
	err := r.query(ctx, sql, args, collect(&rows, columns))
	return rows, err
}

// collect appends each row to rows.
func collect[T any](rows *[]T, columns func(*T) []any) func(record) error {
	var (
		none, row T
		targets   = columns(&row) // one row is read, then copied out: no allocation each
	)
	return func(rec record) error {
		row = none
		if err := scan(rec, targets); err != nil {
			return err
		}
		*rows = append(*rows, row)
		return nil
	}
}

// itself is the columns of a statement that selects one: a count, a list of ids.
func itself[T any](v *T) []any { return []any{v} }
