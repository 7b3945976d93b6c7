package store

import (
	"fmt"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/ledger/ledgertest"
	"kontor/store/storetest"
)

func TestJournal(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		n := 0
		ledgertest.Journal(t, func(t testing.TB) ledgertest.Records {
			own := url
			if n++; strings.HasPrefix(url, "sqlite:") {
				own = fmt.Sprintf("%s-%d", url, n)
			} else if n > 1 {
				own = storetest.Postgres(t)
			}
			db := whole(t, Settings{URL: own})
			return ledgertest.Records{Journal: db, Book: func(t testing.TB, ts ...ledger.Transaction) error {
				var w plan
				for _, tr := range ts {
					booked, err := book(tr)
					if err != nil {
						return err
					}
					w = append(w, booked...)
				}
				return db.commit(t.Context(), w)
			}}
		})
	})
}

func TestNobodyChangesTheJournal(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		tr := ledger.PayIn("order", "demo", "supplier", market.Of(100, "EUR"))
		tr.ID, tr.At = "t", noon()
		booked, err := book(tr)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.commit(t.Context(), booked); err != nil {
			t.Fatal(err)
		}
		attempts := []string{
			`UPDATE posting SET minor = minor * 2`, `DELETE FROM posting`, `UPDATE journal SET business = 'mine'`, `DELETE FROM journal`,
			`DELETE FROM posting WHERE position = 0`,
		}
		if strings.HasPrefix(url, "sqlite:") {
			attempts = append(attempts, `INSERT OR REPLACE INTO posting VALUES ('t', 0, 'provider', 'demo', 'EUR', 7)`,
				`INSERT OR REPLACE INTO journal SELECT id, kind, order_id, 'mine', person, at FROM journal`)
		} else {
			attempts = append(attempts, `TRUNCATE posting`, `TRUNCATE journal CASCADE`)
		}
		for _, sql := range attempts {
			if err := db.commit(t.Context(), plan{{sql: sql}}); err == nil || !strings.Contains(err.Error(), "only ever added to") {
				t.Errorf("%s: got %v, want a refusal: the journal proves nothing", sql, err)
			}
		}
		if n := number(t, db, `SELECT COUNT(*) FROM posting WHERE minor IN (100, -100)`); n != 2 {
			t.Errorf("%d of 2 postings are as they were", n)
		}
	})
}
