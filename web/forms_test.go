package web

import (
	"bytes"
	"database/sql"
	"fmt"
	"html"
	"maps"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order"
	"kontor/store/storetest"
)

// script is what somebody enters who would run it in another's browser.
const script = `<script>alert("x")</script>`

// filled is a form that is right in every field, and who sends it where.
type filled struct {
	who, path string
	form      url.Values
	shown     bool // what was entered is shown again beside what was wrong
}

// forms has, for every route of method POST that reads fields, its form.
func (h *trade) forms() map[string]filled {
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	of := func(o order.Order, step string) string { return "/orders/" + string(o.ID) + "/" + step }
	firm, draft := "/house/businesses/"+string(h.people[otherBuyer].firm.ID), "/desk/listings/"+string(h.draft.ID)
	listing := form("article", "TS-9", "language", "en", "titles.en", "A plain jug", "descriptions.en", "Thrown by hand.", "category", "home/mugs", "unit", "H87", "moq", "2", "multiple", "1", "lead_days", "5", "origin", "TR", "hs_code", "6912 00",
		"attributes[0].name", "Material", "attributes[0].kind", "text", "attributes[0].value", "Stoneware", "attributes[0].unit", "", "variants[0].id", "", "variants[0].sku", "TS-9-1", "variants[0].label", "White", "variants[0].weight_grams", "400",
		"variants[0].length_mm", "90", "variants[0].width_mm", "90", "variants[0].height_mm", "100", "variants[0].stock", "50", "variants[0].prices[0].currency", "EUR", "variants[0].prices[0].tiers[0].from", "2", "variants[0].prices[0].tiers[0].minor", "5.00", "then", "", "another", "", "version", "1")
	fresh := maps.Clone(listing)
	fresh["article"], fresh["variants[0].sku"] = []string{"TS-10"}, []string{"TS-10-1"}
	return map[string]filled{
		"POST /theme":                  {aGuest, "/theme", form("theme", "dark", "back", "/search"), false},
		"POST /sign-in":                {aGuest, "/sign-in", form("email", "buyer@firm.example", "password", testPassword, "next", "/cart"), true},
		"POST /demo/sign-in":           {aGuest, "/demo/sign-in", form("as", "0", "next", "/"), false},
		"POST /sign-up":                {aGuest, "/sign-up", form("name", "Nadia", "email", "nadia@firm.example", "password", testPassword, "business", "Nadia’s", "country", "DE", "city", "Bonn", "buys", "yes", "sells", "", "terms", "yes", "terms_version", h.version, "privacy_version", h.version, "next", "/cart"), true},
		"POST /confirm":                {aGuest, "/confirm", form("token", "x"), false},
		"POST /confirm/code":           {aGuest, "/confirm/code", form("code", "041593"), true},
		"POST /reset":                  {aGuest, "/reset", form("email", "buyer@firm.example", "token", "", "password", ""), true},
		"POST /operator":               {aGuest, "/operator", form("token", "x", "name", "Eve", "email", "eve@firm.example", "password", testPassword), true},
		"POST /agree":                  {otherBuyer, "/agree", form("terms", "yes", "terms_version", h.version, "privacy", "yes", "privacy_version", h.version, "next", "/cart"), false},
		"POST /account/me":             {otherBuyer, "/account/me", form("name", "Somebody", "language", "en", "version", "1"), true},
		"POST /account/password":       {otherBuyer, "/account/password", form("password", "wrong", "new_password", "another harbour 77 crane"), false},
		"POST /account/sessions/end":   {otherBuyer, "/account/sessions/end", form("session", h.sessionOfBuyers), false},
		"POST /account/keys":           {otherBuyer, "/account/keys", form("label", "stock", "password", testPassword), true},
		"POST /account/keys/end":       {otherBuyer, "/account/keys/end", form("key", h.keyOfBuyer), false},
		"POST /account/addresses":      {otherBuyer, "/account/addresses", form("id", "", "name", "Somebody", "organisation", "Firm", "street", "Road 1", "street2", "", "postcode", "10115", "city", "Berlin", "region", "", "country", "DE", "phone", "+49 30 5550100", "next", ""), true},
		"POST /account/addresses/drop": {otherBuyer, "/account/addresses/drop", form("id", string(h.address), "next", ""), false},
		"POST /account/business":       {otherSupplier, "/account/business", form("name", "Nordwind Keramik", "city", "Husum", "language", "de", "currency", "EUR", "buys", "", "sells", "yes", "founded", "1987", "people", "12", "about.de", "Wir brennen.", "another", "", "version", "1"), true},
		"POST /account/business/legal": {otherSupplier, "/account/business/legal", form("legal_name", "Nordwind GmbH", "tax_number", "DE811569869", "version", "1"), true},
		"POST /account/business/bank":  {otherSupplier, "/account/business/bank", form("holder", "Nordwind GmbH", "iban", "DE89370400440532013000", "number", "", "bic", "", "bank", "", "bank_country", "DE", "accepts", "EUR", "password", testPassword, "version", "1"), true},

		"POST /cart/lines":              {aBuyer, "/cart/lines", form("variant", string(h.listing.Variants[0].ID), "quantity", "4", "remove", ""), false},
		"POST /checkout":                {aBuyer, "/checkout", form("address", string(h.address), "payment", "card", "purchase_order", "PO-9", "agreed", "", "leave_out", "", "shipping."+string(h.people[aSupplier].firm.ID), "road", "idempotency_key", ""), false},
		"POST /payments/{group}":        {aBuyer, "/payments/" + string(h.order.Group), form("card", "4242 4242 4242 4242"), false},
		"POST /orders/{id}/{step}":      {aBuyer, of(h.order, "message"), form("text", "Is there news?", "idempotency_key", ""), true},
		"POST /listings/{id}/questions": {aBuyer, "/listings/" + string(h.others.ID) + "/questions", form("text", "Is it oven proof?", "idempotency_key", ""), true},
		"POST /messages/{id}":           {aSupplier, "/messages/" + string(h.thread.ID), form("text", "We do.", "idempotency_key", ""), true},

		"POST /desk/listings":                         {aSupplier, "/desk/listings", fresh, true},
		"POST /desk/listings/{id}":                    {aSupplier, draft, listing, true},
		"POST /desk/listings/{id}/{step}":             {aSupplier, draft + "/propose", form("version", "99"), false},
		"POST /desk/listings/{id}/pictures":           {aSupplier, draft + "/pictures", form("pictures", "x"), false},
		"POST /desk/listings/{id}/pictures/{picture}": {aSupplier, draft + "/pictures/none", form("step", "remove"), false},
		"POST /desk/stock":                            {aSupplier, "/desk/stock", form("variant", string(h.listing.Variants[0].ID), "stock", "9000", "q", "", "after", ""), false},
		"POST /desk/import":                           {aSupplier, "/desk/import", form("file", "x"), false},
		"POST /desk/freight":                          {otherSupplier, "/desk/freight", form("version", "1", "rows[0].name", "Home", "rows[0].countries", "DE", "rows[0].method", "road", "rows[0].currency", "EUR", "rows[0].days_from", "1", "rows[0].days_to", "2", "rows[0].brackets", "5: 8.90"), true},

		"POST /house/listings/{id}/{step}":   {anOperator, "/house/listings/" + string(h.draft.ID) + "/return", form("reason", "Say what it is made of.", "version", "1"), false},
		"POST /house/businesses/{id}/{step}": {anOperator, firm + "/in_check", form("version", "99"), false},
		"POST /house/shield/let":             {anOperator, "/house/shield/let", form("ref", "7F3K-2Q9X"), true},
		"POST /house/shield/lift":            {anOperator, "/house/shield/lift", form("prefix", "203.0.113.7"), false},
		"POST /house/shield/ban":             {anOperator, "/house/shield/ban", form("prefix", "203.0.113.7", "reason", "It reads all prices.", "long", "day"), true},
		"POST /house/incidents/{id}/notes":   {anOperator, "/house/incidents/" + h.incident + "/notes", form("text", "We looked at it."), true},
		"POST /house/incidents/{id}/close":   {anOperator, "/house/incidents/" + h.incident + "/close", form("text", "It is over."), true},
		"POST /house/documents":              {anOperator, "/house/documents", form("slug", "terms", "version", "2020-01-01", "language", "en", "title", "Terms", "text", "Old."), true},
	}
}

