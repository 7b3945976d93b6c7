package store

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
)

// pricesSound reads the price lists of every variant on offer and holds them
// against what the catalogue allows: quantities that rise, prices that don't, a
// first tier that the smallest order reaches.
func pricesSound(ctx context.Context, from reader, c *Check) error {
	var (
		id, prices string
		state      catalog.State
		moq        market.Quantity
	)
	return each(ctx, from, `
		SELECT v.id, v.prices, l.state, l.moq FROM variant v JOIN listing l ON l.id = v.listing
		WHERE v.position >= 0 ORDER BY v.listing, v.position`,
		[]any{&id, &prices, &state, &moq}, func() {
			c.Checked++
			v := catalog.Variant{ID: catalog.VariantID(id)}
			if json.Unmarshal([]byte(prices), &v.Prices) != nil {
				c.fail("prices of variant " + id)
				return
			}
			l := catalog.Listing{State: state, MOQ: moq, Variants: []catalog.Variant{v}}
			for _, f := range catalog.Check(l, catalog.Tree{}) {
				if strings.HasPrefix(f.Field, "variants[0].prices") {
					c.fail("prices of variant " + id)
					return
				}
			}
		})
}

// changesSound holds every pending change against its listing: it can be read,
// says something else than what is published and could be published as it is;
// and the operator's queue knows it just as long as it waits.
func changesSound(ctx context.Context, from reader, c *Check) error {
	categories, err := all(ctx, from, `SELECT path, position, names FROM category`,
		func(c *catalog.Category) []any { return []any{&c.Path, &c.Position, asJSON(&c.Names)} })
	if err != nil {
		return err
	}
	tree := catalog.NewTree(categories)
	var (
		l                                          catalog.Listing
		titles, descriptions, attributes, pictures string
		pending                                    string
		waits                                      time.Time
	)
	return each(ctx, from, `
		SELECT id, state, language, category, origin, hs_code, titles, descriptions, attributes, pictures, pending, waits_since
		FROM listing WHERE pending IS NOT NULL OR waits_since IS NOT NULL ORDER BY id`,
		[]any{&l.ID, &l.State, &l.Language, &l.Category, &l.Origin, &l.HSCode, &titles, &descriptions, &attributes, &pictures, &pending, &waits}, func() {
			c.Checked++
			l.Titles, l.Descriptions, l.Attributes, l.Pictures, l.Pending = nil, nil, nil, nil, nil
			read := true
			for text, into := range map[*string]any{&titles: &l.Titles, &descriptions: &l.Descriptions, &attributes: &l.Attributes, &pictures: &l.Pictures, &pending: &l.Pending} {
				read = read && json.Unmarshal([]byte(*text), into) == nil
			}
			if !read || !changeSound(l, waits, tree) {
				c.fail("change of listing " + string(l.ID))
			}
		})
}

// changeSound judges one listing that has a change, or waits for review as if
// it had.
func changeSound(l catalog.Listing, waits time.Time, tree catalog.Tree) bool {
	if l.Pending == nil || l.Pending.Since.IsZero() || l.State != catalog.Published && l.State != catalog.Suspended {
		return false
	}
	since := l.Pending.Since.Truncate(time.Microsecond) // as the column keeps it
	if !l.Waits() {
		since = time.Time{}
	}
	if !waits.Equal(since) || reflect.DeepEqual(l.Pending.Face, l.Face()) {
		return false
	}
	for _, f := range catalog.Check(l.Wanted(), tree) {
		name, _, _ := strings.Cut(f.Field, "[")
		name, _, _ = strings.Cut(name, ".")
		switch name {
		case "titles", "descriptions", "language", "category", "origin", "hs_code", "attributes", "pictures":
			return false
		}
	}
	return true
}
