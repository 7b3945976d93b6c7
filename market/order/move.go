package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/ledger"
)

// Times are the ends of silences. Zero fields take the defaults of Usual.
type Times struct {
	Accept  time.Duration // after payment, for the supplier to accept
	Ship    time.Duration // beyond the lead time, to ship
	Receive time.Duration // beyond the carrier's days, to say that nothing arrived
	Release time.Duration // after receipt, to look at the goods
	Answer  time.Duration // for each side of a complaint
	Decide  time.Duration // for the operator
}

const day = 24 * time.Hour

// Usual are the house's times unless its settings say otherwise.
var Usual = Times{Accept: 3 * day, Ship: 14 * day, Receive: 14 * day, Release: 14 * day, Answer: 3 * day, Decide: 14 * day}

// Input is what a step needs beside the order; each step reads its own fields.
type Input struct {
	Amount   market.Money  // refund, offer, award, or what the buyer would like back
	Reason   Reason        // of a complaint
	Text     market.Sealed // of a complaint
	Tracking market.Sealed // of a shipment
	Carrier  string
	HoldFor  time.Duration // pay: what the provider may hold at most
}

// mover builds one Change.
type mover struct {
	o     Order
	c     *Complaint
	in    Input
	by    side
	now   time.Time
	times Times
	out   Change
}

// Move works out one step by a on o, whose complaint is c (nil if there is
// none). It is pure: the same arguments give the same Change. A stranger gets
// NotFound, a step that the status does not let through a Conflict.
func Move(o Order, c *Complaint, a market.Actor, step Step, in Input, now time.Time, times Times) (Change, error) {
	by, ok := sideOf(o, a)
	if !ok {
		return Change{}, market.Missing("This order")
	}
	g, known := gates[step]
	if !known {
		return Change{}, &market.Fault{Kind: market.Invalid, Field: "transition", Msg: fmt.Sprintf("%q is not a step of an order.", step), Fix: "See docs/states.md for the steps."}
	}
	if !slices.Contains(g.by, by) {
		return Change{}, &market.Fault{Kind: market.Forbidden, Msg: "This step is not yours to take on this order.", Fix: "See on the order's page whose turn it is."}
	}
	if !g.lets(by, o.Status) {
		return Change{}, refused(step, o.Status)
	}
	m := &mover{o: o, c: c, in: in, by: by, now: now, times: times}
	m.out = Change{Order: o.ID, Version: o.Version, Status: o.Status, Actor: a}
	amount, err := moves[step](m)
	if err != nil {
		return Change{}, err
	}
	m.out.Entry = Entry{At: now, By: a.Person, Role: roles[by], Business: a.Business, What: step, Amount: amount, From: o.Status, To: m.out.Status}
	for i := range m.out.Postings {
		t := &m.out.Postings[i]
		t.ID, t.By, t.At = market.NewID[ledger.TransactionID](), a.Person, now
	}
	told := Told{Order: o.ID, Step: step}
	for _, t := range m.out.Postings {
		if t.Kind == ledger.Refunded {
			told.Refund = t.ID
		}
	}
	m.out.Events = []market.Event{tell(told, now)}
	return m.out, nil
}

var moves = map[Step]func(*mover) (market.Money, error){
	StepPay: (*mover).pay, StepExpire: (*mover).expire, StepAccept: (*mover).accept, StepCancel: (*mover).cancel,
	StepShip: (*mover).ship, StepReceive: (*mover).receive, StepRelease: (*mover).release, StepRefund: (*mover).refund,
	StepComplain: (*mover).complain, StepOffer: (*mover).offer, StepAgree: (*mover).agree, StepEscalate: (*mover).escalate,
	StepDecide: (*mover).decide, StepWithdraw: (*mover).withdraw, StepBounce: (*mover).bounce,
}

var roles = map[side]market.Role{buyer: market.Buyer, supplier: market.Supplier, operator: market.Operator, clock: market.Clock}

// sideOf is the actor's side on o; ok is false for strangers.
func sideOf(o Order, a market.Actor) (side, bool) {
	switch {
	case a.Ticks:
		return clock, true
	case a.Operator:
		return operator, true
	case a.Business != "" && a.Business == o.Buyer:
		return buyer, true
	case a.Business != "" && a.Business == o.Supplier:
		return supplier, true
	}
	return 0, false
}

