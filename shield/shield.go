package shield

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Shield stands in front of a site.
type Shield struct {
	set   Settings
	site  Site
	log   *slog.Logger
	clock func() time.Time
	start time.Time

	door     *door
	networks *networks
	crawlers *crawlers
	tokens   *tokens
	cookies  cookieNames
	refusals *refusals

	// What is known of sources and visitors; all of it is taken at the start.
	hash     *hasher
	limits   *limits
	offences *limits
	shared   *shared
	sources  *sketch
	shapes   *shapes
	bans     *bans
	known    *known
	allowed  allowed
	revoked  *revoked
	paying   paying
	programs programs

	// What is known of the site.
	cache    *cache
	renewing chan struct{}
	costs    *costs
	memory   *cost // of what is answered from memory
	places   *places
	pools    map[string]*places

	counts    counters
	seconds   seconds
	decisions decisions
	level     level
	banAgain  atomic.Int64 // tick from which on a ban is tried again
	paidOff   *revoked     // accounts whose payment is over, by when
	idle      int          // seconds in a row without a request; run's alone
	pressure  atomic.Uint32

	stop    context.CancelFunc
	running sync.WaitGroup
}

// New puts a shield in front of a site and starts what it does each second;
// Close ends that.
func New(set Settings, site Site, clock func() time.Time, log *slog.Logger) (*Shield, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	s := &Shield{
		set: set.full(), site: site, log: log, clock: clock, start: clock(),
		costs: newCosts(), places: newPlaces(firstPlaces), pools: map[string]*places{}, renewing: make(chan struct{}, mostRenewing),
	}
	s.memory = s.costs.of("from memory")
	for name, n := range s.set.Pools {
		s.pools[name] = newPool(n)
	}
	if err := s.tables(); err != nil {
		return nil, err
	}
	if err := s.parts(); err != nil {
		return nil, err
	}
	if err := s.recall(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.running.Go(func() { s.run(ctx) })
	s.running.Go(func() { s.keep(ctx) })
	return s, nil
}

// Shares of Settings.Memory, in sixteenths. What is left is for queues, bans,
// decisions and the last hour's seconds, whose bounds stand where they are
// declared.
const (
	sharesLimits   = 2
	sharesOffences = 1
	sharesShapes   = 2
	sharesShared   = 2
	sharesKnown    = 1
)

// The sketch of busy sources: 1.1 MiB.
const (
	sketchWidth = 65_536
	sketchTop   = 1_024
)

// tables takes all memory that the shield will ever use for sources.
func (s *Shield) tables() error {
	share := s.set.Memory / 16
	s.hash = newHasher()
	s.limits, s.offences = newLimits(sharesLimits*share), newLimits(sharesOffences*share)
	s.shapes, s.shared, s.known = newShapes(sharesShapes*share), newShared(sharesShared*share), newKnown(sharesKnown*share)
	s.sources = newSketch(sketchWidth, sketchTop)
	s.shapes.start = s.start
	s.bans, s.revoked = newBans(mostBans, banShare), newRevoked()
	s.bans.spares = s.comesFrom
	s.paidOff = newEnded(payingFor)
	s.decisions.hash = s.hash
	for _, p := range s.set.Allow {
		if err := s.allowed.let(0, 0, p); err != nil {
			return err
		}
	}
	return nil
}

// firstPlaces is how many requests the site is given at once before anything was
// learnt of it.
const firstPlaces = 32

// Bounds of what the shield bans.
const (
	mostBans = 20_000   // at once, about 9 MiB
	banShare = 1.0 / 64 // of the address space
)

// parts makes what is not a table.
func (s *Shield) parts() (err error) {
	if s.networks, err = openNetworks(s.set.Networks); err != nil {
		return fmt.Errorf("networks: %w", err)
	}
	if s.tokens, err = newTokens(s.set.Key); err != nil {
		return err
	}
	s.cookies = cookieNames{session: s.set.SessionCookie, theme: s.set.ThemeCookie, themes: s.set.Themes}
	s.crawlers = newCrawlers(s.set.Resolver, s.set.Crawlers)
	s.cache = newCache(s.set.CacheBytes, s.set.Stale)
	s.refusals = newRefusals(s.set.Texts, s.set.StatusPath)
	s.door, err = newDoor(s.set.Door, doorHooks{
		clock: s.clock, now: s.tick, source: s.hash.source, text: s.hash.text, network: s.networks.of,
		allowed: func(a netip.Addr) bool { return s.set.Mode != On || s.allowed.has(s.tick(), a) },
		known:   func(src source) bool { return s.known.has(s.tick(), src.narrow) },
		closed:  s.shut, turn: s.turned, refused: s.refusedAgain, proxies: s.set.Proxies, key: s.set.Key, log: s.log,
	})
	return err
}

// shut tells whether a connection is closed before it says who it is: a ban
// holds for its source, and nobody known came from there lately.
func (s *Shield) shut(src source) bool {
	ban, ok := s.bans.of(s.clock(), src.addr)
	return ok && !ban.Shadow && !s.set.inShadow(RuleBans) && !s.known.has(s.tick(), src.narrow)
}

// Serve serves connections of l until ctx ends; requests under way are finished
// first, for as long as the door's Drain.
func (s *Shield) Serve(ctx context.Context, l net.Listener) error { return s.door.serve(ctx, l, s) }

// Close ends what runs beside requests and writes down what is kept over a
// restart.
func (s *Shield) Close() error {
	s.stop()
	s.running.Wait()
	s.crawlers.close()
	return s.save()
}

func (s *Shield) tick() tick { return int64(s.clock().Sub(s.start)) }

// ServeHTTP decides about one request and answers it.
func (s *Shield) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.set.Mode == Off {
		s.site.ServeHTTP(w, r)
		return
	}
	a := asks.Get().(*ask)
	defer func() {
		*a = ask{}
		asks.Put(a)
	}()
	s.decide(a, w, r)
}

