package order

import (
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/party"
)

// ID names an order, GroupID the orders that one checkout made, CartID a cart.
type (
	ID      string
	GroupID string
	CartID  string
)

// Payment says where the buyer's money is. What was paid, released and
// refunded in figures is derived from the ledger.
type Payment string

const (
	Awaiting Payment = "awaiting" // stock is reserved, nothing was paid
	Held     Payment = "held"
	Released Payment = "released" // all that was held went to the supplier
	Refunded Payment = "refunded" // all of it went back
	Split    Payment = "split"    // a part went back, the rest was released
	Void     Payment = "void"     // never paid: expired or cancelled
	Refused  Payment = "refused"  // paid with money that the provider refused in the end: nothing was taken, and nothing goes back
)

// Fulfilment says where the goods are.
type Fulfilment string

const (
	New       Fulfilment = "new"
	Accepted  Fulfilment = "accepted" // the supplier took the order on
	Shipped   Fulfilment = "shipped"
	Received  Fulfilment = "received" // by the buyer's word, or by silence
	Cancelled Fulfilment = "cancelled"
)

// Dispute says whether something is wrong. While it is open or offered,
// release, refund and cancel are frozen.
type Dispute string

const (
	None      Dispute = "none"
	Open      Dispute = "open"      // the supplier is to answer
	Offered   Dispute = "offered"   // the buyer is to answer
	Escalated Dispute = "escalated" // the operator is to decide
	Settled   Dispute = "settled"   // agreed, decided, or withdrawn
)

// Status is the three fields together.
type Status struct {
	Payment    Payment
	Fulfilment Fulfilment
	Dispute    Dispute
}

// Line is one variant ordered, as it was at the time of order.
type Line struct {
	Variant   catalog.VariantID
	Listing   catalog.ListingID
	SKU       string
	Title     string
	Label     string
	Unit      string
	Quantity  market.Quantity
	UnitPrice market.Money // at the tier reached by all variants of the listing together
	Sum       market.Money // UnitPrice × Quantity
	Grams     int64        // a unit
	HSCode    string
	Origin    string
}

// Order is one supplier's part of a checkout.
type Order struct {
	ID            ID
	Group         GroupID
	Number        string // for people, such as K-7F3K2Q9M
	Buyer         market.BusinessID
	BuyerName     string // public trade name, frozen
	Supplier      market.BusinessID
	SupplierName  string
	PlacedBy      market.PersonID
	Status        Status
	Lines         []Line
	Goods         market.Money // Σ Line.Sum
	Freight       landed.Freight
	Tax           landed.Tax
	Total         market.Money // Goods + Freight + Tax
	CommissionBps int64        // of what is released, frozen at sale
	Provider      string       // payment adapter's name
	ShipTo        string       // ISO 3166-1 alpha-2
	ShipFrom      string
	LeadDays      int
	PurchaseOrder market.Sealed // the buyer's own number; table orders, column purchase_order
	Address       market.Sealed // snapshot of party.Postal; table orders, column address
	Tracking      market.Sealed // table orders, column tracking
	Carrier       string
	Placed        time.Time
	Changed       time.Time
	Version       int64

	// Derived from the ledger when read, never stored.
	PaidIn, Out, Back market.Money // paid in, released, refunded
}

// Of is the subject whose key seals the order's personal data.
func (o Order) Of() party.Subject { return party.Subject{Kind: party.OfOrder, ID: string(o.ID)} }

// Hold is what is still held: paid in − released − refunded.
func (o Order) Hold() market.Money { return o.PaidIn.Sub(o.Out).Sub(o.Back) }

// Entry is one step of an order's history: who did what, when, and why.
type Entry struct {
	At       time.Time
	By       market.PersonID // empty for clocks and providers
	Role     market.Role
	Business market.BusinessID
	What     Step
	Amount   market.Money // where money moved or was offered
	From, To Status
}

// Clock is a silence that has an end. It is a row, not a goroutine.
type Clock struct {
	Order ID
	Kind  ClockKind
	Due   time.Time
}

// ClockKind says whose silence it is and what follows.
type ClockKind string

const (
	PayBy     ClockKind = "pay_by"     // then the reservation ends
	AcceptBy  ClockKind = "accept_by"  // then cancelled, refunded in full
	ShipBy    ClockKind = "ship_by"    // then cancelled, refunded in full
	ReceiveBy ClockKind = "receive_by" // then taken as received
	ReleaseBy ClockKind = "release_by" // then released
	AnswerBy  ClockKind = "answer_by"  // complaint or offer unanswered: the operator decides
	DecideBy  ClockKind = "decide_by"  // operator silent: the last offer stands, else a full refund
	HoldUntil ClockKind = "hold_until" // the provider may hold no longer: as if every other clock had run out
)

// Complaint is what is wrong with an order, and what came of it.
type Complaint struct {
	Reason  Reason
	Text    market.Sealed // table complaint, column text; key of the order
	Wanted  market.Money  // what the buyer would like back
	Offer   market.Money  // the supplier's last offer; zero currency if none
	Award   market.Money  // what went back in the end; zero currency while open
	Opened  time.Time
	Settled time.Time
}

// Reason of a complaint.
type Reason string

const (
	Fewer   Reason = "fewer"   // fewer pieces than ordered
	Damaged Reason = "damaged" // damaged or faulty
	Other   Reason = "other"   // not what was ordered
	Nothing Reason = "nothing" // nothing arrived
)

// Reasons in the order in which pages offer them.
var Reasons = []Reason{Fewer, Damaged, Other, Nothing}

// Invoice is the plain invoice of one order, issued when it ships; its number
// has no gaps within the supplier's series of a year.
type Invoice struct {
	Order    ID
	Supplier market.BusinessID
	Series   string // "2026"
	Number   int64  // from 1
	Issued   time.Time
	Seller   market.Sealed // Sides as JSON; table invoice, column seller; key of the order
}

// Review is a buyer's word on an order that came to its end.
type Review struct {
	Order    ID
	Supplier market.BusinessID
	Buyer    market.BusinessID
	Country  string // of the buyer
	Listings []catalog.ListingID
	Stars    int    // 1 to 5
	Text     string // public, at most 1,000 letters
	At       time.Time
}

// StockMove changes one variant's stock with the order.
type StockMove struct {
	Variant  catalog.VariantID
	OnHand   market.Quantity // added; negative when shipped
	Reserved market.Quantity // added; negative when the reservation ends
}

// Change is everything that one step does. The records apply it wholly or not
// at all, and only to the version it was made from.
type Change struct {
	Order     ID
	Version   int64 // that Order had
	Status    Status
	Entry     Entry
	Stock     []StockMove
	Postings  []ledger.Transaction
	Set       []Clock // replaces one of the same kind
	Stop      []ClockKind
	Complaint *Complaint // nil: unchanged
	Invoice   *Invoice   // Number 0: the records give the next one
	Tracking  market.Sealed
	Carrier   string
	Events    []market.Event
	Once      market.Idempotency
	Actor     market.Actor
}

// Group is what one checkout made.
type Group struct {
	ID      GroupID
	Buyer   market.BusinessID
	Orders  []Order
	Amounts []market.Money // one for each currency, what is to be paid
}
