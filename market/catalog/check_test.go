package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
)

func TestCheckNamesTheFieldOfEveryFault(t *testing.T) {
	tree := catalog.NewTree(catalogtest.Categories())
	type l = *catalog.Listing
	long := strings.Repeat("ß", catalog.MostTitle+1)
	for _, c := range []struct {
		name  string
		spoil func(l)
		field string // "" for no fault
		draft string // field of the fault where the listing is a draft
	}{
		{"a whole listing", func(l l) {}, "", ""},
		{"no article", func(l l) { l.Article = "" }, "article", "article"},
		{"no title in its language", func(l l) { l.Language = "fr" }, "titles.fr", ""},
		{"a title that is too long", func(l l) { l.Titles["en"] = long }, "titles.en", "titles.en"},
		{"a title of two lines", func(l l) { l.Titles["de"] = "a\nb" }, "titles.de", "titles.de"},
		{"a title with a control character", func(l l) { l.Titles["en"] = "a\x00b" }, "titles.en", "titles.en"},
		{"a title that is no text", func(l l) { l.Titles["en"] = "a\xffb" }, "titles.en", "titles.en"},
		{"a language that is none", func(l l) { l.Titles["German!"] = "x" }, "titles.German!", "titles.German!"},
		{"no category", func(l l) { l.Category = "" }, "category", ""},
		{"a category that is not in the tree", func(l l) { l.Category = "home/kitchen/cups" }, "category", "category"},
		{"a unit that is none", func(l l) { l.Unit = "PCS" }, "unit", "unit"},
		{"an MOQ of nothing", func(l l) { l.MOQ = 0 }, "moq", "moq"},
		{"a multiple of nothing", func(l l) { l.Multiple = 0 }, "multiple", "multiple"},
		{"an MOQ that is no multiple", func(l l) { l.MOQ = 13 }, "moq", "moq"},
		{"a lead time of more than a year", func(l l) { l.LeadDays = 366 }, "lead_days", "lead_days"},
		{"a lead time below zero", func(l l) { l.LeadDays = -1 }, "lead_days", "lead_days"},
		{"no origin", func(l l) { l.Origin = "" }, "origin", ""},
		{"an origin that is no country", func(l l) { l.Origin = "UK" }, "origin", "origin"},
		{"no HS code", func(l l) { l.HSCode = "" }, "hs_code", ""},
		{"an HS code of 5 digits", func(l l) { l.HSCode = "69120" }, "hs_code", "hs_code"},
		{"an HS code of 11 digits", func(l l) { l.HSCode = "69120000000" }, "hs_code", "hs_code"},
		{"an HS code of letters", func(l l) { l.HSCode = "69120O" }, "hs_code", "hs_code"},
		{"chapter 00", func(l l) { l.HSCode = "001200" }, "hs_code", "hs_code"},
		{"chapter 77, which is kept free", func(l l) { l.HSCode = "771200" }, "hs_code", "hs_code"},
		{"chapter 98", func(l l) { l.HSCode = "981200" }, "hs_code", "hs_code"},
		{"chapter 97", func(l l) { l.HSCode = "970110" }, "", ""},
		{"no variants", func(l l) { l.Variants = nil }, "variants", ""},
		{"too many variants", func(l l) { l.Variants = slices.Repeat(l.Variants, 101) }, "variants", "variants"},
		{"a SKU twice", func(l l) { l.Variants[1].SKU = l.Variants[0].SKU }, "variants[1].sku", "variants[1].sku"},
		{"no SKU", func(l l) { l.Variants[1].SKU = "" }, "variants[1].sku", "variants[1].sku"},
		{"no weight", func(l l) { l.Variants[0].WeightGrams = 0 }, "variants[0].weight_grams", ""},
		{"a weight below zero", func(l l) { l.Variants[0].WeightGrams = -1 }, "variants[0].weight_grams", "variants[0].weight_grams"},
		{"a height below zero", func(l l) { l.Variants[0].HeightMM = -1 }, "variants[0].height_mm", "variants[0].height_mm"},
		{"a stock below zero", func(l l) { l.Variants[0].OnHand = -1 }, "variants[0].stock", "variants[0].stock"},
		{"no price", func(l l) { l.Variants[1].Prices = nil }, "variants[1].prices", ""},
		{"a price list without tiers", func(l l) { l.Variants[1].Prices[1].Tiers = nil }, "variants[1].prices[1].tiers", "variants[1].prices[1].tiers"},
		{"a currency that is none", func(l l) { l.Variants[1].Prices[1].Currency = "EUX" }, "variants[1].prices[1].currency", "variants[1].prices[1].currency"},
		{"a currency twice", func(l l) { l.Variants[1].Prices[1].Currency = "EUR" }, "variants[1].prices[1].currency", "variants[1].prices[1].currency"},
		{"a first tier above the MOQ", func(l l) { l.Variants[0].Prices[0].Tiers[0].From = 13 }, "variants[0].prices[0].tiers[0].from", "variants[0].prices[0].tiers[0].from"},
		{"tiers out of order", func(l l) { l.Variants[0].Prices[0].Tiers[1].From = 12 }, "variants[0].prices[0].tiers[1].from", "variants[0].prices[0].tiers[1].from"},
		{"dearer for more", func(l l) { l.Variants[0].Prices[0].Tiers[2].Minor = 371 }, "variants[0].prices[0].tiers[2].minor", "variants[0].prices[0].tiers[2].minor"},
		{"as dear for more", func(l l) { l.Variants[0].Prices[0].Tiers[2].Minor = 370 }, "", ""},
		{"a price of nothing", func(l l) { l.Variants[0].Prices[1].Tiers[0].Minor = 0 }, "variants[0].prices[1].tiers[0].minor", "variants[0].prices[1].tiers[0].minor"},
		{"a price beyond all bounds", func(l l) { l.Variants[0].Prices[1].Tiers[0].Minor = market.Most + 1 }, "variants[0].prices[1].tiers[0].minor", "variants[0].prices[1].tiers[0].minor"},
		{"an attribute twice", func(l l) { l.Attributes[1].Name = "Material" }, "attributes[1].name", "attributes[1].name"},
		{"a number that is none", func(l l) { l.Attributes[1].Value = "1,5" }, "attributes[1].value", "attributes[1].value"},
		{"a kind that is none", func(l l) { l.Attributes[1].Kind = "size" }, "attributes[1].kind", "attributes[1].kind"},
		{"too many pictures", func(l l) { l.Pictures = make([]catalog.Picture, 13) }, "pictures", "pictures"},
	} {
		for _, state := range []catalog.State{catalog.Published, catalog.Draft} {
			listing := catalogtest.Mug("M-1")
			for i := range listing.Variants {
				listing.Variants[i].ID = market.NewID[catalog.VariantID]()
			}
			listing.State = state
			c.spoil(&listing)
			want := c.field
			if state == catalog.Draft {
				want = c.draft
			}
			faults := catalog.Check(listing, tree)
			switch {
			case want == "" && len(faults) > 0:
				t.Errorf("%s, %s: a supplier is refused without need: %v", c.name, state, faults)
			case want != "" && (len(faults) == 0 || faults[0].Field != want):
				t.Errorf("%s, %s: got %v, want a fault of %s", c.name, state, faults, want)
			}
			for _, f := range faults {
				if f.Msg == "" || f.Fix == "" {
					t.Errorf("%s: the fault of %s does not say what to do", c.name, f.Field)
				}
			}
		}
	}
}

