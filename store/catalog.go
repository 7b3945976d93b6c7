package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

var _ catalog.Records = (*DB)(nil)

// Categories lists the tree of goods, parents before their children.
func (db *DB) Categories(ctx context.Context) ([]catalog.Category, error) {
	cs, err := all(ctx, db, `SELECT path, position, names FROM category ORDER BY path`,
		func(c *catalog.Category) []any { return []any{&c.Path, &c.Position, asJSON(&c.Names)} })
	if err != nil {
		return nil, err
	}
	return catalog.NewTree(cs).All(), nil
}

// PutCategories adds categories and changes those that are there; it removes none.
func (db *DB) PutCategories(ctx context.Context, cs []catalog.Category) error {
	cs = slices.SortedFunc(slices.Values(cs), func(a, b catalog.Category) int { return cmp.Compare(a.Path, b.Path) })
	p := make(plan, 0, len(cs))
	for _, c := range cs {
		p = append(p, step{
			sql: `INSERT INTO category (path, position, names) VALUES (?, ?, ?)
			      ON CONFLICT (path) DO UPDATE SET position = excluded.position, names = excluded.names`,
			args: []any{c.Path, c.Position, asJSON(c.Names)},
			want: 1,
		})
	}
	return db.commit(ctx, p)
}

// Save writes listings, their variants and what is given of their stock.
func (db *DB) Save(ctx context.Context, ls []catalog.Listing, stock map[catalog.VariantID]market.Quantity) error {
	ls = slices.SortedFunc(slices.Values(ls), func(a, b catalog.Listing) int { return cmp.Compare(a.ID, b.ID) })
	var p, counted, told plan
	for i := range ls {
		l := &ls[i]
		if l.Version == 0 {
			p = append(p, insertListing(l))
		} else {
			p = append(p, updateListing(l), renameListing(l), step{
				sql: `UPDATE variant SET position = -1 WHERE listing = ?`, args: []any{l.ID},
			})
		}
		for j := range l.Variants {
			v := &l.Variants[j]
			p = append(p, putVariant(l, j))
			onHand, given := stock[v.ID]
			counted = append(counted, putStock(l, v, onHand, given))
		}
		told = append(told, db.listingChanged(l.ID))
	}
	// Orders lock stock by variant, so this does too: see plan.
	slices.SortFunc(counted, func(a, b step) int {
		return cmp.Compare(a.args[0].(catalog.VariantID), b.args[0].(catalog.VariantID))
	})
	return db.commit(ctx, slices.Concat(p, counted, told))
}

func (db *DB) listingChanged(id catalog.ListingID) step {
	body, _ := json.Marshal(struct { // two strings: never fails
		Listing catalog.ListingID `json:"listing"`
	}{id})
	return db.event("listing.changed", body)
}

func insertListing(l *catalog.Listing) step {
	return step{
		sql: `INSERT INTO listing (id, supplier, article, state, reason, titles, descriptions, language, category, unit,
		          moq, multiple, lead_days, origin, hs_code, attributes, pictures, pending, waits_since, created, changed, version)
		      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
		      ON CONFLICT (supplier, article) DO NOTHING`,
		args: []any{l.ID, l.Supplier, l.Article, l.State, l.Reason, asJSON(l.Titles), asJSON(l.Descriptions), l.Language, l.Category, l.Unit,
			l.MOQ, l.Multiple, l.LeadDays, l.Origin, l.HSCode, asJSON(l.Attributes), asJSON(l.Pictures), pending(l), waitsSince(l), l.Created, l.Changed},
		want: 1, miss: articleTaken(l),
	}
}

func updateListing(l *catalog.Listing) step {
	return step{
		sql: `UPDATE listing SET state = ?, reason = ?, titles = ?, descriptions = ?, language = ?, category = ?, unit = ?,
		          moq = ?, multiple = ?, lead_days = ?, origin = ?, hs_code = ?, attributes = ?, pictures = ?,
		          pending = ?, waits_since = ?, changed = ?, version = version + 1
		      WHERE id = ? AND supplier = ? AND version = ?`,
		args: []any{l.State, l.Reason, asJSON(l.Titles), asJSON(l.Descriptions), l.Language, l.Category, l.Unit,
			l.MOQ, l.Multiple, l.LeadDays, l.Origin, l.HSCode, asJSON(l.Attributes), asJSON(l.Pictures), pending(l), waitsSince(l), l.Changed,
			l.ID, l.Supplier, l.Version},
		want: 1, miss: &market.Fault{Kind: market.Conflict, Msg: "The listing was changed since you opened it.", Fix: "Reload it and enter your change again."},
	}
}

// pending binds a listing's pending change; none is NULL.
func pending(l *catalog.Listing) any {
	if l.Pending == nil {
		return nil
	}
	return asJSON(l.Pending)
}

// waitsSince binds when a change was handed in that waits for review, else NULL.
func waitsSince(l *catalog.Listing) any {
	if l.State != catalog.Published || !l.Waits() {
		return nil
	}
	return l.Pending.Since
}

