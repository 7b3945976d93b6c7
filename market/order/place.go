package order

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// PlaceInput is a filled-in checkout.
type PlaceInput struct {
	Cart          CartID // may be empty for a person's own cart
	Address       party.AddressID
	Currency      market.Currency
	Shipping      map[market.BusinessID]string
	Payment       string // provider's name
	PurchaseOrder string // the buyer's own number, at most 40 letters
	Agreed        string // Priced.Digest as shown; empty: the prices seen in the cart
	LeaveOut      bool   // order what can be had, leave the rest in the cart
	Once          market.Idempotency
}

// Place makes one order for each supplier in the actor's cart, under one group,
// with the stock reserved. Repeating it with the same key returns the same
// group.
//
// Faults: SignIn for a guest; Forbidden for a business that does not buy or is
// suspended; NotFound for a cart or an address that is not the actor's; Invalid
// for a way of paying that is not there. Conflict when a price, the stock or the
// freight differs from what was agreed to, something in the cart can't be
// ordered, too many orders wait for money (MostUnpaid), or the key was used for another checkout. Nothing is reserved then.
func (d *Desk) Place(ctx context.Context, a market.Actor, in PlaceInput) (Group, error) {
	if !a.SignedIn() {
		return Group{}, &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in, or open an account: the cart stays."}
	}
	if !a.Buys {
		return Group{}, &market.Fault{Kind: market.Forbidden, Msg: "This account does not buy.", Fix: "Switch on buying in your business's profile."}
	}
	g, err := d.place(ctx, a, in)
	if in.Once.Key == "" || err == nil || market.KindOf(err) == 0 && !errors.Is(err, ErrRepeat) {
		return g, err
	}
	// A repeat finds an emptied cart, or is told so by the records: its answer
	// is the first one's.
	id, missing := d.Book.Placed(ctx, a, in.Once)
	switch {
	case missing == nil:
		return d.Book.Group(ctx, id)
	case market.KindOf(missing) == market.NotFound:
		return Group{}, err
	}
	return Group{}, missing
}

func (d *Desk) place(ctx context.Context, a market.Actor, in PlaceInput) (Group, error) {
	provider, err := d.provider(in.Payment)
	if err != nil {
		return Group{}, err
	}
	if len([]rune(in.PurchaseOrder)) > 40 {
		return Group{}, &market.Fault{Kind: market.Invalid, Field: "purchase_order", Msg: "This number is longer than 40 letters.", Fix: "Shorten it."}
	}
	c, err := d.Book.Checkout(ctx, a, in.Address)
	switch {
	case err != nil:
		return Group{}, err
	case c.Cart.ID == "" || in.Cart != "" && in.Cart != c.Cart.ID:
		return Group{}, market.Missing("This cart")
	case c.Address.ID == "":
		return Group{}, onField(market.Missing("The address"), "address_id")
	}
	priced := Price(c.Cart, c.Offers, c.Terms, d.Rates, Ask{c.Address.Country, in.Currency, in.Shipping})
	if err := agreed(priced, a, in); err != nil {
		return Group{}, err
	}
	p, err := d.placement(ctx, a, in, priced, c, provider)
	if err != nil {
		return Group{}, err
	}
	if err := d.Book.Place(ctx, p); err != nil {
		return Group{}, short(err, priced)
	}
	return p.Group, nil
}

// agreed checks that what is about to be ordered is what the buyer saw.
func agreed(p Priced, a market.Actor, in PlaceInput) error {
	if len(p.Parts) == 0 {
		return &market.Fault{Kind: market.Invalid, Field: "cart_id", Msg: "The cart is empty.", Fix: "Put something in it first."}
	}
	var fs market.Faults
	for _, part := range p.Parts {
		if part.Supplier == a.Business {
			fs.Add("cart_id", "This order would be from your own business.", "Take your own articles out of the cart.")
		}
		if !in.LeaveOut {
			fs = append(fs, part.Problems...)
		}
	}
	if len(p.Amounts) == 0 && len(fs) == 0 {
		for _, part := range p.Parts {
			fs = append(fs, part.Problems...)
		}
	}
	if in.Agreed != "" && in.Agreed != p.Digest || in.Agreed == "" && p.Changed {
		fs = append(fs, &market.Fault{Kind: market.Conflict, Field: "agreed", Msg: "A price, the freight or the stock changed since you saw the cart. Nothing was ordered.", Fix: "Look at the new sums and confirm them."})
	}
	for _, f := range fs {
		f.Kind = market.Conflict
	}
	return fs.Err()
}

