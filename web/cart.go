package web

import (
	"net/http"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/web/page"
)

// putLine answers POST /cart/lines: it sets a variant's quantity, so that
// sending it twice changes nothing more.
func (s *Site) putLine(w http.ResponseWriter, r *http.Request) error {
	q := market.Quantity(whole(strings.TrimSpace(r.PostFormValue("quantity")), int(market.MostQuantity)))
	if r.PostFormValue("remove") != "" {
		q = 0
	} else if n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("quantity"))); err != nil || n < 0 {
		return &market.Fault{Kind: market.Invalid, Field: "quantity", Msg: "This is not a quantity.", Fix: "Enter a whole number."}
	}
	id, err := s.Orders.PutLine(r.Context(), actor(r), s.cartID(r), catalog.VariantID(r.PostFormValue("variant")), q, visitOf(r).currency)
	if err != nil {
		return err
	}
	if !actor(r).SignedIn() {
		http.SetCookie(w, s.cookie(cartCookie, string(id), 30*24*3600))
	}
	note := "cart.put"
	if q == 0 {
		note = "cart.taken"
	}
	return s.seeOther(w, r, "/cart", note)
}

// pricedCart is the visitor's cart worked out for the address's destination.
func (s *Site) pricedCart(r *http.Request, ask order.Ask) (order.Priced, error) {
	cart, err := s.Orders.Cart(r.Context(), actor(r), s.cartID(r))
	if market.KindOf(err) == market.NotFound {
		return order.Priced{}, nil
	}
	if err != nil {
		return order.Priced{}, err
	}
	return s.Orders.Price(r.Context(), cart, ask)
}

// cart answers GET /cart.
func (s *Site) cart(w http.ResponseWriter, r *http.Request) error {
	at := visitOf(r)
	priced, err := s.pricedCart(r, order.Ask{ShipTo: at.country, Currency: at.currency})
	if err != nil {
		return err
	}
	v := s.view(r)
	c := cartPage(v, priced)
	if !actor(r).SignedIn() && c.Next != "" {
		c.Notes = append(c.Notes, page.Note{Tone: page.Sea, Text: v.Words.T("order.sign_in_first"), Href: v.To("/sign-in", "next", v.To("/checkout")), Link: v.Words.T("sign.in")})
	}
	v.Title = v.Words.T("layout.cart")
	return s.show(w, r, page.CartPage(v, c))
}

func cartPage(v *page.View, p order.Priced) page.Cart {
	w := v.Words
	if len(p.Parts) == 0 {
		return page.Cart{Title: w.T("order.cart_empty"), Empty: &page.Empty{Title: w.T("order.cart_empty_title"), Text: w.T("order.cart_empty_text"), Href: v.To("/search"), Link: w.T("home.look")}}
	}
	c := page.Cart{Title: w.N("order.cart_title", len(p.Parts))}
	for i, part := range p.Parts {
		c.Parts = append(c.Parts, cartPart(v, part, i, len(p.Parts)))
	}
	c.Sums, c.Totals = sums(v, p)
	if p.Ready {
		c.Next = v.To("/checkout")
	} else if len(p.Amounts) > 0 {
		c.Next = v.To("/checkout")
		c.Notes = append(c.Notes, page.Note{Tone: page.Warn, Text: w.T("order.some_not")})
	}
	return c
}

func partTitle(v *page.View, part order.Part, i, n int) string {
	return v.Words.T("order.part", "i", i+1, "n", n, "supplier", part.Name)
}

func partFirm(v *page.View, part order.Part) page.Firm {
	return page.Firm{Number: string(part.Supplier), Name: part.Name, Href: v.To("/suppliers/" + part.Slug), Country: part.Country, Seal: seal(part.Verification)}
}

