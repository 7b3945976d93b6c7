package party

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kontor/market"
)

// SignUp is the form that a business joins with, first person included.
type SignUp struct {
	Name     string // the person's
	Email    string
	Password string
	Business string // trade name
	Country  string // ISO 3166-1 alpha-2
	City     string
	Buys     bool
	Sells    bool
	Language string // BCP 47
	Currency market.Currency
	Terms    string // version agreed to; "" where the house has issued none
	Privacy  string
}

// check mends spelling in s and collects what is wrong.
func (s *SignUp) check(fs *market.Faults) {
	text(fs, "name", &s.Name, "your name", 1, 100)
	text(fs, "business", &s.Business, "the business's name", 2, 80)
	text(fs, "city", &s.City, "the city", 1, 80)
	s.Email = email(fs, s.Email)
	checkPassword(fs, "password", s.Password, s.Name, s.Email, s.Business)
	country(fs, "country", &s.Country)
	languageTag(fs, "language", &s.Language)
	if !s.Currency.Known() {
		fs.Add("currency", "This is not a currency.", "Choose one from the list.")
	}
	if !s.Buys && !s.Sells {
		fs.Add("buys", "Nothing is chosen.", "Choose buy, sell, or both.")
	}
}

// email checks an address as part of a form.
func email(fs *market.Faults, typed string) string {
	address, err := CheckEmail(typed)
	if f, ok := errors.AsType[*market.Fault](err); ok {
		*fs = append(*fs, f)
	}
	return address
}

// Newcomer is a sign-up whose form is right and whose password is hashed, which
// takes as long as the line of passwords; what is left takes the same time for
// everybody, nearly.
type Newcomer struct {
	desk   *Desk
	in     SignUp
	agreed []Consent
	stored string // hash of the password
}

// Newcomer checks the form of a business that joins with its first person, and
// hashes the password. It asks nothing of the address.
func (d *Desk) Newcomer(ctx context.Context, in SignUp) (Newcomer, error) {
	var fs market.Faults
	in.check(&fs)
	agreed, err := d.agreed(ctx, &fs, in.Language, map[string]string{"terms": in.Terms, "privacy": in.Privacy})
	if err != nil {
		return Newcomer{}, err
	}
	if err := fs.Err(); err != nil {
		return Newcomer{}, err
	}
	stored, err := d.hash(ctx, in.Password)
	return Newcomer{d, in, agreed, stored}, err
}

// Join joins the business and its person. The answer is the same, after nearly
// the same work, whether or not the address is a member's: the letter to it
// tells. Until the address is confirmed the person can't sign in. browser is the
// secret by which the browser that asks may confirm it with the letter's code.
func (n Newcomer) Join(ctx context.Context) (browser string, err error) {
	browser = newSecret()
	err = n.desk.untilNoRace(func() error { return n.desk.join(ctx, n.in, n.agreed, n.stored, browser) })
	if err != nil {
		return "", err
	}
	return browser, nil
}

// join writes a sign-up, or has a member told of it.
func (d *Desk) join(ctx context.Context, in SignUp, agreed []Consent, stored, browser string) error {
	same, member, err := d.find(ctx, in.Email)
	if err != nil {
		return err
	}
	if member.ID != "" {
		return d.sendLink(ctx, member, ResetPassword, PersonKnown, browser)
	}
	j, err := d.newBusiness(ctx, in)
	if err != nil {
		return err
	}
	j.Person, err = d.newPerson(ctx, &j, in.Name, in.Email, in.Language, stored)
	if err != nil {
		return err
	}
	j.Person.Business, j.SeenSame = j.Business.ID, same
	for _, c := range agreed {
		c.Person = j.Person.ID
		j.Consents = append(j.Consents, c)
	}
	if j.Token, err = d.newToken(ctx, ConfirmEmail, j.Person, browser); err != nil {
		return err
	}
	j.Events = append(j.Events,
		d.tell(PersonJoined, Told{Person: j.Person.ID, Business: j.Business.ID, Token: j.Token.ID}),
		d.tell(BusinessChanged, Told{Business: j.Business.ID}))
	return d.records.Join(ctx, j)
}