// fieldless are routes of method POST that read nothing but their address.
var fieldless = []string{"POST /sign-out", "POST /confirm/again", "POST /house/businesses/{id}/legal", "POST /house/payouts", "POST /house/payouts/{id}", "POST /house/refunds/{id}", "POST /house/operators"}

// bad is what is entered into every field of every form.
var bad = map[string]string{
	"nothing":                "",
	"blanks":                 " \t ",
	"a zero byte":            "a\x00b",
	"bytes that are no text": "a\xff\xfeb",
	"a control character":    "a\x1b[31mb\x07",
	"letters that turn":      "a\u202egnp.exe",
	"less than nothing":      "-1",
	"beyond all numbers":     "99999999999999999999999999",
	"half":                   "1.5",
	"a number in powers":     "1e9",
	"a script":               script,
	"a closing quote":        `"><img src=x onerror=alert(1)>`,
	"SQL":                    "'; DROP TABLE listing; --",
	"an id of nothing":       "01920000-0000-7000-8000-000000000000",
	"a path":                 "../../etc/passwd",
	"other lines":            "a\r\nSet-Cookie: x=y\r\n\r\nb",
	"another site":           "https://evil.example/",
	"another site, short":    "//evil.example/",
	"five thousand letters":  strings.Repeat("ä", 5_000),
}

