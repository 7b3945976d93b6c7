package attack

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// near fails where got is not within a part of want.
func near(t *testing.T, what string, got, want, part float64) {
	t.Helper()
	if got > want*(1+part) || !starved(t) && got < want*(1-part) {
		t.Errorf("%s: got %.1f, want %.1f ± %.0f %%; a scenario would not be what it says", what, got, want, part*100)
	}
}

func TestEachFloodSendsWhatItsKindSays(t *testing.T) {
	const d = 1500 * time.Millisecond
	for _, c := range []struct {
		sentence string
		kind     string
		p        Params
		rate     float64 // requests a second
		sources  int
		check    func(t *testing.T, hits []hit)
	}{
		{"one address asks for the front page, hundreds of times a second", "flood", Params{Total: 400}, 400, 1, nil},
		{"many addresses ask for one page, each rarely", "wide-flood", Params{Addresses: 150, Rate: 1}, 150, 150, func(t *testing.T, hits []hit) {
			if most := highest(by(hits, from)); most > 3 {
				t.Errorf("an address asked %d times in 1.5 s at once a second", most)
			}
		}},
		{"every address stays below a limit, on real pages", "flood-below-limits", Params{Addresses: 40, Rate: 8}, 320, 40, func(t *testing.T, hits []hit) {
			if n := len(by(hits, func(h hit) string { return h.path })); n != 5 && !starved(t) {
				t.Errorf("%d pages were asked for, want all 5 of the target", n)
			}
			if most := highest(by(hits, from)); most > 14 {
				t.Errorf("an address asked %d times in 1.5 s at 8 a second", most)
			}
		}},
		{"a mimic flood keeps cookies and says where it comes from", "mimic-flood", Params{Addresses: 40, Rate: 6}, 240, 40, func(t *testing.T, hits []hit) {
			second := map[string]int{}
			for _, h := range hits {
				if n := second[h.from]; n > 1 && !starved(t) && (!strings.HasPrefix(h.cookie, "visit=") || h.referer == "") {
					t.Fatalf("page %d of %s came without cookie or referer: %+v", n+1, h.from, h)
				}
				second[h.from]++
			}
			if n := len(by(hits, func(h hit) string { return h.agent })); n != 2 {
				t.Errorf("%d looks are used, want 2 as among good users", n)
			}
		}},
		{"the costliest searches come from a few", "expensive-route", Params{}, 50, 20, func(t *testing.T, hits []hit) {
			for _, h := range hits {
				if !strings.HasPrefix(h.path, "/search?q=") || strings.Contains(h.path, "%") {
					t.Fatalf("%s is no search", h.path)
				}
			}
			if n := len(by(hits, func(h hit) string { return h.path })); n < len(hits)*9/10 {
				t.Errorf("of %d searches only %d differ: a cache would answer", len(hits), n)
			}
		}},
		{"no two questions of a cache buster are alike", "cache-buster", Params{Addresses: 40, Rate: 5}, 200, 40, func(t *testing.T, hits []hit) {
			if n := len(by(hits, func(h hit) string { return h.path })); n != len(hits) {
				t.Errorf("of %d questions only %d differ", len(hits), n)
			}
			if n := len(by(hits, func(h hit) string { return h.accept })); n != len(accepts) {
				t.Errorf("%d Accept headers are used, want %d", n, len(accepts))
			}
		}},
		{"bots with cookies do all that a browser does", "bots-with-cookies", Params{Addresses: 30, Rate: 8}, 240, 30, func(t *testing.T, hits []hit) {
			first, parts := map[string]bool{}, map[string]int{}
			for _, h := range hits {
				switch {
				case strings.HasPrefix(h.path, "/assets/"):
					parts[h.from]++
				case !first[h.from]:
					first[h.from] = true
					if h.path != "/" || h.cookie != "" || h.referer != "" {
						t.Errorf("%s begins at %s with cookie %q and referer %q, not at the front page as a new visitor", h.from, h.path, h.cookie, h.referer)
					}
				case !strings.HasPrefix(h.path, "/listings/") && h.path != "/moved":
					t.Errorf("%s asks for %s, which no page offered", h.from, h.path)
				case !strings.HasPrefix(h.cookie, "visit=") || h.referer == "":
					t.Errorf("%s asks for %s with cookie %q and referer %q", h.from, h.path, h.cookie, h.referer)
				}
			}
			for from, n := range parts {
				if n != 2 && !starved(t) {
					t.Errorf("%s fetched parts %d times, want each of 2 once", from, n)
				}
			}
			if len(parts) < 29 && !starved(t) {
				t.Errorf("%d of 30 bots fetched parts", len(parts))
			}
		}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			s := open(t, nil, nil)
			count := s.run(t, c.kind, c.p, d, nil)
			hits := s.seen()
			total := count.Total()
			pages := 0
			for _, h := range hits {
				if !strings.HasPrefix(h.path, "/assets/") {
					pages++
				}
				if h.proto != "HTTP/2.0" {
					t.Fatalf("%s is used, but a browser of good users speaks HTTP/2", h.proto)
				}
			}
			near(t, "requests a second", float64(pages)/d.Seconds(), c.rate, 0.25)
			near(t, "requests counted", float64(total.Offered+total.Short), c.rate*d.Seconds(), 0.15)
			if n := len(by(hits, from)); n > c.sources || n < c.sources && !starved(t) {
				t.Errorf("%d sources, want %d", n, c.sources)
			}
			if (total.Served < total.Offered*7/10 || total.Broken > 0) && !starved(t) {
				t.Errorf("%+v; all of it could be served", total)
			}
			if c.check != nil {
				c.check(t, hits)
			}
		})
	}
}

