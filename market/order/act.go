package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kontor/market"
)

// Act is one step as a page or a program asks for it.
type Act struct {
	Step       Step
	Amount     market.Money // no currency: the order's; the zero value: its whole hold, where a step needs an amount
	Reason     Reason
	Text       string // of a complaint, at most 4,000 letters
	Carrier    string
	Tracking   string
	Instrument string // pay: what the provider's form gave
	Once       market.Idempotency
}

// Order is an order for one of its parties or the operator; for everybody else
// it is not found.
func (d *Desk) Order(ctx context.Context, a market.Actor, id ID) (Order, error) {
	if !market.IsID(id) {
		return Order{}, market.Missing("This order")
	}
	o, err := d.Book.Order(ctx, id)
	if market.KindOf(err) == market.NotFound {
		return Order{}, market.Missing("This order")
	}
	if err != nil {
		return Order{}, err
	}
	if _, ok := sideOf(o, a); !ok {
		return Order{}, market.Missing("This order")
	}
	return o, nil
}

// Group is a buyer's whole checkout; suppliers see only their own order.
func (d *Desk) Group(ctx context.Context, a market.Actor, id GroupID) (Group, error) {
	if !market.IsID(id) {
		return Group{}, market.Missing("This checkout")
	}
	g, err := d.Book.Group(ctx, id)
	if err == nil && (a.Business == "" || g.Buyer != a.Business) && !a.Operator {
		return Group{}, market.Missing("This checkout")
	}
	return g, err
}

// Orders lists the actor's own orders on one side; the operator sees all.
func (d *Desk) Orders(ctx context.Context, a market.Actor, as market.Role, f Filter) ([]Order, error) {
	switch {
	case as == market.Operator && a.Operator:
	case as == market.Supplier && a.Business != "":
		f.Supplier = a.Business
	case as == market.Buyer && a.Business != "":
		f.Buyer = a.Business
	default:
		return nil, &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in first."}
	}
	return d.Book.Orders(ctx, f)
}

// tries bounds how often a step is worked out again because the order moved
// between reading and writing.
const tries = 3

// Move takes a step and returns the order after it. Repeating it with the same
// key changes nothing more and returns the order as it stands.
func (d *Desk) Move(ctx context.Context, a market.Actor, id ID, act Act) (Order, error) {
	if act.Step == StepPay {
		return d.pay(ctx, a, id, act)
	}
	for try := 1; ; try++ {
		o, err := d.Order(ctx, a, id)
		if err != nil {
			return Order{}, err
		}
		change, err := d.change(ctx, a, o, act)
		if err == nil {
			err = d.Book.Apply(ctx, change)
		}
		switch {
		case err == nil, errors.Is(err, ErrRepeat):
			return d.Book.Order(ctx, id)
		case errors.Is(err, ErrMoved) && try < tries:
			continue
		case market.KindOf(err) != 0 && d.repeats(ctx, a, act.Once):
			return o, nil
		default:
			return Order{}, err
		}
	}
}

// repeats tells whether this very request was carried out before.
func (d *Desk) repeats(ctx context.Context, a market.Actor, once market.Idempotency) bool {
	if once.Key == "" {
		return false
	}
	done, err := d.Book.Done(ctx, a, once)
	return err == nil && done
}

func (d *Desk) change(ctx context.Context, a market.Actor, o Order, act Act) (Change, error) {
	in, err := d.input(ctx, o, act)
	if err != nil {
		return Change{}, err
	}
	var c *Complaint
	if o.Status.Dispute != None {
		found, err := d.Book.Complaint(ctx, o.ID)
		if err != nil {
			return Change{}, err
		}
		c = &found
	}
	change, err := Move(o, c, a, act.Step, in, d.Now(), d.Times)
	if err == nil && act.Step == StepShip {
		err = d.taken(ctx, o)
	}
	if err == nil && change.Invoice != nil {
		change.Invoice.Seller, err = d.sealSides(ctx, a, o)
	}
	change.Once = act.Once
	return change, err
}

