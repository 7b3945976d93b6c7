package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/store/storetest"
)

// acquirer is a way to pay that reserves at once and says days later whether the
// money came, as a debit from a bank account does. It keeps its own books: what
// it took and sent back, by payment.
type acquirer struct {
	reserved map[order.Reference]order.Charge
	known    map[order.Reference]bool // true: it came; false: it never will
	took     map[order.Reference]int64
	back     map[ledger.TransactionID]order.Refund
	voided   map[order.Reference]bool
}

func newAcquirer() *acquirer {
	return &acquirer{map[order.Reference]order.Charge{}, map[order.Reference]bool{}, map[order.Reference]int64{}, map[ledger.TransactionID]order.Refund{}, map[order.Reference]bool{}}
}

func (*acquirer) Name() string           { return "debit" }
func (*acquirer) MaxHold() time.Duration { return 60 * day }
func (*acquirer) Keep() time.Duration    { return time.Hour }
func (*acquirer) ByOperator() bool       { return false }

func (a *acquirer) Authorise(_ context.Context, c order.Charge) error {
	a.reserved[c.Reference] = c
	return nil
}

func (a *acquirer) Capture(_ context.Context, r order.Reference) error {
	c, reserved := a.reserved[r]
	came, known := a.known[r]
	switch {
	case !reserved:
		return fmt.Errorf("nothing is reserved under %s", r)
	case a.voided[r] || known && !came:
		return &market.Fault{Kind: market.Invalid, Field: "payment", Msg: "The account does not cover it.", Fix: "Pay another way."}
	case !known:
		return fmt.Errorf("payment %s: %w", r, order.ErrPending)
	}
	a.took[r] = c.Amounts[0].Minor
	return nil
}

func (a *acquirer) Void(_ context.Context, r order.Reference) error {
	if a.took[r] > 0 {
		return fmt.Errorf("payment %s was taken and can't be given up", r)
	}
	a.voided[r] = true
	return nil
}

func (a *acquirer) Refund(_ context.Context, r order.Refund) error {
	if a.took[r.Reference] == 0 {
		return fmt.Errorf("payment %s was never taken, and %s is to go back", r.Reference, r.Amount)
	}
	a.back[r.ID] = r
	return nil
}

// ends tells how the one payment ended, as the bank does after days.
func (a *acquirer) ends(came bool) {
	for r := range a.reserved {
		a.known[r] = came
	}
}

// has is what the acquirer has for the house: taken less sent back.
func (a *acquirer) has() (sum int64) {
	for _, n := range a.took {
		sum += n
	}
	for _, r := range a.back {
		sum -= r.Amount.Minor
	}
	return sum
}

// atProvider is what the ledger says that a provider has for the house.
func (h *house) atProvider(name string) (sum int64) {
	h.Helper()
	ts, err := h.db.Transactions(h.Context(), ledger.Filter{Limit: 500})
	h.ok(err)
	for _, t := range ts {
		for _, p := range t.Postings {
			if p.Account == (ledger.Account{Kind: ledger.Provider, Owner: name}) {
				sum += p.Amount.Minor
			}
		}
	}
	return sum
}

// sound expects every promise to hold on what is stored. Businesses made here
// have sealed fields and keys of a test's vault, which verify does not open.
func (h *house) sound() {
	h.Helper()
	checks, err := h.db.Verify(h.Context())
	h.ok(err)
	for _, c := range checks {
		if c.Failed > 0 {
			h.Errorf("a promise does not hold: %s: %v", c.Name, c.Examples)
		}
	}
}

// debited is a house on each engine in which a group of two orders was paid by
// a debit that may yet fail, and Kiln accepted its one.
func debited(t *testing.T, suite func(h *house, a *acquirer, buyer market.Actor, mugs, lamps order.Order)) {
	storetest.Engines(t, func(t *testing.T, url string) {
		h, a := openAt(t, url), newAcquirer()
		h.desk.Providers = append(h.desk.Providers, a)
		buyer, mugs, lamps := h.bought("debit")
		h.moves(buyer, mugs.ID, order.Act{Step: order.StepPay})
		mugs = h.moves(h.kiln, mugs.ID, order.Act{Step: order.StepAccept})
		h.told()
		suite(h, a, buyer, mugs, lamps)
		h.told()
		h.sound()
		if booked, has := h.atProvider("debit"), a.has(); booked != has {
			t.Errorf("the ledger has %d at the provider, which has %d: money was lost or made up", booked, has)
		}
	})
}