func TestTreeFindsItsWay(t *testing.T) {
	tree := catalog.NewTree(catalogtest.Categories())
	paths := func(cs []catalog.Category) (got []string) {
		for _, c := range cs {
			got = append(got, c.Path)
		}
		return got
	}
	if got, want := paths(tree.All()), []string{"clothing", "home", "home/kitchen", "home/kitchen/mugs", "home/bath"}; !slices.Equal(got, want) {
		t.Errorf("got the tree %v, want %v", got, want)
	}
	if got, want := paths(tree.Children("home")), []string{"home/kitchen", "home/bath"}; !slices.Equal(got, want) {
		t.Errorf("got below home %v, want %v", got, want)
	}
	if got, want := paths(tree.Trail("home/kitchen/mugs")), []string{"home", "home/kitchen", "home/kitchen/mugs"}; !slices.Equal(got, want) {
		t.Errorf("got the way %v, want %v", got, want)
	}
	for typed, want := range map[string]string{"home/kichen/mugs": "home/kitchen/mugs", "mugs": "home/kitchen/mugs", "Clothing ": "clothing", "zzzzzzzz": ""} {
		if got := tree.Nearest(typed); got != want {
			t.Errorf("whoever typed %q is led to %q, want %q", typed, got, want)
		}
	}
	mugs, _ := tree.Node("home/kitchen/mugs")
	if mugs.Name("de") != "Becher" || mugs.Name("fr") != "Mugs and cups" {
		t.Errorf("got names %q and %q", mugs.Name("de"), mugs.Name("fr"))
	}
}

func TestArrowsAreTheWholeMachine(t *testing.T) {
	var got []string
	for _, a := range catalog.Arrows() {
		got = append(got, fmt.Sprintf("%s→%s", a.From, a.To))
		if !a.From.May(a.To) {
			t.Errorf("%s→%s is drawn and not allowed", a.From, a.To)
		}
	}
	want := []string{"draft→proposed", "proposed→draft", "proposed→published", "published→draft", "published→suspended", "suspended→draft", "suspended→published"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEntryHoldsWhatASearchNeeds(t *testing.T) {
	s := catalog.Shown{Listing: catalogtest.Mug("M-1"), SupplierName: "Bentham & Rowe"}
	e := catalog.EntryOf(s, catalog.NewTree(catalogtest.Categories()))
	if want := []market.Money{market.Of(395, "EUR"), market.Of(790, "JPY")}; !slices.Equal(e.Prices, want) {
		t.Errorf("got prices %v, want the lowest of each currency %v", e.Prices, want)
	}
	if !slices.Equal(e.SKUs, []string{"M-1-N", "M-1-R"}) || !e.InStock || !strings.Contains(e.CategoryText, "Becher") || e.Attributes[1] != "capacity 330 ml" {
		t.Errorf("got %+v", e)
	}
}
