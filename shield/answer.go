package shield

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// patience is how long a request waits for a place: whoever is paying, as long as
// a person waits; a suspect, no longer than it costs nothing.
var patience = [classes]time.Duration{
	Banned: 250 * time.Millisecond, Suspect: 250 * time.Millisecond, Guest: 2 * time.Second, Passed: 3 * time.Second, Member: 5 * time.Second, Paying: 15 * time.Second,
}

// answer gets a request that is not answered from memory its answer: from a page
// that is just being made for another, from one past its time where the site is
// short, or from the site.
func (s *Shield) answer(a *ask, w http.ResponseWriter, r *http.Request) {
	if a.route.Guests && !a.jar.session {
		a.route.Public = true
	}
	page, ok := wants(r, &a.route, a.jar.theme)
	if !ok {
		s.plain(a, w, r)
		return
	}
	kept, how := s.cache.get(a.arrived, r, page)
	switch {
	case how == fresh:
		s.fromMemory(a, w, r, kept)
		return
	case how == unkept:
		s.plain(a, w, r)
		return
	case how == stale, how == old && Pressure(s.pressure.Load()) >= Strained:
		s.renew(a, r, page)
		s.fromMemory(a, w, r, kept)
		return
	}
	s.makeOrWait(a, w, r, page)
}

// makeOrWait has one of those that want the same page make it, and the others
// wait for it. While nobody has begun, all of them are in line for a place, each
// with what it has earned: a member does not wait behind a suspect who came
// first.
func (s *Shield) makeOrWait(a *ask, w http.ResponseWriter, r *http.Request, page want) {
	ctx, cancel := context.WithTimeout(r.Context(), patience[a.class])
	defer cancel()
	seat := s.cache.board(page)
	if seat.flight == nil {
		s.plain(a, w, r)
		return
	}
	if !seat.making() && s.enter(a, r, seat.flight.done) {
		if seat.begin() {
			h := drafts.Get().(*draft)
			h.to, h.class, h.in = w, a.class, &s.door.outbox
			if made := s.fill(a, seat, h, r); made != nil {
				made.serve(s.tick(), w, r)
			} else {
				h.send() // it may not be kept, and is this visitor's alone
			}
			h.reset()
			drafts.Put(h)
			s.served(a)
			return
		}
		s.leave(a, 0)
	}
	if made := seat.wait(ctx); made != nil {
		s.fromMemory(a, w, r, made)
		return
	}
	s.cache.land(seat, nil, 0)
	if a.refused != ReasonNone {
		s.refuse(a, w, r)
		return
	}
	s.plain(a, w, r)
}

// fill has the site make a page in the place that a holds, and gives the place
// back before the page is sent.
func (s *Shield) fill(a *ask, seat seat, w http.ResponseWriter, r *http.Request) *page {
	begun := s.tick()
	defer s.leave(a, begun)
	return s.cache.fill(s.tick, seat, &s.cookies, w, r, s.site)
}

// renew has the site make a page anew that is just past its time, beside the
// request that noticed it; nobody waits for it.
func (s *Shield) renew(a *ask, r *http.Request, page want) {
	select {
	case s.renewing <- struct{}{}:
	default:
		return // enough are being made
	}
	seat := s.cache.board(page)
	if !seat.leads {
		s.cache.land(seat, nil, 0)
		<-s.renewing
		return
	}
	again := &ask{asker: asker{class: Guest, offered: true, arrived: a.arrived}, route: a.route, cost: a.cost}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience[Guest])
	own := r.Clone(ctx)
	s.running.Go(func() {
		defer func() {
			<-s.renewing
			if p := recover(); p != nil {
				s.log.Error("a page could not be made anew", "route", again.route.Name, "cause", p)
			}
		}()
		defer cancel()
		if !s.enter(again, own, nil) {
			s.cache.land(seat, nil, 0)
			return
		}
		if !seat.begin() {
			s.leave(again, 0)
			return
		}
		s.fill(again, seat, &nowhere{header: http.Header{}}, own)
	})
}

// mostRenewing bounds the pages that are made anew at once with nobody waiting.
const mostRenewing = 16

// nowhere takes the answer of a page that nobody waits for.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(int)             {}

// plain has the site answer a request in a place of its own. The place is given
// back before the answer is sent, so that a visitor who reads slowly keeps
// nobody waiting.
func (s *Shield) plain(a *ask, w http.ResponseWriter, r *http.Request) {
	if !s.enter(a, r, nil) {
		s.refuse(a, w, r)
		return
	}
	h := drafts.Get().(*draft)
	h.to, h.class, h.in = w, a.class, &s.door.outbox
	s.ask(a, h, r)
	h.send()
	h.reset()
	drafts.Put(h)
	s.served(a)
}

// ask has the site make an answer, and gives the place back.
func (s *Shield) ask(a *ask, w http.ResponseWriter, r *http.Request) {
	defer s.leave(a, s.tick())
	s.site.ServeHTTP(w, r)
}

