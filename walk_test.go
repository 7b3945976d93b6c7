package kontor

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// Bounds of the walk: links that each role follows by plain requests, links of
// one route among them, and pages of one route that are looked at in the
// browser.
const (
	mostLinks    = 400
	mostOfARoute = 15
	mostLooks    = 1
)

// routePattern finds the pages in the lists of routes.
var routePattern = regexp.MustCompile(`\{"GET (/[^"]*)", \w+, \(\*Site\)`)

// pageRoutes are the patterns of every page, as the house's own mux reads them.
func pageRoutes(t *testing.T) (patterns []string, mux *http.ServeMux) {
	t.Helper()
	files, err := filepath.Glob("web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	mux = http.NewServeMux()
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range routePattern.FindAllStringSubmatch(string(text), -1) {
			patterns = append(patterns, m[1])
			mux.HandleFunc("GET "+m[1], http.NotFound)
		}
	}
	if len(patterns) < 40 {
		t.Fatalf("only %d pages were found in the lists of routes: the pattern is broken", len(patterns))
	}
	return patterns, mux
}

// rare are pages that no link leads to in a house like the demo's: texts that
// have a new version are asked for at the next sign-in; pictures are no links,
// and neither is what a script listens to or a rehearsal asks; nobody attacks it.
var rare = []string{"/agree", "/pictures/{id}/{width}", "/house/shield/stream", "/.well-known/kontor-rehearsal", "/house/incidents/{id}"}

// fragment is a part of every page, and none of its own.
const fragment = "/me"

// seeds are addresses that no link leads to, by role.
var seeds = map[string][]string{
	"guest": {
		"/", "/confirm?token=unknown", "/reset", "/reset?token=unknown", "/operator?token=unknown", "/search?q=chekc+shirt", "/search?q=xyzzyxyzzy",
		"/nothing-here", "/letters", "/confirm/code", "/?to=US&cur=USD", "/?note=order.paid",
	},
	"buyer":    {"/", "/me", "/checkout"},
	"supplier": {"/desk", "/me"},
	"operator": {"/house", "/me", "/letters"},
}

// missing are addresses that are answered as not there.
var missing = []string{"/nothing-here", "/operator?token=unknown"}

// closed are addresses in the foot, which is the same for everybody since
// guests' pages are kept in caches: a desk that isn't theirs may look missing.
var closed = []string{"/desk", "/orders"}

// walked is one to be looked at.
type walked struct {
	role, route, address string
}

// crawl follows a role's links from its seeds, expects an answer from each,
// notes the routes that it reached, and returns the pages to look at.
func crawl(t *testing.T, c *caller, role string, mux *http.ServeMux, reached map[string]bool) (pages []walked) {
	t.Helper()
	queue := slices.Clone(seeds[role])
	seen, ofRoute := map[string]bool{}, map[string]int{}
	for len(queue) > 0 && len(seen) < mostLinks {
		address := queue[0]
		queue = queue[1:]
		u, err := url.Parse(address)
		if err != nil {
			t.Errorf("%s: the link %q can't be read: %v", role, address, err)
			continue
		}
		u.Fragment = ""
		address = u.String()
		_, route := mux.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: "localhost"})
		route = strings.TrimPrefix(route, "GET ")
		seed := slices.Contains(seeds[role], address)
		if seen[address] || !seed && ofRoute[route] >= mostOfARoute || strings.HasPrefix(address, "/api/") {
			continue
		}
		seen[address] = true
		ofRoute[route]++
		c.open(address)
		want := http.StatusOK
		if slices.Contains(missing, address) || c.status() == http.StatusNotFound && role != "guest" && slices.Contains(closed, address) {
			want = http.StatusNotFound
		}
		if c.status() != want {
			t.Errorf("%s: %s is answered with %d, want %d: %s", role, address, c.status(), want, tail(c.text(), 300))
			continue
		}
		if !strings.HasPrefix(c.kind, "text/html") {
			reached[route] = true
			continue
		}
		queue = append(queue, c.links("/")...)
		if role == "buyer" && route == "/listings/{id}" {
			queue = append(queue, u.Path+"/questions") // where somebody comes back to who signed in to ask
		}
		if route != fragment && (seed || ofRoute[route] <= mostLooks) {
			pages = append(pages, walked{role, route, address})
		}
		reached[route] = true
	}
	return pages
}

