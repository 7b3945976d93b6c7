package shield

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// page is a finished answer: bodies in both forms and all fields that go with
// them, as the very slices that net/http takes. Nothing in it changes but the
// text of its age.
type page struct {
	status int
	tags   []string
	bytes  int64 // what it costs the cache

	made, fresh, stale tick // when; until when it is fresh; until when it may serve while it is renewed

	fields []field // of every answer
	lean   []field // of an answer without a body (RFC 9110 §15.4.5)
	plain  form
	zipped form // zero where compressing gains nothing
	age    atomic.Pointer[aged]
}

type field struct {
	name   string
	values []string
}

// form is a body in one coding.
type form struct {
	body   []byte
	length []string
	etag   []string
}

// aged is the text of an age, good for a second.
type aged struct {
	seconds tick
	text    []string
}

var gzipCoding = []string{"gzip"}

// overhead is what a page costs beside its bodies, fields and tags, in bytes:
// the structs, map places and slice heads.
const (
	pageOverhead  = 1_024
	fieldOverhead = 96
	tagOverhead   = 160
)

// zips compress kept pages, each once. Of 15 to 25 KB of our listing, search and
// home pages level 4 leaves a tenth less than level 1 for some 1.6 times its
// time; level 6 leaves another fortieth less for twice as much again.
var zips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, 4) // the level is valid
	return z
}}

// leastZipped is the size under which a body fits a packet anyway.
const leastZipped = 1_400

// newPage finishes an answer; it owns body and takes what it wants of h.
func newPage(now tick, status int, h http.Header, body []byte, l lifetime) *page {
	p := &page{status: status, made: now, fresh: now + l.fresh, stale: now + l.fresh + l.stale, tags: tagsOf(h), bytes: pageOverhead}
	sum := sha256.Sum256(body)
	mark := base64.RawURLEncoding.EncodeToString(sum[:12])
	p.plain = newForm(body, `"`+mark+`"`)
	p.bytes += int64(cap(body))
	if small := zip(body, h.Get("Content-Type")); small != nil {
		p.zipped = newForm(small, `"`+mark+`-g"`)
		p.bytes += int64(cap(small))
	}
	for name, values := range h {
		if ours[name] || len(values) == 0 {
			continue
		}
		f := field{name, slices.Clone(values)}
		if name == "Vary" {
			f.values = []string{withCoding(values)}
		}
		p.fields = append(p.fields, f)
		if onLean[name] {
			p.lean = append(p.lean, f)
		}
		p.bytes += fieldOverhead + int64(len(name))
		for _, v := range values {
			p.bytes += int64(len(v))
		}
	}
	if p.zipped.body != nil && len(h["Vary"]) == 0 {
		vary := field{"Vary", []string{"Accept-Encoding"}}
		p.fields, p.lean = append(p.fields, vary), append(p.lean, vary)
	}
	for _, t := range p.tags {
		p.bytes += tagOverhead + int64(len(t))
	}
	return p
}

func newForm(body []byte, etag string) form {
	return form{body: body, length: []string{strconv.Itoa(len(body))}, etag: []string{etag}}
}

