package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// read decodes an answer of the status that was hoped for.
func read[T any](t testing.TB, w *httptest.ResponseRecorder, status int) (v T) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("got %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, w.Body)
	}
	return v
}

// wrong decodes a problem and checks what every one of them must have.
func wrong(t testing.TB, w *httptest.ResponseRecorder, status int) problemDoc {
	t.Helper()
	p := read[problemDoc](t, w, status)
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("a program can't tell a problem of type %q from an answer", got)
	}
	if p.Status != status || p.Title == "" || p.Detail == "" || p.Reference == "" || p.Reference != w.Header().Get("Kontor-Reference") {
		t.Errorf("somebody can't tell the house what happened: %+v", p)
	}
	return p
}

const addressInSweden = `{"name":"Åsa Lindgren","street":"Storgatan 1","postcode":"114 55","city":"Stockholm","country":"SE","phone":"+46 8 555 0100"}`

// shop fills the buyer's cart with the variants and adds an address.
func (h *testHouse) shop(t testing.TB, quantity int, variants ...string) (cart cartDoc, address string) {
	t.Helper()
	for _, v := range variants {
		cart = read[cartDoc](t, h.call(t, aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":%d,"country":"SE"}`, v, quantity)), 200)
	}
	a := read[addressDoc](t, h.call(t, aBuyer, "POST", "/api/v1/addresses", addressInSweden), 201)
	return cart, string(a.ID)
}

func TestAWholeTradeThroughTheAPI(t *testing.T) {
	h := openTestHouse(t, "")
	one, two := h.offer(t, aSupplier, "TS-1", 100), h.offer(t, otherSupplier, "NK-1", 100)

	found := read[listingsDoc](t, h.call(t, aGuest, "GET", "/api/v1/listings?q=stonware+mug", ""), 200)
	if found.Total != 2 || len(found.Facets.Supplier) != 2 {
		t.Fatalf("a buyer who mistypes finds %d listings, want 2: %+v", found.Total, found)
	}
	whole := read[listingDoc](t, h.call(t, aGuest, "GET", "/api/v1/listings/"+string(one.ID), ""), 200)
	if len(whole.Variants) != 1 || whole.Variants[0].Prices[0].Tiers[1] != (tierDoc{10, market.Of(400, "EUR")}) || whole.Variants[0].Available != 100 {
		t.Errorf("a buyer would not know price and stock: %+v", whole.Variants)
	}

	cart, address := h.shop(t, 10, string(one.Variants[0].ID), string(two.Variants[0].ID))
	if len(cart.Suppliers) != 2 || !cart.Ready || cart.Suppliers[0].Lines[0].UnitPrice.Minor != 400 || len(cart.Suppliers[0].Offers) != 2 {
		t.Fatalf("the cart is not worked out: %+v", cart)
	}
	place := fmt.Sprintf(`{"cart_id":%q,"address_id":%q,"shipping":{%q:"air"},"payment":"card","agreed":%q,"purchase_order":"PO-7"}`, cart.ID, address, h.people[aSupplier].firm.Slug, "")
	w := h.call(t, aBuyer, "POST", "/api/v1/orders", place, "Idempotency-Key", "first")
	group := read[groupDoc](t, w, 201)
	if len(group.Orders) != 2 || group.Amounts[0] != market.Of(4_000+4_800+4_000+1_200, "EUR") {
		t.Fatalf("two suppliers make two orders under one payment, got %+v", group)
	}
	again := read[groupDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders", place, "Idempotency-Key", "first"), 201)
	if again.ID != group.ID || len(again.Orders) != 2 {
		t.Errorf("a repeated request ordered again: %s after %s", again.ID, group.ID)
	}
	wrong(t, h.call(t, aBuyer, "POST", "/api/v1/orders", strings.Replace(place, "air", "road", 1), "Idempotency-Key", "first"), 409)

	of := map[market.BusinessID]order.ID{}
	for _, o := range group.Orders {
		of[o.Supplier.ID] = o.ID
	}
	a, b := "/api/v1/orders/"+string(of[h.people[aSupplier].firm.ID]), "/api/v1/orders/"+string(of[h.people[otherSupplier].firm.ID])
	step := func(who, path, body string) orderDoc {
		t.Helper()
		first := read[orderDoc](t, h.call(t, who, "POST", path, body, "Idempotency-Key", path), 200)
		repeat := read[orderDoc](t, h.call(t, who, "POST", path, body, "Idempotency-Key", path), 200)
		if repeat.Status != first.Status || repeat.Money != first.Money {
			t.Errorf("%s repeated had a second effect: %+v, then %+v", path, first, repeat)
		}
		return first
	}
	if got := step(aBuyer, a+"/pay", ""); got.Money.Held != got.Money.Total || got.Status.Payment != order.Held {
		t.Errorf("after paying %s is held, want %s", got.Money.Held, got.Money.Total)
	}
	step(aSupplier, a+"/accept", "")
	step(otherSupplier, b+"/accept", "{}")
	step(aSupplier, a+"/ship", `{"carrier":"DHL","tracking":"JD0123"}`)
	step(otherSupplier, b+"/ship", `{"carrier":"DHL"}`)
	step(aBuyer, a+"/complain", `{"reason":"damaged","text":"Two mugs are broken.","amount":"8.00"}`)
	step(aSupplier, a+"/offer", `{"amount":{"minor":800,"currency":"EUR"}}`)
	if got := step(aBuyer, a+"/agree", ""); got.Money.Refunded != market.Of(800, "EUR") || got.Money.Held.Minor != 0 || got.Status.Payment != order.Split {
		t.Errorf("an agreed refund left %+v", got.Money)
	}
	step(aBuyer, b+"/receive", "")
	if got := step(aBuyer, b+"/release", ""); got.Money.Released != got.Money.Total {
		t.Errorf("released %s of %s", got.Money.Released, got.Money.Total)
	}
	for _, path := range []string{a, b} {
		for _, s := range read[ledgerDoc](t, h.call(t, anOperator, "GET", path+"/ledger", ""), 200).Sums {
			if s.Minor != 0 {
				t.Errorf("the ledger of %s is off by %s", path, s)
			}
		}
	}
	inv := read[invoiceDoc](t, h.call(t, aBuyer, "GET", a+"/invoice", ""), 200)
	if inv.Total != market.Of(8_800, "EUR") || inv.PurchaseOrder != "PO-7" || inv.Address.City != "Stockholm" {
		t.Errorf("the invoice is not the order's: %+v", inv)
	}
	seen := read[wholeOrderDoc](t, h.call(t, aSupplier, "GET", a, ""), 200)
	if seen.Address.Name != "Åsa Lindgren" || seen.Tracking != "JD0123" || seen.Complaint == nil || seen.Complaint.Text != "Two mugs are broken." || seen.Complaint.Award.Minor != 800 || len(seen.History) < 7 {
		t.Errorf("a supplier does not see its whole order: %+v", seen)
	}

	read[saidDoc](t, h.call(t, aBuyer, "POST", a+"/messages", `{"text":"Thank you."}`, "Idempotency-Key", "m"), 201)
	read[saidDoc](t, h.call(t, aBuyer, "POST", a+"/messages", `{"text":"Thank you."}`, "Idempotency-Key", "m"), 201)
	if talk := read[talkDoc](t, h.call(t, aSupplier, "GET", a+"/messages", ""), 200); len(talk.Messages) != 1 || talk.Messages[0].Text != "Thank you." {
		t.Errorf("the supplier hears %+v, want one message", talk.Messages)
	}
	for _, c := range []struct {
		who  string
		want int
	}{{aBuyer, 2}, {otherBuyer, 0}, {aSupplier, 1}, {otherSupplier, 1}, {anOperator, 2}} {
		if got := read[ordersDoc](t, h.call(t, c.who, "GET", "/api/v1/orders", ""), 200); len(got.Orders) != c.want {
			t.Errorf("%s sees %d orders, want %d", c.who, len(got.Orders), c.want)
		}
	}
	first := read[ordersDoc](t, h.call(t, aBuyer, "GET", "/api/v1/orders?limit=1", ""), 200)
	second := read[ordersDoc](t, h.call(t, aBuyer, "GET", "/api/v1/orders?limit=1&cursor="+first.Next, ""), 200)
	if len(first.Orders) != 1 || len(second.Orders) != 1 || first.Orders[0].ID == second.Orders[0].ID || second.Next != "" {
		t.Error("paging through orders loses or repeats some")
	}

	if got := read[ordersDoc](t, h.call(t, aBuyer, "GET", w.Header().Get("Location"), ""), 200); len(got.Orders) != 2 {
		t.Errorf("what was ordered is not where the answer said: %+v", got)
	}
	h.payOut(t, market.Of(7_600, "EUR"), market.Of(4_940, "EUR"))
	lines, sums, err := h.Money.Trial(t.Context(), h.people[anOperator].actor)
	must(t, err)
	for _, s := range sums {
		if s.Minor != 0 {
			t.Errorf("the trial balance is off by %s: %+v", s, lines)
		}
	}
}

// payOut pays both suppliers what is owed to them after 5 % commission.
func (h *testHouse) payOut(t *testing.T, want ...market.Money) {
	t.Helper()
	ctx, house := t.Context(), h.people[anOperator].actor
	for i, who := range []string{aSupplier, otherSupplier} {
		firm := h.people[who].firm
		_, err := h.Parties.SetBank(ctx, h.people[who].actor, testPassword, party.Bank{Holder: firm.Name, IBAN: "DE89370400440532013000", Country: "DE"}, firm.Version)
		must(t, err)
		s, err := h.Money.Standing(ctx, h.people[who].actor, firm.ID, ledger.Filter{})
		must(t, err)
		if len(s.Owed) != 1 || s.Owed[0] != want[i] || slices.ContainsFunc(s.Held, func(m market.Money) bool { return !m.Zero() }) {
			t.Errorf("%s is owed %v and %v is held, want %s and nothing", who, s.Owed, s.Held, want[i])
		}
	}
	_, _, err := h.Money.Draft(ctx, house)
	must(t, err)
	due, err := h.Money.AllDue(ctx, house)
	must(t, err)
	if len(due) != 2 {
		t.Fatalf("%d payouts are due, want 2", len(due))
	}
	for _, p := range due {
		must(t, h.Money.Settle(ctx, house, p.ID))
	}
}

func TestRolesOnEveryOperation(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 1_000)
	variant := string(l.Variants[0].ID)
	_, address := h.shop(t, 10, variant)
	g := read[groupDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, address)), 201)
	id := string(g.Orders[0].ID)
	read[orderDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders/"+id+"/pay", ""), 200)

	bodies := map[string]string{
		"POST /cart/lines": fmt.Sprintf(`{"variant_id":%q,"quantity":4}`, variant), "POST /addresses": addressInSweden,
		"POST /orders": fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, address), "POST /orders/{id}/messages": `{"text":"Hello."}`,
		"POST /orders/{id}/complain": `{"reason":"other","text":"No."}`, "POST /orders/{id}/decide": `{"amount":"0"}`, "PUT /variants/{id}/stock": `{"on_hand":900}`, "POST /imports/listings": "article,title,category,price_1\n",
	}
	// What each may: 2 the answer, 4 not signed in or not theirs, c a conflict
	// with the order's state, f known but not this role's; in the order of roles.
	roles := []string{aGuest, aBuyer, otherBuyer, aSupplier, otherSupplier, anOperator}
	want := map[string]string{
		"GET /listings": "222222", "GET /listings/{id}": "222222", "GET /suppliers/{slug}": "222222", "GET /categories": "222222",
		"POST /cart/lines": "222222", "GET /cart": "v22222", "GET /addresses": "u22224", "POST /addresses": "u22224",
		"POST /orders": "u24444", "GET /orders": "u22222", "GET /orders/{id}": "u24242",
		"GET /orders/{id}/ledger": "u24242", "GET /orders/{id}/messages": "u24242", "POST /orders/{id}/messages": "u2424f", "GET /orders/{id}/invoice": "u44444",
		"POST /orders/{id}/pay": "uc4f4f", "POST /orders/{id}/accept": "uf424f", "POST /orders/{id}/ship": "uf424f",
		"POST /orders/{id}/complain": "u24f4f", "POST /orders/{id}/offer": "uf424f", "POST /orders/{id}/escalate": "u24c4f",
		"POST /orders/{id}/receive": "uc4f4f", "POST /orders/{id}/withdraw": "u24f4f", "POST /orders/{id}/agree": "uc4f4f",
		"POST /orders/{id}/decide": "uf4f4c", "POST /orders/{id}/refund": "uf424f", "POST /orders/{id}/release": "uc4f4f", "POST /orders/{id}/cancel": "uc4c4c",
		"PUT /variants/{id}/stock": "u44244", "POST /imports/listings": "u44224", "GET /exports/listings": "u44224",
	}
	statuses := map[byte][]int{'2': {200, 201}, '4': {404}, 'u': {401}, 'f': {403}, 'c': {409}, 'v': {422}}
	// Steps are taken in an order in which the right one can take each.
	turn := []string{"accept", "ship", "complain", "offer", "escalate", "withdraw", "refund", "pay", "cancel", "release", "receive", "agree", "decide"}
	list := slices.Clone(operations)
	slices.SortStableFunc(list, func(x, y operation) int {
		return slices.Index(turn, x.path[strings.LastIndex(x.path, "/")+1:]) - slices.Index(turn, y.path[strings.LastIndex(y.path, "/")+1:])
	})
	for _, o := range list {
		name := o.method + " " + o.path
		may, ok := want[name]
		if !ok {
			t.Errorf("nobody says who may %s", name)
			continue
		}
		path := "/api/v1" + strings.ReplaceAll(o.path, "{slug}", h.people[aSupplier].firm.Slug)
		switch {
		case strings.HasPrefix(o.path, "/orders"):
			path = strings.ReplaceAll(path, "{id}", id)
		case strings.HasPrefix(o.path, "/variants"):
			path = strings.ReplaceAll(path, "{id}", variant)
		default:
			path = strings.ReplaceAll(path, "{id}", string(l.ID))
		}
		body, header := bodies[name], []string(nil)
		if strings.HasPrefix(o.path, "/imports") {
			header = []string{"Content-Type", "text/csv"}
		}
		if strings.HasSuffix(o.path, "/refund") || strings.HasSuffix(o.path, "/decide") {
			header = []string{"Idempotency-Key", o.path}
		}
		for i, who := range roles {
			w := h.call(t, who, o.method, path, body, header...)
			if !slices.Contains(statuses[may[i]], w.Code) {
				t.Errorf("%s as %s: got %d, want %v: %s", name, who, w.Code, statuses[may[i]], w.Body)
			}
			if w.Code >= 400 {
				wrong(t, w, w.Code)
			}
			if w.Code == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s as %s: a program is not told how to sign in", name, who)
			}
			if o.right != everybody && w.Header().Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s as %s: a cache may keep %q", name, who, w.Header().Get("Cache-Control"))
			}
		}
		w := h.call(t, aGuest, o.method, path, body, append(header, "Authorization", "Bearer kontor_wrong")...)
		if o.right == everybody && w.Code != 200 {
			t.Errorf("%s looks at the key: got %d with a wrong one", name, w.Code)
		}
		if o.right != everybody && w.Code != 401 {
			t.Errorf("%s with a wrong key: got %d, want 401", name, w.Code)
		}
	}
}

