package ledger

import (
	"fmt"
	"time"

	"kontor/market"
)

// CreditNote takes back a part of an invoice, or all of it: it is issued with
// every refund that is booked once the order's invoice is out (Directive
// 2006/112/EC, Art. 219). What was given back before that, the invoice says.
type CreditNote struct {
	Refund   TransactionID
	Order    string
	Supplier market.BusinessID
	Series   string // year of issue: "2026"
	Number   int64  // from 1, without gaps in the supplier's series, which is not that of its invoices
	Issued   time.Time
	Amount   market.Money // that went back, tax included
}

// Text is the number as people write it, such as C-2026-00042; it only grows
// longer beyond 99,999.
func (n CreditNote) Text() string { return fmt.Sprintf("C-%s-%05d", n.Series, n.Number) }
