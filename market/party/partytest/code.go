package partytest

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/party"
)

// code is what the letter of the newest sign-up says.
func (h *house) code(t *testing.T) string {
	t.Helper()
	letter, err := h.Letter(t.Context(), h.told(t, party.PersonJoined).Token)
	ok(t, err)
	return letter.Code
}

// other is a code that is not this one.
func other(code string, n int) string {
	wrong := fmt.Sprintf("%06d", n%1_000_000)
	if wrong == code {
		return other(code, n+1)
	}
	return wrong
}

func deskCode(t *testing.T, h *house) {
	ctx := t.Context()
	browser := h.joins(t, signUp("ada@example.org"))
	link, code := h.link(t, party.PersonJoined), h.code(t)
	_, err := h.ConfirmHere(ctx, browser, "12345", "")
	wantKind(t, err, market.Invalid, "five figures are a code")
	stranger := h.joins(t, signUp("eve@example.org"))
	_, err = h.ConfirmHere(ctx, stranger, code, "")
	wantKind(t, err, market.Invalid, "a code that was overheard opens the account elsewhere")
	pass, err := h.ConfirmHere(ctx, browser, " "+code[:3]+" "+code[3:], "Firefox on Linux")
	ok(t, err)
	v, err := h.Enter(ctx, pass.Token)
	ok(t, err)
	if !v.Actor.SignedIn() || !v.Actor.Buys || v.Business.Slug == "" {
		t.Errorf("entered as %+v", v)
	}
	h.told(t, party.PersonConfirmed)
	h.signedIn(t, "ada@example.org", password)
	_, err = h.ConfirmHere(ctx, browser, code, "")
	wantKind(t, err, market.Invalid, "a code works twice")
	wantKind(t, h.Confirm(ctx, link), market.NotFound, "the link works once more after the code")

	browser = h.joins(t, signUp("bea@example.org"))
	code = h.code(t)
	ok(t, h.Confirm(ctx, h.link(t, party.PersonJoined))) // on the telephone
	told := len(h.records.events)
	_, err = h.ConfirmHere(ctx, browser, code, "")
	ok(t, err) // and then where the shopping is
	if len(h.records.events) != told {
		t.Error("an address is confirmed twice")
	}
}

func deskCodeAtOnce(t *testing.T, h *house) {
	browser := h.joins(t, signUp("ada@example.org"))
	code := h.code(t)
	worked, _ := atOnce(20, func(i int) error {
		_, err := h.ConfirmHere(t.Context(), browser, other(code, i), "")
		return err
	})
	kept, err := h.records.TryCode(t.Context(), hashOf(browser), noon.Add(-time.Hour))
	wantKind(t, err, market.NotFound, fmt.Sprintf("20 guesses at once are %d tries", kept.Tries))
	if _, err = h.ConfirmHere(t.Context(), browser, code, ""); worked > 0 || market.KindOf(err) != market.Invalid {
		t.Errorf("%d wrong codes confirmed; the right one after them: %v", worked, err)
	}
	ok(t, h.Confirm(t.Context(), h.link(t, party.PersonJoined))) // the way that is left

	browser = h.joins(t, signUp("bea@example.org"))
	code = h.code(t)
	worked, _ = atOnce(4, func(int) error {
		_, err := h.ConfirmHere(t.Context(), browser, code, "")
		return err
	})
	if worked != 1 {
		t.Errorf("one code opened %d sessions", worked)
	}
}

