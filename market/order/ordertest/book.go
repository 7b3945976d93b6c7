package ordertest

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
)

// Book checks a book of orders. open gives empty records.
func Book(t *testing.T, open func(testing.TB) Records) {
	r := open(t)
	for name, check := range map[string]func(*testing.T, Records){
		"what is placed is read back whole":                         placedReadsBack,
		"a checkout that is short reserves nothing":                 shortReservesNothing,
		"a repeated checkout has no second effect":                  repeatedPlace,
		"a checkout empties the cart of what it ordered":            placeEmptiesCart,
		"the last unit goes to one of fifty buyers":                 lastUnit,
		"a checkout reads cart, offers and terms together":          checkoutReads,
		"unpaid orders stay within their number in a race":          unpaidRace,
		"a trade from payment to release adds up":                   wholeTrade,
		"a complaint ends in a split that adds up":                  splitTrade,
		"a step counts for the version it was made from":            staleChange,
		"changes are carried out together or not at all":            changesTogether,
		"a repeated step has no second effect":                      repeatedStep,
		"money leaves a hold only as far as it is there":            holdNeverNegative,
		"invoices are numbered without gaps by supplier and year":   invoicesWithoutGaps,
		"a refund after the invoice has its credit note":            creditNotes,
		"silences run out in the order of their ends":               clocksRunOut,
		"lists show each order once, newest first, page after page": listsByPage,
		"a review is given once":                                    reviewOnce,
		"terms change from the version that was read":               termsByVersion,
		"any history of trade keeps money, stock and states sound":  histories,
	} {
		t.Run(name, func(t *testing.T) { check(t, r) })
	}
}

