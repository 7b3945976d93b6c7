package web

import (
	"net/http"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
)

// businesses answers GET /house/businesses.
func (s *Site) businesses(w http.ResponseWriter, r *http.Request) error {
	const many = 50
	q := r.URL.Query()
	f := party.BusinessFilter{Verification: party.Verification(q.Get("verification")), State: party.State(q.Get("state")), After: market.BusinessID(q.Get("after")), Limit: many + 1}
	list, err := s.Parties.Businesses(r.Context(), actor(r), f)
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.businesses")}
	tab := func(key string, filter ...string) {
		chosen := true
		for i := 0; i+1 < len(filter); i += 2 {
			chosen = chosen && q.Get(filter[i]) == filter[i+1]
		}
		if len(filter) == 0 {
			chosen = f.Verification == "" && f.State == ""
		}
		p.Tabs = append(p.Tabs, page.Option{Label: words.T("operator.firms_" + key), Href: v.To("/house/businesses", filter...), Chosen: chosen})
	}
	tab("all")
	tab("in_check", "verification", string(party.InCheck))
	tab("unchecked", "verification", string(party.Unchecked))
	tab("checked", "verification", string(party.Checked))
	tab("suspended", "state", string(party.Suspended))
	if len(list) > many {
		list = list[:many]
		p.Next = v.To("/house/businesses", "verification", string(f.Verification), "state", string(f.State), "after", string(list[many-1].ID))
	}
	t := page.Table{Label: p.Title, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("operator.business")}, {Label: words.T("goods.place_column")}, {Label: words.T("operator.does")}, {Label: words.T("operator.check")}, {Label: words.T("operator.since"), Right: true, Lead: true}}}
	for _, b := range list {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: b.Name, Href: v.To("/house/businesses/" + string(b.ID))}, {Text: place(v, b), Flag: b.Country}, {Text: trades(v, b)}, {Tag: checkTag(v, b)}, {Text: words.Day(b.Created)},
		}})
	}
	if len(list) > 0 {
		p.Tables = []page.Table{t}
	} else {
		p.Empty = &page.Empty{Title: words.T("operator.nothing"), Text: words.T("operator.nothing_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// trades says whether a business buys, sells, or both.
func trades(v *page.View, b party.Business) string {
	switch {
	case b.Buys && b.Sells:
		return v.Words.T("operator.buys_sells")
	case b.Sells:
		return v.Words.T("operator.sells")
	}
	return v.Words.T("operator.buys")
}

// checkTag is what the house has checked of a business, or that it is suspended.
func checkTag(v *page.View, b party.Business) *page.Tag {
	if b.State == party.Suspended {
		return &page.Tag{Tone: page.Bad, Text: v.Words.T("operator.firms_suspended")}
	}
	tones := map[party.Verification]page.Tone{party.InCheck: page.Warn, party.Checked: page.OK}
	return &page.Tag{Tone: tones[b.Verification], Text: v.Words.T("operator.firms_" + string(b.Verification))}
}

// oneBusiness answers GET /house/businesses/{id}, sealed data left out.
func (s *Site) oneBusiness(w http.ResponseWriter, r *http.Request) error {
	return s.showOneBusiness(w, r, page.Form{}, nil)
}

func businessID(r *http.Request) market.BusinessID { return market.BusinessID(r.PathValue("id")) }

func (s *Site) showOneBusiness(w http.ResponseWriter, r *http.Request, f page.Form, sealed []page.Row) error {
	b, err := s.Parties.Business(r.Context(), actor(r), businessID(r))
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	path := "/house/businesses/" + string(b.ID)
	p := page.List{
		Title: b.Name, Lead: place(v, b) + " · " + trades(v, b),
		Crumbs: []page.Option{{Label: words.T("operator.businesses"), Href: v.To("/house/businesses")}, {Label: b.Name}},
		Notes:  []page.Note{{Tone: checkTag(v, b).Tone, Text: checkTag(v, b).Text}},
	}
	for _, fault := range f.Faults {
		p.Notes = append(p.Notes, page.Note{Tone: page.Bad, Text: fault.Msg + " " + fault.Fix})
	}
	button := func(step string) {
		p.Acts = append(p.Acts, page.Act{Label: words.T("operator.do_" + step), Action: v.To(path + "/" + step), Hidden: versioned(b.Version)})
	}
	if b.Verification != party.Checked {
		button("checked")
	}
	if b.Verification != party.InCheck {
		button("in_check")
	}
	if b.Verification != party.Unchecked {
		button("unchecked")
	}
	if b.State == party.Active {
		button("close")
	} else {
		button("resume")
	}
	facts := page.Table{Caption: words.T("operator.public"), Plain: true, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("operator.what")}, {Label: words.T("editor.value")}}}
	storefront := page.Cell{Text: "/suppliers/" + b.Slug}
	if b.Sells {
		storefront.Href = v.To("/suppliers/" + b.Slug)
	}
	facts.Rows = []page.Row{
		{Cells: []page.Cell{{Text: words.T("supplier.storefront")}, storefront}},
		{Cells: page.Cells(words.T("operator.since"), words.Day(b.Created))},
		{Cells: page.Cells(words.T("business.language"), languageName(b.Language))},
		{Cells: page.Cells(words.T("layout.currency"), string(b.Currency))},
	}
	if b.Verification == party.Checked {
		facts.Rows = append(facts.Rows, page.Row{Cells: page.Cells(words.T("operator.firms_checked"), words.Day(b.VerifiedAt))})
	}
	p.Tables = []page.Table{facts}
	if sealed != nil {
		p.Tables = append(p.Tables, page.Table{Caption: words.T("business.legal"), Plain: true, Pad: true, Stack: true, Cols: facts.Cols, Rows: sealed})
	} else {
		p.Forms = []page.ActForm{{ID: "legal", Title: words.T("business.legal"), Lead: words.T("operator.see_lead"), Form: page.Form{ID: "legal", Action: v.To(path + "/legal")}, Button: words.T("operator.see")}}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// seeLegal answers POST /house/businesses/{id}/legal: legal data, where
// it is, and bank account, opened for a check.
func (s *Site) seeLegal(w http.ResponseWriter, r *http.Request) error {
	why := party.Purpose{Kind: "kyb", ID: string(businessID(r))}
	legal, err := s.Parties.Legal(r.Context(), actor(r), businessID(r), why)
	if err != nil {
		return err
	}
	bank, err := s.Parties.Bank(r.Context(), actor(r), businessID(r), why)
	if err != nil {
		return err
	}
	seat, err := s.Parties.Seat(r.Context(), actor(r), businessID(r), why)
	if err != nil {
		return err
	}
	words := s.view(r).Words
	rows := []page.Row{}
	for _, line := range []struct{ key, value string }{
		{"business.legal_name", legal.Name}, {"business.tax_number", legal.TaxNumber}, {"business.street", seat.Street}, {"business.postcode", seat.Postcode}, {"order.bank_holder", bank.Holder}, {"business.iban", bank.IBAN},
		{"business.number", bank.Number}, {"business.bic", bank.BIC}, {"business.bank_name", bank.Name},
	} {
		if line.value == "" {
			line.value = words.T("operator.not_given")
		}
		rows = append(rows, page.Row{Cells: page.Cells(words.T(line.key), line.value)})
	}
	return s.showOneBusiness(w, r, page.Form{}, rows)
}

// judgeBusiness answers POST /house/businesses/{id}/{step}.
func (s *Site) judgeBusiness(w http.ResponseWriter, r *http.Request) error {
	ctx, a, id := r.Context(), actor(r), businessID(r)
	step := r.PathValue("step")
	var err error
	switch step {
	case "checked", "in_check", "unchecked":
		_, err = s.Parties.Verify(ctx, a, id, party.Verification(step), version(r))
	case "close":
		_, err = s.Parties.Suspend(ctx, a, id, version(r))
	case "resume":
		_, err = s.Parties.Resume(ctx, a, id, version(r))
	default:
		return market.Missing("This step")
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showOneBusiness(w, r, f, nil) })
	}
	return s.seeOther(w, r, "/house/businesses/"+string(id), "house."+step)
}
