package partytest

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// coded is a sign-up that waits for its code in a browser.
func coded(t *testing.T, r party.Records) (party.Joining, party.Code) {
	t.Helper()
	j := joining(market.NewID[string](), 0)
	j.Token.Code = party.Code{
		Browser: hashOf(j.Token.ID), Answer: []byte("answer"), Person: j.Person.ID, Token: j.Token.ID, Kind: party.ConfirmEmail,
		Letters: 1, Sent: noon, Expires: noon.Add(time.Hour),
	}
	ok(t, r.Join(t.Context(), j))
	return j, j.Token.Code
}

func testCodes(t *testing.T, r party.Records) {
	ctx := t.Context()
	_, c := coded(t, r)
	got, err := r.Code(ctx, c.Browser, noon)
	ok(t, err)
	same(t, got, c, "the sign-up lost something")
	_, err = r.Code(ctx, c.Browser, c.Expires)
	wantKind(t, err, market.NotFound, "letters are sent for ever")
	_, err = r.Code(ctx, hashOf("another"), noon)
	wantKind(t, err, market.NotFound, "another browser has the sign-up")

	_, err = r.TryCode(ctx, c.Browser, noon)
	wantKind(t, err, market.NotFound, "a code is tried that is too old")
	since := noon.Add(-time.Second)
	worked, errs := atOnce(3*party.MostTries, func(int) error {
		_, err := r.TryCode(ctx, c.Browser, since)
		return err
	})
	if worked != party.MostTries {
		t.Errorf("%d tries, want %d", worked, party.MostTries)
	}
	for _, err := range errs {
		wantKind(t, err, market.NotFound, "a try too many is an error of ours")
	}
	_, c = coded(t, r)
	got, err = r.TryCode(ctx, c.Browser, since)
	ok(t, err)
	c.Tries = 1
	same(t, got, c, "what is tried is not what was kept")

	worked, errs = atOnce(4, func(int) error { _, err := r.SendCode(ctx, c, noon.Add(time.Minute), letter()); return err })
	if worked != 1 {
		t.Errorf("%d letters at once", worked)
	}
	for _, err := range errs {
		wantKind(t, err, market.Conflict, "a letter too many is an error of ours")
	}
	got, err = r.Code(ctx, c.Browser, noon)
	ok(t, err)
	c.Letters, c.Sent = 2, noon.Add(time.Minute)
	same(t, got, c, "the letter is not counted")
}

var errFull = errors.New("no letter goes out")

func testSpendCode(t *testing.T, r party.Records) {
	ctx := t.Context()
	j, c := coded(t, r)
	p, err := r.Person(ctx, j.Person.ID)
	ok(t, err)
	p.Confirmed = true
	old := p
	old.Version--
	wantKind(t, r.SpendCode(ctx, old, c.Browser), market.Conflict, "an old version was saved")
	worked, errs := atOnce(6, func(int) error { return r.SpendCode(ctx, p, c.Browser) })
	if worked != 1 {
		t.Errorf("a code worked %d times", worked)
	}
	for _, err := range errs {
		wantKind(t, err, market.NotFound, "a used code looks usable")
	}
	_, err = r.Token(ctx, j.Token.Hash, party.ConfirmEmail, noon)
	wantKind(t, err, market.NotFound, "the link of a used code confirms still")
	if p, err = r.Person(ctx, p.ID); err != nil || !p.Confirmed {
		t.Errorf("the address is confirmed: %t, %v", p.Confirmed, err)
	}

	j, c = coded(t, r)
	p, err = r.Person(ctx, j.Person.ID)
	ok(t, err)
	ok(t, r.SavePerson(ctx, p, nil, true))
	if kept, err := r.Code(ctx, c.Browser, noon); err != nil || string(kept.Answer) == string(c.Answer) {
		t.Errorf("after a new password the old sign-up's code counts, or its sign-up has gone: %+v, %v", kept, err)
	}

	// Sign-ups that have expired are dropped with the next.
	next := joining(market.NewID[string](), 0)
	next.Token.Code = c
	next.Token.Code.Browser, next.Token.Code.Person, next.Token.Code.Sent = hashOf("next"), next.Person.ID, c.Expires
	ok(t, r.Join(ctx, next))
	_, err = r.Code(ctx, c.Browser, noon)
	wantKind(t, err, market.NotFound, "sign-ups that nobody confirmed pile up")
}

// letter is an event that a letter follows.
func letter() market.Event {
	return market.Event{ID: market.NewID[string](), Subject: party.PasswordForgotten, Body: []byte(`{}`), At: noon}
}

// testMailbox: the mailbox of somebody whose address is known is not flooded,
// however many ask at once and by whatever way.
func testMailbox(t *testing.T, r party.Records) {
	ctx := t.Context()
	j, c := coded(t, r)
	other, _ := coded(t, r)
	now := noon
	link := func() party.Token {
		return party.Token{ID: market.NewID[string](), Hash: hashOf(market.NewID[string]()), Kind: party.ResetPassword, Person: j.Person.ID, Expires: now.Add(time.Hour)}
	}
	asked := func(n int) (sent int) {
		sent, _ = atOnce(n, func(int) error {
			link := link()
			sent, err := r.PutLetter(ctx, link, now, letter())
			ok(t, err)
			_, err = r.TokenByID(ctx, link.ID, now)
			ok(t, err) // the work is the same
			if !sent {
				return errFull
			}
			return nil
		})
		return sent
	}
	if n := asked(6); n != 1 {
		t.Errorf("%d letters at once to one mailbox, want 1", n)
	}
	now = now.Add(party.LetterEvery - time.Second)
	if n := asked(1); n != 0 {
		t.Error("two letters within a minute")
	}
	if sent, err := r.SendCode(ctx, c, now, letter()); err != nil || sent {
		t.Errorf("the letter of a sign-up goes out within a minute of another to the same mailbox: %t, %v", sent, err)
	}
	now = now.Add(time.Second)
	theirs := link()
	theirs.Person = other.Person.ID
	if sent, err := r.PutLetter(ctx, theirs, now, letter()); err != nil || !sent {
		t.Errorf("one mailbox that is full closes another's: %t, %v", sent, err)
	}
	for n := 2; n <= party.LettersADay; n++ {
		if asked(3) != 1 {
			t.Errorf("letter %d of the day never came", n)
		}
		now = now.Add(party.LetterEvery)
	}
	for ; now.Before(noon.Add(24 * time.Hour)); now = now.Add(3 * time.Hour) {
		if asked(1) != 0 {
			t.Errorf("at %s a letter too many of the day", now.Format(time.TimeOnly))
		}
	}
	now = noon.Add(24 * time.Hour)
	if asked(2) != 1 {
		t.Error("a mailbox that was full once gets no letter the day after: nobody can set a new password")
	}
}
