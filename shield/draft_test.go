package shield

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"pgregory.net/rapid"
)

func TestTheOutboxHoldsItsBoundWhateverComesAndGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var now tick
		o := &outbox{now: func() tick { now++; return now }}
		var sending []*draft
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(sending) == 0 || rapid.Bool().Draw(t, "one more") {
				h := &draft{to: httptest.NewRecorder(), in: o, class: rapid.SampledFrom([]Class{Suspect, Guest, Member, Paying}).Draw(t, "class")}
				h.body = make([]byte, rapid.IntRange(1, mostDraft).Draw(t, "bytes"))
				o.begin(h)
				sending = append(sending, h)
			} else {
				i := rapid.IntRange(0, len(sending)-1).Draw(t, "which")
				if h := sending[i]; rapid.Bool().Draw(t, "ends") {
					o.end(h)
					sending = append(sending[:i], sending[i+1:]...)
				} else if !h.cut.Load() {
					o.sent(h, rapid.IntRange(0, h.left).Draw(t, "sent"))
				}
			}
			var all, guests int64
			for _, h := range sending {
				if h.cut.Load() {
					continue
				}
				all += int64(h.left)
				if h.class < Member {
					guests += int64(h.left)
				}
			}
			if o.all.Load() != all || o.guests.Load() != guests {
				t.Fatalf("counted %d and %d of guests, held %d and %d", o.all.Load(), o.guests.Load(), all, guests)
			}
			if all > mostHeld || guests > heldByGuests {
				t.Fatalf("%d bytes held, %d of guests", all, guests)
			}
		}
		for _, h := range sending {
			o.end(h)
		}
		if o.all.Load() != 0 || o.guests.Load() != 0 || len(o.list) != 0 {
			t.Fatalf("%d bytes of %d answers are left when all have ended", o.all.Load(), len(o.list))
		}
	})
}

// bulky answers with nearly all that may be held back.
type bulky struct{ body []byte }

func (bulky) Route(string, string) Route                         { return Route{Name: "GET /own", Entry: true} }
func (b bulky) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.Write(b.body) }

// The attack: many ask for large pages and do not read them, each just within
// its limits.
func TestThoseWhoDoNotReadHoldABoundedPartOfMemoryAndNobodyUp(t *testing.T) {
	site := bulky{bytes.Repeat([]byte("x"), mostDraft-1)}
	cert := newCertificate(t, t.TempDir(), "localhost")
	s := openStallFor(t, Settings{Shadow: []Rule{RuleLimits}, Door: Door{Certificates: []Certificate{cert}, Stall: 20 * time.Second}}, site)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() { stop(); <-served })
	h := &house{door: s.door, addr: l.Addr().String()}
	h.roots = rootsOf(t, cert)

	const conns, streams = 4, 16 // 64 MiB
	clients := make([]*rawHTTP2, conns)
	for i := range clients {
		clients[i] = h.rawHTTP2(t, fmt.Sprintf("127.62.%d.1", i), http2.Setting{ID: http2.SettingInitialWindowSize, Val: tinyWindow})
		first := clients[i].firstBlock()
		for n := range streams {
			if err := clients[i].headers(uint32(2*n+1), first); err != nil {
				t.Fatal(err)
			}
			first = clients[i].block()
		}
	}
	reset := make(chan int, conns)
	for _, c := range clients {
		go func() {
			n := 0
			defer func() { reset <- n }()
			c.conn.SetReadDeadline(time.Now().Add(4 * time.Second))
			for {
				f, err := c.ReadFrame()
				if err != nil {
					return
				}
				switch f := f.(type) {
				case *http2.RSTStreamFrame:
					n++
				case *http2.DataFrame:
					if f.StreamEnded() && len(f.Data()) == 0 {
						t.Errorf("stream %d ended as if its page were whole", f.StreamID)
					}
				}
			}
		}()
	}
	most := int64(0)
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		most = max(most, s.door.outbox.all.Load())
	}
	if most > heldByGuests {
		t.Errorf("%d MiB are held by those who do not read, want at most %d", most>>20, heldByGuests>>20)
	}
	if most < heldByGuests/2 {
		t.Errorf("only %d MiB were held: nothing was tried", most>>20)
	}
	for _, who := range []string{"a guest", "a member"} {
		r, err := http.NewRequest("GET", "https://localhost/own", nil)
		if err != nil {
			t.Fatal(err)
		}
		if who == "a member" {
			w := httptest.NewRecorder()
			s.Raise(w, r, Standing{Class: Member, Account: "buyer", For: time.Hour})
			r.AddCookie(w.Result().Cookies()[0])
		}
		client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: h.tlsConfig("h2"), DialContext: func(context.Context, string, string) (net.Conn, error) { return h.dial("127.62.9.1") }}}
		res, err := client.Do(r)
		if err != nil {
			t.Fatalf("%s gets no page meanwhile: %v", who, err)
		}
		body, err := io.ReadAll(res.Body)
		if res.StatusCode != 200 || len(body) != len(site.body) || err != nil {
			t.Errorf("%s gets status %d and %d bytes meanwhile: %v", who, res.StatusCode, len(body), err)
		}
		client.CloseIdleConnections()
	}
	broken := 0
	for range clients {
		broken += <-reset
	}
	if least := conns*streams - heldByGuests/len(site.body) - 2; broken < least {
		t.Errorf("%d streams were reset, want at least %d", broken, least)
	}
}

func rootsOf(t testing.TB, c Certificate) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(c.CertFile)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(text)
	return p
}

func TestGuestsAreTurnedAwayBeforeTheSiteIsAskedWhereMembersHoldAll(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	s.door.outbox.all.Store(mostHeld - mostDraft/2)
	if got := s.visit("GET", "/own", "192.0.2.1:1"); got.Code != http.StatusServiceUnavailable {
		t.Errorf("a guest gets %d, want to be told that the house is full", got.Code)
	}
	if s.asked.Load() != 0 {
		t.Error("the site was asked for an answer that there is no room for")
	}
	if got := s.visit("GET", "/own", "192.0.2.2:1", s.standingCookie(t, Member, "buyer")); got.Code != http.StatusOK {
		t.Errorf("a member gets %d", got.Code)
	}
	s.door.outbox.all.Store(0)
}
