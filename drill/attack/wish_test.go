package attack

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWishesAreMostlyWhatNoCacheHolds(t *testing.T) {
	target := Target{Paths: []string{"/", "/listings/a", "/listings/b"}, Words: []string{"pump", "valve", "tea", "lamp"}}
	const n = 8_000
	seen := map[string]int{}
	linked := 0
	for i := range uint64(n) {
		w := target.wish("", mix(i))
		seen[w]++
		if !strings.HasPrefix(w, "/search?") {
			linked++
		}
	}
	if linked < n/5 || linked > n*3/10 {
		t.Errorf("%d of %d wishes are for linked pages, want a quarter", linked, n)
	}
	if len(seen) < n/2 {
		t.Errorf("%d wishes are for %d pages: a cache would answer most of them", n, len(seen))
	}
}

func TestWishesAreAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := Target{Paths: []string{"/"}, Words: rapid.SliceOfN(rapid.StringMatching(`[a-z]{3,8}`), 0, 5).Draw(t, "words")}
		path := rapid.SampledFrom([]string{"", "/search?q=%s", "/a/%s/%s?x=%s"}).Draw(t, "path")
		w := target.wish(path, rapid.Uint64().Draw(t, "n"))
		u, err := url.Parse(w)
		if err != nil || !strings.HasPrefix(w, "/") || u.Host != "" || strings.Contains(w, "%s") || strings.ContainsAny(w, " \r\n") {
			t.Fatalf("%q is no address of the site: %v", w, err)
		}
	})
}
