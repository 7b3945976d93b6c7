package order

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
)

// life is one order with its records, as the book keeps them, beside a model
// that knows nothing of postings: four sums and two shelves.
type life struct {
	o         Order
	complaint *Complaint
	clocks    map[ClockKind]time.Time
	journal   []ledger.Transaction
	stock     map[catalog.VariantID]StockMove
	now       time.Time
	tale      []string

	paid, released, refunded, commission int64 // the model's
	invoices                             int
}

var shelf = map[catalog.VariantID]market.Quantity{"v1": 12, "v2": 21} // exactly what is ordered

func newLife(t *rapid.T) *life {
	l := &life{now: noon}
	l.o, _ = sample(Status{Awaiting, New, None})
	l.o.Total = eur(rapid.OneOf(rapid.Int64Range(1, 30), rapid.Int64Range(1, market.Most)).Draw(t, "total"))
	l.o.CommissionBps = rapid.SampledFrom([]int64{0, 1, 333, 5_000, 9_999, 10_000}).Draw(t, "commission")
	l.clocks = map[ClockKind]time.Time{PayBy: noon.Add(15 * time.Minute)}
	l.stock = map[catalog.VariantID]StockMove{}
	for v, n := range shelf {
		l.stock[v] = StockMove{v, n, n}
	}
	return l
}

// take tries one step and, if it goes through, does what the book does with it.
func (l *life) take(t *rapid.T, by side, step Step, amount int64) bool {
	in := input(amount)
	in.HoldFor = 40 * day
	was := l.o
	hold := l.paid - l.released - l.refunded
	c, err := Move(l.o, l.complaint, actors[by], step, in, l.now, Usual)
	if may := may(by, step, was.Status); err != nil {
		if may && market.KindOf(err) != market.Invalid {
			l.fail(t, "%s by %s in %v: %v", step, roles[by], was.Status, err)
		}
		return false
	} else if !may || !Allowed(was.Status, c.Status) {
		l.fail(t, "%s by %s went through from %v to %v", step, roles[by], was.Status, c.Status)
	}
	l.tale = append(l.tale, fmt.Sprintf("%s %s by %s of %d: %v", l.now.Format("01-02 15:04"), step, roles[by], amount, c.Status))
	l.model(by, step, amount, hold, was.Status, c.Status)

	l.o.Status, l.o.Version = c.Status, l.o.Version+1
	if c.Complaint != nil {
		l.complaint = c.Complaint
	}
	for _, k := range c.Stop {
		delete(l.clocks, k)
	}
	for _, k := range c.Set {
		l.clocks[k.Kind] = k.Due
	}
	for _, m := range c.Stock {
		s := l.stock[m.Variant]
		l.stock[m.Variant] = StockMove{m.Variant, s.OnHand + m.OnHand, s.Reserved + m.Reserved}
	}
	for _, tr := range c.Postings {
		if err := tr.Check(); err != nil {
			l.fail(t, "%v", err)
		}
		switch taken := onHold(tr); tr.Kind {
		case ledger.PaidIn:
			l.o.PaidIn = l.o.PaidIn.Add(eur(-taken))
		case ledger.Released:
			l.o.Out = l.o.Out.Add(eur(taken))
		case ledger.Refunded:
			l.o.Back = l.o.Back.Add(eur(taken))
		}
	}
	l.journal = append(l.journal, c.Postings...)
	if c.Invoice != nil {
		l.invoices++
	}
	return true
}

// model is what people expect of the money.
func (l *life) model(by side, step Step, amount, hold int64, from, to Status) {
	split := func(back int64) {
		l.refunded += back
		rest := hold - back
		l.released += rest
		l.commission += (rest/10_000)*l.o.CommissionBps + ((rest%10_000)*l.o.CommissionBps+5_000)/10_000
	}
	switch {
	case step == StepPay:
		l.paid = l.o.Total.Minor
	case (step == StepCancel || step == StepBounce) && from.Payment == Held:
		split(hold)
	case step == StepRelease:
		split(0)
	case step == StepRefund && amount < hold:
		l.refunded += amount
	case step == StepRefund:
		split(hold)
	case step == StepAgree:
		split(l.complaint.Offer.Minor)
	case step == StepDecide && by == operator:
		split(amount)
	case step == StepDecide && l.complaint.Offer.Currency != "":
		split(l.complaint.Offer.Minor)
	case step == StepDecide:
		split(hold)
	}
}

// check compares the records with the model.
func (l *life) check(t *rapid.T) {
	sums := map[ledger.AccountKind]int64{}
	for _, tr := range l.journal {
		for _, p := range tr.Postings {
			sums[p.Account.Kind] += p.Amount.Minor
		}
	}
	hold := l.paid - l.released - l.refunded
	s := l.o.Status
	switch {
	case hold < 0:
		l.fail(t, "%d is held", hold)
	case l.o.PaidIn.Minor != l.paid || l.o.Out.Minor != l.released || l.o.Back.Minor != l.refunded:
		l.fail(t, "paid %v, released %v, refunded %v; people expect %d, %d, %d", l.o.PaidIn, l.o.Out, l.o.Back, l.paid, l.released, l.refunded)
	case sums[ledger.Hold] != -hold || sums[ledger.Provider] != l.paid-l.refunded || sums[ledger.Commission] != -l.commission || sums[ledger.Payable] != l.commission-l.released:
		l.fail(t, "the ledger has %v for a hold of %d and a commission of %d", sums, hold, l.commission)
	case s.Over() && hold != 0 || s.Payment == Held && hold == 0:
		l.fail(t, "%d is held in %v", hold, s)
	case s.Over() != (len(l.clocks) == 0):
		l.fail(t, "in %v run %v", s, l.clocks)
	case s.Payment == Void && l.paid != 0, s.Payment == Released && (l.refunded != 0 || l.released != l.paid),
		(s.Payment == Refunded || s.Payment == Refused) && (l.released != 0 || l.refunded != l.paid), s.Payment == Split && (l.released == 0 || l.refunded == 0):
		l.fail(t, "%v with %d released and %d refunded of %d", s, l.released, l.refunded, l.paid)
	}
	sent := s.Fulfilment == Shipped || s.Fulfilment == Received
	for v, n := range shelf {
		want := StockMove{v, n, n}
		switch {
		case sent:
			want = StockMove{v, 0, 0}
		case s.Fulfilment == Cancelled:
			want = StockMove{v, n, 0}
		}
		if l.stock[v] != want {
			l.fail(t, "in %v the shelf has %v, want %v", s, l.stock[v], want)
		}
	}
	if sent != (l.invoices == 1) || l.invoices > 1 {
		l.fail(t, "in %v there are %d invoices", s, l.invoices)
	}
	if c := l.complaint; (c == nil) != (s.Dispute == None) || c != nil && (c.Award.Currency != "") != (s.Dispute == Settled) {
		l.fail(t, "in %v the complaint is %+v", s, c)
	}
}

