package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kontor/market"
)

// EntryOf is what the index holds of s. Only what is Public belongs there.
func EntryOf(s Shown, tree Tree) Entry {
	e := Entry{
		ID: s.ID, Supplier: s.Supplier, SupplierName: s.SupplierName, Article: s.Article,
		Titles: s.Titles, Descriptions: s.Descriptions, Category: s.Category,
		Origin: s.Origin, MOQ: s.MOQ, LeadDays: s.LeadDays, Changed: s.Changed.Unix(),
	}
	var names []string
	for _, c := range tree.Trail(s.Category) {
		for _, lang := range slices.Sorted(maps.Keys(c.Names)) {
			names = append(names, c.Names[lang])
		}
	}
	e.CategoryText = strings.Join(names, " ")
	for _, a := range s.Attributes {
		text := a.Name + " " + a.Value
		if a.Unit != "" {
			text += " " + a.Unit
		}
		e.Attributes = append(e.Attributes, text)
	}
	currencies := map[market.Currency]bool{}
	for _, v := range s.Variants {
		e.SKUs = append(e.SKUs, v.SKU)
		e.InStock = e.InStock || v.Available() > 0
		for _, p := range v.Prices {
			if currencies[p.Currency] {
				continue
			}
			currencies[p.Currency] = true
			if lowest, ok := s.Lowest(p.Currency); ok {
				e.Prices = append(e.Prices, lowest)
			}
		}
	}
	return e
}

// Reindex brings the index up to date with these listings: public ones are put,
// the others, missing ones too, taken out. It is what the event
// "listing.changed" asks for; repeating it does no harm.
func (d *Desk) Reindex(ctx context.Context, ids ...ListingID) error {
	if d.index == nil || len(ids) == 0 {
		return nil
	}
	shown, err := d.records.Listings(ctx, ids)
	if err != nil {
		return fmt.Errorf("read %d listings for the index: %w", len(ids), err)
	}
	tree, err := d.Tree(ctx)
	if err != nil {
		return fmt.Errorf("read categories for the index: %w", err)
	}
	present := make(map[ListingID]bool, len(shown))
	entries := make([]Entry, 0, len(shown))
	for _, s := range shown {
		if s.Public() {
			present[s.ID] = true
			entries = append(entries, EntryOf(s, tree))
		}
	}
	var gone []ListingID
	for _, id := range ids {
		if !present[id] {
			gone = append(gone, id)
		}
	}
	return d.index.Put(ctx, entries, gone)
}

// ReindexAll does so for every listing that f names: all of a supplier whose
// standing changed, or, with no filter, all there are. Where f names no state,
// listings that nobody may see are taken out.
func (d *Desk) ReindexAll(ctx context.Context, f Filter) error {
	if d.index == nil {
		return nil
	}
	tree, err := d.Tree(ctx)
	if err != nil {
		return fmt.Errorf("read categories for the index: %w", err)
	}
	for f.Limit = 500; ; {
		shown, err := d.records.List(ctx, f)
		if err != nil {
			return fmt.Errorf("read listings for the index: %w", err)
		}
		var entries []Entry
		var gone []ListingID
		for _, s := range shown {
			if s.Public() {
				entries = append(entries, EntryOf(s, tree))
			} else {
				gone = append(gone, s.ID)
			}
		}
		if err := d.index.Put(ctx, entries, gone); err != nil {
			return err
		}
		if len(shown) < f.Limit {
			return nil
		}
		f.After = shown[len(shown)-1].ID
	}
}
