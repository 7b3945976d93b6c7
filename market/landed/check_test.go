package landed_test

import (
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/landed"
)

func TestCheckNamesEveryMistakeOfAFreightTable(t *testing.T) {
	road := func(brackets ...landed.Bracket) []landed.Method {
		return []landed.Method{{Key: "road", DaysFrom: 2, DaysTo: 5, Brackets: brackets}}
	}
	one := landed.Bracket{UpToGrams: 5_000, Prices: []market.Money{eur(890)}}
	for _, c := range []struct {
		name  string
		table landed.Table
		want  string // field of the one fault; "" for none
	}{
		{"the usual table is right", landed.Usual("EUR"), ""},
		{"nothing is sent nowhere", nil, ""},
		{"a zone without a country", landed.Table{{Name: "near", Methods: road(one)}}, "zones[0].countries"},
		{"a country that there is not", landed.Table{{Name: "near", Countries: []string{"XX"}, Methods: road(one)}}, "zones[0].countries"},
		{"a country in two zones, of which the first would count", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(one)}, {Name: "far", Countries: []string{"FR", "DE"}, Methods: road(one)}}, "zones[1].countries"},
		{"a zone without a name", landed.Table{{Countries: []string{"*"}, Methods: road(one)}}, "zones[0].name"},
		{"no way of sending", landed.Table{{Name: "near", Countries: []string{"DE"}}}, "zones[0].methods"},
		{"the same way twice", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: append(road(one), road(one)...)}}, "zones[0].methods[1].key"},
		{"a way that no words are found for", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: []landed.Method{{Key: "By Road!", DaysTo: 1, Brackets: []landed.Bracket{one}}}}}, "zones[0].methods[0].key"},
		{"it arrives before it is sent", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: []landed.Method{{Key: "road", DaysFrom: 5, DaysTo: 2, Brackets: []landed.Bracket{one}}}}}, "zones[0].methods[0].days_to"},
		{"no price at all", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road()}}, "zones[0].methods[0].brackets"},
		{"weights that fall", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(one, landed.Bracket{UpToGrams: 4_000, Prices: one.Prices})}}, "zones[0].methods[0].brackets[1].up_to_grams"},
		{"a price below zero", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(landed.Bracket{UpToGrams: 1, Prices: []market.Money{eur(-1)}})}}, "zones[0].methods[0].brackets[0].prices"},
		{"two prices for one weight", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(landed.Bracket{UpToGrams: 5_000, Prices: []market.Money{eur(890), eur(990)}})}}, "zones[0].methods[0].brackets[0].prices"},
		{"two prices for a weight that is not the lightest", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(landed.Bracket{UpToGrams: 1, Prices: []market.Money{eur(1)}}, landed.Bracket{UpToGrams: 5_000, Prices: []market.Money{eur(890), eur(990)}})}}, "zones[0].methods[0].brackets[1].prices"},
		{"a currency that heavier consignments lack", landed.Table{{Name: "near", Countries: []string{"DE"}, Methods: road(landed.Bracket{UpToGrams: 1, Prices: []market.Money{eur(1), market.Of(1, "USD")}}, one)}}, "zones[0].methods[0].brackets[1].prices"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fs := c.table.Check()
			switch {
			case c.want == "" && len(fs) > 0:
				t.Errorf("a right table is refused: %v", fs)
			case c.want != "" && (len(fs) != 1 || fs[0].Field != c.want):
				t.Errorf("got %v, want one fault of %s: its supplier would look in the wrong place", fs, c.want)
			}
		})
	}
}

// What passes the check sends every weight up to its largest bracket, in each of
// its currencies: no buyer meets a gap in the middle.
func TestACheckedTableHasNoGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m landed.Method
		m.Key, m.DaysTo = "road", 9
		for range rapid.IntRange(1, 5).Draw(t, "brackets") {
			b := landed.Bracket{UpToGrams: rapid.Int64Range(1, 50).Draw(t, "grams")}
			for _, c := range rapid.SliceOfN(rapid.SampledFrom([]market.Currency{"EUR", "USD"}), 1, 2).Draw(t, "currencies") {
				b.Prices = append(b.Prices, market.Of(rapid.Int64Range(0, 99).Draw(t, "price"), c))
			}
			m.Brackets = append(m.Brackets, b)
		}
		table := landed.Table{{Name: "all", Countries: []string{"*"}, Methods: []landed.Method{m}}}
		if len(table.Check()) > 0 {
			return
		}
		most := m.Brackets[len(m.Brackets)-1].UpToGrams
		for _, p := range m.Brackets[0].Prices {
			for grams := int64(1); grams <= most; grams++ {
				if len(table.Offers("DE", grams, p.Currency)) != 1 {
					t.Fatalf("a checked table does not send %d g in %s: %+v", grams, p.Currency, m.Brackets)
				}
			}
		}
	})
}
