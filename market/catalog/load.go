package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
)

// Part names things that a file of listings may be silent about.
type Part uint16

// What an Offer can be silent about. For a new listing the defaults stand
// behind each.
const (
	OfState    Part = 1 << iota // published for the operator, else proposed
	OfLanguage                  // Offer.Language, else en
	OfCategory                  // none: the row is refused unless it is a draft
	OfUnit                      // H87, pieces
	OfMOQ                       // where the first price begins
	OfMultiple                  // 1
	OfLead                      // 7 days
	OfOrigin                    // none: the same
	OfHSCode                    // the same
	OfPictures                  // none
	OfLabel                     // none
	OfWeight                    // none: refused unless it is a draft
	OfSize                      // unknown
	OfStock                     // 0
)

// SameStock as the OnHand of an offer's variant leaves the stock as it is.
const SameStock market.Quantity = -1

// Offer is an article as a file describes it. Of titles, descriptions,
// attributes and prices it names those to be set; an empty text, an attribute
// without a value and a price without tiers are taken out, what it does not
// name stays, and so do stored variants that it does not name: a file takes
// nothing off that it does not mention. Identities, dates, Reserved and Version
// are not read; a picture with nothing but an ID is one of those stored; a text
// under the language "" is in the original language, whichever that is.
type Offer struct {
	Listing
	Silent Part
}

// Outcome says what became of an offer.
type Outcome string

const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Rejected  Outcome = "rejected" // nothing of it was written
)

// Loaded is the answer to one Offer.
type Loaded struct {
	Outcome Outcome
	Faults  market.Faults // their Fields speak of the offer: variants[1] is its second
	Left    []int         // indexes of the offer's variants that were left out for a fault
	Raised  []Raise       // variants of which the offer says more are on hand than were stored
}

// Raise is one variant, by its index in the offer, and what was on hand before.
type Raise struct {
	Variant int
	From    market.Quantity
}

// loadBatch bounds the listings that are written together.
const loadBatch = 200

// Load writes what a supplier's file says, in batches that are each written
// whole: killed half-way it can be run again, and run twice it changes nothing.
// A variant with a fault is left out and the rest of its listing is written; a
// listing with a fault is not written, the others are.
//
// A supplier can't publish: where its file says so, a new listing is proposed,
// a proposed one stays so, and a new face of a published one becomes its pending
// change. The operator can.
func (d *Desk) Load(ctx context.Context, a market.Actor, supplier market.BusinessID, offers []Offer) ([]Loaded, error) {
	return d.load(ctx, a, supplier, offers, false)
}

// Try answers what Load would, as far as that shows without writing, and writes
// nothing.
func (d *Desk) Try(ctx context.Context, a market.Actor, supplier market.BusinessID, offers []Offer) ([]Loaded, error) {
	return d.load(ctx, a, supplier, offers, true)
}

func (d *Desk) load(ctx context.Context, a market.Actor, supplier market.BusinessID, offers []Offer, dry bool) ([]Loaded, error) {
	if !a.Operator && !owns(a, supplier) {
		return nil, forbidden(a, "Only the supplier itself and the house can load a catalogue.")
	}
	tree, err := d.Tree(ctx)
	if err != nil {
		return nil, err
	}
	loader := loader{Desk: d, actor: a, supplier: supplier, tree: tree, dry: dry}
	answers := make([]Loaded, 0, len(offers))
	for len(offers) > 0 {
		n := batchOf(offers)
		some, err := loader.batch(ctx, offers[:n])
		if err != nil {
			return answers, fmt.Errorf("load %d listings: %w", n, err)
		}
		answers, offers = append(answers, some...), offers[n:]
	}
	return answers, nil
}

// batchOf is how many offers can go together: no article twice.
func batchOf(offers []Offer) int {
	seen := make(map[string]bool, loadBatch)
	for i, o := range offers {
		article := strings.TrimSpace(o.Article)
		if i == loadBatch || seen[article] {
			return i
		}
		seen[article] = true
	}
	return len(offers)
}

type loader struct {
	*Desk
	actor    market.Actor
	supplier market.BusinessID
	tree     Tree
	dry      bool // nothing is written
}

func (d *loader) batch(ctx context.Context, offers []Offer) ([]Loaded, error) {
	stored, err := d.stored(ctx, offers)
	if err != nil {
		return nil, err
	}
	var (
		answers = make([]Loaded, len(offers))
		write   []Listing
		stock   = map[VariantID]market.Quantity{}
	)
	for i, o := range offers {
		was, there := stored[strings.TrimSpace(o.Article)]
		l, counted, answer := d.settle(o, was, there)
		if answers[i] = answer; answer.Outcome == Created || answer.Outcome == Updated {
			write = append(write, l)
			for v, n := range counted {
				stock[v] = n
			}
		}
	}
	if len(write) == 0 || d.dry {
		return answers, nil
	}
	if err := d.records.Save(ctx, write, stock); err != nil {
		if market.KindOf(err) == 0 || len(offers) == 1 {
			return answers, err
		}
		return d.singly(ctx, offers)
	}
	return answers, nil
}

