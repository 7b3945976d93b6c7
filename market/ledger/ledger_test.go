package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/ledger"
)

func posting(k ledger.AccountKind, owner string, minor int64, c market.Currency) ledger.Posting {
	return ledger.Posting{Account: ledger.Account{Kind: k, Owner: owner}, Amount: market.Of(minor, c)}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		postings []ledger.Posting
		sound    bool
	}{
		"two lines that balance":                      {[]ledger.Posting{posting(ledger.Provider, "p", 5, "EUR"), posting(ledger.Hold, "o", -5, "EUR")}, true},
		"two currencies that each balance":            {[]ledger.Posting{posting(ledger.Provider, "p", 5, "EUR"), posting(ledger.Hold, "o", -5, "EUR"), posting(ledger.Provider, "p", 7, "JPY"), posting(ledger.Hold, "o", -7, "JPY")}, true},
		"a cent too much":                             {[]ledger.Posting{posting(ledger.Provider, "p", 6, "EUR"), posting(ledger.Hold, "o", -5, "EUR")}, false},
		"two currencies that balance only as numbers": {[]ledger.Posting{posting(ledger.Provider, "p", 5, "EUR"), posting(ledger.Hold, "o", -5, "USD")}, false},
		"one line":                  {[]ledger.Posting{posting(ledger.Provider, "p", 5, "EUR")}, false},
		"no line":                   {nil, false},
		"a line of nothing":         {[]ledger.Posting{posting(ledger.Provider, "p", 0, "EUR"), posting(ledger.Hold, "o", 0, "EUR")}, false},
		"a line without an account": {[]ledger.Posting{posting("", "p", 5, "EUR"), posting(ledger.Hold, "o", -5, "EUR")}, false},
		"lines without a currency":  {[]ledger.Posting{posting(ledger.Provider, "p", 5, ""), posting(ledger.Hold, "o", -5, "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := (ledger.Transaction{ID: "t", Postings: c.postings}).Check(); (err == nil) != c.sound {
				t.Errorf("got %v, want sound: %t", err, c.sound)
			}
		})
	}
}

// balances adds transactions up by account.
func balances(ts ...ledger.Transaction) map[ledger.Account]int64 {
	sums := map[ledger.Account]int64{}
	for _, t := range ts {
		for _, p := range t.Postings {
			sums[p.Account] += p.Amount.Minor
		}
	}
	return sums
}

func TestATradeLeavesNothingBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := market.Of(rapid.Int64Range(1, market.Most).Draw(t, "total"), "EUR")
		back := total.Share(rapid.Int64Range(0, 10_000).Draw(t, "share that goes back"))
		rest := total.Sub(back)
		commission := rest.Share(rapid.Int64Range(0, 10_000).Draw(t, "commission"))
		trade := []ledger.Transaction{ledger.PayIn("order", "card", "supplier", total)}
		if !back.Zero() {
			trade = append(trade, ledger.Refund("order", "card", "supplier", back))
		}
		if !rest.Zero() {
			trade = append(trade, ledger.Release("order", "supplier", rest, commission))
		}
		if owed := rest.Sub(commission); !owed.Zero() {
			trade = append(trade, ledger.PayOut("supplier", "card", owed))
		}
		for _, tr := range trade {
			if err := tr.Check(); err != nil {
				t.Fatalf("%s: %v", tr.Kind, err)
			}
			if tr.Business != "supplier" || (tr.Order == "") != (tr.Kind == ledger.PaidOut) {
				t.Fatalf("%s is of order %q, supplier %q", tr.Kind, tr.Order, tr.Business)
			}
		}
		got := balances(trade...)
		if hold := got[ledger.Account{Kind: ledger.Hold, Owner: "order"}]; hold != 0 {
			t.Errorf("%d stays held on an order that is over", hold)
		}
		if owed := got[ledger.Account{Kind: ledger.Payable, Owner: "supplier"}]; owed != 0 {
			t.Errorf("%d stays owed to a supplier who was paid", owed)
		}
		if kept := got[ledger.Account{Kind: ledger.Commission}]; kept != -commission.Minor {
			t.Errorf("the house earned %d, want its commission of %s", -kept, commission)
		}
		if left := got[ledger.Account{Kind: ledger.Provider, Owner: "card"}]; left != commission.Minor {
			t.Errorf("%d lies at the provider, want the house's own %s", left, commission)
		}
	})
}
