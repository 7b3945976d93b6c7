package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/market"
	"kontor/market/party"
)

// Bounds of a listing. Lengths are in characters.
const (
	MostVariants     = 200
	MostTiers        = 10
	MostCurrencies   = 20 // price lists of a variant
	MostLanguages    = 20
	MostAttributes   = 40
	MostPictures     = 12
	MostLeadDays     = 365
	MostTitle        = 200
	MostDescription  = 10_000
	MostCode         = 64 // article and SKU
	MostLabel        = 100
	MostName         = 60  // of an attribute, also its unit
	MostValue        = 500 // of an attribute
	MostGrams        = 50_000_000
	MostMM           = 100_000
	mostMOQ          = 1_000_000
	mostOnHand       = 1_000_000_000
	mostCategoryPath = 200
)

// Check lists everything wrong with l; each fault names its field. A draft may
// be incomplete, what it says must be right; in every other state the listing
// must be whole, so that it can be bought once it is published.
func Check(l Listing, tree Tree) market.Faults {
	c := checker{whole: l.State != Draft}
	if !l.State.known() {
		c.add("state", fmt.Sprintf("%q is not a state of a listing.", clip(string(l.State))), "Use draft, proposed, published or suspended.")
	}
	c.code("article", l.Article)
	c.texts(l)
	c.trade(l, tree)
	c.attributes(l.Attributes)
	if len(l.Pictures) > MostPictures {
		c.add("pictures", fmt.Sprintf("There are %d pictures.", len(l.Pictures)), fmt.Sprintf("Keep %d at most.", MostPictures))
	}
	c.variants(l)
	return c.faults
}

type checker struct {
	whole  bool
	faults market.Faults
}

func (c *checker) add(field, msg, fix string) { c.faults.Add(field, msg, fix) }

// missing notes a fault unless the listing is a draft.
func (c *checker) missing(field, msg, fix string) {
	if c.whole {
		c.add(field, msg, fix)
	}
}

func (c *checker) code(field, code string) {
	switch {
	case code == "":
		c.add(field, "The code is missing.", "Enter the code under which you know it.")
	case strings.ContainsAny(code, "\n\t"):
		c.add(field, "The code runs over more than one line.", "Write it on one line.")
	default:
		c.text(field, code, MostCode)
	}
}

// text checks a text's length and letters.
func (c *checker) text(field, text string, most int) {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text):
		c.add(field, "The text is not valid UTF-8.", "Save the file as UTF-8 and send it again.")
	case n > most:
		c.add(field, fmt.Sprintf("The text has %d characters.", n), fmt.Sprintf("Shorten it to %d at most.", most))
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		c.add(field, "The text holds control characters.", "Remove them; a copy by hand does it.")
	}
}

func (c *checker) texts(l Listing) {
	if !isLanguage(l.Language) {
		c.add("language", fmt.Sprintf("%q is not a language.", clip(l.Language)), "Use a BCP 47 tag such as en, de or pt-BR.")
	}
	if l.Titles[l.Language] == "" {
		c.missing("titles."+l.Language, "The title is missing.", "Say in a few words what it is.")
	}
	c.languages("titles", l.Titles, MostTitle)
	c.languages("descriptions", l.Descriptions, MostDescription)
}

func (c *checker) languages(name string, texts map[string]string, most int) {
	if len(texts) > MostLanguages {
		c.add(name, fmt.Sprintf("There are %d languages.", len(texts)), fmt.Sprintf("Keep %d at most.", MostLanguages))
	}
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		field := name + "." + clip(lang)
		if !isLanguage(lang) {
			c.add(field, fmt.Sprintf("%q is not a language.", clip(lang)), "Use a BCP 47 tag such as en, de or pt-BR.")
		}
		if name == "titles" && strings.Contains(texts[lang], "\n") {
			c.add(field, "The title runs over more than one line.", "Write it on one line; the rest belongs in the description.")
		}
		c.text(field, texts[lang], most)
	}
}

