package shield

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const testRef = "7F3K-2Q9X"

// refused is the answer to a request with these fields.
func refused(r *refusals, why Reason, method, uri string, fields ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, uri, nil)
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	r.answer(w, req, why, 5*time.Second, testRef)
	return w
}

var allMedia = map[string][]string{
	"a browser":  {"Accept", "text/html,application/xhtml+xml"},
	"anybody":    {},
	"a script":   {"Hx-Request", "true", "Accept", "*/*"},
	"a program":  {"Accept", "application/json"},
	"an old one": {"Accept", "text/*"},
}

func TestEveryRefusalIsSmallAndHonest(t *testing.T) {
	r := newRefusals(nil, "/status")
	for why := ReasonBusy; why < reasons; why++ {
		for who, fields := range allMedia {
			w := refused(r, why, "GET", "/listings/1", fields...)
			name := fmt.Sprintf("%s, to %s", why, who)
			m := manners[why]
			if w.Code != m.status {
				t.Errorf("%s: status %d, want %d", name, w.Code, m.status)
			}
			size := w.Body.Len()
			for field, values := range w.Header() {
				size += len(field) + len(values[0]) + 4
			}
			if size >= 2_048 {
				t.Errorf("%s: %d bytes with its fields; a refusal must be cheaper than a page", name, size)
			}
			if got := w.Header().Get("Content-Length"); got != strconv.Itoa(w.Body.Len()) {
				t.Errorf("%s: Content-Length %s of %d bytes", name, got, w.Body.Len())
			}
			if w.Header().Get("Kontor-Reference") != testRef || !strings.Contains(w.Body.String(), testRef) {
				t.Errorf("%s: nobody can be helped without the reference:\n%s", name, w.Body)
			}
			if (w.Header().Get("Retry-After") != "") != m.again {
				t.Errorf("%s: Retry-After %q", name, w.Header().Get("Retry-After"))
			}
			if (w.Header().Get("Connection") == "close") != m.ends || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", name, w.Header())
			}
			if strings.Contains(w.Body.String(), "{seconds}") || strings.Contains(w.Body.String(), "{reference}") {
				t.Errorf("%s: a hole is left open:\n%s", name, w.Body)
			}
		}
	}
}

