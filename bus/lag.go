package bus

import (
	"context"
	"fmt"
	"time"
)

// Lag is how far consumers are behind.
type Lag struct {
	Outbox    bool              // events wait in the outbox
	Consumers map[string]uint64 // events that each has not acknowledged
	Parked    uint64            // events given up on, for the operator
}

// Lag reads how far every consumer is behind.
func (b *Bus) Lag(ctx context.Context) (Lag, error) {
	lag := Lag{Consumers: map[string]uint64{}}
	b.mu.Lock()
	outbox := b.outbox
	b.mu.Unlock()
	if outbox != nil {
		waiting, err := outbox.Pending(ctx, 1)
		if err != nil {
			return Lag{}, fmt.Errorf("read outbox: %w", err)
		}
		lag.Outbox = len(waiting) > 0
	}
	for _, c := range b.registered() {
		info, err := c.durable.Info(ctx)
		if err != nil {
			return Lag{}, fmt.Errorf("read consumer %s: %w", c.name, err)
		}
		lag.Consumers[c.name] = info.NumPending + uint64(info.NumAckPending)
	}
	info, err := b.dead.Info(ctx)
	if err != nil {
		return Lag{}, fmt.Errorf("read parked events: %w", err)
	}
	lag.Parked = info.State.Msgs
	return lag, nil
}

// drained tells whether nothing is on its way.
func (l Lag) drained() bool {
	for _, n := range l.Consumers {
		if n > 0 {
			return false
		}
	}
	return !l.Outbox
}

// Drained waits until every committed event was handled or parked, those that
// handlers caused included. It is for tests and for the demo's first start.
func (b *Bus) Drained(ctx context.Context) error {
	for calm := 0; calm < 2; { // twice: a handler may have written an event in between
		lag, err := b.Lag(ctx)
		if err != nil {
			return err
		}
		if !lag.drained() {
			calm = 0
			pause(ctx, 5*time.Millisecond)
			continue
		}
		calm++
	}
	return nil
}

func parseAt(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }
