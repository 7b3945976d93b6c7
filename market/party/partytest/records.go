package partytest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// noon is when these suites happen, to the microsecond that records keep.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// joining is a whole sign-up under an index; every other value is made up.
func joining(index string, seen int) party.Joining {
	b, p := market.NewID[market.BusinessID](), market.NewID[market.PersonID]()
	hash := sha256.Sum256([]byte(p))
	return party.Joining{
		Business: party.Business{
			ID: b, Slug: "house-" + string(b), Name: "Weinkontor Grün", Country: "DE", City: "Bremen",
			Buys: true, Sells: true, State: party.Active, Verification: party.Checked, VerifiedAt: noon,
			Language: "de", Currency: "EUR", About: map[string]string{"de": "Weine", "en": "Wines"},
			Founded: 1919, People: 12, Created: noon, LegalName: []byte("l"), TaxNumber: []byte("t"), Bank: []byte("b"), Seat: []byte("h"),
		},
		Person: party.Person{
			ID: p, Business: b, EmailIndex: []byte(index), Email: []byte("e"), Name: []byte("n"),
			Password: "hash", Language: "de", Created: noon, Terms: "2026-01-01",
		},
		Keys: []party.Key{
			{Subject: party.Subject{Kind: party.OfBusiness, ID: string(b)}, Wrapped: []byte("kb")},
			{Subject: party.Subject{Kind: party.OfPerson, ID: string(p)}, Wrapped: []byte("kp")},
		},
		Consents: []party.Consent{{Person: p, Document: "terms", Version: "2026-01-01", At: noon}},
		Token:    party.Token{ID: market.NewID[string](), Hash: hash[:], Kind: party.ConfirmEmail, Person: p, Secret: []byte("s"), Expires: noon.Add(time.Hour)},
		SeenSame: seen,
	}
}

// joined is a sign-up that was written.
func joined(t *testing.T, r party.Records) party.Joining {
	t.Helper()
	j := joining(string(market.NewID[string]()), 0)
	if err := r.Join(t.Context(), j); err != nil {
		t.Fatalf("join: %v", err)
	}
	return j
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want market.Kind, loss string) {
	t.Helper()
	if got := market.KindOf(err); got != want {
		t.Errorf("got %v (kind %d), want kind %d: %s", err, got, want, loss)
	}
}

func same(t *testing.T, got, want any, loss string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", loss, got, want)
	}
}

// atOnce runs do n times at once and returns how often it worked, and all errors.
func atOnce(n int, do func(i int) error) (worked int, errs []error) {
	all := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { all[i] = do(i) })
	}
	wg.Wait()
	for _, err := range all {
		if err == nil {
			worked++
		} else {
			errs = append(errs, err)
		}
	}
	return worked, errs
}

