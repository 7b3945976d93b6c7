package shield

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Door says how many connections may be open, and how slow they may be. The
// zero value of each field means its default.
type Door struct {
	// Certificates to serve HTTPS and HTTP/2 with; without any the door speaks
	// plain HTTP/1.
	Certificates []Certificate

	// Most connections open at once; a sixth of them may have a request or wait
	// for the next one, the others are still arriving. Default 6,000, or half of
	// the files that the process may open where that is less.
	Most int
	// PerAddress is for an IPv4 address and an IPv6 /64. Default 256: an office of
	// forty whose browsers hold six each.
	PerAddress int
	// PerNetwork is for an IPv4 /24 and an IPv6 /48. Default 1,024.
	PerNetwork int
	// Unfinished is for request bodies that have begun and not come whole, per
	// address as above, and four times that per network. Of connections that have
	// not begun, those beyond it are given half of the usual time. Default 64.
	Unfinished int

	// Hello is the time that a connection has to begin, with its ClientHello where
	// the door speaks TLS, and as much again for the rest of the handshake. Default
	// 5 s.
	Hello time.Duration
	// Header is the time from a request's first byte to the end of its header.
	// Default 5 s.
	Header time.Duration
	// Idle is how long a connection may wait for its next request. Default 60 s.
	Idle time.Duration
	// Stall is how long a body that is sent or an answer that is read may stand
	// still, or fall behind LeastRate. Default 10 s.
	Stall time.Duration
	// LeastRate in bytes per second, from Stall on. Default 500.
	LeastRate int
	// Drain is how long requests under way are waited for at the end. Default 15 s.
	Drain time.Duration

	// HeaderBytes and HeaderFields are the most that a request's header may have.
	// Defaults 16 KiB and 64.
	HeaderBytes, HeaderFields int
	// Streams are the most requests at once on an HTTP/2 connection. Default 32.
	Streams int
	// Body is the most bytes of a request's body where its route says nothing.
	// Default 1 MiB.
	Body int64
	// BodyMemory and BodyDisk bound all bodies under way together: what is longer
	// than 64 KiB goes to a file in TempDir. Defaults 32 MiB and 1 GiB.
	BodyMemory, BodyDisk int64
	TempDir              string

	// ProxyProtocol are the prefixes whose connections begin with a PROXY header,
	// version 1 or 2; from anywhere else such a header is a broken request.
	ProxyProtocol []netip.Prefix
}

// Certificate names the PEM files of one; they are read again when they change.
type Certificate struct{ CertFile, KeyFile string }

// mostOpen is what Most is where the process may open enough files: at worst 115
// MiB. Measured, a connection holds 4 (plain) to 15 KiB (TLS) while it arrives,
// and 18 (plain), 33 (HTTPS) or 46 KiB (HTTP/2) while it waits for its next
// request.
const mostOpen = 6_000

func (s Door) full() Door {
	if s.Most == 0 {
		s.Most = mostOpen
		if files, ok := openFiles(); ok {
			s.Most = int(min(mostOpen, files/2))
		}
	}
	for _, n := range []struct {
		field  *int
		number int
	}{{&s.PerAddress, 256}, {&s.PerNetwork, 1_024}, {&s.Unfinished, 64}, {&s.LeastRate, 500}, {&s.HeaderBytes, 16 << 10}, {&s.HeaderFields, 64}, {&s.Streams, 32}} {
		if *n.field == 0 {
			*n.field = n.number
		}
	}
	for _, t := range []struct {
		field *time.Duration
		time  time.Duration
	}{{&s.Hello, 5 * time.Second}, {&s.Header, 5 * time.Second}, {&s.Idle, time.Minute}, {&s.Stall, 10 * time.Second}, {&s.Drain, 15 * time.Second}} {
		if *t.field == 0 {
			*t.field = t.time
		}
	}
	for _, b := range []struct {
		field *int64
		bytes int64
	}{{&s.Body, 1 << 20}, {&s.BodyMemory, 32 << 20}, {&s.BodyDisk, 1 << 30}} {
		if *b.field == 0 {
			*b.field = b.bytes
		}
	}
	return s
}

