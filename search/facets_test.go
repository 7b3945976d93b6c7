package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
)

// passes is the plain reading of q's filters on e.
func passes(e catalog.Entry, q catalog.Query) bool {
	within := q.Category == "" || e.Category == q.Category || strings.HasPrefix(e.Category, q.Category+"/")
	return within && (q.Supplier == "" || e.Supplier == q.Supplier) &&
		(len(q.Origins) == 0 || slices.Contains(q.Origins, e.Origin)) &&
		(q.MOQ == "" || catalog.BandOf(catalog.MOQBands, int64(e.MOQ)) == q.MOQ) &&
		(q.Lead == "" || catalog.BandOf(catalog.LeadBands, int64(e.LeadDays)) == q.Lead) &&
		(q.Band == "" || bandOf(e, q.Currency) == q.Band)
}

// bandOf is e's price band, "" where it has no price in c.
func bandOf(e catalog.Entry, c market.Currency) string {
	m, ok := priceIn(e, c)
	if !ok {
		return ""
	}
	hundredths := map[market.Currency]func(int64) int64{
		"JPY": func(v int64) int64 { return v * 100 },
		"KWD": func(v int64) int64 { return v / 10 },
	}
	if f := hundredths[c]; f != nil {
		m = f(m)
	}
	return catalog.BandOf(catalog.PriceBands, m)
}

func priceIn(e catalog.Entry, c market.Currency) (int64, bool) {
	for _, p := range e.Prices {
		if p.Currency == c {
			return p.Minor, true
		}
	}
	return 0, false
}

