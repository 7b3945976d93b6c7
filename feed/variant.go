package feed

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// variant reads what a row says of its variant, and notes what is wrong in it.
func (t *table) variant(r *variantRow, code string, moq market.Quantity) {
	v := catalog.Variant{SKU: code, OnHand: catalog.SameStock}
	var (
		currency = t.in
		breaks   = make([]tierCells, t.breaks)
	)
	for i, c := range t.cols {
		if c == nil {
			continue
		}
		text, fault := r.cells[i], ""
		switch c.kind {
		case quantity:
			breaks[c.n].from, breaks[c.n].fromColumn = text, c.name
			continue
		case price:
			breaks[c.n].set(c, text)
			continue
		}
		if text == "" {
			continue
		}
		switch c.kind {
		case "sku":
			v.SKU = text
		case "variant":
			v.Label = text
		case "currency":
			currency = market.Currency(strings.ToUpper(text))
		case "weight_g":
			fault = whole(text, &v.WeightGrams)
		case "length_mm":
			fault = whole(text, &v.LengthMM)
		case "width_mm":
			fault = whole(text, &v.WidthMM)
		case "height_mm":
			fault = whole(text, &v.HeightMM)
		case "stock":
			fault = whole(text, &v.OnHand)
		}
		if fault != "" {
			r.fault(c.name, fault, "Write a whole number such as 12, without separators or unit.")
		}
	}
	v.Prices = t.prices(r, breaks, currency, moq)
	r.variant = v
}

func (r *variantRow) fault(column, msg, fix string) {
	if p := (Problem{Line: r.line, Column: column, Message: msg, Fix: fix}); !known(r.faults, p) {
		r.faults = append(r.faults, p)
	}
}

// tierCells are the cells of one quantity break.
type tierCells struct {
	from, fromColumn string
	prices           []priceCell
}

type priceCell struct {
	column *column
	text   string
}

// priced tells whether there is a price in any currency, ownPriced whether in
// the row's own.
func (b tierCells) priced() bool {
	return slices.ContainsFunc(b.prices, func(p priceCell) bool { return p.text != "" })
}

func (b tierCells) ownPriced() bool {
	return slices.ContainsFunc(b.prices, func(p priceCell) bool { return p.text != "" && p.column.in == "" })
}

func (b *tierCells) set(c *column, text string) {
	b.prices = append(b.prices, priceCell{c, text})
}

// prices makes the price lists, the row's own currency first. A further
// currency without any price is named without tiers: it is taken out. A tier
// with a cell that can't be read is guessed from the one before, so that the
// others can still be checked; the row has a fault then.
func (t *table) prices(r *variantRow, breaks []tierCells, own market.Currency, moq market.Quantity) []catalog.Price {
	lists := make([]catalog.Price, 1+len(t.further))
	lists[0].Currency = t.standIn(r, breaks, own)
	for i, c := range t.further {
		lists[1+i].Currency = c
	}
	for n, b := range breaks {
		from, priced, bad := market.Quantity(0), b.priced(), false
		switch {
		case b.from != "":
			if fault := whole(b.from, &from); fault != "" {
				r.fault(b.fromColumn, fault, "Write the quantity from which the price holds.")
				bad = true
			} else if !priced && len(b.prices) > 0 {
				r.fault(b.prices[0].column.name, "A quantity stands there without a price.", "Write the price of one unit, or clear the quantity.")
			}
		case priced && n == 0:
			from = max(1, moq)
		case priced:
			r.fault(fmt.Sprintf("qty_%d", n+1), "A price stands there without its quantity.", "Write from which quantity it holds.")
			bad = true
		}
		for _, p := range b.prices {
			if p.text == "" {
				continue
			}
			list := &lists[slices.IndexFunc(lists, func(l catalog.Price) bool { return l.Currency == cmp.Or(p.column.in, lists[0].Currency) })]
			tier := catalog.Tier{From: from}
			money, err := t.money(p.text, list.Currency)
			if f, ok := errors.AsType[*market.Fault](err); ok {
				r.fault(p.column.name, f.Msg, f.Fix)
			}
			if tier.Minor = money.Minor; err != nil || bad {
				r.guess(list, &tier, err != nil, bad, moq)
			}
			list.Tiers = append(list.Tiers, tier)
		}
	}
	return slices.DeleteFunc(lists, func(p catalog.Price) bool {
		return p.Currency == lists[0].Currency && len(p.Tiers) == 0 // the first, or a further one of the same currency
	})
}

// standIn is the currency of the row's own prices; for one that is missing or
// unknown, which is a fault, another in which amounts can be read.
func (t *table) standIn(r *variantRow, breaks []tierCells, own market.Currency) market.Currency {
	if own.Known() || !slices.ContainsFunc(breaks, tierCells.ownPriced) {
		return own
	}
	_, err := market.ParseMoney("1", own)
	if f, ok := errors.AsType[*market.Fault](err); ok {
		r.fault("currency", f.Msg, f.Fix)
	}
	return "EUR"
}

// guess fills in what could not be read of a tier.
func (r *variantRow) guess(list *catalog.Price, tier *catalog.Tier, price, from bool, moq market.Quantity) {
	if r.guessed == nil {
		r.guessed = map[guess]bool{}
	}
	r.guessed[guess{list.Currency, len(list.Tiers)}] = true
	before := catalog.Tier{From: max(1, moq), Minor: market.Most}
	if n := len(list.Tiers); n > 0 {
		before = list.Tiers[n-1]
	}
	if price {
		tier.Minor = before.Minor
	}
	if from {
		tier.From = before.From
	}
}

// money reads an amount, by option with a decimal comma.
func (t *table) money(s string, c market.Currency) (market.Money, error) {
	if t.comma && strings.Contains(s, ",") {
		s = strings.NewReplacer(".", "", " ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(s)
		s = strings.Replace(s, ",", ".", 1)
	}
	m, err := market.ParseMoney(s, c)
	if err == nil && m.Minor == 0 {
		err = &market.Fault{Kind: market.Invalid, Msg: "The price is zero.", Fix: "Write what one unit costs, or leave the row out."}
	}
	return m, err
}
