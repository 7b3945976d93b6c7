package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kontor/market/party"
)

// browser keeps cookies, as a browser does.
type browser struct {
	h       *testHouse
	cookies map[string]string
}

func (b *browser) ask(t testing.TB, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("a script, or another site, could use the cookie %s", c.Name)
		}
	}
	return w
}

// letter is the secret of the newest link that waits to be sent.
func (h *testHouse) letter(t testing.TB) string {
	t.Helper()
	pending, err := h.db.Pending(t.Context(), 1_000)
	must(t, err)
	for i := len(pending) - 1; i >= 0; i-- {
		var told party.Told
		must(t, json.Unmarshal(pending[i].Body, &told))
		if told.Token != "" {
			l, err := h.Parties.Letter(t.Context(), told.Token)
			must(t, err)
			return l.Secret
		}
	}
	t.Fatal("no letter waits to be sent")
	return ""
}

func TestANewcomerWithACartComesToTheCheckout(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "N-1", 100)
	b := &browser{h, map[string]string{}}
	line := url.Values{"variant": {string(l.Variants[0].ID)}, "quantity": {"12"}}
	b.ask(t, "POST", "/cart/lines", line)
	form := url.Values{"business": {"Kaffehuset"}, "country": {"SE"}, "city": {"Lund"}, "buys": {"yes"}, "name": {"Åsa"}, "email": {"asa@kaffehuset.example"}, "password": {"short"}, "terms": {"yes"}, "next": {"/checkout"}}
	if w := b.ask(t, "POST", "/sign-up", form); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), `value="short"`) {
		t.Fatalf("a weak password is taken, or sent back into the page: %d", w.Code)
	}
	form.Set("password", testPassword)
	first := b.ask(t, "POST", "/sign-up", form)
	secret := h.letter(t)
	stranger := &browser{h, map[string]string{}}
	stranger.ask(t, "POST", "/cart/lines", line)
	stranger.ask(t, "GET", "/sign-up", nil) // shows the note of the cart
	again := stranger.ask(t, "POST", "/sign-up", form)
	if where := again.Header().Get("Location"); first.Code != http.StatusSeeOther || again.Code != first.Code || where != "/confirm/code" || where != first.Header().Get("Location") {
		t.Errorf("the answer tells who has an account: %d, then %d to %s", first.Code, again.Code, where)
	}
	first, again = b.ask(t, "GET", "/confirm/code", nil), stranger.ask(t, "GET", "/confirm/code", nil)
	if page := inMain(first.Body.String()); page != inMain(again.Body.String()) || !strings.Contains(page, "asa@kaffehuset.example") {
		t.Errorf("the page tells who has an account, or not where the letter went: %s", page)
	}
	in := url.Values{"email": {"ASA@kaffehuset.example"}, "password": {testPassword}}
	if w := b.ask(t, "POST", "/sign-in", in); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("somebody can sign in with an address that isn't theirs: %d", w.Code)
	}
	b.ask(t, "GET", "/confirm?token="+secret, nil)
	if w := b.ask(t, "POST", "/sign-in", in); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a mail reader that opens links confirms addresses by itself: %d", w.Code)
	}
	if w := b.ask(t, "POST", "/confirm", url.Values{"token": {secret}}); w.Code != http.StatusSeeOther {
		t.Fatalf("the link of the letter does nothing: %d", w.Code)
	}
	if w := b.ask(t, "GET", "/sign-in", nil); !strings.Contains(w.Body.String(), `name="next" value="/checkout"`) {
		t.Error("where the newcomer was going is forgotten over the letter")
	}
	in.Set("next", "/checkout")
	if w := b.ask(t, "POST", "/sign-in", in); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/checkout" {
		t.Fatalf("signing in leads to %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := b.ask(t, "GET", "/checkout", nil); !strings.HasPrefix(w.Header().Get("Location"), "/account/addresses?next=%2Fcheckout") {
		t.Fatalf("without an address the checkout leads to %s", w.Header().Get("Location"))
	}
	address := url.Values{"next": {"/checkout"}, "country": {"SE"}, "name": {"Åsa"}, "street": {"Storgatan 1"}, "city": {"Lund"}, "postcode": {"22222"}}
	if w := b.ask(t, "POST", "/account/addresses", address); w.Header().Get("Location") != "/checkout" {
		t.Fatalf("the address is refused: %d", w.Code)
	}
	if w := b.ask(t, "GET", "/checkout", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "222 22 Lund") || !strings.Contains(w.Body.String(), "Stoneware mug N-1") {
		t.Errorf("the guest's cart or the new address is missing at the checkout: %d", w.Code)
	}
	b.ask(t, "POST", "/sign-out", nil)
	if w := b.ask(t, "GET", "/account", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the account is open after signing out: %d", w.Code)
	}
}

