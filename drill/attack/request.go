package attack

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"

	"kontor/drill/browser"
)

// request is what a flood sends: headers are made once and used a million times.
type request struct {
	method, scheme, host string
	path                 string // and query
	fields               []field
	cookie               string // header; may be empty
	whole                bool   // the answer's body is wanted
}

// field is a header.
type field struct{ name, lower, value string }

// page is a browser's request for a page of the site; set changes its headers.
func (t Target) page(look browser.Look, path, referer string, set func(http.Header)) request {
	h := http.Header{}
	look.Headers(h, referer)
	if set != nil {
		set(h)
	}
	r := request{method: http.MethodGet, scheme: t.URL.Scheme, host: t.URL.Host, path: path}
	for name, values := range h {
		r.fields = append(r.fields, field{name, strings.ToLower(name), values[0]})
	}
	slices.SortFunc(r.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return r
}

// link is the absolute address of a path, as a referer has it.
func (t Target) link(path string) string { return t.URL.Scheme + "://" + t.URL.Host + path }

// block encodes the request for HTTP/2: names in the order of net/http, the
// headers from a random one onwards as there, each cookie a field (RFC 9113
// §8.2.3).
func (r *request) block(e *hpack.Encoder, length int) error {
	var errs []error
	write := func(name, value string) {
		errs = append(errs, e.WriteField(hpack.HeaderField{Name: name, Value: value}))
	}
	write(":authority", r.host)
	write(":method", r.method)
	write(":path", r.path)
	write(":scheme", r.scheme)
	for n, at := len(r.fields), rand.IntN(max(len(r.fields), 1)); n > 0; n, at = n-1, at+1 {
		f := r.fields[at%len(r.fields)]
		write(f.lower, f.value)
	}
	if r.cookie != "" {
		for c := range strings.SplitSeq(r.cookie, "; ") {
			write("cookie", c)
		}
	}
	if length > 0 {
		write("content-length", strconv.Itoa(length))
	}
	return errors.Join(errs...)
}

// text appends the request for HTTP/1.1 to b, in the order of net/http, without
// the empty line that ends it.
func (r *request) text(b []byte, length int) []byte {
	line := func(name, value string) { b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...) }
	b = append(append(append(append(b, r.method...), ' '), r.path...), " HTTP/1.1\r\n"...)
	line("Host", r.host)
	for _, f := range r.fields {
		if f.name == "User-Agent" {
			line(f.name, f.value)
		}
	}
	if length > 0 {
		line("Content-Length", strconv.Itoa(length))
	}
	wrote := r.cookie == ""
	for _, f := range r.fields {
		if !wrote && f.name > "Cookie" {
			line("Cookie", r.cookie)
			wrote = true
		}
		if f.name != "User-Agent" {
			line(f.name, f.value)
		}
	}
	if !wrote {
		line("Cookie", r.cookie)
	}
	return b
}

// answer is what a flood looks at of what it got.
type answer struct {
	status  int
	age     bool     // it has an Age header
	cookies []string // set: name=value, without attributes
	zipped  bool
	goes    string // its Location
	body    []byte // as it came, up to mostBody; only if the request wanted it
}

// mostBody bounds a body that is kept; of a longer one the beginning is.
const mostBody = 1 << 20

// page opens the body.
func (a answer) page() *browser.Page {
	p := &browser.Page{Status: a.status, Body: a.body}
	if !a.zipped {
		return p
	}
	p.Body = nil
	if z, err := gzip.NewReader(bytes.NewReader(a.body)); err == nil {
		p.Body, _ = io.ReadAll(io.LimitReader(z, mostBody)) // what could be opened of it
	}
	return p
}

func (a answer) outcome() Outcome {
	switch {
	case a.status >= 400:
		return Refused
	case a.age:
		return Cached
	default:
		return Served
	}
}

// header takes what matters of one header.
func (a *answer) header(name, value string) {
	switch {
	case strings.EqualFold(name, "Age"):
		a.age = true
	case strings.EqualFold(name, "Location"):
		a.goes = value
	case strings.EqualFold(name, "Content-Encoding"):
		a.zipped = value == "gzip"
	case strings.EqualFold(name, "Set-Cookie"):
		if c, _, _ := strings.Cut(value, ";"); len(a.cookies) < mostCookies {
			a.cookies = append(a.cookies, strings.TrimSpace(c))
		}
	}
}

// mostCookies bounds those of one source.
const mostCookies = 32

// jar keeps a source's cookies.
type jar []string

// keep takes cookies that were set; an empty value takes one away.
func (j jar) keep(set []string) jar {
	for _, c := range set {
		name, value, _ := strings.Cut(c, "=")
		j = slices.DeleteFunc(j, func(k string) bool { return strings.HasPrefix(k, name+"=") })
		if value != "" && len(j) < mostCookies {
			j = append(j, c)
		}
	}
	return j
}

func (j jar) String() string { return strings.Join(j, "; ") }
