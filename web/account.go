package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"kontor/market"
	"kontor/market/party"
	"kontor/shield"
	"kontor/web/page"
)

// accountRoutes are the way in, and what people and businesses keep of
// themselves.
var accountRoutes = []route{
	{"GET /sign-in", anybody, (*Site).askSignIn},
	{"POST /sign-in", anybody, (*Site).signIn},
	{"POST /demo/sign-in", anybody, (*Site).signInAs},
	{"POST /sign-out", anybody, (*Site).signOut},
	{"GET /sign-up", anybody, (*Site).askSignUp},
	{"POST /sign-up", anybody, (*Site).signUp},
	{"GET /confirm", anybody, (*Site).askConfirm},
	{"POST /confirm", anybody, (*Site).confirm},
	{"GET /confirm/code", anybody, (*Site).askCode},
	{"POST /confirm/code", anybody, (*Site).confirmHere},
	{"POST /confirm/again", anybody, (*Site).letterAgain},
	{"GET /reset", anybody, (*Site).askReset},
	{"POST /reset", anybody, (*Site).reset},
	{"GET /operator", anybody, (*Site).askOperator},
	{"POST /operator", anybody, (*Site).becomeOperator},
	{"GET /letters", anybody, (*Site).letters},
	{"GET /agree", member, (*Site).askAgree},
	{"POST /agree", member, (*Site).agree},
	{"GET /account", member, (*Site).account},
	{"POST /account/me", member, (*Site).editMe},
	{"POST /account/password", member, (*Site).changePassword},
	{"POST /account/sessions/end", member, (*Site).endSession},
	{"POST /account/keys", member, (*Site).makeKey},
	{"POST /account/keys/end", member, (*Site).endKey},
	{"GET /account/addresses", member, (*Site).addresses},
	{"POST /account/addresses", member, (*Site).keepAddress},
	{"POST /account/addresses/drop", member, (*Site).dropAddress},
	{"GET /account/business", member, (*Site).business},
	{"POST /account/business", member, (*Site).editBusiness},
	{"POST /account/business/legal", member, (*Site).setLegal},
	{"POST /account/business/bank", member, (*Site).setBank},
}

// nextCookie remembers, over the letter that confirms an address, where
// somebody was going who opened an account on the way.
const nextCookie = "kontor_next"

// nextKept is as long as the link in that letter holds, in seconds.
const nextKept = 3 * 24 * 3600

// askSignIn answers GET /sign-in. Who is signed in already is led on.
func (s *Site) askSignIn(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if actor(r).SignedIn() && len(s.Demo) == 0 { // the demo's visitors change their part here
		if next == "" {
			next = s.to(r, "/account")
		}
		http.Redirect(w, r, local(next), http.StatusSeeOther)
		return nil
	}
	if next == "" {
		next = carried(r, nextCookie)
	}
	return s.showSignIn(w, r, page.Form{}, next)
}

// demoFirst is how many people of the demo stand on the sign-in page at once: one
// of each role. The others unfold.
const demoFirst = 3

func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request, f page.Form, next string) error {
	v := s.view(r)
	f.Action = v.To("/sign-in")
	p := page.SignIn{Form: f, Next: next, Demos: v.To("/demo/sign-in")}
	for i, d := range s.Demo {
		label := v.Words.T("account.demo_"+d.Role, "name", d.Name)
		list := &p.Demo
		if i >= demoFirst {
			list = &p.More
		}
		*list = append(*list, page.Option{Value: strconv.Itoa(i), Label: label, Hint: d.Business})
	}
	v.Title = v.Words.T("sign.in")
	return s.show(w, r, page.SignInPage(v, p))
}

// signIn answers POST /sign-in.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	next := r.PostFormValue("next")
	pass, err := s.Parties.SignIn(r.Context(), r.PostFormValue("email"), r.PostFormValue("password"), r.UserAgent())
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showSignIn(w, r, f, next) })
	}
	return s.welcome(w, r, pass, next)
}

// signInAs answers POST /demo/sign-in: one click, in the demo only.
func (s *Site) signInAs(w http.ResponseWriter, r *http.Request) error {
	i, err := strconv.Atoi(r.PostFormValue("as"))
	if err != nil || i < 0 || i >= len(s.Demo) || s.DemoPass == nil {
		return market.Missing("This person")
	}
	pass, err := s.DemoPass(r.Context(), s.Demo[i], r.UserAgent())
	if err != nil {
		return err
	}
	return s.welcome(w, r, pass, r.PostFormValue("next"))
}

