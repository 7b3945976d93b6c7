package store

import (
	"context"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
)

var (
	_ order.Carts = (*DB)(nil)
	_ order.Shelf = (*DB)(nil)
)

// Cart reads one cart; NotFound if there is none.
func (db *DB) Cart(ctx context.Context, id order.CartID) (order.Cart, error) {
	return db.cart(ctx, `WHERE id = ?`, id)
}

// CartOf reads a person's cart, the one changed last.
func (db *DB) CartOf(ctx context.Context, p market.PersonID) (order.Cart, error) {
	return db.cart(ctx, `WHERE person = ? ORDER BY changed DESC, id DESC LIMIT 1`, p)
}

func (db *DB) cart(ctx context.Context, which string, of any) (order.Cart, error) {
	c, err := one(ctx, db, `SELECT id, person, changed FROM cart `+which, func(c *order.Cart) []any {
		return []any{&c.ID, &c.Person, &c.Changed}
	}, of)
	if err != nil {
		return order.Cart{}, orMissing(err, "This cart")
	}
	c.Lines, err = all(ctx, db, `SELECT variant, quantity, seen, currency, added FROM cart_line WHERE cart_id = ? ORDER BY added, variant`,
		func(l *order.CartLine) []any {
			return []any{&l.Variant, &l.Quantity, &l.Seen.Minor, &l.Seen.Currency, &l.Added}
		}, c.ID)
	if err != nil {
		return order.Cart{}, fmt.Errorf("read lines of cart %s: %w", c.ID, err)
	}
	return c, nil
}

// Guests' carts cost whoever makes them nothing, so that their number is bounded:
// with every so manyth, those beyond the newest are dropped.
const (
	mostGuestCarts = 50_000
	guestRoomEvery = 256
)

// PutCart makes a cart or gives it to a person; its lines are left alone. The
// oldest guests' carts go where there are too many.
func (db *DB) PutCart(ctx context.Context, c order.Cart) error {
	p := plan{{
		sql: `INSERT INTO cart (id, person, changed) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET person = excluded.person, changed = excluded.changed`,
		args: []any{c.ID, null(c.Person), c.Changed},
	}}
	if c.Person == "" && db.guestCarts.Add(1)%guestRoomEvery == 0 {
		p = append(p, step{
			sql:  `DELETE FROM cart WHERE person IS NULL AND changed < (SELECT changed FROM cart WHERE person IS NULL ORDER BY changed DESC LIMIT 1 OFFSET ?)`,
			args: []any{mostGuestCarts - 1},
		})
	}
	return db.commit(ctx, p)
}

// SetLine sets a variant's quantity; 0 takes the line out. A line that was there
// keeps its place. NotFound if there is no such cart.
func (db *DB) SetLine(ctx context.Context, id order.CartID, l order.CartLine) error {
	p := plan{{
		sql: `UPDATE cart SET changed = ? WHERE id = ?`, args: []any{db.clock(), id},
		want: 1, miss: market.Missing("This cart"),
	}}
	if l.Quantity <= 0 {
		p = append(p, step{sql: `DELETE FROM cart_line WHERE cart_id = ? AND variant = ?`, args: []any{id, l.Variant}})
	} else {
		p = append(p, step{
			sql: `INSERT INTO cart_line (cart_id, variant, quantity, seen, currency, added) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (cart_id, variant) DO UPDATE SET quantity = excluded.quantity, seen = excluded.seen, currency = excluded.currency`,
			args: []any{id, l.Variant, l.Quantity, l.Seen.Minor, l.Seen.Currency, l.Added},
		})
	}
	return db.commit(ctx, p)
}

// DropCart removes a cart with its lines; one that is not there is no fault.
func (db *DB) DropCart(ctx context.Context, id order.CartID) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM cart WHERE id = ?`, args: []any{id}}})
}

// ForgetCarts removes guests' carts that nobody touched since before. Called
// daily, it bounds what passing visitors leave behind.
func (db *DB) ForgetCarts(ctx context.Context, before time.Time) error {
	return db.commit(ctx, plan{{sql: `DELETE FROM cart WHERE person IS NULL AND changed < ?`, args: []any{before}}})
}

// Offers reads what pricing needs of variants that are still sold.
func (db *DB) Offers(ctx context.Context, vs []catalog.VariantID) ([]order.Offer, error) {
	type row struct {
		order.Offer
		pictures []catalog.Picture
	}
	rows, err := all(ctx, db, `
		SELECT l.id, l.supplier, b.name, b.slug, b.country, b.currency, b.verification,
			l.state = 'published' AND b.state = 'active' AND v.position >= 0,
			l.titles, l.language, l.article, l.unit, l.moq, l.multiple, l.lead_days, l.origin, l.hs_code, l.pictures,
			v.id, v.sku, v.label, v.weight_grams, v.length_mm, v.width_mm, v.height_mm, v.prices, s.on_hand, s.reserved
		FROM variant v JOIN listing l ON l.id = v.listing JOIN stock s ON s.variant = v.id JOIN business b ON b.id = l.supplier
		WHERE v.id IN ?? ORDER BY v.id`,
		func(o *row) []any {
			return []any{&o.Listing, &o.Supplier, &o.SupplierName, &o.SupplierSlug, &o.Country, &o.Currency, &o.Verification,
				&o.Buyable, asJSON(&o.Titles), &o.Language, &o.Article, &o.Unit, &o.MOQ, &o.Multiple, &o.LeadDays, &o.Origin,
				&o.HSCode, asJSON(&o.pictures), &o.Variant.ID, &o.Variant.SKU, &o.Variant.Label, &o.Variant.WeightGrams,
				&o.Variant.LengthMM, &o.Variant.WidthMM, &o.Variant.HeightMM, asJSON(&o.Variant.Prices), &o.Variant.OnHand, &o.Variant.Reserved}
		}, vs)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	byID := make(map[catalog.VariantID]*row, len(rows))
	for i := range rows {
		byID[rows[i].Variant.ID] = &rows[i]
	}
	offers := make([]order.Offer, 0, len(rows))
	for _, v := range vs {
		r := byID[v]
		if r == nil {
			continue
		}
		if len(r.pictures) > 0 {
			r.Picture = r.pictures[0]
		}
		offers = append(offers, r.Offer)
	}
	return offers, nil
}
