package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"kontor/store/storetest"
)

func TestGuardKnowsWhatTheServerCanRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		s    step
		want string // "" : judged by its row count, in a second round trip
	}{
		"any number of rows": {step{sql: `DELETE FROM a WHERE id = ?`}, `DELETE FROM a WHERE id = $1`},
		"given rows are added or refused as they are": {step{sql: `INSERT INTO a VALUES (?), (?)`, want: 2},
			`INSERT INTO a VALUES ($1), ($2)`},
		"a change under a condition": {step{sql: `UPDATE a SET n = n - ? WHERE id = ? AND n >= ?`, want: 1},
			`WITH touched AS (UPDATE a SET n = n - $1 WHERE id = $2 AND n >= $3 RETURNING 1) SELECT 1 / CAST(count(*) = 1 AS INTEGER) FROM touched`},
		"a row that may be there": {step{sql: "\n\tINSERT INTO a VALUES (?) ON CONFLICT DO NOTHING", want: 1},
			`WITH touched AS (INSERT INTO a VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1) SELECT 1 / CAST(count(*) = 1 AS INTEGER) FROM touched`},
		"rows that a SELECT finds": {step{sql: `INSERT INTO a SELECT id FROM b`, want: 3},
			`WITH touched AS (INSERT INTO a SELECT id FROM b RETURNING 1) SELECT 1 / CAST(count(*) = 3 AS INTEGER) FROM touched`},
		"a row that a constraint keeps out":        {step{sql: `INSERT INTO a VALUES (?)`, want: 1, clash: "a_pkey"}, `INSERT INTO a VALUES ($1)`},
		"a value handed back":                      {step{sql: `UPDATE a SET n = n + 1 RETURNING n`, into: []any{new(int64)}, want: 1}, ""},
		"a row that is held":                       {step{sql: `SELECT 1 FROM a FOR UPDATE`, want: 1}, ""},
		"a step that hands back nothing, asked to": {step{sql: `UPDATE a SET n = 1 RETURNING n`, want: 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := guard(&c.s); got != c.want {
				t.Errorf("got  %q\nwant %q: a plan would commit although a step missed, or take a round trip more", got, c.want)
			}
		})
	}
}

func TestOnlyTheNamedClashIsAMiss(t *testing.T) {
	db := opened(t, Settings{URL: storetest.Postgres(t)})
	must(t, db, `CREATE TABLE label (id BIGINT PRIMARY KEY, name TEXT CONSTRAINT label_name UNIQUE)`, `INSERT INTO label VALUES (1, 'one')`)
	taken := errors.New("taken")
	insert := func(id int, name string) step {
		return step{sql: `INSERT INTO label VALUES (?, ?)`, args: []any{id, name}, want: 1, miss: taken, clash: "label_name"}
	}
	held := step{sql: `UPDATE label SET name = name WHERE id = 1 RETURNING id`, into: []any{new(int64)}, want: 1}
	for name, p := range map[string]plan{"in one round trip": {}, "in two": {held}} {
		t.Run(name, func(t *testing.T) {
			if err := db.commit(t.Context(), append(p, insert(2, "one"))); err != taken {
				t.Errorf("got %v, want the miss: a repeat would look like a fault of ours", err)
			}
			if err := db.commit(t.Context(), append(p, insert(1, "two"))); err == nil || errors.Is(err, taken) {
				t.Errorf("got %v for another constraint, want the database's error: the caller would answer with the wrong reason", err)
			}
			if n := number(t, db, `SELECT count(*) FROM label`); n != 1 {
				t.Errorf("%d rows, want 1: half of a plan stayed", n)
			}
		})
	}
}

func TestAPlanThatWaitsTellsTheTruthToWhoLeft(t *testing.T) {
	db := opened(t, Settings{URL: storetest.Postgres(t)})
	must(t, db, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
	add := plan{{sql: `UPDATE tally SET n = n + 1 WHERE id = ?`, args: []any{1}, want: 1}}
	if err := db.commit(t.Context(), add); err != nil {
		t.Fatal(err)
	}

	holder, err := db.engine.(*postgres).pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Release()
	for _, sql := range []string{`BEGIN`, `UPDATE tally SET n = 10`} {
		if _, err := holder.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- db.commit(ctx, add) }()
	for number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		time.Sleep(time.Millisecond)
	}
	leave()
	select {
	case err := <-answer:
		t.Fatalf("the buyer who left was told %v while the order could still be placed", err)
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := holder.Exec(t.Context(), `COMMIT`); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil {
		t.Errorf("got %v for a write that is on record", err)
	}
	if n := number(t, db, `SELECT n FROM tally`); n != 11 {
		t.Errorf("the tally is %d, want 11", n)
	}
	if err := db.commit(ctx, add); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v for a plan that was handed in after its caller had left", err)
	}
}
