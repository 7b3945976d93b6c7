package page

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kontor/web/assets"
	"kontor/web/words"

	"github.com/a-h/templ"
)

var update = flag.Bool("update", false, "write the golden files anew")

var digest = regexp.MustCompile(`\.[0-9a-f]{12}\.`)

func render(t testing.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// readable puts each element on a line of its own and leaves out what changes
// with the style sheet.
func readable(html string) string {
	html = digest.ReplaceAllString(html, ".0.")
	return strings.ReplaceAll(html, "><", ">\n<") + "\n"
}

func TestPagesAreAsReviewed(t *testing.T) {
	for name, c := range samplePages(sampleView(words.First, ThemeAuto)) {
		t.Run(name, func(t *testing.T) {
			got := readable(render(t, c))
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not as it was reviewed; look at the difference, then run the test with -update.\n%s", file, firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "want: " + a[i] + "\n got: " + b[i]
		}
	}
	return "one is longer than the other"
}

// everyPage calls check with each sample page in each language and light.
func everyPage(t *testing.T, check func(t *testing.T, html string)) {
	for _, lang := range []string{words.First, words.Mirror} {
		for _, theme := range []Theme{ThemeAuto, ThemeDark} {
			for name, c := range samplePages(sampleView(lang, theme)) {
				t.Run(lang+" "+string(theme)+" "+name, func(t *testing.T) { check(t, render(t, c)) })
			}
		}
	}
}

func TestNoPageNeedsAnExceptionFromTheContentSecurityPolicy(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<style|\sstyle=|<script(?: [^>]*)?>[^<]|\son[a-z]+=|javascript:|src="data:|href="data:|https?://(?:[^"]*)\.(?:js|css)|hx-on|about:invalid`)
	everyPage(t, func(t *testing.T, html string) {
		if m := forbidden.FindString(html); m != "" {
			t.Errorf("the browser would refuse %q, and the reader would see a broken page", m)
		}
	})
}

func TestEveryAssetThatAPageLoadsIsThere(t *testing.T) {
	address := regexp.MustCompile(`"(/assets/[^"#]+)`)
	hashed := regexp.MustCompile(`\.[0-9a-f]{12}\.[a-z0-9]+$`)
	everyPage(t, func(t *testing.T, html string) {
		for _, m := range address.FindAllStringSubmatch(html, -1) {
			if !hashed.MatchString(m[1]) {
				t.Errorf("%s is not an asset: the reader would miss it", m[1])
			}
		}
	})
}

func TestEveryDrawingThatAPageNamesIsDrawn(t *testing.T) {
	b, err := os.ReadFile("../assets/built/drawings.svg")
	if err != nil {
		t.Fatal(err)
	}
	use := regexp.MustCompile(`<use href="` + regexp.QuoteMeta(assets.URL("drawings.svg")) + `#([^"]+)"`)
	everyPage(t, func(t *testing.T, html string) {
		for _, m := range use.FindAllStringSubmatch(html, -1) {
			if !strings.Contains(string(b), `id="`+m[1]+`"`) {
				t.Errorf("there is no drawing %q: the reader would see a hole", m[1])
			}
		}
	})
}

// Classes are looked up in the built sheet: a class used in markup but missing
// there means that the sheet was not built anew (make assets).
func TestStyleSheetKnowsEveryClass(t *testing.T) {
	sheet := string(asset(t, "app.css"))
	class := regexp.MustCompile(`\sclass="([^"]+)"`)
	escape := regexp.MustCompile(`[^a-zA-Z0-9_-]`)
	missing := map[string]bool{}
	everyPage(t, func(t *testing.T, html string) {
		for _, m := range class.FindAllStringSubmatch(html, -1) {
			for name := range strings.FieldsSeq(m[1]) {
				if !missing[name] && !strings.Contains(sheet, "."+escape.ReplaceAllString(name, `\$0`)) {
					missing[name] = true
					t.Errorf("the style sheet does not know %q: the reader would see it unstyled", name)
				}
			}
		}
	})
}

func TestIdsAreUniqueAndPointersFindThem(t *testing.T) {
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	pointer := regexp.MustCompile(`\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"`)
	everyPage(t, func(t *testing.T, html string) {
		seen := map[string]int{}
		for _, m := range id.FindAllStringSubmatch(html, -1) {
			if seen[m[1]]++; seen[m[1]] == 2 && !strings.HasPrefix(m[1], "hatch") {
				t.Errorf("id %q is there twice: a screen reader would be led astray", m[1])
			}
		}
		for _, m := range pointer.FindAllStringSubmatch(html, -1) {
			for _, target := range strings.Fields(m[1]) {
				if seen[target] == 0 {
					t.Errorf("%s points nowhere: a screen reader would miss the words", m[0])
				}
			}
		}
	})
}

func TestEveryMirroredPageRunsFromRightToLeft(t *testing.T) {
	for name, c := range samplePages(sampleView(words.Mirror, ThemeAuto)) {
		html := render(t, c)
		if name == "me" {
			continue // a fragment
		}
		if !strings.Contains(html, `dir="rtl"`) {
			t.Errorf("%s has no direction: an Arabic reader would see it the wrong way round", name)
		}
		for _, m := range regexp.MustCompile(`(?:href|action)="(/[^"]*)"`).FindAllStringSubmatch(html, -1) {
			if a := m[1]; !strings.HasPrefix(a, "/"+words.Mirror) && !strings.HasPrefix(a, "/assets/") && !strings.HasPrefix(a, "/desk") {
				t.Errorf("%s leads to %s, out of the reader's language", name, a)
			}
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	v := sampleView(words.First, ThemeAuto)
	hostile := `"><script>alert(1)</script>`
	s := sampleSearch(v)
	s.Query, s.Typed, s.Cards[0].Name, s.Cards[0].Firm.Name, s.Cards[0].Pic.Alt = hostile, hostile, hostile, hostile, hostile
	s.Cards[1].Href = "javascript:alert(1)"
	v.Query = hostile
	html := render(t, SearchPage(v, s))
	if strings.Contains(html, "<script>alert") || strings.Contains(html, "javascript:alert") {
		t.Error("a supplier's text would run as script in a buyer's browser")
	}
}

// The first page may weigh 115 KB as it comes over the line, with style, script
// and fonts, without pictures.
func TestFirstVisitIsLight(t *testing.T) {
	for name, c := range samplePages(sampleView(words.First, ThemeAuto)) {
		html := render(t, c)
		total := len(squeezed(t, []byte(html)))
		for _, a := range []string{"app.css", "htmx.min.js", "drawings.svg"} {
			total += len(squeezed(t, asset(t, a)))
		}
		for _, a := range []string{"fonts/source-sans-latin.woff2", "fonts/piazzolla-latin.woff2"} {
			total += len(asset(t, a))
		}
		if total > 115_000 {
			t.Errorf("%s weighs %d bytes at the first visit: too slow on a slow line", name, total)
		}
		if name == "home" || name == "search" || name == "listing" {
			t.Logf("%s: %d bytes at the first visit, page alone %d", name, total, len(squeezed(t, []byte(html))))
		}
	}
}

func TestHouseMarksDiffer(t *testing.T) {
	seen := map[string]int{}
	for i := range 1440 {
		seen[markPath("0190c0de-0000-7000-8000-"+number(100000+i))]++
	}
	// 1,440 draws from 1,440 marks should give about 63% of them.
	if len(seen) < 850 {
		t.Errorf("only %d marks for 1,440 businesses: buyers would mix suppliers up", len(seen))
	}
	if a, b := markPath("x"), markPath("x"); a != b {
		t.Error("a mark changed: buyers would not know the supplier again")
	}
}

func TestAddressesKeepLanguageAndPlace(t *testing.T) {
	v := &View{Prefix: "/ar-XB", Keep: "cur=SEK&to=SE"}
	for _, c := range []struct{ name, got, want string }{
		{"front page has no slash after the language", v.To("/"), "/ar-XB?cur=SEK&to=SE"},
		{"own query comes before what is kept", v.To("/search?q=a", "page", "2"), "/ar-XB/search?q=a&page=2&cur=SEK&to=SE"},
		{"empty values are left out", v.To("/search", "q", ""), "/ar-XB/search?cur=SEK&to=SE"},
		{"values are escaped", v.To("/search", "q", "a&b=c d"), "/ar-XB/search?q=a%26b%3Dc+d&cur=SEK&to=SE"},
		{"a fragment stays last", v.To("/l/1#ask"), "/ar-XB/l/1?cur=SEK&to=SE#ask"},
		{"the first language has no prefix", (&View{}).To("/"), "/"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestHoldBarIsFull(t *testing.T) {
	for _, h := range []Hold{{Held: 1}, {Held: 40880, Released: 17520}, {Released: 1, Refunded: 2}, {Held: 1, Released: 1, Refunded: 1}, {Released: 7}} {
		total := 0.0
		for _, p := range h.parts() {
			var w float64
			if _, err := parsePercent(p.width, &w); err != nil {
				t.Fatal(err)
			}
			total += w
		}
		if total < 99.95 || total > 100.05 {
			t.Errorf("%+v: the bar is %.1f%% full; the buyer would miss money", h, total)
		}
	}
}

func BenchmarkSearchPage(b *testing.B) {
	v := sampleView(words.First, ThemeAuto)
	s := sampleSearch(v)
	s.Cards = append(append(append([]Card(nil), s.Cards...), s.Cards...), s.Cards...) // 24
	benchmark(b, func() templ.Component { return SearchPage(v, s) })
}

func BenchmarkListingPage(b *testing.B) {
	v := sampleView(words.First, ThemeAuto)
	l := sampleListing(v)
	benchmark(b, func() templ.Component { return ListingPage(v, l) })
}

func benchmark(b *testing.B, page func() templ.Component) {
	b.ReportAllocs()
	for b.Loop() {
		if err := page().Render(context.Background(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
