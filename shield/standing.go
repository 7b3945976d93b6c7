package shield

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
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

// StandingHeader is the field by which a foreign site raises a visitor's
// standing. The shield takes it out of the answer and gives a cookie instead.
//
//	Kontor-Standing: class=member; account=4711; until=1790000000; young=1; mac=9f0c…
//
// The fields stand in this order, account and young may be left out, and mac is
// HMAC-SHA256 with the shared secret over all before "; mac=", in hexadecimal.
const StandingHeader = "Kontor-Standing"

// Bounds of what a foreign site may say.
const (
	longestHeader  = 512 // bytes of the field's value
	longestAccount = 128 // bytes of an account's id
)

// header reads a foreign site's field. It is for whoever runs that site: errors
// say what to mend.
func (t *tokens) header(now time.Time, value string) (Standing, error) {
	if t.site == nil {
		return Standing{}, errors.New("no secret is shared with the site")
	}
	if len(value) > longestHeader {
		return Standing{}, fmt.Errorf("it has %d bytes, and may have %d", len(value), longestHeader)
	}
	said, mac, ok := strings.Cut(value, "; mac=")
	if !ok || !t.site.signed(said, mac) {
		return Standing{}, errors.New(`its mac is not made with the shared secret over all before "; mac="`)
	}
	s, until, err := readFields(said)
	s.For = until.Sub(now)
	switch {
	case err != nil:
		return Standing{}, err
	case s.Class != Passed && s.Class != Member && s.Class != Paying:
		return Standing{}, errors.New("its class is none of passed, member, paying")
	case s.Account == "" && s.Class != Passed:
		return Standing{}, fmt.Errorf("class %s needs an account", s.Class)
	case len(s.Account) > longestAccount:
		return Standing{}, fmt.Errorf("the account's id has %d bytes, and may have %d", len(s.Account), longestAccount)
	case s.For <= 0:
		return Standing{}, errors.New("until is over")
	case s.For > longestStanding:
		return Standing{}, fmt.Errorf("until is more than %s from now", longestStanding)
	}
	return s, nil
}

// signed tells whether mac is the secret's over said, in lower-case hexadecimal.
func (s *signer) signed(said, mac string) bool {
	with := s.take()
	defer s.use.Put(with)
	with.mac.Write([]byte(said))
	const digits = "0123456789abcdef"
	if len(mac) != 2*sha256.Size {
		return false
	}
	differ := byte(0)
	for i, b := range with.mac.Sum(with.sum[:0]) {
		differ |= mac[2*i] ^ digits[b>>4] | mac[2*i+1] ^ digits[b&15]
	}
	return differ == 0
}

// readFields reads "class=…; account=…; until=…; young=1".
func readFields(said string) (s Standing, until time.Time, err error) {
	order := []string{"class", "account", "until", "young"}
	for field := range strings.SplitSeq(said, "; ") {
		name, value, _ := strings.Cut(field, "=")
		for len(order) > 0 && order[0] != name {
			order = order[1:]
		}
		if len(order) == 0 {
			return Standing{}, until, fmt.Errorf("field %q is none of class, account, until, young, or does not stand in this order", name)
		}
		order = order[1:]
		switch name {
		case "class":
			for _, c := range Classes() {
				if c.String() == value {
					s.Class = c
				}
			}
		case "account":
			s.Account = value
		case "until":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return Standing{}, until, fmt.Errorf("until is %q, and must be Unix seconds", value)
			}
			until = time.Unix(seconds, 0)
		case "young":
			if value != "1" {
				return Standing{}, until, fmt.Errorf("young is %q, and may only be 1", value)
			}
			s.Young = true
		}
	}
	return s, until, nil
}

// revoked are accounts whose standings no longer hold if they were given up to a
// moment. An account is forgotten when all of these have ended by themselves.
//
// Memory: at most mostRevoked accounts, about 40 bytes each. Beyond that nobody
// is forgotten early: add tells that there is no room, and whoever asked can
// only end the account's sessions with the site.
type revoked struct {
	mu       sync.RWMutex
	accounts map[uint64]int64 // given up to then, in Unix milliseconds, they don't hold
}

const mostRevoked = 65_536

func newRevoked() *revoked { return &revoked{accounts: map[uint64]int64{}} }

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
	return true
}

// forget drops those whose standings have ended. It tells whether there is room.
func (r *revoked) forget(nowMs int64) bool {
	for account, at := range r.accounts {
		if nowMs-at > longestStanding.Milliseconds() {
			delete(r.accounts, account)
		}
	}
	return len(r.accounts) < mostRevoked
}

// has tells whether a standing was taken away.
func (r *revoked) has(s standing) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	at, ok := r.accounts[s.account]
	return ok && s.given <= at
}
