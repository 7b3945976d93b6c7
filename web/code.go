package web

import (
	"context"
	"net/http"
	"net/url"

	"kontor/web/page"
)

// Cookies of a browser that somebody signed up in: the secret that the letter's
// code is typed with, as long as the letter's link holds, and the address as it
// was typed, while the browser is open. Both go when somebody signs in or out:
// whoever sits there next reads no address that isn't theirs.
const (
	codeCookie = "kontor_code"
	sentCookie = "kontor_sent"
)

// waits has the browser remember the sign-up that waits for its letter.
func (s *Site) waits(w http.ResponseWriter, secret, email string) {
	http.SetCookie(w, s.cookie(codeCookie, secret, nextKept))
	http.SetCookie(w, s.cookie(sentCookie, url.QueryEscape(email), 0))
}

// drop has the browser forget those of these cookies that it sent.
func (s *Site) drop(w http.ResponseWriter, r *http.Request, names ...string) {
	for _, name := range names {
		if _, err := r.Cookie(name); err == nil {
			http.SetCookie(w, s.cookie(name, "", -1))
		}
	}
}

// carried is what a cookie of the visitor's holds, or "".
func carried(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	value, err := url.QueryUnescape(c.Value)
	if err != nil || !isText(value) {
		return ""
	}
	return value
}

// askCode answers GET /confirm/code, where a sign-up leads: the letter is on its
// way, and its code is typed here. What is said is the same whether or not the
// address is a member's. Who is signed in already is led on.
func (s *Site) askCode(w http.ResponseWriter, r *http.Request) error {
	switch {
	case actor(r).SignedIn():
		return s.seeOther(w, r, "/account", "")
	case carried(r, codeCookie) != "":
		return s.showCode(w, r, page.Form{})
	}
	return s.seeOther(w, r, "/sign-in", "")
}

func (s *Site) showCode(w http.ResponseWriter, r *http.Request, f page.Form) error {
	v := s.view(r)
	f.Action = v.To("/confirm/code")
	p := page.Sent{
		Title: v.Words.T("account.sent"), Text: v.Words.T("account.sent_code"), Email: carried(r, sentCookie),
		Code: &f, Again: page.Act{Label: v.Words.T("sign.again"), Action: v.To("/confirm/again")},
	}
	if p.Email == "" {
		p.Email = v.Words.T("account.sent_there")
	}
	return s.showLetter(w, r, v, p)
}

// confirmHere answers POST /confirm/code: it confirms the address, signs in, and
// leads on to where the newcomer was going.
func (s *Site) confirmHere(w http.ResponseWriter, r *http.Request) error {
	pass, err := s.Parties.ConfirmHere(r.Context(), carried(r, codeCookie), r.PostFormValue("code"), r.UserAgent())
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showCode(w, r, f) })
	}
	return s.welcome(w, r, pass, carried(r, nextCookie))
}

// letterAgain answers POST /confirm/again: the letter of the sign-up goes out
// once more.
func (s *Site) letterAgain(w http.ResponseWriter, r *http.Request) error {
	again := func(ctx context.Context) error { return s.Parties.LetterAgain(ctx, carried(r, codeCookie)) }
	if err := onBeat(r.Context(), again); err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showCode(w, r, f) })
	}
	return s.seeOther(w, r, "/confirm/code", "account.letter_again")
}
