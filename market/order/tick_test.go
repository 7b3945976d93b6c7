package order_test

import (
	"context"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/order"
)

// passes lets time pass and the clocks run, and wants so many steps taken.
func (h *house) passes(d time.Duration, want int) {
	h.Helper()
	h.now = h.now.Add(d)
	if got, err := h.desk.Tick(h.Context(), 100); err != nil || got != want {
		h.Errorf("after %v clocks took %d steps, %v, want %d", d, got, err, want)
	}
}

func (h *house) is(id order.ID, p order.Payment, f order.Fulfilment, d order.Dispute) order.Order {
	h.Helper()
	o := h.order(id)
	if want := (order.Status{Payment: p, Fulfilment: f, Dispute: d}); o.Status != want {
		h.Errorf("got %v, want %v", o.Status, want)
	}
	return o
}

func TestWhatFollowsFromSilence(t *testing.T) {
	complaint := order.Act{Step: order.StepComplain, Reason: order.Damaged, Text: "Broken.", Amount: eur(4_000)}
	for name, play := range map[string]func(*house){
		"nobody pays: the goods are free again": func(h *house) {
			_, o, _ := h.bought("card")
			h.passes(15*time.Minute-time.Second, 0)
			h.passes(time.Second, 2)
			h.is(o.ID, order.Void, order.Cancelled, order.None)
			h.keeps(h.red, 0)
		},
		"the supplier doesn't accept: all goes back": func(h *house) {
			a, o, _ := h.bought("card")
			h.moves(a, o.ID, order.Act{Step: order.StepPay})
			h.passes(3*day-time.Second, 0)
			h.passes(time.Second, 2)
			if got := h.is(o.ID, order.Refunded, order.Cancelled, order.None); got.Back != o.Total {
				h.Errorf("%v of %v went back", got.Back, o.Total)
			}
			h.keeps(h.red, 0)
		},
		"the supplier doesn't ship: all goes back": func(h *house) {
			a, o, other := h.bought("card")
			h.moves(h.works, other.ID, order.Act{Step: order.StepCancel})
			h.moves(a, o.ID, order.Act{Step: order.StepPay})
			h.moves(h.kiln, o.ID, order.Act{Step: order.StepAccept})
			h.passes(19*day, 1)
			h.is(o.ID, order.Refunded, order.Cancelled, order.None)
		},
		"the buyer says nothing: received, and then released": func(h *house) {
			_, o := h.shipped()
			h.passes(20*day, 2) // and the other supplier never accepted
			h.is(o.ID, order.Held, order.Received, order.None)
			h.passes(14*day, 1)
			if got := h.is(o.ID, order.Released, order.Received, order.None); got.Out != o.Total {
				h.Errorf("%v of %v was released", got.Out, o.Total)
			}
		},
		"nobody answers a complaint: the operator decides, or all goes back": func(h *house) {
			a, o := h.shipped()
			h.moves(a, o.ID, complaint)
			h.passes(3*day, 2)
			h.is(o.ID, order.Held, order.Shipped, order.Escalated)
			h.passes(14*day, 1)
			h.is(o.ID, order.Refunded, order.Shipped, order.Settled)
		},
		"nobody answers an offer: the operator decides, or it stands": func(h *house) {
			a, o := h.shipped()
			h.moves(a, o.ID, complaint)
			h.moves(h.kiln, o.ID, order.Act{Step: order.StepOffer, Amount: eur(1_000)})
			h.passes(3*day, 2)
			h.passes(14*day, 1)
			if got := h.is(o.ID, order.Split, order.Shipped, order.Settled); got.Back != eur(1_000) || got.Out != o.Total.Sub(eur(1_000)) {
				h.Errorf("%v went back, %v was released", got.Back, got.Out)
			}
		},
		"a complaint freezes the release": func(h *house) {
			a, o := h.shipped()
			h.moves(a, o.ID, complaint)
			h.passes(3*day, 2)
			h.passes(13*day, 0)
			_, err := h.desk.Move(h.Context(), a, o.ID, order.Act{Step: order.StepRelease})
			h.refused(err, market.Conflict, "money was released that is argued about")
			_, err = h.desk.Move(h.Context(), h.kiln, o.ID, order.Act{Step: order.StepRefund})
			h.refused(err, market.Conflict, "money was refunded that is argued about")
		},
		"the provider's limit comes with other clocks: one step ends it": func(h *house) {
			_, o := h.shipped()
			h.now = h.now.Add(88 * day) // everything has run out
			taken, err := h.desk.Tick(h.Context(), 100)
			if err != nil || taken == 0 {
				h.Errorf("got %d, %v", taken, err)
			}
			for range 3 {
				taken, err = h.desk.Tick(h.Context(), 100)
			}
			if err != nil || taken != 0 {
				h.Errorf("got %d, %v: an order that is over is still ticking", taken, err)
			}
			if got := h.order(o.ID); !got.Status.Over() || !got.Hold().Zero() {
				h.Errorf("%v is held longer than the provider may", got.Hold())
			}
		},
	} {
		t.Run(name, func(t *testing.T) { play(open(t)) })
	}
}

