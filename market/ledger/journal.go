package ledger

import (
	"context"
	"time"

	"kontor/market"
)

// Balance is what stands on an account: debits less credits.
type Balance struct {
	Account Account
	Amount  market.Money
}

// PayoutID names a payout.
type PayoutID string

// PayoutState of one payout.
type PayoutState string

const (
	Due  PayoutState = "due"
	Paid PayoutState = "paid"
)

// Payout is one supplier's line of a payout list: made from the balance owed,
// booked when the operator confirms that the bank was told to pay.
type Payout struct {
	ID       PayoutID
	Supplier market.BusinessID
	Amount   market.Money
	State    PayoutState
	Made     time.Time
	PaidAt   time.Time // zero until paid
	By       market.PersonID
	Bank     market.Sealed // snapshot of the account paid to; table payout, column bank; key of the business
}

// Journal keeps transactions. Nothing in it is ever changed or removed.
type Journal interface {
	Transactions(ctx context.Context, f Filter) ([]Transaction, error)            // newest first
	Balances(ctx context.Context, kinds ...AccountKind) ([]Balance, error)        // summed over owners: the trial balance
	Owed(ctx context.Context, supplier market.BusinessID) ([]market.Money, error) // payable less payouts due, one for each currency, positive amounts are owed
	Held(ctx context.Context, supplier market.BusinessID) ([]market.Money, error) // on open orders; of all suppliers for ""
	CreditNotes(ctx context.Context, order string) ([]CreditNote, error)          // of one order, oldest first

	// DraftPayouts writes the payouts as due, each unless its supplier has one due
	// in that currency; repeating it makes none twice.
	DraftPayouts(ctx context.Context, made []Payout) error
	Payables(ctx context.Context) ([]Balance, error)               // each supplier and currency with something owed and nothing due
	Payouts(ctx context.Context, f PayoutFilter) ([]Payout, error) // newest first
	Payout(ctx context.Context, id PayoutID) (Payout, error)       // NotFound if there is none
	// SettlePayout books t and marks the payout paid; Conflict if it is no longer due.
	SettlePayout(ctx context.Context, id PayoutID, t Transaction, events ...market.Event) error

	// RefundsToSend are refunds through these providers that nobody noted as sent,
	// oldest first, after the one named.
	RefundsToSend(ctx context.Context, providers []string, after TransactionID, limit int) ([]RefundDue, error)
	CountRefundsToSend(ctx context.Context, providers []string) (int, error)
	// MarkRefundSent is idempotent: the first note stands. NotFound for what is no
	// refund through these providers.
	MarkRefundSent(ctx context.Context, providers []string, id TransactionID, by market.PersonID, at time.Time) error
}

// PayoutFilter narrows a list of payouts; zero fields don't.
type PayoutFilter struct {
	Supplier market.BusinessID
	State    PayoutState
	Before   PayoutID // the page after this one
	Limit    int      // 1 to 500; 0 is 50
}

// Filter narrows a list of transactions; zero fields don't.
type Filter struct {
	Order    string
	Supplier market.BusinessID
	Before   TransactionID // the page after this one
	Limit    int           // 1 to 500; 0 is 50
}
