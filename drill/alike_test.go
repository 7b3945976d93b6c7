package drill

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"kontor/drill/attack"
	"kontor/drill/browser"
)

// anywhere dials a test's server from a source.
func anywhere(t *testing.T, address string) func(context.Context, netip.Addr) (net.Conn, error) {
	t.Helper()
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return dialer{to, to}.dial
}

// heard is what a site was sent first on a connection, by what it could tell its
// sender: the handshake and the bytes of the first request.
type heard struct{ hello, sent string }

// overheard is a site that keeps what each connection sent first.
type overheard struct {
	listener net.Listener
	secure   *tls.Config // nil: plain HTTP/1.1

	mu    sync.Mutex
	first map[heard][]netip.Addr
}

func overhear(t *testing.T, trust *authority, folder string) (*overheard, browser.Line) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &overheard{listener: &proxyproto.Listener{Listener: l, ReadHeaderTimeout: time.Second, ConnPolicy: func(proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) { return proxyproto.USE, nil }}, first: map[heard][]netip.Addr{}}
	line := browser.Line{URL: &url.URL{Scheme: "http", Host: l.Addr().String()}, Dial: anywhere(t, l.Addr().String())}
	if trust != nil {
		own, err := tls.LoadX509KeyPair(folder+"/site.crt", folder+"/site.key")
		if err != nil {
			t.Fatal(err)
		}
		o.secure = &tls.Config{Certificates: []tls.Certificate{own}, NextProtos: []string{"h2", "http/1.1"}}
		line.URL = &url.URL{Scheme: "https", Host: net.JoinHostPort("localhost", fmt.Sprint(l.Addr().(*net.TCPAddr).Port))}
		line.TLS = trust.client("localhost")
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := o.listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { o.answer(c) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return o, line
}

const aPage = "<p>Hi\n"

func (o *overheard) answer(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // a test's connection
	if o.secure == nil {
		o.answerOne(c)
		return
	}
	hello, again := "", false
	set := o.secure.Clone()
	set.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		const ticket = 41 // pre_shared_key (RFC 8446, 4.2): not the first connection of this client
		again = slices.Contains(h.Extensions, ticket)
		hello = fmt.Sprint(h.CipherSuites, h.SupportedCurves, h.SupportedPoints, h.SignatureSchemes, h.SupportedProtos, h.SupportedVersions, h.Extensions)
		return nil, nil
	}
	secure := tls.Server(c, set)
	if secure.Handshake() != nil || again {
		return
	}
	said := &recorder{Conn: secure, closed: make(chan struct{})}
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, aPage) // to a client that may have gone
	})
	site := &http.Server{Handler: pages, Protocols: new(http.Protocols), IdleTimeout: 5 * time.Second}
	site.Protocols.SetUnencryptedHTTP2(true) // what comes out of TLS here
	_ = site.Serve(&once{conn: said})        // until the connection is closed
	if text := said.firstRequest(); text != "" {
		o.keep(heard{hello, text}, c)
	}
}

func (o *overheard) answerOne(c net.Conn) {
	var text strings.Builder
	for lines := bufio.NewReader(c); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if text.WriteString(line); line == "\r\n" {
			break
		}
	}
	o.keep(heard{sent: text.String()}, c)
	fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(aPage), aPage)
}

func (o *overheard) keep(h heard, c net.Conn) {
	from := netip.MustParseAddrPort(c.RemoteAddr().String()).Addr()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.first[h] = append(o.first[h], from)
}

// of is what was heard of a first page: requests with a referer or cookies are of
// a later one, as good clients have them too.
func (o *overheard) of(path string) map[heard][]netip.Addr {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := map[heard][]netip.Addr{}
	for h, from := range o.first {
		lower := strings.ToLower(h.sent)
		if (strings.Contains(h.sent, "GET "+path+" ") || strings.Contains(h.sent, ":path="+path+"\n")) && !strings.Contains(lower, "referer") && !strings.Contains(lower, "cookie") {
			list[h] = slices.Clone(from)
		}
	}
	return list
}

// once is a listener for one connection.
type once struct {
	conn  *recorder
	given bool
}

func (o *once) Accept() (net.Conn, error) {
	if !o.given {
		o.given = true
		return o.conn, nil
	}
	<-o.conn.closed
	return nil, net.ErrClosed
}

func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return o.conn.LocalAddr() }

// recorder keeps the first bytes that come over a connection.
type recorder struct {
	net.Conn
	once   sync.Once
	closed chan struct{}

	mu   sync.Mutex
	read bytes.Buffer
}

func (r *recorder) Close() error {
	r.once.Do(func() { close(r.closed) })
	return r.Conn.Close()
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read.Len() < 64<<10 {
		r.read.Write(p[:n])
	}
	return n, err
}