func deskCodeKnown(t *testing.T, h *house) {
	ctx := t.Context()
	h.member(t, "ada@example.org")
	known, fresh := h.joins(t, signUp("ada@example.org")), h.joins(t, signUp("new@example.org"))
	letter, err := h.Letter(ctx, h.told(t, party.PersonKnown).Token)
	ok(t, err)
	if letter.Code != "" {
		t.Errorf("the member's letter has the code %s: whoever joins with their address could ask them for it", letter.Code)
	}
	right := h.code(t)
	same := func(what string, do func(browser string) error) {
		t.Helper()
		if a, b := fmt.Sprint(do(known)), fmt.Sprint(do(fresh)); a != b {
			t.Errorf("%s: %q and %q tell who is a member", what, a, b)
		}
	}
	try := func(browser string) error { _, err := h.ConfirmHere(ctx, browser, other(right, 1), ""); return err }
	again := func(browser string) error { return h.LetterAgain(ctx, browser) }
	same("a wrong code", try)
	same("another letter at once", again)
	for range party.MostLetters {
		h.now = h.now.Add(party.LetterEvery)
		same("another letter", again)
	}
	// A letter that is asked for after the first one's link has ended has a link
	// that works, and the newcomer's has the code of the first.
	laterKnown, laterFresh := h.joins(t, signUp("ada@example.org")), h.joins(t, signUp("newer@example.org"))
	firstLink, firstCode := h.told(t, party.PersonKnown).Token, h.code(t)
	h.now = h.now.Add(2 * time.Hour)
	ok(t, h.LetterAgain(ctx, laterKnown))
	ok(t, h.LetterAgain(ctx, laterFresh))
	if _, err := h.Letter(ctx, firstLink); market.KindOf(err) != market.NotFound {
		t.Errorf("the first link, hours later: %v", err)
	}
	if letter, err = h.Letter(ctx, h.told(t, party.PersonKnown).Token); err != nil || letter.Kind != party.ResetPassword || letter.Code != "" {
		t.Fatalf("\"sent again\" is said, and a member waits for a letter that never comes: %+v, %v", letter, err)
	}
	if got := h.code(t); got != firstCode {
		t.Errorf("the newcomer's code changed from %s to %s", firstCode, got)
	}
	// A member who reads the letter sets a new password: nothing of it is seen.
	secret := h.link(t, party.PersonKnown)
	ok(t, h.ResetPassword(ctx, secret, "another good password"))
	h.now = h.now.Add(2 * time.Hour)
	same("another letter too many, hours later", again)
	same("a code that is too old", try)
	h.now = h.now.Add(73 * time.Hour)
	same("after days", again)
	same("a code after days", try)
}

func deskLetterAgain(t *testing.T, h *house) {
	ctx := t.Context()
	browser := h.joins(t, signUp("ada@example.org"))
	code, letters := h.code(t), func() (n int) {
		for _, e := range h.records.events {
			if e.Subject == party.PersonJoined {
				n++
			}
		}
		return n
	}
	wantKind(t, h.LetterAgain(ctx, browser), market.Conflict, "a stranger's box is filled by the second")
	wantKind(t, h.LetterAgain(ctx, ""), market.Conflict, "a letter without a sign-up")
	_, err := h.ConfirmHere(ctx, browser, other(code, 7), "")
	wantKind(t, err, market.Invalid, "a wrong code confirms")
	h.now = h.now.Add(party.CodeFor)
	_, err = h.ConfirmHere(ctx, browser, code, "")
	wantKind(t, err, market.Invalid, "a code outlives its time")
	worked, _ := atOnce(6, func(int) error { return h.LetterAgain(ctx, browser) })
	if worked != 1 || letters() != 2 {
		t.Errorf("%d clicks at once have %d letters sent", worked, letters())
	}
	for range 10 {
		h.now = h.now.Add(party.LetterEvery)
		_ = h.LetterAgain(ctx, browser)
	}
	if n := letters(); n != party.MostLetters {
		t.Errorf("one sign-up sends %d letters, want %d at most", n, party.MostLetters)
	}
	if got := h.code(t); got != code {
		t.Errorf("the letters differ, and the one that is read first does not count: %s, then %s", code, got)
	}
	h.now = h.now.Add(-party.LetterEvery)
	if _, err = h.ConfirmHere(ctx, browser, code, ""); err != nil {
		t.Errorf("the newest letter's code, one try used before: %v", err)
	}
}

// deskCodeReset: a stranger has signed up with Ada's address, and she takes the
// account over by a new password.
func deskCodeReset(t *testing.T, h *house) {
	ctx := t.Context()
	browser := h.joins(t, signUp("ada@example.org"))
	code := h.code(t)
	ok(t, h.ForgotPassword(ctx, "ada@example.org"))
	ok(t, h.ResetPassword(ctx, h.link(t, party.PasswordForgotten), "another good password"))
	_, err := h.ConfirmHere(ctx, browser, code, "")
	wantKind(t, err, market.Invalid, "whoever signed up first comes in by a guess, after the password was set anew")
}

