package shield

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// conn is one connection from the moment it was accepted. It lies under TLS and
// net/http and sees to it that writing makes progress.
type conn struct {
	raw  net.Conn
	door *door

	peer      netip.Addr // at the other end of the wire
	src       source     // whom it speaks for: the peer, or what a trusted PROXY header says
	remote    net.Addr   // src as net/http wants it
	network   Network
	print     string               // JA4 of the ClientHello; "" for plain HTTP
	printHash uint32               // of print under the process's secret; 0 for plain HTTP
	tls       *tls.ConnectionState // of HTTP/2; net/http keeps that of HTTP/1 itself
	proxied   bool                 // src is a trusted HTTP proxy, whose requests say whom it speaks for

	// ahead was read to see whether it is whole, and not yet handed on.
	ahead []byte
	// During the handshake Read gives one TLS record after the other, so that
	// nothing of what follows it gets lost in the TLS layer: bytes left of the
	// record that is being given.
	shaking bool
	record  int
	turn    tick // when its turn at computing began
	lane    lane
	hurried bool // its prefix has many others on their way: half of the usual time to begin

	earned   atomic.Bool  // a member or a passed visitor asked on it, or comes from where one came from
	dripping atomic.Bool  // a request's body has begun to come and is not whole
	requests atomic.Int32 // being answered
	quiet    atomic.Int64 // tick since when none is
	entered  atomic.Int64 // requests that came to the handler; HTTP/2 alone counts them
	rearm    atomic.Int64 // tick from which on a write moves its deadline

	step      atomic.Uint32 // of HTTP/1: what net/http was given so far
	over      *cost         // what the last request would have cost, if it was turned away for what its source asked for before
	overUntil tick          // and until when the next ones are answered by that
	peeked    bool          // the first byte of the next request came early
	first     byte

	place place // crowd's
	at    int   // crowd's
}

type connKey struct{}

// connOf is the connection that a request came on; nil for a request that did
// not come through the door.
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// seatedConn is the connection under what the door handed to net/http.
func seatedConn(c net.Conn) *conn {
	switch c := c.(type) {
	case *tls.Conn:
		return seatedConn(c.NetConn())
	case *sealed:
		return c.conn
	case *frames:
		return c.conn
	case *conn:
		return c
	}
	return nil
}

// Read gives what was read ahead, then what comes.
func (c *conn) Read(p []byte) (int, error) {
	if c.shaking {
		return c.readRecord(p)
	}
	if c.door.tls == nil {
		return c.attend((*unsealed)(c), p)
	}
	return c.given(p)
}

func (c *conn) given(p []byte) (int, error) {
	if len(c.ahead) > 0 {
		return c.readAhead(p), nil
	}
	return c.raw.Read(p)
}

// unsealed is an HTTP/1 connection without TLS, as the door reads it.
type unsealed conn

// Read gives what was read ahead, then what comes.
func (u *unsealed) Read(p []byte) (int, error) { return (*conn)(u).given(p) }

// Write is conn's.
func (u *unsealed) Write(p []byte) (int, error) { return (*conn)(u).Write(p) }

func (c *conn) readAhead(p []byte) int {
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n
}

// readRecord gives bytes of one TLS record and, while the next one is on its
// way, the turn at computing to somebody else.
func (c *conn) readRecord(p []byte) (int, error) {
	if c.record == 0 {
		size, whole := recordSize(c.ahead)
		if !whole {
			c.door.turns.end(c.lane, c.door.now()-c.turn)
			err := c.awaitRecord()
			if wait := c.door.turns.begin(c.lane); wait != nil {
				c.shaking = false // the turn is not ours to give back
				return 0, wait
			}
			c.turn = c.door.now()
			if err != nil {
				return 0, err
			}
			size, _ = recordSize(c.ahead)
		}
		c.record = size
	}
	n := c.readAhead(p[:min(len(p), c.record)])
	c.record -= n
	return n, nil
}

// Records, RFC 8446 §5.1 and RFC 5246 §6.2.3: five bytes, of which the first
// tells the kind and the last two the length of what follows.
const (
	recordHead  = 5
	recordMost  = recordHead + 16<<10 + 2<<10
	recordLeast = 20 // content types: change_cipher_spec
	recordLast  = 23 // application_data
)

