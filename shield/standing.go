package shield

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/http"
	"sync"
	"time"
)

// standing is what a cookie tells of a visitor whom the site knows.
type standing struct {
	class   Class // Paying while pays is ahead, then Member
	young   bool
	account uint64 // see tokens.account; 0 if there is none
	given   int64  // Unix milliseconds
	until   int64  // Unix seconds
	pays    int64  // Unix seconds until which the account ranks as paying; 0 if it does not
}

// at is the standing as it is at a time in Unix seconds: a payment whose time is
// over leaves a member.
func (s standing) at(now int64) standing {
	if s.class == Paying && s.pays <= now {
		s.class, s.pays = Member, 0
	}
	return s
}

// longestStanding is how long a cookie holds at most.
const longestStanding = 7 * 24 * time.Hour

// account is a short name of an account, the same on every edge and under every
// key, so that a revocation holds for all that was signed before it. It tells
// nothing that its bearer does not know: ids are opaque.
func (t *tokens) account(id string) uint64 {
	if id == "" {
		return 0
	}
	sum := sha256.Sum256([]byte("kontor account " + id))
	return max(binary.BigEndian.Uint64(sum[:]), 1)
}

// A standing's note: class, flags, given, until, account, pays.
const (
	standingSize = 1 + 1 + 8 + 8 + 8 + 8
	flagYoung    = 1
)

// standing writes s as the value of its cookie.
func (t *tokens) standing(s standing) string {
	var note [standingSize]byte
	note[0] = byte(s.class)
	if s.young {
		note[1] = flagYoung
	}
	binary.BigEndian.PutUint64(note[2:], uint64(s.given))
	binary.BigEndian.PutUint64(note[10:], uint64(s.until))
	binary.BigEndian.PutUint64(note[18:], s.account)
	binary.BigEndian.PutUint64(note[26:], uint64(s.pays))
	return t.sign(forStanding, note[:])
}

// setStanding gives a visitor the cookie with the answer that is being made. It
// holds for longestStanding at most, whatever s says.
func (t *tokens) setStanding(w http.ResponseWriter, now time.Time, s standing, secure bool) {
	s.given = now.UnixMilli()
	s.until = min(s.until, now.Add(longestStanding).Unix())
	left := time.Unix(s.until, 0).Sub(now)
	w.Header().Add("Set-Cookie", setCookie(standingCookie, t.standing(s), left, secure))
}

// dropStanding takes the cookie away from the visitor at hand.
func (t *tokens) dropStanding(w http.ResponseWriter, secure bool) {
	w.Header().Add("Set-Cookie", setCookie(standingCookie, "", 0, secure))
}

// readStanding reads a cookie's value at a time in Unix seconds. It is false for
// what we did not sign and for what has ended.
func (t *tokens) readStanding(now int64, cookie string) (standing, bool) {
	var note [standingSize]byte
	if cookie == "" || !t.open(forStanding, cookie, note[:]) {
		return standing{}, false
	}
	s := standing{
		class:   Class(note[0]),
		young:   note[1]&flagYoung != 0,
		given:   int64(binary.BigEndian.Uint64(note[2:])),
		until:   int64(binary.BigEndian.Uint64(note[10:])),
		account: binary.BigEndian.Uint64(note[18:]),
		pays:    int64(binary.BigEndian.Uint64(note[26:])),
	}
	if s.class < Passed || s.class >= classes || s.until <= now {
		return standing{}, false
	}
	return s.at(now), true
}

// revoked are accounts whose standings no longer hold if they were given up to a
// moment. An account is forgotten when all of these have ended by themselves.
//
// Memory: at most mostRevoked accounts, about 40 bytes each. Beyond that nobody
// is forgotten early: add tells that there is no room, and whoever asked can
// only end the account's sessions with the site.
type revoked struct {
	span     time.Duration // how long what was given holds at most
	mu       sync.RWMutex
	accounts map[uint64]int64 // given up to then, in Unix milliseconds, they don't hold
	changed  bool             // since it was saved
	soon     bool             // it is saved within revokedPause
	saved    time.Time        // when it last was
	full     time.Time        // when a want of room was last told

	file sync.Mutex // held while the file is written
}

const mostRevoked = 65_536

// newRevoked is for standings.
func newRevoked() *revoked { return newEnded(longestStanding) }

// newEnded is for what lasts no longer than span.
func newEnded(span time.Duration) *revoked {
	return &revoked{span: span, accounts: map[uint64]int64{}}
}

// add takes away what an account was given up to now. It tells whether there was
// room.
func (r *revoked) add(nowMs int64, account uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was, known := r.accounts[account]
	if !known && len(r.accounts) >= mostRevoked && !r.forget(nowMs) {
		return false
	}
	r.accounts[account] = max(was, nowMs)
	r.changed = true
	return true
}

// forget drops those whose standings have ended. It tells whether there is room.
func (r *revoked) forget(nowMs int64) bool {
	maps.DeleteFunc(r.accounts, func(_ uint64, at int64) bool { return r.over(nowMs, at) })
	return len(r.accounts) < mostRevoked
}

// over tells whether what was given up to a moment has ended by itself.
func (r *revoked) over(nowMs, at int64) bool { return nowMs-at > r.span.Milliseconds() }

// has tells whether a standing was taken away.
func (r *revoked) has(s standing) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	at, ok := r.accounts[s.account]
	return ok && s.given <= at
}

// revokedTold is how long nothing is said of a want of room after it was told.
const revokedTold = time.Minute

// tells is true when it is time to say that there is no room: once in revokedTold.
func (r *revoked) tells(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.full) < revokedTold {
		return false
	}
	r.full = now
	return true
}
