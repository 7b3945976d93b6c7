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
		"a trade from payment to release adds up":                   wholeTrade,
		"a complaint ends in a split that adds up":                  splitTrade,
		"a step counts for the version it was made from":            staleChange,
		"changes are carried out together or not at all":            changesTogether,
		"a repeated step has no second effect":                      repeatedStep,
		"money leaves a hold only as far as it is there":            holdNeverNegative,
		"invoices are numbered without gaps by supplier and year":   invoicesWithoutGaps,
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

func wholeTrade(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 4)
	f.move(o.ID, buyer, order.StepPay, order.Input{})
	if got := f.read(o.ID); got.PaidIn != o.Total || got.Hold() != o.Total {
		t.Errorf("got %s paid in, %s held after paying %s", got.PaidIn, got.Hold(), o.Total)
	}
	if held, err := r.Journal.Held(t.Context(), f.supplier); err != nil || !slices.Equal(held, []market.Money{o.Total}) {
		t.Errorf("got %v held for the supplier, %v, want %s", held, err, o.Total)
	}
	f.move(o.ID, f.seller(), order.StepAccept, order.Input{})
	f.move(o.ID, f.seller(), order.StepShip, order.Input{Carrier: "DHL", Tracking: market.Sealed("sealed tracking")})
	f.stocked(0, 6, 0, "goods that left are still on the shelf")
	f.move(o.ID, buyer, order.StepReceive, order.Input{})
	got := f.move(o.ID, buyer, order.StepRelease, order.Input{})
	if got.Status != (order.Status{Payment: order.Released, Fulfilment: order.Received, Dispute: order.None}) || got.Version != 6 {
		t.Errorf("got status %v, version %d", got.Status, got.Version)
	}
	if got.Carrier != "DHL" || string(got.Tracking) != "sealed tracking" || string(got.Address) != "sealed address" {
		t.Errorf("the shipment's facts were lost: %q, %q, %q", got.Carrier, got.Tracking, got.Address)
	}
	commission := o.Total.Share(o.CommissionBps)
	if owed, err := r.Journal.Owed(t.Context(), f.supplier); err != nil || !slices.Equal(owed, []market.Money{o.Total.Sub(commission)}) {
		t.Errorf("got %v owed, %v, want %s", owed, err, o.Total.Sub(commission))
	}
	if !got.Hold().Zero() || got.Out != o.Total {
		t.Errorf("got %s held, %s released of %s", got.Hold(), got.Out, o.Total)
	}
	if cs, err := r.Book.Clocks(t.Context(), o.ID); err != nil || len(cs) != 0 {
		t.Errorf("got clocks %v, %v on an order that is over", cs, err)
	}
	h, err := r.Book.History(t.Context(), o.ID)
	if err != nil || len(h) != 6 || h[5].To != got.Status {
		t.Errorf("got %d entries, %v, want 6 that lead to %v", len(h), err, got.Status)
	}
	for i := 1; i < len(h); i++ {
		if h[i].From != h[i-1].To {
			t.Errorf("entry %d begins at %v where the one before ended at %v", i, h[i].From, h[i-1].To)
		}
	}
}

func splitTrade(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 4)
	f.move(o.ID, buyer, order.StepPay, order.Input{})
	f.move(o.ID, f.seller(), order.StepAccept, order.Input{})
	f.move(o.ID, f.seller(), order.StepShip, order.Input{})
	back := market.Of(701, "EUR")
	f.move(o.ID, buyer, order.StepComplain, order.Input{Reason: order.Damaged, Text: market.Sealed("sealed text"), Amount: market.Of(900, "EUR")})
	f.move(o.ID, f.seller(), order.StepOffer, order.Input{Amount: back})
	c, err := r.Book.Complaint(t.Context(), o.ID)
	if err != nil || c.Offer != back || c.Award.Currency != "" || string(c.Text) != "sealed text" || c.Wanted.Minor != 900 || c.Reason != order.Damaged {
		t.Errorf("got complaint %+v, %v", c, err)
	}
	if open, err := r.Book.Orders(t.Context(), order.Filter{Supplier: f.supplier, Dispute: []order.Dispute{order.Open, order.Offered}}); err != nil || len(open) != 1 {
		t.Errorf("got %d orders that wait for somebody, %v, want 1", len(open), err)
	}
	got := f.move(o.ID, buyer, order.StepAgree, order.Input{})
	if got.Status.Payment != order.Split || got.Back != back || got.Out != o.Total.Sub(back) || !got.Hold().Zero() {
		t.Errorf("got %v: %s back, %s released of %s", got.Status, got.Back, got.Out, o.Total)
	}
	if c, err = r.Book.Complaint(t.Context(), o.ID); err != nil || c.Award != back || c.Settled.IsZero() {
		t.Errorf("got complaint %+v, %v after it was settled", c, err)
	}
}

