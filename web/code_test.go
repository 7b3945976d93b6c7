package web

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kontor/mail"
	"kontor/market"
	"kontor/market/party"
	"kontor/vault"
	"kontor/web/words"
)

// letterbox is a real SMTP server on this machine that keeps what it takes.
type letterbox struct {
	mu    sync.Mutex
	taken [][]byte
	port  int
}

func (b *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *letterbox) Reset()                                      {}
func (b *letterbox) Logout() error                               { return nil }
func (b *letterbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (b *letterbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b *letterbox) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, data)
	return err
}

func openLetterbox(t *testing.T) *letterbox {
	t.Helper()
	b := &letterbox{}
	s := smtp.NewServer(b)
	s.Domain = "relay.example"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	b.port = l.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() { _ = s.Serve(l); close(done) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return b
}

// newest is the newest letter's subject and text.
func (b *letterbox) newest(t *testing.T) (subject, text string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.taken) == 0 {
		t.Fatal("no letter came")
	}
	m, err := netmail.ReadMessage(bytes.NewReader(b.taken[len(b.taken)-1]))
	must(t, err)
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart()
	must(t, err)
	plain, err := io.ReadAll(part)
	must(t, err)
	return subject, strings.ReplaceAll(string(plain), "\r\n", "\n")
}

// posted has the letters that wait written and sent to the box.
func (h *testHouse) posted(t *testing.T, b *letterbox) {
	t.Helper()
	smtp, err := mail.NewSMTP(mail.Settings{Host: "127.0.0.1", Port: b.port, TLS: mail.Plain, From: "Kontor <post@kontor.example>", Timeout: 5 * time.Second}, h.db, h.Now)
	must(t, err)
	clerk := &mail.Clerk{House: mail.House{Name: "Kontor", URL: "https://kontor.example"}, People: h.Parties, Records: h.db, Opener: h.Orders.Vault, Post: smtp, Now: h.Now, ConfirmFor: 72 * time.Hour, ResetFor: time.Hour}
	pending, err := h.db.Pending(t.Context(), 1_000)
	must(t, err)
	for _, e := range pending {
		if strings.HasPrefix(e.Subject, "person.") {
			must(t, clerk.Handle(t.Context(), market.Event{ID: e.ID, Subject: e.Subject, Body: e.Body, At: e.At}))
		}
		must(t, h.db.Sent(t.Context(), e.Seq))
	}
}

var sixFigures = regexp.MustCompile(`(?m)^(\d{6})$`)

// newcomer is the form that somebody fills in on the way to the checkout.
func (h *testHouse) newcomer(email string) url.Values {
	return url.Values{"business": {"Kaffehuset"}, "country": {"SE"}, "city": {"Lund"}, "buys": {"yes"}, "name": {"Åsa"}, "email": {email}, "password": {testPassword}, "terms": {"yes"}, "next": {"/checkout"}}
}

