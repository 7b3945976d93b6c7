package drill

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	return dialer{to}.dial
}

// overheard is a site that keeps the first bytes that each connection sends, as
// they are.
type overheard struct {
	listener net.Listener
	mu       sync.Mutex
	first    map[string]bool
}

func overhear(t *testing.T) *overheard {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &overheard{listener: l, first: map[string]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { o.answer(c) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return o
}

func (o *overheard) answer(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // a test's connection
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
	o.mu.Lock()
	o.first[text.String()] = true
	o.mu.Unlock()
	fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<p>Hi\n")
}

// heard are the requests for a path.
func (o *overheard) heard(path string) (list []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for text := range o.first {
		if strings.HasPrefix(text, "GET "+path+" ") {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// TestNothingMarksTheHostile has good and hostile clients change their parts:
// what a hostile client sends first is, byte for byte, what a good one does.
func TestNothingMarksTheHostile(t *testing.T) {
	for _, kind := range []string{"flood", "wide-flood", "flood-below-limits", "mimic-flood", "bots-with-cookies", "mimics"} {
		t.Run(kind, func(t *testing.T) {
			site := overhear(t)
			u := &url.URL{Scheme: "http", Host: site.listener.Addr().String()}
			dial := anywhere(t, u.Host)
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			p := attack.Params{Addresses: 20, Total: 40, Path: "/", Seed: 3}
			if kind == "mimics" {
				p.Total = 100
			}
			a, err := attack.New(kind, p)
			if err != nil {
				t.Fatal(err)
			}
			count := attack.NewCounter(time.Now(), 2*time.Second, time.Now)
			if err := a.Run(ctx, attack.Target{URL: u, Dial: dial, Paths: []string{"/"}}, count); err != nil {
				t.Fatal(err)
			}
			hostile := site.heard("/")
			if len(hostile) == 0 {
				t.Fatal("the attack asked for nothing, which proves nothing")
			}
			for _, look := range []browser.Look{browser.Desk, browser.Phone} {
				b := browser.New(browser.Line{URL: u, Dial: dial}, netip.MustParseAddr("127.40.7.200"), look)
				if _, err := b.Get(t.Context(), "/"); err != nil {
					t.Fatal(err)
				}
				b.Close()
			}
			all := site.heard("/")
			good := 0
			for _, text := range all {
				if strings.Contains(text, "Referer:") || strings.Contains(text, "Cookie:") {
					continue // a later page, as good users have them too
				}
				if good++; good > 2 {
					t.Errorf("a site can tell good and hostile clients apart by their bytes:\n%s", strings.Join(all, "\n"))
					return
				}
			}
		})
	}
}

// TestTheirHandshakesAreAlike compares what a site sees of TLS and HTTP/2.
func TestTheirHandshakesAreAlike(t *testing.T) {
	folder := t.TempDir()
	trust, err := newAuthority(folder, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.LoadX509KeyPair(folder+"/site.crt", folder+"/site.key")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	note := func(what string) { mu.Lock(); seen[what] = true; mu.Unlock() }
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Referer") == "" && r.URL.Path == "/" {
				h := r.Header.Clone()
				h.Del("Cookie")
				note(fmt.Sprint("request ", r.Proto, h))
			}
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}, NextProtos: []string{"h2", "http/1.1"}, GetConfigForClient: func(c *tls.ClientHelloInfo) (*tls.Config, error) {
			note(fmt.Sprint("hello ", c.CipherSuites, c.SupportedCurves, c.SignatureSchemes, c.SupportedProtos, c.SupportedVersions, len(c.Extensions)))
			return nil, nil
		}},
	}
	go func() { _ = server.ServeTLS(l, "", "") }() // ends with Close
	defer server.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	u := &url.URL{Scheme: "https", Host: net.JoinHostPort("localhost", port)}
	dial := anywhere(t, l.Addr().String())
	b := browser.New(browser.Line{URL: u, Dial: dial, TLS: trust.client("localhost")}, netip.MustParseAddr("127.40.7.200"), browser.Desk)
	defer b.Close()
	if _, err := b.Get(t.Context(), "/"); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 {
		t.Fatalf("a good user was seen as %v", seen)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	a, err := attack.New("flood-below-limits", attack.Params{Addresses: 5, Total: 20, Path: "/", Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(ctx, attack.Target{URL: u, Dial: dial, TLS: trust.client("localhost"), Paths: []string{"/"}}, attack.NewCounter(time.Now(), 2*time.Second, time.Now)); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2 {
		t.Errorf("a site sees %d kinds of handshake and request, where good and hostile clients should be one:\n%v", len(seen), seen)
	}
}
