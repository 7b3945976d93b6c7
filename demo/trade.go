package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kontor/demo/house"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/pay"
)

// scene is one thing that happened.
type scene struct {
	ago  float64 // days before the opening
	what string
	do   func(ctx context.Context) error
}

// play lets the scenes happen in the order of their time, each after whatever
// silence had run out by then, and a last one at the opening.
func (f *filler) play(ctx context.Context, scenes []scene) error {
	slices.SortStableFunc(scenes, func(a, b scene) int {
		switch {
		case a.ago > b.ago:
			return -1
		case a.ago < b.ago:
			return 1
		}
		return 0
	})
	for _, s := range scenes {
		f.ago(s.ago)
		if err := f.tick(ctx); err != nil {
			return err
		}
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s, %.1f days ago: %w", s.what, s.ago, err)
		}
		f.step(1)
	}
	f.ago(0)
	return f.tick(ctx)
}

// tick takes the steps of every silence that has run out.
func (f *filler) tick(ctx context.Context) error {
	for {
		if n, err := f.Orders.Tick(ctx, 100); err != nil || n < 100 {
			return err
		}
	}
}

// trade is one checkout and what became of its orders.
type trade struct {
	buyer  string
	ago    float64 // days before the opening that it was placed
	by     string  // way to pay
	paid   float64 // days after placing; below 0: never
	orders []part
}

// part is one supplier's part of a trade.
type part struct {
	supplier string
	first    int   // the first listing taken, by its place in the supplier's list
	listings int   // how many of them
	times    int64 // the smallest order
	acts     []act
	deal     *deal
}

// deal is an order once it was placed.
type deal struct {
	id              order.ID
	buyer, supplier *firm
}

// act is something that a side does with an order.
type act struct {
	after float64 // days after placing
	what  string
	do    func(f *filler, ctx context.Context, d *deal) error
}

// card and transfer are trades that were paid, at once or after a day and a half.
func card(buyer string, ago float64, orders ...part) trade {
	return trade{buyer, ago, pay.Card{}.Name(), 0.002, orders}
}

func transfer(buyer string, ago float64, orders ...part) trade {
	return trade{buyer, ago, pay.Transfer{}.Name(), 1.4, orders}
}

// unpaid is a trade whose money has not come.
func unpaid(t trade) trade {
	t.paid = -1
	return t
}

// told makes the scenes of a trade.
func (f *filler) told(t trade) []scene {
	what := "trade of " + t.buyer
	for i := range t.orders {
		t.orders[i].deal = &deal{}
		what += " with " + t.orders[i].supplier
	}
	scenes := []scene{{t.ago, what + " is placed", func(ctx context.Context) error { return f.place(ctx, t) }}}
	if t.paid >= 0 {
		scenes = append(scenes, scene{t.ago - t.paid, what + " is paid", func(ctx context.Context) error { return f.pay(ctx, t) }})
	}
	for _, p := range t.orders {
		for _, a := range p.acts {
			scenes = append(scenes, scene{t.ago - a.after, what + ": " + a.what, func(ctx context.Context) error { return a.do(f, ctx, p.deal) }})
		}
	}
	return scenes
}

// fast are the days within which a sample buyer wants goods to arrive, where it
// can choose.
const fast = 15

// place fills the buyer's cart and orders it.
func (f *filler) place(ctx context.Context, t trade) error {
	buyer := f.buyers[t.buyer]
	var cart order.CartID
	for _, p := range t.orders {
		for i := range p.listings {
			list := f.goods[p.supplier]
			v, q, err := choose(list[(p.first+i)%len(list)], p.times)
			if err != nil {
				return err
			}
			if cart, err = f.Orders.PutLine(ctx, buyer.actor, cart, v, q, buyer.currency); err != nil {
				return err
			}
		}
	}
	to, err := f.Orders.Parties.Address(ctx, buyer.id, buyer.address)
	if err != nil {
		return err
	}
	full, err := f.Orders.Cart(ctx, buyer.actor, cart)
	if err != nil {
		return err
	}
	ask := order.Ask{ShipTo: to.Country, Currency: buyer.currency, Shipping: map[market.BusinessID]string{}}
	priced, err := f.Orders.Price(ctx, full, ask)
	if err != nil {
		return err
	}
	for _, p := range priced.Parts {
		for _, o := range p.Offers {
			if ask.Shipping[p.Supplier] == "" && o.DaysTo <= fast {
				ask.Shipping[p.Supplier] = o.Method
			}
		}
	}
	g, err := f.Orders.Place(ctx, buyer.actor, order.PlaceInput{Cart: cart, Address: buyer.address, Currency: buyer.currency, Shipping: ask.Shipping, Payment: t.by, PurchaseOrder: f.purchase(t)})
	if err != nil {
		return err
	}
	for _, p := range t.orders {
		s := f.suppliers[p.supplier]
		at := slices.IndexFunc(g.Orders, func(o order.Order) bool { return o.Supplier == s.id })
		if at < 0 {
			return fmt.Errorf("no order for %s came of it", p.supplier)
		}
		*p.deal = deal{g.Orders[at].ID, buyer, s}
	}
	return nil
}

