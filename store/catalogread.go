package store

import (
	"context"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// A listing is read with its supplier, variants and stock in one statement, so
// that they belong together: a row a variant, whose columns come first, because
// the listing's are read once only.
const (
	listingColumns = `SELECT v.id, v.sku, v.label, v.weight_grams, v.length_mm, v.width_mm, v.height_mm, v.prices, s.on_hand, s.reserved,
	    l.id, l.supplier, l.article, l.state, l.reason, l.titles, l.descriptions, l.language, l.category, l.unit, l.moq, l.multiple,
	    l.lead_days, l.origin, l.hs_code, l.attributes, l.pictures, l.pending, l.created, l.changed, l.version,
	    b.name, b.slug, b.country, b.state, b.verification FROM `
	listingJoins = ` l
	    JOIN business b ON b.id = l.supplier
	    LEFT JOIN variant v ON v.listing = l.id AND v.position >= 0
	    LEFT JOIN stock s ON s.variant = v.id `
	listingOrder = ` ORDER BY l.id, v.position`

	// waits is what the operator is to review, as Waits tells it.
	waits = `(state = 'proposed' OR waits_since IS NOT NULL)`
)

// Listing reads a listing in any state.
func (db *DB) Listing(ctx context.Context, id catalog.ListingID) (catalog.Shown, error) {
	return db.listing(ctx, "The listing", listingColumns+`listing`+listingJoins+`WHERE l.id = ? ORDER BY v.position`, id)
}

// ListingOfVariant reads the listing that offers v now.
func (db *DB) ListingOfVariant(ctx context.Context, v catalog.VariantID) (catalog.Shown, error) {
	return db.listing(ctx, "The variant", listingColumns+`listing`+listingJoins+
		`WHERE l.id = (SELECT listing FROM variant WHERE id = ? AND position >= 0) ORDER BY v.position`, v)
}

func (db *DB) listing(ctx context.Context, what, sql string, key any) (catalog.Shown, error) {
	shown, err := db.listings(ctx, sql, key)
	if err != nil {
		return catalog.Shown{}, err
	}
	if len(shown) == 0 {
		return catalog.Shown{}, market.Missing(what)
	}
	return shown[0], nil
}

// Listings reads those that are there, in the order of ids.
func (db *DB) Listings(ctx context.Context, ids []catalog.ListingID) ([]catalog.Shown, error) {
	shown, err := db.listings(ctx, listingColumns+`listing`+listingJoins+`WHERE l.id IN ??`+listingOrder, ids)
	if err != nil {
		return nil, err
	}
	at := make(map[catalog.ListingID]int, len(shown))
	for i := range shown {
		at[shown[i].ID] = i
	}
	ordered := make([]catalog.Shown, 0, len(shown))
	for _, id := range ids {
		if i, ok := at[id]; ok {
			ordered = append(ordered, shown[i])
		}
	}
	return ordered, nil
}

// ByArticle reads a supplier's listings by its own codes, in the order of ids.
func (db *DB) ByArticle(ctx context.Context, supplier market.BusinessID, articles []string) ([]catalog.Listing, error) {
	shown, err := db.listings(ctx, listingColumns+`listing`+listingJoins+`WHERE l.supplier = ? AND l.article IN ??`+listingOrder, supplier, articles)
	ls := make([]catalog.Listing, len(shown))
	for i := range shown {
		ls[i] = shown[i].Listing
	}
	return ls, err
}

// List reads the listings that f names, oldest first.
func (db *DB) List(ctx context.Context, f catalog.Filter) ([]catalog.Shown, error) {
	conditions := []string{`id > ?`}
	args := []any{f.After}
	if f.Supplier != "" {
		conditions, args = append(conditions, `supplier = ?`), append(args, f.Supplier)
	}
	if f.State != "" {
		conditions, args = append(conditions, `state = ?`), append(args, f.State)
	}
	if f.Waiting {
		conditions = append(conditions, waits)
	}
	if f.Text != "" {
		part := inText(f.Text)
		conditions = append(conditions, `(lower(article) LIKE ? ESCAPE '\' OR EXISTS
		    (SELECT 1 FROM variant p WHERE p.listing = listing.id AND p.position >= 0 AND lower(p.sku) LIKE ? ESCAPE '\'))`)
		args = append(args, part, part)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	return db.listings(ctx, listingColumns+`(SELECT * FROM listing WHERE `+strings.Join(conditions, ` AND `)+` ORDER BY id LIMIT ?)`+
		listingJoins+listingOrder, append(args, min(limit, 500))...)
}

// listings runs a statement of listingColumns, ordered by listing.
func (db *DB) listings(ctx context.Context, sql string, args ...any) ([]catalog.Shown, error) {
	var (
		shown []catalog.Shown
		s     catalog.Shown
		v     catalog.Variant
	)
	variant := []any{&v.ID, &v.SKU, &v.Label, &v.WeightGrams, &v.LengthMM, &v.WidthMM, &v.HeightMM, asJSON(&v.Prices), &v.OnHand, &v.Reserved}
	whole := append(variant[:len(variant):len(variant)],
		&s.ID, &s.Supplier, &s.Article, &s.State, &s.Reason, asJSON(&s.Titles), asJSON(&s.Descriptions), &s.Language, &s.Category, &s.Unit, &s.MOQ, &s.Multiple,
		&s.LeadDays, &s.Origin, &s.HSCode, asJSON(&s.Attributes), asJSON(&s.Pictures), asJSON(&s.Pending), &s.Created, &s.Changed, &s.Version,
		&s.SupplierName, &s.SupplierSlug, &s.SupplierCountry, &s.SupplierState, &s.Verification)
	id := len(variant) // the column of the listing's id
	err := db.query(ctx, sql, args, func(rec record) error {
		v = catalog.Variant{}
		key, err := rec.text(id)
		if err != nil {
			return err
		}
		if n := len(shown); n > 0 && string(shown[n-1].ID) == key {
			if err := scan(rec, variant); err != nil {
				return err
			}
		} else {
			s = catalog.Shown{}
			if err := scan(rec, whole); err != nil {
				return err
			}
			shown = append(shown, s)
		}
		if v.ID != "" {
			last := &shown[len(shown)-1]
			last.Variants = append(last.Variants, v)
		}
		return nil
	})
	return shown, err
}
