package catalog

import (
	"cmp"
	"slices"

	"kontor/market"
)

// Arrow is one step that a listing may take.
type Arrow struct{ From, To State }

// Arrows lists every step of the state machine, sorted, to be compared with
// what docs/states.md draws.
func Arrows() []Arrow {
	var arrows []Arrow
	for _, from := range [...]State{Draft, Proposed, Published, Suspended} {
		for _, to := range next[from] {
			arrows = append(arrows, Arrow{from, to})
		}
	}
	slices.SortFunc(arrows, func(a, b Arrow) int {
		if a.From != b.From {
			return cmp.Compare(a.From, b.From)
		}
		return cmp.Compare(a.To, b.To)
	})
	return arrows
}

// May tells whether a listing may go from one state to another in one step.
func (from State) May(to State) bool { return slices.Contains(next[from], to) }

// known tells whether s is a state at all.
func (s State) known() bool { _, ok := next[s]; return ok }

// move is the listing in its new state, or the fault that says why not.
func (l Listing) move(to State, reason string) (Listing, error) {
	if !l.State.May(to) {
		return l, &market.Fault{Kind: market.Conflict, Field: "state",
			Msg: "The listing is " + string(l.State) + " and can't become " + string(to) + " from there.",
			Fix: "Reload it: somebody may have moved it on."}
	}
	l.State, l.Reason = to, reason
	return l, nil
}
