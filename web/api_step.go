package web

import (
	"context"
	"encoding/json"
	"reflect"

	"kontor/market"
	"kontor/market/order"

	"github.com/danielgtaylor/huma/v2"
)

// stepCall is a step on an order; B is what it brings along, if anything.
type stepCall[B any] struct {
	ID   order.ID `path:"id" maxLength:"36"`
	Key  string   `header:"Idempotency-Key" maxLength:"80" doc:"Your own: repeated, the step has no second effect. Refund and decide must have one."`
	Body *B
}

// nothingDoc is the body of a step that brings nothing along.
type nothingDoc struct{}

type cardDoc struct {
	Card string `json:"card,omitempty" maxLength:"40" doc:"Number; the demo's card charges its test number without one."`
}

type shipmentDoc struct {
	Carrier  string `json:"carrier,omitempty" maxLength:"80"`
	Tracking string `json:"tracking,omitempty" maxLength:"80"`
}

type sumDoc struct {
	Amount *amountDoc `json:"amount,omitempty" doc:"All that is held, if left out; decide must have it."`
}

type newComplaintDoc struct {
	Reason order.Reason `json:"reason" enum:"fewer,damaged,other,nothing" doc:"Fewer pieces than ordered, damaged or faulty, not what was ordered, nothing arrived."`
	Text   string       `json:"text" maxLength:"4000" doc:"The supplier reads it."`
	Amount *amountDoc   `json:"amount,omitempty" doc:"You would like back; all that is held, if left out."`
}

// amountDoc is an amount as programs may write it: {"minor","currency"}, or a
// decimal number as text, in the order's currency.
type amountDoc struct {
	Minor    int64           `json:"minor"`
	Currency market.Currency `json:"currency"`
	Decimal  string          `json:"-"`
}

// UnmarshalJSON reads either form.
func (m *amountDoc) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &m.Decimal)
	}
	var money market.Money
	err := json.Unmarshal(text, &money)
	m.Minor, m.Currency = money.Minor, money.Currency
	return err
}

// MarshalJSON writes the form that was read.
func (m amountDoc) MarshalJSON() ([]byte, error) {
	if m.Decimal != "" {
		return json.Marshal(m.Decimal)
	}
	return json.Marshal(market.Of(m.Minor, m.Currency))
}

// Schema describes both forms.
func (amountDoc) Schema(r huma.Registry) *huma.Schema {
	most := 20
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[market.Money](), true, "Money"),
		{Type: huma.TypeString, MaxLength: &most, Examples: []any{"12.50"}},
	}}
}

func (a api) pay(ctx context.Context, in *stepCall[cardDoc]) (*answer[orderDoc], error) {
	act := order.Act{Step: order.StepPay}
	if in.Body != nil {
		act.Instrument = in.Body.Card
	}
	out, err := takeStep(a, ctx, in, act, nil)
	return out, renamed(err, "payment", "card")
}

func (a api) ship(ctx context.Context, in *stepCall[shipmentDoc]) (*answer[orderDoc], error) {
	act := order.Act{Step: order.StepShip}
	if in.Body != nil {
		act.Carrier, act.Tracking = in.Body.Carrier, in.Body.Tracking
	}
	return takeStep(a, ctx, in, act, nil)
}

func (a api) complain(ctx context.Context, in *stepCall[newComplaintDoc]) (*answer[orderDoc], error) {
	if in.Body == nil {
		in.Body = &newComplaintDoc{}
	}
	return takeStep(a, ctx, in, order.Act{Step: order.StepComplain, Reason: in.Body.Reason, Text: in.Body.Text}, in.Body.Amount)
}

// plainStep is a step that brings nothing along.
func plainStep(step order.Step) func(api, context.Context, *stepCall[nothingDoc]) (*answer[orderDoc], error) {
	return func(a api, ctx context.Context, in *stepCall[nothingDoc]) (*answer[orderDoc], error) {
		return takeStep(a, ctx, in, order.Act{Step: step}, nil)
	}
}

// sumStep is a step about an amount.
func sumStep(step order.Step) func(api, context.Context, *stepCall[sumDoc]) (*answer[orderDoc], error) {
	return func(a api, ctx context.Context, in *stepCall[sumDoc]) (*answer[orderDoc], error) {
		if in.Body == nil {
			in.Body = &sumDoc{}
		}
		return takeStep(a, ctx, in, order.Act{Step: step}, in.Body.Amount)
	}
}

// takeStep takes a step and answers with the order after it.
func takeStep[B any](a api, ctx context.Context, in *stepCall[B], act order.Act, amount *amountDoc) (_ *answer[orderDoc], err error) {
	by := actorIn(ctx)
	if in.Key == "" && (act.Step == order.StepRefund || act.Step == order.StepDecide) {
		return nil, &market.Fault{Kind: market.Invalid, Field: "header.Idempotency-Key", Msg: "This step moves money, and nothing tells its repetition from another one.", Fix: "Send an Idempotency-Key header of your own, new with each step that you mean."}
	}
	if act.Step == order.StepDecide && amount == nil {
		return nil, &market.Fault{Kind: market.Invalid, Field: "amount", Msg: "Nothing says how much goes back.", Fix: `Write {"amount":"12.50"}; "0" gives all to the supplier.`}
	}
	if act.Once, err = a.onceFor(in.Key, "POST /orders/"+string(in.ID)+"/"+string(act.Step), in.Body); err != nil {
		return nil, err
	}
	switch {
	case amount != nil && amount.Decimal != "":
		o, err := a.Orders.Order(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		if act.Amount, err = market.ParseMoney(amount.Decimal, o.Total.Currency); err != nil {
			return nil, renamed(err, "", "amount")
		}
	case amount != nil && amount.Currency == "":
		return nil, &market.Fault{Kind: market.Invalid, Field: "amount", Msg: "The amount is empty.", Fix: `Write {"minor":1250,"currency":"EUR"} or "12.50", or leave it out for all that is held.`}
	case amount != nil:
		act.Amount = market.Of(amount.Minor, amount.Currency)
	}
	o, err := a.Orders.Move(ctx, by, in.ID, act)
	if err != nil {
		return nil, err
	}
	return answered(a.orderOf(o, by))
}
