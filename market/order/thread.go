package order

import (
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
)

// ThreadID names a thread, MessageID a message in it.
type (
	ThreadID  string
	MessageID string
)

// Thread is a conversation between a buyer and a supplier: on an order, or a
// question about a listing before ordering.
type Thread struct {
	ID       ThreadID
	Order    ID                // empty for a question
	Listing  catalog.ListingID // empty for an order's thread
	Title    string            // public: the listing's title or the order's number
	Buyer    market.BusinessID
	Supplier market.BusinessID
	Started  time.Time
	Last     time.Time
	Messages int
}

// Of is the subject whose key seals the thread's messages.
func (t Thread) Of() party.Subject { return party.Subject{Kind: party.OfThread, ID: string(t.ID)} }

// Message is one of a thread. Table message, column text; key of the thread.
type Message struct {
	ID     MessageID
	Thread ThreadID
	From   market.BusinessID
	By     market.PersonID
	Text   market.Sealed
	At     time.Time
}