func (d *Desk) placement(ctx context.Context, a market.Actor, in PlaceInput, priced Priced, c Checkout, pay Provider) (Placement, error) {
	now, buyer, to := d.Now(), c.Buyer, c.Address
	if buyer.State != party.Active {
		return Placement{}, &market.Fault{Kind: market.Forbidden, Msg: "This business is suspended and places no new orders.", Fix: "Open orders go on; write to the house about the suspension."}
	}
	p := Placement{Cart: priced.Cart, Once: in.Once, Actor: a}
	if pay.ByOperator() {
		p.MostUnpaid = MostUnpaid
	}
	p.Group = Group{ID: market.NewID[GroupID](), Buyer: a.Business, Amounts: priced.Amounts}
	look := party.LookOf(a, market.Buyer, buyer.Of(), party.Purpose{Kind: "order", ID: string(p.Group.ID)})
	lines, err := d.Vault.Open(party.Carry(ctx, c.Key), look, party.Value{At: party.Place{Table: "address", Column: "lines", Row: string(to.ID)}, Sealed: to.Lines})
	if err != nil {
		return Placement{}, err
	}
	for _, part := range priced.Parts {
		if len(part.Problems) > 0 {
			continue
		}
		o := Order{
			ID: market.NewID[ID](), Group: p.Group.ID, Number: number(), Buyer: buyer.ID, BuyerName: buyer.Name,
			Supplier: part.Supplier, SupplierName: part.Name, PlacedBy: a.Person, Status: Status{Awaiting, New, None},
			Goods: part.Goods, Freight: part.Freight, Tax: part.Tax, Total: part.Total, Provider: pay.Name(), CommissionBps: part.CommissionBps,
			ShipTo: to.Country, ShipFrom: part.Country, LeadDays: part.LeadDays, Placed: now, Changed: now, Version: 1,
			PaidIn: market.Of(0, part.Currency), Out: market.Of(0, part.Currency), Back: market.Of(0, part.Currency),
		}
		for _, l := range part.Lines {
			o.Lines = append(o.Lines, Line{
				Variant: l.Offer.Variant.ID, Listing: l.Offer.Listing, SKU: l.Offer.Variant.SKU, Title: l.Offer.Title("en"), Label: l.Offer.Variant.Label,
				Unit: l.Offer.Unit, Quantity: l.Quantity, UnitPrice: l.Unit, Sum: l.Sum, Grams: l.Offer.Variant.WeightGrams, HSCode: l.Offer.HSCode, Origin: l.Offer.Origin,
			})
			p.Stock = append(p.Stock, StockMove{Variant: l.Offer.Variant.ID, Reserved: l.Quantity})
		}
		key, err := d.Vault.NewKey(ctx, o.Of())
		if err != nil {
			return Placement{}, err
		}
		if o.Address, err = d.Vault.Seal(ctx, o.Of(), at(o.ID, "address"), lines[0]); err != nil {
			return Placement{}, err
		}
		if in.PurchaseOrder != "" {
			if o.PurchaseOrder, err = d.Vault.Seal(ctx, o.Of(), at(o.ID, "purchase_order"), []byte(in.PurchaseOrder)); err != nil {
				return Placement{}, err
			}
		}
		p.Keys = append(p.Keys, key)
		p.Group.Orders = append(p.Group.Orders, o)
		p.Clocks = append(p.Clocks, Clock{o.ID, PayBy, now.Add(pay.Keep())})
		p.Entries = append(p.Entries, Entry{At: now, By: a.Person, Role: market.Buyer, Business: a.Business, What: StepPlace, Amount: o.Total, To: o.Status})
		p.Events = append(p.Events, event(StepPlace, o.ID, now))
	}
	slices.SortFunc(p.Stock, func(x, y StockMove) int { return strings.Compare(string(x.Variant), string(y.Variant)) })
	return p, nil
}

