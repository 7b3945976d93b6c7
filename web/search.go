package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
)

// pageSize is how many cards one page of results has.
const pageSize = 24

// finding is one state of the search page as its address says it.
type finding struct {
	q      catalog.Query
	pieces market.Quantity
	page   int
	path   string // "/search" or "/categories/…" or a storefront's
	values url.Values
}

// readFinding reads the address. What it does not understand is as if it were
// not there: an address is no form.
func (s *Site) readFinding(r *http.Request, category string, supplier market.BusinessID) finding {
	v, at := given(r.URL.Query()), visitOf(r)
	f := finding{values: v, path: at.path, page: max(1, whole(v.Get("page"), 1_000/pageSize)), pieces: market.Quantity(max(1, whole(v.Get("pieces"), 1_000_000)))}
	text := strings.TrimSpace(v.Get("q"))
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "")
	}
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200])
	}
	if in := v.Get("in"); category == "" {
		category = in
	}
	if supplier == "" && market.IsID(market.BusinessID(v.Get("supplier"))) {
		supplier = market.BusinessID(v.Get("supplier"))
	}
	f.q = catalog.Query{
		Text: text, Exactly: v.Get("exactly") == "1", Language: at.lang, Currency: at.currency, Category: category, Supplier: supplier,
		Origins: v["origin"], Band: v.Get("price"), MOQ: v.Get("moq"), Lead: v.Get("lead"), Sort: catalog.Sort(v.Get("sort")),
		Offset: (f.page - 1) * pageSize, Limit: pageSize,
	}
	if len(f.q.Origins) > 20 {
		f.q.Origins = f.q.Origins[:20]
	}
	return f
}

// whole reads a whole number from 0 to most; anything else is 0.
func whole(s string, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return min(n, most)
}

// with is the address of this search with one value set, or taken out when it
// is empty; the page number starts afresh.
func (f finding) with(v *page.View, key, value string) string {
	values := clone(f.values)
	values.Del("page")
	if key != "" {
		values.Set(key, value)
	}
	return f.address(v, values)
}

func (f finding) address(v *page.View, values url.Values) string {
	for _, k := range []string{"cur", "to", "note"} {
		values.Del(k)
	}
	if q := given(values).Encode(); q != "" {
		return v.To(f.path + "?" + q)
	}
	return v.To(f.path)
}

// toggled adds or removes one of several values.
func (f finding) toggled(v *page.View, key, value string) string {
	values := clone(f.values)
	values.Del("page")
	if i := slices.Index(values[key], value); i >= 0 {
		values[key] = slices.Delete(slices.Clone(values[key]), i, i+1)
	} else {
		values[key] = append(slices.Clone(values[key]), value)
	}
	return f.address(v, values)
}

// given is v without the values that are empty, and without what has no other:
// a field left empty in a form narrows nothing.
func given(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for k, vs := range v {
		if vs = slices.DeleteFunc(slices.Clone(vs), func(value string) bool { return value == "" }); len(vs) > 0 {
			out[k] = vs
		}
	}
	return out
}

func clone(v url.Values) url.Values {
	out := make(url.Values, len(v))
	for k, vs := range v {
		out[k] = vs
	}
	return out
}

// results asks the catalogue and fills the page.
func (s *Site) results(r *http.Request, v *page.View, f finding) (page.Search, error) {
	tree, err := s.categories(r.Context())
	if err != nil {
		return page.Search{}, err
	}
	found, shown, err := s.Catalog.Search(r.Context(), f.q)
	if err != nil {
		return page.Search{}, err
	}
	c, err := s.counting(r.Context(), v, visitOf(r), shown...)
	if err != nil {
		return page.Search{}, err
	}
	w := v.Words
	money := ""
	if c.foreign(shown) {
		money = w.T("goods.some_other_money", "wanted", string(c.currency))
	}
	out := page.Search{
		Money: money,
		Query: f.q.Text, Total: found.Total, Exact: f.with(v, "exactly", "1"), Pieces: int(f.pieces), Action: v.To(f.path),
		Cards: c.cards(shown, f.pieces), RemoveAll: f.bare(v),
	}
	if i := strings.IndexByte(out.Action, '?'); i >= 0 {
		out.Action = out.Action[:i]
	}
	if found.ReadAs != "" {
		out.Typed, out.Query = f.q.Text, found.ReadAs
	}
	for _, n := range tree.Children(f.q.Category) {
		for _, count := range found.Category {
			if count.Key == n.Path && count.N > 0 {
				out.Below = append(out.Below, page.Option{Label: n.Name(w.Lang), Href: f.category(v, n.Path), Count: count.N})
			}
		}
	}
	firms, err := s.firms(r.Context())
	if err != nil {
		return page.Search{}, err
	}
	out.Facets = facets(v, f, found, firms)
	out.Chosen = chosen(v, f, tree, firms)
	for _, by := range []catalog.Sort{catalog.ByRelevance, catalog.ByPrice, catalog.ByMOQ, catalog.ByLead, catalog.ByNewest} {
		out.Sort = append(out.Sort, page.Option{Value: string(by), Label: w.T("goods.sort_" + sortName(by)), Chosen: f.q.Sort == by})
	}
	out.Hidden = hidden(f.values, "sort", "pieces", "page", "note")
	out.Pager = pager(v, f, found.Total)
	if found.Total == 0 {
		out.Loosen = loosen(v, f)
	}
	return out, nil
}

