package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/words"
)

// issue publishes a version of a text of the house.
func (h *testHouse) issue(t testing.TB, slug, version string) {
	t.Helper()
	must(t, h.Parties.Issue(t.Context(), h.people[anOperator].actor, party.Document{Slug: slug, Version: version, Language: "en", Title: "Terms", Text: "Be fair."}))
}

// version is that of a person's own record, for the form that changes it.
func (h *testHouse) version(t testing.TB, who string) string {
	t.Helper()
	me, err := h.Parties.Me(t.Context(), h.people[who].actor)
	must(t, err)
	return strconv.FormatInt(me.Version, 10)
}

func TestNobodyTradesWithoutAgreeing(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "C-1", 100)
	buyer := &browser{h, map[string]string{sessionCookie: h.people[aBuyer].session}}
	line := url.Values{"variant": {string(l.Variants[0].ID)}, "quantity": {"12"}}
	body := `{"variant_id":"` + string(l.Variants[0].ID) + `","quantity":12}`
	if w := buyer.ask(t, "POST", "/cart/lines", line); !strings.HasPrefix(w.Header().Get("Location"), "/cart") {
		t.Fatalf("before there are terms: %d to %s", w.Code, w.Header().Get("Location"))
	}
	h.issue(t, "terms", "2026-01-01")
	for _, path := range []string{"/cart/lines", "/checkout", "/messages/x", "/orders/x/cancel"} {
		if w := buyer.ask(t, "POST", path, line); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/agree?next=") {
			t.Errorf("POST %s under terms that nobody agreed to: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	for _, c := range []struct{ who, method, path, body string }{
		{aBuyer, "POST", "/api/v1/cart/lines", body},
		{aBuyer, "POST", "/api/v1/orders", `{"address_id":"x","payment":"card"}`},
		{aSupplier, "PUT", "/api/v1/variants/" + string(l.Variants[0].ID) + "/stock", `{"on_hand":1}`},
	} {
		if w := h.call(t, c.who, c.method, c.path, c.body); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "/agree") {
			t.Errorf("%s %s by a program of somebody who has not agreed: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/cart", "/orders", "/account", "/agree"} {
		if w := buyer.ask(t, "GET", path, nil); w.Code != http.StatusOK {
			t.Errorf("GET %s: %d; what is one's own can't be read any more", path, w.Code)
		}
	}
	if w := h.call(t, aBuyer, "GET", "/api/v1/orders", ""); w.Code != http.StatusOK {
		t.Errorf("a program can't read its orders any more: %d", w.Code)
	}
	if w := h.call(t, aGuest, "POST", "/api/v1/cart/lines", body); w.Code != http.StatusOK {
		t.Errorf("a guest, who has nothing to agree to, can't fill a cart: %d %s", w.Code, w.Body)
	}
	if w := buyer.ask(t, "POST", "/account/me", url.Values{"name": {"Somebody"}, "language": {"en"}, "version": {h.version(t, aBuyer)}}); w.Header().Get("Location") != "/account" {
		t.Errorf("nobody can mend their own data meanwhile: %d", w.Code)
	}
	if w := buyer.ask(t, "POST", "/agree", url.Values{"terms": {"yes"}, "terms_version": {"2026-01-01"}, "next": {"/cart"}}); w.Header().Get("Location") != "/cart" {
		t.Fatalf("agreeing leads nowhere: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := buyer.ask(t, "POST", "/cart/lines", line); !strings.HasPrefix(w.Header().Get("Location"), "/cart") {
		t.Errorf("after agreeing: %d to %s", w.Code, w.Header().Get("Location"))
	}
	if w := h.call(t, aBuyer, "POST", "/api/v1/cart/lines", body); w.Code != http.StatusOK {
		t.Errorf("after agreeing, a program: %d %s", w.Code, w.Body)
	}
}

func TestAKeyDoesNotOpenTheAccount(t *testing.T) {
	h := openTestHouse(t, "")
	form := url.Values{"label": {"a second key"}, "password": {testPassword}}.Encode()
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/account", ""}, {"POST", "/account/keys", form}, {"POST", "/account/password", form}, {"GET", "/account/addresses", ""}, {"POST", "/account/business/bank", form}, {"GET", "/de/account", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+h.people[aSupplier].key)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
			t.Errorf("%s %s with a key alone: %d: a leaked key takes the account over", c.method, c.path, w.Code)
		}
	}
	b := &browser{h, map[string]string{sessionCookie: h.people[aSupplier].session}}
	if w := b.ask(t, "POST", "/account/keys", url.Values{"label": {"till"}, "password": {"not mine at all"}}); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "kontor_") {
		t.Errorf("a key is made without the password: %d", w.Code)
	}
}

