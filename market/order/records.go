package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/party"
)

// Placement is everything that one checkout writes.
type Placement struct {
	Group   Group
	Keys    []party.Key // one for each order
	Clocks  []Clock
	Entries []Entry     // one for each order, in their order
	Stock   []StockMove // reserved, one for each variant, sorted by variant
	Cart    CartID      // emptied of these variants
	Events  []market.Event
	Once    market.Idempotency
	Actor   market.Actor

	// MostUnpaid is how many of the buyer's orders may wait for money after this
	// checkout; 0 is any number.
	MostUnpaid int
}

// Checkout is all that placing an order reads, as it is now.
type Checkout struct {
	Buyer   party.Business              // id, name and state alone
	Address party.Address               // zero where the business has none of this id
	Key     party.Key                   // the buyer's, which opens the address
	Cart    Cart                        // zero where the person has none
	Offers  []Offer                     // of the cart's lines, in their order, without pictures; missing left out
	Terms   map[market.BusinessID]Terms // of the offers' suppliers; their tables are shared, to be read only
}

// Short tells that a variant has too little stock left to be reserved.
type Short struct{ Variant catalog.VariantID }

func (s *Short) Error() string { return fmt.Sprintf("variant %s is short", s.Variant) }

// ErrRepeat tells that a request with the same key was already carried out; the
// first answer stands.
var ErrRepeat = errors.New("request was already carried out")

// ErrMoved tells that an order is no longer at the version that a change was
// made from.
var ErrMoved error = &market.Fault{Kind: market.Conflict, Msg: "Somebody moved this order just now.", Fix: "Look at it again."}

// MostUnpaid is how many orders of a business may wait for money when another is
// placed that is paid by transfer: goods are kept for those for days, and nobody
// else can buy them.
const MostUnpaid = 20

// ErrUnpaid tells that a checkout would leave more than MostUnpaid orders unpaid.
var ErrUnpaid error = &market.Fault{
	Kind: market.Conflict, Field: "payment", Msg: fmt.Sprintf("At most %d orders of a business may wait for its payment at once. Nothing was ordered.", MostUnpaid),
	Fix: "Pay or cancel some of your unpaid orders first; unpaid ones also end by themselves.",
}

// Book keeps orders. Reads fill the amounts derived from the ledger.
type Book interface {
	// Checkout reads what the actor's cart is ordered from, in one round trip;
	// NotFound for a business that is not there.
	Checkout(ctx context.Context, a market.Actor, address party.AddressID) (Checkout, error)
	// Place writes a checkout. Errors: *Short when a reservation fails,
	// ErrUnpaid when more than p.MostUnpaid orders would wait for money,
	// ErrRepeat when Once.Key was used by the same actor with the same digest, a
	// Conflict fault when it was used with another.
	Place(ctx context.Context, p Placement) error
	// Placed is the group that an earlier Place with this key made; NotFound if none
	// did, Conflict if the key was used with another digest.
	Placed(ctx context.Context, a market.Actor, once market.Idempotency) (GroupID, error)
	// Apply carries out changes together, or none. Errors: ErrMoved for a version that
	// moved on, ErrRepeat as in Place (each change may carry a key of its own).
	Apply(ctx context.Context, changes ...Change) error
	// Done tells whether a request with this key was carried out; Conflict if
	// with another digest.
	Done(ctx context.Context, a market.Actor, once market.Idempotency) (bool, error)

	Order(ctx context.Context, id ID) (Order, error)
	Group(ctx context.Context, id GroupID) (Group, error)
	Orders(ctx context.Context, f Filter) ([]Order, error) // newest first
	Count(ctx context.Context, f Filter) (int, error)
	History(ctx context.Context, id ID) ([]Entry, error)
	Complaint(ctx context.Context, id ID) (Complaint, error) // NotFound if there is none
	Clocks(ctx context.Context, id ID) ([]Clock, error)
	Due(ctx context.Context, now time.Time, limit int) ([]Clock, error) // those that ran out
	Postpone(ctx context.Context, c Clock, due time.Time) error         // unless it was set anew meanwhile
	// Transactions lists what the ledger has of an order, newest first.
	Transactions(ctx context.Context, f ledger.Filter) ([]ledger.Transaction, error)
	Invoice(ctx context.Context, id ID) (Invoice, error)

	PutReview(ctx context.Context, r Review, event market.Event) error // Conflict when there is one
	Reviews(ctx context.Context, f ReviewFilter) ([]Review, error)
	Rating(ctx context.Context, supplier market.BusinessID) (n, stars int, err error) // how many reviews, and the sum of their stars

	Terms(ctx context.Context, suppliers []market.BusinessID) (map[market.BusinessID]Terms, error)
	SaveTerms(ctx context.Context, t Terms) error // Version must be the stored one; 0 for new
}

// Carts keeps carts.
type Carts interface {
	Cart(ctx context.Context, id CartID) (Cart, error)
	CartOf(ctx context.Context, p market.PersonID) (Cart, error) // NotFound if the person has none
	PutCart(ctx context.Context, c Cart) error                   // makes it or gives it to a person; lines are left alone
	SetLine(ctx context.Context, id CartID, l CartLine) error    // quantity 0 takes the line out
	DropCart(ctx context.Context, id CartID) error
}

// Shelf is what can be bought, as it is now.
type Shelf interface {
	Offers(ctx context.Context, vs []catalog.VariantID) ([]Offer, error) // one query; missing left out
}

// Threads keeps conversations.
type Threads interface {
	// Start writes a thread with its key; a thread of the same order, or of the
	// same listing and buyer, that already stands is returned instead.
	Start(ctx context.Context, t Thread, k party.Key) (Thread, error)
	Thread(ctx context.Context, id ThreadID) (Thread, error)
	ThreadOfOrder(ctx context.Context, id ID) (Thread, error)
	ThreadsOf(ctx context.Context, b market.BusinessID, limit int) ([]Thread, error) // newest message first
	Say(ctx context.Context, m Message, once market.Idempotency, a market.Actor, events ...market.Event) error
	Messages(ctx context.Context, id ThreadID) ([]Message, error)
}

// Filter narrows a list of orders; zero fields don't.
type Filter struct {
	Buyer      market.BusinessID
	Supplier   market.BusinessID
	Number     string
	Group      GroupID
	Payment    []Payment
	Fulfilment []Fulfilment
	Dispute    []Dispute
	Provider   string
	Before     ID  // the page after this one
	Limit      int // 1 to 500; 0 is 50
}

// ReviewFilter narrows a list of reviews.
type ReviewFilter struct {
	Supplier market.BusinessID
	Listing  catalog.ListingID
	Order    ID
	Limit    int
}
