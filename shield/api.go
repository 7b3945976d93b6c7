package shield

import (
	"errors"
	"net/http"
	"net/netip"
	"time"
)

// Standing is what a site says of a visitor that it knows.
type Standing struct {
	Class   Class         // Member, or Paying: for half an hour at most, and a member after that
	Account string        // the site's own name for the account; only a hash of it is kept
	Young   bool          // the account is of few days
	For     time.Duration // how long this holds, at most seven days
}

// Raise gives a visitor a standing cookie with the answer that is being made; a
// program, which keeps no cookies, is remembered by its key. Paying is scarce:
// where the account's prefix has too many of it, the visitor becomes a member. A
// payment that is under way goes on when the account is raised to a member.
func (s *Shield) Raise(w http.ResponseWriter, r *http.Request, st Standing) {
	now := s.clock()
	said := standing{class: st.Class, account: s.tokens.account(st.Account), young: st.Young, given: now.UnixMilli(), until: now.Add(st.For).Unix()}
	if st.Class == Paying {
		said.class = Member
		pays := now.Add(min(st.For, payingFor))
		if s.paying.enter(now, pays, said.account, s.sourceOf(r)) {
			said.class, said.pays = Paying, pays.Unix()
		}
	} else if held, ok := s.held(r, now); ok && held.class == Paying && held.account == said.account {
		said.class, said.pays = Paying, held.pays
	}
	if key := r.Header["Authorization"]; len(key) == 1 {
		said.until = min(said.until, now.Add(programFor).Unix())
		if said.class == Paying {
			said.until = min(said.until, said.pays)
		}
		s.programs.keep(s.byKey(key[0]), said)
		return
	}
	s.tokens.setStanding(w, now, said, s.set.Secure)
}

// Keep is Raise for a visitor who has no such standing, or half of its time or
// less left: what a site does for every member that it answers.
func (s *Shield) Keep(w http.ResponseWriter, r *http.Request, st Standing) {
	now := s.clock()
	long := st.For
	if r.Header["Authorization"] != nil {
		long = min(long, programFor)
	}
	held, ok := s.held(r, now)
	if ok && held.account == s.tokens.account(st.Account) && time.Unix(held.until, 0).Sub(now) > long/2 {
		return
	}
	s.Raise(w, r, st)
}

// held is the standing that a request carries, as far as it still holds.
func (s *Shield) held(r *http.Request, now time.Time) (st standing, ok bool) {
	if key := r.Header["Authorization"]; len(key) == 1 {
		st, ok = s.programs.of(s.byKey(key[0]))
		st = st.at(now.Unix())
		ok = ok && now.Unix() < st.until
	} else {
		st, ok = s.tokens.readStanding(now.Unix(), s.cookies.read(r.Header["Cookie"]).standing)
	}
	if !ok || s.revoked.has(st) {
		return standing{}, false
	}
	if st.class == Paying && s.paidOff.has(st) {
		st.class, st.pays = Member, 0
	}
	return st, true
}

// byKey is what a program is counted under: the key that it sends.
func (s *Shield) byKey(sent string) key { return s.hash.mix(byProgram, s.hash.text(sent)) }

// Paid ends an account's payment: from now on it is a member again.
func (s *Shield) Paid(account string) {
	hash := s.tokens.account(account)
	s.paying.leave(hash)
	s.paidOff.add(s.clock().UnixMilli(), hash)
}

// Lower takes the standing from the visitor who gets the answer that is being
// made.
func (s *Shield) Lower(w http.ResponseWriter) { s.tokens.dropStanding(w, s.set.Secure) }

// Revoke takes away every standing that an account was given so far. One that it
// is given later holds: the site has looked again who it is. Where there is no
// room for another account its standings hold on, and the log says so.
func (s *Shield) Revoke(account string) {
	hash := s.tokens.account(account)
	s.paying.leave(hash)
	now := s.clock()
	if s.revoked.add(now.UnixMilli(), hash) {
		s.saveSoon()
	} else if s.revoked.tells(now) {
		s.log.Error("no room for a revocation: its cookies hold until they end", "accounts", mostRevoked)
	}
}

// sourceOf is where a request came from.
func (s *Shield) sourceOf(r *http.Request) source {
	c := connOf(r)
	if c == nil {
		c = s.unseen(r)
	}
	if addr := s.door.sourceOf(r, c); addr != c.src.addr {
		return s.hash.source(addr)
	}
	return c.src
}

// Drop forgets the kept pages that carry one of the tags.
func (s *Shield) Drop(tags ...string) { s.cache.drop(tags...) }

// Now is the last second, and how hard the site is pressed.
func (s *Shield) Now() Second {
	if last := s.seconds.last(1); len(last) == 1 {
		return last[0]
	}
	return Second{At: s.clock().Truncate(time.Second)}
}

// Last are the last n seconds, oldest first; at most an hour of them.
func (s *Shield) Last(n int) []Second { return s.seconds.last(n) }

// Watch tells a channel of every second until stop is called. A second that
// finds the channel full is not sent. It errs where too many watch already.
func (s *Shield) Watch(to chan<- Second) (stop func(), err error) {
	if !s.seconds.watch(to) {
		return nil, errors.New("too many watch the shield already")
	}
	return func() { s.seconds.unwatch(to) }, nil
}

// Decisions are the newest n decisions against a request, newest first.
func (s *Shield) Decisions(n int) []Decision { return s.decisions.recent(n) }

// Find is the decision of a reference number.
func (s *Shield) Find(ref string) (Decision, bool) { return s.decisions.find(ref) }

// Let lets an address or prefix through all limits for a time and lifts bans
// that hold for it: what an operator does for a visitor who was turned away
// wrongly.
func (s *Shield) Let(p netip.Prefix, long time.Duration) error {
	s.bans.lift(p)
	return s.allowed.let(s.tick(), s.tick()+int64(long), p)
}

// Bans are those that hold now.
func (s *Shield) Bans() []Ban { return s.bans.list(s.clock()) }

// Ban keeps a prefix out for so long, at most thirty days; by is the person who
// wants it. The machine itself can't be banned: behind a proxy that nobody
// listed every visitor comes from there.
func (s *Shield) Ban(p netip.Prefix, long time.Duration, reason, by string) (Ban, error) {
	now := s.clock()
	return s.bans.impose(now, Ban{Prefix: p, Reason: reason, By: by, Until: now.Add(min(long, longestBan))})
}

// longestBan is how long a person may keep a prefix out at once.
const longestBan = 30 * 24 * time.Hour

// Lift ends a ban. It tells whether there was one.
func (s *Shield) Lift(p netip.Prefix) bool { return s.bans.lift(p) }

// Mode is what the shield does with its decisions.
func (s *Shield) Mode() Mode { return s.set.Mode }
