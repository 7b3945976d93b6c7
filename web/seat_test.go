package web

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order"
)

// moveTo saves the buyer's profile by its form, with another street.
func (h *trade) moveTo(t *testing.T, street string, sells bool) {
	t.Helper()
	buyer := h.people[aBuyer].actor
	b, err := h.Parties.Business(t.Context(), buyer, buyer.Business)
	must(t, err)
	form := url.Values{
		"version": {strconv.FormatInt(b.Version, 10)}, "name": {b.Name}, "city": {b.City}, "street": {street}, "postcode": {"11822"},
		"language": {b.Language}, "currency": {string(b.Currency)}, "buys": {"yes"}, "sells": {yes(sells)},
	}
	if w := h.open(t, aBuyer, "POST", "/account/business", form); w.Code != 303 {
		t.Fatalf("got %d for a profile that was filled in right: %s", w.Code, inMain(w.Body.String()))
	}
}

func TestWhereABuyerIsStandsOnItsPapersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	h := openTrade(t, "sqlite:"+file)
	ctx, supplier := t.Context(), h.people[aSupplier].actor
	o := h.transferred(t)
	for _, step := range []order.Step{order.StepAccept, order.StepShip} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, order.Act{Step: step})
		must(t, err)
	}
	h.moveTo(t, "Fjällgatan 9", false)
	for _, who := range []string{aBuyer, aSupplier, anOperator} {
		body := h.open(t, who, "GET", "/orders/"+string(o.ID)+"/invoice", nil).Body.String()
		if !strings.Contains(body, "Verkstadsgatan 4") || !strings.Contains(body, "118 22") || strings.Contains(body, "Fjällgatan") {
			t.Errorf("%s does not read on the invoice where the buyer was on that day: %s", who, inMain(body))
		}
	}
	got := read[invoiceDoc](t, h.call(t, aSupplier, "GET", apiRoot+"/orders/"+string(o.ID)+"/invoice", ""), 200)
	if got.Customer.Street != "Verkstadsgatan 4" || got.Customer.Postcode != "118 22" {
		t.Errorf("programs read that the buyer was at %+v", got.Customer)
	}
	page := h.open(t, aBuyer, "GET", "/account/business", nil).Body.String()
	for _, want := range []string{"Fjällgatan 9", "118 22", "not street and postcode", "Stands on your invoices only"} {
		if !strings.Contains(page, want) {
			t.Errorf("the buyer does not read %q of its own business: %s", want, inMain(page))
		}
	}
	if strings.Contains(page, "Stands on your storefront") {
		t.Error("a buyer is told that its street stands on a storefront")
	}
	firm := "/house/businesses/" + string(h.people[aBuyer].firm.ID)
	if page := h.open(t, anOperator, "GET", firm, nil).Body.String(); strings.Contains(page, "Fjällgatan") {
		t.Error("the operator reads where a buyer is without opening it")
	}
	if page := h.open(t, anOperator, "POST", firm+"/legal", url.Values{}).Body.String(); !strings.Contains(page, "Fjällgatan 9") || !strings.Contains(page, "118 22") {
		t.Errorf("the operator can't compare where a buyer is with the register: %s", inMain(page))
	}
	for _, name := range []string{file, file + "-wal"} {
		lies, err := os.ReadFile(name)
		must(t, err)
		for _, private := range []string{"Verkstadsgatan", "Fjällgatan", "118 22", "11822"} {
			if bytes.Contains(lies, []byte(private)) {
				t.Errorf("whoever steals %s reads %q", filepath.Base(name), private)
			}
		}
	}
	if log := h.log.String(); strings.Contains(log, "gatan") {
		t.Errorf("the log says where a buyer is: %s", log)
	}
}

func TestAStorefrontSaysWhereABusinessIsWhileItSells(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	h := openTrade(t, "sqlite:"+file)
	front := "/suppliers/" + h.people[aBuyer].firm.Slug
	for _, sells := range []bool{false, true, false} {
		h.moveTo(t, "Fjällgatan 9", sells)
		w := h.open(t, aGuest, "GET", front, nil)
		if shown := strings.Contains(w.Body.String(), "Fjällgatan 9"); (w.Code == 200) != sells || shown != sells {
			t.Errorf("sells %t: a guest gets %d, and reads where it is: %t", sells, w.Code, shown)
		}
		if open := strings.Contains(kept(t, file)["business"], "Fjällgatan"); open != sells {
			t.Errorf("sells %t: where it is lies in the clear: %t", sells, open)
		}
		page := h.open(t, aBuyer, "GET", "/account/business", nil).Body.String()
		if !strings.Contains(page, "Fjällgatan 9") || strings.Contains(page, "Stands on your storefront") != sells || strings.Contains(page, "Stands on your invoices only") == sells {
			t.Errorf("sells %t: its people are told otherwise: %s", sells, inMain(page))
		}
	}
}

func TestACreditNoteSaysWhereTheGoodsWentForABuyerWithoutAStreet(t *testing.T) {
	h := openTrade(t, "")
	ctx, supplier := t.Context(), h.people[aSupplier].actor
	h.moveTo(t, "", false)
	o := h.transferred(t)
	for _, act := range []order.Act{{Step: order.StepAccept}, {Step: order.StepShip}, {Step: order.StepRefund, Amount: market.Of(400, "EUR")}} {
		_, err := h.Orders.Move(ctx, supplier, o.ID, act)
		must(t, err)
	}
	notes, err := h.Money.Journal.CreditNotes(ctx, string(o.ID))
	must(t, err)
	if body := h.open(t, aBuyer, "GET", "/orders/"+string(o.ID)+"/credit-notes/"+notes[0].Text(), nil).Body.String(); !strings.Contains(body, "Storgatan 1") {
		t.Errorf("a credit note has no address: %s", inMain(body))
	}
}
