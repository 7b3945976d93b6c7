package shield

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// house is a door on a real port, with what it turned away.
type house struct {
	*door
	addr  string
	roots *x509.CertPool
	away  [turnedWhys]atomic.Int64
}

// openDoor opens a door for one test; change may alter its hooks.
func openDoor(t testing.TB, set Door, h http.Handler, change func(*doorHooks)) *house {
	t.Helper()
	start, hash, home := time.Now(), newHasher(), &house{}
	hooks := doorHooks{
		clock:  time.Now,
		now:    func() tick { return int64(time.Since(start)) },
		source: hash.source,
		text:   hash.text,
		turn: func(why turned) bool {
			home.away[why].Add(1)
			return false
		},
	}
	if change != nil {
		change(&hooks)
	}
	d, err := newDoor(set, hooks)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- d.serve(ctx, l, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil && !strings.Contains(err.Error(), "cut off") {
			t.Errorf("the door ended with %v", err)
		}
	})
	home.door, home.addr = d, l.Addr().String()
	if len(set.Certificates) > 0 {
		pemBytes, err := os.ReadFile(set.Certificates[0].CertFile)
		if err != nil {
			t.Fatal(err)
		}
		home.roots = x509.NewCertPool()
		home.roots.AppendCertsFromPEM(pemBytes)
	}
	return home
}

func (h *house) counted() string {
	var b strings.Builder
	for why := range turnedWhys {
		if n := h.away[why].Load(); n > 0 {
			fmt.Fprintf(&b, "%s %d ", why, n)
		}
	}
	return b.String()
}

// from dials from a loopback address of its own.
func (h *house) from(t testing.TB, addr string) net.Conn {
	t.Helper()
	c, err := h.dial(addr)
	if err != nil {
		t.Fatalf("from %s: %v", addr, err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func (h *house) dial(addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
	return d.Dial("tcp", h.addr)
}

// tlsConfig trusts the house.
func (h *house) tlsConfig(protos ...string) *tls.Config {
	return &tls.Config{RootCAs: h.roots, ServerName: "localhost", NextProtos: protos}
}

// client is a browser's share of net/http from one address.
func (h *house) client(addr string, http2 bool) *http.Client {
	tr := &http.Transport{
		DialContext:         func(context.Context, string, string) (net.Conn, error) { return h.dial(addr) },
		MaxIdleConnsPerHost: 100, ForceAttemptHTTP2: http2,
	}
	if h.roots != nil {
		tr.TLSClientConfig = h.tlsConfig()
		tr.TLSClientConfig.NextProtos = nil
	}
	return &http.Client{Transport: tr, Timeout: 20 * time.Second}
}

func (h *house) url(path string) string {
	if h.roots != nil {
		_, port, _ := net.SplitHostPort(h.addr)
		return "https://localhost:" + port + path
	}
	return "http://" + h.addr + path
}

// newCertificate writes a certificate for names into files of the test's own.
func newCertificate(t testing.TB, dir string, names ...string) Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	files := Certificate{filepath.Join(dir, names[0]+".crt"), filepath.Join(dir, names[0]+".key")}
	for name, block := range map[string]*pem.Block{files.CertFile: {Type: "CERTIFICATE", Bytes: der}, files.KeyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// hello answers with the address it believes the request to come from.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "hello %s over %s", connOf(r).src.addr, r.Proto)
	if r.TLS != nil {
		io.WriteString(w, " and TLS")
	}
})

const getHello = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

// ends waits until the other side closes, and fails after most.
func ends(c net.Conn, most time.Duration) (took time.Duration, said string, err error) {
	begun := time.Now()
	c.SetReadDeadline(begun.Add(most))
	b, err := io.ReadAll(c)
	if err != nil && strings.Contains(err.Error(), "reset") {
		err = nil
	}
	return time.Since(begun), string(b), err
}

func TestWhoIsGoodDoesNotNoticeTheDoor(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	for _, c := range []struct {
		name  string
		set   Door
		http2 bool
		want  string
	}{
		{"plain HTTP", Door{}, false, "HTTP/1.1"},
		{"HTTPS", Door{Certificates: []Certificate{cert}}, false, "HTTP/1.1 and TLS"},
		{"HTTP/2", Door{Certificates: []Certificate{cert}}, true, "HTTP/2.0 and TLS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := openDoor(t, c.set, hello, nil)
			client := h.client("127.3.2.1", c.http2)
			for range 3 {
				r, err := client.Get(h.url("/"))
				if err != nil {
					t.Fatalf("a good visitor was turned away: %v (%s)", err, h.counted())
				}
				b, _ := io.ReadAll(r.Body)
				r.Body.Close()
				if want := "hello 127.3.2.1 over " + c.want; string(b) != want {
					t.Errorf("got %q, want %q", b, want)
				}
			}
		})
	}
}

func TestSixtyFourConnectionsOfOneAddressAllStayOpen(t *testing.T) {
	h := openDoor(t, Door{}, hello, nil)
	conns := make([]net.Conn, 64)
	for i := range conns {
		conns[i] = h.from(t, "127.7.7.7")
	}
	for round := range 3 {
		var all sync.WaitGroup
		for _, c := range conns {
			all.Go(func() {
				if _, err := io.WriteString(c, getHello); err != nil {
					t.Errorf("round %d: a kept connection was closed: %v", round, err)
					return
				}
				r, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Errorf("round %d: a kept connection got no answer: %v (%s)", round, err, h.counted())
					return
				}
				io.Copy(io.Discard, r.Body)
			})
		}
		all.Wait()
	}
}

