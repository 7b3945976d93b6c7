package shield

import (
	"context"
	"math"
	"math/bits"
	"sync"
	"time"
)

// places are the requests that the site works on at once. When all are taken, a
// request waits; when as many wait as there are places and the line hardly moves,
// the lowest is turned away, members only from a line that is eight times as
// long. What a visitor has earned decides, then how quiet its source has been,
// then a number that stays the same for a visitor for an hour, so that under
// overload the same person is served page after page and another is told to come
// back, instead of both losing every second page (Zhou et al., "Overload Control
// for Scaling WeChat Microservices", 2018, §4.2).
//
// Suspects never hold more than a quarter of the places, half on a site where
// nobody else waits, and an eighth if they look like a flood that was found.
// Guests and below leave one in eight to members, who have some beyond the limit
// besides, so that a member's request finds a place that is free soon.
//
// Memory: at most eight times as many waiting requests as places, or leastLine.
type places struct {
	mu      sync.Mutex
	tuner   tuner
	busy    int
	suspect int // held by suspects
	low     int // held by guests and below
	young   int // held by young accounts
	waiting []*waiter
	pressed bool // somebody better than a suspect had to wait lately
	calm    int  // windows since then

	work   float64        // seconds of quiet work ended in this window
	slower [40]uint32     // requests of this window by how much longer they took, in eighth octaves
	ended  int            // requests ended in this window
	short  int            // of these, while all places were taken and somebody waited
	since  tick           // begin of this window
	full   span           // since when every place is taken
	rate   float64        // requests ended per second, over some windows
	waits  [classes]int64 // requests that had to wait, by class
}

// Shares of the places.
const (
	suspectShare = 4   // one in four at most for suspects
	floodShare   = 8   // one in eight for what looks like a flood: its pages would take the core from all others
	keptShare    = 8   // one in eight is left to members and whoever pays
	youngShare   = 2   // one in two for accounts of few days, before they come after guests
	leastLine    = 160 // and no shorter than this: a browser's burst, times a few people
	longLine     = 8   // times the places: bound of waiting steps of payments
	lagging      = tick(250 * time.Millisecond)
	newestAfter  = tick(100 * time.Millisecond)
	windowLength = tick(250 * time.Millisecond)
)

// span is a time in which every place was taken and somebody waited.
type span struct {
	since tick    // 0 while there is none
	from  tick    // from here on requests are counted: what began before has ended
	work  float64 // seconds of quiet work
	ended int
}

// A span is long enough to tell how much the site does at once.
const (
	fullLeast = tick(80 * time.Millisecond)
	fullEnded = 8 // requests
)

// pressedFor is how many windows suspects are kept to their smaller share after
// somebody better had to wait: ten seconds.
const pressedFor = 40

// asker is a request that asks for a place.
type asker struct {
	class   Class
	young   bool // an account of few days
	offered bool // a page of the site led here, or people come here by themselves
	must    bool // a step of a payment that has begun
	flood   bool // a suspect because it looks like a flood that was found
	backlog int64
	level   uint8 // the same for a visitor for an hour, 0 to 15
	arrived tick
}

// rank is what is compared: higher goes first.
func (a *asker) rank() uint32 {
	r := uint32(a.class) << 24
	if a.must {
		r |= 1 << 23
	}
	if !a.young {
		r |= 1 << 22
	}
	if a.offered {
		r |= 1 << 21
	}
	quiet := 31 - min(bits.Len64(uint64(max(a.backlog, 0))>>24), 31) // steps of two from 17 ms on
	return r | uint32(quiet)<<8 | uint32(a.level&15)
}

type waiter struct {
	asker
	ranked  uint32
	outcome chan bool // buffered: whether a place was given
}

func newPlaces(start int) *places {
	return &places{tuner: newTuner(leastPlaces(), 1024, start)}
}

// newPool has a number of places that stays.
func newPool(n int) *places {
	p := newPlaces(n)
	p.tuner.least, p.tuner.most = float64(n), float64(n)
	return p
}

