package order_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/market/party"
)

func TestOneCheckoutMakesAnOrderForEachSupplier(t *testing.T) {
	h := open(t)
	a, in := h.shop()
	in.Agreed, in.PurchaseOrder = h.priced(a).Digest, "PO 7"
	g, err := h.desk.Place(t.Context(), a, in)
	h.ok(err)
	if len(g.Orders) != 2 || g.Buyer != a.Business || len(g.Amounts) != 1 {
		t.Fatalf("got %+v", g)
	}
	total := int64(0)
	for _, o := range g.Orders {
		stored, err := h.desk.Order(t.Context(), a, o.ID)
		h.ok(err)
		if stored.Status != (order.Status{Payment: order.Awaiting, Fulfilment: order.New, Dispute: order.None}) || stored.Total != o.Total || len(stored.Lines) != len(o.Lines) {
			t.Errorf("got %+v, want what was placed, waiting for money", stored)
		}
		total += o.Total.Minor
		if until, err := h.desk.Kept(t.Context(), o.ID); err != nil || !until.Equal(h.now.Add(15*time.Minute)) {
			t.Errorf("the goods are kept until %v, %v", until, err)
		}
		supplier := market.Actor{Person: "p", Business: o.Supplier}
		for _, reader := range []market.Actor{a, supplier, operator} {
			if p, err := h.desk.Postal(t.Context(), reader, stored); err != nil || p.Name != "Tienda" {
				t.Errorf("got address %+v, %v", p, err)
			}
			if p, err := h.desk.Private(t.Context(), reader, stored); err != nil || p.PurchaseOrder != "PO 7" {
				t.Errorf("got %+v, %v: the buyer's number is gone", p, err)
			}
		}
		stranger, _ := h.joins("Stranger", "FR")
		_, err = h.desk.Order(t.Context(), stranger, o.ID)
		h.refused(err, market.NotFound, "a stranger saw an order")
		_, err = h.desk.Postal(t.Context(), stranger, stored)
		h.refused(err, market.NotFound, "a stranger read an address")
		_, err = h.desk.Private(t.Context(), stranger, stored)
		h.refused(err, market.NotFound, "a stranger read a buyer's number")
		if strings.Contains(string(stored.Address), "Tienda") || strings.Contains(string(stored.PurchaseOrder), "PO 7") {
			t.Error("personal data lies open in the records")
		}
	}
	if total != g.Amounts[0].Minor || total != 50*450+1_250+2*3_333+1_250 {
		t.Errorf("%d is to be paid, the sum is %v", total, g.Amounts)
	}
	h.keeps(h.red, 20)
	h.keeps(h.blue, 30)
	h.keeps(h.lamp, 2)
	if left := h.cart(a).Lines; len(left) != 0 {
		t.Errorf("what was ordered is still in the cart: %+v", left)
	}
	if _, err := h.desk.Group(t.Context(), h.kiln, g.ID); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v: a supplier saw what the buyer ordered elsewhere", err)
	}
}

