package web

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"kontor/shield"
	"kontor/watch"
	"kontor/web/words"
)

// guarded is the house's pages as the shield sees them.
type guarded struct {
	http.Handler
	*Site
}

func (g guarded) Route(method, path string) shield.Route { return g.Site.Route(method, path) }

// guard puts a shield before the house, which asks it as it does when it
// trades, and an incident on its desk.
func (h *testHouse) guard(t testing.TB) watch.Incident {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	s, err := shield.New(shield.Settings{Key: key, Memory: 8 << 20, CacheBytes: 1 << 20, Pools: GatePools(), StatusPath: StatusPath}, guarded{h.handler, h.Site}, h.Now, h.Log)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	desk, err := watch.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	must(t, err)
	h.Gate, h.Incidents = s, desk
	for n := range 3 {
		x := shield.Second{At: h.Now().Add(time.Duration(n) * time.Second), Pressure: shield.Siege, Routes: map[string]int64{"GET /search": 900}, Sources: []shield.Source{{Prefix: netip.MustParsePrefix("198.51.100.9/32"), Refused: 900}}}
		x.Classes[shield.Guest] = shield.Tally{Offered: 1_000, Served: 100, Refused: 900}
		x.Classes[shield.Member] = shield.Tally{Offered: 50, Served: 50}
		desk.See(x)
	}
	list := desk.List()
	if len(list) != 1 {
		t.Fatalf("%d incidents on the desk; want one", len(list))
	}
	return list[0]
}

// besiege has one source ask until it is refused and a second has told of it,
// and returns the number that it was given.
func (h *testHouse) besiege(t testing.TB, source string) string {
	t.Helper()
	ref := ""
	for began := time.Now(); time.Since(began) < 20*time.Second; {
		for range 200 {
			if w := h.pass(t, source, "/suppliers"); w.Code == http.StatusTooManyRequests {
				ref = w.Header().Get("Kontor-Reference")
			}
		}
		if ref != "" && refusedIn(h.Gate.Now()) > 0 {
			return ref
		}
	}
	t.Fatal("nobody is turned away: a flood is not seen")
	return ""
}

// pass sends a request through the shield.
func (h *testHouse) pass(t testing.TB, source, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
	r.RemoteAddr = source + ":40000"
	w := httptest.NewRecorder()
	h.Gate.(*shield.Shield).ServeHTTP(w, r)
	return w
}

