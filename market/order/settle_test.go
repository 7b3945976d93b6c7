package order

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/ledger"
)

// part is an order of 100.01 EUR of which some went back before.
func part(s Status, back, offer int64) (Order, *Complaint) {
	o, c := sample(s)
	o.Back = eur(back)
	if c != nil && offer >= 0 {
		c.Offer = eur(offer)
	}
	return o, c
}

func TestWhereTheMoneyGoes(t *testing.T) {
	const hold, payable, house, card = ledger.Hold, ledger.Payable, ledger.Commission, ledger.Provider
	shipped, received := Status{Held, Shipped, None}, Status{Held, Received, None}
	argued := func(d Dispute) Status { return Status{Held, Received, d} }
	type sums = map[ledger.AccountKind]int64
	for _, c := range []struct {
		name         string
		by           side
		step         Step
		from         Status
		back, offer  int64 // before
		amount       int64
		want         sums // what the step adds to each account
		payment      Payment
		fulfilment   Fulfilment
		entry, award int64 // award -1: no complaint is settled
	}{
		{"paying holds the whole", buyer, StepPay, Status{Awaiting, New, None}, 0, -1, 0, sums{card: 10_001, hold: -10_001}, Held, New, 10_001, -1},
		{"releasing keeps 3.33 % for the house", buyer, StepRelease, received, 0, -1, 0, sums{hold: 10_001, payable: -9_668, house: -333}, Released, Received, 10_001, -1},
		{"releasing without saying received says it", buyer, StepRelease, shipped, 0, -1, 0, sums{hold: 10_001, payable: -9_668, house: -333}, Released, Received, 10_001, -1},
		{"the clock releases as the buyer does", clock, StepRelease, received, 0, -1, 0, sums{hold: 10_001, payable: -9_668, house: -333}, Released, Received, 10_001, -1},
		{"after a part went back the rest is released", buyer, StepRelease, received, 10_000, -1, 0, sums{hold: 1, payable: -1}, Split, Received, 1, -1},
		{"cancelling gives all back", buyer, StepCancel, Status{Held, New, None}, 0, -1, 0, sums{hold: 10_001, card: -10_001}, Refunded, Cancelled, 10_001, -1},
		{"cancelling an accepted order too", supplier, StepCancel, Status{Held, Accepted, None}, 1, -1, 0, sums{hold: 10_000, card: -10_000}, Refunded, Cancelled, 10_000, -1},
		{"cancelling before payment moves nothing", operator, StepCancel, Status{Awaiting, New, None}, 0, -1, 0, sums{}, Void, Cancelled, 0, -1},
		{"a part refunded leaves the order as it is", supplier, StepRefund, shipped, 0, -1, 1, sums{hold: 1, card: -1}, Held, Shipped, 1, -1},
		{"all refunded ends it", supplier, StepRefund, shipped, 0, -1, 10_001, sums{hold: 10_001, card: -10_001}, Refunded, Shipped, 10_001, -1},
		{"the last part refunded ends it too", supplier, StepRefund, shipped, 1, -1, 10_000, sums{hold: 10_000, card: -10_000}, Refunded, Shipped, 10_000, -1},
		{"all refunded before shipping cancels", supplier, StepRefund, Status{Held, Accepted, None}, 0, -1, 10_001, sums{hold: 10_001, card: -10_001}, Refunded, Cancelled, 10_001, -1},
		{"an agreed offer splits", buyer, StepAgree, argued(Offered), 0, 2_500, 0, sums{card: -2_500, hold: 10_001, payable: -7_251, house: -250}, Split, Received, 2_500, 2_500},
		{"an agreed offer of nothing releases all", buyer, StepAgree, argued(Offered), 0, 0, 0, sums{hold: 10_001, payable: -9_668, house: -333}, Released, Received, 0, 0},
		{"an agreed offer of all releases nothing", buyer, StepAgree, argued(Offered), 0, 10_001, 0, sums{card: -10_001, hold: 10_001}, Refunded, Received, 10_001, 10_001},
		{"a decision splits", operator, StepDecide, argued(Escalated), 0, 2_500, 5_000, sums{card: -5_000, hold: 10_001, payable: -4_834, house: -167}, Split, Received, 5_000, 5_000},
		{"a decision of nothing releases all", operator, StepDecide, argued(Open), 0, -1, 0, sums{hold: 10_001, payable: -9_668, house: -333}, Released, Received, 0, 0},
		{"a decision of nothing after a part went back", operator, StepDecide, argued(Open), 1, -1, 0, sums{hold: 10_000, payable: -9_667, house: -333}, Split, Received, 0, 0},
		{"a silent operator lets the last offer stand", clock, StepDecide, argued(Escalated), 0, 2_500, 0, sums{card: -2_500, hold: 10_001, payable: -7_251, house: -250}, Split, Received, 2_500, 2_500},
		{"a silent operator and no offer: all goes back", clock, StepDecide, argued(Escalated), 0, -1, 0, sums{card: -10_001, hold: 10_001}, Refunded, Received, 10_001, 10_001},
		{"the provider's limit with nobody's answer: all goes back", clock, StepDecide, argued(Open), 1, -1, 0, sums{card: -10_000, hold: 10_000}, Refunded, Received, 10_000, 10_000},
		{"withdrawing moves nothing", buyer, StepWithdraw, argued(Escalated), 0, -1, 0, sums{}, Held, Received, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, complaint := part(c.from, c.back, c.offer)
			got, err := Move(o, complaint, actors[c.by], c.step, input(c.amount), noon, Usual)
			if err != nil {
				t.Fatal(err)
			}
			moved := sums{}
			for _, tr := range got.Postings {
				if err := tr.Check(); err != nil {
					t.Error(err)
				}
				for _, p := range tr.Postings {
					moved[p.Account.Kind] += p.Amount.Minor
				}
			}
			if !reflect.DeepEqual(moved, c.want) {
				t.Errorf("moved %v, want %v", moved, c.want)
			}
			if got.Status.Payment != c.payment || got.Status.Fulfilment != c.fulfilment || got.Entry.Amount.Minor != c.entry {
				t.Errorf("got %v with %v in its history, want %s, %s, %d", got.Status, got.Entry.Amount, c.payment, c.fulfilment, c.entry)
			}
			if c.award >= 0 && (got.Complaint == nil || got.Complaint.Award != eur(c.award) || !got.Complaint.Settled.Equal(noon) || got.Status.Dispute != Settled) {
				t.Errorf("the complaint ends as %+v, want an award of %d", got.Complaint, c.award)
			}
		})
	}
}

