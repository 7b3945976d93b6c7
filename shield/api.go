package shield

import (
	"errors"
	"net/http"
	"net/netip"
	"time"
)

// Standing is what a site says of a visitor that it knows.
type Standing struct {
	Class   Class         // Member or Paying
	Account string        // the site's own name for the account; only a hash of it is kept
	Young   bool          // the account is of few days
	For     time.Duration // how long this holds
}

// StandingCookie is the cookie that tells of a standing. A site may look whether
// a visitor carries one; what is in it is the shield's.
const StandingCookie = standingCookie

// Raise gives a visitor a standing cookie with the answer that is being made.
// Paying is scarce: where the account's prefix has too many of it, the visitor
// becomes a member.
func (s *Shield) Raise(w http.ResponseWriter, r *http.Request, st Standing) {
	now := s.clock()
	account := s.tokens.account(st.Account)
	if st.Class == Paying {
		st.For = min(st.For, payingFor)
		if !s.paying.enter(now, now.Add(st.For), account, s.sourceOf(r)) {
			st.Class = Member
		}
	}
	said := standing{class: st.Class, account: account, young: st.Young, given: now.UnixMilli(), until: now.Add(st.For).Unix()}
	if key := r.Header["Authorization"]; len(key) == 1 {
		said.until = now.Add(min(st.For, programFor)).Unix()
		s.programs.keep(s.hash.mix(byProgram, s.hash.text(key[0])), said)
		return
	}
	s.tokens.setStanding(w, now, said, s.set.Secure)
}

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
// is given later holds: it must have signed in anew.
func (s *Shield) Revoke(account string) {
	hash := s.tokens.account(account)
	s.paying.leave(hash)
	s.revoked.add(s.clock().UnixMilli(), hash)
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

// Ban keeps a prefix out; by is the person who wants it.
func (s *Shield) Ban(p netip.Prefix, reason, by string) (Ban, error) {
	return s.bans.ban(s.clock(), p, reason, "", by)
}

// Lift ends a ban. It tells whether there was one.
func (s *Shield) Lift(p netip.Prefix) bool { return s.bans.lift(p) }

// Mode is what the shield does with its decisions.
func (s *Shield) Mode() Mode { return s.set.Mode }
