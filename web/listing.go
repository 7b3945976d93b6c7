package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/web/page"
)

// listing answers GET /listings/{id}: one listing, worked out for the variant
// and quantity in the address.
func (s *Site) listing(w http.ResponseWriter, r *http.Request) error {
	return s.showListing(w, r, market.Actor{}, nil)
}

// ownListing answers GET /desk/listings/{id}/view: the same page as its
// supplier or the operator sees it before it, or its change, is published.
func (s *Site) ownListing(w http.ResponseWriter, r *http.Request) error {
	return s.showListing(w, r, actor(r), nil)
}

func (s *Site) showListing(w http.ResponseWriter, r *http.Request, a market.Actor, ask *page.Form) error {
	id := catalog.ListingID(r.PathValue("id"))
	if !market.IsID(id) {
		return market.Missing("This listing")
	}
	l, err := s.Catalog.View(r.Context(), a, id)
	if err != nil {
		return err
	}
	l.Listing = l.Wanted()
	v := s.view(r)
	c, err := s.counting(r.Context(), v, visitOf(r), l)
	if err != nil {
		return err
	}
	p, err := s.listingPage(r, c, l)
	if err != nil {
		return err
	}
	if ask != nil {
		p.Ask = *ask
	}
	if a.Business != "" && a.Business == l.Supplier {
		p.Own = v.To("/desk/listings/" + string(l.ID))
	}
	v.Title, v.Description = p.Name, first(l.Description(v.Words.Lang), 155)
	if l.Public() {
		v.Canonical = s.Origin + v.Prefix + "/listings/" + string(l.ID)
	}
	return s.show(w, r, page.ListingPage(v, p))
}

// first is the beginning of a text, cut at a word.
func first(text string, most int) string {
	if len(text) <= most {
		return text
	}
	cut := strings.LastIndexByte(text[:most], ' ')
	if cut < 0 {
		return ""
	}
	return text[:cut] + " …"
}

func (s *Site) listingPage(r *http.Request, c counter, l catalog.Shown) (page.Listing, error) {
	v, w := c.v, c.v.Words
	p := page.Listing{
		Name: l.Title(w.Lang), Lang: lang(l.Listing, w.Lang), Firm: firm(v, l), Origin: l.Origin, Unit: w.T("goods.quantity"),
		MOQ: int(l.MOQ), Multiple: int(max(1, l.Multiple)), Work: v.To("/listings/" + string(l.ID)),
		Text: paragraphs(l.Description(w.Lang)), Attributes: attributes(v, l),
	}
	firms, err := s.firms(r.Context())
	if err != nil {
		return p, err
	}
	supplier := firms.byID[l.Supplier]
	p.Place, p.Since, p.Checks = place(v, supplier), w.Month(supplier.Created), checks(v, supplier)
	if p.Figures, err = s.record(r.Context(), v, l.Supplier); err != nil {
		return p, err
	}
	reviews, err := s.Orders.Reviews(r.Context(), l.ID)
	if err != nil {
		return p, err
	}
	for _, each := range reviews {
		p.Reviews = append(p.Reviews, page.Review{Country: each.Country, Stars: w.N("order.n_stars", each.Stars), When: w.Month(each.At), Text: each.Text})
	}
	if err := s.trail(r.Context(), v, l, &p); err != nil {
		return p, err
	}
	chosen := 0
	for i, each := range l.Variants {
		if string(each.ID) == r.URL.Query().Get("variant") {
			chosen = i
		}
	}
	for i := range l.Pictures {
		pic := c.pic(l, i, "(min-width: 64rem) 36rem, 100vw")
		pic.Href = v.To("/listings/"+string(l.ID), "variant", r.URL.Query().Get("variant"), "quantity", r.URL.Query().Get("quantity"), "picture", strconv.Itoa(i+1))
		pic.Label = l.Title(w.Lang)
		p.Pics = append(p.Pics, pic)
	}
	p.Pic = max(0, min(whole(r.URL.Query().Get("picture"), 100)-1, len(p.Pics)-1))
	if len(l.Variants) == 0 {
		p.SoldOut = true
		return p, nil
	}
	chosenVariant(c, l, l.Variants[chosen], strings.TrimSpace(r.URL.Query().Get("quantity")), &p)
	p.Options = variantOptions(c, l, chosen, p.Quantity)
	return p, nil
}

