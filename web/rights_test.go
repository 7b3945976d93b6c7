package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/web/words"
)

// suspended is a buyer whom the house closed the door to after joining.
const suspended = "suspended buyer"

// everyRole is the order in which the tables below say who may what.
var everyRole = []string{aGuest, aBuyer, otherBuyer, aSupplier, otherSupplier, anOperator, suspended}

// secrets stand in the buyer's order, question and profile: of all people only the
// buyer, the supplier and the operator may ever read them.
var secrets = []string{"Verkstadsgatan 4", "118 22", "Storgatan 1", "114 55", "Åsa Lindgren", "555 0100", "JD014600", "PO-7731", "lid of box four", "two broken saucers", "glaze in cobalt"}

// trade is a house with one order shipped, given a part back and complained of, one just paid, one
// released and invoiced, one unpaid, a question, a draft, a payout due, and texts.
type trade struct {
	*testHouse
	listing, others, draft      catalog.Listing
	order, paid, done, unpaid   order.Order
	thread                      order.Thread
	payout                      ledger.Payout
	address                     party.AddressID
	version                     string // of the texts
	incident                    string
	keyOfBuyer, sessionOfBuyers string
}

func openTrade(t testing.TB, at string) *trade {
	t.Helper()
	ctx, h := t.Context(), &trade{testHouse: openTestHouse(t, at)}
	h.listing, h.others = h.offer(t, aSupplier, "TS-1", 10_000), h.offer(t, otherSupplier, "NK-1", 10_000)
	var err error
	h.draft, err = h.Catalog.Create(ctx, h.people[aSupplier].actor, catalog.Listing{Article: "TS-9", Titles: map[string]string{"en": "Unfinished jug"}, Language: "en", Category: "home/mugs", Unit: "H87", MOQ: 1, Multiple: 1, Origin: "TR"})
	must(t, err)
	h.join(t, suspended, party.SignUp{Name: "Somebody", Email: "suspended@firm.example", Business: "Closed Door", Country: "DE", City: "There", Buys: true, Language: "en", Currency: "EUR"})
	_, err = h.Parties.Suspend(ctx, h.people[anOperator].actor, h.people[suspended].firm.ID, h.people[suspended].firm.Version)
	must(t, err)
	buyer, supplier := h.people[aBuyer].actor, h.people[aSupplier].actor
	kept, err := h.Parties.KeepAddress(ctx, buyer, "", party.Postal{Name: "Åsa Lindgren", Street: "Storgatan 1", Postcode: "114 55", City: "Stockholm", Country: "SE", Phone: "+46 8 555 0100"})
	must(t, err)
	h.address = kept.ID
	own := h.people[aBuyer]
	own.firm, err = h.Parties.Edit(ctx, buyer, party.Profile{
		Version: own.firm.Version, Name: own.firm.Name, City: own.firm.City, Street: "Verkstadsgatan 4", Postcode: "118 22", Buys: true, Language: own.firm.Language, Currency: own.firm.Currency,
	})
	must(t, err)
	h.people[aBuyer] = own
	h.order, h.paid, h.done, h.unpaid = h.ordered(t), h.ordered(t), h.ordered(t), h.ordered(t)
	move := func(a market.Actor, o order.Order, act order.Act) {
		t.Helper()
		_, err := h.Orders.Move(ctx, a, o.ID, act)
		must(t, err)
	}
	for _, o := range []order.Order{h.order, h.paid, h.done} {
		move(buyer, o, order.Act{Step: order.StepPay})
	}
	for _, o := range []order.Order{h.order, h.done} {
		move(supplier, o, order.Act{Step: order.StepAccept})
		move(supplier, o, order.Act{Step: order.StepShip, Carrier: "DHL", Tracking: "JD014600"})
	}
	move(supplier, h.order, order.Act{Step: order.StepRefund, Amount: market.Of(100, "EUR")})
	move(buyer, h.done, order.Act{Step: order.StepReceive})
	move(buyer, h.done, order.Act{Step: order.StepRelease})
	move(buyer, h.order, order.Act{Step: order.StepComplain, Reason: order.Reasons[0], Text: "There are two broken saucers.", Amount: market.Of(300, "EUR")})
	_, err = h.Orders.Tell(ctx, buyer, h.order.ID, "The lid of box four is dented.", market.Idempotency{})
	must(t, err)
	shown, err := h.Catalog.View(ctx, buyer, h.listing.ID)
	must(t, err)
	h.thread, err = h.Orders.Ask(ctx, buyer, shown, "Do you glaze in cobalt too?", market.Idempotency{})
	must(t, err)
	firm := h.people[aSupplier].firm
	_, err = h.Parties.SetBank(ctx, supplier, testPassword, party.Bank{Holder: firm.Name, IBAN: "DE89370400440532013000", Country: "DE"}, firm.Version)
	must(t, err)
	_, _, err = h.Money.Draft(ctx, h.people[anOperator].actor)
	must(t, err)
	due, err := h.Money.AllDue(ctx, h.people[anOperator].actor)
	must(t, err)
	h.payout = due[0]
	h.version = h.Now().Format("2006-01-02")
	for _, slug := range texts {
		must(t, h.Parties.Issue(ctx, h.people[anOperator].actor, party.Document{Slug: slug, Version: h.version, Language: "en", Title: "The " + slug, Text: "## First\nWhat counts here."}))
	}
	h.agree(t, h.version)
	keys, err := h.Parties.Keys(ctx, buyer)
	must(t, err)
	browsers, err := h.Parties.Browsers(ctx, buyer)
	must(t, err)
	h.keyOfBuyer, h.sessionOfBuyers = keys[0].ID, browsers[0].ID
	h.incident, h.Consent = h.guard(t).ID, "agreed"
	over := make(chan struct{})
	close(over)
	h.Ending = over // a stream ends as soon as it began
	return h
}