// Check tells every mistake in s; certificates are read when the door is made.
func (s Door) Check() error {
	var errs []error
	s = s.full()
	for name, n := range map[string]int64{
		"most connections": int64(s.Most), "connections per address": int64(s.PerAddress), "connections per network": int64(s.PerNetwork),
		"unfinished requests": int64(s.Unfinished), "least rate": int64(s.LeastRate), "header fields": int64(s.HeaderFields), "streams": int64(s.Streams),
		"body": s.Body, "body memory": s.BodyMemory, "body disk": s.BodyDisk,
		"hello time": int64(s.Hello), "header time": int64(s.Header), "idle time": int64(s.Idle), "stall time": int64(s.Stall), "drain time": int64(s.Drain),
	} {
		if n < 1 {
			errs = append(errs, fmt.Errorf("the door's %s is %d, and must be above zero", name, n))
		}
	}
	if s.HeaderBytes < 1<<10 || s.HeaderBytes > 1<<20 {
		errs = append(errs, fmt.Errorf("the door's header bytes are %d, and must be from 1,024 to 1,048,576", s.HeaderBytes))
	}
	if s.BodyMemory < smallBody {
		errs = append(errs, fmt.Errorf("the door's body memory is %d bytes, and must hold one body of %d", s.BodyMemory, smallBody))
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// turned is why a connection was closed at the door.
type turned uint8

// The reasons. The first three can be put in shadow; the others are what the
// house can hold, or a client that broke the rules of its own protocol.
const (
	turnedBanned    turned = iota // a ban holds for its prefix
	turnedRate                    // its prefix opens connections too quickly
	turnedCrowd                   // its prefix has too many, open or unfinished
	turnedFull                    // the house is full, and nobody stood idle
	turnedIdle                    // made room for another
	turnedSlow                    // the handshake or the header did not come whole in time
	turnedHandshake               // no handshake, or none of ours
	turnedWait                    // too many handshakes at once
	turnedProxy                   // no PROXY header where one must be
	turnedFrames                  // HTTP/2 frames that only cost: resets, empty ones, endless headers
	turnedWhys                    // how many there are
)

// String is the reason's name in metrics, pages and records.
func (t turned) String() string {
	return [...]string{"banned", "rate", "crowd", "full", "idle", "slow", "handshake", "wait", "proxy", "frames", "unknown"}[min(t, turnedWhys)]
}

// doorHooks is what the door asks of the shield. None may block; nil ones say no.
type doorHooks struct {
	clock   func() time.Time
	now     func() tick
	source  func(netip.Addr) source
	text    func(string) uint64 // a hash under the process's secret
	network func(netip.Addr) Network
	allowed func(netip.Addr) bool // no limit holds for it
	known   func(source) bool     // a member or a passed visitor came from there lately
	closed  func(source) bool     // banned, and nobody known came from there lately
	// turn is told of each connection that is closed, and may let it pass all
	// the same where the reason can be in shadow.
	turn func(turned) (pass bool)
	// refused writes the answer to a request of HTTP/1 whose source is turned away
	// still; nothing where it must go the whole way.
	refused func(*conn, *plea, []byte) []byte
	proxies []netip.Prefix // HTTP proxies whose Forwarded header is believed
	key     []byte         // secret of session tickets, at least 32 bytes; nil for one of the process's own
	log     *slog.Logger
}

// door takes connections in, and closes those that come in too great a number
// or too slowly, before they cost more than a few kilobytes.
//
// A connection is handed to net/http (it is seated) only when its handshake is
// done and the header of its first request has come whole: until then it is
// parked on a goroutine of two to four kilobytes with what it has sent so far.
// When too many are parked or seated, the one that stood still longest makes
// room; one whose request is being answered never does.
type door struct {
	doorHooks
	set    Door
	crowd  *crowd
	rates  *limits
	turns  *turns
	tls    *tls.Config // nil for plain HTTP
	certs  *certificates
	bodies bodies
	outbox outbox
	lines  errorLines
	told   sync.Once // of a proxy that nobody listed
}

// How quickly one prefix may open connections: a page of HTTP/1 needs six, and an
// office that comes to work opens 240 at once.
var (
	openingAddress = struct{ cost, burst int64 }{1e9 / 50, 512 * 1e9 / 50}
	openingNetwork = struct{ cost, burst int64 }{1e9 / 400, 4_096 * 1e9 / 400}
)

// rateBytes is the table of opening rates: 65,536 prefixes.
const rateBytes = 1 << 20

func newDoor(set Door, hooks doorHooks) (*door, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	d := &door{doorHooks: hooks.full(), set: set.full(), rates: newLimits(rateBytes), turns: newTurns(runtime.GOMAXPROCS(0), hooks.now)}
	d.crowd = newCrowd(&d.set)
	d.bodies.memory, d.bodies.disk = d.set.BodyMemory, d.set.BodyDisk
	d.outbox.now = d.now
	d.lines.log = d.log
	if len(d.set.Certificates) > 0 {
		var err error
		if d.certs, err = openCertificates(d.set.Certificates, d.clock, d.log); err != nil {
			return nil, err
		}
		d.tls = d.newTLS()
	}
	return d, nil
}

// full puts a plain no in place of what is nil.
func (h doorHooks) full() doorHooks {
	if h.network == nil {
		h.network = func(netip.Addr) Network { return Network{} }
	}
	if h.allowed == nil {
		h.allowed = func(netip.Addr) bool { return false }
	}
	if h.known == nil {
		h.known = func(source) bool { return false }
	}
	if h.closed == nil {
		h.closed = func(source) bool { return false }
	}
	if h.turn == nil {
		h.turn = func(turned) bool { return false }
	}
	if h.refused == nil {
		h.refused = func(_ *conn, _ *plea, none []byte) []byte { return none }
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	return h
}

// serve answers what comes to l until ctx ends; then it takes no more, waits
// for requests under way as long as Door.Drain, and closes what is left.
func (d *door) serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server, in := d.server(h), d.listener(l)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(in) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve %s: %w", l.Addr(), err), in.Close())
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.set.Drain)
	defer cancel()
	err := server.Shutdown(late)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests were cut off after %s: %w", d.set.Drain, err), server.Close())
	}
	<-failed
	return err
}

// server is net/http's, for connections that the door's listener seats.
//
// HTTP/2 comes to it as if it were plain, because its frames are counted between
// TLS and the server (frames.go); entrance tells the request of its TLS.
func (d *door) server(h http.Handler) *http.Server {
	s := &http.Server{
		Handler:           &entrance{d, h},
		ReadHeaderTimeout: d.set.Header,
		IdleTimeout:       d.set.Idle,
		// For what the server answers by itself, such as a header that is too long:
		// entrance and conn.Write put their own time in its place.
		WriteTimeout:   d.set.Stall,
		MaxHeaderBytes: d.set.HeaderBytes,
		ErrorLog:       d.lines.logger(),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, seatedConn(c))
		},
		Protocols: new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          d.set.Streams,
			MaxReadFrameSize:              16 << 10,
			MaxReceiveBufferPerStream:     64 << 10,
			MaxReceiveBufferPerConnection: 256 << 10,
			SendPingTimeout:               d.set.Idle / 2,
			PingTimeout:                   d.set.Stall,
			WriteByteTimeout:              d.set.Stall,
		},
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(d.tls != nil)
	return s
}
