// Package house holds the sample platform's content: who trades in the demo
// house, what they sell, and what they write to each other. Everything in it
// was invented for Kontor; names, numbers and addresses belong to nobody
// (e-mail addresses end in .example, which RFC 2606 keeps free).
//
// The files are compiled in and read strictly: a field this package does not
// know is an error. All functions are safe for concurrent use.
package house

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

//go:embed *.json listings/*.csv
var files embed.FS

// Profile is the platform itself and the people who run it.
type Profile struct {
	Name      string  `json:"name"`
	Motto     string  `json:"motto"`
	Address   Address `json:"address"`
	Email     string  `json:"email"`
	Phone     string  `json:"phone"`
	Register  string  `json:"register"` // entry in the register of associations
	Operators []Staff `json:"operators"`
}

// Staff is one of the two or three people who run the house.
type Staff struct {
	Person
	Duty string `json:"duty"` // moderation, money, machine
}

// Person is somebody who acts for a business.
type Person struct {
	First    string `json:"first"`
	Last     string `json:"last"`
	Email    string `json:"email"`
	Phone    string `json:"phone,omitempty"` // E.164 with spaces
	Language string `json:"language"`        // BCP 47
}

// Address is a postal address in parts, as its country writes it.
type Address struct {
	Street   string `json:"street"`
	Postcode string `json:"postcode"`
	City     string `json:"city"`
	Region   string `json:"region,omitempty"`
	Country  string `json:"country"` // ISO 3166-1 alpha-2
}

// Supplier is a business that sells in the demo house.
type Supplier struct {
	Slug          string            `json:"slug"`
	Name          string            `json:"name"` // trade name
	LegalForm     string            `json:"legal_form"`
	Registration  string            `json:"registration"` // fictional, in the country's form
	VAT           string            `json:"vat"`          // fictional tax number, in the country's form
	Founded       int               `json:"founded"`
	People        int               `json:"people"`
	Address       Address           `json:"address"`
	Languages     []string          `json:"languages"`  // BCP 47, the supplier's own first
	Storefront    map[string]string `json:"storefront"` // text by language; always has "en"
	Contact       Person            `json:"contact"`
	Currency      string            `json:"currency"`         // ISO 4217, what it sells in
	Currencies    []string          `json:"extra_currencies"` // others with explicit prices
	Shipping      Shipping          `json:"shipping"`
	LeadNote      string            `json:"lead_note"`
	ReturnNote    string            `json:"return_note"`
	Verification  string            `json:"verification"`             // "checked" or "in_check"
	CommissionBPS int               `json:"commission_bps,omitempty"` // basis points; 0 is the house's own rate
}

// Shipping is a supplier's own table of what freight costs.
type Shipping struct {
	Zones []Zone `json:"zones"`
	Rates []Rate `json:"rates"` // ordered by zone, method and weight
}

// Zone is where a group of rates applies; the first zone that fits counts.
type Zone struct {
	Name      string   `json:"name"`
	Countries []string `json:"countries"` // ISO 3166-1 alpha-2, "EU" or "world"
}

// Rate is the price of one shipment up to a weight.
type Rate struct {
	Zone     string `json:"zone"`
	Method   string `json:"method"`    // road, sea+road, air
	MaxGrams int64  `json:"max_grams"` // inclusive
	Price    string `json:"price"`     // decimal, in the supplier's currency
	DaysMin  int    `json:"days_min"`
	DaysMax  int    `json:"days_max"`
}

// Buyer is a shop or workshop that buys in the demo house.
type Buyer struct {
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	LegalForm string    `json:"legal_form"`
	VAT       string    `json:"vat"`
	Trade     string    `json:"trade"` // what kind of shop it is, in a few words
	Currency  string    `json:"currency"`
	Billing   Address   `json:"billing"`
	Delivery  []Address `json:"delivery"` // at least one
	People    []Person  `json:"people"`   // the first may place orders and manage the business
}

// Category is one node of the tree of goods.
type Category struct {
	Slug     string            `json:"slug"`
	Names    map[string]string `json:"names"` // by language; always has "en"
	Children []Category        `json:"children,omitempty"`
}

// Message is a text that a buyer and a supplier exchange, or a complaint.
type Message struct {
	Kind     string   `json:"kind"`               // question, order or complaint
	State    string   `json:"state,omitempty"`    // order state it fits: paid, accepted, shipped, received, disputed …
	Reason   string   `json:"reason,omitempty"`   // complaints: damaged, missing, not_as_described, late, never_arrived
	Supplier string   `json:"supplier,omitempty"` // slug; empty fits any supplier
	Lines    []Spoken `json:"lines"`              // oldest first
}

// Spoken is one contribution to a conversation.
type Spoken struct {
	By   string `json:"by"`             // buyer, supplier or operator
	Lang string `json:"lang,omitempty"` // BCP 47; empty is English
	Text string `json:"text"`
}

// House tells who runs the platform.
func House() (Profile, error) { return read[Profile]("house.json") }

// Suppliers lists everybody who sells, in the order of the file.
func Suppliers() ([]Supplier, error) { return read[[]Supplier]("suppliers.json") }

// Buyers lists everybody who buys, in the order of the file.
func Buyers() ([]Buyer, error) { return read[[]Buyer]("buyers.json") }

// Categories is the tree of goods, roots first.
func Categories() ([]Category, error) { return read[[]Category]("categories.json") }

// Messages lists conversations for orders in every state.
func Messages() ([]Message, error) { return read[[]Message]("messages.json") }

// Listings is the catalogue of the supplier with that slug, in Kontor's own
// CSV (UTF-8, one row a variant). An unknown slug gives fs.ErrNotExist.
func Listings(slug string) ([]byte, error) {
	if slug == "" || strings.ContainsAny(slug, `/\.`) {
		return nil, fmt.Errorf("listings of supplier %q: %w", slug, fs.ErrNotExist)
	}
	b, err := files.ReadFile("listings/" + slug + ".csv")
	if err != nil {
		return nil, fmt.Errorf("listings of supplier %q: %w", slug, err)
	}
	return b, nil
}

// read decodes a whole file and refuses unknown fields and anything after it.
func read[T any](name string) (T, error) {
	var v T
	b, err := files.ReadFile(name)
	if err != nil {
		return v, fmt.Errorf("read %s: %w", name, err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("read %s: %w", name, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return v, fmt.Errorf("read %s: more than one value in the file", name)
	}
	return v, nil
}
