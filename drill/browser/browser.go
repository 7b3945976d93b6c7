// Package browser is one visitor's browser as a drill needs it: its own
// address, connections, cookies and referer, the headers and the TLS of every
// other, forms filled in as they stand on the page. Good and hostile clients
// both use it, so that nothing on the wire tells them apart.
//
// A Browser belongs to one visitor. Get and Post are called by one goroutine at a
// time; Part may run beside them.
package browser

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Line is the way to a site.
type Line struct {
	URL  *url.URL // scheme, host and port
	Dial func(ctx context.Context, from netip.Addr) (net.Conn, error)
	TLS  *tls.Config // nil for plain HTTP
}

// Bounds of a browser: bytes of one page, redirects followed, cookies kept, and
// how long a connection waits for its next request.
const (
	mostPage    = 4 << 20
	mostFollow  = 5
	mostCookies = 32
	keepAlive   = 60 * time.Second
)

// Look is what a browser says about itself.
type Look struct {
	Agent    string // User-Agent
	Language string // Accept-Language
	Phone    bool   // tells it is a mobile browser
	Bot      bool   // a declared program: no fetch metadata, no client hints
}

// The looks that clients have, good and hostile alike.
var (
	Desk    = Look{Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", Language: "en-GB,en;q=0.9"}
	Phone   = Look{Agent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", Language: "de-DE,de;q=0.9,en;q=0.6", Phone: true}
	Crawler = Look{Agent: "Mozilla/5.0 (compatible; Baltbot/2.1; +https://baltbot.example/bot)", Language: "en", Bot: true}
)

// Browser is one visitor's.
type Browser struct {
	line Line
	look Look
	from netip.Addr
	http *http.Transport

	mu      sync.Mutex // what follows
	cookies []*http.Cookie
	referer string

	// Trace, if set, is told of each exchange, redirects and parts of a page
	// included, before the browser goes on. It may be called from several
	// goroutines while Part runs.
	Trace func(Exchange)
}

// Exchange is one request and what became of it.
type Exchange struct {
	Method string
	Path   string // with the query
	Part   bool   // a stylesheet, script or picture of a page
	Begun  time.Time
	Took   time.Duration // until the last byte was read
	Status int           // 0 if no whole answer came
	Header http.Header
	Err    error
}

// New opens a browser at an address. It connects with its first request.
func New(line Line, from netip.Addr, look Look) *Browser {
	b := &Browser{line: line, look: look, from: from}
	b.http = &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return line.Dial(ctx, from) },
		DisableCompression:  true, // asked for in the headers, and opened here
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     keepAlive,
		ForceAttemptHTTP2:   line.TLS != nil,
		TLSHandshakeTimeout: 10 * time.Second,
		ReadBufferSize:      2 << 10,
		WriteBufferSize:     2 << 10,
	}
	if line.TLS != nil {
		b.http.TLSClientConfig = line.TLS.Clone()
		b.http.TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	return b
}

// From is the browser's address.
func (b *Browser) From() netip.Addr { return b.from }

// Close ends its connections.
func (b *Browser) Close() { b.http.CloseIdleConnections() }

// Headers writes what a browser of this look sends with every page that it
// opens; referer may be empty.
func (l Look) Headers(h http.Header, referer string) {
	h["User-Agent"] = []string{l.Agent}
	h["Accept"] = []string{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}
	h["Accept-Language"] = []string{l.Language}
	h["Accept-Encoding"] = []string{"gzip"}
	if l.Bot {
		return
	}
	h["Upgrade-Insecure-Requests"] = []string{"1"}
	h["Sec-Fetch-Dest"] = []string{"document"}
	h["Sec-Fetch-Mode"] = []string{"navigate"}
	h["Sec-Fetch-User"] = []string{"?1"}
	h["Sec-Fetch-Site"] = []string{"none"}
	if referer != "" {
		h["Referer"] = []string{referer}
		h["Sec-Fetch-Site"] = []string{"same-origin"}
	}
	if l.Phone {
		h["Sec-Ch-Ua-Mobile"] = []string{"?1"}
	} else {
		h["Sec-Ch-Ua-Mobile"] = []string{"?0"}
	}
}

// Page is an answer, whole.
type Page struct {
	URL    *url.URL // after redirects
	Status int
	Header http.Header
	Body   []byte // opened, up to 4 MiB
}

// Get opens a path of the site (with its query), as if its link were pressed on
// the page before. It follows redirects. An answer of any status is no error.
func (b *Browser) Get(ctx context.Context, path string) (*Page, error) {
	return b.send(ctx, http.MethodGet, path, nil)
}

// Post sends a form to a path of the site and follows the redirect.
func (b *Browser) Post(ctx context.Context, path string, form url.Values) (*Page, error) {
	return b.send(ctx, http.MethodPost, path, form)
}

func (b *Browser) send(ctx context.Context, method, path string, form url.Values) (*Page, error) {
	to, err := b.line.URL.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("read the address %q: %w", path, err)
	}
	for range mostFollow {
		p, err := b.one(ctx, method, to, form)
		if err != nil {
			return nil, err
		}
		location := p.Header.Get("Location")
		if p.Status < 300 || p.Status >= 400 || location == "" {
			b.mu.Lock()
			b.referer = to.String()
			b.mu.Unlock()
			return p, nil
		}
		next, err := to.Parse(location)
		if err != nil || next.Host != b.line.URL.Host {
			return p, nil // leads away from the site
		}
		if p.Status != http.StatusTemporaryRedirect && p.Status != http.StatusPermanentRedirect {
			method, form = http.MethodGet, nil
		}
		to = next
	}
	return nil, errors.New("the site leads round in circles")
}

