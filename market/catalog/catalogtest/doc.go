// Package catalogtest says what every keeper of a catalogue must do: Records
// tries the keeping itself, Desk the catalogue's rules on top of it. Each engine
// of the store runs both.
package catalogtest

import (
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
)

// House is an empty catalogue with two active suppliers.
type House struct {
	Records   catalog.Records
	Suppliers [2]market.BusinessID
	// Hold reserves stock of a variant, as an order does.
	Hold func(v catalog.VariantID, n market.Quantity)
}

// Open makes a house for one test.
type Open func(t testing.TB) House

// Noon is the clock of these tests.
func Noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// Categories is a small tree.
func Categories() []catalog.Category {
	return []catalog.Category{
		{Path: "home", Names: map[string]string{"en": "Home", "de": "Wohnen"}, Position: 2},
		{Path: "home/kitchen", Names: map[string]string{"en": "Kitchen"}, Position: 1},
		{Path: "home/kitchen/mugs", Names: map[string]string{"en": "Mugs and cups", "de": "Becher"}, Position: 1},
		{Path: "home/bath", Names: map[string]string{"en": "Bath linen"}, Position: 2},
		{Path: "clothing", Names: map[string]string{"en": "Clothing"}, Position: 1},
	}
}

// Mug is a whole listing of two variants, as a supplier enters it.
func Mug(article string) catalog.Listing {
	prices := func(first int64) []catalog.Price {
		return []catalog.Price{
			{Currency: "EUR", Tiers: []catalog.Tier{{From: 12, Minor: first}, {From: 60, Minor: first - 25}, {From: 240, Minor: first - 50}}},
			{Currency: "JPY", Tiers: []catalog.Tier{{From: 12, Minor: first * 2}}},
		}
	}
	return catalog.Listing{
		Article: article, Titles: map[string]string{"en": "Harbour mug, navy band", "de": "Hafenbecher, blaues Band"},
		Descriptions: map[string]string{"en": "A straight mug with one brushed band.\n\nSix to a box."}, Language: "en",
		Category: "home/kitchen/mugs", Unit: "H87", MOQ: 12, Multiple: 6, LeadDays: 4, Origin: "GB", HSCode: "691200",
		Attributes: []catalog.Attribute{{Name: "material", Kind: catalog.Text, Value: "earthenware"}, {Name: "capacity", Kind: catalog.Number, Value: "330", Unit: "ml"}},
		Variants: []catalog.Variant{
			{SKU: article + "-N", Label: "navy", WeightGrams: 420, LengthMM: 125, WidthMM: 90, HeightMM: 95, Prices: prices(395), OnHand: 192},
			{SKU: article + "-R", Label: "red", WeightGrams: 425, LengthMM: 125, WidthMM: 90, HeightMM: 95, Prices: prices(420), OnHand: 60},
		},
	}
}

// SupplierOf is somebody who keeps a supplier's catalogue.
func SupplierOf(b market.BusinessID) market.Actor {
	return market.Actor{Person: market.NewID[market.PersonID](), Business: b, Sells: true}
}

// Operator is somebody of the house.
func Operator() market.Actor {
	return market.Actor{Person: market.NewID[market.PersonID](), Operator: true}
}
