package web

import (
	"context"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/market/party"
)

// orderDoc is an order as a list shows it; nothing in it is sealed.
type orderDoc struct {
	ID          order.ID       `json:"id"`
	GroupID     order.GroupID  `json:"group_id"`
	Number      string         `json:"number" doc:"For people."`
	Buyer       sideDoc        `json:"buyer"`
	Supplier    sideDoc        `json:"supplier"`
	Status      statusDoc      `json:"status"`
	Lines       []orderLineDoc `json:"lines"`
	Goods       market.Money   `json:"goods"`
	Freight     freightDoc     `json:"freight"`
	Tax         taxDoc         `json:"tax"`
	Money       balanceDoc     `json:"money"`
	Payment     string         `json:"payment" doc:"Way of paying."`
	LeadDays    int            `json:"lead_days"`
	Carrier     string         `json:"carrier,omitempty"`
	Placed      time.Time      `json:"placed"`
	Changed     time.Time      `json:"changed"`
	Transitions []order.Step   `json:"transitions" doc:"What you may do with it now."`
}

type sideDoc struct {
	ID      market.BusinessID `json:"id"`
	Name    string            `json:"name"`
	Country string            `json:"country" doc:"Where the goods go to, or come from."`
}

type statusDoc struct {
	Payment    order.Payment    `json:"payment" enum:"awaiting,held,released,refunded,split,void,refused" doc:"Refused: paid, but the provider refused the money in the end; nothing was taken, and nothing goes back."`
	Fulfilment order.Fulfilment `json:"fulfilment" enum:"new,accepted,shipped,received,cancelled"`
	Dispute    order.Dispute    `json:"dispute" enum:"none,open,offered,escalated,settled"`
}

type orderLineDoc struct {
	VariantID   catalog.VariantID `json:"variant_id"`
	ListingID   catalog.ListingID `json:"listing_id"`
	SKU         string            `json:"sku"`
	Title       string            `json:"title"`
	Label       string            `json:"label,omitempty"`
	Unit        string            `json:"unit"`
	Quantity    market.Quantity   `json:"quantity"`
	UnitPrice   market.Money      `json:"unit_price"`
	Sum         market.Money      `json:"sum"`
	WeightGrams int64             `json:"weight_grams" doc:"Of a unit."`
	HSCode      string            `json:"hs_code"`
	Origin      string            `json:"origin"`
}

// balanceDoc says where an order's money is: held = paid_in − released − refunded.
// Where the payment was refused in the end, all four are zero: what was booked is
// booked back, and none of it ever moved.
type balanceDoc struct {
	Total    market.Money `json:"total" doc:"Goods, freight and tax."`
	PaidIn   market.Money `json:"paid_in"`
	Held     market.Money `json:"held"`
	Released market.Money `json:"released"`
	Refunded market.Money `json:"refunded"`
}

func (a api) orderOf(o order.Order, by market.Actor) orderDoc {
	out := orderDoc{
		ID: o.ID, GroupID: o.Group, Number: o.Number, Buyer: sideDoc{o.Buyer, o.BuyerName, o.ShipTo}, Supplier: sideDoc{o.Supplier, o.SupplierName, o.ShipFrom},
		Status: statusDoc(o.Status), Lines: make([]orderLineDoc, len(o.Lines)), Goods: o.Goods, Freight: freightDoc(o.Freight), Tax: taxOf(o.Tax),
		Money:   balanceDoc{o.Total, o.PaidIn, o.Hold(), o.Out, o.Back},
		Payment: o.Provider, LeadDays: o.LeadDays, Carrier: o.Carrier, Placed: o.Placed.UTC(), Changed: o.Changed.UTC(), Transitions: []order.Step{},
	}
	if o.Status.Payment == order.Refused {
		none := market.Of(0, o.Total.Currency)
		out.Money = balanceDoc{o.Total, none, none, none, none}
	}
	for i, l := range o.Lines {
		out.Lines[i] = orderLineDoc{l.Variant, l.Listing, l.SKU, l.Title, l.Label, l.Unit, l.Quantity, l.UnitPrice, l.Sum, l.Grams, l.HSCode, l.Origin}
	}
	for _, step := range order.Steps(o, by) {
		if step != order.StepPay || a.byOperator(o.Provider) == by.Operator {
			out.Transitions = append(out.Transitions, step)
		}
	}
	return out
}

