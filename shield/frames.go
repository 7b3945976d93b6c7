package shield

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// frames is an HTTP/2 connection whose client's frames are counted on their way
// in (RFC 9113 §10.5): resets, frames that carry nothing, headers without an end.
// One whose client sends too many is told that it broke the protocol, and
// closed by the server as such.
//
// It relies on net/http reading the preface, then each frame's header of nine
// bytes and its payload separately.
type frames struct {
	net.Conn // *tls.Conn, hidden: net/http takes what shows its TLS for HTTP/1
	conn     *conn
	left     int  // bytes of the preface or payload that is being read
	more     int  // CONTINUATION frames of the header block that is being read
	open     bool // of which another must come
	timed    bool // and which has a deadline

	resets, idle, pings, tiny tick // when these budgets will have run empty, as in limits

	ahead     [maxSettings * 6]byte // payload of a SETTINGS or WINDOW_UPDATE frame
	held      int                   // bytes of it that were read ahead; 0 if none is being read
	windows   int                   // WINDOW_UPDATE frames
	narrow    int64                 // WINDOW_UPDATE frames of less than tinyWindow
	headers   int64
	cancelled int64
	began     tick
	sent      atomic.Int64 // bytes written
}

// A browser that leaves a page cancels what it still waits for, at most
// Door.Streams requests at once; some send a priority with every request.
var (
	resetBudget = struct{ cost, burst int64 }{1e9 / 20, 200 * 1e9 / 20}
	idleBudget  = struct{ cost, burst int64 }{1e9 / 100, 1_000 * 1e9 / 100}
	// Pings are answered; browsers send one every few seconds.
	pingBudget = struct{ cost, burst int64 }{1e9 / 4, 200 * 1e9 / 4}
	// A reader who takes a few bytes at a time has the site seal and send a record
	// for each of them. Browsers widen windows by tens of kilobytes, and the plainest
	// clients once for each small answer.
	tinyBudget = struct{ cost, burst int64 }{1e9 / 4, 32 * 1e9 / 4}
)

const (
	frameHead         = 9
	mostContinuations = 8     // 16 KiB of header need one
	mostUnanswered    = 64    // header blocks that became no request, and one more per second
	freeWindows       = 1_000 // WINDOW_UPDATE frames beyond one for each 256 bytes sent
	windowBytes       = 256
	tinyWindow        = 1 << 10 // bytes
	settingsTiny      = 8       // SETTINGS count as so many tiny windows
	maxSettings       = 32      // in one frame; browsers send five
	leastData         = 64      // bytes; a smaller frame that is not the last costs more than it brings
)

func newFrames(t *tls.Conn, c *conn) *frames {
	return &frames{Conn: t, conn: c, left: len(http2.ClientPreface), began: c.door.now()}
}

var errFrames = errors.New("HTTP/2 frames that only cost")

// Read gives a frame's header, when it is within the budgets, or its payload.
func (f *frames) Read(p []byte) (int, error) {
	if f.left > 0 {
		if f.held > 0 {
			n := copy(p, f.ahead[f.held-f.left:f.held])
			if f.left -= n; f.left == 0 {
				f.held = 0
			}
			return n, nil
		}
		n, err := f.Conn.Read(p[:min(len(p), f.left)])
		f.left -= n
		f.ended()
		return n, err
	}
	if len(p) < frameHead {
		return 0, errFrames
	}
	if n, err := io.ReadFull(f.Conn, p[:frameHead]); err != nil {
		return n, err
	}
	head := http2.FrameHeader{Type: http2.FrameType(p[3]), Flags: http2.Flags(p[4]), Length: uint32(p[0])<<16 | uint32(p[1])<<8 | uint32(p[2])}
	if (head.Type == http2.FrameWindowUpdate || head.Type == http2.FrameSettings) && head.Length <= uint32(len(f.ahead)) {
		f.held = int(head.Length)
		if n, err := io.ReadFull(f.Conn, f.ahead[:f.held]); err != nil {
			return n, err
		}
	}
	if !f.allows(head) {
		f.left, f.held = 0, 0
		return f.refuse(p), nil
	}
	f.left = int(head.Length)
	f.ended()
	return frameHead, nil
}

