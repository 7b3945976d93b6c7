package feed

import (
	"io"
	"slices"

	"kontor/market"
	"kontor/market/catalog"
)

// Column says of a column what it holds.
type Column struct {
	Name  string
	Holds string // a sentence
	Must  bool   // a file without it can't be read
}

// Columns are all columns that Import reads, in the order of Export. Of those
// with a number, a language or a name of their own it has one example.
func Columns() []Column {
	columns := make([]Column, len(all))
	for i, d := range all {
		columns[i] = Column{d.column, d.holds, slices.Contains(needed[:], d.column)}
	}
	return columns
}

// Template writes a table to begin with: the usual columns and a listing of two
// variants, priced in currency and filed under category. They are drafts, so
// that a file sent back as it is offers nothing.
func Template(w io.Writer, currency market.Currency, category string) error {
	unit, err := market.ParseMoney("4", currency)
	if err != nil {
		return err
	}
	variant := func(sku, label string) catalog.Variant {
		return catalog.Variant{
			SKU: sku, Label: label, WeightGrams: 410, LengthMM: 120, WidthMM: 90, HeightMM: 100, OnHand: 480,
			Prices: []catalog.Price{{Currency: currency, Tiers: []catalog.Tier{{From: 12, Minor: unit.Minor}, {From: 48, Minor: unit.Minor * 3 / 4}}}},
		}
	}
	return Export(w, []catalog.Listing{{
		Article: "EXAMPLE-1", Titles: map[string]string{"en": "Stoneware mug, 300 ml"}, Descriptions: map[string]string{"en": "Thrown by hand, glazed inside and out. Safe in the dishwasher."},
		Language: "en", Category: category, State: catalog.Draft, Unit: "H87", MOQ: 12, Multiple: 12, LeadDays: 7, Origin: "PT", HSCode: "691200",
		Attributes: []catalog.Attribute{{Name: "material", Kind: catalog.Text, Value: "stoneware"}},
		Variants:   []catalog.Variant{variant("EXAMPLE-1-BLUE", "Blue"), variant("EXAMPLE-1-GREEN", "Green")},
	}})
}
