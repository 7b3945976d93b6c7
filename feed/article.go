package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"kontor/market"
	"kontor/market/catalog"
)

// article is the rows of one listing as they were read.
type article struct {
	code   string
	cells  map[*column]cell // of the listing: the first that is not empty
	rows   []*variantRow
	end    int64 // bytes of the file up to its last row
	before bool  // an earlier part of the file, already loaded, named it first
}

// cell is a listing's cell and where it stands.
type cell struct {
	line int
	text string
}

// variantRow is one row: its cells, and what they said.
type variantRow struct {
	line    int
	cells   []string
	variant catalog.Variant
	guessed map[guess]bool // tiers of which a cell could not be read
	faults  []Problem
}

// guess is a tier by its currency and its place in the price list.
type guess struct {
	in market.Currency
	n  int
}

// table is a file with its columns understood.
type table struct {
	cols    []*column
	silent  catalog.Part
	comma   bool // decimal comma
	in      market.Currency
	lang    string
	report  *Report
	breaks  int               // largest n of price_n and qty_n
	further []market.Currency // of price_n.USD, in the order of their columns
}

// silences says which columns stand for what an Offer can be silent about.
var silences = map[kind]catalog.Part{
	"state": catalog.OfState, "category": catalog.OfCategory, "language": catalog.OfLanguage, "unit": catalog.OfUnit, "moq": catalog.OfMOQ, "multiple": catalog.OfMultiple,
	"lead_days": catalog.OfLead, "origin": catalog.OfOrigin, "hs_code": catalog.OfHSCode, "pictures": catalog.OfPictures, "variant": catalog.OfLabel,
	"weight_g": catalog.OfWeight, "length_mm": catalog.OfSize, "stock": catalog.OfStock,
}

func newTable(cols []*column, report *Report) *table {
	t := &table{cols: cols, report: report}
	for _, part := range silences {
		t.silent |= part
	}
	for _, c := range cols {
		if c == nil {
			continue
		}
		t.silent &^= silences[c.kind]
		if c.kind == quantity || c.kind == price {
			t.breaks = max(t.breaks, c.n+1)
		}
		if c.in != "" && !slices.Contains(t.further, c.in) {
			t.further = append(t.further, c.in)
		}
	}
	return t
}

// add puts a row to its article.
func (t *table) add(a *article, r row) {
	a.rows = append(a.rows, &variantRow{line: r.line, cells: r.cells})
	for i, c := range t.cols {
		if c == nil || !c.shared || r.cells[i] == "" {
			continue
		}
		first, there := a.cells[c]
		switch {
		case !there:
			a.cells[c] = cell{r.line, r.cells[i]}
		case first.text == r.cells[i]:
		case c.kind == attribute && (c.attr.Kind == catalog.Text || c.attr.Kind == catalog.Choice):
			if !slices.Contains(strings.Split(first.text, ", "), r.cells[i]) {
				a.cells[c] = cell{first.line, first.text + ", " + r.cells[i]}
			}
		default:
			t.report.note(Problem{Line: r.line, Column: c.name, Message: fmt.Sprintf("Line %d says otherwise for the same article; that counts.", first.line),
				Fix: "Leave the cell empty, or write the same in both."})
		}
	}
}

// offer makes an offer of the article, without rows that have a fault; used
// gives the row of each of its variants, then the bare ones. faults are the
// listing's own.
func (t *table) offer(a *article) (o catalog.Offer, used []*variantRow, faults []Problem) {
	o.Silent = t.silent
	o.Article, o.Language = a.code, t.lang
	o.Titles, o.Descriptions = map[string]string{}, map[string]string{}
	for _, c := range t.cols {
		if c == nil || !c.shared {
			continue
		}
		if fault := t.listingCell(&o, a, c); fault != nil {
			faults = append(faults, *fault)
		}
	}
	// An attribute may have columns of several kinds: an empty one takes out
	// nothing that another sets.
	o.Attributes = slices.DeleteFunc(o.Attributes, func(a catalog.Attribute) bool {
		return a.Value == "" && slices.ContainsFunc(o.Attributes, func(b catalog.Attribute) bool { return b.Name == a.Name && b.Value != "" })
	})
	var bare []*variantRow
	for _, r := range a.rows {
		if t.bare(r) {
			bare = append(bare, r)
			continue
		}
		t.variant(r, a.code, o.MOQ)
		if len(r.faults) == 0 {
			used = append(used, r)
			o.Variants = append(o.Variants, r.variant)
		}
	}
	return o, append(used, bare...), faults
}

