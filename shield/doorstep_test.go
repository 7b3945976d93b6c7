package shield

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// porter is a site behind a served shield that counts what came the whole way.
type porter struct {
	*Shield
	addr  string
	roots *x509.CertPool
	whole atomic.Int64
}

func (p *porter) Route(string, string) Route {
	p.whole.Add(1)
	return Route{Name: "GET /own", Entry: true}
}

func (p *porter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "page %s %s", r.URL.Path, body)
}

// openPorter serves on a real port; without is a shield whose door answers
// nobody by itself.
func openPorter(t testing.TB, sealed, without bool) *porter {
	t.Helper()
	p := &porter{}
	set := Settings{Shadow: []Rule{RuleBans}}
	if sealed {
		cert := newCertificate(t, t.TempDir(), "localhost")
		set.Door.Certificates = []Certificate{cert}
		p.roots = rootsOf(t, cert)
	}
	p.Shield = openStallFor(t, set, p)
	if without {
		p.door.refused = doorHooks{}.full().refused
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		<-served
	})
	return p
}

// tire has an address ask for more than it may, for long.
func (p *porter) tire(addr string) {
	src := p.hash.source(netip.MustParseAddr(addr))
	p.limits.take(p.tick(), src.narrow, 2*asAddress.refuse, 2*asAddress.refuse)
}

func (p *porter) dial(t testing.TB, from string) (net.Conn, *bufio.Reader) {
	t.Helper()
	d := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if p.roots != nil {
		c = tls.Client(c, &tls.Config{RootCAs: p.roots, ServerName: "localhost", NextProtos: []string{"http/1.1"}})
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c, bufio.NewReader(c)
}

// reply is an answer as its reader sees it.
type reply struct {
	status int
	fields http.Header
	body   string
}

func readReply(r *bufio.Reader, method string) (reply, error) {
	res, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(body)}, err
}

func ask11(t *testing.T, c net.Conn, r *bufio.Reader, head string) reply {
	t.Helper()
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(head, " ")
	got, err := readReply(r, method)
	if err != nil {
		t.Fatalf("%q is not answered: %v", head, err)
	}
	return got
}

const asBrowser = "Host: localhost\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html,application/xhtml+xml\r\nAccept-Language: de-DE,de;q=0.9\r\nAccept-Encoding: gzip\r\n\r\n"

func TestWhoGoesOnOverTheLimitsGetsTheSameAnswerAtTheDoor(t *testing.T) {
	for _, sealed := range []bool{false, true} {
		p := openPorter(t, sealed, false)
		for i, head := range []string{
			"GET /a HTTP/1.1\r\n" + asBrowser,
			"HEAD /a?b=c&d=%20e HTTP/1.1\r\n" + asBrowser,
			"GET /api/v1/listings HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /part HTTP/1.1\r\nHost: localhost\r\nHX-Request: true\r\nAccept: */*\r\n\r\n",
			"GET /j HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nCookie: theme=dark; other=1\r\nConnection: keep-alive\r\n\r\n",
		} {
			t.Run(fmt.Sprintf("%v %q", sealed, head[:16]), func(t *testing.T) {
				from := fmt.Sprintf("127.60.1.%d", i+1)
				p.tire(from)
				c, r := p.dial(t, from)
				byNetHTTP := ask11(t, c, r, head)
				if byNetHTTP.status != http.StatusTooManyRequests {
					t.Fatalf("status %d, want 429", byNetHTTP.status)
				}
				whole, refused := p.whole.Load(), p.counts.reasons[ReasonOverLimit].Load()
				for range 3 {
					atDoor := ask11(t, c, r, head)
					byNetHTTP.fields.Set("Date", atDoor.fields.Get("Date"))
					if fmt.Sprint(atDoor) != fmt.Sprint(byNetHTTP) {
						t.Errorf("the door answers\n%v\nand net/http\n%v", atDoor, byNetHTTP)
					}
					if _, err := http.ParseTime(atDoor.fields.Get("Date")); err != nil {
						t.Errorf("Date: %v", err)
					}
				}
				if n := p.whole.Load() - whole; n != 0 {
					t.Errorf("%d of 3 requests went the whole way, want none", n)
				}
				if n := p.counts.reasons[ReasonOverLimit].Load() - refused; n != 3 {
					t.Errorf("%d of 3 refusals were counted", n)
				}
				d, ok := p.Find(byNetHTTP.fields.Get("Kontor-Reference"))
				if !ok || d.Count != 4 || d.Source.String() != from {
					t.Errorf("the reference number leads to %+v, want 4 refusals of %s", d, from)
				}
			})
		}
	}
}

