package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// RefundDue is money that was booked back to a buyer and has not been sent.
type RefundDue struct {
	ID        TransactionID // of the refund
	Order     string
	Number    string // the order's, as people read it
	Buyer     market.BusinessID
	BuyerName string
	Amount    market.Money
	Booked    time.Time
}

// Refunds lists the refunds that the house still has to send by hand, the
// oldest first: at most limit (1 to 500) after the one named.
func (d *Desk) Refunds(ctx context.Context, a market.Actor, after TransactionID, limit int) ([]RefundDue, error) {
	if err := operator(a); err != nil {
		return nil, err
	}
	return d.Journal.RefundsToSend(ctx, d.ByHand, after, limit)
}

// CountRefunds counts the refunds that the house still has to send by hand.
func (d *Desk) CountRefunds(ctx context.Context, a market.Actor) (int, error) {
	if err := operator(a); err != nil {
		return 0, err
	}
	return d.Journal.CountRefundsToSend(ctx, d.ByHand)
}

// Sent notes that the operator sent a refund's money. The first note stands;
// repeating it changes nothing.
func (d *Desk) Sent(ctx context.Context, a market.Actor, id TransactionID) error {
	if err := operator(a); err != nil {
		return err
	}
	return d.Journal.MarkRefundSent(ctx, d.ByHand, id, a.Person, d.Now())
}

// RefundAccount opens the account that the buyer gave, which the log notes. A
// zero Bank means none was given: the money goes back where it came from.
func (d *Desk) RefundAccount(ctx context.Context, a market.Actor, r RefundDue) (bank party.Bank, err error) {
	if err := operator(a); err != nil {
		return bank, err
	}
	b, err := d.Businesses.Business(ctx, r.Buyer)
	if err != nil || len(b.Bank) == 0 {
		return bank, err
	}
	return d.openBank(ctx, a, b, party.Purpose{Kind: "refund", ID: string(r.ID)})
}

// openBank opens the account of a business as it is today.
func (d *Desk) openBank(ctx context.Context, a market.Actor, b party.Business, why party.Purpose) (bank party.Bank, err error) {
	at := party.Place{Table: "business", Column: "bank", Row: string(b.ID)}
	plain, err := d.Vault.Open(ctx, party.LookOf(a, market.Operator, b.Of(), why), party.Value{At: at, Sealed: b.Bank})
	if err != nil {
		return bank, err
	}
	if err := json.Unmarshal(plain[0], &bank); err != nil {
		return bank, fmt.Errorf("read the account of business %s: %w", b.ID, err)
	}
	return bank, nil
}
