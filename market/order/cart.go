package order

import (
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/party"
)

// MostLines bounds a cart.
const MostLines = 100

// Cart is what somebody means to buy. A guest's cart is known by its id alone,
// a person's also by the person.
type Cart struct {
	ID      CartID
	Person  market.PersonID // empty: a guest's
	Lines   []CartLine
	Changed time.Time
}

// CartLine is one variant in a cart.
type CartLine struct {
	Variant  catalog.VariantID
	Quantity market.Quantity // 1 to MostQuantity
	Seen     market.Money    // unit price when it was put there, to tell of changes; zero if unknown
	Added    time.Time
}

// byVariant finds an offer by its variant.
func byVariant(offers []Offer) map[catalog.VariantID]*Offer {
	found := make(map[catalog.VariantID]*Offer, len(offers))
	for i := range offers {
		found[offers[i].Variant.ID] = &offers[i]
	}
	return found
}

// together is how many of each listing the lines ask for, all variants counted.
func together(lines []CartLine, offers map[catalog.VariantID]*Offer) map[catalog.ListingID]market.Quantity {
	sums := make(map[catalog.ListingID]market.Quantity, len(lines))
	for _, l := range lines {
		if o := offers[l.Variant]; o != nil {
			sums[o.Listing] += l.Quantity
		}
	}
	return sums
}

// with is the cart's lines after l was set.
func (c Cart) with(l CartLine) []CartLine {
	lines := make([]CartLine, 0, len(c.Lines)+1)
	for _, each := range c.Lines {
		if each.Variant != l.Variant {
			lines = append(lines, each)
		}
	}
	if l.Quantity > 0 {
		lines = append(lines, l)
	}
	return lines
}

// follow are those of lines whose tier another one as they become part of all
// moves, with the price of the new tier as the one seen: the buyer's own
// quantities are no change of price. A line whose price list itself changed
// since it was seen stays as it is, to be told of.
func follow(lines, all []CartLine, offers map[catalog.VariantID]*Offer) (moved []CartLine) {
	was, is := together(lines, offers), together(all, offers)
	for _, l := range lines {
		o := offers[l.Variant]
		if o == nil || l.Seen.Zero() {
			continue
		}
		old, now := o.seen(was[o.Listing], l.Seen.Currency), o.seen(is[o.Listing], l.Seen.Currency)
		if l.Seen == old && now != old && now.Currency == old.Currency {
			l.Seen = now
			moved = append(moved, l)
		}
	}
	return moved
}

// seen is the price a piece that a buyer of together pieces is shown: in the
// wanted currency where there is one, else in the supplier's own.
func (o *Offer) seen(together market.Quantity, want market.Currency) market.Money {
	price, ok := o.Variant.In(want)
	if !ok {
		price, _ = o.Variant.In(o.Currency)
	}
	unit, _ := price.At(max(together, o.MOQ))
	return unit
}

// Offer is a variant with all that pricing needs to know of its listing and
// supplier, as it is now.
type Offer struct {
	Listing      catalog.ListingID
	Supplier     market.BusinessID
	SupplierName string
	SupplierSlug string
	Country      string          // of the supplier
	Currency     market.Currency // the supplier's own
	Verification party.Verification
	Buyable      bool // published, and the supplier active
	Titles       map[string]string
	Language     string
	Article      string
	Unit         string
	MOQ          market.Quantity
	Multiple     market.Quantity
	LeadDays     int
	Origin       string
	HSCode       string
	Picture      catalog.Picture // the first; zero if none
	Variant      catalog.Variant
}

// Terms are what a supplier agreed with the house and with carriers.
type Terms struct {
	Business      market.BusinessID
	Freight       landed.Table
	CommissionBps int64
	Version       int64
}

// Priced is a cart worked out for a destination, currency and choice of
// freight, as of now.
type Priced struct {
	Cart     CartID
	ShipTo   string
	Parts    []Part         // one for each supplier, in the order of first lines
	Amounts  []market.Money // totals by currency, over the parts that can be ordered
	Articles int
	Digest   string // of every price and quantity: what the buyer agrees to
	Changed  bool   // a price differs from what was seen
	Ready    bool   // every part can be ordered
}

// Part becomes one order.
type Part struct {
	Supplier      market.BusinessID
	Name, Slug    string
	Country       string
	Verification  party.Verification
	Currency      market.Currency
	Lines         []PricedLine
	Goods         market.Money
	Grams         int64
	Offers        []landed.Freight // ways to send, cheapest first
	Freight       landed.Freight   // the chosen one
	Tax           landed.Tax
	Total         market.Money
	LeadDays      int           // the longest
	CommissionBps int64         // of what is released
	Problems      market.Faults // why it can't be ordered; empty if it can
}

// PricedLine is one line of a part.
type PricedLine struct {
	Offer    Offer
	Quantity market.Quantity
	Unit     market.Money // a piece; zero if it has no price here
	Sum      market.Money
	Seen     market.Money
	Next     catalog.Tier // the next cheaper tier; From 0 if there is none
	Problems market.Faults
}
