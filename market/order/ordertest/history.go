package ordertest

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/order"
)

// deal is what the model knows of one order.
type deal struct {
	id         order.ID
	buyer      market.Actor
	quantities []market.Quantity
	status     order.Status
	total      int64
	hold       int64
}

// model is trade reduced to what must add up.
type model struct {
	onHand []market.Quantity
	deals  []*deal
	played int
}

// reserved is what the open orders keep of variant i.
func (m *model) reserved(i int) (sum market.Quantity) {
	for _, d := range m.deals {
		if !d.status.Over() && (d.status.Fulfilment == order.New || d.status.Fulfilment == order.Accepted) {
			sum += d.quantities[i]
		}
	}
	return sum
}

// histories plays random trades and compares the records with the model after
// each step.
func histories(t *testing.T, r Records) {
	f := newFloor(t, r)
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{}
		for range 3 {
			m.onHand = append(m.onHand, market.Quantity(rapid.IntRange(0, 12).Draw(rt, "on hand")))
		}
		*f = *newFloor(t, r, m.onHand...)
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			if len(m.deals) == 0 || rapid.IntRange(0, 3).Draw(rt, "what") == 0 {
				m.place(rt, f)
			} else {
				m.step(rt, f)
			}
			m.compare(rt, f)
		}
	})
}

func (m *model) place(rt *rapid.T, f *floor) {
	d := &deal{buyer: someBuyer()}
	for i := range m.onHand {
		d.quantities = append(d.quantities, market.Quantity(rapid.IntRange(0, 4).Draw(rt, fmt.Sprintf("quantity %d", i))))
	}
	if d.quantities[0]+d.quantities[1]+d.quantities[2] == 0 {
		d.quantities[0] = 1
	}
	possible := true
	for i, q := range d.quantities {
		possible = possible && q <= m.onHand[i]-m.reserved(i)
	}
	p := f.placement(d.buyer, "place", d.quantities...)
	o := p.Group.Orders[0]
	d.id, d.status, d.total = o.ID, o.Status, o.Total.Minor
	err := f.Book.Place(f.Context(), p)
	if _, short := errors.AsType[*order.Short](err); !(err == nil && possible || short && !possible) {
		rt.Fatalf("got %v for an order of %v with %v on hand (possible: %t)", err, d.quantities, m.onHand, possible)
	}
	if err == nil {
		m.deals = append(m.deals, d)
		if err := f.Book.Place(f.Context(), p); !errors.Is(err, order.ErrRepeat) {
			rt.Fatalf("got %v for the same checkout again, want ErrRepeat", err)
		}
	}
}

// steps that somebody may try on an order, those that work most often first.
var steps = []order.Step{
	order.StepPay, order.StepAccept, order.StepShip, order.StepReceive, order.StepComplain, order.StepOffer, order.StepAgree, order.StepRefund,
	order.StepRelease, order.StepEscalate, order.StepDecide, order.StepWithdraw, order.StepCancel, order.StepExpire, order.StepBounce,
}

func (m *model) step(rt *rapid.T, f *floor) {
	d := rapid.SampledFrom(m.deals).Draw(rt, "order")
	by := rapid.SampledFrom([]market.Actor{d.buyer, f.seller(), operator, clock}).Draw(rt, "by")
	step := rapid.SampledFrom(steps).Draw(rt, "step")
	o := f.read(d.id)
	if can := order.Steps(o, by); len(can) > 0 && rapid.Bool().Draw(rt, "one that works") {
		step = rapid.SampledFrom(can).Draw(rt, "of these")
	}
	share := rapid.Int64Range(0, 10_000).Draw(rt, "share")
	in := order.Input{Amount: o.Hold().Share(share), Reason: order.Fewer, Text: market.Sealed("sealed")}
	c, err := f.change(d.id, by, step, in)
	if err != nil {
		if market.KindOf(err) == 0 {
			rt.Fatalf("step %s: %v", step, err)
		}
		return
	}
	m.played++
	c.Once = once(fmt.Sprintf("step %d of %s", m.played, d.id))
	if err := f.Book.Apply(f.Context(), c); err != nil {
		rt.Fatalf("step %s from %v: %v", step, d.status, err)
	}
	if err := f.Book.Apply(f.Context(), c); !errors.Is(err, order.ErrRepeat) {
		rt.Fatalf("got %v for the same step again, want ErrRepeat", err)
	}
	c.Once = market.Idempotency{}
	if err := f.Book.Apply(f.Context(), c); !errors.Is(err, order.ErrMoved) {
		rt.Fatalf("got %v for a step made from an older version, want ErrMoved", err)
	}
	m.follow(d, c)
}

// follow does to the model what a step does to money and goods.
func (m *model) follow(d *deal, c order.Change) {
	if c.Status.Fulfilment == order.Shipped && d.status.Fulfilment == order.Accepted {
		for i, q := range d.quantities {
			m.onHand[i] -= q
		}
	}
	switch {
	case c.Entry.What == order.StepPay:
		d.hold = d.total
	case c.Status.Over():
		d.hold = 0
	case c.Entry.What == order.StepRefund:
		d.hold -= c.Entry.Amount.Minor
	}
	d.status = c.Status
}

func (m *model) compare(rt *rapid.T, f *floor) {
	for i, v := range f.listing.Variants {
		onHand, reserved := f.Stock(f, v.ID)
		if onHand != m.onHand[i] || reserved != m.reserved(i) || onHand < reserved {
			rt.Fatalf("variant %d has %d on hand, %d reserved, want %d and %d", i, onHand, reserved, m.onHand[i], m.reserved(i))
		}
	}
	for _, d := range m.deals {
		o := f.read(d.id)
		if o.Status != d.status {
			rt.Fatalf("an order is %v, want %v", o.Status, d.status)
		}
		hold := o.Hold()
		if hold.Minor != d.hold || hold.Minor < 0 || (hold.Minor > 0) != (o.Status.Payment == order.Held) {
			rt.Fatalf("order %v holds %s, want %d: %s in, %s out, %s back", o.Status, hold, d.hold, o.PaidIn, o.Out, o.Back)
		}
	}
	balances, err := f.Journal.Balances(f.Context())
	if err != nil {
		rt.Fatal(err)
	}
	var sum int64
	for _, b := range balances {
		sum += b.Amount.Minor
	}
	if sum != 0 {
		rt.Fatalf("the trial balance is off by %d: %v", sum, balances)
	}
}
