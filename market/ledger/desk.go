package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// Bank is the provider account that payouts leave from.
const Bank = "bank"

// Businesses is what the desk needs to know of suppliers.
type Businesses interface {
	Business(ctx context.Context, id market.BusinessID) (party.Business, error)
}

// Desk is the operator's and suppliers' view of the money.
type Desk struct {
	Journal    Journal
	Businesses Businesses
	Vault      party.Vault
	Now        func() time.Time

	ByHand []string // providers whose refunds the operator sends
}

// Standing is what a supplier sees of its money, one amount for each currency.
type Standing struct {
	Held    []market.Money // on open orders
	Owed    []market.Money // released, not on a payout list yet
	Payouts []Payout       // newest first
	Moves   []Transaction  // newest first
}

// Standing is a supplier's own; for others it is not found.
func (d *Desk) Standing(ctx context.Context, a market.Actor, supplier market.BusinessID, f Filter) (s Standing, err error) {
	if !a.Operator && (a.Business == "" || a.Business != supplier) {
		return s, market.Missing("This account")
	}
	f.Supplier = supplier
	if s.Held, err = d.Journal.Held(ctx, supplier); err != nil {
		return s, err
	}
	if s.Owed, err = d.Journal.Owed(ctx, supplier); err != nil {
		return s, err
	}
	if s.Payouts, err = d.Journal.Payouts(ctx, PayoutFilter{Supplier: supplier, Limit: 50}); err != nil {
		return s, err
	}
	s.Moves, err = d.Journal.Transactions(ctx, f)
	return s, err
}

// Trial is the trial balance: what stands on each sort of account, and the sum
// of all of it by currency, which is zero.
func (d *Desk) Trial(ctx context.Context, a market.Actor) (lines []Balance, sums []market.Money, err error) {
	if err := operator(a); err != nil {
		return nil, nil, err
	}
	lines, err = d.Journal.Balances(ctx)
	for _, l := range lines {
		sums = add(sums, l.Amount)
	}
	return lines, sums, err
}

// HeldByAll is what is held on all open orders, one amount for each currency.
func (d *Desk) HeldByAll(ctx context.Context, a market.Actor) ([]market.Money, error) {
	if err := operator(a); err != nil {
		return nil, err
	}
	return d.Journal.Held(ctx, "")
}

// Transactions lists the journal for the operator, newest first.
func (d *Desk) Transactions(ctx context.Context, a market.Actor, f Filter) ([]Transaction, error) {
	if err := operator(a); err != nil {
		return nil, err
	}
	return d.Journal.Transactions(ctx, f)
}

// Draft makes the payout list: one line for each supplier and currency with
// something owed and no payout due. Where the supplier has no bank account, or
// one that takes another currency only, it is left out and counted. Repeating it
// adds nothing.
func (d *Desk) Draft(ctx context.Context, a market.Actor) (made, without int, err error) {
	if err := operator(a); err != nil {
		return 0, 0, err
	}
	owed, err := d.Journal.Payables(ctx)
	if err != nil {
		return 0, 0, err
	}
	var list []Payout
	for _, o := range owed {
		b, err := d.Businesses.Business(ctx, market.BusinessID(o.Account.Owner))
		if err != nil {
			return 0, 0, err
		}
		if len(b.Bank) == 0 {
			without++
			continue
		}
		p := Payout{ID: market.NewID[PayoutID](), Supplier: b.ID, Amount: o.Amount, State: Due, Made: d.Now()}
		bank, err := d.openBank(ctx, a, b, party.Purpose{Kind: "payout", ID: string(p.ID)})
		if err != nil {
			return 0, 0, err
		}
		if bank.Accepts != "" && bank.Accepts != p.Amount.Currency {
			without++
			continue
		}
		if p.Bank, err = d.sealBank(ctx, b, bank, p.ID); err != nil {
			return 0, 0, err
		}
		list = append(list, p)
	}
	return len(list), without, d.Journal.DraftPayouts(ctx, list)
}

// sealBank seals the account as it is today for the payout: a later change of
// the profile does not reach a list that was made.
func (d *Desk) sealBank(ctx context.Context, b party.Business, bank party.Bank, id PayoutID) (market.Sealed, error) {
	plain, err := json.Marshal(bank)
	if err != nil {
		return nil, fmt.Errorf("write the account of business %s: %w", b.ID, err)
	}
	return d.Vault.Seal(ctx, b.Of(), id.at(), plain)
}

func (id PayoutID) at() party.Place {
	return party.Place{Table: "payout", Column: "bank", Row: string(id)}
}

// Account opens the bank account that a payout goes to.
func (d *Desk) Account(ctx context.Context, a market.Actor, p Payout) (string, error) {
	if err := operator(a); err != nil {
		return "", err
	}
	of := party.Subject{Kind: party.OfBusiness, ID: string(p.Supplier)}
	look := party.LookOf(a, market.Operator, of, party.Purpose{Kind: "payout", ID: string(p.ID)})
	plain, err := d.Vault.Open(ctx, look, party.Value{At: p.ID.at(), Sealed: p.Bank})
	if err != nil {
		return "", err
	}
	return string(plain[0]), nil
}

// Payouts lists payouts for the operator, newest first.
func (d *Desk) Payouts(ctx context.Context, a market.Actor, f PayoutFilter) ([]Payout, error) {
	if err := operator(a); err != nil {
		return nil, err
	}
	return d.Journal.Payouts(ctx, f)
}

// AllDue is the whole list to be paid: one for each supplier and currency at
// most.
func (d *Desk) AllDue(ctx context.Context, a market.Actor) (list []Payout, err error) {
	f := PayoutFilter{State: Due, Limit: 500}
	for {
		some, err := d.Payouts(ctx, a, f)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
		if len(some) < f.Limit {
			return list, nil
		}
		f.Before = some[len(some)-1].ID
	}
}

// Unlisted is what is owed and on no payout list: nobody listed it yet, or there
// is no account that takes the currency.
func (d *Desk) Unlisted(ctx context.Context, a market.Actor) ([]Balance, error) {
	if err := operator(a); err != nil {
		return nil, err
	}
	return d.Journal.Payables(ctx)
}

// Settle books a payout that the bank was told to pay.
func (d *Desk) Settle(ctx context.Context, a market.Actor, id PayoutID) error {
	if err := operator(a); err != nil {
		return err
	}
	p, err := d.Journal.Payout(ctx, id)
	if err != nil {
		return err
	}
	t := PayOut(p.Supplier, Bank, p.Amount)
	t.ID, t.By, t.At = market.NewID[TransactionID](), a.Person, d.Now()
	body, _ := json.Marshal(map[string]PayoutID{"payout": id}) // a string always marshals
	return d.Journal.SettlePayout(ctx, id, t, market.Event{ID: market.NewID[string](), Subject: "payout.paid", Body: body, At: t.At})
}

func operator(a market.Actor) error {
	if a.Operator {
		return nil
	}
	return market.Missing("This page")
}

func add(sums []market.Money, m market.Money) []market.Money {
	for i := range sums {
		if sums[i].Currency == m.Currency {
			sums[i] = sums[i].Add(m)
			return sums
		}
	}
	return append(sums, m)
}
