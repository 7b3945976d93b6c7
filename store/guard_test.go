package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
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
		"a row that a constraint keeps out": {step{sql: `INSERT INTO a VALUES (?)`, want: 1, clash: "a_pkey"}, `INSERT INTO a VALUES ($1)`},
		"a value handed back, of any number of rows": {step{sql: `UPDATE a SET n = n + 1 WHERE id = ? RETURNING n`, into: []any{new(int64)}},
			`UPDATE a SET n = n + 1 WHERE id = $1 RETURNING n`},
		"a change that may divide by zero itself": {step{sql: `UPDATE a SET n = n / ?`, want: 1}, ""},
		"a remainder":                              {step{sql: `UPDATE a SET n = n % ?`, want: 1}, ""},
		"given rows that divide":                   {step{sql: `INSERT INTO a VALUES (1 / ?)`, want: 1}, ""},
		"a quotient by name":                       {step{sql: `UPDATE a SET n = div(n, ?)`, want: 1}, ""},
		"a remainder by name":                      {step{sql: `UPDATE a SET n = mod(n, ?)`, want: 1}, ""},
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

// TestLettersAreOneTrip keeps the answers of a member and a stranger alike: each
// trip more is time that tells them apart on a far database.
func TestLettersAreOneTrip(t *testing.T) {
	db, now := opened(t, Settings{URL: storetest.Postgres(t)}), time.Now()
	kept := party.Code{Browser: []byte("b"), Sent: now, Expires: now}
	for name, p := range map[string]plan{
		"a link's letter":         db.letterPlan(party.Token{Code: kept}, now, market.Event{}, new(bool)),
		"the letter of a sign-up": sendPlan(kept, now, market.Event{}, new(bool)),
	} {
		if _, ok := guardAll(p); !ok {
			t.Errorf("%s takes two round trips", name)
		}
	}
}

// TestAMistakeIsNoMiss has a step divide by zero itself.
func TestAMistakeIsNoMiss(t *testing.T) {
	db := opened(t, Settings{URL: storetest.Postgres(t)})
	must(t, db, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 0)`)
	soldOut := errors.New("sold out")
	for _, sql := range []string{`UPDATE tally SET n = 1 / n`, `UPDATE tally SET n = 1 % n`, `UPDATE tally SET n = mod(1, n)`, `INSERT INTO tally VALUES (2, 1 / ?)`} {
		s := step{sql: sql, want: 1, miss: soldOut}
		if strings.Contains(sql, "?") {
			s.args = []any{0}
		}
		if err := db.commit(t.Context(), plan{s}); err == nil || errors.Is(err, soldOut) {
			t.Errorf("%s: got %v, want the database's error: a bug of ours would be told as goods that are sold out", sql, err)
		}
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
	let := held(t, db, 10)
	add := plan{{sql: `UPDATE tally SET n = n + 1 WHERE id = ?`, args: []any{1}, want: 1}}
	ctx, leave := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- db.commit(ctx, add) }()
	untilWaiting(t, db, 1)
	leave()
	select {
	case err := <-answer:
		t.Fatalf("the buyer who left was told %v while the order could still be placed", err)
	case <-time.After(50 * time.Millisecond):
	}
	let()
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

// held has another session change the one row of a new tally to n and hold it;
// let commits that.
func held(t *testing.T, db *DB, n int) (let func()) {
	t.Helper()
	must(t, db, `CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO tally VALUES (1, 1)`)
	holder, err := db.engine.(*postgres).pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(holder.Release)
	do := func(sql string, args ...any) {
		t.Helper()
		if _, err := holder.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`BEGIN`)
	do(`UPDATE tally SET n = $1`, n)
	return func() { t.Helper(); do(`COMMIT`) }
}

// untilWaiting returns once so many sessions wait for a row, or fails after 20 s.
func untilWaiting(t *testing.T, db *DB, sessions int64) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); number(t, db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) != sessions; {
		if time.Now().After(end) {
			t.Fatalf("never were there %d sessions that wait for a row", sessions)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestARowThatIsHeldForLongIsGivenUp(t *testing.T) {
	db := opened(t, Settings{URL: storetest.Postgres(t)})
	e := db.engine.(*postgres)
	let := held(t, db, 10)
	e.patience = time.Second
	ctx, leave := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() {
		answer <- db.commit(ctx, plan{{sql: `UPDATE tally SET n = n + 1 WHERE id = ?`, args: []any{1}, want: 1, miss: errStock}})
	}()
	untilWaiting(t, db, 1)
	leave()
	if err := <-answer; !errors.Is(err, errUnknown) {
		t.Errorf("got %v: nobody knows what happened, and that its caller left hides it", err)
	}
	untilWaiting(t, db, 0) // the server hears that it was given up
	let()
	for end := time.Now().Add(20 * time.Second); e.pool.Stat().AcquiredConns() > 1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the connection is not given back: one held row would use up the pool")
		}
	}
	if n := number(t, db, `SELECT n FROM tally`); n != 10 {
		t.Errorf("the tally is %d, want 10: what was given up was carried out later", n)
	}
}

func TestWhoLeftIsToldThatNothingWasDone(t *testing.T) {
	for name, s := range map[string]step{
		"in one round trip": {sql: `UPDATE tally SET n = 1 / n`},
		"in two":            {sql: `UPDATE tally SET n = 1 / n RETURNING n`, into: []any{new(int64)}, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			db := opened(t, Settings{URL: storetest.Postgres(t)})
			let := held(t, db, 0)
			ctx, leave := context.WithCancel(t.Context())
			answer := make(chan error, 1)
			go func() { answer <- db.commit(ctx, plan{s}) }()
			untilWaiting(t, db, 1)
			leave()
			let()
			if err := <-answer; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v: the log would call a visitor who left a fault of the database", err)
			}
		})
	}
}
