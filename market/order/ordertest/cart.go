package ordertest

import (
	"reflect"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
)

// Carts checks a keeper of carts, and the shelf that they are priced from.
func Carts(t *testing.T, open func(testing.TB) Records) {
	r := open(t)
	t.Run("a cart keeps its lines in the order they were put there", func(t *testing.T) { cartKeepsLines(t, r) })
	t.Run("a guest's cart becomes a person's", func(t *testing.T) { cartIsGiven(t, r) })
	t.Run("the shelf shows price, stock and supplier as they are now", func(t *testing.T) { shelfShows(t, r) })
}

func cartKeepsLines(t *testing.T, r Records) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	id := market.NewID[order.CartID]()
	line := func(minutes int, v catalog.VariantID, q market.Quantity) order.CartLine {
		return order.CartLine{Variant: v, Quantity: q, Seen: market.Of(450, "EUR"), Added: noon.Add(time.Duration(minutes) * time.Minute)}
	}
	set := func(l order.CartLine) {
		t.Helper()
		if err := r.Carts.SetLine(t.Context(), id, l); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Carts.SetLine(t.Context(), id, line(0, "v", 1)); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for a line of a cart that is not there, want NotFound", err)
	}
	if err := r.Carts.PutCart(t.Context(), order.Cart{ID: id, Changed: noon}); err != nil {
		t.Fatal(err)
	}
	set(line(1, "z", 1))
	set(line(2, "a", 2))
	set(line(3, "m", 3))
	set(line(9, "z", 5))                                                             // again: keeps its place
	set(line(9, "a", 0))                                                             // out
	set(line(9, "a", 0))                                                             // out again: no fault
	set(order.CartLine{Variant: "b", Quantity: 1, Added: noon.Add(4 * time.Minute)}) // of a price not known
	want := []order.CartLine{line(1, "z", 5), line(3, "m", 3), {Variant: "b", Quantity: 1, Added: noon.Add(4 * time.Minute)}}
	got, err := r.Carts.Cart(t.Context(), id)
	if err != nil || !reflect.DeepEqual(got.Lines, want) || got.Person != "" {
		t.Errorf("got %+v, %v, want lines %+v", got, err, want)
	}
	if err := r.Carts.DropCart(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Carts.Cart(t.Context(), id); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for a cart that was dropped, want NotFound", err)
	}
}

func cartIsGiven(t *testing.T, r Records) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	person := market.NewID[market.PersonID]()
	if _, err := r.Carts.CartOf(t.Context(), person); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for somebody without a cart, want NotFound", err)
	}
	c := order.Cart{ID: market.NewID[order.CartID](), Changed: noon}
	line := order.CartLine{Variant: "v", Quantity: 3, Seen: market.Of(450, "EUR"), Added: noon}
	if err := r.Carts.PutCart(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := r.Carts.SetLine(t.Context(), c.ID, line); err != nil {
		t.Fatal(err)
	}
	c.Person = person
	if err := r.Carts.PutCart(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got, err := r.Carts.CartOf(t.Context(), person)
	if err != nil || got.ID != c.ID || !reflect.DeepEqual(got.Lines, []order.CartLine{line}) {
		t.Errorf("got %+v, %v: what was in the cart is gone after signing in", got, err)
	}
}

func shelfShows(t *testing.T, r Records) {
	f := newFloor(t, r, 10, 0)
	f.placed(someBuyer(), 3)
	a, b := f.listing.Variants[0], f.listing.Variants[1]
	offers, err := r.Shelf.Offers(t.Context(), []catalog.VariantID{b.ID, market.NewID[catalog.VariantID](), a.ID})
	if err != nil || len(offers) != 2 {
		t.Fatalf("got %d offers, %v, want the two that are there", len(offers), err)
	}
	o := offers[1]
	a.Reserved = 3
	if !reflect.DeepEqual(o.Variant, a) || !reflect.DeepEqual(offers[0].Variant, b) {
		t.Errorf("got variants %+v and %+v, want %+v and %+v", offers[0].Variant, o.Variant, b, a)
	}
	if !o.Buyable || o.Listing != f.listing.ID || o.Supplier != f.supplier || o.Country != "PT" || o.MOQ != 1 || o.Unit != "H87" ||
		o.HSCode != "690721" || !reflect.DeepEqual(o.Titles, f.listing.Titles) || !reflect.DeepEqual(o.Picture, f.listing.Pictures[0]) || o.LeadDays != 5 {
		t.Errorf("got offer %+v of listing %+v", o, f.listing)
	}
	if none, err := r.Shelf.Offers(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("got %v, %v for nothing", none, err)
	}
}
