package shield

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stall is a small site behind a shield with so many workers, each of which takes a while.
type stall struct {
	*Shield
	workers chan struct{}
	took    time.Duration
	asked   atomic.Int64
}

func (s *stall) Route(method, path string) Route {
	switch {
	case path == "/":
		return Route{Name: "GET /", Entry: true, Public: true, Query: []string{"q"}}
	case path == "/own":
		return Route{Name: "GET /own"}
	case path == "/pay":
		return Route{Name: method + " /pay", Payment: true}
	case path == "/status":
		return Route{Name: "GET /status", Free: true}
	}
	return Route{Name: "none"}
}

func (s *stall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	s.workers <- struct{}{}
	time.Sleep(s.took)
	<-s.workers
	if r.URL.Path == "/" {
		w.Header().Set("Surrogate-Control", "max-age=60")
		w.Header().Set("Surrogate-Key", "home")
	}
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "page %s %s", r.URL.Path, body)
}

func openStall(t *testing.T, set Settings, workers int, took time.Duration) *stall {
	t.Helper()
	site := &stall{workers: make(chan struct{}, workers), took: took}
	site.Shield = openStallFor(t, set, site)
	return site
}

func openStallFor(t testing.TB, set Settings, site Site) *Shield {
	return openAt(t, set, site, time.Now)
}

