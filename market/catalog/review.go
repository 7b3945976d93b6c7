package catalog

import (
	"context"
	"strings"
	"unicode/utf8"

	"kontor/market"
)

// Queue lists what waits for review: proposed listings, and published ones with
// a change; oldest listing first, from after on.
func (d *Desk) Queue(ctx context.Context, a market.Actor, after ListingID, limit int) ([]Shown, error) {
	if !a.Operator {
		return nil, forbidden(a, "Only the house reviews listings.")
	}
	return d.records.List(ctx, Filter{Waiting: true, After: after, Limit: limit})
}

// Waiting counts what waits for review.
func (d *Desk) Waiting(ctx context.Context, a market.Actor) (int, error) {
	if !a.Operator {
		return 0, forbidden(a, "Only the house reviews listings.")
	}
	return d.records.CountWaiting(ctx)
}

// Publish lets everybody see a proposed listing, or the change of a published
// one.
func (d *Desk) Publish(ctx context.Context, a market.Actor, id ListingID, version int64) error {
	return d.judge(ctx, a, id, version, Published, "", Proposed)
}

// Return sends a proposed listing, or the change of a published one, back to its
// supplier, who reads the reason. What is published goes on selling.
func (d *Desk) Return(ctx context.Context, a market.Actor, id ListingID, version int64, reason string) error {
	return d.judge(ctx, a, id, version, Draft, reason, Proposed)
}

// Suspend takes a published listing off for a reason that its supplier reads.
func (d *Desk) Suspend(ctx context.Context, a market.Actor, id ListingID, version int64, reason string) error {
	return d.judge(ctx, a, id, version, Suspended, reason, Published)
}

// Restore publishes a suspended listing again.
func (d *Desk) Restore(ctx context.Context, a market.Actor, id ListingID, version int64) error {
	return d.judge(ctx, a, id, version, Published, "", Suspended)
}

// MostReason bounds the reason for a return or a suspension, in characters.
const MostReason = 500

func (d *Desk) judge(ctx context.Context, a market.Actor, id ListingID, version int64, to State, reason string, from State) error {
	reason = tidyText(reason)
	switch {
	case !a.Operator:
		if _, err := d.own(ctx, a, id); err != nil {
			return err
		}
		return forbidden(a, "Only the house reviews listings.")
	case to != Published && reason == "":
		return &market.Fault{Kind: market.Invalid, Field: "reason", Msg: "The reason is missing.", Fix: "Tell the supplier what to mend."}
	case utf8.RuneCountInString(reason) > MostReason || strings.ContainsRune(reason, 0):
		return &market.Fault{Kind: market.Invalid, Field: "reason", Msg: "The reason is too long.", Fix: "Keep it below 500 characters."}
	}
	s, err := d.own(ctx, a, id)
	if err != nil {
		return err
	}
	if from == Proposed && s.State == Published && s.Waits() {
		if s.Version != version {
			return movedOn()
		}
		return d.settleChange(ctx, s, to, reason)
	}
	return d.turn(ctx, a, id, version, to, reason, from)
}
