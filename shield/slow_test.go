package shield

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func TestSlowConnectionsAreClosedByTheirDeadline(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	secure := Door{Certificates: []Certificate{cert}}
	for _, c := range []struct {
		name  string
		set   Door
		begin func(h *house, c net.Conn) net.Conn // what is said before it drips
		drip  string
		why   turned
	}{
		{"says nothing", Door{}, nil, "", turnedSlow},
		{"drips a header", Door{}, nil, getHello, turnedSlow},
		{"says nothing to TLS", secure, nil, "", turnedSlow},
		{"drips a ClientHello", secure, nil, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("r", 500), turnedSlow},
		{"shakes hands and says nothing", secure, shaken, "", turnedSlow},
		{"shakes hands and drips a header", secure, shaken, getHello, turnedSlow},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.set.Hello, c.set.Header = 400*time.Millisecond, 400*time.Millisecond
			h := openDoor(t, c.set, hello, nil)
			conn := h.from(t, "127.0.0.1")
			if c.begin != nil {
				conn = c.begin(h, conn)
			}
			go func() {
				for _, b := range []byte(c.drip) {
					if _, err := conn.Write([]byte{b}); err != nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}()
			took, _, err := ends(conn, 3*time.Second)
			if err != nil && os.IsTimeout(err) || took > 1200*time.Millisecond {
				t.Fatalf("still open after %s", took)
			}
			if h.away[c.why].Load() != 1 {
				t.Errorf("counted as %q, want %s", h.counted(), c.why)
			}
		})
	}
}

// shaken is a connection after its TLS handshake.
func shaken(h *house, c net.Conn) net.Conn {
	conn := tls.Client(c, h.tlsConfig("http/1.1"))
	conn.Handshake()
	return conn
}

func TestAKeptConnectionsNextHeaderHasItsDeadlineToo(t *testing.T) {
	h := openDoor(t, Door{Header: 300 * time.Millisecond, Idle: 600 * time.Millisecond}, hello, nil)
	for _, next := range []string{"", "GET / HTTP/1.1\r\n"} {
		c := h.from(t, "127.0.0.1")
		io.WriteString(c, getHello)
		io.ReadFull(c, make([]byte, 40))
		io.WriteString(c, next)
		if took, _, err := ends(c, 3*time.Second); err != nil {
			t.Errorf("after an answer and %q it is still open after %s", next, took)
		}
	}
}

func TestAReaderWhoStopsReadingIsCut(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 8<<20)
	cert := newCertificate(t, t.TempDir(), "localhost")
	for _, c := range []struct {
		name string
		set  Door
		open func(h *house, c net.Conn) net.Conn
	}{
		{"plain", Door{}, func(_ *house, c net.Conn) net.Conn { return c }},
		{"HTTPS", Door{Certificates: []Certificate{cert}}, shaken},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.set.Stall = 500 * time.Millisecond
			left := make(chan error, 1)
			h := openDoor(t, c.set, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, err := w.Write(page)
				left <- err
			}), nil)
			conn := c.open(h, h.from(t, "127.0.0.1"))
			io.WriteString(conn, getHello)
			select {
			case err := <-left:
				if err == nil {
					t.Error("8 MiB went to nobody")
				}
			case <-time.After(5 * time.Second):
				t.Error("the site still writes to somebody who does not read")
			}
		})
	}
	t.Run("an HTTP/2 stream whose window stays shut", func(t *testing.T) {
		left := make(chan error, 1)
		h := openHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(page)
			left <- err
		}), Door{Stall: 500 * time.Millisecond})
		r := h.rawHTTP2(t, "127.0.0.1")
		r.headers(1, r.block())
		go func() {
			for r.WritePing(false, [8]byte{}) == nil { // lively all the same
				time.Sleep(100 * time.Millisecond)
			}
		}()
		go r.over(5 * time.Second)
		select {
		case err := <-left:
			if err == nil {
				t.Error("8 MiB went to nobody")
			}
		case <-time.After(4 * time.Second):
			t.Error("the site still writes to a stream that takes nothing")
		}
	})
}

func TestASlowReaderWhoReadsOnGetsAll(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 4<<20)
	h := openDoor(t, Door{Stall: 500 * time.Millisecond}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) }), nil)
	c := h.from(t, "127.0.0.1")
	c.(*net.TCPConn).SetReadBuffer(16 << 10)
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	got, buf := 0, make([]byte, 128<<10)
	for {
		n, err := io.ReadFull(c, buf)
		got += n
		if err != nil {
			break
		}
		time.Sleep(100 * time.Millisecond) // 1.3 MB/s: over three seconds, several stalls' worth
	}
	if got < len(page) {
		t.Errorf("a slow reader got %d of %d bytes", got, len(page))
	}
}

