package web

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// transferred is an order of ten mugs that the house saw paid by transfer.
func (h *trade) transferred(t testing.TB) order.Order {
	t.Helper()
	ctx, buyer := t.Context(), h.people[aBuyer].actor
	_, err := h.Orders.PutLine(ctx, buyer, "", h.listing.Variants[0].ID, 10, "EUR")
	must(t, err)
	g, err := h.Orders.Place(ctx, buyer, order.PlaceInput{Address: h.address, Currency: "EUR", Payment: "transfer"})
	must(t, err)
	_, err = h.Orders.Move(ctx, h.people[anOperator].actor, g.Orders[0].ID, order.Act{Step: order.StepPay})
	must(t, err)
	return g.Orders[0]
}

func TestARefundOfATransferWaitsUntilTheHouseHasSentIt(t *testing.T) {
	h := openTrade(t, "")
	ctx, house := t.Context(), h.people[anOperator].actor
	o := h.transferred(t)
	supplier := h.people[aSupplier].actor
	_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: order.StepAccept})
	must(t, err)
	for _, id := range []order.ID{o.ID, h.order.ID} { // the other was paid by card: its provider sends that
		_, err := h.Orders.Move(ctx, supplier, id, order.Act{Step: order.StepRefund, Amount: market.Of(321, "EUR")})
		if id == o.ID {
			must(t, err)
		}
	}
	due, err := h.Money.Refunds(ctx, house, "", 10)
	must(t, err)
	if len(due) != 1 || due[0].Number != o.Number || due[0].Amount != market.Of(321, "EUR") || due[0].Buyer != o.Buyer {
		t.Fatalf("got %+v, want the one refund of order %s: nobody would send its money", due, o.Number)
	}
	page := h.open(t, anOperator, "GET", "/house/refunds", nil).Body.String()
	for _, want := range []string{o.Number, html.EscapeString(o.BuyerName), "€3.21", "Back to the account it came from"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of refunds lacks %q: %s", want, inMain(page))
		}
	}
	buyer, err := h.Parties.Business(ctx, h.people[aBuyer].actor, o.Buyer)
	must(t, err)
	_, err = h.Parties.SetBank(ctx, h.people[aBuyer].actor, testPassword, party.Bank{Holder: "Lindgren", IBAN: "DE89370400440532013000", Country: "DE"}, buyer.Version)
	must(t, err)
	if page := h.open(t, anOperator, "GET", "/house/refunds", nil).Body.String(); !strings.Contains(page, "DE89370400440532013000") {
		t.Errorf("the buyer's own account is not on the page of refunds: %s", inMain(page))
	}
	if page := h.open(t, anOperator, "GET", "/house/money", nil).Body.String(); !strings.Contains(page, o.Number) || !strings.Contains(page, "transfer") {
		t.Errorf("the journal does not say for which order money moved: %s", inMain(page))
	}
	for range 2 { // pressed twice, it is noted once
		if w := h.open(t, anOperator, "POST", "/house/refunds/"+string(due[0].ID), url.Values{}); w.Code != 303 {
			t.Errorf("got %d for noting a refund as sent", w.Code)
		}
	}
	if n, err := h.Money.CountRefunds(ctx, house); err != nil || n != 0 {
		t.Errorf("%d refunds are to be sent, %v: one would be sent twice", n, err)
	}
	if w := h.open(t, anOperator, "POST", "/house/refunds/none", url.Values{}); w.Code != 404 {
		t.Errorf("got %d for a refund that is none", w.Code)
	}
	if _, err := h.Money.Refunds(ctx, supplier, "", 10); market.KindOf(err) != market.NotFound {
		t.Errorf("a supplier got %v for the house's refunds", err)
	}
}

func TestAnInvoiceNamesItsSellerAsTheRegisterHadIt(t *testing.T) {
	h := openTrade(t, "")
	ctx, supplier := t.Context(), h.people[aSupplier].actor
	legal := func(name, tax string) {
		b, err := h.Parties.Business(ctx, supplier, supplier.Business)
		must(t, err)
		_, err = h.Parties.SetLegal(ctx, supplier, party.Legal{Name: name, TaxNumber: tax}, b.Version)
		must(t, err)
	}
	address := func(street string) {
		b, err := h.Parties.Business(ctx, supplier, supplier.Business)
		must(t, err)
		_, err = h.Parties.Edit(ctx, supplier, party.Profile{Version: b.Version, Name: b.Name, City: b.City, Street: street, Postcode: "33400", Sells: true, Language: b.Language, Currency: b.Currency})
		must(t, err)
	}
	legal("Tarsus Dokuma AS", "TR 555")
	address("Fabrika Cd. 7")
	o := h.transferred(t)
	for _, step := range []order.Step{order.StepAccept, order.StepShip} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: step})
		must(t, err)
	}
	legal("Another Name AS", "TR 777")
	address("Another Road 9")
	for _, who := range []string{aBuyer, aSupplier, anOperator} {
		body := h.open(t, who, "GET", "/orders/"+string(o.ID)+"/invoice", nil).Body.String()
		if !strings.Contains(body, "Tarsus Dokuma AS") || !strings.Contains(body, "TR 555") || !strings.Contains(body, "Fabrika Cd. 7") || strings.Contains(body, "Another") {
			t.Errorf("%s does not read on the invoice who issued it: %s", who, inMain(body))
		}
	}
	got := read[invoiceDoc](t, h.call(t, aBuyer, "GET", apiRoot+"/orders/"+string(o.ID)+"/invoice", ""), 200)
	if want := (registeredDoc{Name: "Tarsus Dokuma AS", TradeName: "Tarsus Shirtworks", TaxNumber: "TR 555", Street: "Fabrika Cd. 7", Postcode: "33400", City: "There", Country: "TR"}); got.Seller != want {
		t.Errorf("got %+v, want %+v", got.Seller, want)
	}
}