func TestANoteIsShownOnceAndByTheHouseAlone(t *testing.T) {
	h := openTestHouse(t, "")
	b := &browser{h, map[string]string{sessionCookie: h.people[aBuyer].session}}
	saved := words.For("en").T("note.saved")
	for _, path := range []string{"/?note=saved", "/cart?note=saved", "/account?note=saved", "/sign-in?note=saved"} {
		if w := b.ask(t, "GET", path, nil); strings.Contains(w.Body.String(), saved) {
			t.Errorf("GET %s: any link makes the house say %q", path, saved)
		}
	}
	w := b.ask(t, "POST", "/account/me", url.Values{"name": {"Somebody"}, "language": {"en"}, "version": {h.version(t, aBuyer)}})
	if got := w.Header().Get("Location"); got != "/account" || b.cookies[noteCookie] != "saved" {
		t.Fatalf("sent to %q with note %q", got, b.cookies[noteCookie])
	}
	for _, c := range w.Result().Cookies() {
		if c.Name == noteCookie && (c.MaxAge != noteKept || c.Path != "/") {
			t.Errorf("the note stays %d s at %q", c.MaxAge, c.Path)
		}
	}
	if w := b.ask(t, "GET", "/", nil); strings.Contains(w.Body.String(), saved) || b.cookies[noteCookie] == "" {
		t.Error("a page that is kept for everybody shows one visitor's note, or loses it")
	}
	if w := b.ask(t, "GET", "/account", nil); !strings.Contains(w.Body.String(), saved) {
		t.Error("nobody is told that it was saved")
	}
	if w := b.ask(t, "GET", "/account", nil); strings.Contains(w.Body.String(), saved) {
		t.Error("the note is shown twice")
	}
	b.cookies[noteCookie] = "<script>"
	if w := b.ask(t, "GET", "/account", nil); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<script>\"") {
		t.Errorf("a note that is none: %d", w.Code)
	}
}

func TestBrowsersAreHeldToHTTPS(t *testing.T) {
	h := openTestHouse(t, "")
	for _, secure := range []bool{false, true} {
		h.Secure = secure
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/sign-in", nil))
		if got := w.Header().Get("Strict-Transport-Security"); (got != "") != secure {
			t.Errorf("secure %t: Strict-Transport-Security is %q; a first visit by http can be diverted", secure, got)
		}
	}
}

func TestDigestsAreKeyedAndWithoutSecrets(t *testing.T) {
	h := openTestHouse(t, "")
	form := func(path string, pairs ...string) market.Idempotency {
		values := url.Values{"idempotency_key": {"k"}}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		r := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r, _ = h.enter(r)
		must(t, r.ParseForm())
		return once(r)
	}
	type pay struct {
		Instrument string `json:"instrument"`
		Amount     int    `json:"amount"`
	}
	call := func(card string, amount int) market.Idempotency {
		o, err := api{h.Site}.onceFor("k", "POST /orders/1/pay", pay{card, amount})
		must(t, err)
		return o
	}
	for _, c := range []struct {
		name  string
		a, b  market.Idempotency
		equal bool
	}{
		{"the same form", form("/p", "text", "a"), form("/p", "text", "a"), true},
		{"another text", form("/p", "text", "a"), form("/p", "text", "b"), false},
		{"another address", form("/p", "text", "a"), form("/q", "text", "a"), false},
		{"another card number", form("/p", "card", "4242424242424242"), form("/p", "card", "4000000000000002"), true},
		{"the same call", call("4242", 1), call("4242", 1), true},
		{"another amount", call("4242", 1), call("4242", 2), false},
		{"another card in a call", call("4242", 1), call("4000", 1), true},
	} {
		if (c.a.Digest == c.b.Digest) != c.equal || len(c.a.Digest) != 32 {
			t.Errorf("%s: digests %q and %q, want equal: %t", c.name, c.a.Digest, c.b.Digest, c.equal)
		}
	}
	here, other := form("/p", "text", "a"), openTestHouse(t, "")
	h.Site, h.handler = other.Site, other.handler
	if there := form("/p", "text", "a"); there.Digest == here.Digest {
		t.Error("a digest is the same in every house: what was asked can be found by trying")
	}
}
