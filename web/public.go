package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/web/page"
)

// publicRoutes are for everybody: their pages hold nothing of the visitor.
var publicRoutes = []route{
	{"GET /{$}", everybody, (*Site).home},
	{"GET /search", everybody, (*Site).search},
	{"GET /categories/{path...}", everybody, (*Site).category},
	{"GET /listings/{id}", everybody, (*Site).listing},
	{"GET /suppliers", everybody, (*Site).suppliers},
	{"GET /suppliers/{slug}", everybody, (*Site).storefront},
	{"GET /protection", everybody, (*Site).protection},
	{"GET /terms", everybody, (*Site).document},
	{"GET /privacy", everybody, (*Site).document},
	{"GET /imprint", everybody, (*Site).document},
	{"GET /pictures/{id}/{width}", everybody, (*Site).picture},
	{"POST /theme", everybody, (*Site).chooseTheme},
	{"GET " + StatusPath, everybody, (*Site).status},
	{"GET /.well-known/kontor-rehearsal", everybody, (*Site).consent},
	{"GET /me", anybody, (*Site).me},
}

// home answers GET /.
func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	v := s.view(r)
	found, _, err := s.Catalog.Search(r.Context(), catalog.Query{Currency: visitOf(r).currency, Sort: catalog.ByNewest, Limit: 1})
	if err != nil {
		return err
	}
	newest, err := s.newest(r, found)
	if err != nil {
		return err
	}
	c, err := s.counting(r.Context(), v, visitOf(r), newest...)
	if err != nil {
		return err
	}
	firms, err := s.firms(r.Context())
	if err != nil {
		return err
	}
	h := page.Home{Listings: found.Total, Suppliers: len(firms.list), Countries: firms.selling(found), GoodsHref: v.To("/search"), SellHref: v.To("/sign-up", "sells", "1")}
	if err := s.gables(r, v, found, &h); err != nil {
		return err
	}
	if len(newest) > 0 {
		h.Shelves = []page.Shelf{{Title: v.Words.T("goods.newest"), Href: v.To("/search", "sort", "newest"), Link: v.Words.N("goods.all", found.Total), Cards: c.cards(newest, 1)}}
	}
	for i, b := range firms.list {
		if i == 4 {
			break
		}
		h.Marks = append(h.Marks, string(b.ID))
	}
	h.Lead = v.Words.N("home.lead", h.Countries, "place", v.Place.Name)
	if h.Countries == 0 {
		h.Lead = v.Words.T("home.lead_empty", "place", v.Place.Name)
	}
	v.Description, v.Canonical = h.Lead, s.Origin+v.Prefix+"/"
	return s.show(w, r, page.HomePage(v, h))
}

// newest is the newest listing of each of eight suppliers, so that one that
// loaded its whole catalogue does not fill the shelf.
func (s *Site) newest(r *http.Request, found catalog.Found) (shelf []catalog.Shown, err error) {
	for i, of := range found.Supplier {
		if i == 8 {
			break
		}
		_, shown, err := s.Catalog.Search(r.Context(), catalog.Query{Supplier: market.BusinessID(of.Key), Sort: catalog.ByNewest, Limit: 1})
		if err != nil {
			return nil, err
		}
		shelf = append(shelf, shown...)
	}
	return shelf, nil
}

// gables are the root categories with most on offer, each with a picture from it.
func (s *Site) gables(r *http.Request, v *page.View, found catalog.Found, h *page.Home) error {
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	for _, n := range found.Category {
		node, ok := tree.Node(n.Key)
		if !ok || n.N == 0 || len(h.Gables) == 5 {
			continue
		}
		_, shown, err := s.Catalog.Search(r.Context(), catalog.Query{Category: n.Key, Limit: 1})
		if err != nil {
			return err
		}
		g := page.Gable{Href: v.To("/categories/" + n.Key), Name: node.Name(v.Words.Lang), Note: v.Words.N("search.offers", n.N), Mark: n.Key}
		if len(shown) > 0 {
			g.Mark = string(shown[0].Supplier)
			if len(shown[0].Pictures) > 0 {
				g.Pic = picture(shown[0].Pictures[0], "12rem")
			}
		}
		h.Gables = append(h.Gables, g)
	}
	return nil
}

