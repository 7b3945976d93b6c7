package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/shield"
	"kontor/web/assets"
	"kontor/web/page"
	"kontor/web/words"
)

// Gate is what stands before the house and decides who is served first. Pages
// tell it whom they know; it knows nothing of trade.
type Gate interface {
	// Raise gives the visitor of a request a standing, with the answer that is
	// being made.
	Raise(w http.ResponseWriter, r *http.Request, st shield.Standing)
	// Keep is Raise for whoever has no such standing, or half of its time or less
	// left.
	Keep(w http.ResponseWriter, r *http.Request, st shield.Standing)
	// Paid ends an account's payment.
	Paid(account string)
	// Lower takes the standing from the visitor who gets this answer.
	Lower(w http.ResponseWriter)
	// Revoke takes away every standing that an account was given so far.
	Revoke(account string)

	// Mode is what is done with decisions.
	Mode() shield.Mode
	// Now is the last second; Last are the last n, oldest first, at most an hour.
	Now() shield.Second
	Last(n int) []shield.Second
	// Watch tells of every second until stop is called. It errs where too many
	// watch already.
	Watch(to chan<- shield.Second) (stop func(), err error)
	// Decisions are the newest n decisions against a request, newest first.
	Decisions(n int) []shield.Decision
	// Find is the decision of a reference number.
	Find(ref string) (shield.Decision, bool)
	// Let lets a prefix through all limits for a time.
	Let(p netip.Prefix, long time.Duration) error
	// Bans are those that hold; Ban makes one, Lift ends one.
	Bans() []shield.Ban
	Ban(p netip.Prefix, long time.Duration, reason, by string) (shield.Ban, error)
	Lift(p netip.Prefix) bool
}

// How long a standing lasts, which is given anew when half of that is over, and
// until when an account counts as young: one that was made for an attack mostly
// is. Who buys every few days is known on each of them, and on the second day of
// an attack.
const (
	memberFor = 7 * 24 * time.Hour
	youngFor  = 7 * 24 * time.Hour
)

// raise tells the gate what the actor of a request has earned; nobody of a
// suspended business has.
func (s *Site) raise(w http.ResponseWriter, r *http.Request, a market.Actor, class shield.Class) {
	if s.Gate != nil && a.SignedIn() && !visitOf(r).suspended {
		s.Gate.Raise(w, r, s.standing(a, class))
	}
}

func (s *Site) standing(a market.Actor, class shield.Class) shield.Standing {
	return shield.Standing{Class: class, Account: string(a.Person), Young: s.young(a), For: memberFor}
}

// paid tells the gate that the actor's payment is over.
func (s *Site) paid(w http.ResponseWriter, r *http.Request) {
	if s.Gate != nil {
		s.Gate.Paid(string(actor(r).Person))
		s.raise(w, r, actor(r), shield.Member)
	}
}

// young tells whether an account was made lately: its id tells when.
func (s *Site) young(a market.Actor) bool {
	made, ok := market.MadeAt(a.Person)
	return ok && s.Now().Sub(made) < youngFor
}

// lower takes the actor's standing away as they leave.
func (s *Site) lower(w http.ResponseWriter) {
	if s.Gate != nil {
		s.Gate.Lower(w)
	}
}

// keepStanding gives a member whose standing is missing, taken away or half over
// a new one. A program keeps no cookies: the gate remembers its key.
func (s *Site) keepStanding(w http.ResponseWriter, r *http.Request) {
	if a := actor(r); s.Gate != nil && a.SignedIn() && !visitOf(r).suspended {
		s.Gate.Keep(w, r, s.standing(a, shield.Member))
	}
}

// revoke ends what the gate gave a person so far, in every browser. Where they
// are still signed in, their next page begins anew.
func (s *Site) revoke(p market.PersonID) {
	if s.Gate != nil {
		s.Gate.Revoke(string(p))
	}
}

// programPays tells the gate of a program whose order waits for its payment, and
// of one that has paid.
func (s *Site) programPays(w http.ResponseWriter, r *http.Request, status int) {
	if !visitOf(r).program || status >= http.StatusMultipleChoices {
		return
	}
	switch r.Pattern {
	case "POST " + apiRoot + "/orders":
		s.raise(w, r, actor(r), shield.Paying)
	case "POST " + apiRoot + "/orders/{id}/pay":
		s.paid(w, r)
	}
}

// ThemeCookie chooses the look of a page, one of Themes.
const ThemeCookie = themeCookie

// Themes are the looks that a visitor may choose.
func Themes() []string { return []string{string(page.ThemeLight), string(page.ThemeDark)} }

// ListingTag is what the gate is told of a listing's pages by.
func ListingTag(id catalog.ListingID) string { return "listing:" + string(id) }

// BusinessTag is what the gate is told of a supplier's pages by.
func BusinessTag(id market.BusinessID) string { return "business:" + string(id) }

// How long the gate may keep pages that are the same for everybody, in words of
// Surrogate-Control: pages that list goods change with every listing, and are
// told apart from those whose change the gate is told of.
const (
	keptLists = "max-age=10, stale-while-revalidate=60"
	keptPages = "max-age=300, stale-while-revalidate=600"
	keptFiles = "max-age=86400"
)

