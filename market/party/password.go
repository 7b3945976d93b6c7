package party

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kontor/market"
)

// Passwords hashes and checks passwords, a bounded number at once. An error
// with a method Busy() bool that answers true says that its line is full.
type Passwords interface {
	Hash(ctx context.Context, password string) (stored string, err error)
	// Check takes as long for an empty stored, of somebody unknown, as for any
	// other. stale asks for the right password to be hashed again.
	Check(ctx context.Context, stored, password string) (right, stale bool, err error)
}

// Lengths of a password: NIST SP 800-63B-4 asks for 15 characters where it is
// the only factor and 8 beside another; 12 with the worst refused is between.
// The upper bound keeps hashing from being a lever.
const (
	leastPassword = 12 // characters
	mostPassword  = 200
)

// worst are the beginnings that lists of leaked passwords of this length are
// full of.
var worst = []string{
	"password", "passwort", "qwerty", "qwertz", "azerty", "iloveyou", "letmein", "welcome", "admin", "kontor",
	"123456", "abcdef", "abc123", "1q2w3e", "1qaz2wsx", "changeme", "sunshine", "football", "dragon", "monkey",
}

// checkPassword notes what is wrong with a new password; known is what a guesser
// would try first.
func checkPassword(fs *market.Faults, field, password string, known ...string) {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	letters := []rune(low)
	slices.Sort(letters)
	switch {
	case n < leastPassword:
		fs.Add(field, fmt.Sprintf("The password has %d characters.", n), "Use 12 or more; three or four words that don't belong together are good.")
	case len(password) > mostPassword:
		fs.Add(field, "The password is longer than 200 bytes.", "Use a shorter one.")
	case !utf8.ValidString(password):
		fs.Add(field, "The password has bytes that are no text.", "Type it again.")
	case len(slices.Compact(letters)) < 5:
		fs.Add(field, "The password repeats a few characters.", "Use at least five different ones.")
	case slices.ContainsFunc(worst, func(w string) bool { return len(w)*2 >= n && strings.HasPrefix(low, w) || strings.Repeat(w, 2) == low }):
		fs.Add(field, "This password is among the first that thieves try.", "Use three or four words that don't belong together.")
	case slices.ContainsFunc(known, func(k string) bool { return len(k) >= 4 && strings.EqualFold(k, password) }):
		fs.Add(field, "The password is your name or address.", "Use three or four words that don't belong together.")
	}
}

// hash hashes a new password.
func (d *Desk) hash(ctx context.Context, password string) (string, error) {
	stored, err := d.passwords.Hash(ctx, password)
	if err != nil {
		return "", busyOr(err, "hash a password")
	}
	return stored, nil
}

// right tells whether password is p's own; a right one that is stale is hashed
// again in passing.
func (d *Desk) right(ctx context.Context, p *Person, password string) (bool, error) {
	if len(password) > mostPassword {
		password = "" // takes as long, and is never right
	}
	right, stale, err := d.passwords.Check(ctx, p.Password, password)
	if err != nil {
		return false, busyOr(err, "check a password")
	}
	if !right || !stale {
		return right, nil
	}
	renewed := *p
	if renewed.Password, err = d.hash(ctx, password); err == nil {
		err = d.records.SavePerson(ctx, renewed, nil, false)
	}
	switch {
	case err == nil:
		renewed.Version++
		*p = renewed
	case market.KindOf(err) == 0: // a busy line or a change at the same time can wait for next time
		return false, fmt.Errorf("renew the password hash of %s: %w", p.ID, err)
	}
	return true, nil
}

// busyOr turns a full line into what people are told.
func busyOr(err error, doing string) error {
	var b interface{ Busy() bool }
	if errors.As(err, &b) && b.Busy() {
		return &market.Fault{Kind: market.Busy, Msg: "Many people are signing in just now.", Fix: "Try again in a few seconds.", Err: err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}
