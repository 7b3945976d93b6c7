package shield

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

const second = int64(1e9)

func TestLimitsOfOneSource(t *testing.T) {
	type step struct {
		at      int64 // ns
		cost    int64
		backlog int64
		over    bool
	}
	for name, steps := range map[string][]step{
		"a first request is quiet but for its own cost": {{0, 100, 100, false}},
		"a source at its rate never gets ahead":         {{0, 100, 100, false}, {100, 100, 100, false}, {200, 100, 100, false}},
		"a burst fills the bucket, and the one after it is over": {
			{0, 100, 100, false}, {0, 100, 200, false}, {0, 100, 300, false}, {0, 100, 400, true}},
		"a bucket that emptied is as good as new": {{0, 300, 300, false}, {10_000, 300, 300, false}},
		"one that goes on stays over, and its debt has an end": {
			{0, 300, 300, false}, {0, 300, 600, true}, {0, 300, 600, true}, {100, 300, 600, true}},
		"one that stops is welcome after the burst's time": {
			{0, 300, 300, false}, {0, 300, 600, true}, {0, 300, 600, true}, {400, 100, 300, false}},
		"a request dearer than the whole bucket is over": {{0, 1000, 600, true}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLimits(1 << 10)
			for i, s := range steps {
				backlog, over := l.take(s.at, 7, s.cost, 300)
				if backlog != s.backlog || over != s.over {
					t.Fatalf("step %d: got backlog %d, over %v, want %d, %v: a visitor would be slowed or a flooder let in", i, backlog, over, s.backlog, s.over)
				}
				if read := l.backlog(s.at, 7); read != backlog {
					t.Fatalf("step %d: reading the backlog gives %d, taking gave %d", i, read, backlog)
				}
			}
		})
	}
}

// While nothing makes way for anything, the table is exactly the textbook's
// algorithm with a capped debt, for every source by itself.
func TestLimitsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLimits(1 << 20)
		ends := map[key]int64{}
		now := int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "takes") {
			now += rapid.Int64Range(0, 500).Draw(t, "pause")
			k := key(rapid.Uint64Range(0, 20).Draw(t, "key")) * 0x9e3779b97f4a7c15
			cost, burst := rapid.Int64Range(0, 1000).Draw(t, "cost"), rapid.Int64Range(0, 5000).Draw(t, "burst")
			backlog, over := l.take(now, k, cost, burst)
			full := max(ends[k], now) + cost
			if want := full-now > burst; over != want {
				t.Fatalf("over is %v, want %v", over, want)
			}
			if ends[k] = max(ends[k], min(full, now+2*burst)); backlog != max(ends[k]-now, 0) {
				t.Fatalf("backlog is %d, want %d", backlog, ends[k]-now)
			}
		}
	})
}

// A full set gives its quietest place away, so three busy sources keep theirs.
func TestLimitsKeepTheBusiest(t *testing.T) {
	l := newLimits(bucketSetBytes)
	for k := key(10); k < 13; k++ {
		l.take(0, k, 100*second, 1000*second)
	}
	for k := key(1000); k < 101_000; k++ {
		l.take(0, k, 1, 1000*second)
	}
	for k := key(10); k < 13; k++ {
		if got := l.backlog(0, k); got != 100*second {
			t.Errorf("source %d has a backlog of %d ns after a flood of others, want %d: a flooder would be forgotten", k, got, 100*second)
		}
	}
}

// The attack on tables: ten million sources that come once each, at three
// widths, while known clients come now and then and heavy ones go on.
func TestLimitsUnderTenMillionSources(t *testing.T) {
	sources := 10_000_000
	if testing.Short() {
		sources = 500_000
	}
	const (
		bound = 8 << 20
		cost  = second / 2 // two requests a second
		burst = 10 * second
		step  = second / 100_000 // the flood is 100,000 a second
	)
	before := held()
	l, s := newLimits(bound), newSketch(1<<16, 1024)
	random := rand.New(rand.NewPCG(1, 2))
	quiet, heavies := make([]key, 1000), make([]key, 8)
	for i := range quiet {
		quiet[i] = key(random.Uint64())
	}
	for i := range heavies {
		heavies[i] = key(random.Uint64())
	}
	refusedQuiet, heavyOver, heavyAll := 0, 0, 0
	now := int64(0)
	for i := range sources {
		now += step
		for range 3 {
			k := key(random.Uint64())
			l.take(now, k, cost, burst)
			if i%3 == 0 {
				s.add(k, 1)
			}
		}
		if i%20 == 0 { // each of eight comes 625 times a second
			k := heavies[i/20%len(heavies)]
			heavyAll++
			if _, over := l.take(now, k, cost, burst); over {
				heavyOver++
			}
			s.add(k, 1)
		}
		if i%100 == 0 { // each of a thousand comes once a second
			if _, over := l.take(now, quiet[i/100%len(quiet)], cost, burst); over {
				refusedQuiet++
			}
		}
		if i%100_000 == 0 {
			s.turn()
		}
	}
	if l.bytes() > bound {
		t.Errorf("the table holds %d bytes, and was given %d", l.bytes(), bound)
	}
	if grown := held() - before; grown > bound+2<<20 {
		t.Errorf("table and sketch hold %d KiB, more than table %d + sketch 1,024 and places: an attacker fills the machine's memory", grown>>10, bound>>10)
	}
	if refusedQuiet > 0 {
		t.Errorf("%d requests of quiet clients were over a limit that they kept: they lost by a flood of others", refusedQuiet)
	}
	if share := float64(heavyOver) / float64(heavyAll); share < 0.95 {
		t.Errorf("%.1f %% of the heavy sources' requests were over, want 95: they hide in the flood", 100*share)
	}
	found := map[key]bool{}
	for _, h := range s.top(len(heavies)) {
		found[h.key] = true
	}
	for _, k := range heavies {
		if !found[k] {
			t.Errorf("a heavy source is not among the %d busiest: the operator would not see it", len(heavies))
		}
	}
	runtime.KeepAlive(l)
	runtime.KeepAlive(s)
}

// held is the heap in use after a collection, in bytes.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Many goroutines on few buckets: nothing is charged that was not taken, and
// nearly nothing taken is lost.
func TestLimitsFromManyGoroutines(t *testing.T) {
	const workers, each = 8, 20_000
	l := newLimits(1 << 12)
	for k := range key(4) {
		l.take(0, k+10, 1000, 1<<40)
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := range each {
				l.take(0, key(i%4+10), 1, 1<<40)
				l.take(0, key(100+w*each+i), 1, 1<<40) // others come and go in the same sets
			}
		})
	}
	all.Wait()
	sum := int64(0)
	for k := range key(4) {
		sum += l.backlog(0, k+10) - 1000
	}
	if want := int64(workers * each); sum > want || sum < want-64 {
		t.Errorf("%d counts are kept of %d: a limit must not be won or lost by a race", sum, want)
	}
}