func sortName(by catalog.Sort) string {
	if by == catalog.ByRelevance {
		return "relevance"
	}
	return string(by)
}

// category is the address of the same search in another category.
func (f finding) category(v *page.View, path string) string {
	values := clone(f.values)
	values.Del("page")
	values.Del("in")
	g := f
	switch {
	case strings.HasPrefix(f.path, "/suppliers/"):
		values.Set("in", path)
	case path == "":
		g.path = "/search"
	default:
		g.path = "/categories/" + path
	}
	return g.address(v, values)
}

// bare is the address without anything that narrows, the text kept.
func (f finding) bare(v *page.View) string {
	values := url.Values{}
	for _, k := range []string{"q", "pieces", "sort"} {
		if f.values.Get(k) != "" {
			values.Set(k, f.values.Get(k))
		}
	}
	return f.address(v, values)
}

func hidden(values url.Values, without ...string) (out []page.Option) {
	keys := make([]string, 0, len(values))
	for k := range values {
		if !slices.Contains(without, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		for _, value := range values[k] {
			out = append(out, page.Option{Label: k, Value: value})
		}
	}
	return out
}

func facets(v *page.View, f finding, found catalog.Found, firms *firmList) []page.Facet {
	w := v.Words
	one := func(name string, counts []catalog.Count, label func(string) string) page.Facet {
		facet := page.Facet{Name: name, Title: w.T("goods.facet_" + name)}
		for _, c := range counts {
			if c.N == 0 && !c.Chosen {
				continue
			}
			value := c.Key
			if c.Chosen {
				value = ""
			}
			facet.Options = append(facet.Options, page.Option{Value: c.Key, Label: label(c.Key), Count: c.N, Chosen: c.Chosen, Href: f.with(v, name, value)})
		}
		return facet
	}
	origin := page.Facet{Name: "origin", Title: w.T("goods.facet_origin"), Many: true, Flags: true}
	for i, c := range found.Origins {
		if c.N == 0 && !c.Chosen {
			continue
		}
		o := page.Option{Value: c.Key, Label: w.Country(c.Key), Count: c.N, Chosen: c.Chosen, Href: f.toggled(v, "origin", c.Key)}
		if i < 8 || c.Chosen {
			origin.Options = append(origin.Options, o)
		} else {
			origin.More = append(origin.More, o)
		}
	}
	all := []page.Facet{
		one("price", found.Bands, func(k string) string { return band(v, catalog.PriceBands, k, "price", visitCurrency(v)) }),
		one("moq", found.MOQs, func(k string) string { return band(v, catalog.MOQBands, k, "moq", "") }),
		one("lead", found.Leads, func(k string) string { return band(v, catalog.LeadBands, k, "lead", "") }),
		origin,
	}
	if f.q.Supplier == "" || !strings.HasPrefix(f.path, "/suppliers/") {
		all = append(all, one("supplier", found.Supplier, firms.name))
	}
	return slices.DeleteFunc(all, func(f page.Facet) bool { return len(f.Options) == 0 })
}

func visitCurrency(v *page.View) market.Currency { return market.Currency(v.Place.Currency) }

// band names a step of a facet: "€5 to €10", "51 to 200", "up to 3 days".
func band(v *page.View, bands []catalog.Band, key, kind string, c market.Currency) string {
	w := v.Words
	for i, b := range bands {
		if b.Key != key {
			continue
		}
		text := func(n int64) string {
			if c != "" {
				return w.Money(market.Of(scaled(n, c), c))
			}
			return w.Number(n)
		}
		if i == len(bands)-1 {
			return w.T("goods.band_"+kind+"_from", "from", text(b.From))
		}
		to := bands[i+1].From
		if c == "" {
			to--
		}
		return w.T("goods.band_"+kind, "from", text(b.From), "to", text(to))
	}
	return key
}

// scaled turns a band's bound, in hundredths, into minor units of c.
func scaled(n int64, c market.Currency) int64 {
	for d := c.Digits(); d < 2; d++ {
		n /= 10
	}
	for d := c.Digits(); d > 2; d-- {
		n *= 10
	}
	return n
}

// chosen is everything that narrows the list, each with the way to remove it.
func chosen(v *page.View, f finding, tree catalog.Tree, firms *firmList) (out []page.Option) {
	w := v.Words
	add := func(label, href string) { out = append(out, page.Option{Label: label, Href: href}) }
	if k := f.q.Band; k != "" {
		add(band(v, catalog.PriceBands, k, "price", visitCurrency(v)), f.with(v, "price", ""))
	}
	if k := f.q.MOQ; k != "" {
		add(w.T("goods.facet_moq")+": "+band(v, catalog.MOQBands, k, "moq", ""), f.with(v, "moq", ""))
	}
	if k := f.q.Lead; k != "" {
		add(w.T("goods.facet_lead")+": "+band(v, catalog.LeadBands, k, "lead", ""), f.with(v, "lead", ""))
	}
	for _, c := range f.q.Origins {
		add(w.Country(c), f.toggled(v, "origin", c))
	}
	if f.q.Supplier != "" && f.values.Get("supplier") != "" {
		add(firms.name(string(f.q.Supplier)), f.with(v, "supplier", ""))
	}
	if in := f.values.Get("in"); in != "" {
		if n, ok := tree.Node(in); ok {
			add(n.Name(w.Lang), f.with(v, "in", ""))
		}
	}
	return out
}

func pager(v *page.View, f finding, total int) (p page.Pager) {
	last := min((total+pageSize-1)/pageSize, 1_000/pageSize)
	if last < 2 {
		return p
	}
	at := func(n int) string { return f.paged(v, n) }
	for n := 1; n <= last; n++ {
		if n == 1 || n == last || n >= f.page-2 && n <= f.page+2 {
			p.Pages = append(p.Pages, page.Option{Label: strconv.Itoa(n), Href: at(n), Chosen: n == f.page})
		} else if len(p.Pages) > 0 && p.Pages[len(p.Pages)-1].Href != "" {
			p.Pages = append(p.Pages, page.Option{Label: "…"})
		}
	}
	if f.page > 1 {
		p.Previous = at(f.page - 1)
	}
	if f.page < last {
		p.Next = at(f.page + 1)
	}
	return p
}

func (f finding) paged(v *page.View, n int) string {
	values := clone(f.values)
	values.Set("page", strconv.Itoa(n))
	if n == 1 {
		values.Del("page")
	}
	return f.address(v, values)
}

// loosen are ways out of an empty result: without each thing that narrows, in
// all categories, and everything.
func loosen(v *page.View, f finding) (out []page.Option) {
	w := v.Words
	for _, k := range []string{"price", "moq", "lead", "origin", "supplier"} {
		if f.values.Get(k) != "" {
			out = append(out, page.Option{Label: w.T("goods.without", "what", w.T("goods.facet_"+k)), Href: f.with(v, k, "")})
		}
	}
	if f.q.Exactly {
		out = append(out, page.Option{Label: w.T("goods.with_typos"), Href: f.with(v, "exactly", "")})
	}
	if f.q.Category != "" {
		out = append(out, page.Option{Label: w.T("goods.in_all"), Href: f.category(v, "")})
	}
	if words := strings.Fields(f.q.Text); len(words) > 1 {
		for _, word := range words[:min(3, len(words))] {
			out = append(out, page.Option{Label: w.T("goods.only", "word", word), Href: v.To("/search", "q", word)})
		}
	}
	return append(out, page.Option{Label: w.T("layout.all_goods"), Href: v.To("/search")})
}

// search answers GET /search.
func (s *Site) search(w http.ResponseWriter, r *http.Request) error { return s.finds(w, r, "") }

// category answers GET /categories/{path...}.
func (s *Site) category(w http.ResponseWriter, r *http.Request) error {
	path := r.PathValue("path")
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	if !tree.Has(path) {
		return market.Missing("This category")
	}
	return s.finds(w, r, path)
}

func (s *Site) finds(w http.ResponseWriter, r *http.Request, category string) error {
	v := s.view(r)
	f := s.readFinding(r, category, "")
	out, err := s.results(r, v, f)
	if err != nil {
		return err
	}
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	out.Crumbs = []page.Option{{Label: v.House.Name, Href: v.To("/")}}
	trail := tree.Trail(f.q.Category)
	for i, n := range trail {
		o := page.Option{Label: n.Name(v.Words.Lang), Href: f.category(v, n.Path)}
		if i == len(trail)-1 {
			out.Category = o.Label
		}
		out.Crumbs = append(out.Crumbs, o)
	}
	if len(trail) == 0 {
		out.Crumbs = append(out.Crumbs, page.Option{Label: v.Words.T("layout.all_goods"), Href: v.To("/search")})
	}
	v.In = f.q.Category
	v.Title = out.Category
	if out.Query != "" {
		v.Title = out.Query
	}
	if v.Title == "" {
		v.Title = v.Words.T("layout.all_goods")
	}
	if category != "" && v.Rest == "" {
		v.Canonical = s.Origin + v.Prefix + v.Path
	}
	return s.show(w, r, page.SearchPage(v, out))
}