func refused(step Step, at Status) error {
	f := &market.Fault{Kind: market.Conflict, Field: "transition", Msg: fmt.Sprintf("This order can't take the step %q now: its money is %s, its goods are %s.", step, at.Payment, at.Fulfilment), Fix: "Look at the order again; somebody may have moved it."}
	if !slices.Contains(calm, at.Dispute) {
		f.Msg = fmt.Sprintf("The step %q is frozen while something is wrong with this order.", step)
		f.Fix = "Settle the complaint first."
	}
	return f
}

// subjects of the events, by step; mail and search read them.
var subjects = map[Step]string{
	StepPlace: "order.placed", StepPay: "order.paid", StepExpire: "order.expired", StepAccept: "order.accepted", StepCancel: "order.cancelled",
	StepShip: "order.shipped", StepReceive: "order.received", StepRelease: "order.released", StepRefund: "order.refunded",
	StepComplain: "order.complained", StepOffer: "order.offered", StepAgree: "order.settled", StepEscalate: "order.escalated",
	StepDecide: "order.settled", StepWithdraw: "order.withdrawn", StepBounce: "order.cancelled",
}

// Told is the body of every order event.
type Told struct {
	Order  ID                   `json:"order"`
	Step   Step                 `json:"step"`
	Refund ledger.TransactionID `json:"refund,omitempty"` // that the step booked
}

func event(step Step, id ID, now time.Time) market.Event {
	return tell(Told{Order: id, Step: step}, now)
}

func tell(t Told, now time.Time) market.Event {
	body, _ := json.Marshal(t) // strings always marshal
	return market.Event{ID: market.NewID[string](), Subject: subjects[t.Step], Body: body, At: now}
}

func reviewed(id ID, now time.Time) market.Event {
	e := event(StepPlace, id, now)
	e.Subject = "order.reviewed"
	return e
}

func (m *mover) set(k ClockKind, due time.Time) {
	m.out.Set = append(m.out.Set, Clock{m.o.ID, k, due})
}

func (m *mover) stop(ks ...ClockKind) { m.out.Stop = append(m.out.Stop, ks...) }

// end stops everything: nothing is left to wait for.
func (m *mover) end() {
	m.stop(PayBy, AcceptBy, ShipBy, ReceiveBy, ReleaseBy, AnswerBy, DecideBy, HoldUntil)
}

// stock adds to every ordered variant's stock, in units of its quantity.
func (m *mover) stock(onHand, reserved market.Quantity) {
	sums := make(map[string]*StockMove, len(m.o.Lines))
	for _, l := range m.o.Lines {
		s, ok := sums[string(l.Variant)]
		if !ok {
			s = &StockMove{Variant: l.Variant}
			sums[string(l.Variant)] = s
		}
		s.OnHand += onHand * l.Quantity
		s.Reserved += reserved * l.Quantity
	}
	for _, s := range sums {
		m.out.Stock = append(m.out.Stock, *s)
	}
	slices.SortFunc(m.out.Stock, func(a, b StockMove) int { return strings.Compare(string(a.Variant), string(b.Variant)) })
}

func (m *mover) pay() (market.Money, error) {
	m.out.Status.Payment = Held
	m.out.Postings = append(m.out.Postings, ledger.PayIn(string(m.o.ID), m.o.Provider, m.o.Supplier, m.o.Total))
	m.stop(PayBy)
	m.set(AcceptBy, m.now.Add(m.times.Accept))
	m.set(HoldUntil, m.now.Add(m.in.HoldFor))
	return m.o.Total, nil
}

func (m *mover) expire() (market.Money, error) {
	m.out.Status.Payment, m.out.Status.Fulfilment = Void, Cancelled
	m.stock(0, -1)
	m.end()
	return market.Money{}, nil
}

func (m *mover) accept() (market.Money, error) {
	m.out.Status.Fulfilment = Accepted
	m.stop(AcceptBy)
	m.set(ShipBy, m.now.Add(time.Duration(m.o.LeadDays)*day+m.times.Ship))
	return market.Money{}, nil
}

func (m *mover) cancel() (market.Money, error) {
	if m.o.Status.Payment == Awaiting {
		return m.expire()
	}
	m.out.Status.Fulfilment = Cancelled
	m.stock(0, -1)
	return m.settle(m.o.Hold()), nil
}

