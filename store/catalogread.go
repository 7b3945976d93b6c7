package store

import (
	"context"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// A listing is read with its supplier, variants and stock in one statement, so
// that they belong together: a row a variant, whose columns come first, because
// the listing's are read once only; those that a card leaves out come last.
const (
	cardColumns = `SELECT v.id, v.sku, v.label, v.weight_grams, v.length_mm, v.width_mm, v.height_mm, v.prices, s.on_hand, s.reserved,
	    l.id, l.supplier, l.article, l.state, l.titles, l.language, l.category, l.unit, l.moq, l.multiple,
	    l.lead_days, l.origin, l.hs_code, l.pictures, l.created, l.changed, l.version,
	    b.name, b.slug, b.country, b.state, b.verification`
	listingColumns = cardColumns + `, l.reason, l.descriptions, l.attributes, l.pending`
	listingJoins   = ` l
	    JOIN business b ON b.id = l.supplier
	    LEFT JOIN variant v ON v.listing = l.id AND v.position >= 0
	    LEFT JOIN stock s ON s.variant = v.id `
	listingOrder = ` ORDER BY l.id, v.position`
	listingsByID = ` FROM listing` + listingJoins + `WHERE l.id IN ??` + listingOrder

	// waits is what the operator is to review, as Waits tells it.
	waits = `(state = 'proposed' OR waits_since IS NOT NULL)`
)

// Listing reads a listing in any state.
func (db *DB) Listing(ctx context.Context, id catalog.ListingID) (catalog.Shown, error) {
	return db.listing(ctx, "The listing", ` FROM listing`+listingJoins+`WHERE l.id = ? ORDER BY v.position`, id)
}

// ListingOfVariant reads the listing that offers v now.
func (db *DB) ListingOfVariant(ctx context.Context, v catalog.VariantID) (catalog.Shown, error) {
	return db.listing(ctx, "The variant", ` FROM listing`+listingJoins+
		`WHERE l.id = (SELECT listing FROM variant WHERE id = ? AND position >= 0) ORDER BY v.position`, v)
}

func (db *DB) listing(ctx context.Context, what, from string, key any) (catalog.Shown, error) {
	shown, err := db.listings(ctx, listingColumns, from, key)
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
	return db.byID(ctx, listingColumns, ids)
}

// Cards reads them without what no list shows. For 24 listings with texts of 60
// words it takes three quarters of the time and 96 instead of 163 KB.
func (db *DB) Cards(ctx context.Context, ids []catalog.ListingID) ([]catalog.Shown, error) {
	return db.byID(ctx, cardColumns, ids)
}

func (db *DB) byID(ctx context.Context, columns string, ids []catalog.ListingID) ([]catalog.Shown, error) {
	shown, err := db.listings(ctx, columns, listingsByID, ids)
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
	shown, err := db.listings(ctx, listingColumns, ` FROM listing`+listingJoins+`WHERE l.supplier = ? AND l.article IN ??`+listingOrder, supplier, articles)
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
	return db.listings(ctx, listingColumns, ` FROM (SELECT * FROM listing WHERE `+strings.Join(conditions, ` AND `)+` ORDER BY id LIMIT ?)`+
		listingJoins+listingOrder, append(args, min(limit, 500))...)
}

// listings reads columns, cardColumns or listingColumns, from what is ordered by
// listing.
func (db *DB) listings(ctx context.Context, columns, from string, args ...any) ([]catalog.Shown, error) {
	var (
		shown []catalog.Shown
		s     catalog.Shown
		v     catalog.Variant
	)
	variant := []any{&v.ID, &v.SKU, &v.Label, &v.WeightGrams, &v.LengthMM, &v.WidthMM, &v.HeightMM, asJSON(&v.Prices), &v.OnHand, &v.Reserved}
	whole := append(variant[:len(variant):len(variant)],
		&s.ID, &s.Supplier, &s.Article, &s.State, asJSON(&s.Titles), &s.Language, &s.Category, &s.Unit, &s.MOQ, &s.Multiple,
		&s.LeadDays, &s.Origin, &s.HSCode, asJSON(&s.Pictures), &s.Created, &s.Changed, &s.Version,
		&s.SupplierName, &s.SupplierSlug, &s.SupplierCountry, &s.SupplierState, &s.Verification)
	if columns == listingColumns {
		whole = append(whole, &s.Reason, asJSON(&s.Descriptions), asJSON(&s.Attributes), asJSON(&s.Pending))
	}
	id := len(variant) // the column of the listing's id
	err := db.query(ctx, columns+from, args, func(rec record) error {
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
