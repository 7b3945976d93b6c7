package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/web/page"
)

// freight answers GET /desk/freight: one row for each zone, way of sending and
// currency. A supplier without a table starts from the usual one.
func (s *Site) freight(w http.ResponseWriter, r *http.Request) error {
	terms, err := s.Orders.OwnTerms(r.Context(), actor(r))
	if err != nil {
		return err
	}
	if terms.Version == 0 {
		b, err := s.Parties.Business(r.Context(), actor(r), actor(r).Business)
		if err != nil {
			return err
		}
		terms.Freight = landed.Usual(b.Currency)
	}
	return s.showFreight(w, r, page.Form{Values: freightValues(terms.Freight)}, terms)
}

func (s *Site) showFreight(w http.ResponseWriter, r *http.Request, f page.Form, terms order.Terms) error {
	v := s.supplierView(r)
	words := v.Words
	f.Action = v.To("/desk/freight")
	p := page.Freight{Form: f, Hidden: madeFrom(f, terms.Version)}
	if terms.Version == 0 {
		p.Notes = append(p.Notes, page.Note{Tone: page.Warn, Text: words.T("freight.start")})
	}
	p.Notes = append(p.Notes, page.Note{Text: words.T("freight.commission", "share", words.Percent(terms.CommissionBps))})
	n := 0
	for f.Value(nth("rows", n)+".countries") != "" || f.Value(nth("rows", n)+".name") != "" {
		n++
	}
	for i := range n + 1 {
		p.Rows = append(p.Rows, freightRow(v, f, nth("rows", i)))
	}
	v.Title = words.T("supplier.freight")
	return s.show(w, r, page.FreightPage(v, p))
}

// ways are the keys of ways of sending that forms offer.
var ways = []string{"parcel", "courier", "express", "standard", "road", "rail", "sea", "sea_road", "air"}

func freightRow(v *page.View, f page.Form, at string) page.FreightRow {
	words := v.Words
	var methods []page.Option
	for _, key := range ways {
		methods = append(methods, page.Option{Value: key, Label: alone(words.T("method." + key))})
	}
	if key := f.Value(at + ".method"); key != "" && !slices.Contains(ways, key) {
		methods = append(methods, page.Option{Value: key, Label: key})
	}
	days := func(name, label string) page.Field {
		field := f.Field(at+name, label).Whole(0, landed.MostDays, 1)
		field.Narrow = false
		return field
	}
	return page.FreightRow{
		Fields: []page.Field{
			f.Field(at+".name", words.T("freight.zone")).UpTo(60), f.Field(at+".countries", words.T("freight.countries")).UpTo(1_000),
			f.Field(at+".method", words.T("freight.method")).Of(methods), f.Field(at+".currency", words.T("layout.currency")).Of(currencyChoices(market.Currency(f.Value(at + ".currency")))),
			days(".days_from", words.T("freight.days_from")), days(".days_to", words.T("freight.days_to")),
		},
		Prices: f.Field(at+".brackets", words.T("freight.prices")).Saying(words.T("freight.prices_hint")).Tall(max(4, strings.Count(f.Value(at+".brackets"), "\n")+2)).UpTo(2_000),
	}
}

// freightValues is a table as the form's rows hold it.
func freightValues(t landed.Table) map[string]string {
	values, n := map[string]string{}, 0
	for _, z := range t {
		for _, m := range z.Methods {
			for _, c := range currenciesOf(m) {
				at := nth("rows", n)
				n++
				values[at+".name"], values[at+".countries"], values[at+".method"], values[at+".currency"] = z.Name, strings.Join(z.Countries, " "), m.Key, string(c)
				values[at+".days_from"], values[at+".days_to"] = strconv.Itoa(m.DaysFrom), strconv.Itoa(m.DaysTo)
				var lines []string
				for _, b := range m.Brackets {
					for _, p := range b.Prices {
						if p.Currency == c {
							lines = append(lines, kilograms(b.UpToGrams)+": "+p.Decimal())
						}
					}
				}
				values[at+".brackets"] = strings.Join(lines, "\n")
			}
		}
	}
	return values
}

func currenciesOf(m landed.Method) (list []market.Currency) {
	for _, b := range m.Brackets {
		for _, p := range b.Prices {
			if !slices.Contains(list, p.Currency) {
				list = append(list, p.Currency)
			}
		}
	}
	return list
}

