package web

import (
	"context"
	"sync"
	"time"

	"kontor/shield"
)

// history remembers how the house did in the last day, in quarters of an hour.
// It begins anew with each start of the program.
type history struct {
	mu       sync.Mutex
	begun    time.Time // of the first second that was seen
	level    shield.Pressure
	since    time.Time // of level
	quarters [quartersKept]quarter
}

// A day is remembered, in quarters of an hour: 96 of 64 bytes.
const (
	quarterLong  = 15 * time.Minute
	quartersKept = int(24 * time.Hour / quarterLong)
)

// quarter is what happened in a quarter of an hour.
type quarter struct {
	at               time.Time
	looking, trading share
}

// share is how many requests were answered of those that were made.
type share struct{ asked, answered int64 }

// of is the share in hundredths of a per cent; all of it where nobody asked.
func (s share) of() int {
	if s.asked == 0 {
		return 10_000
	}
	return int(s.answered * 10_000 / s.asked)
}

func (s *share) add(t shield.Tally) {
	s.asked += t.Offered
	s.answered += t.Served + t.Cached
}

// Who looks, and who trades. Suspects are neither: most of them is noise.
var (
	lookers = []shield.Class{shield.Guest, shield.Passed}
	traders = []shield.Class{shield.Member, shield.Paying}
)

func shareOf(seconds []shield.Second, classes ...shield.Class) (s share) {
	for i := range seconds {
		for _, c := range classes {
			s.add(seconds[i].Classes[c])
		}
	}
	return s
}

// Follow remembers every second that comes until ctx ends.
func (s *Site) Follow(ctx context.Context, from <-chan shield.Second) {
	for {
		select {
		case <-ctx.Done():
			return
		case x := <-from:
			s.history.see(x)
		}
	}
}

func (h *history) see(x shield.Second) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.begun.IsZero() {
		h.begun, h.level, h.since = x.At, x.Pressure, x.At
	}
	if x.Pressure != h.level {
		h.level, h.since = x.Pressure, x.At
	}
	at := x.At.Truncate(quarterLong)
	q := &h.quarters[int(at.Unix()/int64(quarterLong/time.Second))%quartersKept]
	if !q.at.Equal(at) {
		*q = quarter{at: at}
	}
	for _, c := range lookers {
		q.looking.add(x.Classes[c])
	}
	for _, c := range traders {
		q.trading.add(x.Classes[c])
	}
}

// pressed is the level that holds and since when; no time if nothing was seen.
func (h *history) pressed() (shield.Pressure, time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.level, h.since
}

// day are the quarters of the last day, oldest first; those of which nothing is
// known have no time. begun is when the first of them was seen.
func (h *history) day(now time.Time) (quarters []quarter, begun time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := now.Truncate(quarterLong)
	for n := quartersKept - 1; n >= 0; n-- {
		at := last.Add(-time.Duration(n) * quarterLong)
		q := h.quarters[int(at.Unix()/int64(quarterLong/time.Second))%quartersKept]
		if !q.at.Equal(at) {
			q = quarter{}
		}
		quarters = append(quarters, q)
	}
	return quarters, h.begun
}