// untilNoRace prepares a joining again when somebody was faster.
func (d *Desk) untilNoRace(join func() error) error {
	for range 3 {
		if err := join(); err == nil || !errors.Is(err, ErrRace) {
			return err
		}
	}
	return &market.Fault{Kind: market.Busy, Msg: "Others are joining under the same name just now.", Fix: "Try again in a few seconds."}
}

// find looks a person up by a checked address. same is the number of people
// under the address's index, which hardly ever exceeds one.
func (d *Desk) find(ctx context.Context, address string) (same int, p Person, err error) {
	folded := FoldEmail(address)
	candidates, err := d.records.PeopleByIndex(ctx, d.vault.EmailIndex(folded))
	if err != nil {
		return 0, Person{}, fmt.Errorf("find a person by index: %w", err)
	}
	for _, c := range candidates {
		look := Look{Role: market.Guest, Subject: c.Of(), Purpose: Purpose{Kind: "sign_in"}}
		plain, err := d.vault.Open(ctx, look, field("person", "email", string(c.ID), c.Email))
		if err != nil {
			return 0, Person{}, fmt.Errorf("compare the address of person %s: %w", c.ID, err)
		}
		if FoldEmail(string(plain[0])) == folded {
			p = c
		}
	}
	return len(candidates), p, nil
}

// newBusiness prepares the business of a joining, its key and its slug.
func (d *Desk) newBusiness(ctx context.Context, in SignUp) (Joining, error) {
	id := market.NewID[market.BusinessID]()
	slug, err := d.freeSlug(ctx, in.Business, in.City, string(id))
	if err != nil {
		return Joining{}, err
	}
	b := Business{
		ID: id, Slug: slug, Name: in.Business, Country: in.Country, City: in.City,
		Buys: in.Buys, Sells: in.Sells, State: Active, Verification: Unchecked,
		Language: in.Language, Currency: in.Currency, Created: d.clock(),
	}
	key, err := d.vault.NewKey(ctx, b.Of())
	if err != nil {
		return Joining{}, fmt.Errorf("make the key of business %s: %w", id, err)
	}
	return Joining{Business: b, Keys: []Key{key}}, nil
}

// newPerson prepares a person and adds their key to the joining.
func (d *Desk) newPerson(ctx context.Context, j *Joining, name, address, language, stored string) (Person, error) {
	p := Person{
		ID: market.NewIDAt[market.PersonID](d.clock()), EmailIndex: d.vault.EmailIndex(FoldEmail(address)),
		Password: stored, Language: language, Created: d.clock(),
	}
	key, err := d.vault.NewKey(ctx, p.Of())
	if err != nil {
		return p, fmt.Errorf("make the key of person %s: %w", p.ID, err)
	}
	j.Keys = append(j.Keys, key)
	if p.Email, err = d.seal(ctx, p.Of(), "person", "email", string(p.ID), address); err != nil {
		return p, err
	}
	p.Name, err = d.seal(ctx, p.Of(), "person", "name", string(p.ID), name)
	return p, err
}

// freeSlug finds a slug for a storefront: its name, name and city, or name and
// the end of its id.
func (d *Desk) freeSlug(ctx context.Context, name, city, id string) (string, error) {
	tail := id[len(id)-6:]
	for _, try := range []string{Slug(name), Slug(name + " " + city)} {
		if try == "" {
			continue
		}
		_, err := d.records.BusinessBySlug(ctx, try)
		if market.KindOf(err) == market.NotFound {
			return try, nil
		}
		if err != nil {
			return "", fmt.Errorf("look for slug %s: %w", try, err)
		}
	}
	return strings.TrimPrefix(Slug(name)+"-"+tail, "-"), nil
}
