package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"kontor/market"
)

// Face is what a listing says of its goods: the part that the operator reviews.
// Prices, stock, smallest order, lead time, weights and variants are not of it.
type Face struct {
	Titles       map[string]string `json:"titles,omitempty"`
	Descriptions map[string]string `json:"descriptions,omitempty"`
	Language     string            `json:"language"`
	Category     string            `json:"category"`
	Origin       string            `json:"origin"`
	HSCode       string            `json:"hs_code"`
	Attributes   []Attribute       `json:"attributes,omitempty"`
	Pictures     []Picture         `json:"pictures,omitempty"`
}

// Change is the face that a supplier wants a published listing to have. The
// reviewed one goes on selling until the operator publishes the change.
type Change struct {
	Face     Face      `json:"face"`
	Since    time.Time `json:"since"`              // when it was handed in
	Returned bool      `json:"returned,omitempty"` // the listing's Reason says why
}

// Face is what l says of its goods.
func (l Listing) Face() Face {
	return Face{l.Titles, l.Descriptions, l.Language, l.Category, l.Origin, l.HSCode, l.Attributes, l.Pictures}
}

// faced is l with another face.
func (l Listing) faced(f Face) Listing {
	l.Titles, l.Descriptions, l.Language, l.Category = f.Titles, f.Descriptions, f.Language, f.Category
	l.Origin, l.HSCode, l.Attributes, l.Pictures = f.Origin, f.HSCode, f.Attributes, f.Pictures
	return l
}

// Wanted is l as its supplier wants it: with its pending change, if it has one.
// An edit begins with it.
func (l Listing) Wanted() Listing {
	if l.Pending != nil {
		l = l.faced(l.Pending.Face)
		l.Pending = nil
	}
	return l
}

// Waits tells whether l has something for the operator to review.
func (l Listing) Waits() bool {
	return l.State == Proposed || l.State == Published && l.Pending != nil && !l.Pending.Returned
}

// same tells whether two faces say the same. The order of attributes says
// nothing, that of pictures does.
func (f Face) same(o Face) bool {
	byName := func(list []Attribute) []Attribute {
		return slices.SortedFunc(slices.Values(list), func(x, y Attribute) int { return strings.Compare(x.Name, y.Name) })
	}
	return f.Language == o.Language && f.Category == o.Category && f.Origin == o.Origin && f.HSCode == o.HSCode &&
		maps.Equal(f.Titles, o.Titles) && maps.Equal(f.Descriptions, o.Descriptions) &&
		slices.Equal(byName(f.Attributes), byName(o.Attributes)) &&
		slices.EqualFunc(f.Pictures, o.Pictures, func(x, y Picture) bool { return x.ID == y.ID && x.Alt == y.Alt })
}

// startOf is the stored listing that a's change is laid over.
func startOf(a market.Actor, stored Listing) Listing {
	if a.Operator {
		return stored
	}
	return stored.Wanted()
}

// held is l, which a wants to keep in place of the stored listing, as it may be
// kept: a new face of a published listing becomes its pending change, and the
// reviewed one stays. What the operator changes counts at once.
func held(a market.Actor, l, stored Listing, now time.Time) Listing {
	face := l.Face()
	l.Pending = stored.Pending
	switch pending := stored.Pending; {
	case l.State == Draft || l.State == Proposed:
		l.Pending = nil
	case a.Operator:
		if pending != nil && face.same(pending.Face) {
			l.Pending = nil
		}
	case l.State != Published:
		l.Pending = nil // not on sale: it is looked at before it is again
	case face.same(stored.Face()):
		l = l.faced(stored.Face())
		if l.Pending = nil; pending != nil {
			l.Reason = ""
		}
	case pending != nil && face.same(pending.Face):
		l = l.faced(stored.Face())
	default:
		l = l.faced(stored.Face())
		l.Pending, l.Reason = &Change{Face: face, Since: now}, ""
	}
	return l
}

// Discard drops the pending change of a listing: what is published stays. One
// without a change stays as it is.
func (d *Desk) Discard(ctx context.Context, a market.Actor, id ListingID, version int64) error {
	s, err := d.own(ctx, a, id)
	if err != nil {
		return err
	}
	if s.Version != version {
		return movedOn()
	}
	if s.Pending == nil {
		return nil
	}
	l := s.Listing
	l.Pending, l.Changed = nil, d.clock()
	if l.State == Published {
		l.Reason = "" // it spoke of the change
	}
	return d.write(ctx, &l)
}

// settleChange publishes the pending change of s or returns it to the supplier.
func (d *Desk) settleChange(ctx context.Context, s Shown, to State, reason string) error {
	l := s.Listing
	l.Reason, l.Changed = reason, d.clock()
	if to == Published {
		l = l.Wanted()
		return d.keep(ctx, &l)
	}
	returned := *l.Pending
	returned.Returned = true
	l.Pending = &returned
	return d.write(ctx, &l)
}
