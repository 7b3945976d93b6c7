package order_test

import (
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

func TestAnInvoiceSealedWithItsSellerAloneKeepsItsSeller(t *testing.T) {
	h := open(t)
	by, o := h.shipped()
	buyer := order.Firm{Name: o.BuyerName, TradeName: o.BuyerName, Country: o.ShipTo}
	for name, c := range map[string]struct {
		sealed string
		want   order.Sides
	}{
		"the seller alone": {
			`{"name":"Kiln Lda","tax_number":"PT 555","city":"Porto","country":"PT"}`,
			order.Sides{Seller: order.Firm{Name: "Kiln Lda", TradeName: "Kiln", TaxNumber: "PT 555", City: "Porto", Country: "PT"}, Buyer: buyer},
		},
		"the seller alone, with no name in a register": {
			`{"name":"","tax_number":"","city":"Porto","country":"PT"}`,
			order.Sides{Seller: order.Firm{Name: "Kiln", TradeName: "Kiln", City: "Porto", Country: "PT"}, Buyer: buyer},
		},
		"both sides": {
			`{"seller":{"name":"Kiln Lda","trade_name":"Kiln","tax_number":"PT 555","street":"Rua 1","postcode":"4000","city":"Porto","country":"PT"},"buyer":{"name":"B GmbH","trade_name":"B","tax_number":"DE 1","street":"","postcode":"","city":"Ulm","country":"DE"}}`,
			order.Sides{
				Seller: order.Firm{Name: "Kiln Lda", TradeName: "Kiln", TaxNumber: "PT 555", Street: "Rua 1", Postcode: "4000", City: "Porto", Country: "PT"},
				Buyer:  order.Firm{Name: "B GmbH", TradeName: "B", TaxNumber: "DE 1", City: "Ulm", Country: "DE"},
			},
		},
	} {
		sealed, err := h.vault.Seal(t.Context(), o.Of(), party.Place{Table: "invoice", Column: "seller", Row: string(o.ID)}, []byte(c.sealed))
		h.ok(err)
		if got, err := h.desk.Sides(t.Context(), by, o, order.Invoice{Seller: sealed}); err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v: an issued invoice has changed", name, got, err, c.want)
		}
	}
}

func TestAnInvoiceChargesTheTaxThatIsLeftAfterAReduction(t *testing.T) {
	o := order.Order{Tax: landed.Tax{Base: eur(100_000), Amount: eur(19_000)}, Total: eur(119_000), Back: eur(11_900)}
	before, _ := o.Credited(nil)
	if got := o.Charged(before); got.Net() != eur(90_000) || got.Tax != eur(17_100) || got.Amount != eur(107_100) {
		t.Errorf("got %s with %s tax in it, want 1,071.00 with 171.00: the seller owes the tax that is stated", got.Amount, got.Tax)
	}
}

func TestTheTaxOfWhatWentBackMakesTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(1, 1_000_000_000).Draw(t, "base")
		tax := eur(base).Share(rapid.Int64Range(0, 10_000).Draw(t, "bps"))
		o := order.Order{Tax: landed.Tax{Amount: tax}, Total: eur(base).Add(tax), Back: eur(0)}
		var notes []ledger.CreditNote
		for rest := o.Total.Minor; rest > 0 && len(notes) < 20; {
			part := rapid.Int64Range(1, rest).Draw(t, "part")
			if len(notes) == 19 {
				part = rest
			}
			notes, rest, o.Back = append(notes, ledger.CreditNote{Amount: eur(part)}), rest-part, o.Back.Add(eur(part))
		}
		early := rapid.IntRange(0, len(notes)).Draw(t, "before the invoice")
		before, parts := o.Credited(notes[early:])
		sum := before.Tax
		for i, p := range append(parts, before) {
			if p.Tax.Minor < 0 || p.Net().Minor < 0 {
				t.Fatalf("part %d of %s has %s tax in it", i, p.Amount, p.Tax)
			}
			if i < len(parts) {
				sum = sum.Add(p.Tax)
			}
		}
		if o.Back == o.Total && sum != tax {
			t.Fatalf("all went back and %s of the %s tax: the seller pays the rest to the tax office", sum, tax)
		}
	})
}

func TestCreditedTellsWhatWentBackWhen(t *testing.T) {
	o := order.Order{Tax: landed.Tax{Amount: eur(1_900)}, Total: eur(11_900), Back: eur(3_570)}
	before, parts := o.Credited([]ledger.CreditNote{{Amount: eur(1_190)}, {Amount: eur(1_190)}})
	if want := (order.Returned{Amount: eur(1_190), Tax: eur(190)}); before != want || len(parts) != 2 || parts[0] != want || parts[1] != want {
		t.Errorf("got %+v before the invoice and %+v after it, want %+v each", before, parts, want)
	}
	if before, parts := (order.Order{Total: eur(0), Back: market.Money{}}).Credited(nil); !before.Amount.Zero() || len(parts) != 0 {
		t.Errorf("got %+v, %+v for an order that cost nothing", before, parts)
	}
}