func TestAnOfficeOfFortyComesAtOnce(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	h := openDoor(t, Door{Certificates: []Certificate{cert}}, hello, nil)
	var all sync.WaitGroup
	var slowest atomic.Int64
	for range 40 {
		client := h.client("127.9.9.9", false)
		for range 6 {
			all.Go(func() {
				begun := time.Now()
				r, err := client.Get(h.url("/"))
				if err != nil {
					t.Errorf("a colleague was turned away: %v (%s)", err, h.counted())
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				for {
					took := int64(time.Since(begun))
					was := slowest.Load()
					if took <= was || slowest.CompareAndSwap(was, took) {
						break
					}
				}
			})
		}
	}
	all.Wait()
	t.Logf("240 handshakes of one address, slowest answer %s, turned away: %s", time.Duration(slowest.Load()).Round(time.Millisecond), h.counted())
}

func TestOnePrefixCannotHoldMoreThanItsShare(t *testing.T) {
	for _, c := range []struct {
		name string
		set  Door
		addr func(i int) string
		want int
	}{
		{"an address", Door{PerAddress: 10}, func(int) string { return "127.4.4.4" }, 10},
		{"a network", Door{PerAddress: 10, PerNetwork: 20}, func(i int) string { return fmt.Sprintf("127.4.5.%d", i+1) }, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := openDoor(t, c.set, hello, nil)
			open := make([]net.Conn, 40)
			for i := range open {
				if x, err := h.dial(c.addr(i)); err == nil { // it may be closed before dial is done
					defer x.Close()
					open[i] = x
				}
			}
			kept := 0
			for _, x := range open {
				if x == nil {
					continue
				}
				x.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				if _, err := x.Read(make([]byte, 1)); os.IsTimeout(err) {
					kept++
				}
			}
			if kept != c.want {
				t.Errorf("%d connections of one prefix stay open, want %d (%s)", kept, c.want, h.counted())
			}
			if _, err := h.client("127.200.1.1", false).Get(h.url("/")); err != nil {
				t.Errorf("somebody else is turned away with them: %v", err)
			}
		})
	}
}

