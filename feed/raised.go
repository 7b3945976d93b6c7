package feed

import (
	"fmt"

	"kontor/market"
	"kontor/market/catalog"
)

// raised counts the rows by which stock went up: right after a delivery, and a
// mistake where the file is older than the last sales.
type raised struct {
	rows     int
	line     int // of the first
	from, to market.Quantity
}

func (x *raised) note(rows []*variantRow, o catalog.Offer, answer catalog.Loaded) {
	if answer.Outcome != catalog.Updated {
		return
	}
	for _, up := range answer.Raised {
		if x.rows++; x.rows == 1 || rows[up.Variant].line < x.line {
			x.line, x.from, x.to = rows[up.Variant].line, up.From, o.Variants[up.Variant].OnHand
		}
	}
}

func (x *raised) tell(to *Report) {
	if x.rows == 0 {
		return
	}
	many := ""
	if x.rows > 1 {
		many = fmt.Sprintf(", and on %d more rows", x.rows-1)
	}
	to.note(Problem{Line: x.line, Column: "stock", Message: fmt.Sprintf("The stock went up from %d to %d here%s.", x.from, x.to, many),
		Fix: "Right after a delivery. If the file is older than your last sales, write what is on hand now; without the column the stock stays as it is."})
}
