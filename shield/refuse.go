package shield

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// medium is who reads a refusal.
type medium uint8

const (
	forPeople   medium = iota // a page
	forReturns                // a page that may try again by itself
	forScripts                // a script of the site, which puts parts into a page
	forPrograms               // a problem document (RFC 9457)
	media
)

// refusals are all answers to those who are turned away, made at the start: one
// costs a copy of some hundred bytes and allocates one field.
//
// Memory: about 1.5 KiB × reasons × media for every language.
type refusals struct {
	languages map[string]int
	prebuilt  [][reasons][media]prebuilt
	security  []string // policy of the pages
	date      dates    // of the answers that are written whole
}

// newRefusals makes every answer. status is the address of the public status
// page, "" if there is none. Languages are BCP 47, as they stand in texts.
func newRefusals(texts map[string]Texts, status string) *refusals {
	sum := sha256.Sum256([]byte(style))
	r := &refusals{
		languages: map[string]int{},
		security:  []string{"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'"},
	}
	if _, own := texts["en"]; !own {
		r.add("en", english, status)
	}
	for lang, t := range texts {
		r.add(lang, t, status)
	}
	return r
}

func (r *refusals) add(lang string, t Texts, status string) {
	var all [reasons][media]prebuilt
	for why := range reasons {
		for to := range media {
			all[why][to] = build(lang, t.orEnglish(), why, to, status)
			if all[why][to].size(secondsMost) > refusalSize {
				all[why][to] = build("en", english, why, to, status)
			}
		}
	}
	r.languages[lang] = len(r.prebuilt)
	r.prebuilt = append(r.prebuilt, all)
}

// orEnglish is t with English where it says nothing.
func (t Texts) orEnglish() Texts {
	told := make(map[Reason]Text, reasons)
	for why := range reasons {
		told[why] = english.Reasons[why]
		if own, ok := t.Reasons[why]; ok {
			told[why] = own
		}
	}
	t.Reasons = told
	for _, w := range []struct{ own, other *string }{{&t.Again, &english.Again}, {&t.Renews, &english.Renews}, {&t.Reference, &english.Reference}, {&t.Status, &english.Status}} {
		if *w.own == "" {
			*w.own = *w.other
		}
	}
	return t
}

var (
	htmlType    = []string{"text/html; charset=utf-8"}
	problemType = []string{"application/problem+json"}
	noStore     = []string{"no-store"}
	goodbye     = []string{"close"}
	noSwap      = []string{"none"}
)

// answers are buffers of one answer each.
var answers = sync.Pool{New: func() any { b := make([]byte, 0, refusalSize); return &b }}

// answer turns a request away. The visitor is told to come back after wait, from
// 2 to 666 seconds, and up to half as much longer, which differs from reference
// to reference: those turned away together don't return together. ref has
// referenceSize letters. It gives the status.
func (r *refusals) answer(w http.ResponseWriter, req *http.Request, why Reason, wait time.Duration, ref string) int {
	m := &manners[why]
	x := addresseeOf(req)
	to := x.medium()
	p := &r.prebuilt[r.language(&x)][why][to]
	h := w.Header()
	switch to {
	case forPrograms:
		h["Content-Type"] = problemType
	case forScripts:
		h["Content-Type"] = htmlType
		h["Hx-Reswap"] = noSwap // the page keeps what its reader typed
	default:
		h["Content-Type"] = htmlType
		h["Content-Security-Policy"] = r.security
	}
	h["Cache-Control"] = noStore
	after := waits[spread(wait, ref)]
	if m.again {
		h["Retry-After"] = after
	}
	if m.ends {
		h["Connection"] = goodbye
	}
	h["Content-Length"] = p.length[len(after[0])]
	h["Kontor-Reference"] = []string{ref}
	w.WriteHeader(m.status)
	if req.Method == http.MethodHead {
		return m.status
	}
	buf := answers.Get().(*[]byte)
	*buf = p.write((*buf)[:0], after[0], ref)
	_, _ = w.Write(*buf) // the visitor may have gone
	answers.Put(buf)
	return m.status
}

