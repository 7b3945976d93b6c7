package web

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"kontor/shield"
	"kontor/web/words"
)

func TestTheStatusPageIsSmallAndTellsNothingOfAnybody(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	w := h.open(t, aBuyer, "GET", "/status", nil)
	body := w.Body.String()
	if len(body) > 20_000 {
		t.Errorf("the page has %d bytes; while the house is short it must stay below 20,000", len(body))
	}
	for _, want := range []string{"Looking and searching", "Ordering and paying", "attack on the site", "100%"} {
		if !strings.Contains(body, want) {
			t.Errorf("the public does not read %q: %.3000s", want, inMain(body))
		}
	}
	for _, secret := range []string{"198.51.100.9", "GET /search", "Lindgren", "900"} {
		if strings.Contains(inMain(body), secret) {
			t.Errorf("the public reads %q", secret)
		}
	}
	if got := w.Header().Get("Cache-Control"); !strings.HasPrefix(got, "public") || len(w.Result().Cookies()) > 0 {
		t.Errorf("the page can't be kept by caches: %q", got)
	}
	if home := h.open(t, aGuest, "GET", "/suppliers", nil).Body.String(); !strings.Contains(home, `href="/status"`) {
		t.Error("no page leads to the status page")
	}
}

func TestTheStatusPageNeedsNoPlace(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	for _, path := range []string{"/status", "/house/shield/stream"} {
		if !h.Route("GET", path).Free {
			t.Errorf("%s waits for a place while the house is full", path)
		}
	}
	v := &visit{}
	for range runtime.GOMAXPROCS(0) {
		must(t, h.permits.take(t.Context(), v))
	}
	answered := make(chan int, 1)
	go func() { answered <- h.open(t, aGuest, "GET", "/status", nil).Code }()
	select {
	case status := <-answered:
		if status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	case <-time.After(10 * time.Second):
		t.Error("the status page waits for other pages to be made")
	}
}

func TestTheDayIsToldInQuartersOfAnHour(t *testing.T) {
	now := time.Date(2026, 11, 23, 15, 50, 0, 0, time.UTC)
	var h history
	see := func(ago time.Duration, p shield.Pressure, guests, members shield.Tally) {
		x := shield.Second{At: now.Add(-ago), Pressure: p}
		x.Classes[shield.Guest], x.Classes[shield.Member] = guests, members
		h.see(x)
	}
	all, none, most := shield.Tally{Offered: 100, Served: 60, Cached: 40}, shield.Tally{Offered: 100, Refused: 100}, shield.Tally{Offered: 100, Served: 95, Refused: 5}
	see(30*time.Hour, shield.Calm, none, none) // too long ago
	see(3*time.Hour, shield.Calm, all, all)
	see(2*time.Hour, shield.Siege, none, most)
	see(2*time.Hour-time.Second, shield.Siege, all, all)
	see(time.Minute, shield.Calm, shield.Tally{}, shield.Tally{})
	quarters, begun := h.day(now)
	if len(quarters) != 96 || !begun.Equal(now.Add(-30*time.Hour)) {
		t.Fatalf("%d quarters, known since %v", len(quarters), begun)
	}
	known := 0
	for _, q := range quarters {
		if !q.at.IsZero() {
			known++
		}
	}
	if known != 3 {
		t.Errorf("%d quarters are known, want 3: what was seen a day earlier must not count for today", known)
	}
	w := words.For(words.First)
	looking := statusPart(w, "looking", share{100, 40}, quarters, func(q quarter) share { return q.looking })
	trading := statusPart(w, "trading", share{100, 99}, quarters, func(q quarter) share { return q.trading })
	if looking.Share != "66.66%" || trading.Share != "98.33%" {
		t.Errorf("the day says %s and %s, want 66.66%% and 98.33%%", looking.Share, trading.Share)
	}
	if looking.Tag.Text != "guests wait; members come first" || trading.Tag.Text != "works" {
		t.Errorf("now it says %q and %q", looking.Tag.Text, trading.Tag.Text)
	}
	level, since := h.pressed()
	if level != shield.Calm || !since.Equal(now.Add(-time.Minute)) {
		t.Errorf("it is %v since %v, want calm for a minute", level, since)
	}
}

func TestTheStatusPageSaysWhenMembersAreTurnedAway(t *testing.T) {
	w := words.For(words.First)
	for name, c := range map[string]struct {
		asked, answered int64
		want            string
	}{"all": {100, 100, "works"}, "nobody asks": {0, 0, "works"}, "a few not": {100, 95, "works, some must try again"}, "many not": {100, 50, "slow: many must try again"}} {
		if got := statusPart(w, "trading", share{c.asked, c.answered}, nil, func(quarter) share { return share{} }).Tag.Text; got != c.want {
			t.Errorf("%s: the public reads %q, want %q", name, got, c.want)
		}
	}
}

func TestConsentIsServedWhereItWasGiven(t *testing.T) {
	h := openTestHouse(t, "")
	const path = "/.well-known/kontor-rehearsal"
	if w := h.open(t, aGuest, "GET", path, nil); w.Code != http.StatusNotFound {
		t.Errorf("a house that never agreed to a rehearsal answers %d", w.Code)
	}
	h.Consent = "c0ffee"
	if w := h.open(t, aGuest, "GET", path, nil); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != "c0ffee" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("the word can't be read: %d %q", w.Code, w.Body.String())
	}
}
