package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kontor/store/storetest"
)

// noon is the clock of these tests.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// bare holds the engine's own migration, so that these tests stand by themselves
// and may name their tables as they like.
func bare(t testing.TB) fs.FS {
	files := fstest.MapFS{}
	for _, name := range []string{"migrations/sqlite/0001_engine.sql", "migrations/postgres/0001_engine.sql"} {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// opened opens a bare store for the test's time.
func opened(t testing.TB, s Settings) *DB {
	t.Helper()
	db, err := openWith(t.Context(), s, noon, slog.New(slog.DiscardHandler), bare(t))
	return closing(t, db, err)
}

// whole opens a store with every subject's tables.
func whole(t testing.TB, s Settings) *DB {
	t.Helper()
	db, err := Open(t.Context(), s, noon, slog.New(slog.DiscardHandler))
	return closing(t, db, err)
}

func closing(t testing.TB, db *DB, err error) *DB {
	t.Helper()
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Errorf("close the store: %v", err)
		}
	})
	return db
}

// must commits statements without values, each by itself.
func must(t testing.TB, db *DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if err := db.commit(t.Context(), plan{{sql: sql}}); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

func number(t testing.TB, db *DB, sql string, args ...any) int64 {
	t.Helper()
	n, err := one(t.Context(), db, sql, itself[int64], args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyWritersNeverSeeALock(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
		const writers, each = 64, 10
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for range each {
					if err := db.commit(t.Context(), plan{{sql: `UPDATE tally SET n = n + 1 WHERE id = ?`, args: []any{1}, want: 1}}); err != nil {
						t.Errorf("a customer's write was refused among %d at once: %v", writers, err)
					}
					if _, err := one(t.Context(), db, `SELECT n FROM tally WHERE id = 1`, itself[int64]); err != nil {
						t.Errorf("a customer's page failed while others wrote: %v", err)
					}
				}
			})
		}
		all.Wait()
		if got, want := number(t, db, `SELECT n FROM tally`), int64(writers*each); got != want {
			t.Errorf("got %d of %d acknowledged writes", got, want)
		}
	})
}

func TestReadAfterAcknowledgedWriteSeesIt(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE mark (writer BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (writer, n))`)
		var all sync.WaitGroup
		for writer := range 8 {
			all.Go(func() {
				for n := range 30 {
					if err := db.commit(t.Context(), plan{{sql: `INSERT INTO mark VALUES (?, ?)`, args: []any{writer, n}}}); err != nil {
						t.Error(err)
						return
					}
					got, err := one(t.Context(), db, `SELECT count(*) FROM mark WHERE writer = ?`, itself[int], writer)
					if err != nil || got != n+1 {
						t.Errorf("after placing order %d its buyer saw %d (%v)", n+1, got, err)
					}
				}
			})
		}
		all.Wait()
	})
}

func TestSnapshotDoesNotMove(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE mark (n BIGINT NOT NULL)`, `INSERT INTO mark VALUES (1)`)
		err := db.snapshot(t.Context(), func(r reader) error {
			for range 2 {
				n, err := one(t.Context(), r, `SELECT count(*) FROM mark`, itself[int])
				if err != nil || n != 1 {
					t.Errorf("a statement of account changed while it was read: %d rows, %v", n, err)
				}
				must(t, db, `INSERT INTO mark VALUES (2)`)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := number(t, db, `SELECT count(*) FROM mark`); n != 3 {
			t.Errorf("got %d rows after the snapshot, want 3", n)
		}
	})
}

func TestEndedContextTellsTheTruth(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url, Queue: 4, Batch: 2})
		must(t, db, `CREATE TABLE mark (id BIGINT PRIMARY KEY)`)
		var (
			all   sync.WaitGroup
			mu    sync.Mutex
			acked = map[int]bool{}
		)
		for id := range 200 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(id%20)*time.Millisecond)
				defer cancel()
				err := db.commit(ctx, plan{{sql: `INSERT INTO mark VALUES (?)`, args: []any{id}}})
				switch {
				case err == nil, errors.Is(err, context.DeadlineExceeded):
				default:
					t.Errorf("got %v, want the context's own error", err)
				}
				mu.Lock()
				acked[id] = err == nil
				mu.Unlock()
			})
		}
		all.Wait()
		onRecord, err := written(t, db)
		if err != nil {
			t.Fatal(err)
		}
		for id, ok := range acked {
			if ok != onRecord[id] {
				t.Errorf("order %d: its buyer was told %t, the records say %t", id, ok, onRecord[id])
			}
		}
	})
}

func written(t *testing.T, db *DB) (map[int]bool, error) {
	ids, err := all(t.Context(), db, `SELECT id FROM mark`, itself[int])
	found := map[int]bool{}
	for _, id := range ids {
		found[id] = true
	}
	return found, err
}

func TestCloseAnswersEverybody(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url, Queue: 8})
		must(t, db, `CREATE TABLE mark (id BIGINT PRIMARY KEY)`)
		var (
			all   sync.WaitGroup
			acked = make([]bool, 64)
		)
		for id := range acked {
			all.Go(func() {
				err := db.commit(context.Background(), plan{{sql: `INSERT INTO mark VALUES (?)`, args: []any{id}}})
				if err != nil && !errors.Is(err, ErrClosed) {
					t.Errorf("got %v, want done or ErrClosed", err)
				}
				acked[id] = err == nil
			})
		}
		time.Sleep(time.Millisecond)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		if err := db.Close(); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v from a second Close, want ErrClosed", err)
		}
		if _, err := one(t.Context(), db, `SELECT 1`, itself[int]); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v from a read after Close, want ErrClosed", err)
		}
		again := opened(t, Settings{URL: url})
		for id, ok := range acked {
			if n := number(t, again, `SELECT count(*) FROM mark WHERE id = ?`, id); (n == 1) != ok {
				t.Errorf("order %d: its buyer was told %t at the stop, the records say %t", id, ok, n == 1)
			}
		}
	})
}

func TestCheckIsCleanOnGoodRecords(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		if damage, err := db.Check(t.Context()); err != nil || len(damage) > 0 {
			t.Errorf("got %q, %v for new records, want no damage", damage, err)
		}
	})
}

func TestCheckFindsDamage(t *testing.T) {
	for name, c := range map[string]struct {
		url  func(testing.TB) string
		make []string
	}{
		"sqlite: a line without its order": {storetest.SQLite, []string{
			`CREATE TABLE parent (id BIGINT PRIMARY KEY)`,
			`CREATE TABLE line (parent_id BIGINT)`,
			`INSERT INTO line VALUES (7)`,
			`PRAGMA writable_schema = ON`,
			`UPDATE sqlite_schema SET sql = 'CREATE TABLE line (parent_id BIGINT REFERENCES parent (id))' WHERE name = 'line'`,
		}},
		"postgres: a constraint never checked": {storetest.Postgres, []string{
			`CREATE TABLE parent (id BIGINT PRIMARY KEY)`,
			`CREATE TABLE line (parent_id BIGINT)`,
			`INSERT INTO line VALUES (7)`,
			`ALTER TABLE line ADD FOREIGN KEY (parent_id) REFERENCES parent (id) NOT VALID`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Settings{URL: c.url(t)}
			db := opened(t, s)
			must(t, db, c.make...)
			db.Close()
			damage, err := opened(t, s).Check(t.Context())
			if err != nil || len(damage) != 1 {
				t.Errorf("got %q, %v, want one line: damage would go unseen", damage, err)
			}
		})
	}
}