// suppliers answers GET /suppliers: all of them by country.
func (s *Site) suppliers(w http.ResponseWriter, r *http.Request) error {
	v := s.view(r)
	firms, err := s.firms(r.Context())
	if err != nil {
		return err
	}
	t := page.Table{Label: v.Words.T("goods.suppliers"), Stack: true, Pad: true, Cols: []page.Col{{Label: v.Words.T("goods.supplier")}, {Label: v.Words.T("goods.place_column")}, {Label: v.Words.T("listing.checks")}}}
	for _, b := range firms.list {
		tag := &page.Tag{Tone: page.Plain, Text: v.Words.T("parts.seal_none")}
		switch b.Verification {
		case party.Checked:
			tag = &page.Tag{Tone: page.OK, Text: v.Words.T("parts.seal_full")}
		case party.InCheck:
			tag = &page.Tag{Tone: page.Warn, Text: v.Words.T("parts.seal_half")}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: b.Name, Href: v.To("/suppliers/" + b.Slug)}, {Text: place(v, b), Flag: b.Country}, {Tag: tag}}})
	}
	v.Title, v.Canonical = v.Words.T("goods.suppliers"), s.Origin+v.Prefix+"/suppliers"
	return s.show(w, r, page.ListPage(v, v.Title, t))
}

// storefront answers GET /suppliers/{slug}.
func (s *Site) storefront(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Parties.Storefront(r.Context(), actor(r), r.PathValue("slug"))
	if err != nil {
		return err
	}
	w.Header().Set("Surrogate-Key", BusinessTag(b.ID))
	v := s.view(r)
	f := s.readFinding(r, "", b.ID)
	results, err := s.results(r, v, f)
	if err != nil {
		return err
	}
	lang := v.Words.Lang
	about := b.About[lang]
	p := page.Storefront{
		Crumbs: []page.Option{{Label: v.House.Name, Href: v.To("/")}, {Label: v.Words.T("goods.suppliers"), Href: v.To("/suppliers")}, {Label: b.Name}},
		Firm:   page.Firm{Number: string(b.ID), Name: b.Name, Href: v.To("/suppliers/" + b.Slug), Country: b.Country, Seal: seal(b.Verification)},
		Place:  place(v, b), Since: v.Words.Month(b.Created), Checks: checks(v, b), Results: results,
	}
	if about == "" {
		about = b.About["en"]
	}
	if about == "" {
		about, p.Lang = b.About[b.Language], b.Language
	}
	p.About = paragraphs(about)
	if p.Figures, err = s.record(r.Context(), v, b.ID); err != nil {
		return err
	}
	if b.Street != "" {
		post := party.Postal{Organisation: b.Name, Street: b.Street, Postcode: b.Postcode, City: b.City, Country: b.Country}
		p.Imprint = append(p.Imprint, page.Line{Label: v.Words.T("goods.address"), Note: strings.Join(append(post.Lines(b.Country), v.Words.Country(b.Country)), ", ")})
	}
	if b.Founded > 0 {
		p.Imprint = append(p.Imprint, page.Line{Label: v.Words.T("goods.founded"), Note: strconv.Itoa(b.Founded)})
	}
	if b.People > 0 {
		p.Imprint = append(p.Imprint, page.Line{Label: v.Words.T("goods.people"), Note: v.Words.Number(int64(b.People))})
	}
	v.Title, v.Description, v.Canonical = b.Name, first(about, 155), s.Origin+v.Prefix+"/suppliers/"+b.Slug
	return s.show(w, r, page.StorefrontPage(v, p))
}

// document answers GET /terms, /privacy and /imprint with the newest version.
func (s *Site) document(w http.ResponseWriter, r *http.Request) error {
	v := s.view(r)
	d, err := s.Parties.Document(r.Context(), strings.TrimPrefix(v.Path, "/"), v.Words.Lang)
	if err != nil {
		return err
	}
	t := page.Text{Title: d.Title, Version: d.Version, Since: v.Words.Day(d.Issued), Sections: sections(d.Text)}
	v.Title, v.Canonical = d.Title, s.Origin+v.Prefix+v.Path
	return s.show(w, r, page.TextPage(v, t))
}

