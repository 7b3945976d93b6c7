package order

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
)

// mug is an offer of the supplier "kiln" in Portugal: 5.00 EUR from 10, 4.50
// from 50, 4.00 from 100; 300 g a piece, sold from 10 in steps of 5.
func mug(variant string) Offer {
	return Offer{
		Listing: "mugs", Supplier: "kiln", SupplierName: "Kiln", Country: "PT", Currency: "EUR", Buyable: true, MOQ: 10, Multiple: 5, LeadDays: 7,
		Variant: catalog.Variant{ID: catalog.VariantID(variant), WeightGrams: 300, OnHand: 1_000, Prices: []catalog.Price{
			{Currency: "EUR", Tiers: []catalog.Tier{{From: 10, Minor: 500}, {From: 50, Minor: 450}, {From: 100, Minor: 400}}},
			{Currency: "USD", Tiers: []catalog.Tier{{From: 10, Minor: 600}, {From: 50, Minor: 550}, {From: 100, Minor: 480}}},
		}},
	}
}

// lamp is an offer of the supplier "works" in Germany, in euro only.
func lamp() Offer {
	return Offer{
		Listing: "lamps", Supplier: "works", SupplierName: "Works", Country: "DE", Currency: "EUR", Buyable: true, MOQ: 1, Multiple: 1, LeadDays: 21,
		Variant: catalog.Variant{ID: "lamp", WeightGrams: 2_000, OnHand: 8, Reserved: 3, Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 1, Minor: 3_333}}}}},
	}
}

func freight(prices ...market.Money) landed.Table {
	dear := make([]market.Money, len(prices))
	for i, p := range prices {
		dear[i] = market.Of(p.Minor*3, p.Currency)
	}
	return landed.Table{{Name: "all", Countries: []string{"*"}, Methods: []landed.Method{
		{Key: "air", DaysFrom: 2, DaysTo: 4, Brackets: []landed.Bracket{{UpToGrams: 1_000_000, Prices: dear}}},
		{Key: "road", DaysFrom: 5, DaysTo: 9, Brackets: []landed.Bracket{{UpToGrams: 30_000, Prices: prices}, {UpToGrams: 1_000_000, Prices: []market.Money{eur(20_000)}}}},
	}}}
}

func terms() map[market.BusinessID]Terms {
	return map[market.BusinessID]Terms{
		"kiln":  {Business: "kiln", CommissionBps: 300, Freight: freight(eur(1_250), market.Of(1_400, "USD"))},
		"works": {Business: "works", CommissionBps: 500, Freight: freight(eur(990))},
	}
}

// cart reads "red:10 blue:40".
func cart(text string) Cart {
	c := Cart{ID: "cart"}
	for _, f := range strings.Fields(text) {
		v, n, _ := strings.Cut(f, ":")
		var q market.Quantity
		fmt.Sscan(n, &q)
		c.Lines = append(c.Lines, CartLine{Variant: catalog.VariantID(v), Quantity: q})
	}
	return c
}

func priced(lines string, ask Ask, offers ...Offer) Priced {
	if offers == nil {
		offers = []Offer{mug("red"), mug("blue"), lamp()}
	}
	return Price(cart(lines), offers, terms(), nil, ask)
}

var toSpain = Ask{ShipTo: "ES", Currency: "EUR"}

func TestTheTierSwitchesExactlyAtItsQuantity(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines string
		unit  int64
		next  market.Quantity
	}{
		{"the smallest order", "red:10", 500, 50},
		{"one step before the second tier", "red:45", 500, 50},
		{"the second tier", "red:50", 450, 100},
		{"one step before the third", "red:95", 450, 100},
		{"the third tier", "red:100", 400, 0},
		{"beyond it", "red:1000", 400, 0},
		{"two colours make the second tier together", "red:25 blue:25", 450, 100},
		{"and miss it together", "red:25 blue:20", 500, 50},
		{"two colours make the third", "blue:95 red:5", 400, 0},
		{"another article doesn't count", "red:45 lamp:5", 500, 50},
		{"an article that is gone doesn't count", "red:45 gone:100", 500, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := priced(c.lines, toSpain)
			for _, l := range p.Parts[0].Lines {
				if l.Unit != eur(c.unit) || l.Next.From != c.next {
					t.Errorf("%s costs %v with the next tier at %d, want %d and %d", l.Offer.Variant.ID, l.Unit, l.Next.From, c.unit, c.next)
				}
				if sum, _ := l.Unit.Times(int64(l.Quantity)); sum != l.Sum || len(l.Problems) > 0 {
					t.Errorf("%d × %v is %v, %v", l.Quantity, l.Unit, l.Sum, l.Problems)
				}
			}
		})
	}
}

