package feed

import (
	"cmp"
	"slices"

	"kontor/market"
	"kontor/market/catalog"
)

// sale is a unit price at which an article was sold.
type sale struct {
	minor int64
	lines int64           // invoice lines at that price
	least market.Quantity // smallest quantity on one of them
}

// A price that fewer lines have is rare: a slip, a clearance, a favour.
const (
	rareLines  = 5
	rarePerMil = 30 // of the article's lines
)

// tiersOf makes price tiers of real sales, or nil where there are none:
//
//  1. Rare prices are left out: on fewer than 5 lines, or on fewer than 3 in 100
//     of the article's lines. The most frequent price, the usual one, never is.
//  2. The usual price is the tier from the smallest quantity that was sold at it.
//  3. A lower price is a tier from the smallest quantity sold at it, if that is
//     above the tier before: one as low for as few pieces was an offer for a
//     while. Where a larger quantity was dearer than a smaller, it is left out.
//  4. A higher price is a tier only for fewer pieces than any that were sold at
//     the usual price: otherwise it was what shops beside the wholesale charged.
func tiersOf(sales []sale, drop func(reason string)) []catalog.Tier {
	total, usual := int64(0), -1
	for i, s := range sales {
		total += s.lines
		if usual < 0 || s.lines > sales[usual].lines || s.lines == sales[usual].lines && s.minor < sales[usual].minor {
			usual = i
		}
	}
	if usual < 0 {
		return nil
	}
	middle := sales[usual]
	kept := make([]sale, 0, len(sales))
	for i, s := range sales {
		switch {
		case i == usual:
		case s.lines < rareLines || s.lines*1000 < total*rarePerMil:
			drop("rare: on fewer than 5 lines or 3 in 100")
		default:
			kept = append(kept, s)
		}
	}
	slices.SortFunc(kept, func(a, b sale) int {
		return cmp.Or(cmp.Compare(a.least, b.least), cmp.Compare(b.lines, a.lines), cmp.Compare(a.minor, b.minor))
	})
	tiers := []catalog.Tier{{From: middle.least, Minor: middle.minor}}
	for _, s := range slices.Backward(kept) { // dearer, for fewer pieces
		switch first := tiers[0]; {
		case s.minor <= middle.minor:
		case s.least < first.From && s.minor > first.Minor:
			tiers = slices.Insert(tiers, 0, catalog.Tier{From: s.least, Minor: s.minor})
		default:
			drop("dearer than usual without being for fewer pieces")
		}
	}
	for _, s := range kept { // cheaper, for more pieces
		switch last := tiers[len(tiers)-1]; {
		case s.minor >= middle.minor:
			if s.minor == middle.minor {
				drop("the usual price a second time")
			}
		case s.least <= last.From:
			drop("cheaper for as few pieces: an offer for a while")
		case s.minor >= last.Minor:
			drop("dearer for more pieces")
		case len(tiers) == catalog.MostTiers:
			drop("more than 10 tiers")
		default:
			tiers = append(tiers, catalog.Tier{From: s.least, Minor: s.minor})
		}
	}
	return tiers[:min(len(tiers), catalog.MostTiers)]
}
