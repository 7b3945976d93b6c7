package web

import (
	"compress/gzip"
	"context"
	"database/sql"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kontor/market/party"
)

// A page's links and forms; what follows "hreflang" chooses another language.
var (
	links = regexp.MustCompile(`<a\b([^>]*)>`)
	sends = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	leads = regexp.MustCompile(`(?:href|action)="(/[^"]*)"`)
)

// way is where a page leads: by a link, or by a form with its fields.
type way struct{ href, fields string }

// waysOf are the addresses in the house that a page leads to.
func waysOf(body string) (out []way) {
	add := func(attributes, fields string) {
		if m := leads.FindStringSubmatch(attributes); m != nil && !strings.Contains(attributes, "hreflang") {
			out = append(out, way{html.UnescapeString(m[1]), fields})
		}
	}
	for _, m := range links.FindAllStringSubmatch(body, -1) {
		add(m[1], "")
	}
	for _, m := range sends.FindAllStringSubmatch(body, -1) {
		if strings.Contains(m[1], `method="post"`) {
			m[2] = ""
		}
		add(m[1], m[2])
	}
	return out
}

func TestTheLanguageIsKeptOnTheWay(t *testing.T) {
	walk(t, "/ar-XB", "", func(from, body string) {
		if !strings.Contains(body, `dir="rtl"`) {
			t.Errorf("%s reads from left to right", from)
		}
		for _, to := range waysOf(body) {
			if to.href != "/ar-XB" && !strings.HasPrefix(to.href, "/ar-XB/") && !strings.HasPrefix(to.href, "/ar-XB?") {
				t.Errorf("%s leads to %s, out of the visitor's language", from, to.href)
			}
		}
	})
}

func TestDestinationAndCurrencyAreKeptOnTheWay(t *testing.T) {
	walk(t, "", "cur=SEK&to=SE", func(from, body string) {
		if strings.HasPrefix(from, StatusPath) {
			return // one page for all: it is made before anybody asks
		}
		for _, to := range waysOf(body) {
			u, err := url.Parse(to.href)
			must(t, err)
			for name, want := range map[string]string{"to": "SE", "cur": "SEK"} {
				// A form that is got replaces the query: it has fields instead.
				if u.Query().Get(name) != want && to.fields == "" || to.fields != "" && !strings.Contains(to.fields, `name="`+name+`"`) {
					t.Errorf("%s leads to %s, which loses %s", from, to.href, name)
				}
			}
		}
	})
}

// walk lets look judge every page there is, each as somebody whose page it is.
func walk(t *testing.T, prefix, keep string, look func(from, body string)) {
	h := openTrade(t, "")
	h.open(t, aBuyer, "POST", "/cart/lines", url.Values{"variant": {string(h.listing.Variants[0].ID)}, "quantity": {"4"}})
	ways := 0
	for pattern, c := range h.accesses() {
		who := 1 + strings.IndexByte(c.want[1:], '2') // not as a guest
		if !strings.HasPrefix(pattern, "GET ") || who == 0 || strings.Contains(pattern, ".csv") {
			continue
		}
		path, query, _ := strings.Cut(c.path, "?")
		if query != "" && keep != "" {
			query += "&"
		}
		if path = prefix + strings.TrimSuffix(path, "/"); path == "" {
			path = "/"
		}
		if query += keep; query != "" {
			path += "?" + query
		}
		w := h.open(t, everyRole[who], "GET", path, nil)
		body := w.Body.String()
		if w.Code != 200 {
			t.Errorf("%s as %s: %d", path, everyRole[who], w.Code)
			continue
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue // no page
		}
		ways += len(waysOf(body))
		if pattern == "GET /me" {
			body += `dir="rtl"` // a fragment stands in a page
		}
		look(path, body)
	}
	if ways < 500 {
		t.Errorf("%d links and forms were looked at; they are no longer recognised", ways)
	}
}

