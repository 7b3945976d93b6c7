package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/web/page"
)

// fuzzSite knows nobody and sells nothing: enough to read an address.
func fuzzSite() *Site { return &Site{Country: "DE", Currency: "EUR"} }

// visiting is a GET of path?query, as it comes in from the network.
func visiting(s *Site, path, query string) *http.Request {
	r, _ := s.enter(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}})
	return r
}

// FuzzFinding reads the search's address. Whatever stands there, the search is
// within its bounds, and the address of its own page is read as the same search.
func FuzzFinding(f *testing.F) {
	for _, q := range []string{
		"", "q=shirt&page=2&origin=TR&origin=PT", "q=%ff%00&page=-1", "page=99999999999999999999&pieces=x", "q=" + strings.Repeat("%C3%A4+", 300), "origin=&origin=DE",
		"cur=usd&to=se&q=a", "in=home/mugs&supplier=x&sort=price&price=0&moq=1&lead=3&exactly=1", "q=a&q=b;c=d", "&&==&%", "note=order.paid", "origin=" + strings.Repeat("DE&origin=", 40),
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s := fuzzSite()
		r := visiting(s, "/search", query)
		found := s.readFinding(r, "", "")
		q := found.q
		if utf8.RuneCountInString(q.Text) > 200 || !utf8.ValidString(q.Text) || len(q.Origins) > 20 || q.Offset < 0 || q.Offset > 1_000 || q.Limit != pageSize || found.pieces < 1 || found.pieces > 1_000_000 {
			t.Fatalf("the search is beyond its bounds: %+v", found)
		}
		if q.Supplier != "" && !market.IsID(q.Supplier) {
			t.Fatalf("a supplier that can't be is looked for: %q", q.Supplier)
		}
		v := &page.View{Keep: s.keep(visitOf(r))}
		address := found.paged(v, found.page)
		u, err := url.Parse(address)
		if err != nil || u.Path != "/search" || u.Host != "" {
			t.Fatalf("the address of the same page is %q: %v", address, err)
		}
		again := s.readFinding(visiting(s, u.Path, u.RawQuery), "", "")
		if !reflect.DeepEqual(again.q, q) || again.page != found.page || again.pieces != found.pieces {
			t.Fatalf("%q leads to another search:\n%+v\n%+v", address, again.q, q)
		}
	})
}

// formIn reads a body as a form; pairs that are none are left out, as the
// server's own reading leaves them out.
func formIn(body string) url.Values {
	form, _ := url.ParseQuery(body)
	return form
}

// formOf is a page's values as its form sends them.
func formOf(values map[string]string) url.Values {
	form := url.Values{}
	for name, value := range values {
		form.Set(name, value)
	}
	return form
}

// drawnField are the names of the fields that the listing editor draws and that
// may hold what is no number.
var drawnField = regexp.MustCompile(`^(moq|multiple|lead_days|variants\[\d+\]\.(weight_grams|length_mm|width_mm|height_mm|stock|stock_was|prices\[\d+\]\.tiers\[\d+\]\.(from|minor)))$`)

// FuzzListingForm reads the listing editor's form. What could be read comes back
// the same from the form that is drawn of it; what could not names its field.
func FuzzListingForm(f *testing.F) {
	f.Add("article=M-1&language=en&category=home/mugs&unit=H87&moq=2&multiple=1&lead_days=5&origin=TR&hs_code=6912.00&titles.en=Mug&descriptions.en=By+hand%0D%0Aand+eye" +
		"&attributes[0].name=material&attributes[0].kind=text&attributes[0].value=clay&variants[0].sku=M-1-N&variants[0].label=navy&variants[0].weight_grams=400&variants[0].stock=7&variants[0].stock_was=7" +
		"&variants[0].prices[0].currency=EUR&variants[0].prices[0].tiers[0].from=2&variants[0].prices[0].tiers[0].minor=5.00&variants[0].prices[0].tiers[1].from=10&variants[0].prices[0].tiers[1].minor=4")
	f.Add("moq=x&variants[0].sku=&variants[1].sku=A&variants[1].id=z&variants[1].drop=yes&variants[2].sku=B&variants[2].stock=-1&variants[2].length_mm=99999999999999")
	f.Add("attributes[0].name=&attributes[0].value=&attributes[1].name=a&variants[0].sku=A&variants[0].prices[0].currency=ZZZ&variants[0].prices[0].tiers[0].from=1&variants[0].prices[0].tiers[0].minor=1,5")
	f.Add("titles.=x&titles.en=\x00&descriptions.de=%ff&hs_code=.. ..")
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > largestForm {
			return // larger than a form may be: never read
		}
		in := readListing(formIn(body))
		l := in.listing
		if len(l.Variants) > catalog.MostVariants+1 || len(in.stock) != len(l.Variants) || len(l.Titles) > catalog.MostLanguages+1 {
			t.Fatalf("%d variants with %d stocks, %d titles: beyond what is judged", len(l.Variants), len(in.stock), len(l.Titles))
		}
		for _, v := range l.Variants {
			for _, p := range v.Prices {
				if len(v.Prices) > catalog.MostCurrencies+1 || len(p.Tiers) > catalog.MostTiers+1 || len(p.Tiers) == 0 {
					t.Fatalf("%d currencies with %d tiers: beyond what is judged", len(v.Prices), len(p.Tiers))
				}
			}
		}
		for _, fault := range in.faults {
			if fault.Msg == "" || fault.Fix == "" || !drawnField.MatchString(fault.Field) {
				t.Fatalf("a fault that nobody can mend: %+v", fault)
			}
		}
		for _, fault := range in.placed(catalog.Check(l, catalog.Tree{})) {
			if fault.Msg == "" || fault.Fix == "" {
				t.Fatalf("a fault that does not say what to do: %+v", fault)
			}
		}
		if len(in.faults) > 0 || len(l.Titles) > catalog.MostLanguages || len(l.Descriptions) > catalog.MostLanguages {
			return
		}
		drawn := formOf(listingValues(l, ""))
		for i := range l.Variants {
			if drawn.Get(nth("variants", i)+".id") == "" && !(&listingInput{form: drawn}).filled(nth("variants", i), ".sku", ".label", ".weight_grams", ".prices[0].tiers[0].minor") {
				return // a row of a weight of 0 and nothing else is empty when it is drawn
			}
		}
		if again := readListing(drawn); len(again.faults) > 0 || !reflect.DeepEqual(again.listing, l) {
			t.Fatalf("the form drawn again says something else (%v):\n%+v\n%+v", again.faults, again.listing, l)
		}
	})
}

