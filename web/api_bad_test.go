package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kontor/market"
)

func TestBadInputIsNamed(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	variant := string(l.Variants[0].ID)
	_, address := h.shop(t, 10, variant)
	g := read[groupDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, address)), 201)
	id := "/api/v1/orders/" + string(g.Orders[0].ID)
	read[orderDoc](t, h.call(t, aBuyer, "POST", id+"/pay", ""), 200)
	read[orderDoc](t, h.call(t, aSupplier, "POST", id+"/accept", ""), 200)
	read[orderDoc](t, h.call(t, aSupplier, "POST", id+"/ship", `{}`), 200)
	other := read[groupDoc](t, func() *httptest.ResponseRecorder {
		h.shop(t, 10, variant)
		return h.call(t, aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, address))
	}(), 201)
	unpaid := "/api/v1/orders/" + string(other.Orders[0].ID)
	h.shop(t, 10, variant)

	placing := func(more string) string { return fmt.Sprintf(`{"address_id":%q,"payment":"card"%s}`, address, more) }
	long := strings.Repeat("x", 4_001)
	for name, c := range map[string]struct {
		who, method, path, body string
		status                  int
		location                string
	}{
		"an unknown parameter":           {aGuest, "GET", "/api/v1/listings?colour=red", "", 422, "query.colour"},
		"an unknown sort":                {aGuest, "GET", "/api/v1/listings?sort=fame", "", 422, "query.sort"},
		"a limit that is no number":      {aGuest, "GET", "/api/v1/listings?limit=x", "", 422, "query.limit"},
		"a limit that is too large":      {aGuest, "GET", "/api/v1/listings?limit=101", "", 422, "query.limit"},
		"a cursor of one's own":          {aGuest, "GET", "/api/v1/listings?cursor=%21", "", 422, "query.cursor"},
		"a cursor beyond the end":        {aGuest, "GET", "/api/v1/listings?cursor=zzzzz", "", 422, "query.cursor"},
		"an unknown currency":            {aGuest, "GET", "/api/v1/listings?currency=XQQ", "", 422, "query.currency"},
		"a currency in small letters":    {aGuest, "GET", "/api/v1/listings?currency=eur", "", 422, "query.currency"},
		"an unknown supplier":            {aGuest, "GET", "/api/v1/listings?supplier=nobody", "", 422, "query.supplier"},
		"too long a search":              {aGuest, "GET", "/api/v1/listings?q=" + long[:201], "", 422, "query.q"},
		"too many origins":               {aGuest, "GET", "/api/v1/listings?origin=" + strings.Repeat("DE,", 20) + "DE", "", 422, "query.origin"},
		"too long a category":            {aGuest, "GET", "/api/v1/listings?category=" + long[:201], "", 422, "query.category"},
		"too long a band":                {aGuest, "GET", "/api/v1/listings?price=" + long[:11], "", 422, "query.price"},
		"an orders' cursor of one's own": {aBuyer, "GET", "/api/v1/orders?cursor=x", "", 422, "query.cursor"},
		"an unknown role":                {aBuyer, "GET", "/api/v1/orders?role=king", "", 422, "query.role"},
		"a checkout that is none":        {aBuyer, "GET", "/api/v1/orders?group=x", "", 422, "query.group"},
		"a role that one has not":        {aBuyer, "GET", "/api/v1/orders?role=operator", "", 404, ""},
		"a country that is none":         {aBuyer, "GET", "/api/v1/cart?country=Sweden", "", 422, "query.country"},
		"a listing that is no id":        {aGuest, "GET", "/api/v1/listings/x", "", 404, ""},
		"an order that is no id":         {aBuyer, "GET", "/api/v1/orders/x", "", 404, ""},
		"a supplier that is none":        {aGuest, "GET", "/api/v1/suppliers/nobody", "", 404, ""},
		"no JSON":                        {aBuyer, "POST", "/api/v1/cart/lines", `{"variant_id":`, 400, "body"},
		"a list for an object":           {aBuyer, "POST", "/api/v1/cart/lines", `[]`, 422, "body"},
		"an unknown field":               {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":2,"qty":3}`, variant), 422, "qty"},
		"a missing field":                {aBuyer, "POST", "/api/v1/cart/lines", `{"quantity":2}`, 422, "variant_id"},
		"a variant that is no id":        {aBuyer, "POST", "/api/v1/cart/lines", `{"variant_id":"x","quantity":2}`, 404, "variant_id"},
		"a variant that is not there":    {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":2}`, market.NewID[string]()), 404, "variant_id"},
		"half a piece":                   {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":2.5}`, variant), 422, "quantity"},
		"fewer than none":                {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":-1}`, variant), 422, "quantity"},
		"more than there can be":         {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":1e30}`, variant), 422, "quantity"},
		"a quantity in words":            {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":"two"}`, variant), 422, "quantity"},
		"a cart's currency that is none": {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":2,"currency":"XQQ"}`, variant), 422, "currency"},
		"a cart's country that is none":  {aBuyer, "POST", "/api/v1/cart/lines", fmt.Sprintf(`{"variant_id":%q,"quantity":2,"country":"x"}`, variant), 422, "country"},
		"a cart for no country":          {aBuyer, "GET", "/api/v1/cart?country=ZZ", "", 422, "query.country"},
		"a country's postcode":           {aBuyer, "POST", "/api/v1/addresses", strings.Replace(addressInSweden, "114 55", "ABC", 1), 422, "postcode"},
		"a country of no post":           {aBuyer, "POST", "/api/v1/addresses", strings.Replace(addressInSweden, `"SE"`, `"QQ"`, 1), 422, "country"},
		"an address without a street":    {aBuyer, "POST", "/api/v1/addresses", `{"name":"A","city":"B","country":"SE"}`, 422, "street"},
		"a telephone that is none":       {aBuyer, "POST", "/api/v1/addresses", strings.Replace(addressInSweden, "+46 8 555 0100", "call me", 1), 422, "phone"},
		"somebody's address":             {aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, market.NewID[string]()), 404, "address_id"},
		"no way of paying":               {aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"shells"}`, address), 422, "payment"},
		"no way of sending":              {aBuyer, "POST", "/api/v1/orders", placing(fmt.Sprintf(`,"shipping":{%q:"balloon"}`, h.people[aSupplier].firm.Slug)), 409, "shipping"},
		"a sender that is none":          {aBuyer, "POST", "/api/v1/orders", placing(`,"shipping":{"nobody":"air"}`), 422, "shipping.nobody"},
		"somebody's cart":                {aBuyer, "POST", "/api/v1/orders", placing(fmt.Sprintf(`,"cart_id":%q`, market.NewID[string]())), 404, ""},
		"other prices than agreed":       {aBuyer, "POST", "/api/v1/orders", placing(`,"agreed":"0000"`), 409, "agreed"},
		"too long a purchase order":      {aBuyer, "POST", "/api/v1/orders", placing(`,"purchase_order":"` + long[:41] + `"`), 422, "purchase_order"},
		"an order's currency":            {aBuyer, "POST", "/api/v1/orders", placing(`,"currency":"XQQ"`), 422, "currency"},
		"leaving out in words":           {aBuyer, "POST", "/api/v1/orders", placing(`,"leave_out":"yes"`), 422, "leave_out"},
		"a card with a mistake":          {aBuyer, "POST", unpaid + "/pay", `{"card":"4242 4242 4242 4241"}`, 422, "card"},
		"a card that is refused":         {aBuyer, "POST", unpaid + "/pay", `{"card":"4000 0000 0000 0002"}`, 422, "card"},
		"a field that a step has not":    {aBuyer, "POST", id + "/receive", `{"amount":"1"}`, 422, "amount"},
		"no reason":                      {aBuyer, "POST", id + "/complain", `{"text":"Broken."}`, 422, "reason"},
		"a reason of one's own":          {aBuyer, "POST", id + "/complain", `{"reason":"rain","text":"Broken."}`, 422, "reason"},
		"no words":                       {aBuyer, "POST", id + "/complain", `{"reason":"damaged","text":" "}`, 422, "text"},
		"a complaint without a body":     {aBuyer, "POST", id + "/complain", "", 422, "reason"},
		"too many words":                 {aBuyer, "POST", id + "/complain", `{"reason":"damaged","text":"` + long + `"}`, 422, "text"},
		"more than was paid":             {aBuyer, "POST", id + "/complain", `{"reason":"damaged","text":"Broken.","amount":"100000"}`, 422, "amount"},
		"an amount with a comma":         {aBuyer, "POST", id + "/complain", `{"reason":"damaged","text":"Broken.","amount":"1,50"}`, 422, "amount"},
		"an empty amount":                {aBuyer, "POST", id + "/complain", `{"reason":"damaged","text":"Broken.","amount":""}`, 422, "amount"},
		"an amount that is a number":     {aSupplier, "POST", id + "/refund", `{"amount":12.5}`, 422, "amount"},
		"an amount in another currency":  {aSupplier, "POST", id + "/refund", `{"amount":{"minor":1,"currency":"USD"}}`, 422, "amount"},
		"an amount below nothing":        {aSupplier, "POST", id + "/refund", `{"amount":{"minor":-1,"currency":"EUR"}}`, 422, "amount"},
		"an amount beyond all numbers":   {aSupplier, "POST", id + "/refund", `{"amount":{"minor":1e30,"currency":"EUR"}}`, 422, ""},
		"too long a tracking number":     {aSupplier, "POST", id + "/ship", `{"tracking":"` + long[:81] + `"}`, 422, "tracking"},
		"an empty message":               {aBuyer, "POST", id + "/messages", `{"text":" "}`, 422, "text"},
		"stock below nothing":            {aSupplier, "PUT", "/api/v1/variants/" + variant + "/stock", `{"on_hand":-1}`, 422, "on_hand"},
		"stock beyond all warehouses":    {aSupplier, "PUT", "/api/v1/variants/" + variant + "/stock", `{"on_hand":1000000001}`, 422, "on_hand"},
		"stock below what is reserved":   {aSupplier, "PUT", "/api/v1/variants/" + variant + "/stock", `{"on_hand":1}`, 409, ""},
		"a variant for stock, no id":     {aSupplier, "PUT", "/api/v1/variants/x/stock", `{"on_hand":1}`, 404, ""},
		"a catalogue that is not CSV":    {aSupplier, "POST", "/api/v1/imports/listings", `{}`, 422, "header.Content-Type"},
		"a step that is none":            {aBuyer, "POST", id + "/dance", "", 404, ""},
		"a path that is none":            {aBuyer, "GET", "/api/v1/nothing", "", 404, ""},
		"a method that a path has not":   {aBuyer, "DELETE", id, "", 405, ""},
		"a body that is far too large":   {aBuyer, "POST", "/api/v1/cart/lines", `{"variant_id":"` + strings.Repeat("x", 70_000) + `"}`, 413, ""},
		"more than twenty unknown fields": {aBuyer, "POST", "/api/v1/cart/lines", `{"a0":1` + strings.Repeat(`,"b":1`, 3) + func() (s string) {
			for i := range 40 {
				s += fmt.Sprintf(`,"c%d":1`, i)
			}
			return
		}() + `}`, 422, "variant_id"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.call(t, c.who, c.method, c.path, c.body, "Idempotency-Key", name)
			p := wrong(t, w, c.status)
			if c.location != "" && !slices.ContainsFunc(p.Errors, func(m mistakeDoc) bool { return m.Location == c.location && m.Message != "" && m.Fix != "" }) {
				t.Errorf("nothing is said about %s: %s", c.location, w.Body)
			}
			if len(p.Errors) > mostMistakes {
				t.Errorf("%d mistakes are listed, want %d at most", len(p.Errors), mostMistakes)
			}
		})
	}
	for step, who := range map[string]string{"/refund": aSupplier, "/decide": anOperator} {
		if p := wrong(t, h.call(t, who, "POST", id+step, `{"amount":"1.00"}`), 422); len(p.Errors) != 1 || p.Errors[0].Location != "header.Idempotency-Key" {
			t.Errorf("%s without a key could move money twice: %+v", step, p.Errors)
		}
	}
	for _, body := range []string{"", "{}"} {
		if p := wrong(t, h.call(t, anOperator, "POST", id+"/decide", body, "Idempotency-Key", "decide"), 422); len(p.Errors) != 1 || p.Errors[0].Location != "amount" {
			t.Errorf("a decision %q sends all that is held back: %+v", body, p.Errors)
		}
	}
	if w := h.call(t, aBuyer, "POST", "/api/v1/addresses", addressInSweden, "Content-Type", "text/plain"); w.Code != 415 {
		t.Errorf("a body of text/plain: got %d, want 415", w.Code)
	}
	if w := h.call(t, aBuyer, "POST", "/api/v1/orders", placing(""), "Idempotency-Key", long[:81]); w.Code != 422 {
		t.Errorf("a key of 81 letters: got %d, want 422", w.Code)
	}
	if text := h.log.String(); text != "" {
		t.Errorf("bad input is not ours to log: %s", text)
	}
}

// broken is an import that fails through a fault of ours.
type broken struct {
	Imports
	panics bool
}

func (b broken) Import(context.Context, market.Actor, market.BusinessID, string, io.Reader, int64) (ImportReport, error) {
	if b.panics {
		panic("secret detail")
	}
	return ImportReport{}, errors.New("secret detail")
}

func (broken) Export(context.Context, market.Actor, market.BusinessID, io.Writer) error {
	return errors.New("secret detail")
}

func TestOurOwnErrorsTellOnlyTheirReference(t *testing.T) {
	h := openTestHouse(t, "")
	for _, panics := range []bool{false, true} {
		h.Imports = broken{panics: panics}
		w := h.call(t, aSupplier, "POST", "/api/v1/imports/listings", "article\n", "Content-Type", "text/csv")
		p := wrong(t, w, 500)
		if strings.Contains(w.Body.String(), "secret") || len(p.Errors) > 0 {
			t.Errorf("an error of ours is told to a stranger: %s", w.Body)
		}
		if log := h.log.String(); !strings.Contains(log, p.Reference) || !strings.Contains(log, "secret detail") {
			t.Errorf("nobody can find out what happened at %s: %s", p.Reference, log)
		}
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("half a catalogue looks like a whole one: the connection stays open, with %v", p)
		}
	}()
	h.call(t, aSupplier, "GET", "/api/v1/exports/listings", "")
}

func TestACatalogueThatIsTooLarge(t *testing.T) {
	h := openTestHouse(t, "")
	wrong(t, h.call(t, aSupplier, "POST", "/api/v1/imports/listings", strings.Repeat("x", largestImport+1), "Content-Type", "text/csv"), 413)
}
