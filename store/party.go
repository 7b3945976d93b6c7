package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/party"
)

var _ party.Records = (*DB)(nil)

// orMissing turns the answer that there is no row into the room's.
func orMissing(err error, what string) error {
	if errors.Is(err, errNone) {
		return market.Missing(what)
	}
	return err
}

// movedOn is the miss of a change to a version that is not the stored one.
func movedOn(what string) error {
	return &market.Fault{Kind: market.Conflict, Msg: what + " was changed by somebody else meanwhile.", Fix: "Load the page again and enter your change once more."}
}

// tellAll adds the events that rooms have made to a plan.
func tellAll(events []market.Event) plan {
	var p plan
	for _, e := range events {
		p = append(p, step{
			sql:   `INSERT INTO outbox (id, subject, body, at) VALUES (?, ?, ?, ?)`,
			args:  []any{e.ID, e.Subject, string(e.Body), e.At},
			event: true,
		})
	}
	return p
}

// insertKey stores a new subject's data key.
func insertKey(k party.Key) step {
	return step{
		sql:  `INSERT INTO key (kind, id, wrapped) VALUES (?, ?, ?)`,
		args: []any{k.Subject.Kind, k.Subject.ID, k.Wrapped},
	}
}

// Key is a subject's wrapped data key, or nil.
func (db *DB) Key(ctx context.Context, kind, id string) ([]byte, error) {
	if wrapped := party.Carried(ctx, party.Subject{Kind: party.SubjectKind(kind), ID: id}); wrapped != nil {
		return wrapped, nil
	}
	wrapped, err := one(ctx, db, `SELECT wrapped FROM key WHERE kind = ? AND id = ?`, itself[[]byte], kind, id)
	if errors.Is(err, errNone) {
		return nil, nil
	}
	return wrapped, err
}

// SomeKey names a subject that has a data key, or nobody in a new house.
func (db *DB) SomeKey(ctx context.Context) (kind, id string, err error) {
	k, err := one(ctx, db, `SELECT kind, id FROM key LIMIT 1`, func(k *party.Subject) []any { return []any{&k.Kind, &k.ID} })
	if errors.Is(err, errNone) {
		return "", "", nil
	}
	return string(k.Kind), k.ID, err
}

