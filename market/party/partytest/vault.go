package partytest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"

	"kontor/market"
	"kontor/market/party"
)

// Vault seals with AES-256-GCM under one key a subject, bound to the place, and
// remembers every look. Its keys live and die with it. Its index of e-mail
// addresses has one byte, so that tests meet addresses that share one.
type Vault struct {
	mu    sync.Mutex
	keys  map[party.Subject]cipher.AEAD
	looks []party.Look
}

var _ party.Vault = (*Vault)(nil)

// NewVault makes an empty vault.
func NewVault() *Vault { return &Vault{keys: map[party.Subject]cipher.AEAD{}} }

// NewKey makes a subject's key.
func (v *Vault) NewKey(_ context.Context, of party.Subject) (party.Key, error) {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return party.Key{}, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return party.Key{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[of] = gcm
	return party.Key{Subject: of, Wrapped: key}, nil
}

func (v *Vault) key(of party.Subject) (cipher.AEAD, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, ok := v.keys[of]
	if !ok {
		return nil, fmt.Errorf("%s %s has no key", of.Kind, of.ID)
	}
	return k, nil
}

func bind(at party.Place) []byte { return fmt.Appendf(nil, "%q %q %q", at.Table, at.Column, at.Row) }

// Seal closes plain for its place.
func (v *Vault) Seal(_ context.Context, of party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	k, err := v.key(of)
	if err != nil {
		return nil, err
	}
	return k.Seal(nil, nil, plain, bind(at)), nil
}

// Open opens values that were sealed here for their place. A look without a
// purpose is refused.
func (v *Vault) Open(_ context.Context, look party.Look, values ...party.Value) ([][]byte, error) {
	if look.Role == "" || look.Subject.ID == "" || look.Purpose.Kind == "" {
		return nil, errors.New("a look names no role, subject or purpose")
	}
	v.mu.Lock()
	v.looks = append(v.looks, look)
	v.mu.Unlock()
	plain := make([][]byte, len(values))
	for i, f := range values {
		if len(f.Sealed) == 0 {
			continue
		}
		k, err := v.key(look.Subject)
		if err != nil {
			return nil, err
		}
		if plain[i], err = k.Open(nil, nil, f.Sealed, bind(f.At)); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", f.At.Table, f.At.Column, err)
		}
	}
	return plain, nil
}

// EmailIndex is one byte of a plain hash.
func (v *Vault) EmailIndex(folded string) []byte {
	sum := sha256.Sum256([]byte(folded))
	return sum[:1]
}

// Looks lists the looks at a subject so far, in their order.
func (v *Vault) Looks(at party.Subject) []party.Look {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.looks), func(l party.Look) bool { return l.Subject != at })
}

// Passwords keeps passwords as a plain hash, at once and without a bound.
type Passwords struct {
	Stale bool // every right password is due to be hashed again
	mu    sync.Mutex
	asked int
}

// Hash returns a salted hash.
func (p *Passwords) Hash(_ context.Context, password string) (string, error) {
	salt := rand.Text()
	return salt + fmt.Sprintf("%x", sha256.Sum256([]byte(salt+password))), nil
}

// Check compares.
func (p *Passwords) Check(_ context.Context, stored, password string) (right, stale bool, err error) {
	p.mu.Lock()
	p.asked++
	p.mu.Unlock()
	const salt = 26 // length of rand.Text
	if len(stored) < salt {
		return false, false, nil
	}
	right = stored == stored[:salt]+fmt.Sprintf("%x", sha256.Sum256([]byte(stored[:salt]+password)))
	return right, right && p.Stale, nil
}

// Asked is how many passwords were checked so far.
func (p *Passwords) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}
