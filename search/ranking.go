package search

import (
	"cmp"
	"math"
	"slices"

	"kontor/market/catalog"
)

// rank is a listing's place: smaller keys first, then smaller ids.
type rank struct {
	first, second int64
	id            catalog.ListingID
}

func (r rank) compare(o rank) int {
	if r.first != o.first {
		return cmp.Compare(r.first, o.first)
	}
	if r.second != o.second {
		return cmp.Compare(r.second, o.second)
	}
	return cmp.Compare(r.id, o.id)
}

// ranking keeps the best listings up to the end of the page asked for, in
// memory for twice as many.
type ranking struct {
	sort          catalog.Sort
	scored        bool
	offset, limit int
	best          []rank
	last          rank // the worst that still counts, once full
	full          bool
}

func newRanking(q catalog.Query, scored bool) *ranking {
	limit := q.Limit
	if limit <= 0 {
		limit = usualLimit
	}
	return &ranking{sort: q.Sort, scored: scored, offset: min(max(q.Offset, 0), mostOffset), limit: min(limit, mostLimit)}
}

// add ranks one listing. Without a text to be relevant to, what is in stock and
// newest comes first; listings without a price in the currency come last by price.
func (k *ranking) add(r *row, cost price, score float32) {
	place := rank{id: r.id, second: -int64(score * 1_000)}
	switch k.sort {
	case catalog.ByPrice:
		place.first = math.MaxInt64
		if cost.band != noPrice {
			place.first = cost.minor
		}
	case catalog.ByNewest:
		place.first = -r.changed
	case catalog.ByLead:
		place.first = r.lead
	case catalog.ByMOQ:
		place.first = r.moq
	default:
		stock := int64(1)
		if r.inStock {
			stock = 0
		}
		place.first, place.second = place.second, stock
		if !k.scored {
			place.first, place.second = stock, -r.changed
		}
	}
	if k.full && place.compare(k.last) >= 0 {
		return
	}
	k.best = append(k.best, place)
	if len(k.best) >= 2*(k.offset+k.limit) {
		k.trim()
	}
}

func (k *ranking) trim() {
	slices.SortFunc(k.best, rank.compare)
	if n := k.offset + k.limit; len(k.best) >= n {
		k.best = k.best[:n]
		k.last, k.full = k.best[n-1], true
	}
}

// page is what was asked for, best first.
func (k *ranking) page() []catalog.ListingID {
	k.trim()
	ids := make([]catalog.ListingID, 0, k.limit)
	for _, r := range k.best[min(k.offset, len(k.best)):] {
		ids = append(ids, r.id)
	}
	return ids
}
