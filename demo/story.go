package demo

import (
	"slices"

	"kontor/market/order"
)

// scenes are everything that happened before the house opens. Every status of
// an order is among them, and each of the three shown accounts has something on
// each of its pages.
func (f *filler) scenes() []scene {
	var scenes []scene
	for _, t := range slices.Concat(f.history(), f.shownBuyers(), f.shownSuppliers(), f.others()) {
		scenes = append(scenes, f.told(t)...)
	}
	for _, q := range []struct {
		ago       float64
		who, whom string
	}{
		{33, shownBuyer, shownSupplier}, {24, shownBuyer, "valle-olmo"}, {17, shownBuyer, "sklarna-bystrina"}, {12, "kyst-og-kaffe", "serra-clara"},
		{8, "holzwerk-graz", "hanse-werkzeug"}, {5, "bottega-navigli", "neris-linen"}, {2, "puu-ja-paber", "lanting-stationery"}, {1.1, "hemd-und-hafen", shownSupplier},
	} {
		scenes = append(scenes, f.asked(q.ago, q.who, q.whom)...)
	}
	scenes = append(scenes, f.payouts(28, true)...)
	scenes = append(scenes, f.payouts(7, true)...)
	return append(scenes, f.payouts(0.9, false)...)
}

// finished are the acts of an order without trouble, sent within lead days, with
// a review unless stars is 0.
func finished(lead float64, stars int, text string) []act {
	acts := []act{accept(0.7), ship(0.7+lead, "DHL Freight", "JJD0000903"), receive(8 + lead), release(9.5 + lead)}
	if stars > 0 {
		acts = append(acts, rate(10+lead, stars, text))
	}
	return acts
}

// one is a supplier's part of a trade.
func one(supplier string, first, listings int, times int64, acts ...[]act) part {
	return part{supplier: supplier, first: first, listings: listings, times: times, acts: slices.Concat(acts...)}
}

// history are trades of the last three months that went well.
func (f *filler) history() []trade {
	var trades []trade
	for _, h := range []struct {
		ago             float64
		buyer, supplier string
		first           int
		stars           int
		text            string
	}{
		{88, "hemd-und-hafen", shownSupplier, 0, 5, "Even seams, true sizes, and the parcel came two days early."},
		{84, "holzwerk-graz", "hanse-werkzeug", 0, 5, "Edges arrive sharp and stay so. The wax paper is a good idea."},
		{80, "highland-larder", "valle-olmo", 2, 4, "Very good oil. One carton was scuffed, the bottles were fine."},
		{77, "puu-ja-paber", "lanting-stationery", 0, 4, "Paper as described. Customs took a week, which is not their fault."},
		{74, "harbor-and-pine", "talabarteria-bajio", 1, 5, "The leather smells of leather and nothing else."},
		{70, "malmo-kok", "sklarna-bystrina", 3, 5, "Forty-eight glasses, not one broken."},
		{66, "kyst-og-kaffe", "kericho-highlands", 0, 5, "Bright and clean. Our guests ask for it by name."},
		{63, "atelier-petit-port", "ribeira-textil", 4, 4, "Belle qualité, bien emballé."},
		{60, "fietsplaats-noord", "polder-pedaal", 0, 5, "Besteld op maandag, in huis op donderdag."},
		{57, "old-quay-deli", "trois-cypres", 5, 5, "The soap alone pays for the freight."},
		{55, "bottega-navigli", "atlas-atelier", 2, 3, "Lovely rugs. Colours differ more between pieces than the picture shows."},
		{52, shownBuyer, "ribeira-textil", 1, 5, "Dense and soft, and the hems hold after thirty washes."},
		{49, "hemd-und-hafen", "lodzka-koszula", 0, 4, "Good twill, collars a little stiff before the first wash."},
		{47, "holzwerk-graz", "beskid-drewno", 3, 5, "Dry beech, clean joints."},
		{45, shownBuyer, shownSupplier, 3, 5, "Third order, third time without a fault."},
		{43, "highland-larder", "bentham-rowe", 2, 4, "Sturdy mugs, honest glaze."},
		{40, "malmo-kok", "eldsjo-bruk", 1, 5, ""},
		{38, "kyst-og-kaffe", "fyn-moebler", 0, 4, "Chairs as drawn. The screws were in the last carton we opened."},
		{36, "puu-ja-paber", "neris-linen", 0, 5, "Linen with weight. The selvedges are straight."},
		{34, "old-quay-deli", "rempah-banda", 2, 4, "Fragrant nutmeg, sorted as promised."},
		{31, shownBuyer, "beskid-drewno", 0, 5, "The rainbow stackers sold out in nine days."},
		{29, "bottega-navigli", "amber-court", 1, 4, ""},
		{27, "hemd-und-hafen", "calzados-marjal", 2, 5, "Soft from the first hour; sizes run true."},
		{25, "atelier-petit-port", "song-huong-weave", 3, 0, ""},
		{23, "fietsplaats-noord", "nordlicht-elektro", 1, 4, "Works, and the packing is cardboard only."},
		{21, shownBuyer, "ege-bahce", 0, 0, ""},
		{18, "highland-larder", shownSupplier, 5, 4, "Good shirts for the house's staff. One sleeve was pressed the wrong way."},
		{16, "harbor-and-pine", "serra-clara", 0, 5, "Sweet and even, roast after roast."},
	} {
		t := card(h.buyer, h.ago, one(h.supplier, h.first, 1+int(h.ago)%3, 1+int64(h.ago)%2, finished(2+float64(int(h.ago)%3), h.stars, h.text)))
		if int(h.ago)%3 == 0 {
			t = transfer(h.buyer, h.ago, t.orders...)
			for i := range t.orders[0].acts {
				t.orders[0].acts[i].after += 1.5
			}
		}
		trades = append(trades, t)
	}
	return trades
}

