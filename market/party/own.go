package party

import (
	"context"
	"fmt"

	"kontor/market"
)

// Own is what the house keeps of a person, shown to that person.
type Own struct {
	Name     string
	Email    string
	Language string
	Operator bool
	Version  int64
	Consents []Consent
}

// Me shows the actor their own data.
func (d *Desk) Me(ctx context.Context, a market.Actor) (Own, error) {
	if err := signedIn(a); err != nil {
		return Own{}, err
	}
	p, err := d.records.Person(ctx, a.Person)
	if err != nil {
		return Own{}, fmt.Errorf("person %s: %w", a.Person, err)
	}
	r, err := d.reach(ctx, p, LookOf(a, roleOf(a), p.Of(), Purpose{Kind: "own_data"}))
	if err != nil {
		return Own{}, err
	}
	consents, err := d.records.Consents(ctx, p.ID)
	if err != nil {
		return Own{}, fmt.Errorf("list the consents of person %s: %w", p.ID, err)
	}
	return Own{r.Name, r.Email, p.Language, p.Operator, p.Version, consents}, nil
}

// EditMe changes the actor's own name and language. version is that of Own.
func (d *Desk) EditMe(ctx context.Context, a market.Actor, name, language string, version int64) error {
	if err := signedIn(a); err != nil {
		return err
	}
	var fs market.Faults
	text(&fs, "name", &name, "your name", 1, 100)
	languageTag(&fs, "language", &language)
	if err := fs.Err(); err != nil {
		return err
	}
	p, err := d.records.Person(ctx, a.Person)
	if err != nil {
		return fmt.Errorf("person %s: %w", a.Person, err)
	}
	if p.Name, err = d.seal(ctx, p.Of(), "person", "name", string(p.ID), name); err != nil {
		return err
	}
	p.Language, p.Version = language, version
	if err := d.records.SavePerson(ctx, p, nil, false); err != nil {
		return fmt.Errorf("save person %s: %w", p.ID, err)
	}
	return nil
}

// ChangePassword sets the actor's new password, ends every session and API key,
// and opens a new session for the browser that asks.
func (d *Desk) ChangePassword(ctx context.Context, a market.Actor, old, password, agent string) (Pass, error) {
	if err := signedIn(a); err != nil {
		return Pass{}, err
	}
	var fs market.Faults
	checkPassword(&fs, "new_password", password)
	if err := fs.Err(); err != nil {
		return Pass{}, err
	}
	p, err := d.proven(ctx, a, old)
	if err != nil {
		return Pass{}, err
	}
	if p.Password, err = d.hash(ctx, password); err != nil {
		return Pass{}, err
	}
	if err := d.records.SavePerson(ctx, p, nil, true, d.tell(PasswordChanged, Told{Person: p.ID})); err != nil {
		return Pass{}, fmt.Errorf("change the password of person %s: %w", p.ID, err)
	}
	return d.enter(ctx, p, agent)
}

// Reader is somebody whom a letter goes to.
type Reader struct {
	Person   market.PersonID
	Name     string
	Email    string
	Language string
}

// reach opens name and address of a person.
func (d *Desk) reach(ctx context.Context, p Person, look Look) (Reader, error) {
	plain, err := d.vault.Open(ctx, look,
		field("person", "name", string(p.ID), p.Name), field("person", "email", string(p.ID), p.Email))
	if err != nil {
		return Reader{}, fmt.Errorf("open name and address of person %s: %w", p.ID, err)
	}
	return Reader{p.ID, string(plain[0]), string(plain[1]), p.Language}, nil
}

// Letter is what the letter with a one-time link needs.
type Letter struct {
	To     Reader
	Kind   TokenKind
	Secret string // goes into the link
	Code   string // six figures to be typed where the account was opened; "" for links without one
}

// Letter opens, for the house's own post, what the letter that carries this link
// needs. A link that was used or is too old is NotFound: there is nothing to send.
func (d *Desk) Letter(ctx context.Context, token string) (Letter, error) {
	t, err := d.records.TokenByID(ctx, token, d.clock())
	if err != nil {
		return Letter{}, fmt.Errorf("letter with link %s: %w", token, err)
	}
	p, err := d.records.Person(ctx, t.Person)
	if err != nil {
		return Letter{}, fmt.Errorf("letter with link %s: %w", token, err)
	}
	look := Look{Role: market.Clock, Subject: p.Of(), Purpose: Purpose{"letter", token}}
	to, err := d.reach(ctx, p, look)
	if err != nil {
		return Letter{}, err
	}
	plain, err := d.vault.Open(ctx, look, field("token", "secret", t.ID, t.Secret))
	if err != nil {
		return Letter{}, fmt.Errorf("open the secret of link %s: %w", token, err)
	}
	l := Letter{To: to, Kind: t.Kind, Secret: string(plain[0])}
	if t.Kind == ConfirmEmail {
		l.Code = codeOf(l.Secret)
	}
	return l, nil
}

// Readers lists, for the house's own post, whom a letter to a business goes to:
// its people with a confirmed address. why names what the letter is about.
func (d *Desk) Readers(ctx context.Context, b market.BusinessID, why Purpose) ([]Reader, error) {
	people, err := d.records.PeopleOf(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("list the people of business %s: %w", b, err)
	}
	return d.readers(ctx, people, why)
}

// OperatorReaders is Readers for letters to the house itself.
func (d *Desk) OperatorReaders(ctx context.Context, why Purpose) ([]Reader, error) {
	people, err := d.records.Operators(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the operators: %w", err)
	}
	return d.readers(ctx, people, why)
}

// PersonReader is Readers for a letter to one person, confirmed or not.
func (d *Desk) PersonReader(ctx context.Context, id market.PersonID, why Purpose) (Reader, error) {
	p, err := d.records.Person(ctx, id)
	if err != nil {
		return Reader{}, fmt.Errorf("letter to person %s: %w", id, err)
	}
	return d.reach(ctx, p, Look{Role: market.Clock, Subject: p.Of(), Purpose: why})
}

func (d *Desk) readers(ctx context.Context, people []Person, why Purpose) ([]Reader, error) {
	var readers []Reader
	for _, p := range people {
		if !p.Confirmed {
			continue
		}
		r, err := d.reach(ctx, p, Look{Role: market.Clock, Subject: p.Of(), Purpose: why})
		if err != nil {
			return nil, err
		}
		readers = append(readers, r)
	}
	return readers, nil
}
