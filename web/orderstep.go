package web

import (
	"slices"

	"kontor/market/order"
	"kontor/web/page"
)

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

// unnumbered warns who is about to ship that the invoice will lack a tax number
// that it needs.
func (b *orderPage) unnumbered() error {
	if !slices.Contains(order.Steps(b.o, b.a), order.StepShip) {
		return nil
	}
	missing, err := b.s.Orders.Unnumbered(b.ctx, b.o)
	if err != nil {
		return err
	}
	w := b.v.Words
	if missing.Seller {
		b.p.Notes = append(b.p.Notes, page.Note{Tone: page.Warn, Strong: w.T("order.no_tax_number"), Text: w.T("order.no_tax_number_seller"), Href: b.v.To("/account/business"), Link: w.T("order.no_tax_number_link")})
	}
	if missing.Buyer {
		b.p.Notes = append(b.p.Notes, page.Note{Tone: page.Warn, Strong: w.T("order.no_tax_number"), Text: w.T("order.no_tax_number_buyer", "name", b.o.BuyerName)})
	}
	return nil
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
