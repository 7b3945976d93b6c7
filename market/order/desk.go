package order

import (
	"context"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/party"
)

// Parties is what the desk needs to know of businesses.
type Parties interface {
	Business(ctx context.Context, id market.BusinessID) (party.Business, error)
	Address(ctx context.Context, b market.BusinessID, id party.AddressID) (party.Address, error)
}

// Provider is a way to pay. A provider says how long it may hold money; Kontor
// never promises to hold longer.
type Provider interface {
	Name() string
	MaxHold() time.Duration // from payment
	Keep() time.Duration    // how long stock is kept for somebody who is about to pay
	// ByOperator tells that the operator moves the money by hand, as for a bank
	// transfer: Authorise is then not called, and the other three do nothing.
	ByOperator() bool
	// Authorise reserves the amounts at once and takes nothing yet. A refusal is a
	// market.Fault on field "payment". What is neither captured nor voided lapses
	// by itself, as after a crash.
	Authorise(ctx context.Context, c Charge) error
	// Capture takes what was authorised under the reference; a second time it does
	// nothing. A refusal for good, after which nothing was or will be taken, is a
	// market.Fault on field "payment"; ErrPending says that the money is on its
	// way, and any other error that nobody knows: both are asked again.
	Capture(ctx context.Context, reference Reference) error
	// Void gives up what was authorised and not captured; a second time it does
	// nothing.
	Void(ctx context.Context, reference Reference) error
	// Refund sends captured money back. The same ID never refunds twice, however
	// late it comes again.
	Refund(ctx context.Context, r Refund) error
}

// Reference names one attempt to pay a group. It is the ledger's transaction
// that pays in the first of its orders, so that it can always be found again.
type Reference = ledger.TransactionID

// Charge is one payment for a whole group.
type Charge struct {
	Reference  Reference
	Group      GroupID
	Amounts    []market.Money
	Instrument string // what the provider's own form gave; never stored
}

// Refund is money that goes back to the buyer by the way it came.
type Refund struct {
	ID        ledger.TransactionID // that booked it
	Reference Reference            // of the payment it is a part of
	Order     ID
	Amount    market.Money
}

// Desk is where orders are placed and moved.
type Desk struct {
	Book      Book
	Carts     Carts
	Shelf     Shelf
	Threads   Threads
	Parties   Parties
	Vault     party.Vault
	Providers []Provider
	Rates     landed.Rates
	Times     Times
	Now       func() time.Time

	CommissionBps int64 // of a supplier that has no terms yet, basis points
}

// provider finds a way to pay by its name.
func (d *Desk) provider(name string) (Provider, error) {
	for _, p := range d.Providers {
		if p.Name() == name {
			return p, nil
		}
	}
	return nil, &market.Fault{Kind: market.Invalid, Field: "payment", Msg: "This way of paying is not offered.", Fix: "Choose one of those offered."}
}

// PutLine sets a variant's quantity in a cart (0 takes it out) and returns the
// cart's id. It is idempotent by meaning. An empty or unknown id makes a cart.
func (d *Desk) PutLine(ctx context.Context, a market.Actor, id CartID, v catalog.VariantID, q market.Quantity, want market.Currency) (CartID, error) {
	if q < 0 || q > market.MostQuantity {
		return "", &market.Fault{Kind: market.Invalid, Field: "quantity", Msg: "This quantity can't be ordered.", Fix: "Enter a whole number from 0 to 2,147,483,647."}
	}
	cart, err := d.Cart(ctx, a, id)
	isNew := market.KindOf(err) == market.NotFound
	if err != nil && !isNew {
		return "", err
	}
	line := CartLine{Variant: v, Quantity: q, Added: d.Now()}
	list, err := d.Shelf.Offers(ctx, variants(cart.with(CartLine{Variant: v, Quantity: 1})))
	if err != nil {
		return "", err
	}
	offers := byVariant(list)
	if o := offers[v]; q > 0 && (o == nil || !o.Buyable) {
		return "", market.Missing("This article")
	}
	if q > 0 && len(cart.Lines) >= MostLines && !cart.has(v) {
		return "", &market.Fault{Kind: market.TooLarge, Msg: "A cart holds 100 articles.", Fix: "Order these first."}
	}
	if isNew {
		cart = Cart{ID: market.NewID[CartID](), Person: a.Person, Changed: d.Now()}
		if err := d.Carts.PutCart(ctx, cart); err != nil {
			return "", err
		}
	}
	after := cart.with(line)
	if q > 0 {
		line.Seen = offers[v].seen(together(after, offers)[offers[v].Listing], want)
	}
	for _, l := range follow(cart.Lines, after, offers) {
		if l.Variant == v {
			continue
		}
		if err := d.Carts.SetLine(ctx, cart.ID, l); err != nil {
			return "", err
		}
	}
	return cart.ID, d.Carts.SetLine(ctx, cart.ID, line)
}