func TestHowLongASilenceLasts(t *testing.T) {
	in := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, c := range []struct {
		name string
		by   side
		step Step
		from Status
		set  map[ClockKind]time.Time
		stop []ClockKind
	}{
		{"paid: the supplier has 3 days, the provider holds as long as it holds", buyer, StepPay, Status{Awaiting, New, None}, map[ClockKind]time.Time{AcceptBy: in(3 * day), HoldUntil: in(88 * day)}, []ClockKind{PayBy}},
		{"accepted: the lead time and 14 days", supplier, StepAccept, Status{Held, New, None}, map[ClockKind]time.Time{ShipBy: in(19 * day)}, []ClockKind{AcceptBy}},
		{"shipped: the carrier's days and 14", supplier, StepShip, Status{Held, Accepted, None}, map[ClockKind]time.Time{ReceiveBy: in(23 * day)}, []ClockKind{ShipBy}},
		{"received: 14 days to look", buyer, StepReceive, Status{Held, Shipped, None}, map[ClockKind]time.Time{ReleaseBy: in(14 * day)}, []ClockKind{ReceiveBy}},
		{"something is wrong: 3 days to answer, and nothing is released", buyer, StepComplain, Status{Held, Received, None}, map[ClockKind]time.Time{AnswerBy: in(3 * day)}, []ClockKind{ReceiveBy, ReleaseBy}},
		{"offered: 3 days for the buyer", supplier, StepOffer, Status{Held, Received, Open}, map[ClockKind]time.Time{AnswerBy: in(3 * day)}, nil},
		{"escalated: 14 days for the operator", clock, StepEscalate, Status{Held, Received, Offered}, map[ClockKind]time.Time{DecideBy: in(14 * day)}, []ClockKind{AnswerBy}},
		{"withdrawn after receipt: 14 days to look again", buyer, StepWithdraw, Status{Held, Received, Open}, map[ClockKind]time.Time{ReleaseBy: in(14 * day)}, []ClockKind{AnswerBy, DecideBy}},
		{"withdrawn before receipt: 14 days to arrive", buyer, StepWithdraw, Status{Held, Shipped, Escalated}, map[ClockKind]time.Time{ReceiveBy: in(14 * day)}, []ClockKind{AnswerBy, DecideBy}},
		{"a part refunded leaves all clocks alone", supplier, StepRefund, Status{Held, Received, None}, map[ClockKind]time.Time{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, complaint := sample(c.from)
			got, err := Move(o, complaint, actors[c.by], c.step, input(100), noon, Usual)
			if err != nil {
				t.Fatal(err)
			}
			set := map[ClockKind]time.Time{}
			for _, k := range got.Set {
				set[k.Kind] = k.Due
				if k.Order != o.ID {
					t.Errorf("clock %s is of order %q", k.Kind, k.Order)
				}
			}
			if !reflect.DeepEqual(set, c.set) || !slices.Equal(got.Stop, c.stop) {
				t.Errorf("got %v set and %v stopped, want %v and %v", set, got.Stop, c.set, c.stop)
			}
		})
	}
}

