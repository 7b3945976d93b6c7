package order_test

import (
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
)

var guest = market.Actor{}

func TestALineIsSetNotAdded(t *testing.T) {
	h := open(t)
	id := h.puts(guest, "", h.lamp, 2)
	for range 3 {
		if again := h.puts(guest, id, h.lamp, 2); again != id {
			t.Errorf("got cart %s, want %s", again, id)
		}
	}
	c, err := h.desk.Cart(t.Context(), guest, id)
	if err != nil || len(c.Lines) != 1 || c.Lines[0].Quantity != 2 || c.Lines[0].Seen != eur(3_333) {
		t.Errorf("got %+v, %v: sending the form twice changed the cart", c, err)
	}
	h.puts(guest, id, h.lamp, 0)
	h.puts(guest, id, h.lamp, 0)
	if c, err := h.desk.Cart(t.Context(), guest, id); err != nil || len(c.Lines) != 0 {
		t.Errorf("got %+v, %v", c, err)
	}
	if made := h.puts(guest, "no cart", h.lamp, 1); !market.IsID(made) {
		t.Errorf("an unknown cart became %q", made)
	}
	for _, q := range []market.Quantity{-1, market.MostQuantity + 1} {
		_, err := h.desk.PutLine(t.Context(), guest, id, h.lamp, q, "EUR")
		h.refused(err, market.Invalid, "an impossible quantity is in the cart")
	}
	_, err = h.desk.PutLine(t.Context(), guest, id, market.NewID[catalog.VariantID](), 1, "EUR")
	h.refused(err, market.NotFound, "an article that isn't there is in the cart")
}

func TestNobodyReachesAnothersCart(t *testing.T) {
	h := open(t)
	a, _ := h.joins("Tienda", "ES")
	own := h.puts(a, "", h.lamp, 2)
	_, err := h.desk.Cart(t.Context(), guest, own)
	h.refused(err, market.NotFound, "a guest who knows its id read a person's cart")
	if made := h.puts(guest, own, h.lamp, 9); made == own {
		t.Error("a guest changed a person's cart")
	}
	b, _ := h.joins("Other", "ES")
	if made := h.puts(b, own, h.lamp, 9); made == own {
		t.Error("a person changed another's cart")
	}
	h.ok(h.desk.Adopt(t.Context(), b, own))
	if c := h.cart(a); c.ID != own || len(c.Lines) != 1 || c.Lines[0].Quantity != 2 {
		t.Errorf("got %+v: a cart was taken from its owner", c)
	}
}

func TestAGuestsCartStaysWhenSigningIn(t *testing.T) {
	h := open(t)
	a, _ := h.joins("Tienda", "ES")
	first := h.puts(guest, "", h.lamp, 2)
	h.ok(h.desk.Adopt(t.Context(), a, first))
	if c := h.cart(a); c.ID != first || len(c.Lines) != 1 {
		t.Errorf("got %+v, want the guest's own cart", c)
	}
	h.puts(a, "", h.red, 30)
	second := h.puts(guest, "", h.lamp, 5)
	h.puts(guest, second, h.blue, 20)
	for range 2 {
		h.ok(h.desk.Adopt(t.Context(), a, second))
	}
	got := map[catalog.VariantID]market.Quantity{}
	for _, l := range h.cart(a).Lines {
		got[l.Variant] = l.Quantity
	}
	if len(got) != 3 || got[h.lamp] != 5 || got[h.red] != 30 || got[h.blue] != 20 {
		t.Errorf("got %v, want both carts, the later lamps", got)
	}
	if p := h.priced(a); p.Changed {
		t.Error("putting two carts together is shown as a change of price")
	}
	h.ok(h.desk.Adopt(t.Context(), a, ""))
	h.ok(h.desk.Adopt(t.Context(), a, "nonsense"))
	h.ok(h.desk.Adopt(t.Context(), a, market.NewID[order.CartID]()))
}

func TestTheBuyersOwnQuantitiesAreNoChangeOfPrice(t *testing.T) {
	h := open(t)
	a, in := h.shop() // 20 red, then 30 blue: the second made the tier of both
	if p := h.priced(a); p.Changed || p.Parts[0].Lines[0].Unit != eur(450) {
		t.Errorf("got changed %t at %v", p.Changed, p.Parts[0].Lines[0].Unit)
	}
	h.puts(a, "", h.blue, 0)
	if p := h.priced(a); p.Changed || p.Parts[0].Lines[0].Unit != eur(500) {
		t.Errorf("got changed %t at %v", p.Changed, p.Parts[0].Lines[0].Unit)
	}
	h.reprices(h.mugs, 510)
	h.puts(a, "", h.blue, 10)
	if p := h.priced(a); !p.Changed {
		t.Error("the supplier's new price was hidden by another line")
	}
	_, err := h.desk.Place(t.Context(), a, in)
	h.refused(err, market.Conflict, "a new price was ordered unseen")
}

func TestACartHasABound(t *testing.T) {
	h := open(t)
	vs := make([]catalog.VariantID, order.MostLines+1)
	for i := range vs {
		vs[i] = market.NewID[catalog.VariantID]()
	}
	h.lists(h.works, "MANY", 1, []catalog.Tier{{From: 1, Minor: 100}}, vs...)
	a, _ := h.joins("Tienda", "ES")
	id := h.puts(a, "", vs[0], 1)
	for _, v := range vs[1:order.MostLines] {
		h.ok(h.db.SetLine(t.Context(), id, order.CartLine{Variant: v, Quantity: 1, Added: h.now}))
	}
	_, err := h.desk.PutLine(t.Context(), a, "", vs[order.MostLines], 1, "EUR")
	h.refused(err, market.TooLarge, "a cart grows without a bound")
	h.puts(a, "", vs[0], 2)
	two := h.puts(guest, "", vs[order.MostLines], 1)
	h.puts(guest, two, vs[1], 7)
	h.ok(h.desk.Adopt(t.Context(), a, two))
	c := h.cart(a)
	i := slices.IndexFunc(c.Lines, func(l order.CartLine) bool { return l.Variant == vs[1] })
	if len(c.Lines) != order.MostLines || c.Lines[i].Quantity != 7 {
		t.Errorf("got %d lines, want %d with the guest's quantity", len(c.Lines), order.MostLines)
	}
}
