package store

import (
	"strings"
	"testing"

	"kontor/market/order/ordertest"
	"kontor/store/storetest"
)

// TestCreditNotesOfOldRefunds writes credit notes for refunds that were booked
// before there were any, as the migration does.
func TestCreditNotesOfOldRefunds(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		ordertest.Every(t, tradingOn(db))
		const list = `SELECT transaction_id || ' ' || supplier || ' ' || series || ' ' || number || ' ' || issued FROM credit_note ORDER BY transaction_id`
		want, err := all(t.Context(), db, list, itself[string])
		if err != nil || len(want) == 0 {
			t.Fatalf("got credit notes %v, %v", want, err)
		}
		engine, _, _ := strings.Cut(url, ":")
		text, err := migrations.ReadFile("migrations/" + strings.Replace(engine, "postgresql", "postgres", 1) + "/0011_paper.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, fill, _ := strings.Cut(string(text), "INSERT INTO credit_note")
		hand := handOn(t, url)
		hand(t, `DELETE FROM credit_note`)
		hand(t, `DELETE FROM counter WHERE name LIKE 'credit/%'`)
		for sql := range strings.SplitSeq("INSERT INTO credit_note"+fill, ";") {
			if strings.TrimSpace(sql) != "" {
				hand(t, sql)
			}
		}
		got, err := all(t.Context(), db, list, itself[string])
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %v, %v, want %v: a refund's paper is missing after the upgrade", got, err, want)
		}
	})
}