func TestNothingIsOrderedThatWasNotAgreedTo(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*house, market.Actor, *order.PlaceInput)
		want      market.Kind
	}{
		"nothing happens":                  {func(*house, market.Actor, *order.PlaceInput) {}, 0},
		"a price rises":                    {func(h *house, _ market.Actor, _ *order.PlaceInput) { h.reprices(h.lamps, 3_334) }, market.Conflict},
		"a price falls":                    {func(h *house, _ market.Actor, _ *order.PlaceInput) { h.reprices(h.lamps, 3_332) }, market.Conflict},
		"a price rises, nothing was shown": {func(h *house, _ market.Actor, in *order.PlaceInput) { h.reprices(h.lamps, 3_334); in.Agreed = "" }, market.Conflict},
		"nothing was shown":                {func(_ *house, _ market.Actor, in *order.PlaceInput) { in.Agreed = "" }, 0},
		"another way of sending": {func(h *house, _ market.Actor, in *order.PlaceInput) {
			in.Shipping = map[market.BusinessID]string{h.kiln.Business: "air"}
		}, market.Conflict},
		"an unknown way of sending": {func(h *house, _ market.Actor, in *order.PlaceInput) {
			in.Shipping, in.Agreed = map[market.BusinessID]string{h.kiln.Business: "camel"}, ""
		}, market.Conflict},
		"another quantity":  {func(h *house, a market.Actor, _ *order.PlaceInput) { h.puts(a, "", h.lamp, 3) }, market.Conflict},
		"stock runs out":    {func(h *house, _ market.Actor, _ *order.PlaceInput) { h.stocks(h.works, h.lamp, 1) }, market.Conflict},
		"a tampered digest": {func(_ *house, _ market.Actor, in *order.PlaceInput) { in.Agreed = "abc" }, market.Conflict},
		"another's address": {func(h *house, _ market.Actor, in *order.PlaceInput) { _, in.Address = h.joins("Other", "ES") }, market.NotFound},
		"another's cart": {func(h *house, _ market.Actor, in *order.PlaceInput) {
			other, _ := h.joins("Other", "ES")
			in.Cart = h.puts(other, "", h.lamp, 1)
		}, market.NotFound},
		"no way of paying":               {func(_ *house, _ market.Actor, in *order.PlaceInput) { in.Payment = "shells" }, market.Invalid},
		"a purchase order beyond bounds": {func(_ *house, _ market.Actor, in *order.PlaceInput) { in.PurchaseOrder = strings.Repeat("é", 41) }, market.Invalid},
		"a purchase order of 40 letters": {func(_ *house, _ market.Actor, in *order.PlaceInput) { in.PurchaseOrder = strings.Repeat("é", 40) }, 0},
		"the buyer is suspended":         {func(h *house, a market.Actor, _ *order.PlaceInput) { h.suspends(a) }, market.Forbidden},
		"a supplier is suspended":        {func(h *house, _ market.Actor, _ *order.PlaceInput) { h.suspends(h.works) }, market.Conflict},
		"the cart is emptied": {func(h *house, a market.Actor, _ *order.PlaceInput) {
			for _, v := range []catalog.VariantID{h.red, h.blue, h.lamp} {
				h.puts(a, "", v, 0)
			}
		}, market.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			a, in := h.shop()
			in.Agreed = h.priced(a).Digest
			c.meanwhile(h, a, &in)
			before := len(h.cart(a).Lines)
			g, err := h.desk.Place(t.Context(), a, in)
			if c.want == 0 {
				h.ok(err)
				return
			}
			h.refused(err, c.want, "an order was placed")
			h.keeps(h.red, 0)
			h.keeps(h.lamp, 0)
			if len(h.cart(a).Lines) != before || len(g.Orders) != 0 {
				t.Error("the cart was emptied for nothing")
			}
		})
	}
}

func (h *house) stocks(by market.Actor, v catalog.VariantID, n market.Quantity) {
	h.Helper()
	h.ok(h.db.SetStock(h.Context(), by.Business, v, n))
}

func (h *house) suspends(a market.Actor) {
	h.Helper()
	b, err := h.db.Business(h.Context(), a.Business)
	h.ok(err)
	b.State = party.Suspended
	h.ok(h.db.SaveBusiness(h.Context(), b))
}

func TestWhoMayOrder(t *testing.T) {
	h := open(t)
	a, in := h.shop()
	_, err := h.desk.Place(t.Context(), market.Actor{}, in)
	h.refused(err, market.SignIn, "a guest ordered")
	seller := a
	seller.Buys = false
	_, err = h.desk.Place(t.Context(), seller, in)
	h.refused(err, market.Forbidden, "a business that doesn't buy ordered")
	h.puts(h.works, "", h.lamp, 1)
	_, own := h.joins("unused", "DE")
	_, err = h.desk.Place(t.Context(), h.works, order.PlaceInput{Address: own, Currency: "EUR", Payment: "card"})
	h.refused(err, market.NotFound, "an address of another's was used")
	h.keeps(h.lamp, 0)
}

