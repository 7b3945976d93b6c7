package party

import (
	"context"
	"errors"
	"time"

	"kontor/market"
)

// Joining is everything that one sign-up writes, all of it or nothing.
type Joining struct {
	Business Business // zero for an operator
	Person   Person
	Keys     []Key
	Consents []Consent
	Token    Token  // confirms the address; zero when there is nothing to confirm
	Spend    []byte // hash of the one-time link that is used up; nil for none
	SeenSame int    // people already known under the same EmailIndex: more means a race, errors with ErrRace
	Events   []market.Event
}

// ErrRace says that somebody joined under the same index, or took the same
// slug, since the joining was prepared: look again and prepare it anew.
var ErrRace = errors.New("somebody joined under the same index or slug at the same time")

// Records keeps businesses and people. Methods return a market.Fault of kind
// NotFound for what is missing, Conflict for a version that moved on.
type Records interface {
	// Join writes all of j, or nothing: ErrRace where somebody was faster,
	// NotFound where the link to be spent is gone.
	Join(ctx context.Context, j Joining) error
	Business(ctx context.Context, id market.BusinessID) (Business, error)
	BusinessBySlug(ctx context.Context, slug string) (Business, error)
	Businesses(ctx context.Context, f BusinessFilter) ([]Business, error)
	SaveBusiness(ctx context.Context, b Business, events ...market.Event) error // b.Version must be the stored one

	Person(ctx context.Context, id market.PersonID) (Person, error)
	PeopleByIndex(ctx context.Context, index []byte) ([]Person, error) // candidates, to be opened and compared
	PeopleOf(ctx context.Context, b market.BusinessID) ([]Person, error)
	Operators(ctx context.Context) ([]Person, error)
	// SavePerson spends a one-time link with the change (NotFound if another was
	// faster); endAccess ends every session, API key and reset link of the person,
	// and no code of theirs is right any more.
	SavePerson(ctx context.Context, p Person, spend []byte, endAccess bool, events ...market.Event) error

	// PutToken also drops some of the links that have expired by now, which
	// bounds what is kept. A code that comes with a link, here and in Join, is
	// stored with it, and some that have expired are dropped.
	PutToken(ctx context.Context, t Token, now time.Time, events ...market.Event) error
	TokenByID(ctx context.Context, id string, now time.Time) (Token, error)
	Token(ctx context.Context, hash []byte, kind TokenKind, now time.Time) (Token, error)

	// Code is what is kept for a browser's sign-up until it expires. TryCode
	// counts a try against one whose latest letter is younger than since, and
	// returns it as it is then: NotFound where there is none, or all tries were
	// made. SpendCode uses it up, with the person's links of kind ConfirmEmail,
	// and writes the person: NotFound if another was faster.
	Code(ctx context.Context, browser []byte, now time.Time) (Code, error)
	TryCode(ctx context.Context, browser []byte, since time.Time) (Code, error)
	SpendCode(ctx context.Context, p Person, browser []byte, events ...market.Event) error
	// SendCode notes that c's letter goes out once more; Conflict if another
	// letter did since c was read.
	SendCode(ctx context.Context, c Code, now time.Time, letter market.Event) (sent bool, err error)
	// PutLetter is PutToken for a link that goes to its person by letter. Here and
	// in SendCode the event is told only while the person had no such letter for
	// LetterEvery and less than LettersADay of them in a day; all else is written
	// as ever. sent says which, for the records' tests: callers must not tell.
	PutLetter(ctx context.Context, t Token, now time.Time, letter market.Event) (sent bool, err error)

	// PutSession ends the person's expired sessions, and the oldest beyond MostSessions.
	PutSession(ctx context.Context, s Session) error
	Session(ctx context.Context, hash []byte, now time.Time) (Session, Person, Business, error) // one read, on every request
	Sessions(ctx context.Context, p market.PersonID, now time.Time) ([]Session, error)
	EndSession(ctx context.Context, p market.PersonID, id string) error // nothing to end is no error
	TouchSession(ctx context.Context, id string, seen time.Time) error

	PutAPIKey(ctx context.Context, k APIKey) error
	// APIKey is one read, on every request of a program. Of person and business
	// come only who they are, what they may, and the consents: nothing sealed.
	APIKey(ctx context.Context, hash []byte) (APIKey, Person, Business, error)
	APIKeys(ctx context.Context, p market.PersonID) ([]APIKey, error)
	EndAPIKey(ctx context.Context, p market.PersonID, id string) error

	PutAddress(ctx context.Context, a Address) error // new, or over the business's own of the same id
	Address(ctx context.Context, b market.BusinessID, id AddressID) (Address, error)
	Addresses(ctx context.Context, b market.BusinessID) ([]Address, error)
	DropAddress(ctx context.Context, b market.BusinessID, id AddressID) error

	PutDocument(ctx context.Context, d Document, events ...market.Event) error // Conflict if this version and language exist
	// Document is the newest version, in language, else English, else any.
	Document(ctx context.Context, slug, language string) (Document, error)
	Consents(ctx context.Context, p market.PersonID) ([]Consent, error)
	PutConsents(ctx context.Context, c []Consent) error

	// Key is a subject's wrapped data key, nil if there is none. PutKey stores
	// one that comes with no other record; Conflict if there is one already.
	Key(ctx context.Context, kind, id string) ([]byte, error)
	PutKey(ctx context.Context, k Key) error
}

// MostSessions bounds the browsers a person is signed in with at once.
const MostSessions = 50

// BusinessFilter narrows a list of businesses; zero fields don't.
type BusinessFilter struct {
	IDs          []market.BusinessID // none of these twice
	Sells        bool
	Known        bool // somebody of it has confirmed an address
	OpenSeat     bool // does not sell, and where it is lies in the clear all the same
	Country      string
	State        State
	Verification Verification
	After        market.BusinessID
	Limit        int // 1 to 200; 0 is 50
}
