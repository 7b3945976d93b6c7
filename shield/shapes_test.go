package shield

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// traffic is a mix of requests: how often each shape comes in a second.
type traffic struct {
	rate  float64
	shape func(r *rand.Rand) shape
}

// weather plays seconds of traffic to a finder.
type weather struct {
	finder *shapes
	random *rand.Rand
	now    tick
}

func newWeather(seed uint64) *weather {
	w := &weather{finder: newShapes(2 << 20), random: rand.New(rand.NewPCG(seed, 1))}
	w.finder.start = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	return w
}

func (w *weather) second(strained bool, capacity float64, all ...traffic) {
	for _, one := range all {
		n := int(one.rate)
		if w.random.Float64() < one.rate-float64(n) {
			n++
		}
		for range n {
			sh := one.shape(w.random)
			if w.finder.observe(w.now, &sh) {
				w.finder.name(&sh, fmt.Sprintf("GET /page%d", sh.route), fmt.Sprintf("names%d", sh.query), fmt.Sprintf("print%d", sh.print), fmt.Sprintf("AS%d", sh.network))
			}
		}
	}
	w.now += second
	w.finder.turn(w.now, strained, capacity)
}

// shoppers are people: twelve routes, four browsers, forty networks, one request
// in five a first one.
func shoppers(r *rand.Rand) shape {
	sh := shape{route: 1 + uint32(r.ExpFloat64()*3)%12, print: 1 + uint32(r.ExpFloat64())%4, network: 1 + r.Uint32N(40), pace: paceHuman}
	if sh.route == 3 {
		sh.query = 1 + r.Uint32N(3)
	}
	if r.IntN(5) == 0 {
		sh.pace = paceFirst
	}
	return sh
}

const shopCapacity = 190

func TestShapesFindAFlood(t *testing.T) {
	for _, c := range []struct {
		name  string
		flood func(r *rand.Rand) shape
		label string
	}{
		{"20,000 addresses in many networks ask for one page", func(r *rand.Rand) shape {
			return shape{route: 5, print: 1, network: r.Uint32N(2000) + 1}
		}, "route GET /page5, query none, fingerprint print1, pace first request"},
		{"a search with parameters that nobody else uses", func(r *rand.Rand) shape {
			return shape{route: 3, query: 77, print: 1 + r.Uint32N(4), network: r.Uint32N(40) + 1}
		}, "route GET /page3, query names77, pace first request"},
		{"a cache buster: another parameter each time", func(r *rand.Rand) shape {
			return shape{route: 2, query: r.Uint32(), print: 2, network: r.Uint32N(40) + 1}
		}, "route GET /page2, fingerprint print2, pace first request"},
		{"one tool, all pages", func(r *rand.Rand) shape {
			return shape{route: 1 + r.Uint32N(12), print: 666, network: r.Uint32N(500) + 1}
		}, "fingerprint print666, pace first request"},
		{"one network, all pages, all fingerprints", func(r *rand.Rand) shape {
			return shape{route: 1 + r.Uint32N(12), print: 1 + r.Uint32N(4), network: 4711}
		}, "network AS4711, pace first request"},
		{"robots with cookies that click faster than anybody", func(r *rand.Rand) shape {
			return shape{route: 1 + r.Uint32N(3), print: 1, network: r.Uint32N(500) + 1, pace: paceInhuman}
		}, "fingerprint print1, pace faster than anybody reads"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWeather(1)
			good := traffic{60, shoppers}
			for range 60 {
				w.second(false, shopCapacity, good)
			}
			for n := 1; len(w.finder.list()) == 0; n++ {
				if n > 3 {
					t.Fatal("three seconds on, the flood is not found: shoppers wait")
				}
				w.second(true, shopCapacity, good, traffic{20_000, c.flood})
			}
			w.second(true, shopCapacity, good, traffic{20_000, c.flood})
			hots := w.finder.list()
			if len(hots) != 1 || hots[0].Label != c.label {
				t.Fatalf("found %+v, want one flood: %s", hots, c.label)
			}
			caught, blamed := 0, 0
			for range 1000 {
				bad, man := c.flood(w.random), shoppers(w.random)
				if w.finder.hot(&bad) != nil {
					caught++
				}
				if w.finder.hot(&man) != nil {
					blamed++
				}
			}
			if caught < 990 || blamed > 150 {
				t.Errorf("of 1,000 requests each, %d of the flood and %d of shoppers are blamed", caught, blamed)
			}
		})
	}
}

