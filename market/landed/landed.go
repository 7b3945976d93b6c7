// Package landed works out what an order costs at the door: freight by the
// supplier's table and one tax line by a table of rates.
//
// Duty is not in it: pages say "duty not included". Amounts are in the order's
// currency; a table that has no price in it offers nothing, and nothing is
// converted silently.
package landed

import (
	"cmp"
	"slices"

	"kontor/market"
)

// Zone is a set of countries that freight costs the same to.
type Zone struct {
	Name      string   `json:"name"`
	Countries []string `json:"countries"` // ISO 3166-1 alpha-2; "*" is everywhere else
	Methods   []Method `json:"methods"`
}

// Method is one way to send, with its prices by weight.
type Method struct {
	Key      string    `json:"key"` // unique in the zone: "road", "sea_road", "air", "parcel"
	DaysFrom int       `json:"days_from"`
	DaysTo   int       `json:"days_to"`
	Brackets []Bracket `json:"brackets"` // ascending by UpToGrams
}

// Bracket is the price of a consignment up to a weight.
type Bracket struct {
	UpToGrams int64          `json:"up_to_grams"`
	Prices    []market.Money `json:"prices"` // explicit, one for each currency
}

// Table is a supplier's freight table; the first zone that names the country
// counts, "*" last.
type Table []Zone

// Freight is one offer to send.
type Freight struct {
	Method   string
	Price    market.Money
	DaysFrom int
	DaysTo   int
}

// Offers are the ways to send weight grams to a country in currency c, cheapest
// first. Nothing means: this supplier does not send there, or not in c.
func (t Table) Offers(country string, grams int64, c market.Currency) []Freight {
	zone, ok := t.zone(country)
	if !ok {
		return nil
	}
	var offers []Freight
	for _, m := range zone.Methods {
		if price, ok := m.price(grams, c); ok {
			offers = append(offers, Freight{m.Key, price, m.DaysFrom, m.DaysTo})
		}
	}
	slices.SortStableFunc(offers, func(a, b Freight) int { return cmp.Compare(a.Price.Minor, b.Price.Minor) })
	return offers
}

// Heaviest is the weight in grams of the heaviest consignment that goes to a
// country in currency c; 0 if none does.
func (t Table) Heaviest(country string, c market.Currency) (grams int64) {
	zone, _ := t.zone(country)
	for _, m := range zone.Methods {
		for _, b := range m.Brackets {
			if _, ok := m.price(b.UpToGrams, c); ok {
				grams = max(grams, b.UpToGrams)
			}
		}
	}
	return grams
}

func (t Table) zone(country string) (Zone, bool) {
	for _, name := range [...]string{country, "*"} {
		for _, z := range t {
			if slices.Contains(z.Countries, name) {
				return z, true
			}
		}
	}
	return Zone{}, false
}

func (m Method) price(grams int64, c market.Currency) (market.Money, bool) {
	for _, b := range m.Brackets {
		if grams > b.UpToGrams {
			continue
		}
		for _, p := range b.Prices {
			if p.Currency == c {
				return p, true
			}
		}
		return market.Money{}, false
	}
	return market.Money{}, false
}
