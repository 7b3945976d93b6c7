package shield

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// shop is a site behind a cache, as the shield uses it.
type shop struct {
	cache *cache
	names *cookieNames
	route Route
	site  http.HandlerFunc
	now   atomic.Int64
	made  atomic.Int64 // answers that the site made
}

func newShop(bytes int64, site http.HandlerFunc) *shop {
	s := &shop{
		cache: newCache(bytes, time.Minute),
		names: &cookieNames{session: "kontor_session", theme: "kontor_theme", themes: []string{"light", "dark"}},
		route: Route{Name: "GET /listings/{id}", Public: true, Query: []string{"cur", "q"}},
	}
	s.site = func(w http.ResponseWriter, r *http.Request) {
		s.made.Add(1)
		site(w, r)
	}
	return s
}

func (s *shop) tick() tick { return s.now.Load() }

func (s *shop) pass(d time.Duration) { s.now.Add(int64(d)) }

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	j := s.names.read(r.Header["Cookie"])
	p, good := s.cache.find(s.tick(), r, j.theme)
	if good == fresh {
		p.serve(s.tick(), w, r)
		return
	}
	wanted, ok := wants(r, &s.route, j.theme)
	if !ok {
		s.site(w, r)
		return
	}
	if p, good = s.cache.get(s.tick(), r, wanted); good == fresh {
		p.serve(s.tick(), w, r)
		return
	}
	if good == unkept {
		s.site(w, r)
		return
	}
	at := s.cache.board(wanted)
	switch {
	case at.leads:
		p = s.cache.fill(s.tick, at, s.names, w, r, s.site)
	case good == stale:
	default:
		if p = at.wait(r.Context()); p == nil {
			s.site(w, r)
		}
	}
	if p != nil {
		p.serve(s.tick(), w, r)
	}
}

func (s *shop) get(uri string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", uri, nil)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// listing is a page of a site that says how long it may be kept.
func listing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Surrogate-Control", "max-age=60, stale-while-revalidate=30")
	w.Header().Set("Surrogate-Key", "listing-1 supplier-tarsus")
	fmt.Fprintf(w, "%s %s %s", r.URL, r.Header.Get("Cookie"), strings.Repeat("checked cotton shirt ", 200))
}

func TestPageIsMadeOnceForAllSpellings(t *testing.T) {
	for _, c := range []struct {
		name   string
		second string
		fields []string
		made   int64
	}{
		{"the same address", "/listings/1?cur=EUR&q=a+b", nil, 1},
		{"parameters in another order", "/listings/1?q=a+b&cur=EUR", nil, 1},
		{"another spelling of a letter", "/listings/%31?cur=EU%52&q=a%20b", nil, 1},
		{"parameters that make no difference", "/listings/1?utm_source=x&cur=EUR&q=a+b&fbclid=1", nil, 1},
		{"the host in capitals", "http://EXAMPLE.com/listings/1?cur=EUR&q=a+b", nil, 1},
		{"a visitor with cookies of their own", "/listings/1?cur=EUR&q=a+b", []string{"Cookie", "kontor_session=secret; kontor_visitor=x"}, 1},
		{"a random Accept", "/listings/1?cur=EUR&q=a+b", []string{"Accept", "text/x-random"}, 1},
		{"another theme", "/listings/1?cur=EUR&q=a+b", []string{"Cookie", "kontor_theme=dark"}, 2},
		{"another name of the house, as anybody may send", "http://other.example/listings/1?cur=EUR&q=a+b", nil, 1},
		{"another value", "/listings/1?cur=EUR&q=a+c", nil, 2},
		{"a slash that belongs to a name, which is not kept", "/listings%2F1?cur=EUR&q=a+b", nil, 3},
		{"a part for a script", "/listings/1?cur=EUR&q=a+b", []string{"HX-Request", "true"}, 2},
		{"a program with its key, which is not answered from memory", "/listings/1?cur=EUR&q=a+b", []string{"Authorization", "Bearer x"}, 3},
	} {
		s := newShop(1<<20, listing)
		s.get("/listings/1?cur=EUR&q=a+b")
		s.get(c.second, c.fields...)
		s.get(c.second, c.fields...)
		if got := s.made.Load(); got != c.made {
			t.Errorf("%s: the site made the page %d times, want %d", c.name, got, c.made)
		}
	}
}