// shownBuyers are the trades that fill the shown buyer's desk.
func (f *filler) shownBuyers() []trade {
	sent := func(supplier string, at float64) []act {
		return []act{accept(0.8), ship(at, "DB Schenker", "DE44021"+supplier[:2])}
	}
	arrived := func(supplier string, at float64) []act { return append(sent(supplier, 3), receive(at)) }
	complaint := func(supplier string) string { return f.message("complaint", "", supplier).Lines[0].Text }
	return []trade{
		unpaid(transfer(shownBuyer, 0.8, one("sklarna-bystrina", 0, 2, 1), one("valle-olmo", 0, 1, 2))),
		card(shownBuyer, 0.3, one("trois-cypres", 0, 2, 1, f.talk(0.05, "order", "paid", "trois-cypres", 0)), one(shownSupplier, 0, 1, 1)),
		card(shownBuyer, 3, one("polder-pedaal", 1, 1, 1, []act{accept(1)}, f.talk(1.2, "order", "accepted", "polder-pedaal", 0)), one(shownSupplier, 1, 2, 1, []act{accept(1.4)}, f.talk(1.5, "order", "accepted", shownSupplier, 0))),
		card(shownBuyer, 8, one("kericho-highlands", 1, 2, 1, sent("kericho", 4), f.talk(4.3, "order", "shipped", "kericho-highlands", 0)), one("fyn-moebler", 2, 1, 1, sent("fyn", 5), f.talk(5.1, "order", "shipped", "fyn-moebler", 0))),
		card(shownBuyer, 13, one("trois-cypres", 3, 1, 1, []act{bounces(0.2)})),
		card(shownBuyer, 19, one("song-huong-weave", 0, 1, 1, arrived("song", 13), f.talk(14, "order", "received", "song-huong-weave", 0))),
		card(shownBuyer, 11, one("ege-bahce", 2, 1, 1, f.talk(0.2, "order", "cancelled", "", 0), []act{cancel(0.9, buyer)})),
		unpaid(card(shownBuyer, 14, one("hanse-werkzeug", 1, 1, 1))),
		card(shownBuyer, 13, one("lodzka-koszula", 2, 1, 1, arrived("lodzka", 10), []act{complain(11.6, order.Fewer, 1_500, complaint("lodzka-koszula"))})),
		card(shownBuyer, 15, one("bentham-rowe", 0, 2, 1, arrived("bentham", 10), []act{complain(11.5, order.Damaged, 2_500, complaint("bentham-rowe")), offer(13.6, 2_000)}, f.talk(13.5, "complaint", "", "bentham-rowe", 1)[:1])),
		card(shownBuyer, 22, one("atlas-atelier", 0, 1, 1, arrived("atlas", 12), []act{complain(14, order.Other, 4_000, complaint("atlas-atelier")), offer(16, 3_000), escalate(18, buyer)}, f.talk(16.1, "complaint", "", "atlas-atelier", 1))),
		card(shownBuyer, 30, one("sklarna-bystrina", 4, 1, 2, arrived("sklarna", 9), []act{complain(10, order.Damaged, 1_300, complaint("sklarna-bystrina")), offer(11, 1_250), agree(12)}, f.talk(11.1, "complaint", "", "sklarna-bystrina", 1))),
		card(shownBuyer, 41, one("rempah-banda", 1, 1, 1, sent("rempah", 4), []act{complain(24, order.Nothing, 10_000, complaint("rempah-banda")), escalate(26, supplier), decide(31, 10_000)}, f.talk(25, "complaint", "", "rempah-banda", 1))),
	}
}