func staleChange(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 1)
	pay, err := f.change(o.ID, buyer, order.StepPay, order.Input{})
	if err != nil {
		t.Fatal(err)
	}
	f.move(o.ID, buyer, order.StepCancel, order.Input{})
	if err := r.Book.Apply(t.Context(), pay); !errors.Is(err, order.ErrMoved) {
		t.Errorf("got %v, want ErrMoved: a cancelled order was paid", err)
	}
	if got := f.read(o.ID); !got.PaidIn.Zero() || got.Version != 2 {
		t.Errorf("a refused step left %s paid in, version %d", got.PaidIn, got.Version)
	}
	pay.Order = market.NewID[order.ID]()
	if err := r.Book.Apply(t.Context(), pay); !errors.Is(err, order.ErrMoved) {
		t.Errorf("got %v for an order that is not there, want ErrMoved", err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	race := f.placed(buyer, 1)
	for _, s := range []order.Step{order.StepPay, order.StepCancel, order.StepPay, order.StepCancel} {
		c, err := f.change(race.ID, buyer, s, order.Input{})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := r.Book.Apply(t.Context(), c); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, order.ErrMoved) {
				t.Errorf("got %v from a lost race, want ErrMoved", err)
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("%d of four steps at once were carried out, want 1", won)
	}
}

func changesTogether(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	a, b := f.placed(buyer, 1), f.placed(buyer, 2)
	first, err := f.change(a.ID, buyer, order.StepPay, order.Input{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := f.change(b.ID, buyer, order.StepPay, order.Input{})
	if err != nil {
		t.Fatal(err)
	}
	other.Version = 7
	if err := r.Book.Apply(t.Context(), first, other); !errors.Is(err, order.ErrMoved) {
		t.Errorf("got %v, want ErrMoved", err)
	}
	if got := f.read(a.ID); got.Status.Payment != order.Awaiting || !got.PaidIn.Zero() {
		t.Errorf("half of a payment was booked: %v, %s", got.Status, got.PaidIn)
	}
	other.Version = 1
	if err := r.Book.Apply(t.Context(), other, first); err != nil {
		t.Fatal(err)
	}
	if got := f.read(b.ID); got.Status.Payment != order.Held {
		t.Errorf("got %v after paying two orders at once", got.Status)
	}
}

func repeatedStep(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 1)
	pay, err := f.change(o.ID, buyer, order.StepPay, order.Input{})
	if err != nil {
		t.Fatal(err)
	}
	pay.Once = once("pay")
	if err := r.Book.Apply(t.Context(), pay); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.Apply(t.Context(), pay); !errors.Is(err, order.ErrRepeat) {
		t.Errorf("got %v, want ErrRepeat: a double click is told of an error", err)
	}
	pay.Once.Digest = "of another form"
	if err := r.Book.Apply(t.Context(), pay); market.KindOf(err) != market.Conflict || errors.Is(err, order.ErrMoved) {
		t.Errorf("got %v for another step under the same key, want a Conflict fault of the key", err)
	}
	if got := f.read(o.ID); got.PaidIn != o.Total {
		t.Errorf("got %s paid in, want %s", got.PaidIn, o.Total)
	}
	if _, err := r.Book.Placed(t.Context(), buyer, once("pay")); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for the key of a step, want NotFound: it placed nothing", err)
	}
}

func holdNeverNegative(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 1)
	f.move(o.ID, buyer, order.StepPay, order.Input{})
	cancel, err := f.change(o.ID, buyer, order.StepCancel, order.Input{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cancel.Postings[0].Postings {
		cancel.Postings[0].Postings[i].Amount.Minor *= 2
	}
	if err := r.Book.Apply(t.Context(), cancel); err == nil {
		t.Error("more was refunded than was paid")
	}
	cancel.Postings[0].Postings[0].Amount.Minor++
	if err := r.Book.Apply(t.Context(), cancel); err == nil {
		t.Error("a transaction that does not sum to zero was booked")
	}
	if got := f.read(o.ID); got.Hold() != o.Total || got.Status.Payment != order.Held {
		t.Errorf("got %s held, %v, want all of it", got.Hold(), got.Status)
	}
}

func invoicesWithoutGaps(t *testing.T, r Records) {
	f := newFloor(t, r, 1000)
	var ready []order.ID
	for range 12 {
		buyer := someBuyer()
		o := f.placed(buyer, 1)
		f.move(o.ID, buyer, order.StepPay, order.Input{})
		f.move(o.ID, f.seller(), order.StepAccept, order.Input{})
		ready = append(ready, o.ID)
	}
	var all sync.WaitGroup
	for i, id := range ready {
		ship, err := f.change(id, f.seller(), order.StepShip, order.Input{})
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 { // a plan that fails after it took a number gives it back
			late := ship
			late.Events = []market.Event{ship.Events[0], ship.Events[0]}
			late.Stock = []order.StockMove{{Variant: ship.Stock[0].Variant, OnHand: -5000, Reserved: 0}}
			all.Go(func() {
				if err := r.Book.Apply(t.Context(), late); err == nil {
					t.Error("goods that are not there were shipped")
				}
			})
		}
		all.Go(func() {
			if err := r.Book.Apply(t.Context(), ship); err != nil {
				t.Errorf("ship: %v", err)
			}
		})
	}
	all.Wait()
	var numbers []int64
	for _, id := range ready {
		v, err := r.Book.Invoice(t.Context(), id)
		if err != nil || v.Series != "2026" || v.Supplier != f.supplier || v.Order != id || v.Issued.IsZero() {
			t.Errorf("got invoice %+v, %v", v, err)
		}
		numbers = append(numbers, v.Number)
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != int64(i+1) {
			t.Fatalf("got invoices %v: the tax office asks for the missing ones", numbers)
		}
	}
}

func clocksRunOut(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	early, late := f.placement(someBuyer(), "", 1), f.placement(someBuyer(), "", 1)
	early.Clocks[0].Due = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	late.Clocks[0].Due = time.Date(2001, 1, 1, 0, 0, 1, 0, time.UTC)
	for _, p := range []order.Placement{late, early} {
		if err := r.Book.Place(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want []order.Clock
	}{
		{early.Clocks[0].Due.Add(-time.Microsecond), nil},
		{early.Clocks[0].Due, early.Clocks},
		{late.Clocks[0].Due, append(slices.Clone(early.Clocks), late.Clocks...)},
	} {
		if got, err := r.Book.Due(t.Context(), c.at, 10); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("at %s got %v, %v, want %v", c.at, got, err, c.want)
		}
	}
	f.move(early.Group.Orders[0].ID, clock, order.StepExpire, order.Input{})
	if got, err := r.Book.Due(t.Context(), late.Clocks[0].Due, 10); err != nil || !slices.Equal(got, late.Clocks) {
		t.Errorf("got %v, %v after the first was dealt with, want the second", got, err)
	}
	f.move(late.Group.Orders[0].ID, clock, order.StepExpire, order.Input{})
	f.stocked(0, 10, 0, "an expired reservation keeps its stock")
}

func listsByPage(t *testing.T, r Records) {
	f := newFloor(t, r, 1000)
	buyer := someBuyer()
	var want []order.ID
	for range 7 {
		want = append(want, f.placed(buyer, 1).ID)
	}
	f.placed(someBuyer(), 1)
	slices.Reverse(want)
	var got []order.ID
	page := order.Filter{Buyer: buyer.Business, Limit: 3}
	for {
		os, err := r.Book.Orders(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range os {
			got, page.Before = append(got, o.ID), o.ID
		}
		if len(os) < page.Limit {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	f.move(want[0], buyer, order.StepPay, order.Input{})
	number := f.read(want[1]).Number
	for name, c := range map[string]struct {
		f order.Filter
		n int
	}{
		"a buyer's":        {order.Filter{Buyer: buyer.Business}, 7},
		"a supplier's":     {order.Filter{Supplier: f.supplier}, 8},
		"paid":             {order.Filter{Supplier: f.supplier, Payment: []order.Payment{order.Held}}, 1},
		"paid or waiting":  {order.Filter{Supplier: f.supplier, Payment: []order.Payment{order.Held, order.Awaiting}}, 8},
		"shipped":          {order.Filter{Supplier: f.supplier, Fulfilment: []order.Fulfilment{order.Shipped}}, 0},
		"of a number":      {order.Filter{Number: number}, 1},
		"of a checkout":    {order.Filter{Group: f.read(want[0]).Group}, 1},
		"by provider":      {order.Filter{Supplier: f.supplier, Provider: "demo"}, 8},
		"by another":       {order.Filter{Supplier: f.supplier, Provider: "bank"}, 0},
		"without disputes": {order.Filter{Supplier: f.supplier, Dispute: []order.Dispute{order.None}}, 8},
	} {
		os, err := r.Book.Orders(t.Context(), c.f)
		if n, _ := r.Book.Count(t.Context(), c.f); err != nil || len(os) != c.n || n != c.n {
			t.Errorf("%s: got %d orders, counted %d, %v, want %d", name, len(os), n, err, c.n)
		}
	}
}

func reviewOnce(t *testing.T, r Records) {
	f := newFloor(t, r, 10)
	buyer := someBuyer()
	o := f.placed(buyer, 1)
	review := order.Review{Order: o.ID, Supplier: f.supplier, Buyer: buyer.Business, Country: "DE", Listings: []catalog.ListingID{f.listing.ID}, Stars: 4, Text: "Well packed.", At: f.now}
	event := market.Event{ID: market.NewID[string](), Subject: "order.reviewed", Body: []byte(`{}`), At: f.now}
	if err := r.Book.PutReview(t.Context(), review, event); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.PutReview(t.Context(), review, event); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v, want a Conflict fault: one order is praised twice", err)
	}
	for name, filter := range map[string]order.ReviewFilter{
		"by supplier": {Supplier: f.supplier}, "by listing": {Listing: f.listing.ID}, "by order": {Order: o.ID},
	} {
		if got, err := r.Book.Reviews(t.Context(), filter); err != nil || !reflect.DeepEqual(got, []order.Review{review}) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, review)
		}
	}
	if n, stars, err := r.Book.Rating(t.Context(), f.supplier); err != nil || n != 1 || stars != 4 {
		t.Errorf("got %d reviews with %d stars, %v, want 1 with 4", n, stars, err)
	}
	if n, stars, err := r.Book.Rating(t.Context(), buyer.Business); err != nil || n != 0 || stars != 0 {
		t.Errorf("got %d reviews with %d stars, %v of a business nobody reviewed", n, stars, err)
	}
	if got, err := r.Book.Reviews(t.Context(), order.ReviewFilter{Listing: market.NewID[catalog.ListingID]()}); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v for a listing without reviews", got, err)
	}
}

func termsByVersion(t *testing.T, r Records) {
	f := newFloor(t, r, 1)
	terms := order.Terms{Business: f.supplier, CommissionBps: 300, Freight: landed.Table{{Name: "EU", Countries: []string{"DE", "FR"}, Methods: []landed.Method{
		{Key: "road", DaysFrom: 3, DaysTo: 6, Brackets: []landed.Bracket{{UpToGrams: 30_000, Prices: []market.Money{market.Of(1_250, "EUR")}}}},
	}}}}
	read := func() order.Terms {
		t.Helper()
		got, err := r.Book.Terms(t.Context(), []market.BusinessID{f.supplier, market.NewID[market.BusinessID]()})
		if err != nil || len(got) > 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		return got[f.supplier]
	}
	if err := r.Book.SaveTerms(t.Context(), terms); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.SaveTerms(t.Context(), terms); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for new terms where some stand, want a Conflict fault", err)
	}
	terms.Version = 1
	if got := read(); !reflect.DeepEqual(got, terms) {
		t.Errorf("got %+v, want %+v", got, terms)
	}
	changed := terms
	changed.CommissionBps, changed.Freight = 250, landed.Table{{Name: "World", Countries: []string{"*"}}}
	if err := r.Book.SaveTerms(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if err := r.Book.SaveTerms(t.Context(), terms); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v for terms made from an older version, want a Conflict fault", err)
	}
	changed.Version = 2
	if got := read(); !reflect.DeepEqual(got, changed) {
		t.Errorf("old terms were served after new ones were saved: %+v", got)
	}
}