// late is a book in which somebody acts at the last moment: after the clocks
// that ran out were listed, or just before the clock's own step is written.
type late struct {
	order.Book
	listed, writing func()
}

func (l *late) Due(ctx context.Context, now time.Time, limit int) ([]order.Clock, error) {
	due, err := l.Book.Due(ctx, now, limit)
	l.listed()
	return due, err
}

func (l *late) Apply(ctx context.Context, changes ...order.Change) error {
	if act := l.writing; act != nil && changes[0].Actor.Ticks {
		l.writing = nil
		act()
	}
	return l.Book.Apply(ctx, changes...)
}

func TestWhoActsAtTheLastMomentIsNotOverruled(t *testing.T) {
	for name, writing := range map[string]bool{"before the clock looks": false, "while it writes": true} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			a, o, other := h.bought("card")
			h.moves(h.works, other.ID, order.Act{Step: order.StepCancel})
			h.moves(a, o.ID, order.Act{Step: order.StepPay})
			accept := func() {
				c, err := order.Move(h.order(o.ID), nil, h.kiln, order.StepAccept, order.Input{}, h.now, order.Usual)
				h.ok(err)
				h.ok(h.db.Apply(t.Context(), c))
			}
			book := &late{Book: h.db, listed: func() {}}
			if writing {
				book.writing = accept
			} else {
				book.listed = accept
			}
			h.desk.Book = book
			h.passes(3*day, 0)
			h.is(o.ID, order.Held, order.Accepted, order.None)
		})
	}
}

func TestARepeatedStepHasNoSecondEffect(t *testing.T) {
	h := open(t)
	_, o := h.shipped()
	most := order.Act{Step: order.StepRefund, Amount: market.Of(o.Total.Minor/2+1, "EUR"), Once: once("refund")}
	h.moves(h.kiln, o.ID, most)
	again, err := h.desk.Move(t.Context(), h.kiln, o.ID, most)
	if err != nil || again.Back != most.Amount {
		t.Errorf("%v went back, %v; want %v once and the same answer", again.Back, err, most.Amount)
	}
	small := order.Act{Step: order.StepRefund, Amount: eur(5), Once: once("small")}
	for range 3 {
		h.moves(h.kiln, o.ID, small)
	}
	if got := h.order(o.ID); got.Back != most.Amount.Add(eur(5)) {
		t.Errorf("%v went back, want %v", got.Back, most.Amount.Add(eur(5)))
	}
	other := small
	other.Amount, other.Once.Digest = eur(6), "of another form"
	_, err = h.desk.Move(t.Context(), h.kiln, o.ID, other)
	h.refused(err, market.Conflict, "another refund under a used key was taken for the first")
}

