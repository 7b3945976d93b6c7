package feed

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// Export writes listings as Import reads them: by article, a row a variant, and
// one row for a draft without any. The same listings give the same bytes. All of
// them are looked at first, for the columns that they need.
func Export(w io.Writer, listings []catalog.Listing) error {
	listings = slices.SortedFunc(slices.Values(listings), func(a, b catalog.Listing) int { return cmp.Compare(a.Article, b.Article) })
	x := exporter{needs: survey(listings)}
	out := csv.NewWriter(w)
	header := x.header()
	if err := out.Write(header); err != nil {
		return fmt.Errorf("write the catalogue: %w", err)
	}
	for _, l := range listings {
		variants := l.Variants
		if len(variants) == 0 {
			variants = []catalog.Variant{{}}
		}
		for i, v := range variants {
			x.cells = make([]string, 0, len(header))
			x.listing(l, i == 0)
			x.variant(l, v)
			x.tail(l, i == 0)
			for j := range x.cells {
				x.cells[j] = market.Cell(x.cells[j])
			}
			if err := out.Write(x.cells); err != nil {
				return fmt.Errorf("write the catalogue: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the catalogue: %w", err)
	}
	return nil
}

// needs is which columns a set of listings takes.
type needs struct {
	titles, descriptions []string // languages beside the original
	attributes           []catalog.Attribute
	currencies           []market.Currency // beside the first
	breaks               int
}

func survey(listings []catalog.Listing) needs {
	n := needs{breaks: 1}
	titles, descriptions := map[string]bool{}, map[string]bool{}
	attributes := map[catalog.Attribute]bool{}
	currencies := map[market.Currency]bool{}
	for _, l := range listings {
		for lang := range l.Titles {
			titles[lang] = titles[lang] || lang != l.Language
		}
		for lang := range l.Descriptions {
			descriptions[lang] = descriptions[lang] || lang != l.Language
		}
		for _, a := range l.Attributes {
			a.Value = ""
			attributes[a] = true
		}
		for _, v := range l.Variants {
			for i, p := range v.Prices {
				currencies[p.Currency] = currencies[p.Currency] || i > 0
			}
			n.breaks = max(n.breaks, len(breaksOf(v)))
		}
	}
	n.titles, n.descriptions = wanted(titles), wanted(descriptions)
	n.currencies = wanted(currencies)
	n.attributes = slices.SortedFunc(maps.Keys(attributes), func(a, b catalog.Attribute) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Unit, b.Unit))
	})
	return n
}

func wanted[K ~string](set map[K]bool) []K {
	var keys []K
	for _, k := range slices.Sorted(maps.Keys(set)) {
		if set[k] {
			keys = append(keys, k)
		}
	}
	return keys
}

// breaksOf is every quantity at which a price of v changes, in any currency.
func breaksOf(v catalog.Variant) []market.Quantity {
	var breaks []market.Quantity
	for _, p := range v.Prices {
		for _, t := range p.Tiers {
			breaks = append(breaks, t.From)
		}
	}
	slices.Sort(breaks)
	return slices.Compact(breaks)
}

type exporter struct {
	needs
	cells []string
}

func (x *exporter) header() []string {
	h := []string{"article", "sku", "title", "language", "description"}
	for _, lang := range x.titles {
		h = append(h, "title."+lang)
	}
	for _, lang := range x.descriptions {
		h = append(h, "description."+lang)
	}
	h = append(h, "category", "variant", "unit", "moq", "multiple", "lead_days", "origin", "hs_code",
		"weight_g", "length_mm", "width_mm", "height_mm", "stock", "currency")
	for i := range x.breaks {
		h = append(h, fmt.Sprintf("qty_%d", i+1), fmt.Sprintf("price_%d", i+1))
	}
	for _, c := range x.currencies {
		for i := range x.breaks {
			h = append(h, fmt.Sprintf("price_%d.%s", i+1, c))
		}
	}
	for _, a := range x.attributes {
		h = append(h, attributeColumn(a))
	}
	return append(h, "pictures", "state")
}

func (x *exporter) put(cells ...string) { x.cells = append(x.cells, cells...) }

// listing writes the texts on a listing's first row only.
func (x *exporter) listing(l catalog.Listing, first bool) {
	text := func(s string) string {
		if !first {
			return ""
		}
		return s
	}
	x.put(l.Article, "", text(l.Titles[l.Language]), l.Language, text(l.Descriptions[l.Language]))
	further := func(texts map[string]string, languages []string) {
		for _, lang := range languages {
			if lang == l.Language {
				x.put("")
			} else {
				x.put(text(texts[lang]))
			}
		}
	}
	further(l.Titles, x.titles)
	further(l.Descriptions, x.descriptions)
	x.put(l.Category)
}

func (x *exporter) variant(l catalog.Listing, v catalog.Variant) {
	x.cells[1] = v.SKU
	known := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	x.put(v.Label, l.Unit, known(int64(l.MOQ)), known(int64(l.Multiple)), strconv.Itoa(l.LeadDays), l.Origin, l.HSCode,
		known(v.WeightGrams), known(v.LengthMM), known(v.WidthMM), known(v.HeightMM))
	if v.SKU == "" { // a draft without variants
		x.put("")
	} else {
		x.put(strconv.FormatInt(int64(v.OnHand), 10))
	}
	var own market.Currency
	if len(v.Prices) > 0 {
		own = v.Prices[0].Currency
	}
	x.put(string(own))
	breaks := breaksOf(v)
	for i := range x.breaks {
		if i < len(breaks) {
			x.put(strconv.FormatInt(int64(breaks[i]), 10), priceFrom(v, own, breaks[i]))
		} else {
			x.put("", "")
		}
	}
	for _, c := range x.currencies {
		for i := range x.breaks {
			if i < len(breaks) && c != own {
				x.put(priceFrom(v, c, breaks[i]))
			} else {
				x.put("")
			}
		}
	}
}

// priceFrom is the price that begins at this quantity, or "".
func priceFrom(v catalog.Variant, c market.Currency, from market.Quantity) string {
	list, _ := v.In(c)
	for _, t := range list.Tiers {
		if t.From == from {
			return market.Of(t.Minor, c).Decimal()
		}
	}
	return ""
}

func (x *exporter) tail(l catalog.Listing, first bool) {
	for _, a := range x.attributes {
		value := ""
		for _, b := range l.Attributes {
			if b.Name == a.Name && b.Kind == a.Kind && b.Unit == a.Unit {
				value = b.Value
			}
		}
		x.put(value)
	}
	var pictures []string
	for _, p := range l.Pictures {
		pictures = append(pictures, storedPicture+string(p.ID))
	}
	if !first {
		pictures = nil
	}
	x.put(strings.Join(pictures, "|"), string(l.State))
}
