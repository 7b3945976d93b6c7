// Package words holds every word that Kontor's pages say, and puts amounts,
// numbers, dates and countries into the words of a language.
//
// The catalogue lies in one folder a language, one file a group: the message
// "typo" of en/search.json is asked for as "search.typo". A message may hold
// {names}, replaced by values; a message with plural forms is an object by CLDR
// plural category ("one", "other" …) and is asked for with N. Values are put in
// as they are: whoever writes them into markup escapes them.
//
// Everything here may be called at once. Nothing knows the time of day: times
// are shown in the zone that they carry.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/bojanz/currency"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed en
var catalogue embed.FS

// First is the language that a market speaks where nothing else was chosen.
const First = "en"

// Mirror is a language for tests: English, lengthened and written from right to
// left, so that a layout which only fits English, or only left to right, shows.
const Mirror = "ar-XB"

// Words is the catalogue of one language.
type Words struct {
	Lang string // BCP 47
	Dir  string // "ltr" or "rtl"

	tag      language.Tag
	messages map[string]message
	money    *currency.Formatter
	regions  display.Namer
	styles   *sync.Map // market.Currency → style
	thousand string
	point    string
}

// message is a text by plural category; a message without plural has only
// Other.
type message map[plural.Form]text

// text is a message cut at its {names}: literals and names in turn, beginning
// with a literal.
type text []string

var (
	english = sync.OnceValue(func() *Words { return load(First) })
	mirror  = sync.OnceValue(func() *Words { return english().mirrored() })
)

// For is the catalogue of lang, or the first language's where lang is unknown.
func For(lang string) *Words {
	if lang == Mirror {
		return mirror()
	}
	return english()
}

// Known tells whether there is a catalogue of exactly lang.
func Known(lang string) bool { return lang == First || lang == Mirror }

var categories = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// load reads one language's folder. It panics on a broken file: that is built
// in, so the program never worked.
func load(lang string) *Words {
	w := &Words{
		Lang: lang, Dir: "ltr", tag: language.MustParse(lang),
		messages: map[string]message{}, regions: display.English.Regions(),
		money: currency.NewFormatter(currency.NewLocale(lang)), styles: &sync.Map{}, thousand: ",", point: ".",
	}
	entries, err := catalogue.ReadDir(lang)
	if err != nil {
		panic("words: " + err.Error())
	}
	for _, e := range entries {
		b, err := catalogue.ReadFile(lang + "/" + e.Name())
		if err == nil {
			err = w.take(strings.TrimSuffix(e.Name(), path.Ext(e.Name())), b)
		}
		if err != nil {
			panic(fmt.Sprintf("words: %s/%s: %v", lang, e.Name(), err))
		}
	}
	return w
}

// take reads one group's messages.
func (w *Words) take(group string, b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	for name, value := range raw {
		m := message{}
		var one string
		if err := json.Unmarshal(value, &one); err == nil {
			m[plural.Other] = cut(one)
		} else {
			var forms map[string]string
			if err := json.Unmarshal(value, &forms); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for category, s := range forms {
				form, ok := categories[category]
				if !ok {
					return fmt.Errorf("%s: %q is not a plural category", name, category)
				}
				m[form] = cut(s)
			}
			if m[plural.Other] == nil {
				return fmt.Errorf("%s: has no form %q", name, "other")
			}
		}
		w.messages[group+"."+name] = m
	}
	return nil
}

func cut(s string) text {
	var t text
	for {
		before, rest, found := strings.Cut(s, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(t, s)
		}
		t = append(t, before, name)
		s = after
	}
}

// Has tells whether the catalogue holds key.
func (w *Words) Has(key string) bool { return w.messages[key] != nil }

// T is the message key with each {name} replaced: T("search.for", "query", q).
// Values are texts or whole numbers. A key that is not there is shown as it is:
// a test finds it before a reader does.
func (w *Words) T(key string, pairs ...any) string {
	m := w.messages[key]
	if m == nil {
		return key
	}
	return w.fill(m[plural.Other], pairs)
}

// N is the message key in the form that n asks for. {n} is n in figures.
func (w *Words) N(key string, n int, pairs ...any) string {
	m := w.messages[key]
	if m == nil {
		return key
	}
	size := n
	if size < 0 {
		size = -size
	}
	t := m[plural.Cardinal.MatchPlural(w.tag, size, 0, 0, 0, 0)]
	if t == nil {
		t = m[plural.Other]
	}
	return w.fill(t, append(pairs, "n", w.Number(int64(n))))
}

func (w *Words) fill(t text, pairs []any) string {
	if len(t) == 1 {
		return t[0]
	}
	var b strings.Builder
	for i, part := range t {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		if w.Dir != "rtl" {
			b.WriteString(w.value(part, pairs))
			continue
		}
		b.WriteString("\u2068" + w.value(part, pairs) + "\u2069") // its own direction, whatever that is
	}
	return b.String()
}

func (w *Words) value(name string, pairs []any) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != name {
			continue
		}
		switch v := pairs[i+1].(type) {
		case string:
			return v
		case int:
			return w.Number(int64(v))
		case int64:
			return w.Number(v)
		case fmt.Stringer:
			return v.String()
		default:
			return fmt.Sprint(v)
		}
	}
	return "{" + name + "}"
}

// Number is n with its thousands set apart.
func (w *Words) Number(n int64) string {
	return w.isolate(w.write(style{}, n))
}

// isolate keeps a number or an amount together where the text around it runs
// from right to left (Unicode Bidirectional Algorithm, UAX #9 §2.4).
func (w *Words) isolate(s string) string {
	if w.Dir != "rtl" {
		return s
	}
	return "\u2066" + s + "\u2069"
}
