package catalogtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"kontor/market"
	"kontor/market/catalog"
)

// Memory keeps a catalogue in memory, for tests of rooms that need one. It
// passes the same suite as the engines.
type Memory struct {
	mu         sync.Mutex
	suppliers  map[market.BusinessID]catalog.Shown // the public face
	categories map[string]catalog.Category
	listings   map[catalog.ListingID]catalog.Listing
	saves      int
}

// NewMemory makes an empty catalogue of active suppliers.
func NewMemory(suppliers ...market.BusinessID) *Memory {
	m := &Memory{suppliers: map[market.BusinessID]catalog.Shown{}, categories: map[string]catalog.Category{}, listings: map[catalog.ListingID]catalog.Listing{}}
	for i, id := range suppliers {
		m.suppliers[id] = catalog.Shown{SupplierName: "Supplier " + string(rune('A'+i)), SupplierSlug: "supplier-" + string(rune('a'+i)),
			SupplierCountry: "DE", SupplierState: "active", Verification: "unchecked"}
	}
	return m
}

// Saves counts the listings written.
func (m *Memory) Saves() int { m.mu.Lock(); defer m.mu.Unlock(); return m.saves }

// Hold reserves stock, as an order does.
func (m *Memory) Hold(v catalog.VariantID, n market.Quantity) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.listings {
		for i := range l.Variants {
			if l.Variants[i].ID == v {
				l.Variants[i].Reserved += n
			}
		}
	}
}

// Bar suspends a supplier.
func (m *Memory) Bar(supplier market.BusinessID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.suppliers[supplier]
	s.SupplierState = "suspended"
	m.suppliers[supplier] = s
}

// copied is a listing that shares nothing with l, as if it had lain on disk.
func copied(l catalog.Listing) catalog.Listing {
	b, err := json.Marshal(l)
	if err == nil {
		var c catalog.Listing
		if err = json.Unmarshal(b, &c); err == nil {
			return c
		}
	}
	panic(err)
}

func (m *Memory) Categories(context.Context) ([]catalog.Category, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return catalog.NewTree(slices.Collect(maps.Values(m.categories))).All(), nil
}

func (m *Memory) PutCategories(_ context.Context, cs []catalog.Category) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range cs {
		m.categories[c.Path] = c
	}
	return nil
}

func (m *Memory) Save(_ context.Context, ls []catalog.Listing, stock map[catalog.VariantID]market.Quantity) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := maps.Clone(m.listings)
	for _, l := range ls {
		was, there := after[l.ID]
		if there != (l.Version > 0) || was.Version != l.Version {
			return &market.Fault{Kind: market.Conflict, Msg: "The listing was changed."}
		}
		l = copied(l)
		l.Version++
		for i := range l.Variants {
			v := &l.Variants[i]
			v.Reserved = 0
			for _, w := range was.Variants {
				if w.ID == v.ID {
					v.OnHand, v.Reserved = w.OnHand, w.Reserved
				}
			}
			if n, given := stock[v.ID]; given {
				v.OnHand = n
			}
			if v.OnHand < v.Reserved {
				return &market.Fault{Kind: market.Conflict, Field: "stock", Msg: "Orders hold more than that."}
			}
		}
		after[l.ID] = l
	}
	if err := unique(after); err != nil {
		return err
	}
	m.listings, m.saves = after, m.saves+len(ls)
	return nil
}

