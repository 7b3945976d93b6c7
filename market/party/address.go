package party

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kontor/market"
)

// Form is how a country's addresses are asked for.
type Form struct {
	Country string
	Fields  []FormField // in the order they are asked
}

// FormField is one field of an address form.
type FormField struct {
	Name     string // as in Postal's JSON: "street", "postcode" …
	Label    string // key of its label: Name, or what the country calls it: "state", "zip" …
	Required bool
	Pattern  string // regular expression for the whole value, for a browser too; "" for any
	Example  string
}

// FormOf is the form of a country's addresses; for one that forms doesn't know,
// the form that fits most: everything asked, only name, street and city required.
func FormOf(code string) Form {
	f := formOf(code)
	fields := []FormField{
		{Name: "name", Label: "name", Required: true},
		{Name: "organisation", Label: "organisation"},
		{Name: "street", Label: "street", Required: true},
		{Name: "street2", Label: "street2"},
	}
	for _, w := range f.words() {
		switch w.name {
		case "city":
			fields = append(fields, FormField{Name: "city", Label: "city", Required: true})
		case "region":
			fields = append(fields, FormField{Name: "region", Label: f.regionLabel(), Required: w.required})
		case "postcode":
			fields = append(fields, FormField{Name: "postcode", Label: f.postcodeLabel(), Required: w.required, Pattern: f.postcode, Example: f.example})
		}
	}
	return Form{code, append(fields, FormField{Name: "phone", Label: "phone"})}
}

func (f form) regionLabel() string {
	if f.region == "" {
		return "region"
	}
	return f.region
}

func (f form) postcodeLabel() string {
	switch f.country {
	case "US", "PR", "GU", "VI", "AS", "MP":
		return "zip"
	case "IN":
		return "pin"
	case "IE":
		return "eircode"
	}
	return "postcode"
}

// words are the fields that a form's lines name, without literals.
func (f form) words() []word {
	var ws []word
	for _, w := range wordForm.FindAllStringSubmatch(f.lines, -1) {
		ws = append(ws, word{w[1], w[2] == "!"})
	}
	return ws
}

type word struct {
	name     string
	required bool
}

var wordForm = regexp.MustCompile(`(city|region|postcode)(!?)`)

// codes are the compiled postcode patterns by country.
var codes = func() map[string]*regexp.Regexp {
	all := make(map[string]*regexp.Regexp, len(forms))
	for _, f := range forms {
		if f.postcode != "" {
			all[f.country] = regexp.MustCompile(`^(?:` + f.postcode + `)$`)
		}
	}
	return all
}()

// anyCode is what a postcode looks like wherever the country's own form is not
// known.
var anyCode = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} .-]{0,14}$`)

var phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{4,24}$`)

// Check mends spacing and case in p and collects what is wrong with it by its
// country's form. Without a country nothing else is judged.
func (p *Postal) Check() error {
	var fs market.Faults
	country(&fs, "country", &p.Country)
	if len(fs) > 0 {
		return fs.Err()
	}
	for _, f := range FormOf(p.Country).Fields {
		value := p.part(f.Name)
		least := 0
		if f.Required {
			least = 1
		}
		text(&fs, f.Name, value, "the "+strings.ReplaceAll(f.Label, "_", " "), least, 100)
	}
	p.checkCode(&fs)
	if p.Phone != "" && !phoneForm.MatchString(p.Phone) {
		fs.Add("phone", "This is not a telephone number.", "Write it with its country code, such as +49 421 5550.")
	}
	if p.empty("postcode") {
		p.Postcode = ""
	}
	if p.empty("region") {
		p.Region = ""
	}
	if p.empty("city") {
		p.City = ""
	}
	return fs.Err()
}

// empty tells whether the country's addresses have no such part: what another
// country's form left there is dropped.
func (p *Postal) empty(name string) bool {
	return !slices.ContainsFunc(formOf(p.Country).words(), func(w word) bool { return w.name == name })
}

func (p *Postal) checkCode(fs *market.Faults) {
	p.Postcode = strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(p.Postcode)), " "))
	if p.Postcode == "" || p.empty("postcode") {
		return
	}
	f, code := formOf(p.Country), codes[p.Country]
	if code == nil {
		if !anyCode.MatchString(p.Postcode) {
			fs.Add("postcode", "The postcode has other characters than letters and digits.", "Check it, or leave it empty.")
		}
		return
	}
	// Many write the code with the country's letters before it, as on a letter
	// from abroad: D-28195.
	bare := p.Postcode
	for _, prefix := range []string{p.Country + "-", p.Country + " ", prefixes[p.Country] + "-"} {
		if after, ok := strings.CutPrefix(bare, prefix); ok && prefix != "-" && !code.MatchString(bare) {
			bare = strings.TrimSpace(after)
		}
	}
	if usual := arrange(bare, f.example); code.MatchString(usual) {
		bare = usual
	}
	if !code.MatchString(bare) {
		fs.Add("postcode", fmt.Sprintf("This is no postcode of %s.", CountryName(p.Country, "en")), fmt.Sprintf("Write it like %s.", f.example))
		return
	}
	p.Postcode = bare
}

// arrange puts the separator of example into code, as many characters before the
// end as there: most people type 1017CD, and the post writes 1017 CD.
func arrange(code, example string) string {
	at := strings.LastIndexAny(example, " -")
	joined := strings.NewReplacer(" ", "", "-", "").Replace(code)
	tail := len(example) - at - 1
	if at < 0 || len(joined) <= tail {
		return code
	}
	return joined[:len(joined)-tail] + example[at:at+1] + joined[len(joined)-tail:]
}

// prefixes are the letters other than the ISO code that people put before it.
var prefixes = map[string]string{"AT": "A", "BE": "B", "DE": "D", "FR": "F", "IT": "I", "LU": "L", "ES": "E", "SE": "S", "NO": "N", "SI": "SLO"}

// part is the field of p with this name.
func (p *Postal) part(name string) *string {
	return map[string]*string{
		"name": &p.Name, "organisation": &p.Organisation, "street": &p.Street, "street2": &p.Street2,
		"city": &p.City, "region": &p.Region, "postcode": &p.Postcode, "phone": &p.Phone,
	}[name]
}

// Lines is the address as it stands on a parcel, top to bottom. The country's
// name comes last, in capitals and English, unless the parcel stays in it; from
// is the sender's country (UPU, "Addressing the world").
func (p Postal) Lines(from string) []string {
	f := formOf(p.Country)
	layout := f.lines
	if !strings.Contains(layout, "street") {
		layout = "name/organisation/street/street2/" + layout
	}
	if f.local != "" && eastern(p.City+p.Street) {
		layout = f.local
	}
	layout = strings.ReplaceAll(layout, "!", "")
	var lines []string
	for line := range strings.SplitSeq(layout, "/") {
		if s := p.fill(line); s != "" {
			lines = append(lines, s)
		}
	}
	if from != p.Country {
		lines = append(lines, strings.ToUpper(CountryName(p.Country, "en")))
	}
	return lines
}

var partForm = regexp.MustCompile(`name|organisation|street2|street|city|region|postcode`)

// fill puts p's parts into a line. What stands around an empty part goes with it.
func (p *Postal) fill(line string) string {
	filled := false
	s := partForm.ReplaceAllStringFunc(line, func(name string) string {
		value := *p.part(name)
		filled = filled || value != ""
		return value
	})
	if !filled && partForm.MatchString(line) {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	return strings.Trim(s, ",- ")
}

// eastern tells whether an address is written in Han, Hangul or Kana, which is
// read from the largest part to the smallest.
func eastern(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
	})
}
