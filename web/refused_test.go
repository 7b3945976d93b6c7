package web

import (
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

// TestARefusedPaymentIsNowhereARefund: what was never taken is told as that on
// both sides' pages and lists, and to programs.
func TestARefusedPaymentIsNowhereARefund(t *testing.T) {
	h := openTrade(t, "")
	ctx, buyer := t.Context(), h.people[aBuyer].actor
	_, err := h.Orders.PutLine(ctx, buyer, "", h.listing.Variants[0].ID, 10, "EUR")
	must(t, err)
	g, err := h.Orders.Place(ctx, buyer, order.PlaceInput{Address: h.address, Currency: "EUR", Payment: "card"})
	must(t, err)
	o, err := h.Orders.Move(ctx, buyer, g.Orders[0].ID, order.Act{Step: order.StepPay})
	must(t, err)
	bounced, err := order.Move(o, nil, market.Actor{Ticks: true}, order.StepBounce, order.Input{}, h.Now(), order.Usual)
	must(t, err)
	must(t, h.db.Apply(ctx, bounced))
	page := "/orders/" + string(o.ID)
	for _, c := range []struct{ who, path, wants string }{
		{aBuyer, page, "Nothing was charged, and nothing goes back"}, {aSupplier, page, "refused in the end"}, {anOperator, page, "The payment was refused; the order is cancelled"},
		{aBuyer, "/orders", "Payment refused"}, {aSupplier, "/desk/orders?tab=finished", "Payment refused"}, {anOperator, "/house/orders?tab=all", "Payment refused"},
	} {
		text := inMain(h.open(t, c.who, "GET", c.path, nil).Body.String())
		if !strings.Contains(text, c.wants) {
			t.Errorf("%s for the %s does not say %q: %s", c.path, c.who, c.wants, text)
		}
		for _, never := range []string{"Refunded in full", "went back to the buyer", "By itself"} {
			if strings.Contains(text, never) {
				t.Errorf("%s for the %s says %q, and somebody waits for money that was never taken", c.path, c.who, never)
			}
		}
	}
	doc := h.call(t, aBuyer, "GET", apiRoot+page, "").Body.String()
	for _, want := range []string{`"payment":"refused"`, `"step":"bounce"`, `"refunded":{"minor":0,`, `"paid_in":{"minor":0,`} {
		if !strings.Contains(doc, want) {
			t.Errorf("programs do not read %s: %s", want, doc)
		}
	}
}

func TestWhoShipsUnderReverseChargeIsWarnedOfAMissingTaxNumber(t *testing.T) {
	h := openTrade(t, "")
	ctx, buyer, supplier := t.Context(), h.people[aBuyer].actor, h.people[otherSupplier].actor
	_, err := h.Orders.PutLine(ctx, buyer, "", h.others.Variants[0].ID, 10, "EUR")
	must(t, err)
	g, err := h.Orders.Place(ctx, buyer, order.PlaceInput{Address: h.address, Currency: "EUR", Payment: "card"})
	must(t, err)
	o, err := h.Orders.Move(ctx, buyer, g.Orders[0].ID, order.Act{Step: order.StepPay})
	must(t, err)
	if o.Tax.Label != "tax_reverse_charge" {
		t.Fatalf("the sale from %s to %s is under %s", o.ShipFrom, o.ShipTo, o.Tax.Label)
	}
	warned := func(who string) int {
		t.Helper()
		return strings.Count(inMain(h.open(t, who, "GET", "/orders/"+string(o.ID), nil).Body.String()), "a tax number is missing")
	}
	if n := warned(otherSupplier); n != 0 {
		t.Errorf("%d warnings before there is anything to ship", n)
	}
	_, err = h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: order.StepAccept})
	must(t, err)
	if n := warned(otherSupplier); n != 2 {
		t.Errorf("%d warnings that numbers are missing, want 2: the invoice is not valid, and the seller owes the tax", n)
	}
	if n := warned(aBuyer); n != 0 {
		t.Errorf("the buyer reads %d warnings meant for the seller", n)
	}
	firm, err := h.Parties.Business(ctx, supplier, supplier.Business)
	must(t, err)
	_, err = h.Parties.SetLegal(ctx, supplier, party.Legal{Name: "Nordwind GmbH", TaxNumber: "DE811569869"}, firm.Version)
	must(t, err)
	if n := warned(otherSupplier); n != 1 {
		t.Errorf("%d warnings, want the one of the buyer's number", n)
	}
}