// chosenVariant works out the listing for one variant and quantity.
func chosenVariant(c counter, l catalog.Shown, v catalog.Variant, asked string, p *page.Listing) {
	w := c.v.Words
	q := fit(l.Listing, market.Quantity(whole(asked, int(market.MostQuantity))))
	p.Variant, p.Article, p.Quantity = string(v.ID), v.SKU, int(q)
	p.SoldOut = v.Available() < max(1, l.Multiple)
	p.Stock = w.T("goods.left", "units", c.units(l.Listing, max(0, v.Available())))
	p.Terms = w.N("goods.terms", l.LeadDays, "moq", c.units(l.Listing, l.MOQ), "multiple", int(max(1, l.Multiple)))
	p.Cart = page.Form{ID: "cart", Action: c.v.To("/cart/lines")}
	p.Ask = page.Form{ID: "ask", Action: c.v.To("/listings/" + string(l.ID) + "/questions")}
	left := v.Available()
	switch {
	case q > left && !p.SoldOut:
		p.Cart.Faults = market.Faults{{Kind: market.Invalid, Field: "quantity", Msg: w.T("goods.beyond", "asked", w.Number(int64(q)), "units", c.units(l.Listing, left))}}
	case asked != "" && asked != strconv.Itoa(int(q)):
		p.Cart.Faults = market.Faults{{Kind: market.Invalid, Field: "quantity", Msg: w.T("goods.fitted", "asked", strings.ToValidUTF8(asked[:min(len(asked), 12)], ""), "units", c.units(l.Listing, q))}}
	}
	p.Unsent = page.Note{Strong: w.T("listing.no_freight", "country", c.v.Place.Name), Text: w.T("listing.no_freight_do", "supplier", l.SupplierName)}
	price, ok := c.price(v)
	if !ok {
		return
	}
	if price.Currency != c.currency {
		p.Money = w.T("goods.other_money", "supplier", l.SupplierName, "wanted", string(c.currency), "own", string(price.Currency))
	}
	p.Tiers = tiers(c, l, v, price, q)
	p.Next = nextTier(c, l, price, q)
	d, ok := c.door(l, v, q)
	if !ok {
		return
	}
	if !d.sent {
		if most := c.terms[l.Supplier].Freight.Heaviest(c.to, price.Currency); most > 0 {
			p.Unsent = page.Note{Strong: w.T("listing.too_heavy", "weight", w.Weight(d.grams)), Text: w.T("listing.too_heavy_do", "supplier", l.SupplierName, "country", c.v.Place.Name, "most", w.Weight(most))}
		}
		return
	}
	p.Door = &page.Door{
		Place:   c.v.Place.Name,
		Goods:   page.Line{Label: w.T("goods.goods"), Note: w.T("goods.times", "n", int(q), "price", w.Money(d.unit)), Amount: w.Money(d.goods)},
		Freight: page.Line{Label: w.T("goods.freight", "method", method(c.v, d.days.Method)), Note: w.Weight(d.grams), Amount: w.Money(d.freight)},
		Sum:     page.Line{Label: w.T("goods.before_tax"), Note: w.T("goods.each", "price", w.Money(each(d.sum, q))), Amount: w.Money(d.sum)},
		Tax:     page.Line{Label: w.T("tax."+d.tax.Label, "rate", w.Percent(d.tax.Bps)), Amount: w.Money(d.tax.Amount)},
		Total:   page.Line{Label: w.T("goods.to_pay"), Amount: w.Money(d.total)},
		Note:    w.T("goods.door_note", "from", l.LeadDays+d.days.DaysFrom, "to", l.LeadDays+d.days.DaysTo),
	}
}

func method(v *page.View, key string) string {
	if v.Words.Has("method." + key) {
		return v.Words.T("method." + key)
	}
	return strings.ReplaceAll(key, "_", " ")
}