func TestBadInputInEveryFieldOfEveryForm(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { badInput(t, openTrade(t, ""), bad) })
	t.Run("postgres", func(t *testing.T) { badInput(t, openTrade(t, storetest.Postgres(t)), strict) })
}

// strict is what PostgreSQL takes otherwise than SQLite: bytes and numbers.
var strict = map[string]string{"a zero byte": bad["a zero byte"], "bytes that are no text": bad["bytes that are no text"], "beyond all numbers": bad["beyond all numbers"]}

func badInput(t *testing.T, h *trade, bad map[string]string) {
	forms := h.forms()
	for _, rt := range routes {
		if !strings.HasPrefix(rt.pattern, "POST ") || slices.Contains(fieldless, rt.pattern) {
			continue
		}
		f, ok := forms[rt.pattern]
		if !ok {
			t.Errorf("%s is never tried with bad input", rt.pattern)
			continue
		}
		for _, field := range slices.Sorted(maps.Keys(f.form)) {
			for _, what := range slices.Sorted(maps.Keys(bad)) {
				if field == "password" && what != "nothing" && what != "a zero byte" && what != "five thousand letters" {
					continue // a hash of a password takes its time
				}
				form := maps.Clone(f.form)
				form[field] = []string{bad[what]}
				w := h.open(t, f.who, "POST", f.path, form)
				h.answered(t, fmt.Sprintf("%s with %s as %s", rt.pattern, what, field), f, form, w)
			}
			form := maps.Clone(f.form)
			delete(form, field)
			h.answered(t, rt.pattern+" without "+field, f, form, h.open(t, f.who, "POST", f.path, form))
		}
	}
	if log := h.log.String(); log != "" {
		t.Errorf("bad input is not ours to log: %.3000s", log)
	}
}

// untyped are fields that nobody types into: choices, ticks and hidden ones; and
// passwords, which no page repeats.
var untyped = []string{"password", "new_password", "version", "next", "then", "another", "terms", "terms_version", "privacy_version", "token", "id", "buys", "sells", "country", "language", "currency", "bank_country", "accepts", "category", "unit", "origin", "kind", "method", "idempotency_key", "slug", "long"}