func TestOwnGoodsAreNotOrdered(t *testing.T) {
	h := open(t)
	a, address := h.joins("Both", "DE")
	v := market.NewID[catalog.VariantID]()
	h.lists(a, "OWN", 1, []catalog.Tier{{From: 1, Minor: 100}}, v)
	h.ok(h.db.SaveTerms(t.Context(), order.Terms{Business: a.Business, Freight: h.terms(h.kiln).Freight}))
	h.puts(a, "", v, 1)
	for _, leave := range []bool{false, true} {
		_, err := h.desk.Place(t.Context(), a, order.PlaceInput{Address: address, Currency: "EUR", Payment: "card", LeaveOut: leave})
		h.refused(err, market.Conflict, "a business bought from itself, and could review itself")
	}
	h.keeps(v, 0)
}

func (h *house) terms(a market.Actor) order.Terms {
	h.Helper()
	ts, err := h.db.Terms(h.Context(), []market.BusinessID{a.Business})
	h.ok(err)
	return ts[a.Business]
}

func TestWhatCantBeHadIsLeftOutOnlyWhenAgreed(t *testing.T) {
	h := open(t)
	a, in := h.shop()
	seen := h.priced(a).Digest
	h.stocks(h.works, h.lamp, 1)
	in.Agreed, in.LeaveOut = seen, true
	_, err := h.desk.Place(t.Context(), a, in)
	h.refused(err, market.Conflict, "the lamps were left out of an order that the buyer saw whole")
	in.Agreed = h.priced(a).Digest
	h.stocks(h.works, h.lamp, 200)
	_, err = h.desk.Place(t.Context(), a, in)
	h.refused(err, market.Conflict, "the buyer agreed to a sum without lamps, and is to pay for them")
	h.stocks(h.works, h.lamp, 1)
	g, err := h.desk.Place(t.Context(), a, in)
	h.ok(err)
	if len(g.Orders) != 1 || g.Orders[0].Supplier != h.kiln.Business {
		t.Errorf("got %+v", g.Orders)
	}
	if left := h.cart(a).Lines; len(left) != 1 || left[0].Variant != h.lamp {
		t.Errorf("the cart has %+v, want the lamps that were left", left)
	}
	again := in
	again.Once, again.Agreed = once("again"), ""
	_, err = h.desk.Place(t.Context(), a, again)
	h.refused(err, market.Conflict, "an order of nothing was placed")
}

func TestARepeatedCheckoutIsTheSameCheckout(t *testing.T) {
	h := open(t)
	a, in := h.shop()
	first, err := h.desk.Place(t.Context(), a, in)
	h.ok(err)
	for _, fill := range []bool{false, true} { // the cart is empty, or has been filled again
		if fill {
			h.puts(a, "", h.lamp, 1)
		}
		again, err := h.desk.Place(t.Context(), a, in)
		h.ok(err)
		if again.ID != first.ID || len(again.Orders) != 2 {
			t.Errorf("a second click made group %s, want %s", again.ID, first.ID)
		}
	}
	h.keeps(h.lamp, 2)
	other := in
	other.Once.Digest = "of another form"
	_, err = h.desk.Place(t.Context(), a, other)
	h.refused(err, market.Conflict, "another checkout under a used key was taken for the first")
	b, bin := h.shop() // the same key by somebody else is another request
	g, err := h.desk.Place(t.Context(), b, bin)
	h.ok(err)
	if g.ID == first.ID || g.Buyer != b.Business {
		t.Error("a key chosen by two buyers gave one the other's orders")
	}
}

