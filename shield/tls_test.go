package shield

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestACertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	dir := t.TempDir()
	cert := newCertificate(t, dir, "localhost")
	var shift atomic.Int64 // seconds that the house's clock is ahead
	h := openDoor(t, Door{Certificates: []Certificate{cert}}, hello, func(k *doorHooks) {
		k.clock = func() time.Time { return time.Now().Add(time.Duration(shift.Load()) * time.Second) }
	})
	serial := func() string {
		c := tls.Client(h.from(t, "127.0.0.1"), &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
		defer c.Close()
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	newCertificate(t, dir, "localhost")
	later := time.Now().Add(time.Minute)
	os.Chtimes(cert.CertFile, later, later)
	shift.Store(lookAgain + 1)
	if second := serial(); second == first {
		t.Error("the old certificate is still served")
	}
	if err := os.WriteFile(cert.KeyFile, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Chtimes(cert.KeyFile, later.Add(time.Minute), later.Add(time.Minute))
	shift.Store(3 * (lookAgain + 1))
	if serial() == "" {
		t.Error("a broken file took the certificate away")
	}
}

func TestAForeignNameGetsNoCertificate(t *testing.T) {
	dir := t.TempDir()
	h := openDoor(t, Door{Certificates: []Certificate{newCertificate(t, dir, "localhost"), newCertificate(t, dir, "kontor.example", "*.kontor.example")}}, hello, nil)
	for name, want := range map[string]string{"localhost": "localhost", "kontor.example": "kontor.example", "shop.kontor.example": "kontor.example", "": "localhost", "elsewhere.example": "none"} {
		c := tls.Client(h.from(t, "127.0.0.1"), &tls.Config{InsecureSkipVerify: true, ServerName: name})
		got := "none"
		if err := c.Handshake(); err == nil {
			got = c.ConnectionState().PeerCertificates[0].Subject.CommonName
		}
		c.Close()
		if got != want {
			t.Errorf("who asks for %q sees the certificate of %s, want %s", name, got, want)
		}
	}
}

func TestASessionIsResumedAtAnotherEdgeAndAfterARestart(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	secret := []byte("an edge's secret of 32 bytes, ok")
	cache := tls.NewLRUClientSessionCache(8)
	resumed := func(h *house) bool {
		conf := h.tlsConfig("http/1.1")
		conf.ClientSessionCache = cache
		c := tls.Client(h.from(t, "127.0.0.1"), conf)
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
		io.ReadAll(c)
		return c.ConnectionState().DidResume
	}
	at := func(later time.Duration, key []byte) *house {
		return openDoor(t, Door{Certificates: []Certificate{cert}}, hello, func(k *doorHooks) {
			k.key = key
			k.clock = func() time.Time { return time.Now().Add(later) }
		})
	}
	if resumed(at(0, secret)) {
		t.Fatal("the first visit resumes nothing")
	}
	if !resumed(at(0, secret)) {
		t.Error("another edge with the same secret asks for the whole handshake again")
	}
	if !resumed(at(2*ticketEpoch, secret)) {
		t.Error("a ticket of this morning is not taken tonight")
	}
	if resumed(at(0, []byte("another secret of 32 bytes, okay"))) {
		t.Error("a ticket is taken that was sealed under another secret")
	}
}

func TestWhoSpeaksPlainHTTPToTheTLSPortIsTold(t *testing.T) {
	h := openHTTP2(t, hello, Door{})
	c := h.from(t, "127.0.0.1")
	io.WriteString(c, getHello)
	if _, said, err := ends(c, 2*time.Second); err != nil || !strings.Contains(said, "https://") {
		t.Errorf("got %q, %v", said, err)
	}
}

// A flood of handshakes: those who compute at once are bounded, those who wait
// are bounded, and the best lane goes first.
func TestTurnsGoToTheBestLaneFirst(t *testing.T) {
	turns := newTurns(1, func() tick { return 0 })
	if err := turns.begin(laneBusy); err != nil {
		t.Fatal(err)
	}
	order := make(chan lane, mostWaiting+1)
	refused := make(chan lane, mostWaiting+1)
	wait := func(l lane) {
		was := turns.waits()
		go func() {
			if turns.begin(l) != nil {
				refused <- l
				return
			}
			order <- l
		}()
		for range 2_000 {
			if turns.waits() != was || len(refused) > 0 {
				return
			}
			time.Sleep(time.Millisecond / 4)
		}
	}
	for range mostWaiting {
		wait(laneBusy)
	}
	if err := turns.begin(laneBusy); err == nil {
		t.Fatal("more wait than may")
	}
	wait(laneKnown)
	if got := <-refused; got != laneBusy {
		t.Errorf("the one turned away for a known visitor is of lane %d", got)
	}
	turns.end(laneBusy, 0)
	if got := <-order; got != laneKnown {
		t.Errorf("the turn went to lane %d, and a member waits", got)
	}
	for range mostWaiting - 1 {
		turns.end(laneBusy, 0)
		<-order
	}
	turns.end(laneBusy, 0)
	if turns.free != 1 || turns.waits() != 0 {
		t.Errorf("%d turns free and %d waiting at the end", turns.free, turns.waits())
	}
}

func TestStrangersHandshakesLeaveMostOfACore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		now := func() tick { return int64(time.Since(begun)) }
		turns := newTurns(1, now)
		shake := func(l lane) {
			if err := turns.begin(l); err != nil {
				t.Error(err)
				return
			}
			at := now()
			time.Sleep(500 * time.Microsecond)
			turns.end(l, now()-at)
		}
		for range 100 {
			go shake(laneQuiet)
		}
		time.Sleep(time.Millisecond)
		at := time.Now()
		shake(laneKnown)
		if took := time.Since(at); took > 2*time.Millisecond {
			t.Errorf("a member waited %v behind strangers' handshakes", took)
		}
		for turns.waits() > 0 {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(begun); took < 180*time.Millisecond || took > 300*time.Millisecond {
			t.Errorf("a hundred strangers' handshakes of half a millisecond took %v on one core, and may take a quarter of it", took)
		}
		time.Sleep(time.Second)
	})
}