func TestAFullHouseMakesRoomForWhoAsks(t *testing.T) {
	h := openDoor(t, Door{Most: 40}, hello, nil)
	for i := range 60 { // who only stands at the door
		h.from(t, fmt.Sprintf("127.5.%d.1", i))
	}
	for i := range 60 { // who was answered, and stays
		r, err := h.client(fmt.Sprintf("127.6.%d.1", i), false).Get(h.url("/"))
		if err != nil {
			t.Fatalf("visitor %d finds the door shut by those who do nothing: %v (%s)", i, err, h.counted())
		}
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	if parked, seated := h.crowd.numbers(); parked > 30 || seated > 10 {
		t.Errorf("%d parked and %d seated, of 30 and 10", parked, seated)
	}
}

func TestABannedPrefixIsClosedBeforeItCostsAnything(t *testing.T) {
	h := openDoor(t, Door{}, hello, func(k *doorHooks) {
		banned := netip.MustParsePrefix("127.66.0.0/16")
		k.closed = func(s source) bool { return banned.Contains(s.addr) }
	})
	if c, err := h.dial("127.66.1.1"); err == nil { // it may be closed before dial is done
		if took, said, err := ends(c, time.Second); err != nil || said != "" || took > 500*time.Millisecond {
			t.Errorf("a banned source was told %q after %s, %v", said, took, err)
		}
	}
	if n := h.away[turnedBanned].Load(); n != 1 {
		t.Errorf("counted %d banned connections, want 1", n)
	}
	if _, err := h.client("127.67.1.1", false).Get(h.url("/")); err != nil {
		t.Errorf("its neighbour is turned away too: %v", err)
	}
}

func TestWhoOpensTooQuicklyIsClosedUnlessTheRuleIsInShadow(t *testing.T) {
	for _, shadow := range []bool{false, true} {
		h := openDoor(t, Door{}, hello, func(k *doorHooks) {
			count := k.turn
			k.turn = func(why turned) bool { count(why); return shadow }
		})
		answered := 0
		for range 700 {
			c, err := h.dial("127.8.8.8")
			if err != nil {
				continue
			}
			io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
			if _, said, err := ends(c, time.Second); err == nil && strings.Contains(said, "hello") {
				answered++
			}
			c.Close()
		}
		over := h.away[turnedRate].Load()
		if over == 0 || (answered == 700) != shadow {
			t.Errorf("shadow %v: of 700 connections at once %d were answered, %d counted as too quick", shadow, answered, over)
		}
	}
}

func TestRequestsUnderWayAreFinishedAtTheEnd(t *testing.T) {
	begun, finish := make(chan bool), make(chan bool)
	d, err := newDoor(Door{}, doorHooks{clock: time.Now, now: func() tick { return time.Now().UnixNano() }, source: newHasher().source})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- d.serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-finish
			io.WriteString(w, "order placed")
		}))
	}()
	waiting, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		answer <- string(b)
	}()
	<-begun
	stop()
	if _, _, err := ends(waiting, time.Second); err != nil {
		t.Errorf("who had not asked anything yet is not let go: %v", err)
	}
	close(finish)
	if got := <-answer; got != "order placed" {
		t.Errorf("a request under way got %q at the end", got)
	}
	if err := <-served; err != nil {
		t.Errorf("the door ended with %v", err)
	}
	if parked, seated := d.crowd.numbers(); parked+seated != 0 || len(d.crowd.heads) != 0 {
		t.Errorf("%d parked, %d seated and %d prefixes are still counted", parked, seated, len(d.crowd.heads))
	}
}

func TestADoorTellsEveryMistakeInItsSettings(t *testing.T) {
	if err := (Door{}).Check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	err := Door{Most: -1, HeaderBytes: 10, Idle: -time.Second, BodyMemory: 1}.Check()
	if err == nil {
		t.Fatal("nonsense is accepted")
	}
	for _, want := range []string{"most connections is -1", "header bytes are 10", "idle time", "body memory"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in %q", want, err)
		}
	}
}

func TestAFullHouseSparesWhoeverEarnedSomething(t *testing.T) {
	h := openDoor(t, Door{Most: 40}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/member" {
			connOf(r).earned.Store(true)
		}
		hello(w, r)
	}), nil)
	get := func(c *http.Client, path string) error {
		r, err := c.Get(h.url(path))
		if err != nil {
			return err
		}
		defer r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return err
	}
	member := h.client("127.7.0.1", false)
	if err := get(member, "/member"); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if err := get(h.client(fmt.Sprintf("127.8.%d.1", i), false), "/"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range h.crowd.seated {
		if c.earned.Load() {
			return
		}
	}
	t.Error("the connection of a member was closed to make room for strangers: their next form would be lost")
}