func TestARefundAfterTheInvoiceHasItsCreditNote(t *testing.T) {
	h := openTrade(t, "")
	ctx, supplier := t.Context(), h.people[aSupplier].actor
	o := h.transferred(t)
	for _, act := range []order.Act{
		{Step: order.StepAccept}, {Step: order.StepRefund, Amount: market.Of(250, "EUR")}, {Step: order.StepShip}, {Step: order.StepRefund, Amount: market.Of(400, "EUR")},
	} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, act)
		must(t, err)
	}
	path := "/orders/" + string(o.ID)
	notes, err := h.Money.Journal.CreditNotes(ctx, string(o.ID))
	must(t, err)
	if len(notes) != 1 {
		t.Fatalf("got credit notes %+v, want one: what went back before the invoice stands on it", notes)
	}
	for _, at := range []struct {
		path  string
		wants []string
	}{
		{path, []string{notes[0].Text(), path + "/credit-notes/" + notes[0].Text()}},
		{path + "/invoice", []string{"Price reduced before the invoice", "€2.50", "Taxable amount", "Supplied", "10 pieces", "Verkstadsgatan 4", "Storgatan 1"}},
		{path + "/credit-notes/" + notes[0].Text(), []string{"Credit note " + notes[0].Text(), "Corrects invoice", "€4.00", "Verkstadsgatan 4"}},
	} {
		body := h.open(t, aBuyer, "GET", at.path, nil).Body.String()
		for _, want := range at.wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q: %s", at.path, want, inMain(body))
			}
		}
	}
	if w := h.open(t, aBuyer, "GET", path+"/credit-notes/C-2026-99999", nil); w.Code != 404 {
		t.Errorf("got %d for a credit note that there is none of", w.Code)
	}
	got := read[invoiceDoc](t, h.call(t, aBuyer, "GET", apiRoot+path+"/invoice", ""), 200)
	if got.Reduced == nil || got.Reduced.Amount != market.Of(250, "EUR") || len(got.CreditNotes) != 1 || got.CreditNotes[0].Amount != market.Of(400, "EUR") {
		t.Errorf("programs read %+v reduced, credit notes %+v", got.Reduced, got.CreditNotes)
	}
}

func TestAnInvoicesNumberIsItsOwnBeyondFiveFigures(t *testing.T) {
	for number, want := range map[int64]string{1: "2026-00001", 99_999: "2026-99999", 100_001: "2026-100001"} {
		if got := (order.Invoice{Series: "2026", Number: number}).Text(); got != want {
			t.Errorf("invoice %d is called %s, want %s", number, got, want)
		}
	}
}

func TestAnAccountInAnotherCurrencyGetsNoPayout(t *testing.T) {
	h := openTrade(t, "")
	ctx, house, supplier := t.Context(), h.people[anOperator].actor, h.people[aSupplier].actor
	must(t, h.Money.Settle(ctx, house, h.payout.ID))
	b, err := h.Parties.Business(ctx, supplier, supplier.Business)
	must(t, err)
	_, err = h.Parties.SetBank(ctx, supplier, testPassword, party.Bank{Holder: b.Name, IBAN: "DE89370400440532013000", Country: "DE", Accepts: "USD"}, b.Version)
	must(t, err)
	o := h.transferred(t)
	for _, step := range []order.Step{order.StepAccept, order.StepShip} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: step})
		must(t, err)
	}
	for _, step := range []order.Step{order.StepReceive, order.StepRelease} {
		_, err := h.Orders.Move(ctx, h.people[aBuyer].actor, o.ID, order.Act{Step: step})
		must(t, err)
	}
	made, without, err := h.Money.Draft(ctx, house)
	must(t, err)
	if made != 0 || without != 1 {
		t.Errorf("%d payouts in euros were made to an account for dollars, %d left out; want 0 and 1", made, without)
	}
	owed, err := h.Money.Unlisted(ctx, house)
	must(t, err)
	if page := h.open(t, anOperator, "GET", "/house/payouts", nil).Body.String(); len(owed) != 1 || !strings.Contains(page, "on no list") {
		t.Errorf("%d amounts are owed and on no list, and the page does not tell: %s", len(owed), inMain(page))
	}
	if due, err := h.Money.Payouts(ctx, house, ledger.PayoutFilter{Before: h.payout.ID}); err != nil || len(due) != 0 {
		t.Errorf("got %v, %v before the first payout", due, err)
	}
}

func TestFaultsForAReaderAreItsOwn(t *testing.T) {
	shared := &market.Fault{Kind: market.Conflict, Field: "stock", Msg: "Orders hold more than that."}
	for _, err := range []error{shared, market.Faults{shared}} {
		FaultsOf(err)[0].Field = "variants[0].stock"
		if shared.Field != "stock" {
			t.Fatal("one reader's form changed the fault that another is shown")
		}
	}
}
