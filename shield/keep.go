package shield

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answers are kept for as long as the site says in Surrogate-Control, which the
// shield takes out ("max-age=60, stale-while-revalidate=30"), or else in
// Cache-Control as for any shared cache (RFC 9111 §5.2.2). Surrogate-Key holds
// tags between spaces, which the site's events drop.
const (
	mostKept    = 1 << 20               // bytes of a body
	mostTags    = 256                   // of a page
	mostFresh   = tick(24 * time.Hour)  // however long the site allows
	lostFresh   = tick(5 * time.Second) // for an address that is not found
	longestMake = 30 * time.Second      // for making a page, also after its visitor has gone
)

// lifetime is how long a page is fresh, and how long after that it may serve
// while it is renewed.
type lifetime struct{ fresh, stale tick }

// lifetimeOf reads how long an answer may be kept; false if it may not.
func lifetimeOf(status int, h http.Header) (l lifetime, ok bool) {
	switch {
	case status != http.StatusOK && status != http.StatusNoContent && status != http.StatusNotFound,
		len(h["Set-Cookie"]) > 0, h["Content-Encoding"] != nil, h["Content-Range"] != nil, h["Trailer"] != nil,
		!variesByKnown(h["Vary"]), len(tagsOf(h)) > mostTags:
		return l, false
	}
	control := directives(h["Cache-Control"])
	if own := h["Surrogate-Control"]; own != nil {
		control = directives(own) // what browsers may keep is another matter
	}
	if control.has("private") || control.has("no-store") || control.has("no-cache") {
		return l, false
	}
	l.fresh, ok = control.seconds("s-maxage")
	if !ok {
		l.fresh, ok = control.seconds("max-age")
	}
	if !ok || l.fresh <= 0 {
		return l, false
	}
	l.fresh = min(l.fresh, mostFresh)
	l.stale, _ = control.seconds("stale-while-revalidate")
	l.stale = min(l.stale, mostFresh)
	if status == http.StatusNotFound {
		l.fresh, l.stale = min(l.fresh, lostFresh), 0
	}
	return l, true
}

// variesByKnown tells whether an answer varies by nothing but what pages are
// kept apart by.
func variesByKnown(values []string) bool {
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "", "accept-encoding", "cookie", "hx-request":
			default:
				return false
			}
		}
	}
	return true
}

// directives are those of one or more Cache-Control fields, in lower case.
type directives []string

func (d directives) has(name string) bool {
	_, ok := d.find(name)
	return ok
}

func (d directives) find(name string) (value string, ok bool) {
	for _, field := range d {
		for part := range strings.SplitSeq(field, ",") {
			n, v, _ := strings.Cut(strings.TrimSpace(part), "=")
			if strings.EqualFold(strings.TrimSpace(n), name) {
				return strings.Trim(strings.TrimSpace(v), `"`), true
			}
		}
	}
	return "", false
}

// seconds is a directive's time; false where it is missing or unreadable.
func (d directives) seconds(name string) (tick, bool) {
	text, ok := d.find(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, false
	}
	return tick(n) * 1e9, true
}

