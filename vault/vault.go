package vault

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"time"
)

// Subject is whose data it is: Kind is "person", "business", "order", "thread"
// or "house".
type Subject struct{ Kind, ID string }

// Place is where a sealed value lies.
type Place struct{ Table, Column, Row string }

// Field is one sealed value to be opened. An empty Sealed opens to nothing.
type Field struct {
	At     Place
	Sealed []byte
}

// Look says who wants to see what of whom, and why.
type Look struct {
	Reader    string // person; "" for the house's own jobs
	Role      string
	Subject   Subject
	Purpose   string // kind of the purpose, such as "order"
	PurposeID string
	Request   string // reference number of the request under way, or ""
}

// ErrAltered says that a sealed value or key was changed, cut, or moved here
// from another place or subject.
var ErrAltered = errors.New("a sealed value was altered or moved")

// formVersion is the first byte of every sealed value and wrapped key: 1 means
// tink's ciphertext (key id, nonce, AES-256-GCM, tag) follows.
const formVersion = 1

// Vault seals and opens personal fields.
//
// Memory: opened data keys are remembered, most at once (see New), about 1.6 KiB
// each. Beyond that the one used longest ago is forgotten and read again.
type Vault struct {
	house *House
	keys  *keyring
}

// New makes a vault over the house key and the stored data keys. It remembers
// most opened data keys (0 is 8,192, about 13 MiB); a key that was just made is
// among them, so most must exceed the changes under way at once. The clock ages
// remembered keys.
func New(house *House, stored Keys, most int, clock func() time.Time) *Vault {
	if most <= 0 {
		most = 8192
	}
	return &Vault{house: house, keys: &keyring{
		house:  house,
		stored: stored,
		clock:  clock,
		opened: make(map[Subject]*list.Element),
		recent: list.New(),
		most:   most,
	}}
}

// NewKey makes the data key of a new subject and returns it wrapped by the
// house key. Seal works with it at once; the caller stores it together with the
// subject's first record, or forgets it together with that.
func (v *Vault) NewKey(of Subject) (wrapped []byte, err error) { return v.keys.fresh(of) }

// Seal closes plain under of's key, for its place. The result is 34 bytes longer
// than plain. The error is ErrNoKey for a subject without a key.
func (v *Vault) Seal(ctx context.Context, of Subject, at Place, plain []byte) ([]byte, error) {
	a, err := v.keys.key(ctx, of)
	if err != nil {
		return nil, err
	}
	sealed, err := a.Encrypt(plain, bindValue(at))
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.Table, at.Column, err)
	}
	return append([]byte{formVersion}, sealed...), nil
}

// Open returns the plain values in the order asked for, all of them or none.
// The error is ErrAltered for a value that isn't what was sealed here, ErrNoKey
// where the subject's key is gone.
func (v *Vault) Open(ctx context.Context, look Look, fields ...Field) ([][]byte, error) {
	plain := make([][]byte, len(fields))
	for i, f := range fields {
		if len(f.Sealed) == 0 {
			continue
		}
		a, err := v.keys.key(ctx, look.Subject)
		if err != nil {
			return nil, err
		}
		if f.Sealed[0] != formVersion {
			return nil, fmt.Errorf("open %s.%s: %w: form %d", f.At.Table, f.At.Column, ErrAltered, f.Sealed[0])
		}
		if plain[i], err = a.Decrypt(f.Sealed[1:], bindValue(f.At)); err != nil {
			return nil, fmt.Errorf("open %s.%s: %w", f.At.Table, f.At.Column, ErrAltered)
		}
	}
	return plain, nil
}

// EmailIndex is the house's; see there.
func (v *Vault) EmailIndex(normalised string) []byte { return v.house.EmailIndex(normalised) }

// Digest is the house's; see there.
func (v *Vault) Digest(domain, text string) string { return v.house.Digest(domain, text) }

// bindValue is the associated data of a sealed value.
func bindValue(at Place) []byte { return bind("value", at.Table, at.Column, at.Row) }
