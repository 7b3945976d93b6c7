package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"kontor/market"
	"kontor/web/assets"
)

// right is what a route asks of whoever calls it. What belongs to one business
// or person is besides asked in the room that keeps it.
type right uint8

const (
	everybody right = iota // cacheable: the session is not even looked at
	anybody                // guests too, but the session is looked at
	member                 // somebody is signed in
	buying                 // for a business that buys
	selling                // for a business that sells
	operating              // for the house
)

// route is one line of the list.
type route struct {
	pattern string // method and path, as http.ServeMux reads it
	right   right
	do      func(s *Site, w http.ResponseWriter, r *http.Request) error
}

// Handler serves the whole house.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := s.guarded(rt, w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	}
	mux.Handle(assets.Prefix, assets.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.lost(mux, w, r) })
	s.mountAPI(mux)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		foreign := &market.Fault{Kind: market.Forbidden, Msg: "This was sent from another site.", Fix: "Open the page here and send it again."}
		if strings.HasPrefix(r.URL.Path, apiRoot+"/") {
			api{s}.problem(r.Context(), r.Pattern, foreign).write(w)
			return
		}
		s.fail(w, r, foreign)
	}))
	inner := guard.Handler(mux)
	s.mux, s.gateRoutes = mux, gateRoutes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, _ = s.enter(r)
		defer s.caught(w, r)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if s.Secure {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		h.Set("Kontor-Reference", visitOf(r).ref)
		if !isText(r.URL.Path) {
			s.fail(w, r, market.Missing("This page"))
			return
		}
		inner.ServeHTTP(&statusWriter{ResponseWriter: w}, r)
	})
}

// strictTransport has browsers come by HTTPS alone for a year (RFC 6797).
const strictTransport = "max-age=31536000"

// lost answers for addresses that no route has: they are not found, or take
// another method.
func (s *Site) lost(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var takes []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
			takes = append(takes, method)
		}
	}
	if len(takes) == 0 {
		s.fail(w, r, market.Missing("This page"))
		return
	}
	w.Header().Set("Allow", strings.Join(takes, ", "))
	setStatus(w, http.StatusMethodNotAllowed)
	s.fail(w, r, &market.Fault{Kind: market.Forbidden, Msg: "This address can't be used in this way.", Fix: "Open the page before it and send its form."})
}

// guarded finds out who asks, checks the route's right, and runs it.
func (s *Site) guarded(rt route, w http.ResponseWriter, r *http.Request) error {
	if rt.right != everybody {
		w.Header().Set("Cache-Control", "private, no-store")
		if err := s.know(r); err != nil {
			return err
		}
		s.keepStanding(w, r)
		if c, err := r.Cookie(noteCookie); err == nil && r.Header.Get("HX-Request") == "" {
			visitOf(r).note = c.Value // a part of a page would not show it
		}
	}
	if err := allowed(rt.right, actor(r)); err != nil {
		return err
	}
	v := visitOf(r)
	if v.program && below(v.path, "/account") {
		return &market.Fault{Kind: market.Forbidden, Msg: "An account is kept by its person, not by a program.", Fix: "Sign in with address and password."}
	}
	if v.open && changes(r) && !settling(v.path) {
		if v.program {
			return notAgreed()
		}
		http.Redirect(w, r, s.to(r, "/agree", "next", cameFrom(r)), http.StatusSeeOther)
		return nil
	}
	if r.Method == http.MethodPost && r.Body != nil && !uploads[rt.pattern] {
		r.Body = http.MaxBytesReader(w, r.Body, bound(rt.pattern))
		if err := r.ParseForm(); err != nil {
			return &market.Fault{Kind: market.Invalid, Msg: "The form could not be read.", Fix: "Send it again, with less text.", Err: err}
		}
		if err := readable(r.PostForm); err != nil {
			return err
		}
	}
	if rt.right == everybody {
		if !gated[rt.pattern].Free {
			if err := s.permits.take(r.Context(), v); err != nil {
				return err
			}
			defer v.done()
		}
		surrogate(w, rt.pattern, r)
	}
	return rt.do(s, w, r)
}

// changes tells whether a request may change something.
func changes(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// below tells whether a path is top or one under it.
func below(path, top string) bool { return path == top || strings.HasPrefix(path, top+"/") }

// settling tells whether a form may be sent while a text waits for the person's
// word: one that gives it, goes out or comes in, or keeps the account.
func settling(path string) bool {
	return slices.ContainsFunc([]string{"/agree", "/sign-out", "/sign-in", "/sign-up", "/demo", "/confirm", "/reset", "/operator", "/account"}, func(top string) bool { return below(path, top) })
}

// notAgreed refuses a change while a text waits for the person's word.
func notAgreed() error {
	return &market.Fault{Kind: market.Forbidden, Msg: "The house's terms have a version that you have not agreed to.", Fix: "Read and agree at /agree."}
}

// cameFrom is the page of the house that a form was sent from, or "/".
func cameFrom(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/"
	}
	return local(from.RequestURI())
}

// isText tells whether s can be shown and stored: valid UTF-8 without the zero
// that databases and terminals take for an end.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// readable refuses a form that holds something else than text. No browser sends
// such a form by itself.
func readable(form url.Values) error {
	for name, values := range form {
		for _, value := range values {
			if !isText(name) || !isText(value) {
				return &market.Fault{Kind: market.Invalid, Msg: "The form holds characters that are no text.", Fix: "Type the text again instead of pasting it, then send it."}
			}
		}
	}
	return nil
}

// longForms are the forms that hold long texts, with their bounds in bytes.
var longForms = map[string]int64{
	"POST /desk/listings":      1 << 20,
	"POST /desk/listings/{id}": 1 << 20,
	"POST /account/business":   256 << 10,
	"POST /house/documents":    1 << 20,
}

// uploads are the routes that take files, which bound and read their bodies
// themselves. No other route reads a multipart body at all.
var uploads = map[string]bool{"POST /desk/import": true, "POST /desk/listings/{id}/pictures": true}

func bound(pattern string) int64 {
	if most, ok := longForms[pattern]; ok {
		return most
	}
	return largestForm
}

// allowed checks a route's right. A desk that is not the actor's looks missing.
func allowed(need right, a market.Actor) error {
	switch {
	case need <= anybody:
		return nil
	case !a.SignedIn():
		return &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in, then go on from here."}
	case need == buying && !a.Buys, need == selling && !a.Sells, need == operating && !a.Operator:
		return market.Missing("This page")
	}
	return nil
}

// routes is every page and form of the house. The JSON API's operations stand
// in api.go with the same rights.
var routes = join(publicRoutes, accountRoutes, buyerRoutes, supplierRoutes, operatorRoutes)

func join(lists ...[]route) (all []route) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
