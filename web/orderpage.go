package web

import (
	"context"
	"slices"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/web/page"
	"kontor/web/words"
)

// orderPage builds one order's page.
type orderPage struct {
	s     *Site
	ctx   context.Context
	v     *page.View
	a     market.Actor
	o     order.Order
	step  order.Step // whose form was sent back
	form  page.Form
	p     page.Order
	wrong *order.Complaint
	clock []order.Clock
}

func (b *orderPage) build() (page.Order, error) {
	o, v, w := b.o, b.v, b.v.Words
	b.p = page.Order{
		Number: o.Number, Title: w.T("order.head_" + headline(o.Status)), Tags: []page.Tag{*state(v, o.Status)},
		HoldHead: w.T("order.where", "amount", w.Money(o.Total)),
		Crumbs:   []page.Option{{Label: v.House.Name, Href: v.To("/")}, {Label: w.T(b.list()), Href: v.To(b.home())}, {Label: o.Number}},
	}
	if err := b.read(); err != nil {
		return b.p, err
	}
	b.parties()
	b.money()
	b.lines()
	for _, fill := range []func() error{b.history, b.talk, b.personal, b.papers, b.ledger, b.review, b.unnumbered} {
		if err := fill(); err != nil {
			return b.p, err
		}
	}
	b.acts()
	b.refused()
	return b.p, nil
}

// refused says what was wrong with a step whose form the page does not show:
// the order moved on, or it was a button.
func (b *orderPage) refused() {
	if b.step == "message" || b.step == "review" && b.p.Review != nil {
		return
	}
	for _, f := range b.p.Forms {
		if f.ID == string(b.step) {
			return
		}
	}
	for _, f := range b.form.Faults {
		b.p.Notes = append(b.p.Notes, page.Note{Tone: page.Bad, Text: f.Msg + " " + f.Fix})
	}
}

// home is the list that the reader comes from.
func (b *orderPage) home() string {
	switch {
	case b.a.Operator:
		return "/house/orders"
	case b.a.Business == b.o.Supplier:
		return "/desk/orders"
	}
	return "/orders"
}

// list is the message that names home.
func (b *orderPage) list() string {
	switch b.home() {
	case "/house/orders":
		return "operator.orders"
	case "/desk/orders":
		return "supplier.orders"
	}
	return "layout.your_orders"
}

func (b *orderPage) read() (err error) {
	if b.clock, err = b.s.Orders.Book.Clocks(b.ctx, b.o.ID); err != nil {
		return err
	}
	if b.o.Status.Dispute == order.None {
		return nil
	}
	c, err := b.s.Orders.Book.Complaint(b.ctx, b.o.ID)
	b.wrong = &c
	return err
}

// headline names the page by what is going on.
func headline(s order.Status) string {
	switch {
	case s.Dispute == order.Open, s.Dispute == order.Offered, s.Dispute == order.Escalated:
		return "dispute_" + string(s.Dispute)
	case s.Payment == order.Awaiting, s.Payment == order.Void, s.Payment == order.Refunded, s.Payment == order.Refused, s.Payment == order.Split, s.Payment == order.Released:
		return string(s.Payment)
	}
	return string(s.Fulfilment)
}

func (b *orderPage) parties() {
	o, w := b.o, b.v.Words
	if b.a.Business == o.Supplier {
		b.p.Firm = page.Firm{Number: string(o.Buyer), Name: o.BuyerName, Country: o.ShipTo}
		b.p.Lead = w.T("order.lead_buyer", "number", o.Number, "name", o.BuyerName, "placed", w.Day(o.Placed))
		return
	}
	b.p.Firm = page.Firm{Number: string(o.Supplier), Name: o.SupplierName, Country: o.ShipFrom}
	b.p.Lead = w.T("order.lead_supplier", "number", o.Number, "name", o.SupplierName, "placed", w.Day(o.Placed))
	if b.a.Operator {
		b.p.Lead = w.T("order.lead_both", "number", o.Number, "buyer", o.BuyerName, "supplier", o.SupplierName)
	}

}