// one makes a single request.
func (b *Browser) one(ctx context.Context, method string, to *url.URL, form url.Values) (*Page, error) {
	bare := *to
	bare.Fragment = ""
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, bare.String(), body)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", to, err)
	}
	b.look.Headers(r.Header, b.page())
	if form != nil {
		r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
		r.Header["Origin"] = []string{b.line.URL.Scheme + "://" + b.line.URL.Host}
	}
	if c := b.cookie(); c != "" {
		r.Header["Cookie"] = []string{c}
	}
	return b.exchange(r, to, false)
}

// exchange sends a request and reads its answer whole.
func (b *Browser) exchange(r *http.Request, to *url.URL, part bool) (p *Page, err error) {
	begun := time.Now()
	if b.Trace != nil {
		defer func() {
			e := Exchange{Method: r.Method, Path: to.RequestURI(), Part: part, Begun: begun, Took: time.Since(begun), Err: err}
			if p != nil {
				e.Status, e.Header = p.Status, p.Header
			}
			b.Trace(e)
		}()
	}
	a, err := b.http.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	b.keep(a.Cookies())
	body, err := open(a)
	if err != nil {
		return nil, err
	}
	return &Page{URL: to, Status: a.StatusCode, Header: a.Header, Body: body}, nil
}

// Cookies are those kept now, as a Cookie header.
func (b *Browser) Cookies() string { return b.cookie() }

// Part fetches what belongs to a page: a stylesheet, a script, a picture, or a
// part that a script asks for.
func (b *Browser) Part(ctx context.Context, path string) (*Page, error) {
	to, err := b.line.URL.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("read the address %q: %w", path, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", to, err)
	}
	r.Header["User-Agent"] = []string{b.look.Agent}
	r.Header["Accept"] = []string{"*/*"}
	r.Header["Accept-Language"] = []string{b.look.Language}
	r.Header["Accept-Encoding"] = []string{"gzip"}
	r.Header["Sec-Fetch-Dest"] = []string{"empty"}
	r.Header["Sec-Fetch-Mode"] = []string{"no-cors"}
	r.Header["Sec-Fetch-Site"] = []string{"same-origin"}
	if from := b.page(); from != "" {
		r.Header["Referer"] = []string{from}
	}
	if c := b.cookie(); c != "" {
		r.Header["Cookie"] = []string{c}
	}
	return b.exchange(r, to, true)
}

// open reads an answer's body.
func open(a *http.Response) ([]byte, error) {
	var r io.Reader = io.LimitReader(a.Body, mostPage)
	if a.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("open the answer: %w", err)
		}
		r = io.LimitReader(z, mostPage)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return body.Bytes(), nil
}

// page is the address of the page that is open, or "".
func (b *Browser) page() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.referer
}

// cookie is the header of all cookies kept.
func (b *Browser) cookie() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var s strings.Builder
	for i, c := range b.cookies {
		if i > 0 {
			s.WriteString("; ")
		}
		s.WriteString(c.Name + "=" + c.Value)
	}
	return s.String()
}

// keep takes cookies from an answer; all belong to the whole site, as the
// site's own do.
func (b *Browser) keep(set []*http.Cookie) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range set {
		at := -1
		for i, k := range b.cookies {
			if k.Name == c.Name {
				at = i
			}
		}
		switch gone := c.MaxAge < 0 || c.Value == ""; {
		case gone && at >= 0:
			b.cookies = append(b.cookies[:at], b.cookies[at+1:]...)
		case gone:
		case at >= 0:
			b.cookies[at] = c
		case len(b.cookies) < mostCookies:
			b.cookies = append(b.cookies, c)
		}
	}
}