// input checks and seals what a step brings along.
func (d *Desk) input(ctx context.Context, o Order, act Act) (in Input, err error) {
	in = Input{Amount: act.Amount, Reason: act.Reason, Carrier: strings.TrimSpace(act.Carrier)}
	switch in.Amount {
	case market.Money{}:
		in.Amount = o.Hold()
	case market.Of(in.Amount.Minor, ""):
		in.Amount.Currency = o.Total.Currency
	}
	text, tracking := strings.TrimSpace(act.Text), strings.TrimSpace(act.Tracking)
	var fs market.Faults
	bound(&fs, "text", text, 4_000)
	bound(&fs, "tracking", tracking, 80)
	bound(&fs, "carrier", in.Carrier, 80)
	if err := fs.Err(); err != nil {
		return in, err
	}
	if act.Step == StepComplain && text != "" {
		if in.Text, err = d.Vault.Seal(ctx, o.Of(), complaintAt(o.ID), []byte(text)); err != nil {
			return in, err
		}
	}
	if act.Step == StepShip && tracking != "" {
		in.Tracking, err = d.Vault.Seal(ctx, o.Of(), at(o.ID, "tracking"), []byte(tracking))
	}
	return in, err
}

func bound(fs *market.Faults, field, s string, most int) {
	switch {
	case !utf8.ValidString(s):
		fs.Add(field, "This text is not valid UTF-8.", "Type it again.")
	case utf8.RuneCountInString(s) > most:
		fs.Add(field, fmt.Sprintf("This is longer than %d letters.", most), "Shorten it.")
	}
}

// Tick takes the default step of every silence that has run out, at most limit
// at a time, and returns how many it took. Where somebody acted at the last
// moment it takes none. A step that fails is tried again after retryAfter; the
// others go on.
func (d *Desk) Tick(ctx context.Context, limit int) (taken int, err error) {
	taken, _, err = d.batch(ctx, limit)
	return taken, err
}

// retryAfter keeps clocks whose step fails from standing before all others.
const retryAfter = time.Minute

// batch is one Tick; more tells that others may have run out.
func (d *Desk) batch(ctx context.Context, limit int) (taken int, more bool, err error) {
	due, err := d.Book.Due(ctx, d.Now(), limit)
	if err != nil {
		return 0, false, err
	}
	more = len(due) == limit
	var errs []error
	for _, c := range due {
		took, err := d.tick(ctx, c)
		if err != nil {
			errs = append(errs, fmt.Errorf("clock %s of order %s: %w", c.Kind, c.Order, err))
			if err := d.Book.Postpone(ctx, c, d.Now().Add(retryAfter)); err != nil {
				errs, more = append(errs, err), false
			}
		}
		if took {
			taken++
		}
	}
	return taken, more, errors.Join(errs...)
}

// tick takes the step that follows from c as long as c still runs. The order is
// read before its clocks: whatever ends c after that moves the order on, and
// then the step is not written.
func (d *Desk) tick(ctx context.Context, c Clock) (took bool, err error) {
	for try := 1; ; try++ {
		o, err := d.Book.Order(ctx, c.Order)
		if err != nil {
			return false, err
		}
		running, err := d.Book.Clocks(ctx, c.Order)
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(running, func(r Clock) bool { return r.Kind == c.Kind && !r.Due.After(d.Now()) }) {
			return false, nil
		}
		change, err := d.change(ctx, market.Actor{Ticks: true}, o, Act{Step: defaultStep(c.Kind, o.Status)})
		if err == nil {
			err = d.Book.Apply(ctx, change)
		}
		if err == nil || !errors.Is(err, ErrMoved) || try == tries {
			return err == nil, err
		}
	}
}

// defaultStep is what follows from a silence.
func defaultStep(k ClockKind, at Status) Step {
	switch k {
	case PayBy:
		return StepExpire
	case AcceptBy, ShipBy:
		return StepCancel
	case ReceiveBy:
		return StepReceive
	case ReleaseBy:
		return StepRelease
	case AnswerBy:
		return StepEscalate
	case DecideBy:
		return StepDecide
	}
	switch { // HoldUntil
	case at.Dispute != None && at.Dispute != Settled:
		return StepDecide
	case at.Fulfilment == New || at.Fulfilment == Accepted:
		return StepCancel
	}
	return StepRelease
}

// RunClocks ticks every so often until ctx ends, and at once again as long as
// more has run out than one Tick takes; failed is told of errors.
func (d *Desk) RunClocks(ctx context.Context, every time.Duration, failed func(error)) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if _, more, err = d.batch(ctx, 100); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