// ordered places an order of ten mugs for the buyer, to be paid by card.
func (h *trade) ordered(t testing.TB) order.Order {
	t.Helper()
	ctx, buyer := t.Context(), h.people[aBuyer].actor
	_, err := h.Orders.PutLine(ctx, buyer, "", h.listing.Variants[0].ID, 10, "EUR")
	must(t, err)
	g, err := h.Orders.Place(ctx, buyer, order.PlaceInput{Address: h.address, Currency: "EUR", Payment: "card", PurchaseOrder: "PO-7731"})
	must(t, err)
	return g.Orders[0]
}

// orders are all that the buyer placed.
func (h *trade) orders() []order.Order { return []order.Order{h.order, h.paid, h.done, h.unpaid} }

// open sends a request as somebody by cookie, with a form if there is one, and
// returns the answer. Further header fields come in pairs.
func (h *testHouse) open(t testing.TB, who, method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if session := h.people[who].session; session != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: session})
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// access says of one route where its sample is, what is sent, and what each of
// everyRole gets: 2 the page, n nothing to say, 3 done, s sent to sign in,
// 4 not found, f known but not theirs to do, c the order or record is past it,
// v sent back to be filled in. The word stands on every page of status 200; one that
// names an order of the buyer's only on those of whom it is known to.
type access struct {
	path string
	form url.Values
	want string
	word string
}

var answers = map[byte]int{'2': 200, 'n': 204, '3': 303, 's': 303, '4': 404, 'f': 403, 'c': 409, 'v': 422}