// at is where a sealed field of an order lies.
func at(id ID, column string) party.Place {
	return party.Place{Table: "orders", Column: column, Row: string(id)}
}

// Title is the listing's title in lang, else in English, else the original.
func (o Offer) Title(lang string) string {
	for _, k := range [...]string{lang, "en", o.Language} {
		if t := o.Titles[k]; t != "" {
			return t
		}
	}
	return o.Article
}

// short turns a reservation that came too late into a fault on its line.
func short(err error, p Priced) error {
	var s *Short
	if !errors.As(err, &s) {
		return err
	}
	f := &market.Fault{Kind: market.Conflict, Field: "lines[" + string(s.Variant) + "]", Msg: "Somebody else took the last pieces just now. Nothing was ordered.", Fix: "Look at the cart again: it shows what is left.", Err: err}
	for _, part := range p.Parts {
		for _, l := range part.Lines {
			if l.Offer.Variant.ID == s.Variant {
				f.Msg = "Somebody else took the last pieces of “" + l.Offer.Title("en") + "” just now. Nothing was ordered."
			}
		}
	}
	return f
}

func onField(err error, field string) error {
	var f *market.Fault
	if errors.As(err, &f) && f.Field == "" {
		g := *f
		g.Field = field
		return &g
	}
	return err
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// number is an order's number for people: K- and 40 random bits in Crockford's
// base 32, which has no letters that are mistaken for others.
func number() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "K-" + crockford.EncodeToString(b[:])
}

// Postal opens an order's address for one of its parties, the operator, or a
// letter.
func (d *Desk) Postal(ctx context.Context, a market.Actor, o Order) (party.Postal, error) {
	by, ok := sideOf(o, a)
	if !ok {
		return party.Postal{}, market.Missing("This order")
	}
	look := party.LookOf(a, roles[by], o.Of(), party.Purpose{Kind: "order", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look, party.Value{At: at(o.ID, "address"), Sealed: o.Address})
	if err != nil {
		return party.Postal{}, err
	}
	var p party.Postal
	return p, json.Unmarshal(plain[0], &p)
}

// Kept tells until when stock is kept for a group that is not paid yet.
func (d *Desk) Kept(ctx context.Context, id ID) (time.Time, error) {
	clocks, err := d.Book.Clocks(ctx, id)
	for _, c := range clocks {
		if c.Kind == PayBy {
			return c.Due, err
		}
	}
	return time.Time{}, err
}

// Private is what is sealed on an order besides the address.
type Private struct {
	PurchaseOrder string
	Tracking      string
	Complaint     string // the buyer's words; "" if there is no complaint
}

// Private opens what is sealed on an order for one of its parties or the
// operator.
func (d *Desk) Private(ctx context.Context, a market.Actor, o Order) (Private, error) {
	by, ok := sideOf(o, a)
	if !ok {
		return Private{}, market.Missing("This order")
	}
	values := []party.Value{{At: at(o.ID, "purchase_order"), Sealed: o.PurchaseOrder}, {At: at(o.ID, "tracking"), Sealed: o.Tracking}}
	if o.Status.Dispute != None {
		c, err := d.Book.Complaint(ctx, o.ID)
		if err != nil {
			return Private{}, err
		}
		values = append(values, party.Value{At: complaintAt(o.ID), Sealed: c.Text})
	}
	look := party.LookOf(a, roles[by], o.Of(), party.Purpose{Kind: "order", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look, values...)
	if err != nil {
		return Private{}, err
	}
	p := Private{PurchaseOrder: string(plain[0]), Tracking: string(plain[1])}
	if len(plain) > 2 {
		p.Complaint = string(plain[2])
	}
	return p, nil
}

func complaintAt(id ID) party.Place {
	return party.Place{Table: "complaint", Column: "text", Row: string(id)}
}