// purchase is the buyer's own number of an order, which about every second has.
func (f *filler) purchase(t trade) string {
	n := int(t.ago * 10)
	if n%2 == 1 {
		return ""
	}
	return fmt.Sprintf("PO-%d-%03d", f.Clock.Now().Year(), n%1000)
}

// choose takes the variant of which most is left, in the smallest order so many
// times, or as often as there is stock for.
func choose(l catalog.Shown, times int64) (catalog.VariantID, market.Quantity, error) {
	best := slices.MaxFunc(l.Variants, func(a, b catalog.Variant) int { return int(a.Available() - b.Available()) })
	least := (l.MOQ + l.Multiple - 1) / l.Multiple * l.Multiple
	q := least * market.Quantity(times)
	for q > best.Available() && q > least {
		q -= least
	}
	if q > best.Available() {
		return "", 0, fmt.Errorf("article %s of %s has too little stock", l.Article, l.SupplierSlug)
	}
	return best.ID, q, nil
}

// pay pays a whole checkout: the buyer by card, the operator on seeing a
// transfer arrive.
func (f *filler) pay(ctx context.Context, t trade) error {
	d := t.orders[0].deal
	who := d.buyer.actor
	if t.by == (pay.Transfer{}).Name() {
		who = f.operator.actor
	}
	_, err := f.Orders.Move(ctx, who, d.id, order.Act{Step: order.StepPay, Instrument: pay.TestNumber})
	return err
}

// side names who acts.
type side func(f *filler, d *deal) market.Actor

func buyer(_ *filler, d *deal) market.Actor    { return d.buyer.actor }
func supplier(_ *filler, d *deal) market.Actor { return d.supplier.actor }
func operator(f *filler, _ *deal) market.Actor { return f.operator.actor }

// step is a step of an order; bps of its total is the amount, where it needs one.
func step(after float64, by side, bps int64, a order.Act) act {
	return act{after, string(a.Step), func(f *filler, ctx context.Context, d *deal) error {
		o, err := f.Orders.Order(ctx, by(f, d), d.id)
		if err != nil {
			return err
		}
		a := a
		if bps >= 0 {
			a.Amount = o.Total.Share(bps)
		}
		_, err = f.Orders.Move(ctx, by(f, d), d.id, a)
		return err
	}}
}

func accept(after float64) act { return step(after, supplier, -1, order.Act{Step: order.StepAccept}) }

func ship(after float64, carrier, tracking string) act {
	return step(after, supplier, -1, order.Act{Step: order.StepShip, Carrier: carrier, Tracking: tracking})
}

// bounces is a step that the house takes once the card's bank refuses in the end
// what it had authorised: the order is cancelled, and nothing was charged.
func bounces(after float64) act {
	return act{after, "payment refused", func(f *filler, ctx context.Context, d *deal) error {
		o, err := f.Orders.Order(ctx, f.operator.actor, d.id)
		if err != nil {
			return err
		}
		desk := *f.Orders
		desk.Providers = []order.Provider{emptied{pay.Card{}}}
		return desk.Take(ctx, o.Group)
	}}
}

// emptied is a card whose account was emptied after the payment was authorised.
type emptied struct{ pay.Card }

func (emptied) Capture(context.Context, order.Reference) error {
	return &market.Fault{Kind: market.Invalid, Field: "payment", Msg: "The card was refused in the end.", Fix: "Pay by bank transfer."}
}

