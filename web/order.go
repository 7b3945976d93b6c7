package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/web/page"
	"kontor/web/words"
)

// orders answers GET /orders: what the business has bought. Who doesn't buy is
// led on to the orders that are theirs: every page's foot brings people here.
func (s *Site) orders(w http.ResponseWriter, r *http.Request) error {
	switch a := actor(r); {
	case a.Operator:
		return s.seeOther(w, r, "/house/orders", "")
	case !a.Buys:
		return s.seeOther(w, r, "/desk/orders", "")
	}
	v := s.view(r)
	list, err := s.Orders.Orders(r.Context(), actor(r), market.Buyer, order.Filter{Before: order.ID(r.URL.Query().Get("before")), Limit: 51})
	if err != nil {
		return err
	}
	p := s.orderList(v, list, "/orders", func(o order.Order) (string, string) { return o.SupplierName, o.ShipFrom })
	p.Title = v.Words.T("layout.your_orders")
	if len(list) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("order.none_title"), Text: v.Words.T("order.none_text"), Href: v.To("/search"), Link: v.Words.T("home.look")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// orderList is a table of orders, at most 50 of those given; a 51st means that
// there is another page.
func (s *Site) orderList(v *page.View, list []order.Order, path string, other func(order.Order) (name, country string)) (p page.List) {
	if len(list) == 0 {
		return p
	}
	if len(list) > 50 {
		list = list[:50]
		p.Next = v.To(path, "before", string(list[49].ID))
	}
	w := v.Words
	t := page.Table{Label: w.T("layout.your_orders"), Pad: true, Stack: true, Cols: []page.Col{
		{Label: w.T("order.number")}, {Label: w.T("order.with")}, {Label: w.T("order.placed")}, {Label: w.T("order.state")}, {Label: w.T("order.total"), Money: true, Right: true},
	}}
	for _, o := range list {
		name, country := other(o)
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: o.Number, Href: v.To("/orders/" + string(o.ID))}, {Text: name, Flag: country}, {Text: w.Day(o.Placed)},
			{Tag: state(v, o.Status)}, {Text: w.Money(o.Total)},
		}})
	}
	p.Tables = []page.Table{t}
	return p
}

// state is an order's status in two words: what matters most now.
func state(v *page.View, s order.Status) *page.Tag {
	key, tone := "", page.Plain
	switch {
	case s.Dispute == order.Open, s.Dispute == order.Offered, s.Dispute == order.Escalated:
		key, tone = "dispute_"+string(s.Dispute), page.Bad
	case s.Payment == order.Awaiting:
		key, tone = "awaiting", page.Warn
	case s.Payment == order.Void:
		key = "void"
	case s.Payment == order.Refunded:
		key = "refunded"
	case s.Payment == order.Split:
		key, tone = "split", page.OK
	case s.Payment == order.Released:
		key, tone = "released", page.OK
	case s.Fulfilment == order.New:
		key, tone = "new", page.Sea
	case s.Fulfilment == order.Accepted:
		key, tone = "accepted", page.Sea
	case s.Fulfilment == order.Shipped:
		key, tone = "shipped", page.Sea
	default:
		key, tone = "received", page.Sea
	}
	return &page.Tag{Tone: tone, Text: v.Words.T("state." + key)}
}

// order answers GET /orders/{id} for its buyer, its supplier and the operator.
func (s *Site) order(w http.ResponseWriter, r *http.Request) error {
	return s.showOrder(w, r, "", page.Form{})
}