// take waits for a place until ctx ends or needless is closed, which may be nil.
// It tells whether one was given; if so the caller must give it back.
func (p *places) take(ctx context.Context, a *asker, needless <-chan struct{}) bool {
	p.mu.Lock()
	if p.holdNow(a) {
		p.mu.Unlock()
		return true
	}
	if a.class > Suspect {
		p.pressed, p.calm = true, 0
	}
	p.waits[a.class]++
	w := &waiter{asker: *a, ranked: a.rank(), outcome: make(chan bool, 1)}
	if !p.line(w) {
		p.mu.Unlock()
		return false
	}
	p.mu.Unlock()
	select {
	case given := <-w.outcome:
		return given
	case <-ctx.Done():
	case <-needless:
	}
	p.mu.Lock()
	left := p.leave(w)
	p.mu.Unlock()
	if !left && <-w.outcome { // decided in the meantime
		p.give(a, 0, nil, 0)
	}
	return false
}

// takeNow takes a place if there is one at once.
func (p *places) takeNow(a *asker) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.holdNow(a)
}

func (p *places) holdNow(a *asker) bool {
	if !p.fits(a) || p.outranked(a) {
		return false
	}
	p.count(a, 1)
	return true
}

// fits tells whether there is a place that a may hold.
func (p *places) fits(a *asker) bool {
	limit := p.tuner.places()
	switch {
	case p.busy >= limit+p.extra(a, limit):
		return false
	case a.class <= Suspect && p.suspect >= p.forSuspects(a, limit):
		return false
	case a.class <= Guest && p.low >= max(1, limit-max(1, limit/keptShare)):
		return false
	}
	return true
}

// extra is how many places there are beyond the limit for a member: where the
// limit is a little too low, strangers wait for it, and members do not. Pools
// have none.
func (p *places) extra(a *asker, limit int) int {
	if a.class < Member || a.young || p.tuner.least == p.tuner.most {
		return 0
	}
	return max(2, limit/4)
}

// forSuspects is how many places suspects may hold when a asks for one: half of
// them while nobody else has waited lately, and few where a flood asks.
func (p *places) forSuspects(a *asker, limit int) int {
	switch {
	case a.flood:
		return max(1, limit/floodShare)
	case p.pressed:
		return max(1, limit/suspectShare)
	}
	return max(1, limit/2)
}

// taken tells whether all places are taken but those that are left to members,
// and one that was given back just now. Suspects may wait for their share on a
// site with room.
func (p *places) taken() bool {
	limit := p.tuner.places()
	return p.busy+1 >= limit-max(1, limit/keptShare)
}

// beyond tells whether a comes from a young account while those hold their share
// already. A payment that has begun goes on.
func (p *places) beyond(a *asker) bool {
	return a.young && !a.must && p.young >= max(1, p.tuner.places()/youngShare)
}

// worth is what a's rank counts for at the moment. Beyond their share young
// accounts come after every other guest, whatever they have in their carts:
// whoever has a thousand new accounts is still one person.
func (p *places) worth(a *asker, rank uint32) uint32 {
	if p.beyond(a) {
		return min(rank, uint32(Guest)<<24)
	}
	return rank
}

// outranked tells whether somebody who could have the place waits before a.
func (p *places) outranked(a *asker) bool {
	if len(p.waiting) == 0 {
		return false
	}
	rank := p.worth(a, a.rank())
	for _, w := range p.waiting {
		if p.worth(&w.asker, w.ranked) >= rank && p.fits(&w.asker) {
			return true
		}
	}
	return false
}

// count takes n places for a, or gives them back.
func (p *places) count(a *asker, n int) {
	p.busy += n
	if a.class <= Suspect {
		p.suspect += n
	}
	if a.class <= Guest {
		p.low += n
	}
	if a.young {
		p.young += n
	}
}

// line puts w into the line, if need be in place of the lowest there. It tells
// whether w may wait.
func (p *places) line(w *waiter) bool {
	most := p.tuner.places()
	if w.class >= Member && !p.beyond(&w.asker) || !p.lags(w.arrived) {
		most = max(most*longLine, leastLine)
	}
	if len(p.waiting) < most {
		p.waiting = append(p.waiting, w)
		return true
	}
	lowest, least := 0, uint32(math.MaxUint32)
	for i, x := range p.waiting {
		if n := p.worth(&x.asker, x.ranked); n < least || n == least && x.arrived < p.waiting[lowest].arrived {
			lowest, least = i, n
		}
	}
	if least >= p.worth(&w.asker, w.ranked) {
		return false
	}
	p.waiting[lowest].outcome <- false
	p.waiting[lowest] = w
	return true
}

// lags tells whether somebody has waited for long: then the line is no burst, as
// a page with its pictures makes, but more than the site can serve, and it is
// kept as short as the site's own places.
func (p *places) lags(now tick) bool {
	for _, w := range p.waiting {
		if now-w.arrived > lagging {
			return true
		}
	}
	return false
}

