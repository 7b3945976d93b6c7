package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
	"kontor/web/words"

	"github.com/a-h/templ"
)

// Cookie names. All are HttpOnly and SameSite=Lax.
const (
	sessionCookie = "kontor_session"
	cartCookie    = "kontor_cart"
	themeCookie   = "kontor_theme"
	noteCookie    = "kontor_note"
	askCookie     = "kontor_question"
)

// noteKept is how long a note waits for the page that shows it, in seconds.
const noteKept = 60

// largestForm bounds the body of a form, in bytes; uploads have bounds of
// their own.
const largestForm = 64 << 10

// enter makes the request's visit: reference, language, destination, currency.
func (s *Site) enter(r *http.Request) (*http.Request, *visit) {
	v := &visit{ref: reference(), lang: words.First, path: r.URL.Path, country: s.Country, currency: s.Currency, digest: s.Digest}
	if first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first != words.First && words.Known(first) {
		v.lang, v.prefix, v.path = first, "/"+first, "/"+rest
		u := *r.URL
		u.Path, u.RawPath = v.path, ""
		r = r.Clone(r.Context())
		r.URL = &u
	}
	if text, err := url.QueryUnescape(r.URL.RawQuery); err != nil || !isText(text) {
		u := *r.URL
		u.RawQuery = mended(r.URL.Query())
		r = r.Clone(r.Context())
		r.URL = &u
	}
	if strings.Contains(r.URL.RawQuery, "cur=") || strings.Contains(r.URL.RawQuery, "to=") {
		q := r.URL.Query()
		if c := market.Currency(strings.ToUpper(q.Get("cur"))); c.Known() {
			v.currency = c
		}
		if c := strings.ToUpper(q.Get("to")); party.IsCountry(c) {
			v.country = c
		}
	}
	ctx := context.WithValue(market.WithRequest(r.Context(), v.ref), visitKey{}, v)
	return r.WithContext(ctx), v
}

// mended is a query without what is no text, as old links in other encodings
// have it: the rest of the address still counts.
func mended(q url.Values) string {
	for name, values := range q {
		if !isText(name) {
			q.Del(name)
			continue
		}
		for i, value := range values {
			values[i] = strings.ReplaceAll(strings.ToValidUTF8(value, ""), "\x00", "")
		}
	}
	return q.Encode()
}

// keep is the part of the query that every address carries on.
func (s *Site) keep(v *visit) string {
	var parts []string
	if v.currency != s.Currency {
		parts = append(parts, "cur="+string(v.currency))
	}
	if v.country != s.Country {
		parts = append(parts, "to="+v.country)
	}
	return strings.Join(parts, "&")
}

// rest is the query without what keep holds.
func rest(q url.Values) string {
	for _, k := range []string{"cur", "to"} {
		q.Del(k)
	}
	return q.Encode()
}

// buffers hold pages while they are drawn, so that an error midway is still an
// error page and Content-Length is known.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// zips compress pages at level 1: on a page of ours it costs a third of level 6.
var zips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

// write draws a component as the answer.
func (s *Site) write(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	if err := c.Render(r.Context(), b); err != nil {
		s.logOurs(r, err)
		http.Error(w, "Reference "+visitOf(r).ref, http.StatusInternalServerError)
		return
	}
	if visitOf(r).noted {
		http.SetCookie(w, s.cookie(noteCookie, "", -1))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.Policy)
	if set, ok := w.(*statusWriter); ok && set.status != 0 {
		status = set.status
	}
	body := b.Bytes()
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(body) > 1_400 {
		zipped := buffers.Get().(*bytes.Buffer)
		zipped.Reset()
		defer buffers.Put(zipped)
		z := zips.Get().(*gzip.Writer)
		z.Reset(zipped)
		_, _ = z.Write(body) // a buffer takes everything
		_ = z.Close()
		zips.Put(z)
		h.Set("Content-Encoding", "gzip")
		body = zipped.Bytes()
	}
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	visitOf(r).done()
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the visitor may have gone
	}
}

// statusWriter lets a form that is drawn again say so.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func setStatus(w http.ResponseWriter, status int) {
	if set, ok := w.(*statusWriter); ok {
		set.status = status
	}
}

// secretFields are the fields that no digest is made of: nothing may be kept of them,
// and a repeat is one without them too.
var secretFields = []string{"card", "instrument", "password", "new_password"}

// once is the idempotency of a posted form: its hidden key, and a digest of
// all else that it holds, less secrets.
func once(r *http.Request) market.Idempotency {
	key := r.PostFormValue("idempotency_key")
	if key == "" || len(key) > 80 {
		return market.Idempotency{}
	}
	var form strings.Builder
	form.WriteString(r.URL.Path)
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		if name != "idempotency_key" && !slices.Contains(secretFields, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.PostForm[name] {
			form.WriteString("\x00" + name + "=" + value)
		}
	}
	return market.Idempotency{Key: key, Digest: visitOf(r).digest(form.String())}
}

// freshKey is the hidden key of a form that changes something.
func freshKey() string { return market.NewID[string]() }

// cookie makes one of ours; age 0 lasts while the browser is open, a negative
// one takes it away.
func (s *Site) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
}

// seeOther sends the browser on after a change, with a note of what was done,
// which the next page of the visitor's own shows once. An address can't bring
// one: whoever follows a link believes what the house says there.
func (s *Site) seeOther(w http.ResponseWriter, r *http.Request, path, note string) error {
	if note != "" {
		http.SetCookie(w, s.cookie(noteCookie, note, noteKept))
	}
	http.Redirect(w, r, s.to(r, path), http.StatusSeeOther)
	return nil
}

// to is a local address in the visitor's language, destination and currency.
func (s *Site) to(r *http.Request, path string, pairs ...string) string {
	v := visitOf(r)
	return (&page.View{Prefix: v.prefix, Keep: s.keep(v)}).To(path, pairs...)
}
