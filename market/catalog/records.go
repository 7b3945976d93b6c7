package catalog

import (
	"context"

	"kontor/market"
)

// Filter narrows a supplier's or the operator's list; zero fields don't.
type Filter struct {
	Supplier market.BusinessID
	State    State
	Waiting  bool   // those that Waits tells of
	Text     string // part of an article code or SKU, case-insensitive
	After    ListingID
	Limit    int // 1 to 500; 0 is 50
}

// Shown is what pages list: listing and the public face of its supplier.
type Shown struct {
	Listing
	SupplierName    string
	SupplierSlug    string
	SupplierCountry string
	SupplierState   string
	Verification    string
}

// Records keeps the catalogue. A listing is one record: its variants, prices
// and texts are saved together; stock is changed by orders and by SetStock.
type Records interface {
	Categories(ctx context.Context) ([]Category, error) // in tree order
	PutCategories(ctx context.Context, c []Category) error

	// Save writes new (Version 0) and changed listings, each with its event
	// "listing.changed". A version that moved on is a Conflict; nothing is written.
	// OnHand of an existing variant is set to the new value only where stock[variant] is given.
	Save(ctx context.Context, ls []Listing, stock map[VariantID]market.Quantity) error
	SetStock(ctx context.Context, supplier market.BusinessID, v VariantID, onHand market.Quantity) error // Conflict when below what is reserved

	Listing(ctx context.Context, id ListingID) (Shown, error)       // any state: the room decides who may see it
	Listings(ctx context.Context, ids []ListingID) ([]Shown, error) // in the order asked, missing left out
	// Cards are Listings without what no list shows and what takes longest to read:
	// Descriptions, Attributes and Pending are nil, Reason is empty.
	Cards(ctx context.Context, ids []ListingID) ([]Shown, error)
	ListingOfVariant(ctx context.Context, v VariantID) (Shown, error)
	ByArticle(ctx context.Context, supplier market.BusinessID, articles []string) ([]Listing, error)
	List(ctx context.Context, f Filter) ([]Shown, error)
	// LowStock is the supplier's published listings, oldest first, of which a variant
	// has less left than the smallest order.
	LowStock(ctx context.Context, supplier market.BusinessID, limit int) ([]ListingID, error)
	CountWaiting(ctx context.Context) (int, error)
	CountByState(ctx context.Context, supplier market.BusinessID) (map[State]int, error) // "" for all suppliers
}
