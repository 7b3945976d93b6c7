package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
)

// business answers GET /account/business: how the business shows itself, who it
// is to the law, and where its payouts go.
func (s *Site) business(w http.ResponseWriter, r *http.Request) error {
	return s.showBusiness(w, r, page.Form{})
}

// showBusiness draws the business; back is the one form that was sent back.
func (s *Site) showBusiness(w http.ResponseWriter, r *http.Request, back page.Form) error {
	ctx, a := r.Context(), actor(r)
	b, err := s.Parties.Business(ctx, a, a.Business)
	if err != nil {
		return err
	}
	own := party.Purpose{Kind: "own_data"}
	legal, err := s.Parties.Legal(ctx, a, a.Business, own)
	if err != nil {
		return err
	}
	bank, err := s.Parties.Bank(ctx, a, a.Business, own)
	if err != nil {
		return err
	}
	seat, err := s.Parties.Seat(ctx, a, a.Business, own)
	if err != nil {
		return err
	}
	v := s.view(r)
	if a.Sells {
		v = s.supplierView(r)
	}
	p := page.List{Title: b.Name, Lead: v.Words.T("business.lead")}
	if a.Sells {
		p.Acts = []page.Act{{Label: v.Words.T("business.see"), Href: v.To("/suppliers/" + b.Slug)}}
	}
	p.Notes = standing(v, b)
	forms := businessForms{v: v, back: back, another: r.URL.Query().Get("another"), version: b.Version}
	p.Forms = []page.ActForm{forms.profile(b, seat), forms.legal(legal), forms.bank(bank)}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// standing says what the house thinks of the business.
func standing(v *page.View, b party.Business) []page.Note {
	var notes []page.Note
	if b.State == party.Suspended {
		notes = append(notes, page.Note{Tone: page.Bad, Text: v.Words.T("business.suspended")})
	}
	tone := page.Plain
	switch b.Verification {
	case party.Checked:
		tone = page.OK
	case party.InCheck:
		tone = page.Sea
	}
	return append(notes, page.Note{Tone: tone, Text: v.Words.T("business.is_" + string(b.Verification))})
}

// businessForms makes the three forms of a business.
type businessForms struct {
	v       *page.View
	back    page.Form
	version int64
	another string // language whose text is to be added
}

func (m businessForms) form(id, path string, values map[string]string) page.Form {
	f := page.Form{ID: id, Values: values}
	if m.back.ID == id {
		f = m.back
	}
	f.Action = m.v.To("/account/business" + path)
	return f
}

// madeFrom carries the version that a form was made from. A form that was sent
// back keeps its own: what others changed meanwhile is not written over unseen.
func madeFrom(f page.Form, version int64) []page.Option {
	v := f.Value("version")
	if v == "" {
		v = strconv.FormatInt(version, 10)
	}
	return []page.Option{{Label: "version", Value: v}}
}

func (m businessForms) profile(b party.Business, seat party.Seat) page.ActForm {
	w := m.v.Words
	values := map[string]string{"name": b.Name, "city": b.City, "street": seat.Street, "postcode": seat.Postcode, "language": b.Language, "currency": string(b.Currency), "buys": yes(b.Buys), "sells": yes(b.Sells), "founded": figure(b.Founded), "people": figure(b.People)}
	values["another"] = m.another
	for lang, text := range b.About {
		values["about."+lang] = text
	}
	f := m.form("profile", "", values)
	lead, hint := w.T("business.profile_sealed"), w.T("business.street_sealed")
	if f.Value("sells") == "yes" {
		lead, hint = w.T("business.profile_lead"), w.T("business.street_hint")
	}
	out := page.ActForm{
		ID: "profile", Title: w.T("business.profile"), Lead: lead, Form: f, Hidden: madeFrom(f, m.version), Button: w.T("account.save"), Main: true,
		Fields: []page.Field{
			f.Field("name", w.T("sign.business")).With("organization").Must().UpTo(80), f.Field("city", w.T("sign.city")).Must().UpTo(80),
			f.Field("street", w.T("business.street")).With("street-address").Saying(hint).UpTo(100), f.Field("postcode", w.T("business.postcode")).With("postal-code").UpTo(16),
			f.Field("language", w.T("business.language")).Must().Of(languages(f.Value("language"))), f.Field("currency", w.T("layout.currency")).Must().Of(currencyChoices(market.Currency(f.Value("currency")))),
			f.Field("founded", w.T("goods.founded")).Whole(600, 0, 1), f.Field("people", w.T("goods.people")).Whole(0, 0, 1),
			f.Field("buys", w.T("sign.buys")).As("checkbox"), f.Field("sells", w.T("sign.sells")).As("checkbox"),
		},
	}
	for _, lang := range textFields(f.Values, "about.", f.Value("language")) {
		out.Areas = append(out.Areas, f.Field("about."+lang, w.T("business.about", "language", languageName(lang))).UpTo(5_000))
	}
	out.Fields = append(out.Fields, page.Field{ID: "f-another", Name: "another", Label: w.T("business.another")}.Of(append([]page.Option{{Label: w.T("business.no_other")}}, languages("")...)))
	return out
}

func (m businessForms) legal(l party.Legal) page.ActForm {
	w := m.v.Words
	f := m.form("legal", "/legal", map[string]string{"legal_name": l.Name, "tax_number": l.TaxNumber})
	return page.ActForm{
		ID: "legal", Title: w.T("business.legal"), Lead: w.T("business.legal_lead"), Form: f, Hidden: madeFrom(f, m.version), Button: w.T("business.legal_do"),
		Fields: []page.Field{f.Field("legal_name", w.T("business.legal_name")).Must().UpTo(160), f.Field("tax_number", w.T("business.tax_number")).UpTo(40)},
	}
}

func (m businessForms) bank(b party.Bank) page.ActForm {
	w := m.v.Words
	f := m.form("bank", "/bank", map[string]string{"holder": b.Holder, "iban": b.IBAN, "number": b.Number, "bic": b.BIC, "bank": b.Name, "bank_country": b.Country, "accepts": string(b.Accepts)})
	return page.ActForm{
		ID: "bank", Title: w.T("business.bank"), Lead: w.T("business.bank_lead"), Form: f, Hidden: madeFrom(f, m.version), Button: w.T("business.bank_do"),
		Fields: []page.Field{
			f.Field("holder", w.T("order.bank_holder")).Must().UpTo(140), f.Field("iban", w.T("business.iban")).Saying(w.T("business.iban_hint")).UpTo(42),
			f.Field("number", w.T("business.number")).Saying(w.T("business.number_hint")).UpTo(40), f.Field("bic", w.T("business.bic")).UpTo(11),
			f.Field("bank", w.T("business.bank_name")).UpTo(80), f.Field("bank_country", w.T("business.bank_country")).Saying(w.T("business.bank_country_hint")).Of(append([]page.Option{{Label: "–"}}, allCountries(w, f.Value("bank_country"))...)),
			f.Field("accepts", w.T("business.accepts")).Of(append([]page.Option{{Label: w.T("business.any")}}, currencyChoices(market.Currency(f.Value("accepts")))...)),
			f.Field("password", w.T("account.old_password")).As("password").With("current-password").Must().UpTo(200),
		},
	}
}

// textFields are the languages that a form shows a text for: first, those that
// hold one, and the one just added.
func textFields(values map[string]string, prefix, first string) []string {
	list := []string{first}
	for _, l := range languages("") {
		if l.Value != first && (values[prefix+l.Value] != "" || values["another"] == l.Value) {
			list = append(list, l.Value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		lang, ok := strings.CutPrefix(name, prefix)
		if ok && values[name] != "" && lang != first && languageName(lang) == lang {
			list = append(list, lang) // one that forms don't offer
		}
	}
	return list
}

// currencyChoices are the currencies that the head offers.
func currencyChoices(chosen market.Currency) []page.Option {
	list := make([]page.Option, len(shownCurrencies))
	for i, c := range shownCurrencies {
		list[i] = page.Option{Value: string(c), Label: string(c)}
	}
	return choose(list, string(chosen))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// figure is a number's field, empty for unknown.
func figure(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// readFigure is the reverse; what is no number is −1, which the rooms refuse.
func readFigure(s string) int {
	if s = strings.TrimSpace(s); s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// editBusiness answers POST /account/business. Asked for another language it
// comes back with that language's field, which needs no script.
func (s *Site) editBusiness(w http.ResponseWriter, r *http.Request) error {
	p := party.Profile{
		Version: version(r), Name: r.PostFormValue("name"), City: r.PostFormValue("city"), Street: r.PostFormValue("street"), Postcode: r.PostFormValue("postcode"), Buys: r.PostFormValue("buys") == "yes", Sells: r.PostFormValue("sells") == "yes",
		Language: r.PostFormValue("language"), Currency: market.Currency(r.PostFormValue("currency")), About: map[string]string{},
		Founded: readFigure(r.PostFormValue("founded")), People: readFigure(r.PostFormValue("people")),
	}
	for name := range r.PostForm {
		if lang, ok := strings.CutPrefix(name, "about."); ok {
			p.About[lang] = strings.ReplaceAll(strings.TrimSpace(r.PostForm.Get(name)), "\r\n", "\n")
		}
	}
	if _, err := s.Parties.Edit(r.Context(), actor(r), p); err != nil {
		return s.backToBusiness(w, r, err, "profile")
	}
	if another := r.PostFormValue("another"); another != "" {
		http.Redirect(w, r, s.to(r, "/account/business", "note", "saved", "another", another), http.StatusSeeOther)
		return nil
	}
	return s.seeOther(w, r, "/account/business", "saved")
}

func (s *Site) backToBusiness(w http.ResponseWriter, r *http.Request, err error, id string) error {
	return s.again(w, r, err, page.Form{ID: id}, func(f page.Form) error { return s.showBusiness(w, r, f) })
}

// setLegal answers POST /account/business/legal.
func (s *Site) setLegal(w http.ResponseWriter, r *http.Request) error {
	in := party.Legal{Name: r.PostFormValue("legal_name"), TaxNumber: r.PostFormValue("tax_number")}
	if _, err := s.Parties.SetLegal(r.Context(), actor(r), in, version(r)); err != nil {
		return s.backToBusiness(w, r, err, "legal")
	}
	return s.seeOther(w, r, "/account/business", "business.legal")
}

// setBank answers POST /account/business/bank.
func (s *Site) setBank(w http.ResponseWriter, r *http.Request) error {
	in := party.Bank{
		Holder: r.PostFormValue("holder"), IBAN: r.PostFormValue("iban"), Number: r.PostFormValue("number"), BIC: r.PostFormValue("bic"),
		Name: r.PostFormValue("bank"), Country: r.PostFormValue("bank_country"), Accepts: market.Currency(r.PostFormValue("accepts")),
	}
	if _, err := s.Parties.SetBank(r.Context(), actor(r), r.PostFormValue("password"), in, version(r)); err != nil {
		return s.backToBusiness(w, r, err, "bank")
	}
	return s.seeOther(w, r, "/account/business", "business.bank")
}