// accesses has one line a route.
func (h *trade) accesses() map[string]access {
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	address := form("name", "Somebody", "street", "Road 1", "postcode", "10115", "city", "Berlin", "country", "DE")
	listing, draft, of := "/desk/listings/"+string(h.listing.ID), "/desk/listings/"+string(h.draft.ID), "/orders/"+string(h.order.ID)
	firm := "/house/businesses/" + string(h.people[otherBuyer].firm.ID)
	return map[string]access{
		"GET /{$}":                          {"/", nil, "2222222", "Stoneware mug"},
		"GET /search":                       {"/search?q=stonware", nil, "2222222", "Stoneware mug TS-1"},
		"GET /categories/{path...}":         {"/categories/home/mugs", nil, "2222222", "Stoneware mug TS-1"},
		"GET /listings/{id}":                {"/listings/" + string(h.listing.ID), nil, "2222222", "Thrown by hand."},
		"GET /suppliers":                    {"/suppliers", nil, "2222222", "Tarsus Shirtworks"},
		"GET /suppliers/{slug}":             {"/suppliers/" + h.people[aSupplier].firm.Slug, nil, "2222222", "Tarsus Shirtworks"},
		"GET /protection":                   {"/protection", nil, "2222222", "protect"},
		"GET /terms":                        {"/terms", nil, "2222222", "What counts here."},
		"GET /privacy":                      {"/privacy", nil, "2222222", "What counts here."},
		"GET /imprint":                      {"/imprint", nil, "2222222", "What counts here."},
		"GET /pictures/{id}/{width}":        {"/pictures/0000/480", nil, "4444444", ""},
		"GET /status":                       {"/status", nil, "2222222", "Ordering and paying"},
		"POST /theme":                       {"/theme", form("theme", "dark", "back", "/search"), "3333333", ""},
		"GET /me":                           {"/me", nil, "n222222", "/account"},
		"GET /.well-known/kontor-rehearsal": {"/.well-known/kontor-rehearsal", nil, "2222222", "agreed"},
		"GET /sign-in":                      {"/sign-in", nil, "2333333", "password"},
		"POST /sign-in":                     {"/sign-in", form("email", "nobody@firm.example", "password", "wrong"), "vvvvvvv", ""},
		"POST /demo/sign-in":                {"/demo/sign-in", form("as", "0"), "4444444", ""},
		"POST /sign-out":                    {"/sign-out", form(), "3333333", ""},
		"GET /sign-up":                      {"/sign-up", nil, "2222222", "terms_version"},
		"POST /sign-up":                     {"/sign-up", form("name", "X"), "vvvvvvv", ""},
		"GET /confirm":                      {"/confirm?token=x", nil, "2222222", "token"},
		"POST /confirm":                     {"/confirm", form("token", "x"), "4444444", ""},
		"GET /confirm/code":                 {"/confirm/code", nil, "s333333", ""},
		"POST /confirm/code":                {"/confirm/code", form("code", "041593"), "vvvvvvv", ""},
		"POST /confirm/again":               {"/confirm/again", nil, "ccccccc", ""},
		"GET /reset":                        {"/reset", nil, "2222222", "email"},
		"POST /reset":                       {"/reset", form("email", "nobody@firm.example"), "2222222", "nobody@firm.example"},
		"GET /operator":                     {"/operator?token=x", nil, "4444444", ""},
		"POST /operator":                    {"/operator", form("token", "x", "name", "Eve", "email", "eve@firm.example", "password", testPassword), "4444444", ""},
		"GET /letters":                      {"/letters", nil, "4444444", ""},
		"GET /agree":                        {"/agree", nil, "s333333", ""},
		"POST /agree":                       {"/agree", form("terms", "yes", "terms_version", h.version, "privacy", "yes", "privacy_version", h.version), "s333333", ""},
		"GET /account":                      {"/account", nil, "s222222", "new_password"},
		"POST /account/me":                  {"/account/me", form("name", "Somebody", "language", "en", "version", "0"), "scccccc", ""},
		"POST /account/password":            {"/account/password", form("password", "wrong", "new_password", "another harbour 77 crane"), "svvvvvv", ""},
		"POST /account/sessions/end":        {"/account/sessions/end", form("session", h.sessionOfBuyers), "s333333", ""},
		"POST /account/keys":                {"/account/keys", form("label", "stock", "password", testPassword), "s222222", "kontor_"},
		"POST /account/keys/end":            {"/account/keys/end", form("key", h.keyOfBuyer), "s333333", ""},
		"GET /account/addresses":            {"/account/addresses", nil, "s222242", "country"},
		"POST /account/addresses":           {"/account/addresses", address, "s333343", ""},
		"POST /account/addresses/drop":      {"/account/addresses/drop", form("id", string(h.address)), "s333333", ""},
		"GET /account/business":             {"/account/business", nil, "s222242", "legal_name"},
		"POST /account/business":            {"/account/business", form("name", "Renamed", "city", "There", "language", "en", "currency", "EUR", "buys", "yes", "version", "0"), "scccc4c", ""},
		"POST /account/business/legal":      {"/account/business/legal", form("legal_name", "Firm Ltd", "version", "0"), "scccc4c", ""},
		"POST /account/business/bank":       {"/account/business/bank", form("holder", "X", "iban", "DE89370400440532013000", "password", "wrong", "version", "0"), "svvvv4v", ""},

		"GET /cart":                {"/cart", nil, "2222222", "cart"},
		"POST /cart/lines":         {"/cart/lines", form("variant", string(h.others.Variants[0].ID), "quantity", "4"), "3333333", ""},
		"GET /checkout":            {"/checkout", nil, "s22fff2", "Stoneware mug NK-1"},
		"POST /checkout":           {"/checkout", form("address", string(h.address), "payment", "card"), "s344444", ""},
		"GET /payments/{group}":    {"/payments/" + string(h.unpaid.Group), nil, "s244444", words.For(words.First).Money(h.unpaid.Total)},
		"POST /payments/{group}":   {"/payments/" + string(h.unpaid.Group), form("card", "4242 4242 4242 4242"), "s344444", ""},
		"GET /orders":              {"/orders", nil, "s223332", h.order.Number},
		"GET /orders/{id}":         {of, nil, "s242424", h.order.Number},
		"POST /orders/{id}/{step}": {of + "/message", form("text", "It went on its way."), "s3434f4", ""},
		"GET /orders/{id}/invoice": {"/orders/" + string(h.done.ID) + "/invoice", nil, "s242424", h.done.Number},

		"GET /orders/{id}/credit-notes/{number}": {of + "/credit-notes/C-" + h.Now().UTC().Format("2006") + "-00001", nil, "s242424", "Part of invoice"},

		"GET /listings/{id}/questions":  {"/listings/" + string(h.others.ID) + "/questions", nil, "s222222", "Stoneware mug"},
		"POST /listings/{id}/questions": {"/listings/" + string(h.others.ID) + "/questions", form("text", "Is it oven proof?"), "s333ff3", ""},
		"GET /messages":                 {"/messages", nil, "s222222", "essages"},
		"GET /messages/{id}":            {"/messages/" + string(h.thread.ID), nil, "s242424", "glaze in cobalt"},
		"POST /messages/{id}":           {"/messages/" + string(h.thread.ID), form("text", "We do."), "s343444", ""},

		"GET /desk":                                   {"/desk", nil, "s442244", "/desk/listings"},
		"GET /desk/listings":                          {"/desk/listings", nil, "s442244", "Stoneware mug"},
		"GET /desk/listings/new":                      {"/desk/listings/new", nil, "s442244", "hs_code"},
		"POST /desk/listings":                         {"/desk/listings", form("article", "X-1"), "s44vv44", ""},
		"GET /desk/listings/{id}":                     {draft, nil, "s442444", "Unfinished jug"},
		"POST /desk/listings/{id}":                    {listing, form("article", "TS-1", "version", "0"), "s44c444", ""},
		"GET /desk/listings/{id}/view":                {draft + "/view", nil, "s442424", "Unfinished jug"},
		"POST /desk/listings/{id}/{step}":             {draft + "/propose", form("version", "99"), "s44c444", ""},
		"POST /desk/listings/{id}/pictures":           {draft + "/pictures", form(), "s44v444", ""},
		"POST /desk/listings/{id}/pictures/{picture}": {draft + "/pictures/none", form("step", "remove"), "s443444", ""},
		"GET /desk/stock":                             {"/desk/stock", nil, "s442244", "-1"},
		"POST /desk/stock":                            {"/desk/stock", form("variant", string(h.listing.Variants[0].ID), "stock", "9000"), "s443444", ""},
		"GET /desk/orders":                            {"/desk/orders?tab=complaints", nil, "s442244", h.order.Number},
		"GET /desk/money":                             {"/desk/money", nil, "s442244", h.done.Number},
		"GET /desk/import":                            {"/desk/import", nil, "s442244", "file"},
		"POST /desk/import":                           {"/desk/import", form(), "s44vv44", ""},
		"GET /desk/export.csv":                        {"/desk/export.csv", nil, "s442244", "article"},
		"GET /desk/import/template.csv":               {"/desk/import/template.csv", nil, "s442244", "EXAMPLE-1"},
		"GET /desk/freight":                           {"/desk/freight", nil, "s442244", "everywhere"},
		"POST /desk/freight":                          {"/desk/freight", form("version", "99", "rows[0].name", "DE", "rows[0].countries", "DE", "rows[0].method", "road", "rows[0].currency", "EUR", "rows[0].days_from", "1", "rows[0].days_to", "2", "rows[0].brackets", "5: 8.90"), "s44cc44", ""},

		"GET /house":                         {"/house", nil, "s444424", "/house/money"},
		"GET /house/review":                  {"/house/review", nil, "s444424", "/house/review"},
		"GET /house/listings":                {"/house/listings", nil, "s444424", "Stoneware mug"},
		"GET /house/listings/{id}":           {"/house/listings/" + string(h.draft.ID), nil, "s444424", "Unfinished jug"},
		"POST /house/listings/{id}/{step}":   {"/house/listings/" + string(h.others.ID) + "/suspend", form("reason", "", "version", "1"), "s4444v4", ""},
		"GET /house/businesses":              {"/house/businesses", nil, "s444424", "Lindgren"},
		"GET /house/businesses/{id}":         {firm, nil, "s444424", "Café Morgen"},
		"POST /house/businesses/{id}/legal":  {"/house/businesses/" + string(h.people[aSupplier].firm.ID) + "/legal", form(), "s444424", "DE89370400440532013000"},
		"POST /house/businesses/{id}/{step}": {firm + "/close", form("version", "99"), "s4444c4", ""},
		"GET /house/orders":                  {"/house/orders?tab=all", nil, "s444424", h.order.Number},
		"GET /house/money":                   {"/house/money", nil, "s444424", "€"},
		"GET /house/payouts":                 {"/house/payouts", nil, "s444424", "Tarsus Shirtworks"},
		"POST /house/payouts":                {"/house/payouts", form(), "s444434", ""},
		"GET /house/payouts.csv":             {"/house/payouts.csv", nil, "s444424", "DE89370400440532013000"},
		"POST /house/payouts/{id}":           {"/house/payouts/" + string(h.payout.ID), form(), "s444434", ""},
		"GET /house/refunds":                 {"/house/refunds", nil, "s444424", "efunds"},
		"POST /house/refunds/{id}":           {"/house/refunds/none", form(), "s444444", ""},
		"GET /house/documents":               {"/house/documents", nil, "s444424", "What counts here."},
		"POST /house/documents":              {"/house/documents", form("slug", "terms"), "s4444v4", ""},
		"GET /house/shield":                  {"/house/shield", nil, "s444424", "Nothing to do."},
		"GET /house/shield/stream":           {"/house/shield/stream", nil, "s444424", ""},
		"POST /house/shield/let":             {"/house/shield/let", form("ref", "7F3K-2Q9X"), "s4444v4", ""},
		"POST /house/shield/lift":            {"/house/shield/lift", form("prefix", "203.0.113.7"), "s444434", ""},
		"POST /house/shield/ban":             {"/house/shield/ban", form("prefix", "203.0.113.7", "reason", "", "long", "hour"), "s4444v4", ""},
		"GET /house/incidents":               {"/house/incidents", nil, "s444424", h.incident},
		"GET /house/incidents/{id}":          {"/house/incidents/" + h.incident, nil, "s444424", "GET /search"},
		"POST /house/incidents/{id}/notes":   {"/house/incidents/" + h.incident + "/notes", form("text", "We looked at it."), "s444434", ""},
		"POST /house/incidents/{id}/close":   {"/house/incidents/" + h.incident + "/close", form("text", ""), "s4444v4", ""},
		"GET /house/operators":               {"/house/operators", nil, "s444424", "invite"},
		"POST /house/operators":              {"/house/operators", form(), "s444424", "/operator?token="},
	}
}