// enter signs a caller in with one click, as the demo offers. A guest comes as one
// who has signed up and waits for the letter.
func enter(t *testing.T, c *caller, role string) {
	t.Helper()
	who := map[string]string{"buyer": buyer, "supplier": "Elif Aksoyan, who sells", "operator": operator}[role]
	if who == "" {
		c.client.Jar.SetCookies(c.at, []*http.Cookie{{Name: "kontor_code", Value: "waits", Path: "/"}})
		return
	}
	c.open("/sign-in")
	c.press(who)
	if role == "buyer" { // something in the cart, so that cart and checkout have something to show
		c.open("/search?q=bench+chisel")
		c.press(chisel)
		c.press("Put in the cart")
	}
}

// TestEveryPage walks every page that each role can reach, and looks at it in a
// browser: in both themes, on a telephone and on a desk, and from right to left.
func TestEveryPage(t *testing.T) {
	browser(t)
	house := demo(t)
	patterns, mux := pageRoutes(t)
	reached, looked := map[string]bool{}, map[string]bool{}
	for _, role := range []string{"guest", "buyer", "supplier", "operator"} {
		c := newCaller(t, house.URL)
		enter(t, c, role)
		pages := crawl(t, c, role, mux, reached)
		v := visit(t, house.URL, look{width: narrow, scripts: true})
		for _, k := range c.client.Jar.Cookies(c.at) {
			v.do(call(network.SetCookie, network.SetCookieParams{Name: k.Name, Value: k.Value, URL: house.URL}))
		}
		for _, p := range pages {
			key := p.route
			if strings.HasPrefix(p.route, "/orders/{id}") || slices.Contains(seeds[role], p.address) {
				key = role + " " + p.address // an order's page differs for each who may see it
			}
			if looked[key] {
				continue
			}
			looked[key] = true
			inspect(t, v, p)
		}
	}
	for _, p := range patterns {
		if !reached[p] && !slices.Contains(rare, p) {
			t.Errorf("nobody reaches the page %s by following links", p)
		}
	}
}

// TestFirstPageIsLight holds the first page to what a slow line carries.
func TestFirstPageIsLight(t *testing.T) {
	house := demo(t)
	v := visit(t, house.URL, look{width: narrow, scripts: true})
	v.open("/")
	v.settle()
	v.mu.Lock()
	defer v.mu.Unlock()
	var sum float64
	var parts []string
	for kind, n := range v.received {
		if kind != network.ResourceTypeImage {
			sum += n
			parts = append(parts, fmt.Sprintf("%s %.1f KB", kind, n/1000))
		}
	}
	slices.Sort(parts)
	t.Logf("the first page is %.1f KB over the wire without pictures: %s", sum/1000, strings.Join(parts, ", "))
	if sum > 115_000 || sum < 20_000 {
		t.Errorf("the first page is %.1f KB over the wire without pictures, want at most 115: %s", sum/1000, strings.Join(parts, ", "))
	}
}

// settle waits until the page asks for nothing more, and its fonts are there.
func (v *visitor) settle() {
	v.t.Helper()
	ask[bool](v, `document.fonts.ready.then(() => new Promise(done => setTimeout(() => requestAnimationFrame(() => done(true)), 150)))`)
}

// shift is how far a page's parts moved by themselves while it was loading
// (Layout Instability, cumulative score).
const shift = `new Promise(done => {
	let sum = 0; const parts = [];
	const o = new PerformanceObserver(l => l.getEntries().forEach(e => { if (!e.hadRecentInput) { sum += e.value; e.sources.forEach(s => parts.push(s.node?.nodeName + '.' + (s.node?.className ?? ''))); } }));
	o.observe({type: 'layout-shift', buffered: true});
	setTimeout(() => done({sum, parts: parts.slice(0, 5).join(', ')}), 30);
})`

