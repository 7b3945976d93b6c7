package vault

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is Argon2id's price of one password (RFC 9106).
type cost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// today is one of the prices that OWASP's Password Storage Cheat Sheet holds to
// be equal: 7 MiB, five passes, one lane. About 29 ms of one core. Of these it
// takes the least memory, which is made anew for each password: with 19 MiB a few
// sign-ins a second kept the collector busy while a flood was on.
var today = cost{memoryKiB: 7 * 1024, passes: 5, lanes: 1}

// dearest bounds what a stored hash may ask for, so that a forged record can't
// exhaust the memory.
var dearest = cost{memoryKiB: 256 * 1024, passes: 16, lanes: 8}

const (
	saltBytes = 16
	hashBytes = 32
)

// Passwords hashes and checks passwords with Argon2id.
//
// Memory: 7 MiB for each of as many as there are cores; time: 29 ms each. Up
// to waiting further callers stand in line, so that the longest wait is
// waiting ÷ cores × 29 ms; whoever comes after that gets ErrBusy at once.
type Passwords struct {
	line    chan struct{} // a token for everybody inside, running or waiting
	running chan struct{} // a token for everybody who hashes
	decoy   hash          // compared where nobody is known
}

// ErrBusy says that too many passwords wait to be checked; later is better.
var ErrBusy error = busy{}

type busy struct{}

func (busy) Error() string { return "too many passwords wait to be checked" }

// Busy lets rooms that can't import this one recognise the error.
func (busy) Busy() bool { return true }

// ErrPassword says that a stored hash is none that this release can read.
var ErrPassword = errors.New("the stored password hash is malformed")

// NewPasswords makes the pool; waiting bounds its line (0 is 64, about a second
// on two cores).
func NewPasswords(waiting int) *Passwords {
	if waiting <= 0 {
		waiting = 64
	}
	cores := runtime.GOMAXPROCS(0)
	p := &Passwords{
		line:    make(chan struct{}, cores+waiting),
		running: make(chan struct{}, cores),
		decoy:   hash{cost: today, salt: make([]byte, saltBytes), sum: make([]byte, hashBytes)},
	}
	rand.Read(p.decoy.salt)
	rand.Read(p.decoy.sum)
	return p
}

// Hash returns the password's hash in PHC string form, such as
// $argon2id$v=19$m=7168,t=5,p=1$salt$hash.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	h := hash{cost: today, salt: make([]byte, saltBytes)}
	rand.Read(h.salt)
	sum, err := p.sum(ctx, password, h.cost, h.salt, hashBytes)
	if err != nil {
		return "", err
	}
	h.sum = sum
	return h.String(), nil
}

// Check tells whether password is the one that stored is the hash of, in a time
// that doesn't depend on the answer. An empty stored, of somebody unknown, takes
// as long and is never right. stale says that a right password should be hashed
// again because the price has changed since.
func (p *Passwords) Check(ctx context.Context, stored, password string) (right, stale bool, err error) {
	h, known := p.decoy, stored != ""
	if known {
		if h, err = parseHash(stored); err != nil {
			return false, false, err
		}
	}
	sum, err := p.sum(ctx, password, h.cost, h.salt, len(h.sum))
	if err != nil {
		return false, false, err
	}
	right = subtle.ConstantTimeCompare(sum, h.sum) == 1 && known
	return right, right && h.cost != today, nil
}

// sum takes a place in line, waits for a core, and hashes.
func (p *Passwords) sum(ctx context.Context, password string, c cost, salt []byte, length int) ([]byte, error) {
	select {
	case p.line <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	defer func() { <-p.line }()
	select {
	case p.running <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.running }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memoryKiB, c.lanes, uint32(length)), nil
}

// hash is a PHC string in parts (github.com/P-H-C/phc-string-format).
type hash struct {
	cost cost
	salt []byte
	sum  []byte
}

var phc64 = base64.RawStdEncoding.Strict()

func (h hash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.memoryKiB, h.cost.passes, h.cost.lanes, phc64.EncodeToString(h.salt), phc64.EncodeToString(h.sum))
}

// parseHash reads what String writes, and nothing else: the parts are written
// again and must give s.
func parseHash(s string) (hash, error) {
	var h hash
	parts := strings.Split(s, "$")
	if len(parts) != 6 {
		return h, ErrPassword
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.cost.memoryKiB, &h.cost.passes, &h.cost.lanes); err != nil {
		return h, ErrPassword
	}
	var err error
	if h.salt, err = phc64.DecodeString(parts[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, ErrPassword
	}
	if h.sum, err = phc64.DecodeString(parts[5]); err != nil || len(h.sum) < 16 || len(h.sum) > 64 {
		return h, ErrPassword
	}
	c := h.cost
	if c.passes < 1 || c.lanes < 1 || c.memoryKiB < 8*uint32(c.lanes) ||
		c.passes > dearest.passes || c.lanes > dearest.lanes || c.memoryKiB > dearest.memoryKiB || h.String() != s {
		return h, ErrPassword
	}
	return h, nil
}