func TestSigningInOnTheWayKeepsTheLanguage(t *testing.T) {
	h := openTestHouse(t, "")
	w := h.open(t, aGuest, "GET", "/ar-XB/orders?before=&to=SE", nil)
	at, err := url.Parse(w.Header().Get("Location"))
	must(t, err)
	if at.Path != "/ar-XB/sign-in" || !strings.HasPrefix(at.Query().Get("next"), "/ar-XB/orders") {
		t.Errorf("a guest is sent to %s", at)
	}
	w = h.open(t, aGuest, "POST", "/ar-XB/sign-in", url.Values{"email": {"buyer@firm.example"}, "password": {testPassword}, "next": {at.Query().Get("next")}})
	if w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/ar-XB/orders") {
		t.Errorf("after signing in: %d to %s", w.Code, w.Header().Get("Location"))
	}
	h.offer(t, aSupplier, "TS-1", 10)
	w = h.open(t, aBuyer, "GET", "/ar-XB/checkout?to=SE", nil)
	if at := w.Header().Get("Location"); w.Code != 303 || !strings.Contains(at, url.QueryEscape("/ar-XB/checkout?to=SE")) {
		t.Errorf("a buyer without an address comes back to %s", at)
	}
}

func TestEveryFacetHasItsAddress(t *testing.T) {
	h := openTestHouse(t, "")
	h.offer(t, aSupplier, "TS-1", 100)
	h.offer(t, otherSupplier, "NK-1", 100)
	facet := regexp.MustCompile(`(?s)<a class="[^"]*" rel="nofollow" href="([^"]*)"( aria-current(?:="true")?)?>\s*<span class="k-box"`)
	for _, page := range []string{"/search", "/search?q=mug", "/categories/home", "/ar-XB/search?to=SE", "/suppliers/" + h.people[aSupplier].firm.Slug} {
		found := facet.FindAllStringSubmatch(h.open(t, aGuest, "GET", page, nil).Body.String(), -1)
		if len(found) < 3 {
			t.Errorf("%s offers %d ways to narrow, want at least price, minimum and days", page, len(found))
		}
		for _, m := range found {
			href := html.UnescapeString(m[1])
			w := h.open(t, aGuest, "GET", href, nil)
			marked, back := false, false
			for _, n := range facet.FindAllStringSubmatch(w.Body.String(), -1) {
				marked = marked || n[2] != ""
				back = back || n[2] != "" && !strings.Contains(n[1], "page=")
			}
			if w.Code != 200 || !marked || !back || !strings.Contains(w.Body.String(), "k-remove") {
				t.Errorf("%s: %d; the chosen one is marked: %v; it can be taken out: %v", href, w.Code, marked, back)
			}
			if again := h.open(t, otherBuyer, "GET", href, nil); again.Body.String() != w.Body.String() {
				t.Errorf("%s is not the same for whoever it is sent to", href)
			}
		}
	}
}

func TestSearchHelpsWhoeverMistypes(t *testing.T) {
	h := openTestHouse(t, "")
	h.offer(t, aSupplier, "TS-1", 100)
	for query, wants := range map[string][]string{
		"q=stonewear+mug":                   {"Stoneware mug TS-1", "exactly=1"},
		"q=stonewear&exactly=1":             {`href="/search?q=stonewear"`, `href="/search"`},
		"q=" + strings.Repeat("x", 5_000):   {`href="/search"`},
		"q=submarine":                       {`href="/search"`},
		"q=mug&origin=JP&price=none&lead=9": {`href="/search"`},
		"q=%ff%fe%00mug":                    {"Stoneware mug TS-1"},
		"q=mug&page=-1&pieces=many&sort=x":  {"Stoneware mug TS-1"},
		"q=mug&page=99999999999999999999":   {},
		"q=mug&cur=XQQ&to=Sweden":           {"Stoneware mug TS-1"},
		"q=mug&%zz=1;2":                     {"Stoneware mug TS-1"},
		"q=" + url.QueryEscape(script):      {`value="&lt;script&gt;alert(`},
	} {
		w := h.open(t, aGuest, "GET", "/search?"+query, nil)
		for _, want := range wants {
			if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, want) && !strings.Contains(body, strings.ReplaceAll(want, "&#43;", "+")) {
				t.Errorf("%.60s: got %d without %s: %.1800s", query, w.Code, want, inMain(body))
			}
		}
		if w.Code != 200 || strings.Contains(w.Body.String(), "<script>alert") {
			t.Errorf("%.60s: %d, or it runs what was looked for", query, w.Code)
		}
	}
	if log := h.log.String(); log != "" {
		t.Errorf("an odd address is not ours to log: %s", log)
	}
}

