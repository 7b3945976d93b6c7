package shield

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// rawHTTP2 is a client that sends what frames it likes.
type rawHTTP2 struct {
	*http2.Framer
	conn net.Conn
	head bytes.Buffer
	enc  *hpack.Encoder
}

func (h *house) rawHTTP2(t testing.TB, from string, settings ...http2.Setting) *rawHTTP2 {
	t.Helper()
	c := tls.Client(h.from(t, from), h.tlsConfig("h2"))
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, http2.ClientPreface)
	r := &rawHTTP2{Framer: http2.NewFramer(c, c), conn: c}
	r.enc = hpack.NewEncoder(&r.head)
	r.SetMaxReadFrameSize(1 << 20)
	if err := r.WriteSettings(settings...); err != nil {
		t.Fatal(err)
	}
	return r
}

// block is a GET's header block with further fields.
func (r *rawHTTP2) block(more ...hpack.HeaderField) []byte {
	r.head.Reset()
	for _, f := range append([]hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "localhost"}, {Name: ":path", Value: "/"}}, more...) {
		r.enc.WriteField(f)
	}
	return append([]byte(nil), r.head.Bytes()...)
}

// over reads until the server closes, and tells whether it said GOAWAY first.
func (r *rawHTTP2) over(most time.Duration) (goaway bool, err error) {
	r.conn.SetReadDeadline(time.Now().Add(most))
	for {
		f, err := r.ReadFrame()
		if err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				return goaway, err
			}
			return goaway, nil
		}
		if _, ok := f.(*http2.GoAwayFrame); ok {
			goaway = true
		}
	}
}

func openHTTP2(t testing.TB, handler http.Handler, set Door) *house {
	set.Certificates = []Certificate{newCertificate(t, t.TempDir(), "localhost")}
	return openDoor(t, set, handler, nil)
}

func TestFramesThatOnlyCostEndTheConnection(t *testing.T) {
	for _, c := range []struct {
		name string
		most int // frames until it is closed, with some for what is under way
		send func(r *rawHTTP2, i int) error
	}{
		{"rapid reset", 2_000, func(r *rawHTTP2, i int) error {
			id := uint32(2*i + 1)
			if err := r.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: r.block(), EndStream: true, EndHeaders: true}); err != nil {
				return err
			}
			return r.WriteRSTStream(id, http2.ErrCodeCancel)
		}},
		{"pings", 10_000, func(r *rawHTTP2, i int) error { return r.WritePing(false, [8]byte{byte(i)}) }},
		{"settings", 10_000, func(r *rawHTTP2, _ int) error {
			return r.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 70_000})
		}},
		{"windows that nothing is sent through", 10_000, func(r *rawHTTP2, _ int) error { return r.WriteWindowUpdate(0, 1) }},
		{"empty data", 10_000, func(r *rawHTTP2, i int) error {
			if i == 0 {
				return r.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: r.block(), EndHeaders: true})
			}
			return r.WriteData(1, false, nil)
		}},
		{"headers without an end", 1_000, func(r *rawHTTP2, i int) error {
			if i == 0 {
				return r.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: r.block(), EndStream: true})
			}
			return r.WriteContinuation(1, false, nil)
		}},
		{"more requests than may be open", 5_000, func(r *rawHTTP2, i int) error {
			return r.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: r.block(), EndHeaders: true})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var handled atomic.Int64
			h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handled.Add(1)
				io.Copy(io.Discard, r.Body)
			}), Door{})
			r := h.rawHTTP2(t, "127.11.0.1")
			done := make(chan bool)
			go func() {
				defer close(done)
				for i := range 200_000 {
					if c.send(r, i) != nil {
						return
					}
				}
				t.Error("200,000 of them were taken")
			}()
			begun := time.Now()
			goaway, err := r.over(10 * time.Second)
			if err != nil {
				t.Fatal("the connection is still open after 10 s")
			}
			<-done
			if n := h.away[turnedFrames].Load(); n != 1 {
				t.Errorf("counted %d times, want once", n)
			}
			t.Logf("closed after %s, GOAWAY %v, %d requests reached the handler", time.Since(begun).Round(time.Millisecond), goaway, handled.Load())
			if handled.Load() > int64(c.most) {
				t.Errorf("%d requests reached the handler", handled.Load())
			}
		})
	}
}