func TestEveryRoleOnEveryRoute(t *testing.T) {
	h := openTrade(t, "")
	table, private := h.accesses(), slices.Clone(secrets)
	for _, o := range h.orders() {
		private = append(private, o.Number)
	}
	list := slices.Clone(routes)
	last := func(r route) int { // what ends the session, or what others look at, comes at the end
		switch r.pattern {
		case "POST /account/addresses/drop", "POST /house/payouts/{id}":
			return 1
		case "POST /account/sessions/end":
			return 2
		case "POST /sign-out":
			return 3
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b route) int { return last(a) - last(b) })
	for _, rt := range list {
		c, ok := table[rt.pattern]
		if !ok {
			t.Errorf("nobody says who may %s", rt.pattern)
			continue
		}
		delete(table, rt.pattern)
		method, _, _ := strings.Cut(rt.pattern, " ")
		var guests string
		for i, who := range everyRole {
			name := rt.pattern + " as " + who
			w := h.open(t, who, method, c.path, c.form)
			body := w.Body.String()
			if w.Code != answers[c.want[i]] {
				t.Errorf("%s: got %d %s, want %d: %.300s", name, w.Code, w.Header().Get("Location"), answers[c.want[i]], inMain(body))
			}
			if signIn := strings.HasPrefix(w.Header().Get("Location"), "/sign-in"); signIn != (c.want[i] == 's' || rt.pattern == "POST /sign-out") {
				t.Errorf("%s: sent to %q", name, w.Header().Get("Location"))
			}
			knows := slices.Contains([]string{aBuyer, aSupplier, anOperator}, who)
			if w.Code == http.StatusOK && (knows || !slices.Contains(private, c.word)) && !strings.Contains(body, c.word) {
				t.Errorf("%s: %q is not on the page: %.2000s", name, c.word, inMain(body))
			}
			if !knows {
				for _, s := range private {
					if strings.Contains(body, s) {
						t.Errorf("%s: a stranger reads %q", name, s)
					}
				}
			}
			checkHeaders(t, name, rt, w)
			switch {
			case rt.right != everybody || method != http.MethodGet || w.Code != http.StatusOK:
			case who == aGuest:
				guests = body
			case body != guests:
				t.Errorf("%s: the page differs from a guest's, and a cache would show it to others", name)
			}
		}
	}
	for pattern := range table {
		t.Errorf("%s is in the table, and no route", pattern)
	}
	if log := h.log.String(); log != "" {
		t.Errorf("something of ours failed on the way: %s", log)
	}
}

