package store

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kontor/store/storetest"
)

func TestAnEventIsToldIfItsPlanCommits(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		<-db.Wake() // Open's own
		miss := errors.New("miss")
		if err := db.commit(t.Context(), plan{db.event("order.placed", []byte(`{"id":"1"}`)), {sql: `DELETE FROM outbox WHERE seq = -1`, want: 1, miss: miss}}); err != miss {
			t.Fatal(err)
		}
		if got, err := db.Pending(t.Context(), 10); err != nil || len(got) != 0 {
			t.Fatalf("got %v, %v: a letter would tell of an order that was never placed", got, err)
		}
		select {
		case <-db.Wake():
			t.Error("the relay was woken for nothing")
		default:
		}
		must(t, db, `DELETE FROM outbox`)
		for range 3 {
			if err := db.commit(t.Context(), plan{db.event("order.placed", []byte(`{"id":"2"}`))}); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-db.Wake():
		case <-time.After(time.Second):
			t.Fatal("the relay was not woken: letters would wait")
		}
		got, err := db.Pending(t.Context(), 2)
		if err != nil || len(got) != 2 || got[0].Seq >= got[1].Seq || got[0].ID == got[1].ID {
			t.Fatalf("got %+v, %v, want the two oldest", got, err)
		}
		if e := got[0]; e.Subject != "order.placed" || string(e.Body) != `{"id":"2"}` || !e.At.Equal(noon()) || len(e.ID) != 36 || e.ID[14] != '7' {
			t.Errorf("got %+v, want the event as written, with a UUID of version 7", e)
		}
		if err := db.Sent(t.Context(), got[0].Seq, got[1].Seq); err != nil {
			t.Fatal(err)
		}
		left, err := db.Pending(t.Context(), 10)
		if err != nil || len(left) != 1 || left[0].Seq <= got[1].Seq {
			t.Errorf("got %+v, %v, want the third alone", left, err)
		}
		if err := db.Sent(t.Context(), left[0].Seq); err != nil {
			t.Fatal(err)
		}
		if err := db.commit(t.Context(), plan{db.event("order.paid", nil)}); err != nil {
			t.Fatal(err)
		}
		if again, _ := db.Pending(t.Context(), 1); len(again) != 1 || again[0].Seq <= left[0].Seq {
			t.Errorf("got %+v: a number was given twice, a late Sent would lose an event", again)
		}
	})
}

// TestTheRelayMissesNothing drains the outbox while many write to it: on
// PostgreSQL events become visible out of the order of their numbers.
func TestTheRelayMissesNothing(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		const writers, each = 16, 25
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for n := range each {
					if err := db.commit(t.Context(), plan{db.event(fmt.Sprintf("e.%d.%d", w, n), []byte("{}"))}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		told := map[string]bool{}
		for timeout := time.After(20 * time.Second); len(told) < writers*each; {
			events, err := db.Pending(t.Context(), 7)
			if err != nil {
				t.Fatal(err)
			}
			var seqs []int64
			for _, e := range events {
				told[e.Subject] = true
				seqs = append(seqs, e.Seq)
			}
			if err := db.Sent(t.Context(), seqs...); err != nil {
				t.Fatal(err)
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-db.Wake():
			case <-timeout:
				t.Fatalf("%d of %d events were told", len(told), writers*each)
			}
		}
		all.Wait()
	})
}

func TestARepeatedRequestHasNoSecondEffect(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, `CREATE TABLE placed (id BIGINT)`)
		place := func(actor, key string) error {
			return db.commit(t.Context(), plan{
				db.remember(actor, key, "digest", []byte("sealed answer")),
				{sql: `INSERT INTO placed VALUES (1)`},
			})
		}
		if _, err := db.remembered(t.Context(), "anna", "k"); err != errNone {
			t.Fatalf("got %v, want errNone", err)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := place("anna", "k"); err != nil && err != errRepeat {
					t.Errorf("got %v, want errRepeat", err)
				}
			})
		}
		all.Wait()
		if n := number(t, db, `SELECT count(*) FROM placed`); n != 1 {
			t.Errorf("a double click placed %d orders", n)
		}
		if err := place("bert", "k"); err != nil {
			t.Errorf("another buyer's equal key is refused: %v", err)
		}
		r, err := db.remembered(t.Context(), "anna", "k")
		if err != nil || r.digest != "digest" || string(r.answer) != "sealed answer" {
			t.Errorf("got %+v, %v, want the first answer", r, err)
		}
		if err := db.ForgetRequests(t.Context(), noon().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if n := number(t, db, `SELECT count(*) FROM request`); n != 0 {
			t.Errorf("%d answers are kept past their time", n)
		}
	})
}