// singly loads each offer alone: one of them clashes with what was written in
// between, or with another listing's SKU, and must not hold up the others.
func (d *loader) singly(ctx context.Context, offers []Offer) ([]Loaded, error) {
	answers := make([]Loaded, len(offers))
	for i, o := range offers {
		some, err := d.batch(ctx, []Offer{o})
		if market.KindOf(err) == market.Conflict {
			some, err = d.batch(ctx, []Offer{o}) // once more, on what is stored now
		}
		if market.KindOf(err) != 0 {
			some, err = []Loaded{{Outcome: Rejected, Faults: faultsIn(err)}}, nil
		}
		if err != nil {
			return nil, err
		}
		answers[i] = some[0]
	}
	return answers, nil
}

// faultsIn collects the faults of err, which has at least one.
func faultsIn(err error) market.Faults {
	if fs, ok := errors.AsType[market.Faults](err); ok {
		return fs
	}
	f, _ := errors.AsType[*market.Fault](err)
	return market.Faults{f}
}

func (d *loader) stored(ctx context.Context, offers []Offer) (map[string]Listing, error) {
	articles := make([]string, len(offers))
	for i, o := range offers {
		articles[i] = strings.TrimSpace(o.Article)
	}
	ls, err := d.records.ByArticle(ctx, d.supplier, articles)
	if err != nil {
		return nil, err
	}
	stored := make(map[string]Listing, len(ls))
	for _, l := range ls {
		stored[l.Article] = l
	}
	return stored, nil
}

// settle works out what o makes of the stored listing, leaving out variants
// with a fault, and the stock to be set.
func (d *loader) settle(o Offer, stored Listing, there bool) (Listing, map[VariantID]market.Quantity, Loaded) {
	was := startOf(d.actor, stored)
	if wished(o, stored.State, there, d.actor.Operator) == Draft {
		was = stored.Wanted()
	}
	var (
		answer Loaded
		left   = map[int]bool{}
	)
	for {
		m := merge(o, was, there, left, d.actor.Operator)
		faults := append(Check(m.Listing, d.tree), m.faults...)
		again := false
		for _, f := range faults {
			if i, rest, ok := indexed(f.Field, "attributes"); ok && i < len(m.Attributes) {
				named := m.Attributes[i].Name
				if j := slices.IndexFunc(o.Attributes, func(a Attribute) bool { return a.Name == named && a.Value != "" }); j >= 0 {
					f.Field = "attributes[" + strconv.Itoa(j) + "]" + rest
				}
			}
			i, rest, ok := variantField(f.Field)
			if ok && i < len(m.from) && m.from[i] >= 0 {
				f.Field = "variants[" + strconv.Itoa(m.from[i]) + "]" + rest
				again = again || !left[m.from[i]]
				left[m.from[i]] = true
			} else if ok && i < len(m.from) {
				f.Field, f.Msg = "variants", "Of "+m.Variants[i].SKU+", which the file does not name: "+f.Msg
			}
			answer.Faults = append(answer.Faults, f)
		}
		switch {
		case len(faults) == 0 && (len(left) == 0 || len(left) < len(o.Variants)):
			for i := range o.Variants {
				if left[i] {
					answer.Left = append(answer.Left, i)
				}
			}
			answer.Outcome, answer.Raised = m.outcome(was, there), m.raised
			return held(d.actor, d.stamped(m.Listing, there), stored, d.clock()), m.stock, answer
		case !again || len(left) == len(o.Variants):
			answer.Outcome = Rejected
			return Listing{}, nil, answer
		}
		answer.Faults = onlyLeft(answer.Faults)
	}
}

// onlyLeft keeps the faults of variants: the listing's own are found anew.
func onlyLeft(faults market.Faults) market.Faults {
	var kept market.Faults
	for _, f := range faults {
		if _, _, ok := variantField(f.Field); ok {
			kept = append(kept, f)
		}
	}
	return kept
}

// variantField takes "variants[3].sku" apart into 3 and ".sku".
func variantField(field string) (i int, rest string, ok bool) { return indexed(field, "variants") }

func indexed(field, list string) (i int, rest string, ok bool) {
	inner, found := strings.CutPrefix(field, list+"[")
	if !found {
		return 0, "", false
	}
	number, rest, found := strings.Cut(inner, "]")
	i, err := strconv.Atoi(number)
	return i, rest, found && err == nil
}

// stamped gives the listing its owner and dates.
func (d *loader) stamped(l Listing, there bool) Listing {
	now := d.clock()
	l.Changed = now
	if !there {
		l.ID, l.Supplier, l.Created, l.Version = market.NewID[ListingID](), d.supplier, now, 0
	}
	return l
}