func unique(listings map[catalog.ListingID]catalog.Listing) error {
	seen := map[string]catalog.ListingID{}
	taken := func(field, code string, l catalog.Listing) error {
		key := field[strings.LastIndexByte(field, '.')+1:] + "\x00" + string(l.Supplier) + "\x00" + code
		if _, there := seen[key]; there {
			return &market.Fault{Kind: market.Conflict, Field: field, Msg: code + " belongs to another listing.", Fix: "Choose another."}
		}
		seen[key] = l.ID
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(listings)) {
		l := listings[id]
		if err := taken("article", l.Article, l); err != nil {
			return err
		}
		for i, v := range l.Variants {
			if err := taken(fmt.Sprintf("variants[%d].sku", i), v.SKU, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Memory) SetStock(_ context.Context, supplier market.BusinessID, id catalog.VariantID, onHand market.Quantity) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.listings {
		for i := range l.Variants {
			switch v := &l.Variants[i]; {
			case v.ID != id || l.Supplier != supplier:
			case onHand < v.Reserved:
				return &market.Fault{Kind: market.Conflict, Field: "stock", Msg: "Orders hold more than that."}
			default:
				v.OnHand = onHand
				return nil
			}
		}
	}
	return market.Missing("The variant")
}

// find lists what keep says, by id.
func (m *Memory) find(keep func(catalog.Listing) bool) []catalog.Shown {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []catalog.Shown
	for _, id := range slices.Sorted(maps.Keys(m.listings)) {
		if l := m.listings[id]; keep(l) {
			s := m.suppliers[l.Supplier]
			s.Listing = copied(l)
			found = append(found, s)
		}
	}
	return found
}

func first(found []catalog.Shown, what string) (catalog.Shown, error) {
	if len(found) == 0 {
		return catalog.Shown{}, market.Missing(what)
	}
	return found[0], nil
}

func (m *Memory) Listing(_ context.Context, id catalog.ListingID) (catalog.Shown, error) {
	return first(m.find(func(l catalog.Listing) bool { return l.ID == id }), "The listing")
}

func (m *Memory) ListingOfVariant(_ context.Context, id catalog.VariantID) (catalog.Shown, error) {
	return first(m.find(func(l catalog.Listing) bool {
		return slices.ContainsFunc(l.Variants, func(v catalog.Variant) bool { return v.ID == id })
	}), "The variant")
}

func (m *Memory) Listings(_ context.Context, ids []catalog.ListingID) ([]catalog.Shown, error) {
	found := m.find(func(l catalog.Listing) bool { return slices.Contains(ids, l.ID) })
	slices.SortFunc(found, func(a, b catalog.Shown) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return found, nil
}

func (m *Memory) Cards(ctx context.Context, ids []catalog.ListingID) ([]catalog.Shown, error) {
	found, err := m.Listings(ctx, ids)
	for i := range found {
		found[i].Descriptions, found[i].Attributes, found[i].Pending, found[i].Reason = nil, nil, nil, ""
	}
	return found, err
}

func (m *Memory) ByArticle(_ context.Context, supplier market.BusinessID, articles []string) ([]catalog.Listing, error) {
	var ls []catalog.Listing
	for _, s := range m.find(func(l catalog.Listing) bool { return l.Supplier == supplier && slices.Contains(articles, l.Article) }) {
		ls = append(ls, s.Listing)
	}
	return ls, nil
}

func (m *Memory) List(_ context.Context, f catalog.Filter) ([]catalog.Shown, error) {
	has := func(code string) bool { return strings.Contains(strings.ToLower(code), strings.ToLower(f.Text)) }
	found := m.find(func(l catalog.Listing) bool {
		return (f.Supplier == "" || l.Supplier == f.Supplier) && (f.State == "" || l.State == f.State) && (!f.Waiting || l.Waits()) && l.ID > f.After &&
			(f.Text == "" || has(l.Article) || slices.ContainsFunc(l.Variants, func(v catalog.Variant) bool { return has(v.SKU) }))
	})
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return found[:min(len(found), f.Limit, 500)], nil
}

func (m *Memory) LowStock(_ context.Context, supplier market.BusinessID, limit int) ([]catalog.ListingID, error) {
	var ids []catalog.ListingID
	for _, s := range m.find(func(l catalog.Listing) bool { return l.Supplier == supplier && l.State == catalog.Published }) {
		if len(ids) < limit && slices.ContainsFunc(s.Variants, func(v catalog.Variant) bool { return v.Available() < s.MOQ }) {
			ids = append(ids, s.ID)
		}
	}
	return ids, nil
}

func (m *Memory) CountWaiting(context.Context) (int, error) {
	return len(m.find(catalog.Listing.Waits)), nil
}

func (m *Memory) CountByState(_ context.Context, supplier market.BusinessID) (map[catalog.State]int, error) {
	counts := map[catalog.State]int{}
	for _, s := range m.find(func(l catalog.Listing) bool { return supplier == "" || l.Supplier == supplier }) {
		counts[s.State]++
	}
	return counts, nil
}
