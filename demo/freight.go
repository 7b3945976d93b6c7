package demo

import (
	"fmt"
	"slices"

	"kontor/demo/house"
	"kontor/market"
	"kontor/market/landed"
)

// coins is what a sample supplier counts a euro as, in thousandths, when it
// writes a freight table in a further currency, and the coin that it rounds up
// to, in minor units. They are prices that it sets, not rates of the day.
var coins = map[market.Currency]struct{ perEuro, coin int64 }{
	"EUR": {1_000, 10}, "USD": {1_100, 10}, "GBP": {870, 10}, "PLN": {4_350, 50}, "SEK": {11_400, 500}, "DKK": {7_460, 100},
	"CZK": {25_200, 500}, "INR": {96_000, 1_000}, "KES": {144_000, 1_000},
}

// freight is a supplier's table with explicit prices in its own currency, its
// further ones, and the euro.
func freight(s house.Supplier) (landed.Table, error) {
	own := market.Currency(s.Currency)
	currencies := []market.Currency{own}
	for _, c := range append(slices.Clone(s.Currencies), "EUR") {
		if !slices.Contains(currencies, market.Currency(c)) {
			currencies = append(currencies, market.Currency(c))
		}
	}
	table := make(landed.Table, len(s.Shipping.Zones))
	for i, z := range s.Shipping.Zones {
		table[i] = landed.Zone{Name: z.Name, Countries: countries(z.Countries)}
	}
	for _, r := range s.Shipping.Rates {
		i := slices.IndexFunc(table, func(z landed.Zone) bool { return z.Name == r.Zone })
		if i < 0 {
			return nil, fmt.Errorf("freight of %s: no zone %q", s.Slug, r.Zone)
		}
		price, err := market.ParseMoney(r.Price, own)
		if err != nil {
			return nil, fmt.Errorf("freight of %s to %s: %w", s.Slug, r.Zone, err)
		}
		m := method(&table[i], r)
		b := landed.Bracket{UpToGrams: r.MaxGrams}
		for _, c := range currencies {
			p, ok := priced(price, c)
			if !ok {
				return nil, fmt.Errorf("freight of %s: no coins for %s", s.Slug, c)
			}
			b.Prices = append(b.Prices, p)
		}
		m.Brackets = append(m.Brackets, b)
	}
	return table, nil
}

// methods are the keys that pages have words for.
var methods = map[string]string{"sea+road": "sea_road"}

func method(z *landed.Zone, r house.Rate) *landed.Method {
	key := r.Method
	if k, ok := methods[key]; ok {
		key = k
	}
	i := slices.IndexFunc(z.Methods, func(m landed.Method) bool { return m.Key == key })
	if i < 0 {
		i = len(z.Methods)
		z.Methods = append(z.Methods, landed.Method{Key: key, DaysFrom: r.DaysMin, DaysTo: r.DaysMax})
	}
	return &z.Methods[i]
}

// priced is what the supplier asks in c for what costs m in its own currency,
// rounded up to a coin.
func priced(m market.Money, c market.Currency) (market.Money, bool) {
	if c == m.Currency {
		return m, true
	}
	from, to := coins[m.Currency], coins[c]
	if from.perEuro == 0 || to.perEuro == 0 {
		return market.Money{}, false
	}
	minor := (m.Minor*to.perEuro + from.perEuro - 1) / from.perEuro
	return market.Of((minor+to.coin-1)/to.coin*to.coin, c), true
}

// union are the member states of the European Union.
var union = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

// countries writes a sample zone's countries as a freight table does.
func countries(named []string) []string {
	var codes []string
	for _, n := range named {
		switch n {
		case "EU":
			codes = append(codes, union...)
		case "world":
			codes = append(codes, "*")
		default:
			codes = append(codes, n)
		}
	}
	return codes
}
