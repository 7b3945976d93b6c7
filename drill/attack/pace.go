package attack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a schedule.
const (
	mostInFlight = 8_192                // begun and not ended; more are short
	mostShaking  = 2_048                // of them shaking hands: more would all be late on a busy machine
	mostLate     = time.Second          // behind the clock by more: what was due is short
	beat         = 2 * time.Millisecond // of the schedule's clock
)

// pace begins rate events a second by the clock until ctx ends, whatever becomes
// of them: slow answers make none of them wait (open loop). What it cannot begin
// is counted as short, as is what would be more than most under way. It waits for
// all that it began.
func pace(ctx context.Context, rate float64, most int64, c *Counter, begin func(i uint64)) {
	var (
		under sync.WaitGroup
		busy  atomic.Int64
		i     uint64 // events that were due so far
	)
	defer under.Wait()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	start := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		due := uint64(time.Since(start).Seconds() * rate)
		if late := uint64(mostLate.Seconds()*rate) + 1; due > i+late {
			c.Short(int64(due - i - late))
			i = due - late
		}
		for ; i < due && ctx.Err() == nil; i++ {
			if busy.Load() >= most {
				c.Short(1)
				continue
			}
			busy.Add(1)
			at := i
			under.Go(func() {
				defer busy.Add(-1)
				begin(at)
			})
		}
	}
}

// gate lets its users through one after another, so many a second.
type gate struct {
	mu    sync.Mutex
	every time.Duration
	next  time.Time
}

func newGate(rate float64) *gate { return &gate{every: time.Duration(float64(time.Second) / rate)} }

// pass waits for a turn; it is false if ctx ended first.
func (g *gate) pass(ctx context.Context) bool {
	g.mu.Lock()
	now := time.Now()
	at := g.next
	if at.Before(now) {
		at = now
	}
	g.next = at.Add(g.every)
	g.mu.Unlock()
	return pause(ctx, at.Sub(now))
}

// pause waits; it is false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
