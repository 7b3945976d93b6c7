package attack

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"kontor/drill/browser"
)

// recorded is what a client said first on a connection of HTTP/2.
type recorded struct {
	hello    tls.ClientHelloInfo
	greeting []byte   // preface and frames before the first request
	flags    []string // of the request's frames
	pseudo   []string // in order
	fields   []string // sorted
}

// listenTwo is a server that writes down a connection's first request and
// answers it with 204 and a cookie.
func listenTwo(t *testing.T) (Target, chan recorded) {
	t.Helper()
	s := open(t, nil, nil)
	certificate := s.Server.TLS.Certificates
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan recorded, 4)
	serve := &tls.Config{Certificates: certificate, NextProtos: []string{"h2"}}
	go func() {
		for {
			raw, err := l.Accept()
			if err != nil {
				return
			}
			var r recorded
			cfg := serve.Clone()
			cfg.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) { r.hello = *h; return nil, nil }
			go func() {
				c := tls.Server(raw, cfg)
				defer c.Close()
				var seen bytes.Buffer
				in := io.TeeReader(c, &seen)
				io.ReadFull(in, make([]byte, len(http2.ClientPreface)))
				fr := http2.NewFramer(c, in)
				fr.WriteSettings()
				for {
					at := seen.Len()
					f, err := fr.ReadFrame()
					if err != nil {
						return
					}
					h, ok := f.(*http2.HeadersFrame)
					if !ok {
						if s, ok := f.(*http2.SettingsFrame); ok && s.IsAck() {
							continue // comes when it comes
						}
						r.greeting = append(r.greeting, seen.Bytes()[at:]...)
						continue
					}
					r.flags = append(r.flags, h.FrameHeader.String())
					hpack.NewDecoder(4096, func(f hpack.HeaderField) {
						if strings.HasPrefix(f.Name, ":") {
							r.pseudo = append(r.pseudo, f.Name+"="+f.Value)
						} else {
							r.fields = append(r.fields, f.Name+"="+f.Value)
						}
					}).Write(h.HeaderBlockFragment())
					sort.Strings(r.fields)
					var block bytes.Buffer
					e := hpack.NewEncoder(&block)
					e.WriteField(hpack.HeaderField{Name: ":status", Value: "204"})
					fr.WriteHeaders(http2.HeadersFrameParam{StreamID: h.StreamID, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
					got <- r
				}
			}()
		}
	}()
	target := s.target
	to := l.Addr().String()
	target.URL = &url.URL{Scheme: "https", Host: to}
	target.Dial = dialer(to)
	return target, got
}

func TestAFloodLooksLikeABrowserOnTheWire(t *testing.T) {
	target, got := listenTwo(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	from := netip.MustParseAddr("127.20.0.7")

	b := browser.New(target.Line(), from, browser.Phone)
	defer b.Close()
	if _, err := b.Get(ctx, "/listings/7?x=1"); err != nil {
		t.Fatal(err)
	}
	good := <-got

	w, err := target.open(ctx, from, &ticket{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.take()
	r := target.page(browser.Phone, "/listings/7?x=1", "", nil)
	if _, err := w.ask(ctx, &r); err != nil {
		t.Fatal(err)
	}
	bad := <-got

	if !bytes.HasPrefix(good.greeting, bad.greeting) || len(bad.greeting) == 0 {
		t.Errorf("a shield could tell attackers by how they begin HTTP/2:\n got %x\nwant %x", bad.greeting, good.greeting)
	}
	same(t, "TLS ciphers", bad.hello.CipherSuites, good.hello.CipherSuites)
	same(t, "TLS extensions", bad.hello.Extensions, good.hello.Extensions)
	same(t, "TLS curves", bad.hello.SupportedCurves, good.hello.SupportedCurves)
	same(t, "TLS protocols", bad.hello.SupportedProtos, good.hello.SupportedProtos)
	same(t, "TLS signatures", bad.hello.SignatureSchemes, good.hello.SignatureSchemes)
	same(t, "TLS versions", bad.hello.SupportedVersions, good.hello.SupportedVersions)
	same(t, "server name", bad.hello.ServerName, good.hello.ServerName)
	same(t, "pseudo headers", bad.pseudo, good.pseudo)
	same(t, "headers", bad.fields, good.fields)
	if len(bad.flags) == 1 && len(good.flags) == 1 {
		cut := func(s string) string { i, _, _ := strings.Cut(s, " len="); return i }
		same(t, "flags of the request", cut(bad.flags[0]), cut(good.flags[0]))
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("a shield could tell attackers by their %s:\n got %v\nwant %v", what, got, want)
	}
}

func TestAFloodLooksLikeABrowserInPlainHTTP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 2)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 8<<10)
				n, _ := c.Read(b)
				io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=b; Path=/\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
				got <- string(b[:n])
			}()
		}
	}()
	to := l.Addr().String()
	target := Target{URL: &url.URL{Scheme: "http", Host: to}, Dial: dialer(to)}
	ctx := context.Background()
	from := netip.MustParseAddr("127.20.0.8")
	b := browser.New(target.Line(), from, browser.Desk)
	defer b.Close()
	if _, err := b.Get(ctx, "/x"); err != nil {
		t.Fatal(err)
	}
	good := <-got
	w, err := target.open(ctx, from, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.take()
	r := target.page(browser.Desk, "/x", "", nil)
	r.whole = true
	a, err := w.ask(ctx, &r)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != 200 || string(a.body) != "abc" || !slices.Equal(a.cookies, []string{"a=b"}) {
		t.Errorf("the answer is read as %+v, want 200, abc and one cookie", a)
	}
	if bad := <-got; bad != good {
		t.Errorf("a shield could tell attackers by their bytes:\n got %q\nwant %q", bad, good)
	}
}