func TestGoodsStayUntilTheMoneyHasCome(t *testing.T) {
	debited(t, func(h *house, a *acquirer, _ market.Actor, mugs, lamps order.Order) {
		h.is(mugs.ID, order.Held, order.Accepted, order.None)
		_, err := h.desk.Move(h.Context(), h.kiln, mugs.ID, order.Act{Step: order.StepShip})
		h.refused(err, market.Conflict, "goods left for money that is on its way")
		h.refused(h.desk.Take(h.Context(), mugs.Group), 0, "a payment that is on its way is no fault of anybody's")
		a.ends(true)
		h.ok(h.desk.Take(h.Context(), mugs.Group))
		h.ok(h.desk.Take(h.Context(), mugs.Group)) // a webhook may come twice
		h.moves(h.kiln, mugs.ID, order.Act{Step: order.StepShip})
		h.is(lamps.ID, order.Held, order.New, order.None)
		if want := mugs.Total.Minor + lamps.Total.Minor; a.has() != want {
			h.Errorf("the provider took %d, want %d", a.has(), want)
		}
	})
}

func TestAPaymentRefusedLaterCancelsAndChargesNobody(t *testing.T) {
	for _, c := range []struct {
		name  string
		learn func(h *house, mugs order.Order)
	}{
		{"told by the provider", func(h *house, mugs order.Order) {
			h.ok(h.desk.Take(h.Context(), mugs.Group))
			h.ok(h.desk.Take(h.Context(), mugs.Group))
		}},
		{"found out when the goods were to leave", func(h *house, mugs order.Order) {
			_, err := h.desk.Move(h.Context(), h.kiln, mugs.ID, order.Act{Step: order.StepShip})
			h.refused(err, market.Conflict, "goods left for money that never comes")
		}},
		{"found out by the event that came again", func(h *house, _ order.Order) { h.told() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			debited(t, func(h *house, a *acquirer, buyer market.Actor, mugs, lamps order.Order) {
				a.ends(false)
				c.learn(h, mugs)
				if n := h.toldRefused(); n != 2 {
					h.Errorf("%d of 2 letters say that nothing was charged; the others promise money back", n)
				}
				h.told()
				for _, o := range []order.Order{mugs, lamps} {
					h.is(o.ID, order.Refused, order.Cancelled, order.None)
					if got := h.order(o.ID); !got.Hold().Zero() {
						h.Errorf("%s is still held for money that never came", got.Hold())
					}
				}
				for _, v := range []catalog.VariantID{h.red, h.lamp} {
					if on, reserved := h.stock(v); on != 200 || reserved != 0 {
						h.Errorf("%d pieces on hand, %d reserved, want 200 and none: nobody else can buy them", on, reserved)
					}
				}
				if len(a.back) != 0 || a.has() != 0 {
					h.Errorf("%d refunds were sent of money that never came: %v", len(a.back), a.back)
				}
				_, err := h.desk.Move(h.Context(), buyer, mugs.ID, order.Act{Step: order.StepPay})
				h.refused(err, market.Conflict, "a cancelled order was paid")
			})
		})
	}
}

// toldRefused counts the events that wait and say that an order's money was
// refused.
func (h *house) toldRefused() (n int) {
	h.Helper()
	pending, err := h.db.Pending(h.Context(), 1_000)
	h.ok(err)
	for _, e := range pending {
		var told order.Told
		h.ok(json.Unmarshal(e.Body, &told))
		if told.Step == order.StepBounce {
			n++
		}
	}
	return n
}

func TestWhatIsCancelledWhileTheMoneyIsOnItsWayGoesBackOnce(t *testing.T) {
	for _, came := range []bool{true, false} {
		t.Run(fmt.Sprintf("and it came: %t", came), func(t *testing.T) {
			debited(t, func(h *house, a *acquirer, buyer market.Actor, mugs, lamps order.Order) {
				h.moves(buyer, mugs.ID, order.Act{Step: order.StepCancel})
				h.told()
				h.sent() // the bus has every event, and none comes again
				if len(a.back) != 0 {
					h.Errorf("%d refunds were sent before the money came", len(a.back))
				}
				a.ends(came)
				h.ok(h.desk.Take(h.Context(), mugs.Group))
				h.ok(h.desk.Take(h.Context(), mugs.Group))
				want, status := int64(0), order.Refused
				if came {
					want, status = lamps.Total.Minor, order.Refunded
				}
				if a.has() != want {
					h.Errorf("the buyer was charged %d in the end, want %d: what was cancelled meanwhile never goes back", a.has(), want)
				}
				h.is(mugs.ID, status, order.Cancelled, order.None)
			})
		})
	}
}

// failing is a book in which a step of one order always fails.
type failing struct {
	order.Book
	order order.ID
}

func (b failing) Apply(ctx context.Context, changes ...order.Change) error {
	if changes[0].Order == b.order {
		return errors.New("this step always fails")
	}
	return b.Book.Apply(ctx, changes...)
}

