package vault

import (
	"bytes"
	"container/list"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys finds wrapped data keys where they are stored.
type Keys interface {
	// Key returns the wrapped data key of a subject, or nil if it was never
	// stored or has been erased.
	Key(ctx context.Context, kind, id string) ([]byte, error)
}

// ErrNoKey says that a subject's data key was erased or never stored: what was
// sealed under it can't be opened any more, by anybody.
var ErrNoKey = errors.New("the subject has no data key: it was erased, or never stored")

// keyring opens data keys and remembers the opened ones.
type keyring struct {
	house  *House
	stored Keys
	clock  func() time.Time

	mu     sync.Mutex
	opened map[Subject]*list.Element // of *openKey
	recent *list.List                // most recently used first
	most   int
}

// openKey is a data key ready for use.
type openKey struct {
	of    Subject
	aead  tink.AEAD
	since time.Time
}

// keyAge bounds how long an opened key is trusted without asking for it again:
// an erasure on one node ends the key's use on all of them within this time.
const keyAge = 15 * time.Minute

// fresh makes a subject's data key and remembers it, so that it seals at once,
// before it is stored. It costs 6 µs of one core, and all that an order asks of
// the vault 11 µs (BenchmarkOrder), so that tink's keysets need no leaner form.
func (r *keyring) fresh(of Subject) (wrapped []byte, err error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a data key: %w", err)
	}
	var buf bytes.Buffer
	buf.WriteByte(formVersion)
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&buf), r.house.kek, bindKey(of)); err != nil {
		return nil, fmt.Errorf("wrap a data key: %w", err)
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use a data key: %w", err)
	}
	r.keep(of, a)
	return buf.Bytes(), nil
}

// key returns the subject's data key, opened.
func (r *keyring) key(ctx context.Context, of Subject) (tink.AEAD, error) {
	if a := r.kept(of); a != nil {
		return a, nil
	}
	wrapped, err := r.stored.Key(ctx, of.Kind, of.ID)
	if err != nil {
		return nil, fmt.Errorf("find the data key of %s %s: %w", of.Kind, of.ID, err)
	}
	if len(wrapped) == 0 {
		return nil, fmt.Errorf("%s %s: %w", of.Kind, of.ID, ErrNoKey)
	}
	a, err := r.unwrap(of, wrapped)
	if err != nil {
		return nil, fmt.Errorf("data key of %s %s: %w", of.Kind, of.ID, err)
	}
	r.keep(of, a)
	return a, nil
}

// unwrap opens a data key. A wrong house key looks like an altered data key:
// neither can be told from the other.
func (r *keyring) unwrap(of Subject, wrapped []byte) (tink.AEAD, error) {
	if wrapped[0] != formVersion {
		return nil, fmt.Errorf("%w: form %d", ErrAltered, wrapped[0])
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped[1:])), r.house.kek, bindKey(of))
	if err != nil {
		return nil, fmt.Errorf("%w, or the house key is another: %w", ErrAltered, err)
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAltered, err)
	}
	return a, nil
}

// kept returns a remembered key, or nil.
func (r *keyring) kept(of Subject) tink.AEAD {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.opened[of]
	if !ok {
		return nil
	}
	k := e.Value.(*openKey)
	if r.clock().Sub(k.since) > keyAge {
		r.recent.Remove(e)
		delete(r.opened, of)
		return nil
	}
	r.recent.MoveToFront(e)
	return k.aead
}

// keep remembers a key and forgets the one used longest ago if there are too many.
func (r *keyring) keep(of Subject, a tink.AEAD) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.opened[of]; ok {
		r.recent.Remove(e)
	}
	r.opened[of] = r.recent.PushFront(&openKey{of, a, r.clock()})
	for r.recent.Len() > r.most {
		last := r.recent.Back()
		r.recent.Remove(last)
		delete(r.opened, last.Value.(*openKey).of)
	}
}

// bindKey is the associated data of a wrapped data key: a key copied to another
// subject doesn't open there.
func bindKey(of Subject) []byte { return bind("data key", of.Kind, of.ID) }

// bind joins parts so that no two lists of parts give the same bytes: each has
// its length before it.
func bind(parts ...string) []byte {
	n := 0
	for _, p := range parts {
		n += len(p) + 2
	}
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