// write appends what answer sends, as HTTP/1.1: for the door, where there is no
// http.ResponseWriter. The reason is one that does not end the connection.
func (r *refusals) write(b []byte, x *addressee, why Reason, wait time.Duration, ref string, at time.Time) []byte {
	m := &manners[why]
	to := x.medium()
	p := &r.prebuilt[r.language(x)][why][to]
	after := waits[spread(wait, ref)][0]
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(m.status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(m.status)...)
	b = append(b, "\r\nCache-Control: no-store\r\nContent-Length: "...)
	b = append(b, p.length[len(after)][0]...)
	switch to {
	case forPrograms:
		b = append(b, "\r\nContent-Type: application/problem+json"...)
	case forScripts:
		b = append(b, "\r\nContent-Type: text/html; charset=utf-8\r\nHx-Reswap: none"...)
	default:
		b = append(b, "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Security-Policy: "...)
		b = append(b, r.security[0]...)
	}
	b = append(b, "\r\nDate: "...)
	b = append(b, r.date.at(at)...)
	b = append(b, "\r\nKontor-Reference: "...)
	b = append(b, ref...)
	if m.again {
		b = append(b, "\r\nRetry-After: "...)
		b = append(b, after...)
	}
	b = append(b, headEnd...)
	if x.method == http.MethodHead {
		return b
	}
	return p.write(b, after, ref)
}

// dates is the value of Date, made once a second (RFC 9110 §6.6.1).
type dates struct{ last atomic.Pointer[date] }

type date struct {
	second int64 // Unix
	text   string
}

// at is Date's value for a moment.
func (d *dates) at(t time.Time) string {
	if last := d.last.Load(); last != nil && last.second == t.Unix() {
		return last.text
	}
	next := &date{t.Unix(), t.UTC().Format(http.TimeFormat)}
	d.last.Store(next)
	return next.text
}

const (
	leastWait   = 2 // seconds of Retry-After; "in 1 seconds" reads badly
	longestWait = 999
	secondsMost = 3 // digits of them
)

// waits are all values of Retry-After.
var waits = func() (all [longestWait + 1][]string) {
	for i := range all {
		all[i] = []string{strconv.Itoa(i)}
	}
	return all
}()

// spread is a wait in seconds, and up to half as much longer by the reference.
func spread(wait time.Duration, ref string) int {
	least := min(max(int((wait+time.Second-1)/time.Second), leastWait), longestWait*2/3)
	sum := uint32(2166136261) // FNV-1a
	for i := range len(ref) {
		sum = (sum ^ uint32(ref[i])) * 16777619
	}
	return least + int(sum%uint32(least/2+1))
}

// addressee is what a request says of who will read its answer.
type addressee struct {
	method, path string
	accept       string   // the first Accept field
	languages    []string // the Accept-Language fields
	part         bool     // for a script of the site
}

func addresseeOf(r *http.Request) addressee {
	x := addressee{method: r.Method, path: r.URL.Path, languages: r.Header["Accept-Language"], part: isPart(r)}
	if v := r.Header["Accept"]; len(v) > 0 {
		x.accept = v[0]
	}
	return x
}

// medium tells who reads the answer to a request.
func (x *addressee) medium() medium {
	if x.part {
		return forScripts
	}
	people := strings.Contains(x.accept, "text/html")
	switch {
	case strings.HasPrefix(x.path, "/api/"), !people && strings.Contains(x.accept, "json"):
		return forPrograms
	case people && x.method == http.MethodGet:
		return forReturns
	}
	return forPeople
}

// language is the index of the texts for an addressee: by the first part of the
// path, where the site has its languages, or else by the first known of
// Accept-Language; its weights are not read, browsers send the best first.
func (r *refusals) language(x *addressee) int {
	if len(r.prebuilt) == 1 {
		return 0
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(x.path, "/"), "/")
	if i, ok := r.languages[first]; ok {
		return i
	}
	for _, rest := range x.languages {
		for rest != "" {
			var part string
			part, rest, _ = strings.Cut(rest, ",")
			part, _, _ = strings.Cut(part, ";")
			part = strings.Trim(part, " \t")
			if i, ok := r.languages[part]; ok {
				return i
			}
			part, _, _ = strings.Cut(part, "-")
			if i, ok := r.languages[part]; ok {
				return i
			}
		}
	}
	return r.languages["en"]
}
