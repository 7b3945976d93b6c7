package shield

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Hot is a kind of request that floods the site.
type Hot struct {
	Label    string            `json:"label"`    // for people, such as "route GET /search, network AS64500 Example"
	Parts    map[string]string `json:"parts"`    // by route, query, fingerprint, network, pace
	Since    time.Time         `json:"since"`    // when it was found
	Rate     float64           `json:"rate"`     // requests in the last second
	Baseline float64           `json:"baseline"` // requests per second in calm times
	Share    float64           `json:"share"`    // of all requests in calm times: so many innocent ones look the same
	kind     kind
	under    int // seconds for which it has been back to usual
}

// When a kind of request is a flood, and when it has ended.
const (
	hotGrowth  = 3.0  // times its own rate in calm times
	hotShare   = 0.2  // of what the site serves now
	hotLeast   = 20.0 // requests in a second: fewer are chance
	hotLift    = 1.5  // times its share of all requests in calm times: in a sale all grow and shares stay
	hotSurplus = 0.2  // of all that is more than usual: less is not what strains the site
	hotChance  = 5.0  // standard deviations
	hotExplain = 0.9  // of the largest surplus: the narrowest kind that explains so much is the one to blame
	coldGrowth = 1.5
	coldShare  = 0.05
	coldAfter  = 10 // seconds
	mostHot    = 8  // at once
)

// shapes finds floods that many sources make together, each below any limit of
// its own, by what their requests have in common.
//
// Each second it looks at a sample of the requests, drawn evenly. A kind is hot
// when the site is strained and the kind comes more than three times as often as
// in calm times, with more than a fifth of what the site serves, with a larger
// share of all requests than usual, and mostly not at human pace. Of the kinds
// that are, the narrowest that explains nine tenths of the surplus is blamed and
// its requests are taken out of the sample; then the rest is looked at again.
// Calm rates are learnt while the site is not strained, from what is not hot,
// with a memory of five minutes.
//
// It does not find a flood that looks like all other requests in every part, or
// moves at human pace: those are the classes' and the limits' work. A flood that
// grows over many minutes without straining the site is learnt as usual.
//
// Memory: the bytes given to newShapes, whatever the requests are.
type shapes struct {
	start time.Time // wall clock of tick 0, for Hot.Since
	most  struct{ samples, usual, names int }

	seen   atomic.Uint64 // requests of this second
	chance uint64        // secret of the drawing
	shards [shapeShards]struct {
		mu      sync.Mutex
		samples []shape
		_       [32]byte
	}
	hots atomic.Pointer[[]*Hot] // never changed, nil if none

	// The rest belongs to turn.
	usual   map[kind]float64 // requests per second in calm times
	all     float64          // the same of all requests
	learnt  int              // calm seconds
	sampled []shape
	alike   map[shape]float64
	tallies map[shape]tally

	naming     sync.RWMutex
	names, old map[name]string
}

const (
	shapeShards   = 8
	sampleBytes   = 220       // a place in the sample and in the two tables that it is counted in
	usualBytes    = 96        // a kind with its rate in a Go map that just grew, measured
	nameBytes     = 320       // a label with its place
	nameText      = 160       // bytes of one label
	mostSamples   = 4096      // ±1.6 % of all requests
	usualMemory   = 300       // seconds
	usualLeast    = 1.0 / 400 // requests per second: what comes once is remembered for a minute
	learntEnough  = 10
	leastOfShapes = 64 << 10
)

// newShapes makes a finder that holds at most so many bytes, at least 64 KiB.
func newShapes(bytes int64) *shapes {
	bytes = max(bytes, leastOfShapes)
	s := &shapes{chance: rand.Uint64(), usual: map[kind]float64{}, alike: map[shape]float64{}, tallies: map[shape]tally{}, names: map[name]string{}, old: map[name]string{}}
	s.most.samples = int(min(mostSamples, bytes/3/sampleBytes)) / shapeShards * shapeShards
	s.most.usual = int(min(32<<10, bytes/3/usualBytes))
	s.most.names = int(min(2048, bytes/4/nameBytes/2))
	s.sampled = make([]shape, 0, s.most.samples)
	for i := range s.shards {
		s.shards[i].samples = make([]shape, 0, s.most.samples/shapeShards)
	}
	return s
}

