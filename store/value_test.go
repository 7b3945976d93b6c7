package store

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"kontor/store/storetest"
)

type (
	slug     string
	pieces   int64
	envelope []byte
	urgent   bool
	percent  float32
	level    uint8
)

// drawer has a field of every kind that a subject may keep.
type drawer struct {
	Text    string
	Slug    slug
	Whole   int64
	Pieces  pieces
	Count   int
	Level   level
	Share   percent
	Urgent  urgent
	Raw     []byte
	Sealed  envelope
	At      time.Time
	Term    time.Duration
	Maybe   *pieces
	Options map[string][]int
}

func (d *drawer) columns() []any {
	return []any{&d.Text, &d.Slug, &d.Whole, &d.Pieces, &d.Count, &d.Level, &d.Share, &d.Urgent,
		&d.Raw, &d.Sealed, &d.At, &d.Term, &d.Maybe, asJSON(&d.Options)}
}

func (d *drawer) values() []any {
	return []any{d.Text, d.Slug, d.Whole, d.Pieces, d.Count, d.Level, d.Share, d.Urgent,
		d.Raw, d.Sealed, d.At, d.Term, d.Maybe, asJSON(d.Options)}
}

func TestWhatIsKeptComesBack(t *testing.T) {
	few := pieces(3)
	drawers := map[string]drawer{
		"all set": {"Grüße, 世界", "brass-hooks", math.MaxInt64, -5, 7, 255, 0.25, true,
			[]byte{0, 1, 255}, envelope{9}, noon().Add(123456 * time.Microsecond), time.Hour, &few, map[string][]int{"EUR": {1, 2}}},
		"nothing set": {},
		"before 1970": {At: time.Date(1850, 1, 2, 3, 4, 5, 6000, time.UTC)},
	}
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, db.pick(dialect{
			sqlite: `CREATE TABLE drawer (text TEXT, slug TEXT, whole INTEGER, pieces INTEGER, count INTEGER, level INTEGER,
				share REAL, urgent INTEGER, raw BLOB, sealed BLOB, at INTEGER, term INTEGER, maybe INTEGER, options TEXT) STRICT`,
			postgres: `CREATE TABLE drawer (text TEXT, slug TEXT, whole BIGINT, pieces BIGINT, count BIGINT, level BIGINT,
				share DOUBLE PRECISION, urgent BOOLEAN, raw BYTEA, sealed BYTEA, at BIGINT, term BIGINT, maybe BIGINT, options TEXT)`,
		}))
		for name, want := range drawers {
			t.Run(name, func(t *testing.T) {
				must(t, db, `DELETE FROM drawer`)
				err := db.commit(t.Context(), plan{{sql: `INSERT INTO drawer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args: want.values(), want: 1}})
				if err != nil {
					t.Fatal(err)
				}
				rows, err := all(t.Context(), db, `SELECT * FROM drawer`, (*drawer).columns)
				if err != nil || len(rows) != 1 || !reflect.DeepEqual(rows[0], want) {
					t.Errorf("a supplier's entry changed on its way\n got %+v\nwant %+v (%v)", rows, want, err)
				}
			})
		}
	})
}

func TestRowsDoNotShareMemory(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE t (id TEXT PRIMARY KEY, doc TEXT)`, `INSERT INTO t VALUES ('a', '[1]'), ('b', NULL), ('c', '[3]')`)
		type row struct {
			id  []byte
			doc []int
		}
		rows, err := all(t.Context(), db, `SELECT id, doc FROM t ORDER BY id`, func(r *row) []any { return []any{&r.id, asJSON(&r.doc)} })
		want := []row{{[]byte("a"), []int{1}}, {[]byte("b"), nil}, {[]byte("c"), []int{3}}}
		if err != nil || !reflect.DeepEqual(rows, want) {
			t.Errorf("got %v, %v, want %v: one buyer's row shows in another's", rows, err, want)
		}
	})
}

func TestListsOfKeys(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE t (id TEXT PRIMARY KEY, n BIGINT)`, `INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)`)
		for name, c := range map[string]struct {
			sql  string
			list any
			want []string
		}{
			"named strings":      {`SELECT id FROM t WHERE id IN ?? ORDER BY id`, []slug{"a", "c", "x"}, []string{"a", "c"}},
			"whole numbers":      {`SELECT id FROM t WHERE n IN ?? ORDER BY id`, []pieces{2, 3}, []string{"b", "c"}},
			"an empty list":      {`SELECT id FROM t WHERE id IN ?? ORDER BY id`, []slug{}, nil},
			"a nil list":         {`SELECT id FROM t WHERE id IN ?? ORDER BY id`, []string(nil), nil},
			"all but these":      {`SELECT id FROM t WHERE id NOT IN ?? ORDER BY id`, []slug{"a"}, []string{"b", "c"}},
			"all but none":       {`SELECT id FROM t WHERE id NOT IN ?? ORDER BY id`, []slug{}, []string{"a", "b", "c"}},
			"quotes in a string": {`SELECT id FROM t WHERE id IN ?? ORDER BY id`, []slug{`a"],'`}, nil},
		} {
			t.Run(name, func(t *testing.T) {
				got, err := all(t.Context(), db, c.sql, itself[string], c.list)
				if err != nil || !slices.Equal(got, c.want) {
					t.Errorf("got %v, %v, want %v", got, err, c.want)
				}
			})
		}
	})
}

func TestOneWithoutRow(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		if _, err := one(t.Context(), db, `SELECT seq FROM outbox`, itself[int64]); err != errNone {
			t.Errorf("got %v, want errNone", err)
		}
	})
}

func TestNumberTooLargeForItsField(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		if l, err := one(t.Context(), db, `SELECT 256`, itself[level]); err == nil {
			t.Errorf("got %d without an error: a figure was cut short silently", l)
		}
	})
}