// Records checks that what open returns keeps party's records. Each test gets
// empty ones.
func Records(t *testing.T, open func(t *testing.T) party.Records) {
	for name, test := range map[string]func(t *testing.T, r party.Records){
		"a sign-up comes back as it was":                    testJoin,
		"a sign-up is written whole or not at all":          testJoinAlone,
		"one of many sign-ups with one address gets in":     testJoinRace,
		"a change to what has moved on is refused":          testVersions,
		"a one-time link works once":                        testSpend,
		"a sign-up is kept for its browser, tries counted":  testCodes,
		"a code is used once, with its link":                testSpendCode,
		"a known mailbox is not flooded":                    testMailbox,
		"a one-time link works for its kind and its time":   testTokens,
		"a session brings its person and business":          testSession,
		"a person's sessions are listed, bounded and ended": testSessions,
		"an API key brings its person and business":         testAPIKeys,
		"an address belongs to its business":                testAddresses,
		"the newest text is shown in the reader's language": testDocuments,
		"consents are kept":                                 testConsents,
		"businesses are listed in pages":                    testBusinesses,
		"a data key is stored once":                         testKeys,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testJoin(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	j.Business.Version, j.Person.Version = 1, 1
	b, err := r.Business(ctx, j.Business.ID)
	ok(t, err)
	same(t, b, j.Business, "the business lost something")
	b, err = r.BusinessBySlug(ctx, j.Business.Slug)
	ok(t, err)
	same(t, b, j.Business, "the storefront lost something")
	p, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	same(t, p, j.Person, "the person lost something")
	people, err := r.PeopleByIndex(ctx, j.Person.EmailIndex)
	ok(t, err)
	same(t, people, []party.Person{j.Person}, "nobody can sign in")
	people, err = r.PeopleOf(ctx, j.Business.ID)
	ok(t, err)
	same(t, people, []party.Person{j.Person}, "letters reach nobody")
	consents, err := r.Consents(ctx, j.Person.ID)
	ok(t, err)
	same(t, consents, j.Consents, "the consent is lost")
	token, err := r.Token(ctx, j.Token.Hash, party.ConfirmEmail, noon)
	ok(t, err)
	same(t, token, j.Token, "the link is lost")
	for _, k := range j.Keys {
		wrapped, err := r.Key(ctx, string(k.Subject.Kind), k.Subject.ID)
		ok(t, err)
		same(t, wrapped, []byte(k.Wrapped), "the key is lost, and all that is sealed under it")
	}

	operator := joining("operator", 0)
	operator.Business, operator.Token, operator.Spend = party.Business{}, party.Token{}, j.Token.Hash
	operator.Person.Business, operator.Person.Operator, operator.Person.Confirmed = "", true, true
	operator.Keys = operator.Keys[1:]
	ok(t, r.Join(ctx, operator))
	operator.Person.Version = 1
	people, err = r.Operators(ctx)
	ok(t, err)
	same(t, people, []party.Person{operator.Person}, "the house has no operator")

	_, err = r.Business(ctx, market.NewID[market.BusinessID]())
	wantKind(t, err, market.NotFound, "a page of nobody")
	_, err = r.Person(ctx, market.NewID[market.PersonID]())
	wantKind(t, err, market.NotFound, "a page of nobody")
}

func testJoinAlone(t *testing.T, r party.Records) {
	ctx := t.Context()
	first := joined(t, r)
	for name, c := range map[string]struct {
		spoil func(j *party.Joining)
		want  func(error) bool
	}{
		"a slug that is taken":        {func(j *party.Joining) { j.Business.Slug = first.Business.Slug }, func(err error) bool { return errors.Is(err, party.ErrRace) }},
		"an index seen differently":   {func(j *party.Joining) { j.SeenSame = 1 }, func(err error) bool { return errors.Is(err, party.ErrRace) }},
		"a link that is gone":         {func(j *party.Joining) { j.Spend = []byte("gone") }, func(err error) bool { return market.KindOf(err) == market.NotFound }},
		"a key of somebody else":      {func(j *party.Joining) { j.Keys = append(j.Keys, first.Keys[0]) }, func(err error) bool { return err != nil }},
		"a link that another one has": {func(j *party.Joining) { j.Token.Hash = first.Token.Hash }, func(err error) bool { return err != nil }},
	} {
		j := joining("alone "+name, 0)
		c.spoil(&j)
		if err := r.Join(ctx, j); !c.want(err) {
			t.Errorf("%s: got %v", name, err)
		}
		_, err := r.Person(ctx, j.Person.ID)
		wantKind(t, err, market.NotFound, name+": half a sign-up was written")
		_, err = r.Business(ctx, j.Business.ID)
		wantKind(t, err, market.NotFound, name+": half a sign-up was written")
		if wrapped, err := r.Key(ctx, string(party.OfPerson), string(j.Person.ID)); err != nil || wrapped != nil {
			t.Errorf("%s: a key of nobody was stored: %v", name, err)
		}
	}
	second := joining(string(first.Person.EmailIndex), 1)
	ok(t, r.Join(ctx, second))
	people, err := r.PeopleByIndex(ctx, first.Person.EmailIndex)
	ok(t, err)
	if len(people) != 2 {
		t.Errorf("%d people under a shared index, want 2: one of them can't sign in", len(people))
	}
}

func testJoinRace(t *testing.T, r party.Records) {
	worked, errs := atOnce(12, func(int) error { return r.Join(t.Context(), joining("race", 0)) })
	if worked != 1 {
		t.Errorf("%d accounts for one address, want 1", worked)
	}
	for _, err := range errs {
		if !errors.Is(err, party.ErrRace) {
			t.Errorf("got %v, want ErrRace: who lost the race is not asked again", err)
		}
	}
	people, err := r.PeopleByIndex(t.Context(), []byte("race"))
	if err != nil || len(people) != 1 {
		t.Errorf("%d accounts for one address, %v", len(people), err)
	}
}

func testVersions(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	b, err := r.Business(ctx, j.Business.ID)
	ok(t, err)
	worked, errs := atOnce(8, func(i int) error {
		mine := b
		mine.Name, mine.State, mine.VerifiedAt = fmt.Sprint("Name ", i), party.Suspended, time.Time{}
		return r.SaveBusiness(ctx, mine)
	})
	if worked != 1 {
		t.Errorf("%d of 8 saved over each other, want 1", worked)
	}
	p, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	worked, more := atOnce(8, func(i int) error {
		mine := p
		mine.Password, mine.Confirmed = fmt.Sprint(i), true
		return r.SavePerson(ctx, mine, nil, false)
	})
	if worked != 1 {
		t.Errorf("%d of 8 saved over each other, want 1", worked)
	}
	for _, err := range append(errs, more...) {
		wantKind(t, err, market.Conflict, "somebody's change was lost without a word")
	}
	after, err := r.Business(ctx, j.Business.ID)
	ok(t, err)
	if after.Version != 2 || after.State != party.Suspended || !after.VerifiedAt.IsZero() || !bytes.Equal(after.Bank, b.Bank) {
		t.Errorf("saved as %+v", after)
	}
	person, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	if person.Version != 2 || !person.Confirmed || person.Password == p.Password {
		t.Errorf("saved as %+v", person)
	}
}

func testSpend(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	p, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	worked, errs := atOnce(8, func(int) error { return r.SavePerson(ctx, p, j.Token.Hash, false) })
	if worked != 1 {
		t.Errorf("a one-time link worked %d times", worked)
	}
	for _, err := range errs {
		wantKind(t, err, market.NotFound, "a used link looks usable")
	}
	_, err = r.Token(ctx, j.Token.Hash, party.ConfirmEmail, noon)
	wantKind(t, err, market.NotFound, "a used link looks usable")

	// A link that is spent with a change that is refused stays good.
	token := j.Token
	token.ID, token.Hash, token.Kind = market.NewID[string](), []byte("other"), party.ResetPassword
	ok(t, r.PutToken(ctx, token, noon))
	wantKind(t, r.SavePerson(ctx, p, token.Hash, false), market.Conflict, "an old version was saved")
	_, err = r.Token(ctx, token.Hash, party.ResetPassword, noon)
	ok(t, err)

	worked, _ = atOnce(8, func(i int) error {
		o := joining(fmt.Sprint("operator", i), 0)
		o.Spend = token.Hash
		return r.Join(ctx, o)
	})
	if worked != 1 {
		t.Errorf("an operator's link made %d operators", worked)
	}
}

func testTokens(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	_, err := r.Token(ctx, j.Token.Hash, party.ResetPassword, noon)
	wantKind(t, err, market.NotFound, "a link that confirms sets passwords")
	_, err = r.Token(ctx, j.Token.Hash, party.ConfirmEmail, j.Token.Expires)
	wantKind(t, err, market.NotFound, "a link outlives its time")
	got, err := r.TokenByID(ctx, j.Token.ID, noon)
	ok(t, err)
	same(t, got, j.Token, "the letter has no link")
	_, err = r.TokenByID(ctx, j.Token.ID, j.Token.Expires)
	wantKind(t, err, market.NotFound, "a letter is sent with a dead link")

	nobody := party.Token{ID: market.NewID[string](), Hash: []byte("nobody"), Kind: party.MakeOperator, Expires: noon.Add(3 * time.Hour)}
	ok(t, r.PutToken(ctx, nobody, noon.Add(2*time.Hour)))
	got, err = r.Token(ctx, nobody.Hash, party.MakeOperator, noon)
	ok(t, err)
	same(t, got, nobody, "the operator's link lost something")
	_, err = r.Token(ctx, j.Token.Hash, party.ConfirmEmail, noon)
	wantKind(t, err, market.NotFound, "links that have expired pile up")
}

func testKeys(t *testing.T, r party.Records) {
	ctx := t.Context()
	k := party.Key{Subject: party.Subject{Kind: party.OfHouse, ID: "letters"}, Wrapped: []byte("first")}
	if wrapped, err := r.Key(ctx, "house", "letters"); wrapped != nil || err != nil {
		t.Errorf("got %v, %v for a key that is not there", wrapped, err)
	}
	ok(t, r.PutKey(ctx, k))
	k.Wrapped = []byte("second")
	wantKind(t, r.PutKey(ctx, k), market.Conflict, "a key was overwritten, and all that is sealed under it lost")
	wrapped, err := r.Key(ctx, "house", "letters")
	ok(t, err)
	same(t, wrapped, []byte("first"), "a key was overwritten, and all that is sealed under it lost")
}