// money says where it is and what happens if nobody does anything.
func (b *orderPage) money() {
	o, w := b.o, b.v.Words
	if !o.PaidIn.Zero() && o.Status.Payment != order.Refused { // what was booked then never came
		held := o.Hold()
		b.p.Hold = &page.Hold{
			Held: held.Minor, Released: o.Out.Minor, Refunded: o.Back.Minor, Frozen: b.frozen(),
			HeldText: w.Money(held), ReleasedText: w.Money(o.Out), RefundedText: w.Money(o.Back), PaidText: w.Money(o.PaidIn),
		}
	}
	next := b.nextClock()
	if next.Kind == "" {
		b.p.HoldText = w.T("order.over_" + string(o.Status.Payment))
		return
	}
	b.p.HoldText = w.T("order.clock_"+string(next.Kind), "when", w.When(next.Due), "span", w.Span(next.Due.Sub(b.s.Now())), "amount", w.Money(o.Hold()))
}

func (b *orderPage) frozen() bool {
	d := b.o.Status.Dispute
	return d != order.None && d != order.Settled
}

// nextClock is the silence that ends first; the provider's limit only when it
// is nearer than all others.
func (b *orderPage) nextClock() (next order.Clock) {
	for _, c := range b.clock {
		if next.Kind == "" || c.Due.Before(next.Due) {
			next = c
		}
	}
	return next
}

func (b *orderPage) lines() {
	b.p.Lines, b.p.Sums = lineTable(b.v, b.o, false), sumTable(b.v, b.o)
	b.p.Lines.Caption = b.v.Words.T("order.ordered")
}

