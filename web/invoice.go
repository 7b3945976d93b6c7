package web

import (
	"context"
	"net/http"
	"strings"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/web/page"
	"kontor/web/words"
)

// papers is what invoice and credit notes of one order are drawn from.
type papers struct {
	v       *page.View
	o       order.Order
	invoice order.Invoice
	sides   order.Sides
	to      party.Postal
	number  string // the buyer's own, of the order
	notes   []ledger.CreditNote
	before  order.Returned   // the invoice
	parts   []order.Returned // of notes
}

// settled reads an order with its invoice and credit notes, all as of one moment:
// it reads again, four times at most, where the order was changed meanwhile.
func (s *Site) settled(ctx context.Context, a market.Actor, id order.ID) (o order.Order, v order.Invoice, notes []ledger.CreditNote, err error) {
	if o, err = s.Orders.Order(ctx, a, id); err != nil {
		return o, v, nil, err
	}
	for range 5 {
		v, err = s.Orders.Book.Invoice(ctx, id)
		if market.KindOf(err) == market.NotFound {
			err = &market.Fault{Kind: market.NotFound, Msg: "There is no invoice yet.", Fix: "It is issued when the goods are shipped."}
		}
		if err != nil {
			return o, v, nil, err
		}
		if notes, err = s.Money.Journal.CreditNotes(ctx, string(id)); err != nil {
			return o, v, nil, err
		}
		read := o.Version
		if o, err = s.Orders.Order(ctx, a, id); err != nil || o.Version == read {
			return o, v, notes, err
		}
	}
	return o, v, nil, &market.Fault{Kind: market.Conflict, Msg: "This order is being changed right now.", Fix: "Open the page again in a moment."}
}

// readPapers reads what was issued on an order, for its parties.
func (s *Site) readPapers(r *http.Request) (*papers, error) {
	ctx, a := r.Context(), actor(r)
	o, inv, notes, err := s.settled(ctx, a, order.ID(r.PathValue("id")))
	if err != nil {
		return nil, err
	}
	p := &papers{v: s.viewOf(r, o), o: o, invoice: inv, notes: notes}
	if p.sides, err = s.Orders.Sides(ctx, a, o, inv); err != nil {
		return nil, err
	}
	if p.to, err = s.Orders.Postal(ctx, a, o); err != nil {
		return nil, err
	}
	private, err := s.Orders.Private(ctx, a, o)
	if err != nil {
		return nil, err
	}
	p.number = private.PurchaseOrder
	p.before, p.parts = o.Credited(notes)
	return p, nil
}

// invoice answers GET /orders/{id}/invoice: all that Directive 2006/112/EC,
// Art. 226 asks for, as far as the businesses gave it.
func (s *Site) invoice(w http.ResponseWriter, r *http.Request) error {
	p, err := s.readPapers(r)
	if err != nil {
		return err
	}
	words := p.v.Words
	i := p.sheet(words.T("order.invoice_title", "number", p.invoice.Text()))
	i.Facts = append([]page.Line{
		{Label: words.T("order.issued"), Amount: words.Day(p.invoice.Issued)},
		{Label: words.T("order.supplied"), Amount: words.Day(p.invoice.Issued)}, // it is issued as the goods leave
	}, i.Facts...)
	i.Lines, i.Sums = lineTable(p.v, p.o, true), p.invoiceSums()
	i.Notes = append(i.Notes, words.T("order.invoice_protected"))
	return s.show(w, r, page.InvoicePage(p.v, i))
}

// invoiceSums are the order's sums with what the tax is reckoned on, and what
// went back before the invoice: then taxable amount and tax are told once more, as
// they are owed.
func (p *papers) invoiceSums() page.Table {
	w, t := p.v.Words, sumTable(p.v, p.o)
	last := len(t.Rows) - 1 // after goods and freight come the tax and the total
	base := page.Row{Cells: []page.Cell{{Text: w.T("order.net")}, {Text: w.Money(p.o.Tax.Base)}}}
	t.Rows = append(t.Rows[:last-1:last-1], base, t.Rows[last-1], t.Rows[last])
	if !p.before.Amount.Zero() {
		left := p.o.Charged(p.before)
		t.Rows = append(t.Rows,
			page.Row{Cells: []page.Cell{{Text: w.T("order.reduced"), Note: w.T("order.tax_in", "amount", w.Money(p.before.Tax))}, {Text: w.Money(p.before.Amount.Neg())}}},
			page.Row{Cells: []page.Cell{{Text: w.T("order.net_reduced")}, {Text: w.Money(left.Net())}}},
			page.Row{Cells: []page.Cell{{Text: w.T("tax."+p.o.Tax.Label, "rate", w.Percent(p.o.Tax.Bps))}, {Text: w.Money(left.Tax)}}},
			page.Row{Kind: page.RowSum, Cells: []page.Cell{{Text: w.T("order.total_reduced")}, {Text: w.Money(left.Amount)}}})
	}
	return t
}

