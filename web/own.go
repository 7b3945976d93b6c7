package web

import (
	"net/http"
	"strconv"

	"kontor/market/party"
	"kontor/web/page"
)

// visitor is who asks, as the texts of the house want to know.
func (s *Site) visitor(r *http.Request) party.Visitor {
	return party.Visitor{Actor: actor(r), Session: visitOf(r).session, Language: visitOf(r).lang}
}

// outstanding are the texts that the visitor is to agree to. An operator speaks
// for the house, whose texts they are.
func (s *Site) outstanding(r *http.Request, v party.Visitor) ([]party.Document, error) {
	if v.Actor.Operator {
		return nil, nil
	}
	return s.Parties.Outstanding(r.Context(), v)
}

// askAgree answers GET /agree: the texts that have a new version.
func (s *Site) askAgree(w http.ResponseWriter, r *http.Request) error {
	return s.showAgree(w, r, page.Form{}, r.URL.Query().Get("next"))
}

func (s *Site) showAgree(w http.ResponseWriter, r *http.Request, f page.Form, next string) error {
	open, err := s.outstanding(r, s.visitor(r))
	if err != nil {
		return err
	}
	if len(open) == 0 {
		if next == "" {
			next = s.to(r, "/")
		}
		http.Redirect(w, r, local(next), http.StatusSeeOther)
		return nil
	}
	v := s.view(r)
	f.Action = v.To("/agree")
	p := page.Agree{Form: f, Hidden: []page.Option{{Label: "next", Value: next}}}
	for _, d := range open {
		p.Texts = append(p.Texts, page.Option{Value: d.Slug, Label: v.Words.T("account.agree_to", "title", d.Title, "version", d.Version), Href: v.To("/" + d.Slug)})
		p.Hidden = append(p.Hidden, page.Option{Label: d.Slug + "_version", Value: d.Version})
	}
	v.Title, p.Lead = v.Words.T("account.agree"), v.Words.T("account.agree_lead")
	before, err := s.agreedBefore(r)
	if err != nil {
		return err
	}
	if len(before) == 0 { // let in by the house
		v.Title, p.Lead = v.Words.T("account.agree_first"), v.Words.T("account.agree_first_lead")
	}
	return s.show(w, r, page.AgreePage(v, p))
}

// agree answers POST /agree. What was agreed to before still counts.
func (s *Site) agree(w http.ResponseWriter, r *http.Request) error {
	next := r.PostFormValue("next")
	versions, err := s.agreedBefore(r)
	if err != nil {
		return err
	}
	for _, slug := range [...]string{"terms", "privacy"} {
		if r.PostFormValue(slug) == "yes" {
			versions[slug] = r.PostFormValue(slug + "_version")
		}
	}
	if err := s.Parties.Agree(r.Context(), s.visitor(r), versions); err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showAgree(w, r, f, next) })
	}
	http.Redirect(w, r, local(next), http.StatusSeeOther)
	return nil
}

// agreedBefore are the newest versions that the visitor gave their word on.
func (s *Site) agreedBefore(r *http.Request) (map[string]string, error) {
	me, err := s.Parties.Me(r.Context(), actor(r))
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, c := range me.Consents {
		versions[c.Document] = max(versions[c.Document], c.Version) // dates of issue
	}
	return versions, nil
}

// account answers GET /account: everything kept of the person who asks.
func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, page.Form{})
}

// showAccount draws the account; f is the one form that was sent back, if any.
func (s *Site) showAccount(w http.ResponseWriter, r *http.Request, f page.Form) error {
	me, err := s.Parties.Me(r.Context(), actor(r))
	if err != nil {
		return err
	}
	v := s.view(r)
	words := v.Words
	p := page.List{Title: words.T("menu.account"), Lead: words.T("account.lead", "email", me.Email)}
	if actor(r).Business != "" {
		p.Acts = []page.Act{{Label: words.T("menu.addresses"), Href: v.To("/account/addresses")}, {Label: words.T("business.title"), Href: v.To("/account/business")}}
	}
	open, err := s.outstanding(r, s.visitor(r))
	if err != nil {
		return err
	}
	if len(open) > 0 {
		p.Notes = append(p.Notes, page.Note{Tone: page.Warn, Text: words.T("account.outstanding"), Href: v.To("/agree", "next", v.To("/account")), Link: words.T("account.read_them")})
	}
	for _, table := range []func(*http.Request, *page.View) (page.Table, error){s.sessionTable, s.keyTable} {
		t, err := table(r, v)
		if err != nil {
			return err
		}
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
	if t := consentTable(v, me.Consents); len(t.Rows) > 0 {
		p.Tables = append(p.Tables, t)
	}
	p.Forms = accountForms(v, me, f)
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func (s *Site) sessionTable(r *http.Request, v *page.View) (page.Table, error) {
	words := v.Words
	t := page.Table{Caption: words.T("account.sessions"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("account.browser"), Full: true}, {Label: words.T("account.seen")}, {Label: words.T("account.act"), Right: true, Full: true}}}
	browsers, err := s.Parties.Browsers(r.Context(), actor(r))
	if err != nil {
		return t, err
	}
	for _, b := range browsers {
		row := page.Row{Cells: []page.Cell{{Text: browserName(words, b.Agent)}, {Text: words.Stamp(b.Seen)}, {}}}
		if b.ID == visitOf(r).session {
			row.Cells[2].Text = words.T("account.this_one")
		} else {
			row.Cells[2].Part = page.ActMarks([]page.Act{{Label: words.T("account.end"), Action: v.To("/account/sessions/end"), Hidden: []page.Option{{Label: "session", Value: b.ID}}}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func (s *Site) keyTable(r *http.Request, v *page.View) (page.Table, error) {
	words := v.Words
	t := page.Table{Caption: words.T("account.keys"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("account.key")}, {Label: words.T("account.made")}, {Label: words.T("account.act"), Right: true, Full: true}}}
	keys, err := s.Parties.Keys(r.Context(), actor(r))
	if err != nil {
		return t, err
	}
	for _, k := range keys {
		end := page.ActMarks([]page.Act{{Label: words.T("account.end_key"), Action: v.To("/account/keys/end"), Hidden: []page.Option{{Label: "key", Value: k.ID}}}})
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: k.Label}, {Text: words.Stamp(k.Created)}, {Part: end}}})
	}
	return t, nil
}

func consentTable(v *page.View, given []party.Consent) page.Table {
	words := v.Words
	t := page.Table{Caption: words.T("account.consents"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("account.text")}, {Label: words.T("account.version")}, {Label: words.T("account.agreed_on")}}}
	for _, c := range given {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: words.T("layout." + c.Document), Href: v.To("/" + c.Document)}, {Text: c.Version}, {Text: words.Stamp(c.At)}}})
	}
	return t
}

