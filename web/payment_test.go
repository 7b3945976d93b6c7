package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kontor/market/order"
)

func TestNobodyIsToldOfAPaymentThatWasNotMade(t *testing.T) {
	h := openTrade(t, "")
	ctx, buyer := t.Context(), h.people[aBuyer].actor
	placed := func() order.Order {
		_, err := h.Orders.PutLine(ctx, buyer, "", h.listing.Variants[0].ID, 10, "EUR")
		must(t, err)
		g, err := h.Orders.Place(ctx, buyer, order.PlaceInput{Address: h.address, Currency: "EUR", Payment: "card"})
		must(t, err)
		return g.Orders[0]
	}
	pays := func(o order.Order) (status int, told string) {
		w := h.open(t, aBuyer, "POST", "/payments/"+string(o.Group), url.Values{"card": {"4242 4242 4242 4242"}})
		return w.Code, fmt.Sprint(w.Header(), w.Body)
	}
	void := placed()
	_, err := h.Orders.Move(ctx, buyer, void.ID, order.Act{Step: order.StepCancel})
	must(t, err)
	if status, told := pays(void); status != 409 || !strings.Contains(told, "Nothing was charged") || strings.Contains(told, "order.paid") {
		t.Errorf("paying for goods that are kept no longer: got %d, want 409 and that nothing was charged: %s", status, told)
	}
	held := placed()
	if status, told := pays(held); status != 303 || !strings.Contains(told, "order.paid") {
		t.Errorf("paying: got %d, want 303 and a word about it: %s", status, told)
	}
	if status, told := pays(held); status != 303 || strings.Contains(told, "order.paid") {
		t.Errorf("paying twice: got %d, want 303 and no word of a second payment: %s", status, told)
	}
}
