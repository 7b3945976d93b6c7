package web

import (
	"strconv"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
)

// listingValues is a listing as the editor's fields hold it. preset is the
// currency of a first price list.
func listingValues(l catalog.Listing, preset market.Currency) map[string]string {
	values := map[string]string{
		"article": l.Article, "language": l.Language, "category": l.Category, "unit": l.Unit, "moq": number(l.MOQ), "multiple": number(l.Multiple),
		"lead_days": strconv.Itoa(l.LeadDays), "origin": l.Origin, "hs_code": l.HSCode, "preset": string(preset),
	}
	for lang, text := range l.Titles {
		values["titles."+lang] = text
	}
	for lang, text := range l.Descriptions {
		values["descriptions."+lang] = text
	}
	for i, a := range l.Attributes {
		path := nth("attributes", i)
		values[path+".name"], values[path+".kind"], values[path+".value"], values[path+".unit"] = a.Name, string(a.Kind), a.Value, a.Unit
	}
	for i, x := range l.Variants {
		path := nth("variants", i)
		values[path+".id"], values[path+".sku"], values[path+".label"] = string(x.ID), x.SKU, x.Label
		values[path+".weight_grams"], values[path+".stock"], values[path+".stock_was"] = number(x.WeightGrams), number(x.OnHand), number(x.OnHand)
		values[path+".length_mm"], values[path+".width_mm"], values[path+".height_mm"] = number(x.LengthMM), number(x.WidthMM), number(x.HeightMM)
		for j, p := range x.Prices {
			at := nth(path+".prices", j)
			values[at+".currency"] = string(p.Currency)
			for k, t := range p.Tiers {
				tier := nth(at+".tiers", k)
				values[tier+".from"], values[tier+".minor"] = number(t.From), market.Of(t.Minor, p.Currency).Decimal()
			}
		}
	}
	return values
}