// creditNote answers GET /orders/{id}/credit-notes/{number}.
func (s *Site) creditNote(w http.ResponseWriter, r *http.Request) error {
	p, err := s.readPapers(r)
	if err != nil {
		return err
	}
	for at, n := range p.notes {
		if n.Text() == r.PathValue("number") {
			return s.show(w, r, page.InvoicePage(p.v, p.credit(n, p.parts[at])))
		}
	}
	return market.Missing("This credit note")
}

// credit is the sheet of one credit note.
func (p *papers) credit(n ledger.CreditNote, back order.Returned) page.Invoice {
	w := p.v.Words
	i := p.sheet(w.T("order.credit_title", "number", n.Text()))
	i.Facts = append([]page.Line{
		{Label: w.T("order.issued"), Amount: w.Day(n.Issued)},
		{Label: w.T("order.corrects"), Amount: p.invoice.Text()},
		{Label: w.T("order.invoice_issued"), Amount: w.Day(p.invoice.Issued)},
	}, i.Facts...)
	why := w.T("order.credit_part", "number", p.invoice.Text())
	if n.Amount == p.o.Total {
		why = w.T("order.credit_whole", "number", p.invoice.Text())
	}
	i.Sums = page.Table{Label: w.T("order.sums"), Plain: true, Cols: []page.Col{{Label: w.T("order.what")}, {Label: w.T("order.sum"), Right: true, Money: true}}, Rows: []page.Row{
		{Cells: []page.Cell{{Text: why}, {Text: w.Money(back.Net())}}},
		{Cells: []page.Cell{taxCell(w, p.o.Tax), {Text: w.Money(back.Tax)}}},
		{Kind: page.RowSum, Cells: []page.Cell{{Text: w.T("order.credited")}, {Text: w.Money(back.Amount)}}},
	}}
	i.Notes = append(i.Notes, w.T("order.credit_protected"))
	if p.sides.Buyer.Street != "" {
		i.Goods = nil // nothing goes anywhere; it stood in for the buyer's address
	}
	return i
}

// sheet is what invoice and credit note have in common.
func (p *papers) sheet(title string) page.Invoice {
	w := p.v.Words
	p.v.Title = title
	i := page.Invoice{
		Title: title, From: address(w, p.sides.Seller), To: address(w, p.sides.Buyer), Goods: p.to.Lines(""),
		Back: p.v.To("/orders/" + string(p.o.ID)), BackText: w.T("order.order", "number", p.o.Number),
		Facts: []page.Line{{Label: w.T("order.paper_order"), Amount: p.o.Number}, {Label: w.T("order.paper_placed"), Amount: w.Day(p.o.Placed)}},
		Notes: []string{w.T("tax." + p.o.Tax.Label + "_note")},
	}
	if p.number != "" {
		i.Facts = append(i.Facts, page.Line{Label: w.T("order.paper_purchase"), Amount: p.number})
	}
	return i
}

// address is a side of an invoice, line by line: as the register has it, the name
// it trades under where that is another, where it is, and its tax number.
func address(w *words.Words, f order.Firm) []string {
	post := party.Postal{Organisation: f.Name, Street: f.Street, Postcode: f.Postcode, City: f.City, Country: f.Country}
	lines := post.Lines(f.Country)
	if !strings.Contains(f.Name, f.TradeName) {
		lines = append(lines[:1:1], append([]string{f.TradeName}, lines[1:]...)...)
	}
	lines = append(lines, w.Country(f.Country))
	if f.TaxNumber != "" {
		lines = append(lines, w.T("order.tax_number", "number", f.TaxNumber))
	}
	return lines
}

// papers links to the invoice and its credit notes.
func (b *orderPage) papers() error {
	inv, err := b.s.Orders.Book.Invoice(b.ctx, b.o.ID)
	if market.KindOf(err) == market.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	notes, err := b.s.Money.Journal.CreditNotes(b.ctx, string(b.o.ID))
	if err != nil {
		return err
	}
	of := "/orders/" + string(b.o.ID)
	b.p.Papers = append(b.p.Papers, page.Option{Label: b.v.Words.T("order.invoice_title", "number", inv.Text()), Href: b.v.To(of + "/invoice")})
	for _, n := range notes {
		b.p.Papers = append(b.p.Papers, page.Option{Label: b.v.Words.T("order.credit_title", "number", n.Text()), Href: b.v.To(of + "/credit-notes/" + n.Text())})
	}
	return nil
}
