package web

import (
	"net/http"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
)

// listingStates are the tabs of a list of listings.
var listingStates = []catalog.State{"", catalog.Draft, catalog.Proposed, catalog.Published, catalog.Suspended}

// ownListings answers GET /desk/listings.
func (s *Site) ownListings(w http.ResponseWriter, r *http.Request) error {
	v := s.supplierView(r)
	p, err := s.listingsOf(r, v, "/desk/listings", func(v *page.View, list []catalog.Shown) page.Table {
		return listingTable(v, list, func(l catalog.Shown) string { return "/desk/listings/" + string(l.ID) })
	})
	if err != nil {
		return err
	}
	p.Acts = []page.Act{{Label: v.Words.T("editor.new"), Href: v.To("/desk/listings/new")}, {Label: v.Words.T("supplier.import"), Href: v.To("/desk/import")}, {Label: v.Words.T("supplier.export"), Href: v.To("/desk/export.csv")}}
	if len(p.Tables) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("supplier.no_listings"), Text: v.Words.T("supplier.no_listings_text"), Href: v.To("/desk/listings/new"), Link: v.Words.T("editor.new")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// listingsOf is a page of the actor's listings; for the operator, of everybody's.
func (s *Site) listingsOf(r *http.Request, v *page.View, path string, table func(*page.View, []catalog.Shown) page.Table) (page.List, error) {
	const many = 50
	q, words := r.URL.Query(), v.Words
	f := catalog.Filter{State: catalog.State(q.Get("state")), Text: strings.TrimSpace(q.Get("q")), After: catalog.ListingID(q.Get("after")), Limit: many + 1}
	p := page.List{Title: words.T("supplier.listings"), Find: find(v, path, words.T("supplier.find"), f.Text, "state", string(f.State))}
	list, err := s.Catalog.Own(r.Context(), actor(r), f)
	if err != nil {
		return p, err
	}
	counts, err := s.Catalog.Count(r.Context(), actor(r))
	if err != nil {
		return p, err
	}
	for _, state := range listingStates {
		o := page.Option{Label: words.T("editor.state_" + string(state)), Href: v.To(path, "state", string(state), "q", f.Text), Count: counts[state], Chosen: state == f.State}
		if state == "" {
			o.Label, o.Count = words.T("supplier.all"), counts[catalog.Draft]+counts[catalog.Proposed]+counts[catalog.Published]+counts[catalog.Suspended]
		}
		p.Tabs = append(p.Tabs, o)
	}
	if len(list) > many {
		list = list[:many]
		p.Next = v.To(path, "state", string(f.State), "q", f.Text, "after", string(list[many-1].ID))
	}
	if len(list) > 0 {
		p.Tables = []page.Table{table(v, list)}
	}
	return p, nil
}

// find is a form that narrows the list at path by a text; pairs of name and
// value are carried along.
func find(v *page.View, path, label, text string, pairs ...string) *page.Find {
	f := &page.Find{Action: v.Prefix + path, Field: page.Field{ID: "find", Name: "q", Label: label, Value: text, MaxLength: 80}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			f.Hidden = append(f.Hidden, page.Option{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return f
}

func listingTable(v *page.View, list []catalog.Shown, href func(catalog.Shown) string) page.Table {
	words := v.Words
	t := page.Table{Label: words.T("supplier.listings"), Pad: true, Stack: true, Cols: []page.Col{
		{Label: words.T("supplier.article"), Full: true}, {Label: words.T("order.state")}, {Label: words.T("supplier.variants"), Right: true, Lead: true},
		{Label: words.T("supplier.available"), Right: true, Lead: true}, {Label: words.T("supplier.from"), Right: true, Money: true, Lead: true},
	}}
	for _, l := range list {
		price := "–"
		if len(l.Variants) > 0 && len(l.Variants[0].Prices) > 0 {
			if lowest, ok := l.Lowest(l.Variants[0].Prices[0].Currency); ok {
				price = words.Money(lowest)
			}
		}
		name := l.Title(words.Lang)
		if name == "" {
			name = l.Article
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: name, Note: l.Article, Href: v.To(href(l))}, {Tag: stateTag(v, l.Listing)}, {Text: words.Number(int64(len(l.Variants)))}, {Text: words.Number(int64(left(l.Listing)))}, {Text: price},
		}})
	}
	return t
}

// stock answers GET /desk/stock: every variant with its stock, to be set there.
func (s *Site) stock(w http.ResponseWriter, r *http.Request) error {
	return s.showStock(w, r, page.Form{}, r.URL.Query().Get("q"), r.URL.Query().Get("after"))
}

func (s *Site) showStock(w http.ResponseWriter, r *http.Request, back page.Form, q, after string) error {
	const many = 50
	v := s.supplierView(r)
	words := v.Words
	p := page.List{Title: words.T("supplier.stock"), Lead: words.T("supplier.stock_lead"), Find: find(v, "/desk/stock", words.T("supplier.find"), q)}
	list, err := s.Catalog.Own(r.Context(), actor(r), catalog.Filter{Text: strings.TrimSpace(q), After: catalog.ListingID(after), Limit: many + 1})
	if err != nil {
		return err
	}
	if len(list) > many {
		list = list[:many]
		p.Next = v.To("/desk/stock", "q", q, "after", string(list[many-1].ID))
	}
	t := page.Table{Label: p.Title, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("supplier.article"), Full: true}, {Label: words.T("supplier.reserved"), Right: true, Lead: true}, {Label: words.T("supplier.available"), Right: true, Lead: true}, {Label: words.T("editor.stock"), Right: true, Full: true}}}
	for _, l := range list {
		for _, x := range l.Variants {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Text: l.Title(words.Lang), Note: strings.TrimPrefix(x.Label+" · "+x.SKU, " · "), Href: v.To("/desk/listings/" + string(l.ID))},
				{Text: words.Number(int64(x.Reserved))}, {Text: words.Number(int64(x.Available()))}, {Part: page.StockForm(words, stockLine(v, back, x, q, after))},
			}})
		}
	}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	} else {
		p.Empty = &page.Empty{Title: words.T("supplier.no_listings"), Text: words.T("supplier.no_listings_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func stockLine(v *page.View, back page.Form, x catalog.Variant, q, after string) page.StockLine {
	f := page.Form{ID: string(x.ID), Values: map[string]string{"stock": strconv.FormatInt(int64(x.OnHand), 10)}}
	if back.Value("variant") == string(x.ID) {
		f.Values, f.Faults = back.Values, back.Faults
		for _, fault := range f.Faults {
			fault.Field = "stock"
		}
	}
	return page.StockLine{
		Action: v.To("/desk/stock"), Field: f.Field("stock", v.Words.T("supplier.stock_of", "sku", x.SKU)),
		Hidden: []page.Option{{Label: "variant", Value: string(x.ID)}, {Label: "q", Value: q}, {Label: "after", Value: after}},
	}
}

// setStock answers POST /desk/stock.
func (s *Site) setStock(w http.ResponseWriter, r *http.Request) error {
	q, after := r.PostFormValue("q"), r.PostFormValue("after")
	n, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("stock")), 10, 64)
	if err != nil {
		err = &market.Fault{Kind: market.Invalid, Field: "stock", Msg: "This is not a whole number.", Fix: "Enter figures only, such as 24."}
	} else {
		err = s.Catalog.SetStock(r.Context(), actor(r), catalog.VariantID(r.PostFormValue("variant")), market.Quantity(n))
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showStock(w, r, f, q, after) })
	}
	http.Redirect(w, r, s.to(r, "/desk/stock", "note", "saved", "q", q, "after", after), http.StatusSeeOther)
	return nil
}
