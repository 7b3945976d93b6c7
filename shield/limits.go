package shield

import "sync/atomic"

// tick is a moment: nanoseconds since the shield's start on a clock that never
// goes back. Callers hand it in, so that one request reads the clock once.
type tick = int64

// key is a source at one width, or a visitor, an account, a fingerprint: a hash
// under the process's own secret (hasher), so that nobody outside can choose
// two sources that fall together.
type key uint64

// limits counts what sources cost, by the generic cell rate algorithm (ITU-T
// I.371, Annex A): a bucket is one number, the moment at which it will have run
// empty. How fast it fills and how much it holds come with each take, so that
// one table serves limits of every rate.
//
// Memory: the bytes given to newLimits, rounded down to a power of two, taken at
// the start and never more: 16 bytes a bucket, sets of four. In a full set the
// quietest bucket makes way. One that has run empty is the same as one never
// seen: a source that keeps below its rate loses nothing by a flood of others,
// and the three busiest of a set keep their place against any number of quiet
// newcomers.
//
// Safe for any number of goroutines and without locks. Two that meet in one
// bucket at the moment it changes hands may lose one count, never more.
type limits struct {
	sets []bucketSet // a power of two of them
	mask uint64
}

// bucketSet is one cache line.
type bucketSet [4]bucket

type bucket struct {
	key  atomic.Uint64
	ends atomic.Int64 // tick at which it has run empty
}

// Keys with a meaning of their own; real ones are moved above them.
const (
	freeBucket  = 0
	claimBucket = 1 // changes hands just now
)

const bucketSetBytes = 64

func newLimits(bytes int64) *limits {
	n := uint64(1)
	for int64(n)*2*bucketSetBytes <= bytes {
		n *= 2
	}
	return &limits{sets: make([]bucketSet, n), mask: n - 1}
}

// take charges cost (ns of the bucket's own time: 1e9/rate for one request) to
// k, of which the bucket holds burst ns. It tells how many ns the bucket is
// ahead of now after this (0 is quiet), and whether that is more than burst.
//
// What is over is charged too, up to twice the burst: a flooder that goes on is
// over all the time, not let through now and then, and one that stops is
// welcome again after burst ns.
func (l *limits) take(now tick, k key, cost, burst int64) (backlog int64, over bool) {
	id := bucketKey(k)
	set := &l.sets[id&l.mask]
	for i := range set {
		b := &set[i]
		if b.key.Load() != id {
			continue
		}
		for {
			ends := b.ends.Load()
			next := charged(now, ends, cost, burst)
			if next == ends || b.ends.CompareAndSwap(ends, next) {
				return backlogOf(now, ends, cost, burst, next)
			}
			if b.key.Load() != id {
				break // it was given to another source meanwhile
			}
		}
		break
	}
	next := charged(now, now, cost, burst)
	set.put(id, next)
	return backlogOf(now, now, cost, burst, next)
}

// charged is when a bucket that would have run empty at ends will after a
// charge of cost.
func charged(now, ends tick, cost, burst int64) tick {
	return max(ends, min(max(ends, now)+cost, now+2*burst))
}

func backlogOf(now, ends tick, cost, burst int64, next tick) (int64, bool) {
	return max(next-now, 0), max(ends, now)+cost-now > burst
}

// put gives the quietest bucket of the set to id.
func (set *bucketSet) put(id uint64, ends tick) {
	quietest, old, least := -1, uint64(0), int64(0)
	for i := range set {
		switch holder := set[i].key.Load(); holder {
		case claimBucket:
		case freeBucket:
			if quietest < 0 || old != freeBucket {
				quietest, old, least = i, freeBucket, 0
			}
		default:
			if e := set[i].ends.Load(); quietest < 0 || (old != freeBucket && e < least) {
				quietest, old, least = i, holder, e
			}
		}
	}
	if quietest < 0 || !set[quietest].key.CompareAndSwap(old, claimBucket) {
		return // another source was quicker: this one count is lost
	}
	set[quietest].ends.Store(ends)
	set[quietest].key.Store(id)
}

// backlog is how many ns k's bucket is ahead of now: 0 is quiet or unknown.
// It charges nothing.
func (l *limits) backlog(now tick, k key) int64 {
	id := bucketKey(k)
	set := &l.sets[id&l.mask]
	for i := range set {
		if set[i].key.Load() == id {
			return max(set[i].ends.Load()-now, 0)
		}
	}
	return 0
}

// touch begins to read the buckets of several keys at once, so that their
// fetches from memory overlap; it changes nothing. The sum is of no use but to
// keep the reads.
func (l *limits) touch(a, b, c key) uint64 {
	return l.sets[bucketKey(a)&l.mask][0].key.Load() +
		l.sets[bucketKey(b)&l.mask][0].key.Load() +
		l.sets[bucketKey(c)&l.mask][0].key.Load()
}

func bucketKey(k key) uint64 {
	if k <= claimBucket {
		return uint64(k) + 2
	}
	return uint64(k)
}

// bytes is the memory held.
func (l *limits) bytes() int64 { return int64(len(l.sets)) * bucketSetBytes }
