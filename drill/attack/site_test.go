package attack

import (
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
)

// site is a real server of the standard library with TLS and HTTP/2, which
// writes down what it sees.
type site struct {
	*httptest.Server
	target Target

	mu       sync.Mutex
	hits     []hit
	hellos   []tls.ClientHelloInfo
	conns    map[string]net.Addr // open, by remote address
	accepted int
	busy     int // handlers at work
}

// hit is a request that reached a handler.
type hit struct {
	at                     time.Time
	from, path, proto      string
	agent, accept, referer string
	cookie                 string
	headers                int
}

// open starts a site. Handlers may be nil.
func open(t testing.TB, pages http.Handler, change func(*http.Server)) *site {
	t.Helper()
	s := &site{conns: map[string]net.Addr{}}
	if pages == nil {
		pages = http.HandlerFunc(shop)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.see(r)
		defer func() { s.mu.Lock(); s.busy--; s.mu.Unlock() }()
		pages.ServeHTTP(w, r)
	}))
	s.Listener = &proxyproto.Listener{Listener: s.Listener, ReadHeaderTimeout: 5 * time.Second,
		ConnPolicy: func(proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) { return proxyproto.USE, nil }}
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(s.Config)
	}
	s.Server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate()}, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hellos = append(s.hellos, *h)
		return nil, nil
	}}
	inner := s.Config.ConnState
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		switch state {
		case http.StateNew:
			s.accepted++
			s.conns[c.RemoteAddr().String()] = c.RemoteAddr()
		case http.StateClosed, http.StateHijacked:
			delete(s.conns, c.RemoteAddr().String())
		}
		s.mu.Unlock()
		if inner != nil {
			inner(c, state)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	to := s.Listener.Addr().String()
	s.target = Target{
		URL:   &url.URL{Scheme: "https", Host: to},
		TLS:   clientTLS(s.Certificate()),
		Paths: []string{"/", "/listings/1", "/listings/2", "/listings/3", "/search?q=tea"},
		Dial:  dialer(to),
	}
	return s
}

// clientTLS trusts one certificate.
func clientTLS(c *x509.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return &tls.Config{RootCAs: pool}
}

// dialer connects to an address from any source.
func dialer(to string) func(context.Context, netip.Addr) (net.Conn, error) {
	return func(ctx context.Context, from netip.Addr) (net.Conn, error) { return dialFrom(ctx, to, from) }
}

// dialFrom connects from a loopback address, or tells another by PROXY.
func dialFrom(ctx context.Context, to string, from netip.Addr) (net.Conn, error) {
	local := from
	if !from.IsLoopback() {
		local = netip.MustParseAddr("127.255.255.254")
	}
	c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: local.AsSlice()}}).DialContext(ctx, "tcp", to)
	if err != nil || local == from {
		return c, err
	}
	h := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: from.AsSlice(), Port: 40_000}, &net.TCPAddr{IP: net.IPv6loopback, Port: 443})
	_, err = h.WriteTo(c)
	return c, err
}

func (s *site) see(r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy++
	n := 0
	for _, v := range r.Header {
		n += len(v)
	}
	s.hits = append(s.hits, hit{time.Now(), host, r.RequestURI, r.Proto, r.UserAgent(), r.Header.Get("Accept"), r.Referer(), r.Header.Get("Cookie"), n})
}