func receive(after float64) act { return step(after, buyer, -1, order.Act{Step: order.StepReceive}) }
func release(after float64) act { return step(after, buyer, -1, order.Act{Step: order.StepRelease}) }

func cancel(after float64, by side) act {
	return step(after, by, -1, order.Act{Step: order.StepCancel})
}

func refund(after float64, bps int64) act {
	return step(after, supplier, bps, order.Act{Step: order.StepRefund})
}

func complain(after float64, why order.Reason, bps int64, text string) act {
	return step(after, buyer, bps, order.Act{Step: order.StepComplain, Reason: why, Text: text})
}

func offer(after float64, bps int64) act {
	return step(after, supplier, bps, order.Act{Step: order.StepOffer})
}

func agree(after float64) act { return step(after, buyer, -1, order.Act{Step: order.StepAgree}) }

func withdraw(after float64) act { return step(after, buyer, -1, order.Act{Step: order.StepWithdraw}) }

func escalate(after float64, by side) act {
	return step(after, by, -1, order.Act{Step: order.StepEscalate})
}

func decide(after float64, bps int64) act {
	return step(after, operator, bps, order.Act{Step: order.StepDecide})
}

// say is a message on an order.
func say(after float64, by side, text string) act {
	return act{after, "message", func(f *filler, ctx context.Context, d *deal) error {
		_, err := f.Orders.Tell(ctx, by(f, d), d.id, text, market.Idempotency{})
		return err
	}}
}

// rate is a buyer's review.
func rate(after float64, stars int, text string) act {
	return act{after, "review", func(f *filler, ctx context.Context, d *deal) error {
		return f.Orders.Rate(ctx, d.buyer.actor, d.id, stars, text)
	}}
}

// talk is the sample conversation of a kind and state with a supplier, else one
// that fits any, from a time on; skip leaves its first lines out.
func (f *filler) talk(after float64, kind, state, with string, skip int) []act {
	var acts []act
	m := f.message(kind, state, with)
	for i, l := range m.Lines {
		by := map[string]side{"buyer": buyer, "supplier": supplier}[l.By]
		if i < skip || by == nil {
			continue
		}
		acts = append(acts, say(after+0.11*float64(i), by, l.Text))
	}
	return acts
}

// message finds a sample conversation.
func (f *filler) message(kind, state, with string) house.Message {
	for _, who := range []string{with, ""} {
		for _, m := range f.messages {
			if m.Kind == kind && m.Supplier == who && (state == "" || m.State == state) {
				return m
			}
		}
	}
	return house.Message{}
}

// asked are the scenes of a question before an order.
func (f *filler) asked(ago float64, who, whom string) []scene {
	m := f.message("question", "", whom)
	var thread order.Thread
	var scenes []scene
	for i, l := range m.Lines {
		scenes = append(scenes, scene{ago - 0.13*float64(i), "question of " + who + " to " + whom, func(ctx context.Context) (err error) {
			switch {
			case i == 0:
				list := f.goods[whom]
				thread, err = f.Orders.Ask(ctx, f.buyers[who].actor, list[1%len(list)], l.Text, market.Idempotency{})
			case l.By == "buyer":
				_, err = f.Orders.Answer(ctx, f.buyers[who].actor, thread.ID, l.Text, market.Idempotency{})
			default:
				_, err = f.Orders.Answer(ctx, f.suppliers[whom].actor, thread.ID, l.Text, market.Idempotency{})
			}
			return err
		}})
	}
	return scenes
}

// payouts are the scenes of one payout list: drafted, and, where paid says so,
// carried out an hour later.
func (f *filler) payouts(ago float64, paid bool) []scene {
	scenes := []scene{{ago, "payout list", func(ctx context.Context) error {
		_, _, err := f.Money.Draft(ctx, f.operator.actor)
		return err
	}}}
	if !paid {
		return scenes
	}
	return append(scenes, scene{ago - float64(time.Hour)/float64(24*time.Hour), "payouts", func(ctx context.Context) error {
		due, err := f.Money.AllDue(ctx, f.operator.actor)
		for _, p := range due {
			err = errors.Join(err, f.Money.Settle(ctx, f.operator.actor, p.ID))
		}
		return err
	}})
}