func variants(lines []CartLine) []catalog.VariantID {
	vs := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		vs[i] = l.Variant
	}
	return vs
}

func (c Cart) has(v catalog.VariantID) bool {
	for _, l := range c.Lines {
		if l.Variant == v {
			return true
		}
	}
	return false
}

// Cart is the person's own, or the guest's that id names. Another person's
// cart is not found.
func (d *Desk) Cart(ctx context.Context, a market.Actor, id CartID) (Cart, error) {
	if a.SignedIn() {
		return d.Carts.CartOf(ctx, a.Person)
	}
	if !market.IsID(id) {
		return Cart{}, market.Missing("This cart")
	}
	c, err := d.Carts.Cart(ctx, id)
	if err == nil && c.Person != "" {
		return Cart{}, market.Missing("This cart")
	}
	return c, err
}

// Adopt gives a guest's cart to the person who just signed in: its lines
// replace those of the same variant in the cart that the person already had, and
// join the others as long as there is room (MostLines).
func (d *Desk) Adopt(ctx context.Context, a market.Actor, guest CartID) error {
	if !a.SignedIn() || !market.IsID(guest) {
		return nil
	}
	c, err := d.Carts.Cart(ctx, guest)
	if market.KindOf(err) == market.NotFound || err == nil && c.Person != "" {
		return nil
	}
	if err != nil {
		return err
	}
	own, err := d.Carts.CartOf(ctx, a.Person)
	switch {
	case market.KindOf(err) == market.NotFound:
		c.Person = a.Person
		return d.Carts.PutCart(ctx, c)
	case err != nil:
		return err
	}
	if err := d.merge(ctx, own, c.Lines); err != nil {
		return err
	}
	return d.Carts.DropCart(ctx, guest)
}

// merge puts a guest's lines into a person's cart.
func (d *Desk) merge(ctx context.Context, own Cart, guests []CartLine) error {
	merged := own
	var put []CartLine
	for _, l := range guests {
		if merged.has(l.Variant) || len(merged.Lines) < MostLines {
			merged.Lines, put = merged.with(l), append(put, l)
		}
	}
	list, err := d.Shelf.Offers(ctx, variants(merged.Lines))
	if err != nil {
		return err
	}
	offers := byVariant(list)
	put = append(put, follow(guests, merged.Lines, offers)...) // the later one stands
	for _, l := range follow(own.Lines, merged.Lines, offers) {
		if !(Cart{Lines: guests}).has(l.Variant) {
			put = append(put, l)
		}
	}
	for _, l := range put {
		if !merged.has(l.Variant) {
			continue
		}
		if err := d.Carts.SetLine(ctx, own.ID, l); err != nil {
			return err
		}
	}
	return nil
}

// Price works out the actor's cart for a destination.
func (d *Desk) Price(ctx context.Context, c Cart, ask Ask) (Priced, error) {
	offers, err := d.Shelf.Offers(ctx, variants(c.Lines))
	if err != nil {
		return Priced{}, err
	}
	var suppliers []market.BusinessID
	for _, o := range offers {
		if n := len(suppliers); n == 0 || suppliers[n-1] != o.Supplier {
			suppliers = append(suppliers, o.Supplier)
		}
	}
	terms, err := d.Book.Terms(ctx, suppliers)
	if err != nil {
		return Priced{}, err
	}
	return Price(c, offers, terms, d.Rates, ask), nil
}