// showOrder draws the order's page; the form of step, if any, with its faults.
func (s *Site) showOrder(w http.ResponseWriter, r *http.Request, step order.Step, f page.Form) error {
	o, err := s.Orders.Order(r.Context(), actor(r), order.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	b := orderPage{s: s, ctx: r.Context(), a: actor(r), o: o, step: step, form: f}
	b.v = s.viewOf(r, o)
	p, err := b.build()
	if err != nil {
		return err
	}
	b.v.Title = b.v.Words.T("order.order", "number", o.Number)
	return s.show(w, r, page.OrderPage(b.v, p))
}

// viewOf has the head of the reader's own desk.
func (s *Site) viewOf(r *http.Request, o order.Order) *page.View {
	switch a := actor(r); {
	case a.Operator:
		return s.operatorView(r)
	case a.Business == o.Supplier:
		return s.supplierView(r)
	}
	return s.view(r)
}

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
		Crumbs:   []page.Option{{Label: v.House.Name, Href: v.To("/")}, {Label: w.T("layout.your_orders"), Href: v.To(b.home())}, {Label: o.Number}},
	}
	if err := b.read(); err != nil {
		return b.p, err
	}
	b.parties()
	b.money()
	b.lines()
	for _, fill := range []func() error{b.history, b.talk, b.personal, b.papers, b.ledger, b.review} {
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
	case s.Payment == order.Awaiting, s.Payment == order.Void, s.Payment == order.Refunded, s.Payment == order.Split, s.Payment == order.Released:
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
	if !o.PaidIn.Zero() {
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
	o, v, w := b.o, b.v, b.v.Words
	t := page.Table{Caption: w.T("order.ordered"), Pad: true, Stack: true, Cols: []page.Col{
		{Label: w.T("goods.goods"), Full: true}, {Label: w.T("goods.quantity"), Right: true, Lead: true}, {Label: w.T("listing.each"), Right: true, Fold: true}, {Label: w.T("order.sum"), Right: true, Money: true},
	}}
	for _, l := range o.Lines {
		note := l.SKU
		if l.Label != "" {
			note = l.Label + " · " + l.SKU
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: l.Title, Note: note, Href: v.To("/listings/" + string(l.Listing))}, {Text: w.Number(int64(l.Quantity))}, {Text: w.Money(l.UnitPrice)}, {Text: w.Money(l.Sum)},
		}})
	}
	b.p.Lines, b.p.Sums = t, sumTable(v, o)
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
	add(page.RowPlain, w.T("tax."+o.Tax.Label, "rate", w.Percent(o.Tax.Bps)), w.T("order.rounding_"+string(o.Tax.Rounding)), w.Money(o.Tax.Amount))
	add(page.RowSum, w.T("order.total"), "", w.Money(o.Total))
	return t
}

