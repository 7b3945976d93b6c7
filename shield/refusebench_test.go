package shield

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// BenchmarkRefusalAgainstHAProxy compares what it costs to turn a request away
// with HAProxy that does the same by its table of sources: each on one core, wrk
// on the other, in turns. The shield refuses by its limits, with the whole way
// before it (door, cookies, tables) and a page that tells the visitor what to do;
// bans are in shadow, for a banned source is not even answered.
func BenchmarkRefusalAgainstHAProxy(b *testing.B) {
	need(b, "wrk", "taskset")
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "page.html"), samplePage())
	ours, theirs := startOurs(b, "refusing", dir), startHAProxy(b, dir)
	for range b.N {
		for range benchRounds {
			for _, s := range []*contestant{ours, theirs} {
				s.plain = append(s.plain, load(b, s, "-H", "Accept: text/html"))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, s := range []*contestant{ours, theirs} {
		b.Logf("%-8s %6.0f/s, %.1f µs of CPU each", s.name, median(s.plain, rate), 1e6/median(s.plain, perCPU))
	}
	b.ReportMetric(1e6/median(ours.plain, perCPU), "cpu-µs/refusal")
	b.ReportMetric(1/ratio(ours.plain, theirs.plain), "of-haproxy")
}

const haproxyConf = `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend shop
  bind %s
  stick-table type ip size 1m expire 60s store http_req_rate(10s)
  http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }
  default_backend none
backend none
  http-request return status 200
`

func startHAProxy(b *testing.B, dir string) *contestant {
	b.Helper()
	at, pid := runHAProxy(b, dir, "")
	return &contestant{name: "haproxy", url: "http://" + at + "/", pid: pid, refuses: true}
}

// runHAProxy starts it on the second core and returns where it listens; options
// are of its listener.
func runHAProxy(b *testing.B, dir, options string) (at string, pid int) {
	b.Helper()
	path, err := exec.LookPath("haproxy")
	if err != nil {
		path = "/usr/sbin/haproxy"
	}
	if _, err := exec.LookPath(path); err != nil {
		b.Skip("needs haproxy, from Debian's package haproxy")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	at = l.Addr().String()
	l.Close()
	conf := filepath.Join(dir, "haproxy.cfg")
	writeFile(b, conf, fmt.Appendf(nil, haproxyConf, at+options))
	cmd := exec.Command("taskset", "-c", "1", path, "-q", "-db", "-f", conf)
	start(b, cmd)
	for range 100 {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return at, cmd.Process.Pid
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("haproxy does not listen")
	return "", 0
}

// BenchmarkRefusalOverTLS tells what a site pays, in its own processor time, for
// each way to turn somebody away over TLS, so that one can see when it is cheaper
// to close: an answer on a connection that is there, the handshake that a new one
// takes, and a connection that is closed before TLS because a ban holds. HAProxy
// answers the same clients.
func BenchmarkRefusalOverTLS(b *testing.B) {
	need(b, "taskset")
	dir := b.TempDir()
	s := startRefusing(b, dir)
	theirs := s.haproxy(b, dir)
	for range b.N {
		for _, way := range []struct {
			name  string
			site  *refusing
			conns int
			run   func(from string, until time.Time) (n int, err error)
		}{
			{"http1", s, 16, s.overHTTP1},
			{"haproxy-http1", theirs, 16, theirs.overHTTP1},
			{"http2", s, 16, s.overHTTP2},
			{"haproxy-http2", theirs, 16, theirs.overHTTP2},
			{"handshake", s, 2, s.handshakes(nil)},
			{"resumed", s, 2, s.handshakes(tls.NewLRUClientSessionCache(64))},
			{"closed", s, 2, s.closed},
		} {
			n, before := 0, serverTime(b, way.site.pid)
			var mu sync.Mutex
			var work sync.WaitGroup
			until := time.Now().Add(benchSeconds * time.Second)
			for i := range way.conns {
				work.Go(func() {
					did, err := way.run(fmt.Sprintf("127.70.%d.%d", i, 1+i), until)
					if err != nil {
						b.Errorf("%s: %v", way.name, err)
					}
					mu.Lock()
					defer mu.Unlock()
					n += did
				})
			}
			work.Wait()
			if n == 0 {
				b.Fatalf("%s: nobody was turned away", way.name)
			}
			each := float64((serverTime(b, way.site.pid) - before).Microseconds()) / float64(n)
			b.Logf("%-13s %6d, %.1f µs of CPU each", way.name, n, each)
			b.ReportMetric(each, "µs-"+way.name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// refusing is a site with TLS that turns everybody away.
type refusing struct {
	pid   int
	addr  string
	roots *x509.CertPool
	cert  Certificate
}

// haproxy turns the same clients away with the same certificate.
func (r *refusing) haproxy(b *testing.B, dir string) *refusing {
	var both []byte
	for _, name := range []string{r.cert.CertFile, r.cert.KeyFile} {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		both = append(both, text...)
	}
	pem := filepath.Join(dir, "both.pem")
	writeFile(b, pem, both)
	at, pid := runHAProxy(b, dir, " ssl crt "+pem+" alpn h2,http/1.1")
	return &refusing{pid: pid, addr: at, roots: r.roots}
}

func startRefusing(b *testing.B, dir string) *refusing {
	b.Helper()
	cert := newCertificate(b, dir, "localhost")
	cmd := exec.Command("taskset", "-c", "1", os.Args[0], "-test.run=^TestRefusingServer$")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "KONTOR_BENCH_CERT="+cert.CertFile, "KONTOR_BENCH_KEY="+cert.KeyFile)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start(b, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the server does not start: %v", err)
	}
	return &refusing{pid: cmd.Process.Pid, addr: strings.TrimSpace(line), roots: rootsOf(b, cert), cert: cert}
}

// TestRefusingServer is the server that BenchmarkRefusalOverTLS starts; by itself
// it does nothing.
func TestRefusingServer(t *testing.T) {
	cert := os.Getenv("KONTOR_BENCH_CERT")
	if cert == "" {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	set := Settings{Key: testKey, Door: Door{Certificates: []Certificate{{cert, os.Getenv("KONTOR_BENCH_KEY")}}}}
	s, err := New(set, bare{}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 16 { // those of http1 and http2; a ban would close their connections
		src := s.hash.source(netip.AddrFrom4([4]byte{127, 70, byte(i), byte(1 + i)}))
		s.limits.take(s.tick(), src.narrow, 4*asAddress.refuse, 4*asAddress.refuse)
		s.known.saw(s.tick(), src.narrow)
	}
	if _, err := s.Ban(netip.MustParsePrefix("127.71.0.0/16"), time.Hour, "benchmark", "operator"); err != nil {
		t.Fatal(err)
	}
	fmt.Println(l.Addr())
	if err := s.Serve(ctx, l); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
}

func (r *refusing) dial(from string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return d.Dial("tcp", r.addr)
}

func (r *refusing) tls(from string, cache tls.ClientSessionCache, proto string) (*tls.Conn, error) {
	c, err := r.dial(from)
	if err != nil {
		return nil, err
	}
	t := tls.Client(c, &tls.Config{RootCAs: r.roots, ServerName: "localhost", NextProtos: []string{proto}, ClientSessionCache: cache})
	return t, t.Handshake()
}

func (r *refusing) overHTTP1(from string, until time.Time) (n int, err error) {
	c, err := r.tls(from, nil, "http/1.1")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for time.Now().Before(until) {
		if _, err := io.WriteString(c, "GET /a HTTP/1.1\r\n"+asBrowser); err != nil {
			return n, err
		}
		got, err := readReply(in, "GET")
		if err != nil {
			return n, err
		}
		if got.status == 429 { // HAProxy has to see some first
			n++
		}
	}
	return n, nil
}

func (r *refusing) overHTTP2(from string, until time.Time) (n int, err error) {
	c, err := r.tls(from, nil, "h2")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	io.WriteString(c, http2.ClientPreface)
	out := bufio.NewWriter(c)
	f := http2.NewFramer(out, bufio.NewReader(c))
	f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 30})
	f.WriteWindowUpdate(0, 1<<30)
	raw := &rawHTTP2{}
	raw.enc = hpack.NewEncoder(&raw.head)
	for id := uint32(1); time.Now().Before(until); {
		const together = 8
		for range together {
			block := raw.block(hpack.HeaderField{Name: "accept", Value: "text/html"}, hpack.HeaderField{Name: "user-agent", Value: "Mozilla/5.0"})
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
			id += 2
		}
		if err := out.Flush(); err != nil {
			return n, err
		}
		for ended := 0; ended < together; {
			frame, err := f.ReadFrame()
			if err != nil {
				return n, err
			}
			if d, ok := frame.(*http2.DataFrame); ok && d.StreamEnded() {
				ended++
			}
		}
		n += together
	}
	return n, nil
}

// handshakes come from many addresses, so that none of them opens too many.
func (r *refusing) handshakes(cache tls.ClientSessionCache) func(string, time.Time) (int, error) {
	return func(_ string, until time.Time) (n int, err error) {
		for ; time.Now().Before(until); n++ {
			c, err := r.tls(fmt.Sprintf("127.72.%d.1", n%250), cache, "h2")
			if err != nil {
				return n, err
			}
			if cache != nil {
				if n > 0 && !c.ConnectionState().DidResume {
					return n, errors.New("the session is not resumed")
				}
				c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				io.Copy(io.Discard, c) // the ticket for the next
			}
			c.Close()
		}
		return n, nil
	}
}

func (r *refusing) closed(_ string, until time.Time) (n int, err error) {
	for ; time.Now().Before(until); n++ {
		c, err := r.dial(fmt.Sprintf("127.71.%d.1", n%250))
		if err != nil {
			continue // closed while it was dialled
		}
		c.Read(make([]byte, 1))
		c.Close()
	}
	return n, nil
}
