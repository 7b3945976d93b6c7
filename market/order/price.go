package order

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/party"
)

// Ask is what a cart is priced for.
type Ask struct {
	ShipTo   string                       // ISO 3166-1 alpha-2
	Currency market.Currency              // wanted; a supplier without prices in it sells in its own
	Shipping map[market.BusinessID]string // chosen method by supplier; the cheapest where none is
}

// Price works out cart c as of now. It is pure. Variants of one listing count
// together for its tiers and smallest order; tax is rounded once an order
// (landed.Tax).
func Price(c Cart, offers []Offer, terms map[market.BusinessID]Terms, rates landed.Rates, ask Ask) Priced {
	p := Priced{Cart: c.ID, ShipTo: ask.ShipTo, Articles: len(c.Lines), Ready: len(c.Lines) > 0}
	byVariant := byVariant(offers)
	together := together(c.Lines, byVariant)
	for _, l := range c.Lines {
		o := byVariant[l.Variant]
		if o == nil {
			o = &Offer{Variant: catalog.Variant{ID: l.Variant}}
		}
		part := p.part(o)
		part.Lines = append(part.Lines, PricedLine{Offer: *o, Quantity: l.Quantity, Seen: l.Seen})
	}
	for i := range p.Parts {
		part := &p.Parts[i]
		part.CommissionBps = terms[part.Supplier].CommissionBps
		part.price(together, terms[part.Supplier].Freight, rates, ask)
		p.Ready = p.Ready && len(part.Problems) == 0
		for _, l := range part.Lines {
			p.Changed = p.Changed || l.Changed()
		}
		if len(part.Problems) == 0 {
			p.Amounts = addTo(p.Amounts, part.Total)
		}
	}
	p.Digest = p.digest()
	return p
}

// Changed tells whether the price differs from the one that was seen.
func (l PricedLine) Changed() bool {
	return !l.Seen.Zero() && l.Seen.Currency == l.Unit.Currency && l.Seen.Minor != l.Unit.Minor
}

func (p *Priced) part(o *Offer) *Part {
	for i := range p.Parts {
		if p.Parts[i].Supplier == o.Supplier {
			return &p.Parts[i]
		}
	}
	p.Parts = append(p.Parts, Part{Supplier: o.Supplier, Name: o.SupplierName, Slug: o.SupplierSlug, Country: o.Country, Verification: o.Verification})
	return &p.Parts[len(p.Parts)-1]
}

func (part *Part) price(together map[catalog.ListingID]market.Quantity, freight landed.Table, rates landed.Rates, ask Ask) {
	part.Currency = part.currency(ask, freight)
	for i := range part.Lines {
		l := &part.Lines[i]
		l.price(part.Currency, together[l.Offer.Listing])
		part.Problems = append(part.Problems, l.Problems...)
		part.Goods = part.Goods.Add(l.Sum)
		part.Grams += l.Offer.Variant.WeightGrams * int64(l.Quantity)
		part.LeadDays = max(part.LeadDays, l.Offer.LeadDays)
	}
	if part.Supplier == "" {
		return // articles that are gone: nobody is left to send them
	}
	part.Offers = freight.Offers(ask.ShipTo, part.Grams, part.Currency)
	if len(part.Offers) == 0 {
		to := party.CountryName(ask.ShipTo, "en")
		if len(freight.Offers(ask.ShipTo, 1, part.Currency)) > 0 {
			part.Problems.Add("shipping", fmt.Sprintf("%s sends lighter consignments to %s; this one weighs too much.", part.Name, to), "Order less at a time, or ask the supplier.")
			return
		}
		part.Problems.Add("shipping", fmt.Sprintf("%s does not send to %s.", part.Name, to), "Choose another address, or another supplier.")
		return
	}
	part.Freight = part.Offers[0]
	if want := ask.Shipping[part.Supplier]; want != "" {
		i := slices.IndexFunc(part.Offers, func(f landed.Freight) bool { return f.Method == want })
		if i < 0 {
			part.Problems.Add("shipping", fmt.Sprintf("%s has no way of sending called %q here.", part.Name, want), "Choose one of those offered.")
		} else {
			part.Freight = part.Offers[i]
		}
	}
	base := part.Goods.Add(part.Freight.Price)
	part.Tax = rates.On(base, part.Country, ask.ShipTo)
	part.Total = base.Add(part.Tax.Amount)
}

