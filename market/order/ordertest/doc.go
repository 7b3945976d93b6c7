// Package ordertest is the suite that every keeper of orders, carts and threads
// must pass. Each engine runs it on its own records.
package ordertest

import (
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// Records is what the suite tests, and the two things that it needs beside it.
type Records struct {
	Book    order.Book
	Carts   order.Carts
	Shelf   order.Shelf
	Threads order.Threads
	Journal ledger.Journal

	// Shelve publishes a listing with its variants and stock, as of a supplier in
	// Portugal that it makes if it has to.
	Shelve func(t testing.TB, l catalog.Listing)
	// Stock is what lies on record of a variant.
	Stock func(t testing.TB, v catalog.VariantID) (onHand, reserved market.Quantity)
}

// floor is a supplier with three variants of tiles, and the buyers before it.
type floor struct {
	testing.TB
	Records
	supplier market.BusinessID
	listing  catalog.Listing
	now      time.Time
}

// unitPrice is what each variant costs.
var unitPrice = market.Of(450, "EUR")

func newFloor(t testing.TB, r Records, onHand ...market.Quantity) *floor {
	f := &floor{TB: t, Records: r, supplier: market.NewID[market.BusinessID](), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	f.listing = catalog.Listing{
		ID: market.NewID[catalog.ListingID](), Supplier: f.supplier, Article: "AZ-15", Titles: map[string]string{"en": "Azulejo tile", "pt": "Azulejo"},
		Descriptions: map[string]string{"en": "Glazed by hand."}, Language: "pt", Category: "home/tiles", State: catalog.Published, Unit: "H87",
		MOQ: 1, Multiple: 1, LeadDays: 5, Origin: "PT", HSCode: "690721", Created: f.now, Changed: f.now,
		Pictures: []catalog.Picture{{ID: "p1", Alt: "A tile", Width: 800, Height: 800, Widths: []int{400, 800}}},
	}
	for i, n := range onHand {
		f.listing.Variants = append(f.listing.Variants, catalog.Variant{
			ID: market.NewID[catalog.VariantID](), SKU: "AZ-15-" + string(rune('A'+i)), Label: string(rune('A' + i)), WeightGrams: 900, LengthMM: 150, WidthMM: 150, HeightMM: 12,
			Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 1, Minor: unitPrice.Minor}}}}, OnHand: n,
		})
	}
	r.Shelve(t, f.listing)
	return f
}

// someBuyer is a person of a buying business that nobody met yet.
func someBuyer() market.Actor {
	return market.Actor{Person: market.NewID[market.PersonID](), Business: market.NewID[market.BusinessID](), Buys: true}
}

func (f *floor) seller() market.Actor {
	return market.Actor{Person: "01900000-0000-7000-8000-000000000001", Business: f.supplier, Sells: true}
}

var (
	clock    = market.Actor{Ticks: true}
	operator = market.Actor{Person: "01900000-0000-7000-8000-000000000002", Operator: true}
)

// once is a request's key.
func once(key string) market.Idempotency {
	return market.Idempotency{Key: key, Digest: "digest of " + key}
}

