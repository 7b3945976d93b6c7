package attack

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"time"
)

func TestRapidResetOpensAndCancels(t *testing.T) {
	s := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), nil)
	const d, rate = time.Second, 2_000
	total := s.run(t, "rapid-reset", Params{Total: rate}, d, nil).Total()
	near(t, "streams opened and cancelled a second", float64(total.Offered+total.Short), rate*d.Seconds(), 0.2)
	near(t, "streams sent a second", float64(total.Offered), rate*d.Seconds(), 0.3)
	hits := s.seen()
	if len(hits) < int(total.Offered)/2 && !starved(t) {
		t.Errorf("%d of %d streams reached a handler of a site without a shield", len(hits), total.Offered)
	}
	if n := len(by(hits, from)); n != 1 {
		t.Errorf("%d sources, want 1", n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accepted > 2 {
		t.Errorf("%d connections were used, want 1", s.accepted)
	}
}

func TestRapidResetIsCheapForTheAttacker(t *testing.T) {
	s := open(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), nil)
	total := s.run(t, "rapid-reset", Params{Total: 100_000}, time.Second, nil).Total()
	t.Logf("%d streams in a second, %d short, %d connections refused", total.Offered, total.Short, total.Refused)
	if total.Offered < 5_000 && !starved(t) {
		t.Errorf("%+v; one connection should send more than 5,000 streams a second", total)
	}
}

func TestAHeaderBombIsAsBigAsTheSiteTakes(t *testing.T) {
	s := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 8<<10)) }), nil)
	var start, full runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&start)
	count := s.run(t, "header-bomb", Params{Connections: 1, Addresses: 1}, time.Second, func() {
		eventually(t, "the handlers of some 250 streams are pinned", func() bool { return s.atWork() >= 240 })
		runtime.GC()
		runtime.ReadMemStats(&full)
	})
	hits := s.seen()
	if len(hits) < 200 || hits[0].headers < 25_000 {
		t.Fatalf("%d requests came, with %d fields; the site would hold little", len(hits), hits[0].headers)
	}
	if held := int64(full.HeapAlloc) - int64(start.HeapAlloc); held < 64<<20 {
		t.Errorf("net/http holds %d bytes, want more than 64 MiB: this is what the shield must prevent", held)
	} else {
		t.Logf("%d bytes on the wire hold %d MiB, %d streams with %d fields", count.Sent(), held>>20, len(hits), hits[0].headers)
	}
}

func TestAHeaderBombFitsASmallerSite(t *testing.T) {
	s := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 8<<10)) }), func(h *http.Server) {
		h.MaxHeaderBytes = 16 << 10
		h.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 8}
	})
	s.run(t, "header-bomb", Params{Connections: 1, Addresses: 1}, time.Second, func() {
		eventually(t, "8 handlers are pinned", func() bool { return s.atWork() == 8 })
	})
	hits := s.seen()
	if len(hits) != 8 || hits[0].headers < 400 {
		t.Errorf("%d requests came with %d fields, want 8 with some 450: all that this site takes", len(hits), hits[0].headers)
	}
}

func TestAContinuationFloodSendsUntilTheSiteCloses(t *testing.T) {
	s := open(t, nil, func(h *http.Server) { h.MaxHeaderBytes = 256 << 10 })
	count := s.run(t, "continuation-flood", Params{Connections: 2, Addresses: 2, Total: 1_000}, 2*time.Second, nil)
	total := count.Total()
	if total.Offered < total.Refused || (total.Refused < 2 || count.Sent() < 512<<10) && !starved(t) {
		t.Errorf("%+v with %d bytes; net/http closes each connection after some 256 KiB", total, count.Sent())
	}
	if n := len(s.seen()); n > 0 {
		t.Errorf("%d requests reached a handler, though their headers never end", n)
	}
}

func TestHandshakesAreFullAndSayNothing(t *testing.T) {
	s := open(t, nil, nil)
	const d, rate = 1500 * time.Millisecond, 150
	total := s.run(t, "handshake-flood", Params{Total: rate, Addresses: 100}, d, nil).Total()
	near(t, "handshakes a second", float64(total.Offered), rate*d.Seconds(), 0.2)
	if total.Served < total.Offered*8/10 && !starved(t) {
		t.Errorf("%+v; an idle site finishes all handshakes", total)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hits) > 0 {
		t.Errorf("%d requests came", len(s.hits))
	}
	for _, h := range s.hellos {
		for _, e := range h.Extensions {
			if e == 41 { // pre_shared_key (RFC 8446 §4.2.11)
				t.Fatal("a handshake was resumed, which costs the site less")
			}
		}
	}
}

func TestChurnNeverComesTwiceFromASource(t *testing.T) {
	s := open(t, nil, nil)
	const d, rate = 1500 * time.Millisecond, 150
	total := s.run(t, "source-churn", Params{Total: rate}, d, nil).Total()
	hits := s.seen()
	near(t, "requests a second", float64(len(hits)), rate*d.Seconds(), 0.2)
	near(t, "requests counted", float64(total.Offered), rate*d.Seconds(), 0.2)
	if n := len(by(hits, from)); n != len(hits) {
		t.Errorf("%d requests come from %d sources", len(hits), n)
	}
	for _, h := range hits {
		if len(h.from) < 20 || h.from[:9] != "2001:db8:" {
			t.Fatalf("the site sees %s, which is no address of the range for documentation", h.from)
		}
	}
}

func TestKindsThatNeedHTTP2SayThatThereIsNone(t *testing.T) {
	s := open(t, nil, nil)
	plain := s.target
	plain.TLS = nil
	for _, kind := range []string{"rapid-reset", "continuation-flood"} {
		a, err := New(kind, Params{})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Run(context.Background(), plain, NewCounter(time.Now(), time.Second, time.Now)); err == nil {
			t.Errorf("%s against a site without TLS runs, and would be scored as survived", kind)
		}
	}
}