// welcome gives the browser its session and the guest's cart to its person, and
// leads on: to new versions of the terms first, then where they were going.
func (s *Site) welcome(w http.ResponseWriter, r *http.Request, pass party.Pass, next string) error {
	a := pass.Visitor.Actor
	cart := s.cartID(r)
	if err := s.Orders.Adopt(r.Context(), a, cart); err != nil {
		return err
	}
	if cart != "" {
		http.SetCookie(w, s.cookie(cartCookie, "", -1))
	}
	s.setSession(w, pass)
	visitOf(r).suspended = pass.Visitor.Business.State == party.Suspended
	s.raise(w, r, a, shield.Member)
	s.drop(w, r, nextCookie, codeCookie, sentCookie)
	if next == "" {
		next = s.to(r, home(a))
	}
	open, err := s.outstanding(r, pass.Visitor)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		next = s.to(r, "/agree", "next", next)
	}
	http.Redirect(w, r, local(next), http.StatusSeeOther)
	return nil
}

func (s *Site) setSession(w http.ResponseWriter, pass party.Pass) {
	http.SetCookie(w, s.cookie(sessionCookie, pass.Token, int(pass.Expires.Sub(s.Now()).Seconds())))
}

// home is where somebody begins who was going nowhere else.
func home(a market.Actor) string {
	switch {
	case a.Operator:
		return "/house"
	case a.Sells:
		return "/desk"
	}
	return "/"
}

// signOut answers POST /sign-out.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if session := visitOf(r).session; session != "" {
		if err := s.Parties.SignOut(r.Context(), actor(r), session); err != nil {
			return err
		}
		s.revoke(actor(r).Person) // a copy of the standing's cookie would hold for days
	}
	http.SetCookie(w, s.cookie(sessionCookie, "", -1))
	s.drop(w, r, codeCookie, sentCookie)
	s.lower(w)
	return s.seeOther(w, r, "/sign-in", "account.out")
}

// askSignUp answers GET /sign-up.
func (s *Site) askSignUp(w http.ResponseWriter, r *http.Request) error {
	f := page.Form{Values: map[string]string{"buys": "yes", "country": visitOf(r).country}}
	if r.URL.Query().Get("sells") != "" {
		f.Values["buys"], f.Values["sells"] = "", "yes"
	}
	return s.showSignUp(w, r, f, r.URL.Query().Get("next"))
}

func (s *Site) showSignUp(w http.ResponseWriter, r *http.Request, f page.Form, next string) error {
	v := s.view(r)
	f.Action = v.To("/sign-up")
	p := page.SignUp{Form: f, Next: next, Countries: allCountries(v.Words, "")}
	var err error
	if p.Terms, err = s.version(r, "terms"); err != nil {
		return err
	}
	if p.Privacy, err = s.version(r, "privacy"); err != nil {
		return err
	}
	v.Title = v.Words.T("sign.up")
	return s.show(w, r, page.SignUpPage(v, p))
}

// version is the newest version of a text of the house, or "".
func (s *Site) version(r *http.Request, slug string) (string, error) {
	d, err := s.Parties.Document(r.Context(), slug, visitOf(r).lang)
	if market.KindOf(err) == market.NotFound {
		return "", nil
	}
	return d.Version, err
}

// signUp answers POST /sign-up. The answer is the same whether or not the
// address is a member's.
func (s *Site) signUp(w http.ResponseWriter, r *http.Request) error {
	next := r.PostFormValue("next")
	in := party.SignUp{
		Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Password: r.PostFormValue("password"),
		Business: r.PostFormValue("business"), Country: r.PostFormValue("country"), City: r.PostFormValue("city"),
		Buys: r.PostFormValue("buys") == "yes", Sells: r.PostFormValue("sells") == "yes",
		Language: visitOf(r).lang, Currency: visitOf(r).currency,
	}
	if r.PostFormValue("terms") == "yes" {
		in.Terms, in.Privacy = r.PostFormValue("terms_version"), r.PostFormValue("privacy_version")
	}
	secret, err := s.join(r.Context(), in)
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			f.Faults = oneTick(f.Faults)
			return s.showSignUp(w, r, f, next)
		})
	}
	if next != "" && len(next) < 1_000 {
		http.SetCookie(w, s.cookie(nextCookie, url.QueryEscape(local(next)), nextKept))
	}
	s.waits(w, secret, in.Email)
	return s.seeOther(w, r, "/confirm/code", "")
}

// join signs a business up. The beat begins once the password is hashed: how long
// that takes tells of the line of passwords alone, and added to what follows it
// would carry a member past the end of a beat more often than a newcomer.
func (s *Site) join(ctx context.Context, in party.SignUp) (secret string, err error) {
	newcomer, err := s.Parties.Newcomer(ctx, in)
	if err != nil {
		return "", err
	}
	err = onBeat(ctx, func(ctx context.Context) error {
		secret, err = newcomer.Join(ctx)
		return err
	})
	return secret, err
}

// oneTick brings what is wrong with either text to the one box that agrees to
// both.
func oneTick(fs market.Faults) (out market.Faults) {
	seen := false
	for _, f := range fs {
		if f.Field == "privacy" {
			f.Field = "terms"
		}
		if f.Field == "terms" {
			if seen {
				continue
			}
			seen = true
		}
		out = append(out, f)
	}
	return out
}
