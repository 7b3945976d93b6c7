package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/shield"
	"kontor/web/page"
)

// buyerRoutes are the way from the cart to the goods. The cart itself is for
// guests too.
var buyerRoutes = []route{
	{"GET /cart", anybody, (*Site).cart},
	{"POST /cart/lines", anybody, (*Site).putLine},
	{"GET /checkout", member, (*Site).checkout},
	{"POST /checkout", buying, (*Site).placeOrder},
	{"GET /payments/{group}", buying, (*Site).payment},
	{"POST /payments/{group}", buying, (*Site).pay},
	{"GET /orders", member, (*Site).orders},
	{"GET /orders/{id}", member, (*Site).order},
	{"POST /orders/{id}/{step}", member, (*Site).move},
	{"GET /orders/{id}/invoice", member, (*Site).invoice},
	{"GET /orders/{id}/credit-notes/{number}", member, (*Site).creditNote},
	{"GET /listings/{id}/questions", member, (*Site).askAgain},
	{"POST /listings/{id}/questions", anybody, (*Site).ask},
	{"GET /messages", member, (*Site).messages},
	{"GET /messages/{id}", member, (*Site).conversation},
	{"POST /messages/{id}", member, (*Site).answer},
}

// choice is what a checkout's address or form says.
type choice struct {
	address  party.AddressID
	shipping map[market.BusinessID]string
	payment  string
}

func readChoice(values map[string][]string) choice {
	c := choice{shipping: map[market.BusinessID]string{}}
	for name, v := range values {
		if len(v) == 0 {
			continue
		}
		if supplier, ok := strings.CutPrefix(name, "shipping."); ok && len(c.shipping) < order.MostLines {
			c.shipping[market.BusinessID(supplier)] = v[0]
		}
		switch name {
		case "address":
			c.address = party.AddressID(v[0])
		case "payment":
			c.payment = v[0]
		}
	}
	return c
}

// checkout answers GET /checkout. Choices stand in its address, so that
// working the sums out again needs no script.
func (s *Site) checkout(w http.ResponseWriter, r *http.Request) error {
	if !actor(r).Buys {
		return &market.Fault{Kind: market.Forbidden, Msg: "This account does not buy.", Fix: "Sign in with an account that does."}
	}
	f := page.Form{Action: s.to(r, "/checkout"), Key: freshKey(), Values: entered(r.URL.Query())}
	return s.showCheckout(w, r, f, readChoice(r.URL.Query()))
}

func (s *Site) showCheckout(w http.ResponseWriter, r *http.Request, f page.Form, c choice) error {
	v := s.view(r)
	addresses, err := s.Parties.Addresses(r.Context(), actor(r))
	if err != nil {
		return err
	}
	if len(addresses) == 0 && len(f.Faults) > 0 {
		return f.Faults
	}
	if len(addresses) == 0 {
		return s.seeOther(w, r, "/account/addresses?next="+url.QueryEscape(s.to(r, "/checkout")), "address.first")
	}
	chosen := addresses[len(addresses)-1]
	for _, a := range addresses {
		if a.ID == c.address {
			chosen = a
		}
	}
	priced, err := s.pricedCart(r, order.Ask{ShipTo: chosen.Country, Currency: visitOf(r).currency, Shipping: c.shipping})
	if err != nil {
		return err
	}
	if len(priced.Parts) == 0 && len(f.Faults) > 0 {
		return f.Faults // the cart was ordered meanwhile
	}
	if len(priced.Parts) == 0 {
		return s.seeOther(w, r, "/cart", "")
	}
	v.Title = v.Words.T("order.checkout")
	return s.show(w, r, page.CheckoutPage(v, s.checkoutPage(v, f, c, chosen, addresses, priced)))
}

