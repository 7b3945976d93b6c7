package ordertest

import (
	"testing"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// Every plays one order of one supplier into each state that there is, with a
// payout paid, one due and a conversation, and returns the orders by what became
// of them.
func Every(t testing.TB, r Records) map[string]order.ID {
	f := newFloor(t, r, 1_000, 1_000)
	f.TB = t
	made := map[string]order.ID{}
	play := func(name string, steps ...order.Step) {
		t.Helper()
		buyer := someBuyer()
		p := f.placement(buyer, name, 2, 1)
		if err := r.Book.Place(t.Context(), p); err != nil {
			t.Fatalf("place: %v", err)
		}
		id := p.Group.Orders[0].ID
		made[name] = id
		for _, s := range steps {
			by, in := buyer, order.Input{}
			switch s {
			case order.StepAccept, order.StepShip, order.StepOffer, order.StepRefund:
				by = f.seller()
			case order.StepExpire, order.StepBounce:
				by = clock
			}
			if s == order.StepOffer || s == order.StepComplain {
				in = order.Input{Amount: market.Of(333, "EUR"), Reason: order.Other, Text: market.Sealed("sealed")}
			}
			f.move(id, by, s, in)
		}
	}
	const (
		pay, accept, ship, receive, release = order.StepPay, order.StepAccept, order.StepShip, order.StepReceive, order.StepRelease
		complain, offer                     = order.StepComplain, order.StepOffer
	)
	play("placed")
	play("expired", order.StepExpire)
	play("cancelled", pay, order.StepCancel)
	play("paid", pay)
	play("accepted", pay, accept)
	play("shipped", pay, accept, ship)
	play("received", pay, accept, ship, receive)
	play("released", pay, accept, ship, receive, release)
	f.payout(t, true)
	play("released later", pay, accept, ship, release)
	f.payout(t, false)
	play("released last", pay, accept, ship, release)
	play("refunded", pay, accept, order.StepRefund)
	play("refused", pay, accept, order.StepBounce)
	play("refused late", pay, order.StepCancel, order.StepBounce)
	play("wrong", pay, accept, ship, complain)
	play("offered", pay, accept, ship, complain, offer)
	play("split", pay, accept, ship, receive, complain, offer, order.StepAgree)
	play("escalated", pay, accept, ship, complain, order.StepEscalate)
	play("withdrawn", pay, accept, ship, complain, order.StepWithdraw)

	o := f.read(made["paid"])
	th := order.Thread{ID: market.NewID[order.ThreadID](), Order: o.ID, Title: o.Number, Buyer: o.Buyer, Supplier: o.Supplier, Started: f.now}
	if _, err := r.Threads.Start(t.Context(), th, party.Key{Subject: th.Of(), Wrapped: market.Sealed("wrapped")}); err != nil {
		t.Fatalf("start a conversation: %v", err)
	}
	m := order.Message{ID: market.NewID[order.MessageID](), Thread: th.ID, From: o.Buyer, By: o.PlacedBy, Text: market.Sealed("sealed"), At: f.now}
	if err := r.Threads.Say(t.Context(), m, once("say"), market.Actor{Person: o.PlacedBy, Business: o.Buyer}); err != nil {
		t.Fatalf("say: %v", err)
	}
	return made
}

// payout makes one due of all that is owed, and settles it if it is to be paid.
func (f *floor) payout(t testing.TB, settle bool) {
	t.Helper()
	owed, err := f.Journal.Owed(t.Context(), f.supplier)
	if err != nil || len(owed) != 1 {
		t.Fatalf("got %v owed, %v", owed, err)
	}
	p := ledger.Payout{ID: market.NewID[ledger.PayoutID](), Supplier: f.supplier, Amount: owed[0], Made: f.now, Bank: market.Sealed("sealed bank")}
	err = f.Journal.DraftPayouts(t.Context(), []ledger.Payout{p})
	if err == nil && settle {
		tr := ledger.PayOut(f.supplier, "bank", p.Amount)
		tr.ID, tr.At, tr.By = market.NewID[ledger.TransactionID](), f.now, operator.Person
		err = f.Journal.SettlePayout(t.Context(), p.ID, tr)
	}
	if err != nil {
		t.Fatalf("pay out: %v", err)
	}
}
