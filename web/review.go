package web

import (
	"cmp"
	"net/http"
	"slices"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
)

// reviewQueue answers GET /house/review: proposed listings and published ones
// with a change, oldest first.
func (s *Site) reviewQueue(w http.ResponseWriter, r *http.Request) error {
	const many = 50
	list, err := s.Catalog.Queue(r.Context(), actor(r), catalog.ListingID(r.URL.Query().Get("after")), many+1)
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.review"), Lead: words.T("operator.review_lead")}
	if len(list) > many {
		list = list[:many]
		p.Next = v.To("/house/review", "after", string(list[many-1].ID))
	}
	if len(list) == 0 {
		p.Empty = &page.Empty{Title: words.T("operator.reviewed"), Text: words.T("operator.reviewed_text")}
	} else {
		p.Tables = []page.Table{judgeTable(v, list)}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func housePath(l catalog.Shown) string { return "/house/listings/" + string(l.ID) }

// judgeTable lists listings with their suppliers, for the operator.
func judgeTable(v *page.View, list []catalog.Shown) page.Table {
	t := listingTable(v, list, housePath)
	t.Cols = append(t.Cols[:1:1], append([]page.Col{{Label: v.Words.T("goods.supplier")}}, t.Cols[1:]...)...)
	for i, l := range list {
		cells := t.Rows[i].Cells
		supplier := page.Cell{Text: l.SupplierName, Flag: l.SupplierCountry, Href: v.To("/house/businesses/" + string(l.Supplier))}
		t.Rows[i].Cells = append(cells[:1:1], append([]page.Cell{supplier}, cells[1:]...)...)
	}
	return t
}

// allListings answers GET /house/listings.
func (s *Site) allListings(w http.ResponseWriter, r *http.Request) error {
	v := s.operatorView(r)
	p, err := s.listingsOf(r, v, "/house/listings", judgeTable)
	if err != nil {
		return err
	}
	p.Title = v.Words.T("operator.listings")
	if len(p.Tables) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("operator.nothing"), Text: v.Words.T("operator.nothing_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// judgeListing answers GET /house/listings/{id}: what the operator may do with
// it, and the way to the page as buyers see it.
func (s *Site) judgeListing(w http.ResponseWriter, r *http.Request) error {
	return s.showJudge(w, r, page.Form{})
}

func (s *Site) showJudge(w http.ResponseWriter, r *http.Request, f page.Form) error {
	l, err := s.Catalog.Edit(r.Context(), actor(r), listingID(r))
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	path := housePath(l)
	p := page.List{
		Title: l.Title(words.Lang), Lead: words.T("operator.of_supplier", "supplier", l.SupplierName, "article", l.Article),
		Crumbs: []page.Option{{Label: words.T("operator.listings"), Href: v.To("/house/listings")}, {Label: l.Title(words.Lang)}},
		Acts:   []page.Act{{Label: words.T("operator.as_buyers"), Href: v.To("/desk/listings/" + string(l.ID) + "/view")}},
		Notes:  []page.Note{{Tone: stateTag(v, l.Listing).Tone, Text: stateTag(v, l.Listing).Text}},
	}
	if l.Reason != "" {
		p.Notes = append(p.Notes, page.Note{Tone: page.Warn, Strong: words.T("editor.reason"), Text: l.Reason})
	}
	button := func(step, label string) {
		p.Acts = append(p.Acts, page.Act{Label: words.T("operator.do_" + label), Action: v.To(path + "/" + step), Hidden: versioned(l.Version)})
	}
	reasoned := func(step, lead string) {
		f.ID, f.Action = step, v.To(path+"/"+step)
		p.Forms = append(p.Forms, page.ActForm{ID: step, Brick: true, Title: words.T("operator.do_" + step), Lead: words.T("operator.do_" + lead + "_lead"), Form: f, Hidden: madeFrom(f, l.Version), Button: words.T("operator.do_" + step), Areas: []page.Field{f.Field("reason", words.T("operator.reason")).Must().UpTo(catalog.MostReason)}})
	}
	switch l.State {
	case catalog.Proposed:
		button("publish", "publish")
		reasoned("return", "return")
	case catalog.Published:
		if l.Waits() {
			button("publish", "publish_change")
			reasoned("return", "return_change")
		}
		reasoned("suspend", "suspend")
	case catalog.Suspended:
		button("restore", "restore")
	}
	if len(p.Forms) == 0 { // what was wrong has no form to stand in: the listing moved on
		for _, fault := range f.Faults {
			p.Notes = append(p.Notes, page.Note{Tone: page.Bad, Text: fault.Msg + " " + fault.Fix})
		}
	}
	p.Tables = s.judgedTables(v, l)
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// fact is one thing that a listing says, in the operator's words.
type fact struct{ label, value string }

// facts is what a listing says, in every language.
func facts(v *page.View, l catalog.Shown) (said []fact) {
	words := v.Words
	add := func(label, value string) {
		if value != "" {
			said = append(said, fact{label, value})
		}
	}
	for _, lang := range textFields(listingValues(l.Listing, ""), "titles.", l.Language) {
		add(words.T("editor.title", "language", languageName(lang)), l.Titles[lang])
		add(words.T("editor.description", "language", languageName(lang)), l.Descriptions[lang])
	}
	add(words.T("editor.category"), l.Category)
	for _, a := range attributes(v, l) {
		add(a.Label, a.Value)
	}
	return said
}

// changed lays what a listing's pending change says beside what is on sale:
// only what differs. Pictures are counted; the page as buyers see it shows them.
func changed(v *page.View, l catalog.Shown) page.Table {
	words := v.Words
	wanted := l
	wanted.Listing = l.Wanted()
	t := page.Table{Caption: words.T("operator.changed"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("operator.what"), Full: true}, {Label: words.T("operator.on_sale"), Full: true, Lead: true}, {Label: words.T("operator.wanted"), Full: true, Lead: true}}}
	row := func(label, was, is string) {
		t.Rows = append(t.Rows, page.Row{Cells: page.Cells(label, cmp.Or(was, "–"), cmp.Or(is, "–"))})
	}
	gone, come := facts(v, l), facts(v, wanted)
	come = slices.DeleteFunc(come, func(f fact) bool { // said before and after
		i := slices.Index(gone, f)
		if i >= 0 {
			gone = slices.Delete(gone, i, i+1)
		}
		return i >= 0
	})
	for _, f := range come {
		was := ""
		if i := slices.IndexFunc(gone, func(g fact) bool { return g.label == f.label }); i >= 0 {
			was = gone[i].value
			gone = slices.Delete(gone, i, i+1)
		}
		row(f.label, was, f.value)
	}
	for _, f := range gone {
		row(f.label, f.value, "")
	}
	if l.Language != wanted.Language {
		row(words.T("editor.language"), languageName(l.Language), languageName(wanted.Language))
	}
	if !slices.EqualFunc(l.Pictures, wanted.Pictures, func(x, y catalog.Picture) bool { return x.ID == y.ID && x.Alt == y.Alt }) {
		row(words.T("operator.pictures"), words.Number(int64(len(l.Pictures))), words.Number(int64(len(wanted.Pictures))))
	}
	return t
}

// judgedTables show what a listing says, in every language, and its variants;
// before them, what its supplier wants to change.
func (s *Site) judgedTables(v *page.View, l catalog.Shown) (tables []page.Table) {
	words := v.Words
	if l.Pending != nil {
		tables = append(tables, changed(v, l))
	}
	says := page.Table{Caption: words.T("operator.says"), Plain: true, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("operator.what")}, {Label: words.T("editor.value")}}}
	for _, f := range facts(v, l) {
		says.Rows = append(says.Rows, page.Row{Cells: page.Cells(f.label, f.value)})
	}
	variants := page.Table{Caption: words.T("editor.variants"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("editor.sku")}, {Label: words.T("editor.label")}, {Label: words.T("editor.stock"), Right: true, Lead: true}, {Label: words.T("supplier.from"), Right: true, Money: true, Lead: true}}}
	for _, x := range l.Variants {
		price := "–"
		if len(x.Prices) > 0 && len(x.Prices[0].Tiers) > 0 {
			price = words.Money(market.Of(x.Prices[0].Tiers[0].Minor, x.Prices[0].Currency))
		}
		variants.Rows = append(variants.Rows, page.Row{Cells: page.Cells(x.SKU, x.Label, words.Number(int64(x.OnHand)), price)})
	}
	return append(tables, says, variants)
}

// judged answers POST /house/listings/{id}/{step}. From the queue it goes back
// to the queue, where the next one waits.
func (s *Site) judged(w http.ResponseWriter, r *http.Request) error {
	ctx, a, id, reason := r.Context(), actor(r), listingID(r), r.PostFormValue("reason")
	step, back := r.PathValue("step"), "/house/review"
	var err error
	switch step {
	case "publish":
		err = s.Catalog.Publish(ctx, a, id, version(r))
	case "return":
		err = s.Catalog.Return(ctx, a, id, version(r), reason)
	case "suspend":
		err, back = s.Catalog.Suspend(ctx, a, id, version(r), reason), "/house/listings/"+string(id)
	case "restore":
		err, back = s.Catalog.Restore(ctx, a, id, version(r)), "/house/listings/"+string(id)
	default:
		return market.Missing("This step")
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			if step == "publish" || step == "restore" {
				return err // its page has no form to show what the listing lacks
			}
			return s.showJudge(w, r, f)
		})
	}
	return s.seeOther(w, r, back, "house."+step)
}
