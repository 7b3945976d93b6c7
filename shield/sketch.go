package shield

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

// sketch finds the busiest sources without a record of each: a count-min sketch
// with conservative update (Estan and Varghese 2002) says how often a key was
// seen lately, and a fixed number of places holds the keys that it says most of.
// Estimates are never too low but for what two goroutines lose to each other;
// with n counts spread evenly over many sources they are too high by less than
// n/width (measured: TestSketchAgainstExactCounts).
//
// Each turn halves all counts: who sends r a second stands at r to 2r.
//
// The four counters of a key lie in two cache lines, not in four: two rows are
// folded into one bank. Two keys share all counters of a bank with a chance of
// 1 in 8 × width, of both with its square.
//
// Memory: 16 × width bytes and about 128 for each of the top places.
type sketch struct {
	banks  [2][]line
	bits   uint64 // of a line's number
	places []place4
	filter uint64 // which set of places a key belongs to

	change sync.Mutex // held while a place changes hands
	labels []netip.Prefix
}

// line is a cache line: eight counters of a row, eight of the next.
type line [16]atomic.Uint32

// place4 is the places of the keys that fall together; the busiest of them stay.
type place4 [4]struct {
	key   atomic.Uint64
	count atomic.Uint32
}

// heavy is one of the busiest sources.
type heavy struct {
	key   key
	count uint32
	label netip.Prefix // what it was added under; zero if nothing
}

// newSketch makes a sketch of four rows of width counters (rounded down to a
// power of two, at most 1,048,576) and about top places.
func newSketch(width int, top int) *sketch {
	lines := 1
	for lines*2*8 <= min(width, 1<<20) {
		lines *= 2
	}
	sets := 1
	for sets*4 < 2*top {
		sets *= 2
	}
	s := &sketch{bits: uint64(lines - 1), places: make([]place4, sets), filter: uint64(sets - 1), labels: make([]netip.Prefix, 4*sets)}
	for i := range s.banks {
		s.banks[i] = make([]line, lines)
	}
	return s
}

// cells are the counters of a key.
func (s *sketch) cells(k key) (a, b, c, d *atomic.Uint32) {
	one := &s.banks[0][uint64(k)>>6&s.bits]
	two := &s.banks[1][uint64(k)>>38&s.bits]
	return &one[k&7], &one[8+k>>3&7], &two[k>>32&7], &two[8+k>>35&7]
}

// add counts n of k and tells how many were counted lately.
func (s *sketch) add(k key, n uint32) uint32 { return s.addFrom(k, n, netip.Prefix{}) }

// addFrom is add for a source that can be named.
func (s *sketch) addFrom(k key, n uint32, from netip.Prefix) uint32 {
	w, x, y, z := s.cells(k)
	count := min(w.Load(), x.Load(), y.Load(), z.Load())
	if count += n; count < n {
		count = ^uint32(0)
	}
	raise(w, count)
	raise(x, count)
	raise(y, count)
	raise(z, count)
	s.place(k, count, from)
	return count
}

func raise(c *atomic.Uint32, to uint32) {
	if v := c.Load(); v < to {
		c.CompareAndSwap(v, to)
	}
}

// place keeps k among the busiest if it belongs there.
func (s *sketch) place(k key, count uint32, from netip.Prefix) {
	id := bucketKey(k)
	at := id >> 24 & s.filter
	set := &s.places[at]
	least, lightest := ^uint32(0), 0
	for i := range set {
		if set[i].key.Load() == id {
			set[i].count.Store(count)
			return
		}
		if c := set[i].count.Load(); c < least {
			least, lightest = c, i
		}
	}
	if count <= least || !s.change.TryLock() {
		return // not busy enough, or it will come again
	}
	defer s.change.Unlock()
	for i := range set {
		if set[i].key.Load() == id {
			return
		}
	}
	set[lightest].key.Store(id)
	set[lightest].count.Store(count)
	s.labels[4*int(at)+lightest] = from
}

// estimate is how many of k were counted lately.
func (s *sketch) estimate(k key) uint32 {
	w, x, y, z := s.cells(k)
	return min(w.Load(), x.Load(), y.Load(), z.Load())
}

// touch begins to read the counters of a key, as limits.touch does.
func (s *sketch) touch(k key) uint32 {
	return s.banks[0][uint64(k)>>6&s.bits][0].Load() + s.banks[1][uint64(k)>>38&s.bits][0].Load()
}

// turn begins a new second: all counts are halved, and what has come to nothing
// gives up its place.
func (s *sketch) turn() {
	for _, bank := range s.banks {
		for i := range bank {
			for j := range bank[i] {
				if v := bank[i][j].Load(); v != 0 {
					bank[i][j].CompareAndSwap(v, v/2)
				}
			}
		}
	}
	s.change.Lock()
	defer s.change.Unlock()
	for i := range s.places {
		for j := range s.places[i] {
			p := &s.places[i][j]
			c := p.count.Load()
			if c/2 == 0 {
				p.key.Store(freeBucket)
				s.labels[4*i+j] = netip.Prefix{}
			}
			p.count.CompareAndSwap(c, c/2)
		}
	}
}

// top is the n busiest sources, the busiest first.
func (s *sketch) top(n int) []heavy {
	s.change.Lock()
	defer s.change.Unlock()
	var all []heavy
	for i := range s.places {
		for j := range s.places[i] {
			if k := s.places[i][j].key.Load(); k != freeBucket {
				all = append(all, heavy{key(k), s.places[i][j].count.Load(), s.labels[4*i+j]})
			}
		}
	}
	slices.SortFunc(all, func(a, b heavy) int { return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key)) })
	return all[:min(n, len(all))]
}
