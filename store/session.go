package store

import (
	"context"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// PutSession stores a session and clears away the person's expired ones, and the
// oldest beyond the bound.
func (db *DB) PutSession(ctx context.Context, s party.Session) error {
	return db.commit(ctx, plan{
		{
			sql: `DELETE FROM session WHERE person = ? AND (expires <= ? OR id NOT IN
			        (SELECT id FROM session WHERE person = ? ORDER BY created DESC, id DESC LIMIT ?))`,
			args: []any{s.Person, s.Created, s.Person, party.MostSessions - 1},
		},
		{
			sql:  `INSERT INTO session (id, hash, person, agent, created, seen, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			args: []any{s.ID, s.Hash, s.Person, s.Agent, s.Created, s.Seen, s.Expires},
		},
	})
}

const sessionColumns = `s.id, s.hash, s.person, s.agent, s.created, s.seen, s.expires`

func sessionTargets(s *party.Session) []any {
	return []any{&s.ID, &s.Hash, &s.Person, &s.Agent, &s.Created, &s.Seen, &s.Expires}
}

// Session reads a session that has not expired, with its person and their
// business: one statement, since every request of a member asks it.
func (db *DB) Session(ctx context.Context, hash []byte, now time.Time) (party.Session, party.Person, party.Business, error) {
	type row struct {
		session  party.Session
		person   party.Person
		business party.Business
	}
	r, err := one(ctx, db, `SELECT `+sessionColumns+`, `+personColumns+`, `+businessColumns+`
		FROM session s JOIN person p ON p.id = s.person LEFT JOIN business b ON b.id = p.business
		WHERE s.hash = ? AND s.expires > ?`,
		func(r *row) []any {
			return append(append(sessionTargets(&r.session), personTargets(&r.person)...), businessTargets(&r.business)...)
		}, hash, now)
	return r.session, r.person, r.business, orMissing(err, "The session")
}

// Sessions lists a person's sessions, latest use first.
func (db *DB) Sessions(ctx context.Context, p market.PersonID, now time.Time) ([]party.Session, error) {
	return all(ctx, db, `SELECT `+sessionColumns+` FROM session s WHERE s.person = ? AND s.expires > ? ORDER BY s.seen DESC, s.id DESC LIMIT ?`,
		sessionTargets, p, now, party.MostSessions)
}

// EndSession ends one session of a person.
func (db *DB) EndSession(ctx context.Context, p market.PersonID, id string) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM session WHERE person = ? AND id = ?`, args: []any{p, id}}})
}

// TouchSession notes the last use of a session.
func (db *DB) TouchSession(ctx context.Context, id string, seen time.Time) error {
	return db.commit(ctx, plan{{sql: `UPDATE session SET seen = ? WHERE id = ?`, args: []any{seen, id}}})
}

// PutAPIKey stores an API key.
func (db *DB) PutAPIKey(ctx context.Context, k party.APIKey) error {
	return db.commit(ctx, plan{{
		sql:  `INSERT INTO api_key (id, hash, person, label, created) VALUES (?, ?, ?, ?, ?)`,
		args: []any{k.ID, k.Hash, k.Person, k.Label, k.Created},
	}})
}

const apiKeyColumns = `k.id, k.hash, k.person, k.label, k.created`

func apiKeyTargets(k *party.APIKey) []any {
	return []any{&k.ID, &k.Hash, &k.Person, &k.Label, &k.Created}
}

// APIKey reads an API key with what a visitor is told of its person and their
// business: one narrow statement, since every request of a program asks it.
func (db *DB) APIKey(ctx context.Context, hash []byte) (party.APIKey, party.Person, party.Business, error) {
	type row struct {
		key      party.APIKey
		person   party.Person
		business party.Business
	}
	r, err := one(ctx, db, `SELECT `+apiKeyColumns+`, p.id, p.business, p.operator, p.language, `+consentColumns+`,
			b.id, b.slug, b.name, b.country, b.buys, b.sells, b.state, b.verification, b.language, b.currency
		FROM api_key k JOIN person p ON p.id = k.person LEFT JOIN business b ON b.id = p.business
		WHERE k.hash = ?`,
		func(r *row) []any {
			p, b := &r.person, &r.business
			return append(apiKeyTargets(&r.key), &p.ID, &p.Business, &p.Operator, &p.Language, &p.Terms, &p.Privacy,
				&b.ID, &b.Slug, &b.Name, &b.Country, &b.Buys, &b.Sells, &b.State, &b.Verification, &b.Language, &b.Currency)
		}, hash)
	return r.key, r.person, r.business, orMissing(err, "The key")
}

// APIKeys lists a person's API keys, newest first.
func (db *DB) APIKeys(ctx context.Context, p market.PersonID) ([]party.APIKey, error) {
	return all(ctx, db, `SELECT `+apiKeyColumns+` FROM api_key k WHERE k.person = ? ORDER BY k.id DESC LIMIT ?`, apiKeyTargets, p, party.MostAPIKeys)
}

// EndAPIKey ends one API key of a person.
func (db *DB) EndAPIKey(ctx context.Context, p market.PersonID, id string) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM api_key WHERE person = ? AND id = ?`, args: []any{p, id}}})
}
