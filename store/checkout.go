package store

import (
	"context"
	"fmt"
	"maps"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

const (
	// ownCart is the person's cart that CartOf would read.
	ownCart = `(SELECT id FROM cart WHERE person = ? ORDER BY changed DESC, id DESC LIMIT 1)`

	selectBuyer = `SELECT b.id, b.name, b.state, a.id, a.business, a.country, a.lines, a.created, k.wrapped
		FROM business b LEFT JOIN address a ON a.business = b.id AND a.id = ?
			LEFT JOIN key k ON k.kind = 'business' AND k.id = b.id WHERE b.id = ?`

	// A row for each line, or one without a line for an empty cart.
	selectCart = `SELECT c.id, c.person, c.changed, n.variant, n.quantity, n.seen, n.currency, n.added,
			l.id, l.supplier, b.name, b.slug, b.country, b.currency, b.verification,
			l.state = 'published' AND b.state = 'active' AND v.position >= 0,
			l.titles, l.language, l.article, l.unit, l.moq, l.multiple, l.lead_days, l.origin, l.hs_code,
			v.id, v.sku, v.label, v.weight_grams, v.length_mm, v.width_mm, v.height_mm, v.prices, s.on_hand, s.reserved,
			t.commission_bps, t.version
		FROM cart c LEFT JOIN cart_line n ON n.cart_id = c.id LEFT JOIN variant v ON v.id = n.variant
			LEFT JOIN listing l ON l.id = v.listing LEFT JOIN business b ON b.id = l.supplier LEFT JOIN stock s ON s.variant = v.id
			LEFT JOIN terms t ON t.business = l.supplier
		WHERE c.id = ` + ownCart + ` ORDER BY n.added, n.variant`
)

// Checkout reads what a person's cart is ordered from. Freight tables are
// remembered by their version; those that are not take a second read.
func (db *DB) Checkout(ctx context.Context, a market.Actor, id party.AddressID) (order.Checkout, error) {
	type buyer struct {
		business party.Business
		address  party.Address
		wrapped  market.Sealed
	}
	type line struct {
		cart  order.Cart
		line  order.CartLine
		offer order.Offer
		terms order.Terms
	}
	var (
		buyers []buyer
		lines  []line
	)
	err := db.askAll(ctx,
		question{selectBuyer, []any{id, a.Business}, collect(&buyers, func(b *buyer) []any {
			return []any{&b.business.ID, &b.business.Name, &b.business.State, &b.address.ID, &b.address.Business, &b.address.Country, &b.address.Lines, &b.address.Created, &b.wrapped}
		})},
		question{selectCart, []any{a.Person}, collect(&lines, func(r *line) []any {
			n, o, v := &r.line, &r.offer, &r.offer.Variant
			return []any{&r.cart.ID, &r.cart.Person, &r.cart.Changed, &n.Variant, &n.Quantity, &n.Seen.Minor, &n.Seen.Currency, &n.Added,
				&o.Listing, &o.Supplier, &o.SupplierName, &o.SupplierSlug, &o.Country, &o.Currency, &o.Verification,
				&o.Buyable, asJSON(&o.Titles), &o.Language, &o.Article, &o.Unit, &o.MOQ, &o.Multiple, &o.LeadDays, &o.Origin, &o.HSCode,
				&v.ID, &v.SKU, &v.Label, &v.WeightGrams, &v.LengthMM, &v.WidthMM, &v.HeightMM, asJSON(&v.Prices), &v.OnHand, &v.Reserved,
				&r.terms.CommissionBps, &r.terms.Version}
		})})
	switch {
	case err != nil:
		return order.Checkout{}, fmt.Errorf("read the checkout of person %s: %w", a.Person, err)
	case len(buyers) == 0:
		return order.Checkout{}, market.Missing("The business")
	}
	c := order.Checkout{Buyer: buyers[0].business, Address: buyers[0].address, Key: party.Key{Subject: buyers[0].business.Of(), Wrapped: buyers[0].wrapped}, Terms: map[market.BusinessID]order.Terms{}}
	var unknown []market.BusinessID // suppliers whose tables are to be read
	for _, r := range lines {
		if c.Cart.ID == "" {
			c.Cart = r.cart
		}
		if r.line.Variant == "" {
			break
		}
		c.Cart.Lines = append(c.Cart.Lines, r.line)
		if r.offer.Variant.ID == "" {
			continue
		}
		c.Offers = append(c.Offers, r.offer)
		if _, seen := c.Terms[r.offer.Supplier]; seen || r.terms.Version == 0 {
			continue
		}
		var known bool
		r.terms.Business = r.offer.Supplier
		if r.terms.Freight, known = db.tables.of(r.terms.Business, r.terms.Version); !known {
			unknown = append(unknown, r.terms.Business)
		}
		c.Terms[r.terms.Business] = r.terms
	}
	if len(unknown) == 0 {
		return c, nil
	}
	terms, err := db.Terms(ctx, unknown)
	maps.Copy(c.Terms, terms)
	return c, err
}