func TestANewcomerTypesTheLettersCodeAndIsAtTheCheckout(t *testing.T) {
	for _, lang := range []string{"", "/" + words.Mirror} {
		t.Run("in"+lang, func(t *testing.T) {
			h, box := openTestHouse(t, ""), openLetterbox(t)
			l := h.offer(t, aSupplier, "N-1", 100)
			h.posted(t, box) // what came before
			b := &browser{h, map[string]string{}}
			b.ask(t, "POST", lang+"/cart/lines", url.Values{"variant": {string(l.Variants[0].ID)}, "quantity": {"12"}})
			form := h.newcomer("asa@kaffehuset.example")
			form.Set("next", lang+"/checkout")
			if w := b.ask(t, "POST", lang+"/sign-up", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != lang+"/confirm/code" {
				t.Fatalf("signing up: %d to %s", w.Code, w.Header().Get("Location"))
			}
			page := inMain(b.ask(t, "GET", lang+"/confirm/code", nil).Body.String())
			for _, want := range []string{`inputmode="numeric"`, `autocomplete="one-time-code"`, `action="` + lang + `/confirm/code"`, "asa@kaffehuset.example", `maxlength="20"`} {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %s: %s", want, page)
				}
			}
			h.posted(t, box)
			subject, text := box.newest(t)
			found := sixFigures.FindStringSubmatch(text)
			if found == nil || !strings.Contains(subject, found[1]) || !strings.Contains(text, "https://kontor.example/confirm?token=") {
				t.Fatalf("the letter has no code or no link: %s\n%s", subject, text)
			}
			if w := b.ask(t, "GET", "/account", nil); w.Code != http.StatusSeeOther {
				t.Errorf("an address that nobody confirmed is signed in: %d", w.Code)
			}
			w := b.ask(t, "POST", lang+"/confirm/code", url.Values{"code": {found[1][:3] + " " + found[1][3:]}})
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != lang+"/checkout" {
				t.Fatalf("the code leads to %d %s: %s", w.Code, w.Header().Get("Location"), inMain(w.Body.String()))
			}
			for _, gone := range []string{codeCookie, sentCookie, nextCookie, cartCookie} {
				if b.cookies[gone] != "" {
					t.Errorf("the cookie %s stays", gone)
				}
			}
			if w := b.ask(t, "GET", lang+"/cart", nil); !strings.Contains(w.Body.String(), "N-1") {
				t.Error("the cart was lost on the way")
			}
			if w := b.ask(t, "GET", "/checkout", nil); !strings.HasPrefix(w.Header().Get("Location"), "/account/addresses?next=%2Fcheckout") {
				t.Errorf("the checkout does not ask where the goods go: %d %s", w.Code, w.Header().Get("Location"))
			}
			if w := b.ask(t, "GET", "/confirm/code", nil); w.Code != http.StatusSeeOther {
				t.Errorf("the code is asked for again: %d", w.Code)
			}
			if log := h.log.String(); strings.Contains(log, "@") || strings.Contains(log, found[1]) {
				t.Errorf("an address or a code is in the log: %s", log)
			}
		})
	}
}

func TestOneBrowsersCodeIsNoneInAnotherAndEndsAfterFiveTries(t *testing.T) {
	h, box := openTestHouse(t, ""), openLetterbox(t)
	b, thief := &browser{h, map[string]string{}}, &browser{h, map[string]string{}}
	b.ask(t, "POST", "/sign-up", h.newcomer("asa@kaffehuset.example"))
	h.posted(t, box)
	_, text := box.newest(t)
	code := sixFigures.FindString(text)
	thief.ask(t, "POST", "/sign-up", h.newcomer("eve@kaffehuset.example"))
	for name, other := range map[string]*browser{"another sign-up": thief, "no sign-up": {h, map[string]string{}}, "a made-up one": {h, map[string]string{codeCookie: strings.Repeat("A", 43)}}} {
		w := other.ask(t, "POST", "/confirm/code", url.Values{"code": {code}})
		if w.Code != http.StatusUnprocessableEntity || other.cookies[sessionCookie] != "" {
			t.Errorf("%s: a code that was overheard opens the account: %d", name, w.Code)
		}
	}
	for i := range party.MostTries {
		wrong := fmt.Sprintf("%06d", i)
		if wrong == code {
			continue
		}
		w := b.ask(t, "POST", "/confirm/code", url.Values{"code": {wrong}})
		if body := inMain(w.Body.String()); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `role="alert"`) || !strings.Contains(body, "asa@kaffehuset.example") {
			t.Errorf("a wrong code: %d %s", w.Code, body)
		}
	}
	if w := b.ask(t, "POST", "/confirm/code", url.Values{"code": {code}}); w.Code != http.StatusUnprocessableEntity || b.cookies[sessionCookie] != "" {
		t.Errorf("after five wrong codes the sixth is taken: %d", w.Code)
	}
	if w := b.ask(t, "POST", "/confirm", url.Values{"token": {h.linkIn(t, text)}}); w.Code != http.StatusSeeOther {
		t.Errorf("the link, which is what is left, does nothing: %d", w.Code)
	}
}