func TestAnAmountWithoutACurrencyIsInTheOrders(t *testing.T) {
	h := open(t)
	_, o := h.shipped()
	got := h.moves(h.kiln, o.ID, order.Act{Step: order.StepRefund, Amount: market.Of(500, "")})
	if got.Back != eur(500) {
		t.Errorf("%v went back, want 5.00 EUR", got.Back)
	}
	got = h.moves(h.kiln, o.ID, order.Act{Step: order.StepRefund})
	if got.Back != o.Total || got.Status.Payment != order.Refunded {
		t.Errorf("%v went back of %v by a refund of all", got.Back, o.Total)
	}
}

func TestAWithdrawnComplaintIsTheLast(t *testing.T) {
	h := open(t)
	a, o := h.shipped()
	act := order.Act{Step: order.StepComplain, Reason: order.Nothing, Text: "Nothing came."}
	h.moves(a, o.ID, act)
	if p, err := h.desk.Private(t.Context(), h.kiln, h.order(o.ID)); err != nil || p.Complaint != "Nothing came." || p.Tracking != "JD0001" {
		t.Errorf("the supplier reads %+v, %v", p, err)
	}
	h.moves(a, o.ID, order.Act{Step: order.StepWithdraw})
	_, err := h.desk.Move(t.Context(), a, o.ID, act)
	h.refused(err, market.Conflict, "a complaint that was withdrawn is opened again")
	if got := h.moves(a, o.ID, order.Act{Step: order.StepRelease}); got.Status.Payment != order.Released {
		t.Errorf("got %v", got.Status)
	}
}

func TestOnlyTheBuyerRatesAnOrderThatIsOver(t *testing.T) {
	h := open(t)
	a, o := h.shipped()
	h.refused(h.desk.Rate(t.Context(), a, o.ID, 5, "Too early."), market.Conflict, "an order under way was rated")
	h.moves(a, o.ID, order.Act{Step: order.StepRelease})
	stranger, _ := h.joins("Stranger", "FR")
	h.refused(h.desk.Rate(t.Context(), stranger, o.ID, 1, "Bad."), market.NotFound, "a stranger rated")
	h.refused(h.desk.Rate(t.Context(), h.kiln, o.ID, 5, "Good."), market.Forbidden, "a supplier rated itself")
	h.refused(h.desk.Rate(t.Context(), a, o.ID, 6, ""), market.Invalid, "six stars were given")
	if err := h.desk.Rate(t.Context(), a, o.ID, 4, " Two colours, both good. "); err != nil {
		t.Fatalf("an order of two variants of one listing can't be rated: %v", err)
	}
	h.refused(h.desk.Rate(t.Context(), a, o.ID, 1, "Second thoughts."), market.Conflict, "an order was rated twice")
	rs, err := h.desk.Reviews(t.Context(), h.mugs.ID)
	if err != nil || len(rs) != 1 || rs[0].Text != "Two colours, both good." || rs[0].Country != "ES" {
		t.Errorf("got %+v, %v", rs, err)
	}
	if n, tenths, err := h.desk.Rating(t.Context(), h.kiln.Business); err != nil || n != 1 || tenths != 40 {
		t.Errorf("got %d reviews of %d tenths, %v", n, tenths, err)
	}
}

func TestListsHoldOnesOwnOrders(t *testing.T) {
	h := open(t)
	a, mugs, _ := h.bought("card")
	count := func(by market.Actor, as market.Role, f order.Filter, want int) {
		t.Helper()
		if os, err := h.desk.Orders(t.Context(), by, as, f); err != nil || len(os) != want {
			t.Errorf("got %d orders, %v, want %d", len(os), err, want)
		}
	}
	count(a, market.Buyer, order.Filter{}, 2)
	count(a, market.Buyer, order.Filter{Buyer: h.works.Business}, 2)
	count(a, market.Supplier, order.Filter{}, 0)
	count(h.kiln, market.Supplier, order.Filter{}, 1)
	count(h.kiln, market.Supplier, order.Filter{Supplier: h.works.Business}, 1)
	count(operator, market.Operator, order.Filter{}, 2)
	count(operator, market.Operator, order.Filter{Supplier: mugs.Supplier}, 1)
	_, err := h.desk.Orders(t.Context(), a, market.Operator, order.Filter{})
	h.refused(err, market.SignIn, "a buyer saw all orders of the house")
}
