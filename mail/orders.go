package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

// orderLetters says which letters a step on an order asks for, by its event, and
// which clock's end they name.
var orderLetters = map[string]struct {
	buyer, supplier, operator string
	clock                     order.ClockKind
}{
	"order.placed":     {buyer: "placed_buyer", supplier: "placed_supplier", clock: order.PayBy},
	"order.paid":       {buyer: "paid_buyer", supplier: "paid_supplier", clock: order.AcceptBy},
	"order.expired":    {buyer: "expired_buyer", supplier: "expired_supplier"},
	"order.accepted":   {buyer: "accepted_buyer", clock: order.ShipBy},
	"order.cancelled":  {buyer: "cancelled_buyer", supplier: "cancelled_supplier"},
	"order.shipped":    {buyer: "shipped_buyer", clock: order.ReceiveBy},
	"order.received":   {buyer: "received_buyer", supplier: "received_supplier", clock: order.ReleaseBy},
	"order.released":   {buyer: "released_buyer", supplier: "released_supplier"},
	"order.refunded":   {buyer: "refunded_buyer", supplier: "refunded_supplier"},
	"order.complained": {buyer: "complained_buyer", supplier: "complained_supplier", clock: order.AnswerBy},
	"order.offered":    {buyer: "offered_buyer", clock: order.AnswerBy},
	"order.settled":    {buyer: "settled_buyer", supplier: "settled_supplier"},
	"order.escalated":  {buyer: "escalated_buyer", supplier: "escalated_supplier", operator: "escalated_operator", clock: order.DecideBy},
	"order.withdrawn":  {supplier: "withdrawn_supplier"},
}

// reasons of complaints, as words.
var reasons = map[order.Reason]string{
	order.Fewer:   "fewer pieces came than were ordered",
	order.Damaged: "goods are damaged or faulty",
	order.Other:   "it is not what was ordered",
	order.Nothing: "nothing arrived",
}

// aboutOrder writes to both sides of an order, and to the house where it is to
// decide.
func (c *Clerk) aboutOrder(ctx context.Context, e market.Event) ([]draft, error) {
	letters, known := orderLetters[e.Subject]
	if !known {
		return nil, nil
	}
	told, err := read[order.Told](e)
	if err != nil {
		return nil, err
	}
	o, err := c.Records.Order(ctx, told.Order)
	if err != nil {
		return nil, err
	}
	v, err := c.orderValues(ctx, e, o, told, letters.clock)
	if err != nil {
		return nil, err
	}
	values := func(h Head) any { l := v; l.Head = h; return l }
	var drafts []draft
	if letters.buyer != "" {
		to, err := c.People.Readers(ctx, o.Buyer, c.why(e))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, draft{to: to, kind: letters.buyer, link: c.at("/orders/" + string(o.ID)), values: values})
		if e.Subject == "order.placed" && o.Provider == "transfer" {
			d, err := c.transfer(ctx, o, to, v.Due)
			if err != nil {
				return nil, err
			}
			drafts = append(drafts, d)
		}
	}
	if letters.supplier != "" {
		to, err := c.People.Readers(ctx, o.Supplier, c.why(e))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, draft{to: to, kind: letters.supplier, link: c.at("/orders/" + string(o.ID)), values: values})
	}
	if letters.operator != "" {
		to, err := c.People.OperatorReaders(ctx, c.why(e))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, draft{to: to, kind: letters.operator, link: c.at("/orders/" + string(o.ID)), values: values})
	}
	return drafts, nil
}