func TestASharedBrowserForgetsTheSignUpBeforeTheNextPerson(t *testing.T) {
	h := openTestHouse(t, "")
	b := &browser{h, map[string]string{}}
	signUp := func(email string) {
		t.Helper()
		b.ask(t, "POST", "/sign-up", h.newcomer(email))
		if b.cookies[codeCookie] == "" || b.cookies[sentCookie] == "" {
			t.Fatalf("the browser does not remember the sign-up: %v", b.cookies)
		}
	}
	forgotten := func(after, address string) {
		t.Helper()
		if b.cookies[codeCookie] != "" || b.cookies[sentCookie] != "" {
			t.Errorf("after %s the next person at this machine can read the address: %v", after, b.cookies)
		}
		if w := b.ask(t, "GET", "/confirm/code", nil); w.Code != http.StatusSeeOther || strings.Contains(w.Body.String(), address) {
			t.Errorf("after %s the code is still asked for: %d %s", after, w.Code, inMain(w.Body.String()))
		}
	}
	signUp("asa@kaffehuset.example")
	b.ask(t, "POST", "/confirm", url.Values{"token": {h.letter(t)}})
	if w := b.ask(t, "POST", "/sign-in", url.Values{"email": {"asa@kaffehuset.example"}, "password": {testPassword}}); w.Code != http.StatusSeeOther {
		t.Fatalf("signing in: %d", w.Code)
	}
	forgotten("signing in", "asa@kaffehuset.example")

	signUp("bo@kaffehuset.example") // by who is signed in
	if w := b.ask(t, "GET", "/confirm/code", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/account" {
		t.Errorf("who is signed in is asked for a code: %d to %q", w.Code, w.Header().Get("Location"))
	}
	b.ask(t, "POST", "/sign-out", nil)
	forgotten("signing out", "bo@kaffehuset.example")
}

// linkIn is the secret of the link in a letter.
func (h *testHouse) linkIn(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "?token=")
	if !ok {
		t.Fatalf("no link in %s", text)
	}
	secret, _, _ := strings.Cut(rest, "\n")
	return secret
}

func TestTheCodePageTellsNobodyWhoIsAMember(t *testing.T) {
	h, box := openTestHouse(t, ""), openLetterbox(t)
	known, fresh := &browser{h, map[string]string{}}, &browser{h, map[string]string{}}
	same := func(what, method, path string, form url.Values) {
		t.Helper()
		a, b := known.ask(t, method, path, form), fresh.ask(t, method, path, form)
		body := func(s string) string {
			return strings.NewReplacer("other.buyer@firm.example", "E", "older.buyer@firm.example", "E").Replace(inMain(s))
		}
		if a.Code != b.Code || a.Header().Get("Location") != b.Header().Get("Location") || body(a.Body.String()) != body(b.Body.String()) {
			t.Errorf("%s: %d and %d tell who is a member:\n%s\n%s", what, a.Code, b.Code, body(a.Body.String()), body(b.Body.String()))
		}
	}
	known.ask(t, "POST", "/sign-up", h.newcomer("other.buyer@firm.example"))
	h.posted(t, box)
	if subject, text := box.newest(t); sixFigures.MatchString(text) || !strings.Contains(subject, "already") {
		t.Errorf("the member's letter is not to be told from a newcomer's: %s\n%s", subject, text)
	}
	fresh.ask(t, "POST", "/sign-up", h.newcomer("older.buyer@firm.example"))
	if len(known.cookies[codeCookie]) != len(fresh.cookies[codeCookie]) {
		t.Error("the cookie tells who is a member")
	}
	same("the page", "GET", "/confirm/code", nil)
	same("a wrong code", "POST", "/confirm/code", url.Values{"code": {"000000"}})
	same("another letter at once", "POST", "/confirm/again", nil)
	later := h.Now().Add(party.LetterEvery)
	h.Parties = party.New(h.db, h.Orders.Vault, vault.NewPasswords(64), func() time.Time { return later }, party.Settings{})
	same("another letter", "POST", "/confirm/again", nil)
	same("the page with its note", "GET", "/confirm/code", nil)
	before := len(box.taken)
	h.posted(t, box)
	if n := len(box.taken) - before; n != 3 { // the newcomer's first, and both again
		t.Errorf("%d letters went out, want 3", n)
	}
}