// kilograms writes grams as kilograms, without a loss: 31500 is 31.5.
func kilograms(grams int64) string {
	text := fmt.Sprintf("%d.%03d", grams/1_000, grams%1_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// freightInput is the form's rows read into a table; places says which row each
// of its methods came from.
type freightInput struct {
	table  landed.Table
	faults market.Faults
	places map[string]string
}

// mostFreightRows bounds the rows that are read.
const mostFreightRows = 200

func readFreight(form url.Values) freightInput {
	in := freightInput{places: map[string]string{}}
	for i := 0; i < mostFreightRows && form.Has(nth("rows", i)+".countries"); i++ {
		at := nth("rows", i)
		if strings.TrimSpace(form.Get(at+".countries")) == "" && strings.TrimSpace(form.Get(at+".brackets")) == "" {
			continue
		}
		in.row(form, at)
	}
	return in
}

// row adds one row: to the zone of the same name, to its method of the same key.
// What it says otherwise than the row that named them first is a fault: only one
// of the two could count. What it leaves empty is said there.
func (in *freightInput) row(form url.Values, at string) {
	name := strings.TrimSpace(form.Get(at + ".name"))
	countries := countryCodes(form.Get(at + ".countries"))
	z := slices.IndexFunc(in.table, func(z landed.Zone) bool { return z.Name == name })
	if z < 0 {
		z = len(in.table)
		in.table = append(in.table, landed.Zone{Name: name, Countries: countries})
		in.places[nth("zones", z)] = at
	} else if len(countries) > 0 && !slices.Equal(slices.Sorted(slices.Values(countries)), slices.Sorted(slices.Values(in.table[z].Countries))) {
		in.differs(at+".countries", "countries", in.places[nth("zones", z)], "give the zone another name")
	}
	zone, key := &in.table[z], form.Get(at+".method")
	m := slices.IndexFunc(zone.Methods, func(m landed.Method) bool { return m.Key == key })
	if m < 0 {
		m = len(zone.Methods)
		zone.Methods = append(zone.Methods, landed.Method{Key: key, DaysFrom: in.days(form, at+".days_from"), DaysTo: in.days(form, at+".days_to")})
		in.places[nth(nth("zones", z)+".methods", m)] = at
	} else {
		in.sameDays(form, at, in.places[nth(nth("zones", z)+".methods", m)])
	}
	in.brackets(&zone.Methods[m], market.Currency(form.Get(at+".currency")), form.Get(at+".brackets"), at+".brackets")
}

// sameDays checks the days of a row against those of the row that named its way of
// sending first.
func (in *freightInput) sameDays(form url.Values, at, first string) {
	for _, field := range []string{".days_from", ".days_to"} {
		if strings.TrimSpace(form.Get(at+field)) == "" {
			continue
		}
		said, err := strconv.Atoi(strings.TrimSpace(form.Get(first + field)))
		if days := in.days(form, at+field); err == nil && days != said {
			in.differs(at+field, "days", first, "choose another way of sending")
		}
	}
}

// differs notes that a row says something else than the one that came first.
func (in *freightInput) differs(field, what, first, instead string) {
	in.faults.Add(field, fmt.Sprintf("Row %d has other %s than row %d, which is of the same zone.", rowNumber(field), what, rowNumber(first)), fmt.Sprintf("Write the same in both, or %s.", instead))
}

// rowNumber is the number, from 1, of the row that a field such as
// "rows[2].days_to" stands in.
func rowNumber(field string) int {
	text, _, _ := strings.Cut(strings.TrimPrefix(field, "rows["), "]")
	n, _ := strconv.Atoi(text) // fields are named here
	return n + 1
}

// countryCodes are what is written in a row's countries: DE AT CH.
func countryCodes(text string) []string {
	return strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
}

func (in *freightInput) days(form url.Values, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(form.Get(name)))
	if err != nil {
		in.faults.Add(name, "This is not a number of days.", "Enter figures only, such as 4.")
	}
	return n
}

// brackets reads lines like "5: 8.90": up to 5 kg it costs 8.90.
func (in *freightInput) brackets(m *landed.Method, c market.Currency, text, field string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		weight, price, ok := strings.Cut(line, ":")
		grams, err := market.ParseMoney(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(weight), "kg")), "KWD") // three decimals, as a kilogram has
		cost, priceErr := market.ParseMoney(price, c)
		if !ok || err != nil || priceErr != nil {
			in.faults.Add(field, fmt.Sprintf("The line %.40q can't be read.", strings.TrimSpace(line)), "Write kilograms, a colon and the price: 31.5: 39.00")
			continue
		}
		i := slices.IndexFunc(m.Brackets, func(b landed.Bracket) bool { return b.UpToGrams == grams.Minor })
		if i < 0 {
			i = len(m.Brackets)
			m.Brackets = append(m.Brackets, landed.Bracket{UpToGrams: grams.Minor})
		}
		m.Brackets[i].Prices = append(m.Brackets[i].Prices, cost)
	}
}

// placed gives the table's faults the names of the form's fields.
func (in *freightInput) placed(fs market.Faults) market.Faults {
	out := make(market.Faults, len(fs))
	for i, f := range fs {
		moved := *f
		for path := f.Field; path != ""; path = above(path) {
			row, ok := in.places[path]
			if !ok {
				continue
			}
			switch rest := f.Field[len(path):]; {
			case strings.HasPrefix(rest, ".brackets"), rest == ".methods":
				moved.Field = row + ".brackets"
			case rest == ".key":
				moved.Field = row + ".method"
			default:
				moved.Field = row + rest
			}
			break
		}
		out[i] = &moved
	}
	return out
}

// saveFreight answers POST /desk/freight.
func (s *Site) saveFreight(w http.ResponseWriter, r *http.Request) error {
	in := readFreight(r.PostForm)
	err := in.faults.Err()
	if err == nil {
		err = s.Orders.SaveFreight(r.Context(), actor(r), in.table, version(r))
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			f.Faults = in.placed(f.Faults)
			terms, err := s.Orders.OwnTerms(r.Context(), actor(r))
			if err != nil {
				return err
			}
			return s.showFreight(w, r, f, terms)
		})
	}
	return s.seeOther(w, r, "/desk/freight", "saved")
}