// observe counts a request, whether it will be served or not. It tells whether
// the shape has a part that was never named: then name is to be called.
func (s *shapes) observe(_ tick, sh *shape) (unnamed bool) {
	n := s.seen.Add(1) - 1
	at := n
	if most := uint64(s.most.samples); n >= most {
		// Vitter 1985, algorithm R: the n-th takes a place with chance most/n.
		if at, _ = bits.Mul64(scatter(s.chance^n), n+1); at >= most {
			return false
		}
	}
	shard := &s.shards[at%shapeShards]
	shard.mu.Lock()
	if i := int(at / shapeShards); i < len(shard.samples) {
		shard.samples[i] = *sh
	} else if len(shard.samples) < cap(shard.samples) {
		shard.samples = append(shard.samples, *sh)
	}
	shard.mu.Unlock()
	return !s.named(sh)
}

// scatter spreads n over all 64 bits (Steele and others 2014, SplitMix).
func scatter(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// hot is the flood that a request belongs to, nil if none.
func (s *shapes) hot(sh *shape) *Hot {
	hots := s.hots.Load()
	if hots == nil {
		return nil
	}
	for _, h := range *hots {
		if h.kind.matches(*sh) {
			return h
		}
	}
	return nil
}

// list is all floods that go on, the oldest first.
func (s *shapes) list() []Hot {
	hots := s.hots.Load()
	if hots == nil {
		return nil
	}
	all := make([]Hot, len(*hots))
	for i, h := range *hots {
		all[i] = *h
	}
	return all
}

// turn ends a second. It is called once a second, by one goroutine. Strained
// tells whether the site has more to do than it can; capacity is how many
// requests it serves in a second now.
func (s *shapes) turn(now tick, strained bool, capacity float64) {
	weight := s.collect()
	hots := s.cool(s.sampled, weight, capacity)
	rest := slices.DeleteFunc(slices.Clone(s.sampled), func(sh shape) bool { return among(hots, sh) })
	switch {
	case strained:
		for len(hots) < mostHot {
			h := s.hottest(rest, weight, capacity)
			if h == nil {
				break
			}
			h.Since = s.start.Add(time.Duration(now))
			hots = append(hots, h)
			rest = slices.DeleteFunc(rest, h.kind.matches)
		}
	default:
		s.learn(rest, weight)
	}
	if len(hots) == 0 {
		s.hots.Store(nil)
		return
	}
	for _, h := range hots {
		s.describe(h)
	}
	s.hots.Store(&hots)
}

// collect takes the second's sample and tells how many requests each stands for.
func (s *shapes) collect() (weight float64) {
	s.sampled = s.sampled[:0]
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		s.sampled = append(s.sampled, shard.samples...)
		shard.samples = shard.samples[:0]
		shard.mu.Unlock()
	}
	seen := s.seen.Swap(0)
	if len(s.sampled) == 0 {
		return 0
	}
	return max(1, float64(seen)/float64(len(s.sampled)))
}

// cool is the floods of the second before that have not ended, with their rates
// of this one.
func (s *shapes) cool(sampled []shape, weight, capacity float64) (still []*Hot) {
	before := s.hots.Load()
	if before == nil {
		return nil
	}
	for _, h := range *before {
		next := *h
		next.Rate = 0
		for _, sh := range sampled {
			if h.kind.matches(sh) {
				next.Rate += weight
			}
		}
		next.under++
		if next.Rate > max(coldGrowth*h.Baseline, coldShare*capacity, 1) {
			next.under = 0
		}
		if next.under < coldAfter {
			still = append(still, &next)
		}
	}
	return still
}

func among(hots []*Hot, sh shape) bool {
	return slices.ContainsFunc(hots, func(h *Hot) bool { return h.kind.matches(sh) })
}

// tally is how often a kind came.
type tally struct{ rate, human float64 }