func TestTheCookieOpensTheAPIAndAnotherSiteDoesNot(t *testing.T) {
	h := openTestHouse(t, "")
	cookie := sessionCookie + "=" + h.people[aBuyer].session
	if w := h.call(t, aGuest, "GET", "/api/v1/orders", "", "Cookie", cookie); w.Code != 200 {
		t.Errorf("a signed-in browser got %d: %s", w.Code, w.Body)
	}
	if w := h.call(t, aGuest, "POST", "/api/v1/addresses", addressInSweden, "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); w.Code != 403 {
		t.Errorf("another site wrote with the visitor's cookie: %d", w.Code)
	}
}

func TestAGuestsCart(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 10)
	put := fmt.Sprintf(`{"variant_id":%q,"quantity":3`, l.Variants[0].ID)
	cart := read[cartDoc](t, h.call(t, aGuest, "POST", "/api/v1/cart/lines", put+`}`), 200)
	read[cartDoc](t, h.call(t, aGuest, "POST", "/api/v1/cart/lines", fmt.Sprintf(`%s,"cart_id":%q}`, put, cart.ID)), 200)
	again := read[cartDoc](t, h.call(t, aGuest, "GET", "/api/v1/cart?cart_id="+string(cart.ID), ""), 200)
	if again.ID != cart.ID || len(again.Suppliers) != 1 || again.Suppliers[0].Lines[0].Quantity != 3 {
		t.Errorf("a guest's cart is not kept, or counts twice: %+v", again)
	}
	own := read[cartDoc](t, h.call(t, aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":5,"cart_id":%q}`, l.Variants[0].ID, cart.ID)), 200)
	if own.Suppliers[0].Lines[0].Quantity != 5 {
		t.Errorf("signing in lost the cart: %+v", own)
	}
	wrong(t, h.call(t, aGuest, "GET", "/api/v1/cart?cart_id="+string(own.ID), ""), 404)
	wrong(t, h.call(t, otherBuyer, "GET", "/api/v1/cart?cart_id="+string(own.ID), ""), 404)
	gone := read[cartDoc](t, h.call(t, aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":0}`, l.Variants[0].ID)), 200)
	if len(gone.Suppliers) != 0 || gone.Ready {
		t.Errorf("quantity 0 leaves the article in: %+v", gone)
	}
}

func TestTheCatalogueGoesOutAndIn(t *testing.T) {
	h := openTestHouse(t, "")
	h.offer(t, aSupplier, "TS-1", 100)
	w := h.call(t, aSupplier, "GET", "/api/v1/exports/listings", "")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") || !strings.Contains(w.Body.String(), "TS-1") {
		t.Fatalf("export: %d %s", w.Code, w.Body)
	}
	table := w.Body.String()
	same := read[ImportReport](t, h.call(t, aSupplier, "POST", "/api/v1/imports/listings", table, "Content-Type", "text/csv; charset=utf-8"), 200)
	if same.Rows != 1 || same.Unchanged != 1 || len(same.Errors) != 0 {
		t.Errorf("what went out does not come in unchanged: %+v", same)
	}
	bad := read[ImportReport](t, h.call(t, aSupplier, "POST", "/api/v1/imports/listings", strings.ReplaceAll(table, "691200", "tea"), "Content-Type", "text/csv"), 200)
	if bad.Rejected != 1 || len(bad.Errors) == 0 || bad.Errors[0].Line != 2 || bad.Errors[0].Fix == "" {
		t.Errorf("a supplier is not told what to mend: %+v", bad)
	}
	for says, text := range map[string]string{"a spreadsheet": "PK\x03\x04", "an empty file": " ", "a table without its columns": "name,price\n"} {
		p := wrong(t, h.call(t, aSupplier, "POST", "/api/v1/imports/listings", text, "Content-Type", "text/csv"), 422)
		if len(p.Errors) == 0 || p.Errors[0].Fix == "" {
			t.Errorf("a program takes %s for an import that worked: %+v", says, p)
		}
	}
}

func TestTheDescriptionListsEveryOperation(t *testing.T) {
	h := openTestHouse(t, "")
	w := h.call(t, aGuest, "GET", "/api/v1/openapi.json", "")
	var text struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]any
		}
		Components struct{ Schemas map[string]any }
		Servers    []struct{ URL string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &text); err != nil || w.Code != http.StatusOK {
		t.Fatalf("no program can read the description: %d %v", w.Code, err)
	}
	if text.OpenAPI != "3.1.0" || len(text.Servers) != 1 || text.Servers[0].URL != "/api/v1" {
		t.Errorf("the description does not say where the API is: %s %v", text.OpenAPI, text.Servers)
	}
	n := 0
	for _, path := range text.Paths {
		n += len(path)
	}
	if n != len(operations) {
		t.Errorf("%d operations are described, want %d", n, len(operations))
	}
	for _, o := range operations {
		d := text.Paths[o.path][strings.ToLower(o.method)]
		if d.OperationID != o.id || d.Responses["default"] == nil || d.Responses[fmt.Sprint(o.status)] == nil {
			t.Errorf("%s %s is described as %+v", o.method, o.path, d)
		}
	}
	for _, rest := range strings.Split(w.Body.String(), `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(rest, `"`)
		if text.Components.Schemas[name] == nil {
			t.Errorf("the description speaks of %s and does not have it", name)
		}
	}
}

func TestEveryOperationIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/api.md")
	must(t, err)
	for _, o := range operations {
		if !strings.Contains(string(guide), "`"+o.method+" "+o.path+"`") {
			t.Errorf("docs/api.md does not mention %s %s", o.method, o.path)
		}
	}
}
