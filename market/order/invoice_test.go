package order_test

import (
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
)

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