// FuzzFreight reads the freight table's form. A table that may be kept comes
// back the same from the form that is drawn of it.
func FuzzFreight(f *testing.F) {
	row := func(i int, zone, countries, method, currency, brackets string) string {
		at := nth("rows", i)
		return url.Values{at + ".name": {zone}, at + ".countries": {countries}, at + ".method": {method}, at + ".currency": {currency}, at + ".days_from": {"3"}, at + ".days_to": {"7"}, at + ".brackets": {brackets}}.Encode()
	}
	f.Add(row(0, "all", "*", "road", "EUR", "5: 8.90\n31.5 kg: 39.00"))
	f.Add(row(0, "EU", "de, fr;it", "road", "EUR", "5:1") + "&" + row(1, "EU", "DE FR IT", "road", "USD", "5:2\n9:3") + "&" + row(2, "EU", "DE FR IT", "air", "JPY", "0.001:900"))
	f.Add(row(0, "", "DE", "road", "EUR", "5: x\n: 1\n1") + "&" + row(1, "a", "", "", "", ""))
	f.Add(row(0, "a", "DE", "road", "EUR", "5: 1\n5.000: 2;;\r\n5kg:3"))
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > largestForm {
			return // larger than a form may be: never read
		}
		form := formIn(body)
		in := readFreight(form)
		methods := 0
		for _, z := range in.table {
			methods += len(z.Methods)
		}
		if methods > mostFreightRows {
			t.Fatalf("%d ways of sending from %d rows", methods, mostFreightRows)
		}
		for _, fault := range in.faults {
			if fault.Msg == "" || fault.Fix == "" || !strings.HasPrefix(fault.Field, "rows[") {
				t.Fatalf("a fault that nobody can mend: %+v", fault)
			}
		}
		wrong := in.placed(in.table.Check())
		for _, fault := range wrong {
			if fault.Msg == "" || fault.Fix == "" {
				t.Fatalf("a fault that does not say what to do: %+v", fault)
			}
		}
		if len(in.faults) > 0 || len(wrong) > 0 {
			return
		}
		again := readFreight(formOf(freightValues(in.table)))
		if len(again.faults) > 0 || !reflect.DeepEqual(sortedTable(again.table), sortedTable(in.table)) {
			t.Fatalf("the form drawn again says something else (%v):\n%+v\n%+v", again.faults, again.table, in.table)
		}
	})
}

// sortedTable is a table whose brackets and prices stand in a fixed order, which
// says nothing.
func sortedTable(t landed.Table) landed.Table {
	for _, z := range t {
		for _, m := range z.Methods {
			slices.SortFunc(m.Brackets, func(a, b landed.Bracket) int { return int(a.UpToGrams - b.UpToGrams) })
			for _, b := range m.Brackets {
				slices.SortFunc(b.Prices, func(x, y market.Money) int { return strings.Compare(string(x.Currency), string(y.Currency)) })
			}
		}
	}
	return t
}

// FuzzChoice reads the checkout's form and address.
func FuzzChoice(f *testing.F) {
	f.Add("address=a&payment=card&shipping.x=road&shipping.=air")
	f.Add(strings.Repeat("shipping.a=1&", 200) + "payment=&payment=card")
	f.Fuzz(func(t *testing.T, body string) {
		form := formIn(body)
		c := readChoice(form)
		if len(c.shipping) > order.MostLines || string(c.address) != form.Get("address") || c.payment != form.Get("payment") {
			t.Fatalf("read %+v of %q", c, body)
		}
		for supplier, method := range c.shipping {
			if form.Get("shipping."+string(supplier)) != method {
				t.Fatalf("supplier %q sends by %q, which nobody chose", supplier, method)
			}
		}
		for name := range entered(form) {
			if name == "password" || name == "card" || name == "idempotency_key" {
				t.Fatalf("the %s is sent back", name)
			}
		}
	})
}

