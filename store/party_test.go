package store

import (
	"testing"

	"kontor/market"
	"kontor/market/party"
	"kontor/market/party/partytest"
	"kontor/store/storetest"
)

func TestPartyRecords(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		partytest.Records(t, func(t *testing.T) party.Records { return whole(t, Settings{URL: storetest.SQLite(t)}) })
	})
	t.Run("postgres", func(t *testing.T) {
		partytest.Records(t, func(t *testing.T) party.Records { return whole(t, Settings{URL: storetest.Postgres(t)}) })
	})
}

func TestPartyDesk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		partytest.Desk(t, func(t *testing.T) party.Records { return whole(t, Settings{URL: storetest.SQLite(t)}) })
	})
	t.Run("postgres", func(t *testing.T) {
		partytest.Desk(t, func(t *testing.T) party.Records { return whole(t, Settings{URL: storetest.Postgres(t)}) })
	})
}

func TestAChangeOfAPartyTellsOnceItIsWritten(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		told := market.Event{ID: market.NewID[string](), Subject: party.BankChanged, Body: []byte(`{"business":"b"}`), At: noon()}
		if err := db.SaveBusiness(t.Context(), party.Business{ID: "nobody", Version: 1}, told); market.KindOf(err) != market.Conflict {
			t.Fatalf("got %v for a business that is not there", err)
		}
		if n := number(t, db, `SELECT count(*) FROM outbox`); n != 0 {
			t.Errorf("%d letters would be sent about a change that was not written", n)
		}
		token := party.Token{ID: "t", Hash: []byte("h"), Kind: party.MakeOperator, Expires: noon()}
		if err := db.PutToken(t.Context(), token, noon(), told); err != nil {
			t.Fatal(err)
		}
		events, err := db.Pending(t.Context(), 10)
		if err != nil || len(events) != 1 || events[0].ID != told.ID || events[0].Subject != told.Subject || string(events[0].Body) != string(told.Body) {
			t.Errorf("got %+v, %v; the letter that is due is not sent", events, err)
		}
	})
}
