package party

import (
	"time"

	"kontor/market"
)

// Standing of a business on the platform.
type State string

const (
	Active    State = "active"
	Suspended State = "suspended" // listings hidden, no new orders; open orders go on
)

// Verification is what the house has checked (know your business, KYB).
type Verification string

const (
	Unchecked Verification = "unchecked"
	InCheck   Verification = "in_check"
	Checked   Verification = "checked"
)

// Business is one that buys, sells, or both. What it publishes is public; what
// identifies it legally, and where it is unless it sells, is sealed under its own
// key.
type Business struct {
	ID           market.BusinessID
	Slug         string // of its storefront's address
	Name         string // trade name, public
	Country      string // ISO 3166-1 alpha-2
	City         string // public
	Street       string // public, of one that sells: with the number; "" until given
	Postcode     string // the same; "" too where the country has none
	Buys, Sells  bool
	State        State
	Verification Verification
	VerifiedAt   time.Time // zero when not checked
	Language     string    // BCP 47, of its own texts
	Currency     market.Currency
	About        map[string]string // storefront text by language
	Founded      int               // year, 0 if unknown
	People       int               // employees, 0 if unknown
	Created      time.Time
	Version      int64
	Known        bool // one of its people has confirmed an address; until then nobody else is shown it

	LegalName market.Sealed // table business, column legal_name
	TaxNumber market.Sealed // column tax_number
	Bank      market.Sealed // column bank: account for payouts
	Seat      market.Sealed // column seat: JSON of Seat, of one that does not sell
}

// Of is the subject whose key seals the business's data.
func (b Business) Of() Subject { return Subject{OfBusiness, string(b.ID)} }

// Person acts for one business, or for the house.
type Person struct {
	ID         market.PersonID
	Business   market.BusinessID // empty for operators
	Operator   bool
	EmailIndex []byte
	Email      market.Sealed // table person, column email
	Name       market.Sealed // column name
	Password   string        // Argon2id in PHC form; "" until one was set
	Confirmed  bool          // the e-mail address
	Language   string
	Created    time.Time
	Version    int64

	Terms, Privacy string // newest versions agreed to; "" for none
}

// Of is the subject whose key seals the person's data.
func (p Person) Of() Subject { return Subject{OfPerson, string(p.ID)} }

// AddressID names an address.
type AddressID string

// Address is a place that goods go to or come from. The country stays in the
// clear: freight and tax depend on it.
type Address struct {
	ID       AddressID
	Business market.BusinessID
	Country  string
	Lines    market.Sealed // table address, column lines: JSON of Postal
	Created  time.Time
}

// Postal is an address as its country writes it.
type Postal struct {
	Name         string `json:"name"` // of the receiver
	Organisation string `json:"organisation,omitempty"`
	Street       string `json:"street"`
	Street2      string `json:"street2,omitempty"`
	City         string `json:"city"`
	Region       string `json:"region,omitempty"` // state, province, prefecture
	Postcode     string `json:"postcode,omitempty"`
	Country      string `json:"country"` // ISO 3166-1 alpha-2
	Phone        string `json:"phone,omitempty"`
}

// Session is one signed-in browser. Its token is known to the browser alone;
// the record keeps a hash.
type Session struct {
	ID      string
	Hash    []byte // SHA-256 of the token
	Person  market.PersonID
	Agent   market.Sealed // table session, column agent; key of the person
	Created time.Time
	Seen    time.Time
	Expires time.Time
}

// APIKey lets a program act for a person, as Authorization: Bearer.
type APIKey struct {
	ID      string
	Hash    []byte
	Person  market.PersonID
	Label   string
	Created time.Time
}

// TokenKind says what a one-time link does.
type TokenKind string

const (
	ConfirmEmail  TokenKind = "confirm"
	ResetPassword TokenKind = "reset"
	MakeOperator  TokenKind = "operator" // printed by a first run
)

// Token is a one-time link, known by its hash. The secret that goes into the
// link is kept sealed until its letter is sent, so that events need not carry it.
type Token struct {
	ID      string
	Hash    []byte // SHA-256 of the secret
	Kind    TokenKind
	Person  market.PersonID // empty for MakeOperator
	Secret  market.Sealed   // table token, column secret; key of the person
	Expires time.Time
	Code    Code // stored with the link for the browser that asked, and read apart; zero for none
}

// Consent notes who agreed to which version of a text.
type Consent struct {
	Person   market.PersonID
	Document string // "terms", "privacy"
	Version  string
	At       time.Time
}

// Document is one version of a text of the house: terms, privacy, imprint.
type Document struct {
	Slug     string
	Version  string // date of issue, such as "2026-11-23"
	Language string
	Title    string
	Text     string // Markdown-like paragraphs; plain text, escaped by pages
	Issued   time.Time
}
