package party

import (
	"context"
	"fmt"
	"time"

	"kontor/market"
)

// newToken makes a one-time link for p, its secret sealed for the letter, and
// the code that goes with it if it is for a browser's secret and not for "".
func (d *Desk) newToken(ctx context.Context, kind TokenKind, p Person, browser string) (Token, error) {
	lasts := map[TokenKind]time.Duration{ConfirmEmail: d.settings.ConfirmFor, ResetPassword: d.settings.ResetFor}[kind]
	secret := newSecret()
	hash, _ := hashOf(secret)
	t := Token{ID: market.NewID[string](), Hash: hash, Kind: kind, Person: p.ID, Expires: d.clock().Add(lasts)}
	if browser != "" {
		d.keepFor(browser, &t, secret)
	}
	var err error
	t.Secret, err = d.seal(ctx, p.Of(), "token", "secret", t.ID, secret)
	return t, err
}

// sendLink stores a link of p's and tells of it. The letter follows, unless too
// many went to p lately: whoever asks is told nothing of that.
func (d *Desk) sendLink(ctx context.Context, p Person, kind TokenKind, subject, browser string) error {
	t, err := d.newToken(ctx, kind, p, browser)
	if err != nil {
		return err
	}
	if _, err := d.records.PutLetter(ctx, t, d.clock(), d.tell(subject, Told{Person: p.ID, Token: t.ID})); err != nil {
		return fmt.Errorf("store a %s link of person %s: %w", kind, p.ID, err)
	}
	return nil
}

// link finds a one-time link by its secret.
func (d *Desk) link(ctx context.Context, secret string, kind TokenKind) (Token, error) {
	hash, ok := hashOf(secret)
	if !ok {
		return Token{}, usedLink(nil)
	}
	t, err := d.records.Token(ctx, hash, kind, d.clock())
	if err != nil {
		return Token{}, usedLink(err)
	}
	return t, nil
}

// usedLink says what to do about a link that opens nothing any more; an error of
// ours stays what it is.
func usedLink(err error) error {
	if err != nil && market.KindOf(err) != market.NotFound {
		return fmt.Errorf("find a one-time link: %w", err)
	}
	return &market.Fault{
		Kind: market.NotFound, Msg: "This link was used before, or it is too old.",
		Fix: "Ask for a new one: choose \"New password\" on the sign-in page.", Err: err,
	}
}

// Confirm follows the link in the letter that confirms an address. It signs
// nobody in: whoever typed a stranger's address at sign-up chose the password.
func (d *Desk) Confirm(ctx context.Context, secret string) error {
	t, err := d.link(ctx, secret, ConfirmEmail)
	if err != nil {
		return err
	}
	p, err := d.records.Person(ctx, t.Person)
	if err != nil {
		return fmt.Errorf("confirm the address of person %s: %w", t.Person, err)
	}
	p.Confirmed = true
	err = d.records.SavePerson(ctx, p, t.Hash, false, d.tell(PersonConfirmed, Told{Person: p.ID, Business: p.Business}))
	if err != nil {
		return usedLink(err)
	}
	return nil
}

// ForgotPassword has a letter with a reset link sent to a member, once within
// LetterEvery and LettersADay times in a day at most. The answer is the same for
// everybody. The work is not quite: for an unknown address a link is stored too,
// one that is out of date and opens nothing, but no letter is sealed. Callers
// must not answer sooner for it, here and in LetterAgain.
func (d *Desk) ForgotPassword(ctx context.Context, typed string) error {
	address, err := CheckEmail(typed)
	if err != nil {
		return err
	}
	_, p, err := d.find(ctx, address)
	if err != nil {
		return err
	}
	if p.ID != "" {
		return d.sendLink(ctx, p, ResetPassword, PasswordForgotten, "")
	}
	if err := d.records.PutToken(ctx, d.deadLink(), d.clock()); err != nil {
		return fmt.Errorf("store a link for nobody: %w", err)
	}
	return nil
}

// ResetPassword follows the link in the letter: it sets the new password, ends
// every session and API key, and, since the letter arrived, confirms the address.
func (d *Desk) ResetPassword(ctx context.Context, secret, password string) error {
	t, err := d.link(ctx, secret, ResetPassword)
	if err != nil {
		return err
	}
	var fs market.Faults
	checkPassword(&fs, "password", password)
	if err := fs.Err(); err != nil {
		return err
	}
	stored, err := d.hash(ctx, password)
	if err != nil {
		return err
	}
	p, err := d.records.Person(ctx, t.Person)
	if err != nil {
		return fmt.Errorf("reset the password of person %s: %w", t.Person, err)
	}
	p.Password, p.Confirmed = stored, true
	if err := d.records.SavePerson(ctx, p, t.Hash, true, d.tell(PasswordChanged, Told{Person: p.ID})); err != nil {
		return usedLink(err)
	}
	return nil
}
