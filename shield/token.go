package shield

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"sync"
)

// tokens signs short notes that visitors carry for us, in cookies, and reads
// them again: who has earned what is then known on every edge without asking
// anybody. A token is a letter for the key, the note, and HMAC-SHA256 over both
// cut to 16 bytes (RFC 2104 §5), in base64url without padding. A note of one
// purpose is never taken for one of another: each has a key of its own, made by
// HKDF (RFC 5869).
//
// A token proves that we wrote it, not that its bearer is the one it was given
// to: whoever reads one counts its use.
type tokens struct {
	keys [purposes]*signer
}

// purpose is what a token is for.
type purpose uint8

const (
	forStanding purpose = iota
	forVisitor
	purposes
)

var purposeNames = [purposes]string{"standing cookie", "visitor cookie"}

const (
	macSize     = 16
	longestNote = 40                        // bytes of a note
	longestRaw  = 1 + longestNote + macSize // bytes of a token
	longestText = (longestRaw*8 + 5) / 6    // letters of it
)

// strict64 refuses a second spelling of the same bytes.
var strict64 = base64.RawURLEncoding.Strict()

// newTokens signs and reads with keys made of one.
func newTokens(key []byte) (*tokens, error) {
	t := &tokens{}
	for p := range purposes {
		s, err := newSigner(key, "kontor "+purposeNames[p])
		if err != nil {
			return nil, err
		}
		t.keys[p] = s
	}
	return t, nil
}

// signer is one key for one purpose.
type signer struct {
	id  byte // tells keys of one purpose apart, so that a token of another is seen at once
	key []byte
	use sync.Pool // of *seal
}

func newSigner(secret []byte, info string) (*signer, error) {
	made, err := hkdf.Key(sha256.New, secret, nil, info, 1+sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the %s: %w", info, err)
	}
	return &signer{id: made[0], key: made[1:]}, nil
}

// seal is what signing and reading need, kept so that neither allocates.
type seal struct {
	mac  hash.Hash
	text [longestText]byte
	raw  [longestRaw]byte
	sum  [sha256.Size]byte
}

func (s *signer) take() *seal {
	if got, ok := s.use.Get().(*seal); ok {
		got.mac.Reset()
		return got
	}
	return &seal{mac: hmac.New(sha256.New, s.key)}
}

// sign writes a note of at most longestNote bytes as a token.
func (t *tokens) sign(p purpose, note []byte) string {
	s := t.keys[p]
	with := s.take()
	defer s.use.Put(with)
	raw := append(append(with.raw[:0], s.id), note...)
	with.mac.Write(raw)
	raw = append(raw, with.mac.Sum(with.sum[:0])[:macSize]...)
	return strict64.EncodeToString(raw)
}

// open reads a token that carries exactly len(note) bytes into note and tells
// whether we signed it. If not, note is as before.
func (t *tokens) open(p purpose, text string, note []byte) bool {
	size := 1 + len(note) + macSize
	if len(text) != strict64.EncodedLen(size) || len(note) > longestNote {
		return false
	}
	s := t.keys[p]
	with := s.take()
	defer s.use.Put(with)
	if !with.read(s.id, text, size) {
		return false
	}
	copy(note, with.raw[1:])
	return true
}

func (with *seal) read(id byte, text string, size int) bool {
	n, err := strict64.Decode(with.raw[:], with.text[:copy(with.text[:], text)])
	if err != nil || n != size || with.raw[0] != id {
		return false
	}
	with.mac.Write(with.raw[:size-macSize])
	sum := with.mac.Sum(with.sum[:0])
	return subtle.ConstantTimeCompare(sum[:macSize], with.raw[size-macSize:size]) == 1
}
