package shield

import (
	"math"
	"math/bits"
	"sync/atomic"
)

// shared notices addresses behind which many people sit: an office, a school, a
// carrier's address translation. It estimates how many different visitors came
// from each narrow key in the last half to whole hour, by linear counting over
// 64 bits (Whang and others 1990, "A linear-time probabilistic counting
// algorithm"): 40 people are told to within 6 two times of three, 266 is the most
// it tells.
//
// Only visitors that cannot be made at will belong here (accounts, cookies that
// came back at human pace): who could invent them would raise its own limits.
//
// Memory: the bytes given to newShared, 32 a source in sets of four. In a full
// set the address with the fewest visitors makes way.
type shared struct {
	sets   []sharedSet
	mask   uint64
	latest atomic.Int64 // number of the newest window seen
}

type sharedSet [4]household

type household struct {
	key       atomic.Uint64
	window    atomic.Int64 // number of the window that now counts
	now, last atomic.Uint64
}

const (
	sharedWindow   = 30 * 60 * 1e9 // ns
	sharedSetBytes = 4 * 32
)

func newShared(bytes int64) *shared {
	n := uint64(1)
	for int64(n)*2*sharedSetBytes <= bytes {
		n *= 2
	}
	s := &shared{sets: make([]sharedSet, n), mask: n - 1}
	return s
}

// saw tells that a visitor came from k. The visitor's number must be a hash.
func (s *shared) saw(now tick, k key, visitor uint64) {
	window := now / sharedWindow
	if s.latest.Load() < window {
		s.latest.Store(window)
	}
	id := bucketKey(k)
	set := &s.sets[id&s.mask]
	bit := uint64(1) << (visitor & 63)
	for i := range set {
		c := &set[i]
		if c.key.Load() != id {
			continue
		}
		if w := c.window.Load(); w < window && c.window.CompareAndSwap(w, window) {
			before := c.now.Swap(0)
			if w+1 < window {
				before = 0
			}
			c.last.Store(before)
		}
		if c.now.Load()&bit == 0 {
			c.now.Or(bit)
		}
		return
	}
	s.put(set, id, window, bit)
}

func (s *shared) put(set *sharedSet, id uint64, window int64, bit uint64) {
	fewest, old, least := -1, uint64(0), math.MaxInt
	for i := range set {
		holder := set[i].key.Load()
		if holder == claimBucket {
			continue
		}
		n := -1
		if holder != freeBucket {
			n = bits.OnesCount64(set[i].bits(window))
		}
		if n < least {
			fewest, old, least = i, holder, n
		}
	}
	if fewest < 0 || !set[fewest].key.CompareAndSwap(old, claimBucket) {
		return
	}
	c := &set[fewest]
	c.window.Store(window)
	c.last.Store(0)
	c.now.Store(bit)
	c.key.Store(id)
}

// bits are the visitors' marks of this window and the one before.
func (c *household) bits(window int64) uint64 {
	switch window - c.window.Load() {
	case 0:
		return c.now.Load() | c.last.Load()
	case 1:
		return c.now.Load()
	}
	return 0
}

// visitors estimates how many different visitors came from k lately, up to the
// time of the newest call of saw; 0 for an unknown source.
func (s *shared) visitors(k key) int {
	id := bucketKey(k)
	set := &s.sets[id&s.mask]
	for i := range set {
		if set[i].key.Load() == id {
			return visitorsOf[bits.OnesCount64(set[i].bits(s.latest.Load()))]
		}
	}
	return 0
}

// visitorsOf is the estimate for each number of marks: -64 ln(1 - n/64).
var visitorsOf = func() (of [65]int) {
	for n := range of {
		empty := float64(64 - n)
		if n == 64 {
			empty = 1
		}
		of[n] = int(math.Round(-64 * math.Log(empty/64)))
	}
	return of
}()

// bytes is the memory held.
func (s *shared) bytes() int64 { return int64(len(s.sets)) * sharedSetBytes }
