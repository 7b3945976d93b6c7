package store

import (
	"fmt"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
	"kontor/store/storetest"
)

// trading is a whole store with suppliers in it.
func trading(t testing.TB, url string) (*DB, catalogtest.House) {
	t.Helper()
	db := whole(t, Settings{URL: url})
	h := catalogtest.House{Records: db}
	for i := range h.Suppliers {
		id := market.NewID[market.BusinessID]()
		h.Suppliers[i] = id
		err := db.commit(t.Context(), plan{{
			sql: `INSERT INTO business (id, slug, name, country, city, buys, sells, state, verification, language, currency, about, founded, people, created, version)
			      VALUES (?, ?, ?, 'DE', 'Lübeck', ?, ?, 'active', 'checked', 'de', 'EUR', '{}', 0, 0, ?, 1)`,
			args: []any{id, fmt.Sprintf("supplier-%d", i), fmt.Sprintf("Supplier %d", i), false, true, noon()},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.Hold = func(v catalog.VariantID, n market.Quantity) {
		p := plan{{sql: `UPDATE stock SET reserved = reserved + ? WHERE variant = ?`, args: []any{n, v}, want: 1}}
		if err := db.commit(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	return db, h
}

func TestCatalogue(t *testing.T) {
	open := func(url func(testing.TB) string) catalogtest.Open {
		return func(t testing.TB) catalogtest.House { _, h := trading(t, url(t)); return h }
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			catalogtest.Records(t, open(url))
			catalogtest.Desk(t, open(url))
		})
	}
}

func TestAChangedListingIsTold(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db, h := trading(t, url)
		d := catalog.NewDesk(db, nil, nil, noon)
		if err := d.Plant(t.Context(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
			t.Fatal(err)
		}
		me := catalogtest.SupplierOf(h.Suppliers[0])
		l, err := d.Create(t.Context(), me, catalogtest.Mug("M-1"))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SetStock(t.Context(), me, l.Variants[0].ID, 3); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Create(t.Context(), me, catalogtest.Mug("M-1")); err == nil {
			t.Fatal("an article was taken twice")
		}
		events, err := db.Pending(t.Context(), 10)
		if err != nil || len(events) != 2 {
			t.Fatalf("got %d events (%v), want 2: a search would miss a change or tell of one that was refused", len(events), err)
		}
		for _, e := range events {
			if got, want := string(e.Body), `{"listing":"`+string(l.ID)+`"}`; e.Subject != "listing.changed" || got != want {
				t.Errorf("got %s %s, want listing.changed %s", e.Subject, got, want)
			}
		}
	})
}

// The two figures that the layout was chosen by: 10,000 listings in 5 s, and
// 16,000 listing pages a second.

func BenchmarkSaveListings(b *testing.B) {
	db, h := trading(b, storetest.SQLite(b))
	d := catalog.NewDesk(db, nil, nil, time.Now)
	if err := d.Plant(b.Context(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		offers := make([]catalog.Offer, 200)
		for i := range offers {
			offers[i] = catalog.Offer{Listing: catalogtest.Mug(fmt.Sprintf("M-%d", n)), Silent: catalog.OfState}
			n++
		}
		if _, err := d.Load(b.Context(), catalogtest.Operator(), h.Suppliers[0], offers); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "listings/s")
}

func BenchmarkReadListing(b *testing.B) {
	db, h := trading(b, storetest.SQLite(b))
	d := catalog.NewDesk(db, nil, nil, time.Now)
	if err := d.Plant(b.Context(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
		b.Fatal(err)
	}
	offers := make([]catalog.Offer, 2_000)
	for i := range offers {
		offers[i] = catalog.Offer{Listing: catalogtest.Mug(fmt.Sprintf("M-%d", i)), Silent: catalog.OfState}
	}
	if _, err := d.Load(b.Context(), catalogtest.Operator(), h.Suppliers[0], offers); err != nil {
		b.Fatal(err)
	}
	var ids []catalog.ListingID
	for f := (catalog.Filter{Limit: 500}); ; f.After = ids[len(ids)-1] {
		page, err := db.List(b.Context(), f)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range page {
			ids = append(ids, s.ID)
		}
		if len(page) < 500 {
			break
		}
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := d.View(b.Context(), market.Actor{}, ids[i*7919%len(ids)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "listings/s")
}
