package shield

import (
	"context"
	"sync"
	"sync/atomic"
)

// boarded are the pages that are being made. There are no more of them than
// requests that make one.
type boarded struct {
	mu      sync.Mutex
	flights map[string]*flight
}

// flight is one making of a page, which others wait for.
type flight struct {
	done   chan struct{}
	aboard int // seats, guarded by boarded.mu
	making atomic.Bool

	page   *page  // set before done is closed; nil if there is none for all
	spoilt uint64 // the drop that changed it meanwhile, or 0
}

// mostAboard bounds those who wait for one page; others are told that there is
// none.
const mostAboard = 4_096

// seat is a request's part in a flight.
type seat struct {
	want    want
	leads   bool    // it came first
	makes   bool    // it has begun to make the page
	flight  *flight // nil if too many wait already
	boarded uint64  // drops when it came
}

// board joins those who want a page, or is the first of them. The seat must make
// the page with fill, or be given back with land, waited with or not.
func (c *cache) board(w want) seat {
	drops := c.tagged.now()
	c.boarded.mu.Lock()
	defer c.boarded.mu.Unlock()
	f := c.boarded.flights[w.key]
	if f == nil {
		f = &flight{done: make(chan struct{}), aboard: 1}
		c.boarded.flights[w.key] = f
		return seat{want: w, leads: true, flight: f, boarded: drops}
	}
	if f.aboard >= mostAboard {
		return seat{want: w, boarded: drops}
	}
	f.aboard++
	return seat{want: w, flight: f, boarded: drops}
}

// begin tells whether this seat is the one that makes the page: the first that
// asks, whoever came first. One that waits for a page whose leader has no place
// yet may get a place earlier, and then makes it for all.
func (s *seat) begin() bool {
	if s.flight != nil && !s.makes {
		s.makes = s.flight.making.CompareAndSwap(false, true)
	}
	return s.makes
}

// making tells whether somebody has begun to make the page.
func (s *seat) making() bool { return s.flight != nil && s.flight.making.Load() }

// wait gives the page that another makes; nil if ctx ended before, too many
// wait, or there is no page for all: it may not be kept, its maker was turned
// away, or it had changed before this request came.
func (s seat) wait(ctx context.Context) *page {
	if s.flight == nil {
		return nil
	}
	select {
	case <-s.flight.done:
	case <-ctx.Done():
		return nil
	}
	if s.flight.spoilt > s.boarded || s.flight.spoilt == 0 {
		return s.flight.page
	}
	return nil
}

// land gives a seat back. The seat that makes the page ends the flight: with a
// page for those who wait, or with nil where there is none for all. Any other
// leaves it to those still aboard; the last of them ends a flight that nobody
// makes.
func (c *cache) land(s seat, p *page, spoilt uint64) {
	c.boarded.mu.Lock()
	defer c.boarded.mu.Unlock()
	if s.flight == nil || c.boarded.flights[s.want.key] != s.flight {
		return
	}
	if !s.makes {
		if s.flight.aboard--; s.flight.aboard > 0 || s.making() {
			return
		}
	}
	delete(c.boarded.flights, s.want.key)
	s.flight.page, s.flight.spoilt = p, spoilt
	close(s.flight.done)
}
