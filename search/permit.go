package search

import (
	"context"
	"time"

	"kontor/market"
)

const (
	mostWaiting = 512             // searches; those beyond are turned away at once
	longestWait = 2 * time.Second // for a permit
)

// permit waits for leave to run: as many searches run at once as there are
// cores. More would only wait inside the scheduler: measured on 2 cores with 16
// clients, p99 was 4 to 20 times longer without it. A Busy fault when too many
// wait or the wait is too long; ctx's error when ctx ends first.
func (ix *Index) permit(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case ix.permits <- struct{}{}:
		return ix.release, nil
	default:
	}
	defer ix.waiting.Add(-1)
	if ix.waiting.Add(1) > mostWaiting {
		return nil, busy()
	}
	late := time.NewTimer(longestWait)
	defer late.Stop()
	select {
	case ix.permits <- struct{}{}:
		return ix.release, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		return nil, busy()
	}
}

func (ix *Index) release() { <-ix.permits }

func busy() *market.Fault {
	return &market.Fault{Kind: market.Busy, Msg: "Too many people are searching just now.", Fix: "Try again in a few seconds."}
}
