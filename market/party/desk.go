package party

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kontor/market"
)

// Desk is where businesses and people are served: it joins them, signs them in,
// shows them their own data, and lets the operator watch over them.
type Desk struct {
	records   Records
	vault     Vault
	passwords Passwords
	clock     func() time.Time
	settings  Settings
	newest    newest
}

// Settings are the terms of sign-in. The zero value of a field means its default.
type Settings struct {
	SessionFor  time.Duration // a sign-in lasts: default 30 days
	ConfirmFor  time.Duration // the link that confirms an address: 72 h
	ResetFor    time.Duration // the link that sets a new password: 1 h
	OperatorFor time.Duration // the link that makes an operator: 24 h
	SeenEvery   time.Duration // a session's last use is noted this often: 5 min
}

// Check lists every mistake in s, each with its remedy.
func (s Settings) Check() []error {
	var faults []error
	for _, f := range []struct {
		name        string
		value       time.Duration
		least, most time.Duration
	}{
		{"session_for", s.SessionFor, time.Hour, 366 * 24 * time.Hour},
		{"confirm_for", s.ConfirmFor, 10 * time.Minute, 30 * 24 * time.Hour},
		{"reset_for", s.ResetFor, 5 * time.Minute, 48 * time.Hour},
		{"operator_for", s.OperatorFor, 5 * time.Minute, 7 * 24 * time.Hour},
		{"seen_every", s.SeenEvery, time.Minute, 24 * time.Hour},
	} {
		if f.value != 0 && (f.value < f.least || f.value > f.most) {
			faults = append(faults, fmt.Errorf("party %s is %s; choose %s to %s, or leave it out for the default", f.name, f.value, f.least, f.most))
		}
	}
	return faults
}

func (s Settings) withDefaults() Settings {
	preset := func(v *time.Duration, otherwise time.Duration) {
		if *v == 0 {
			*v = otherwise
		}
	}
	preset(&s.SessionFor, 30*24*time.Hour)
	preset(&s.ConfirmFor, 72*time.Hour)
	preset(&s.ResetFor, time.Hour)
	preset(&s.OperatorFor, 24*time.Hour)
	preset(&s.SeenEvery, 5*time.Minute)
	return s
}

// New makes a desk. Settings are checked by the caller, with all others.
func New(r Records, v Vault, p Passwords, clock func() time.Time, s Settings) *Desk {
	return &Desk{records: r, vault: v, passwords: p, clock: clock, settings: s.withDefaults()}
}

// Subjects of the events that this room tells.
const (
	PersonJoined      = "person.joined"             // the letter that confirms the address is due
	PersonKnown       = "person.known"              // somebody joined with a member's address: tell the member
	PersonConfirmed   = "person.confirmed"          // the address is theirs
	PasswordForgotten = "person.password_forgotten" // the letter with the reset link is due
	PasswordChanged   = "person.password_changed"   // tell the person
	BusinessChanged   = "business.changed"          // its public face or state: index and pages follow
	BankChanged       = "business.bank_changed"     // tell everybody of the business
	BusinessVerified  = "business.verified"
	BusinessSuspended = "business.suspended"
	BusinessResumed   = "business.resumed"
	DocumentIssued    = "document.issued" // a new version of a text of the house
)

// Told is the body of this room's events.
type Told struct {
	Person   market.PersonID   `json:"person,omitempty"`
	Business market.BusinessID `json:"business,omitempty"`
	Token    string            `json:"token,omitempty"` // ID of the link that the letter carries; see Letter
	Document string            `json:"document,omitempty"`
}

// tell makes an event.
func (d *Desk) tell(subject string, what Told) market.Event {
	body, err := json.Marshal(what)
	if err != nil {
		panic(err) // a struct of strings
	}
	return market.Event{ID: market.NewID[string](), Subject: subject, Body: body, At: d.clock()}
}

// seal closes one field.
func (d *Desk) seal(ctx context.Context, of Subject, table, column, row, plain string) (market.Sealed, error) {
	if plain == "" {
		return nil, nil
	}
	sealed, err := d.vault.Seal(ctx, of, Place{table, column, row}, []byte(plain))
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", table, column, err)
	}
	return sealed, nil
}

// field names a sealed field of a row.
func field(table, column, row string, sealed market.Sealed) Value {
	return Value{At: Place{table, column, row}, Sealed: sealed}
}

// HouseKey makes sure that the house's own subject of this name, such as
// "letters", has a data key. It is called at start, before anybody is served.
func (d *Desk) HouseKey(ctx context.Context, name string) (Subject, error) {
	of := Subject{OfHouse, name}
	wrapped, err := d.records.Key(ctx, string(of.Kind), of.ID)
	if err != nil || len(wrapped) > 0 {
		return of, err
	}
	key, err := d.vault.NewKey(ctx, of)
	if err != nil {
		return of, fmt.Errorf("make the house's key for %s: %w", name, err)
	}
	if err := d.records.PutKey(ctx, key); err != nil {
		return of, fmt.Errorf("store the house's key for %s (if another process made it just now, start again): %w", name, err)
	}
	return of, nil
}
