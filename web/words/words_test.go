package words

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kontor/market"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"
)

// asked finds where the code asks for a message by a literal key; with a plus
// behind it, the literal is the beginning of several keys.
var asked = regexp.MustCompile(`\.(?:T|N)\("([a-zA-Z_]+\.[a-zA-Z0-9_]*)"( \+|\+)?`)

// quoted finds every literal that may be a key, asked for in whatever way.
var quoted = regexp.MustCompile(`"([a-z_]+\.[a-zA-Z0-9_]+)"`)

// begun finds every literal that may be the beginning of keys.
var begun = regexp.MustCompile(`"([a-z_]+\.[a-zA-Z0-9_]*)" ?\+`)

func TestCodeAndCatalogueAgree(t *testing.T) {
	w := For(First)
	used := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
			filepath.Ext(path) != ".go" && filepath.Ext(path) != ".templ" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range asked.FindAllStringSubmatch(string(b), -1) {
			if m[2] != "" {
				if !w.hasGroup(m[1], used) {
					t.Errorf("%s asks for %q and more, which the catalogue does not hold", path, m[1])
				}
				continue
			}
			if !w.Has(m[1]) {
				t.Errorf("%s asks for %q, which the catalogue does not hold: readers would see the key", path, m[1])
			}
		}
		for _, m := range begun.FindAllStringSubmatch(string(b), -1) {
			w.hasGroup(m[1], used)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range w.messages {
		if !used[key] && !strings.HasPrefix(key, "country.") {
			t.Errorf("the catalogue holds %q, which nothing asks for", key)
		}
	}
}

// hasGroup tells whether keys begin with prefix, and notes them as used.
func (w *Words) hasGroup(prefix string, used map[string]bool) bool {
	found := false
	for key := range w.messages {
		if strings.HasPrefix(key, prefix) {
			used[key], found = true, true
		}
	}
	return found
}

func TestMessagesKeepTheHouseVoice(t *testing.T) {
	for key, m := range For(First).messages {
		for _, text := range m {
			s := strings.Join(text, "")
			if strings.Contains(s, "!") || strings.Contains(s, "'") || strings.Contains(strings.ToLower(s), "please wait") {
				t.Errorf("%s: %q: no exclamation marks, no straight apostrophes, no pleading", key, s)
			}
		}
	}
}

func TestPluralForms(t *testing.T) {
	w := For(First)
	for n, want := range map[int]string{0: "0 offers", 1: "1 offer", 2: "2 offers", 1234: "1,234 offers"} {
		if got := w.N("search.offers", n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAmountsAndTimesReadAsTheyShould(t *testing.T) {
	w := For(First)
	at := time.Date(2026, 12, 7, 12, 0, 0, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct{ name, got, want string }{
		{"euros", w.Money(market.Of(149674, "EUR")), "€1,496.74"},
		{"less than nothing", w.Money(market.Of(-3600, "EUR")), "−€36.00"},
		{"yen have no cents", w.Money(market.Of(1500, "JPY")), "¥1,500"},
		{"dinars have thousandths", strings.ReplaceAll(w.Money(market.Of(1500, "KWD")), "\u00a0", " "), "KWD 1.500"},
		{"number", w.Number(1234567), "1,234,567"},
		{"number below zero", w.Number(-1234), "−1,234"},
		{"whole per cent", w.Percent(1900), "19%"},
		{"part of a per cent", w.Percent(740), "7.4%"},
		{"small part of a per cent", w.Percent(5), "0.05%"},
		{"light weight", w.Weight(850), "850 g"},
		{"weight", w.Weight(23700), "23.7 kg"},
		{"weight rounds", w.Weight(23960), "24 kg"},
		{"heavy weight", w.Weight(1_234_000), "1,234 kg"},
		{"day", w.Day(at), "7 December 2026"},
		{"when", w.When(at), "Mon 7 December, 12:00 CET"},
		{"stamp", w.Stamp(at), "7 December 2026, 12:00 CET"},
		{"month", w.Month(at), "December 2026"},
		{"two units", w.Span(13*24*time.Hour + 20*time.Hour + 5*time.Minute), "13 days 20 hours"},
		{"one unit", w.Span(time.Hour), "1 hour"},
		{"hardly anything", w.Span(time.Second), "1 minute"},
		{"country", w.Country("DE"), "Germany"},
		{"country in small letters", w.Country("tr"), "Türkiye"},
		{"no country", w.Country("??"), "??"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestAmountsAgreeWithTheTables(t *testing.T) {
	w := For(First)
	rapid.Check(t, func(t *rapid.T) {
		c := market.Currency(rapid.SampledFrom([]string{"EUR", "USD", "GBP", "JPY", "SEK", "PLN", "TRY", "INR", "KWD", "CHF", "CNY"}).Draw(t, "currency"))
		minor := rapid.Int64Range(-market.Most, market.Most).Draw(t, "minor")
		a, err := currency.NewAmountFromInt64(minor, string(c))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(strings.Replace(w.money.Format(a), "-", "−", 1), "\u00a0", " ")
		if got := strings.ReplaceAll(w.Money(market.Of(minor, c)), "\u00a0", " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestMirrorIsLongerAndKeepsValuesReadable(t *testing.T) {
	w := For(Mirror)
	if w.Dir != "rtl" {
		t.Fatal("the mirror runs from left to right")
	}
	s := w.T("sign.agree_terms", "version", "3")
	if !strings.Contains(s, "3") || !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") || !strings.Contains(s, "~~") {
		t.Errorf("%q: layouts that fit English alone would not show", s)
	}
	if opened, closed := strings.Count(s, "\u202e")+strings.Count(s, "\u2068"), strings.Count(s, "\u202c")+strings.Count(s, "\u2069"); opened != closed {
		t.Errorf("%q opens %d directions and closes %d: the rest of the page would turn round", s, opened, closed)
	}
}

func TestUnknownLanguageIsTheFirst(t *testing.T) {
	if For("xx").Lang != First || Known("xx") || !Known(First) || !Known(Mirror) {
		t.Error("a reader of an unknown language would get nothing")
	}
}

func BenchmarkMessage(b *testing.B) {
	w := For(First)
	for b.Loop() {
		w.T("parts.card_door", "quantity", "60 pieces")
	}
}

func BenchmarkMoney(b *testing.B) {
	w := For(First)
	m := market.Of(149674, "EUR")
	for b.Loop() {
		w.Money(m)
	}
}