// refuse puts in place of a frame one that ends the connection. Where it came
// from may open new ones slowly from now on, unless somebody known is there.
func (f *frames) refuse(p []byte) int {
	d, src := f.conn.door, f.conn.src
	if !d.turn(turnedFrames) && !f.conn.earned.Load() && !f.conn.proxied {
		d.rates.take(d.now(), src.narrow, framesOpenings*openingAddress.cost, openingAddress.burst)
	}
	return copy(p, brokenFrame[:])
}

// framesOpenings is how many connections one counts that was closed for its
// frames: after a second one within ten seconds none is taken for a while.
const framesOpenings = 512

// brokenFrame is a SETTINGS frame on a stream, to which the server answers with
// GOAWAY (RFC 9113 §6.5), and closes.
var brokenFrame = [frameHead]byte{3: byte(http2.FrameSettings), 8: 1}

// allows counts a frame and tells whether the connection goes on.
func (f *frames) allows(h http2.FrameHeader) bool {
	switch h.Type {
	case http2.FrameHeaders:
		f.headers++
		f.more = 0
		f.begun(h)
		return f.headers-f.conn.entered.Load()-f.cancelled <= mostUnanswered+(f.conn.door.now()-f.began)/1e9
	case http2.FrameContinuation:
		f.more++
		f.begun(h)
		return f.more <= mostContinuations
	case http2.FrameRSTStream:
		f.cancelled++
		return f.within(&f.resets, resetBudget.cost, resetBudget.burst)
	case http2.FrameWindowUpdate:
		f.windows++
		if f.held == 4 && binary.BigEndian.Uint32(f.ahead[:])&(1<<31-1) < tinyWindow {
			if f.narrow++; f.narrow > f.headers && !f.within(&f.tiny, tinyBudget.cost, tinyBudget.burst) {
				return false
			}
		}
		return f.windows <= freeWindows+int(f.sent.Load()/windowBytes)
	case http2.FrameSettings: // the first window is among them: one widens all streams
		return int(h.Length) == f.held && !f.pinched() && f.within(&f.tiny, settingsTiny*tinyBudget.cost, tinyBudget.burst)
	case http2.FramePing:
		return f.within(&f.pings, pingBudget.cost, pingBudget.burst)
	case http2.FrameData:
		if h.Length >= leastData || h.Flags.Has(http2.FlagDataEndStream) {
			return true
		}
	}
	return f.within(&f.idle, idleBudget.cost, idleBudget.burst)
}

// pinched tells whether the SETTINGS frame that was read ahead asks for answers
// of less than tinyWindow at a time: each would stay here in as many pieces, and
// no browser or program that wants to read asks for that (64 KiB is what HTTP/2
// begins with, RFC 9113 §6.5.2).
func (f *frames) pinched() bool {
	for at := 0; at+6 <= f.held; at += 6 {
		if http2.SettingID(binary.BigEndian.Uint16(f.ahead[at:])) == http2.SettingInitialWindowSize && binary.BigEndian.Uint32(f.ahead[at+2:]) < tinyWindow {
			return true
		}
	}
	return false
}

func (f *frames) within(ends *tick, cost, burst int64) bool {
	now := f.conn.door.now()
	*ends = max(*ends, now) + cost
	return *ends-now <= burst
}

// begun gives a header block its time, once.
func (f *frames) begun(h http2.FrameHeader) {
	if !f.timed {
		f.timed = true
		f.SetReadDeadline(time.Now().Add(f.conn.door.set.Header))
	}
	f.open = !h.Flags.Has(http2.FlagHeadersEndHeaders)
}

// ended takes the time back when the block has come whole.
func (f *frames) ended() {
	if f.timed && !f.open && f.left == 0 {
		f.timed = false
		f.SetReadDeadline(time.Time{})
	}
}

// Write counts what is sent.
func (f *frames) Write(p []byte) (int, error) {
	n, err := f.Conn.Write(p)
	f.sent.Add(int64(n))
	return n, err
}