func TestTheLastPiecesGoToOne(t *testing.T) {
	h := open(t)
	h.stocks(h.works, h.lamp, 2)
	a, in := h.shop()
	b, bin := h.shop()
	in.Agreed, bin.Agreed = h.priced(a).Digest, h.priced(b).Digest
	_, err := h.desk.Place(t.Context(), a, in)
	h.ok(err)
	_, err = h.desk.Place(t.Context(), b, bin)
	h.refused(err, market.Conflict, "the same lamps were sold twice")
	h.keeps(h.lamp, 2)
	h.keeps(h.red, 20)
}

func TestACardPaysTheWholeGroupOnce(t *testing.T) {
	h := open(t)
	a, mugs, lamps := h.bought("card")
	_, err := h.desk.Move(t.Context(), a, mugs.ID, order.Act{Step: order.StepPay, Instrument: "4000 0000 0000 0002", Once: once("refused")})
	h.refused(err, market.Invalid, "a refused card paid")
	for _, id := range []order.ID{mugs.ID, lamps.ID} {
		if o := h.order(id); o.Status.Payment != order.Awaiting || !o.Hold().Zero() {
			t.Errorf("the card was refused, and %v is held in %v", o.Hold(), o.Status)
		}
	}
	stranger, _ := h.joins("Stranger", "FR")
	_, err = h.desk.Move(t.Context(), stranger, mugs.ID, order.Act{Step: order.StepPay})
	h.refused(err, market.NotFound, "a stranger paid")
	for _, wrong := range []market.Actor{h.kiln, operator} {
		_, err = h.desk.Move(t.Context(), wrong, mugs.ID, order.Act{Step: order.StepPay})
		h.refused(err, market.Forbidden, "somebody else paid with a card")
	}
	act := order.Act{Step: order.StepPay, Instrument: "4242 4242 4242 4242", Once: once("pay")}
	for range 2 {
		h.moves(a, mugs.ID, act)
	}
	for _, o := range []order.Order{mugs, lamps} {
		if now := h.order(o.ID); now.Status.Payment != order.Held || now.Hold() != o.Total {
			t.Errorf("%v of %v is held in %v", now.Hold(), o.Total, now.Status)
		}
	}
	if len(h.till.charged) != 1 || h.till.charged[0].Group != mugs.Group || !slices.Equal(h.till.charged[0].Amounts, []market.Money{mugs.Total.Add(lamps.Total)}) {
		t.Errorf("charged %+v, want the whole group once", h.till.charged)
	}
	_, err = h.desk.Move(t.Context(), a, lamps.ID, order.Act{Step: order.StepPay, Once: once("pay again")})
	h.refused(err, market.Conflict, "an order was paid twice")
	if len(h.till.charged) != 1 {
		t.Error("the card was charged twice")
	}
}

func TestWhatWasCancelledIsNotCharged(t *testing.T) {
	h := open(t)
	a, mugs, lamps := h.bought("card")
	h.moves(h.works, lamps.ID, order.Act{Step: order.StepCancel})
	h.moves(a, mugs.ID, order.Act{Step: order.StepPay})
	if len(h.till.charged) != 1 || !slices.Equal(h.till.charged[0].Amounts, []market.Money{mugs.Total}) {
		t.Errorf("charged %+v, want %v", h.till.charged, mugs.Total)
	}
}

func TestATransferCountsOnceTheOperatorSawIt(t *testing.T) {
	h := open(t)
	a, mugs, lamps := h.bought("transfer")
	_, err := h.desk.Move(t.Context(), a, mugs.ID, order.Act{Step: order.StepPay})
	h.refused(err, market.Forbidden, "a buyer confirmed a transfer")
	if until, err := h.desk.Kept(t.Context(), mugs.ID); err != nil || !until.Equal(h.now.Add(3*day)) {
		t.Errorf("the goods are kept until %v, %v: a transfer takes days", until, err)
	}
	h.moves(operator, mugs.ID, order.Act{Step: order.StepPay})
	if h.order(mugs.ID).Status.Payment != order.Held || h.order(lamps.ID).Status.Payment != order.Held || len(h.till.charged) != 0 {
		t.Error("the transfer doesn't pay the whole group")
	}
}
