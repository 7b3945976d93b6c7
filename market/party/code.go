package party

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"kontor/market"
)

// Bounds of the code that a new address is confirmed by. Six figures and five
// tries: whoever signs up with a stranger's address comes in once in 200,000
// times, and by the link in the letter not at all.
const (
	CodeFor     = 15 * time.Minute // a code works so long, from its latest letter on
	MostTries   = 5                // of one sign-up, right ones included
	MostLetters = 5                // of one sign-up, the first included
	LetterEvery = time.Minute      // the letter of one sign-up goes out no more often

	// LettersADay bounds what anybody who knows a person's address may have sent
	// there in 24 hours beside the first letter of the sign-up: links for a new
	// password, and letters sent again. They too go out LetterEvery at most.
	LettersADay = 10

	codeFigures = 6
)

// Code is what the records keep of a sign-up for the browser that it was made in.
// The code itself is not among it: without the browser's secret, which is kept
// there alone, the answer can't be tried out.
type Code struct {
	Browser []byte // SHA-256 of the browser's secret
	Answer  []byte // HMAC-SHA-256 of the code under that secret; random where no code is right
	Person  market.PersonID
	Token   string    // ID of the link in the same letter
	Kind    TokenKind // of that link: ConfirmEmail, or ResetPassword where the address was known
	Tries   int       // so far
	Letters int       // so far, from 1
	Sent    time.Time // latest letter
	Expires time.Time // the record may go, and no letter is sent any more
}

// codeOf is the code that goes with a link's secret: six figures. Whoever knows
// the code knows nothing of the link.
func codeOf(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("code"))
	return fmt.Sprintf("%0*d", codeFigures, binary.BigEndian.Uint64(mac.Sum(nil))%1_000_000)
}

// answer is what the records know a code by.
func answer(browser, code string) []byte {
	mac := hmac.New(sha256.New, []byte(browser))
	mac.Write([]byte(code))
	return mac.Sum(nil)
}

// zeros begin the ten figures of the scripts that people type numbers in
// (Unicode, general category Nd).
const zeros = "0٠۰०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"

// ReadCode reads a code as people type or paste it: the figures of any script,
// with spaces, hyphens or dots between them. ok is false for what can't be one.
func ReadCode(typed string) (code string, ok bool) {
	if len(typed) > 100 {
		return "", false
	}
	var b strings.Builder
	for _, r := range typed {
		if strings.ContainsRune(" \t\r\n-.\u00a0\u2007\u2009\u2010\u2011\u2013\u202f\u200e\u200f", r) {
			continue
		}
		f, ok := figure(r)
		if !ok {
			return "", false
		}
		b.WriteByte(f)
	}
	return b.String(), b.Len() == codeFigures
}

func figure(r rune) (byte, bool) {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true
		}
	}
	return 0, false
}

// keepFor gives a link that is about to be stored its code, kept for a browser.
// Where the address was known, no code is right.
func (d *Desk) keepFor(browser string, t *Token, secret string) {
	now := d.clock()
	hash, _ := hashOf(browser)
	t.Code = Code{
		Browser: hash, Answer: answer(browser, codeOf(secret)), Person: t.Person, Token: t.ID, Kind: t.Kind,
		Letters: 1, Sent: now, Expires: now.Add(d.settings.ConfirmFor),
	}
	if t.Kind != ConfirmEmail {
		t.Code.Answer, _ = hashOf(newSecret())
	}
}