func cartPart(v *page.View, part order.Part, i, n int) page.CartPart {
	w := v.Words
	out := page.CartPart{
		Title: partTitle(v, part, i, n), ID: "part-" + strconv.Itoa(i+1), Firm: partFirm(v, part),
		Note:     w.N("order.part_note", part.LeadDays, "country", w.Country(part.Country)),
		SumLabel: w.T("order.part_sum"), Sum: w.Money(part.Total),
	}
	if part.Freight.Method != "" {
		out.Freight = w.T("order.part_freight", "method", method(v, part.Freight.Method), "price", w.Money(part.Freight.Price), "from", part.LeadDays+part.Freight.DaysFrom, "to", part.LeadDays+part.Freight.DaysTo)
		out.Tax = w.T("tax."+part.Tax.Label, "rate", w.Percent(part.Tax.Bps)) + ": " + w.Money(part.Tax.Amount) + ". " + w.T("listing.no_duty") + "."
	} else {
		out.Sum = "–"
	}
	for _, f := range part.Problems {
		if f.Field == "shipping" {
			out.Problems = append(out.Problems, f.Error()[len("shipping: "):])
		}
	}
	for _, l := range part.Lines {
		out.Lines = append(out.Lines, cartLine(v, part, l))
	}
	return out
}

func cartLine(v *page.View, part order.Part, l order.PricedLine) page.CartLine {
	w, o := v.Words, l.Offer
	out := page.CartLine{
		ID: string(o.Variant.ID), Href: v.To("/listings/"+string(o.Listing), "variant", string(o.Variant.ID), "quantity", strconv.Itoa(int(l.Quantity))),
		Name: o.Title(w.Lang), Note: w.T("listing.article", "number", o.Variant.SKU), Pic: picture(o.Picture, "4rem"), Mark: string(o.Supplier),
		Quantity: int(l.Quantity), Step: int(max(1, o.Multiple)), Each: w.Money(l.Unit), Sum: w.Money(l.Sum), Action: v.To("/cart/lines"),
	}
	if o.Variant.Label != "" {
		out.Note = o.Variant.Label + " · " + out.Note
	}
	if l.Next.From > 0 {
		out.Hint = w.T("order.next_tier", "n", w.Number(int64(l.Next.From)), "price", w.Money(market.Of(l.Next.Minor, part.Currency)))
	}
	if l.Changed() {
		key := "order.price_up"
		if l.Unit.Minor < l.Seen.Minor {
			key = "order.price_down"
		}
		out.Warn = append(out.Warn, w.T(key, "was", w.Money(l.Seen), "now", w.Money(l.Unit)))
	}
	for _, f := range l.Problems {
		out.Warn = append(out.Warn, f.Msg+" "+f.Fix)
	}
	return out
}

// sums adds up goods, freight and tax over the parts that can be ordered.
func sums(v *page.View, p order.Priced) (lines, totals []page.Line) {
	w := v.Words
	byCurrency := map[market.Currency]*[3]market.Money{}
	var currencies []market.Currency
	consignments, articles := 0, 0
	for _, part := range p.Parts {
		if len(part.Problems) > 0 {
			continue
		}
		consignments++
		articles += len(part.Lines)
		s, ok := byCurrency[part.Currency]
		if !ok {
			s = &[3]market.Money{}
			byCurrency[part.Currency] = s
			currencies = append(currencies, part.Currency)
		}
		s[0], s[1], s[2] = s[0].Add(part.Goods), s[1].Add(part.Freight.Price), s[2].Add(part.Tax.Amount)
	}
	for _, c := range currencies {
		s := byCurrency[c]
		lines = append(lines,
			page.Line{Label: w.N("order.goods_n", articles), Amount: w.Money(s[0])},
			page.Line{Label: w.N("order.freight_n", consignments), Amount: w.Money(s[1])},
			page.Line{Label: w.T("order.tax"), Amount: w.Money(market.Of(s[2].Minor, c))})
	}
	for _, a := range p.Amounts {
		totals = append(totals, page.Line{Label: w.T("order.into_hold"), Note: w.T("listing.no_duty"), Amount: w.Money(a)})
	}
	return lines, totals
}
