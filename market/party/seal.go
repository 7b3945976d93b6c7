package party

import (
	"context"

	"kontor/market"
)

// SubjectKind says what a data key belongs to.
type SubjectKind string

const (
	OfPerson   SubjectKind = "person"
	OfBusiness SubjectKind = "business"
	OfOrder    SubjectKind = "order"  // the snapshot of names and addresses on an order
	OfThread   SubjectKind = "thread" // messages
	OfHouse    SubjectKind = "house"  // kept letters, answers to repeated requests
)

// Subject is whose data it is; each has a data key of its own.
type Subject struct {
	Kind SubjectKind
	ID   string
}

// Place is where a sealed value lies. It is bound into the seal, so that a
// value moved to another row, column or table can't be opened there.
type Place struct {
	Table, Column, Row string
}

// Key is a new subject's data key, wrapped by the house's key: it is stored in
// the same transaction as the subject's first record.
type Key struct {
	Subject Subject
	Wrapped market.Sealed
}

// Sealer closes personal data. It is safe for concurrent use.
type Sealer interface {
	// NewKey makes the data key of a new subject. Seal works with it at once;
	// the caller stores it with the subject's first record.
	NewKey(ctx context.Context, of Subject) (Key, error)
	// Seal closes plain under of's key for its place.
	Seal(ctx context.Context, of Subject, at Place, plain []byte) (market.Sealed, error)
	// EmailIndex is a truncated keyed hash of an address that FoldEmail gave:
	// enough to look a person up, too short to prove who is among the people.
	EmailIndex(folded string) []byte
}

// Purpose is the order, dispute or request that a look serves.
type Purpose struct {
	Kind string // "order", "sign_in", "letter", "own_data", "review", "verify" …
	ID   string
}

// Look says who wants to see what of whom, and why. Every look is logged
// before a value is handed out.
type Look struct {
	Reader  market.PersonID // empty for the house's own jobs
	Role    market.Role
	Subject Subject
	Purpose Purpose
}

// Value is one sealed field; its place names the field in the log.
type Value struct {
	At     Place
	Sealed market.Sealed
}

// Opener opens personal data. It is safe for concurrent use.
type Opener interface {
	// Open returns the plain values in the order asked for. An empty Sealed
	// gives an empty value. A value that was altered or moved is an error.
	Open(ctx context.Context, look Look, values ...Value) ([][]byte, error)
}

// Vault is both halves, for rooms that close and open.
type Vault interface {
	Sealer
	Opener
}

// LookOf is the look of an actor at a subject.
func LookOf(a market.Actor, role market.Role, of Subject, why Purpose) Look {
	return Look{Reader: a.Person, Role: role, Subject: of, Purpose: why}
}
