package web

import (
	"encoding/csv"
	"encoding/json"
	"net/http"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/party"
	"kontor/web/page"
)

// houseMoney answers GET /house/money: the trial balance, whose sum is zero, and
// the journal.
func (s *Site) houseMoney(w http.ResponseWriter, r *http.Request) error {
	const many = 50
	lines, sums, err := s.Money.Trial(r.Context(), actor(r))
	if err != nil {
		return err
	}
	moves, err := s.Money.Transactions(r.Context(), actor(r), ledger.Filter{Before: ledger.TransactionID(r.URL.Query().Get("before")), Limit: many})
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.money"), Lead: words.T("operator.money_lead")}
	if len(moves) == 0 {
		p.Empty = &page.Empty{Title: words.T("operator.no_money"), Text: words.T("operator.no_money_text")}
	} else {
		journal := postings(v, moves, true)
		journal.Caption = words.T("operator.journal")
		p.Tables = []page.Table{trialTable(v, lines, sums), journal}
	}
	if len(moves) == many {
		p.Next = v.To("/house/money", "before", string(moves[many-1].ID))
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// trialTable has a row for each sort of account, with a line for each currency
// in which something stands there.
func trialTable(v *page.View, lines []ledger.Balance, sums []market.Money) page.Table {
	w := v.Words
	t := page.Table{Caption: w.T("operator.trial"), Pad: true, Stack: true, Cols: []page.Col{{Label: w.T("ledger.account")}, {Label: w.T("ledger.debit"), Right: true, Money: true, Lead: true, Full: true}, {Label: w.T("ledger.credit"), Right: true, Lead: true, Full: true}}}
	rows := map[ledger.AccountKind]int{}
	for _, l := range lines {
		if l.Amount.Zero() {
			continue
		}
		at, seen := rows[l.Account.Kind]
		if !seen {
			at = len(t.Rows)
			rows[l.Account.Kind] = at
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: w.T("ledger.account_" + string(l.Account.Kind))}, {}, {}}})
		}
		if l.Amount.Minor > 0 {
			t.Rows[at].Cells[1].Add(w.Money(l.Amount))
		} else {
			t.Rows[at].Cells[2].Add(w.Money(l.Amount.Neg()))
		}
	}
	sum := page.Row{Kind: page.RowSum, Cells: []page.Cell{{Text: w.T("ledger.sum")}, {}, {}}}
	for _, m := range sums {
		sum.Cells[1].Add(w.Money(m))
	}
	t.Rows = append(t.Rows, sum)
	return t
}