// ConfirmHere confirms an address by the code from the letter, typed in the
// browser that the account was opened in, and signs in: whoever can do both chose
// the password and reads the letters. A wrong code, one that is too old or was
// tried too often, a browser that nobody signed up in, and an address that was
// known before get one answer.
func (d *Desk) ConfirmHere(ctx context.Context, browser, typed, agent string) (Pass, error) {
	code, ok := ReadCode(typed)
	if !ok {
		return Pass{}, &market.Fault{Kind: market.Invalid, Field: "code", Msg: "This is not a code of six figures.", Fix: "Type the six figures from the letter."}
	}
	hash, ok := hashOf(browser)
	if !ok {
		return Pass{}, wrongCode(nil)
	}
	// The try is counted before it is judged: as many as come at once, no more
	// than MostTries are ever compared.
	kept, err := d.records.TryCode(ctx, hash, d.clock().Add(-CodeFor))
	if err != nil {
		return Pass{}, wrongCode(err)
	}
	if !hmac.Equal(kept.Answer, answer(browser, code)) || kept.Kind != ConfirmEmail {
		return Pass{}, wrongCode(nil)
	}
	p, err := d.spend(ctx, kept.Person, hash)
	if market.KindOf(err) == market.Conflict { // the person was changed meanwhile: the code is right all the same
		p, err = d.spend(ctx, kept.Person, hash)
	}
	if err != nil {
		return Pass{}, wrongCode(err)
	}
	return d.enter(ctx, p, agent)
}

// spend uses a code up and confirms its person's address.
func (d *Desk) spend(ctx context.Context, id market.PersonID, browser []byte) (Person, error) {
	p, err := d.records.Person(ctx, id)
	if err != nil {
		return p, fmt.Errorf("read person %s: %w", id, err)
	}
	var events []market.Event
	if !p.Confirmed { // by the link meanwhile
		events = append(events, d.tell(PersonConfirmed, Told{Person: p.ID, Business: p.Business}))
	}
	p.Confirmed = true
	return p, d.records.SpendCode(ctx, p, browser, events...)
}

// wrongCode says what to do about a code that opens nothing; an error of ours
// stays what it is.
func wrongCode(err error) error {
	switch market.KindOf(err) {
	case market.NotFound, market.Conflict:
	default:
		if err != nil {
			return fmt.Errorf("confirm an address by its code: %w", err)
		}
	}
	return &market.Fault{
		Kind: market.Invalid, Field: "code", Msg: "This code is wrong, or it is too old.",
		Fix: "Compare it with the newest letter, have the letter sent again, or follow the link in it.", Err: err,
	}
}

// LetterAgain has the letter of a browser's sign-up sent again, with the same
// code and link. Tries that were made stay counted. The link of a member's letter
// lasts a shorter time than the sign-up does, so each of theirs gets a new one.
func (d *Desk) LetterAgain(ctx context.Context, browser string) error {
	over := &market.Fault{Kind: market.Conflict, Msg: "The letter of this sign-up can't be sent again.", Fix: "Look for it among the unwanted ones, or ask for a new password with the same address."}
	hash, ok := hashOf(browser)
	if !ok {
		return over
	}
	now := d.clock()
	kept, err := d.records.Code(ctx, hash, now)
	if market.KindOf(err) == market.NotFound {
		return over
	}
	if err != nil {
		return fmt.Errorf("find a browser's sign-up: %w", err)
	}
	switch {
	case kept.Letters >= MostLetters:
		return over
	case now.Sub(kept.Sent) < LetterEvery:
		return &market.Fault{Kind: market.Conflict, Msg: "The letter went out less than a minute ago.", Fix: "Give it a minute, and look among the unwanted letters, too."}
	}
	subject, link := PersonJoined, d.deadLink()
	told := Told{Person: kept.Person, Token: kept.Token}
	if kept.Kind != ConfirmEmail {
		subject = PersonKnown
		if link, err = d.newToken(ctx, ResetPassword, Person{ID: kept.Person}, ""); err != nil {
			return err
		}
		told.Token = link.ID
	}
	// A link is stored for a newcomer, too, so that the work is nearly the same as
	// for a member. Where the next step fails, no letter carries it, and it expires.
	if err := d.records.PutToken(ctx, link, now); err != nil {
		return fmt.Errorf("store the link of another letter: %w", err)
	}
	if _, err := d.records.SendCode(ctx, kept, now, d.tell(subject, told)); err != nil {
		return fmt.Errorf("send the letter of a sign-up again: %w", err)
	}
	return nil
}

// deadLink is a link for nobody, out of date, that opens nothing.
func (d *Desk) deadLink() Token {
	hash, _ := hashOf(newSecret())
	return Token{ID: market.NewID[string](), Hash: hash, Kind: ResetPassword, Expires: d.clock().Add(-time.Second)}
}