// answered looks at the answer to one form.
func (h *trade) answered(t *testing.T, name string, f filled, form url.Values, w *httptest.ResponseRecorder) {
	t.Helper()
	body := w.Body.String()
	switch {
	case w.Code >= 500:
		t.Errorf("%s: %d", name, w.Code)
	case w.Code >= 400 && !strings.Contains(body, `role="alert"`) && !strings.Contains(body, "k-margin-warn") && !strings.Contains(body, "k-note-bad") && !strings.Contains(body, "k-err"):
		t.Errorf("%s: %d, and the page does not say what is wrong: %.900s", name, w.Code, inMain(body))
	case w.Code == 422 && f.shown && readable(form) == nil:
		for field, values := range form {
			v := strings.TrimSpace(values[0])
			if v == "" || len(v) > 1_000 || strings.ContainsAny(v, "\r\n\x1b") || slices.Contains(untyped, field[strings.LastIndexByte(field, '.')+1:]) {
				continue
			}
			if !strings.Contains(body, html.EscapeString(v)) && !strings.Contains(body, strings.NewReplacer("&#34;", "&quot;").Replace(html.EscapeString(v))) {
				t.Errorf("%s: %q has to be typed into %s again", name, v, field)
			}
		}
	}
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
		t.Errorf("%s: the page runs what a visitor entered", name)
	}
	if at := w.Header().Get("Location"); at != "" && (!strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//")) {
		t.Errorf("%s: the visitor is sent to %q", name, at)
	}
	if strings.Contains(body, testPassword) {
		t.Errorf("%s: the page holds a password", name)
	}
}