func TestTheOperatorSeesTheSiegeAndLetsAVisitorThrough(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	const source = "203.0.113.77"
	ref := h.besiege(t, source)
	w := h.open(t, anOperator, "GET", "/house/shield", nil)
	for _, want := range []string{"The house is trading.", "Nothing to do.", source + " turned away: ", ref, "is open.", `hx-sse:connect="/house/shield/stream"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the operator does not read %q under siege: %.3000s", want, inMain(w.Body.String()))
		}
	}
	typed := strings.ToLower(strings.ReplaceAll(ref, "-", " "))
	w = h.open(t, anOperator, "GET", "/house/shield?ref="+url.QueryEscape(typed), nil)
	if !strings.Contains(w.Body.String(), source+"/32") || !strings.Contains(w.Body.String(), "Let through for a day") {
		t.Errorf("the number %q, as it is read out, does not tell whom it stands for: %.3000s", typed, inMain(w.Body.String()))
	}
	if w = h.open(t, anOperator, "POST", "/house/shield/let", url.Values{"ref": {ref}}); w.Code != http.StatusSeeOther {
		t.Fatalf("let through: %d %.600s", w.Code, inMain(w.Body.String()))
	}
	for n := range 400 {
		if w := h.pass(t, source, "/suppliers"); w.Code != http.StatusOK {
			t.Fatalf("whoever was let through is turned away again after %d pages: %d", n, w.Code)
		}
	}
}

func TestABanIsMadeNamedAndLifted(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	for text, want := range map[string]string{"192.0.2.0/24": "192.0.2.0/24", " 2001:db8:7::1 ": "2001:db8:7::1/128", "::ffff:198.51.100.4": "198.51.100.4/32"} {
		form := url.Values{"prefix": {text}, "reason": {"Reads all prices."}}
		if w := h.open(t, anOperator, "POST", "/house/shield/ban", form); w.Code != http.StatusSeeOther {
			t.Fatalf("ban of %q: %d %.900s", text, w.Code, inMain(w.Body.String()))
		}
		if body := h.open(t, anOperator, "GET", "/house/shield", nil).Body.String(); !strings.Contains(body, want) || !strings.Contains(body, "Reads all prices.") || !strings.Contains(body, "an operator") {
			t.Errorf("the ban of %q is not shown with its reason and author", text)
		}
		for range 2 { // a double click lifts once
			if w := h.open(t, anOperator, "POST", "/house/shield/lift", url.Values{"prefix": {want}}); w.Code != http.StatusSeeOther {
				t.Fatalf("lift %s: %d", want, w.Code)
			}
		}
	}
	if left := h.Gate.Bans(); len(left) != 0 {
		t.Errorf("bans that were lifted hold on: %v", left)
	}
	for _, text := range []string{"0.0.0.0/0", "::/0", "fe80::1%eth0", "203.0.113.7/33", "nobody"} {
		if w := h.open(t, anOperator, "POST", "/house/shield/ban", url.Values{"prefix": {text}, "reason": {"x"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a ban of %q: got %d, want it refused", text, w.Code)
		}
	}
}

// listen opens the stream through the shield, as a browser does, and gives its
// events' data.
func (h *testHouse) listen(t *testing.T) <-chan string {
	t.Helper()
	server := httptest.NewServer(h.Gate.(*shield.Shield))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/house/shield/stream", nil)
	must(t, err)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: h.people[anOperator].session})
	answer, err := server.Client().Do(r)
	must(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("the stream: got %d %s", answer.StatusCode, got)
	}
	events := make(chan string, 16)
	go func() {
		defer close(events)
		var event strings.Builder
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				event.WriteString(data)
				continue
			}
			events <- event.String()
			event.Reset()
		}
	}()
	return events
}

func TestTheLivePageRenewsItselfEachSecond(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	ending := make(chan struct{})
	h.Ending = ending
	events := h.listen(t)
	for n := range 2 {
		select {
		case event, open := <-events:
			if !open || !strings.Contains(event, "The house is trading.") || strings.Contains(event, "<html") {
				t.Fatalf("event %d is not the page's live part: %.400s", n, event)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no event in ten seconds: the page stands still")
		}
	}
	close(ending)
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if _, open := <-events; !open {
			return
		}
	}
	t.Error("the stream goes on while the house ends, which has to wait for it")
}

func TestTheLivePageEndsWithItsSession(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	began := time.Now()
	h.Now = func() time.Time { return began.Add(time.Since(began) * 20) } // so that the session is looked at each second
	events := h.listen(t)
	<-events
	h.open(t, anOperator, "POST", "/sign-out", url.Values{})
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if _, open := <-events; !open {
			return
		}
	}
	t.Error("whoever signed out goes on watching the house")
}

func TestOnlySoManyWatch(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	for range 1_000 {
		stop, err := h.Gate.Watch(make(chan shield.Second, 1))
		if err != nil {
			if w := h.open(t, anOperator, "GET", "/house/shield/stream", nil); w.Code != http.StatusNoContent {
				t.Errorf("one too many: got %d, want 204, which leaves the page as it is", w.Code)
			}
			return
		}
		defer stop()
	}
	t.Error("a thousand streams are open: nothing bounds them")
}

func TestWithoutAShieldThereIsNothingToSee(t *testing.T) {
	h := openTestHouse(t, "")
	for _, path := range []string{"/house/shield", "/house/shield/stream", "/house/incidents", "/house/incidents/2026-11-23-1"} {
		if w := h.open(t, anOperator, "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s without a shield: got %d, want 404", path, w.Code)
		}
	}
	if w := h.open(t, aGuest, "GET", "/status", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Open, trading normally") {
		t.Errorf("the foot's link to the status page leads nowhere: %d", w.Code)
	}
}

func TestAxesEndInRoundNumbers(t *testing.T) {
	for v, want := range map[float64]float64{0: 2, 1: 2, 3: 4, 7: 10, 11: 20, 39: 40, 52_300: 100_000, 150_000: 200_000} {
		if got := roundUp(v); got != want {
			t.Errorf("an axis for %v ends at %v, want %v", v, got, want)
		}
	}
}

func TestRulesInShadowAreNamed(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	h.Shadow = shield.Rules()
	body := h.open(t, anOperator, "GET", "/house/shield", nil).Body.String()
	for _, rule := range shield.Rules() {
		if want := words.For(words.First).T("siege.rule_" + string(rule)); strings.HasPrefix(want, "siege.") || !strings.Contains(body, want) {
			t.Errorf("the rule %s only counts, and the operator is not told", rule)
		}
	}
}

func TestEveryDecisionHasItsWords(t *testing.T) {
	w := words.For(words.First)
	for reason := shield.ReasonNone; reason <= shield.ReasonTooSlow; reason++ {
		for _, c := range shield.Classes() {
			d := decided(w, shield.Decision{Ref: "7F3K-2Q9X", Source: netip.MustParseAddr("2001:db8::1"), Why: reason, Class: c, Route: "GET /search", Shape: "one route", Count: 3})
			if text := fmt.Sprint(d); strings.Contains(text, "siege.") {
				t.Errorf("a visitor of class %s refused for %s reads %q", c, reason, text)
			}
		}
	}
}

func TestPointsOfADrawingKeepTheirPlace(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 7, 0, time.UTC)
	var seconds []shield.Second
	for n := range 30 {
		seconds = append(seconds, shield.Second{At: at.Add(time.Duration(n) * time.Second)})
	}
	var lengths []int
	for part := range parts(seconds) {
		lengths = append(lengths, len(part))
		for _, x := range part {
			if x.At.Truncate(10*time.Second) != part[0].At.Truncate(10*time.Second) {
				t.Errorf("%v and %v are one point: a second later the drawing looks otherwise", x.At, part[0].At)
			}
		}
	}
	if fmt.Sprint(lengths) != "[3 10 10 7]" {
		t.Errorf("parts of %v seconds", lengths)
	}
}

func TestAShieldThatIsOffClaimsNothing(t *testing.T) {
	h := openTestHouse(t, "")
	for mode, want := range map[shield.Mode]string{shield.Off: "The shield is off.", shield.Shadow: "turns nobody away"} {
		s, err := shield.New(shield.Settings{Mode: mode, Key: make([]byte, 32), Memory: 8 << 20}, guarded{h.handler, h.Site}, h.Now, h.Log)
		must(t, err)
		h.Gate = s
		body := h.open(t, anOperator, "GET", "/house/shield", nil).Body.String()
		if !strings.Contains(body, want) || mode == shield.Off && strings.Contains(inMain(body), "is trading") {
			t.Errorf("with the shield %s the operator does not read %q", mode, want)
		}
		must(t, s.Close())
	}
}