// free has the site answer a request that needs no place.
func (s *Shield) free(a *ask, w http.ResponseWriter, r *http.Request) {
	s.site.ServeHTTP(w, r)
	s.served(a)
}

// enter takes a place, and before it one of the route's pool. It tells whether
// the request may go on to the site; it may not where needless was closed
// meanwhile, and a.refused then stays as it was.
func (s *Shield) enter(a *ask, r *http.Request, needless <-chan struct{}) bool {
	if a.route.Free && a.route.Public {
		return true // kept, so that it is made once for all who ask
	}
	a.pool = s.pools[a.route.Pool]
	if a.pool == nil && s.places.takeNow(&a.asker) {
		a.placed = true
		return true
	}
	if s.set.inShadow(RulePlaces) {
		return s.enterUncounted(a)
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.patience(a))
	defer cancel()
	if a.pool != nil && !a.pool.take(ctx, &a.asker, needless) {
		a.pool = nil
		return s.turnAway(a, needless)
	}
	if s.places.take(ctx, &a.asker, needless) {
		a.placed = true
		return true
	}
	if a.pool != nil {
		a.pool.give(&a.asker, 0, nil, 0)
		a.pool = nil
	}
	return s.turnAway(a, needless)
}

// enterUncounted lets a request pass while places are in shadow: nobody waits, and
// who would have had to is counted.
func (s *Shield) enterUncounted(a *ask) bool {
	if a.pool != nil && !a.pool.takeNow(&a.asker) {
		a.pool = nil
		return s.turnAway(a, nil)
	}
	if a.pool != nil && s.places.takeNow(&a.asker) {
		a.placed = true
		return true
	}
	if a.pool != nil {
		a.pool.give(&a.asker, 0, nil, 0)
		a.pool = nil
	}
	return s.turnAway(a, nil)
}

// patience is how long a request waits. On a calm site a suspect waits like a
// guest: a person who opens many pages at once is one, too.
func (s *Shield) patience(a *ask) time.Duration {
	if Pressure(s.pressure.Load()) == Calm {
		return max(patience[a.class], patience[Guest])
	}
	return patience[a.class]
}

func (s *Shield) turnAway(a *ask, needless <-chan struct{}) bool {
	select {
	case <-needless:
		return false
	default:
	}
	if a.hot != nil && a.class <= Suspect {
		return s.lets(a, RulePlaces, ReasonShape)
	}
	return s.lets(a, RulePlaces, ReasonBusy)
}

// leave gives the places of a request back and learns what it cost; nothing,
// where begun is 0.
func (s *Shield) leave(a *ask, begun tick) {
	var of *cost
	var took time.Duration
	now := s.tick()
	if begun != 0 {
		of, took = a.cost, time.Duration(now-begun)
		s.costs.learn(of, took)
		s.counts.took.Add(int64(took))
	}
	if a.placed {
		s.places.give(&a.asker, now, of, took)
	}
	if a.pool != nil {
		a.pool.give(&a.asker, 0, nil, 0)
	}
	a.placed, a.pool = false, nil
}

func (s *Shield) fromMemory(a *ask, w http.ResponseWriter, r *http.Request, p *page) {
	s.counts.classes[a.class].offered.Add(1)
	s.counts.classes[a.class].cached.Add(1)
	p.serve(a.arrived, w, r)
}

func (s *Shield) served(a *ask) {
	s.counts.classes[a.class].offered.Add(1)
	s.counts.classes[a.class].served.Add(1)
}

// refuse turns a request away, cheaply and with a number to ask about.
func (s *Shield) refuse(a *ask, w http.ResponseWriter, r *http.Request) {
	s.counts.classes[a.class].offered.Add(1)
	s.counts.classes[a.class].refused.Add(1)
	s.counts.reasons[a.refused].Add(1)
	s.refusals.answer(w, r, a.refused, comeBack(a.refused), s.note(a, false))
}

// note writes a decision down and gives its reference number.
func (s *Shield) note(a *ask, shadow bool) string {
	d := Decision{At: a.at, Source: a.src.addr, Network: a.network, Class: a.class, Why: a.refused, Shadow: shadow}
	if a.cost != nil {
		d.Route = a.cost.name
	}
	if a.hot != nil {
		d.Shape = a.hot.Label
	}
	return s.decisions.note(a.src, d)
}

// comeBack is after what time another try makes sense.
func comeBack(why Reason) time.Duration {
	switch why {
	case ReasonBusy:
		return 3 * time.Second
	case ReasonBanned:
		return time.Minute
	case ReasonOverLimit, ReasonShape:
		return 10 * time.Second
	}
	return time.Second
}

// reasonOf is why a request with a body that did not come whole is turned away.
func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, errTooLarge):
		return ReasonTooLarge
	case errors.Is(err, errBodies):
		return ReasonBusy
	}
	return ReasonTooSlow
}
