package partytest

import (
	"fmt"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

func session(p market.PersonID, at time.Time) party.Session {
	id := market.NewID[string]()
	return party.Session{ID: id, Hash: []byte("hash of " + id), Person: p, Agent: []byte("agent"), Created: at, Seen: at, Expires: at.Add(time.Hour)}
}

func testSession(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	s := session(j.Person.ID, noon)
	ok(t, r.PutSession(ctx, s))
	gotS, gotP, gotB, err := r.Session(ctx, s.Hash, noon)
	ok(t, err)
	j.Business.Version, j.Person.Version = 1, 1
	same(t, gotS, s, "the session lost something")
	same(t, gotP, j.Person, "the session's person lost something")
	same(t, gotB, j.Business, "the session's business lost something")
	_, _, _, err = r.Session(ctx, s.Hash, s.Expires)
	wantKind(t, err, market.NotFound, "a session outlives its time")
	_, _, _, err = r.Session(ctx, []byte("guess"), noon)
	wantKind(t, err, market.NotFound, "a guess signs in")

	operator := joining("operator", 0)
	operator.Business, operator.Person.Business, operator.Keys = party.Business{}, "", nil
	operator.Person.Operator = true
	ok(t, r.Join(ctx, operator))
	s = session(operator.Person.ID, noon)
	s.Agent = nil
	ok(t, r.PutSession(ctx, s))
	gotS, gotP, gotB, err = r.Session(ctx, s.Hash, noon)
	ok(t, err)
	same(t, gotS, s, "the operator's session lost something")
	same(t, gotB, party.Business{}, "an operator has somebody's business")
	if !gotP.Operator {
		t.Error("the operator is none")
	}

	ok(t, r.TouchSession(ctx, s.ID, noon.Add(time.Minute)))
	gotS, _, _, err = r.Session(ctx, s.Hash, noon)
	ok(t, err)
	same(t, gotS.Seen, noon.Add(time.Minute), "the last use is not seen")
}

func testSessions(t *testing.T, r party.Records) {
	ctx := t.Context()
	j, stranger := joined(t, r), joined(t, r)
	theirs := session(stranger.Person.ID, noon)
	ok(t, r.PutSession(ctx, theirs))
	var mine []party.Session
	for i := range party.MostSessions + 3 {
		s := session(j.Person.ID, noon.Add(time.Duration(i)*time.Second))
		ok(t, r.PutSession(ctx, s))
		mine = append(mine, s)
	}
	list, err := r.Sessions(ctx, j.Person.ID, noon)
	ok(t, err)
	if len(list) != party.MostSessions || list[0].ID != mine[len(mine)-1].ID {
		t.Errorf("%d sessions listed, the newest first %t; want %d", len(list), list[0].ID == mine[len(mine)-1].ID, party.MostSessions)
	}
	_, _, _, err = r.Session(ctx, mine[0].Hash, noon)
	wantKind(t, err, market.NotFound, "sessions pile up")

	ok(t, r.EndSession(ctx, stranger.Person.ID, list[0].ID))
	_, _, _, err = r.Session(ctx, list[0].Hash, noon)
	ok(t, err) // somebody else can't end it
	ok(t, r.EndSession(ctx, j.Person.ID, list[0].ID))
	_, _, _, err = r.Session(ctx, list[0].Hash, noon)
	wantKind(t, err, market.NotFound, "a session that was ended lives on")
	ok(t, r.EndSession(ctx, j.Person.ID, list[0].ID))

	reset := party.Token{ID: market.NewID[string](), Hash: []byte("reset"), Kind: party.ResetPassword, Person: j.Person.ID, Expires: noon.Add(time.Hour)}
	ok(t, r.PutToken(ctx, reset, noon))
	p, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	ok(t, r.SavePerson(ctx, p, nil, true))
	list, err = r.Sessions(ctx, j.Person.ID, noon)
	ok(t, err)
	if len(list) != 0 {
		t.Errorf("%d sessions live on after a new password: a thief stays signed in", len(list))
	}
	_, err = r.Token(ctx, reset.Hash, party.ResetPassword, noon)
	wantKind(t, err, market.NotFound, "an old reset link takes the account back")
	_, _, _, err = r.Session(ctx, theirs.Hash, noon)
	ok(t, err) // others stay signed in

	later := session(stranger.Person.ID, theirs.Expires)
	ok(t, r.PutSession(ctx, later))
	list, err = r.Sessions(ctx, stranger.Person.ID, noon)
	ok(t, err)
	same(t, list, []party.Session{later}, "sessions that have expired pile up")
}

func testAPIKeys(t *testing.T, r party.Records) {
	ctx := t.Context()
	j, stranger := joined(t, r), joined(t, r)
	var keys []party.APIKey
	for i := range 3 {
		id := market.NewID[string]()
		k := party.APIKey{ID: id, Hash: []byte("hash of " + id), Person: j.Person.ID, Label: fmt.Sprint("shop ", i), Created: noon}
		ok(t, r.PutAPIKey(ctx, k))
		keys = append([]party.APIKey{k}, keys...)
	}
	list, err := r.APIKeys(ctx, j.Person.ID)
	ok(t, err)
	same(t, list, keys, "keys are not listed, newest first")
	k, p, b, err := r.APIKey(ctx, keys[0].Hash)
	ok(t, err)
	same(t, k, keys[0], "the key lost something")
	if p.ID != j.Person.ID || b.ID != j.Business.ID {
		t.Errorf("the key is of %s at %s", p.ID, b.ID)
	}
	ok(t, r.EndAPIKey(ctx, stranger.Person.ID, k.ID))
	_, _, _, err = r.APIKey(ctx, k.Hash)
	ok(t, err) // somebody else can't end it
	ok(t, r.EndAPIKey(ctx, j.Person.ID, k.ID))
	_, _, _, err = r.APIKey(ctx, k.Hash)
	wantKind(t, err, market.NotFound, "a key that was ended opens still")
}

func testAddresses(t *testing.T, r party.Records) {
	ctx := t.Context()
	mine, theirs := joined(t, r).Business.ID, joined(t, r).Business.ID
	a := party.Address{ID: market.NewID[party.AddressID](), Business: mine, Country: "DE", Lines: []byte("sealed"), Created: noon}
	ok(t, r.PutAddress(ctx, a))
	stolen := a
	stolen.Business, stolen.Lines = theirs, []byte("other")
	ok(t, r.PutAddress(ctx, stolen)) // another record, of another business
	got, err := r.Address(ctx, mine, a.ID)
	ok(t, err)
	same(t, got, a, "an address was overwritten by a stranger")
	a.Country, a.Lines = "FR", []byte("moved")
	ok(t, r.PutAddress(ctx, a))
	list, err := r.Addresses(ctx, mine)
	ok(t, err)
	same(t, list, []party.Address{a}, "the changed address is not the one listed")
	_, err = r.Address(ctx, theirs, market.NewID[party.AddressID]())
	wantKind(t, err, market.NotFound, "an address of nobody")
	ok(t, r.DropAddress(ctx, mine, a.ID))
	wantKind(t, r.DropAddress(ctx, mine, a.ID), market.NotFound, "what is gone was removed again")
	list, err = r.Addresses(ctx, theirs)
	ok(t, err)
	same(t, list, []party.Address{stolen}, "a stranger removed an address")
}

func testDocuments(t *testing.T, r party.Records) {
	ctx := t.Context()
	_, err := r.Document(ctx, "terms", "de")
	wantKind(t, err, market.NotFound, "a text of nobody")
	put := func(version, language string) party.Document {
		d := party.Document{Slug: "terms", Version: version, Language: language, Title: language + version, Text: "text", Issued: noon}
		ok(t, r.PutDocument(ctx, d))
		return d
	}
	want := func(language string, d party.Document) {
		t.Helper()
		got, err := r.Document(ctx, "terms", language)
		ok(t, err)
		same(t, got, d, "a reader of "+language+" gets the wrong text")
	}
	old := put("2026-01-01", "de")
	want("fr", old)
	english, french := put("2026-02-01", "en"), put("2026-02-01", "fr")
	want("fr", french)
	want("de", english) // the old German one is not in force any more
	want("it", english)
	wantKind(t, r.PutDocument(ctx, old), market.Conflict, "a text that people agreed to was changed afterwards")
}

func testConsents(t *testing.T, r party.Records) {
	ctx := t.Context()
	j := joined(t, r)
	later := party.Consent{Person: j.Person.ID, Document: "privacy", Version: "2026-02-01", At: noon.Add(time.Hour)}
	again := j.Consents[0]
	again.At = noon.Add(time.Hour)
	ok(t, r.PutConsents(ctx, []party.Consent{later, again}))
	ok(t, r.PutConsents(ctx, nil))
	got, err := r.Consents(ctx, j.Person.ID)
	ok(t, err)
	same(t, got, []party.Consent{later, j.Consents[0]}, "when somebody agreed is not kept")
}

func testBusinesses(t *testing.T, r party.Records) {
	ctx := t.Context()
	var all []market.BusinessID
	for i := range 6 {
		j := joining(fmt.Sprint("list", i), 0)
		j.Business.Sells = i%2 == 0
		if i == 4 {
			j.Business.Country, j.Business.State, j.Business.Verification = "FR", party.Suspended, party.Unchecked
		}
		if i == 2 || i == 3 {
			j.Business.Street = "Am Wall 3"
		}
		if i == 5 {
			j.Business.Postcode = "28195"
		}
		j.Person.Confirmed = i == 5
		ok(t, r.Join(ctx, j))
		all = append(all, j.Business.ID)
	}
	for _, c := range []struct {
		name string
		f    party.BusinessFilter
		want []market.BusinessID
	}{
		{"all, oldest first", party.BusinessFilter{}, all},
		{"those whose people are known", party.BusinessFilter{Known: true}, all[5:]},
		{"sellers", party.BusinessFilter{Sells: true}, []market.BusinessID{all[0], all[2], all[4]}},
		{"active sellers", party.BusinessFilter{Sells: true, State: party.Active}, []market.BusinessID{all[0], all[2]}},
		{"buyers whose street or postcode lies in the clear", party.BusinessFilter{OpenSeat: true}, []market.BusinessID{all[3], all[5]}},
		{"a country", party.BusinessFilter{Country: "FR"}, all[4:5]},
		{"those to be checked", party.BusinessFilter{Verification: party.Unchecked}, all[4:5]},
		{"the first page", party.BusinessFilter{Limit: 2}, all[:2]},
		{"the next page", party.BusinessFilter{Limit: 2, After: all[1]}, all[2:4]},
	} {
		list, err := r.Businesses(ctx, c.f)
		ok(t, err)
		var got []market.BusinessID
		for _, b := range list {
			got = append(got, b.ID)
		}
		same(t, got, c.want, c.name)
	}
}