// firstRequest writes out an HTTP/2 connection's preface and its frames up to the
// first request, byte for byte, but for the order of its headers, which is a
// matter of chance in Go.
func (r *recorder) firstRequest() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest, ok := bytes.CutPrefix(r.read.Bytes(), []byte(http2.ClientPreface))
	if !ok {
		return ""
	}
	var b strings.Builder
	for at := bytes.NewReader(rest); ; {
		head, err := http2.ReadFrameHeader(at)
		payload := make([]byte, head.Length)
		if err != nil {
			return ""
		}
		if _, err := io.ReadFull(at, payload); err != nil {
			return ""
		}
		if head.Type == http2.FrameSettings && head.Flags.Has(http2.FlagSettingsAck) {
			continue // comes when the site's own settings do: before or after the request
		}
		fmt.Fprintf(&b, "%v flags=%x stream=%d\n", head.Type, head.Flags, head.StreamID)
		if head.Type != http2.FrameHeaders {
			fmt.Fprintf(&b, "%x\n", payload)
			continue
		}
		fields, err := hpack.NewDecoder(4<<10, nil).DecodeFull(payload)
		if err != nil {
			return ""
		}
		var plain []string
		for _, f := range fields {
			if f.IsPseudo() {
				fmt.Fprintf(&b, "%s=%s\n", f.Name, f.Value) // in their order
				continue
			}
			plain = append(plain, f.Name+"="+f.Value)
		}
		slices.Sort(plain)
		return b.String() + strings.Join(plain, "\n")
	}
}

// alike are the kinds of attack that claim to be sent by what good clients use,
// and the page that they begin with.
var alike = map[string]string{
	"flood": "/", "wide-flood": "/", "flood-below-limits": "/", "mimic-flood": "/", "expensive-route": "/", "source-churn": "/",
	"bots-with-cookies": "/", "mimics": "/", "mixed": "/", "fresh-accounts": "/sign-in",
}

// TestNothingMarksTheHostile compares what good and hostile clients send first,
// byte for byte, over HTTP/1.1 and over TLS and HTTP/2; then they change their
// addresses and do it again.
func TestNothingMarksTheHostile(t *testing.T) {
	folder := t.TempDir()
	trust, err := newAuthority(folder, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range slices.Sorted(maps.Keys(alike)) {
		for name, trust := range map[string]*authority{"HTTP 1": nil, "HTTP 2": trust} {
			for _, swapped := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s over %s swapped %v", kind, name, swapped), func(t *testing.T) {
					t.Parallel()
					compare(t, kind, trust, folder, swapped)
				})
			}
		}
	}
}

func compare(t *testing.T, kind string, trust *authority, folder string, swapped bool) {
	site, line := overhear(t, trust, folder)
	path := alike[kind]
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	p := attack.Params{Addresses: 20, Total: 60, Connections: 10, Path: path, Seed: 3, Swap: swapped}
	switch kind {
	case "fresh-accounts":
		p.Path, p.Accounts = "", []attack.Account{{Email: "a@attack.example", Password: "a long one"}}
	case "source-churn":
		p.Networks, p.Addresses = "ipv6", 1_000_000
	case "bots-with-cookies", "mimics":
		p.Path = ""
	}
	a, err := attack.New(kind, p)
	if err != nil {
		t.Fatal(err)
	}
	target := attack.Target{URL: line.URL, Dial: line.Dial, TLS: line.TLS, Paths: []string{"/"}}
	if err := a.Run(ctx, target, attack.NewCounter(time.Now(), 2*time.Second, time.Now)); err != nil {
		t.Fatal(err)
	}
	hostile := map[heard][]netip.Addr{}
	for end := time.Now().Add(6 * time.Second); len(hostile) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		hostile = site.of(path) // once its connections have ended
	}
	if len(hostile) == 0 {
		t.Fatal("the attack asked for nothing, which proves nothing")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, look := range []browser.Look{browser.Desk, browser.Phone} {
		b := browser.New(line, town{swapped}.house(rng), look)
		if _, err := b.Get(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		b.Close()
	}
	whose := func(a netip.Addr) (good bool) { return (a.As4()[3] >= attack.FirstGoodHost) != swapped }
	good := map[heard]bool{}
	for end := time.Now().Add(6 * time.Second); len(good) < 2 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for h, from := range site.of(path) {
			if slices.ContainsFunc(from, func(a netip.Addr) bool { return a.Is4() && a.As4()[1] < 250 && whose(a) }) {
				good[h] = true
			}
		}
	}
	if len(good) != 2 {
		t.Fatalf("good clients of two kinds were seen as %d", len(good))
	}
	for h, from := range hostile {
		if !good[h] {
			t.Errorf("a site can tell hostile clients by what they send first:\n%s\n%s\ngood ones send:\n%v", h.hello, h.sent, good)
		}
		for _, a := range from {
			if a.Is4() && whose(a) {
				t.Errorf("a hostile client came from %v, which is for good ones in this test", a)
			}
		}
	}
}