// recordSize is the length of the TLS record that b begins with, and whether
// all of it is there.
func recordSize(b []byte) (size int, whole bool) {
	if len(b) < recordHead {
		return recordHead, false
	}
	size = recordHead + int(b[3])<<8 + int(b[4])
	return size, len(b) >= size
}

var errRecord = errors.New("not a TLS record")

// awaitRecord reads ahead until a whole record is there.
func (c *conn) awaitRecord() error {
	for {
		size, whole := recordSize(c.ahead)
		if whole {
			return nil
		}
		if size > recordMost || len(c.ahead) > 0 && (c.ahead[0] < recordLeast || c.ahead[0] > recordLast) {
			return errRecord
		}
		if err := readMore(c.raw, &c.ahead, recordMost); err != nil {
			return err
		}
	}
}

var errTooMuch = errors.New("more than may be read ahead")

// readMore reads once into b, which doubles when it is full: who declares much
// and sends little holds little.
func readMore(r io.Reader, b *[]byte, most int) error {
	have := *b
	if len(have) == cap(have) {
		if len(have) >= most {
			return errTooMuch
		}
		have = make([]byte, len(*b), min(most, max(512, 2*cap(*b))))
		copy(have, *b)
	}
	n, err := r.Read(have[len(have):cap(have)])
	*b = have[:len(have)+n]
	if n > 0 {
		return nil // an error that came with bytes comes again
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// Write writes all of p as long as the other side reads: at least LeastRate
// bytes per second over each Stall. Deadlines are moved a few times per Stall,
// not with every write.
func (c *conn) Write(p []byte) (int, error) {
	done := 0
	for {
		stall := c.door.set.Stall
		if now := c.door.now(); now >= c.rearm.Load() {
			c.rearm.Store(now + int64(stall/4))
			if err := c.raw.SetWriteDeadline(time.Now().Add(stall)); err != nil {
				return done, err
			}
		}
		n, err := c.raw.Write(p[done:])
		done += n
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || float64(n) < stall.Seconds()*float64(c.door.set.LeastRate)/2 {
			return done, err
		}
		c.rearm.Store(0)
	}
}

// SetWriteDeadline holds until the next write, which sets its own.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.rearm.Store(0)
	if t.IsZero() {
		return nil
	}
	return c.raw.SetWriteDeadline(t)
}

// SetReadDeadline is net/http's business, which knows what it waits for.
func (c *conn) SetReadDeadline(t time.Time) error { return c.raw.SetReadDeadline(t) }

// SetDeadline sets both.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// Close closes the connection and leaves the crowd; more than once is the same
// as once.
func (c *conn) Close() error {
	c.door.crowd.leave(c)
	return c.raw.Close()
}

// CloseWrite says that nothing more comes from here, where the connection can.
func (c *conn) CloseWrite() error {
	if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// within gives what is read while the connection is parked its time.
func (c *conn) within(t time.Duration) {
	if c.hurried {
		t /= 2
	}
	c.raw.SetReadDeadline(time.Now().Add(t))
}

// cut closes without the courtesies of TCP, which cost an attacked machine a
// minute of memory for each.
func (c *conn) cut() {
	if t, ok := c.raw.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

// LocalAddr is where it was accepted.
func (c *conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr is whom it speaks for.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// sealed is an HTTP/1 connection over TLS of which the first header was read.
type sealed struct {
	*tls.Conn
	conn  *conn
	ahead []byte
}

// Read gives what was read ahead, then what comes.
func (s *sealed) Read(p []byte) (int, error) { return s.conn.attend((*opened)(s), p) }

// opened is an HTTP/1 connection over TLS, as the door reads it.
type opened sealed

// Write is TLS's.
func (s *opened) Write(p []byte) (int, error) { return s.Conn.Write(p) }

// Read gives what was read ahead, then what comes.
func (s *opened) Read(p []byte) (int, error) {
	if len(s.ahead) == 0 {
		return s.Conn.Read(p)
	}
	n := copy(p, s.ahead)
	if s.ahead = s.ahead[n:]; len(s.ahead) == 0 {
		s.ahead = nil
	}
	return n, nil
}