// surrogate says how the gate may keep a public page, and by which tags it is
// told of a change.
func surrogate(w http.ResponseWriter, pattern string, r *http.Request) {
	h := w.Header()
	switch pattern {
	case "GET /listings/{id}":
		h.Set("Surrogate-Control", keptPages)
		h.Set("Surrogate-Key", ListingTag(catalog.ListingID(r.PathValue("id"))))
	case "GET /suppliers/{slug}":
		h.Set("Surrogate-Control", keptLists)
	case "GET /pictures/{id}/{width}":
		h.Set("Surrogate-Control", keptFiles)
	case "GET /terms", "GET /privacy", "GET /imprint", "GET /protection":
		h.Set("Surrogate-Control", keptPages)
		h.Set("Surrogate-Key", "documents")
	default:
		h.Set("Surrogate-Control", keptLists)
	}
}

// stranger tells whether a request carries nothing by which its visitor could be
// known.
func (s *Site) stranger(r *http.Request) bool {
	for _, c := range r.Cookies() {
		if c.Name != themeCookie {
			return false
		}
	}
	return r.Header.Get("Authorization") == ""
}

// Parameters that make another page; what else stands in a public address is the
// visitor's own, or an attack on what is kept.
var (
	placeParams  = []string{"to", "cur"}
	searchParams = append([]string{"q", "exactly", "in", "supplier", "origin", "price", "moq", "lead", "pieces", "sort", "page"}, placeParams...)
)

// gated is what the gate must know of single routes beyond their right.
var gated = map[string]shield.Route{
	"GET /{$}":                   {Entry: true, Query: placeParams},
	"GET /search":                {Entry: true, Query: searchParams, Pool: "search"},
	"GET /categories/{path...}":  {Query: searchParams},
	"GET /suppliers/{slug}":      {Query: searchParams},
	"GET /suppliers":             {Entry: true, Query: placeParams},
	"GET /listings/{id}":         {Query: append([]string{"variant", "quantity", "picture"}, placeParams...)},
	"GET /pictures/{id}/{width}": {Query: []string{}},
	"GET /protection":            {Entry: true, Query: placeParams},
	"GET /terms":                 {Entry: true, Query: placeParams},
	"GET /privacy":               {Entry: true, Query: placeParams},
	"GET /imprint":               {Entry: true, Query: placeParams},
	"GET /me":                    {Guests: true, Query: placeParams},

	"GET " + StatusPath:        {Entry: true, Free: true, Query: []string{}},
	"GET /house/shield/stream": {Free: true},

	"GET /sign-in":           {Entry: true},
	"GET /sign-up":           {Entry: true},
	"POST /sign-in":          {Entry: true, Pool: "hash"},
	"POST /sign-up":          {Pool: "hash"},
	"POST /reset":            {Pool: "hash"},
	"POST /account/password": {Pool: "hash"},
	"POST /operator":         {Pool: "hash"},

	"POST /checkout":         {Payment: true},
	"GET /payments/{group}":  {Payment: true},
	"POST /payments/{group}": {Payment: true},

	"POST /desk/import":                     {Pool: "export", Body: largestCatalogue + 64<<10},
	"POST /desk/listings/{id}/pictures":     {Pool: "export", Body: largestUpload},
	"GET /desk/export.csv":                  {Pool: "export"},
	"GET /house/payouts.csv":                {Pool: "export"},
	"GET " + apiRoot + "/listings":          {Pool: "search"},
	"POST " + apiRoot + "/imports/listings": {Pool: "export", Body: largestImport},
	"GET " + apiRoot + "/exports/listings":  {Pool: "export"},
	"POST " + apiRoot + "/orders/{id}/pay":  {Payment: true},
	"POST " + apiRoot + "/orders":           {Payment: true},
}

// GatePools are the numbers of places of the pools named above.
func GatePools() map[string]int { return map[string]int{"hash": 2, "search": 4, "export": 2} }

// gateRoutes is every route as the gate sees it, by its pattern.
func gateRoutes() map[string]shield.Route {
	all := map[string]shield.Route{assets.Prefix: {Name: "GET " + assets.Prefix, Public: true, Query: []string{}}}
	add := func(pattern string, need right) {
		rt := gated[pattern]
		rt.Name = pattern
		rt.Public = need == everybody && strings.HasPrefix(pattern, "GET ")
		all[pattern] = rt
	}
	for _, rt := range routes {
		add(rt.pattern, rt.right)
	}
	for _, op := range operations {
		add(op.method+" "+apiRoot+op.path, op.right)
	}
	return all
}

// Route tells the gate what an address is. Addresses that no route has are one.
func (s *Site) Route(method, path string) shield.Route {
	if first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first != words.First && words.Known(first) {
		path = "/" + rest
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	_, pattern := s.mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}})
	if rt, ok := s.gateRoutes[pattern]; ok {
		return rt
	}
	return shield.Route{Name: "none"}
}
