package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgres is the engine over a server. Every plan takes a connection of the
// pool and is sent with its COMMIT as one batch, whose steps are guarded: see
// guard. A plan with a step that can't be is committed once its row counts are
// checked, in a second round trip. The server gathers the commits of all
// connections itself.
type postgres struct {
	pool     *pgxpool.Pool
	patience time.Duration
	closed   atomic.Bool
}

func openPostgres(ctx context.Context, s Settings) (engine, error) {
	config, err := pgxpool.ParseConfig(s.URL)
	if err != nil {
		return nil, fmt.Errorf("store URL: %w", err)
	}
	config.MaxConns = int32(s.Connections)
	config.ConnConfig.RuntimeParams["application_name"] = "kontor"
	// A connection whose process died must not hold its rows for long.
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	e := &postgres{pool: pool, patience: patience}
	durable, err := one(ctx, e, "SELECT current_setting('synchronous_commit') <> 'off' AND current_setting('fsync')::boolean", itself[bool])
	if err == nil && !durable {
		err = errors.New("the server acknowledges writes before they are on disk; set synchronous_commit and fsync to on in postgresql.conf")
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	return e, nil
}

func (e *postgres) pick(d dialect) string { return d.postgres }

// maxTries bounds how often a plan is sent when the server asks for another try:
// two plans waited for each other, or, on a distributed database, met.
const maxTries = 6

func (e *postgres) run(ctx context.Context, p plan) error {
	pause := 2 * time.Millisecond
	for try := 1; ; try++ {
		err := e.try(ctx, p)
		if try == maxTries || !tryAgain(err) {
			return err
		}
		select {
		case <-time.After(pause + rand.N(pause)):
			pause *= 2
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tryAgain knows the two codes of a transaction that failed by meeting another
// (PostgreSQL, appendix A): serialization_failure, deadlock_detected.
func tryAgain(err error) bool {
	var fault *pgconn.PgError
	return errors.As(err, &fault) && (fault.Code == "40001" || fault.Code == "40P01")
}

func (e *postgres) try(ctx context.Context, p plan) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return e.ended(ctx, err)
	}
	defer conn.Release() // throws away a connection still inside a transaction
	if err := ctx.Err(); err != nil {
		return err
	}
	if texts, ok := guardAll(p); ok {
		return e.whole(ctx, conn, p, texts)
	}
	if err := e.send(ctx, conn, p); err != nil {
		e.end(ctx, conn, "ROLLBACK") // one that can't is thrown away by Release
		return e.ended(ctx, err)
	}
	// From here on an ended context must not hide what happened.
	return committed(e.end(ctx, conn, "COMMIT"))
}

// committed tells a commit that the server refused from one whose answer is lost.
func committed(err error) error {
	var fault *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault), pgconn.SafeToRetry(err): // refused, or never sent
		return fmt.Errorf("write records: %w", err)
	}
	return fmt.Errorf("%w: %w", errUnknown, err)
}

// patience bounds how long a plan that was sent is waited for, since its
// caller's end no longer stops it. A plan takes milliseconds; what waits longer
// waits for a row that somebody else holds, or for a server that hangs, and keeps
// a connection and a caller from everybody. Nobody looks at a page for 10 s.
const patience = 10 * time.Second

// end sends the statement that ends a transaction, whether or not ctx has ended.
func (e *postgres) end(ctx context.Context, conn *pgxpool.Conn, sql string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.patience)
	defer cancel()
	_, err := conn.Exec(ctx, sql)
	return err
}

// ended prefers what the caller can act on to what the driver makes of it: the
// context's own error, or ErrClosed. What may have happened it does not hide.
func (e *postgres) ended(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errUnknown) {
		return err
	}
	if why := ctx.Err(); why != nil {
		return why
	}
	if e.closed.Load() {
		return ErrClosed
	}
	return err
}

// send begins a transaction and carries out the steps, all in one round trip,
// and judges them in their order.
func (e *postgres) send(ctx context.Context, conn *pgxpool.Conn, p plan) error {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	for i := range p {
		args, err := plainAll(p[i].args)
		if err != nil {
			return p[i].fail(err)
		}
		batch.Queue(rebind(p[i].sql, forPostgres), args...)
	}
	results := conn.SendBatch(ctx, batch)
	err := judge(results, p)
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

func judge(results pgx.BatchResults, p plan) error {
	if _, err := results.Exec(); err != nil {
		return err
	}
	for i := range p {
		s := &p[i]
		rows, err := apply(results, s)
		var fault *pgconn.PgError
		switch {
		case errors.As(err, &fault) && s.clashed(fault):
			return s.missed()
		case err != nil:
			return s.fail(err)
		}
		if err := s.verdict(rows); err != nil {
			return err
		}
	}
	return nil
}

// apply reads the result of one step and returns how many rows it touched.
func apply(results pgx.BatchResults, s *step) (int64, error) {
	if s.into == nil {
		tag, err := results.Exec()
		return tag.RowsAffected(), err
	}
	rows, err := results.Query()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := scan(newPostgresRow(rows), s.into); err != nil {
			return 0, err
		}
	}
	rows.Close()
	return rows.CommandTag().RowsAffected(), rows.Err()
}

func plainAll(args []any) ([]any, error) {
	values := make([]any, len(args))
	for i, arg := range args {
		v, err := plain(arg)
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
		values[i] = v
	}
	return values, nil
}

// close waits for the plans and reads under way.
func (e *postgres) close() error {
	if e.closed.Swap(true) {
		return ErrClosed
	}
	e.pool.Close()
	return nil
}