// accountForms are the forms of name, password and keys; the one that was sent
// back holds what was entered and what was wrong.
func accountForms(v *page.View, me party.Own, back page.Form) []page.ActForm {
	words := v.Words
	form := func(id string, values map[string]string) page.Form {
		if back.ID == id {
			return back
		}
		return page.Form{ID: id, Values: values}
	}
	own := form("me", map[string]string{"name": me.Name, "language": me.Language})
	own.Action = v.To("/account/me")
	password := form("password", nil)
	password.Action = v.To("/account/password")
	key := form("key", nil)
	key.Action = v.To("/account/keys")
	return []page.ActForm{
		{
			ID: "me", Title: words.T("account.me"), Form: own, Button: words.T("account.save"),
			Hidden: madeFrom(own, me.Version),
			Fields: []page.Field{own.Field("name", words.T("sign.name")).With("name").Must().UpTo(100), own.Field("language", words.T("account.language")).Must().Saying(words.T("account.language_hint")).Of(letterLanguages(own.Value("language")))},
		},
		{
			ID: "password", Title: words.T("sign.new_password"), Lead: words.T("account.password_lead"), Form: password, Button: words.T("sign.new_password_do"),
			Fields: []page.Field{
				password.Field("password", words.T("account.old_password")).As("password").With("current-password").Must().UpTo(200),
				password.Field("new_password", words.T("sign.new_password")).As("password").With("new-password").Saying(words.T("sign.password_hint")).Must().UpTo(200),
			},
		},
		{
			ID: "key", Title: words.T("account.new_key"), Lead: words.T("account.new_key_lead"), Form: key, Button: words.T("account.make_key"),
			Fields: []page.Field{
				key.Field("label", words.T("account.key_label")).Must().UpTo(60),
				key.Field("password", words.T("account.old_password")).As("password").With("current-password").Must().UpTo(200),
			},
		},
	}
}

// backToAccount draws the account with the form that was sent back.
func (s *Site) backToAccount(w http.ResponseWriter, r *http.Request, err error, id string) error {
	return s.again(w, r, err, page.Form{ID: id}, func(f page.Form) error {
		delete(f.Values, "new_password")
		return s.showAccount(w, r, f)
	})
}

// editMe answers POST /account/me.
func (s *Site) editMe(w http.ResponseWriter, r *http.Request) error {
	err := s.Parties.EditMe(r.Context(), actor(r), r.PostFormValue("name"), r.PostFormValue("language"), version(r))
	if err != nil {
		return s.backToAccount(w, r, err, "me")
	}
	return s.seeOther(w, r, "/account", "saved")
}

// version is that of the record that a form was made from; 0 fits none but a new one.
func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// changePassword answers POST /account/password. Every other browser is signed
// out.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	pass, err := s.Parties.ChangePassword(r.Context(), actor(r), r.PostFormValue("password"), r.PostFormValue("new_password"), r.UserAgent())
	if err != nil {
		return s.backToAccount(w, r, err, "password")
	}
	s.setSession(w, pass)
	s.revoke(actor(r).Person) // whoever else was signed in as this person is nobody now
	s.lower(w)
	return s.seeOther(w, r, "/account", "account.password_changed")
}

// endSession answers POST /account/sessions/end.
func (s *Site) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.Parties.SignOut(r.Context(), actor(r), r.PostFormValue("session")); err != nil {
		return err
	}
	s.revoke(actor(r).Person)
	return s.seeOther(w, r, "/account", "account.ended")
}

// makeKey answers POST /account/keys; the key is shown this once.
func (s *Site) makeKey(w http.ResponseWriter, r *http.Request) error {
	key, err := s.Parties.MakeKey(r.Context(), actor(r), r.PostFormValue("label"), r.PostFormValue("password"))
	if err != nil {
		return s.backToAccount(w, r, err, "key")
	}
	v := s.view(r)
	v.Title = v.Words.T("account.key_made")
	return s.show(w, r, page.SecretPage(v, page.Secret{Title: v.Title, Lead: v.Words.T("account.key_made_lead"), Value: key, Back: page.Option{Label: v.Words.T("menu.account"), Href: v.To("/account")}}))
}

// endKey answers POST /account/keys/end.
func (s *Site) endKey(w http.ResponseWriter, r *http.Request) error {
	if err := s.Parties.EndKey(r.Context(), actor(r), r.PostFormValue("key")); err != nil {
		return err
	}
	s.revoke(actor(r).Person) // the gate knows the key for some minutes
	return s.seeOther(w, r, "/account", "account.key_ended")
}
