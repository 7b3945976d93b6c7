package shield

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// nothingWriter is an answer that nobody reads.
type nothingWriter struct {
	h       http.Header
	refused int
}

func (n *nothingWriter) Header() http.Header         { return n.h }
func (n *nothingWriter) Write(b []byte) (int, error) { return len(b), nil }
func (n *nothingWriter) WriteHeader(status int) {
	if status >= 400 {
		n.refused++
	}
}

// bare is a site that does nothing, so that what is measured is the shield.
type bare struct{}

func (bare) ServeHTTP(http.ResponseWriter, *http.Request) {}
func (bare) Route(string, string) Route                   { return Route{Name: "GET /own", Entry: true} }

// strolling is a clock by which a second passes whenever somebody looks at it:
// who asks is never too quick.
func strolling() func() time.Time {
	var second atomic.Int64
	begin := time.Now()
	return func() time.Time { return begin.Add(time.Duration(second.Add(1)) * time.Second) }
}

// BenchmarkCleanRequest is a member's request through all stages: cookies
// checked, limits charged, a place taken and given back.
func BenchmarkCleanRequest(b *testing.B) {
	s := openAt(b, Settings{Memory: defaultMemory}, bare{}, strolling())
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/own", nil)
	s.Raise(w, r, Standing{Class: Member, Account: "buyer", For: longestStanding})
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	measure(b, s, r)
}

// BenchmarkCleanVisitor is the same for a guest whose signed cookie came back.
func BenchmarkCleanVisitor(b *testing.B) {
	s := openAt(b, Settings{Memory: defaultMemory}, bare{}, strolling())
	r := httptest.NewRequest("GET", "/own", nil)
	v := visitor{id: 77, born: s.clock().UnixMilli(), last: s.clock().UnixMilli(), human: passAfter}
	r.AddCookie(&http.Cookie{Name: visitorCookie, Value: s.tokens.visitor(v)})
	measure(b, s, r)
}

// BenchmarkTurnedAway is what it costs to turn a request away.
func BenchmarkTurnedAway(b *testing.B) {
	s := openStallFor(b, Settings{Memory: defaultMemory}, bare{})
	r := httptest.NewRequest("GET", "/own", nil)
	r.Header.Set("Accept", "text/html")
	for range 10_000 {
		s.ServeHTTP(&nothingWriter{h: http.Header{}}, r)
	}
	measure(b, s, r)
}

func measure(b *testing.B, s *Shield, r *http.Request) {
	r.RemoteAddr = "192.0.2.7:4000"
	c := s.unseen(r)
	r = r.WithContext(context.WithValue(r.Context(), connKey{}, c))
	w := &nothingWriter{h: http.Header{}}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		clear(w.h)
		s.ServeHTTP(w, r)
	}
	b.ReportMetric(float64(w.refused)/float64(b.N), "refused/op")
}
