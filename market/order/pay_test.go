package order_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/order"
)

// told hands the desk the events of its orders, each twice, as a bus may.
func (h *house) told() {
	h.Helper()
	pending, err := h.db.Pending(h.Context(), 1_000)
	h.ok(err)
	for _, e := range pending {
		if !slices.Contains(order.Moved, e.Subject) {
			continue
		}
		event := market.Event{ID: e.ID, Subject: e.Subject, Body: e.Body, At: e.At}
		h.ok(h.desk.Bank(h.Context(), event))
		h.ok(h.desk.Bank(h.Context(), event))
	}
}

// halted is a book that can't be written to.
type halted struct {
	order.Book
	err  error
	also func()
}

func (b halted) Apply(context.Context, ...order.Change) error {
	if b.also != nil {
		b.also()
	}
	return b.err
}

func TestNobodyIsChargedForAnOrderThatIsNotPaid(t *testing.T) {
	h := open(t)
	a, o, other := h.bought("card")
	cause := errors.New("the disk is full")
	h.desk.Book = halted{Book: h.db, err: cause}
	if _, err := h.desk.Move(t.Context(), a, o.ID, order.Act{Step: order.StepPay}); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
	h.desk.Book = &late{Book: h.db}
	cancel := func() {
		c, err := order.Move(h.order(other.ID), nil, h.works, order.StepCancel, order.Input{}, h.now, order.Usual)
		h.ok(err)
		h.ok(h.db.Apply(t.Context(), c))
	}
	h.desk.Book = halted{Book: h.db, err: order.ErrMoved, also: cancel}
	_, err := h.desk.Move(t.Context(), a, o.ID, order.Act{Step: order.StepPay})
	h.refused(err, market.Conflict, "an order that moved was paid")
	h.desk.Book = h.db
	h.told()
	if n := len(h.till.charged); n != 2 || len(h.till.voided) != 2 || len(h.till.captured) != 0 || h.till.charged[0].Reference == h.till.charged[1].Reference {
		t.Errorf("reserved %+v, gave up %v, took %v: want two attempts given up", h.till.charged, h.till.voided, h.till.captured)
	}
	h.moves(a, o.ID, order.Act{Step: order.StepPay})
	h.told()
	want := h.till.charged[2].Reference
	if got := slices.Compact(h.till.captured); len(got) != 1 || got[0] != want || slices.Contains(h.till.voided, want) {
		t.Errorf("took %v and gave up %v, want %v taken", got, h.till.voided, want)
	}
}

func TestWhatWasBookedIsTakenThoughTheAnswerWasLost(t *testing.T) {
	h := open(t)
	a, o, _ := h.bought("card")
	h.desk.Book = unanswered{h.db}
	h.moves(a, o.ID, order.Act{Step: order.StepPay})
	h.told()
	if len(h.till.voided) != 0 || len(h.till.captured) == 0 || h.till.captured[0] != h.till.charged[0].Reference {
		t.Errorf("gave up %v, took %v: the order is paid for", h.till.voided, h.till.captured)
	}
}

// unanswered is a book whose connection is lost after it wrote.
type unanswered struct{ order.Book }

func (b unanswered) Apply(ctx context.Context, changes ...order.Change) error {
	return errors.Join(b.Book.Apply(ctx, changes...), errors.New("connection lost"))
}

func TestWhatGoesBackIsRefundedOnceForEachBooking(t *testing.T) {
	h := open(t)
	a, o := h.shipped()
	h.moves(h.kiln, o.ID, order.Act{Step: order.StepRefund, Amount: eur(100)})
	h.moves(h.kiln, o.ID, order.Act{Step: order.StepRefund, Amount: eur(100)})
	h.moves(a, o.ID, order.Act{Step: order.StepComplain, Reason: order.Damaged, Text: "Broken."})
	h.moves(operator, o.ID, order.Act{Step: order.StepDecide, Amount: eur(300)})
	h.told()
	once := map[string]order.Refund{}
	var sum int64
	for _, r := range h.till.refunded {
		if r.Order != o.ID || r.Reference != h.till.charged[0].Reference {
			t.Errorf("refunded %+v, want a part of payment %s", r, h.till.charged[0].Reference)
		}
		if _, known := once[string(r.ID)]; !known {
			sum += r.Amount.Minor
		}
		once[string(r.ID)] = r
	}
	if len(once) != 3 || sum != 500 {
		t.Errorf("%d refunds send %d back, want 3 of 500", len(once), sum)
	}
}

func TestABusinessKeepsNoMoreThanSoManyUnpaidOrders(t *testing.T) {
	h := open(t)
	a, address := h.joins("Hoarder", "ES")
	place := func(payment string) error {
		h.puts(a, "", h.lamp, 1)
		_, err := h.desk.Place(t.Context(), a, order.PlaceInput{Address: address, Currency: "EUR", Payment: payment})
		return err
	}
	for range order.MostUnpaid {
		h.ok(place("transfer"))
	}
	h.refused(place("transfer"), market.Conflict, "one account keeps all the stock for days without paying")
	h.keeps(h.lamp, order.MostUnpaid)
	h.ok(place("card"))
}

// stuck is a book in which an order's step always fails.
type stuck struct {
	order.Book
	order order.ID
	read  int
	full  bool // answers the first reading as if very much had run out
}

func (s *stuck) Apply(ctx context.Context, changes ...order.Change) error {
	if changes[0].Order == s.order {
		return errors.New("this step always fails")
	}
	return s.Book.Apply(ctx, changes...)
}

func (s *stuck) Due(ctx context.Context, now time.Time, limit int) ([]order.Clock, error) {
	s.read++
	due, err := s.Book.Due(ctx, now, limit)
	if s.full && s.read == 1 {
		return slices.Repeat(due[:1], limit), err
	}
	return due, err
}

func TestAClockThatAlwaysFailsHoldsUpNoOther(t *testing.T) {
	h := open(t)
	_, o, other := h.bought("card")
	due, err := h.db.Due(t.Context(), h.now.Add(time.Hour), 1)
	h.ok(err)
	if due[0].Order != o.ID {
		o, other = other, o
	}
	h.desk.Book = &stuck{Book: h.db, order: o.ID}
	h.now = h.now.Add(time.Hour)
	if n, err := h.desk.Tick(t.Context(), 1); n != 0 || err == nil {
		t.Errorf("got %d, %v, want the failure told", n, err)
	}
	h.passes(0, 1)
	h.is(other.ID, order.Void, order.Cancelled, order.None)
	h.desk.Book = h.db
	h.passes(time.Minute, 1)
	h.is(o.ID, order.Void, order.Cancelled, order.None)
}

func TestClocksThatRanOutTogetherAreNotLeftToTheNextTick(t *testing.T) {
	h := open(t)
	_, o, other := h.bought("card")
	book := &stuck{Book: h.db, full: true}
	h.desk.Book = book
	h.now = h.now.Add(time.Hour)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	h.desk.RunClocks(ctx, time.Hour, func(err error) { t.Error(err) })
	for _, each := range []order.Order{o, other} {
		h.is(each.ID, order.Void, order.Cancelled, order.None)
	}
}
