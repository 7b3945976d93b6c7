package shield

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// listener hands connections to net/http once their first request is there.
type listener struct {
	net.Listener
	door  *door
	ready chan net.Conn
	done  chan struct{}
	once  sync.Once
	err   error // why done was closed, if not by Close
	work  sync.WaitGroup
}

// listener begins to accept from l; Close ends that and waits for it.
func (d *door) listener(l net.Listener) net.Listener {
	in := &listener{Listener: l, door: d, ready: make(chan net.Conn), done: make(chan struct{})}
	in.work.Go(in.take)
	return in
}

// Accept waits for the next connection with a request.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.done:
		if l.err != nil {
			return nil, l.err
		}
		return nil, net.ErrClosed
	}
}

// Close ends accepting, closes what is still arriving, and waits for both.
func (l *listener) Close() error {
	l.stop(nil)
	err := l.Listener.Close()
	l.door.crowd.clear()
	l.work.Wait()
	return err
}

func (l *listener) stop(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.done)
	})
}

// clear closes all that is parked.
func (c *crowd) clear() {
	c.mu.Lock()
	parked := append([]*conn(nil), c.parked...)
	c.mu.Unlock()
	for _, x := range parked {
		x.Close()
	}
}

// take accepts until the listener is closed. Where files run out it makes room
// and tries again, each time a little later, up to a second.
func (l *listener) take() {
	var wait time.Duration
	for {
		raw, err := l.Listener.Accept()
		if err == nil {
			wait = 0
			l.admit(raw)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			l.stop(err)
			return
		}
		l.door.crowd.relieve()
		if wait = min(max(2*wait, 5*time.Millisecond), time.Second); wait == time.Second {
			l.door.log.Error("no connection can be taken", "cause", err)
		}
		select {
		case <-time.After(wait):
		case <-l.done:
			return
		}
	}
}

// relieve closes the connection that has been arriving for longest.
func (c *crowd) relieve() {
	c.mu.Lock()
	out := c.longest(c.parked)
	c.mu.Unlock()
	if out != nil {
		out.cut()
	}
}

// admit decides about a connection by its address alone, before a byte of it is
// read.
func (l *listener) admit(raw net.Conn) {
	d := l.door
	c := &conn{raw: raw, door: d, remote: raw.RemoteAddr()}
	c.quiet.Store(d.now())
	c.peer = addrOf(c.remote)
	c.src = d.source(c.peer)
	told := contains(d.set.ProxyProtocol, c.peer)
	if told {
		// The prefix's bounds are for whom it speaks for.
		if !l.park(c, true) {
			return
		}
	} else if !l.lets(c) {
		return
	}
	l.work.Go(func() { l.greet(c, told) })
}

// lets asks everything that is asked about a prefix, and parks the connection.
func (l *listener) lets(c *conn) bool {
	d := l.door
	c.proxied = contains(d.proxies, c.src.addr)
	if c.proxied || d.allowed(c.src.addr) {
		c.lane = laneKnown
		c.earned.Store(true)
		return l.park(c, true)
	}
	if d.closed(c.src) && !d.turn(turnedBanned) {
		c.cut()
		return false
	}
	now := d.now()
	backlog, over := d.rates.take(now, c.src.narrow, openingAddress.cost, openingAddress.burst)
	_, overWide := d.rates.take(now, c.src.wide, openingNetwork.cost, openingNetwork.burst)
	if (over || overWide) && !d.turn(turnedRate) {
		c.cut()
		return false
	}
	switch {
	case d.known(c.src):
		c.lane = laneKnown
		c.earned.Store(true)
	case backlog <= 16*openingAddress.cost:
		c.lane = laneQuiet
	default:
		c.lane = laneBusy
	}
	return l.park(c, false)
}

func (l *listener) park(c *conn, free bool) bool {
	d := l.door
	out, fits := d.crowd.park(c, free)
	if !fits && d.turn(turnedCrowd) {
		out, fits = d.crowd.park(c, true)
	}
	l.makeRoom(out)
	if !fits {
		c.cut()
	}
	return fits
}

func (l *listener) makeRoom(out *conn) {
	if out != nil {
		l.door.turn(turnedIdle)
		out.cut()
	}
}

// greet brings a parked connection to its seat, or closes it.
func (l *listener) greet(c *conn, told bool) {
	seated, why, err := l.welcome(c, told)
	if err == nil {
		select {
		case l.ready <- seated:
			return
		case <-l.done:
			c.Close()
			return
		}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		l.door.turn(why) // who goes by himself, or made room, was not turned away here
	}
	c.cut()
}