func TestWhatCantBeOrderedIsSaid(t *testing.T) {
	change := func(o Offer, f func(*Offer)) Offer { f(&o); return o }
	for _, c := range []struct {
		name  string
		lines string
		offer Offer
		ask   Ask
		want  []string // beginnings of the messages, in order
	}{
		{"fewer than the smallest order", "red:5", mug("red"), toSpain, []string{"The smallest order is 10."}},
		{"two colours reach it together", "red:5 blue:5", mug("red"), toSpain, nil},
		{"no whole step", "red:12", mug("red"), toSpain, []string{"It is sold in steps of 5."}},
		{"both at once", "red:3", mug("red"), toSpain, []string{"The smallest order is 10, in steps of 5."}},
		{"each colour is its own step", "red:8 blue:7", mug("red"), toSpain, []string{"It is sold in steps of 5.", "It is sold in steps of 5."}},
		{"more than there is", "red:1005", mug("red"), toSpain, []string{"1000 left."}},
		{"all there is", "red:1000", mug("red"), toSpain, nil},
		{"others reserved some", "red:15", change(mug("red"), func(o *Offer) { o.Variant.Reserved = 990 }), toSpain, []string{"10 left."}},
		{"it was taken off", "red:10", change(mug("red"), func(o *Offer) { o.Buyable = false }), toSpain, []string{"This article is not offered any more."}},
		{"it never was", "nothing:10", mug("red"), toSpain, []string{"This article is not offered any more."}},
		{"no price", "red:10", change(mug("red"), func(o *Offer) { o.Variant.Prices = nil }), toSpain, []string{"It has no price in EUR"}},
		{"a price that starts above the smallest order", "red:10", change(mug("red"), func(o *Offer) {
			o.Variant.Prices = []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 20, Minor: 1}}}}
		}), toSpain, []string{"It has no price in EUR"}},
		{"more money than there is", "red:1000", change(mug("red"), func(o *Offer) {
			o.Variant.Prices = []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 1, Minor: market.Most}}}}
		}), toSpain, []string{"It has no price in EUR"}},
		{"too heavy for any way", "red:1000", change(mug("red"), func(o *Offer) { o.Variant.WeightGrams = 1_001 }), toSpain, []string{"Kiln sends lighter consignments to Spain; this one weighs too much."}},
		{"an unknown way of sending", "red:10", mug("red"), Ask{ShipTo: "ES", Currency: "EUR", Shipping: map[market.BusinessID]string{"kiln": "camel"}}, []string{`Kiln has no way of sending called "camel" here.`}},
		{"a multiple that was never set", "red:11", change(mug("red"), func(o *Offer) { o.Multiple = 0 }), toSpain, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := priced(c.lines, c.ask, c.offer, mug("blue"))
			var got []string
			for _, part := range p.Parts {
				for _, f := range part.Problems {
					got = append(got, f.Msg)
					if f.Fix == "" {
						t.Errorf("%q has no remedy", f.Msg)
					}
				}
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if p.Ready != (len(c.want) == 0) || (len(p.Amounts) == 0) != (len(c.want) > 0) {
				t.Errorf("ready %t to pay %v with the problems %q", p.Ready, p.Amounts, got)
			}
		})
	}
}

func TestOnePartThatCantBeOrderedLeavesTheOthers(t *testing.T) {
	p := priced("red:3 lamp:1", toSpain)
	if p.Ready || len(p.Parts) != 2 || len(p.Amounts) != 1 || p.Amounts[0] != p.Parts[1].Total {
		t.Errorf("got %v to pay for parts %+v", p.Amounts, p.Parts)
	}
	if empty := priced("", toSpain); empty.Ready || empty.Articles != 0 || len(empty.Parts) != 0 {
		t.Errorf("an empty cart is ready to order: %+v", empty)
	}
}