// orderValues gathers what the letters of one step say. Where a later step has
// stopped the clock already, they name no day and ask for nothing by it.
func (c *Clerk) orderValues(ctx context.Context, e market.Event, o order.Order, told order.Told, clock order.ClockKind) (OrderLetter, error) {
	v := OrderLetter{
		Number: o.Number, Buyer: line(o.BuyerName), Supplier: line(o.SupplierName),
		Goods: money(o.Goods), Freight: money(o.Freight.Price), Tax: money(o.Tax.Amount), Total: money(o.Total),
		Carrier: line(o.Carrier), Hold: some(o.Hold()),
	}
	for _, l := range o.Lines {
		title := line(l.Title)
		if l.Label != "" {
			title += ", " + line(l.Label)
		}
		v.Lines = append(v.Lines, OrderLine{strconv.FormatInt(int64(l.Quantity), 10), title, money(l.Sum)})
	}
	entry, err := c.entry(ctx, e, o, told.Step)
	if err != nil {
		return v, err
	}
	v.Refused = told.Step == order.StepBounce
	v.BySilence = entry.Role == market.Clock && !v.Refused
	v.Amount = some(entry.Amount)
	rest := entry.Amount
	if e.Subject == "order.settled" {
		rest = o.Out
		v.Amount = money(entry.Amount)
	}
	commission := rest.Share(o.CommissionBps)
	v.Rest, v.Commission, v.Net = money(rest), money(commission), money(rest.Sub(commission))
	if clock != "" {
		clocks, err := c.Records.Clocks(ctx, o.ID)
		if err != nil {
			return v, err
		}
		for _, k := range clocks {
			if k.Kind == clock {
				v.Due = stamp(k.Due)
			}
		}
	}
	if o.Status.Dispute != order.None {
		complaint, err := c.Records.Complaint(ctx, o.ID)
		if err != nil {
			return v, err
		}
		v.Reason = reasons[complaint.Reason]
	}
	if told.Step == order.StepShip && len(o.Tracking) > 0 {
		at := party.Place{Table: "orders", Column: "tracking", Row: string(o.ID)}
		plain, err := c.Opener.Open(ctx, party.Look{Role: market.Clock, Subject: o.Of(), Purpose: c.why(e)}, party.Value{At: at, Sealed: o.Tracking})
		if err != nil {
			return v, fmt.Errorf("open tracking number of order %s: %w", o.ID, err)
		}
		v.Tracking = line(string(plain[0]))
	}
	return v, nil
}

// entry finds the step in the order's history that the event tells of.
func (c *Clerk) entry(ctx context.Context, e market.Event, o order.Order, step order.Step) (order.Entry, error) {
	history, err := c.Records.History(ctx, o.ID)
	if err != nil {
		return order.Entry{}, err
	}
	var found order.Entry
	for _, h := range history {
		if h.What == step && (found.What == "" || near(h.At, e.At) < near(found.At, e.At)) {
			found = h
		}
	}
	if found.What == "" {
		return found, fmt.Errorf("order %s has no step %q in its history", o.ID, step)
	}
	return found, nil
}

func near(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

// transfer tells how to pay a whole checkout, once for all its orders.
func (c *Clerk) transfer(ctx context.Context, o order.Order, to []party.Reader, due string) (draft, error) {
	g, err := c.Records.Group(ctx, o.Group)
	if err != nil {
		return draft{}, err
	}
	v := TransferLetter{Account: c.House.Account, Reference: g.Orders[0].Number, Due: due}
	for _, m := range g.Amounts {
		v.Amounts = append(v.Amounts, money(m))
	}
	for _, each := range g.Orders {
		v.Numbers = append(v.Numbers, each.Number)
	}
	return draft{to: to, kind: "transfer", link: c.at("/orders/" + string(o.ID)), key: string(g.ID), values: func(h Head) any {
		l := v
		l.Head = h
		return l
	}}, nil
}

// some is an amount, or nothing for none.
func some(m market.Money) string {
	if m.Zero() {
		return ""
	}
	return money(m)
}

// digest names a text.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// day is a date: "7 December 2026".
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// stamp is a moment with its zone: "7 December 2026, 12:00 UTC".
func stamp(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// span is a length of time in its largest whole unit: "3 days", "1 hour".
func span(d time.Duration) string {
	for _, u := range []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := int64(d / u.is); n > 0 && (n > 1 || u.is < 24*time.Hour || d%u.is == 0) {
			if n == 1 {
				return "1 " + u.name
			}
			return strconv.FormatInt(n, 10) + " " + u.name + "s"
		}
	}
	return "1 minute"
}
