package store

import (
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/store/storetest"
)

func TestSignUpsThatNobodyConfirmedAreForgotten(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db, ctx := whole(t, Settings{URL: url}), t.Context()
		long := noon().Add(-100 * time.Hour)
		for _, c := range []struct {
			id        string
			created   time.Time
			expires   time.Time // of its link
			confirmed bool
			sells     bool
		}{
			{id: "never came", created: long, expires: noon().Add(-28 * time.Hour)},
			{id: "came", created: long, expires: noon().Add(-28 * time.Hour), confirmed: true},
			{id: "has a link", created: long, expires: noon().Add(time.Hour)},
			{id: "is new", created: noon().Add(-time.Hour), expires: noon().Add(-time.Minute)},
			{id: "offers goods", created: long, expires: noon().Add(-28 * time.Hour), sells: true},
		} {
			b := party.Business{ID: market.BusinessID(c.id), Slug: c.id, Name: c.id, Country: "DE", Sells: true, State: party.Active, Currency: "EUR", Created: c.created}
			p := party.Person{ID: market.PersonID(c.id), Business: b.ID, EmailIndex: []byte(c.id), Email: []byte("e"), Name: []byte("n"), Confirmed: c.confirmed, Created: c.created}
			j := party.Joining{
				Business: b, Person: p, Consents: []party.Consent{{Person: p.ID, Document: "terms", Version: "2026-01-01", At: c.created}},
				Keys: []party.Key{{Subject: b.Of(), Wrapped: []byte("k")}, {Subject: p.Of(), Wrapped: []byte("k")}},
				Token: party.Token{ID: c.id, Hash: []byte(c.id), Kind: party.ConfirmEmail, Person: p.ID, Secret: []byte("s"), Expires: c.expires,
					Code: party.Code{Browser: []byte(c.id), Answer: []byte("a"), Person: p.ID, Token: c.id, Kind: party.ConfirmEmail, Letters: 1, Sent: c.created, Expires: noon().Add(time.Hour)}},
			}
			if err := db.Join(ctx, j); err != nil {
				t.Fatal(err)
			}
			if !c.sells {
				continue
			}
			if err := db.Save(ctx, []catalog.Listing{{ID: "l", Supplier: b.ID, Article: "A", State: catalog.Draft, Created: c.created, Changed: c.created}}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.ForgetUnconfirmed(ctx, noon().Add(-72*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for id, stays := range map[string]bool{"never came": false, "came": true, "has a link": true, "is new": true, "offers goods": true} {
			_, err := db.Business(ctx, market.BusinessID(id))
			if gone := market.KindOf(err) == market.NotFound; gone == stays {
				t.Errorf("whoever %s: got %v, want the sign-up to stay: %t", id, err, stays)
			}
		}
		for _, of := range []struct {
			what, count string
			want        int64
		}{
			{"people", `SELECT count(*) FROM person`, 4},
			{"links", `SELECT count(*) FROM token`, 4},
			{"browsers", `SELECT count(*) FROM code`, 4},
			{"consents", `SELECT count(*) FROM consent`, 4},
			{"keys", `SELECT count(*) FROM key`, 8},
			{"indexes of addresses", `SELECT count(*) FROM email_index`, 4},
		} {
			if n := number(t, db, of.count); int64(n) != of.want {
				t.Errorf("%d %s are kept, want %d: something of a forgotten sign-up is left", n, of.what, of.want)
			}
		}
	})
}
