package order

import "slices"

// Step is a command that moves an order.
type Step string

const (
	StepPlace    Step = "place"
	StepPay      Step = "pay"
	StepExpire   Step = "expire"
	StepAccept   Step = "accept"
	StepCancel   Step = "cancel"
	StepShip     Step = "ship"
	StepReceive  Step = "receive"
	StepRelease  Step = "release"
	StepRefund   Step = "refund"
	StepComplain Step = "complain"
	StepOffer    Step = "offer"
	StepAgree    Step = "agree"
	StepEscalate Step = "escalate"
	StepDecide   Step = "decide"
	StepWithdraw Step = "withdraw"
	StepBounce   Step = "bounce"
)

// The three machines; docs/states.md draws them, and a test compares.
var (
	nextPayment = map[Payment][]Payment{
		Awaiting: {Held, Void},
		Held:     {Released, Refunded, Split, Refused},
		Refunded: {Refused},
	}
	nextFulfilment = map[Fulfilment][]Fulfilment{
		New:      {Accepted, Cancelled},
		Accepted: {Shipped, Cancelled},
		Shipped:  {Received},
	}
	nextDispute = map[Dispute][]Dispute{
		None:      {Open},
		Open:      {Offered, Escalated, Settled},
		Offered:   {Offered, Escalated, Settled},
		Escalated: {Settled},
	}
)

// Who may take a step, and from which status it leaves. The rules of each step
// stand with its function; a test walks every step from every status.
type gate struct {
	by         []side
	payment    []Payment
	fulfilment []Fulfilment
	dispute    []Dispute
}

type side uint8

const (
	buyer side = iota
	supplier
	operator
	clock
)

// calm are the disputes that freeze nothing.
var calm = []Dispute{None, Settled}

var gates = map[Step]gate{
	StepPay:      {[]side{buyer, operator}, []Payment{Awaiting}, []Fulfilment{New}, []Dispute{None}},
	StepExpire:   {[]side{clock}, []Payment{Awaiting}, []Fulfilment{New}, []Dispute{None}},
	StepAccept:   {[]side{supplier}, []Payment{Held}, []Fulfilment{New}, []Dispute{None}},
	StepCancel:   {[]side{buyer, supplier, operator, clock}, []Payment{Awaiting, Held}, []Fulfilment{New, Accepted}, []Dispute{None}},
	StepShip:     {[]side{supplier}, []Payment{Held}, []Fulfilment{Accepted}, []Dispute{None}},
	StepReceive:  {[]side{buyer, clock}, []Payment{Held}, []Fulfilment{Shipped}, calm},
	StepRelease:  {[]side{buyer, clock}, []Payment{Held}, []Fulfilment{Shipped, Received}, calm},
	StepRefund:   {[]side{supplier}, []Payment{Held}, []Fulfilment{Accepted, Shipped, Received}, calm},
	StepComplain: {[]side{buyer}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{None}},
	StepOffer:    {[]side{supplier}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{Open, Offered}},
	StepAgree:    {[]side{buyer}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{Offered}},
	StepEscalate: {[]side{buyer, supplier, clock}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{Open, Offered}},
	StepDecide:   {[]side{operator, clock}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{Open, Offered, Escalated}},
	StepWithdraw: {[]side{buyer}, []Payment{Held}, []Fulfilment{Shipped, Received}, []Dispute{Open, Offered, Escalated}},
	StepBounce:   {[]side{clock}, []Payment{Held, Refunded}, []Fulfilment{New, Accepted, Cancelled}, []Dispute{None}},
}

func (g gate) lets(s side, at Status) bool {
	return slices.Contains(g.by, s) && slices.Contains(g.payment, at.Payment) &&
		slices.Contains(g.fulfilment, at.Fulfilment) && slices.Contains(g.dispute, at.Dispute)
}
