package assets

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, address, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", address, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestAssetsMayBeKeptForEver(t *testing.T) {
	for name := range names {
		w := get(t, URL(name), "")
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %q, %d bytes: readers would load it again on every page", name, w.Code, w.Header().Get("Cache-Control"), w.Body.Len())
		}
	}
}

func TestStyleSheetFindsItsFonts(t *testing.T) {
	sheet := get(t, URL("app.css"), "").Body.String()
	found := regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(sheet, -1)
	if len(found) < 5 {
		t.Fatalf("only %d references in the style sheet", len(found))
	}
	for _, m := range found {
		if w := get(t, Prefix+m[1], ""); w.Code != 200 {
			t.Errorf("%s is not served: pages would stand in another font", m[1])
		}
	}
	if strings.Contains(sheet, "data:") {
		t.Error("the style sheet holds data: addresses, which the content security policy refuses")
	}
}

func TestOnlyLogicalPropertiesInTheStyleSheet(t *testing.T) {
	sheet := get(t, URL("app.css"), "").Body.String()
	physical := regexp.MustCompile(`[;{](?:margin|padding|border|inset|scroll-margin)?-?(?:left|right)(?:-(?:color|width|style|radius))?:[^;}]*|text-align:(?:left|right)|float:(?:left|right)`)
	for _, m := range physical.FindAllString(sheet, -1) {
		t.Errorf("%s: an Arabic page would be the wrong way round", m)
	}
}

// The system's wish for dark must give the same colours as the visitor's.
func TestBothDarkThemesAreOne(t *testing.T) {
	b, err := os.ReadFile("input.css")
	if err != nil {
		t.Fatal(err)
	}
	block := func(after string) string {
		_, rest, _ := strings.Cut(string(b), after)
		_, rest, _ = strings.Cut(rest, "{")
		body, _, _ := strings.Cut(rest, "}")
		return strings.Join(strings.Fields(body), " ")
	}
	chosen, wished := block("\n[data-theme=\"dark\"]"), block(":root:not([data-theme=\"light\"])")
	if chosen == "" || chosen != wished {
		t.Errorf("dark by choice and dark by the system differ:\n%s\n%s", chosen, wished)
	}
}

func TestCompressionIsNegotiated(t *testing.T) {
	plain := get(t, URL("app.css"), "")
	for header, want := range map[string]string{"gzip": "gzip", "br, gzip;q=0.8": "gzip", "gzip;q=0": "", "br": "", "": ""} {
		w := get(t, URL("app.css"), header)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", header, got, want)
			continue
		}
		if want == "" {
			continue
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil || string(b) != plain.Body.String() {
			t.Errorf("Accept-Encoding %q: the sheet does not come out as it went in", header)
		}
	}
}

func TestUnknownNamesAreNotFound(t *testing.T) {
	for _, address := range []string{Prefix, Prefix + "app.css", Prefix + "../assets.go", Prefix + "app.000000000000.css"} {
		if w := get(t, address, ""); w.Code != 404 || w.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: status %d, Cache-Control %q", address, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if Flag("ZZ") != "" || Flag("de") == "" || Flag("DE") != Flag("de") {
		t.Error("flags are not found by their country")
	}
}
