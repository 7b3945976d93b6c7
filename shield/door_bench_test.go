package shield

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

// BenchmarkEntrance is what the door costs a request that is already there: its
// header's fields counted, its source found, headers of proxies taken out.
func BenchmarkEntrance(b *testing.B) {
	start, hash := time.Now(), newHasher()
	d, err := newDoor(Door{}, doorHooks{clock: time.Now, now: func() tick { return int64(time.Since(start)) }, source: hash.source})
	if err != nil {
		b.Fatal(err)
	}
	c := &conn{door: d, src: hash.source(netip.MustParseAddr("203.0.113.7"))}
	e := &entrance{d, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { d.sourceOf(r, connOf(r)) })}
	r := httptest.NewRequestWithContext(context.WithValue(b.Context(), connKey{}, c), "GET", "/", nil)
	for _, name := range []string{"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Cookie", "Priority", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Upgrade-Insecure-Requests", "User-Agent"} {
		r.Header.Set(name, "a value of usual length, more or less")
	}
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		e.ServeHTTP(w, r)
	}
}

// What the door adds to a request is the difference to a plain server's.
func BenchmarkRequestThroughTheDoor(b *testing.B) {
	page := make([]byte, 2_000)
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) })
	cert := newCertificate(b, b.TempDir(), "localhost")
	for _, c := range []struct {
		name  string
		set   Door
		http2 bool
	}{{"plain", Door{}, false}, {"HTTPS", Door{Certificates: []Certificate{cert}}, false}, {"HTTP2", Door{Certificates: []Certificate{cert}}, true}} {
		b.Run(c.name, func(b *testing.B) {
			h := openDoor(b, c.set, site, nil)
			client := h.client("127.0.0.1", c.http2)
			b.ReportAllocs()
			for b.Loop() {
				r, err := client.Get(h.url("/"))
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
	}
}
