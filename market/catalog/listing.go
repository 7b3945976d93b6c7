package catalog

import (
	"time"

	"kontor/market"
)

// ListingID names a listing, VariantID one of its variants, PictureID a picture.
type (
	ListingID string
	VariantID string
	PictureID string
)

// State of a listing's life.
type State string

const (
	Draft     State = "draft"
	Proposed  State = "proposed" // waits for the operator's review
	Published State = "published"
	Suspended State = "suspended"
)

// next is the listing's state machine; docs/states.md draws it.
var next = map[State][]State{
	Draft:     {Proposed},
	Proposed:  {Published, Draft},
	Published: {Suspended, Draft},
	Suspended: {Published, Draft},
}

// Category is a node of the tree; Path is its slug path, such as
// "home/kitchen/mugs".
type Category struct {
	Path     string
	Names    map[string]string // by language; "en" always
	Position int               // among its siblings
}

// Listing is an article that a supplier offers, in one or more variants.
type Listing struct {
	ID           ListingID
	Supplier     market.BusinessID
	Article      string            // the supplier's own code, unique for it
	Titles       map[string]string // by language (BCP 47)
	Descriptions map[string]string
	Language     string // of the original texts
	Category     string // path
	State        State
	Reason       string          // of the last return or suspension, for the supplier
	Unit         string          // UN/ECE Recommendation 20 code, such as H87 (piece)
	MOQ          market.Quantity // smallest order, variants counted together
	Multiple     market.Quantity // every line is a multiple of it
	LeadDays     int             // until it ships
	Origin       string          // ISO 3166-1 alpha-2, where it was made
	HSCode       string          // 6 to 10 digits, Harmonized System 2022
	Attributes   []Attribute
	Pictures     []Picture
	Variants     []Variant
	Pending      *Change // of one that was published: waits for review, or was returned
	Created      time.Time
	Changed      time.Time
	Version      int64
}

// Title is the title in language lang, else in English, else the original.
func (l Listing) Title(lang string) string { return pick(l.Titles, lang, l.Language) }

// Description is chosen as Title is.
func (l Listing) Description(lang string) string { return pick(l.Descriptions, lang, l.Language) }

func pick(texts map[string]string, lang, original string) string {
	for _, k := range [...]string{lang, "en", original} {
		if t := texts[k]; t != "" {
			return t
		}
	}
	for _, t := range texts {
		return t
	}
	return ""
}

// AttributeKind types an attribute's value.
type AttributeKind string

const (
	Text    AttributeKind = "text"
	Number  AttributeKind = "number" // Value holds the number, Unit its unit
	Choice  AttributeKind = "choice" // one word of a set, such as a colour
	Boolean AttributeKind = "yes_no"
)

// Attribute is one typed property, such as material: 100% cotton.
type Attribute struct {
	Name  string        `json:"name"`
	Kind  AttributeKind `json:"kind"`
	Value string        `json:"value"`
	Unit  string        `json:"unit,omitempty"`
}

// Picture is one checked and re-encoded picture, kept in several widths.
type Picture struct {
	ID     PictureID `json:"id"`
	Alt    string    `json:"alt,omitempty"` // "" means the title says it
	Width  int       `json:"width"`         // pixels, of the largest
	Height int       `json:"height"`
	Widths []int     `json:"widths"` // ascending
}

// Variant is what is bought: a size, a colour, or the article itself.
type Variant struct {
	ID          VariantID
	SKU         string // unique for the supplier
	Label       string // "Blue, M"; "" when there is one only
	WeightGrams int64  // a trade unit, packed
	LengthMM    int64
	WidthMM     int64
	HeightMM    int64
	Prices      []Price // one for each currency
	OnHand      market.Quantity
	Reserved    market.Quantity
}

// Available is what may still be ordered.
func (v Variant) Available() market.Quantity { return v.OnHand - v.Reserved }

// Price is the explicit price list of a variant in one currency.
type Price struct {
	Currency market.Currency `json:"currency"`
	Tiers    []Tier          `json:"tiers"` // ascending by From, descending by Minor
}

// Tier is the price of a piece from a quantity on.
type Tier struct {
	From  market.Quantity `json:"from"`
	Minor int64           `json:"minor"` // of Price.Currency
}

// At is the price of one trade unit when q are ordered; ok is false when q is
// below the first tier.
func (p Price) At(q market.Quantity) (unit market.Money, ok bool) {
	for _, t := range p.Tiers {
		if q < t.From {
			break
		}
		unit, ok = market.Of(t.Minor, p.Currency), true
	}
	return unit, ok
}

// In is the variant's price list in currency c.
func (v Variant) In(c market.Currency) (Price, bool) {
	for _, p := range v.Prices {
		if p.Currency == c {
			return p, true
		}
	}
	return Price{}, false
}