// currency is the wanted one where all lines have a price and freight can be
// paid in it, else the supplier's own, else one that all lines share.
func (part *Part) currency(ask Ask, freight landed.Table) market.Currency {
	own := part.Lines[0].Offer.Currency
	try := []market.Currency{ask.Currency, own}
	for _, p := range part.Lines[0].Offer.Variant.Prices {
		try = append(try, p.Currency)
	}
	for _, c := range try {
		all := c != "" && len(freight.Offers(ask.ShipTo, 1, c)) > 0
		for _, l := range part.Lines {
			_, ok := l.Offer.Variant.In(c)
			all = all && ok
		}
		if all {
			return c
		}
	}
	return own
}

func (l *PricedLine) price(c market.Currency, together market.Quantity) {
	o, v := l.Offer, l.Offer.Variant
	field := "lines[" + string(v.ID) + "]"
	if !o.Buyable {
		l.Problems.Add(field, "This article is not offered any more.", "Take it out of the cart.")
		return
	}
	step := max(1, o.Multiple)
	short, odd := max(0, o.MOQ-together), l.Quantity%step != 0
	switch { // one remedy, which mends both
	case short > 0 && odd:
		l.Problems.Add(field, fmt.Sprintf("The smallest order is %d, in steps of %d.", o.MOQ, step), fmt.Sprintf("Order %d.", upTo(l.Quantity+short, step)))
	case short > 0:
		l.Problems.Add(field, fmt.Sprintf("The smallest order is %d.", o.MOQ), fmt.Sprintf("Add %d more, of any variant.", upTo(short, step)))
	case odd:
		l.Problems.Add(field, fmt.Sprintf("It is sold in steps of %d.", step), fmt.Sprintf("Order %d.", upTo(l.Quantity, step)))
	}
	if left := v.Available(); l.Quantity > left {
		l.Problems.Add(field, fmt.Sprintf("%d left.", left), "Order fewer, or take it out.")
	}
	price, ok := v.In(c)
	if ok {
		l.Unit, ok = price.At(max(together, o.MOQ))
	}
	if ok {
		l.Sum, ok = l.Unit.Times(int64(l.Quantity))
	}
	if !ok {
		l.Sum = market.Of(0, c)
		l.Problems.Add(field, fmt.Sprintf("It has no price in %s for this quantity.", c), "Choose another currency or quantity.")
		return
	}
	for _, t := range price.Tiers {
		if t.From > together && t.Minor < l.Unit.Minor {
			l.Next = t
			break
		}
	}
}

// upTo is the smallest whole number of steps that is at least q.
func upTo(q, step market.Quantity) market.Quantity { return (q + step - 1) / step * step }

// digest names all that the buyer agrees to: destination, prices, quantities,
// freight, tax, and which parts can be ordered at all, since the sum to be paid
// is of those.
func (p Priced) digest() string {
	h := sha256.New()
	write := func(parts ...string) {
		for _, s := range parts {
			_, _ = io.WriteString(h, s+"\x00") // a hash never errors
		}
	}
	write(p.ShipTo)
	for _, part := range p.Parts {
		write(string(part.Supplier), part.Freight.Method, part.Freight.Price.String(), part.Tax.Amount.String(), part.Total.String(), strconv.FormatBool(len(part.Problems) == 0))
		for _, l := range part.Lines {
			write(string(l.Offer.Variant.ID), strconv.FormatInt(int64(l.Quantity), 10), l.Unit.String())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func addTo(sums []market.Money, m market.Money) []market.Money {
	for i := range sums {
		if sums[i].Currency == m.Currency {
			sums[i] = sums[i].Add(m)
			return sums
		}
	}
	return append(sums, m)
}

// Checked tells whether the supplier's papers were checked.
func (part Part) Checked() bool { return part.Verification == party.Checked }