// bare tells whether a row speaks of the listing alone: a draft without
// variants, or texts in a row of their own.
func (t *table) bare(r *variantRow) bool {
	for i, c := range t.cols {
		if c != nil && !c.shared && r.cells[i] != "" {
			return false
		}
	}
	return true
}

// refuse reports the rows with faults of their own and, where the listing has
// some, all of its rows.
func (t *table) refuse(a *article, faults []Problem) {
	named := map[int]bool{}
	for _, f := range faults {
		t.report.wrong(f)
		named[f.Line] = true
	}
	for _, r := range a.rows {
		for _, f := range r.faults {
			t.report.wrong(f)
		}
		switch {
		case len(r.faults) > 0:
			t.report.Rejected++
		case len(faults) > 0:
			t.report.Rejected++
			if !named[r.line] {
				t.report.wrong(Problem{Line: r.line, Column: "article", Message: fmt.Sprintf("Its article %s has a mistake on line %d.", clip(a.code), faults[0].Line), Fix: "Mend that line and import the file again."})
			}
		}
	}
}

// listingCell sets what one column says of the listing.
func (t *table) listingCell(o *catalog.Offer, a *article, c *column) *Problem {
	said := a.cells[c]
	switch c.kind {
	case title, description:
		texts := o.Titles
		if c.kind == description {
			texts = o.Descriptions
		}
		if said.text != "" || !a.before {
			texts[c.lang] = said.text
		}
		return nil
	case attribute:
		at := c.attr
		if at.Value = said.text; said.text != "" || !a.before {
			o.Attributes = append(o.Attributes, at)
		}
		return nil
	case "pictures":
		if said.text == "" && a.before {
			o.Silent |= catalog.OfPictures
		}
		return nil // see pictures
	case "article":
		return nil
	}
	if said.text == "" {
		o.Silent |= silences[c.kind]
		return nil
	}
	var fault string
	switch c.kind {
	case "language":
		o.Language = said.text
	case "category":
		o.Category = said.text
	case "unit":
		o.Unit = said.text
	case "origin":
		o.Origin = said.text
	case "hs_code":
		o.HSCode = strings.NewReplacer(".", "", " ", "").Replace(said.text)
	case "state":
		o.State = catalog.State(strings.ToLower(said.text))
	case "moq":
		fault = whole(said.text, &o.MOQ)
	case "multiple":
		fault = whole(said.text, &o.Multiple)
	case "lead_days":
		fault = whole(said.text, &o.LeadDays)
	}
	if fault == "" {
		return nil
	}
	o.Silent |= silences[c.kind]
	return &Problem{Line: said.line, Column: c.name, Message: fault, Fix: "Write a whole number such as 12, without separators or unit."}
}

// whole reads a whole number into v and says what is wrong with it.
func whole[T ~int | ~int64](s string, v *T) string {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a whole number.", clip(s))
	case n < 0 || n > int64(market.MostQuantity):
		return fmt.Sprintf("%q is out of range.", clip(s))
	}
	*v = T(n)
	return ""
}

// clip keeps text of a file short and fit for a terminal: what is no visible
// letter becomes a mark.
func clip(s string) string { return visible(s, 40) }

func visible(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s[:min(len(s), 4*(most+1))])
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