func TestRefusedPageHoldsNothingThatItsPolicyForbids(t *testing.T) {
	r := newRefusals(map[string]Texts{"ar": {Reasons: map[Reason]Text{ReasonBusy: {"<script>alert(1)</script>", `"&'`}}}}, "/status")
	for why := ReasonBusy; why < reasons; why++ {
		w := refused(r, why, "GET", "/", "Accept", "text/html", "Accept-Language", "ar-EG, en;q=0.5")
		doc, err := html.Parse(strings.NewReader(w.Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		headings := 0
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "h1" {
				headings++
			}
			if n.Data == "script" || n.Data == "link" || n.Data == "img" {
				t.Errorf("%s: the page has a <%s>", why, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s=…> is inline", why, n.Data, a.Key)
				}
				if n.Data == "html" && a.Key == "dir" && a.Val != "rtl" {
					t.Errorf("%s: Arabic is written %s", why, a.Val)
				}
			}
		}
		if headings != 1 {
			t.Errorf("%s: %d headings", why, headings)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
			t.Errorf("%s: policy %q", why, policy)
		}
	}
}

func TestProgramsGetAProblemDocument(t *testing.T) {
	r := newRefusals(nil, "")
	for why := ReasonBusy; why < reasons; why++ {
		w := refused(r, why, "POST", "/api/v1/orders")
		var p struct {
			Type, Title, Detail, Reason, Reference string
			Status                                 int
			RetryAfter                             int `json:"retry_after"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v:\n%s", why, err, w.Body)
		}
		if w.Header().Get("Content-Type") != "application/problem+json" || p.Status != w.Code || p.Reason != why.String() || p.Reference != testRef || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: %+v", why, p)
		}
		if after, _ := strconv.Atoi(w.Header().Get("Retry-After")); p.RetryAfter != after {
			t.Errorf("%s: retry_after %d, and Retry-After %d", why, p.RetryAfter, after)
		}
	}
}

func TestPageComesBackByItselfOnlyWhereItsVisitorDidNothingWrong(t *testing.T) {
	r := newRefusals(nil, "")
	for _, c := range []struct {
		why    Reason
		method string
		want   bool
	}{
		{ReasonBusy, "GET", true}, {ReasonShape, "GET", true},
		{ReasonBusy, "POST", false}, {ReasonOverLimit, "GET", false}, {ReasonBanned, "GET", false}, {ReasonTooLarge, "GET", false},
	} {
		w := refused(r, c.why, c.method, "/", "Accept", "text/html")
		if got := strings.Contains(w.Body.String(), `http-equiv="refresh"`); got != c.want {
			t.Errorf("%s after %s: comes back by itself %v, want %v", c.why, c.method, got, c.want)
		}
	}
}

func TestScriptsPutNothingIntoAPage(t *testing.T) {
	w := refused(newRefusals(nil, ""), ReasonBusy, "GET", "/me", "Hx-Request", "true")
	if w.Header().Get("Hx-Reswap") != "none" || strings.Contains(w.Body.String(), "<html") {
		t.Errorf("a whole page lands within another: %v\n%s", w.Header(), w.Body)
	}
}

func TestRefusedAreToldInTheirLanguage(t *testing.T) {
	german := Texts{Reasons: map[Reason]Text{ReasonBusy: {"Das Haus ist voll.", "Gleich geht es weiter."}}, Reference: "Kennzeichen {reference}"}
	r := newRefusals(map[string]Texts{"de": german, "pt-BR": {Reference: "Referência {reference}"}}, "")
	for _, c := range []struct {
		name, uri, accepts, want string
	}{
		{"by the address", "/de/listings/1", "en", "Kennzeichen"},
		{"by the browser", "/listings/1", "fr-FR, de-AT;q=0.9, en;q=0.8", "Kennzeichen"},
		{"by the browser's region", "/listings/1", "pt-BR", "Referência"},
		{"in English where nothing fits", "/listings/1", "fr", "Reference"},
		{"in English where nothing is asked for", "/listings/1", "", "Reference"},
	} {
		w := refused(r, ReasonBusy, "GET", c.uri, "Accept-Language", c.accepts)
		if !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, w.Body)
		}
	}
	if w := refused(r, ReasonOverLimit, "GET", "/de/"); !strings.Contains(w.Body.String(), "That was too quick") {
		t.Error("a reason that has no translation has no text")
	}
	long := newRefusals(map[string]Texts{"de": {Reasons: map[Reason]Text{ReasonBusy: {"Voll", strings.Repeat("sehr ", 400)}}}}, "")
	if w := refused(long, ReasonBusy, "GET", "/de/"); w.Body.Len() > refusalSize {
		t.Errorf("a long translation makes a refusal of %d bytes", w.Body.Len())
	}
}

func TestRefusedDoNotComeBackTogether(t *testing.T) {
	seen := map[int]int{}
	for i := range 1_000 {
		seen[spread(20*time.Second, "7F3K-"+strconv.Itoa(1000+i))]++
	}
	if len(seen) < 10 {
		t.Errorf("1,000 who were turned away together come back at %d moments", len(seen))
	}
	for wait, most := range map[time.Duration]int{-time.Second: 3, 0: 3, time.Millisecond: 3, 1500 * time.Millisecond: 3, time.Hour: longestWait} {
		for i := range 100 {
			if got := spread(wait, strconv.Itoa(i)); got < leastWait || got > most {
				t.Errorf("wait %s is told as %d s, want 2 to %d", wait, got, most)
			}
		}
	}
}

func TestRefusalCostsOneField(t *testing.T) {
	r := newRefusals(map[string]Texts{"de": {}}, "/status")
	w := &discard{header: http.Header{}}
	req := httptest.NewRequest("GET", "/listings/1", nil)
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "fr-FR, de;q=0.9")
	if n := testing.AllocsPerRun(1_000, func() { r.answer(w, req, ReasonBusy, 5*time.Second, testRef) }); n > 1 && !underRace {
		t.Errorf("turning somebody away allocates %.1f times", n)
	}
}

func FuzzRefusal(f *testing.F) {
	r := newRefusals(map[string]Texts{"de": {}}, "/status")
	f.Add("/de/x", "text/html", "de-AT;q=0.9, en", uint8(1), int64(5e9))
	f.Fuzz(func(t *testing.T, path, accept, language string, why uint8, wait int64) {
		req := httptest.NewRequest("GET", "/", nil)
		req.URL.Path = path
		req.Header["Accept"], req.Header["Accept-Language"] = []string{accept}, []string{language}
		w := httptest.NewRecorder()
		r.answer(w, req, Reason(why)%reasons, time.Duration(wait), testRef)
		if w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) || w.Body.Len() > refusalSize {
			t.Fatalf("Content-Length %s of %d bytes", w.Header().Get("Content-Length"), w.Body.Len())
		}
	})
}

func BenchmarkRefusal(b *testing.B) {
	r := newRefusals(nil, "/status")
	w := &discard{header: http.Header{}}
	req := httptest.NewRequest("GET", "/listings/1", nil)
	req.Header.Set("Accept", "text/html")
	b.ReportAllocs()
	for b.Loop() {
		r.answer(w, req, ReasonBusy, 5*time.Second, testRef)
	}
}
