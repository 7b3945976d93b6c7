package feed

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// trials are articles with cells that can't be read. The catalogue is asked
// about the rest of them, so that everything wrong with a row is told at once.
type trials []trial

type trial struct {
	article *article
	offer   catalog.Offer
	rows    []*variantRow // of the offer's variants, then the bare ones
	faults  []Problem     // of the listing
}

// add takes the article if anything is wrong with it.
func (ts *trials) add(t *table, a *article, o catalog.Offer, faults []Problem) {
	if len(faults) == 0 && !slices.ContainsFunc(a.rows, func(r *variantRow) bool { return len(r.faults) > 0 }) {
		return
	}
	one := trial{article: a, offer: o, faults: faults}
	var bare []*variantRow
	one.offer.Variants = nil
	one.offer.Silent |= catalog.OfPictures
	for _, r := range a.rows {
		if t.bare(r) {
			bare = append(bare, r)
			continue
		}
		one.rows = append(one.rows, r)
		one.offer.Variants = append(one.offer.Variants, r.variant)
	}
	one.rows = append(one.rows, bare...)
	*ts = append(*ts, one)
}

// tell reports all of it.
func (ts trials) tell(ctx context.Context, im *importer) error {
	if len(ts) == 0 {
		return nil
	}
	offers := make([]catalog.Offer, len(ts))
	for i, one := range ts {
		offers[i] = one.offer
	}
	answers, err := im.to.Try(ctx, im.in.Actor, im.in.Supplier, offers)
	if err != nil {
		return err
	}
	for i, one := range ts {
		for _, f := range answers[i].Faults {
			one.join(im.table, f)
		}
		im.table.refuse(one.article, one.faults)
	}
	return nil
}

// join adds what the catalogue found, unless it follows from a cell that could
// not be read or will be found again when the rest of the article is loaded.
func (one *trial) join(t *table, f *market.Fault) {
	refused := len(one.faults) > 0 || !slices.ContainsFunc(one.article.rows, func(r *variantRow) bool { return len(r.faults) == 0 })
	p := t.locate(one.article, one.offer, one.rows, f)
	rest, ok := strings.CutPrefix(f.Field, "variants[")
	number, field, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	if !ok || err != nil || i >= len(one.offer.Variants) {
		if refused && !known(one.faults, p) && !slices.ContainsFunc(one.article.rows, func(r *variantRow) bool { return known(r.faults, p) }) {
			one.faults = append(one.faults, p)
		}
		return
	}
	r := one.rows[i]
	if len(r.faults) == 0 && !refused || r.follows(field) || known(r.faults, p) || known(one.faults, p) {
		return
	}
	r.faults = append(r.faults, p)
}

// follows tells whether a fault of the variant speaks of a tier that was guessed.
func (r *variantRow) follows(field string) bool {
	var list, tier int
	if n, _ := fmt.Sscanf(field, ".prices[%d].tiers[%d]", &list, &tier); n == 0 || list >= len(r.variant.Prices) {
		return false
	}
	return r.guessed[guess{r.variant.Prices[list].Currency, tier}]
}

// known tells whether something is wrong with the same cell already.
func known(faults []Problem, p Problem) bool {
	return slices.ContainsFunc(faults, func(q Problem) bool { return q.Line == p.Line && q.Column == p.Column })
}
