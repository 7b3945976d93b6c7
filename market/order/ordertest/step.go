package ordertest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"kontor/market"
	"kontor/market/order"
)

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
	var at []order.Change
	for _, s := range []order.Step{order.StepPay, order.StepCancel, order.StepPay, order.StepCancel} {
		c, err := f.change(race.ID, buyer, s, order.Input{})
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, c)
	}
	for _, c := range at {
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