// count tells do how often each kind came among the sampled. It looks at one
// projection after the other, so that a flood of shapes that are never the same
// fills no more than one table of the sample's size.
func (s *shapes) count(sampled []shape, weight float64, do func(kind, tally)) {
	clear(s.alike)
	for _, sh := range sampled {
		s.alike[sh] += weight
	}
	for _, p := range projections {
		clear(s.tallies)
		for sh, rate := range s.alike {
			own, ok := p.of(sh)
			if !ok {
				continue
			}
			t := s.tallies[own]
			t.rate += rate
			if sh.pace == paceHuman {
				t.human += rate
			}
			s.tallies[own] = t
		}
		for own, t := range s.tallies {
			do(kind{p, own}, t)
		}
	}
}

// hottest is the narrowest kind that explains nearly all that is too much, nil
// if nothing is.
func (s *shapes) hottest(sampled []shape, weight, capacity float64) *Hot {
	all := float64(len(sampled)) * weight
	if all < max(hotLeast, hotShare*capacity) {
		return nil
	}
	var found []*Hot
	most, surplus := 0.0, hotSurplus*max(all-s.all, 0)
	readers := map[kind]bool{} // kinds that people mostly make
	s.count(sampled, weight, func(k kind, t tally) {
		if t.rate < hotLeast || t.rate <= hotShare*capacity {
			return
		}
		if t.human > t.rate/2 {
			readers[k] = true
			return
		}
		if k.parts.has(partPace) && k.shape.pace == paceFirst && readers[kind{k.parts &^ setOf(partPace), k.shape}] {
			return // the first requests of those who then read
		}
		usual := s.usual[k]
		if t.rate > hotGrowth*usual && t.rate-usual >= surplus && s.standsOut(k, t.rate, all, weight) {
			found = append(found, &Hot{Rate: t.rate, Baseline: usual, Share: usual / max(s.all, usual, usualLeast), kind: k})
			most = max(most, t.rate-usual)
		}
	})
	found = slices.DeleteFunc(found, func(h *Hot) bool { return h.Rate-h.Baseline < hotExplain*most })
	if len(found) == 0 {
		return nil
	}
	return slices.MaxFunc(found, func(a, b *Hot) int {
		return cmp.Or(
			cmp.Compare(bits.OnesCount8(uint8(a.kind.parts)), bits.OnesCount8(uint8(b.kind.parts))),
			cmp.Compare(a.Rate-a.Baseline, b.Rate-b.Baseline),
			cmp.Compare(b.kind.parts, a.kind.parts), cmp.Compare(b.kind.shape.route, a.kind.shape.route))
	})
}

// standsOut tells whether a kind has a larger share of all requests than in calm
// times, by more than chance makes of it: five standard deviations, since some
// hundred kinds are looked at each second. Before calm times were seen only a
// route can: a fingerprint or a network may be what most visitors have.
func (s *shapes) standsOut(k kind, rate, all, weight float64) bool {
	if s.learnt < learntEnough {
		return k.parts.has(partRoute)
	}
	growth := all / max(s.all, usualLeast)
	due := s.usual[k] * growth
	chance := math.Sqrt(weight*rate + due*growth/float64(min(s.learnt, usualMemory)))
	return rate > hotLift*due+hotChance*chance
}

// learn adds a calm second to what is usual.
func (s *shapes) learn(sampled []shape, weight float64) {
	s.learnt++
	keep := 1 - 1/float64(min(s.learnt, usualMemory))
	s.all = keep*s.all + (1-keep)*float64(len(sampled))*weight
	for k, rate := range s.usual {
		if rate *= keep; rate < usualLeast {
			delete(s.usual, k)
		} else {
			s.usual[k] = rate
		}
	}
	s.count(sampled, weight, func(k kind, t tally) {
		if _, known := s.usual[k]; known || len(s.usual) < s.most.usual {
			s.usual[k] += (1 - keep) * t.rate
		}
	})
	for least := 2 * usualLeast; len(s.usual) > s.most.usual*3/4; least *= 2 {
		maps.DeleteFunc(s.usual, func(_ kind, rate float64) bool { return rate < least })
	}
}
