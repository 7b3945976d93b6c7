package attack

import (
	"context"
	"errors"
	"sync"
)

func init() { kinds["mixed"] = newMixed }

// mixed are several attacks at once.
type mixed []Attack

// newMixed is a flood below limits (200 addresses, 8 requests a second each),
// 5 addresses with 400 a second each, and 2,000 connections that drip. A total
// is shared by the floods in that proportion; connections are those that drip.
func newMixed(p Params) (Attack, error) {
	const below, few = 1_600.0, 2_000.0
	total := p.Total
	if total == 0 {
		total = below + few
	}
	if p.Connections == 0 {
		p.Connections = 2_000
	}
	var m mixed
	var errs []error
	for _, part := range []struct {
		kind string
		p    Params
	}{
		{"flood-below-limits", Params{Total: total * below / (below + few), Addresses: p.Addresses, Networks: p.Networks, Path: p.Path}},
		{"flood", Params{Total: total * few / (below + few), Addresses: 5, Networks: "few", Path: p.Path}},
		{"slow-headers", Params{Connections: p.Connections, Networks: p.Networks}},
	} {
		part.p.Seed, part.p.Swap = p.Seed+uint64(len(m)), p.Swap
		a, err := New(part.kind, part.p)
		m, errs = append(m, a), append(errs, err)
	}
	return m, errors.Join(errs...)
}

func (m mixed) Run(ctx context.Context, t Target, c *Counter) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make([]error, len(m))
	var running sync.WaitGroup
	for i, a := range m {
		running.Go(func() {
			if failed[i] = a.Run(ctx, t, c); failed[i] != nil {
				cancel()
			}
		})
	}
	running.Wait()
	return errors.Join(failed...)
}
