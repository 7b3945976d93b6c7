package store

import (
	"context"
	"slices"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// insertCode keeps a sign-up for its browser and clears away some that have
// expired.
func (db *DB) insertCode(c party.Code) plan {
	if len(c.Browser) == 0 {
		return nil
	}
	return plan{
		{
			sql: db.pick(dialect{
				sqlite:   `DELETE FROM code WHERE browser IN (SELECT browser FROM code WHERE expires <= ? ORDER BY expires LIMIT 20)`,
				postgres: `DELETE FROM code WHERE browser IN (SELECT browser FROM code WHERE expires <= ? ORDER BY expires LIMIT 20 FOR UPDATE SKIP LOCKED)`,
			}),
			args: []any{c.Sent},
		},
		{
			sql:  `INSERT INTO code (browser, answer, person, token, kind, tries, letters, sent, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			args: []any{c.Browser, c.Answer, c.Person, c.Token, c.Kind, c.Tries, c.Letters, c.Sent, c.Expires},
		},
	}
}

const codeColumns = `browser, answer, person, token, kind, tries, letters, sent, expires`

func codeTargets(c *party.Code) []any {
	return []any{&c.Browser, &c.Answer, &c.Person, &c.Token, &c.Kind, &c.Tries, &c.Letters, &c.Sent, &c.Expires}
}

// Code reads what is kept of a browser's sign-up, unless it has expired.
func (db *DB) Code(ctx context.Context, browser []byte, now time.Time) (party.Code, error) {
	c, err := one(ctx, db, `SELECT `+codeColumns+` FROM code WHERE browser = ? AND expires > ?`, codeTargets, browser, now)
	return c, orMissing(err, "The sign-up")
}

// TryCode counts a try, and only then tells what it is compared with.
func (db *DB) TryCode(ctx context.Context, browser []byte, since time.Time) (party.Code, error) {
	var c party.Code
	err := db.commit(ctx, plan{{
		sql:  `UPDATE code SET tries = tries + 1 WHERE browser = ? AND sent > ? AND tries < ? RETURNING ` + codeColumns,
		args: []any{browser, since, party.MostTries},
		want: 1, miss: market.Missing("The sign-up"),
		into: codeTargets(&c),
	}})
	return c, err
}

// SpendCode uses a code up and confirms its person.
func (db *DB) SpendCode(ctx context.Context, p party.Person, browser []byte, events ...market.Event) error {
	return db.commit(ctx, append(plan{
		{
			sql:  `DELETE FROM code WHERE browser = ?`,
			args: []any{browser},
			want: 1, miss: market.Missing("The sign-up"),
		},
		{sql: `DELETE FROM token WHERE person = ? AND kind = ?`, args: []any{p.ID, party.ConfirmEmail}},
		updatePerson(p),
	}, tellAll(events)...))
}

// SendCode notes another letter of a sign-up.
func (db *DB) SendCode(ctx context.Context, c party.Code, now time.Time, letter market.Event) (sent bool, err error) {
	err = db.commit(ctx, sendPlan(c, now, letter, &sent))
	return sent, err
}

func sendPlan(c party.Code, now time.Time, letter market.Event, sent *bool) plan {
	return append(plan{{
		sql:  `UPDATE code SET letters = letters + 1, sent = ? WHERE browser = ? AND letters = ?`,
		args: []any{now, c.Browser, c.Letters},
		want: 1, miss: movedOn("The sign-up"),
	}}, post(c.Person, now, letter, sent)...)
}

// PutLetter stores a one-time link and its code, and tells of its letter.
func (db *DB) PutLetter(ctx context.Context, t party.Token, now time.Time, letter market.Event) (sent bool, err error) {
	err = db.commit(ctx, db.letterPlan(t, now, letter, &sent))
	return sent, err
}

func (db *DB) letterPlan(t party.Token, now time.Time, letter market.Event, sent *bool) plan {
	return slices.Concat(plan{db.clearTokens(now), insertToken(t)}, db.insertCode(t.Code), post(t.Person, now, letter, sent))
}

// post tells of a letter as long as the mailbox has room for it. It does the same
// work where it has not, so that its time tells nothing. The row is written by one
// statement: of two letters at once the second finds the first.
func post(p market.PersonID, now time.Time, letter market.Event, sent *bool) plan {
	yesterday := now.Add(-24 * time.Hour)
	return plan{
		{
			sql: `INSERT INTO mailbox (person, since, letters, latest, event) VALUES (?, ?, 1, ?, ?)
				ON CONFLICT (person) DO UPDATE SET
					since = CASE WHEN mailbox.since <= ? THEN excluded.since ELSE mailbox.since END,
					letters = CASE WHEN mailbox.since <= ? THEN 1 ELSE mailbox.letters + 1 END,
					latest = excluded.latest, event = excluded.event
				WHERE mailbox.latest <= ? AND (mailbox.since <= ? OR mailbox.letters < ?)
				RETURNING true`,
			args: []any{p, now, now, letter.ID, yesterday, yesterday, now.Add(-party.LetterEvery), yesterday, party.LettersADay},
			into: []any{sent},
		},
		{
			sql: `INSERT INTO outbox (id, subject, body, at) SELECT ?, ?, ?, CAST(? AS BIGINT)
				WHERE EXISTS (SELECT 1 FROM mailbox WHERE person = ? AND event = ?)`,
			args:  []any{letter.ID, letter.Subject, string(letter.Body), letter.At, p, letter.ID},
			event: true,
		},
	}
}
