package web

import (
	"slices"
	"strings"
	"sync"

	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/web/page"
	"kontor/web/words"
)

// countriesIn holds, by language, every country sorted by name.
var countriesIn sync.Map // string to []page.Option

// allCountries are the choices of a country field; chosen may be "".
func allCountries(w *words.Words, chosen string) []page.Option {
	kept, ok := countriesIn.Load(w.Lang)
	if !ok {
		codes := party.Countries()
		list := make([]page.Option, len(codes))
		for i, c := range codes {
			list[i] = page.Option{Value: c, Label: w.Country(c)}
		}
		slices.SortFunc(list, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
		kept, _ = countriesIn.LoadOrStore(w.Lang, list)
	}
	return choose(slices.Clone(kept.([]page.Option)), chosen)
}

// choose marks the option with this value, which is put last where it is none of them.
func choose(list []page.Option, chosen string) []page.Option {
	if chosen == "" {
		return list
	}
	for i := range list {
		if list[i].Value == chosen {
			list[i].Chosen = true
			return list
		}
	}
	return append(list, page.Option{Value: chosen, Label: chosen, Chosen: true})
}

// textLanguages are those that forms offer for texts of goods and storefronts,
// each under its own name; texts in others are kept and shown too.
var textLanguages = []page.Option{
	{Value: "en", Label: "English"}, {Value: "de", Label: "Deutsch"}, {Value: "fr", Label: "Français"}, {Value: "es", Label: "Español"},
	{Value: "it", Label: "Italiano"}, {Value: "pt", Label: "Português"}, {Value: "nl", Label: "Nederlands"}, {Value: "pl", Label: "Polski"},
	{Value: "sv", Label: "Svenska"}, {Value: "da", Label: "Dansk"}, {Value: "cs", Label: "Čeština"}, {Value: "lt", Label: "Lietuvių"},
	{Value: "tr", Label: "Türkçe"}, {Value: "el", Label: "Ελληνικά"}, {Value: "uk", Label: "Українська"}, {Value: "ar", Label: "العربية"},
	{Value: "hi", Label: "हिन्दी"}, {Value: "id", Label: "Bahasa Indonesia"}, {Value: "vi", Label: "Tiếng Việt"}, {Value: "zh", Label: "中文"}, {Value: "ja", Label: "日本語"},
}

// languages are the choices of a text's language.
func languages(chosen string) []page.Option { return choose(slices.Clone(textLanguages), chosen) }

// letterLanguages are the choices of the language of letters and pages: those
// that the house has words for.
func letterLanguages(chosen string) []page.Option {
	list := slices.DeleteFunc(slices.Clone(textLanguages), func(o page.Option) bool { return !words.Known(o.Value) })
	if !words.Known(chosen) {
		chosen = words.First
	}
	return choose(list, chosen)
}

// languageName is a language's own name, or its tag.
func languageName(tag string) string {
	for _, l := range textLanguages {
		if l.Value == tag {
			return l.Label
		}
	}
	return tag
}

// unitChoices are the trade units, by the English word that is their key.
func unitChoices(w *words.Words, chosen string) []page.Option {
	units := catalog.Units()
	list := make([]page.Option, len(units))
	for i, u := range units {
		list[i] = page.Option{Value: u.Code, Label: w.T("editor.unit", "word", u.Word, "code", u.Code)}
	}
	return choose(list, chosen)
}

// categoryChoices are the whole tree, each category with the way to it.
func categoryChoices(w *words.Words, tree catalog.Tree, chosen string) []page.Option {
	var list []page.Option
	for _, c := range tree.All() {
		var names []string
		for _, n := range tree.Trail(c.Path) {
			names = append(names, n.Name(w.Lang))
		}
		list = append(list, page.Option{Value: c.Path, Label: strings.Join(names, " › ")})
	}
	return choose(list, chosen)
}
