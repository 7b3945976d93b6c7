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
	r.faults = append(r.faults, Problem{Line: r.line, Column: column, Message: msg, Fix: fix})
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

func (b *tierCells) set(c *column, text string) {
	b.prices = append(b.prices, priceCell{c, text})
}

// prices makes the price lists, the row's own currency first. A further
// currency without any price is named without tiers: it is taken out.
func (t *table) prices(r *variantRow, breaks []tierCells, own market.Currency, moq market.Quantity) []catalog.Price {
	lists := make([]catalog.Price, 1+len(t.further))
	lists[0].Currency = own
	for i, c := range t.further {
		lists[1+i].Currency = c
	}
	for n, b := range breaks {
		from, priced := market.Quantity(0), false
		if b.from != "" {
			if fault := whole(b.from, &from); fault != "" {
				r.fault(b.fromColumn, fault, "Write the quantity from which the price holds.")
				continue
			}
		}
		for _, p := range b.prices {
			if p.text == "" {
				continue
			}
			priced = true
			money, err := t.money(p.text, cmp.Or(p.column.in, own))
			if err != nil {
				f, _ := errors.AsType[*market.Fault](err)
				column := p.column.name
				if p.column.in == "" && !own.Known() {
					column = "currency"
				}
				r.fault(column, f.Msg, f.Fix)
				continue
			}
			for i := range lists {
				if lists[i].Currency == money.Currency {
					lists[i].Tiers = append(lists[i].Tiers, catalog.Tier{From: from, Minor: money.Minor})
					break
				}
			}
		}
		switch {
		case priced && b.from == "" && n == 0:
			first := max(1, moq)
			for i := range lists {
				if len(lists[i].Tiers) > 0 {
					lists[i].Tiers[0].From = first
				}
			}
		case priced && b.from == "":
			r.fault(fmt.Sprintf("qty_%d", n+1), "A price stands there without its quantity.", "Write from which quantity it holds.")
		case !priced && b.from != "" && len(b.prices) > 0:
			r.fault(b.prices[0].column.name, "A quantity stands there without a price.", "Write the price of one unit, or clear the quantity.")
		}
	}
	return slices.DeleteFunc(lists, func(p catalog.Price) bool {
		if p.Currency == own { // the first, or a further one of the same currency
			return len(p.Tiers) == 0
		}
		return false
	})
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