// FuzzAPIAmount reads an amount as programs write it: what is read is written
// as the same amount.
func FuzzAPIAmount(f *testing.F) {
	for _, text := range []string{`"12.50"`, `{"minor":1250,"currency":"EUR"}`, `{"minor":1.5,"currency":"EUR"}`, `{"minor":9223372036854775808}`, `"-1"`, `""`, `null`, `[]`, `{"minor":1,"minor":2}`, `"\u0000"`, `1250`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a amountDoc
		if json.Unmarshal([]byte(text), &a) != nil {
			return
		}
		if a.Decimal != "" && (a.Minor != 0 || a.Currency != "") {
			t.Fatalf("%s is two amounts: %+v", text, a)
		}
		if a.Decimal == "" {
			return
		}
		m, err := market.ParseMoney(a.Decimal, "EUR")
		if err != nil {
			return
		}
		if again, err := market.ParseMoney(m.Decimal(), "EUR"); err != nil || again != m || m.Minor < 0 || m.Minor > market.Most {
			t.Fatalf("%s is %s, and that is %s, %v", text, m, again, err)
		}
	})
}

// FuzzCursor reads the cursor of a search.
func FuzzCursor(f *testing.F) {
	for _, c := range []string{"", "0", "rs", "rt", "-1", "+5", "RS", "zzzzzz", "1_0", "०"} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		n, err := readCursor(cursor)
		switch {
		case err != nil && (market.KindOf(err) != market.Invalid || n != 0):
			t.Fatalf("%q: %d, %v", cursor, n, err)
		case err != nil:
		case n < 0 || n > farthest:
			t.Fatalf("%q pages to %d, beyond %d", cursor, n, farthest)
		default:
			if again, err := readCursor(strconv.FormatInt(int64(n), 36)); err != nil || again != n {
				t.Fatalf("%q is %d, whose own cursor is %d, %v", cursor, n, again, err)
			}
		}
	})
}

// FuzzVisitor sends any cookies and any key: they never open what is somebody's,
// and the house never breaks on them.
func FuzzVisitor(f *testing.F) {
	h := openTestHouse(f, "")
	f.Add(sessionCookie+"=x; "+cartCookie+"=y; "+themeCookie+"=dark; "+noteCookie+"=saved; "+askCookie+"=z", "Bearer kontor_x")
	f.Add(themeCookie+"=<script>; "+noteCookie+"=<b>; "+cartCookie+"="+market.NewID[string](), "Basic eDp5")
	f.Add("=;;= "+sessionCookie+"=\xff\x00", "Bearer ")
	f.Add(sessionCookie+"=\""+strings.Repeat("A", 43)+"\"", "bearer kontor_"+strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, cookies, key string) {
		for path, want := range map[string][]int{"/orders": {303}, "/cart": {200, 303}, "/me": {200, 204, 303}, "/": {200}, "/api/v1/orders": {401}} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.Header["Cookie"], r.Header["Authorization"] = []string{cookies}, []string{key}
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			if !slices.Contains(want, w.Code) {
				t.Fatalf("%s with the cookies %q and the key %q: got %d, want one of %v", path, cookies, key, w.Code, want)
			}
			if body := w.Body.String(); strings.Contains(body, "<script>;") || strings.Contains(body, "<b>") && strings.Contains(cookies, "<b>") {
				t.Fatalf("%s shows a cookie's markup: %q", path, cookies)
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Cookie"] = []string{cookies}
		if id := h.cartID(r); id != "" && !market.IsID(id) {
			t.Fatalf("the cart %q can't be", id)
		}
		if chosen := theme(r); chosen != page.ThemeAuto && chosen != page.ThemeLight && chosen != page.ThemeDark {
			t.Fatalf("the theme %q can't be", chosen)
		}
	})
}

// FuzzLocal sends a visitor on to where an address or a form says: never off the
// house, whatever a browser makes of the characters (URL Standard, §4.4).
func FuzzLocal(f *testing.F) {
	for _, next := range []string{"/orders", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/..//evil.example", "/.//evil.example", "", "javascript:alert(1)", "/a?b=//c#d", "/%2f%2fevil.example", "/\x00/evil.example", "/ar-XB/orders", "/;@evil.example"} {
		f.Add(next)
	}
	f.Fuzz(func(t *testing.T, next string) {
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequest(http.MethodPost, "/sign-in", nil), local(next), http.StatusSeeOther)
		at := w.Header().Get("Location")
		seen := strings.Map(func(r rune) rune { // as a browser reads it: without tabs and line ends, \ as /
			switch {
			case r == '\t' || r == '\r' || r == '\n':
				return -1
			case r == '\\':
				return '/'
			}
			return r
		}, strings.TrimFunc(at, func(r rune) bool { return r <= ' ' }))
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Fatalf("%q leads to %q, off the house", next, at)
		}
	})
}
