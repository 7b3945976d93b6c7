package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// Public tells whether everybody may see it: published, and its supplier active.
func (s Shown) Public() bool { return s.State == Published && s.SupplierState == string(party.Active) }

// View is a listing for its page. Its supplier and the operator see it in any
// state; for everybody else what is not public is not found.
func (d *Desk) View(ctx context.Context, a market.Actor, id ListingID) (Shown, error) {
	s, err := d.records.Listing(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if a.Operator || owns(a, s.Supplier) {
		return s, nil
	}
	if s.Public() {
		s.Pending, s.Reason = nil, ""
		return s, nil
	}
	return Shown{}, errListing()
}

// Edit is a listing for its editor: for its supplier and the operator alone.
func (d *Desk) Edit(ctx context.Context, a market.Actor, id ListingID) (Shown, error) {
	return d.own(ctx, a, id)
}

// Own lists the actor's own listings; the operator's list is of all suppliers
// unless f names one. Oldest first, from f.After on.
func (d *Desk) Own(ctx context.Context, a market.Actor, f Filter) ([]Shown, error) {
	switch {
	case a.Operator:
	case owns(a, a.Business):
		f.Supplier = a.Business
	default:
		return nil, forbidden(a, "Only a business that sells has listings.")
	}
	return d.records.List(ctx, f)
}

// All is a supplier's whole catalogue in any state, for its export: for itself
// and the operator, as each may take it in again: the supplier's with its pending
// changes. It is held in memory, about 3 KB a listing.
func (d *Desk) All(ctx context.Context, a market.Actor, supplier market.BusinessID) ([]Listing, error) {
	if !a.Operator && !owns(a, supplier) {
		return nil, forbidden(a, "Only the supplier itself and the house can take a catalogue away.")
	}
	var ls []Listing
	for f := (Filter{Supplier: supplier, Limit: 500}); ; {
		page, err := d.records.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			ls = append(ls, startOf(a, s.Listing))
		}
		if len(page) < f.Limit {
			return ls, nil
		}
		f.After = page[len(page)-1].ID
	}
}

// Count counts the actor's listings by state; the operator's count is of all.
func (d *Desk) Count(ctx context.Context, a market.Actor) (map[State]int, error) {
	switch {
	case a.Operator:
		return d.records.CountByState(ctx, "")
	case owns(a, a.Business):
		return d.records.CountByState(ctx, a.Business)
	}
	return nil, forbidden(a, "Only a business that sells has listings.")
}

// Storefront lists what a supplier offers to everybody, from after on.
func (d *Desk) Storefront(ctx context.Context, supplier market.BusinessID, after ListingID, limit int) ([]Shown, error) {
	shown, err := d.records.List(ctx, Filter{Supplier: supplier, State: Published, After: after, Limit: limit})
	return public(shown), err
}

// Showing is the cards of the listings that everybody may see, in the order
// asked for; the others are left out. A card has no Descriptions and no
// Attributes: View has them.
func (d *Desk) Showing(ctx context.Context, ids []ListingID) ([]Shown, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cards, err := d.records.Cards(ctx, ids)
	return public(cards), err
}

func public(shown []Shown) []Shown {
	shown = slices.DeleteFunc(shown, func(s Shown) bool { return !s.Public() })
	for i := range shown {
		shown[i].Pending, shown[i].Reason = nil, ""
	}
	return shown
}

// treeAge is how long a change to the tree by another process stays unseen: a
// page needs the tree and must not read a hundred rows for it.
const treeAge = 10 * time.Second

// Tree is the category tree.
func (d *Desk) Tree(ctx context.Context) (Tree, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock()
	if now.Before(d.till) {
		return d.tree, nil
	}
	categories, err := d.records.Categories(ctx)
	if err != nil {
		return Tree{}, err
	}
	d.tree, d.till = NewTree(categories), now.Add(treeAge)
	return d.tree, nil
}

// Plant adds categories to the tree and changes those that are there.
func (d *Desk) Plant(ctx context.Context, a market.Actor, categories []Category) error {
	if !a.Operator {
		return forbidden(a, "Only the house orders the categories.")
	}
	var faults market.Faults
	for _, c := range categories {
		if !isPath(c.Path) || c.Names["en"] == "" {
			faults.Add("categories."+clip(c.Path), "The category has no English name, or its path is not made of small letters, digits, hyphens and strokes.", "Write it like home/kitchen/mugs.")
		}
	}
	if len(faults) > 0 {
		return faults
	}
	if err := d.records.PutCategories(ctx, categories); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.till = time.Time{}
	return nil
}

func isPath(path string) bool {
	for _, slug := range strings.Split(path, "/") {
		if slug == "" || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(path) <= mostCategoryPath
}

// Search asks the index and reads the cards of what it found, as Showing does.
func (d *Desk) Search(ctx context.Context, q Query) (Found, []Shown, error) {
	if d.index == nil {
		return Found{}, nil, nil
	}
	found, err := d.index.Search(ctx, q)
	if err != nil {
		return Found{}, nil, err
	}
	shown, err := d.Showing(ctx, found.IDs)
	return found, shown, err
}