func TestKeptPageHoldsNothingOfItsFirstVisitor(t *testing.T) {
	var seen http.Request
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		seen = *r
		w.Header().Set("Kontor-Reference", "7F3K-2Q9X")
		listing(w, r)
	})
	first := s.get("/listings/1?cur=EUR&evil=<script>", "Cookie", "kontor_session=secret; kontor_theme=dark; kontor_cart=1", "X-Forwarded-Host", "evil.example", "Referer", "https://evil.example", "Accept-Encoding", "gzip", "If-None-Match", `"x"`, "Range", "bytes=0-1")
	if seen.URL.RawQuery != "cur=EUR" || seen.RequestURI != "/listings/1?cur=EUR" {
		t.Errorf("the site was asked for %q (%q): what is not in the key shows in everybody's page", seen.URL, seen.RequestURI)
	}
	if len(seen.Header) != 1 || seen.Header.Get("Cookie") != "kontor_theme=dark" {
		t.Errorf("the site was told of the first visitor: %v", seen.Header)
	}
	for _, w := range []*httptest.ResponseRecorder{first, s.get("/listings/1?cur=EUR", "Cookie", "kontor_theme=dark")} {
		for _, name := range []string{"Kontor-Reference", "Surrogate-Control", "Surrogate-Key", "Set-Cookie"} {
			if got := w.Header().Get(name); got != "" {
				t.Errorf("%s: %s reached a visitor", name, got)
			}
		}
	}
}

func TestPageGrowsOld(t *testing.T) {
	s := newShop(1<<20, listing)
	s.get("/listings/1")
	r := httptest.NewRequest("GET", "/listings/1", nil)
	for _, c := range []struct {
		age  time.Duration
		want freshness
		text string
	}{
		{0, fresh, "0"}, {59 * time.Second, fresh, "59"}, {60 * time.Second, stale, "60"}, {89 * time.Second, stale, "89"},
		{90 * time.Second, old, "90"}, {119 * time.Second, old, "119"}, {120 * time.Second, missing, ""},
	} {
		now := tick(c.age)
		p, good := s.cache.find(now, r, 0)
		if good != c.want {
			t.Errorf("after %s the page is good for %d, want %d", c.age, good, c.want)
		}
		if p != nil {
			w := httptest.NewRecorder()
			p.serve(now, w, r)
			if got := w.Header().Get("Age"); got != c.text {
				t.Errorf("after %s its Age is %q, want %q", c.age, got, c.text)
			}
		}
	}
}

func TestOneRenewsWhileOthersGetTheOldPage(t *testing.T) {
	making, proceed := make(chan bool), make(chan bool)
	slow := false
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		if slow {
			making <- true
			<-proceed
		}
		listing(w, r)
	})
	s.get("/listings/1")
	s.pass(70 * time.Second)
	slow = true
	var leader sync.WaitGroup
	leader.Go(func() { s.get("/listings/1") })
	<-making
	if w := s.get("/listings/1"); w.Code != 200 || w.Header().Get("Age") != "70" {
		t.Errorf("whoever comes while a page is renewed gets %d, %s old", w.Code, w.Header().Get("Age"))
	}
	close(proceed)
	leader.Wait()
	if w := s.get("/listings/1"); w.Header().Get("Age") != "0" || s.made.Load() != 2 {
		t.Errorf("the renewed page is %s s old, and was made %d times", w.Header().Get("Age"), s.made.Load())
	}
}

