package web

import (
	"net/http"
	"strings"

	"kontor/market/ledger"
	"kontor/market/party"
	"kontor/web/page"
)

// shownRefunds is how many refunds a page lists: each opens an account, and the
// log notes it.
const shownRefunds = 20

// refunds answers GET /house/refunds: money that was booked back to buyers and
// that the operator has not sent yet.
func (s *Site) refunds(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Money.Refunds(r.Context(), actor(r), ledger.TransactionID(r.URL.Query().Get("after")), shownRefunds+1)
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.refunds"), Lead: words.T("operator.refunds_lead")}
	if len(list) > shownRefunds {
		list = list[:shownRefunds]
		p.Next = v.To("/house/refunds", "after", string(list[shownRefunds-1].ID))
	}
	t := page.Table{Label: p.Title, Pad: true, Stack: true, Cols: []page.Col{
		{Label: words.T("order.number")}, {Label: words.T("operator.refund_buyer")}, {Label: words.T("operator.refund_account"), Full: true},
		{Label: words.T("operator.refund_booked")}, {Label: words.T("order.sum"), Right: true, Money: true}, {Label: words.T("account.act"), Right: true, Full: true},
	}}
	for _, due := range list {
		bank, err := s.Money.RefundAccount(r.Context(), actor(r), due)
		if err != nil {
			return err
		}
		account := page.Cell{Text: words.T("operator.refund_back")}
		if bank.Holder != "" {
			account = page.Cell{Text: accountLine(bank), Note: bank.Holder}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: due.Number, Href: v.To("/orders/" + due.Order)}, {Text: due.BuyerName, Href: v.To("/house/businesses/" + string(due.Buyer))}, account,
			{Text: words.When(due.Booked)}, {Text: words.Money(due.Amount)},
			{Part: page.ActMarks([]page.Act{{Label: words.T("operator.refund_sent"), Action: v.To("/house/refunds/" + string(due.ID))}})},
		}})
	}
	if len(list) == 0 {
		p.Empty = &page.Empty{Title: words.T("operator.no_refunds"), Text: words.T("operator.no_refunds_text")}
	} else {
		p.Tables = []page.Table{t}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// accountLine is an account as a bank's form asks for it.
func accountLine(b party.Bank) string {
	number := b.IBAN
	if number == "" {
		number = b.Number
	}
	return strings.Join(strings.Fields(number+" "+b.BIC+" "+b.Name), " ")
}

// refundSent answers POST /house/refunds/{id}: the operator sent the money.
func (s *Site) refundSent(w http.ResponseWriter, r *http.Request) error {
	if err := s.Money.Sent(r.Context(), actor(r), ledger.TransactionID(r.PathValue("id"))); err != nil {
		return err
	}
	return s.seeOther(w, r, "/house/refunds", "house.refund_sent")
}