func (s *Site) checkoutPage(v *page.View, f page.Form, c choice, chosen party.Kept, addresses []party.Kept, p order.Priced) page.Checkout {
	w := v.Words
	out := page.Checkout{Form: f, Agreed: p.Digest, NewHref: v.To("/account/addresses", "next", v.To("/checkout")), WorkOut: v.To("/checkout"), Blocked: len(p.Amounts) == 0, LeaveOut: !p.Ready && len(p.Amounts) > 0}
	var where []page.Option
	for i := len(addresses) - 1; i >= 0; i-- {
		a := addresses[i]
		where = append(where, page.Option{Value: string(a.ID), Label: a.Postal.Name + ", " + a.Postal.City, Hint: strings.Join(a.Postal.Lines(a.Postal.Country), ", "), Chosen: a.ID == chosen.ID})
	}
	out.Address = page.Choices{ID: "f-address", Name: "address", Legend: w.T("order.ship_to"), Err: f.Fault("address_id"), Options: where}
	for i, part := range p.Parts {
		out.Parts = append(out.Parts, checkoutPart(v, part, i, len(p.Parts)))
		for _, l := range part.Lines {
			if l.Changed() {
				key := "order.price_up_of"
				if l.Unit.Minor < l.Seen.Minor {
					key = "order.price_down_of"
				}
				out.Changed = append(out.Changed, w.T(key, "name", l.Offer.Title(w.Lang), "was", w.Money(l.Seen), "now", w.Money(l.Unit)))
			}
		}
	}
	var ways []page.Option
	for i, provider := range s.Orders.Providers {
		ways = append(ways, page.Option{Value: provider.Name(), Label: w.T("pay." + provider.Name()), Hint: w.T("pay."+provider.Name()+"_hint", "kept", w.Span(provider.Keep())), Chosen: provider.Name() == c.payment || c.payment == "" && i == 0})
	}
	out.Payment = page.Choices{ID: "f-payment", Name: "payment", Legend: w.T("order.pay_by"), Err: f.Fault("payment"), Options: ways}
	out.Sums, out.Totals = sums(v, p)
	out.Button = w.T("order.place", "amount", amounts(v, p.Amounts))
	return out
}

func amounts(v *page.View, list []market.Money) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = v.Words.Money(a)
	}
	return strings.Join(texts, " + ")
}

func checkoutPart(v *page.View, part order.Part, i, n int) page.CheckoutPart {
	w := v.Words
	out := page.CheckoutPart{Title: partTitle(v, part, i, n), Tax: page.Line{Label: w.T("tax."+part.Tax.Label, "rate", w.Percent(part.Tax.Bps)), Amount: w.Money(part.Tax.Amount)}, Sum: page.Line{Label: w.T("order.part_sum"), Amount: w.Money(part.Total)}}
	for _, l := range part.Lines {
		name := l.Offer.Title(w.Lang)
		if l.Offer.Variant.Label != "" {
			name += ", " + l.Offer.Variant.Label
		}
		out.Lines = append(out.Lines, page.Line{Label: name, Note: w.T("goods.times", "n", int(l.Quantity), "price", w.Money(l.Unit)), Amount: w.Money(l.Sum)})
		for _, f := range l.Problems {
			out.Problems = append(out.Problems, name+": "+f.Msg+" "+f.Fix)
		}
	}
	out.Lines = append(out.Lines, page.Line{Label: w.T("goods.freight", "method", method(v, part.Freight.Method)), Note: w.Weight(part.Grams), Amount: w.Money(part.Freight.Price)})
	var ways []page.Option
	for _, o := range part.Offers {
		ways = append(ways, page.Option{Value: o.Method, Label: alone(method(v, o.Method)) + ", " + w.Money(o.Price), Hint: w.T("order.days", "from", part.LeadDays+o.DaysFrom, "to", part.LeadDays+o.DaysTo), Chosen: o.Method == part.Freight.Method})
	}
	id := "shipping." + string(part.Supplier)
	out.Shipping = page.Choices{ID: "f-" + id, Name: id, Legend: w.T("order.shipping"), Options: ways}
	if len(ways) == 0 {
		out.Tax, out.Sum, out.Lines = page.Line{}, page.Line{}, out.Lines[:len(out.Lines)-1] // nothing is known of what it would cost there
	}
	for _, f := range part.Problems {
		if f.Field == "shipping" {
			out.Problems = append(out.Problems, f.Msg+" "+f.Fix)
		}
	}
	return out
}

// placeOrder answers POST /checkout.
func (s *Site) placeOrder(w http.ResponseWriter, r *http.Request) error {
	c := readChoice(r.PostForm)
	g, err := s.Orders.Place(r.Context(), actor(r), order.PlaceInput{
		Address: c.address, Currency: visitOf(r).currency, Shipping: c.shipping, Payment: c.payment, PurchaseOrder: strings.TrimSpace(r.PostFormValue("purchase_order")),
		Agreed: r.PostFormValue("agreed"), LeaveOut: r.PostFormValue("leave_out") == "yes", Once: once(r),
	})
	if err != nil {
		f := page.Form{Action: s.to(r, "/checkout"), Key: freshKey()}
		return s.again(w, r, err, f, func(f page.Form) error { return s.showCheckout(w, r, f, c) })
	}
	s.raise(w, r, actor(r), shield.Paying)
	http.Redirect(w, r, s.to(r, "/payments/"+string(g.ID)), http.StatusSeeOther)
	return nil
}

