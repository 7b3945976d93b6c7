package attack

import (
	"context"
	"net/netip"
	"sync/atomic"

	"kontor/drill/browser"
)

func init() {
	kinds["handshake-flood"] = newHandshakeFlood
	kinds["source-churn"] = newSourceChurn
}

// handshakes opens a connection for every event, each a new one.
type handshakes struct {
	sources Sources
	total   float64
	use     func(ctx context.Context, t Target, from netip.Addr) (Outcome, error)
}

func (h *handshakes) Run(ctx context.Context, t Target, c *Counter) error {
	t = t.counted(c)
	pace(ctx, h.total, mostShaking, c, func(i uint64) {
		c.Offer()
		within, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		o, err := h.use(within, t, h.sources.At(i))
		switch {
		case ctx.Err() != nil: // not waited for
		case err != nil:
			c.End(Broken)
		default:
			c.End(o)
		}
	})
	return nil
}

// newHandshakeFlood shakes hands in full and says nothing: 3,000 times a second
// in all from 500 addresses. A handshake that the site finishes is served.
func newHandshakeFlood(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 500, rate: 6, networks: "many"})
	if err != nil {
		return nil, err
	}
	return &handshakes{sources, total, func(ctx context.Context, t Target, from netip.Addr) (Outcome, error) {
		conn, _, err := t.secure(ctx, from, &ticket{}, both)
		if err == nil {
			err = bottom(conn).Close()
		}
		return Served, err
	}}, nil
}

// newSourceChurn asks for one page, which no cache holds, from each of ten million addresses, each over
// a connection of its own: 1,000 a second in all, from 1,000 prefixes of IPv6.
func newSourceChurn(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 10_000_000, rate: 0.0001, networks: "ipv6"})
	if err != nil {
		return nil, err
	}
	var asked atomic.Uint64
	return &handshakes{sources, total, func(ctx context.Context, t Target, from netip.Addr) (Outcome, error) {
		if err := t.check(p); err != nil {
			return Broken, err
		}
		r := t.page(browser.Desk, t.wish(p.Path, mix(p.Seed+asked.Add(1))), "", nil)
		w, err := t.open(ctx, from, &ticket{})
		if err != nil {
			return Broken, err
		}
		defer w.close()
		w.take()
		a, err := w.ask(ctx, &r)
		return a.outcome(), err
	}}, nil
}
