package party

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// keyPrefix begins every API key, so that people and scanners of leaked code
// know what they have found.
const keyPrefix = "kontor_"

// secretBytes are 256 bits: beyond guessing, so that a plain hash is enough to
// keep them by.
const secretBytes = 32

// newSecret makes the secret of a link, a session or a key: 43 characters of
// base64url. Its randomness does not come in from outside as the clock does: a
// secret that a test can foresee is one that a mistake in wiring can, too.
func newSecret() string {
	var b [secretBytes]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is what the records know a secret by; ok is false for what can't be
// one, which then costs no read.
func hashOf(secret string) (hash []byte, ok bool) {
	if len(secret) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return nil, false
	}
	sum := sha256.Sum256([]byte(secret))
	return sum[:], true
}

// hashOfKey is hashOf for what Authorization: Bearer carries.
func hashOfKey(key string) (hash []byte, ok bool) {
	secret, ok := strings.CutPrefix(key, keyPrefix)
	if !ok {
		return nil, false
	}
	return hashOf(secret)
}
