package words

import (
	"strconv"
	"strings"

	"kontor/market"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
)

// Money is an amount in its currency, as the language writes it: "€1,496.74".
func (w *Words) Money(m market.Money) string {
	a, err := currency.NewAmountFromInt64(m.Minor, string(m.Currency))
	if err != nil {
		return w.isolate(m.String()) // a currency unknown to the tables is named by its code
	}
	s := w.money.Format(a)
	if m.Minor < 0 {
		s = strings.Replace(s, "-", "−", 1)
	}
	return w.isolate(s)
}

// Percent is a share given in hundredths of a per cent: 1900 is "19%", 740
// "7.4%".
func (w *Words) Percent(bps int64) string {
	sign := ""
	if bps < 0 {
		sign, bps = "−", -bps
	}
	s := strconv.FormatInt(bps/100, 10)
	if rest := bps % 100; rest != 0 {
		s += w.point + strings.TrimRight(pad2(int(rest)), "0")
	}
	return w.isolate(sign + s + "%")
}

// Weight is a mass given in grams: "850 g", "23.7 kg".
func (w *Words) Weight(grams int64) string {
	if grams < 1000 {
		return w.isolate(strconv.FormatInt(grams, 10) + " g")
	}
	tenths := (grams + 50) / 100
	s := strconv.FormatInt(tenths/10, 10)
	if tenths >= 10_000 {
		s = strings.Trim(w.Number(tenths/10), "\u2066\u2069")
	} else if tenths%10 != 0 {
		s += w.point + strconv.FormatInt(tenths%10, 10)
	}
	return w.isolate(s + " kg")
}

// Country is the name of a country (ISO 3166-1 alpha-2), or the code where it
// has none. Names that changed since the tables were made are in the catalogue.
func (w *Words) Country(code string) string {
	code = strings.ToUpper(code)
	if m := w.messages["country."+code]; m != nil {
		return w.T("country." + code)
	}
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := w.regions.Name(r); name != "" {
		return name
	}
	return code
}

// Currency is a currency's code with its sign where the language has one:
// "EUR €", "SEK".
func (w *Words) Currency(code market.Currency) string {
	sign, ok := currency.GetSymbol(string(code), currency.NewLocale(w.Lang))
	if !ok || sign == string(code) {
		return string(code)
	}
	return string(code) + " " + sign
}
