package catalogtest

import (
	"fmt"
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// loaded loads offers as a and wants these outcomes.
func loaded(t *testing.T, h House, d *catalog.Desk, a market.Actor, offers []catalog.Offer, want ...catalog.Outcome) []catalog.Loaded {
	t.Helper()
	answers, err := d.Load(t.Context(), a, h.Suppliers[0], offers)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	var got []catalog.Outcome
	for _, answer := range answers {
		got = append(got, answer.Outcome)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v: %+v", got, want, answers)
	}
	return answers
}

func article(t *testing.T, h House, code string) catalog.Listing {
	t.Helper()
	ls, err := h.Records.ByArticle(t.Context(), h.Suppliers[0], []string{code})
	if err != nil || len(ls) != 1 {
		t.Fatalf("got %d listings of article %s (%v), want 1", len(ls), code, err)
	}
	return ls[0]
}

func load(t *testing.T, h House, d *catalog.Desk) {
	var offers []catalog.Offer
	for i := range 450 { // more than two batches
		offers = append(offers, catalog.Offer{Listing: Mug(fmt.Sprintf("M-%03d", i)), Silent: catalog.OfState | catalog.OfPictures})
	}
	loaded(t, h, d, SupplierOf(h.Suppliers[0]), offers, slices.Repeat([]catalog.Outcome{catalog.Created}, 450)...)
	loaded(t, h, d, SupplierOf(h.Suppliers[0]), offers, slices.Repeat([]catalog.Outcome{catalog.Unchanged}, 450)...)
	counts, err := h.Records.CountByState(t.Context(), h.Suppliers[0])
	if err != nil || counts[catalog.Proposed] != 450 {
		t.Errorf("got %v (%v), want 450 proposed", counts, err)
	}
	if got := article(t, h, "M-007"); got.Version != 1 || got.Variants[0].OnHand != 192 || got.Titles["de"] == "" {
		t.Errorf("a listing was not loaded whole: %+v", got)
	}
}

func loadOver(t *testing.T, h House, d *catalog.Desk) {
	house := Operator()
	loaded(t, h, d, house, []catalog.Offer{{Listing: Mug("M-1"), Silent: catalog.OfState}}, catalog.Created)
	was := article(t, h, "M-1")
	h.Hold(was.Variants[0].ID, 30)
	patch := catalog.Offer{
		Listing: catalog.Listing{
			Article: "M-1", Category: "home/kitchen/mugs",
			Titles:     map[string]string{"": "Pier mug", "de": "", "fr": "Mug du port"},
			Attributes: []catalog.Attribute{{Name: "material"}, {Name: "glaze", Kind: catalog.Text, Value: "salt"}},
			Variants: []catalog.Variant{
				{SKU: "M-1-N", OnHand: 96, Prices: []catalog.Price{{Currency: "JPY"}, {Currency: "EUR", Tiers: []catalog.Tier{{From: 6, Minor: 400}}}}},
				{SKU: "M-1-B", OnHand: 5, WeightGrams: 400, Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 1, Minor: 410}}}}},
			},
		},
		Silent: ^catalog.Part(0) &^ (catalog.OfStock | catalog.OfWeight),
	}
	patch.Variants[0].WeightGrams = 430
	loaded(t, h, d, house, []catalog.Offer{patch}, catalog.Updated)
	loaded(t, h, d, house, []catalog.Offer{patch}, catalog.Unchanged)
	got := article(t, h, "M-1")
	if len(got.Variants) != 3 || got.Variants[1].SKU != "M-1-R" || got.Variants[2].SKU != "M-1-B" {
		t.Fatalf("a file took off or mixed up variants: %+v", got.Variants)
	}
	navy := got.Variants[0]
	if navy.ID != was.Variants[0].ID || navy.OnHand != 96 || navy.Reserved != 30 || navy.WeightGrams != 430 || navy.LengthMM != 125 || navy.Label != "navy" {
		t.Errorf("got %+v, want the stored variant with stock and weight of the file", navy)
	}
	if _, yen := navy.In("JPY"); yen || len(navy.Prices) != 1 {
		t.Errorf("a price that the file takes out stayed: %+v", navy.Prices)
	}
	if got.Titles["en"] != "Pier mug" || got.Titles["de"] != "" || got.Titles["fr"] == "" || got.MOQ != 12 || got.State != catalog.Published {
		t.Errorf("got titles %v, MOQ %d, state %s", got.Titles, got.MOQ, got.State)
	}
	if len(got.Attributes) != 2 || got.Attributes[0].Name != "capacity" || got.Attributes[1].Value != "salt" {
		t.Errorf("got attributes %v, want capacity and glaze", got.Attributes)
	}
	patch.Variants[0].OnHand = 29
	answers := loaded(t, h, d, house, []catalog.Offer{patch}, catalog.Unchanged)
	if !slices.Equal(answers[0].Left, []int{0}) || len(answers[0].Faults) != 1 || answers[0].Faults[0].Field != "variants[0].stock" {
		t.Errorf("stock below what orders hold was not refused: %+v", answers)
	}
}