func TestWhatAStepNeeds(t *testing.T) {
	held, open := Status{Held, Received, None}, Status{Held, Received, Open}
	for _, c := range []struct {
		name  string
		by    side
		step  Step
		from  Status
		spoil func(*Input)
		field string // "": nothing is wrong
	}{
		{"a refund of a cent", supplier, StepRefund, held, func(in *Input) { in.Amount = eur(1) }, ""},
		{"a refund of nothing", supplier, StepRefund, held, func(in *Input) { in.Amount = eur(0) }, "amount"},
		{"a refund below nothing", supplier, StepRefund, held, func(in *Input) { in.Amount = eur(-1) }, "amount"},
		{"a refund of a cent more than is held", supplier, StepRefund, held, func(in *Input) { in.Amount = eur(9_001) }, "amount"},
		{"a refund of all that is held", supplier, StepRefund, held, func(in *Input) { in.Amount = eur(9_000) }, ""},
		{"a refund in another currency", supplier, StepRefund, held, func(in *Input) { in.Amount = market.Of(1, "USD") }, "amount"},
		{"a refund in no currency", supplier, StepRefund, held, func(in *Input) { in.Amount = market.Of(1, "") }, "amount"},
		{"an offer of nothing", supplier, StepOffer, open, func(in *Input) { in.Amount = eur(0) }, ""},
		{"an offer below nothing", supplier, StepOffer, open, func(in *Input) { in.Amount = eur(-1) }, "amount"},
		{"an offer of more than is held", supplier, StepOffer, open, func(in *Input) { in.Amount = eur(9_001) }, "amount"},
		{"a decision of more than is held", operator, StepDecide, open, func(in *Input) { in.Amount = eur(9_001) }, "amount"},
		{"a decision in another currency", operator, StepDecide, open, func(in *Input) { in.Amount = market.Of(1, "USD") }, "amount"},
		{"a complaint that wants nothing", buyer, StepComplain, held, func(in *Input) { in.Amount = eur(0) }, "amount"},
		{"a complaint without a reason", buyer, StepComplain, held, func(in *Input) { in.Reason = "" }, "reason"},
		{"a complaint of an unknown reason", buyer, StepComplain, held, func(in *Input) { in.Reason = "ugly" }, "reason"},
		{"a complaint without words", buyer, StepComplain, held, func(in *Input) { in.Text = nil }, "text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, complaint := part(c.from, 1_001, -1)
			in := input(100)
			c.spoil(&in)
			_, err := Move(o, complaint, actors[c.by], c.step, in, noon, Usual)
			if c.field == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.field != "" && (market.KindOf(err) != market.Invalid || firstField(err) != c.field) {
				t.Errorf("got %v, want a fault on %s", err, c.field)
			}
		})
	}
	o, _ := sample(held)
	_, err := Move(o, nil, actors[buyer], StepComplain, Input{}, noon, Usual)
	if fs, ok := err.(market.Faults); !ok || len(fs) != 3 {
		t.Errorf("got %v: an empty complaint has three faults, told at once", err)
	}
}

func firstField(err error) string {
	switch f := err.(type) {
	case *market.Fault:
		return f.Field
	case market.Faults:
		return f[0].Field
	}
	return ""
}

func TestStockFollowsTheGoods(t *testing.T) {
	ended := []StockMove{{"v1", 0, -12}, {"v2", 0, -21}}
	for _, c := range []struct {
		name string
		by   side
		step Step
		from Status
		want []StockMove
	}{
		{"shipping takes the goods and their reservation", supplier, StepShip, Status{Held, Accepted, None}, []StockMove{{"v1", -12, -12}, {"v2", -21, -21}}},
		{"an order that expires gives its reservation back", clock, StepExpire, Status{Awaiting, New, None}, ended},
		{"so does one that is cancelled unpaid", buyer, StepCancel, Status{Awaiting, New, None}, ended},
		{"and one that is cancelled paid", clock, StepCancel, Status{Held, New, None}, ended},
		{"and one that is refunded before shipping", supplier, StepRefund, Status{Held, Accepted, None}, ended},
		{"goods that left don't come back by a refund", supplier, StepRefund, Status{Held, Shipped, None}, nil},
		{"paying moves none", buyer, StepPay, Status{Awaiting, New, None}, nil},
		{"releasing moves none", buyer, StepRelease, Status{Held, Shipped, None}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, complaint := sample(c.from)
			got, err := Move(o, complaint, actors[c.by], c.step, input(10_001), noon, Usual)
			if err != nil || !slices.Equal(got.Stock, c.want) {
				t.Errorf("got %v, %v, want %v", got.Stock, err, c.want)
			}
		})
	}
}

func TestShippingIssuesTheInvoiceOfTheYear(t *testing.T) {
	o, _ := sample(Status{Held, Accepted, None})
	eve := time.Date(2027, 1, 1, 3, 0, 0, 0, time.FixedZone("", 8*3600)) // still 2026 in UTC
	got, err := Move(o, nil, actors[supplier], StepShip, input(0), eve, Usual)
	if err != nil || got.Invoice == nil || !reflect.DeepEqual(*got.Invoice, Invoice{Order: "o", Supplier: "sells", Series: "2026", Issued: eve}) {
		t.Errorf("got %+v, %v", got.Invoice, err)
	}
	if string(got.Tracking) != "track" || got.Carrier != "DHL" {
		t.Errorf("the buyer can't follow the parcel: %q, %q", got.Tracking, got.Carrier)
	}
}
