package search

import (
	"cmp"
	"slices"
	"strings"

	"kontor/market/catalog"
)

// mostSuppliers is how many suppliers Found lists.
const mostSuppliers = 12

// The facets, as bits of what a listing fails.
const (
	byCategory = 1 << iota
	bySupplier
	byOrigin
	byBand
	byMOQ
	byLead
)

// tally counts, for each value of each facet, the listings that pass all other
// facets' filters: what choosing the value would leave.
type tally struct {
	categories, suppliers, origins []int32
	bands                          [noPrice + 1]int32
	moqs, leads                    [256]int32
}

// filter is a query's filters by numbers of a view.
type filter struct {
	category        []bool // nil: any
	supplier        int    // -1: any
	origins         []bool // nil: any
	band, moq, lead int    // -1: any; -2: one that is none
}

func newFilter(v *view, q catalog.Query) filter {
	f := filter{supplier: -1, band: place(catalog.PriceBands, q.Band), moq: place(catalog.MOQBands, q.MOQ), lead: place(catalog.LeadBands, q.Lead)}
	if q.Category != "" {
		f.category = make([]bool, len(v.categories))
		for i, c := range v.categories {
			f.category[i] = c == q.Category || strings.HasPrefix(c, q.Category+"/")
		}
	}
	if q.Supplier != "" {
		f.supplier = slices.Index(v.suppliers, string(q.Supplier))
		if f.supplier < 0 {
			f.supplier = -2
		}
	}
	if len(q.Origins) > 0 {
		f.origins = make([]bool, len(v.origins))
		for i, o := range v.origins {
			f.origins[i] = slices.Contains(q.Origins, o)
		}
	}
	return f
}

func place(bands []catalog.Band, key string) int {
	if key == "" {
		return -1
	}
	if i := slices.IndexFunc(bands, func(b catalog.Band) bool { return b.Key == key }); i >= 0 {
		return i
	}
	return -2
}

// fails are the facets whose filter the listing doesn't pass.
func (f *filter) fails(r *row, band uint8) (bits uint) {
	if f.category != nil && !f.category[r.category] {
		bits |= byCategory
	}
	if f.supplier != -1 && int(r.supplier) != f.supplier {
		bits |= bySupplier
	}
	if f.origins != nil && !f.origins[r.origin] {
		bits |= byOrigin
	}
	if f.band != -1 && int(band) != f.band {
		bits |= byBand
	}
	if f.moq != -1 && int(r.moqBand) != f.moq {
		bits |= byMOQ
	}
	if f.lead != -1 && int(r.leadBand) != f.lead {
		bits |= byLead
	}
	return bits
}

// count filters, counts and sorts the listings found.
func (h *hunt) count(q catalog.Query) catalog.Found {
	v := h.view
	f := newFilter(v, q)
	t := tally{
		categories: make([]int32, len(v.categories)), suppliers: make([]int32, len(v.suppliers)), origins: make([]int32, len(v.origins)),
	}
	top := newRanking(q, h.needed > 0)
	total := 0
	for _, p := range v.parts {
		prices := p.columns.prices[q.Currency]
		for doc := range p.columns.rows {
			if !h.found(p, doc) {
				continue
			}
			r := &p.columns.rows[doc]
			cost := price{band: noPrice}
			if prices != nil {
				cost = prices[doc]
			}
			fails := f.fails(r, cost.band)
			if fails == 0 {
				total++
				top.add(r, cost, h.scratch.score[p.base+doc])
			}
			if fails&^byCategory == 0 {
				t.categories[r.category]++
			}
			if fails&^bySupplier == 0 {
				t.suppliers[r.supplier]++
			}
			if fails&^byOrigin == 0 {
				t.origins[r.origin]++
			}
			if fails&^byBand == 0 {
				t.bands[cost.band]++
			}
			if fails&^byMOQ == 0 {
				t.moqs[r.moqBand]++
			}
			if fails&^byLead == 0 {
				t.leads[r.leadBand]++
			}
		}
	}
	return catalog.Found{
		IDs: top.page(), Total: total,
		Category: children(v.categories, t.categories, q.Category),
		Bands:    steps(catalog.PriceBands, t.bands[:], q.Band),
		MOQs:     steps(catalog.MOQBands, t.moqs[:], q.MOQ),
		Leads:    steps(catalog.LeadBands, t.leads[:], q.Lead),
		Origins:  values(v.origins, t.origins, q.Origins, len(v.origins)),
		Supplier: values(v.suppliers, t.suppliers, []string{string(q.Supplier)}, mostSuppliers),
	}
}

// children are the categories right below parent (the roots below ""), each
// with all listings of its subtree, by path.
func children(paths []string, counts []int32, parent string) []catalog.Count {
	at := map[string]int{}
	for i, path := range paths {
		if counts[i] == 0 || path == "" {
			continue
		}
		rest := path
		if parent != "" {
			var below bool
			if rest, below = strings.CutPrefix(path, parent+"/"); !below {
				continue
			}
		}
		step, _, _ := strings.Cut(rest, "/")
		at[path[:len(path)-len(rest)+len(step)]] += int(counts[i])
	}
	out := make([]catalog.Count, 0, len(at))
	for key, n := range at {
		out = append(out, catalog.Count{Key: key, N: n})
	}
	slices.SortFunc(out, func(a, b catalog.Count) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// steps are the bands with listings, and the chosen one, in their order.
func steps(bands []catalog.Band, counts []int32, chosen string) []catalog.Count {
	var out []catalog.Count
	for i, b := range bands {
		if counts[i] > 0 || b.Key == chosen {
			out = append(out, catalog.Count{Key: b.Key, N: int(counts[i]), Chosen: b.Key == chosen})
		}
	}
	return out
}

// values are the most values with most listings, and the chosen ones, which
// stand even without a listing, so that they can be taken back.
func values(keys []string, counts []int32, chosen []string, most int) []catalog.Count {
	var out []catalog.Count
	for i, key := range keys {
		if key != "" && counts[i] > 0 {
			out = append(out, catalog.Count{Key: key, N: int(counts[i]), Chosen: slices.Contains(chosen, key)})
		}
	}
	slices.SortFunc(out, func(a, b catalog.Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key))
	})
	rest := out[min(most, len(out)):]
	out = slices.Clip(out[:min(most, len(out))])
	for _, key := range chosen {
		has := func(c catalog.Count) bool { return c.Key == key }
		if key == "" || slices.ContainsFunc(out, has) {
			continue
		}
		c := catalog.Count{Key: key, Chosen: true}
		if i := slices.IndexFunc(rest, has); i >= 0 {
			c = rest[i]
		}
		out = append(out, c)
	}
	return out
}