// shop is a small site: pages with links and parts, a cookie, a form to sign in
// and a cart.
func shop(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie("visit"); err != nil {
		http.SetCookie(w, &http.Cookie{Name: "visit", Value: strings.ReplaceAll(r.RemoteAddr, ":", "-"), Path: "/"})
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/assets/"):
		w.Header().Set("Content-Type", "text/css")
		io.WriteString(w, "body{}")
		return
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/listings/9", http.StatusSeeOther)
		return
	case r.URL.Path == "/missing":
		http.NotFound(w, r)
		return
	case r.URL.Path == "/kept":
		w.Header().Set("Age", "3")
	case r.URL.Path == "/sign-in" && r.Method == http.MethodPost:
		http.SetCookie(w, &http.Cookie{Name: "session", Value: r.FormValue("email"), Path: "/"})
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	case r.URL.Path == "/cart/lines" && r.Method == http.MethodPost:
		http.SetCookie(w, &http.Cookie{Name: "cart", Value: r.FormValue("variant"), Path: "/"})
		http.Redirect(w, r, "/cart", http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	fmt.Fprintf(z, `<!doctype html><link rel="stylesheet" href="/assets/a.css"><script src="/assets/b.js"></script><h1>%s</h1>`, r.URL.Path)
	for i := range 20 {
		fmt.Fprintf(z, `<a href="/listings/%d">Goods %d</a> `, i, i)
	}
	fmt.Fprint(z, `<a href="/moved">Moved</a> <a href="https://elsewhere.example/">Away</a>`)
	fmt.Fprint(z, `<form method="post" action="/sign-in"><input name="email"><input name="password" type="password"></form>`)
	fmt.Fprint(z, `<form method="post" action="/cart/lines"><input name="variant" value="v7"><input name="quantity" value="1"></form>`)
	z.Close()
}

// seen is a copy of what reached handlers.
func (s *site) seen() []hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]hit(nil), s.hits...)
}

// underRace is set where the race detector slows everything.
var underRace bool

// starved tells whether this machine is too busy with other work (its queue is
// longer than its cores), or too slow, for anything to be said of rates. What is
// sent is checked all the same, and how much of it there is, from above.
func starved(t testing.TB) bool {
	t.Helper()
	var load float64
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Sscan(string(b), &load)
	}
	busy := underRace || load > 1.2*float64(runtime.NumCPU())
	if busy {
		t.Logf("the machine is busy (load %.1f, race detector %v): rates are not checked", load, underRace)
	}
	return busy
}

// atWork is how many handlers run.
func (s *site) atWork() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy
}

// eventually waits up to thirty seconds, since the machine may be busy.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("in 30 s it did not come about that %s", what)
			return
		}
	}
}

// held is how many connections are open.
func (s *site) held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// by counts hits by a word of each.
func by(hits []hit, word func(hit) string) map[string]int {
	n := map[string]int{}
	for _, h := range hits {
		n[word(h)]++
	}
	return n
}

func from(h hit) string { return h.from }

// run lets an attack work for a time, and checks that it ends within a second of
// being told and leaves neither goroutine nor socket behind.
func (s *site) run(t testing.TB, kind string, p Params, d time.Duration, during func()) *Counter {
	t.Helper()
	a, err := New(kind, p)
	if err != nil {
		t.Fatalf("New(%s): %v", kind, err)
	}
	before, sockets := clientGoroutines(), s.held()
	c := NewCounter(time.Now(), d+10*time.Second, time.Now)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, s.target, c) }()
	time.Sleep(d)
	if during != nil {
		during()
	}
	cancel()
	told := time.Now()
	if err := <-done; err != nil {
		t.Fatalf("%s: Run = %v, want nil after its context ended", kind, err)
	}
	longest := time.Second
	if starved(t) {
		longest = 10 * time.Second
	}
	if took := time.Since(told); took > longest {
		t.Errorf("%s took %v to stop; an operator who stops a drill would wait", kind, took)
	}
	if n := c.Held(); n != 0 {
		t.Errorf("%s counts %d connections held after its end", kind, n)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		after, left := clientGoroutines(), s.held()
		if after <= before && left <= sockets {
			return c
		}
		if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%s left %d goroutines and %d connections behind:\n%.4000s", kind, after-before, left-sockets, ours(string(buf[:runtime.Stack(buf, true)])))
		}
	}
}

// clientGoroutines counts those that package attack or a browser began.
func clientGoroutines() int {
	buf := make([]byte, 16<<20)
	return strings.Count(ours(string(buf[:runtime.Stack(buf, true)])), "goroutine ")
}

func ours(stacks string) string {
	var b strings.Builder
	for g := range strings.SplitSeq(stacks, "\n\n") {
		if strings.Contains(g, "site_test.go") || strings.Contains(g, "testing.tRunner(") {
			continue
		}
		if strings.Contains(g, "kontor/drill/") || strings.Contains(g, "net/http.(*Transport)") || strings.Contains(g, "net/http.(*http2ClientConn)") || strings.Contains(g, "net/http.(*persistConn)") {
			b.WriteString(g + "\n\n")
		}
	}
	return b.String()
}

// certificate is a site's own, on the curve that most sites use.
var certificate = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})