func (l *life) fail(t *rapid.T, format string, args ...any) {
	t.Helper()
	t.Fatalf("%s\nafter:\n%s", fmt.Sprintf(format, args...), strings.Join(l.tale, "\n"))
}

// wait lets the next clock run out and takes its step, as the desk does.
func (l *life) wait(t *rapid.T) {
	next, due := ClockKind(""), time.Time{}
	for _, k := range kinds {
		if at, ok := l.clocks[k]; ok && (next == "" || at.Before(due)) {
			next, due = k, at
		}
	}
	if next == "" {
		return
	}
	if due.After(l.now) {
		l.now = due
	}
	if !l.take(t, clock, defaultStep(next, l.o.Status), 0) {
		l.fail(t, "clock %s ran out in %v and nothing followed", next, l.o.Status)
	}
	if next == HoldUntil && !l.o.Status.Over() {
		l.fail(t, "the provider's limit passed and the order is in %v", l.o.Status)
	}
}

func (l *life) amount(t *rapid.T) int64 {
	hold := l.paid - l.released - l.refunded
	return rapid.OneOf(rapid.SampledFrom([]int64{0, 1, hold - 1, hold, hold + 1}), rapid.Int64Range(0, max(hold, 1))).Draw(t, "amount")
}

// wilful are the steps that people take; clocks take theirs when they run out.
var wilful = slices.DeleteFunc(slices.Clone(steps), func(s Step) bool { return s == StepExpire || s == StepBounce })

func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		usual := []struct {
			by   side
			step Step
		}{{buyer, StepPay}, {supplier, StepAccept}, {supplier, StepShip}, {buyer, StepReceive}, {buyer, StepComplain}}
		for _, u := range usual[:rapid.IntRange(0, len(usual)).Draw(t, "how far all goes well")] {
			if rapid.Bool().Draw(t, "a part goes back") {
				l.take(t, supplier, StepRefund, l.paid/3)
			}
			l.take(t, u.by, u.step, max(1, l.paid/2))
		}
		t.Repeat(map[string]func(*rapid.T){
			"": l.check,
			"anybody tries anything": func(t *rapid.T) {
				l.take(t, rapid.SampledFrom([]side{buyer, supplier, operator}).Draw(t, "who"), rapid.SampledFrom(wilful).Draw(t, "step"), l.amount(t))
			},
			"somebody does what can be done": func(t *rapid.T) {
				who := rapid.SampledFrom([]side{buyer, supplier, operator}).Draw(t, "who")
				if can := Steps(l.o, actors[who]); len(can) > 0 {
					l.take(t, who, rapid.SampledFrom(can).Draw(t, "step"), l.amount(t))
				}
			},
			"the provider refuses the money in the end": func(t *rapid.T) {
				l.take(t, clock, StepBounce, 0)
			},
			"time passes": func(t *rapid.T) {
				later := l.now.Add(time.Duration(rapid.Int64Range(1, 20*24).Draw(t, "hours")) * time.Hour)
				for !l.o.Status.Over() {
					due := time.Time{}
					for _, at := range l.clocks {
						if due.IsZero() || at.Before(due) {
							due = at
						}
					}
					if due.After(later) {
						break
					}
					l.wait(t)
				}
				l.now = later
			},
		})
		for range 10 { // nobody ever speaks again
			l.wait(t)
			l.check(t)
		}
		if !l.o.Status.Over() {
			l.fail(t, "everybody is silent, and the order never ends: %v", l.o.Status)
		}
		for _, step := range steps {
			for by := range actors {
				if step != StepBounce && l.take(t, by, step, 1) {
					l.fail(t, "an order that is over took the step %s", step)
				}
			}
		}
	})
}

func TestTheProvidersLimitEndsAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		l.take(t, buyer, StepPay, 0)
		limit := l.clocks[HoldUntil]
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			who := rapid.SampledFrom([]side{buyer, supplier}).Draw(t, "who")
			if can := Steps(l.o, actors[who]); len(can) > 0 {
				l.take(t, who, rapid.SampledFrom(can).Draw(t, "step"), l.amount(t))
			}
			if !l.o.Status.Over() && !l.clocks[HoldUntil].Equal(limit) {
				l.fail(t, "the provider's limit moved from %v to %v", limit, l.clocks[HoldUntil])
			}
		}
		if l.o.Status.Over() {
			return
		}
		l.now = limit
		if !l.take(t, clock, defaultStep(HoldUntil, l.o.Status), 0) || !l.o.Status.Over() {
			l.fail(t, "at the limit the order stays in %v", l.o.Status)
		}
		l.check(t)
	})
}
