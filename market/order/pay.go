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

// ErrPending is a provider's answer to Capture while the money is on its way.
// Whoever brings the provider calls Take once it is known how that ended.
var ErrPending = errors.New("the payment is on its way")

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
	if told.Step == StepPay {
		err = d.Take(ctx, o.Group)
	} else {
		err = d.sendBack(ctx, o, told.Refund)
	}
	if errors.Is(err, ErrPending) {
		return nil // Take is called once it is known
	}
	return err
}

// sendBack sends one refund that was booked.
func (d *Desk) sendBack(ctx context.Context, o Order, id ledger.TransactionID) error {
	p, reference, err := d.payment(ctx, o)
	if err != nil {
		return err
	}
	switch err := p.Capture(ctx, reference); { // else it might be taken after it went back
	case refusedPayment(err): // nothing was taken, so nothing is sent back
		return errors.Join(p.Void(ctx, reference), d.Take(ctx, o.Group))
	case err != nil:
		return err
	}
	t, found, err := d.transaction(ctx, o.ID, func(t ledger.Transaction) bool { return t.ID == id })
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("refund %s of order %s is not in the ledger", id, o.ID)
	}
	return p.Refund(ctx, refundOf(t, reference))
}

func refundOf(t ledger.Transaction, reference Reference) Refund {
	return Refund{ID: t.ID, Reference: reference, Order: ID(t.Order), Amount: t.Postings[0].Amount}
}

// Take takes what a group was paid with, and sends back what was refunded while
// the money was on its way. When the provider refuses for good, every order of
// the group is cancelled and what was booked is booked back; goods can't have
// left, since shipping takes the money first. It is safe to repeat. ErrPending
// says that the outcome isn't known yet.
func (d *Desk) Take(ctx context.Context, id GroupID) error {
	g, err := d.Book.Group(ctx, id)
	if err != nil {
		return err
	}
	if len(g.Orders) == 0 {
		return market.Missing("This order")
	}
	p, reference, err := d.payment(ctx, g.Orders[0])
	if err != nil {
		return err
	}
	err = p.Capture(ctx, reference)
	if err != nil && !refusedPayment(err) {
		return err
	}
	came := err == nil
	// What is booked from here on finds the outcome known; what was booked before
	// is read now.
	if g, err = d.Book.Group(ctx, id); err != nil {
		return err
	}
	var errs []error // one order that fails must not hold up the others
	for _, o := range g.Orders {
		if came {
			err = d.sendAllBack(ctx, p, reference, o)
		} else {
			err = d.bounce(ctx, o.ID)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("settle order %s, whose payment came in the end: %t: %w", o.ID, came, err))
		}
	}
	return errors.Join(errs...)
}

// sendAllBack sends every refund of an order. Those that were sent before are
// known to the provider.
func (d *Desk) sendAllBack(ctx context.Context, p Provider, reference Reference, o Order) error {
	if o.Back.Zero() {
		return nil
	}
	var errs []error
	_, _, err := d.transaction(ctx, o.ID, func(t ledger.Transaction) bool {
		if t.Kind == ledger.Refunded {
			errs = append(errs, p.Refund(ctx, refundOf(t, reference)))
		}
		return false
	})
	return errors.Join(append(errs, err)...)
}

// bounce cancels an order whose money will never come. One that was cancelled
// before is marked, so that nobody waits for its refund.
func (d *Desk) bounce(ctx context.Context, id ID) error {
	for try := 1; ; try++ {
		o, err := d.Book.Order(ctx, id)
		if err != nil || !gates[StepBounce].lets(clock, o.Status) {
			return err
		}
		change, err := d.change(ctx, market.Actor{Ticks: true}, o, Act{Step: StepBounce})
		if err == nil {
			err = d.Book.Apply(ctx, change)
		}
		if !errors.Is(err, ErrMoved) || try == tries {
			return err
		}
	}
}

// taken makes sure that an order's money is the house's before its goods leave.
func (d *Desk) taken(ctx context.Context, o Order) error {
	p, reference, err := d.payment(ctx, o)
	if err != nil {
		return err
	}
	switch err := p.Capture(ctx, reference); {
	case refusedPayment(err):
		refused := fmt.Errorf("capture payment %s: %v", reference, err) // no fault of who ships
		err = d.Take(ctx, o.Group)
		now, unread := d.Book.Order(ctx, o.ID)
		if unread != nil || !now.Status.Over() {
			return errors.Join(refused, err, unread)
		}
		return &market.Fault{Kind: market.Conflict, Field: "transition", Msg: "The buyer's payment was refused, and the order is cancelled.", Fix: "Keep the goods; nothing is to be sent.", Err: errors.Join(refused, err)}
	case errors.Is(err, ErrPending):
		return &market.Fault{Kind: market.Conflict, Field: "transition", Msg: "The buyer's money is still on its way.", Fix: "Send the goods once it has come; try again later.", Err: err}
	default:
		return err
	}
}

// refusedPayment tells a provider's refusal from what may yet go well.
func refusedPayment(err error) bool {
	f, ok := errors.AsType[*market.Fault](err)
	return ok && f.Field == "payment" && f.Kind != market.Busy
}

// payment is the provider of an order, and what its group was paid under.
func (d *Desk) payment(ctx context.Context, o Order) (Provider, Reference, error) {
	p, err := d.provider(o.Provider)
	if err != nil {
		return nil, "", err
	}
	reference, err := d.reference(ctx, o.Group)
	return p, reference, err
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