func TestMissesOfOnePageAreOneRequest(t *testing.T) {
	proceed := make(chan bool)
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		<-proceed
		listing(w, r)
	})
	var all sync.WaitGroup
	var served atomic.Int64
	for range 50 {
		all.Go(func() {
			if s.get("/listings/1").Code == 200 {
				served.Add(1)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	close(proceed)
	all.Wait()
	if s.made.Load() != 1 || served.Load() != 50 {
		t.Errorf("50 visitors at once: the site made %d pages and %d were served", s.made.Load(), served.Load())
	}
}

func TestDropTakesOutWhatAnEventChanged(t *testing.T) {
	s := newShop(1<<20, listing)
	s.get("/listings/1")
	s.cache.drop("supplier-other", "listing-2")
	s.get("/listings/1")
	if s.made.Load() != 1 {
		t.Error("a page was dropped by a tag that it does not bear")
	}
	s.cache.drop("listing-1")
	if bytes, pages := s.cache.size(); bytes != 0 || pages != 0 {
		t.Errorf("%d bytes and %d pages are left after the drop", bytes, pages)
	}
	s.get("/listings/1")
	if s.made.Load() != 2 {
		t.Error("visitors still see a page after what it shows has changed")
	}
	if len(s.cache.tagged.entries) != 2 {
		t.Errorf("the tags of one page are held %d times", len(s.cache.tagged.entries))
	}
}

func TestPageReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	var s *shop
	var late sync.WaitGroup
	joined := make(chan *httptest.ResponseRecorder, 1)
	s = newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		if s.made.Load() == 1 {
			s.cache.drop("listing-1") // while the page is being made from what was
			late.Go(func() { joined <- s.get("/listings/1") })
			for s.waiting() == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		listing(w, r)
	})
	s.get("/listings/1")
	late.Wait()
	if _, pages := s.cache.size(); pages > 0 || s.made.Load() != 2 {
		t.Errorf("a supplier changes a price and sees the old one: made %d times, %d kept", s.made.Load(), pages)
	}
	if w := <-joined; w.Code != 200 {
		t.Errorf("whoever came after the change got %d", w.Code)
	}
}

func (s *shop) waiting() (n int) {
	s.cache.boarded.mu.Lock()
	defer s.cache.boarded.mu.Unlock()
	for _, f := range s.cache.boarded.flights {
		n += f.aboard - 1
	}
	return n
}

func TestNobodyWaitsForWhatIsNotKept(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "basket", Value: "1"})
		listing(w, r)
	})
	for range 3 {
		if w := s.get("/listings/1"); w.Code != 200 || w.Header().Get("Set-Cookie") == "" {
			t.Fatalf("an answer that is not kept came as %d %v", w.Code, w.Header())
		}
	}
	r := httptest.NewRequest("GET", "/listings/1", nil)
	wanted, _ := wants(r, &s.route, 0)
	if _, good := s.cache.get(s.tick(), r, wanted); good != unkept {
		t.Error("each visitor waits for the one before, and in vain")
	}
	s.pass(6 * time.Second)
	if _, good := s.cache.get(s.tick(), r, wanted); good != missing {
		t.Error("an address that was not kept once is never kept again")
	}
}

func TestWhoHasAPlaceMakesThePageForAll(t *testing.T) {
	s := newShop(1<<20, listing)
	r := httptest.NewRequest("GET", "/listings/1", nil)
	wanted, _ := wants(r, &s.route, 0)
	first, second, third := s.cache.board(wanted), s.cache.board(wanted), s.cache.board(wanted)
	if !first.leads || second.leads || second.making() {
		t.Fatal("whoever comes first leads, and has not begun")
	}
	if !second.begin() || !third.making() || first.begin() {
		t.Fatal("the first with a place makes the page, and nobody else")
	}
	s.cache.land(first, nil, 0) // turned away
	select {
	case <-first.flight.done:
		t.Fatal("one who is turned away ends it for the others")
	default:
	}
	if p := s.cache.fill(s.tick, second, s.names, httptest.NewRecorder(), r, s.site); p == nil {
		t.Fatal("no page was made")
	}
	for _, at := range []seat{first, third} {
		if at.wait(t.Context()) == nil {
			t.Error("who waited for a page that was made gets none")
		}
	}
}

func TestFlightThatEverybodyLeftIsForgotten(t *testing.T) {
	s := newShop(1<<20, listing)
	wanted, _ := wants(httptest.NewRequest("GET", "/listings/1", nil), &s.route, 0)
	first, second := s.cache.board(wanted), s.cache.board(wanted)
	s.cache.land(first, nil, 0)
	s.cache.land(second, nil, 0)
	if again := s.cache.board(wanted); !again.leads {
		t.Error("a page that nobody makes is waited for")
	}
	if second.wait(t.Context()) != nil {
		t.Error("a page comes from nowhere")
	}
}

func TestMakerThatPanicsLeavesNobodyWaiting(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	func() {
		defer func() { _ = recover() }()
		s.get("/listings/1")
	}()
	if n := len(s.cache.boarded.flights); n != 0 {
		t.Errorf("%d pages are being made for ever", n)
	}
}

// TestCacheStaysWithinItsBound keeps random pages and checks the books after
// each step.
func TestCacheStaysWithinItsBound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const most = 256 << 10
		s := newShop(most, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("Surrogate-Key", "q-"+r.URL.Query().Get("q"))
			w.Write(make([]byte, len(r.URL.Path)*700))
		})
		steps := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 200).Draw(rt, "steps")
		for i, n := range steps {
			if n%10 == 9 {
				s.cache.drop(fmt.Sprintf("q-%d", n%7))
			} else {
				s.get(fmt.Sprintf("/%s?q=%d", strings.Repeat("a", n%40), n%7))
			}
			if n%4 == 0 {
				s.pass(20 * time.Second)
			}
			bytes, pages := s.cache.size()
			if bytes > most || bytes < 0 {
				rt.Fatalf("step %d: %d bytes are kept, the bound is %d", i, bytes, most)
			}
			if sum, n := s.count(); sum != bytes || n != pages {
				rt.Fatalf("step %d: the books say %d bytes of %d pages, there are %d of %d", i, bytes, pages, sum, n)
			}
		}
	})
}