func TestShapesOfAFloodThatIsCut(t *testing.T) {
	w := newWeather(2)
	good := traffic{60, shoppers}
	flood := traffic{2000, func(r *rand.Rand) shape { return shape{route: 5, print: 1, network: r.Uint32N(2000) + 1} }}
	for range 60 {
		w.second(false, shopCapacity, good)
	}
	w.second(true, shopCapacity, good, flood)
	since := w.now
	for range 120 { // the shield cuts it, so the site is no longer strained
		w.second(false, shopCapacity, good, flood)
	}
	hots := w.finder.list()
	if len(hots) != 1 {
		t.Fatalf("after two minutes %d floods are known: what is cut must not become usual", len(hots))
	}
	if got := hots[0].Since; !got.Equal(w.finder.start.Add(time.Duration(since))) {
		t.Errorf("the flood began at %v, is said to have at %v", time.Duration(since), got)
	}
	for n := 1; len(w.finder.list()) > 0; n++ {
		if n > 11 {
			t.Fatal("eleven seconds after its end the flood is still known: shoppers are blamed")
		}
		w.second(false, shopCapacity, good)
		if n < 10 && len(w.finder.list()) == 0 {
			t.Fatalf("the flood is forgotten after %d seconds of quiet: one that pauses comes through each time", n)
		}
	}
	w.second(true, shopCapacity, good, flood)
	if len(w.finder.list()) != 1 {
		t.Error("the second wave is not found in its first second")
	}
}

// A sale: everything grows together, people come with cookies. Nobody is blamed,
// whatever the site's usual mix is.
func TestShapesOfASale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWeather(rapid.Uint64().Draw(t, "seed"))
		routes, prints, nets := rapid.IntRange(1, 20).Draw(t, "routes"), rapid.IntRange(1, 6).Draw(t, "prints"), rapid.IntRange(1, 50).Draw(t, "networks")
		first := rapid.IntRange(0, 40).Draw(t, "first requests in 100")
		people := func(r *rand.Rand) shape {
			sh := shape{route: 1 + uint32(r.ExpFloat64()*float64(routes)/3)%uint32(routes), print: 1 + r.Uint32N(uint32(prints)), network: 1 + uint32(r.ExpFloat64()*float64(nets)/4)%uint32(nets), pace: paceHuman}
			if r.IntN(100) < first {
				sh.pace = paceFirst
			}
			return sh
		}
		usual := float64(rapid.IntRange(20, 100).Draw(t, "requests a second"))
		growth := float64(rapid.IntRange(2, 12).Draw(t, "growth"))
		for range 40 {
			w.second(false, 200, traffic{usual, people})
		}
		for range 4 {
			w.second(true, 200, traffic{usual * growth, people})
			if hots := w.finder.list(); len(hots) > 0 {
				t.Fatalf("a sale is taken for a flood: %s, %.0f/s after %.1f/s", hots[0].Label, hots[0].Rate, hots[0].Baseline)
			}
		}
	})
}

// A page that everybody suddenly wants is no flood as long as people read it.
func TestShapesOfAFamousPage(t *testing.T) {
	w := newWeather(3)
	for range 60 {
		w.second(false, shopCapacity, traffic{60, shoppers})
	}
	famous := traffic{1500, func(r *rand.Rand) shape {
		sh := shoppers(r)
		if r.IntN(3) > 0 {
			sh.route, sh.query = 9, 0
		}
		if r.IntN(5) == 0 {
			sh.pace = paceFirst
		}
		return sh
	}}
	for range 10 {
		w.second(true, shopCapacity, famous)
		if hots := w.finder.list(); len(hots) > 0 {
			t.Fatalf("readers of a famous page are taken for a flood: %+v", hots[0])
		}
	}
}

