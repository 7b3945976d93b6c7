package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/order"
	"kontor/web/page"
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
	case s.Payment == order.Refused:
		key, tone = "refused", page.Bad
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
