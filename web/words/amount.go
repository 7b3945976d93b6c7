package words

import (
	"strconv"
	"strings"

	"kontor/market"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
)

// style is how a language writes amounts of one currency.
type style struct {
	before, after string // what stands around the figures
	digits        int    // decimals of the minor unit
}

// Money is an amount in its currency, as the language writes it: "€1,496.74".
//
// The tables are asked once a currency; after that a page with a hundred prices
// costs microseconds, not a third of a millisecond.
func (w *Words) Money(m market.Money) string {
	s, ok := w.styles.Load(m.Currency)
	if !ok {
		s = w.style(m.Currency)
		if m.Currency.Known() { // only as many as there are currencies
			w.styles.Store(m.Currency, s)
		}
	}
	return w.isolate(w.write(s.(style), m.Minor))
}

func (w *Words) style(c market.Currency) style {
	a, err := currency.NewAmountFromInt64(0, string(c))
	if err != nil {
		return style{after: " " + string(c), digits: c.Digits()}
	}
	zero := w.money.Format(a)
	first, last := strings.IndexByte(zero, '0'), strings.LastIndexByte(zero, '0')
	return style{before: zero[:first], after: zero[last+1:], digits: c.Digits()}
}

func (w *Words) write(s style, minor int64) string {
	sign, n := "", uint64(minor)
	if minor < 0 {
		sign, n = "−", -n
	}
	figures := strconv.FormatUint(n, 10)
	if short := s.digits + 1 - len(figures); short > 0 {
		figures = strings.Repeat("0", short) + figures
	}
	whole, rest := figures[:len(figures)-s.digits], figures[len(figures)-s.digits:]
	var b strings.Builder
	b.Grow(len(sign) + len(s.before) + len(figures) + len(s.after) + 8)
	b.WriteString(sign)
	b.WriteString(s.before)
	w.group(&b, whole)
	if rest != "" {
		b.WriteString(w.point)
		b.WriteString(rest)
	}
	b.WriteString(s.after)
	return b.String()
}

// group writes figures with every three set apart.
func (w *Words) group(b *strings.Builder, figures string) {
	for i := range len(figures) {
		if i > 0 && (len(figures)-i)%3 == 0 {
			b.WriteString(w.thousand)
		}
		b.WriteByte(figures[i])
	}
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