// shownSuppliers are the trades that fill the shown supplier's desk.
func (f *filler) shownSuppliers() []trade {
	sold := func(first int, acts ...act) part { return one(shownSupplier, first, 1+first%2, 1, acts) }
	carrier, number := "PTT Kargo", "KP6120045"
	sent := func(acts ...act) []act {
		return append([]act{accept(0.9), ship(3, carrier, number)}, acts...)
	}
	return []trade{
		unpaid(card("hemd-und-hafen", 0.003, sold(2))),
		unpaid(transfer("malmo-kok", 0.5, sold(4))),
		card("old-quay-deli", 0.7, sold(6)),
		card("hemd-und-hafen", 2.6, sold(7, accept(1))),
		card("atelier-petit-port", 6, sold(8, sent()...)),
		card("bottega-navigli", 14, sold(9, sent(receive(10))...)),
		transfer("hemd-und-hafen", 20, one(shownSupplier, 10, 3, 1, []act{accept(2), ship(5, carrier, number), receive(13), release(15.5), rate(16, 5, "Labels sewn straight, cartons marked by size. Thank you.")})),
		card("holzwerk-graz", 13, sold(11, sent(receive(9), release(12.7))...)),
		card("kyst-og-kaffe", 12, sold(12, sent(receive(9), complain(11, order.Other, 2_000, "Two of the shirts have the blue check instead of the green. They can be worn; they are not what the crew ordered."))...)),
		card("puu-ja-paber", 16, sold(13, sent(receive(10), complain(13, order.Fewer, 1_000, "Twenty-three shirts instead of twenty-four, one M is missing."), offer(15, 420))...)),
		card("hemd-und-hafen", 24, sold(14, sent(receive(10), complain(15, order.Damaged, 5_000, "Oil marks on the folds of the upper layer, nine shirts. Washing took out four of them."), offer(17, 1_500), escalate(19, buyer))...)),
		card("bottega-navigli", 35, sold(15, sent(receive(11), complain(12, order.Damaged, 1_500, "Three collars have loose threads at the point."), offer(13, 1_200), agree(13.5), rate(14, 4, "A fault, said openly, and settled in two days."))...)),
		card("harbor-and-pine", 26, sold(16, cancel(0.5, buyer))),
		card("old-quay-deli", 10, sold(18, accept(0.8), bounces(1))),
		card("kyst-og-kaffe", 48, sold(17, sent(receive(12), complain(13, order.Other, 3_000, "The cloth looks thinner than the sample."), withdraw(15), say(15.1, buyer, "It was our sample that was the heavier one. Sorry for the trouble."), release(16))...)),
	}
}

// others are trades between businesses that nobody is signed in as: what the
// operator sees beside.
func (f *filler) others() []trade {
	sent := []act{accept(0.8), ship(3, "DSV", "DK77120")}
	return []trade{
		unpaid(transfer("kyst-og-kaffe", 1.3, one("eldsjo-bruk", 0, 1, 1))),
		card("puu-ja-paber", 1.8, one("neris-linen", 2, 2, 1), one("beskid-drewno", 1, 1, 1, []act{accept(0.9)})),
		card("fietsplaats-noord", 7, one("nordlicht-elektro", 0, 2, 1, sent)),
		card("malmo-kok", 45, one("eldsjo-bruk", 2, 1, 1, sent, []act{receive(11)})), // released by silence
		card("holzwerk-graz", 6, one("beskid-drewno", 4, 1, 1)),                      // cancelled: the supplier did not answer
		card("old-quay-deli", 33, one("trois-cypres", 1, 1, 2, sent, []act{receive(9), refund(10, 800), release(11), rate(12, 4, "One box was short, and the difference came back without asking twice.")})),
		card("harbor-and-pine", 38, one("amber-court", 0, 1, 1, sent, []act{receive(12), complain(13, order.Other, 4_000, f.message("complaint", "", "amber-court").Lines[0].Text), offer(14, 2_600), escalate(15, buyer), decide(19, 3_300)})),
		card("bottega-navigli", 9, one("calzados-marjal", 0, 1, 1, []act{accept(1), refund(2, 10_000)})), // the last could not be made
	}
}
