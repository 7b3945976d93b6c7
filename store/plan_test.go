package store

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kontor/store/storetest"
)

var errStock = errors.New("not enough in stock")

// purchase is a random plan: takes from stocks, some of which fall short, and a
// receipt whose number may be taken.
type purchase struct {
	receipt int
	takes   []take
}

type take struct{ item, pieces int }

func (p purchase) plan() plan {
	steps := plan{{sql: `INSERT INTO receipt (id) VALUES (?)`, args: []any{p.receipt}, want: 1}}
	for _, t := range p.takes {
		steps = append(steps,
			step{sql: `UPDATE stock SET pieces = pieces - ? WHERE item = ? AND pieces >= ?`,
				args: []any{t.pieces, t.item, t.pieces}, want: 1, miss: errStock},
			step{sql: `INSERT INTO taken (receipt, item, pieces) VALUES (?, ?, ?)`, args: []any{p.receipt, t.item, t.pieces}})
	}
	return steps
}

const items = 4

func purchases(t *rapid.T) []purchase {
	one := rapid.Custom(func(t *rapid.T) purchase {
		p := purchase{receipt: rapid.IntRange(1, 30).Draw(t, "receipt")}
		p.takes = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) take {
			return take{rapid.IntRange(0, items-1).Draw(t, "item"), rapid.IntRange(1, 12).Draw(t, "pieces")}
		}), 1, items, func(t take) int { return t.item }).Draw(t, "takes")
		slices.SortFunc(p.takes, func(a, b take) int { return a.item - b.item })
		return p
	})
	return rapid.SliceOfN(one, 1, 30).Draw(t, "purchases")
}

func TestPlansSucceedOrFailAlone(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url, Batch: 5})
		must(t, db,
			`CREATE TABLE stock (item BIGINT PRIMARY KEY, pieces BIGINT NOT NULL)`,
			`CREATE TABLE receipt (id BIGINT PRIMARY KEY)`,
			`CREATE TABLE taken (receipt BIGINT NOT NULL REFERENCES receipt (id), item BIGINT NOT NULL, pieces BIGINT NOT NULL)`)
		rapid.Check(t, func(rt *rapid.T) {
			must(t, db, `DELETE FROM taken`, `DELETE FROM receipt`, `DELETE FROM stock`,
				`INSERT INTO stock VALUES (0, 20), (1, 20), (2, 20), (3, 20)`)
			all := purchases(rt)
			writers := rapid.IntRange(1, 8).Draw(rt, "writers")
			compare(rt, t, db, all, buy(t, db, all, writers), writers == 1)
		})
	})
}

// buy carries out all purchases by so many writers and returns their answers.
func buy(t *testing.T, db *DB, all []purchase, writers int) []error {
	answers := make([]error, len(all))
	var run sync.WaitGroup
	for w := range writers {
		run.Go(func() {
			for i := w; i < len(all); i += writers {
				answers[i] = db.commit(t.Context(), all[i].plan())
			}
		})
	}
	run.Wait()
	return answers
}

// compare holds the records against a model: what was acknowledged is there
// whole, what was not has left no trace, and nothing was refused without reason.
func compare(rt *rapid.T, t *testing.T, db *DB, all []purchase, answers []error, inOrder bool) {
	stock := [items]int{20, 20, 20, 20}
	receipts := map[int]bool{}
	for i, p := range all {
		want := model(p, stock, receipts)
		if inOrder && (want == nil) != (answers[i] == nil) {
			rt.Fatalf("purchase %d %+v: got %v, the model says %v", i, p, answers[i], want)
		}
		if answers[i] == nil {
			if receipts[p.receipt] {
				rt.Fatalf("receipt %d was given twice", p.receipt)
			}
			receipts[p.receipt] = true
			for _, t := range p.takes {
				stock[t.item] -= t.pieces
			}
		}
	}
	for i, p := range all {
		if answers[i] != nil && model(p, stock, receipts) == nil {
			rt.Fatalf("purchase %d %+v was refused although all was there: %v", i, p, answers[i])
		}
		if errors.Is(answers[i], errStock) && answers[i] != errStock {
			rt.Fatalf("got a wrapped miss %v, want it as it is", answers[i])
		}
	}
	for item, left := range stock {
		if got := number(t, db, `SELECT pieces FROM stock WHERE item = ?`, item); got != int64(left) || left < 0 {
			rt.Fatalf("item %d: %d pieces on record, %d after what was acknowledged", item, got, left)
		}
		if got := number(t, db, `SELECT 20 - COALESCE(SUM(pieces), 0) FROM taken WHERE item = ?`, item); got != int64(left) {
			rt.Fatalf("item %d: takings leave %d, stock says %d", item, got, left)
		}
	}
	if got := number(t, db, `SELECT count(*) FROM receipt`); got != int64(len(receipts)) {
		rt.Fatalf("%d receipts on record, %d acknowledged", got, len(receipts))
	}
}

func model(p purchase, stock [items]int, receipts map[int]bool) error {
	if receipts[p.receipt] {
		return errMissed
	}
	for _, t := range p.takes {
		if stock[t.item] < t.pieces {
			return errStock
		}
	}
	return nil
}

func TestReturningHandsBackValues(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE invoice (number BIGINT PRIMARY KEY)`)
		undone := errors.New("undone")
		for want := int64(1); want <= 3; want++ {
			var got int64
			p := plan{
				count("invoice", &got),
				{sql: `INSERT INTO invoice SELECT value FROM counter WHERE name = ?`, args: []any{"invoice"}, want: 1},
			}
			if err := db.commit(t.Context(), append(p, step{sql: `DELETE FROM invoice WHERE number = -1`, want: 1, miss: undone})); err != undone {
				t.Fatalf("got %v, want the miss", err)
			}
			if err := db.commit(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if got != want || number(t, db, `SELECT max(number) FROM invoice`) != want {
				t.Errorf("got invoice %d, want %d: the numbers have a gap", got, want)
			}
		}
	})
}

func TestMistakesInAPlanAreNamed(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE mark (id BIGINT PRIMARY KEY)`)
		for name, s := range map[string]step{
			"no such table":              {sql: `INSERT INTO nowhere VALUES (1)`},
			"a value too few":            {sql: `INSERT INTO mark VALUES (?)`},
			"a value no column can hold": {sql: `INSERT INTO mark VALUES (?)`, args: []any{struct{}{}}},
			"a miss without a name":      {sql: `DELETE FROM mark WHERE id = 9`, want: 1},
		} {
			t.Run(name, func(t *testing.T) {
				err := db.commit(t.Context(), plan{{sql: `INSERT INTO mark VALUES (1)`}, s})
				if err == nil {
					t.Fatal("got no error")
				}
				if n := number(t, db, `SELECT count(*) FROM mark`); n != 0 {
					t.Errorf("half of a plan stayed behind: %d rows", n)
				}
			})
		}
	})
}
