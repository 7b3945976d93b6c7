package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/web/page"
)

// counter turns listings into cards and sheets for one visitor: it knows the
// destination, the currency and the suppliers' freight tables.
type counter struct {
	v        *page.View
	to       string
	currency market.Currency
	terms    map[market.BusinessID]order.Terms
	rates    landed.Rates
}

// counting prepares a counter for the suppliers of these listings.
func (s *Site) counting(ctx context.Context, v *page.View, at *visit, shown ...catalog.Shown) (counter, error) {
	ids := make([]market.BusinessID, 0, len(shown))
	seen := make(map[market.BusinessID]bool, len(shown))
	for _, l := range shown {
		if !seen[l.Supplier] {
			seen[l.Supplier] = true
			ids = append(ids, l.Supplier)
		}
	}
	terms, err := s.Orders.Book.Terms(ctx, ids)
	return counter{v, at.country, at.currency, terms, s.Orders.Rates}, err
}

// doorPrice is what one consignment of a listing costs at the door.
type doorPrice struct {
	unit, goods, freight market.Money
	tax                  landed.Tax
	sum, total           market.Money
	grams                int64
	days                 landed.Freight
	sent                 bool // somebody sends it there
}

// price picks the currency that a variant is shown in: the visitor's where it
// has a price in it, else its first.
func (c counter) price(v catalog.Variant) (catalog.Price, bool) {
	if p, ok := v.In(c.currency); ok {
		return p, true
	}
	if len(v.Prices) == 0 {
		return catalog.Price{}, false
	}
	return v.Prices[0], true
}

// foreign tells whether one of these listings is shown in another currency than
// the visitor's.
func (c counter) foreign(shown []catalog.Shown) bool {
	return slices.ContainsFunc(shown, func(l catalog.Shown) bool {
		if len(l.Variants) == 0 {
			return false
		}
		p, ok := c.price(l.Variants[0])
		return ok && p.Currency != c.currency
	})
}

func (c counter) door(l catalog.Shown, v catalog.Variant, q market.Quantity) (d doorPrice, ok bool) {
	p, ok := c.price(v)
	if !ok {
		return d, false
	}
	if d.unit, ok = p.At(max(q, l.MOQ)); !ok {
		return d, false
	}
	if d.goods, ok = d.unit.Times(int64(q)); !ok {
		return d, false
	}
	d.grams = v.WeightGrams * int64(q)
	if offers := c.terms[l.Supplier].Freight.Offers(c.to, d.grams, p.Currency); len(offers) > 0 {
		d.days, d.freight, d.sent = offers[0], offers[0].Price, true
	}
	d.sum = d.goods.Add(d.freight)
	d.tax = c.rates.On(d.sum, l.SupplierCountry, c.to)
	d.total = d.sum.Add(d.tax.Amount)
	return d, true
}

// each is the part of a sum that falls on one unit, for reading only.
func each(sum market.Money, q market.Quantity) market.Money {
	return market.Of((sum.Minor+int64(q)/2)/int64(q), sum.Currency)
}

// fit is the quantity asked for, brought up to the smallest order and onto its
// steps.
func fit(l catalog.Listing, q market.Quantity) market.Quantity {
	step := max(1, l.Multiple)
	q = max(q, l.MOQ, 1)
	return min((q+step-1)/step*step, market.MostQuantity/step*step)
}

func (c counter) units(l catalog.Listing, q market.Quantity) string {
	return c.v.Words.N(unitKey(l.Unit), int(q))
}

// unitKey is the message that counts a trade unit; units without one of their
// own are counted as units.
func unitKey(code string) string {
	switch code {
	case "H87", "PR", "SET", "DZN", "KGM", "MTR", "LTR", "XCT", "XBO", "XBX", "XPK", "XRO", "XBG", "XTN", "XJR":
		return "unit." + code
	}
	return "unit.C62"
}

// card is a listing in a list, priced for a number of pieces.
func (c counter) card(l catalog.Shown, pieces market.Quantity) page.Card {
	w := c.v.Words
	card := page.Card{
		Href: c.v.To("/listings/" + string(l.ID)), Name: l.Title(w.Lang), Pic: c.pic(l, 0, "(min-width: 64rem) 16rem, 50vw"),
		Firm: firm(c.v, l), Origin: l.Origin, MOQ: c.units(l.Listing, l.MOQ), Days: l.LeadDays, Lang: lang(l.Listing, w.Lang),
	}
	if len(l.Variants) == 0 {
		return card
	}
	v := l.Variants[0]
	q := fit(l.Listing, pieces)
	p, ok := c.price(v)
	if !ok {
		return card
	}
	here, _ := p.At(q)
	for i, t := range p.Tiers {
		if i == 3 {
			break
		}
		card.Tiers = append(card.Tiers, page.Step{From: w.T("goods.from", "n", int(t.From)), Price: w.Money(market.Of(t.Minor, p.Currency)), Here: here.Minor == t.Minor})
	}
	if d, ok := c.door(l, v, q); ok && d.sent {
		card.Door, card.For = w.Money(each(d.sum, q)), c.units(l.Listing, q)
	}
	if left(l.Listing) == 0 {
		card.Tag = &page.Tag{Tone: page.Warn, Text: w.T("listing.sold_out")}
	}
	return card
}

func left(l catalog.Listing) (sum market.Quantity) {
	for _, v := range l.Variants {
		sum += max(0, v.Available())
	}
	return sum
}

func lang(l catalog.Listing, want string) string {
	if l.Titles[want] == "" && l.Titles["en"] == "" {
		return l.Language
	}
	return ""
}

func firm(v *page.View, l catalog.Shown) page.Firm {
	return page.Firm{Number: string(l.Supplier), Name: l.SupplierName, Href: v.To("/suppliers/" + l.SupplierSlug), Country: l.SupplierCountry, Seal: seal(party.Verification(l.Verification))}
}

func seal(v party.Verification) page.Seal {
	switch v {
	case party.Checked:
		return page.SealFull
	case party.InCheck:
		return page.SealHalf
	}
	return page.SealNone
}

// pic is a listing's nth picture at the widths it is kept in.
func (c counter) pic(l catalog.Shown, n int, sizes string) page.Pic {
	if n >= len(l.Pictures) {
		return page.Pic{}
	}
	return picture(l.Pictures[n], sizes)
}

func picture(p catalog.Picture, sizes string) page.Pic {
	if p.ID == "" || len(p.Widths) == 0 {
		return page.Pic{}
	}
	out := page.Pic{Alt: p.Alt, Width: p.Width, Height: p.Height, Sizes: sizes}
	var set []string
	for _, w := range p.Widths {
		src := picturePath(p.ID, w)
		if out.Src == "" || w <= 640 {
			out.Src = src
		}
		set = append(set, src+" "+strconv.Itoa(w)+"w")
	}
	out.SrcSet = strings.Join(set, ", ")
	return out
}

func picturePath(id catalog.PictureID, width int) string {
	return "/pictures/" + string(id) + "/" + strconv.Itoa(width)
}

// cards turns listings into cards.
func (c counter) cards(shown []catalog.Shown, pieces market.Quantity) []page.Card {
	out := make([]page.Card, len(shown))
	for i, l := range shown {
		out[i] = c.card(l, pieces)
	}
	return out
}
