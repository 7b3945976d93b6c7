package web

import (
	"kontor/market"
	"kontor/market/ledger"
	"kontor/web/page"
)

// postings is a journal's table: each posting a row, and the sum of each
// currency, which is zero. Where it is of several orders, each row leads to its
// own, and says whose the account is.
func postings(v *page.View, moves []ledger.Transaction, several bool) page.Table {
	w := v.Words
	t := page.Table{Pad: true, Stack: true, Cols: []page.Col{
		{Label: w.T("ledger.when")}, {Label: w.T("ledger.what")}, {Label: w.T("ledger.account")}, {Label: w.T("ledger.debit"), Right: true, Money: true, Lead: true}, {Label: w.T("ledger.credit"), Right: true, Lead: true},
	}}
	sums := map[market.Currency]int64{}
	var currencies []market.Currency
	for _, m := range moves {
		for _, p := range m.Postings {
			row := page.Row{Cells: []page.Cell{{Text: w.When(m.At)}, {Text: w.T("ledger." + string(m.Kind))}, {Text: w.T("ledger.account_" + string(p.Account.Kind))}, {}, {}}}
			if several && m.Number != "" {
				row.Cells[1].Note, row.Cells[1].Href = m.Number, v.To("/orders/"+m.Order)
			}
			if several && p.Account.Kind == ledger.Provider {
				row.Cells[2].Note = p.Account.Owner
			}
			if p.Amount.Minor > 0 {
				row.Cells[3].Text = w.Money(p.Amount)
			} else {
				row.Cells[4].Text = w.Money(p.Amount.Neg())
			}
			if _, seen := sums[p.Amount.Currency]; !seen {
				currencies = append(currencies, p.Amount.Currency)
			}
			sums[p.Amount.Currency] += p.Amount.Minor
			t.Rows = append(t.Rows, row)
		}
	}
	for _, c := range currencies {
		t.Rows = append(t.Rows, page.Row{Kind: page.RowSum, Cells: []page.Cell{{Text: w.T("ledger.sum")}, {}, {}, {Text: w.Money(market.Of(sums[c], c))}, {}}})
	}
	return t
}
