package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kontor/market/party"
)

// mostForgotten bounds the sign-ups that one call forgets.
const mostForgotten = 1_000

// ForgetUnconfirmed removes the sign-ups from before a time whose people never
// confirmed an address and have no link left to do it with: the business, its
// person, and the keys that their data was sealed under. A business that has
// traded, offered or written something stays. Called hourly, it bounds what
// passing strangers leave behind.
func (db *DB) ForgetUnconfirmed(ctx context.Context, before time.Time) error {
	left, err := all(ctx, db, `SELECT `+personColumns+` FROM person p JOIN business b ON b.id = p.business
		WHERE p.confirmed = ? AND p.created < ? AND b.created < ?
			AND NOT EXISTS (SELECT 1 FROM person o WHERE o.business = b.id AND o.id <> p.id)
			AND NOT EXISTS (SELECT 1 FROM token t WHERE t.person = p.id AND t.expires > ?)
			AND NOT EXISTS (SELECT 1 FROM listing l WHERE l.supplier = b.id)
			AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.buyer = b.id OR o.supplier = b.id)
			AND NOT EXISTS (SELECT 1 FROM thread t WHERE t.buyer = b.id OR t.supplier = b.id)
		ORDER BY p.id LIMIT ?`, personTargets, false, before, before, db.clock(), mostForgotten)
	if err != nil {
		return fmt.Errorf("find sign-ups that nobody confirmed: %w", err)
	}
	for _, p := range left {
		if err := db.commit(ctx, forget(p)); err != nil && !errors.Is(err, errConfirmed) {
			return fmt.Errorf("forget the sign-up of business %s: %w", p.Business, err)
		}
	}
	return nil
}

// errConfirmed is the miss of forget: the person has come after all.
var errConfirmed = errors.New("the sign-up was confirmed meanwhile")

// forget removes a sign-up, unless its person was changed since it was read.
func forget(p party.Person) plan {
	var gone plan
	drop := func(sql string, args ...any) { gone = append(gone, step{sql: sql, args: args}) }
	gone = append(gone, step{
		sql:  `UPDATE person SET version = version + 1 WHERE id = ? AND version = ? AND confirmed = ?`,
		args: []any{p.ID, p.Version, false},
		want: 1, miss: errConfirmed,
	})
	drop(`DELETE FROM token WHERE person = ?`, p.ID)
	drop(`DELETE FROM code WHERE person = ?`, p.ID)
	drop(`DELETE FROM mailbox WHERE person = ?`, p.ID)
	drop(`DELETE FROM consent WHERE person = ?`, p.ID)
	drop(`DELETE FROM session WHERE person = ?`, p.ID)
	drop(`DELETE FROM api_key WHERE person = ?`, p.ID)
	drop(`DELETE FROM person WHERE id = ?`, p.ID)
	drop(`DELETE FROM email_index WHERE email_index = ? AND NOT EXISTS (SELECT 1 FROM person WHERE email_index = ?)`, p.EmailIndex, p.EmailIndex)
	drop(`DELETE FROM address WHERE business = ?`, p.Business)
	drop(`DELETE FROM business WHERE id = ?`, p.Business)
	for _, of := range []party.Subject{p.Of(), {Kind: party.OfBusiness, ID: string(p.Business)}} {
		drop(`DELETE FROM key WHERE kind = ? AND id = ?`, of.Kind, of.ID)
	}
	return gone
}