func TestThePriceFallsExactlyAtItsQuantity(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	for quantity, want := range map[string][2]string{"2": {"2 × €5.00", "€10.00"}, "9": {"9 × €5.00", "€45.00"}, "10": {"10 × €4.00", "€40.00"}, "11": {"11 × €4.00", "€44.00"}, "1": {"2 × €5.00", "€10.00"}, "-3": {"2 × €5.00", "€10.00"}, "x": {"2 × €5.00", "€10.00"}} {
		body := h.open(t, aGuest, "GET", "/listings/"+string(l.ID)+"?quantity="+quantity, nil).Body.String()
		text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(inMain(body))
		if !strings.Contains(text, want[0]) || !strings.Contains(text, want[1]) {
			t.Errorf("%s pieces: want %s = %s: %.2500s", quantity, want[0], want[1], text[strings.Index(text, "k-door")+1:])
		}
	}
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	h := openTestHouse(t, "")
	for _, path := range []string{"/nothing", "/orders/x/y/z", "/listings/x", "/listings/" + freshKey(), "/categories/none", "/categories/", "/suppliers/none", "/suppliers/%ff", "/%00", "/pictures/x/1", "/pictures/..%2f..%2fetc%2fpasswd/480", "/ar-XB/nothing", "/xx/search", "/assets/none.js", "/%2e%2e/%2e%2e/etc/passwd", "/.git/config", "/terms"} {
		w := h.open(t, aGuest, "GET", path, nil)
		for range 2 { // the mux mends paths first
			if w.Code == 301 || w.Code == 307 {
				w = h.open(t, aGuest, "GET", w.Header().Get("Location"), nil)
			}
		}
		if w.Code != 404 {
			t.Errorf("%s: got %d", path, w.Code)
		}
		if strings.HasPrefix(path, "/assets") {
			continue
		}
		if body := w.Body.String(); !strings.Contains(body, "/search") || w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the page does not lead on, or lacks its protection", path)
		}
	}
	for _, c := range []struct{ method, path, allow string }{{"DELETE", "/orders", "GET"}, {"POST", "/search", "GET"}, {"GET", "/sign-out", "POST"}, {"PUT", "/cart", "GET"}, {"PATCH", "/sign-in", "GET, POST"}, {"HEAD", "/checkout", ""}, {"TRACE", "/", "GET"}} {
		w := h.open(t, aBuyer, c.method, c.path, nil)
		if c.allow == "" {
			if w.Code == 405 || w.Body.Len() > 0 {
				t.Errorf("%s %s: got %d and %d bytes", c.method, c.path, w.Code, w.Body.Len())
			}
			continue
		}
		if w.Code != 405 || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: got %d, allowed %q, want 405 and %q", c.method, c.path, w.Code, w.Header().Get("Allow"), c.allow)
		}
	}
}

func TestHeadAndGzipTellTheSame(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	for _, path := range []string{"/", "/search?q=mug", "/listings/" + string(l.ID), "/suppliers", "/protection", "/sign-up", "/orders", "/nothing"} {
		get := h.open(t, aBuyer, "GET", path, nil)
		head := h.open(t, aBuyer, "HEAD", path, nil)
		if head.Code != get.Code || head.Body.Len() > 0 || head.Header().Get("Content-Length") != get.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d, %s bytes told and %d sent; GET: %d, %s bytes", path, head.Code, head.Header().Get("Content-Length"), head.Body.Len(), get.Code, get.Header().Get("Content-Length"))
		}
		zipped := h.open(t, aBuyer, "GET", path, nil, "Accept-Encoding", "gzip, br")
		if zipped.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(zipped.Header().Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s is sent whole to a browser that can unzip", path)
			continue
		}
		z, err := gzip.NewReader(zipped.Body)
		must(t, err)
		body, err := io.ReadAll(z)
		must(t, err)
		if get.Code == 200 && string(body) != get.Body.String() {
			t.Errorf("%s differs when zipped", path)
		}
	}
}