// PutKey stores a data key that comes with no other record.
func (db *DB) PutKey(ctx context.Context, k party.Key) error {
	return db.commit(ctx, plan{{
		sql:  `INSERT INTO key (kind, id, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		args: []any{k.Subject.Kind, k.Subject.ID, k.Wrapped},
		want: 1, miss: movedOn("The key"),
	}})
}

// Join writes a sign-up. The row of the address's index is touched first: on
// PostgreSQL, where plans run at once, two joinings under one index go one after
// the other from there, so that the second counts the first. (An advisory lock
// would need no row, but not every database of PostgreSQL's protocol has them.)
func (db *DB) Join(ctx context.Context, j party.Joining) error {
	p := plan{
		{
			sql: `INSERT INTO email_index (email_index) VALUES (?)
			      ON CONFLICT (email_index) DO UPDATE SET email_index = excluded.email_index`,
			args: []any{j.Person.EmailIndex},
		},
		{
			sql: `UPDATE email_index SET email_index = email_index
			      WHERE email_index = ? AND (SELECT count(*) FROM person WHERE email_index = ?) = ?`,
			args: []any{j.Person.EmailIndex, j.Person.EmailIndex, j.SeenSame},
			want: 1, miss: party.ErrRace,
		},
	}
	if len(j.Spend) > 0 {
		p = append(p, spend(j.Spend))
	}
	for _, k := range j.Keys {
		p = append(p, insertKey(k))
	}
	if j.Business.ID != "" {
		p = append(p, insertBusiness(j.Business))
	}
	p = append(p, insertPerson(j.Person))
	for _, c := range j.Consents {
		p = append(p, insertConsent(c))
	}
	if len(j.Token.Hash) > 0 {
		p = append(append(p, insertToken(j.Token)), db.insertCode(j.Token.Code)...)
	}
	return db.commit(ctx, append(p, tellAll(j.Events)...))
}

func insertBusiness(b party.Business) step {
	return step{
		sql: `INSERT INTO business (id, slug, name, country, city, buys, sells, state, verification, verified_at,
		        language, currency, about, founded, people, street, postcode, created, version, legal_name, tax_number, bank, seat)
		      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
		      ON CONFLICT (slug) DO NOTHING`,
		args: []any{b.ID, b.Slug, b.Name, b.Country, b.City, b.Buys, b.Sells, b.State, b.Verification, b.VerifiedAt,
			b.Language, b.Currency, asJSON(b.About), b.Founded, b.People, b.Street, b.Postcode, b.Created, b.LegalName, b.TaxNumber, b.Bank, b.Seat},
		want: 1, miss: party.ErrRace,
	}
}

func insertPerson(p party.Person) step {
	return step{
		sql: `INSERT INTO person (id, business, operator, email_index, email, name, password, confirmed, language, created, version)
		      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		args: []any{p.ID, null(p.Business), p.Operator, p.EmailIndex, p.Email, p.Name, p.Password, p.Confirmed, p.Language, p.Created},
	}
}

func insertToken(t party.Token) step {
	return step{
		sql:  `INSERT INTO token (id, hash, kind, person, secret, expires) VALUES (?, ?, ?, ?, ?, ?)`,
		args: []any{t.ID, t.Hash, t.Kind, null(t.Person), t.Secret, t.Expires},
	}
}

func insertConsent(c party.Consent) step {
	return step{
		sql:  `INSERT INTO consent (person, document, version, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		args: []any{c.Person, c.Document, c.Version, c.At},
	}
}

// spend uses up a one-time link, once.
func spend(hash []byte) step {
	return step{
		sql:  `DELETE FROM token WHERE hash = ?`,
		args: []any{hash},
		want: 1, miss: market.Missing("The link"),
	}
}

const businessColumns = `b.id, b.slug, b.name, b.country, b.city, b.buys, b.sells, b.state, b.verification, b.verified_at,
	b.language, b.currency, b.about, b.founded, b.people, b.street, b.postcode, b.created, b.version, b.legal_name, b.tax_number, b.bank, b.seat, ` + isKnown

// isKnown tells whether somebody of business b has confirmed an address.
const isKnown = `EXISTS (SELECT 1 FROM person k WHERE k.business = b.id AND k.confirmed)`

func businessTargets(b *party.Business) []any {
	return []any{&b.ID, &b.Slug, &b.Name, &b.Country, &b.City, &b.Buys, &b.Sells, &b.State, &b.Verification, &b.VerifiedAt,
		&b.Language, &b.Currency, asJSON(&b.About), &b.Founded, &b.People, &b.Street, &b.Postcode, &b.Created, &b.Version, &b.LegalName, &b.TaxNumber, &b.Bank, &b.Seat, &b.Known}
}

// Business reads one business.
func (db *DB) Business(ctx context.Context, id market.BusinessID) (party.Business, error) {
	b, err := one(ctx, db, `SELECT `+businessColumns+` FROM business b WHERE b.id = ?`, businessTargets, id)
	return b, orMissing(err, "The business")
}

// BusinessBySlug reads one business by its storefront's address.
func (db *DB) BusinessBySlug(ctx context.Context, slug string) (party.Business, error) {
	b, err := one(ctx, db, `SELECT `+businessColumns+` FROM business b WHERE b.slug = ?`, businessTargets, slug)
	return b, orMissing(err, "The storefront")
}

// openSeat tells whether business b does not sell, and where it is lies in the
// clear all the same.
const openSeat = `NOT b.sells AND (b.street <> '' OR b.postcode <> '')`

// Businesses lists businesses by id.
func (db *DB) Businesses(ctx context.Context, f party.BusinessFilter) ([]party.Business, error) {
	where, args := []string{"b.id > ?"}, []any{f.After}
	narrow := func(clause string, value any) {
		where = append(where, clause)
		args = append(args, value)
	}
	if len(f.IDs) > 0 {
		narrow("b.id IN ??", f.IDs)
	}
	if f.Sells {
		narrow("b.sells = ?", true)
	}
	if f.Known {
		where = append(where, isKnown)
	}
	if f.OpenSeat {
		where = append(where, openSeat)
	}
	if f.Country != "" {
		narrow("b.country = ?", f.Country)
	}
	if f.State != "" {
		narrow("b.state = ?", f.State)
	}
	if f.Verification != "" {
		narrow("b.verification = ?", f.Verification)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	return all(ctx, db, `SELECT `+businessColumns+` FROM business b WHERE `+strings.Join(where, " AND ")+` ORDER BY b.id LIMIT ?`,
		businessTargets, append(args, min(limit, 200))...)
}

// SaveBusiness writes what may change of a business.
func (db *DB) SaveBusiness(ctx context.Context, b party.Business, events ...market.Event) error {
	return db.commit(ctx, append(plan{{
		sql: `UPDATE business SET name = ?, country = ?, city = ?, buys = ?, sells = ?, state = ?, verification = ?, verified_at = ?,
		        language = ?, currency = ?, about = ?, founded = ?, people = ?, street = ?, postcode = ?, legal_name = ?, tax_number = ?, bank = ?, seat = ?, version = version + 1
		      WHERE id = ? AND version = ?`,
		args: []any{b.Name, b.Country, b.City, b.Buys, b.Sells, b.State, b.Verification, b.VerifiedAt,
			b.Language, b.Currency, asJSON(b.About), b.Founded, b.People, b.Street, b.Postcode, b.LegalName, b.TaxNumber, b.Bank, b.Seat, b.ID, b.Version},
		want: 1, miss: movedOn("The business"),
	}}, tellAll(events)...))
}

const personColumns = `p.id, p.business, p.operator, p.email_index, p.email, p.name, p.password, p.confirmed, p.language, p.created, p.version, ` + consentColumns

// consentColumns are the versions of the house's texts that person p agreed to.
const consentColumns = `(SELECT max(version) FROM consent WHERE person = p.id AND document = 'terms'), (SELECT max(version) FROM consent WHERE person = p.id AND document = 'privacy')`

func personTargets(p *party.Person) []any {
	return []any{&p.ID, &p.Business, &p.Operator, &p.EmailIndex, &p.Email, &p.Name, &p.Password, &p.Confirmed, &p.Language, &p.Created, &p.Version, &p.Terms, &p.Privacy}
}

// Person reads one person.
func (db *DB) Person(ctx context.Context, id market.PersonID) (party.Person, error) {
	p, err := one(ctx, db, `SELECT `+personColumns+` FROM person p WHERE p.id = ?`, personTargets, id)
	return p, orMissing(err, "The person")
}

// PeopleByIndex lists everybody whose address may be the one that index is of.
func (db *DB) PeopleByIndex(ctx context.Context, index []byte) ([]party.Person, error) {
	return all(ctx, db, `SELECT `+personColumns+` FROM person p WHERE p.email_index = ? ORDER BY p.id`, personTargets, index)
}

// PeopleOf lists the people of a business.
func (db *DB) PeopleOf(ctx context.Context, b market.BusinessID) ([]party.Person, error) {
	return all(ctx, db, `SELECT `+personColumns+` FROM person p WHERE p.business = ? ORDER BY p.id`, personTargets, b)
}

// Operators lists the house's own people.
func (db *DB) Operators(ctx context.Context) ([]party.Person, error) {
	return all(ctx, db, db.pick(dialect{
		sqlite:   `SELECT ` + personColumns + ` FROM person p WHERE p.operator = 1 ORDER BY p.id`,
		postgres: `SELECT ` + personColumns + ` FROM person p WHERE p.operator ORDER BY p.id`,
	}), personTargets)
}

// SavePerson writes what may change of a person.
func (db *DB) SavePerson(ctx context.Context, p party.Person, spent []byte, endAccess bool, events ...market.Event) error {
	var steps plan
	if len(spent) > 0 {
		steps = append(steps, spend(spent))
	}
	steps = append(steps, updatePerson(p))
	if endAccess {
		steps = append(steps,
			step{sql: `DELETE FROM session WHERE person = ?`, args: []any{p.ID}},
			step{sql: `DELETE FROM api_key WHERE person = ?`, args: []any{p.ID}},
			step{sql: `DELETE FROM token WHERE person = ? AND kind = ?`, args: []any{p.ID, party.ResetPassword}},
			step{sql: `UPDATE code SET answer = ? WHERE person = ?`, args: []any{[]byte{}, p.ID}}) // no row goes, so that nobody learns of it
	}
	return db.commit(ctx, append(steps, tellAll(events)...))
}

func updatePerson(p party.Person) step {
	return step{
		sql: `UPDATE person SET email = ?, name = ?, password = ?, confirmed = ?, language = ?, version = version + 1
		      WHERE id = ? AND version = ?`,
		args: []any{p.Email, p.Name, p.Password, p.Confirmed, p.Language, p.ID, p.Version},
		want: 1, miss: movedOn("The account"),
	}
}

// PutToken stores a one-time link and clears away some that have expired.
func (db *DB) PutToken(ctx context.Context, t party.Token, now time.Time, events ...market.Event) error {
	return db.commit(ctx, slices.Concat(plan{db.clearTokens(now), insertToken(t)}, db.insertCode(t.Code), tellAll(events)))
}

func (db *DB) clearTokens(now time.Time) step {
	return step{
		sql: db.pick(dialect{
			sqlite:   `DELETE FROM token WHERE id IN (SELECT id FROM token WHERE expires <= ? ORDER BY expires LIMIT 20)`,
			postgres: `DELETE FROM token WHERE id IN (SELECT id FROM token WHERE expires <= ? ORDER BY expires LIMIT 20 FOR UPDATE SKIP LOCKED)`,
		}),
		args: []any{now},
	}
}

const tokenColumns = `id, hash, kind, person, secret, expires`

func tokenTargets(t *party.Token) []any {
	return []any{&t.ID, &t.Hash, &t.Kind, &t.Person, &t.Secret, &t.Expires}
}

// Token reads a link that has not expired, by its secret's hash.
func (db *DB) Token(ctx context.Context, hash []byte, kind party.TokenKind, now time.Time) (party.Token, error) {
	t, err := one(ctx, db, `SELECT `+tokenColumns+` FROM token WHERE hash = ? AND kind = ? AND expires > ?`, tokenTargets, hash, kind, now)
	return t, orMissing(err, "The link")
}

// TokenByID reads a link that has not expired.
func (db *DB) TokenByID(ctx context.Context, id string, now time.Time) (party.Token, error) {
	t, err := one(ctx, db, `SELECT `+tokenColumns+` FROM token WHERE id = ? AND expires > ?`, tokenTargets, id, now)
	return t, orMissing(err, "The link")
}

// PutAddress stores an address, or another form of it.
func (db *DB) PutAddress(ctx context.Context, a party.Address) error {
	return db.commit(ctx, plan{{
		sql: `INSERT INTO address (business, id, country, lines, created) VALUES (?, ?, ?, ?, ?)
		      ON CONFLICT (business, id) DO UPDATE SET country = excluded.country, lines = excluded.lines`,
		args: []any{a.Business, a.ID, a.Country, a.Lines, a.Created},
	}})
}

const addressColumns = `id, business, country, lines, created`

func addressTargets(a *party.Address) []any {
	return []any{&a.ID, &a.Business, &a.Country, &a.Lines, &a.Created}
}

// Address reads one address of a business.
func (db *DB) Address(ctx context.Context, b market.BusinessID, id party.AddressID) (party.Address, error) {
	a, err := one(ctx, db, `SELECT `+addressColumns+` FROM address WHERE business = ? AND id = ?`, addressTargets, b, id)
	return a, orMissing(err, "The address")
}

// Addresses lists the addresses of a business.
func (db *DB) Addresses(ctx context.Context, b market.BusinessID) ([]party.Address, error) {
	return all(ctx, db, `SELECT `+addressColumns+` FROM address WHERE business = ? ORDER BY id LIMIT ?`, addressTargets, b, party.MostAddresses)
}

// DropAddress removes an address of a business.
func (db *DB) DropAddress(ctx context.Context, b market.BusinessID, id party.AddressID) error {
	return db.commit(ctx, plan{{
		sql:  `DELETE FROM address WHERE business = ? AND id = ?`,
		args: []any{b, id},
		want: 1, miss: market.Missing("The address"),
	}})
}

// PutDocument stores a version of a text of the house.
func (db *DB) PutDocument(ctx context.Context, d party.Document, events ...market.Event) error {
	taken := &market.Fault{
		Kind: market.Conflict, Field: "version",
		Msg: fmt.Sprintf("There is a version %s in this language already.", d.Version), Fix: "Issue the change under another date.",
	}
	return db.commit(ctx, append(plan{{
		sql: `INSERT INTO document (slug, version, language, title, text, issued) VALUES (?, ?, ?, ?, ?, ?)
		      ON CONFLICT DO NOTHING`,
		args: []any{d.Slug, d.Version, d.Language, d.Title, d.Text, d.Issued},
		want: 1, miss: taken,
	}}, tellAll(events)...))
}

// Document reads the newest version of a text of the house.
func (db *DB) Document(ctx context.Context, slug, language string) (party.Document, error) {
	d, err := one(ctx, db, `SELECT slug, version, language, title, text, issued FROM document WHERE slug = ?
		ORDER BY version DESC, CASE language WHEN ? THEN 0 WHEN 'en' THEN 1 ELSE 2 END, language LIMIT 1`,
		func(d *party.Document) []any {
			return []any{&d.Slug, &d.Version, &d.Language, &d.Title, &d.Text, &d.Issued}
		}, slug, language)
	return d, orMissing(err, "The text")
}

// Consents lists what a person agreed to, newest first.
func (db *DB) Consents(ctx context.Context, p market.PersonID) ([]party.Consent, error) {
	return all(ctx, db, `SELECT person, document, version, at FROM consent WHERE person = ? ORDER BY at DESC, document`,
		func(c *party.Consent) []any { return []any{&c.Person, &c.Document, &c.Version, &c.At} }, p)
}

// PutConsents notes agreements; one noted before stays as it is.
func (db *DB) PutConsents(ctx context.Context, consents []party.Consent) error {
	if len(consents) == 0 {
		return nil
	}
	var p plan
	for _, c := range consents {
		p = append(p, insertConsent(c))
	}
	return db.commit(ctx, p)
}
