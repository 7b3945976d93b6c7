package landed

import (
	"fmt"
	"regexp"
	"slices"

	"kontor/market"
	"kontor/market/party"
)

// Bounds of a freight table.
const (
	MostZones    = 40
	MostMethods  = 10 // of a zone
	MostBrackets = 20 // of a method
	MostDays     = 180
	mostName     = 60
	mostGrams    = 1_000_000_000 // a consignment of a thousand tonnes
)

// keyForm is the form of a method's key, which words are found by.
var keyForm = regexp.MustCompile(`^[a-z][a-z_]{1,29}$`)

// Check lists everything wrong with t; each fault names its field, such as
// "zones[1].methods[0].brackets[2].prices". A right table answers Offers for
// every country it names without a surprise: weights rise, each is priced in the
// same currencies, and no country stands in two zones.
func (t Table) Check() market.Faults {
	var fs market.Faults
	if len(t) > MostZones {
		fs.Add("zones", fmt.Sprintf("There are %d zones.", len(t)), fmt.Sprintf("Keep %d at most.", MostZones))
		return fs
	}
	zoneOf := map[string]string{}
	for i, z := range t {
		at := fmt.Sprintf("zones[%d]", i)
		if z.Name == "" || len(z.Name) > mostName {
			fs.Add(at+".name", "The zone has no name, or a long one.", fmt.Sprintf("Name it in up to %d letters, such as European Union.", mostName))
		}
		if len(z.Countries) == 0 {
			fs.Add(at+".countries", "The zone has no country.", "Write codes such as DE AT CH, or * for everywhere else.")
		}
		for _, c := range z.Countries {
			switch other, twice := zoneOf[c]; {
			case c != "*" && !party.IsCountry(c):
				fs.Add(at+".countries", fmt.Sprintf("%.10q is not a country.", c), "Write ISO 3166 codes of two letters, such as DE AT CH, or * for everywhere else.")
			case twice:
				fs.Add(at+".countries", fmt.Sprintf("%s is in the zone %.60s already.", c, other), "Keep each country in one zone.")
			}
			zoneOf[c] = z.Name
		}
		z.check(&fs, at)
	}
	return fs
}

func (z Zone) check(fs *market.Faults, at string) {
	switch n := len(z.Methods); {
	case n == 0:
		fs.Add(at+".methods", "There is no way of sending to this zone.", "Enter one, or remove the zone.")
	case n > MostMethods:
		fs.Add(at+".methods", fmt.Sprintf("There are %d ways of sending.", n), fmt.Sprintf("Keep %d at most.", MostMethods))
		return
	}
	seen := map[string]bool{}
	for i, m := range z.Methods {
		here := fmt.Sprintf("%s.methods[%d]", at, i)
		switch {
		case !keyForm.MatchString(m.Key):
			fs.Add(here+".key", "This is not a way of sending.", "Choose one from the list.")
		case seen[m.Key]:
			fs.Add(here+".key", "This way of sending stands in the zone twice.", "Keep one of the two.")
		}
		seen[m.Key] = true
		if m.DaysFrom < 0 || m.DaysTo < m.DaysFrom || m.DaysTo > MostDays {
			fs.Add(here+".days_to", fmt.Sprintf("It can't take %d to %d days.", m.DaysFrom, m.DaysTo), fmt.Sprintf("Enter the fewest and the most days, 0 to %d.", MostDays))
		}
		m.check(fs, here)
	}
}

func (m Method) check(fs *market.Faults, at string) {
	switch n := len(m.Brackets); {
	case n == 0:
		fs.Add(at+".brackets", "There is no price.", "Enter up to which weight it costs what.")
	case n > MostBrackets:
		fs.Add(at+".brackets", fmt.Sprintf("There are %d steps of weight.", n), fmt.Sprintf("Keep %d at most.", MostBrackets))
		return
	}
	var before Bracket
	for i, b := range m.Brackets {
		here := fmt.Sprintf("%s.brackets[%d]", at, i)
		if b.UpToGrams < 1 || b.UpToGrams > mostGrams || b.UpToGrams <= before.UpToGrams {
			fs.Add(here+".up_to_grams", "The weights don't rise.", "Write each step with a larger weight than the one before.")
		}
		for _, p := range b.Prices {
			if !p.Currency.Known() || p.Minor < 0 || p.Minor > market.Most {
				fs.Add(here+".prices", "This is not a price.", "Enter 0 or more in a currency of the list.")
			}
		}
		switch list := currencies(b); {
		case len(slices.Compact(slices.Clone(list))) < len(list):
			fs.Add(here+".prices", "A weight has two prices in one currency.", "Keep one of the two.")
		case len(list) == 0 || i > 0 && !slices.Equal(list, slices.Compact(currencies(before))):
			fs.Add(here+".prices", "Not every weight has a price in each currency.", "Write the same weights for every currency of this way of sending.")
		}
		before = b
	}
}

// currencies are those that a bracket has a price in, sorted, one for each price.
func currencies(b Bracket) []market.Currency {
	list := make([]market.Currency, len(b.Prices))
	for i, p := range b.Prices {
		list[i] = p.Currency
	}
	slices.Sort(list)
	return list
}