// alone is a message that mostly stands within a sentence as the beginning of one.
func alone(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func tiers(c counter, l catalog.Shown, v catalog.Variant, price catalog.Price, q market.Quantity) (out []page.Tier) {
	w := c.v.Words
	here, _ := price.At(q)
	for i, t := range price.Tiers {
		row := page.Tier{Range: w.T("goods.and_more", "n", w.Number(int64(t.From))), Each: w.Money(market.Of(t.Minor, price.Currency)), Saves: "–", Here: t.Minor == here.Minor}
		if i+1 < len(price.Tiers) {
			row.Range = w.T("goods.range", "from", w.Number(int64(t.From)), "to", w.Number(int64(price.Tiers[i+1].From-1)))
		}
		at := fit(l.Listing, t.From)
		if row.Here {
			at = q
		}
		if d, ok := c.door(l, v, at); ok && d.sent {
			row.Door = w.Money(each(d.sum, at))
		}
		if i > 0 && price.Tiers[0].Minor > 0 {
			row.Saves = w.Percent((price.Tiers[0].Minor - t.Minor) * 1_000 / price.Tiers[0].Minor * 10)
		}
		out = append(out, row)
	}
	return out
}

func nextTier(c counter, l catalog.Shown, price catalog.Price, q market.Quantity) *page.NextTier {
	w := c.v.Words
	for _, t := range price.Tiers {
		if t.From <= q {
			continue
		}
		at := fit(l.Listing, t.From)
		now, _ := price.At(q)
		nowSum, ok1 := now.Times(int64(q))
		atSum, ok2 := market.Of(t.Minor, price.Currency).Times(int64(at))
		if !ok1 || !ok2 {
			return nil
		}
		return &page.NextTier{
			More: w.T("goods.more", "units", c.units(l.Listing, at-q)), Each: w.Money(market.Of(t.Minor, price.Currency)), At: w.Number(int64(at)),
			AtSum: w.Money(atSum), NowSum: w.Money(nowSum), Permille: int(q * 1000 / at),
		}
	}
	return nil
}

// variantOptions lists the variants where there are several; the quantity stays.
func variantOptions(c counter, l catalog.Shown, chosen, quantity int) []page.Variants {
	if len(l.Variants) < 2 {
		return nil
	}
	w := c.v.Words
	g := page.Variants{Label: w.T("goods.variant")}
	for i, v := range l.Variants {
		label := v.Label
		if label == "" {
			label = v.SKU
		}
		g.Options = append(g.Options, page.VariantOption{Option: page.Option{
			Value: string(v.ID), Label: label, Chosen: i == chosen, Hint: w.T("goods.left", "units", w.Number(int64(max(0, v.Available())))),
			Href: c.v.To("/listings/"+string(l.ID), "variant", string(v.ID), "quantity", strconv.Itoa(quantity)),
		}})
	}
	return []page.Variants{g}
}

func attributes(v *page.View, l catalog.Shown) (out []page.Attribute) {
	w := v.Words
	for _, a := range l.Attributes {
		value := a.Value
		if a.Unit != "" {
			value += " " + a.Unit
		}
		if a.Kind == catalog.Boolean {
			value = w.T("goods." + map[bool]string{true: "yes", false: "no"}[a.Value == "yes" || a.Value == "true"])
		}
		out = append(out, page.Attribute{Label: name(a.Name), Value: value})
	}
	out = append(out, page.Attribute{Label: w.T("goods.hs_code"), Value: hsCode(l.HSCode)}, page.Attribute{Label: w.T("listing.made_in"), Value: w.Country(l.Origin), Flag: l.Origin})
	if len(l.Variants) > 0 {
		x := l.Variants[0]
		if x.WeightGrams > 0 {
			packed := w.Weight(x.WeightGrams)
			if x.LengthMM > 0 && x.WidthMM > 0 && x.HeightMM > 0 {
				packed += w.T("goods.size", "length", mm(x.LengthMM), "width", mm(x.WidthMM), "height", mm(x.HeightMM))
			}
			out = append(out, page.Attribute{Label: w.T("goods.packed"), Value: packed})
		}
	}
	return out
}

// name is an attribute's name with a capital.
func name(s string) string {
	s = strings.ReplaceAll(s, "_", " ")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func mm(v int64) string {
	s := strconv.FormatFloat(float64(v)/10, 'f', 1, 64)
	return strings.TrimSuffix(s, ".0")
}

// hsCode is written in groups, as customs papers do: 6205 20.
func hsCode(code string) string {
	if len(code) < 6 {
		return code
	}
	return code[:4] + " " + code[4:6] + strings.TrimRight(" "+code[6:], " ")
}

func paragraphs(text string) (out []string) {
	for p := range strings.SplitSeq(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func place(v *page.View, b party.Business) string {
	if b.City == "" {
		return v.Words.Country(b.Country)
	}
	return v.Words.T("goods.place", "city", b.City, "country", v.Words.Country(b.Country))
}

// checks says what the house looked at, and what it did not.
func checks(v *page.View, b party.Business) []page.Check {
	w := v.Words
	switch b.Verification {
	case party.Checked:
		return []page.Check{{Done: true, Text: w.T("goods.checked", "day", w.Day(b.VerifiedAt))}}
	case party.InCheck:
		return []page.Check{{Text: w.T("goods.in_check")}}
	}
	return []page.Check{{Text: w.T("goods.unchecked")}}
}

// record is what became of a supplier's orders: its reviews.
func (s *Site) record(ctx context.Context, v *page.View, supplier market.BusinessID) ([]page.Figure, error) {
	n, tenths, err := s.Orders.Rating(ctx, supplier)
	if err != nil || n == 0 {
		return nil, err
	}
	w := v.Words
	return []page.Figure{{Label: w.T("goods.reviews"), Value: w.N("goods.stars", n, "stars", strconv.Itoa(tenths/10)+"."+strconv.Itoa(tenths%10))}}, nil
}

// trail fills the crumbs.
func (s *Site) trail(ctx context.Context, v *page.View, l catalog.Shown, p *page.Listing) error {
	tree, err := s.categories(ctx)
	if err != nil {
		return err
	}
	p.Crumbs = []page.Option{{Label: v.House.Name, Href: v.To("/")}}
	for _, n := range tree.Trail(l.Category) {
		p.Crumbs = append(p.Crumbs, page.Option{Label: n.Name(v.Words.Lang), Href: v.To("/categories/" + n.Path)})
	}
	p.Crumbs = append(p.Crumbs, page.Option{Label: l.Title(v.Words.Lang)})
	return nil
}
