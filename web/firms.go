package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/web/page"
	"kontor/web/words"
)

// mostFirms bounds the list of suppliers that is kept at hand.
const mostFirms = 5_000

// firmCache keeps the suppliers' public faces for a short while: every page of
// results names some.
type firmCache struct {
	mu    sync.Mutex
	now   *firmList
	until time.Time
}

// firmList is read only once made.
type firmList struct {
	list      []party.Business // by name
	byID      map[market.BusinessID]party.Business
	countries map[string]int
}

// firms is every supplier as of at most ten seconds ago.
func (s *Site) firms(ctx context.Context) (*firmList, error) {
	s.suppliersKept.mu.Lock()
	defer s.suppliersKept.mu.Unlock()
	if s.suppliersKept.now != nil && s.Now().Before(s.suppliersKept.until) {
		return s.suppliersKept.now, nil
	}
	f := &firmList{byID: map[market.BusinessID]party.Business{}, countries: map[string]int{}}
	for after := market.BusinessID(""); len(f.list) < mostFirms; {
		some, err := s.Parties.Suppliers(ctx, after, 200)
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			f.list = append(f.list, b)
			f.byID[b.ID] = b
			f.countries[b.Country]++
		}
		if len(some) < 200 {
			break
		}
		after = some[len(some)-1].ID
	}
	slices.SortFunc(f.list, func(a, b party.Business) int { return strings.Compare(a.Name, b.Name) })
	s.suppliersKept.now, s.suppliersKept.until = f, s.Now().Add(10*time.Second)
	return f, nil
}

// selling counts the countries of the suppliers that have something on offer.
// Found names the twelve with most: of more suppliers all countries count.
func (f *firmList) selling(found catalog.Found) int {
	if len(found.Supplier) >= 12 {
		return len(f.countries)
	}
	countries := map[string]bool{}
	for _, of := range found.Supplier {
		if b, ok := f.byID[market.BusinessID(of.Key)]; ok {
			countries[b.Country] = true
		}
	}
	return len(countries)
}

// name names a supplier of a facet.
func (f *firmList) name(id string) string {
	if b, ok := f.byID[market.BusinessID(id)]; ok {
		return b.Name
	}
	return id
}

// destinations are the countries that the head offers; an address may be in any.
var destinations = strings.Fields("AE AT AU BE BG BR CA CH CN CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP KE KR LT LU LV MA MT MX NL NO NZ PL PT RO SE SG SI SK TR UA US VN ZA")

// destinationsIn holds, by language, the destinations sorted by name.
var destinationsIn sync.Map // string to []page.Option

// countriesFor are the head's destinations with the chosen one marked.
func countriesFor(w *words.Words, chosen string) []page.Option {
	kept, ok := destinationsIn.Load(w.Lang)
	if !ok {
		list := make([]page.Option, len(destinations))
		for i, c := range destinations {
			list[i] = page.Option{Value: c, Label: w.Country(c)}
		}
		slices.SortFunc(list, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
		kept, _ = destinationsIn.LoadOrStore(w.Lang, list)
	}
	list := slices.Clone(kept.([]page.Option))
	for i := range list {
		if list[i].Value == chosen {
			list[i].Chosen = true
			return list
		}
	}
	return append(list, page.Option{Value: chosen, Label: w.Country(chosen), Chosen: true})
}
