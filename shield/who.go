package shield

import (
	"net/http"
	"net/netip"
	"strings"
)

// know finds out who asks and what they have earned. It asks nobody: all of it
// lies in the connection, the cookies and the shield's own tables.
func (s *Shield) know(a *ask, r *http.Request, now tick) {
	a.conn = connOf(r)
	if a.conn == nil { // not through the door: in tests, or behind another server
		a.conn = s.unseen(r)
	}
	a.src, a.network = a.conn.src, a.conn.network
	if addr := s.door.sourceOf(r, a.conn); addr != a.src.addr {
		a.src, a.network = s.hash.source(addr), s.networks.of(addr)
	}
	a.class = Guest
	a.id = s.hash.mix(a.src.narrow, uint64(a.conn.printHash))
	a.jar = s.cookies.read(r.Header["Cookie"])
	if v, ok := s.tokens.readVisitor(a.at.UnixMilli(), a.jar.visitor); ok {
		a.visitor, a.returned = v, true
		a.id = s.hash.mix(byVisitor, v.id)
		if v.passed() {
			a.class = Passed
			s.shared.saw(now, a.src.narrow, v.id)
		}
	}
	if st, ok := s.standingOf(a, r); ok && !s.revoked.has(st) {
		a.class, a.young = st.class, st.young
		if a.class == Paying && s.paidOff.has(st) {
			a.class = Member
		}
		a.id = s.hash.mix(byAccount, st.account)
		s.shared.saw(now, a.src.narrow, st.account)
	}
	a.level = uint8(s.hash.mix(a.id, uint64(now/hour)) & 15)
	switch {
	case s.allowed.has(now, a.src.addr):
		a.free = true
		a.class = max(a.class, Member)
	case a.class >= Passed:
	case s.crawlers.check(now, r.UserAgent(), a.src.addr) == verified:
		a.class, a.crawler = Member, true
	default:
		if _, banned := s.bans.of(a.at, a.src.addr); banned {
			a.class = Banned
		}
	}
}

// knowAddress remembers where somebody comes from who earned something and keeps
// within the limits. One cookie makes few addresses known: it can be copied.
func (s *Shield) knowAddress(a *ask, now tick) {
	if a.class < Passed {
		return
	}
	of := s.hash.mix(a.id, byAddresses)
	s.shared.saw(now, of, uint64(a.src.narrow))
	if s.shared.visitors(of) > mostAddresses {
		return
	}
	s.known.saw(now, a.src.narrow)
	s.known.saw(now, a.src.wide)
	if !a.conn.earned.Load() {
		a.conn.earned.Store(true)
	}
}

// mostAddresses is how many addresses one visitor makes known in an hour: a
// telephone changes them, an army of copies has thousands.
const mostAddresses = 8

// byAddresses tells the addresses of a visitor from their requests.
const byAddresses = 8

// standingOf is what the site said of a visitor: in their cookie, or of the key
// that their program sends.
func (s *Shield) standingOf(a *ask, r *http.Request) (standing, bool) {
	now := a.at.Unix()
	if key := r.Header["Authorization"]; len(key) == 1 {
		st, ok := s.programs.of(s.hash.mix(byProgram, s.hash.text(key[0])))
		return st, ok && now < st.until
	}
	return s.tokens.readStanding(now, a.jar.standing)
}

// unseen is the connection of a request that did not come through the door.
func (s *Shield) unseen(r *http.Request) *conn {
	c := &conn{}
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.peer = at.Addr().Unmap()
		c.src, c.network = s.hash.source(c.peer), s.networks.of(c.peer)
	}
	return c
}

// What visitors are counted under, besides sources.
const (
	byVisitor key = 1 + iota // a signed visitor cookie, by its id
	byAccount                // an account, by its hash
	byProgram                // what a program sends with each request
)

// judge ranks a request among those that ask for a place: what shape it belongs
// to, whether the site led its visitor here, and whether it is a step of a
// payment.
func (s *Shield) judge(a *ask, r *http.Request, now tick) {
	homely := s.known.has(now, a.src.narrow) // somebody who earned something comes from there
	a.offered = a.route.Entry || a.returned || a.class >= Member || homely
	a.must = a.class == Paying && a.route.Payment
	if a.class >= Member || a.free {
		return
	}
	a.shape = shape{route: a.cost.id, query: s.queryShape(r.URL.RawQuery), print: a.conn.printHash, network: a.network.ASN, pace: a.tempo()}
	if s.shapes.observe(now, &a.shape) {
		s.shapes.name(&a.shape, a.route.Name, namesOf(r.URL.RawQuery), a.conn.print, a.network.String())
	}
	if a.class == Passed || homely {
		return // what behaves like a person is counted, and not blamed for its shape
	}
	if a.hot = s.shapes.hot(&a.shape); a.hot != nil && !s.lets(a, RuleShapes, ReasonShape) {
		a.class, a.flood = min(a.class, Suspect), true
	}
	a.refused = 0
}

// tempo is how a visitor has moved through the site so far.
func (a *ask) tempo() pace {
	switch {
	case !a.returned:
		return paceFirst
	case a.visitor.passed() || a.visitor.quick == 0:
		return paceHuman
	}
	return paceInhuman
}

// queryShape is the same for addresses whose queries have the same parameters,
// whatever their values.
func (s *Shield) queryShape(raw string) uint32 {
	var sum uint64 // of a set: the order does not matter
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		name, _, _ := strings.Cut(part, "=")
		if name != "" {
			sum += s.hash.text(name)
		}
	}
	return uint32(sum ^ sum>>32)
}

// namesOf is a query's parameter names, for people.
func namesOf(raw string) string {
	var names []string
	for part := range strings.SplitSeq(raw, "&") {
		if name, _, _ := strings.Cut(part, "="); name != "" && len(names) < 8 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
