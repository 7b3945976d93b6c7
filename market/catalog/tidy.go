package catalog

import (
	"slices"
	"strings"
)

// tidy is l as it is kept: its own copy, without white space around texts,
// without empty ones, with line ends of one kind and codes in capitals. A
// listing with one variant and no SKU gets its article code as the SKU.
func tidy(l Listing) Listing {
	for _, s := range [...]*string{&l.Article, &l.Language, &l.Category, &l.Unit, &l.Origin, &l.HSCode} {
		*s = strings.TrimSpace(*s)
	}
	l.Unit, l.Origin = strings.ToUpper(l.Unit), strings.ToUpper(l.Origin)
	l.Titles, l.Descriptions = tidyTexts(l.Titles), tidyTexts(l.Descriptions)
	l.Attributes = slices.Clone(l.Attributes)
	for i := range l.Attributes {
		a := &l.Attributes[i]
		a.Name, a.Value, a.Unit = strings.TrimSpace(a.Name), tidyText(a.Value), strings.TrimSpace(a.Unit)
	}
	l.Attributes = slices.DeleteFunc(l.Attributes, func(a Attribute) bool { return a.Name == "" && a.Value == "" })
	l.Pictures = slices.Clone(l.Pictures)
	l.Variants = slices.Clone(l.Variants)
	for i := range l.Variants {
		v := &l.Variants[i]
		v.SKU, v.Label = strings.TrimSpace(v.SKU), tidyText(v.Label)
		if v.SKU == "" && len(l.Variants) == 1 {
			v.SKU = l.Article
		}
		v.Prices = slices.Clone(v.Prices)
	}
	return l
}

func tidyTexts(texts map[string]string) map[string]string {
	kept := make(map[string]string, len(texts))
	for lang, text := range texts {
		if text = tidyText(text); text != "" {
			kept[strings.TrimSpace(lang)] = text
		}
	}
	return kept
}

func tidyText(s string) string {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return s
}

// same tells whether two listings say the same to a buyer and a supplier:
// everything but identities, dates, versions, reasons and stock.
func same(a, b Listing) bool {
	return a.Article == b.Article && a.State == b.State && a.Unit == b.Unit &&
		a.MOQ == b.MOQ && a.Multiple == b.Multiple && a.LeadDays == b.LeadDays && a.Face().same(b.Face()) &&
		slices.EqualFunc(a.Variants, b.Variants, sameVariant)
}

func sameVariant(a, b Variant) bool {
	return a.SKU == b.SKU && a.Label == b.Label && a.WeightGrams == b.WeightGrams &&
		a.LengthMM == b.LengthMM && a.WidthMM == b.WidthMM && a.HeightMM == b.HeightMM &&
		slices.EqualFunc(a.Prices, b.Prices, func(x, y Price) bool {
			return x.Currency == y.Currency && slices.Equal(x.Tiers, y.Tiers)
		})
}