// byOperator tells whether the operator confirms that such a payment arrived.
func (a api) byOperator(provider string) bool {
	for _, p := range a.Orders.Providers {
		if p.Name() == provider {
			return p.ByOperator()
		}
	}
	return false
}

type groupDoc struct {
	ID      order.GroupID  `json:"group_id"`
	Orders  []orderDoc     `json:"orders"`
	Amounts []market.Money `json:"amounts" doc:"To be paid, one for each currency."`
}

type placeCall struct {
	Key  string `header:"Idempotency-Key" maxLength:"80" doc:"Your own: repeated with the same body it orders nothing more and gets the same answer."`
	Body placeDoc
}

type placeDoc struct {
	Cart          order.CartID      `json:"cart_id,omitempty" maxLength:"36" doc:"Your own cart; may be left out."`
	Address       party.AddressID   `json:"address_id" maxLength:"36"`
	Shipping      map[string]string `json:"shipping,omitempty" maxProperties:"100" doc:"Freight method by supplier, its slug or id; the cheapest where none is given."`
	Payment       string            `json:"payment" maxLength:"40" doc:"Way of paying, such as card or transfer."`
	Currency      string            `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Wanted; a supplier without prices in it sells in its own."`
	PurchaseOrder string            `json:"purchase_order,omitempty" maxLength:"40" doc:"Your own number."`
	Agreed        string            `json:"agreed,omitempty" maxLength:"64" doc:"As the cart gave it."`
	LeaveOut      bool              `json:"leave_out,omitempty" doc:"Order what can be had and leave the rest in the cart."`
}

func (a api) placeOrders(ctx context.Context, in *placeCall) (*made[groupDoc], error) {
	b := in.Body
	once, err := a.onceFor(in.Key, "POST /orders", b)
	if err != nil {
		return nil, err
	}
	currency, err := a.currency("currency", b.Currency)
	if err != nil {
		return nil, err
	}
	shipping, err := a.shipping(ctx, b.Shipping)
	if err != nil {
		return nil, err
	}
	by := actorIn(ctx)
	g, err := a.Orders.Place(ctx, by, order.PlaceInput{
		Cart: b.Cart, Address: b.Address, Currency: currency, Shipping: shipping, Payment: b.Payment,
		PurchaseOrder: b.PurchaseOrder, Agreed: b.Agreed, LeaveOut: b.LeaveOut, Once: once,
	})
	if err != nil {
		return nil, err
	}
	out := &made[groupDoc]{apiRoot + "/orders?group=" + string(g.ID), groupDoc{g.ID, make([]orderDoc, len(g.Orders)), g.Amounts}}
	for i, o := range g.Orders {
		out.Body.Orders[i] = a.orderOf(o, by)
	}
	return out, nil
}

// shipping reads which way each supplier is to send.
func (a api) shipping(ctx context.Context, asked map[string]string) (map[market.BusinessID]string, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	firms, err := a.firms(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[market.BusinessID]string, len(asked))
	var fs market.Faults
	for name, method := range asked {
		id := firms.id(name)
		if id == "" {
			fs.Add("shipping."+name, "There is no such supplier.", "Name it by the slug or id that the cart shows.")
		}
		out[id] = method
	}
	return out, fs.Err()
}

type ordersDoc struct {
	Orders []orderDoc `json:"orders"`
	Next   string     `json:"next,omitempty" doc:"Cursor of the next page; not there on the last."`
}

