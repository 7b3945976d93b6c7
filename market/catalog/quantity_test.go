package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
)

// anyTiers draws a price list that Check lets pass.
func anyTiers(t *rapid.T) []catalog.Tier {
	froms := rapid.SliceOfNDistinct(rapid.Int64Range(1, 5_000), 1, catalog.MostTiers, rapid.ID[int64]).Draw(t, "froms")
	prices := rapid.SliceOfN(rapid.Int64Range(1, 1_000_000), len(froms), len(froms)).Draw(t, "prices")
	slices.Sort(froms)
	slices.Sort(prices)
	slices.Reverse(prices)
	tiers := make([]catalog.Tier, len(froms))
	for i := range froms {
		tiers[i] = catalog.Tier{From: market.Quantity(froms[i]), Minor: prices[i]}
	}
	return tiers
}

func TestTiersSwitchExactlyAtTheirQuantity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := catalogtest.Mug("M-1")
		for i := range l.Variants {
			l.Variants[i].ID = market.NewID[catalog.VariantID]()
			l.Variants[i].Prices = []catalog.Price{{Currency: "EUR", Tiers: anyTiers(t)}}
		}
		l.State, l.Multiple, l.MOQ = catalog.Published, 1, 5_000
		if faults := catalog.Check(l, catalog.NewTree(catalogtest.Categories())); len(faults) > 0 {
			t.Fatalf("a rising price list was refused: %v", faults)
		}
		v := l.Variants[1]
		for i, tier := range v.Prices[0].Tiers {
			at, ok := l.PriceFor(v.ID, "EUR", tier.From)
			if !ok || at.Minor != tier.Minor {
				t.Fatalf("at %d pieces a buyer pays %s, want tier %d: %d", tier.From, at, i, tier.Minor)
			}
			before, ok := l.PriceFor(v.ID, "EUR", tier.From-1)
			if i == 0 && ok || i > 0 && before.Minor != v.Prices[0].Tiers[i-1].Minor {
				t.Fatalf("one piece below %d a buyer pays %s (%v)", tier.From, before, ok)
			}
		}
		q := rapid.Int64Range(int64(v.Prices[0].Tiers[0].From), 10_000).Draw(t, "q")
		more := rapid.Int64Range(0, 10_000).Draw(t, "more")
		here, _ := l.PriceFor(v.ID, "EUR", market.Quantity(q))
		there, ok := l.PriceFor(v.ID, "EUR", market.Quantity(q+more))
		if !ok || there.Minor > here.Minor {
			t.Fatalf("%d pieces cost %s each and %d cost %s", q, here, q+more, there)
		}
	})
}

func TestAnUnorderedPriceListIsNeverTaken(t *testing.T) {
	tree := catalog.NewTree(catalogtest.Categories())
	rapid.Check(t, func(t *rapid.T) {
		tiers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) catalog.Tier {
			return catalog.Tier{From: market.Quantity(rapid.Int64Range(1, 9).Draw(t, "from")), Minor: rapid.Int64Range(1, 9).Draw(t, "minor")}
		}), 1, 4).Draw(t, "tiers")
		sound := slices.IsSortedFunc(tiers, func(a, b catalog.Tier) int { return int(a.From - b.From) }) &&
			slices.IsSortedFunc(tiers, func(a, b catalog.Tier) int { return int(b.Minor - a.Minor) })
		for i := 1; i < len(tiers); i++ {
			sound = sound && tiers[i].From != tiers[i-1].From
		}
		l := catalogtest.Mug("M-1")
		l.State, l.Multiple, l.MOQ = catalog.Published, 1, 9
		l.Variants[0].Prices = []catalog.Price{{Currency: "EUR", Tiers: tiers}}
		l.Variants = l.Variants[:1]
		if faults := catalog.Check(l, tree); (len(faults) == 0) != sound {
			t.Fatalf("tiers %v: got %v", tiers, faults)
		}
	})
}

func TestQuantitiesOfACart(t *testing.T) {
	l := catalogtest.Mug("M-1") // MOQ 12 over both variants, multiples of 6
	l.Variants[0].ID, l.Variants[1].ID = "navy", "red"
	for _, c := range []struct {
		name   string
		wanted map[catalog.VariantID]market.Quantity
		field  string
		fix    string
	}{
		{"exactly the smallest order", map[catalog.VariantID]market.Quantity{"navy": 12}, "", ""},
		{"the smallest order over two variants", map[catalog.VariantID]market.Quantity{"navy": 6, "red": 6}, "", ""},
		{"one multiple too few", map[catalog.VariantID]market.Quantity{"navy": 6}, "moq", "Add 6 or more."},
		{"no multiple", map[catalog.VariantID]market.Quantity{"navy": 20, "red": 6}, "navy", "Choose 18 or 24."},
		{"no multiple and too few", map[catalog.VariantID]market.Quantity{"red": 3}, "red", "Choose 6."},
		{"below zero", map[catalog.VariantID]market.Quantity{"red": -6}, "red", "Enter 1 to"},
		{"more than can be", map[catalog.VariantID]market.Quantity{"red": market.MostQuantity + 1}, "red", "Enter 1 to"},
		{"a variant that is gone", map[catalog.VariantID]market.Quantity{"navy": 12, "green": 6}, "green", "choose another"},
	} {
		faults := l.Fits(c.wanted)
		switch {
		case c.field == "" && len(faults) > 0:
			t.Errorf("%s: refused: %v", c.name, faults)
		case c.field != "" && (len(faults) != 1 || faults[0].Field != c.field || !strings.Contains(faults[0].Fix, c.fix)):
			t.Errorf("%s: got %v, want a fault of %s that says %q", c.name, faults, c.field, c.fix)
		}
	}
}

func TestWhateverFitsIsAMultipleAndEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := catalogtest.Mug("M-1")
		l.Variants[0].ID, l.Variants[1].ID = "navy", "red"
		l.Multiple = market.Quantity(rapid.Int64Range(1, 12).Draw(t, "multiple"))
		l.MOQ = l.Multiple * market.Quantity(rapid.Int64Range(1, 12).Draw(t, "moq"))
		a, b := market.Quantity(rapid.Int64Range(0, 60).Draw(t, "navy")), market.Quantity(rapid.Int64Range(0, 60).Draw(t, "red"))
		want := a%l.Multiple == 0 && b%l.Multiple == 0 && a+b >= l.MOQ
		if got := l.Fits(map[catalog.VariantID]market.Quantity{"navy": a, "red": b}); (len(got) == 0) != want {
			t.Fatalf("%d and %d at MOQ %d in %ds: got %v", a, b, l.MOQ, l.Multiple, got)
		}
	})
}
