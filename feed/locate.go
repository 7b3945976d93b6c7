package feed

import (
	"fmt"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// fieldColumns are the columns that the catalogue's fields come from where
// their names differ.
var fieldColumns = map[string]string{
	"titles": "title", "descriptions": "description", "label": "variant", "weight_grams": "weight_g", "prices": "price_1", "attributes": "attr", "variants": "price_1",
}

// locate turns the catalogue's fault into line and column of the file.
func (t *table) locate(a *article, o catalog.Offer, rows []*variantRow, f *market.Fault) Problem {
	p := Problem{Line: rows[0].line, Message: f.Msg, Fix: f.Fix}
	if rest, ok := strings.CutPrefix(f.Field, "variants["); ok {
		number, field, _ := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); err == nil && i < len(rows) {
			p.Line = rows[i].line
			p.Column = t.variantColumn(strings.TrimPrefix(field, "."), o.Variants[i], rows[i])
			return p
		}
	}
	if rest, ok := strings.CutPrefix(f.Field, "attributes["); ok {
		number, _, _ := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); err == nil && i < len(o.Attributes) {
			for c, said := range a.cells {
				if c.kind == attribute && c.attr.Name == o.Attributes[i].Name {
					p.Line, p.Column = said.line, c.name
					return p
				}
			}
		}
	}
	name, lang, _ := strings.Cut(f.Field, ".")
	name, _, _ = strings.Cut(name, "[")
	if column, ok := fieldColumns[name]; ok {
		name = column
	}
	p.Column = name
	for c, said := range a.cells {
		if string(c.kind) == name && (c.lang == lang || c.lang == "") {
			p.Line, p.Column = said.line, c.name
			if c.lang == lang {
				break
			}
		}
	}
	return p
}

// variantColumn takes "prices[1].tiers[0].minor" to price_1.USD.
func (t *table) variantColumn(field string, v catalog.Variant, r *variantRow) string {
	name, rest, _ := strings.Cut(field, "[")
	if column, ok := fieldColumns[name]; ok {
		name = column
	}
	var list, tier int
	var part string
	if n, _ := fmt.Sscanf(strings.NewReplacer("]", " ", "[", " ", ".", " ").Replace(rest), "%d tiers %d %s", &list, &tier, &part); n < 1 || list < 0 || list >= len(v.Prices) {
		return name
	}
	price := v.Prices[list]
	if tier < 0 || tier >= len(price.Tiers) {
		return "currency"
	}
	n := -1
	for i, c := range t.cols { // the break whose quantity is the tier's; of several the one that stands in its place
		if c != nil && c.kind == quantity && r.cells[i] == strconv.FormatInt(int64(price.Tiers[tier].From), 10) && (n < 0 || c.n == tier) {
			n = c.n
		}
	}
	if n < 0 {
		n = tier
	}
	if part == "from" {
		return fmt.Sprintf("qty_%d", n+1)
	}
	name = fmt.Sprintf("price_%d", n+1)
	for i, c := range t.cols {
		if c != nil && c.kind == kind("price") && c.n == n && r.cells[i] != "" && c.in == price.Currency {
			return c.name
		}
	}
	return name
}