func loadFaults(t *testing.T, h House, d *catalog.Desk) {
	bad := Mug("M-1")
	bad.Variants[1].Prices[0].Tiers[1].Minor = 9_999
	wrong := Mug("M-2")
	wrong.Category = "home/kitchen/mug"
	twin := Mug("M-3")
	twin.Variants[0].SKU = "M-1-N"
	double := Mug("M-4")
	double.Variants[1].SKU = double.Variants[0].SKU
	answers := loaded(t, h, d, SupplierOf(h.Suppliers[0]), []catalog.Offer{
		{Listing: bad, Silent: catalog.OfState}, {Listing: wrong, Silent: catalog.OfState}, {Listing: twin, Silent: catalog.OfState}, {Listing: double, Silent: catalog.OfState},
	}, catalog.Created, catalog.Rejected, catalog.Rejected, catalog.Created)
	for i, want := range []string{"variants[1].prices[0].tiers[1].minor", "category", "variants[0].sku", "variants[1].sku"} {
		if faults := answers[i].Faults; len(faults) != 1 || faults[0].Field != want || faults[0].Fix == "" {
			t.Errorf("offer %d: got faults %v, want one of %s with its remedy", i+1, faults, want)
		}
	}
	if got := article(t, h, "M-1"); len(got.Variants) != 1 || !slices.Equal(answers[0].Left, []int{1}) {
		t.Errorf("got %d variants and %v left out, want the good one in and the bad one out", len(got.Variants), answers[0].Left)
	}
	bad.Variants[1].Prices[0].Tiers[1].Minor = 400
	loaded(t, h, d, SupplierOf(h.Suppliers[0]), []catalog.Offer{{Listing: bad, Silent: catalog.OfState}}, catalog.Updated)
	if got := article(t, h, "M-1"); len(got.Variants) != 2 {
		t.Errorf("got %d variants after the file was mended, want 2", len(got.Variants))
	}
}

func loadStates(t *testing.T, h House, d *catalog.Desk) {
	me, house := SupplierOf(h.Suppliers[0]), Operator()
	for i, c := range []struct {
		name  string
		was   []catalog.State // asked for by the house before
		a     market.Actor
		asked catalog.State
		want  catalog.State
	}{
		{"a supplier's new listing waits for review", nil, me, catalog.Published, catalog.Proposed},
		{"a draft stays one", nil, me, catalog.Draft, catalog.Draft},
		{"the house publishes at once", nil, house, catalog.Published, catalog.Published},
		{"what is published stays so", []catalog.State{catalog.Published}, me, catalog.Proposed, catalog.Published},
		{"a supplier withdraws", []catalog.State{catalog.Published}, me, catalog.Draft, catalog.Draft},
		{"a supplier can't undo a suspension", []catalog.State{catalog.Published, catalog.Suspended}, me, catalog.Published, catalog.Suspended},
		{"the house suspends", []catalog.State{catalog.Published}, house, catalog.Suspended, catalog.Suspended},
		{"a supplier can't suspend", []catalog.State{catalog.Published}, me, catalog.Suspended, catalog.Published},
	} {
		l := Mug(fmt.Sprintf("S-%d", i))
		ask := func(a market.Actor, s catalog.State) {
			l.State = s
			if _, err := d.Load(t.Context(), a, h.Suppliers[0], []catalog.Offer{{Listing: l}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range c.was {
			ask(house, s)
		}
		ask(c.a, c.asked)
		if got := article(t, h, l.Article).State; got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	answers := loaded(t, h, d, me, []catalog.Offer{{Listing: catalog.Listing{Article: "X", State: "sold"}, Silent: catalog.OfLanguage | catalog.OfUnit | catalog.OfMOQ | catalog.OfMultiple | catalog.OfLead}}, catalog.Rejected)
	if !slices.ContainsFunc(answers[0].Faults, func(f *market.Fault) bool { return f.Field == "state" }) {
		t.Errorf("a state that is none was not named: %v", answers[0].Faults)
	}
}