func (c *checker) trade(l Listing, tree Tree) {
	switch {
	case l.Category == "":
		c.missing("category", "The category is missing.", "Choose where buyers would look for it.")
	case len(l.Category) > mostCategoryPath || !tree.Has(l.Category):
		fix := "Choose one of the list."
		if near := tree.Nearest(l.Category); near != "" {
			fix = "Did you mean " + near + "?"
		}
		c.add("category", fmt.Sprintf("%q is not a category here.", clip(l.Category)), fix)
	}
	if UnitWord(l.Unit) == "" {
		c.add("unit", fmt.Sprintf("%q is not a trade unit that Kontor knows.", clip(l.Unit)), "Use a code of UN/ECE Recommendation 20, such as H87 for pieces, PR for pairs, KGM for kilograms.")
	}
	switch {
	case l.Multiple < 1 || l.Multiple > mostMOQ:
		c.add("multiple", fmt.Sprintf("The multiple is %d.", l.Multiple), fmt.Sprintf("Enter 1 to %d; 1 for any number.", mostMOQ))
	case l.MOQ < 1 || l.MOQ > mostMOQ:
		c.add("moq", fmt.Sprintf("The smallest order is %d.", l.MOQ), fmt.Sprintf("Enter 1 to %d.", mostMOQ))
	case l.MOQ%l.Multiple != 0:
		c.add("moq", fmt.Sprintf("The smallest order of %d is not a multiple of %d.", l.MOQ, l.Multiple), fmt.Sprintf("Enter %d, or change the multiple.", roundUp(l.MOQ, l.Multiple)))
	}
	if l.LeadDays < 0 || l.LeadDays > MostLeadDays {
		c.add("lead_days", fmt.Sprintf("The lead time is %d days.", l.LeadDays), fmt.Sprintf("Enter 0 to %d days.", MostLeadDays))
	}
	switch {
	case l.Origin == "":
		c.missing("origin", "The country of origin is missing.", "Enter where it was made, as an ISO 3166 code such as DE.")
	case !party.IsCountry(l.Origin):
		c.add("origin", fmt.Sprintf("%q is not a country.", clip(l.Origin)), "Use an ISO 3166 code of two letters, such as DE.")
	}
	c.hsCode(l.HSCode)
}

// hsCode checks form and chapter: 01 to 97 without 77, which the Harmonized
// System 2022 keeps free.
func (c *checker) hsCode(code string) {
	switch chapter := code[:min(2, len(code))]; {
	case code == "":
		c.missing("hs_code", "The HS code is missing.", "Enter 6 to 10 digits; your customs papers have it.")
	case len(code) < 6 || len(code) > 10 || strings.Trim(code, "0123456789") != "":
		c.add("hs_code", fmt.Sprintf("%q is not an HS code.", clip(code)), "Enter 6 to 10 digits without dots, such as 691110.")
	case chapter < "01" || chapter > "97" || chapter == "77":
		c.add("hs_code", "The Harmonized System has no chapter "+chapter+".", "Look the code up again: its first two digits are 01 to 97.")
	}
}

func (c *checker) attributes(attributes []Attribute) {
	if len(attributes) > MostAttributes {
		c.add("attributes", fmt.Sprintf("There are %d attributes.", len(attributes)), fmt.Sprintf("Keep %d at most.", MostAttributes))
	}
	seen := map[string]bool{}
	for i, a := range attributes {
		field := fmt.Sprintf("attributes[%d]", i)
		key := strings.ToLower(a.Name)
		switch {
		case a.Name == "" || a.Value == "":
			c.add(field, "An attribute has no name or no value.", "Fill it in or remove it.")
		case strings.ContainsAny(a.Name, ":\n\t") || strings.ContainsAny(a.Unit, ":\n\t"):
			c.add(field+".name", "The name holds a colon or a line end.", "Leave them out.")
		case seen[key]:
			c.add(field+".name", fmt.Sprintf("%q stands there twice.", clip(a.Name)), "Keep one of the two.")
		case a.Kind == Number && !isNumber(a.Value):
			c.add(field+".value", fmt.Sprintf("%q is not a number.", clip(a.Value)), "Enter a number such as 12.5, and its unit apart.")
		case a.Kind == Boolean && a.Value != "yes" && a.Value != "no":
			c.add(field+".value", fmt.Sprintf("%q is neither yes nor no.", clip(a.Value)), "Enter yes or no.")
		case a.Kind != Text && a.Kind != Number && a.Kind != Choice && a.Kind != Boolean:
			c.add(field+".kind", fmt.Sprintf("%q is not a kind of attribute.", clip(string(a.Kind))), "Use text, number, choice or yes_no.")
		case a.Kind != Number && a.Unit != "":
			c.add(field+".unit", "Only a number has a unit.", "Remove the unit, or make it a number.")
		}
		seen[key] = true
		c.text(field+".name", a.Name, MostName)
		c.text(field+".unit", a.Unit, MostName)
		c.text(field+".value", a.Value, MostValue)
	}
}

// isNumber takes a plain decimal, with a sign, of at most 20 characters.
func isNumber(s string) bool {
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return len(s) <= 20 && whole != "" && (!dot || frac != "") && strings.Trim(whole+frac, "0123456789") == ""
}

// clip keeps quoted input short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
