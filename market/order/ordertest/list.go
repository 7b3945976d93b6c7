package ordertest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
)

func clocksRunOut(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	early, late := f.placement(someBuyer(), "", 1), f.placement(someBuyer(), "", 1)
	early.Clocks[0].Due = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	late.Clocks[0].Due = time.Date(2001, 1, 1, 0, 0, 1, 0, time.UTC)
	for _, p := range []order.Placement{late, early} {
		if err := r.Book.Place(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want []order.Clock
	}{
		{early.Clocks[0].Due.Add(-time.Microsecond), nil},
		{early.Clocks[0].Due, early.Clocks},
		{late.Clocks[0].Due, append(slices.Clone(early.Clocks), late.Clocks...)},
	} {
		if got, err := r.Book.Due(t.Context(), c.at, 10); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("at %s got %v, %v, want %v", c.at, got, err, c.want)
		}
	}
	f.move(early.Group.Orders[0].ID, clock, order.StepExpire, order.Input{})
	if got, err := r.Book.Due(t.Context(), late.Clocks[0].Due, 10); err != nil || !slices.Equal(got, late.Clocks) {
		t.Errorf("got %v, %v after the first was dealt with, want the second", got, err)
	}
	f.move(late.Group.Orders[0].ID, clock, order.StepExpire, order.Input{})
	f.stocked(0, 10, 0, "an expired reservation keeps its stock")
}

func listsByPage(t *testing.T, r Records) {
	f := newFloor(t, r, 1000)
	buyer := someBuyer()
	var want []order.ID
	for range 7 {
		want = append(want, f.placed(buyer, 1).ID)
	}
	f.placed(someBuyer(), 1)
	slices.Reverse(want)
	var got []order.ID
	page := order.Filter{Buyer: buyer.Business, Limit: 3}
	for {
		os, err := r.Book.Orders(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range os {
			got, page.Before = append(got, o.ID), o.ID
		}
		if len(os) < page.Limit {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	f.move(want[0], buyer, order.StepPay, order.Input{})
	number := f.read(want[1]).Number
	for name, c := range map[string]struct {
		f order.Filter
		n int
	}{
		"a buyer's":        {order.Filter{Buyer: buyer.Business}, 7},
		"a supplier's":     {order.Filter{Supplier: f.supplier}, 8},
		"paid":             {order.Filter{Supplier: f.supplier, Payment: []order.Payment{order.Held}}, 1},
		"paid or waiting":  {order.Filter{Supplier: f.supplier, Payment: []order.Payment{order.Held, order.Awaiting}}, 8},
		"shipped":          {order.Filter{Supplier: f.supplier, Fulfilment: []order.Fulfilment{order.Shipped}}, 0},
		"of a number":      {order.Filter{Number: number}, 1},
		"of a checkout":    {order.Filter{Group: f.read(want[0]).Group}, 1},
		"by provider":      {order.Filter{Supplier: f.supplier, Provider: "demo"}, 8},
		"by another":       {order.Filter{Supplier: f.supplier, Provider: "bank"}, 0},
		"without disputes": {order.Filter{Supplier: f.supplier, Dispute: []order.Dispute{order.None}}, 8},
	} {
		os, err := r.Book.Orders(t.Context(), c.f)
		if n, _ := r.Book.Count(t.Context(), c.f); err != nil || len(os) != c.n || n != c.n {
			t.Errorf("%s: got %d orders, counted %d, %v, want %d", name, len(os), n, err, c.n)
		}
	}
}

func reviewOnce(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 1)
	review := order.Review{Order: o.ID, Supplier: f.supplier, Buyer: buyer.Business, Country: "DE", Listings: []catalog.ListingID{f.listing.ID}, Stars: 4, Text: "Well packed.", At: f.now}
	event := market.Event{ID: market.NewID[string](), Subject: "order.reviewed", Body: []byte(`{}`), At: f.now}
	if err := r.Book.PutReview(t.Context(), review, event); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.PutReview(t.Context(), review, event); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v, want a Conflict fault: one order is praised twice", err)
	}
	for name, filter := range map[string]order.ReviewFilter{
		"by supplier": {Supplier: f.supplier}, "by listing": {Listing: f.listing.ID}, "by order": {Order: o.ID},
	} {
		if got, err := r.Book.Reviews(t.Context(), filter); err != nil || !reflect.DeepEqual(got, []order.Review{review}) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, review)
		}
	}
	if n, stars, err := r.Book.Rating(t.Context(), f.supplier); err != nil || n != 1 || stars != 4 {
		t.Errorf("got %d reviews with %d stars, %v, want 1 with 4", n, stars, err)
	}
	if n, stars, err := r.Book.Rating(t.Context(), buyer.Business); err != nil || n != 0 || stars != 0 {
		t.Errorf("got %d reviews with %d stars, %v of a business nobody reviewed", n, stars, err)
	}
	if got, err := r.Book.Reviews(t.Context(), order.ReviewFilter{Listing: market.NewID[catalog.ListingID]()}); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v for a listing without reviews", got, err)
	}
}

func termsByVersion(t *testing.T, r Records) {
	f := newFloor(t, r, 1)
	terms := order.Terms{Business: f.supplier, CommissionBps: 300, Freight: landed.Table{{Name: "EU", Countries: []string{"DE", "FR"}, Methods: []landed.Method{
		{Key: "road", DaysFrom: 3, DaysTo: 6, Brackets: []landed.Bracket{{UpToGrams: 30_000, Prices: []market.Money{market.Of(1_250, "EUR")}}}},
	}}}}
	read := func() order.Terms {
		t.Helper()
		got, err := r.Book.Terms(t.Context(), []market.BusinessID{f.supplier, market.NewID[market.BusinessID]()})
		if err != nil || len(got) > 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		return got[f.supplier]
	}
	if err := r.Book.SaveTerms(t.Context(), terms); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.SaveTerms(t.Context(), terms); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for new terms where some stand, want a Conflict fault", err)
	}
	terms.Version = 1
	if got := read(); !reflect.DeepEqual(got, terms) {
		t.Errorf("got %+v, want %+v", got, terms)
	}
	changed := terms
	changed.CommissionBps, changed.Freight = 250, landed.Table{{Name: "World", Countries: []string{"*"}}}
	if err := r.Book.SaveTerms(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.SaveTerms(t.Context(), terms); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for terms made from an older version, want a Conflict fault", err)
	}
	changed.Version = 2
	if got := read(); !reflect.DeepEqual(got, changed) {
		t.Errorf("old terms were served after new ones were saved: %+v", got)
	}
}