// payouts answers GET /house/payouts: those due, and those paid.
func (s *Site) payouts(w http.ResponseWriter, r *http.Request) error {
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.payouts"), Lead: words.T("operator.payouts_lead"), Acts: []page.Act{
		{Label: words.T("operator.draft"), Action: v.To("/house/payouts")}, {Label: words.T("operator.payout_file"), Href: v.To("/house/payouts.csv")},
	}}
	const many = 50
	before := ledger.PayoutID(r.URL.Query().Get("before"))
	for _, state := range [...]ledger.PayoutState{ledger.Due, ledger.Paid} {
		var list []ledger.Payout
		var err error
		switch {
		case state == ledger.Paid:
			list, err = s.Money.Payouts(r.Context(), actor(r), ledger.PayoutFilter{State: state, Before: before, Limit: many + 1})
		case before == "": // the first page has all that are due
			list, err = s.Money.AllDue(r.Context(), actor(r))
		}
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		if state == ledger.Paid && len(list) > many {
			list = list[:many]
			p.Next = v.To("/house/payouts", "before", string(list[many-1].ID))
		}
		t, err := s.payoutTable(r, v, list)
		if err != nil {
			return err
		}
		t.Caption = words.T("operator.payouts_" + string(state))
		p.Tables = append(p.Tables, t)
	}
	if before == "" {
		t, err := s.unlisted(r, v)
		if err != nil {
			return err
		}
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
	if len(p.Tables) == 0 {
		p.Empty = &page.Empty{Title: words.T("operator.no_payouts"), Text: words.T("operator.no_payouts_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func (s *Site) payoutTable(r *http.Request, v *page.View, list []ledger.Payout) (page.Table, error) {
	words := v.Words
	t := page.Table{Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("goods.supplier")}, {Label: words.T("supplier.listed")}, {Label: words.T("order.state")}, {Label: words.T("order.sum"), Right: true, Money: true}, {Label: words.T("account.act"), Right: true, Full: true}}}
	named, err := s.paidTo(r, list)
	if err != nil {
		return t, err
	}
	for _, o := range list {
		b := named[o.Supplier]
		row := page.Row{Cells: []page.Cell{{Text: b.Name, Flag: b.Country, Href: v.To("/house/businesses/" + string(b.ID))}, {Text: words.Day(o.Made)}, {Tag: payoutTag(v, o)}, {Text: words.Money(o.Amount)}, {}}}
		if o.State == ledger.Due {
			row.Cells[4].Part = page.ActMarks([]page.Act{{Label: words.T("operator.settle"), Action: v.To("/house/payouts/" + string(o.ID))}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// paidTo is whom payouts go to, by id.
func (s *Site) paidTo(r *http.Request, list []ledger.Payout) (map[market.BusinessID]party.Business, error) {
	ids := make([]market.BusinessID, len(list))
	for i, o := range list {
		ids[i] = o.Supplier
	}
	return s.Parties.Names(r.Context(), ids)
}

// unlisted is what is owed and stands on no list, with what keeps it off.
func (s *Site) unlisted(r *http.Request, v *page.View) (page.Table, error) {
	words := v.Words
	owed, err := s.Money.Unlisted(r.Context(), actor(r))
	t := page.Table{Caption: words.T("operator.unlisted", "count", words.Number(int64(len(owed)))), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("goods.supplier")}, {Label: words.T("order.sum"), Right: true, Money: true}}}
	if err != nil {
		return t, err
	}
	owed = owed[:min(len(owed), mostCounted)]
	ids := make([]market.BusinessID, len(owed))
	for i, o := range owed {
		ids[i] = market.BusinessID(o.Account.Owner)
	}
	named, err := s.Parties.Names(r.Context(), ids)
	if err != nil {
		return t, err
	}
	for i, o := range owed {
		b := named[ids[i]]
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: b.Name, Flag: b.Country, Href: v.To("/house/businesses/" + string(ids[i]))}, {Text: words.Money(o.Amount)}}})
	}
	return t, nil
}

// draftPayouts answers POST /house/payouts: a line for all that is owed.
func (s *Site) draftPayouts(w http.ResponseWriter, r *http.Request) error {
	_, without, err := s.Money.Draft(r.Context(), actor(r))
	if err != nil {
		return err
	}
	if without > 0 {
		return s.seeOther(w, r, "/house/payouts", "house.drafted_some")
	}
	return s.seeOther(w, r, "/house/payouts", "house.drafted")
}

// settlePayout answers POST /house/payouts/{id}: the bank was told to pay.
func (s *Site) settlePayout(w http.ResponseWriter, r *http.Request) error {
	if err := s.Money.Settle(r.Context(), actor(r), ledger.PayoutID(r.PathValue("id"))); err != nil {
		return err
	}
	return s.seeOther(w, r, "/house/payouts", "house.settled")
}

// payoutFile answers GET /house/payouts.csv: the payouts due, with the accounts
// they go to, for the house's bank.
func (s *Site) payoutFile(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Money.AllDue(r.Context(), actor(r))
	if err != nil {
		return err
	}
	named, err := s.paidTo(r, list)
	if err != nil {
		return err
	}
	rows := [][]string{{"payout", "supplier", "holder", "iban", "account", "bic", "bank", "amount", "currency"}}
	for _, o := range list {
		account, err := s.Money.Account(r.Context(), actor(r), o)
		if err != nil {
			return err
		}
		var bank party.Bank
		if err := json.Unmarshal([]byte(account), &bank); err != nil {
			return err
		}
		rows = append(rows, []string{string(o.ID), market.Cell(named[o.Supplier].Name), market.Cell(bank.Holder), bank.IBAN, market.Cell(bank.Number), bank.BIC, market.Cell(bank.Name), o.Amount.Decimal(), string(o.Amount.Currency)})
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="payouts.csv"`)
	return csv.NewWriter(w).WriteAll(rows)
}
