package ordertest

import (
	"testing"

	"kontor/market"
	"kontor/market/order"
)

// creditNotes checks that a refund has its credit note once the invoice is out,
// and not before.
func creditNotes(t *testing.T, r Records) {
	f := newFloor(t, r, 1000)
	ready := func(back ...int64) order.ID {
		t.Helper()
		buyer := someBuyer()
		o := f.placed(buyer, 1)
		f.move(o.ID, buyer, order.StepPay, order.Input{})
		f.move(o.ID, f.seller(), order.StepAccept, order.Input{})
		for _, minor := range back {
			f.move(o.ID, f.seller(), order.StepRefund, order.Input{Amount: market.Of(minor, "EUR")})
		}
		return o.ID
	}
	early, sent, other := ready(101), ready(102), ready()
	for _, id := range []order.ID{sent, other} {
		f.move(id, f.seller(), order.StepShip, order.Input{})
	}
	for _, minor := range []int64{11, 12} {
		f.move(sent, f.seller(), order.StepRefund, order.Input{Amount: market.Of(minor, "EUR")})
	}
	late, err := f.change(other, f.seller(), order.StepRefund, order.Input{Amount: market.Of(13, "EUR")})
	if err != nil {
		t.Fatal(err)
	}
	undone := late
	undone.Stock = []order.StockMove{{Variant: f.listing.Variants[0].ID, OnHand: -5000}}
	if err := r.Book.Apply(t.Context(), undone); err == nil {
		t.Fatal("goods that are not there were moved")
	}
	if err := r.Book.Apply(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[order.ID][]struct{ number, minor int64 }{early: nil, sent: {{1, 11}, {2, 12}}, other: {{3, 13}}} {
		notes, err := r.Journal.CreditNotes(t.Context(), string(id))
		if err != nil || len(notes) != len(want) {
			t.Fatalf("got credit notes %+v, %v, want %v", notes, err, want)
		}
		for i, n := range notes {
			if n.Number != want[i].number || n.Amount != market.Of(want[i].minor, "EUR") || n.Order != string(id) || n.Supplier != f.supplier || n.Series != "2026" || n.Refund == "" || n.Issued.IsZero() {
				t.Errorf("got credit note %+v, want number %d over %d: the books of both sides go by it", n, want[i].number, want[i].minor)
			}
		}
	}
}