func tagsOf(h http.Header) (tags []string) {
	for _, v := range h["Surrogate-Key"] {
		tags = append(tags, strings.Fields(v)...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// fill has the site make the page of a seat that begins it, and gives it to those who
// wait. The page is returned and not yet sent, so that the caller can give its
// place back before a slow visitor takes it; nil if the site does not let the
// answer be kept: it has then gone to w as it came.
//
// The site is asked for the page as such, with passedFields alone in the request
// and without the name that the visitor gave the house: what is left out of the
// key must not show in the page. It is made to the end even if the visitor goes,
// for others may wait.
func (c *cache) fill(now func() tick, s seat, names *cookieNames, w http.ResponseWriter, r *http.Request, site http.Handler) *page {
	s.begin()
	begun := c.tagged.now()
	defer c.land(s, nil, 0) // where the site panics
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), longestMake)
	defer cancel()
	rec := &recorder{to: w, header: http.Header{}, head: r.Method == http.MethodHead}
	site.ServeHTTP(rec, s.want.request(ctx, r, names))
	body, ok := rec.finish()
	if !ok {
		c.setUnkept(now(), s.want.key)
		return nil
	}
	p := newPage(now(), rec.status, rec.header, body, rec.life)
	e, spoilt := c.keep(s.want, p, begun)
	if e != nil {
		c.name(r, s.want, e)
	}
	c.land(s, p, spoilt)
	return p
}

// passedFields are the fields of a request that a kept page may be made from. The site
// must name those it heeds in Vary, and is then not kept.
var passedFields = []string{"Accept", "Accept-Language", "User-Agent", "Hx-Request"}

// request is r reduced to the page it asks for.
func (w want) request(ctx context.Context, r *http.Request, names *cookieNames) *http.Request {
	made := r.WithContext(ctx)
	made.Method, made.Body, made.ContentLength, made.Host = http.MethodGet, http.NoBody, 0, ""
	made.URL = &url.URL{Path: w.path, RawQuery: w.query}
	made.RequestURI = made.URL.RequestURI()
	made.Header = make(http.Header, len(passedFields)+1)
	for _, name := range passedFields {
		if v := r.Header[name]; v != nil {
			made.Header[name] = v
		}
	}
	if theme := names.withTheme(w.theme); theme != "" {
		made.Header["Cookie"] = []string{theme}
	}
	return made
}

// recorder holds an answer back while it may become a page. Once it turns out
// that it may not, or is too large, it goes to the visitor as it comes.
type recorder struct {
	to      http.ResponseWriter
	head    bool // the visitor asked for the fields alone
	header  http.Header
	status  int // 0 before WriteHeader
	life    lifetime
	body    []byte
	passing bool
}

func (rec *recorder) Header() http.Header {
	if rec.passing {
		return rec.to.Header()
	}
	return rec.header
}

func (rec *recorder) WriteHeader(status int) {
	if rec.status != 0 || status < 200 {
		return // what goes before the answer is not worth keeping
	}
	rec.status = status
	life, ok := lifetimeOf(status, rec.header)
	size, err := strconv.Atoi(rec.header.Get("Content-Length"))
	if !ok || err == nil && size > mostKept {
		rec.pass()
		return
	}
	rec.life = life
	if err == nil && size > 0 {
		rec.body = make([]byte, 0, size)
	}
}

func (rec *recorder) Write(b []byte) (int, error) {
	if rec.status == 0 {
		if rec.header["Content-Type"] == nil {
			rec.header.Set("Content-Type", http.DetectContentType(b))
		}
		rec.WriteHeader(http.StatusOK)
	}
	if !rec.passing && len(rec.body)+len(b) > mostKept {
		rec.pass()
	}
	if !rec.passing {
		rec.body = append(rec.body, b...)
		return len(b), nil
	}
	return rec.send(b)
}

// Flush tells that the visitor must see what there is: this is no finished page.
func (rec *recorder) Flush() {
	if rec.status == 0 {
		rec.WriteHeader(http.StatusOK)
	}
	rec.pass()
	_ = http.NewResponseController(rec.to).Flush() // a writer that can't flush sends later
}

// Unwrap lets the site set deadlines.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.to }

// pass sends what there is, and from here on what comes.
func (rec *recorder) pass() {
	if rec.passing {
		return
	}
	rec.passing = true
	for name := range rec.header {
		if name == "Surrogate-Control" || name == "Surrogate-Key" {
			delete(rec.header, name)
		}
	}
	h := rec.to.Header()
	cookies := append(h["Set-Cookie"], rec.header["Set-Cookie"]...)
	maps.Copy(h, rec.header)
	if len(cookies) > 0 {
		h["Set-Cookie"] = cookies
	}
	keepApart(h)
	rec.to.WriteHeader(rec.status)
	_, _ = rec.send(rec.body) // told at the next write, if there is one
	rec.body = nil
}

func (rec *recorder) send(b []byte) (int, error) {
	if rec.head || len(b) == 0 {
		return len(b), nil
	}
	return rec.to.Write(b)
}

// finish ends the answer. It is false if the answer went to the visitor.
func (rec *recorder) finish() (body []byte, ok bool) {
	if rec.status == 0 {
		rec.WriteHeader(http.StatusOK)
	}
	if size, err := strconv.Atoi(rec.header.Get("Content-Length")); err == nil && size != len(rec.body) {
		rec.pass() // it broke off
	}
	if rec.passing {
		return nil, false
	}
	if cap(rec.body) > len(rec.body)+len(rec.body)/8 {
		return bytes.Clone(rec.body), true
	}
	return rec.body, true
}
