package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// asker is a pool, a connection or a transaction.
type asker interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (e *postgres) query(ctx context.Context, sql string, args []any, each func(record) error) error {
	return e.ask(ctx, e.pool, sql, args, each)
}

func (e *postgres) ask(ctx context.Context, from asker, sql string, args []any, each func(record) error) error {
	values, err := plainAll(args)
	if err == nil {
		err = askPlain(ctx, from, rebind(sql, forPostgres), values, each)
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", headline(sql), e.ended(ctx, err))
}

func askPlain(ctx context.Context, from asker, sql string, values []any, each func(record) error) error {
	rows, err := from.Query(ctx, sql, values...)
	if err != nil {
		return err
	}
	return answers(rows, each)
}

// askAll sends all questions at once; each is answered as of its own moment.
func (e *postgres) askAll(ctx context.Context, qs ...question) error {
	batch := &pgx.Batch{}
	for _, q := range qs {
		values, err := plainAll(q.args)
		if err != nil {
			return fmt.Errorf("%s: %w", headline(q.sql), err)
		}
		batch.Queue(rebind(q.sql, forPostgres), values...)
	}
	results := e.pool.SendBatch(ctx, batch)
	for _, q := range qs {
		rows, err := results.Query()
		if err == nil {
			err = answers(rows, q.each)
		}
		if err != nil {
			_ = results.Close() // repeats the error
			return fmt.Errorf("%s: %w", headline(q.sql), e.ended(ctx, err))
		}
	}
	if err := results.Close(); err != nil {
		return e.ended(ctx, err)
	}
	return nil
}

func answers(rows pgx.Rows, each func(record) error) error {
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	row := newPostgresRow(rows)
	for {
		if err := each(row); err != nil {
			return err
		}
		if !rows.Next() {
			return rows.Err()
		}
		row.values = rows.RawValues()
	}
}

// snapshot reads at one moment (REPEATABLE READ is that on PostgreSQL).
func (e *postgres) snapshot(ctx context.Context, read func(reader) error) error {
	tx, err := e.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return e.ended(ctx, err)
	}
	defer tx.Rollback(ctx)
	return read(frozen{e, tx})
}

// frozen is the reader of one transaction.
type frozen struct {
	engine *postgres
	tx     pgx.Tx
}

func (f frozen) query(ctx context.Context, sql string, args []any, each func(record) error) error {
	return f.engine.ask(ctx, f.tx, sql, args, each)
}

// postgresRow reads the values of one row as the server sent them.
type postgresRow struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][]byte
}

func newPostgresRow(rows pgx.Rows) *postgresRow {
	return &postgresRow{types: rows.Conn().TypeMap(), fields: rows.FieldDescriptions(), values: rows.RawValues()}
}

func (r *postgresRow) null(i int) bool { return r.values[i] == nil }

func (r *postgresRow) integer(i int) (n int64, err error) {
	if r.fields[i].DataTypeOID == pgtype.BoolOID {
		var yes bool
		if err = r.scan(i, &yes); yes {
			n = 1
		}
		return n, err
	}
	err = r.scan(i, &n)
	return n, err
}

func (r *postgresRow) real(i int) (f float64, err error) { err = r.scan(i, &f); return f, err }
func (r *postgresRow) text(i int) (s string, err error)  { err = r.scan(i, &s); return s, err }
func (r *postgresRow) bytes(i int) (b []byte, err error) { err = r.scan(i, &b); return b, err }

func (r *postgresRow) scan(i int, target any) error {
	return r.types.Scan(r.fields[i].DataTypeOID, r.fields[i].Format, r.values[i], target)
}

// check looks at what the server itself knows to be unsound: constraints that
// were added without looking at the rows, and indexes whose making broke off.
func (e *postgres) check(ctx context.Context) ([]string, error) {
	return all(ctx, e, `
		SELECT 'constraint ' || conname || ' of ' || conrelid::regclass || ' was never checked on its rows'
		FROM pg_constraint WHERE NOT convalidated
		UNION ALL
		SELECT 'index ' || indexrelid::regclass || ' of ' || indrelid::regclass || ' is not valid'
		FROM pg_index WHERE NOT indisvalid OR NOT indisready
		ORDER BY 1`, itself[string])
}
