// Package ledger is double-entry money: what was paid in, what is held on each
// order, what is owed to suppliers, the house's commission, refunds and payouts.
//
// It promises that every transaction sums to zero in each currency, that
// entries are only ever added, and that the hold on an order (paid in −
// released − refunded) is never negative. Balances are derived from the
// journal and stored nowhere. Debits are positive, credits negative.
package ledger

import (
	"fmt"
	"time"

	"kontor/market"
)

// TransactionID names a transaction of the journal.
type TransactionID string

// AccountKind is the sort of an account; Owner says whose it is.
type AccountKind string

const (
	Provider   AccountKind = "provider"   // money at a payment provider; owner: the adapter's name (asset)
	Hold       AccountKind = "hold"       // held for an order; owner: order id (liability)
	Payable    AccountKind = "payable"    // owed to a supplier; owner: business id (liability)
	Commission AccountKind = "commission" // earned by the house (income); no owner
)

// Account is one account of the journal.
type Account struct {
	Kind  AccountKind
	Owner string
}

// Posting is one line: an amount on an account, debit positive.
type Posting struct {
	Account Account
	Amount  market.Money
}

// Kind says what a transaction records.
type Kind string

const (
	PaidIn   Kind = "paid_in"
	Released Kind = "released"
	Refunded Kind = "refunded"
	PaidOut  Kind = "paid_out"
)

// Transaction is a set of postings that stand or fall together.
type Transaction struct {
	ID       TransactionID
	Kind     Kind
	Order    string            // order id; empty for payouts
	Number   string            // the order's, as people read it: filled when read
	Business market.BusinessID // the supplier concerned
	By       market.PersonID   // empty: a clock or a provider
	At       time.Time
	Postings []Posting
}

// Check tells whether t sums to zero in each currency and holds no empty line.
// An error here is a bug of ours.
func (t Transaction) Check() error {
	if len(t.Postings) < 2 {
		return fmt.Errorf("transaction %s has %d postings", t.ID, len(t.Postings))
	}
	sums := make(map[market.Currency]int64, 1)
	for _, p := range t.Postings {
		if p.Amount.Zero() || p.Account.Kind == "" || p.Amount.Currency == "" {
			return fmt.Errorf("transaction %s has an empty posting", t.ID)
		}
		sums[p.Amount.Currency] += p.Amount.Minor
	}
	for c, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("transaction %s is off by %d %s", t.ID, sum, c)
		}
	}
	return nil
}

// PayIn records that a buyer's money reached the provider and is held.
func PayIn(order, provider string, supplier market.BusinessID, amount market.Money) Transaction {
	return Transaction{Kind: PaidIn, Order: order, Business: supplier, Postings: []Posting{
		{Account{Provider, provider}, amount},
		{Account{Hold, order}, amount.Neg()},
	}}
}

// Release gives held money to the supplier, less the house's commission:
// commission is rounded (market.HalfUp), the supplier gets the remainder.
func Release(order string, supplier market.BusinessID, amount, commission market.Money) Transaction {
	t := Transaction{Kind: Released, Order: order, Business: supplier, Postings: []Posting{
		{Account{Hold, order}, amount},
	}}
	if rest := amount.Sub(commission); !rest.Zero() {
		t.Postings = append(t.Postings, Posting{Account{Payable, string(supplier)}, rest.Neg()})
	}
	if !commission.Zero() {
		t.Postings = append(t.Postings, Posting{Account{Commission, ""}, commission.Neg()})
	}
	return t
}

// Refund gives held money back to the buyer by the way it came.
func Refund(order, provider string, supplier market.BusinessID, amount market.Money) Transaction {
	return Transaction{Kind: Refunded, Order: order, Business: supplier, Postings: []Posting{
		{Account{Hold, order}, amount},
		{Account{Provider, provider}, amount.Neg()},
	}}
}

// PayOut pays a supplier what is owed.
func PayOut(supplier market.BusinessID, provider string, amount market.Money) Transaction {
	return Transaction{Kind: PaidOut, Business: supplier, Postings: []Posting{
		{Account{Payable, string(supplier)}, amount},
		{Account{Provider, provider}, amount.Neg()},
	}}
}
