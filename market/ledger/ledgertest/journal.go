// Package ledgertest is the suite that every keeper of a journal must pass.
package ledgertest

import (
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/ledger"
)

// Records is what the suite tests, and what it needs beside it: Book writes
// transactions as a step of an order does, all of them or none.
type Records struct {
	ledger.Journal
	Book func(t testing.TB, ts ...ledger.Transaction) error
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// dated gives a transaction what the desk gives it.
func dated(t ledger.Transaction) ledger.Transaction {
	t.ID, t.At = market.NewID[ledger.TransactionID](), noon
	return t
}

func euro(minor int64) market.Money { return market.Of(minor, "EUR") }

// earned books trades of a supplier that ended well: half of a tenth of each is
// the house's.
func (r Records) earned(t *testing.T, supplier market.BusinessID, amounts ...market.Money) {
	t.Helper()
	for _, m := range amounts {
		id := market.NewID[string]()
		in, out := dated(ledger.PayIn(id, "demo", supplier, m)), dated(ledger.Release(id, supplier, m, m.Share(500)))
		if err := r.Book(t, in, out); err != nil {
			t.Fatalf("book a trade: %v", err)
		}
	}
}

// Journal checks a journal. open gives empty records.
func Journal(t *testing.T, open func(testing.TB) Records) {
	for name, check := range map[string]func(*testing.T, Records){
		"what is booked is read back, newest first":               readBack,
		"a transaction that does not sum to zero is refused":      unbalanced,
		"more than is owed can't be paid":                         overpaid,
		"what is owed is earned less paid less about to be paid":  owed,
		"a payout is due once for each supplier and currency":     draftedOnce,
		"a payout is settled once":                                settledOnce,
		"the trial balance sums to zero, and shows what is where": trialBalance,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func readBack(t *testing.T, r Records) {
	a, b := market.NewID[market.BusinessID](), market.NewID[market.BusinessID]()
	id := market.NewID[string]()
	var want []ledger.Transaction
	for _, tr := range []ledger.Transaction{
		ledger.PayIn(id, "demo", a, euro(10_000)), ledger.Refund(id, "demo", a, euro(2_500)), ledger.Release(id, a, euro(7_500), euro(375)),
	} {
		tr = dated(tr)
		tr.By = market.NewID[market.PersonID]()
		want = append(want, tr)
	}
	if err := r.Book(t, want...); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	r.earned(t, b, euro(100))
	for name, f := range map[string]ledger.Filter{"of an order": {Order: id}, "of a supplier": {Supplier: a}} {
		if got, err := r.Transactions(t.Context(), f); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, want)
		}
	}
	page, err := r.Transactions(t.Context(), ledger.Filter{Supplier: a, Limit: 2})
	if err != nil || len(page) != 2 {
		t.Fatalf("got %d, %v, want a page of 2", len(page), err)
	}
	rest, err := r.Transactions(t.Context(), ledger.Filter{Supplier: a, Limit: 2, Before: page[1].ID})
	if err != nil || !reflect.DeepEqual(append(page, rest...), want) {
		t.Errorf("got %+v, %v after the first page, want the rest", rest, err)
	}
	if all, err := r.Transactions(t.Context(), ledger.Filter{}); err != nil || len(all) != 5 {
		t.Errorf("got %d transactions, %v, want all 5", len(all), err)
	}
}

func unbalanced(t *testing.T, r Records) {
	tr := dated(ledger.PayIn(market.NewID[string](), "demo", "supplier", euro(100)))
	tr.Postings[0].Amount.Minor++
	if err := r.Book(t, tr); err == nil {
		t.Error("a cent was made of nothing")
	}
	if got, err := r.Transactions(t.Context(), ledger.Filter{}); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v: a refused transaction stands in the journal", got, err)
	}
}

func overpaid(t *testing.T, r Records) {
	s := market.NewID[market.BusinessID]()
	r.earned(t, s, euro(1_000))
	if err := r.Book(t, dated(ledger.PayOut(s, "bank", euro(951)))); err == nil {
		t.Error("a supplier was paid more than is owed")
	}
	if err := r.Book(t, dated(ledger.PayOut(s, "bank", market.Of(1, "USD")))); err == nil {
		t.Error("a supplier was paid in a currency in which nothing is owed")
	}
	if err := r.Book(t, dated(ledger.Release("order", s, euro(1), euro(1)))); err == nil {
		t.Error("money was released from an order that holds none")
	}
	if err := r.Book(t, dated(ledger.PayOut(s, "bank", euro(950)))); err != nil {
		t.Errorf("got %v for paying exactly what is owed", err)
	}
}

func payout(s market.BusinessID, m market.Money) ledger.Payout {
	return ledger.Payout{ID: market.NewID[ledger.PayoutID](), Supplier: s, Amount: m, State: ledger.Due, Made: noon, Bank: market.Sealed("sealed account")}
}

func (r Records) owes(t *testing.T, s market.BusinessID, want ...market.Money) {
	t.Helper()
	if got, err := r.Owed(t.Context(), s); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v owed, %v, want %v", got, err, want)
	}
}

