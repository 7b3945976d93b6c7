package web

import (
	"context"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/web/page"
	"kontor/web/words"
)

func TestAnInvoiceStatesTheTaxThatIsOwedAfterAReduction(t *testing.T) {
	eur := func(minor int64) market.Money { return market.Of(minor, "EUR") }
	o := order.Order{
		Goods: eur(90_000), Freight: landed.Freight{Price: eur(10_000)}, Total: eur(119_000), Back: eur(11_900),
		Tax: landed.Tax{Label: "tax_domestic", Bps: 1_900, Base: eur(100_000), Amount: eur(19_000), Rounding: market.HalfUp},
	}
	p := papers{v: &page.View{Words: words.For("en")}, o: o}
	p.before, _ = o.Credited(nil)
	rows := p.invoiceSums().Rows
	var got []string
	for _, r := range rows[len(rows)-4:] {
		got = append(got, r.Cells[1].Text)
	}
	if want := "-€119.00 €900.00 €171.00 €1,071.00"; strings.ReplaceAll(strings.Join(got, " "), "−", "-") != want {
		t.Errorf("the invoice ends with %q, want %q", got, want)
	}
	if got, want := reducedOf(o, p.before), (reducedDoc{eur(11_900), eur(1_900), eur(90_000), eur(17_100), eur(107_100)}); got == nil || *got != want {
		t.Errorf("programs read %+v, want %+v", got, want)
	}
	if got := reducedOf(o, order.Returned{Amount: eur(0), Tax: eur(0)}); got != nil {
		t.Errorf("programs read the reduction %+v where there was none", got)
	}
}

// meanwhile is a journal in which something happens just before notes are read.
type meanwhile struct {
	ledger.Journal
	happens func()
}

func (m meanwhile) CreditNotes(ctx context.Context, id string) ([]ledger.CreditNote, error) {
	m.happens()
	return m.Journal.CreditNotes(ctx, id)
}

func TestARefundWhileAnInvoiceIsReadIsNoReductionBeforeIt(t *testing.T) {
	h := openTrade(t, "")
	ctx, supplier := t.Context(), h.people[aSupplier].actor
	o := h.transferred(t)
	for _, step := range []order.Step{order.StepAccept, order.StepShip} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: step})
		must(t, err)
	}
	left := 0 // refunds to come
	h.Money.Journal = meanwhile{h.Money.Journal, func() {
		if left > 0 {
			left--
			_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: order.StepRefund, Amount: market.Of(100, "EUR")})
			must(t, err)
		}
	}}
	path := "/orders/" + string(o.ID) + "/invoice"
	left = 1
	got := read[invoiceDoc](t, h.call(t, aBuyer, "GET", apiRoot+path, ""), 200)
	if got.Reduced != nil || len(got.CreditNotes) != 1 {
		t.Errorf("programs read %+v reduced, credit notes %+v", got.Reduced, got.CreditNotes)
	}
	left = 1
	if body := h.open(t, aBuyer, "GET", path, nil).Body.String(); strings.Contains(body, "Price reduced before the invoice") {
		t.Errorf("a later refund stands on the invoice: %s", inMain(body))
	}
	left = 5
	if w := h.open(t, aBuyer, "GET", path, nil); w.Code != 409 {
		t.Errorf("got %d for an order that changes each time it is read, want 409", w.Code)
	}
}
