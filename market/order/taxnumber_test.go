package order_test

import (
	"testing"

	"kontor/market"
	"kontor/market/order"
)

func TestMissingTaxNumbersAreToldBeforeAReverseChargeLeaves(t *testing.T) {
	h := open(t)
	_, o := h.shipped()
	numbered := func(a market.Actor) {
		b, err := h.db.Business(t.Context(), a.Business)
		h.ok(err)
		b.TaxNumber = market.Sealed("sealed")
		h.ok(h.db.SaveBusiness(t.Context(), b))
	}
	is := func(why string, label string, want order.Unnumbered) {
		t.Helper()
		o.Tax.Label = label
		if got, err := h.desk.Unnumbered(t.Context(), o); err != nil || got != want {
			t.Errorf("%s: missing are %+v, want %+v (%v)", why, got, want, err)
		}
	}
	is("neither gave one", "tax_reverse_charge", order.Unnumbered{Seller: true, Buyer: true})
	is("a sale at home needs none", "tax_domestic", order.Unnumbered{})
	numbered(h.kiln)
	is("the seller gave one", "tax_reverse_charge", order.Unnumbered{Buyer: true})
	numbered(market.Actor{Business: o.Buyer})
	is("both gave one", "tax_reverse_charge", order.Unnumbered{})
}
