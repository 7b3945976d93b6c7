package catalog

import (
	"context"

	"kontor/market"
)

// Query is one state of the search page; each has its own address.
type Query struct {
	Text     string // as typed
	Exactly  bool   // no typo tolerance
	Language string
	Currency market.Currency // of price bands and sorting
	Category string          // path; its whole subtree
	Supplier market.BusinessID
	Origins  []string // any of
	Band     string   // price band key, "" for all
	MOQ      string   // MOQ band key
	Lead     string   // lead time band key
	Sort     Sort
	Offset   int // 0 to 1,000
	Limit    int // 1 to 100; 0 is 24
}

// Sort orders what was found.
type Sort string

const (
	ByRelevance Sort = ""
	ByPrice     Sort = "price" // lowest first tier
	ByNewest    Sort = "newest"
	ByLead      Sort = "lead"
	ByMOQ       Sort = "moq"
)

// Found is the answer to a Query.
type Found struct {
	IDs      []ListingID
	Total    int
	ReadAs   string  // the text that was understood where it differs from what was typed, else ""
	Category []Count // children of the chosen category (or roots) with hits; facets count what choosing them would give
	Bands    []Count
	MOQs     []Count
	Leads    []Count
	Origins  []Count
	Supplier []Count // keys are business ids, the 12 with most hits
	AsOf     int64   // generation of the index, for caches
}

// Count is one facet value and how many listings choosing it leaves.
type Count struct {
	Key    string
	N      int
	Chosen bool
}

// Entry is what the index holds of a published listing: public facts only.
type Entry struct {
	ID           ListingID
	Supplier     market.BusinessID
	SupplierName string
	Article      string
	SKUs         []string
	Titles       map[string]string
	Descriptions map[string]string
	Category     string
	CategoryText string // names of the path, for matching
	Attributes   []string
	Origin       string
	MOQ          market.Quantity
	LeadDays     int
	Prices       []market.Money // lowest first-tier price in each currency
	Changed      int64          // unix seconds
	InStock      bool
}

// Index finds listings. It is derived from the records and may be rebuilt at
// any time. Safe for concurrent use.
type Index interface {
	Search(ctx context.Context, q Query) (Found, error)
	Put(ctx context.Context, entries []Entry, gone []ListingID) error // idempotent; visible on return
}

// Bands are the facets' fixed steps: key, and from which value on (minor units
// of a two-decimal currency scaled to its digits; pieces; days).
var (
	PriceBands = []Band{{"0", 0}, {"1", 100}, {"5", 500}, {"10", 1_000}, {"25", 2_500}, {"100", 10_000}}
	MOQBands   = []Band{{"1", 1}, {"2", 2}, {"11", 11}, {"51", 51}, {"201", 201}}
	LeadBands  = []Band{{"0", 0}, {"4", 4}, {"8", 8}, {"15", 15}, {"31", 31}}
)

// Band is one step: from From up to the next band's.
type Band struct {
	Key  string
	From int64
}

// BandOf is the key of the band that v falls in.
func BandOf(bands []Band, v int64) string {
	key := bands[0].Key
	for _, b := range bands {
		if v < b.From {
			break
		}
		key = b.Key
	}
	return key
}