func TestNextNeverLeadsOutOfTheHouse(t *testing.T) {
	h := openTestHouse(t, "")
	for _, next := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "/\r\nSet-Cookie: a=b"} {
		b := &browser{h, map[string]string{}}
		w := b.ask(t, "POST", "/sign-in", url.Values{"email": {"buyer@firm.example"}, "password": {testPassword}, "next": {next}})
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/" {
			t.Errorf("signing in with next %q leads to %q: a letter with such a link would steal passwords", next, got)
		}
	}
}

func TestWhatIsOnesOwnStaysSo(t *testing.T) {
	h := openTestHouse(t, "")
	b, other := &browser{h, map[string]string{}}, &browser{h, map[string]string{}}
	b.ask(t, "POST", "/sign-in", url.Values{"email": {"buyer@firm.example"}, "password": {testPassword}})
	other.ask(t, "POST", "/sign-in", url.Values{"email": {"other.buyer@firm.example"}, "password": {testPassword}})
	b.ask(t, "POST", "/account/addresses", url.Values{"country": {"SE"}, "name": {"Åsa"}, "street": {"Storgatan 1"}, "city": {"Lund"}, "postcode": {"22222"}})
	kept, err := h.Parties.Addresses(t.Context(), h.people[aBuyer].actor)
	must(t, err)
	id := string(kept[0].ID)
	if w := other.ask(t, "GET", "/account/addresses?edit="+id, nil); w.Code != http.StatusNotFound {
		t.Errorf("another business reads the address: %d", w.Code)
	}
	other.ask(t, "POST", "/account/addresses/drop", url.Values{"id": {id}})
	other.ask(t, "POST", "/account/addresses", url.Values{"id": {id}, "country": {"DE"}, "name": {"X"}, "street": {"X 1"}, "city": {"X"}, "postcode": {"28195"}})
	if kept, err = h.Parties.Addresses(t.Context(), h.people[aBuyer].actor); err != nil || len(kept) != 1 || kept[0].Postal.City != "Lund" {
		t.Errorf("another business changed the address: %+v %v", kept, err)
	}
	made := b.ask(t, "POST", "/account/keys", url.Values{"label": {"till"}, "password": {testPassword}})
	if !strings.Contains(made.Body.String(), "kontor_") || made.Header().Get("Cache-Control") != "private, no-store" {
		t.Error("a new key is not shown, or kept by caches")
	}
	if w := b.ask(t, "GET", "/account", nil); strings.Contains(w.Body.String(), "kontor_") {
		t.Error("a key is shown again")
	}
	if w := b.ask(t, "POST", "/account/password", url.Values{"password": {"not the one"}, "new_password": {"another long sentence 5"}}); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "another long sentence") {
		t.Errorf("the password can be changed without knowing it, or is sent back: %d", w.Code)
	}
	session := b.cookies[sessionCookie]
	if w := b.ask(t, "POST", "/account/password", url.Values{"password": {testPassword}, "new_password": {"another long sentence 5"}}); w.Code != http.StatusSeeOther || b.cookies[sessionCookie] == session {
		t.Errorf("a new password leaves old sessions open: %d", w.Code)
	}
	if strings.Contains(h.log.String(), "Åsa") || strings.Contains(h.log.String(), "@") {
		t.Error("personal data is in the log")
	}
}

// A form that pretends to bring files would be read to its end, onto the disk.
func TestNobodyFillsTheDiskWithAForm(t *testing.T) {
	h := openTestHouse(t, "")
	read := 0
	body := readerFunc(func(p []byte) (int, error) { read += len(p); return len(p), nil })
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/sign-in", body)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if read > 2*largestForm {
		t.Errorf("%d bytes of an endless form were read without an account", read)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