func TestAnOrderThatCanNotBeCancelledKeepsNoOtherAlive(t *testing.T) {
	debited(t, func(h *house, a *acquirer, _ market.Actor, mugs, lamps order.Order) {
		a.ends(false)
		h.desk.Book = failing{h.db, lamps.ID}
		_, err := h.desk.Move(h.Context(), h.kiln, mugs.ID, order.Act{Step: order.StepShip})
		h.refused(err, market.Conflict, "the supplier is not told why the goods can't leave")
		h.is(mugs.ID, order.Refused, order.Cancelled, order.None)
		if err := h.desk.Take(h.Context(), mugs.Group); err == nil {
			h.Error("an order whose payment was refused lives on, and nobody is told")
		}
		h.desk.Book = h.db
		h.moves(h.works, lamps.ID, order.Act{Step: order.StepAccept})
		h.desk.Book = failing{h.db, lamps.ID}
		_, err = h.desk.Move(h.Context(), h.works, lamps.ID, order.Act{Step: order.StepShip})
		h.refused(err, 0, "the supplier is asked to mend what is ours")
		for _, want := range []string{"The account does not cover it.", "this step always fails"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				h.Errorf("got %v: who looks into it does not learn %q", err, want)
			}
		}
		h.desk.Book = failing{h.db, mugs.ID} // which is over
		h.ok(h.desk.Take(h.Context(), mugs.Group))
		h.is(lamps.ID, order.Refused, order.Cancelled, order.None)
		h.desk.Book = h.db
		history, err := h.db.History(h.Context(), mugs.ID)
		h.ok(err)
		if last := history[len(history)-1]; last.What != order.StepBounce || !last.Amount.Zero() {
			h.Errorf("the history ends with %s of %s: the buyer waits for money that was never taken", last.What, last.Amount)
		}
	})
}

// TestMoneyOnItsWayInRandomHistories mixes what people do with what the provider
// finds out: whatever happens, the provider ends with what the ledger says.
func TestMoneyOnItsWayInRandomHistories(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		h := openAt(t, url)
		h.ok(h.db.SetStock(t.Context(), h.kiln.Business, h.red, 1_000_000))
		h.ok(h.db.SetStock(t.Context(), h.works.Business, h.lamp, 1_000_000))
		rapid.Check(t, func(rt *rapid.T) {
			a, usual := newAcquirer(), h.desk.Providers
			h.desk.Providers = []order.Provider{a}
			defer func() { h.desk.Providers = usual }()
			booked := h.atProvider("debit")
			buyer, address := h.joins("Tienda", "ES")
			h.puts(buyer, "", h.red, 10)
			h.puts(buyer, "", h.lamp, 1)
			g, err := h.desk.Place(h.Context(), buyer, order.PlaceInput{Address: address, Currency: "EUR", Payment: "debit"})
			if err != nil {
				rt.Fatal(err)
			}
			h.moves(buyer, g.Orders[0].ID, order.Act{Step: order.StepPay})
			for range rapid.IntRange(0, 8).Draw(rt, "steps") {
				o := rapid.SampledFrom(g.Orders).Draw(rt, "order")
				switch rapid.SampledFrom([]string{"accept", "ship", "cancel", "refund", "ends", "bank", "told"}).Draw(rt, "what") {
				case "accept":
					_, err = h.desk.Move(h.Context(), h.seller(o), o.ID, order.Act{Step: order.StepAccept})
				case "ship":
					_, err = h.desk.Move(h.Context(), h.seller(o), o.ID, order.Act{Step: order.StepShip})
				case "cancel":
					_, err = h.desk.Move(h.Context(), buyer, o.ID, order.Act{Step: order.StepCancel})
				case "refund":
					_, err = h.desk.Move(h.Context(), h.seller(o), o.ID, order.Act{Step: order.StepRefund, Amount: eur(rapid.Int64Range(1, 500).Draw(rt, "minor"))})
				case "ends":
					if len(a.known) == 0 { // a bank's word stands
						a.ends(rapid.Bool().Draw(rt, "it came"))
					}
					err = nil
				case "bank":
					err = h.desk.Take(h.Context(), g.ID)
				case "told": // and no event comes again
					h.told()
					h.sent()
					err = nil
				}
				if err != nil && market.KindOf(err) == 0 && !errors.Is(err, order.ErrPending) {
					rt.Fatal(err)
				}
			}
			if len(a.known) == 0 {
				a.ends(rapid.Bool().Draw(rt, "it came in the end"))
			}
			if err := h.desk.Take(h.Context(), g.ID); err != nil {
				rt.Fatal(err)
			}
			h.told()
			h.told() // what the first round cancelled
			if got, has := h.atProvider("debit")-booked, a.has(); got != has {
				rt.Fatalf("the ledger has %d at the provider, which has %d", got, has)
			}
			for _, o := range g.Orders {
				if sent := h.order(o.ID).Status.Fulfilment == order.Shipped; sent && a.has() == 0 {
					rt.Fatalf("goods left for money that never came")
				}
			}
			h.sent()
		})
		h.sound()
	})
}

// seller is who sells an order.
func (h *house) seller(o order.Order) market.Actor {
	if o.Supplier == h.kiln.Business {
		return h.kiln
	}
	return h.works
}

// sent empties the outbox.
func (h *house) sent() {
	h.Helper()
	pending, err := h.db.Pending(h.Context(), 1_000)
	h.ok(err)
	for _, e := range pending {
		h.ok(h.db.Sent(h.Context(), e.Seq))
	}
}