// wrongs are forms of which the answer must name the field and what to do.
func (h *trade) wrongs() map[string]struct {
	who, path, form string
	status          int
	says            string
} {
	of := func(o order.Order, step string) string { return "/orders/" + string(o.ID) + "/" + step }
	variant := string(h.listing.Variants[0].ID)
	long := strings.Repeat("x", 4_001)
	return map[string]struct {
		who, path, form string
		status          int
		says            string
	}{
		"a quantity in words":           {aBuyer, "/cart/lines", "variant=" + variant + "&quantity=two", 422, "Enter a whole number."},
		"half a piece":                  {aBuyer, "/cart/lines", "variant=" + variant + "&quantity=2.5", 422, "Enter a whole number."},
		"fewer than none":               {aBuyer, "/cart/lines", "variant=" + variant + "&quantity=-2", 422, "Enter a whole number."},
		"a variant that is not there":   {aBuyer, "/cart/lines", "quantity=2&variant=" + market.NewID[string](), 404, ""},
		"a variant that is no id":       {aBuyer, "/cart/lines", "quantity=2&variant=x", 404, ""},
		"an empty message":              {aBuyer, of(h.order, "message"), "text=+", 422, "Write what you want to say."},
		"a message that is too long":    {aBuyer, of(h.order, "message"), "text=" + long, 422, "Shorten it."},
		"a step that is none":           {aBuyer, of(h.order, "dance"), "", 422, "k-note-bad"},
		"an order that is none":         {aBuyer, "/orders/" + market.NewID[string]() + "/message", "text=x", 404, ""},
		"an order that is no id":        {aBuyer, "/orders/x/message", "text=x", 404, ""},
		"a complaint before shipment":   {aBuyer, of(h.paid, "complain"), "reason=damaged&text=Broken&amount=1.00", 409, "k-note-bad"},
		"an amount with letters":        {aSupplier, of(h.order, "offer"), "amount=some", 422, "amount"},
		"an amount below nothing":       {aSupplier, of(h.order, "offer"), "amount=-1.00", 422, "amount"},
		"an amount beyond all numbers":  {aSupplier, of(h.order, "offer"), "amount=99999999999999999999", 422, "amount"},
		"an amount beyond the payment":  {aSupplier, of(h.order, "offer"), "amount=1000000.00", 422, "amount"},
		"a third of a cent":             {aSupplier, of(h.order, "offer"), "amount=1.003", 422, "amount"},
		"too long a tracking number":    {aSupplier, of(h.paid, "ship"), "tracking=" + long[:81], 422, "Shorten it."},
		"a review of no stars":          {aBuyer, of(h.done, "review"), "stars=none&text=Good", 422, "tars"},
		"a review of six stars":         {aBuyer, of(h.done, "review"), "stars=6&text=Good", 422, "tars"},
		"an address of another country": {aBuyer, "/account/addresses", "name=A&street=B+1&city=C&country=QQ&postcode=1", 422, "ountry"},
		"a country's postcode":          {aBuyer, "/account/addresses", "name=A&street=B+1&city=C&country=SE&postcode=ABC", 422, "114 55"},
		"no street":                     {aBuyer, "/account/addresses", "name=A&city=C&country=SE&postcode=114+55", 422, "treet"},
		"a telephone that is none":      {aBuyer, "/account/addresses", "name=A&street=B+1&city=C&country=SE&postcode=114+55&phone=call+me", 422, "+49"},
		"another's address changed":     {otherBuyer, "/account/addresses", "id=" + string(h.address) + "&name=A&street=B+1&city=C&country=SE&postcode=114+55", 404, ""},
		"another's address to ship to":  {otherBuyer, "/checkout", "payment=card&address=" + string(h.address), 404, ""},
		"no way of paying":              {aBuyer, "/checkout", "payment=shells&address=" + string(h.address), 422, "pay"},
		"a stock in words":              {aSupplier, "/desk/stock", "stock=many&variant=" + variant, 422, "Enter figures only, such as 24."},
		"a stock below nothing":         {aSupplier, "/desk/stock", "stock=-1&variant=" + variant, 422, ""},
		"another's stock":               {otherSupplier, "/desk/stock", "stock=1&variant=" + variant, 404, ""},
		"freight that can't be read":    {aSupplier, "/desk/freight", "version=1&rows[0].name=A&rows[0].countries=DE&rows[0].method=road&rows[0].currency=EUR&rows[0].days_from=1&rows[0].days_to=2&rows[0].brackets=heavy", 422, "31.5: 39.00"},
		"freight of days in words":      {aSupplier, "/desk/freight", "version=1&rows[0].name=A&rows[0].countries=DE&rows[0].method=road&rows[0].currency=EUR&rows[0].days_from=soon&rows[0].days_to=2&rows[0].brackets=5:+8.90", 422, "Enter figures only, such as 4."},
		"a listing of nothing":          {aSupplier, "/desk/listings", "article=", 422, "rticle"},
		"a price in words":              {aSupplier, "/desk/listings", "article=Z&language=en&titles.en=Z&category=home/mugs&unit=H87&moq=1&multiple=1&origin=TR&variants[0].sku=Z&variants[0].prices[0].currency=EUR&variants[0].prices[0].tiers[0].from=1&variants[0].prices[0].tiers[0].minor=five", 422, "f-variants[0].prices[0].tiers[0].minor"},
		"a name of nothing":             {aBuyer, "/account/me", "name=&language=en&version=1", 422, "name"},
		"a key without a name":          {aBuyer, "/account/keys", "label=", 422, "label"},
		"an IBAN with a mistake":        {aSupplier, "/account/business/bank", "holder=A&iban=DE88370400440532013000&version=3&password=" + url.QueryEscape(testPassword), 422, "iban"},
		"a wrong password":              {aSupplier, "/account/business/bank", "holder=A&iban=DE89370400440532013000&version=3&password=wrong", 422, "password"},
		"a short password":              {aGuest, "/sign-up", "name=A&email=a@b.example&password=short&business=B&country=DE&city=C&buys=yes", 422, "password"},
		"a code of five figures":        {aGuest, "/confirm/code", "code=12345", 422, "six figures"},
		"a code that nobody was sent":   {aGuest, "/confirm/code", "code=123456", 422, "too old"},
		"an e-mail that is none":        {aGuest, "/sign-up", "name=A&email=nobody&password=violet+harbour+58+x&business=B&country=DE&city=C&buys=yes", 422, "email"},
		"a text of the house, undated":  {anOperator, "/house/documents", "slug=terms&title=T&text=X&language=en&version=soon", 422, "version"},
		"a text that is none":           {anOperator, "/house/documents", "slug=../x&title=T&text=X&language=en&version=2030-01-01", 404, ""},
		"a return without a reason":     {anOperator, "/house/listings/" + string(h.draft.ID) + "/return", "version=1&reason=", 422, "k-note-bad"},
	}
}

