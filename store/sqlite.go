package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/ncruces/go-sqlite3"
)

// sqlite is the engine over one file: a writer and a pool of readers, each on a
// connection of its own, on the driver's own interface. (database/sql over the
// same driver answered a fifth fewer pages a second.)
type sqlite struct {
	*writer
	uri     string
	readers chan *sqliteConn
}

// openSQLite opens the file and makes it if there is none.
func openSQLite(_ context.Context, s Settings) (engine, error) {
	e := &sqlite{uri: sqliteURI(s), readers: make(chan *sqliteConn, s.Connections)}
	// Checkpoints copy the log into the file while the writer waits. One in 4,000
	// pages (16 MB) makes them a third as frequent as the default without a
	// log that readers would feel. What a savepoint would undo is kept in memory:
	// in a file it took 30 % of the writer's time.
	writing, err := e.connect(s, `
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		PRAGMA foreign_keys = ON;
		PRAGMA secure_delete = FAST;
		PRAGMA temp_store = MEMORY;
		PRAGMA wal_autocheckpoint = 4000;
		PRAGMA journal_size_limit = 67108864;
		PRAGMA cache_size = -16384;`)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.path(), err)
	}
	for range s.Connections {
		reading, err := e.connect(s, `PRAGMA query_only = ON; PRAGMA cache_size = -4096;`)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open %s to read: %w", s.path(), err), e.closeReaders(), writing.close())
		}
		e.readers <- reading
	}
	e.writer = startWriter(writing, s)
	return e, nil
}

func sqliteURI(s Settings) string {
	u := url.URL{Path: s.path()}
	uri := "file:" + u.EscapedPath()
	if s.VFS != "" {
		uri += "?vfs=" + url.QueryEscape(s.VFS)
	}
	return uri
}

// connect opens one connection. No memory map: a page read beyond a file that
// was cut short would be a crash instead of an error.
func (e *sqlite) connect(s Settings, pragmas string) (*sqliteConn, error) {
	c, err := sqlite3.Open(e.uri)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.BusyTimeout(s.Busy), c.Exec(pragmas)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &sqliteConn{Conn: c, statements: make(map[string]*sqlite3.Stmt)}, nil
}

func (e *sqlite) pick(d dialect) string { return d.sqlite }

func (e *sqlite) query(ctx context.Context, sql string, args []any, each func(record) error) error {
	return e.reading(ctx, func(c *sqliteConn) error { return c.query(ctx, sql, args, each) })
}

func (e *sqlite) snapshot(ctx context.Context, read func(reader) error) error {
	return e.reading(ctx, func(c *sqliteConn) error {
		if err := c.run("BEGIN"); err != nil {
			return err
		}
		err := read(c)
		if ending := c.run("ROLLBACK"); err == nil {
			err = ending
		}
		return err
	})
}

// askAll reads at one moment.
func (e *sqlite) askAll(ctx context.Context, qs ...question) error {
	return e.snapshot(ctx, func(r reader) error {
		for _, q := range qs {
			if err := r.query(ctx, q.sql, q.args, q.each); err != nil {
				return err
			}
		}
		return nil
	})
}

// reading lends a connection of the pool.
func (e *sqlite) reading(ctx context.Context, use func(*sqliteConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c := <-e.readers:
		defer func() { e.readers <- c }()
		return use(c)
	case <-ctx.Done():
		return ctx.Err()
	case <-e.gone:
		return ErrClosed
	}
}

// close ends the writer first, then waits for the reads under way.
func (e *sqlite) close() error {
	if err := e.writer.close(); err != nil {
		return err
	}
	return e.closeReaders()
}

func (e *sqlite) closeReaders() error {
	var err error
	for range cap(e.readers) {
		err = errors.Join(err, (<-e.readers).close())
	}
	return err
}

func (e *sqlite) check(ctx context.Context) ([]string, error) {
	damage, err := all(ctx, e, "PRAGMA integrity_check", itself[string])
	if err != nil {
		return nil, err
	}
	if len(damage) == 1 && damage[0] == "ok" {
		damage = nil
	}
	type dangling struct {
		table, parent string
		row           int64
	}
	orphans, err := all(ctx, e, `SELECT "table", rowid, parent FROM pragma_foreign_key_check`, func(d *dangling) []any {
		return []any{&d.table, &d.row, &d.parent}
	})
	for _, d := range orphans {
		damage = append(damage, fmt.Sprintf("row %d of %s refers to a row that %s does not have", d.row, d.table, d.parent))
	}
	return damage, err
}
