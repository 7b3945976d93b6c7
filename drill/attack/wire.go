package attack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// patience is how long a request waits for its answer, its connection included.
const patience = 10 * time.Second

// Reasons why a request has no answer.
var (
	errStale = errors.New("the site closed an idle connection") // ask again on another
	errFull  = errors.New("no more connections may be opened")
)

// wire is one connection that requests are sent over. Its methods may be called
// at once.
type wire interface {
	take() bool // takes a place for one request, if there is one
	idle() bool // nothing is under way
	gone() bool // no further request is taken
	// ask sends a request in a place that was taken, and gives the place back.
	ask(context.Context, *request) (answer, error)
	close() // ends it and waits for what it runs
}

// ticket keeps a source's TLS session, as a browser does.
type ticket struct {
	mu    sync.Mutex
	state *tls.ClientSessionState
}

func (t *ticket) Get(string) (*tls.ClientSessionState, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state, t.state != nil
}

func (t *ticket) Put(_ string, s *tls.ClientSessionState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state = s
}

// counted is the target with its connections counted while they are open, and
// the bytes sent over them.
func (t Target) counted(c *Counter) Target {
	dial := t.Dial
	t.Dial = func(ctx context.Context, from netip.Addr) (net.Conn, error) {
		conn, err := dial(ctx, from)
		if err != nil {
			return nil, err
		}
		c.Hold(1)
		return &carried{Conn: conn, c: c}, nil
	}
	return t
}

// carried is a connection that is counted.
type carried struct {
	net.Conn
	c    *Counter
	once sync.Once
}

func (c *carried) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.c.Send(int64(n))
	return n, err
}

func (c *carried) Close() error {
	c.once.Do(func() { c.c.Hold(-1) })
	return c.Conn.Close()
}

// SetReadBuffer asks for a receive buffer of so many bytes, where there is one.
func (c *carried) SetReadBuffer(n int) error {
	if s, ok := c.Conn.(interface{ SetReadBuffer(int) error }); ok {
		return s.SetReadBuffer(n)
	}
	return nil
}

// both are the protocols that a browser offers.
var both = []string{"h2", "http/1.1"}

// secure dials the site and shakes hands, offering protocols; the one chosen is
// "" without TLS. The hello is a browser's. The certificate is not checked again
// (it was, before the drill, by the good clients), which no byte on the wire
// shows and which halves the attacker's work.
func (t Target) secure(ctx context.Context, from netip.Addr, sessions tls.ClientSessionCache, protocols []string) (net.Conn, string, error) {
	conn, err := t.Dial(ctx, from)
	if err != nil || t.TLS == nil {
		return conn, "", err
	}
	cfg := t.TLS.Clone()
	cfg.ClientSessionCache = sessions
	cfg.NextProtos = protocols
	cfg.InsecureSkipVerify = true
	if cfg.ServerName == "" {
		cfg.ServerName = t.URL.Hostname()
	}
	c := tls.Client(conn, cfg)
	if err := c.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, "", fmt.Errorf("shake hands: %w", err)
	}
	return c, c.ConnectionState().NegotiatedProtocol, nil
}

// open connects as a browser does.
func (t Target) open(ctx context.Context, from netip.Addr, sessions tls.ClientSessionCache) (wire, error) {
	conn, protocol, err := t.secure(ctx, from, sessions, both)
	if err != nil {
		return nil, err
	}
	if protocol == "h2" {
		return openTwo(conn)
	}
	return openOne(conn), nil
}