func (t *turns) waits() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}

func TestHandshakesThatNeverEndDoNotKeepOthersOut(t *testing.T) {
	h := openHTTP2(t, hello, Door{Hello: 2 * time.Second})
	for i := range 60 {
		// It greets and never answers the server: its turn must be free meanwhile.
		c := h.from(t, "127.77.0."+string(rune('1'+i%9)))
		half := tls.Client(&deaf{c}, h.tlsConfig())
		go half.Handshake()
	}
	time.Sleep(100 * time.Millisecond)
	begun := time.Now()
	r, err := h.client("127.78.0.1", false).Get(h.url("/"))
	if err != nil {
		t.Fatalf("a good visitor is kept out by handshakes that never end: %v (%s)", err, h.counted())
	}
	r.Body.Close()
	if took := time.Since(begun); took > time.Second {
		t.Errorf("a good visitor waits %s behind them", took)
	}
}

// deaf never hears the other side.
type deaf struct{ net.Conn }

func (d *deaf) Read([]byte) (int, error) {
	time.Sleep(3 * time.Second)
	return 0, io.EOF
}

// BenchmarkHandshake is one core's time for a whole and for a resumed handshake,
// client and server together.
func BenchmarkHandshake(b *testing.B) {
	for _, resumed := range []bool{false, true} {
		b.Run(map[bool]string{false: "whole", true: "resumed"}[resumed], func(b *testing.B) {
			h := openDoor(b, Door{Certificates: []Certificate{newCertificate(b, b.TempDir(), "localhost")}}, hello, func(k *doorHooks) {
				start := time.Now()
				k.now = func() tick { return int64(time.Since(start)) * 1_000 } // so that the rate is no bound
			})
			conf := h.tlsConfig("http/1.1")
			if resumed {
				conf.ClientSessionCache = tls.NewLRUClientSessionCache(8)
			}
			for b.Loop() {
				d, err := h.dial("127.0.0.1")
				if err != nil {
					b.Fatal(err)
				}
				c := tls.Client(d, conf)
				if _, err := io.WriteString(c, "GET / HTTP/1.0\r\n\r\n"); err != nil {
					b.Fatalf("%v (%s)", err, h.counted())
				}
				io.Copy(io.Discard, c)
				c.Close()
			}
		})
	}
}