// bounce cancels what was paid with money that never came: what is held is booked
// back, and no amount stands in the history, since none moved.
func (m *mover) bounce() (market.Money, error) {
	if m.o.Status.Payment == Held {
		m.out.Status.Fulfilment = Cancelled
		m.stock(0, -1)
		m.settle(m.o.Hold())
	} else {
		m.end()
	}
	m.out.Status.Payment = Refused
	return market.Money{}, nil
}

func (m *mover) ship() (market.Money, error) {
	m.out.Status.Fulfilment = Shipped
	m.out.Tracking, m.out.Carrier = m.in.Tracking, m.in.Carrier
	m.stock(-1, -1)
	m.stop(ShipBy)
	m.set(ReceiveBy, m.now.Add(time.Duration(m.o.Freight.DaysTo)*day+m.times.Receive))
	m.out.Invoice = &Invoice{Order: m.o.ID, Supplier: m.o.Supplier, Series: m.now.UTC().Format("2006"), Issued: m.now}
	return market.Money{}, nil
}

func (m *mover) receive() (market.Money, error) {
	m.out.Status.Fulfilment = Received
	m.stop(ReceiveBy)
	m.set(ReleaseBy, m.now.Add(m.times.Release))
	return market.Money{}, nil
}

func (m *mover) release() (market.Money, error) {
	m.out.Status.Fulfilment = Received
	released := m.o.Hold()
	m.settle(market.Of(0, released.Currency))
	return released, nil
}

func (m *mover) refund() (market.Money, error) {
	if err := m.within("amount", 1); err != nil {
		return market.Money{}, err
	}
	if m.in.Amount != m.o.Hold() {
		m.out.Postings = append(m.out.Postings, ledger.Refund(string(m.o.ID), m.o.Provider, m.o.Supplier, m.in.Amount))
		return m.in.Amount, nil
	}
	if m.o.Status.Fulfilment == Accepted {
		m.out.Status.Fulfilment = Cancelled
		m.stock(0, -1)
	}
	return m.settle(m.in.Amount), nil
}

func (m *mover) complain() (market.Money, error) {
	var fs market.Faults
	if !slices.Contains(Reasons, m.in.Reason) {
		fs.Add("reason", "Nothing says what is wrong.", "Choose one of the reasons.")
	}
	if err := m.within("amount", 1); err != nil {
		fs = append(fs, err)
	}
	if len(m.in.Text) == 0 {
		fs.Add("text", "The description is empty.", "Say in a few words what is wrong; the supplier reads it.")
	}
	if err := fs.Err(); err != nil {
		return market.Money{}, err
	}
	m.out.Status.Dispute = Open
	m.out.Complaint = &Complaint{Reason: m.in.Reason, Text: m.in.Text, Wanted: m.in.Amount, Opened: m.now}
	m.stop(ReceiveBy, ReleaseBy)
	m.set(AnswerBy, m.now.Add(m.times.Answer))
	return m.in.Amount, nil
}

func (m *mover) offer() (market.Money, error) {
	if err := m.within("amount", 0); err != nil {
		return market.Money{}, err
	}
	m.out.Status.Dispute = Offered
	c := *m.c
	c.Offer = m.in.Amount
	m.out.Complaint = &c
	m.set(AnswerBy, m.now.Add(m.times.Answer))
	return m.in.Amount, nil
}

func (m *mover) agree() (market.Money, error) { return m.award(m.c.Offer), nil }

func (m *mover) escalate() (market.Money, error) {
	m.out.Status.Dispute = Escalated
	m.stop(AnswerBy)
	m.set(DecideBy, m.now.Add(m.times.Decide))
	return market.Money{}, nil
}

// decide is the operator's word, or, when the operator is silent too, the
// supplier's last offer, else a full refund.
func (m *mover) decide() (market.Money, error) {
	if m.by != clock {
		if err := m.within("amount", 0); err != nil {
			return market.Money{}, err
		}
		return m.award(m.in.Amount), nil
	}
	if m.c.Offer.Currency != "" {
		return m.award(m.c.Offer), nil
	}
	return m.award(m.o.Hold()), nil
}