// The attack: windows of a byte, each widened by a byte a second, so that the
// site seals and sends a record for every byte.
func TestAReaderOfSingleBytesIsCutInSecondsAndCostsLittle(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 20_000)
	h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) }), Door{})
	for _, widen := range []struct {
		name  string
		first uint32 // window of a stream
		send  func(r *rawHTTP2, round, streams int) error
	}{
		{"by window updates", tinyWindow, func(r *rawHTTP2, _, streams int) (err error) {
			for n := range streams {
				err = r.WriteWindowUpdate(uint32(2*n+1), 1)
			}
			return err
		}},
		{"by settings", tinyWindow, func(r *rawHTTP2, round, _ int) error {
			return r.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(tinyWindow + 1 + round)})
		}},
	} {
		t.Run(widen.name, func(t *testing.T) {
			r := h.rawHTTP2(t, "127.11.4.1", http2.Setting{ID: http2.SettingInitialWindowSize, Val: widen.first})
			const streams = 32
			first := r.firstBlock()
			for n := range streams {
				if err := r.headers(uint32(2*n+1), first); err != nil {
					t.Fatal(err)
				}
				first = r.block()
			}
			sent := make(chan struct{})
			defer func() { <-sent }()
			go func() {
				defer close(sent)
				for round := 0; widen.send(r, round, streams) == nil; round++ {
					time.Sleep(100 * time.Millisecond) // ten times as quick as the attack
				}
			}()
			begun, data := time.Now(), 0
			r.conn.SetReadDeadline(begun.Add(8 * time.Second))
			for {
				f, err := r.ReadFrame()
				if err != nil {
					if errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("still open after 8 s and %d frames of a byte", data)
					}
					r.conn.Close()
					break
				}
				if d, ok := f.(*http2.DataFrame); ok && len(d.Data()) > 0 {
					data++
				}
			}
			t.Logf("cut after %s and %d frames of a byte", time.Since(begun).Round(time.Millisecond), data)
			if data > 500 {
				t.Errorf("%d frames of a byte were sent", data)
			}
		})
	}
	for range 2 {
		c, err := h.dial("127.11.4.1")
		if err != nil {
			return
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
	t.Error("who was cut twice opens further connections as quickly as anybody")
}

func TestAPlainClientThatAcknowledgesEverySmallAnswerIsLeftAlone(t *testing.T) {
	h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("x"), 300)) }), Door{})
	r := h.rawHTTP2(t, "127.11.4.9")
	block := r.firstBlock()
	for id := uint32(1); id < 1_000; id += 2 {
		if err := r.headers(id, block); err != nil {
			t.Fatal(err)
		}
		block = r.block()
		r.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		for done := false; !done; {
			f, err := r.ReadFrame()
			if err != nil {
				t.Fatalf("after %d answers: %v (%s)", id/2, err, h.counted())
			}
			if d, ok := f.(*http2.DataFrame); ok {
				done = d.StreamEnded()
				if n := uint32(len(d.Data())); n > 0 {
					r.WriteWindowUpdate(0, n)
				}
			}
		}
	}
}

func TestABrowserThatCancelsAPageIsNotTakenForAFlood(t *testing.T) {
	h := openHTTP2(t, hello, Door{})
	r := h.rawHTTP2(t, "127.11.0.2")
	id := uint32(1)
	for range 5 { // pages left before they were there
		for range 30 {
			r.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: r.block(), EndStream: true, EndHeaders: true})
			r.WriteRSTStream(id, http2.ErrCodeCancel)
			id += 2
		}
	}
	r.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: r.block(), EndStream: true, EndHeaders: true})
	r.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		f, err := r.ReadFrame()
		if err != nil {
			t.Fatalf("the page after five that were left is not served: %v (%s)", err, h.counted())
		}
		if d, ok := f.(*http2.DataFrame); ok && d.StreamID == id && strings.HasPrefix(string(d.Data()), "hello") {
			return
		}
	}
}

func TestALargeDownloadIsNotTakenForAFlood(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 8<<20)
	h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) }), Door{})
	r, err := h.client("127.11.0.3", true).Get(h.url("/"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, r.Body); n != int64(len(page)) || err != nil {
		t.Errorf("%d of %d bytes came: %v (%s)", n, len(page), err, h.counted())
	}
}

