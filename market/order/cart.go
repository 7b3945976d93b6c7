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