func TestTheDoorLeavesToNetHTTPWhateverMayBeSomebodyElse(t *testing.T) {
	p := openPorter(t, false, false)
	const refused = "GET / HTTP/1.1\r\n" + asBrowser
	visitorOf := func() string {
		v := visitor{id: 7, born: p.clock().UnixMilli(), last: p.clock().UnixMilli(), human: passAfter}
		return visitorCookie + "=" + p.tokens.visitor(v)
	}
	for i, c := range []struct{ name, head string }{
		{"a visitor with a cookie of ours", "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + visitorOf() + "\r\n\r\n"},
		{"a standing, even a false one", "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + standingCookie + "=x\r\n\r\n"},
		{"a program with a key", "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n"},
		{"one that says it is a crawler", "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Googlebot/2.1\r\n\r\n"},
		{"a form", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"},
		{"a hidden address", "GET /%61pi/ HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"a line feed alone", "GET / HTTP/1.1\nHost: localhost\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from := fmt.Sprintf("127.60.2.%d", i+1)
			p.tire(from)
			conn, r := p.dial(t, from)
			ask11(t, conn, r, refused)
			ask11(t, conn, r, refused)
			whole := p.whole.Load()
			ask11(t, conn, r, c.head)
			if n := p.whole.Load() - whole; n != 1 {
				t.Errorf("%d requests went the whole way, want this one: its sender may not be who was refused", n)
			}
		})
	}
}

func TestTheDoorLooksAgainOnceASecondAndLetsInWhoRested(t *testing.T) {
	p := &porter{}
	at := atomic.Pointer[time.Time]{}
	begin := time.Now()
	at.Store(&begin)
	p.Shield = openAt(t, Settings{}, p, func() time.Time { return *at.Load() })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, l) }()
	defer func() { stop(); <-served }()
	p.tire("127.60.3.1")
	c, r := p.dial(t, "127.60.3.1")
	const head = "GET / HTTP/1.1\r\n" + asBrowser
	pass := func(d time.Duration) {
		next := at.Load().Add(d)
		at.Store(&next)
	}
	ask11(t, c, r, head)
	ask11(t, c, r, head)
	if n := p.whole.Load(); n != 1 {
		t.Fatalf("%d requests went the whole way, want 1", n)
	}
	pass(2 * time.Second)
	ask11(t, c, r, head)
	if n := p.whole.Load(); n != 2 {
		t.Errorf("%d requests went the whole way, want another after a second", n)
	}
	pass(time.Minute)
	if got := ask11(t, c, r, head); got.status != http.StatusOK {
		t.Errorf("status %d for a visitor who rested for a minute, want the page", got.status)
	}
}

// What stands in a body must never be answered as if it were a request: behind a
// proxy that shares one connection its answer would go to somebody else.
func TestNothingIsSmuggledPastNetHTTP(t *testing.T) {
	ours, theirs := openPorter(t, false, false), openPorter(t, false, true)
	pieces := []string{
		"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /b HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n",
		"HEAD /c HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 36\r\n\r\n",
		"GET /e HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
		"POST /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n",
		"GET /g HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
		"GET /h HTTP/1.1\nHost: localhost\n\n",
		"GET /i HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n",
		"GET /j HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
		"GET /k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"GET /l HTTP/1.0\r\nHost: localhost\r\n\r\n",
		"GET /m HTTP/1.1\r\nHost: localhost\r\nContent-Length : 4\r\n\r\n",
		"0\r\n\r\n", "\r\n", "body", "GET /n HT", "TP/1.1\r\nHost: localhost\r\n\r\n",
	}
	var next atomic.Uint32
	rapid.Check(t, func(t *rapid.T) {
		n := next.Add(1)
		from := fmt.Sprintf("127.61.%d.%d", n/250%250, 1+n%250)
		ours.tire(from)
		theirs.tire(from)
		sent := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 2), 1, 6).Draw(t, "packets")
		packets := [][]byte{[]byte(pieces[0])}
		for _, s := range sent {
			packets = append(packets, []byte(strings.Join(s, "")))
		}
		if got, want := ours.exchange(from, packets), theirs.exchange(from, packets); got != want {
			t.Fatalf("with the door's own answers:\n%s\nwithout:\n%s", got, want)
		}
	})
	if got, want := ours.whole.Load(), theirs.whole.Load(); got >= want {
		t.Errorf("%d requests went the whole way, %d without the door's own answers: nothing was compared", got, want)
	}
}

// exchange sends packets, each after a moment, and tells what came back.
func (p *porter) exchange(from string, packets [][]byte) string {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", p.addr)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	var got bytes.Buffer
	for _, x := range packets {
		c.Write(x)
		readFor(c, &got, 4*time.Millisecond)
	}
	c.(*net.TCPConn).CloseWrite()
	readFor(c, &got, time.Second)
	return strings.Join(told.FindAllString(got.String(), -1), "\n")
}

// told is what exchange looks at: the rest differs from one shield to another.
var told = regexp.MustCompile(`HTTP/1\.1 \d+|(?m)^Connection: \w+`)

func readFor(c net.Conn, to *bytes.Buffer, d time.Duration) {
	c.SetReadDeadline(time.Now().Add(d))
	io.Copy(to, c)
}