func (b *orderPage) history() error {
	entries, err := b.s.Orders.Book.History(b.ctx, b.o.ID)
	if err != nil {
		return err
	}
	w := b.v.Words
	for _, e := range entries {
		m := page.Moment{Title: w.T("step." + string(e.What)), When: w.When(e.At), At: e.At, Text: w.T("order.by_" + string(e.Role))}
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

// spoken opens a conversation for one of its sides.
func (s *Site) spoken(ctx context.Context, v *page.View, a market.Actor, t order.Thread, buyer, supplier string) ([]page.Message, error) {
	heard, err := s.Orders.Heard(ctx, a, t)
	if err != nil {
		return nil, err
	}
	out := make([]page.Message, len(heard))
	for i, m := range heard {
		out[i] = page.Message{From: buyer, When: v.Words.When(m.At), Text: m.Text, Mine: m.From == a.Business}
		if m.From == t.Supplier {
			out[i].From = supplier
		}
		if out[i].Mine {
			out[i].From = v.Words.T("order.you")
		}
	}
	return out, nil
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

func (b *orderPage) papers() error {
	_, err := b.s.Orders.Book.Invoice(b.ctx, b.o.ID)
	if market.KindOf(err) == market.NotFound {
		return nil
	}
	if err == nil {
		b.p.Papers = append(b.p.Papers, page.Option{Label: b.v.Words.T("order.invoice"), Href: b.v.To("/orders/" + string(b.o.ID) + "/invoice")})
	}
	return err
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
	b.p.Ledger = &t
	return nil
}

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

// acts offers the steps that the reader may take now.
func (b *orderPage) acts() {
	w, held := b.v.Words, b.v.Words.Money(b.o.Hold())
	for _, step := range order.Steps(b.o, b.a) {
		switch step {
		case order.StepPay:
			b.pay()
		case order.StepAccept:
			b.main(step, w.T("order.do_accept"))
		case order.StepRelease:
			b.main(step, w.T("order.do_release", "amount", held))
		case order.StepReceive:
			b.button(step, w.T("order.do_receive"))
		case order.StepCancel:
			b.button(step, w.T("order.do_cancel"))
		case order.StepEscalate:
			b.button(step, w.T("order.do_escalate"))
		case order.StepWithdraw:
			b.button(step, w.T("order.do_withdraw"))
		case order.StepAgree:
			b.main(step, w.T("order.do_agree", "amount", w.Money(b.wrong.Offer)))
		case order.StepShip:
			f := b.stepForm(step)
			b.add(page.ActForm{Main: true, Form: f, Fields: []page.Field{f.Field("carrier", w.T("order.carrier")).UpTo(80), f.Field("tracking", w.T("order.tracking")).UpTo(80)}}, step)
		case order.StepRefund:
			f := b.stepForm(step)
			b.add(page.ActForm{Form: f, Fields: []page.Field{b.amount(f)}}, step)
		case order.StepOffer:
			f := b.stepForm(step)
			b.add(page.ActForm{Main: true, Form: f, Fields: []page.Field{b.amount(f)}}, step)
		case order.StepDecide:
			f := b.stepForm(step)
			b.add(page.ActForm{Main: true, Form: f, Fields: []page.Field{b.amount(f)}}, step)
		case order.StepComplain:
			b.complain()
		}
	}
}

func (b *orderPage) pay() {
	p := b.o.Provider
	switch {
	case b.a.Operator && p == "transfer":
		b.main(order.StepPay, b.v.Words.T("order.do_confirm", "amount", b.v.Words.Money(b.o.Total)))
	case !b.a.Operator:
		b.p.Main = &page.Act{Label: b.v.Words.T("order.do_pay"), Href: b.v.To("/payments/" + string(b.o.Group))}
	}
}

func (b *orderPage) path(step order.Step) string {
	return b.v.To("/orders/" + string(b.o.ID) + "/" + string(step))
}

func (b *orderPage) main(step order.Step, label string) {
	b.p.Main = &page.Act{Label: label, Action: b.path(step), Key: freshKey()}
}

func (b *orderPage) button(step order.Step, label string) {
	b.p.Acts = append(b.p.Acts, page.Act{Label: label, Action: b.path(step), Key: freshKey()})
}

func (b *orderPage) stepForm(step order.Step) page.Form {
	f := page.Form{ID: string(step), Action: b.path(step), Key: freshKey()}
	if b.step == step {
		f.Values, f.Faults = b.form.Values, b.form.Faults
	}
	return f
}

func (b *orderPage) amount(f page.Form) page.Field {
	return f.Field("amount", b.v.Words.T("order.amount_in", "currency", string(b.o.Total.Currency))).Saying(b.v.Words.T("order.amount_hint", "most", b.o.Hold().Decimal())).Must().UpTo(20)
}

func (b *orderPage) add(f page.ActForm, step order.Step) {
	w := b.v.Words
	f.ID, f.Title, f.Lead, f.Button = string(step), w.T("order.form_"+string(step)), w.T("order.form_"+string(step)+"_lead"), w.T("order.form_"+string(step)+"_do")
	b.p.Forms = append(b.p.Forms, f)
}

func (b *orderPage) complain() {
	w := b.v.Words
	b.p.Acts = append(b.p.Acts, page.Act{Label: w.T("order.form_complain"), Href: "#complain"})
	f := b.stepForm(order.StepComplain)
	var reasons []page.Option
	for _, reason := range order.Reasons {
		reasons = append(reasons, page.Option{Value: string(reason), Label: w.T("reason." + string(reason)), Hint: w.T("reason." + string(reason) + "_hint")})
	}
	radio := f.Choices("reason", w.T("order.form_complain_what"), reasons)
	radio.Columns = true
	now, t := b.s.Now(), b.s.Orders.Times
	b.add(page.ActForm{Brick: true, Form: f, Radio: &radio, Fields: []page.Field{b.amount(f)}, Areas: []page.Field{f.Field("text", w.T("order.form_complain_text")).Must().UpTo(4_000)}, Steps: []page.Line{
		{Label: w.T("order.today"), Note: w.T("order.complain_1")}, {Label: w.T("order.by", "day", w.Day(now.Add(t.Answer))), Note: w.T("order.complain_2")},
		{Label: w.T("order.by", "day", w.Day(now.Add(2*t.Answer))), Note: w.T("order.complain_3")}, {Label: w.T("order.by", "day", w.Day(now.Add(2*t.Answer+t.Decide))), Note: w.T("order.complain_4")},
	}}, order.StepComplain)
}

// move answers POST /orders/{id}/{step}.
func (s *Site) move(w http.ResponseWriter, r *http.Request) error {
	id, step := order.ID(r.PathValue("id")), order.Step(r.PathValue("step"))
	var err error
	switch step {
	case "message":
		if actor(r).Operator {
			return outside
		}
		_, err = s.Orders.Tell(r.Context(), actor(r), id, r.PostFormValue("text"), once(r))
	case "review":
		stars, _ := strconv.Atoi(r.PostFormValue("stars")) // anything else is 0, which is refused
		err = s.Orders.Rate(r.Context(), actor(r), id, stars, r.PostFormValue("text"))
	default:
		err = s.step(r, id, step)
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showOrder(w, r, step, f) })
	}
	return s.seeOther(w, r, "/orders/"+string(id), "order."+string(step))
}

func (s *Site) step(r *http.Request, id order.ID, step order.Step) error {
	act := order.Act{
		Step: step, Reason: order.Reason(r.PostFormValue("reason")), Text: r.PostFormValue("text"),
		Carrier: r.PostFormValue("carrier"), Tracking: r.PostFormValue("tracking"), Once: once(r),
	}
	if text := strings.TrimSpace(r.PostFormValue("amount")); text != "" || step == order.StepRefund || step == order.StepOffer || step == order.StepDecide || step == order.StepComplain {
		o, err := s.Orders.Order(r.Context(), actor(r), id)
		if err != nil {
			return err
		}
		if act.Amount, err = market.ParseMoney(text, o.Total.Currency); err != nil {
			faults := FaultsOf(err)
			for _, f := range faults {
				f.Field = "amount"
			}
			return cmp.Or(faults.Err(), err)
		}
	}
	_, err := s.Orders.Move(r.Context(), actor(r), id, act)
	return err
}

// invoice answers GET /orders/{id}/invoice.
func (s *Site) invoice(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Orders.Order(r.Context(), actor(r), order.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	inv, err := s.Orders.Book.Invoice(r.Context(), o.ID)
	if err != nil {
		return err
	}
	postal, err := s.Orders.Postal(r.Context(), actor(r), o)
	if err != nil {
		return err
	}
	private, err := s.Orders.Private(r.Context(), actor(r), o)
	if err != nil {
		return err
	}
	v := s.viewOf(r, o)
	b := orderPage{v: v, o: o, a: actor(r)}
	b.lines()
	words := v.Words
	seller, err := s.Orders.Seller(r.Context(), actor(r), o, inv)
	if err != nil {
		return err
	}
	number := inv.Text()
	b.p.Lines.Caption = ""
	b.p.Lines.Label = words.T("order.ordered")
	p := page.Invoice{
		Number: number, Title: words.T("order.invoice_title", "number", number), From: from(words, o, seller),
		To: postal.Lines(""), Lines: b.p.Lines, Sums: b.p.Sums, Back: v.To("/orders/" + string(o.ID)), BackText: words.T("order.order", "number", o.Number),
		Facts: []page.Line{{Label: words.T("order.issued"), Amount: words.Day(inv.Issued)}, {Label: words.T("order.number"), Amount: o.Number}, {Label: words.T("order.placed"), Amount: words.Day(o.Placed)}},
		Notes: []string{words.T("tax." + o.Tax.Label + "_note"), words.T("order.invoice_protected")},
	}
	if private.PurchaseOrder != "" {
		p.Facts = append(p.Facts, page.Line{Label: words.T("order.purchase_order"), Amount: private.PurchaseOrder})
	}
	v.Title = p.Title
	return s.show(w, r, page.InvoicePage(v, p))
}

// from is who issued an invoice, line by line: as the register has it, and the
// name it trades under where that is another.
func from(w *words.Words, o order.Order, by order.Seller) []string {
	lines := []string{cmp.Or(by.Name, o.SupplierName)}
	if lines[0] != o.SupplierName {
		lines = append(lines, o.SupplierName)
	}
	if by.City != "" {
		lines = append(lines, by.City)
	}
	lines = append(lines, w.Country(cmp.Or(by.Country, o.ShipFrom)))
	if by.TaxNumber != "" {
		lines = append(lines, w.T("order.tax_number", "number", by.TaxNumber))
	}
	return lines
}
