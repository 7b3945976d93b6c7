package web

import (
	"context"
	"net/http"
	"strings"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
)

// askConfirm answers GET /confirm, where the letter leads. Nothing is done
// until the button is clicked: mail readers open links by themselves.
func (s *Site) askConfirm(w http.ResponseWriter, r *http.Request) error {
	return s.showConfirm(w, r, page.Form{Values: map[string]string{"token": r.URL.Query().Get("token")}})
}

func (s *Site) showConfirm(w http.ResponseWriter, r *http.Request, f page.Form) error {
	v := s.view(r)
	f.Action = v.To("/confirm")
	v.Title = v.Words.T("sign.confirm")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
	return s.show(w, r, page.ConfirmPage(v, page.Confirm{Form: f}))
}

// confirm answers POST /confirm.
func (s *Site) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := s.Parties.Confirm(r.Context(), r.PostFormValue("token")); err != nil {
		return s.spent(w, r, err, page.Form{}, func(f page.Form) error { return s.showConfirm(w, r, f) })
	}
	return s.seeOther(w, r, "/sign-in", "account.confirmed")
}

// spent draws a form again where its link was used before or is too old, which
// is a fault of its reader's though nothing was found.
func (s *Site) spent(w http.ResponseWriter, r *http.Request, err error, f page.Form, draw func(page.Form) error) error {
	fs := FaultsOf(err)
	if Status(err) != http.StatusNotFound || len(fs) == 0 {
		return s.again(w, r, err, f, draw)
	}
	f.Faults, f.Values = fs, entered(r.PostForm)
	setStatus(w, http.StatusNotFound)
	return draw(f)
}

// askReset answers GET /reset: for the address to send a letter to, or, from
// the letter, for the new password.
func (s *Site) askReset(w http.ResponseWriter, r *http.Request) error {
	return s.showReset(w, r, page.Form{}, r.URL.Query().Get("token"))
}

func (s *Site) showReset(w http.ResponseWriter, r *http.Request, f page.Form, token string) error {
	v := s.view(r)
	f.Action = v.To("/reset")
	v.Title = v.Words.T("sign.new_password")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
	return s.show(w, r, page.ResetPage(v, page.Reset{Form: f, Token: token}))
}

// reset answers POST /reset, both of its steps.
func (s *Site) reset(w http.ResponseWriter, r *http.Request) error {
	token, email := r.PostFormValue("token"), r.PostFormValue("email")
	if token == "" {
		forgot := func(ctx context.Context) error { return s.Parties.ForgotPassword(ctx, email) }
		if err := onBeat(r.Context(), forgot); err != nil {
			return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showReset(w, r, f, "") })
		}
		return s.showSent(w, r, email)
	}
	if err := s.Parties.ResetPassword(r.Context(), token, r.PostFormValue("password")); err != nil {
		return s.spent(w, r, err, page.Form{}, func(f page.Form) error { return s.showReset(w, r, f, token) })
	}
	return s.seeOther(w, r, "/sign-in", "account.password")
}

// showSent says that a letter with a new password's link is on its way, if there
// is an account.
func (s *Site) showSent(w http.ResponseWriter, r *http.Request, email string) error {
	v := s.view(r)
	p := page.Sent{Title: v.Words.T("account.sent"), Text: v.Words.T("account.sent_reset"), Email: strings.TrimSpace(email)}
	p.Again = page.Act{Label: v.Words.T("sign.again"), Action: v.To("/reset"), Hidden: []page.Option{{Label: "email", Value: p.Email}}}
	return s.showLetter(w, r, v, p)
}

// showLetter draws the page that waits for a letter; the demo says where its own
// are.
func (s *Site) showLetter(w http.ResponseWriter, r *http.Request, v *page.View, p page.Sent) error {
	if len(s.Demo) > 0 {
		p.Demo = v.To("/letters")
	}
	v.Title = p.Title
	return s.show(w, r, page.SentPage(v, p))
}

// askOperator answers GET /operator, where the link of a first run and an
// operator's invitation lead.
func (s *Site) askOperator(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if err := s.Parties.OperatorLink(r.Context(), token); err != nil {
		return s.spentOperator(w, r, err)
	}
	return s.showOperator(w, r, page.Form{}, token)
}

func (s *Site) showOperator(w http.ResponseWriter, r *http.Request, f page.Form, token string) error {
	v := s.view(r)
	f.Action = v.To("/operator")
	v.Title = v.Words.T("account.operator")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds a secret
	return s.show(w, r, page.NewOperatorPage(v, page.NewOperator{Form: f, Token: token}))
}

// spentOperator is the page of an operator's link that opens nothing any more.
func (s *Site) spentOperator(w http.ResponseWriter, r *http.Request, err error) error {
	if Status(err) != http.StatusNotFound {
		return err
	}
	setStatus(w, http.StatusNotFound)
	words := s.view(r).Words
	f := page.Form{Faults: market.Faults{{Kind: market.NotFound, Msg: words.T("account.operator_spent"), Fix: words.T("account.operator_spent_do")}}}
	return s.showOperator(w, r, f, "")
}

// becomeOperator answers POST /operator: it spends the link, makes the account
// and signs in.
func (s *Site) becomeOperator(w http.ResponseWriter, r *http.Request) error {
	token, password := r.PostFormValue("token"), r.PostFormValue("password")
	in := party.NewOperator{Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Password: password, Language: visitOf(r).lang}
	if err := s.Parties.BecomeOperator(r.Context(), token, in); err != nil {
		if Status(err) == http.StatusNotFound {
			return s.spentOperator(w, r, err)
		}
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showOperator(w, r, f, token) })
	}
	pass, err := s.Parties.SignIn(r.Context(), in.Email, password, r.UserAgent())
	if err != nil {
		return err
	}
	return s.welcome(w, r, pass, "")
}