// deskCodeGuesses lets sign-ups be tried at random: a session comes of the right
// code in the right browser alone, in its time and within its tries.
func deskCodeGuesses(t *testing.T, h *house) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		h.now = noon.Add(time.Duration(n) * 100 * time.Hour)
		type signed struct {
			browser, code string
			tries         int
			sent          time.Time
			in            bool
		}
		var ups []*signed
		for i := range rapid.IntRange(1, 3).Draw(rt, "sign-ups") {
			browser := h.joins(t, signUp(fmt.Sprintf("ada%d.%d@example.org", n, i)))
			ups = append(ups, &signed{browser: browser, code: h.code(t), sent: h.now})
		}
		for range rapid.IntRange(1, 12).Draw(rt, "tries") {
			h.now = h.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "seconds")) * time.Second)
			mine, typed := rapid.SampledFrom(ups).Draw(rt, "browser"), rapid.SampledFrom(ups).Draw(rt, "letter").code
			if rapid.Bool().Draw(rt, "guess") {
				typed = fmt.Sprintf("%06d", rapid.IntRange(0, 999_999).Draw(rt, "guessed"))
			}
			good := typed == mine.code && !mine.in && mine.tries < party.MostTries && h.now.Sub(mine.sent) < party.CodeFor
			mine.tries++
			_, err := h.ConfirmHere(t.Context(), mine.browser, typed, "")
			if good != (err == nil) {
				rt.Fatalf("code %s for %s, try %d, %s after the letter: %v", typed, mine.code, mine.tries, h.now.Sub(mine.sent), err)
			}
			mine.in = mine.in || good
		}
	})
}

// deskMailbox: whoever knows an address can't fill the mailbox, by signing up with
// it or by forgetting its password, and is told the same as ever.
func deskMailbox(t *testing.T, h *house) {
	ctx := t.Context()
	h.member(t, "ada@example.org")
	letters := func() (n int) {
		for _, e := range h.records.events {
			if e.Subject == party.PersonKnown || e.Subject == party.PasswordForgotten {
				n++
			}
		}
		return n
	}
	for range 3 {
		h.joins(t, signUp("ada@example.org"))
		ok(t, h.ForgotPassword(ctx, "ADA@example.org"))
	}
	if n := letters(); n != 1 {
		t.Errorf("%d letters within a minute, want 1", n)
	}
	known, fresh := h.joins(t, signUp("ada@example.org")), h.joins(t, signUp("new@example.org"))
	for range 2 * party.LettersADay {
		h.now = h.now.Add(party.LetterEvery)
		if a, b := fmt.Sprint(h.LetterAgain(ctx, known)), fmt.Sprint(h.LetterAgain(ctx, fresh)); a != b {
			t.Errorf("%q and %q: a mailbox that is full tells who is a member", a, b)
		}
		h.joins(t, signUp("ada@example.org"))
		ok(t, h.ForgotPassword(ctx, "ada@example.org"))
	}
	if n := letters(); n != party.LettersADay {
		t.Errorf("%d letters a day, want %d", n, party.LettersADay)
	}
	h.now = h.now.Add(24 * time.Hour)
	ok(t, h.ForgotPassword(ctx, "ada@example.org"))
	ok(t, h.ResetPassword(ctx, h.link(t, party.PasswordForgotten), "another good password"))
}

// deskCodeMeanwhile: the account is changed between reading and confirming it.
func deskCodeMeanwhile(t *testing.T, h *house) {
	ctx := t.Context()
	browser := h.joins(t, signUp("ada@example.org"))
	code, id := h.code(t), h.told(t, party.PersonJoined).Person
	h.records.meanwhile = func() {
		p, err := h.records.Person(ctx, id)
		ok(t, err)
		p.Language = "pt"
		ok(t, h.records.SavePerson(ctx, p, nil, false))
	}
	pass, err := h.ConfirmHere(ctx, browser, code, "")
	if err != nil || pass.Visitor.Language != "pt" {
		t.Errorf("the right code is told to be wrong, or what was changed is lost: %q, %v", pass.Visitor.Language, err)
	}
}
