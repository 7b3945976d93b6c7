package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kontor/market"
	"kontor/market/ledger"
)

// holdMargin is how long before the provider's limit a hold is settled.
const holdMargin = 2 * day

// pay pays the whole group of an order at once: those of its orders that still
// wait for money. With a provider whose money the operator confirms, only the
// operator takes this step.
//
// The money is reserved, then booked, then taken by Bank: whatever happens in
// between, nobody is charged for an order that isn't paid.
func (d *Desk) pay(ctx context.Context, a market.Actor, id ID, act Act) (Order, error) {
	o, err := d.Order(ctx, a, id)
	if err != nil {
		return Order{}, err
	}
	p, err := d.provider(o.Provider)
	if err != nil {
		return Order{}, err
	}
	switch {
	case p.ByOperator() && !a.Operator:
		return Order{}, &market.Fault{Kind: market.Forbidden, Field: "payment", Msg: "A transfer counts once the house has seen it arrive.", Fix: "Nothing to do: the order goes on by itself when it does."}
	case !p.ByOperator() && a.Operator:
		return Order{}, &market.Fault{Kind: market.Forbidden, Field: "payment", Msg: "The buyer alone pays this way.", Fix: "Nothing to do: the order goes on by itself when the buyer has paid, or ends."}
	}
	g, err := d.Book.Group(ctx, o.Group)
	if err != nil {
		return Order{}, err
	}
	charge := Charge{Group: g.ID, Instrument: act.Instrument}
	var changes []Change
	for _, each := range g.Orders {
		if each.ID != id && each.Status.Payment != Awaiting {
			continue
		}
		change, err := Move(each, nil, a, StepPay, Input{HoldFor: p.MaxHold() - holdMargin}, d.Now(), d.Times)
		if err != nil {
			if market.KindOf(err) == market.Conflict && d.repeats(ctx, a, act.Once) {
				return o, nil
			}
			return Order{}, err
		}
		if len(changes) == 0 {
			change.Once, charge.Reference = act.Once, change.Postings[0].ID
		}
		changes, charge.Amounts = append(changes, change), addTo(charge.Amounts, each.Total)
	}
	if p.ByOperator() {
		err = d.Book.Apply(ctx, changes...)
	} else {
		err = d.charge(ctx, p, charge, changes)
	}
	if err != nil && !errors.Is(err, ErrRepeat) {
		return Order{}, err
	}
	return d.Book.Order(ctx, id)
}

// charge reserves the money, books it, and gives it up when it wasn't booked.
func (d *Desk) charge(ctx context.Context, p Provider, c Charge, changes []Change) error {
	if err := p.Authorise(ctx, c); err != nil {
		return err
	}
	err := d.Book.Apply(ctx, changes...)
	if err == nil {
		return nil
	}
	// From here on the buyer's leaving stops nothing.
	ctx = context.WithoutCancel(ctx)
	booked, unread := d.booked(ctx, changes[0].Order, c.Reference)
	switch {
	case unread != nil: // what nobody can tell is left to lapse
		return errors.Join(err, unread)
	case booked:
		return nil
	}
	if voiding := p.Void(ctx, c.Reference); voiding != nil {
		err = errors.Join(err, fmt.Errorf("void payment %s of group %s: %w", c.Reference, c.Group, voiding))
	}
	if errors.Is(err, ErrMoved) {
		return &market.Fault{Kind: market.Conflict, Field: "payment", Msg: "Somebody moved this order just now, or its time to pay ran out. Nothing was charged.", Fix: "Look at the order again.", Err: err}
	}
	return err
}

func (d *Desk) booked(ctx context.Context, id ID, reference Reference) (bool, error) {
	_, found, err := d.transaction(ctx, id, func(t ledger.Transaction) bool { return t.ID == reference })
	return found, err
}

// transaction is an order's newest one that fits.
func (d *Desk) transaction(ctx context.Context, id ID, fits func(ledger.Transaction) bool) (t ledger.Transaction, found bool, err error) {
	const page = 500
	f := ledger.Filter{Order: string(id), Limit: page}
	for {
		ts, err := d.Book.Transactions(ctx, f)
		if err != nil {
			return ledger.Transaction{}, false, err
		}
		for _, t := range ts {
			if fits(t) {
				return t, true, nil
			}
		}
		if len(ts) < page {
			return ledger.Transaction{}, false, nil
		}
		f.Before = ts[len(ts)-1].ID
	}
}

// Moved are the subjects of the events that Bank carries out.
var Moved = []string{subjects[StepPay], subjects[StepCancel], subjects[StepRefund], subjects[StepAgree]}

// Bank makes the provider do what the ledger says: it captures what was paid and
// refunds what went back. It is safe to repeat.
func (d *Desk) Bank(ctx context.Context, e market.Event) error {
	var told Told
	if err := json.Unmarshal(e.Body, &told); err != nil {
		return fmt.Errorf("event %s can't be read: %w", e.ID, err)
	}
	if told.Step != StepPay && told.Refund == "" {
		return nil
	}
	o, err := d.Book.Order(ctx, told.Order)
	if err != nil {
		return err
	}
	p, err := d.provider(o.Provider)
	if err != nil {
		return err
	}
	reference, err := d.reference(ctx, o.Group)
	if err != nil {
		return err
	}
	if told.Step == StepPay {
		return p.Capture(ctx, reference)
	}
	t, found, err := d.transaction(ctx, o.ID, func(t ledger.Transaction) bool { return t.ID == told.Refund })
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("refund %s of order %s is not in the ledger", told.Refund, o.ID)
	}
	return p.Refund(ctx, Refund{ID: t.ID, Reference: reference, Order: o.ID, Amount: t.Postings[0].Amount})
}

// reference finds what a group was paid under: it is paid once, and all of its
// orders that are paid were paid then, the first of them under the reference.
func (d *Desk) reference(ctx context.Context, id GroupID) (Reference, error) {
	g, err := d.Book.Group(ctx, id)
	if err != nil {
		return "", err
	}
	for _, o := range g.Orders {
		if o.PaidIn.Zero() {
			continue
		}
		t, found, err := d.transaction(ctx, o.ID, func(t ledger.Transaction) bool { return t.Kind == ledger.PaidIn })
		if err != nil || found {
			return t.ID, err
		}
	}
	return "", fmt.Errorf("group %s was never paid", id)
}
