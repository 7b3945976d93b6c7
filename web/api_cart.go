package web

import (
	"context"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
)

type cartDoc struct {
	ID        order.CartID   `json:"cart_id" doc:"Empty while nobody put anything in."`
	Country   string         `json:"country" doc:"It was worked out for."`
	Suppliers []partDoc      `json:"suppliers" doc:"Each becomes an order of its own."`
	Totals    []market.Money `json:"totals" doc:"By currency, over what can be ordered. Duty is not included."`
	Agreed    string         `json:"agreed" doc:"Names every price, quantity and freight: give it to POST /orders to be asked again if one changes."`
	Changed   bool           `json:"changed" doc:"A price differs from the one when the article was put in."`
	Ready     bool           `json:"ready" doc:"All of it can be ordered."`
}

type partDoc struct {
	Supplier    firmDoc         `json:"supplier"`
	Currency    market.Currency `json:"currency"`
	Lines       []cartLineDoc   `json:"lines"`
	Goods       market.Money    `json:"goods"`
	Freight     *freightDoc     `json:"freight,omitempty" doc:"The chosen one, else the cheapest."`
	Offers      []freightDoc    `json:"freight_offers"`
	Tax         *taxDoc         `json:"tax,omitempty"`
	Total       *market.Money   `json:"total,omitempty"`
	LeadDays    int             `json:"lead_days"`
	WeightGrams int64           `json:"weight_grams"`
	Problems    []mistakeDoc    `json:"problems" doc:"Why it can't be ordered as it is."`
}

type cartLineDoc struct {
	VariantID catalog.VariantID `json:"variant_id"`
	ListingID catalog.ListingID `json:"listing_id,omitempty"`
	SKU       string            `json:"sku"`
	Title     string            `json:"title"`
	Label     string            `json:"label,omitempty"`
	Quantity  market.Quantity   `json:"quantity"`
	UnitPrice *market.Money     `json:"unit_price,omitempty" doc:"At the tier that all variants of the listing reach together."`
	Sum       *market.Money     `json:"sum,omitempty"`
	Seen      *market.Money     `json:"seen_price,omitempty" doc:"When it was put in, where that differs."`
	Next      *tierDoc          `json:"next_tier,omitempty"`
}

type freightDoc struct {
	Method   string       `json:"method"`
	Price    market.Money `json:"price"`
	DaysFrom int          `json:"days_from"`
	DaysTo   int          `json:"days_to"`
}

type taxDoc struct {
	Label    string       `json:"label"`
	Bps      int64        `json:"bps" doc:"Basis points."`
	Base     market.Money `json:"base" doc:"Goods and freight."`
	Amount   market.Money `json:"amount"`
	Rounding string       `json:"rounding" doc:"Once, on the base."`
}

type putLineCall struct {
	Body lineDoc
}

type lineDoc struct {
	Variant  catalog.VariantID `json:"variant_id" maxLength:"36"`
	Quantity int64             `json:"quantity" minimum:"0" maximum:"2147483647" doc:"0 takes it out."`
	Cart     order.CartID      `json:"cart_id,omitempty" maxLength:"36" doc:"A guest's cart; without it a new one is made. Signed in, what is in it moves to your own."`
	Country  string            `json:"country,omitempty" pattern:"^[A-Z]{2}$" doc:"To work the answer out for."`
	Currency string            `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Wanted."`
}

func (a api) putLine(ctx context.Context, in *putLineCall) (*answer[cartDoc], error) {
	ask, err := a.ask(in.Body.Country, in.Body.Currency, "")
	if err != nil {
		return nil, err
	}
	by := actorIn(ctx)
	if by.SignedIn() && in.Body.Cart != "" {
		if err := a.Orders.Adopt(ctx, by, in.Body.Cart); err != nil {
			return nil, err
		}
	}
	if !market.IsID(in.Body.Variant) {
		return nil, &market.Fault{Kind: market.NotFound, Field: "variant_id", Msg: "This article was not found.", Fix: "Take the id of a variant from its listing."}
	}
	id, err := a.Orders.PutLine(ctx, by, in.Body.Cart, in.Body.Variant, market.Quantity(in.Body.Quantity), ask.Currency)
	if err != nil {
		return nil, renamed(err, "", "variant_id")
	}
	return a.priced(ctx, id, ask)
}

// renamed gives the faults on one field the name that programs know it by.
func renamed(err error, field, name string) error {
	faults := FaultsOf(err)
	if len(faults) == 0 {
		return err
	}
	for _, f := range faults {
		if f.Field == field {
			f.Field = name
		}
	}
	return faults
}