func TestAFacetSaysWhatChoosingItLeaves(t *testing.T) {
	entries := many(600)
	ix := opened(t, entries[:500]...)
	put(t, ix, entries[400:]...) // some listings twice, in more segments
	for i := range 50 {
		entries[i].Origin, entries[i].MOQ = "FR", 1
	}
	put(t, ix, entries[:50]...)

	rapid.Check(t, func(t *rapid.T) {
		any := func(label string, of ...string) string { return rapid.SampledFrom(append(of, "")).Draw(t, label) }
		q := catalog.Query{
			Currency: market.Currency(rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CHF"}).Draw(t, "currency")),
			Category: any("category", "home", "home/kitchen", "wear/shoes", "no/such"),
			Supplier: market.BusinessID(any("supplier", "supplier-03", "supplier-17")),
			Band:     any("band", "0", "10", "25", "100"), MOQ: any("moq", "1", "11", "201"), Lead: any("lead", "0", "4", "31"),
			Sort:  rapid.SampledFrom([]catalog.Sort{catalog.ByRelevance, catalog.ByPrice, catalog.ByNewest, catalog.ByLead, catalog.ByMOQ}).Draw(t, "sort"),
			Limit: 100, Exactly: true,
		}
		q.Origins = rapid.SampledFrom([][]string{nil, {"PT"}, {"PT", "DE", "FR"}}).Draw(t, "origins")
		has := func(catalog.Entry) bool { return true }
		if rapid.Bool().Draw(t, "with a word") {
			w := invented(rapid.IntRange(256, 400).Draw(t, "word")) // three syllables: no beginning of another
			q.Text = w + " " + w
			has = func(e catalog.Entry) bool {
				all := e.Titles["en"] + " " + e.Descriptions["en"] + " " + e.SupplierName + " " + strings.Join(e.Attributes, " ")
				return slices.Contains(strings.Fields(all), w)
			}
		}
		count := func(q catalog.Query) (n int) {
			for _, e := range entries {
				if has(e) && passes(e, q) {
					n++
				}
			}
			return n
		}
		f := searchQuietly(t, ix, q)
		if want := count(q); f.Total != want || len(f.IDs) != min(want, 100) {
			t.Fatalf("%d found (%d shown), want %d", f.Total, len(f.IDs), want)
		}
		check := func(facet string, counts []catalog.Count, keys []string, chosen string, choose func(*catalog.Query, string)) {
			got := map[string]int{}
			for _, c := range counts {
				got[c.Key] = c.N
			}
			for _, key := range keys {
				with := q
				choose(&with, key)
				if want := count(with); got[key] != want {
					t.Fatalf("%s %q promises %d listings, choosing it leaves %d", facet, key, got[key], want)
				}
			}
			if chosen != "" && !slices.ContainsFunc(counts, func(c catalog.Count) bool { return c.Key == chosen && c.Chosen }) {
				t.Fatalf("the chosen %s %q isn't shown, so nobody can take it back", facet, chosen)
			}
		}
		keys := func(bands []catalog.Band) (ks []string) {
			for _, b := range bands {
				ks = append(ks, b.Key)
			}
			return ks
		}
		check("price band", f.Bands, keys(catalog.PriceBands), q.Band, func(q *catalog.Query, k string) { q.Band = k })
		check("MOQ", f.MOQs, keys(catalog.MOQBands), q.MOQ, func(q *catalog.Query, k string) { q.MOQ = k })
		check("lead time", f.Leads, keys(catalog.LeadBands), q.Lead, func(q *catalog.Query, k string) { q.Lead = k })
		check("origin", f.Origins, []string{"PT", "DE", "CN", "FR"}, "", func(q *catalog.Query, k string) { q.Origins = []string{k} })
		var suppliers, below []string
		for _, c := range f.Supplier {
			suppliers = append(suppliers, c.Key)
		}
		for _, c := range f.Category {
			below = append(below, c.Key)
		}
		if q.Category == "" {
			below = []string{"home", "wear", "toys"}
		}
		check("supplier", f.Supplier, suppliers, string(q.Supplier), func(q *catalog.Query, k string) { q.Supplier = market.BusinessID(k) })
		check("category", f.Category, below, "", func(q *catalog.Query, k string) { q.Category = k })
		if err := inTheirOrder(f.IDs, entries, q); err != nil {
			t.Fatal(err)
		}
	})
}

func searchQuietly(t *rapid.T, ix *Index, q catalog.Query) catalog.Found {
	f, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// inTheirOrder compares each listing with the next by q's sort.
func inTheirOrder(ids []catalog.ListingID, entries []catalog.Entry, q catalog.Query) error {
	of := map[catalog.ListingID]catalog.Entry{}
	for _, e := range entries {
		of[e.ID] = e
	}
	for i := range max(0, len(ids)-1) {
		a, b := of[ids[i]], of[ids[i+1]]
		var wrong bool
		switch q.Sort {
		case catalog.ByPrice:
			pa, hasA := priceIn(a, q.Currency)
			pb, hasB := priceIn(b, q.Currency)
			wrong = hasB && (!hasA || pa > pb)
		case catalog.ByNewest:
			wrong = a.Changed < b.Changed
		case catalog.ByLead:
			wrong = cmp.Compare(a.LeadDays, b.LeadDays) > 0
		case catalog.ByMOQ:
			wrong = a.MOQ > b.MOQ
		}
		if wrong {
			return fmt.Errorf("sorted by %q, %s stands before %s", q.Sort, a.ID, b.ID)
		}
	}
	return nil
}

func TestPagesFollowEachOther(t *testing.T) {
	ix := opened(t, many(300)...)
	for _, sort := range []catalog.Sort{catalog.ByRelevance, catalog.ByPrice, catalog.ByMOQ} {
		seen := map[catalog.ListingID]bool{}
		for offset := 0; offset < 300; offset += 30 {
			for _, id := range search(t, ix, catalog.Query{Sort: sort, Currency: "EUR", Offset: offset, Limit: 30}).IDs {
				seen[id] = true
			}
		}
		if len(seen) != 300 {
			t.Errorf("sorted by %q, paging through 300 listings shows %d", sort, len(seen))
		}
	}
}