func openAt(t testing.TB, set Settings, site Site, clock func() time.Time) *Shield {
	t.Helper()
	set.Key = []byte(strings.Repeat("k", 32))
	if set.Memory == 0 {
		set.Memory = leastMemory
	}
	s, err := New(set, site, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// visit is a request from an address, with cookies.
func (s *stall) visit(method, path, from string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from + ":4000"
	r.Header.Set("Accept", "text/html")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.Shield.ServeHTTP(w, r)
	return w
}

// member is the cookie of somebody who is signed in.
func (s *stall) standingCookie(t *testing.T, class Class, account string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	s.Raise(w, r, Standing{Class: class, Account: account, For: time.Hour})
	for _, c := range w.Result().Cookies() {
		if c.Name == standingCookie {
			return c
		}
	}
	t.Fatal("nobody was given a standing")
	return nil
}

func TestAPageForAllIsMadeOnceAndServedFromMemory(t *testing.T) {
	s := openStall(t, Settings{}, 1, time.Millisecond)
	var visits sync.WaitGroup
	for i := range 20 {
		visits.Go(func() {
			if w := s.visit("GET", "/?utm=1", fmt.Sprintf("192.0.2.%d", i)); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "page /") {
				t.Errorf("a visitor got %d %q", w.Code, w.Body)
			}
		})
	}
	visits.Wait()
	if n := s.asked.Load(); n != 1 {
		t.Errorf("the site made the page %d times for visitors who came together", n)
	}
	s.Drop("home")
	s.visit("GET", "/", "192.0.2.77")
	if n := s.asked.Load(); n != 2 {
		t.Errorf("after a change the site was asked %d times in all: visitors see the old page", n)
	}
}

func TestWhoeverIsPayingIsServedWhileGuestsAreTurnedAway(t *testing.T) {
	s := openStall(t, Settings{}, 4, 20*time.Millisecond)
	payer := s.standingCookie(t, Paying, "buyer")
	stop := make(chan struct{})
	var flood sync.WaitGroup
	var refused atomic.Int64
	for i := range 200 {
		flood.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				w := s.visit("GET", "/own", fmt.Sprintf("198.51.%d.%d", i, n%200))
				if w.Code != 200 {
					refused.Add(1)
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	for range 20 {
		if w := s.visit("POST", "/pay", "203.0.113.9", payer); w.Code != 200 {
			t.Errorf("a payment that had begun was answered %d under a flood: %s", w.Code, w.Body)
		}
	}
	close(stop)
	flood.Wait()
	if refused.Load() == 0 {
		t.Error("nobody was turned away: this was no flood, and nothing is shown")
	}
}

func TestAForgedOrRevokedStandingIsWorthNothing(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	good := s.standingCookie(t, Member, "somebody")
	a := &ask{}
	class := func(c *http.Cookie) Class {
		r := httptest.NewRequest("GET", "/own", nil)
		r.AddCookie(c)
		*a = ask{at: time.Now()}
		s.know(a, r, s.tick())
		return a.class
	}
	if got := class(good); got != Member {
		t.Fatalf("a member counts as %v", got)
	}
	forged := *good
	forged.Value = forged.Value[:len(forged.Value)-2] + "AA"
	if got := class(&forged); got != Guest {
		t.Errorf("a forged standing counts as %v", got)
	}
	time.Sleep(2 * time.Millisecond)
	s.Revoke("somebody")
	if got := class(good); got != Guest {
		t.Errorf("a standing that was taken away counts as %v", got)
	}
	time.Sleep(2 * time.Millisecond)
	if got := class(s.standingCookie(t, Member, "somebody")); got != Member {
		t.Errorf("somebody who signed in anew counts as %v", got)
	}
}

func TestASourceThatGoesOnIsBannedAndAKnownOneIsNot(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	for range 3_000 {
		s.visit("GET", "/own", "198.51.100.7")
	}
	if w := s.visit("GET", "/own", "198.51.100.7"); w.Code != http.StatusForbidden {
		t.Errorf("a source that sent thousands is answered %d", w.Code)
	}
	if len(s.Bans()) != 1 {
		t.Errorf("bans: %v", s.Bans())
	}
	member := s.standingCookie(t, Member, "colleague")
	s.visit("GET", "/own", "198.51.100.8", member)
	for range 3_000 {
		s.visit("GET", "/own", "198.51.100.8")
	}
	if w := s.visit("GET", "/own", "198.51.100.8", member); w.Code != http.StatusOK {
		t.Errorf("a member is answered %d because of a bad machine behind the same address", w.Code)
	}
	for _, b := range s.Bans() {
		if strings.HasPrefix(b.Prefix.String(), "198.51.100.8") {
			t.Error("the address of a member was banned as a whole")
		}
	}
}

func TestARefusalNamesANumberByWhichItIsMended(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	var ref string
	for range 1_000 {
		if w := s.visit("GET", "/own", "198.51.100.7"); w.Code != http.StatusOK {
			ref = w.Header().Get("Kontor-Reference")
			if !strings.Contains(w.Body.String(), ref) || w.Body.Len() >= 2_048 || w.Header().Get("Retry-After") == "" {
				t.Fatalf("a refusal of %d bytes does not tell its reader what to do: %s", w.Body.Len(), w.Body)
			}
			break
		}
	}
	d, ok := s.Find(ref)
	if !ok || d.Source.String() != "198.51.100.7" || d.Route != "GET /own" || d.Why != ReasonOverLimit {
		t.Fatalf("the number %q leads to %+v", ref, d)
	}
	if err := s.Let(prefixOf(d.Source, widthNarrow), time.Hour); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if w := s.visit("GET", "/own", "198.51.100.7"); w.Code != http.StatusOK {
			t.Fatalf("a visitor who was let through is answered %d", w.Code)
		}
	}
}

func TestInShadowNobodyIsTurnedAwayAndAllIsCounted(t *testing.T) {
	s := openStall(t, Settings{Mode: Shadow}, 4, 0)
	for range 3_000 {
		if w := s.visit("GET", "/own", "198.51.100.7"); w.Code != http.StatusOK {
			t.Fatalf("in shadow a visitor is answered %d", w.Code)
		}
	}
	s.second()
	would := int64(0)
	for _, c := range s.Now().Classes {
		would += c.Would
	}
	if would == 0 {
		t.Error("shadow counts nothing: its operator learns nothing before turning it on")
	}
}

func TestAPageFullOfPicturesFromMemoryIsNoFlood(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	for page := range 40 { // an office looks at forty pages of thirty pictures in a moment
		for range 30 {
			if w := s.visit("GET", "/", "198.51.100.7"); w.Code != http.StatusOK {
				t.Fatalf("page %d: a kept picture is answered %d: an office would be shut out", page, w.Code)
			}
		}
	}
}

func TestACopiedCookieMakesFewAddressesKnown(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	now := time.Now().UnixMilli()
	copied := &http.Cookie{Name: visitorCookie, Value: s.tokens.visitor(visitor{id: 9, born: now, last: now, human: passAfter})}
	known := 0
	for i := range 60 {
		from := fmt.Sprintf("198.51.100.%d", i)
		s.visit("GET", "/", from, copied)
		if s.known.has(s.tick(), s.hash.source(netip.MustParseAddr(from)).narrow) {
			known++
		}
	}
	if known == 0 || known > 3*mostAddresses {
		t.Errorf("one cookie made %d of 60 addresses known: bans would not hold for them", known)
	}
}

func TestAnEndedPaymentIsAMembersAgain(t *testing.T) {
	s := openStall(t, Settings{}, 4, 0)
	c := s.standingCookie(t, Paying, "buyer")
	s.Paid("buyer")
	r := httptest.NewRequest("GET", "/own", nil)
	r.AddCookie(c)
	a := &ask{at: time.Now()}
	s.know(a, r, s.tick())
	if a.class != Member {
		t.Errorf("after the payment its cookie still makes a %v", a.class)
	}
}