func renameListing(l *catalog.Listing) step {
	return step{
		sql: `UPDATE listing SET article = ? WHERE id = ?
		      AND NOT EXISTS (SELECT 1 FROM listing o WHERE o.supplier = ? AND o.article = ? AND o.id <> ?)`,
		args: []any{l.Article, l.ID, l.Supplier, l.Article, l.ID},
		want: 1, miss: articleTaken(l),
	}
}

func articleTaken(l *catalog.Listing) error {
	return &market.Fault{Kind: market.Conflict, Field: "article", Msg: "You have another listing with article code " + l.Article + ".", Fix: "Change that one, or give this one a code of its own."}
}

// putVariant writes the variant at position j. Those before it in the plan were
// moved to −1, so that two may exchange their SKUs.
func putVariant(l *catalog.Listing, j int) step {
	v := &l.Variants[j]
	return step{
		sql: `INSERT INTO variant (id, listing, supplier, position, sku, label, weight_grams, length_mm, width_mm, height_mm, prices)
		      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
		      WHERE NOT EXISTS (SELECT 1 FROM variant o WHERE o.supplier = ? AND o.sku = ? AND o.position >= 0 AND o.id <> ?)
		      ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, label = excluded.label,
		          weight_grams = excluded.weight_grams, length_mm = excluded.length_mm, width_mm = excluded.width_mm,
		          height_mm = excluded.height_mm, prices = excluded.prices
		      WHERE variant.listing = excluded.listing`,
		args: []any{v.ID, l.ID, l.Supplier, j, v.SKU, v.Label, v.WeightGrams, v.LengthMM, v.WidthMM, v.HeightMM, asJSON(v.Prices),
			l.Supplier, v.SKU, v.ID},
		want: 1, miss: &market.Fault{Kind: market.Conflict, Field: fmt.Sprintf("variants[%d].sku", j),
			Msg: "SKU " + v.SKU + " belongs to another of your listings.", Fix: "Give the variant a SKU of its own."},
	}
}

// putStock makes the stock of a new variant, or sets it where it is given.
func putStock(l *catalog.Listing, v *catalog.Variant, onHand market.Quantity, given bool) step {
	if !given {
		return step{
			sql:  `INSERT INTO stock (variant, supplier, on_hand) VALUES (?, ?, ?) ON CONFLICT (variant) DO NOTHING`,
			args: []any{v.ID, l.Supplier, v.OnHand},
		}
	}
	return step{
		sql: `INSERT INTO stock (variant, supplier, on_hand) VALUES (?, ?, ?)
		      ON CONFLICT (variant) DO UPDATE SET on_hand = excluded.on_hand WHERE stock.reserved <= excluded.on_hand`,
		args: []any{v.ID, l.Supplier, onHand},
		want: 1, miss: belowReserved,
	}
}

var belowReserved = &market.Fault{Kind: market.Conflict, Field: "stock", Msg: "Orders hold more than that.",
	Fix: "What is on hand counts what is ordered and not yet shipped: enter at least as much."}

// SetStock sets what is on hand of a variant of the supplier's.
func (db *DB) SetStock(ctx context.Context, supplier market.BusinessID, v catalog.VariantID, onHand market.Quantity) error {
	listing, err := one(ctx, db, `SELECT listing FROM variant WHERE id = ? AND supplier = ?`, itself[catalog.ListingID], v, supplier)
	if errors.Is(err, errNone) {
		return market.Missing("The variant")
	}
	if err != nil {
		return err
	}
	return db.commit(ctx, plan{
		{
			sql:  `UPDATE stock SET on_hand = ? WHERE variant = ? AND reserved <= ?`,
			args: []any{onHand, v, onHand},
			want: 1, miss: belowReserved,
		},
		db.listingChanged(listing),
	})
}

// CountWaiting counts what waits for review.
func (db *DB) CountWaiting(ctx context.Context) (int, error) {
	return one(ctx, db, `SELECT count(*) FROM listing WHERE `+waits, itself[int])
}

// CountByState counts listings, a supplier's or all.
func (db *DB) CountByState(ctx context.Context, supplier market.BusinessID) (map[catalog.State]int, error) {
	type row struct {
		state catalog.State
		n     int
	}
	columns := func(r *row) []any { return []any{&r.state, &r.n} }
	var (
		rows []row
		err  error
	)
	if supplier == "" {
		rows, err = all(ctx, db, `SELECT state, count(*) FROM listing GROUP BY state`, columns)
	} else {
		rows, err = all(ctx, db, `SELECT state, count(*) FROM listing WHERE supplier = ? GROUP BY state`, columns, supplier)
	}
	counts := make(map[catalog.State]int, len(rows))
	for _, r := range rows {
		counts[r.state] = r.n
	}
	return counts, err
}

// inText makes a LIKE pattern for text as a part, with \ as the escape.
func inText(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}