func placedReadsBack(t *testing.T, r Records) {
	f := newFloor(t, r, 10, 10, 10)
	buyer := someBuyer()
	p := f.placement(buyer, "k", 2, 0, 3)
	if err := r.Book.Place(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want := p.Group.Orders[0]
	if got := f.read(want.ID); !reflect.DeepEqual(got, want) {
		t.Errorf("an order came back changed:\ngot  %+v\nwant %+v", got, want)
	}
	g, err := r.Book.Group(t.Context(), p.Group.ID)
	if err != nil || !reflect.DeepEqual(g, p.Group) {
		t.Errorf("a checkout came back changed (%v):\ngot  %+v\nwant %+v", err, g, p.Group)
	}
	if h, err := r.Book.History(t.Context(), want.ID); err != nil || !reflect.DeepEqual(h, p.Entries) {
		t.Errorf("got history %+v, %v, want %+v", h, err, p.Entries)
	}
	if c, err := r.Book.Clocks(t.Context(), want.ID); err != nil || !reflect.DeepEqual(c, p.Clocks) {
		t.Errorf("got clocks %+v, %v, want %+v: the reservation would never end", c, err, p.Clocks)
	}
	f.stocked(0, 10, 2, "what was sold could be sold again")
	f.stocked(1, 10, 0, "stock nobody ordered is kept back")
	f.stocked(2, 10, 3, "what was sold could be sold again")
	for _, err := range []error{
		second(r.Book.Order(t.Context(), market.NewID[order.ID]())),
		second(r.Book.Group(t.Context(), market.NewID[order.GroupID]())),
		second(r.Book.Complaint(t.Context(), want.ID)),
		second(r.Book.Invoice(t.Context(), want.ID)),
	} {
		if market.KindOf(err) != market.NotFound {
			t.Errorf("got %v for what is not there, want a NotFound fault", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func shortReservesNothing(t *testing.T, r Records) {
	f := newFloor(t, r, 10, 1)
	p := f.placement(someBuyer(), "k", 4, 2)
	err := r.Book.Place(t.Context(), p)
	if s, ok := errors.AsType[*order.Short](err); !ok || s.Variant != f.listing.Variants[1].ID {
		t.Errorf("got %v, want to be told that the second variant is short", err)
	}
	f.stocked(0, 10, 0, "stock stays reserved for an order that was refused")
	if _, err := r.Book.Order(t.Context(), p.Group.Orders[0].ID); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for a refused order, want NotFound", err)
	}
	p = f.placement(p.Actor, "k", 4, 1)
	if err := r.Book.Place(t.Context(), p); err != nil {
		t.Errorf("got %v: after a refusal the same form can't be sent again", err)
	}
	unknown := f.placement(someBuyer(), "", 1)
	unknown.Stock[0].Variant = market.NewID[catalog.VariantID]()
	if _, ok := errors.AsType[*order.Short](r.Book.Place(t.Context(), unknown)); !ok {
		t.Error("an article that is no longer there could be ordered")
	}
}

func repeatedPlace(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	first := f.placement(buyer, "k", 2)
	if err := r.Book.Place(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.Place(t.Context(), f.placement(buyer, "k", 2)); !errors.Is(err, order.ErrRepeat) {
		t.Errorf("got %v, want ErrRepeat: a double click orders twice", err)
	}
	f.stocked(0, 10, 2, "a double click reserves twice")
	if id, err := r.Book.Placed(t.Context(), buyer, once("k")); err != nil || id != first.Group.ID {
		t.Errorf("got group %q, %v, want the first one's %q", id, err, first.Group.ID)
	}
	other := f.placement(buyer, "k", 3)
	other.Once.Digest = "of another form"
	if err := r.Book.Place(t.Context(), other); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for another order under the same key, want a Conflict fault", err)
	}
	if _, err := r.Book.Placed(t.Context(), buyer, other.Once); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for the key with another digest, want a Conflict fault", err)
	}
	if _, err := r.Book.Placed(t.Context(), someBuyer(), once("k")); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v: somebody finds another's order by its key", err)
	}
	if err := r.Book.Place(t.Context(), f.placement(someBuyer(), "k", 1)); err != nil {
		t.Errorf("got %v: a key that another person used is refused", err)
	}
	if done, err := r.Book.Done(t.Context(), buyer, once("k")); err != nil || !done {
		t.Errorf("got %t, %v, want the request to be known", done, err)
	}
	if done, err := r.Book.Done(t.Context(), buyer, once("unheard")); err != nil || done {
		t.Errorf("got %t, %v for a key never used", done, err)
	}
	if _, err := r.Book.Done(t.Context(), buyer, other.Once); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v, want a Conflict fault", err)
	}
}

func placeEmptiesCart(t *testing.T, r Records) {
	f := newFloor(t, r, 10, 10)
	cart := order.Cart{ID: market.NewID[order.CartID](), Changed: f.now}
	if err := r.Carts.PutCart(t.Context(), cart); err != nil {
		t.Fatal(err)
	}
	for _, v := range f.listing.Variants {
		if err := r.Carts.SetLine(t.Context(), cart.ID, order.CartLine{Variant: v.ID, Quantity: 1, Seen: unitPrice, Added: f.now}); err != nil {
			t.Fatal(err)
		}
	}
	p := f.placement(someBuyer(), "", 1)
	p.Cart = cart.ID
	if err := r.Book.Place(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c, err := r.Carts.Cart(t.Context(), cart.ID)
	if err != nil || len(c.Lines) != 1 || c.Lines[0].Variant != f.listing.Variants[1].ID {
		t.Errorf("got cart %+v, %v, want what was not ordered, alone", c, err)
	}
}

func checkoutReads(t *testing.T, r Records) {
	f, other := newFloor(t, r, 10, 10), newFloor(t, r, 10)
	buyer := market.Actor{Person: market.NewID[market.PersonID](), Business: other.supplier, Buys: true}
	c, err := r.Book.Checkout(t.Context(), buyer, market.NewID[party.AddressID]())
	if err != nil || c.Buyer.ID != buyer.Business || c.Buyer.State != party.Active || c.Buyer.Name == "" || c.Cart.ID != "" || c.Address.ID != "" {
		t.Errorf("got %+v, %v for a buyer with neither cart nor address", c, err)
	}
	cart := order.Cart{ID: market.NewID[order.CartID](), Person: buyer.Person, Changed: f.now}
	if err := r.Carts.PutCart(t.Context(), cart); err != nil {
		t.Fatal(err)
	}
	if c, err = r.Book.Checkout(t.Context(), buyer, ""); err != nil || c.Cart.ID != cart.ID || len(c.Cart.Lines) != 0 || len(c.Offers) != 0 {
		t.Errorf("got %+v, %v for an empty cart", c, err)
	}
	terms := order.Terms{Business: f.supplier, CommissionBps: 275, Version: 1, Freight: landed.Usual("EUR")}
	fresh := terms
	fresh.Version = 0
	if err := r.Book.SaveTerms(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	var vs []catalog.VariantID
	for i, v := range []catalog.VariantID{f.listing.Variants[1].ID, "gone", other.listing.Variants[0].ID, f.listing.Variants[0].ID} {
		vs = append(vs, v)
		l := order.CartLine{Variant: v, Quantity: market.Quantity(i + 1), Seen: unitPrice, Added: f.now.Add(time.Duration(i) * time.Second)}
		if err := r.Carts.SetLine(t.Context(), cart.ID, l); err != nil {
			t.Fatal(err)
		}
	}
	c, err = r.Book.Checkout(t.Context(), buyer, "")
	if err != nil {
		t.Fatal(err)
	}
	if want, err := r.Carts.CartOf(t.Context(), buyer.Person); err != nil || !reflect.DeepEqual(c.Cart, want) {
		t.Errorf("what is ordered is not what is in the cart (%v):\ngot  %+v\nwant %+v", err, c.Cart, want)
	}
	offers, err := r.Shelf.Offers(t.Context(), vs)
	for i := range offers {
		offers[i].Picture = catalog.Picture{}
	}
	if err != nil || !reflect.DeepEqual(c.Offers, offers) {
		t.Errorf("what is ordered is priced otherwise than it was shown (%v):\ngot  %+v\nwant %+v", err, c.Offers, offers)
	}
	if want := map[market.BusinessID]order.Terms{f.supplier: terms}; !reflect.DeepEqual(c.Terms, want) {
		t.Errorf("got terms %+v, want %+v: freight or commission would be wrong", c.Terms, want)
	}
	if _, err := r.Book.Checkout(t.Context(), someBuyer(), ""); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for a business that is not there, want NotFound", err)
	}
}

func unpaidRace(t *testing.T, r Records) {
	const most, racing = 3, 24
	f := newFloor(t, r, slices.Repeat([]market.Quantity{10}, racing)...)
	buyer := market.Actor{Person: market.NewID[market.PersonID](), Business: newFloor(t, r, 1).supplier, Buys: true}
	f.placed(buyer, 1) // whatever it is paid by, it waits for money
	var all sync.WaitGroup
	for i := range racing {
		quantities := make([]market.Quantity, racing)
		quantities[i] = 1 // each of another article: no two wait for the same stock
		p := f.placement(buyer, "", quantities...)
		p.MostUnpaid = most
		all.Go(func() {
			if err := r.Book.Place(t.Context(), p); err != nil && !errors.Is(err, order.ErrUnpaid) {
				t.Errorf("a checkout too many was told %v, want ErrUnpaid", err)
			}
		})
	}
	all.Wait()
	waiting := order.Filter{Buyer: buyer.Business, Payment: []order.Payment{order.Awaiting}}
	if n, err := r.Book.Count(t.Context(), waiting); err != nil || n != most {
		t.Errorf("%d orders wait for money, %v, want %d: who sends many forms at once keeps stock for days without paying", n, err, most)
	}
	reserved := market.Quantity(0)
	for _, v := range f.listing.Variants {
		_, n := f.Stock(f, v.ID)
		reserved += n
	}
	if reserved != most {
		t.Errorf("%d pieces are reserved, want %d: stock stays kept for orders that were refused", reserved, most)
	}
	if err := r.Book.Place(t.Context(), f.placement(buyer, "", 1)); err != nil {
		t.Errorf("got %v: a checkout whose stock is kept for minutes alone is refused", err)
	}
}

func lastUnit(t *testing.T, r Records) {
	f := newFloor(t, r, 1)
	var mu sync.Mutex
	var won int
	var all sync.WaitGroup
	for range 50 {
		p := f.placement(someBuyer(), "k", 1)
		all.Go(func() {
			err := r.Book.Place(t.Context(), p)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if _, ok := errors.AsType[*order.Short](err); !ok {
				t.Errorf("a buyer who came too late was told %v, want Short", err)
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("the last unit was sold %d times", won)
	}
	f.stocked(0, 1, 1, "the last unit's reservation is wrong")
	if n, err := r.Book.Count(t.Context(), order.Filter{Supplier: f.supplier}); err != nil || n != 1 {
		t.Errorf("got %d orders, %v, want 1", n, err)
	}
}