// placement is a checkout of these quantities of the floor's variants; those of
// 0 are not ordered. ship is the price of freight.
func (f *floor) placement(buyer market.Actor, key string, quantities ...market.Quantity) order.Placement {
	o := order.Order{
		ID: market.NewID[order.ID](), Group: market.NewID[order.GroupID](), Buyer: buyer.Business, BuyerName: "Corner Shop",
		Supplier: f.supplier, SupplierName: "Tile Works", PlacedBy: buyer.Person,
		Status:  order.Status{Payment: order.Awaiting, Fulfilment: order.New, Dispute: order.None},
		Goods:   market.Of(0, "EUR"),
		Freight: landed.Freight{Method: "road", Price: market.Of(1_250, "EUR"), DaysFrom: 3, DaysTo: 6}, CommissionBps: 333,
		Provider: "demo", ShipTo: "DE", ShipFrom: "PT", LeadDays: 5, PurchaseOrder: market.Sealed("sealed number"), Address: market.Sealed("sealed address"),
		Placed: f.now, Changed: f.now, Version: 1,
	}
	o.Number = "K-" + string(o.ID[24:])
	p := order.Placement{Once: once(key), Actor: buyer}
	if key == "" {
		p.Once = market.Idempotency{}
	}
	for i, q := range quantities {
		if q == 0 {
			continue
		}
		v := f.listing.Variants[i]
		sum, _ := unitPrice.Times(int64(q))
		o.Lines = append(o.Lines, order.Line{
			Variant: v.ID, Listing: f.listing.ID, SKU: v.SKU, Title: "Azulejo tile", Label: v.Label, Unit: "H87", Quantity: q,
			UnitPrice: unitPrice, Sum: sum, Grams: v.WeightGrams, HSCode: "690721", Origin: "PT",
		})
		o.Goods = o.Goods.Add(sum)
		p.Stock = append(p.Stock, order.StockMove{Variant: v.ID, Reserved: q})
	}
	base := o.Goods.Add(o.Freight.Price)
	o.Tax = landed.Tax{Label: "tax_reverse_charge", Bps: 700, Base: base, Amount: base.Share(700), Rounding: market.HalfUp}
	o.Total = base.Add(o.Tax.Amount)
	o.PaidIn, o.Out, o.Back = market.Of(0, "EUR"), market.Of(0, "EUR"), market.Of(0, "EUR")
	p.Group = order.Group{ID: o.Group, Buyer: buyer.Business, Orders: []order.Order{o}, Amounts: []market.Money{o.Total}}
	p.Keys = []party.Key{{Subject: o.Of(), Wrapped: market.Sealed("wrapped key")}}
	p.Clocks = []order.Clock{{Order: o.ID, Kind: order.PayBy, Due: f.now.Add(time.Hour)}}
	p.Entries = []order.Entry{{At: f.now, By: buyer.Person, Role: market.Buyer, Business: buyer.Business, What: order.StepPlace, Amount: o.Total, To: o.Status}}
	p.Events = []market.Event{{ID: market.NewID[string](), Subject: "order.placed", Body: []byte(`{"order":"` + string(o.ID) + `"}`), At: f.now}}
	return p
}

// placed is an order of these quantities.
func (f *floor) placed(buyer market.Actor, quantities ...market.Quantity) order.Order {
	f.Helper()
	p := f.placement(buyer, "", quantities...)
	if err := f.Book.Place(f.Context(), p); err != nil {
		f.Fatalf("place an order: %v", err)
	}
	return p.Group.Orders[0]
}

// change works out a step as the desk does.
func (f *floor) change(id order.ID, by market.Actor, step order.Step, in order.Input) (order.Change, error) {
	f.Helper()
	o := f.read(id)
	var complaint *order.Complaint
	if o.Status.Dispute != order.None {
		c, err := f.Book.Complaint(f.Context(), id)
		if err != nil {
			f.Fatalf("read the complaint: %v", err)
		}
		complaint = &c
	}
	if in.HoldFor == 0 {
		in.HoldFor = 30 * 24 * time.Hour
	}
	if in.Amount.Currency == "" {
		in.Amount = o.Hold()
	}
	f.now = f.now.Add(time.Minute)
	return order.Move(o, complaint, by, step, in, f.now, order.Usual)
}

// move takes a step and returns the order after it.
func (f *floor) move(id order.ID, by market.Actor, step order.Step, in order.Input) order.Order {
	f.Helper()
	c, err := f.change(id, by, step, in)
	if err == nil {
		err = f.Book.Apply(f.Context(), c)
	}
	if err != nil {
		f.Fatalf("step %s: %v", step, err)
	}
	return f.read(id)
}

func (f *floor) read(id order.ID) order.Order {
	f.Helper()
	o, err := f.Book.Order(f.Context(), id)
	if err != nil {
		f.Fatalf("read order %s: %v", id, err)
	}
	return o
}

// stocked checks what lies on record of the i-th variant.
func (f *floor) stocked(i int, onHand, reserved market.Quantity, lost string) {
	f.Helper()
	if h, r := f.Stock(f, f.listing.Variants[i].ID); h != onHand || r != reserved {
		f.Errorf("variant %d has %d on hand, %d reserved, want %d and %d: %s", i, h, r, onHand, reserved, lost)
	}
}