// lineTable is what was ordered; on paper, which stands alone, quantities have
// their unit and nothing leads away.
func lineTable(v *page.View, o order.Order, paper bool) page.Table {
	w := v.Words
	t := page.Table{Label: w.T("order.ordered"), Pad: true, Stack: true, Cols: []page.Col{
		{Label: w.T("goods.goods"), Full: true}, {Label: w.T("goods.quantity"), Right: true, Lead: true}, {Label: w.T("listing.each"), Right: true, Fold: true}, {Label: w.T("order.sum"), Right: true, Money: true},
	}}
	for _, l := range o.Lines {
		note := l.SKU
		if l.Label != "" {
			note = l.Label + " · " + l.SKU
		}
		row := page.Row{Cells: []page.Cell{
			{Text: l.Title, Note: note, Href: v.To("/listings/" + string(l.Listing))}, {Text: w.Number(int64(l.Quantity))}, {Text: w.Money(l.UnitPrice)}, {Text: w.Money(l.Sum)},
		}}
		if paper {
			row.Cells[0].Href, row.Cells[1].Text = "", w.N(unitKey(l.Unit), int(l.Quantity))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sumTable is goods, freight, tax and total, with the tax's rounding rule.
func sumTable(v *page.View, o order.Order) page.Table {
	w := v.Words
	t := page.Table{Label: w.T("order.sums"), Plain: true, Cols: []page.Col{{Label: w.T("order.what")}, {Label: w.T("order.sum"), Right: true, Money: true}}}
	add := func(kind page.RowKind, label, note, amount string) {
		t.Rows = append(t.Rows, page.Row{Kind: kind, Cells: []page.Cell{{Text: label, Note: note}, {Text: amount}}})
	}
	add(page.RowPlain, w.T("goods.goods"), "", w.Money(o.Goods))
	add(page.RowPlain, w.T("goods.freight", "method", method(v, o.Freight.Method)), "", w.Money(o.Freight.Price))
	t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{taxCell(w, o.Tax), {Text: w.Money(o.Tax.Amount)}}})
	add(page.RowSum, w.T("order.total"), "", w.Money(o.Total))
	return t
}

// taxCell names a tax line, and says how it was rounded if it was.
func taxCell(w *words.Words, t landed.Tax) page.Cell {
	c := page.Cell{Text: w.T("tax."+t.Label, "rate", w.Percent(t.Bps))}
	if t.Bps > 0 {
		c.Note = w.T("order.rounding_" + string(t.Rounding))
	}
	return c
}

func (b *orderPage) history() error {
	entries, err := b.s.Orders.Book.History(b.ctx, b.o.ID)
	if err != nil {
		return err
	}
	w := b.v.Words
	for _, e := range entries {
		m := page.Moment{Title: w.T("step." + string(e.What)), When: w.When(e.At), At: e.At, Text: w.T("order.by_" + string(e.Role))}
		if e.What == order.StepBounce {
			m.Text = w.T("order.by_provider")
		}
		if !e.Amount.Zero() {
			m.Text += " " + w.Money(e.Amount) + "."
		}
		b.p.History = append(b.p.History, m)
	}
	if next := b.nextClock(); next.Kind != "" {
		b.p.History = append(b.p.History, page.Moment{State: page.Now, Title: w.T("order.next_" + string(next.Kind)), When: w.T("order.until", "when", w.When(next.Due)), At: next.Due})
	}
	return nil
}

func (b *orderPage) talk() error {
	b.p.Talk = page.Form{ID: "talk", Action: b.v.To("/orders/" + string(b.o.ID) + "/message"), Key: freshKey()}
	if b.step == "message" {
		b.p.Talk.Values, b.p.Talk.Faults = b.form.Values, b.form.Faults
	}
	if b.a.Operator {
		b.p.Talk.Action = ""
	}
	t, err := b.s.Orders.Threads.ThreadOfOrder(b.ctx, b.o.ID)
	if market.KindOf(err) == market.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	b.p.Messages, err = b.s.spoken(b.ctx, b.v, b.a, t, b.o.BuyerName, b.o.SupplierName)
	return err
}

// personal opens the address and the complaint for the order's parties.
func (b *orderPage) personal() error {
	postal, err := b.s.Orders.Postal(b.ctx, b.a, b.o)
	if err != nil {
		return err
	}
	b.p.Address = postal.Lines("")
	private, err := b.s.Orders.Private(b.ctx, b.a, b.o)
	if err != nil {
		return err
	}
	w := b.v.Words
	for _, d := range []struct{ key, value string }{{"order.phone", postal.Phone}, {"order.purchase_order", private.PurchaseOrder}, {"order.carrier", b.o.Carrier}, {"order.tracking", private.Tracking}} {
		if d.value != "" {
			b.p.Details = append(b.p.Details, page.Line{Label: w.T(d.key), Amount: d.value})
		}
	}
	if b.wrong == nil {
		return nil
	}
	text := w.T("reason."+string(b.wrong.Reason)) + ": " + private.Complaint
	said := page.Note{Tone: page.Bad, Strong: w.T("order.complaint", "wanted", w.Money(b.wrong.Wanted)), Text: text}
	if !b.frozen() {
		said.Tone, said.Strong = page.Plain, w.T("order.complained", "wanted", w.Money(b.wrong.Wanted))
	}
	if b.frozen() {
		b.p.Notes = append(b.p.Notes, said)
	}
	if b.wrong.Offer.Currency != "" && b.frozen() {
		b.p.Notes = append(b.p.Notes, page.Note{Tone: page.Sea, Text: w.T("order.offer_stands", "amount", w.Money(b.wrong.Offer))})
	}
	if b.wrong.Award.Currency != "" {
		ended := page.Note{Tone: page.OK, Text: w.T("order.awarded", "amount", w.Money(b.wrong.Award))}
		if b.wrong.Award.Zero() {
			ended.Text = w.T("order.awarded_nothing")
		}
		b.p.Notes = append(b.p.Notes, ended)
	}
	if !b.frozen() {
		b.p.Notes = append(b.p.Notes, said) // how it ended stands first
	}
	return nil
}

// ledger shows every posting of the order; their sum is zero.
func (b *orderPage) ledger() error {
	moves, err := b.s.Money.Journal.Transactions(b.ctx, ledger.Filter{Order: string(b.o.ID), Limit: 100})
	if err != nil || len(moves) == 0 {
		return err
	}
	slices.Reverse(moves)
	t := postings(b.v, moves, false)
	t.Caption = b.v.Words.T("order.ledger")
	if b.o.Status.Payment == order.Refused {
		t.Caption = b.v.Words.T("order.ledger_refused")
	}
	b.p.Ledger = &t
	return nil
}

func (b *orderPage) review() error {
	if b.a.Business != b.o.Buyer || !b.o.Status.Over() || b.o.Status.Fulfilment != order.Received && b.o.Status.Fulfilment != order.Shipped {
		return nil
	}
	done, err := b.s.Orders.Book.Reviews(b.ctx, order.ReviewFilter{Order: b.o.ID, Limit: 1})
	if err != nil || len(done) > 0 {
		return err
	}
	f := page.Form{ID: "review", Action: b.v.To("/orders/" + string(b.o.ID) + "/review"), Key: freshKey()}
	if b.step == "review" {
		f.Values, f.Faults = b.form.Values, b.form.Faults
	}
	b.p.Review = &f
	return nil
}