type ordersCall struct {
	Role   string `query:"role" enum:"buyer,supplier,operator" doc:"On which side; what your business does, if left out."`
	Group  string `query:"group" maxLength:"36" doc:"Of one checkout."`
	Cursor string `query:"cursor" maxLength:"36"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

func (a api) orders(ctx context.Context, in *ordersCall) (*answer[ordersDoc], error) {
	by, before := actorIn(ctx), order.ID(in.Cursor)
	if before != "" && !market.IsID(before) {
		return nil, wrongCursor()
	}
	if in.Group != "" && !market.IsID(order.GroupID(in.Group)) {
		return nil, &market.Fault{Kind: market.Invalid, Field: "query.group", Msg: "This is no checkout.", Fix: "Give the group_id that POST /orders answered."}
	}
	role := market.Role(in.Role)
	if role == "" {
		role = sideMost(by)
	}
	if by.Operator != (role == market.Operator) {
		return nil, market.Missing("This list")
	}
	list, err := a.Orders.Orders(ctx, by, role, order.Filter{Group: order.GroupID(in.Group), Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := ordersDoc{Orders: []orderDoc{}}
	for i, o := range list {
		if i == in.Limit {
			out.Next = string(list[i-1].ID)
			break
		}
		out.Orders = append(out.Orders, a.orderOf(o, by))
	}
	return answered(out)
}

// sideMost is the side on which an actor's orders are looked for unasked.
func sideMost(a market.Actor) market.Role {
	switch {
	case a.Operator:
		return market.Operator
	case a.Sells && !a.Buys:
		return market.Supplier
	}
	return market.Buyer
}

// wholeOrderDoc is an order with what is sealed on it, for its parties and the
// operator.
type wholeOrderDoc struct {
	orderDoc
	Address       postalDoc     `json:"address"`
	PurchaseOrder string        `json:"purchase_order,omitempty"`
	Tracking      string        `json:"tracking,omitempty"`
	Complaint     *complaintDoc `json:"complaint,omitempty"`
	History       []entryDoc    `json:"history"`
	Clocks        []clockDoc    `json:"clocks" doc:"What happens by itself if nobody does anything."`
}

type complaintDoc struct {
	Reason  order.Reason  `json:"reason"`
	Text    string        `json:"text"`
	Wanted  market.Money  `json:"wanted"`
	Offer   *market.Money `json:"offer,omitempty"`
	Award   *market.Money `json:"award,omitempty" doc:"What went back in the end."`
	Opened  time.Time     `json:"opened"`
	Settled *time.Time    `json:"settled,omitempty"`
}

type entryDoc struct {
	At     time.Time     `json:"at"`
	Role   market.Role   `json:"role" doc:"Whose step it was: buyer, supplier, operator, or clock."`
	Step   order.Step    `json:"step"`
	Amount *market.Money `json:"amount,omitempty"`
	Status statusDoc     `json:"status" doc:"After it."`
}

type clockDoc struct {
	Kind order.ClockKind `json:"kind"`
	Due  time.Time       `json:"due"`
}

type orderCall struct {
	ID order.ID `path:"id" maxLength:"36"`
}

func (a api) order(ctx context.Context, in *orderCall) (*answer[wholeOrderDoc], error) {
	by := actorIn(ctx)
	o, err := a.Orders.Order(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	out := wholeOrderDoc{orderDoc: a.orderOf(o, by), History: []entryDoc{}, Clocks: []clockDoc{}}
	postal, err := a.Orders.Postal(ctx, by, o)
	if err != nil {
		return nil, err
	}
	private, err := a.Orders.Private(ctx, by, o)
	if err != nil {
		return nil, err
	}
	out.Address, out.PurchaseOrder, out.Tracking = postalDoc(postal), private.PurchaseOrder, private.Tracking
	if o.Status.Dispute != order.None {
		c, err := a.Orders.Book.Complaint(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		out.Complaint = &complaintDoc{c.Reason, private.Complaint, c.Wanted, moneyOrNone(c.Offer), moneyOrNone(c.Award), c.Opened.UTC(), timeOrNone(c.Settled)}
	}
	entries, err := a.Orders.Book.History(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		out.History = append(out.History, entryDoc{e.At.UTC(), e.Role, e.What, moneyOrNone(e.Amount), statusDoc(e.To)})
	}
	clocks, err := a.Orders.Book.Clocks(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range clocks {
		out.Clocks = append(out.Clocks, clockDoc{c.Kind, c.Due.UTC()})
	}
	return answered(out)
}

// moneyOrNone is an amount that may be missing.
func moneyOrNone(m market.Money) *market.Money {
	if m.Currency == "" {
		return nil
	}
	return &m
}