// welcome waits for the PROXY header, the handshake and the first request's
// header, each with its own time.
func (l *listener) welcome(c *conn, told bool) (seated net.Conn, why turned, err error) {
	d := l.door
	c.within(d.set.Hello)
	if told {
		if err := l.introduce(c); err != nil {
			return nil, turnedProxy, err
		}
	}
	if d.tls == nil {
		seated, err = c, c.awaitHeader(c.raw, &c.ahead)
	} else {
		seated, why, err = c.handshake()
	}
	if err != nil {
		return nil, slowOr(err, why), err
	}
	c.raw.SetReadDeadline(time.Time{})
	c.network = d.network(c.src.addr)
	out, fits := d.crowd.seat(c)
	l.makeRoom(out)
	if !fits {
		return nil, turnedFull, errFull
	}
	return seated, 0, nil
}

var errFull = errors.New("no seat is free")

func slowOr(err error, why turned) turned {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return turnedSlow
	case errors.Is(err, errWait):
		return turnedWait
	}
	return why
}

// introduce reads whom a proxy speaks for, and asks about that prefix what was
// not asked about the proxy's.
func (l *listener) introduce(c *conn) error {
	from, err := c.readProxy()
	if err != nil {
		return err
	}
	l.door.crowd.leave(c)
	if from.IsValid() {
		c.remote = net.TCPAddrFromAddrPort(from)
		c.src = l.door.source(from.Addr())
	}
	if !l.lets(c) {
		return net.ErrClosed // counted where it was decided
	}
	return nil
}

// handshake gives the connection as net/http takes it: *frames for HTTP/2,
// *sealed with the first header for HTTP/1.
func (c *conn) handshake() (net.Conn, turned, error) {
	if err := c.awaitRecord(); err != nil {
		if errors.Is(err, errRecord) {
			io.WriteString(c.raw, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nThis port speaks HTTPS: begin the address with https://\n")
			c.Close() // with TCP's courtesies, so that this arrives
		}
		return nil, turnedHandshake, err
	}
	t := tls.Server(c, c.door.tls)
	// On a goroutine of its own, because the computing grows the stack to many
	// times what a parked connection may hold.
	shaken := make(chan error)
	go func() { shaken <- c.shake(t) }()
	if err := <-shaken; err != nil {
		return nil, turnedHandshake, err
	}
	c.within(c.door.set.Header)
	if err := c.awaitRecord(); err != nil {
		return nil, turnedHandshake, err
	}
	if state := t.ConnectionState(); state.NegotiatedProtocol == "h2" {
		c.tls = &state
		return newFrames(t, c), 0, nil
	}
	s := &sealed{Conn: t, conn: c}
	return s, turnedHandshake, c.awaitHeader(t, &s.ahead)
}

func (c *conn) shake(t *tls.Conn) error {
	if err := c.door.turns.begin(c.lane); err != nil {
		return err
	}
	// It greeted in time: what it waited for its turn is not its fault, and it is
	// hurried no more.
	c.hurried, c.shaking, c.turn = false, true, c.door.now()
	c.within(c.door.set.Hello)
	err := t.HandshakeContext(context.Background()) // its reads have their deadline
	if c.shaking {
		c.shaking = false
		c.door.turns.end(c.lane, c.door.now()-c.turn)
	}
	return err
}

// headerSlack is what net/http reads above MaxHeaderBytes before it answers 431
// by itself.
const headerSlack = 4 << 10

// awaitHeader reads ahead until an HTTP/1 header is whole, or longer than
// net/http would take it.
func (c *conn) awaitHeader(r io.Reader, ahead *[]byte) error {
	most := c.door.set.HeaderBytes + headerSlack
	begun := len(*ahead) > 0
	for seen := 0; ; {
		if endsHeader((*ahead)[max(0, seen-3):]) {
			return nil
		}
		seen = len(*ahead)
		switch err := readMore(r, ahead, most); {
		case errors.Is(err, errTooMuch):
			return nil
		case err != nil:
			return err
		}
		if !begun {
			begun = true
			c.within(c.door.set.Header)
		}
	}
}

// endsHeader tells whether an empty line is in b; RFC 9112 §2.2 lets a line end
// with a line feed alone.
func endsHeader(b []byte) bool {
	return bytes.Contains(b, []byte("\n\r\n")) || bytes.Contains(b, []byte("\n\n"))
}

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