// Whatever a flood has in common, it is found as one thing and caught whole.
func TestShapesFindAnyFlood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWeather(rapid.Uint64().Draw(t, "seed"))
		good := traffic{float64(rapid.IntRange(20, 120).Draw(t, "good")), shoppers}
		fixed := rapid.SampledFrom(projections).Draw(t, "what the flood has in common")
		same := shape{route: rapid.Uint32Range(1, 12).Draw(t, "route"), query: rapid.Uint32Range(50, 60).Draw(t, "query"), print: rapid.Uint32Range(50, 60).Draw(t, "print"), network: rapid.Uint32Range(1000, 1010).Draw(t, "network")}
		same.pace = rapid.SampledFrom([]pace{paceFirst, paceInhuman}).Draw(t, "pace")
		flood := traffic{float64(rapid.IntRange(600, 10_000).Draw(t, "flood")), func(r *rand.Rand) shape {
			sh := shoppers(r)
			sh.network, sh.pace = r.Uint32N(3000), same.pace
			if fixed.has(partRoute) {
				sh.route = same.route
			}
			if fixed.has(partQuery) {
				sh.query = same.query
			}
			if fixed.has(partPrint) {
				sh.print = same.print
			}
			if fixed.has(partNetwork) {
				sh.network = same.network
			}
			return sh
		}}
		for range 40 {
			w.second(false, shopCapacity, good)
		}
		for range 3 {
			w.second(true, shopCapacity, good, flood)
		}
		hots := w.finder.list()
		if len(hots) != 1 {
			t.Fatalf("one flood is told as %d: %+v", len(hots), hots)
		}
		for range 200 {
			sh := flood.shape(w.random)
			if w.finder.hot(&sh) == nil {
				t.Fatalf("%+v of the flood is not caught by %s", sh, hots[0].Label)
			}
		}
	})
}

func TestShapesOfACalmSite(t *testing.T) {
	w := newWeather(4)
	for range 30 {
		w.second(false, shopCapacity, traffic{60, shoppers})
	}
	flood := traffic{5000, func(*rand.Rand) shape { return shape{route: 5} }}
	w.second(false, shopCapacity, flood)
	if hots := w.finder.list(); len(hots) > 0 {
		t.Errorf("a site that is not strained blames %s", hots[0].Label)
	}
	w.second(true, 50_000, flood)
	if hots := w.finder.list(); len(hots) > 0 {
		t.Errorf("a tenth of what the site can serve is blamed: %s", hots[0].Label)
	}
}

// A shield that starts under attack has seen no calm time.
func TestShapesAfterARestartUnderAttack(t *testing.T) {
	w := newWeather(5)
	for range 3 {
		w.second(true, shopCapacity, traffic{60, shoppers}, traffic{2000, func(r *rand.Rand) shape {
			return shape{route: 5, print: 1, network: r.Uint32N(2000) + 1}
		}})
	}
	hots := w.finder.list()
	if len(hots) != 1 || hots[0].Parts["route"] != "GET /page5" {
		t.Fatalf("found %+v, want the flooded page", hots)
	}
	if man := (shape{route: 2, print: 1, network: 3, pace: paceFirst}); w.finder.hot(&man) != nil {
		t.Error("a visitor of another page is blamed")
	}
}

// A flood of shapes that are never the same, strained and calm: the memory stays
// within its bound.
func TestShapesHoldTheirMemory(t *testing.T) {
	const bound = 2 << 20
	before := held()
	s := newShapes(bound)
	random := rand.New(rand.NewPCG(6, 7))
	for n := range 40 {
		for range 20_000 {
			sh := shape{random.Uint32(), random.Uint32(), random.Uint32(), random.Uint32(), pace(random.Uint32N(3))}
			if s.observe(int64(n)*second, &sh) {
				s.name(&sh, strings.Repeat("r", 500), strings.Repeat("q", 500), strings.Repeat("p", 500), strings.Repeat("n", 500))
			}
		}
		s.turn(int64(n+1)*second, n%2 == 1, shopCapacity)
	}
	if grown := held() - before; grown > bound {
		t.Errorf("%d KiB are held, %d were given: an attacker fills the memory with shapes", grown>>10, bound>>10)
	}
	if len(s.list()) > 0 {
		t.Errorf("requests that have nothing in common are told as one flood: %s", s.list()[0].Label)
	}
}

func TestShapesFromManyGoroutines(t *testing.T) {
	s := newShapes(leastOfShapes)
	done := make(chan struct{})
	for w := range 3 {
		go func() {
			defer func() { done <- struct{}{} }()
			random := rand.New(rand.NewPCG(8, uint64(w)))
			for i := range 20_000 {
				sh := shoppers(random)
				if s.observe(int64(i), &sh) {
					s.name(&sh, "GET /", "", "t13d", "AS64500")
				}
				s.hot(&sh)
			}
		}()
	}
	for n := range 20 {
		s.turn(int64(n)*second, n > 10, 100)
		s.list()
	}
	for range 3 {
		<-done
	}
}