// The attack: HPACK lets one byte stand for a field of 33 bytes and more; each
// stream's header is held for as long as its answer cannot go out, which the
// client's window of 0 sees to.
func TestAHeaderBombHoldsLessThanAMebibyte(t *testing.T) {
	answer := bytes.Repeat([]byte("the answer that cannot go out"), 1_000)
	for _, c := range []struct {
		name  string
		field hpack.HeaderField
		count int
	}{
		{"fields within all bounds", hpack.HeaderField{Name: "a", Value: strings.Repeat("v", 200)}, 55},
		{"more fields than are taken", hpack.HeaderField{Name: "a"}, 450},
		{"more bytes than are taken", hpack.HeaderField{Name: "a"}, 12_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			var answering atomic.Int64
			h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answering.Add(1)
				w.Write(answer)
				runtime.KeepAlive(r.Header)
			}), Door{})
			const conns, streams = 8, 240
			fields := slices.Repeat([]hpack.HeaderField{c.field}, c.count)
			var alive atomic.Int64
			clients := make([]*rawHTTP2, conns)
			for i := range clients {
				clients[i] = h.rawHTTP2(t, "127.11.1.1", http2.Setting{ID: http2.SettingInitialWindowSize, Val: tinyWindow})
			}
			before := heap()
			for _, r := range clients {
				alive.Add(1)
				go func() {
					r.over(30 * time.Second)
					alive.Add(-1)
				}()
				first := r.firstBlock(fields...)
				for s := range streams {
					if r.headers(uint32(2*s+1), first) != nil {
						break
					}
					first = r.block(fields...)
				}
			}
			time.Sleep(300 * time.Millisecond)
			held := (heap() - before) / conns
			t.Logf("%d KiB of heap and stacks held for each of %d connections, %d still open, %d requests being answered (%s)", held>>10, conns, alive.Load(), answering.Load(), h.counted())
			if held > 1<<20 {
				t.Errorf("a connection holds %d KiB, want less than 1,024", held>>10)
			}
		})
	}
}

// firstBlock is a header block for a peer whose table is empty still.
func (r *rawHTTP2) firstBlock(more ...hpack.HeaderField) []byte {
	r.enc = hpack.NewEncoder(&r.head)
	return r.block(more...)
}

// headers sends a block in frames of the usual size.
func (r *rawHTTP2) headers(stream uint32, block []byte) error {
	part := block[:min(len(block), 16_000)]
	err := r.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: part, EndStream: true, EndHeaders: len(part) == len(block)})
	for err == nil && len(part) < len(block) {
		block = block[len(part):]
		part = block[:min(len(block), 16_000)]
		err = r.WriteContinuation(stream, len(part) == len(block), part)
	}
	return err
}

func TestAnHTTP2HeaderThatDripsIsCut(t *testing.T) {
	h := openHTTP2(t, hello, Door{Header: 300 * time.Millisecond})
	r := h.rawHTTP2(t, "127.11.2.1")
	block := r.block()
	raw := append([]byte{0, 0, byte(len(block)), byte(http2.FrameHeaders), 5, 0, 0, 0, 1}, block...)
	go func() {
		for _, b := range raw {
			if _, err := r.conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	begun := time.Now()
	if _, err := r.over(3 * time.Second); err != nil {
		t.Fatal("a header that drips is still waited for after 3 s")
	}
	t.Logf("closed after %s", time.Since(begun).Round(time.Millisecond))
}

// heap is the memory of objects and stacks that are still needed.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func TestWindowsOfAFewBytesAreSeenInTheFirstSettings(t *testing.T) {
	for name, c := range map[string]struct {
		settings []byte
		want     bool
	}{
		"a browser's: pushes off, a wide window": {[]byte{0, 2, 0, 0, 0, 0, 0, 4, 0, 0x60, 0, 0}, false},
		"the least window that is taken":         {[]byte{0, 4, 0, 0, 4, 0}, false},
		"a byte less":                            {[]byte{0, 4, 0, 0, 3, 0xff}, true},
		"none at all, after another setting":     {[]byte{0, 3, 0, 0, 0, 100, 0, 4, 0, 0, 0, 0}, true},
		"an acknowledgement":                     {nil, false},
		"broken off":                             {[]byte{0, 4, 0, 0}, false},
	} {
		f := &frames{held: len(c.settings)}
		copy(f.ahead[:], c.settings)
		if got := f.pinched(); got != c.want {
			t.Errorf("%s: taken for a reader of a few bytes is %v, want %v", name, got, c.want)
		}
	}
}
