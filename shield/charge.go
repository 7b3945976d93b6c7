package shield

import "time"

// Limits in requests of usual cost: so many per second for ever, and so many at
// once after quiet. Over the first bound a visitor is a suspect, over the second
// turned away.
type budget struct {
	emission int64 // nanoseconds per request
	suspect  int64 // nanoseconds of backlog from which on it is a suspect
	refuse   int64 // nanoseconds of backlog from which on it is turned away
}

func perSecond(rate float64, suspect, refuse float64) budget {
	return budget{int64(1e9 / rate), int64(suspect * 1e9 / rate), int64(refuse * 1e9 / rate)}
}

// A person opens a handful of pages at once and reads some seconds; a browser
// fetches a page's pictures in one burst, but these are kept and weigh little.
var (
	asGuest      = perSecond(2, 15, 120)
	asVisitor    = perSecond(2, 20, 120)
	asMember     = perSecond(4, 60, 240)
	asAddress    = perSecond(12, 60, 400)
	asNeighbours = perSecond(60, 300, 4_000)
)

// memberWeight bounds what one request of a member counts: a page that took long
// because the site was short must not make its reader a suspect.
const memberWeight = 4

// mostPeople bounds how many visitors an address is believed to be shared by:
// their cookies can be had for the asking.
const mostPeople = 64

// asCrawler is for a search engine's robot that was confirmed.
var asCrawler = perSecond(20, 400, 2_000)

// memoryWeight is what an answer from memory counts: a page's pictures come in
// one burst, and cost the site nothing.
const memoryWeight = 1.0 / 16

// within charges a request to everything that it is counted under. It tells
// whether the request may go on; one that is over the lower bound goes on as a
// suspect.
func (s *Shield) within(a *ask, now tick) bool {
	if a.free {
		return true
	}
	weight := s.weight(a)
	s.limits.touch(a.id, a.src.narrow, a.src.middle)
	if a.class < Member {
		s.sources.addFrom(a.src.narrow, 1, prefixOf(a.src.addr, widthNarrow))
	}
	own := asGuest
	switch {
	case a.crawler:
		own = asCrawler
	case a.class >= Member:
		own = asMember
	case a.returned:
		own = asVisitor
	}
	people := float64(min(max(1, s.shared.visitors(a.src.narrow)), mostPeople))
	suspect, refuse := false, false
	charge := func(k key, p budget, share float64) int64 {
		backlog, _ := s.limits.take(now, k, int64(weight*float64(p.emission)/share), p.refuse+p.emission)
		suspect = suspect || backlog > p.suspect
		refuse = refuse || backlog > p.refuse
		return backlog
	}
	a.backlog = charge(a.id, own, 1)
	if a.class < Member {
		charge(a.src.narrow, asAddress, people)
		if a.class < Passed {
			charge(a.src.middle, asNeighbours, people)
			if a.src.wide != a.src.middle {
				charge(a.src.wide, asNeighbours, people)
			}
		}
	}
	if refuse && a.must { // a payment that has begun waits with the lowest, and is not refused for its pace
		a.must, suspect, refuse = false, true, false
	}
	if suspect && !a.must && !s.set.inShadow(RuleLimits) {
		a.class = min(a.class, Suspect)
	}
	if refuse {
		s.offend(a, now)
	}
	return !refuse
}

// weight is what a request counts, in requests of usual cost.
func (s *Shield) weight(a *ask) float64 {
	switch {
	case a.cost == s.memory:
		return memoryWeight
	case a.class >= Member:
		return min(s.costs.weight(a.cost), memberWeight)
	}
	return s.costs.weight(a.cost)
}

// Offences: a source that goes on while it is turned away is kept out.
const (
	offenceEvery = int64(100 * 1e6) // ten in a second may go on for ever
	offenceBurst = int64(20 * 1e9)  // and two hundred at once
)

// banPause is how long no ban is tried after one could not be made.
const banPause = tick(time.Second)

// offend counts a request that was turned away against its source, and bans the
// source that does not stop. An address where a member or a passed visitor came
// from in the last day is never kept out as a whole.
func (s *Shield) offend(a *ask, now tick) {
	if a.cost == s.memory || a.crawler || s.set.inShadow(RuleLimits) || s.set.inShadow(RuleBans) || now < s.banAgain.Load() {
		return
	}
	backlog, _ := s.offences.take(now, a.src.narrow, offenceEvery, offenceBurst+offenceEvery)
	if backlog <= offenceBurst || s.known.has(now, a.src.narrow) || s.shared.visitors(a.src.narrow) > 1 {
		return
	}
	reason := "went on while it was turned away"
	ref := s.decisions.number(a.src, a.at) // the refusal notes it, with its own reason
	if _, err := s.bans.ban(a.at, prefixOf(a.src.addr, widthNarrow), reason, ref, byShield); err != nil {
		s.banAgain.Store(now + banPause) // the list is full: no use in asking at every refusal
		s.log.Warn("ban", "source", prefixOf(a.src.addr, widthNarrow), "cause", err)
	}
}