// withdraw ends the complaint for good: an order has one. The buyer who is
// content in part agrees to an offer, or lets the operator decide.
func (m *mover) withdraw() (market.Money, error) {
	m.out.Status.Dispute = Settled
	c := *m.c
	c.Award, c.Settled = market.Of(0, m.o.Total.Currency), m.now
	m.out.Complaint = &c
	m.stop(AnswerBy, DecideBy)
	if m.o.Status.Fulfilment == Received {
		m.set(ReleaseBy, m.now.Add(m.times.Release))
	} else {
		m.set(ReceiveBy, m.now.Add(m.times.Receive))
	}
	return market.Money{}, nil
}

// award settles the complaint: the amount goes back, the rest is released.
func (m *mover) award(back market.Money) market.Money {
	m.out.Status.Dispute = Settled
	c := *m.c
	c.Award, c.Settled = back, m.now
	m.out.Complaint = &c
	return m.settle(back)
}

// settle empties the hold: back goes to the buyer, the rest to the supplier
// less commission. Payment ends as what came of all that was paid in.
func (m *mover) settle(back market.Money) market.Money {
	o, hold := m.o, m.o.Hold()
	rest := hold.Sub(back)
	if !back.Zero() {
		m.out.Postings = append(m.out.Postings, ledger.Refund(string(o.ID), o.Provider, o.Supplier, back))
	}
	if !rest.Zero() {
		m.out.Postings = append(m.out.Postings, ledger.Release(string(o.ID), o.Supplier, rest, rest.Share(o.CommissionBps)))
	}
	switch {
	case o.Out.Add(rest).Zero():
		m.out.Status.Payment = Refunded
	case o.Back.Add(back).Zero():
		m.out.Status.Payment = Released
	default:
		m.out.Status.Payment = Split
	}
	m.end()
	return back
}

// within checks that the input's amount lies between least and the hold, in
// the order's currency.
func (m *mover) within(field string, least int64) *market.Fault {
	hold, a := m.o.Hold(), m.in.Amount
	if a.Currency != hold.Currency {
		return &market.Fault{Kind: market.Invalid, Field: field, Msg: fmt.Sprintf("This order is in %s.", hold.Currency), Fix: "Give the amount in that currency."}
	}
	if a.Minor < least || a.Minor > hold.Minor {
		return &market.Fault{Kind: market.Invalid, Field: field, Msg: fmt.Sprintf("%s is not between %s and the %s held.", a.Decimal(), market.Of(least, hold.Currency).Decimal(), hold.Decimal()), Fix: "Enter an amount within what is held."}
	}
	return nil
}

// Arrows are all moves that the three machines allow, as "payment: held -> released",
// sorted: docs/states.md is compared with them.
func Arrows() []string {
	var lines []string
	for from, tos := range nextPayment {
		for _, to := range tos {
			lines = append(lines, fmt.Sprintf("payment: %s -> %s", from, to))
		}
	}
	for from, tos := range nextFulfilment {
		for _, to := range tos {
			lines = append(lines, fmt.Sprintf("fulfilment: %s -> %s", from, to))
		}
	}
	for from, tos := range nextDispute {
		for _, to := range tos {
			lines = append(lines, fmt.Sprintf("dispute: %s -> %s", from, to))
		}
	}
	slices.Sort(lines)
	return lines
}

// Allowed tells whether a status may follow another: each field stays or moves
// along its own machine.
func Allowed(from, to Status) bool {
	return (from.Payment == to.Payment || slices.Contains(nextPayment[from.Payment], to.Payment)) &&
		(from.Fulfilment == to.Fulfilment || slices.Contains(nextFulfilment[from.Fulfilment], to.Fulfilment)) &&
		(from.Dispute == to.Dispute || slices.Contains(nextDispute[from.Dispute], to.Dispute))
}

// Over tells whether nothing is left to happen to the money.
func (s Status) Over() bool { return s.Payment != Awaiting && s.Payment != Held }

// Steps are what a may do on o now, for pages to offer.
func Steps(o Order, a market.Actor) []Step {
	by, ok := sideOf(o, a)
	if !ok {
		return nil
	}
	var can []Step
	for step, g := range gates {
		if g.lets(by, o.Status) {
			can = append(can, step)
		}
	}
	slices.Sort(can)
	return can
}
