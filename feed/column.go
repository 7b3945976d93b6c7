package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// kind says what a column holds.
type kind string

const (
	title       kind = "title"
	description kind = "description"
	quantity    kind = "qty"
	price       kind = "price"
	attribute   kind = "attr"
)

// ofListing are the kinds that speak of the listing, not of one variant.
var ofListing = []kind{"article", title, "language", description, "category", "unit", "moq", "multiple", "lead_days", "origin", "hs_code", "pictures", "state", attribute}

// column is one column of a file.
type column struct {
	kind kind
	name string            // as the file has it, clipped
	lang string            // of title and description; "" for the original
	n    int               // of qty_n and price_n, from 0
	in   market.Currency   // of price_n.USD; "" for the currency column's
	attr catalog.Attribute // without value

	shared bool // speaks of the listing, not of one variant
}

// mostBreaks bounds n of qty_n: further currencies may have breaks of their own.
const mostBreaks = 99

// columns understands the header: every mistake is a Problem; with a fault in
// it the file can't be read at all.
func columns(header row) (cols []*column, notes []Problem, faults market.Faults) {
	seen := map[string]int{}
	cols = make([]*column, len(header.cells))
	for i, cell := range header.cells {
		key := strings.ToLower(cell)
		c, ok := parseColumn(cell)
		name := clip(cell)
		c.name = name
		switch before, twice := seen[key]; {
		case name == "":
			notes = append(notes, Problem{Line: header.line, Column: columnLetter(i), Message: "The column has no name and is not read.", Fix: "Name it or delete it."})
		case twice:
			faults = append(faults, &market.Fault{Kind: market.Invalid, Row: header.line, Field: name,
				Msg: fmt.Sprintf("The column stands there twice, as %s and %s.", columnLetter(before), columnLetter(i)), Fix: "Delete one of the two."})
		case !ok:
			fix := "Delete it, or name it attr." + name + " to make it an attribute."
			if near := nearest(key); near != "" {
				fix = "Did you mean " + near + "?"
			}
			notes = append(notes, Problem{Line: header.line, Column: name, Message: "Kontor does not know this column; it is not read.", Fix: fix})
		default:
			c.shared = slices.Contains(ofListing, c.kind)
			cols[i] = &c
		}
		seen[key] = i
	}
	for _, need := range needed {
		if i, ok := seen[need]; !ok || cols[i] == nil {
			faults = append(faults, &market.Fault{Kind: market.Invalid, Row: header.line, Field: need, Msg: "The column " + need + " is missing.",
				Fix: "The first row must name the columns; add " + need + " to it."})
		}
	}
	return cols, notes, faults
}

func parseColumn(name string) (column, bool) {
	key := strings.ToLower(name)
	c := column{kind: kind(key)}
	if slices.Contains(plainKinds, c.kind) {
		return c, true
	}
	head, rest, dotted := strings.Cut(name, ".")
	head = strings.ToLower(head)
	switch c.kind = kind(head); {
	case dotted && (c.kind == title || c.kind == description):
		c.lang = rest
		return c, rest != ""
	case dotted && c.kind == attribute:
		c.attr = parseAttribute(rest)
		return c, c.attr.Name != ""
	}
	word, number, _ := strings.Cut(head, "_")
	n, err := strconv.Atoi(number)
	c.kind, c.n = kind(word), n-1
	if err != nil || n < 1 || n > mostBreaks || number != strconv.Itoa(n) {
		return c, false
	}
	switch {
	case c.kind == quantity && !dotted, c.kind == price && !dotted:
		return c, true
	case c.kind == price:
		c.in = market.Currency(strings.ToUpper(rest))
		return c, c.in.Known()
	}
	return c, false
}

// parseAttribute takes "width:number:cm" apart; a bare name is a text.
func parseAttribute(s string) catalog.Attribute {
	parts := strings.SplitN(s, ":", 3)
	a := catalog.Attribute{Name: strings.TrimSpace(parts[0]), Kind: catalog.Text}
	if len(parts) > 1 {
		a.Kind = catalog.AttributeKind(strings.ToLower(strings.TrimSpace(parts[1])))
	}
	if len(parts) > 2 {
		a.Unit = strings.TrimSpace(parts[2])
	}
	return a
}

// attributeColumn is the name that parseAttribute takes apart.
func attributeColumn(a catalog.Attribute) string {
	name := "attr." + a.Name
	if a.Kind != catalog.Text || a.Unit != "" {
		name += ":" + string(a.Kind)
	}
	if a.Unit != "" {
		name += ":" + a.Unit
	}
	return name
}

// nearest is the known column name that is written most like name, or "".
func nearest(name string) string {
	if len(name) > 40 {
		return ""
	}
	base, lang, dotted := strings.Cut(name, ".")
	best, near := "", 3
	for _, known := range slices.Concat(plainKinds, []kind{"qty_1", "price_1"}) {
		if d := catalog.Distance(base, string(known)); d < near && d < len(known) {
			best, near = string(known), d
		}
	}
	if best == "" {
		best = otherWords[base]
	}
	if dotted && (best == string(title) || best == string(description)) {
		best += "." + lang
	}
	return best
}

// otherWords are what other systems call our columns.
var otherWords = map[string]string{
	"name": "title", "product": "title", "product_name": "title", "id": "article", "item": "article", "article_no": "article", "code": "sku",
	"body": "description", "text": "description", "quantity": "stock", "inventory": "stock", "amount": "price_1", "net_price": "price_1",
	"weight": "weight_g", "grams": "weight_g", "country": "origin", "made_in": "origin", "hs": "hs_code", "tariff": "hs_code", "images": "pictures",
	"image": "pictures", "option": "variant", "size": "variant", "min_qty": "moq", "minimum": "moq", "step": "multiple", "delivery": "lead_days", "status": "state",
}

// columnLetter is what spreadsheets call the column: A, B … Z, AA.
func columnLetter(i int) string {
	var s string
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}
