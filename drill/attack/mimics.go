package attack

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"kontor/drill/browser"
)

func init() { kinds["mimics"] = newMimics }

// mimics are visitors that behave like people: each from an address of its own,
// with a browser, at a human pace, from the front page along links that a page
// offered. Memory: about 60 KB each.
type mimics struct {
	sources Sources
	every   time.Duration // mean time between pages of one
	seed    uint64
}

// mostMimics bounds those of one attack.
const mostMimics = 5_000

// newMimics is 1,000 addresses over a hundred networks that open a page every
// two seconds each, with a human's unevenness.
func newMimics(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 1_000, rate: 0.5, networks: "many"})
	if err != nil {
		return nil, err
	}
	sources.n = min(sources.n, mostMimics)
	return &mimics{sources, time.Duration(float64(sources.n) / total * float64(time.Second)), p.Seed}, nil
}

func (m *mimics) Run(ctx context.Context, t Target, c *Counter) error {
	t = t.counted(c)
	var visiting sync.WaitGroup
	defer visiting.Wait()
	for i := range m.sources.Len() {
		visiting.Go(func() {
			rng := rand.New(rand.NewPCG(m.seed, i))
			look := browser.Desk
			if rng.IntN(3) == 0 {
				look = browser.Phone
			}
			v := newVisitor(t, c, m.sources.At(i), look, rng)
			defer v.leave()
			if pause(ctx, time.Duration(rng.Float64()*float64(m.every))) {
				v.stroll(ctx, m.every)
			}
		})
	}
	return nil
}

// visitor is one who uses a browser.
type visitor struct {
	b     *browser.Browser
	c     *Counter
	rng   *rand.Rand
	parts map[string]bool // fetched; up to mostParts

	mu    sync.Mutex
	conns []net.Conn // all that the browser opened; it may still open one when its page was given up
	gone  bool
}

func newVisitor(t Target, c *Counter, from netip.Addr, look browser.Look, rng *rand.Rand) *visitor {
	v := &visitor{c: c, rng: rng, parts: map[string]bool{}}
	line := t.Line()
	line.Dial = func(ctx context.Context, from netip.Addr) (net.Conn, error) {
		conn, err := t.Dial(ctx, from)
		if err != nil {
			return nil, err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.gone {
			return nil, errors.Join(net.ErrClosed, conn.Close())
		}
		if v.conns = append(v.conns, conn); len(v.conns) > mostKept {
			v.conns[0].Close() // long given up by the browser, which keeps two
			v.conns = v.conns[1:]
		}
		return conn, nil
	}
	v.b = browser.New(line, from, look)
	return v
}

// mostKept bounds the connections of a visitor.
const mostKept = 8

// leave ends all connections at once.
func (v *visitor) leave() {
	v.b.Close()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone = true
	for _, conn := range v.conns {
		conn.Close()
	}
}

// stroll opens pages until ctx ends. One who still waits when the next page is
// due opens it later; the pages missed are short.
func (v *visitor) stroll(ctx context.Context, every time.Duration) {
	path, due := "/", time.Now()
	for ctx.Err() == nil {
		p := v.open(ctx, path)
		path = "/"
		if p != nil && p.Status < 400 {
			if links := p.Links(); len(links) > 0 {
				path = links[v.rng.IntN(len(links))]
			}
			v.fetchParts(ctx, p)
		}
		for due = due.Add(v.think(every)); ctx.Err() == nil && time.Until(due) < -every; due = due.Add(v.think(every)) {
			v.c.Short(1)
		}
		pause(ctx, time.Until(due))
	}
}

// think is a time between two pages: a quarter of the mean at least, and the
// rest of it by chance (exponential, up to four times the mean).
func (v *visitor) think(mean time.Duration) time.Duration {
	return time.Duration((0.25 + min(v.rng.ExpFloat64()*0.75, 4)) * float64(mean))
}

// open asks for a page and counts it; nil if none came.
func (v *visitor) open(ctx context.Context, path string) *browser.Page {
	return v.counted(ctx, func(ctx context.Context) (*browser.Page, error) { return v.b.Get(ctx, path) })
}

func (v *visitor) counted(ctx context.Context, ask func(context.Context) (*browser.Page, error)) *browser.Page {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v.c.Offer()
	p, err := ask(within)
	switch {
	case err == nil:
		v.c.End(answer{status: p.Status, age: p.Header.Get("Age") != ""}.outcome())
	case ctx.Err() == nil:
		v.c.End(Broken)
	}
	return p
}

// fetchParts fetches those of a page that it has not seen; they are not counted.
func (v *visitor) fetchParts(ctx context.Context, p *browser.Page) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, part := range p.Parts() {
		if v.parts[part] || len(v.parts) >= mostParts {
			continue
		}
		v.parts[part] = true
		if _, err := v.b.Part(within, part); err != nil {
			return
		}
	}
}