// The scenario of 5,000 slow connections, from 500 addresses in 100 networks, at
// the stage where each costs most.
func TestFiveThousandSlowConnectionsCostLittleAndEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 10,000 files")
	}
	if files, ok := openFiles(); ok && files < 12_000 {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatalf("may open %d files, needs 12,000", files)
		}
		t.Skipf("may open %d files, needs 12,000", files)
	}
	cert := newCertificate(t, t.TempDir(), "localhost")
	for _, c := range []struct {
		name  string
		set   Door
		begin func(h *house, c net.Conn) net.Conn
		count int
	}{
		{"plain headers", Door{}, func(_ *house, c net.Conn) net.Conn {
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ")
			return c
		}, 5_000},
		{"ClientHellos", Door{Certificates: []Certificate{cert}}, func(_ *house, c net.Conn) net.Conn {
			io.WriteString(c, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
			return c
		}, 5_000},
		{"headers under TLS", Door{Certificates: []Certificate{cert}}, func(h *house, c net.Conn) net.Conn {
			s := shaken(h, c)
			io.WriteString(s, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ")
			return c // the client's half must not count: what it holds is let go
		}, 800},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.set.Most = 12_000
			c.set.Hello, c.set.Header = 4*time.Second, 4*time.Second
			h := openDoor(t, c.set, hello, nil)
			conns := make([]net.Conn, c.count)
			before := heap()
			begun := time.Now()
			var all sync.WaitGroup
			for part := range 8 {
				all.Go(func() {
					for i := part; i < len(conns); i += 8 {
						if x, err := h.dial(fmt.Sprintf("127.20.%d.%d", i/5%100, 1+i%5)); err == nil {
							conns[i] = c.begin(h, x)
						}
					}
				})
			}
			all.Wait()
			time.Sleep(200 * time.Millisecond)
			parked, _ := h.crowd.numbers()
			each := (heap() - before) / int64(max(1, parked))
			t.Logf("%d open after %s, %d bytes of heap and stacks each, both ends' files included (%s)", parked, time.Since(begun).Round(time.Millisecond), each, h.counted())
			switch {
			case parked < c.count*9/10:
				t.Logf("only %d of %d are open at once here: not measured", parked, c.count)
			case each > 20<<10:
				t.Errorf("a slow connection costs %d bytes, want at most 20 KiB", each)
			}
			took := goodAnswers(t, h)
			t.Logf("a good visitor meanwhile: p50 %s, p99 %s", took[len(took)/2], took[len(took)*99/100])
			for deadline := time.Now().Add(c.set.Header + 2*time.Second); parked > 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
				parked, _ = h.crowd.numbers()
			}
			if parked > 0 {
				t.Errorf("%d slow connections are still open after their time", parked)
			}
			for _, x := range conns {
				if x != nil {
					x.Close()
				}
			}
			runtime.KeepAlive(conns)
		})
	}
}

// goodAnswers are the times of a hundred requests on new connections.
func goodAnswers(t *testing.T, h *house) (took []time.Duration) {
	for range 100 {
		begun := time.Now()
		client := h.client("127.99.0.1", false)
		r, err := client.Get(h.url("/"))
		if err != nil {
			t.Fatalf("a good visitor is turned away: %v (%s)", err, h.counted())
		}
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
		client.CloseIdleConnections()
		took = append(took, time.Since(begun).Round(10*time.Microsecond))
	}
	slices.Sort(took)
	return took
}

// What a connection holds while it waits for its next request, which Door.Most
// bounds the number of.
func TestWhatAnIdleSeatHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 2,000 files")
	}
	cert := newCertificate(t, t.TempDir(), "localhost")
	for _, c := range []struct {
		name string
		set  Door
		open func(h *house, c net.Conn) any
		most int64
	}{
		{"plain", Door{}, func(_ *house, c net.Conn) any {
			io.WriteString(c, getHello)
			io.ReadFull(c, make([]byte, 60))
			return c
		}, 28 << 10},
		{"HTTPS", Door{Certificates: []Certificate{cert}}, func(h *house, c net.Conn) any {
			s := shaken(h, c)
			io.WriteString(s, getHello)
			io.ReadFull(s, make([]byte, 60))
			return c
		}, 44 << 10},
		{"HTTP/2", Door{Certificates: []Certificate{cert}}, func(h *house, c net.Conn) any {
			s := tls.Client(c, h.tlsConfig("h2"))
			s.Handshake()
			io.WriteString(s, http2.ClientPreface)
			r := &rawHTTP2{Framer: http2.NewFramer(s, s), conn: s}
			r.enc = hpack.NewEncoder(&r.head)
			r.WriteSettings()
			r.headers(1, r.block())
			for {
				if f, err := r.ReadFrame(); err != nil || f.Header().Type == http2.FrameData {
					return c
				}
			}
		}, 60 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := openDoor(t, c.set, hello, nil)
			before := heap()
			var keep [500]any
			for i := range keep {
				keep[i] = c.open(h, h.from(t, fmt.Sprintf("127.30.%d.1", i%250)))
			}
			time.Sleep(100 * time.Millisecond)
			_, seated := h.crowd.numbers()
			each := (heap() - before) / int64(max(seated, 1))
			t.Logf("%d idle seats, %d bytes of heap and stacks each", seated, each)
			if each > c.most {
				t.Errorf("an idle seat holds %d bytes, want at most %d", each, c.most)
			}
			runtime.KeepAlive(keep)
		})
	}
}