// sections reads a document's plain text: lines that begin with "## " are
// headings, those with "- " list items, the rest paragraphs.
func sections(text string) (out []page.Section) {
	out = append(out, page.Section{})
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		last := &out[len(out)-1]
		switch {
		case line == "":
		case strings.HasPrefix(line, "## "):
			out = append(out, page.Section{ID: "s" + strconv.Itoa(len(out)), Title: line[3:]})
		case strings.HasPrefix(line, "- "):
			last.List = append(last.List, line[2:])
		default:
			last.Paras = append(last.Paras, line)
		}
	}
	if len(out) > 1 && len(out[0].Paras) == 0 && len(out[0].List) == 0 {
		out = out[1:]
	}
	return out
}

// protection answers GET /protection: what is covered, and what is not.
func (s *Site) protection(w http.ResponseWriter, r *http.Request) error {
	v := s.view(r)
	t := s.Orders.Times
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	var out []page.Section
	for _, id := range []string{"hold", "silence", "wrong", "covered", "not_covered"} {
		sec := page.Section{ID: id, Title: v.Words.T("protection." + id)}
		for n := 1; v.Words.Has(fmt.Sprintf("protection.%s_%d", id, n)); n++ {
			sec.Paras = append(sec.Paras, v.Words.T(fmt.Sprintf("protection.%s_%d", id, n), "accept", days(t.Accept), "release", days(t.Release), "receive", days(t.Receive), "answer", days(t.Answer), "decide", days(t.Decide)))
		}
		out = append(out, sec)
	}
	v.Title, v.Canonical = v.Words.T("layout.protection"), s.Origin+v.Prefix+"/protection"
	return s.show(w, r, page.TextPage(v, page.Text{Title: v.Title, Sections: out}))
}

// picture answers GET /pictures/{id}/{width}. Its name is its content, so it
// may be kept for ever.
func (s *Site) picture(w http.ResponseWriter, r *http.Request) error {
	width, err := strconv.Atoi(r.PathValue("width"))
	if err != nil {
		return market.Missing("This picture")
	}
	f, at, err := s.Pictures.Open(catalog.PictureID(r.PathValue("id")), width)
	if errors.Is(err, fs.ErrNotExist) || market.KindOf(err) == market.NotFound {
		return market.Missing("This picture")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	visitOf(r).done()
	http.ServeContent(w, r, "", at, f)
	return nil
}

// chooseTheme answers POST /theme.
func (s *Site) chooseTheme(w http.ResponseWriter, r *http.Request) error {
	switch t := page.Theme(r.PostFormValue("theme")); t {
	case page.ThemeLight, page.ThemeDark:
		http.SetCookie(w, s.cookie(themeCookie, string(t), 365*24*3600))
	default:
		http.SetCookie(w, s.cookie(themeCookie, "", -1))
	}
	http.Redirect(w, r, local(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

// me answers GET /me, the fragment that tells a visitor's own state.
func (s *Site) me(w http.ResponseWriter, r *http.Request) error {
	v := s.view(r)
	if !v.Me.SignedIn && v.Me.Cart == 0 {
		if s.stranger(r) {
			w.Header().Set("Surrogate-Control", keptPages) // the same for all who carry no cookie
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.show(w, r, page.MeLinks(v, *v.Me))
}

// menuOf is what a person's account menu offers.
func menuOf(v *page.View, a market.Actor) (out []page.Option) {
	add := func(key, path string) {
		out = append(out, page.Option{Label: v.Words.T("menu." + key), Href: v.To(path)})
	}
	if a.Buys {
		add("orders", "/orders")
	}
	if a.Sells {
		add("desk", "/desk")
	}
	if a.Operator {
		add("house", "/house")
	}
	if a.Business != "" {
		add("messages", "/messages")
		add("addresses", "/account/addresses")
	}
	if a.SignedIn() {
		add("account", "/account")
	}
	return out
}