// leave takes w out of the line; false if it is no longer there.
func (p *places) leave(w *waiter) bool {
	for i, x := range p.waiting {
		if x == w {
			p.remove(i)
			return true
		}
	}
	return false
}

func (p *places) remove(i int) {
	last := len(p.waiting) - 1
	p.waiting[i] = p.waiting[last]
	p.waiting[last] = nil
	p.waiting = p.waiting[:last]
}

// give gives a place back. c is the route's cost and took how long the site
// worked until now; a nil c tells nothing of the site.
func (p *places) give(a *asker, now tick, c *cost, took time.Duration) {
	p.mu.Lock()
	p.count(a, -1)
	if c != nil && took > 0 {
		base := c.quietTime(took, p.busy < p.tuner.places()/2)
		p.work += base.Seconds()
		p.ended++
		p.slower[slot(float64(took)/float64(base))]++
		p.ends(now, base)
	}
	p.serveNext()
	p.mu.Unlock()
}

// ends counts a request that has ended while all places were taken. As soon as
// these tell how much the site does at once, the tuner hears of it: at the begin
// of a flood each window of waiting for more would be a window in which members
// wait inside the site behind it.
func (p *places) ends(now tick, base time.Duration) {
	if len(p.waiting) == 0 || !p.taken() {
		p.full = span{}
		return
	}
	p.short++
	f := &p.full
	if f.since == 0 {
		*f = span{since: now, from: now + tick(base)}
	}
	if now < f.from {
		return
	}
	f.work += base.Seconds()
	f.ended++
	usual := tick(f.work / float64(f.ended) * 1e9)
	if took := now - f.from; f.ended >= fullEnded && took >= max(fullLeast, 2*usual) {
		p.tuner.full(f.work / (float64(took) / 1e9))
		*f = span{since: now, from: now}
	}
}

// serveNext gives what places there are to those that wait.
func (p *places) serveNext() {
	for len(p.waiting) > 0 {
		next := p.best()
		if next < 0 {
			return
		}
		w := p.waiting[next]
		p.remove(next)
		p.count(&w.asker, 1)
		w.outcome <- true
	}
}

// best is the index of who is next; -1 if nobody who waits may have a place.
// Among equals the first to come is next; once somebody has waited for long, the
// newest is: it is the one whose visitor still waits for the answer.
func (p *places) best() int {
	found, oldest, newest := -1, tick(math.MaxInt64), tick(0)
	for _, w := range p.waiting {
		oldest, newest = min(oldest, w.arrived), max(newest, w.arrived)
	}
	late := newest-oldest > newestAfter
	most := uint32(0)
	for i, w := range p.waiting {
		if !p.fits(&w.asker) {
			continue
		}
		n := p.worth(&w.asker, w.ranked)
		if found < 0 || n > most || n == most && (w.arrived < p.waiting[found].arrived) != late {
			found, most = i, n
		}
	}
	return found
}

// slot is the eighth of an octave of how much longer a request took.
func slot(slower float64) int {
	return min(max(int(math.Log2(math.Max(slower, 1))*8), 0), 39)
}

// turn ends a window. It is called a few times a second.
func (p *places) turn(now tick) {
	p.mu.Lock()
	defer p.mu.Unlock()
	span := now - p.since
	if span < windowLength {
		return
	}
	seconds := float64(span) / 1e9
	p.rate += (float64(p.ended)/seconds - p.rate) / 4
	if p.ended > 0 {
		p.tuner.window(2*p.short >= p.ended, p.work/seconds, p.middle())
	}
	if p.calm++; p.calm > pressedFor {
		p.pressed = false
	}
	p.since, p.work, p.ended, p.short = now, 0, 0, 0
	clear(p.slower[:])
	p.serveNext() // the limit may have grown
}

// middle is how much longer the middle request of this window took than on the
// quiet site.
func (p *places) middle() float64 {
	half, sum := uint32(p.ended+1)/2, uint32(0)
	for i, n := range p.slower {
		if sum += n; sum >= half {
			return math.Exp2((float64(i) + 0.5) / 8)
		}
	}
	return 1
}

// occupancy is a look at the places.
type occupancy struct {
	Limit, Busy, Waiting int
	Rate                 float64
	Waited               [classes]int64
}

func (p *places) look() occupancy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return occupancy{Limit: p.tuner.places(), Busy: p.busy, Waiting: len(p.waiting), Rate: p.rate, Waited: p.waits}
}
