package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/ledger"
)

var (
	payments    = []Payment{Awaiting, Held, Released, Refunded, Split, Void, Refused}
	fulfilments = []Fulfilment{New, Accepted, Shipped, Received, Cancelled}
	disputes    = []Dispute{None, Open, Offered, Escalated, Settled}
	steps       = []Step{StepPay, StepExpire, StepAccept, StepCancel, StepShip, StepReceive, StepRelease, StepRefund, StepComplain, StepOffer, StepAgree, StepEscalate, StepDecide, StepWithdraw, StepBounce}
	kinds       = []ClockKind{PayBy, AcceptBy, ShipBy, ReceiveBy, ReleaseBy, AnswerBy, DecideBy, HoldUntil}
)

var actors = map[side]market.Actor{
	buyer:    {Person: "p-buyer", Business: "buys", Buys: true},
	supplier: {Person: "p-supplier", Business: "sells", Sells: true},
	operator: {Person: "p-operator", Operator: true},
	clock:    {Ticks: true},
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func eur(minor int64) market.Money { return market.Of(minor, "EUR") }

// sample is an order of 100.01 EUR in a status, with what that status says of
// its money, and its complaint.
func sample(s Status) (Order, *Complaint) {
	o := Order{
		ID: "o", Buyer: "buys", Supplier: "sells", Status: s, Provider: "card", Total: eur(10_001), CommissionBps: 333, LeadDays: 5, Version: 7,
		Lines: []Line{{Variant: "v2", Quantity: 20}, {Variant: "v1", Quantity: 12}, {Variant: "v2", Quantity: 1}},
	}
	o.Freight.DaysTo = 9
	o.PaidIn, o.Out, o.Back = eur(0), eur(0), eur(0)
	switch s.Payment {
	case Held:
		o.PaidIn = o.Total
	case Released:
		o.PaidIn, o.Out = o.Total, o.Total
	case Refunded, Refused:
		o.PaidIn, o.Back = o.Total, o.Total
	case Split:
		o.PaidIn, o.Out, o.Back = o.Total, eur(10_000), eur(1)
	}
	if s.Dispute == None {
		return o, nil
	}
	c := &Complaint{Reason: Damaged, Text: market.Sealed("sealed"), Wanted: eur(4_000), Opened: noon}
	if s.Dispute == Offered {
		c.Offer = eur(2_500)
	}
	return o, c
}

func input(amount int64) Input {
	return Input{Amount: eur(amount), Reason: Damaged, Text: market.Sealed("sealed"), Tracking: market.Sealed("track"), Carrier: "DHL", HoldFor: 88 * day}
}

// may says in words who may do what when; the gates are held against it.
func may(by side, step Step, s Status) bool {
	held := s.Payment == Held
	unsent := s.Fulfilment == New || s.Fulfilment == Accepted
	sent := s.Fulfilment == Shipped || s.Fulfilment == Received
	quiet := s.Dispute == None || s.Dispute == Settled
	argued := s.Dispute == Open || s.Dispute == Offered
	untroubled := s.Dispute == None
	switch step {
	case StepPay: // the operator for a transfer that arrived
		return (by == buyer || by == operator) && s == Status{Awaiting, New, None}
	case StepExpire:
		return by == clock && s == Status{Awaiting, New, None}
	case StepAccept:
		return by == supplier && s == Status{Held, New, None}
	case StepCancel: // everybody, as long as nothing was sent
		return (held || s.Payment == Awaiting) && unsent && untroubled
	case StepShip:
		return by == supplier && s == Status{Held, Accepted, None}
	case StepReceive:
		return (by == buyer || by == clock) && held && s.Fulfilment == Shipped && quiet
	case StepRelease: // the buyer need not say "received" first
		return (by == buyer || by == clock) && held && sent && quiet
	case StepRefund:
		return by == supplier && held && (s.Fulfilment == Accepted || sent) && quiet
	case StepComplain: // once
		return by == buyer && held && sent && untroubled
	case StepOffer:
		return by == supplier && held && sent && argued
	case StepAgree:
		return by == buyer && held && sent && s.Dispute == Offered
	case StepEscalate:
		return by != operator && held && sent && argued
	case StepDecide: // also before anybody escalated
		return (by == operator || by == clock) && held && sent && !quiet
	case StepWithdraw:
		return by == buyer && held && sent && !quiet
	case StepBounce: // also what was cancelled before the refusal was known
		return by == clock && (held || s.Payment == Refunded) && (unsent || s.Fulfilment == Cancelled) && untroubled
	}
	panic(step)
}

func TestEveryStepFromEveryStatusByEverySide(t *testing.T) {
	for _, p := range payments {
		for _, f := range fulfilments {
			for _, d := range disputes {
				s := Status{p, f, d}
				for _, step := range steps {
					for by, a := range actors {
						o, c := sample(s)
						change, err := Move(o, c, a, step, input(100), noon, Usual)
						want := may(by, step, s)
						switch {
						case want && err != nil:
							t.Errorf("%s by %s on %v is refused: %v", step, roles[by], s, err)
						case !want && err == nil:
							t.Errorf("%s by %s on %v goes through", step, roles[by], s)
						case !want && market.KindOf(err) != refusal(by, step):
							t.Errorf("%s by %s on %v: got %v", step, roles[by], s, err)
						}
						if want != slices.Contains(Steps(o, a), step) {
							t.Errorf("a page for %s on %v offers %s: %t", roles[by], s, step, !want)
						}
						if err == nil {
							whole(t, o, a, by, step, change)
						}
					}
				}
			}
		}
	}
}

// refusal is Forbidden where the side may never take the step, else Conflict.
func refusal(by side, step Step) market.Kind {
	for _, p := range payments {
		for _, f := range fulfilments {
			for _, d := range disputes {
				if may(by, step, Status{p, f, d}) {
					return market.Conflict
				}
			}
		}
	}
	return market.Forbidden
}

// whole checks what must hold of any change.
func whole(t *testing.T, o Order, a market.Actor, by side, step Step, c Change) {
	t.Helper()
	name := fmt.Sprintf("%s on %v", step, o.Status)
	if !Allowed(o.Status, c.Status) {
		t.Errorf("%s leads to %v: no such arrow is drawn", name, c.Status)
	}
	want := Entry{At: noon, By: a.Person, Role: roles[by], Business: a.Business, What: step, Amount: c.Entry.Amount, From: o.Status, To: c.Status}
	if c.Entry != want || c.Order != o.ID || c.Version != o.Version || c.Actor != a {
		t.Errorf("%s: the history says %+v, want %+v", name, c.Entry, want)
	}
	left := o.Hold().Minor
	for _, p := range c.Postings {
		if err := p.Check(); err != nil || p.ID == "" || p.By != a.Person || !p.At.Equal(noon) || p.Order != "o" || p.Business != "sells" {
			t.Errorf("%s books %+v: %v", name, p, err)
		}
		left -= onHold(p)
	}
	if left < 0 || c.Status.Over() && left != 0 {
		t.Errorf("%s leaves %d held in %v", name, left, c.Status)
	}
	if c.Status.Over() && (len(c.Set) != 0 || !slices.Equal(c.Stop, kinds)) {
		t.Errorf("%s ends the order, but stops only %v and sets %v", name, c.Stop, c.Set)
	}
	var told Told
	if len(c.Events) != 1 || c.Events[0].Subject == "" || c.Events[0].ID == "" || json.Unmarshal(c.Events[0].Body, &told) != nil || told.Order != "o" || told.Step != step || told.Refund != refundIn(c.Postings) {
		t.Errorf("%s tells %+v", name, c.Events)
	}
}

func refundIn(ts []ledger.Transaction) (id ledger.TransactionID) {
	for _, t := range ts {
		if t.Kind == ledger.Refunded {
			id = t.ID
		}
	}
	return id
}

// onHold is what a transaction takes off the order's hold.
func onHold(t ledger.Transaction) (minor int64) {
	for _, p := range t.Postings {
		if p.Account.Kind == ledger.Hold {
			minor += p.Amount.Minor
		}
	}
	return minor
}

// situation is a status with the clocks that run in it.
type situation struct {
	status Status
	clocks string
}

func TestEverySilenceHasAnEndAndOnlySilencesHave(t *testing.T) {
	first := Status{Awaiting, New, None}
	reached := map[situation]bool{}
	queue := []situation{{first, fmt.Sprint([]ClockKind{PayBy})}}
	running := map[situation][]ClockKind{queue[0]: {PayBy}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if reached[at] {
			continue
		}
		reached[at] = true
		clocks := running[at]
		if at.status.Over() != (len(clocks) == 0) {
			t.Errorf("in %v run the clocks %v", at.status, clocks)
		}
		if at.status.Payment == Held && !slices.Contains(clocks, HoldUntil) {
			t.Errorf("in %v the provider's limit is forgotten", at.status)
		}
		if at.status.Payment == Held && len(clocks) != 2 {
			t.Errorf("in %v run %v, want one besides the provider's limit", at.status, clocks)
		}
		o, c := sample(at.status)
		for _, k := range clocks {
			if _, err := Move(o, c, actors[clock], defaultStep(k, at.status), Input{}, noon, Usual); err != nil {
				t.Errorf("in %v clock %s runs out and nothing can follow: %v", at.status, k, err)
			}
		}
		for _, step := range steps {
			for _, a := range actors {
				for _, amount := range []int64{0, 1, 5_000, 10_001} {
					change, err := Move(o, c, a, step, input(amount), noon, Usual)
					if err != nil {
						continue
					}
					next := after(clocks, change)
					to := situation{change.Status, fmt.Sprint(next)}
					running[to] = next
					queue = append(queue, to)
				}
			}
		}
	}
	statuses := map[Status]bool{}
	for s := range reached {
		statuses[s.status] = true
	}
	for _, s := range []Status{
		{Void, Cancelled, None}, {Refunded, Cancelled, None}, {Held, Accepted, None}, {Released, Received, None}, {Split, Shipped, Settled}, {Refunded, Shipped, None},
		{Held, Shipped, Open}, {Held, Received, Offered}, {Held, Shipped, Escalated}, {Held, Received, Settled}, {Released, Received, Settled}, {Refunded, Received, Settled},
	} {
		if !statuses[s] {
			t.Errorf("%v can't be reached any more", s)
		}
	}
	for s := range statuses {
		if s.Dispute != None && (s.Fulfilment == New || s.Fulfilment == Accepted || s.Fulfilment == Cancelled) || s.Payment == Void && s.Fulfilment != Cancelled {
			t.Errorf("%v was reached: it means nothing", s)
		}
	}
}

func after(clocks []ClockKind, c Change) []ClockKind {
	var next []ClockKind
	for _, k := range kinds {
		set := slices.ContainsFunc(c.Set, func(s Clock) bool { return s.Kind == k })
		if set || slices.Contains(clocks, k) && !slices.Contains(c.Stop, k) {
			next = append(next, k)
		}
	}
	return next
}

func TestStrangersFindNothing(t *testing.T) {
	o, _ := sample(Status{Awaiting, New, None})
	for name, a := range map[string]market.Actor{
		"nobody":                       {},
		"another business":             {Person: "p", Business: "other", Buys: true, Sells: true},
		"a person without a business":  {Person: "p-buyer"},
		"a business of an empty name":  {Person: "p", Business: ""},
		"a buyer of another's article": {Person: "p", Business: "sells too", Buys: true},
	} {
		if _, err := Move(o, nil, a, StepCancel, Input{}, noon, Usual); market.KindOf(err) != market.NotFound {
			t.Errorf("%s: got %v, want NotFound: that an order exists is nobody else's business", name, err)
		}
		if got := Steps(o, a); got != nil {
			t.Errorf("%s may %v", name, got)
		}
	}
	if _, err := Move(o, nil, actors[buyer], "steal", Input{}, noon, Usual); market.KindOf(err) != market.Invalid {
		t.Errorf("got %v for a step that is none", err)
	}
}

func TestABusinessOnBothSidesOfTradeActsOnTheSideItHas(t *testing.T) {
	both := market.Actor{Person: "p", Business: "buys", Buys: true, Sells: true}
	bought, _ := sample(Status{Held, New, None})
	if _, err := Move(bought, nil, both, StepAccept, Input{}, noon, Usual); market.KindOf(err) != market.Forbidden {
		t.Errorf("got %v: a buyer accepted its own order because it also sells", err)
	}
	sold := bought
	sold.Buyer, sold.Supplier = "other", "buys"
	if _, err := Move(sold, nil, both, StepAccept, Input{}, noon, Usual); err != nil {
		t.Errorf("a supplier that also buys can't accept: %v", err)
	}
	sold.Status = Status{Held, Shipped, None}
	if _, err := Move(sold, nil, both, StepRelease, Input{}, noon, Usual); market.KindOf(err) != market.Forbidden {
		t.Errorf("got %v: a supplier released the money to itself", err)
	}
}
