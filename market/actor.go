package market

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// PersonID names a person. All identities are time-ordered UUIDs (RFC 9562,
// version 7) in their usual text form.
type PersonID string

// BusinessID names a business, buying or selling.
type BusinessID string

// NewID makes an identity of any kind: NewID[order.ID]().
func NewID[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }

// NewIDAt makes an identity that says it was made at a time, in the milliseconds
// of a room's own clock; before 1970 counts as 1970.
func NewIDAt[T ~string](at time.Time) T {
	id := uuid.Must(uuid.NewV7())
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(max(at.UnixMilli(), 0))<<16)
	copy(id[:6], stamp[:6])
	return T(id.String())
}

// IsID tells whether s has the form of an identity.
func IsID[T ~string](s T) bool { return len(s) == 36 && uuid.Validate(string(s)) == nil }

// MadeAt is when an identity was made; false for what is none.
func MadeAt[T ~string](s T) (time.Time, bool) {
	id, err := uuid.Parse(string(s))
	if err != nil || id.Version() != 7 {
		return time.Time{}, false
	}
	return time.Unix(id.Time().UnixTime()), true
}

// Role is the capacity in which somebody acts.
type Role string

const (
	Guest    Role = "guest"
	Buyer    Role = "buyer"
	Supplier Role = "supplier"
	Operator Role = "operator"
	Clock    Role = "clock" // a silence that ran out; nobody acts
)

// Actor is who asks: nobody (the zero value), a person of a business, an
// operator, or a clock.
type Actor struct {
	Person   PersonID
	Business BusinessID
	Buys     bool // the business buys
	Sells    bool // the business sells
	Operator bool
	Ticks    bool // a clock acts, for everybody's default
}

// SignedIn tells whether a person stands behind the actor.
func (a Actor) SignedIn() bool { return a.Person != "" }

// Sealed is a personal field as it lies on disk: opaque to the market and to
// the store, opened only through party.Opener.
type Sealed []byte

// Event tells that something was committed; it carries identities only.
type Event struct {
	ID      string // unique, for consumers that must not act twice
	Subject string // such as "order.placed"
	Body    []byte // JSON of identities, no personal data
	At      time.Time
}

type requestKey struct{}

// WithRequest notes the request's reference number for logs and looks.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// Request is the reference number of the request under way, or "".
func Request(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Idempotency makes a change safe to repeat: the same key by the same actor
// with the same digest has no second effect and gets the first answer.
type Idempotency struct {
	Key    string // from the form or the header, at most 80 bytes; "" for none
	Digest string // of the whole input: another input under the same key is refused
}
