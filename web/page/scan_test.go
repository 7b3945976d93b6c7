package page

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"kontor/web/assets"
)

// TestMarkupHoldsNoWords keeps every text in the catalogue: a word written
// between tags, or into an attribute that is read out, could not be translated.
func TestMarkupHoldsNoWords(t *testing.T) {
	names, err := filepath.Glob("*.templ")
	if err != nil || len(names) == 0 {
		t.Fatal("no markup found", err)
	}
	spoken := regexp.MustCompile(`\s(?:aria-label|title|alt|placeholder|content)="[^"]*[A-Za-z]{2,}[^"]*"`)
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range spoken.FindAllString(string(b), -1) {
			if !strings.Contains(m, `content="width=device-width`) && !strings.Contains(m, `content="noindex`) {
				t.Errorf("%s: %s is not in the catalogue", name, strings.TrimSpace(m))
			}
		}
		for _, text := range literals(string(b)) {
			t.Errorf("%s: %q stands between tags; put it in the catalogue", name, text)
		}
	}
}

var statement = regexp.MustCompile(`^(if |for |switch |case |default:|} else|}|@|//|templ |package |import |"|\)|var )`)

// literals are the texts that stand between tags in templ source. It walks over
// tags and expressions, and leaves out lines that are Go.
func literals(src string) []string {
	var found []string
	at := strings.Index(src, "\ntempl ")
	if at < 0 {
		return nil
	}
	src = src[at:]
	var text strings.Builder
	flush := func() {
		for line := range strings.SplitSeq(text.String(), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || statement.MatchString(line) {
				continue
			}
			for word := range strings.FieldsSeq(strings.ReplaceAll(line, "\x00", " ")) {
				letters := 0
				for _, r := range word {
					if unicode.IsLetter(r) {
						letters++
					}
				}
				if letters > 1 {
					found = append(found, line)
					break
				}
			}
		}
		text.Reset()
	}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '<' && i+1 < len(src) && (src[i+1] == '/' || src[i+1] == '!' || unicode.IsLetter(rune(src[i+1]))):
			flush()
			i = pastTag(src, i)
		case c == '{' && i+1 < len(src) && src[i+1] == ' ' && !strings.HasPrefix(src[i:], "{ // "):
			i += max(0, strings.IndexByte(src[i:], '}'))
			text.WriteByte(0)
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return found
}

// pastTag is the place of the > that ends the tag beginning at i.
func pastTag(src string, i int) int {
	depth, quoted := 0, byte(0)
	for ; i < len(src); i++ {
		switch c := src[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '"' || c == '`':
			quoted = c
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == '>' && depth == 0 && !(src[i-1] == ' ' && src[i+1] == ' '): // not a comparison
			return i
		}
	}
	return i
}

func TestTheScanForWordsSeesThem(t *testing.T) {
	src := "package p\n\ntempl A() {\n\t<p class={ \"a\" }>{ x } Buy now</p>\n\tif a > b {\n\t\t<b>{ y }</b>\n\t}\n}\n"
	if got := literals(src); len(got) != 1 {
		t.Errorf("found %q; want the one text", got)
	}
}

func asset(t *testing.T, name string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	assets.Handler().ServeHTTP(w, httptest.NewRequest("GET", assets.URL(name), nil))
	if w.Code != 200 {
		t.Fatalf("%s: status %d", name, w.Code)
	}
	return w.Body.Bytes()
}

func squeezed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func parsePercent(s string, out *float64) (int, error) { return fmt.Sscanf(s, "%f%%", out) }
