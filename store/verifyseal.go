package store

import (
	"context"
	"fmt"

	"kontor/market/party"
)

// sealedColumns are all columns that hold sealed values: where each lies, whose
// key it is under and which column names that subject.
var sealedColumns = []struct {
	table, column, row string
	kind               party.SubjectKind
	subject            string
}{
	{"orders", "address", "id", party.OfOrder, "id"},
	{"orders", "purchase_order", "id", party.OfOrder, "id"},
	{"orders", "tracking", "id", party.OfOrder, "id"},
	{"complaint", "text", "order_id", party.OfOrder, "order_id"},
	{"invoice", "seller", "order_id", party.OfOrder, "order_id"},
	{"message", "text", "id", party.OfThread, "thread_id"},
	{"payout", "bank", "id", party.OfBusiness, "supplier"},
	{"person", "email", "id", party.OfPerson, "id"},
	{"person", "name", "id", party.OfPerson, "id"},
	{"business", "legal_name", "id", party.OfBusiness, "id"},
	{"business", "tax_number", "id", party.OfBusiness, "id"},
	{"business", "bank", "id", party.OfBusiness, "id"},
	{"business", "seat", "id", party.OfBusiness, "id"},
	{"address", "lines", "id", party.OfBusiness, "business"},
}

// VerifySeals opens the oldest and the newest values of every sealed column, at
// most so many of each, and tells which don't open: those altered, moved, or
// sealed under a key that is gone. open drops what it opens.
//
// An error means that the records could not be read, or that ctx ended.
func (db *DB) VerifySeals(ctx context.Context, sample int, open func(context.Context, party.Subject, party.Value) error) (Check, error) {
	c := Check{Name: "a sample of every sealed column opens", Examples: []string{}}
	for _, s := range sealedColumns {
		for _, direction := range []string{"ASC", "DESC"} {
			type value struct {
				party.Value
				of string
			}
			values, err := all(ctx, db, `SELECT `+s.row+`, `+s.subject+`, `+s.column+` FROM `+s.table+`
				WHERE LENGTH(`+s.column+`) > 0 ORDER BY `+s.row+` `+direction+` LIMIT ?`, func(v *value) []any {
				return []any{&v.At.Row, &v.of, &v.Sealed}
			}, sample)
			if err != nil {
				return c, fmt.Errorf("read sealed %s.%s: %w", s.table, s.column, err)
			}
			for _, v := range values {
				v.At.Table, v.At.Column = s.table, s.column
				c.Checked++
				if err := open(ctx, party.Subject{Kind: s.kind, ID: v.of}, v.Value); err != nil {
					if ctx.Err() != nil {
						return c, ctx.Err()
					}
					c.fail(s.table + "." + s.column + " of " + v.At.Row)
				}
			}
		}
	}
	return c, nil
}