// checkHeaders looks at what every answer must say to browsers and caches.
func checkHeaders(t testing.TB, name string, rt route, w *httptest.ResponseRecorder) {
	t.Helper()
	h := w.Header()
	if h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: a browser may guess the answer's type", name)
	}
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") && w.Code != http.StatusSeeOther {
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(h.Get("Content-Security-Policy"), part) {
				t.Errorf("%s: the page is sent without %s", name, part)
			}
		}
		if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: the page may run what is written into it", name)
		}
	}
	if (rt.right != everybody || w.Code >= 400) && !strings.Contains(h.Get("Cache-Control"), "no-store") {
		t.Errorf("%s: a cache may keep the answer: %q", name, h.Get("Cache-Control"))
	}
	if rt.right == everybody && strings.HasPrefix(rt.pattern, "GET ") && len(w.Result().Cookies()) > 0 {
		t.Errorf("%s: a cacheable page gives out a cookie", name)
	}
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("%s: the cookie %s can be read by scripts or sent from other sites", name, c.Name)
		}
	}
}

// inMain is a page's text without what its head and foot repeat.
func inMain(body string) string {
	if _, main, ok := strings.Cut(body, "<main"); ok {
		body, _, _ = strings.Cut(main, "</main>")
	}
	return body
}

func TestEveryStepOfAnOrderIsItsPartiesAlone(t *testing.T) {
	h := openTrade(t, "")
	for _, step := range []string{"pay", "accept", "ship", "receive", "release", "complain", "offer", "agree", "escalate", "decide", "withdraw", "refund", "cancel", "bounce", "expire", "message", "review", "dance"} {
		before := h.seen(t)
		for _, who := range []string{otherBuyer, otherSupplier, suspended} {
			for _, o := range h.orders() {
				form := url.Values{"amount": {"1.00"}, "reason": {"damaged"}, "text": {"Hello."}, "stars": {"1"}, "carrier": {"X"}, "tracking": {"Y"}}
				if w := h.open(t, who, "POST", "/orders/"+string(o.ID)+"/"+step, form); w.Code != 404 {
					t.Errorf("%s as %s: got %d, want 404", step, who, w.Code)
				}
			}
		}
		if after := h.seen(t); after != before {
			t.Errorf("%s by strangers changed the order:\n%s\n%s", step, before, after)
		}
	}
}