// count walks the queues and the tags.
func (s *shop) count() (bytes int64, pages int) {
	tagged := 0
	for i := range s.cache.shelves {
		sh := &s.cache.shelves[i]
		for _, q := range []*queue{&sh.small, &sh.main} {
			for e := q.first; e != nil; e = e.next {
				bytes += e.page.Load().bytes
				pages++
			}
		}
	}
	for _, set := range s.cache.tagged.entries {
		tagged += len(set)
	}
	if tagged != pages { // each page bears one tag
		return -1, -1
	}
	return bytes, pages
}

func TestWhoMayBeSignedInIsNotAnsweredByTheAddressAlone(t *testing.T) {
	s := newShop(1<<20, listing)
	s.route.Guests = true // a foreign site: its pages are a guest's only without its cookies
	s.get("/listings/1")
	s.get("/listings/1")
	if p, _ := s.cache.find(s.tick(), httptest.NewRequest("GET", "/listings/1", nil), 0); p != nil {
		t.Error("a customer of a foreign site sees the page of a stranger")
	}
	if s.made.Load() != 1 {
		t.Errorf("the page was made %d times", s.made.Load())
	}
}

// TestCacheHoldsAboutWhatItCounts compares the books with the heap.
func TestCacheHoldsAboutWhatItCounts(t *testing.T) {
	const most = 8 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := newShop(most, listing)
	for i := range 6_000 {
		s.get(fmt.Sprintf("/listings/%d", i))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	held, _ := s.cache.size()
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); held < most*9/10 || grown > most*12/10+1<<20 {
		t.Errorf("the books say %d bytes of %d, the heap grew by %d", held, most, grown)
	}
	runtime.KeepAlive(s)
}

func TestFloodOfRandomAddressesDrivesNothingOut(t *testing.T) {
	s := newShop(1<<20, listing)
	popular := func() {
		for i := range 20 {
			s.get(fmt.Sprintf("/listings/%d", i))
		}
	}
	for range 3 {
		popular()
	}
	for i := range 5_000 {
		s.get(fmt.Sprintf("/listings/1?q=%d", i))
		if i%50 == 0 {
			popular()
		}
	}
	before := s.made.Load()
	popular()
	if again := s.made.Load() - before; again > 1 {
		t.Errorf("%d of 20 pages that people come for were driven out by addresses that are asked for once", again)
	}
}

func TestHitAllocatesNothing(t *testing.T) {
	s := newShop(1<<20, listing)
	s.get("/listings/1?cur=EUR")
	r := httptest.NewRequest("GET", "/listings/1?cur=EUR", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	r.Header.Set("Cookie", "kontor_visitor=x; kontor_theme=")
	w := &discard{header: http.Header{}}
	if n := testing.AllocsPerRun(1_000, func() {
		j := s.names.read(r.Header["Cookie"])
		p, _ := s.cache.find(s.tick(), r, j.theme)
		p.serve(s.tick(), w, r)
	}); n > 0 {
		t.Errorf("a hit allocates %.1f times", n)
	}
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

func TestCacheIsSafeAtOnce(t *testing.T) {
	s := newShop(1<<20, listing)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 400 {
				if (i+g)%40 == 0 {
					s.cache.drop("listing-1")
				}
				if (i+g)%60 == 0 {
					s.pass(20 * time.Second)
				}
				if w := s.get(fmt.Sprintf("/listings/%d?q=%d", i%30, i%3)); w.Code != 200 {
					t.Errorf("a visitor got %d", w.Code)
				}
			}
		})
	}
	all.Wait()
	if sum, _ := s.cache.size(); sum > 1<<20 {
		t.Errorf("%d bytes are kept", sum)
	}
}

func BenchmarkHit(b *testing.B) {
	s := newShop(1<<20, listing)
	s.get("/listings/1?cur=EUR")
	r := httptest.NewRequest("GET", "/listings/1?cur=EUR", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		p, _ := s.cache.find(1, r, 0)
		p.serve(1, w, r)
	}
}

func BenchmarkHitByAnotherSpelling(b *testing.B) {
	s := newShop(1<<20, listing)
	s.get("/listings/1?cur=EUR")
	r := httptest.NewRequest("GET", "/listings/1?cur=EUR&utm_source=letter", nil)
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		wanted, _ := wants(r, &s.route, 0)
		p, _ := s.cache.get(1, r, wanted)
		p.serve(1, w, r)
	}
}
