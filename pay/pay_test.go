package pay

import (
	"testing"

	"kontor/market"
	"kontor/market/order"
)

var (
	_ order.Provider = Card{}
	_ order.Provider = Transfer{}
)

func TestCard(t *testing.T) {
	for _, c := range []struct {
		name, number string
		want         market.Kind
	}{
		{"the usual test card is charged", TestNumber, 0},
		{"a card written without blanks is charged", "4242424242424242", 0},
		{"a program that gives no number pays with the test card", "", 0},
		{"a refused card charges nothing", "4000 0000 0000 0002", market.Invalid},
		{"a mistyped digit is noticed", "4242 4242 4242 4241", market.Invalid},
		{"letters are no number", "4242x24242424242", market.Invalid},
		{"a short number is no card", "42", market.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Card{}.Authorise(t.Context(), order.Charge{Instrument: c.number})
			if got := market.KindOf(err); got != c.want {
				t.Errorf("got %v (%v), want kind %v", got, err, c.want)
			}
		})
	}
}

func TestEveryProviderKeepsItsPromises(t *testing.T) {
	for _, p := range []order.Provider{Card{}, Transfer{}, Transfer{Hold: 30 * day}} {
		if p.Name() == "" || p.MaxHold() <= p.Keep() || p.Keep() <= 0 {
			t.Errorf("%q holds money for %v and keeps stock for %v: no order would live through it", p.Name(), p.MaxHold(), p.Keep())
		}
		for range 2 { // whatever comes again has no second effect and is no error
			for what, err := range map[string]error{
				"capture": p.Capture(t.Context(), "reference"), "void": p.Void(t.Context(), "reference"), "refund": p.Refund(t.Context(), order.Refund{ID: "refund", Amount: market.Of(1, "EUR")}),
			} {
				if err != nil {
					t.Errorf("%s of a %s payment: %v", what, p.Name(), err)
				}
			}
		}
	}
	if got := (Transfer{Hold: 30 * day}).MaxHold(); got != 30*day {
		t.Errorf("the house may hold for 30 days, and promises %v", got)
	}
	if err := (Transfer{}).Authorise(t.Context(), order.Charge{}); market.KindOf(err) != market.Invalid {
		t.Errorf("a transfer was charged like a card: %v", err)
	}
}