// payment answers GET /payments/{group}.
func (s *Site) payment(w http.ResponseWriter, r *http.Request) error {
	return s.showPayment(w, r, page.Form{Key: freshKey()})
}

func (s *Site) showPayment(w http.ResponseWriter, r *http.Request, f page.Form) error {
	g, err := s.Orders.Group(r.Context(), actor(r), order.GroupID(r.PathValue("group")))
	if err != nil {
		return err
	}
	v := s.view(r)
	words := v.Words
	f.Action = v.To("/payments/" + string(g.ID))
	p := page.Pay{Form: f}
	waiting := false
	for _, o := range g.Orders {
		p.Orders = append(p.Orders, page.Option{Label: o.Number, Href: v.To("/orders/" + string(o.ID)), Hint: o.SupplierName + ", " + words.Money(o.Total)})
		if o.Status.Payment == order.Awaiting {
			waiting = true
			until, err := s.Orders.Kept(r.Context(), o.ID)
			if err != nil {
				return err
			}
			p.Until = words.T("order.kept_until", "when", words.When(until))
		}
		p.Card = o.Provider == "card"
	}
	if !waiting {
		return s.seeOther(w, r, "/orders/"+string(g.Orders[0].ID), "")
	}
	s.raise(w, r, actor(r), shield.Paying)
	for _, a := range unpaid(g) {
		p.Amount = append(p.Amount, page.Line{Label: words.T("order.into_hold"), Amount: words.Money(a)})
	}
	p.Title = words.T("order.pay_title", "amount", amounts(v, unpaid(g)))
	p.Button = words.T("order.pay_button", "amount", amounts(v, unpaid(g)))
	if p.Card {
		p.Demo = words.T("order.card_demo")
	} else {
		p.Bank = []page.Line{{Label: words.T("order.bank_holder"), Amount: s.Bank.Holder}, {Label: words.T("order.bank_account"), Amount: s.Bank.Account}, {Label: words.T("order.bank_reference"), Amount: g.Orders[0].Number}}
	}
	v.Title = p.Title
	return s.show(w, r, page.PayPage(v, p))
}

// unpaid is what a group still waits for, by currency.
func unpaid(g order.Group) (sums []market.Money) {
	for _, o := range g.Orders {
		if o.Status.Payment != order.Awaiting {
			continue
		}
		added := false
		for i := range sums {
			if sums[i].Currency == o.Total.Currency {
				sums[i], added = sums[i].Add(o.Total), true
			}
		}
		if !added {
			sums = append(sums, o.Total)
		}
	}
	return sums
}

// pay answers POST /payments/{group}: one payment for all its orders.
func (s *Site) pay(w http.ResponseWriter, r *http.Request) error {
	g, err := s.Orders.Group(r.Context(), actor(r), order.GroupID(r.PathValue("group")))
	if err != nil {
		return err
	}
	next, note := "/orders", "order.paid_all"
	if len(g.Orders) == 1 {
		next, note = "/orders/"+string(g.Orders[0].ID), "order.paid"
	}
	is := func(p order.Payment) func(order.Order) bool {
		return func(o order.Order) bool { return o.Status.Payment == p }
	}
	waits := slices.IndexFunc(g.Orders, is(order.Awaiting))
	switch {
	case waits < 0 && !slices.ContainsFunc(g.Orders, func(o order.Order) bool { return !is(order.Void)(o) }):
		return &market.Fault{Kind: market.Conflict, Msg: "The goods are no longer kept for you: the time to pay ran out, or the order was cancelled. Nothing was charged.", Fix: "Order them again."}
	case waits < 0:
		return s.seeOther(w, r, next, "")
	}
	card := strings.TrimSpace(r.PostFormValue("card"))
	if g.Orders[waits].Provider == "card" && card == "" {
		err = &market.Fault{Kind: market.Invalid, Field: "payment", Msg: "The card's number is missing.", Fix: "Enter the number on its front."}
	} else {
		_, err = s.Orders.Move(r.Context(), actor(r), g.Orders[waits].ID, order.Act{Step: order.StepPay, Instrument: card, Once: once(r)})
	}
	if err != nil {
		f := page.Form{Key: freshKey(), Values: map[string]string{}}
		return s.again(w, r, renamed(err, "payment", "card"), f, func(f page.Form) error { return s.showPayment(w, r, f) })
	}
	s.paid(w, r)
	return s.seeOther(w, r, next, note)
}