func owed(t *testing.T, r Records) {
	s := market.NewID[market.BusinessID]()
	r.owes(t, s)
	r.earned(t, s, euro(1_000), euro(2_000), market.Of(500, "USD"))
	r.earned(t, market.NewID[market.BusinessID](), euro(9_000))
	r.owes(t, s, euro(2_850), market.Of(475, "USD"))
	p := payout(s, euro(2_850))
	if err := r.DraftPayouts(t.Context(), []ledger.Payout{p}); err != nil {
		t.Fatal(err)
	}
	r.owes(t, s, market.Of(475, "USD"))
	r.earned(t, s, euro(100))
	r.owes(t, s, euro(95), market.Of(475, "USD"))
	if err := r.SettlePayout(t.Context(), p.ID, dated(ledger.PayOut(s, "bank", p.Amount))); err != nil {
		t.Fatal(err)
	}
	r.owes(t, s, euro(95), market.Of(475, "USD"))
}

func draftedOnce(t *testing.T, r Records) {
	s, other := market.NewID[market.BusinessID](), market.NewID[market.BusinessID]()
	r.earned(t, s, euro(1_000), market.Of(2_000, "USD"))
	r.earned(t, other, euro(4_000))
	want := []ledger.Balance{
		{Account: ledger.Account{Kind: ledger.Payable, Owner: string(s)}, Amount: euro(950)},
		{Account: ledger.Account{Kind: ledger.Payable, Owner: string(s)}, Amount: market.Of(1_900, "USD")},
		{Account: ledger.Account{Kind: ledger.Payable, Owner: string(other)}, Amount: euro(3_800)},
	}
	if got, err := r.Payables(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("got payables %v, %v, want %v", got, err, want)
	}
	var all sync.WaitGroup
	for range 8 {
		list := []ledger.Payout{payout(s, euro(950)), payout(s, market.Of(1_900, "USD")), payout(other, euro(3_801))}
		all.Go(func() {
			if err := r.DraftPayouts(t.Context(), list); err != nil {
				t.Errorf("draft: %v", err)
			}
		})
	}
	all.Wait()
	due, err := r.Payouts(t.Context(), ledger.PayoutFilter{Supplier: s, State: ledger.Due})
	if err != nil || len(due) != 2 {
		t.Errorf("got %d payouts due, %v, want 2: a supplier is paid twice", len(due), err)
	}
	if due, err := r.Payouts(t.Context(), ledger.PayoutFilter{Supplier: other}); err != nil || len(due) != 0 {
		t.Errorf("got %v, %v: more is due than is owed", due, err)
	}
	if got, err := r.Payables(t.Context()); err != nil || !slices.Equal(got, want[2:]) {
		t.Errorf("got payables %v, %v, want %v: the rest is due already", got, err, want[2:])
	}
}

func settledOnce(t *testing.T, r Records) {
	s := market.NewID[market.BusinessID]()
	r.earned(t, s, euro(1_000))
	p := payout(s, euro(950))
	if err := r.DraftPayouts(t.Context(), []ledger.Payout{p}); err != nil {
		t.Fatal(err)
	}
	for name, tr := range map[string]ledger.Transaction{
		"another amount": ledger.PayOut(s, "bank", euro(900)), "another supplier": ledger.PayOut("other", "bank", euro(950)),
	} {
		if err := r.SettlePayout(t.Context(), p.ID, dated(tr)); err == nil {
			t.Errorf("a payout was settled by paying %s", name)
		}
	}
	by := market.NewID[market.PersonID]()
	won := 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		tr := dated(ledger.PayOut(s, "bank", p.Amount))
		tr.By = by
		all.Go(func() {
			err := r.SettlePayout(t.Context(), p.ID, tr, market.Event{ID: market.NewID[string](), Subject: "payout.paid", Body: []byte(`{}`), At: noon})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case market.KindOf(err) != market.Conflict:
				t.Errorf("got %v for a payout settled already, want a Conflict fault", err)
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("a payout was settled %d times", won)
	}
	p.State, p.PaidAt, p.By = ledger.Paid, noon, by
	if got, err := r.Payouts(t.Context(), ledger.PayoutFilter{Supplier: s, State: ledger.Paid}); err != nil || !reflect.DeepEqual(got, []ledger.Payout{p}) {
		t.Errorf("got %+v, %v, want %+v", got, err, p)
	}
	r.owes(t, s)
	if ts, err := r.Transactions(t.Context(), ledger.Filter{Supplier: s}); err != nil || len(ts) != 3 || ts[0].Kind != ledger.PaidOut || ts[0].Order != "" {
		t.Errorf("got %+v, %v, want the payout booked once", ts, err)
	}
}

func trialBalance(t *testing.T, r Records) {
	s := market.NewID[market.BusinessID]()
	r.earned(t, s, euro(1_000), euro(3_000), market.Of(700, "USD"))
	if err := r.Book(t, dated(ledger.PayIn(market.NewID[string](), "demo", s, euro(50)))); err != nil {
		t.Fatal(err)
	}
	at := func(k ledger.AccountKind, m market.Money) ledger.Balance {
		return ledger.Balance{Account: ledger.Account{Kind: k}, Amount: m}
	}
	want := []ledger.Balance{
		at(ledger.Commission, euro(-200)), at(ledger.Commission, market.Of(-35, "USD")), at(ledger.Hold, euro(-50)), at(ledger.Hold, market.Of(0, "USD")),
		at(ledger.Payable, euro(-3_800)), at(ledger.Payable, market.Of(-665, "USD")), at(ledger.Provider, euro(4_050)), at(ledger.Provider, market.Of(700, "USD")),
	}
	if got, err := r.Balances(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := r.Balances(t.Context(), ledger.Commission, ledger.Hold); err != nil || !slices.Equal(got, want[:4]) {
		t.Errorf("got %v, %v, want %v", got, err, want[:4])
	}
}