func TestTheClocksStepsAreNobodysToTake(t *testing.T) {
	h := openTrade(t, "")
	for _, step := range []string{"bounce", "expire", "place"} {
		before := h.seen(t)
		for _, who := range []string{aBuyer, aSupplier, anOperator} {
			for _, o := range h.orders() {
				if w := h.open(t, who, "POST", "/orders/"+string(o.ID)+"/"+step, url.Values{}); w.Code < 400 || w.Code >= 500 {
					t.Errorf("%s as %s: got %d, want a refusal", step, who, w.Code)
				}
			}
		}
		if after := h.seen(t); after != before {
			t.Errorf("%s by hand changed an order:\n%s\n%s", step, before, after)
		}
	}
}

// seen is where the sample orders stand.
func (h *trade) seen(t testing.TB) (s string) {
	t.Helper()
	for _, o := range h.orders() {
		now, err := h.Orders.Order(t.Context(), h.people[anOperator].actor, o.ID)
		must(t, err)
		moments, err := h.Orders.Book.History(t.Context(), o.ID)
		must(t, err)
		s += fmt.Sprint(now.Number, now.Status, now.PaidIn, now.Out, now.Back, len(moments), "\n")
	}
	return s
}

func TestASessionThatEndedOpensNothing(t *testing.T) {
	h := openTestHouse(t, "")
	if w := h.open(t, aBuyer, "POST", "/sign-out", url.Values{}); w.Code != 303 {
		t.Fatalf("signing out: %d", w.Code)
	}
	for _, cookie := range []string{h.people[aBuyer].session, "", "x", strings.Repeat("x", 5_000), h.people[aBuyer].key, "\xff"} {
		w := h.open(t, aGuest, "GET", "/orders", nil, "Cookie", sessionCookie+"="+cookie)
		if w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("the session %.40q still opens the orders: %d", cookie, w.Code)
		}
	}
}

