package shield

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// want is which page a request asks for: all spellings of an address that mean
// the same page want the same. The house's name is none of it: there is one site
// behind the shield, and whoever invents names makes no new pages.
type want struct {
	key      string
	path     string
	query    string // only what the route says makes another page, in the route's order
	theme    byte
	part     bool // a part of a page, asked for by a script
	straight bool // nothing was left out and it is everybody's: the address may become an alias
}

// longestKey bounds a key, in bytes; pages of longer addresses are not kept.
const longestKey = 1_024

// public tells whether a request may be answered with what is the same for all:
// it only reads, says nothing of who asks, and wants no other protocol.
func public(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	return r.Header["Authorization"] == nil && r.Header["Upgrade"] == nil
}

// isPart tells whether a script of the site asks for a part of a page.
func isPart(r *http.Request) bool { return r.Header["Hx-Request"] != nil }

// wants is the page that a request asks for; false if it is of a kind that is
// not kept: it is not the same for all, or its address is odd. The whole query
// counts where rt.Query is nil; none of it where that is empty and not nil.
func wants(r *http.Request, rt *Route, theme byte) (want, bool) {
	if !rt.Public || !public(r) || r.ContentLength != 0 || odd(r.URL) {
		return want{}, false
	}
	w := want{path: r.URL.Path, theme: theme, part: isPart(r)}
	query, all, ok := narrow(r.URL.RawQuery, rt.Query)
	if !ok {
		return want{}, false
	}
	w.query, w.straight = query, all && !rt.Guests // who may be signed in is looked at each time
	var b strings.Builder
	b.Grow(len(w.path) + len(query) + 4)
	b.WriteByte('0' + theme)
	if w.part {
		b.WriteByte('p')
	}
	b.WriteByte(' ')
	b.WriteString(w.path)
	b.WriteByte('?')
	b.WriteString(query)
	w.key = b.String()
	// A question mark in the path would make two addresses one.
	return w, len(w.key) <= longestKey && !strings.Contains(w.path, "?")
}

// odd tells whether an address is spelt in a way that its plain path loses.
func odd(u *url.URL) bool {
	return !strings.HasPrefix(u.Path, "/") || strings.Contains(u.RawPath, "%2F") || strings.Contains(u.RawPath, "%2f")
}

// mostParameters bounds the parameters of a kept page's address.
const mostParameters = 32

// narrow is a query with the named parameters alone, in the order of names and
// each in its order of coming, spelt in one way; with nil names all count, in
// the order of coming. all tells that nothing was left out. It is false for what
// url.ParseQuery does not read and for what is too long.
func narrow(raw string, names []string) (query string, all, ok bool) {
	if raw == "" {
		return "", true, true
	}
	if len(raw) > longestKey {
		return "", false, false
	}
	type pair struct {
		rank int
		text string
	}
	var pairs []pair
	all = true
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if strings.Contains(part, ";") {
			return "", false, false
		}
		name, value, _ := strings.Cut(part, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return "", false, false
		}
		rank := 0
		if names != nil {
			if rank = slices.Index(names, name); rank < 0 {
				all = false
				continue
			}
		}
		if len(pairs) == mostParameters {
			return "", false, false
		}
		pairs = append(pairs, pair{rank, url.QueryEscape(name) + "=" + url.QueryEscape(value)})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return a.rank - b.rank })
	for i, p := range pairs {
		if i > 0 {
			query += "&"
		}
		query += p.text
	}
	return query, all, true
}
