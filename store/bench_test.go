package store

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"kontor/store/storetest"
)

// benchmarkSchema is as wide as an order is: reservations, order, lines, ledger
// rows, history, each with an index.
var benchmarkSchema = []string{
	`CREATE TABLE b_stock (item BIGINT PRIMARY KEY, free BIGINT NOT NULL)`,
	`CREATE TABLE b_order (id TEXT PRIMARY KEY, buyer TEXT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL)`,
	`CREATE INDEX b_order_buyer ON b_order (buyer, at)`,
	`CREATE TABLE b_line (order_id TEXT NOT NULL, item BIGINT NOT NULL, pieces BIGINT NOT NULL, PRIMARY KEY (order_id, item))`,
	`CREATE TABLE b_entry (order_id TEXT NOT NULL, account TEXT NOT NULL, minor BIGINT NOT NULL)`,
	`CREATE INDEX b_entry_account ON b_entry (account)`,
	`CREATE TABLE b_history (order_id TEXT NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL)`,
	`CREATE INDEX b_history_order ON b_history (order_id)`,
}

const benchmarkItems = 10_000

func benchmarked(b *testing.B, s Settings) *DB {
	db := opened(b, s)
	must(b, db, benchmarkSchema...)
	for from := 0; from < benchmarkItems; from += 1000 {
		var p plan
		for item := range 1000 {
			p = append(p, step{sql: `INSERT INTO b_stock VALUES (?, 1000000)`, args: []any{from + item}})
		}
		if err := db.commit(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

func (db *DB) benchmarkOrder() plan {
	now := time.Now()
	id, first := newID(now), rand.IntN(benchmarkItems-3)
	p := plan{
		db.remember("buyer", id, "digest", make([]byte, 200)),
		{sql: `INSERT INTO b_order VALUES (?, ?, ?, ?)`, args: []any{id, "buyer", now, `{"address":"sealed"}`}},
		{sql: `INSERT INTO b_history VALUES (?, ?, ?)`, args: []any{id, now, "placed"}},
	}
	for n := range 3 {
		p = append(p,
			step{sql: `UPDATE b_stock SET free = free - ? WHERE item = ? AND free >= ?`, args: []any{2, first + n, 2}, want: 1, miss: errStock},
			step{sql: `INSERT INTO b_line VALUES (?, ?, ?)`, args: []any{id, first + n, 2}})
	}
	for _, account := range []string{"cash", "hold", "fee", "hold"} {
		p = append(p, step{sql: `INSERT INTO b_entry VALUES (?, ?, ?)`, args: []any{id, account, 100}})
	}
	return append(p, db.event("order.placed", []byte(`{"id":"`+id+`"}`)))
}

// BenchmarkCommit places orders by 32 clients at once. "alone" is one commit an
// order: what group commit is worth is the ratio within one run.
func BenchmarkCommit(b *testing.B) {
	for _, delay := range []time.Duration{0, 5 * time.Millisecond} {
		for name, batch := range map[string]int{"alone": 1, "together": 128} {
			b.Run(fmt.Sprintf("sqlite/%s/sync+%s", name, delay), func(b *testing.B) {
				s := Settings{URL: storetest.SQLite(b), Batch: batch}
				if delay > 0 {
					disk := storetest.NewDisk(b)
					disk.Slow(delay)
					s.VFS = disk.Name
				}
				place(b, benchmarked(b, s))
			})
		}
	}
	b.Run("postgres", func(b *testing.B) { place(b, benchmarked(b, Settings{URL: storetest.Postgres(b)})) })
}

func place(b *testing.B, db *DB) {
	b.SetParallelism(max(1, 32/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := db.commit(b.Context(), db.benchmarkOrder()); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}

// BenchmarkRead reads a row by its key.
func BenchmarkRead(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := benchmarked(b, Settings{URL: url(b)})
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					item := rand.IntN(benchmarkItems)
					if _, err := one(b.Context(), db, `SELECT free FROM b_stock WHERE item = ?`, itself[int64], item); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
