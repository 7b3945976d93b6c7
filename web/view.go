package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
	"kontor/web/words"

	"github.com/a-h/templ"
)

// view begins a page of the shop for this request.
func (s *Site) view(r *http.Request) *page.View {
	at := visitOf(r)
	w := words.For(at.lang)
	v := &page.View{
		Words: w, Prefix: at.prefix, Keep: s.keep(at), Path: at.path, Rest: rest(r.URL.Query()), House: s.House,
		Theme: theme(r), Query: r.URL.Query().Get("q"),
	}
	v.Place = page.Place{Country: at.country, Name: w.Country(at.country), Currency: string(at.currency), Countries: countriesFor(w, at.country), Currencies: s.currencies(at.currency)}
	if tree, err := s.categories(r.Context()); err == nil {
		v.Categories = top(tree, v, r.URL.Query().Get("in"))
	}
	if at.known {
		v.Me = s.state(r, v)
	}
	if note := at.note; note != "" && w.Has("note."+note) {
		at.noted = true
		v.Flash = &page.Note{Tone: page.OK, Text: w.T("note." + note)}
	}
	return v
}

// state is the visitor's own, read once a request: their name, menu and cart.
func (s *Site) state(r *http.Request, v *page.View) *page.Me {
	at, a := visitOf(r), actor(r)
	if at.me != nil {
		return at.me
	}
	m := page.Me{SignedIn: a.SignedIn(), Name: at.business, Sells: a.Sells, SignOut: v.To("/sign-out"), Menu: menuOf(v, a)}
	if a.Operator {
		m.Name = v.Words.T("menu.house")
	}
	cart, err := s.Orders.Cart(r.Context(), a, s.cartID(r))
	if err != nil && market.KindOf(err) != market.NotFound {
		s.logOurs(r, err) // a page without the cart's count is still a page
	}
	m.Cart = len(cart.Lines)
	at.me = &m
	return at.me
}

// desk begins a page of a supplier's or the operator's desk.
func (s *Site) desk(r *http.Request, d page.Desk, who string, menu []page.Option) *page.View {
	v := s.view(r)
	v.Desk, v.Who = d, who
	for i := range menu {
		path := menu[i].Href
		menu[i].Chosen = at(v.Path, path)
		menu[i].Href = v.To(path)
	}
	v.Menu = menu
	return v
}

// at tells whether a menu's path leads to this page or above it.
func at(here, path string) bool {
	return here == path || strings.Count(path, "/") > 1 && strings.HasPrefix(here, path+"/")
}

// show answers with a page.
func (s *Site) show(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	s.write(w, r, http.StatusOK, c)
	return nil
}

func theme(r *http.Request) page.Theme {
	c, err := r.Cookie(themeCookie)
	if err != nil {
		return page.ThemeAuto
	}
	switch t := page.Theme(c.Value); t {
	case page.ThemeLight, page.ThemeDark:
		return t
	}
	return page.ThemeAuto
}

// categories is the tree as of at most ten seconds ago.
func (s *Site) categories(ctx context.Context) (catalog.Tree, error) {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	if s.Now().Before(s.tree.until) {
		return s.tree.tree, nil
	}
	tree, err := s.Catalog.Tree(ctx)
	if err != nil {
		return catalog.Tree{}, err
	}
	s.tree.tree, s.tree.until = tree, s.Now().Add(10*time.Second)
	return tree, nil
}

// mostTop bounds the categories of the head's row and its search box.
const mostTop = 24

// top is the head's row: the root categories, the chosen one marked.
func top(tree catalog.Tree, v *page.View, in string) []page.Option {
	roots := tree.Children("")
	out := make([]page.Option, 0, min(len(roots), mostTop))
	here, _ := strings.CutPrefix(v.Path, "/categories/")
	for i, c := range roots {
		if i == mostTop {
			break
		}
		out = append(out, page.Option{Value: c.Path, Label: c.Name(v.Words.Lang), Href: v.To("/categories/" + c.Path), Chosen: here == c.Path || strings.HasPrefix(here, c.Path+"/") || in == c.Path})
	}
	return out
}

// shownCurrencies are offered in the head; a listing may be priced in others.
var shownCurrencies = []market.Currency{"EUR", "GBP", "USD", "SEK", "PLN", "TRY", "INR", "CNY", "JPY"}

func (s *Site) currencies(chosen market.Currency) []page.Option {
	out := make([]page.Option, 0, len(shownCurrencies)+1)
	known := false
	for _, c := range shownCurrencies {
		known = known || c == chosen
		out = append(out, page.Option{Value: string(c), Label: string(c), Chosen: c == chosen})
	}
	if !known {
		out = append(out, page.Option{Value: string(chosen), Label: string(chosen), Chosen: true})
	}
	return out
}