func TestEachSupplierSellsInACurrencyThatItHas(t *testing.T) {
	own := mug("red")
	own.Currency = "GBP" // its own, but the article has no price in it
	for _, c := range []struct {
		name   string
		offers []Offer
		lines  string
		want   market.Currency
		of     []market.Currency
	}{
		{"the wanted one where all is priced in it", nil, "red:10", "USD", []market.Currency{"USD"}},
		{"its own where it is not", nil, "red:10", "JPY", []market.Currency{"EUR"}},
		{"each supplier for itself", nil, "red:10 lamp:1", "USD", []market.Currency{"USD", "EUR"}},
		{"one that all lines share where its own won't do", []Offer{own}, "red:10", "JPY", []market.Currency{"EUR"}},
		{"its own where nothing is wanted", nil, "red:10", "", []market.Currency{"EUR"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := priced(c.lines, Ask{ShipTo: "ES", Currency: c.want}, c.offers...)
			var got []market.Currency
			for _, part := range p.Parts {
				got = append(got, part.Total.Currency)
			}
			if !slices.Equal(got, c.of) || !p.Ready {
				t.Errorf("got %v, ready %t, want %v", got, p.Ready, c.of)
			}
		})
	}
	noDollars := terms()
	noDollars["kiln"] = Terms{Freight: freight(eur(1_250))}
	p := Price(cart("red:10"), []Offer{mug("red")}, noDollars, nil, Ask{ShipTo: "ES", Currency: "USD"})
	if p.Parts[0].Total.Currency != "EUR" || !p.Ready {
		t.Errorf("got %v: freight can't be paid in dollars", p.Parts[0].Total)
	}
}

func TestFreightIsTheCheapestUnlessChosen(t *testing.T) {
	p := priced("red:10", toSpain)
	if f := p.Parts[0].Freight; f.Method != "road" || f.Price != eur(1_250) || len(p.Parts[0].Offers) != 2 {
		t.Errorf("got %+v of %+v", f, p.Parts[0].Offers)
	}
	chosen := priced("red:10 lamp:1", Ask{ShipTo: "ES", Currency: "EUR", Shipping: map[market.BusinessID]string{"kiln": "air"}})
	if a, b := chosen.Parts[0].Freight, chosen.Parts[1].Freight; a.Method != "air" || a.Price != eur(3_750) || b.Method != "road" {
		t.Errorf("got %+v and %+v", a, b)
	}
	if g := chosen.Parts[1].Grams; g != 2_000 || chosen.Parts[1].LeadDays != 21 {
		t.Errorf("got %d g in %d days", g, chosen.Parts[1].LeadDays)
	}
	heavy := priced("red:100", toSpain) // exactly 30 kg
	heavier := priced("red:105", toSpain)
	if heavy.Parts[0].Freight.Price != eur(1_250) || heavier.Parts[0].Freight.Price != eur(3_750) {
		t.Errorf("30 kg cost %v, 31.5 kg %v", heavy.Parts[0].Freight, heavier.Parts[0].Freight)
	}
}

func TestTaxIsRoundedOnceAnOrder(t *testing.T) {
	rates := landed.Rates{{From: "DE", To: "*", Bps: 750, Label: "test"}}
	p := Price(cart("lamp:3"), []Offer{lamp()}, terms(), rates, toSpain)
	part := p.Parts[0] // 99.99 + 9.90 = 109.89; 7.5 % are 8.24175
	if part.Tax.Base != eur(10_989) || part.Tax.Amount != eur(824) || part.Total != eur(11_813) || part.Tax.Rounding != market.HalfUp {
		t.Errorf("got %+v and a total of %v", part.Tax, part.Total)
	}
}

func TestTheSumIsItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Cart{ID: "cart"}
		for _, v := range []catalog.VariantID{"red", "blue", "lamp", "gone"} {
			if q := rapid.Int64Range(0, 120).Draw(t, string(v)); q > 0 {
				c.Lines = append(c.Lines, CartLine{Variant: v, Quantity: market.Quantity(q)})
			}
		}
		ask := Ask{ShipTo: rapid.SampledFrom([]string{"PT", "DE", "ES", "JP"}).Draw(t, "to"), Currency: rapid.SampledFrom([]market.Currency{"EUR", "USD", "JPY"}).Draw(t, "currency")}
		p := Price(c, []Offer{mug("red"), mug("blue"), lamp()}, terms(), nil, ask)
		sums, lines := map[market.Currency]int64{}, 0
		for _, part := range p.Parts {
			goods := int64(0)
			for _, l := range part.Lines {
				goods += l.Sum.Minor
				if l.Sum.Minor != l.Unit.Minor*int64(l.Quantity) || l.Sum.Minor != 0 && l.Sum.Currency != part.Currency {
					t.Fatalf("%d × %v is %v in an order of %s", l.Quantity, l.Unit, l.Sum, part.Currency)
				}
			}
			lines += len(part.Lines)
			if len(part.Problems) > 0 {
				continue
			}
			if part.Goods.Minor != goods || part.Total.Minor != goods+part.Freight.Price.Minor+part.Tax.Amount.Minor || part.Total.Currency != part.Currency {
				t.Fatalf("%v + %v + %v is %v", part.Goods, part.Freight.Price, part.Tax.Amount, part.Total)
			}
			sums[part.Currency] += part.Total.Minor
		}
		if lines != len(c.Lines) {
			t.Fatalf("%d of %d lines are priced", lines, len(c.Lines))
		}
		for _, a := range p.Amounts {
			if sums[a.Currency] != a.Minor {
				t.Fatalf("%v is to be paid for orders of %v", p.Amounts, sums)
			}
			delete(sums, a.Currency)
		}
		if len(sums) > 0 {
			t.Fatalf("nobody pays for %v", sums)
		}
	})
}

func TestTheDigestNamesWhatIsAgreedToAndNothingElse(t *testing.T) {
	type world struct {
		c      Cart
		offers []Offer
		terms  map[market.BusinessID]Terms
		rates  landed.Rates
		ask    Ask
	}
	digest := func(change func(*world)) string {
		w := world{cart("red:10 blue:40 lamp:1"), []Offer{mug("red"), mug("blue"), lamp()}, terms(), nil, Ask{ShipTo: "ES", Currency: "EUR", Shipping: map[market.BusinessID]string{}}}
		change(&w)
		return Price(w.c, w.offers, w.terms, w.rates, w.ask).Digest
	}
	same := digest(func(*world) {})
	for name, change := range map[string]func(*world){
		"a price":                             func(w *world) { w.offers[2].Variant.Prices[0].Tiers[0].Minor++ },
		"the tier that counts":                func(w *world) { w.offers[0].Variant.Prices[0].Tiers[1].Minor-- },
		"a quantity":                          func(w *world) { w.c.Lines[0].Quantity += 5 },
		"quantities swapped":                  func(w *world) { w.c.Lines[0].Quantity, w.c.Lines[1].Quantity = 40, 10 },
		"a line less":                         func(w *world) { w.c.Lines = w.c.Lines[:2] },
		"the destination":                     func(w *world) { w.ask.ShipTo = "IT" },
		"the currency":                        func(w *world) { w.ask.Currency = "USD" },
		"the price of freight":                func(w *world) { w.terms["works"] = Terms{Freight: freight(eur(991))} },
		"the way of sending":                  func(w *world) { w.ask.Shipping["kiln"] = "air" },
		"the tax":                             func(w *world) { w.rates = landed.Rates{{From: "*", To: "*", Bps: 100}} },
		"a part that can't be ordered now":    func(w *world) { w.offers[2].Variant.Reserved = 8 },
		"a supplier that doesn't send there":  func(w *world) { w.terms["works"] = Terms{} },
		"an article that was just taken off ": func(w *world) { w.offers[1].Buyable = false },
	} {
		if digest(change) == same {
			t.Errorf("%s changed after the buyer agreed, and nobody would notice", name)
		}
	}
	for name, change := range map[string]func(*world){
		"nothing":                          func(*world) {},
		"stock beyond what is ordered":     func(w *world) { w.offers[0].Variant.OnHand = 10 },
		"a tier that isn't reached":        func(w *world) { w.offers[0].Variant.Prices[0].Tiers[2].Minor-- },
		"a price in another currency":      func(w *world) { w.offers[0].Variant.Prices[1].Tiers[0].Minor++ },
		"another way of sending":           func(w *world) { w.terms["kiln"].Freight[0].Methods[0].Brackets[0].Prices[0].Minor++ },
		"a title":                          func(w *world) { w.offers[0].Titles = map[string]string{"en": "Mug"} },
		"the price that was seen before":   func(w *world) { w.c.Lines[0].Seen = eur(1) },
		"the commission":                   func(w *world) { w.terms["kiln"] = Terms{Freight: w.terms["kiln"].Freight, CommissionBps: 1} },
		"the order in which offers came":   func(w *world) { slices.Reverse(w.offers) },
		"the cheapest way, named":          func(w *world) { w.ask.Shipping["kiln"] = "road" },
		"what a supplier without part has": func(w *world) { w.terms["other"] = Terms{CommissionBps: 1} },
	} {
		if digest(change) != same {
			t.Errorf("%s changed, and the buyer is asked to confirm for nothing", name)
		}
	}
}

func TestAChangedPriceIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name string
		seen market.Money
		want bool
	}{
		{"the same", eur(500), false}, {"it was dearer", eur(501), true}, {"it was cheaper", eur(499), true},
		{"nobody saw one", market.Money{}, false}, {"seen in another currency", market.Of(600, "USD"), false},
	} {
		in := cart("red:10")
		in.Lines[0].Seen = c.seen
		if got := Price(in, []Offer{mug("red")}, terms(), nil, toSpain); got.Changed != c.want {
			t.Errorf("%s: got changed %t, want %t", c.name, got.Changed, c.want)
		}
	}
}

func TestACartBeyondItsBoundIsPricedToo(t *testing.T) {
	var c Cart
	var offers []Offer
	for i := range 2 * MostLines {
		o := mug(fmt.Sprint("v", i))
		offers = append(offers, o)
		c.Lines = append(c.Lines, CartLine{Variant: o.Variant.ID, Quantity: 1_000})
	}
	p := Price(c, offers, terms(), nil, toSpain)
	if len(p.Parts) != 1 || len(p.Parts[0].Lines) != 2*MostLines || p.Parts[0].Goods != eur(400*1_000*2*MostLines) {
		t.Errorf("got %d parts and goods of %v", len(p.Parts), p.Parts[0].Goods)
	}
}

func TestFollow(t *testing.T) {
	offers := byVariant([]Offer{mug("red"), mug("blue"), lamp()})
	lines := func(text string, seen ...int64) []CartLine {
		c := cart(text)
		for i, s := range seen {
			c.Lines[i].Seen = eur(s)
		}
		return c.Lines
	}
	for _, c := range []struct {
		name   string
		lines  []CartLine
		all    string
		want   int64 // the price seen of "red" afterwards; 0: unchanged
		others int
	}{
		{"another colour moves the tier", lines("red:40", 500), "red:40 blue:10", 450, 0},
		{"taking it out moves it back", lines("red:40 blue:10", 450, 450), "red:40", 500, 1},
		{"no tier is moved", lines("red:10", 500), "red:10 blue:10", 0, 0},
		{"another article", lines("red:45", 500), "red:45 lamp:5", 0, 0},
		{"a price that changed meanwhile is still told of", lines("red:40", 490), "red:40 blue:10", 0, 0},
		{"an article that is gone", lines("gone:40", 490), "gone:40 blue:10", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			moved := follow(c.lines, cart(c.all).Lines, offers)
			want := c.others
			for _, l := range moved {
				if l.Variant == "red" && l.Seen != eur(c.want) {
					t.Errorf("the buyer saw %v, want %d", l.Seen, c.want)
				}
			}
			if c.want != 0 {
				want++
			}
			if len(moved) != want {
				t.Errorf("got %+v moved, want %d", moved, want)
			}
		})
	}
}