// ours are fields that are not kept: made anew for every answer, meant for us,
// or of the one request that the page was made for.
var ours = map[string]bool{
	"Age": true, "Connection": true, "Content-Encoding": true, "Content-Length": true, "Date": true, "Etag": true,
	"Keep-Alive": true, "Kontor-Reference": true, "Last-Modified": true, "Surrogate-Control": true, "Surrogate-Key": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

var onLean = map[string]bool{"Cache-Control": true, "Content-Location": true, "Expires": true, "Vary": true}

// withCoding is a Vary field that names Accept-Encoding.
func withCoding(values []string) string {
	all := strings.Join(values, ", ")
	if strings.Contains(strings.ToLower(all), "accept-encoding") {
		return all
	}
	return all + ", Accept-Encoding"
}

// zip compresses a text; nil where that gains too little.
func zip(body []byte, kind string) []byte {
	if len(body) < leastZipped || !isText(kind) {
		return nil
	}
	b := bytes.NewBuffer(make([]byte, 0, len(body)/4))
	z := zips.Get().(*gzip.Writer)
	defer zips.Put(z)
	z.Reset(b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	if b.Len() > len(body)*9/10 {
		return nil
	}
	return bytes.Clone(b.Bytes())
}

// isText tells whether a media type is text, which compresses.
func isText(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	kind = strings.TrimSpace(kind)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript")
}

// serve answers a request with the page, or tells that the visitor has it
// already. It gives the status and how many bytes of body were sent.
func (p *page) serve(now tick, w http.ResponseWriter, r *http.Request) (status int, sent int) {
	f := &p.plain
	zipped := p.zipped.body != nil && takesGzip(r.Header["Accept-Encoding"])
	if zipped {
		f = &p.zipped
	}
	h := w.Header()
	if p.status == http.StatusNoContent {
		h["Age"] = p.ageText(now)
		for i := range p.fields {
			h[p.fields[i].name] = p.fields[i].values
		}
		keepApart(h)
		w.WriteHeader(p.status)
		return p.status, 0
	}
	h["Etag"] = f.etag
	h["Age"] = p.ageText(now)
	if p.status == http.StatusOK && matches(r.Header["If-None-Match"], f.etag[0]) {
		for i := range p.lean {
			h[p.lean[i].name] = p.lean[i].values
		}
		keepApart(h)
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified, 0
	}
	for i := range p.fields {
		h[p.fields[i].name] = p.fields[i].values
	}
	if zipped {
		h["Content-Encoding"] = gzipCoding
	}
	h["Content-Length"] = f.length
	keepApart(h)
	w.WriteHeader(p.status)
	if r.Method == http.MethodHead {
		return p.status, 0
	}
	sent, _ = w.Write(f.body) // the visitor may have gone
	return p.status, sent
}

// ageText is how old the page is, in seconds (RFC 9111 §5.1).
func (p *page) ageText(now tick) []string {
	seconds := max(now-p.made, 0) / 1e9
	a := p.age.Load()
	if a == nil || a.seconds != seconds {
		a = &aged{seconds, []string{strconv.FormatInt(seconds, 10)}}
		p.age.Store(a)
	}
	return a.text
}

// takesGzip reads Accept-Encoding (RFC 9110 §12.5.3) without allocating.
func takesGzip(values []string) bool {
	any := false
	for _, rest := range values {
		for rest != "" {
			var part string
			part, rest, _ = strings.Cut(rest, ",")
			coding, weight, _ := strings.Cut(part, ";")
			coding = strings.Trim(coding, " \t")
			switch {
			case strings.EqualFold(coding, "gzip"), strings.EqualFold(coding, "x-gzip"):
				return !isZero(weight)
			case coding == "*":
				any = !isZero(weight)
			}
		}
	}
	return any
}

// isZero tells whether a weight is q=0, q=0.0, q=0.00 or q=0.000.
func isZero(weight string) bool {
	weight = strings.Trim(weight, " \t")
	if len(weight) < 3 || weight[0]|0x20 != 'q' {
		return false
	}
	q, ok := strings.CutPrefix(strings.TrimLeft(weight[1:], " \t"), "=")
	q = strings.TrimLeft(q, " \t")
	return ok && q != "" && strings.Trim(q, "0.") == ""
}

// matches tells whether If-None-Match names an entity tag, by the weak
// comparison (RFC 9110 §13.1.2), without allocating.
func matches(values []string, etag string) bool {
	for _, rest := range values {
		for rest != "" {
			rest = strings.TrimLeft(rest, " \t,")
			if rest == "*" {
				return true
			}
			rest = strings.TrimPrefix(rest, "W/")
			if rest == "" || rest[0] != '"' {
				break
			}
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				break
			}
			if rest[:end+2] == etag {
				return true
			}
			rest = rest[end+2:]
		}
	}
	return false
}