func highest(n map[string]int) (most int) {
	for _, v := range n {
		most = max(most, v)
	}
	return most
}

func TestAnswersAreCountedByWhatTheyAre(t *testing.T) {
	for _, c := range []struct {
		path string
		of   func(Tally) int64
	}{
		{"/", func(t Tally) int64 { return t.Served }},
		{"/moved", func(t Tally) int64 { return t.Served }},
		{"/kept", func(t Tally) int64 { return t.Cached }},
		{"/missing", func(t Tally) int64 { return t.Refused }},
	} {
		s := open(t, nil, nil)
		total := s.run(t, "flood", Params{Total: 100, Path: c.path}, 500*time.Millisecond, nil).Total()
		if c.of(total) < (total.Offered-2)/2 || c.of(total) < total.Served+total.Cached+total.Refused || total.Offered < 10 {
			t.Errorf("%s: %+v; the scorecard would say the wrong thing of the shield", c.path, total)
		}
	}
}

func TestASlowSiteDoesNotSlowAFlood(t *testing.T) {
	gone := make(chan struct{})
	s := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-gone:
		}
	}), nil)
	defer close(gone)
	const d = time.Second
	total := s.run(t, "wide-flood", Params{Addresses: 200, Rate: 5}, d, nil).Total()
	near(t, "requests begun while none is answered", float64(len(s.seen())), 1_000, 0.2)
	if total.Served+total.Refused+total.Cached > 0 {
		t.Errorf("%+v, though the site answered nothing", total)
	}
}

func TestWhatCannotBeSentIsCountedAsShort(t *testing.T) {
	s := open(t, nil, func(h *http.Server) { h.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1} })
	hold := make(chan struct{})
	s.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-hold:
		}
	})
	defer close(hold)
	total := s.run(t, "flood", Params{Total: 400, Connections: 5}, time.Second, nil).Total()
	if total.Offered > 100 || total.Short < 150 && !starved(t) {
		t.Errorf("%+v; with 5 connections of a stream each, all but a few are short", total)
	}
}

func TestACrowdHoldsNoMoreConnectionsThanTold(t *testing.T) {
	s := open(t, nil, nil)
	total := s.run(t, "wide-flood", Params{Addresses: 60, Rate: 3, Connections: 20}, 1500*time.Millisecond, func() {
		if n := s.held(); n > 25 {
			t.Errorf("%d connections are open, want up to 20", n)
		}
	}).Total()
	if total.Served < 150 && !starved(t) {
		t.Errorf("%+v; sources that lost their connection open another", total)
	}
	resumed := 0
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hellos {
		for _, e := range h.Extensions {
			if e == 41 { // pre_shared_key (RFC 8446 §4.2.11)
				resumed++
			}
		}
	}
	if resumed < 50 && !starved(t) {
		t.Errorf("%d of %d handshakes resume a session; a browser that comes back would", resumed, len(s.hellos))
	}
}
