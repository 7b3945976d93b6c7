package demo

import (
	"testing"

	"kontor/demo/house"
	"kontor/market"
)

func TestFreightReachesEveryBuyerInEveryCurrency(t *testing.T) {
	suppliers, err := house.Suppliers()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range suppliers {
		table, err := freight(s)
		if err != nil {
			t.Errorf("%s could sell nothing: %v", s.Slug, err)
			continue
		}
		for _, c := range append([]string{s.Currency, "EUR"}, s.Currencies...) {
			for _, to := range []string{s.Address.Country, "DE", "FR", "US", "GB", "NO", "JP"} {
				offers := table.Offers(to, 5_000, market.Currency(c))
				if len(offers) == 0 {
					t.Errorf("%s sends nothing to %s for %s", s.Slug, to, c)
				}
				for _, o := range offers {
					if o.Price.Minor <= 0 {
						t.Errorf("%s sends to %s by %s for %s", s.Slug, to, o.Method, o.Price)
					}
				}
			}
		}
	}
}

func TestFreightInAFurtherCurrencyIsASensiblePrice(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to market.Money
	}{
		{"the own currency stays as it is", market.Of(1395, "EUR"), market.Of(1395, "EUR")},
		{"euro to dollar, up to ten cents", market.Of(1400, "EUR"), market.Of(1540, "USD")},
		{"dollar to euro, up to ten cents", market.Of(1000, "USD"), market.Of(910, "EUR")},
		{"euro to crowns, up to five crowns", market.Of(1400, "EUR"), market.Of(16000, "SEK")},
		{"dollar to shillings, up to ten", market.Of(1000, "USD"), market.Of(131000, "KES")},
	} {
		if got, ok := priced(c.from, c.to.Currency); !ok || got != c.to {
			t.Errorf("%s: got %s, want %s", c.name, got, c.to)
		}
	}
	if _, ok := priced(market.Of(1, "EUR"), "JPY"); ok {
		t.Error("a currency without coins must not get a price")
	}
}

func TestIBANsCarryTheirCheckDigits(t *testing.T) {
	// The example of ISO 13616 for Germany.
	if got, want := IBAN("DE", "370400440532013000"), "DE89370400440532013000"; got != want {
		t.Errorf("got %s, want %s: a bank would refuse the transfer", got, want)
	}
}