func TestWhatIsWrongIsNamedAndNothingIsHalfDone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	h := openTrade(t, "sqlite:"+file)
	h.open(t, otherBuyer, "POST", "/cart/lines", url.Values{"variant": {string(h.listing.Variants[0].ID)}, "quantity": {"4"}})
	h.open(t, aBuyer, "POST", "/cart/lines", url.Values{"variant": {string(h.listing.Variants[0].ID)}, "quantity": {"4"}})
	for name, c := range h.wrongs() {
		t.Run(name, func(t *testing.T) {
			form, err := url.ParseQuery(c.form)
			must(t, err)
			before := kept(t, file)
			w := h.open(t, c.who, "POST", c.path, form)
			main := inMain(w.Body.String())
			if w.Code != c.status || !strings.Contains(main, c.says) {
				t.Errorf("got %d, want %d and %q: %.1500s", w.Code, c.status, c.says, main)
			}
			if changed := differs(before, kept(t, file)); changed != "" {
				t.Errorf("refused, and yet %s changed", changed)
			}
		})
	}
}

// kept is all that a database holds, by table, but for what every request may
// touch: when a session was seen, and who looked at what.
func kept(t testing.TB, file string) map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	must(t, err)
	defer db.Close()
	names, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('session', 'access_log')")
	must(t, err)
	tables := map[string]string{}
	for names.Next() {
		var name string
		must(t, names.Scan(&name))
		tables[name] = ""
	}
	must(t, names.Close())
	for name := range tables {
		tables[name] = rows(t, db, name)
	}
	return tables
}

func rows(t testing.TB, db *sql.DB, table string) string {
	t.Helper()
	all, err := db.Query("SELECT * FROM " + table)
	must(t, err)
	defer all.Close()
	columns, err := all.Columns()
	must(t, err)
	var b strings.Builder
	for all.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		must(t, all.Scan(values...))
		for _, v := range values {
			fmt.Fprintf(&b, "%v\x00", *v.(*any))
		}
	}
	return b.String()
}

func differs(a, b map[string]string) string {
	for name := range b {
		if a[name] != b[name] {
			return name
		}
	}
	return ""
}

func TestAFormSentTwiceCountsOnce(t *testing.T) {
	h := openTrade(t, "")
	h.open(t, aBuyer, "POST", "/cart/lines", url.Values{"variant": {string(h.listing.Variants[0].ID)}, "quantity": {"4"}})
	for name, c := range map[string]struct {
		who, path string
		form      url.Values
		other     string // a field that is changed under the same key
		count     func() int
	}{
		"an order": {aBuyer, "/checkout", url.Values{"address": {string(h.address)}, "payment": {"card"}}, "purchase_order", func() int {
			list, err := h.Orders.Orders(t.Context(), h.people[aBuyer].actor, market.Buyer, order.Filter{Limit: 50})
			must(t, err)
			return len(list)
		}},
		"a message": {aBuyer, "/orders/" + string(h.order.ID) + "/message", url.Values{"text": {"Once."}}, "text", func() int {
			thread, err := h.Orders.Threads.ThreadOfOrder(t.Context(), h.order.ID)
			must(t, err)
			return h.heard(t, thread)
		}},
		"an answer": {aSupplier, "/messages/" + string(h.thread.ID), url.Values{"text": {"Once."}}, "text", func() int { return h.heard(t, h.thread) }},
		"an offer": {aSupplier, "/orders/" + string(h.order.ID) + "/offer", url.Values{"amount": {"1.00"}}, "amount", func() int {
			moments, err := h.Orders.Book.History(t.Context(), h.order.ID)
			must(t, err)
			return len(moments)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.form.Set("idempotency_key", freshKey())
			before := c.count()
			first := h.open(t, c.who, "POST", c.path, c.form)
			again := h.open(t, c.who, "POST", c.path, c.form)
			if first.Code != 303 || again.Code != 303 || first.Header().Get("Location") != again.Header().Get("Location") {
				t.Errorf("got %d %s, then %d %s: %.900s", first.Code, first.Header().Get("Location"), again.Code, again.Header().Get("Location"), inMain(again.Body.String()))
			}
			if n := c.count() - before; n != 1 {
				t.Errorf("a double click did it %d times", n)
			}
			form := maps.Clone(c.form)
			form.Set(c.other, "2")
			w := h.open(t, c.who, "POST", c.path, form)
			if n := c.count() - before; w.Code != 409 || n != 1 {
				t.Errorf("the same key with another %s: got %d, and it was done %d times: %.900s", c.other, w.Code, n, inMain(w.Body.String()))
			}
		})
	}
}