func TestTheThemeIsKept(t *testing.T) {
	h := openTestHouse(t, "")
	for theme, shown := range map[string]string{"dark": `data-theme="dark"`, "light": `data-theme="light"`} {
		w := h.open(t, aGuest, "POST", "/theme", url.Values{"theme": {theme}, "back": {"/search?q=mug"}})
		cookies := w.Result().Cookies()
		if w.Code != 303 || w.Header().Get("Location") != "/search?q=mug" || len(cookies) != 1 {
			t.Fatalf("%s: got %d to %s with %v", theme, w.Code, w.Header().Get("Location"), cookies)
		}
		if body := h.open(t, aGuest, "GET", "/", nil, "Cookie", cookies[0].String()).Body.String(); !strings.Contains(body, shown) {
			t.Errorf("%s was chosen and is not shown", theme)
		}
	}
	w := h.open(t, aGuest, "POST", "/theme", url.Values{"theme": {"<script>"}, "back": {"https://evil.example"}}, "Cookie", themeCookie+"=dark")
	if cookies := w.Result().Cookies(); w.Header().Get("Location") != "/" || len(cookies) != 1 || cookies[0].MaxAge >= 0 {
		t.Errorf("a theme that is none: to %s with %v", w.Header().Get("Location"), cookies)
	}
	if body := h.open(t, aGuest, "GET", "/", nil, "Cookie", themeCookie+`="><script>`).Body.String(); strings.Contains(body, `"><script>`) {
		t.Error("the page runs what stands in a cookie")
	}
}

func TestErrorsOfOursAreAPageWithAReference(t *testing.T) {
	number := regexp.MustCompile(`<bdi class="k-mono">([0-9A-Z]{4}-[0-9A-Z]{4})</bdi>`)
	look := func(t *testing.T, h *trade, path string, w *httptest.ResponseRecorder) {
		t.Helper()
		m := number.FindStringSubmatch(w.Body.String())
		if w.Code != 500 || m == nil || m[1] != w.Header().Get("Kontor-Reference") {
			t.Fatalf("%s: got %d, and no reference: %.600s", path, w.Code, inMain(w.Body.String()))
		}
		if !strings.Contains(h.log.String(), m[1]) {
			t.Errorf("%s: nobody finds %s in the log", path, m[1])
		}
		if c := w.Header().Get("Cache-Control"); !strings.Contains(c, "no-store") {
			t.Errorf("%s: a cache may keep the error: %q", path, c)
		}
		for _, s := range append(secrets, "firm.example", "panicked here", "SQL", "no such table", h.people[aBuyer].session) {
			if strings.Contains(w.Body.String(), s) {
				t.Errorf("%s: the page tells %q", path, s)
			}
		}
		for _, s := range append(secrets, "firm.example", testPassword, h.people[aBuyer].session) {
			if strings.Contains(h.log.String(), s) {
				t.Errorf("%s: the log holds %q", path, s)
			}
		}
	}
	t.Run("a panic", func(t *testing.T) {
		h := openTrade(t, "")
		h.Pictures = nil
		look(t, h, "/pictures/x/480", h.open(t, aBuyer, "GET", "/pictures/x/480", nil))
		h.Site.Parties = (*party.Desk)(nil)
		look(t, h, "/account", h.open(t, aBuyer, "GET", "/account", nil))
	})
	t.Run("tables that are gone", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "kontor.db")
		h := openTrade(t, "sqlite:"+file)
		db, err := sql.Open("sqlite3", "file:"+file)
		must(t, err)
		for name := range kept(t, file) {
			_, err := db.Exec("PRAGMA foreign_keys = OFF; DROP TABLE " + name)
			must(t, err)
		}
		must(t, db.Close())
		for _, path := range []string{"/orders", "/orders/" + string(h.order.ID), "/account", "/cart"} {
			look(t, h, path, h.open(t, aBuyer, "GET", path, nil))
		}
		look(t, h, "/sign-in", h.open(t, aGuest, "POST", "/sign-in", url.Values{"email": {"buyer@firm.example"}, "password": {testPassword}}))
		look(t, h, "/reset", h.open(t, aGuest, "POST", "/reset", url.Values{"email": {"buyer@firm.example"}}))
	})
}

func TestNobodyWaitsForAnAnswerThatIsNotWanted(t *testing.T) {
	h := openTestHouse(t, "")
	r := httptest.NewRequest(http.MethodGet, "/me", nil)
	ctx, gone := context.WithCancel(t.Context())
	gone()
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r.WithContext(ctx))
	if log := h.log.String(); log != "" {
		t.Errorf("somebody who left the page is logged as an error: %s", log)
	}
}