// number is a figure's field; 0 is empty, which reads as 0 again.
func number[T ~int64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// editor makes a listing's editor from what its fields hold.
type editor struct {
	v    *page.View
	f    page.Form
	l    catalog.Shown
	tree catalog.Tree
}

func (m editor) build() page.Editor {
	v, w, l := m.v, m.v.Words, m.l
	p := page.Editor{Title: l.Title(w.Lang), Form: m.f, Propose: l.State == catalog.Draft || l.Version == 0}
	p.Form.Action = v.To("/desk/listings")
	if p.Title == "" {
		p.Title = w.T("editor.new")
	}
	p.Crumbs = []page.Option{{Label: w.T("supplier.listings"), Href: v.To("/desk/listings")}, {Label: p.Title}}
	if l.Version > 0 {
		m.stored(&p)
	}
	first := m.f.Value("language")
	for _, lang := range textFields(m.f.Values, "titles.", first) {
		name := languageName(lang)
		t := page.EditorText{
			Title:       m.f.Field("titles."+lang, w.T("editor.title", "language", name)).UpTo(catalog.MostTitle),
			Description: m.f.Field("descriptions."+lang, w.T("editor.description", "language", name)).UpTo(catalog.MostDescription).Tall(6),
		}
		t.Title.Required = lang == first
		p.Texts = append(p.Texts, t)
	}
	p.Another = page.Field{ID: "f-another", Name: "another", Label: w.T("business.another"), Options: append([]page.Option{{Label: w.T("business.no_other")}}, languages("")...)}
	p.Trade = m.trade()
	m.attributes(&p)
	m.variants(&p)
	return p
}

// stored adds what only a listing has that is kept already.
func (m editor) stored(p *page.Editor) {
	v, w, l := m.v, m.v.Words, m.l
	path := "/desk/listings/" + string(l.ID)
	p.Form.Action, p.Tag = v.To(path), stateTag(v, l.Listing)
	p.Hidden = madeFrom(m.f, l.Version)
	p.Acts = append(p.Acts, page.Act{Label: w.T("editor.view"), Href: v.To(path + "/view")})
	if l.State != catalog.Draft {
		p.Acts = append(p.Acts, page.Act{Label: w.T("editor.withdraw"), Action: v.To(path + "/withdraw"), Hidden: []page.Option{{Label: "version", Value: number(l.Version)}}})
	}
	if l.Reason != "" {
		p.Notes = append(p.Notes, page.Note{Tone: page.Warn, Strong: w.T("editor.reason"), Text: l.Reason})
	}
	if l.Pending != nil {
		p.Acts = append(p.Acts, page.Act{Label: w.T("editor.discard"), Action: v.To(path + "/discard"), Hidden: []page.Option{{Label: "version", Value: number(l.Version)}}})
	}
	if l.State == catalog.Published {
		p.Notes = append(p.Notes, page.Note{Tone: page.Sea, Text: w.T("editor." + review(l.Listing))})
	}
	pictures := page.EditorPictures{Add: page.Upload{
		Form: page.Form{Action: v.To(path + "/pictures")}, Many: true, Accept: "image/jpeg,image/png,image/webp,image/gif", Button: w.T("editor.add_pictures"),
		Field: page.Field{ID: "f-add", Name: "pictures", Label: w.T("editor.choose_pictures"), Err: m.f.Fault("pictures"), Required: true},
	}}
	for i, x := range l.Wanted().Pictures {
		k := page.KeptPicture{Pic: picture(x, "12rem")}
		step := func(label, name string) {
			k.Acts = append(k.Acts, page.Act{Label: label, Action: v.To(path + "/pictures/" + string(x.ID)), Hidden: []page.Option{{Label: "step", Value: name}}})
		}
		if i > 0 {
			step(w.T("editor.first"), "first")
		}
		step(w.T("editor.remove"), "remove")
		pictures.Kept = append(pictures.Kept, k)
	}
	p.Pictures = &pictures
}

// review is the word for how far the change of a published listing got.
func review(l catalog.Listing) string {
	switch {
	case l.Waits():
		return "change_waits"
	case l.Pending != nil:
		return "change_returned"
	}
	return "change_first"
}

// stateTag is listingTag, or that a published listing has a change to review.
func stateTag(v *page.View, l catalog.Listing) *page.Tag {
	if l.State == catalog.Published && l.Waits() {
		return &page.Tag{Tone: page.Sea, Text: v.Words.T("editor.state_changed")}
	}
	return listingTag(v, l.State)
}

// listingTag is a listing's state in a word.
func listingTag(v *page.View, s catalog.State) *page.Tag {
	tones := map[catalog.State]page.Tone{catalog.Proposed: page.Sea, catalog.Published: page.OK, catalog.Suspended: page.Bad}
	return &page.Tag{Tone: tones[s], Text: v.Words.T("editor.state_" + string(s))}
}

func (m editor) trade() []page.Field {
	w, f := m.v.Words, m.f
	return []page.Field{
		f.Field("article", w.T("editor.article")).Saying(w.T("editor.article_hint")).Must().UpTo(catalog.MostCode),
		f.Field("language", w.T("editor.language")).Must().Of(languages(f.Value("language"))),
		f.Field("category", w.T("editor.category")).Must().Of(append([]page.Option{{Label: w.T("editor.choose")}}, categoryChoices(w, m.tree, f.Value("category"))...)),
		f.Field("unit", w.T("editor.sold_by")).Must().Of(unitChoices(w, f.Value("unit"))),
		f.Field("moq", w.T("editor.moq")).Whole(1, 1_000_000, 1).Must(),
		f.Field("multiple", w.T("editor.multiple")).Whole(1, 1_000_000, 1).Must(),
		f.Field("lead_days", w.T("editor.lead_days")).Whole(0, catalog.MostLeadDays, 1).Must(),
		f.Field("origin", w.T("editor.origin")).Must().Of(allCountries(w, f.Value("origin"))),
		f.Field("hs_code", w.T("goods.hs_code")).Saying(w.T("editor.hs_hint")).UpTo(16).Until(w.T("editor.for_review")),
	}
}

// rows is how many rows of this path the form holds, and free ones after them.
func (m editor) rows(path, name string, free, most int) int {
	n, filled := 0, 0
	for ; n < most; n++ {
		value, ok := m.f.Values[nth(path, n)+name]
		if !ok {
			break
		}
		if value != "" {
			filled = n + 1
		}
	}
	return min(filled+free, most)
}

func (m editor) attributes(p *page.Editor) {
	w, f := m.v.Words, m.f
	for i := range m.rows("attributes", ".name", 3, catalog.MostAttributes) {
		path := nth("attributes", i)
		kinds := []page.Option{}
		for _, k := range [...]catalog.AttributeKind{catalog.Text, catalog.Number, catalog.Choice, catalog.Boolean} {
			kinds = append(kinds, page.Option{Value: string(k), Label: w.T("editor.kind_" + string(k))})
		}
		p.Attributes = append(p.Attributes, []page.Field{
			f.Field(path+".name", w.T("editor.attribute")).UpTo(catalog.MostName), f.Field(path+".kind", w.T("editor.kind")).Of(kinds),
			f.Field(path+".value", w.T("editor.value")).UpTo(catalog.MostValue), f.Field(path+".unit", w.T("editor.value_unit")).UpTo(catalog.MostName),
		})
	}
}

func (m editor) variants(p *page.Editor) {
	w, f := m.v.Words, m.f
	n := m.rows("variants", ".sku", 1, catalog.MostVariants)
	for i := range n {
		path := nth("variants", i)
		id := f.Value(path + ".id")
		x := page.EditorVariant{Title: f.Value(path + ".sku"), Open: i == 0 || f.Value(path+".sku") == "" && n <= 2 || m.faulty(path), Err: f.Fault(path + ".prices"), Hidden: []page.Option{{Label: path + ".id", Value: id}, {Label: path + ".stock_was", Value: f.Value(path + ".stock_was")}}}
		if label := f.Value(path + ".label"); label != "" {
			x.Title += " · " + label
		}
		if x.Title == "" {
			x.Title = w.T("editor.new_variant")
		}
		x.Fields = []page.Field{
			f.Field(path+".sku", w.T("editor.sku")).UpTo(catalog.MostCode), f.Field(path+".label", w.T("editor.label")).UpTo(catalog.MostLabel),
			m.wide(path+".weight_grams", w.T("editor.weight"), catalog.MostGrams), m.wide(path+".stock", w.T("editor.stock"), 1_000_000_000),
			m.wide(path+".length_mm", w.T("editor.length"), catalog.MostMM), m.wide(path+".width_mm", w.T("editor.width"), catalog.MostMM), m.wide(path+".height_mm", w.T("editor.height"), catalog.MostMM),
		}
		if id != "" {
			drop := f.Field(path+".drop", w.T("editor.drop"))
			x.Drop = &drop
		}
		for j := range m.rows(path+".prices", ".currency", 1, catalog.MostCurrencies) {
			x.Prices = append(x.Prices, m.price(nth(path+".prices", j), j == 0))
		}
		p.Variants = append(p.Variants, x)
	}
}

func (m editor) faulty(path string) bool {
	for _, f := range m.f.Faults {
		if len(f.Field) > len(path) && f.Field[:len(path)] == path {
			return true
		}
	}
	return false
}

func (m editor) wide(name, label string, most int) page.Field {
	field := m.f.Field(name, label).Whole(0, most, 1)
	field.Narrow = false
	return field
}

func (m editor) price(path string, first bool) page.EditorPrice {
	w, f := m.v.Words, m.f
	c := market.Currency(f.Value(path + ".currency"))
	if c == "" && first {
		c = market.Currency(f.Value("preset"))
	}
	p := page.EditorPrice{Err: f.Fault(path + ".tiers"), Currency: f.Field(path+".currency", w.T("layout.currency")).Of(append([]page.Option{{Label: "–"}}, currencyChoices(c)...))}
	for k := range m.rows(path+".tiers", ".from", 2, catalog.MostTiers) {
		tier := nth(path+".tiers", k)
		price := f.Field(tier+".minor", w.T("editor.price")).UpTo(20)
		price.InputMode = "decimal"
		p.Tiers = append(p.Tiers, [2]page.Field{m.wide(tier+".from", w.T("editor.from"), int(market.MostQuantity)), price})
	}
	return p
}