func (h *trade) heard(t testing.TB, thread order.Thread) int {
	t.Helper()
	heard, err := h.Orders.Heard(t.Context(), h.people[aBuyer].actor, thread)
	must(t, err)
	return len(heard)
}

func TestNoFormComesFromAnotherSite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	h := openTrade(t, "sqlite:"+file)
	before := kept(t, file)
	for pattern, f := range h.forms() {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if w := h.open(t, f.who, "POST", f.path, f.form, header...); w.Code != 403 || !strings.Contains(w.Body.String(), "another site") {
				t.Errorf("%s from %s: got %d", pattern, header[1], w.Code)
			}
		}
	}
	if changed := differs(before, kept(t, file)); changed != "" {
		t.Errorf("another site changed %s with a visitor's cookie", changed)
	}
}

func TestNoFormIsReadWithoutEnd(t *testing.T) {
	h := openTrade(t, "")
	for pattern, f := range h.forms() {
		most := bound(pattern)
		if uploads[pattern] {
			continue
		}
		form := maps.Clone(f.form)
		form.Set("more", strings.Repeat("x", int(most)))
		w := h.open(t, f.who, "POST", f.path, form)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "with less text") {
			t.Errorf("%s with more than %d bytes: got %d", pattern, most, w.Code)
		}
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	must(t, parts.WriteField("more", strings.Repeat("x", largestCatalogue+65<<10)))
	must(t, parts.Close())
	for _, c := range []struct {
		path   string
		status int
	}{{"/desk/import", 413}, {"/desk/listings/" + string(h.draft.ID) + "/pictures", 422}, {"/desk/stock", 422}} {
		r := httptest.NewRequest("POST", c.path, bytes.NewReader(b.Bytes()))
		r.Header.Set("Content-Type", parts.FormDataContentType())
		r.Header.Set("Cookie", sessionCookie+"="+h.people[aSupplier].session)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("a file of 20 MB to %s: got %d, want %d: %.600s", c.path, w.Code, c.status, inMain(w.Body.String()))
		}
	}
}

func TestAFormMadeFromAnOldVersionIsNotWrittenOverTheNewOne(t *testing.T) {
	h := openTrade(t, "")
	for pattern, version := range map[string]string{"POST /account/me": "0", "POST /account/business": "0", "POST /account/business/legal": "99", "POST /desk/listings/{id}": "0", "POST /desk/freight": "0", "POST /house/businesses/{id}/{step}": "99"} {
		f := h.forms()[pattern]
		f.form.Set("version", version)
		w := h.open(t, f.who, "POST", f.path, f.form)
		if w.Code != 409 {
			t.Errorf("%s of version %s: got %d, want 409: %.600s", pattern, version, w.Code, inMain(w.Body.String()))
		}
	}
}

func TestAFileThatCannotBeReadIsNotTakenIn(t *testing.T) {
	h := openTestHouse(t, "")
	for name, c := range map[string]struct {
		file, says string
		status     int
	}{
		"without its columns": {"article,title\nA-1,Mug\n", "The column category is missing.", 422},
		"of nothing":          {"", "The file is empty.", 422},
		"of zero bytes":       {"\x00\x00\x00", "", 422},
		"a row that is wrong": {"article,title,category,currency,price_1\nA-1,Mug,nowhere,EUR,five\n", "price_1", 200},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			parts := multipart.NewWriter(&b)
			file, err := parts.CreateFormFile("file", "listings.csv")
			must(t, err)
			_, _ = file.Write([]byte(c.file)) // a buffer takes everything
			must(t, parts.Close())
			r := httptest.NewRequest("POST", "/desk/import", &b)
			r.Header.Set("Content-Type", parts.FormDataContentType())
			r.Header.Set("Cookie", sessionCookie+"="+h.people[aSupplier].session)
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			if main := inMain(w.Body.String()); w.Code != c.status || strings.Contains(main, "The whole file was taken in") || !strings.Contains(main, c.says) {
				t.Errorf("got %d: %.1500s", w.Code, main)
			}
		})
	}
}
