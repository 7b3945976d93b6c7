package web

import (
	"context"
	"time"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
)

type ledgerDoc struct {
	Transactions []transactionDoc `json:"transactions" doc:"Oldest first."`
	Sums         []market.Money   `json:"sums" doc:"Of all postings, one for each currency: always zero."`
}

type transactionDoc struct {
	ID       ledger.TransactionID `json:"id"`
	Kind     ledger.Kind          `json:"kind" enum:"paid_in,released,refunded,paid_out" doc:"Of an order whose payment was refused in the end, paid_in and refunded are bookings alone."`
	At       time.Time            `json:"at"`
	Postings []postingDoc         `json:"postings"`
}

type postingDoc struct {
	Account ledger.AccountKind `json:"account" enum:"provider,hold,payable,commission"`
	Owner   string             `json:"owner,omitempty" doc:"Way of paying, order, or business."`
	Amount  market.Money       `json:"amount" doc:"Debit positive, credit negative."`
}

func (a api) orderLedger(ctx context.Context, in *orderCall) (*answer[ledgerDoc], error) {
	o, err := a.Orders.Order(ctx, actorIn(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	moves, err := a.Money.Journal.Transactions(ctx, ledger.Filter{Order: string(o.ID), Limit: 500})
	if err != nil {
		return nil, err
	}
	out := ledgerDoc{Transactions: make([]transactionDoc, len(moves)), Sums: []market.Money{}}
	total := market.Of(0, o.Total.Currency) // an order has one currency
	for i, t := range moves {
		doc := transactionDoc{t.ID, t.Kind, t.At.UTC(), make([]postingDoc, len(t.Postings))}
		for j, p := range t.Postings {
			doc.Postings[j] = postingDoc{p.Account.Kind, p.Account.Owner, p.Amount}
			total = total.Add(p.Amount)
		}
		out.Transactions[len(moves)-1-i] = doc
	}
	out.Sums = append(out.Sums, total)
	return answered(out)
}

type talkDoc struct {
	ThreadID order.ThreadID `json:"thread_id" doc:"Empty while nobody said anything."`
	Messages []messageDoc   `json:"messages" doc:"Oldest first."`
}

type messageDoc struct {
	ID   order.MessageID   `json:"id"`
	From market.BusinessID `json:"from"`
	Text string            `json:"text"`
	At   time.Time         `json:"at"`
}

func (a api) messages(ctx context.Context, in *orderCall) (*answer[talkDoc], error) {
	by := actorIn(ctx)
	o, err := a.Orders.Order(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := a.Orders.Threads.ThreadOfOrder(ctx, o.ID)
	if market.KindOf(err) == market.NotFound {
		return answered(talkDoc{Messages: []messageDoc{}})
	}
	if err != nil {
		return nil, err
	}
	heard, err := a.Orders.Heard(ctx, by, t)
	if err != nil {
		return nil, err
	}
	out := talkDoc{t.ID, make([]messageDoc, len(heard))}
	for i, m := range heard {
		out.Messages[i] = messageDoc{m.ID, m.From, m.Text, m.At.UTC()}
	}
	return answered(out)
}

type sayCall struct {
	ID   order.ID `path:"id" maxLength:"36"`
	Key  string   `header:"Idempotency-Key" maxLength:"80" doc:"Your own: repeated, nothing is said twice."`
	Body sayDoc
}

type sayDoc struct {
	Text string `json:"text" maxLength:"4000"`
}

type saidDoc struct {
	ThreadID order.ThreadID `json:"thread_id"`
}

func (a api) sendMessage(ctx context.Context, in *sayCall) (*made[saidDoc], error) {
	by := actorIn(ctx)
	path := "/orders/" + string(in.ID) + "/messages"
	once, err := a.onceFor(in.Key, "POST "+path, in.Body)
	if err != nil {
		return nil, err
	}
	if by.Operator {
		return nil, &market.Fault{Kind: market.Forbidden, Msg: "An order's conversation is its buyer's and its supplier's.", Fix: "Decide a complaint, or write them a letter."}
	}
	t, err := a.Orders.Tell(ctx, by, in.ID, in.Body.Text, once)
	if err != nil {
		return nil, err
	}
	return &made[saidDoc]{apiRoot + path, saidDoc{t.ID}}, nil
}

type invoiceDoc struct {
	Number        string         `json:"number" doc:"Without gaps in the supplier's series of a year."`
	Issued        time.Time      `json:"issued"`
	OrderID       order.ID       `json:"order_id"`
	OrderNumber   string         `json:"order_number"`
	Supplier      sideDoc        `json:"supplier"`
	Seller        registeredDoc  `json:"seller" doc:"Who issued it, as the supplier's legal data was on that day."`
	Customer      registeredDoc  `json:"customer" doc:"Who got it, as the buyer's legal data was on that day."`
	Buyer         sideDoc        `json:"buyer"`
	Address       postalDoc      `json:"address"`
	PurchaseOrder string         `json:"purchase_order,omitempty"`
	Lines         []orderLineDoc `json:"lines"`
	Goods         market.Money   `json:"goods"`
	Freight       freightDoc     `json:"freight"`
	Tax           taxDoc         `json:"tax"`
	Total         market.Money   `json:"total"`
	Reduced       *reducedDoc    `json:"reduced,omitempty" doc:"What of the total went back before the invoice was issued."`
	CreditNotes   []creditDoc    `json:"credit_notes" doc:"What was given back since, oldest first."`
}

type registeredDoc struct {
	Name      string `json:"name" doc:"In the register; the name it trades under where none was given."`
	TradeName string `json:"trade_name"`
	TaxNumber string `json:"tax_number,omitempty"`
	Street    string `json:"street,omitempty"`
	Postcode  string `json:"postcode,omitempty"`
	City      string `json:"city,omitempty"`
	Country   string `json:"country"`
}

type reducedDoc struct {
	Amount     market.Money `json:"amount" doc:"Tax included."`
	Tax        market.Money `json:"tax" doc:"In the amount."`
	BaseAfter  market.Money `json:"base_after" doc:"Taxable amount that the invoice charges after it."`
	TaxAfter   market.Money `json:"tax_after" doc:"Tax that the invoice charges after it."`
	TotalAfter market.Money `json:"total_after" doc:"What the invoice charges after it, tax included."`
}

func reducedOf(o order.Order, before order.Returned) *reducedDoc {
	if before.Amount.Zero() {
		return nil
	}
	left := o.Charged(before)
	return &reducedDoc{before.Amount, before.Tax, left.Net(), left.Tax, left.Amount}
}

type creditDoc struct {
	Number string       `json:"number" doc:"Without gaps in the supplier's series of a year."`
	Issued time.Time    `json:"issued"`
	Amount market.Money `json:"amount" doc:"Tax included."`
	Tax    market.Money `json:"tax" doc:"In the amount."`
}

func (a api) invoice(ctx context.Context, in *orderCall) (*answer[invoiceDoc], error) {
	by := actorIn(ctx)
	o, inv, notes, err := a.settled(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	postal, err := a.Orders.Postal(ctx, by, o)
	if err != nil {
		return nil, err
	}
	private, err := a.Orders.Private(ctx, by, o)
	if err != nil {
		return nil, err
	}
	sides, err := a.Orders.Sides(ctx, by, o, inv)
	if err != nil {
		return nil, err
	}
	before, parts := o.Credited(notes)
	d := a.orderOf(o, by)
	out := invoiceDoc{
		Number: inv.Text(), Issued: inv.Issued.UTC(), OrderID: o.ID, OrderNumber: o.Number,
		Seller: registeredDoc(sides.Seller), Customer: registeredDoc(sides.Buyer),
		Supplier: d.Supplier, Buyer: d.Buyer, Address: postalDoc(postal), PurchaseOrder: private.PurchaseOrder,
		Lines: d.Lines, Goods: d.Goods, Freight: d.Freight, Tax: d.Tax, Total: o.Total,
		Reduced: reducedOf(o, before), CreditNotes: make([]creditDoc, len(notes)),
	}
	for i, n := range notes {
		out.CreditNotes[i] = creditDoc{n.Text(), n.Issued.UTC(), parts[i].Amount, parts[i].Tax}
	}
	return answered(out)
}