// ask is what a cart is worked out for; prefix says where the words stand.
func (a api) ask(country, currency, prefix string) (order.Ask, error) {
	ask := order.Ask{ShipTo: country}
	if country == "" {
		ask.ShipTo = a.Country
	} else if !party.IsCountry(country) {
		return ask, &market.Fault{Kind: market.Invalid, Field: prefix + "country", Msg: "There is no such country.", Fix: "Use its code of two letters, such as SE (ISO 3166-1)."}
	}
	var err error
	ask.Currency, err = a.currency(prefix+"currency", currency)
	return ask, err
}

type cartCall struct {
	Cart     string `query:"cart_id" maxLength:"36" doc:"A guest's. Signed in, your own is answered without it."`
	Country  string `query:"country" pattern:"^[A-Z]{2}$"`
	Currency string `query:"currency" pattern:"^[A-Z]{3}$"`
}

func (a api) cart(ctx context.Context, in *cartCall) (*answer[cartDoc], error) {
	ask, err := a.ask(in.Country, in.Currency, "query.")
	if err != nil {
		return nil, err
	}
	if in.Cart == "" && !actorIn(ctx).SignedIn() {
		return nil, &market.Fault{Kind: market.Invalid, Field: "query.cart_id", Msg: "A guest has no cart of their own.", Fix: "Give the cart_id that POST /cart/lines answered, or a key."}
	}
	return a.priced(ctx, order.CartID(in.Cart), ask)
}

// priced answers with the actor's cart, which id names or is "" for their own.
func (a api) priced(ctx context.Context, id order.CartID, ask order.Ask) (*answer[cartDoc], error) {
	by := actorIn(ctx)
	cart, err := a.Orders.Cart(ctx, by, id)
	switch {
	case market.KindOf(err) == market.NotFound && by.SignedIn() && id == "":
		return answered(cartDoc{Country: ask.ShipTo, Suppliers: []partDoc{}, Totals: []market.Money{}})
	case err != nil:
		return nil, err
	case id != "" && id != cart.ID:
		return nil, market.Missing("This cart")
	}
	p, err := a.Orders.Price(ctx, cart, ask)
	if err != nil {
		return nil, err
	}
	out := cartDoc{ID: p.Cart, Country: p.ShipTo, Suppliers: make([]partDoc, len(p.Parts)), Totals: p.Amounts, Agreed: p.Digest, Changed: p.Changed, Ready: p.Ready}
	if out.Totals == nil {
		out.Totals = []market.Money{}
	}
	for i, part := range p.Parts {
		out.Suppliers[i] = partOf(part, visitIn(ctx).lang)
	}
	return answered(out)
}

func partOf(p order.Part, lang string) partDoc {
	out := partDoc{
		Supplier: firmDoc{p.Supplier, p.Slug, p.Name, p.Country, string(p.Verification)}, Currency: p.Currency, Lines: make([]cartLineDoc, len(p.Lines)),
		Goods: p.Goods, Offers: make([]freightDoc, len(p.Offers)), LeadDays: p.LeadDays, WeightGrams: p.Grams, Problems: make([]mistakeDoc, len(p.Problems)),
	}
	for i, l := range p.Lines {
		out.Lines[i] = cartLineOf(l, p.Currency, lang)
	}
	for i, f := range p.Offers {
		out.Offers[i] = freightDoc(f)
	}
	if p.Freight.Method != "" {
		freight, tax, total := freightDoc(p.Freight), taxOf(p.Tax), p.Total
		out.Freight, out.Tax, out.Total = &freight, &tax, &total
	}
	for i, f := range p.Problems {
		field := f.Field
		if strings.HasPrefix(field, "shipping") {
			field = "shipping." + p.Slug
		}
		out.Problems[i] = mistakeDoc{field, f.Msg, f.Fix}
	}
	return out
}

func taxOf(t landed.Tax) taxDoc {
	return taxDoc{t.Label, t.Bps, t.Base, t.Amount, string(t.Rounding)}
}

func cartLineOf(l order.PricedLine, c market.Currency, lang string) cartLineDoc {
	o := l.Offer
	out := cartLineDoc{VariantID: o.Variant.ID, ListingID: o.Listing, SKU: o.Variant.SKU, Title: o.Title(lang), Label: o.Variant.Label, Quantity: l.Quantity}
	if l.Unit.Currency != "" {
		out.UnitPrice, out.Sum = &l.Unit, &l.Sum
	}
	if l.Changed() {
		out.Seen = &l.Seen
	}
	if l.Next.From > 0 {
		out.Next = &tierDoc{l.Next.From, market.Of(l.Next.Minor, c)}
	}
	return out
}