var asks = sync.Pool{New: func() any { return new(ask) }}

// ask is one request on its way.
type ask struct {
	asker
	at       time.Time
	conn     *conn
	src      source
	network  Network
	jar      jar
	id       key // what the visitor is counted under
	visitor  visitor
	returned bool // a signed visitor cookie came with the request
	free     bool // on the allow list
	crawler  bool // a search engine's, confirmed
	route    Route
	cost     *cost
	shape    shape
	hot      *Hot
	refused  Reason  // why it is turned away
	pool     *places // the pool that it holds a place of
	placed   bool    // it holds a place
}

// decide is the whole way of a request; the order is the point of it. What is
// cheap and turns away most stands first, and whatever an attacker can make the
// site do stands behind a place.
func (s *Shield) decide(a *ask, w http.ResponseWriter, r *http.Request) {
	a.at = s.clock()
	now := int64(a.at.Sub(s.start))
	a.arrived = now
	s.know(a, r, now)
	if a.class == Banned && !s.lets(a, RuleBans, ReasonBanned) {
		s.refuse(a, w, r)
		return
	}
	kept, how := s.cache.find(now, r, a.jar.theme)
	if how == fresh {
		a.cost = s.memory
	} else {
		a.route = s.site.Route(r.Method, r.URL.Path)
		a.cost = s.costs.of(a.route.Name)
		s.judge(a, r, now)
	}
	if !s.within(a, now) && !s.lets(a, RuleLimits, ReasonOverLimit) {
		a.conn.isOver(now, a.cost)
		s.refuse(a, w, r)
		return
	}
	s.knowAddress(a, now)
	s.greet(a, w, r)
	if how == fresh {
		s.fromMemory(a, w, r, kept)
		return
	}
	if a.route.Free {
		switch {
		case a.route.Public:
			s.answer(a, w, r)
			return
		case a.class >= Member:
			s.free(a, w, r)
			return
		}
	}
	if s.door.outbox.full(a.class) && !a.must && !s.lets(a, RulePlaces, ReasonBusy) {
		s.refuse(a, w, r)
		return
	}
	release, err := s.door.whole(w, r, a.route.Body, a.class >= Member)
	if err != nil {
		a.refused = reasonOf(err)
		s.refuse(a, w, r)
		return
	}
	defer release()
	s.answer(a, w, r)
}

// lets notes why a request would be turned away and tells whether it passes all
// the same, because the rule is in shadow.
func (s *Shield) lets(a *ask, rule Rule, why Reason) bool {
	a.refused = why
	if !s.set.inShadow(rule) {
		return false
	}
	s.counts.classes[a.class].would.Add(1)
	s.note(a, true)
	a.refused = ReasonNone
	return true
}

// greet gives the visitor a signed cookie with the answer: a new one to whoever
// has none, and one that has counted this page to whoever still earns a pass.
func (s *Shield) greet(a *ask, w http.ResponseWriter, r *http.Request) {
	if !isDocument(r) {
		return
	}
	now := a.at.UnixMilli()
	switch {
	case !a.returned:
		s.tokens.setVisitor(w, newVisitor(newID(), now), s.set.Secure)
	case !a.visitor.passed() || now-a.visitor.last > renewVisitor.Milliseconds():
		s.tokens.setVisitor(w, a.visitor.next(now, true), s.set.Secure)
	}
}

// renewVisitor is how long the cookie of a visitor who has a pass is left as it
// is, so that most pages from memory go out without one.
const renewVisitor = time.Minute

// isDocument tells whether a person asks for a whole page.
func isDocument(r *http.Request) bool {
	if r.Method != http.MethodGet || isPart(r) {
		return false
	}
	for _, accept := range r.Header["Accept"] {
		if strings.Contains(accept, "text/html") {
			return true
		}
	}
	return false
}

// newID is a visitor's number that nobody can guess.
func newID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return binary.BigEndian.Uint64(b[:])
}
