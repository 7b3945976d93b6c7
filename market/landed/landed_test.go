package landed_test

import (
	"reflect"
	"testing"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/landed"
)

func eur(minor int64) market.Money { return market.Of(minor, "EUR") }

var table = landed.Table{
	{Name: "elsewhere", Countries: []string{"*"}, Methods: []landed.Method{
		{Key: "air", DaysFrom: 3, DaysTo: 8, Brackets: []landed.Bracket{{UpToGrams: 10_000, Prices: []market.Money{eur(9_000)}}}},
	}},
	{Name: "near", Countries: []string{"DE", "FR"}, Methods: []landed.Method{
		{Key: "parcel", DaysFrom: 2, DaysTo: 4, Brackets: []landed.Bracket{
			{UpToGrams: 1_000, Prices: []market.Money{eur(500), market.Of(600, "USD")}},
			{UpToGrams: 5_000, Prices: []market.Money{eur(900)}},
		}},
		{Key: "road", DaysFrom: 5, DaysTo: 9, Brackets: []landed.Bracket{{UpToGrams: 100_000, Prices: []market.Money{eur(700), market.Of(800, "USD")}}}},
	}},
	{Name: "France again", Countries: []string{"FR"}},
}

func TestFreight(t *testing.T) {
	for _, c := range []struct {
		name    string
		country string
		grams   int64
		in      market.Currency
		want    []string // method and price, cheapest first
	}{
		{"the cheapest comes first", "DE", 900, "EUR", []string{"parcel 5.00 EUR", "road 7.00 EUR"}},
		{"a parcel of exactly the bracket's weight is in it", "DE", 1_000, "EUR", []string{"parcel 5.00 EUR", "road 7.00 EUR"}},
		{"a gram more is in the next", "DE", 1_001, "EUR", []string{"road 7.00 EUR", "parcel 9.00 EUR"}},
		{"above its last bracket a method is not offered", "DE", 5_001, "EUR", []string{"road 7.00 EUR"}},
		{"above every last bracket nothing is", "DE", 100_001, "EUR", nil},
		{"the very last gram still goes", "DE", 100_000, "EUR", []string{"road 7.00 EUR"}},
		{"another currency has its own prices", "DE", 1_000, "USD", []string{"parcel 6.00 USD", "road 8.00 USD"}},
		{"a bracket without the currency takes its method out", "DE", 1_001, "USD", []string{"road 8.00 USD"}},
		{"nothing is converted silently", "DE", 1_000, "JPY", nil},
		{"no currency has no price", "DE", 1_000, "", nil},
		{"everywhere else has the rest of the world", "JP", 500, "EUR", []string{"air 90.00 EUR"}},
		{"a named country doesn't fall back to everywhere else", "DE", 100_001, "EUR", nil},
		{"the first zone that names a country counts", "FR", 500, "EUR", []string{"parcel 5.00 EUR", "road 7.00 EUR"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range table.Offers(c.country, c.grams, c.in) {
				got = append(got, f.Method+" "+f.Price.String())
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if got := table[1:].Offers("JP", 500, "EUR"); got != nil {
		t.Errorf("got %v to a country that no zone has", got)
	}
	if got := (landed.Table)(nil).Offers("DE", 1, "EUR"); got != nil {
		t.Errorf("got %v of a supplier without a table", got)
	}
}

func TestTheHeaviestConsignmentIsTheOneThatStillHasAPrice(t *testing.T) {
	for _, c := range []struct {
		country string
		in      market.Currency
		want    int64
	}{{"DE", "EUR", 100_000}, {"DE", "USD", 100_000}, {"DE", "JPY", 0}, {"DE", "", 0}} {
		if got := table.Heaviest(c.country, c.in); got != c.want {
			t.Errorf("the heaviest to %s in %q is %d g, want %d: buyers are told to order less, or that nothing goes", c.country, c.in, got, c.want)
		}
		if got := table.Heaviest(c.country, c.in); got > 0 && len(table.Offers(c.country, got, c.in)) == 0 {
			t.Errorf("%d g to %s are said to go and don't", got, c.country)
		}
	}
	if got := table[1:].Heaviest("JP", "EUR"); got != 0 {
		t.Errorf("%d g go to a country that no zone has", got)
	}
}

func TestTax(t *testing.T) {
	rates := landed.Rates{{From: "US", To: "*", Bps: 500, Label: "special"}, {From: "*", To: "US", Bps: 800, Label: "inbound"}, {From: "US", To: "US", Bps: 1, Label: "never"}}
	for _, c := range []struct {
		name, from, to string
		rates          landed.Rates
		base, want     int64
		label          string
	}{
		{"inside a country its standard rate", "DE", "DE", nil, 10_000, 1_900, "tax_domestic"},
		{"half a cent is rounded up", "DE", "DE", nil, 50, 10, "tax_domestic"},
		{"half a percent is kept", "FI", "FI", nil, 10_000, 2_550, "tax_domestic"},
		{"between members of the Union the buyer accounts for it", "DE", "FR", nil, 10_000, 0, "tax_reverse_charge"},
		{"out of the Union none", "DE", "CH", nil, 10_000, 0, "tax_export"},
		{"into the Union none by the seller", "CN", "DE", nil, 10_000, 0, "tax_export"},
		{"a country without a rate has none", "XX", "XX", nil, 10_000, 0, "tax_domestic"},
		{"the operator's row comes before", "US", "DE", rates, 10_000, 500, "special"},
		{"a row for any seller", "DE", "US", rates, 10_000, 800, "inbound"},
		{"the first row that fits counts", "US", "US", rates, 10_000, 500, "special"},
		{"rows that don't fit leave all as it is", "DE", "DE", rates, 10_000, 1_900, "tax_domestic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.rates.On(eur(c.base), c.from, c.to)
			if got.Amount != eur(c.want) || got.Label != c.label || got.Base != eur(c.base) || got.Rounding != market.HalfUp || got.Base.Share(got.Bps) != got.Amount {
				t.Errorf("got %+v, want %d labelled %s", got, c.want, c.label)
			}
		})
	}
}

func TestTheUsualTableSendsEverywhereInEveryCurrency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := market.Currency(rapid.SampledFrom(currency.GetCurrencyCodes()).Draw(t, "currency"))
		grams := rapid.Int64Range(0, 24_000_000).Draw(t, "grams")
		more := rapid.Int64Range(grams, 24_000_000).Draw(t, "more")
		light, heavy := landed.Usual(c).Offers("DE", grams, c), landed.Usual(c).Offers("DE", more, c)
		if len(light) == 0 || len(heavy) == 0 {
			t.Fatalf("a new supplier in %s can't send %d or %d g", c, grams, more)
		}
		for _, f := range append(light, heavy...) {
			if f.Price.Minor <= 0 || f.DaysTo < f.DaysFrom || f.DaysFrom < 1 {
				t.Fatalf("%d to %d g are offered as %+v", grams, more, f)
			}
		}
		if heavy[0].Price.Minor < light[0].Price.Minor {
			t.Fatalf("%d g cost %v, but %d g cost %v", more, heavy[0].Price, grams, light[0].Price)
		}
	})
	if got := landed.Usual("EUR").Offers("DE", 24_000_001, "EUR"); got != nil {
		t.Errorf("more than a lorry holds is offered as %v", got)
	}
}