func TestASuspendedBuyerOrdersNothingMore(t *testing.T) {
	h := openTrade(t, "")
	form := url.Values{"name": {"Somebody"}, "street": {"Road 1"}, "postcode": {"10115"}, "city": {"Berlin"}, "country": {"DE"}}
	if w := h.open(t, suspended, "POST", "/account/addresses", form); w.Code != 303 {
		t.Fatalf("an address: %d", w.Code)
	}
	kept, err := h.Parties.Addresses(t.Context(), h.people[suspended].actor)
	must(t, err)
	h.open(t, suspended, "POST", "/cart/lines", url.Values{"variant": {string(h.listing.Variants[0].ID)}, "quantity": {"4"}})
	w := h.open(t, suspended, "POST", "/checkout", url.Values{"address": {string(kept[0].ID)}, "payment": {"card"}})
	if w.Code != 403 || !strings.Contains(w.Body.String(), "suspended") {
		t.Errorf("a suspended business orders, or is not told why it can't: %d %.600s", w.Code, inMain(w.Body.String()))
	}
	if list, err := h.Orders.Orders(t.Context(), h.people[suspended].actor, market.Buyer, order.Filter{Limit: 1}); err != nil || len(list) > 0 {
		t.Errorf("%d orders of a suspended business, %v", len(list), err)
	}
}
