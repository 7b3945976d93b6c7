package search

import (
	"fmt"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"kontor/market"
	"kontor/market/catalog"
)

// row is what facets, filters and sorting read of one listing: some 64 bytes.
type row struct {
	id                         catalog.ListingID
	moq, lead, changed         int64
	supplier, category, origin uint32 // places in the view's names
	moqBand, leadBand          uint8  // places in catalog.MOQBands and LeadBands
	inStock                    bool
}

// price is a listing's lowest first-tier price in one currency; band is
// noPrice where it has none.
type price struct {
	minor int64
	band  uint8 // place in catalog.PriceBands
}

const noPrice = 255

// columns are the facts of one segment's listings by their number in it. A
// segment never changes, so neither do they.
type columns struct {
	rows      []row
	prices    map[market.Currency][]price
	languages []string
}

// names number the values of a column. They only grow: a slice handed out
// stays right. Owned by the writer.
type names struct {
	list []string
	at   map[string]uint32
}

func (n *names) number(s string) uint32 {
	if i, ok := n.at[s]; ok {
		return i
	}
	if n.at == nil {
		n.at = map[string]uint32{}
	}
	i := uint32(len(n.list))
	n.list = append(n.list, s)
	n.at[s] = i
	return i
}

// registers are the numbered values of all columns.
type registers struct{ suppliers, categories, origins names }

// readColumns reads the facts stored in seg.
func readColumns(seg segment.Segment, reg *registers) (*columns, error) {
	n := seg.Count()
	c := &columns{rows: make([]row, n), prices: map[market.Currency][]price{}}
	var f facts
	for doc := range n {
		var err error
		found := false
		visitErr := seg.VisitStoredFields(doc, func(name string, _ byte, value []byte, _ []uint64) bool {
			if name != inFacts {
				return true
			}
			found, err = true, f.decode(value)
			return false
		})
		switch {
		case visitErr != nil:
			return nil, fmt.Errorf("read the stored facts of listing %d of a segment: %w", doc, visitErr)
		case err != nil:
			return nil, err
		case !found:
			return nil, errFacts
		}
		c.set(int(doc), &f, reg)
	}
	return c, nil
}

func (c *columns) set(doc int, f *facts, reg *registers) {
	c.rows[doc] = row{
		id: catalog.ListingID(f.id), moq: f.moq, lead: f.lead, changed: f.changed, inStock: f.inStock,
		supplier: reg.suppliers.number(f.supplier), category: reg.categories.number(f.category), origin: reg.origins.number(f.origin),
		moqBand: bandAt(catalog.MOQBands, f.moq), leadBand: bandAt(catalog.LeadBands, f.lead),
	}
	for _, l := range f.languages {
		if !slices.Contains(c.languages, l) {
			c.languages = append(c.languages, l)
		}
	}
	for _, m := range f.prices {
		col := c.prices[m.Currency]
		if col == nil {
			col = make([]price, len(c.rows))
			for i := range col {
				col[i].band = noPrice
			}
			c.prices[m.Currency] = col
		}
		if p := (price{m.Minor, bandAt(catalog.PriceBands, twoDecimals(m))}); col[doc].band == noPrice || p.minor < col[doc].minor {
			col[doc] = p
		}
	}
}

// bandAt is the place of the band that v falls in, as catalog.BandOf names it.
func bandAt(bands []catalog.Band, v int64) uint8 {
	at := 0
	for i, b := range bands {
		if v >= b.From {
			at = i
		}
	}
	return uint8(at)
}

// twoDecimals is m in hundredths, as the price bands are.
func twoDecimals(m market.Money) int64 {
	v := m.Minor
	d := m.Currency.Digits()
	for ; d < 2 && v < market.Most; d++ {
		v *= 10
	}
	for ; d > 2; d-- {
		v /= 10
	}
	return v
}
