package shield

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// Ten thousand sources of one count each and fifty of a thousand: what the
// sketch says of each against an exact count.
func TestSketchAgainstExactCounts(t *testing.T) {
	s := newSketch(1<<16, 256)
	random := rand.New(rand.NewPCG(5, 6))
	exact := map[key]uint32{}
	add := func(k key) { exact[k]++; s.add(k, 1) }
	busy := make([]key, 50)
	for i := range busy {
		busy[i] = key(random.Uint64())
	}
	total := 0
	for i := range 200_000 {
		if total++; i%4 == 0 {
			add(busy[i/4%len(busy)])
		} else {
			add(key(random.Uint64()))
		}
	}
	wrong, off := 0, 0
	for k, n := range exact {
		switch got := s.estimate(k); {
		case got < n:
			t.Fatalf("a source came %d times and the sketch says %d: a flooder is missed", n, got)
		case got > n+uint32(total/1<<16)+8:
			wrong++
		case got > n:
			off++
		}
	}
	if wrong > len(exact)/10_000 {
		t.Errorf("%d of %d sources are told far too high: quiet ones would be blamed", wrong, len(exact))
	}
	top := s.top(50)
	for i, h := range top {
		if exact[h.key] < 900 {
			t.Errorf("place %d of the busiest holds a source that came %d times", i, exact[h.key])
		}
	}
	t.Logf("%d of %d sources told a little too high, %d far", off, len(exact), wrong)
}

func TestSketchIsNeverTooLow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSketch(64, 8)
		exact := map[key]uint32{}
		for range rapid.IntRange(1, 300).Draw(t, "counts") {
			k := key(scatter(rapid.Uint64Range(0, 200).Draw(t, "key")))
			n := rapid.Uint32Range(0, 50).Draw(t, "n")
			exact[k] += n
			if got := s.add(k, n); got < exact[k] {
				t.Fatalf("adding tells %d, at least %d came", got, exact[k])
			}
		}
		for k, n := range exact {
			if got := s.estimate(k); got < n {
				t.Fatalf("the estimate is %d, %d came", got, n)
			}
		}
		s.turn()
		for k, n := range exact {
			if got := s.estimate(k); got < n/2 {
				t.Fatalf("after a turn the estimate is %d, %d came", got, n)
			}
		}
	})
}

func TestSketchForgets(t *testing.T) {
	s := newSketch(1<<10, 16)
	from := netip.MustParsePrefix("192.0.2.0/24")
	s.addFrom(99, 1000, from)
	if top := s.top(5); len(top) != 1 || top[0] != (heavy{99, 1000, from}) {
		t.Fatalf("the busiest are %v, want one source of 1,000 with its prefix", top)
	}
	for range 11 {
		s.turn()
	}
	if top := s.top(5); len(top) != 0 {
		t.Errorf("eleven seconds later the list still shows %v: the operator looks at an attack that ended", top)
	}
	s.add(99, ^uint32(0))
	if got := s.add(99, 5); got != ^uint32(0) {
		t.Errorf("a counter at its end goes on to %d: a flood would look quiet", got)
	}
}

func TestSketchFromManyGoroutines(t *testing.T) {
	s := newSketch(1<<12, 64)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 20_000 {
				s.add(key(scatter(uint64(i%100))), 1)
				if i%5000 == 0 {
					s.turn()
					s.top(10)
				}
			}
		})
	}
	all.Wait()
	if len(s.top(100)) == 0 {
		t.Error("nobody is among the busiest")
	}
}
