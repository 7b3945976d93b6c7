package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// sqliteConn is a connection with its prepared statements. It serves one
// goroutine at a time.
type sqliteConn struct {
	*sqlite3.Conn
	statements map[string]*sqlite3.Stmt // by the text as written
}

// maxStatements bounds the statements kept per connection, some 5 KB each. The
// program has fewer; beyond it an arbitrary one is prepared again.
const maxStatements = 512

// statement returns the prepared form of sql, reset and free to bind.
func (c *sqliteConn) statement(sql string) (*sqlite3.Stmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	s, tail, err := c.PrepareFlags(rebind(sql, forSQLite), sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, err
	}
	if s == nil || tail != "" {
		s.Close()
		return nil, fmt.Errorf("%q is not one statement", headline(sql))
	}
	if len(c.statements) >= maxStatements {
		for text, other := range c.statements {
			other.Close()
			delete(c.statements, text)
			break
		}
	}
	c.statements[sql] = s
	return s, nil
}

// run executes a statement without values, such as BEGIN.
func (c *sqliteConn) run(sql string) error {
	s, err := c.statement(sql)
	if err != nil {
		return err
	}
	return s.Exec()
}

// query is reader's. An ended context interrupts it within some 1,000 steps of
// the virtual machine.
func (c *sqliteConn) query(ctx context.Context, sql string, args []any, each func(record) error) error {
	defer c.SetInterrupt(c.SetInterrupt(ctx))
	err := c.rows(sql, args, each)
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		err = ended
	}
	return fmt.Errorf("%s: %w", headline(sql), err)
}

func (c *sqliteConn) rows(sql string, args []any, each func(record) error) error {
	s, err := c.bound(sql, args)
	if err != nil {
		return err
	}
	for s.Step() {
		if err := each(sqliteRow{s}); err != nil {
			s.Reset()
			return err
		}
	}
	return s.Reset()
}

// apply carries out one step and returns how many rows it touched.
func (c *sqliteConn) apply(st *step) (int64, error) {
	s, err := c.bound(st.sql, st.args)
	if err != nil {
		return 0, err
	}
	if st.into == nil {
		if err := s.Exec(); err != nil {
			return 0, err
		}
		return c.Changes(), nil
	}
	got := false
	for s.Step() {
		if got {
			continue
		}
		got = true
		if err := scan(sqliteRow{s}, st.into); err != nil {
			s.Reset()
			return 0, err
		}
	}
	if err := s.Reset(); err != nil {
		return 0, err
	}
	return c.Changes(), nil
}

func (c *sqliteConn) bound(sql string, args []any) (*sqlite3.Stmt, error) {
	s, err := c.statement(sql)
	if err != nil {
		return nil, err
	}
	if n := s.BindCount(); n != len(args) {
		return nil, fmt.Errorf("%d values for %d places", len(args), n)
	}
	for i, arg := range args {
		v, err := plain(arg)
		if err == nil {
			err = bindSQLite(s, i+1, v)
		}
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return s, nil
}

func bindSQLite(s *sqlite3.Stmt, place int, v any) error {
	switch v := v.(type) {
	case int64:
		return s.BindInt64(place, v)
	case string:
		return s.BindText(place, v)
	case []byte:
		return s.BindBlob(place, v)
	case bool:
		return s.BindBool(place, v)
	case float64:
		return s.BindFloat(place, v)
	case []string, []int64:
		keys, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return s.BindText(place, string(keys))
	}
	return s.BindNull(place)
}

// close ends the connection and its statements.
func (c *sqliteConn) close() error {
	for _, s := range c.statements {
		s.Close()
	}
	return c.Conn.Close()
}

// sqliteRow reads the row that a statement stands on. Tables are STRICT, so a
// column holds what it declares.
type sqliteRow struct{ *sqlite3.Stmt }

func (r sqliteRow) null(i int) bool              { return r.ColumnType(i) == sqlite3.NULL }
func (r sqliteRow) integer(i int) (int64, error) { return r.ColumnInt64(i), nil }
func (r sqliteRow) real(i int) (float64, error)  { return r.ColumnFloat(i), nil }
func (r sqliteRow) text(i int) (string, error)   { return r.ColumnText(i), nil }
func (r sqliteRow) bytes(i int) ([]byte, error)  { return r.ColumnBlob(i, nil), nil }