// layout is what a page looks like to a ruler.
const layout = `(() => {
	const d = document.documentElement;
	const over = [...document.body.querySelectorAll('*')].filter(e => {
		if (e.closest('.k-scroll, .k-nav, .sr-only, svg') || !e.getClientRects().length) return false;
		const r = e.getBoundingClientRect();
		return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) && getComputedStyle(e).position !== 'absolute';
	}).slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className);
	return {
		wide: d.scrollWidth - innerWidth, over: over.join(' | '), dir: d.dir, title: document.title, h1: document.querySelectorAll('h1').length,
		unsized: [...document.images].filter(i => !i.getAttribute('width') || !i.getAttribute('height')).map(i => i.src).slice(0, 3).join(' '),
		broken: [...document.images].filter(i => i.complete && !i.naturalWidth && i.loading !== 'lazy').map(i => i.src).slice(0, 3).join(' '),
		keys: (document.body.innerText.match(/\b[a-z_]+\.[a-z]+_[a-z_]+\b/g) || []).filter(k => !k.includes('@')).slice(0, 3).join(' '),
	};
})()`

type ruler struct {
	Wide                              float64
	Over, Dir, Title, Unsized, Broken string
	Keys                              string
	H1                                int
}

// inspect looks at one page in every way.
func inspect(t *testing.T, v *visitor, p walked) {
	t.Helper()
	v.t = t
	name := p.role + " " + p.route + " " + p.address
	complain := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s at %s: %s\n\tseen in %s", name, v.look, fmt.Sprintf(format, args...), v.screenshot(filepath.Join(os.TempDir(), "kontor-failed"), fileName(p.role+"-"+p.address)))
	}
	for _, width := range []int64{narrow, wide} {
		v.as(look{width: width, scripts: true})
		v.errors()
		v.open(p.address)
		v.settle()
		if said := slices.DeleteFunc(v.errors(), func(s string) bool {
			return v.code == http.StatusNotFound && slices.Contains(append(closed, missing...), p.address) && strings.Contains(s, "the server responded with a status of 404")
		}); len(said) > 0 {
			complain("the console says %q", said)
		}
		if moved := ask[struct {
			Sum   float64
			Parts string
		}](v, shift); moved.Sum >= 0.02 {
			complain("the page jumps while it loads, by %.3f: %s", moved.Sum, moved.Parts)
		}
		measure(v, complain, "ltr")
		v.keep(p.role + p.route + "-" + tail(fileName(p.address), 24))
		axe(v, complain, "")
		v.as(look{width: width, scripts: true, dark: true})
		axe(v, complain, "color-contrast")
		v.keep(p.role + p.route + "-" + tail(fileName(p.address), 24))
	}
	for _, width := range []int64{narrow, wide} {
		v.as(look{width: width, scripts: true})
		v.open("/ar-XB" + p.address)
		measure(v, complain, "rtl")
		v.keep("rtl-" + p.role + p.route)
	}
}

func measure(v *visitor, complain func(string, ...any), dir string) {
	v.t.Helper()
	r := ask[ruler](v, layout)
	switch {
	case r.Wide > 0:
		complain("the page is %.0f px wider than the window; beyond it lie %s", r.Wide, r.Over)
	case r.Dir != dir:
		complain("it runs %q, want %q", r.Dir, dir)
	case r.Unsized != "":
		complain("pictures without a size make the page jump: %s", r.Unsized)
	case r.Broken != "":
		complain("pictures are broken: %s", r.Broken)
	case r.H1 != 1:
		complain("it has %d main headings, want 1", r.H1)
	case r.Keys != "" && dir == "ltr":
		complain("words are missing: %s", r.Keys)
	}
}

// axe expects no violation of WCAG 2.2 AA that axe-core finds; of one rule, or
// of all.
func axe(v *visitor, complain func(string, ...any), rule string) {
	v.t.Helper()
	if !ask[bool](v, `typeof axe === 'object'`) {
		ask[bool](v, axeSource(v.t)+"\n;true")
	}
	only := `{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}`
	if rule != "" {
		only = `{type: 'rule', values: [` + quoted(rule) + `]}`
	}
	// Colours that are on their way to others are not what is looked at.
	ask[bool](v, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => { document.getAnimations().forEach(a => a.finish()); done(true); })))`)
	found := ask[[]string](v, `axe.run(document, {runOnly: `+only+`, resultTypes: ['violations']}).then(r =>
		r.violations.map(x => x.id + ': ' + x.help + ': ' + x.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | ')))`)
	for _, f := range found {
		complain("not everybody can use it: %s", f)
	}
}

var axeText string

func axeSource(t *testing.T) string {
	t.Helper()
	if axeText == "" {
		text, err := os.ReadFile("testdata/axe/axe.min.js")
		if err != nil {
			t.Fatal(err)
		}
		axeText = string(text)
	}
	return axeText
}
