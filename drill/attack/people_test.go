package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMimicsBehaveLikePeople(t *testing.T) {
	s := open(t, nil, nil)
	const d = 3 * time.Second
	total := s.run(t, "mimics", Params{Addresses: 60, Rate: 2}, d, nil).Total()
	hits := s.seen()
	near(t, "pages a second", float64(total.Offered+total.Short)/d.Seconds(), 120, 0.25)
	if n := len(by(hits, from)); n > 60 || n < 60 && !starved(t) {
		t.Errorf("%d sources, want 60", n)
	}
	networks := by(hits, func(h hit) string { return h.from[:strings.LastIndex(h.from, ".")] })
	if len(networks) != len(by(hits, from)) {
		t.Errorf("they come from %d networks /24, want each from one of its own", len(networks))
	}
	pages := map[string][]hit{}
	for _, h := range hits {
		if !strings.HasPrefix(h.path, "/assets/") {
			pages[h.from] = append(pages[h.from], h)
		}
	}
	var gaps []float64
	for from, list := range pages {
		if list[0].path != "/" || list[0].cookie != "" {
			t.Errorf("%s begins at %s with cookie %q", from, list[0].path, list[0].cookie)
		}
		for i, h := range list[1:] {
			if !strings.HasPrefix(h.path, "/listings/") && h.path != "/moved" {
				t.Errorf("%s asks for %s, which no page offered", from, h.path)
			}
			if !strings.HasPrefix(h.cookie, "visit=") || h.referer == "" {
				t.Errorf("%s asks for %s with cookie %q and referer %q", from, h.path, h.cookie, h.referer)
			}
			if list[i].path != "/moved" {
				gaps = append(gaps, h.at.Sub(list[i].at).Seconds())
			}
		}
	}
	slices.Sort(gaps)
	if low, high := gaps[len(gaps)/10], gaps[len(gaps)*9/10]; high < 2*low && !starved(t) {
		t.Errorf("nine in ten pauses last %.2f to %.2f s at one page every 0.5 s: no people's pace", low, high)
	}
}

func TestFreshAccountsSitInTheCheckout(t *testing.T) {
	s := open(t, nil, nil)
	var accounts []Account
	for i := range 10 {
		accounts = append(accounts, Account{Email: fmt.Sprintf("a%d@attack.example", i), Password: "a long one"})
	}
	total := s.run(t, "fresh-accounts", Params{Accounts: accounts, Rate: 4}, 3*time.Second, nil).Total()
	if total.Broken+total.Refused > 0 {
		t.Errorf("%+v; nothing was refused", total)
	}
	sat := map[string]int{}
	for _, h := range s.seen() {
		if h.path == "/checkout" {
			sat[h.from]++
			if !strings.Contains(h.cookie, "session=a") || !strings.Contains(h.cookie, "cart=v7") {
				t.Errorf("%s is in the checkout with cookies %q, want to be signed in with goods in the cart", h.from, h.cookie)
			}
		}
	}
	if len(sat) != len(accounts) && !starved(t) {
		t.Errorf("%d of %d accounts sit in the checkout", len(sat), len(accounts))
	}
}

func TestMixedIsThreeAttacksAtOnce(t *testing.T) {
	s := open(t, nil, nil)
	s.run(t, "mixed", Params{Addresses: 20, Total: 360, Connections: 50}, 2*time.Second, func() {
		eventually(t, "50 connections drip beside those of 25 sources", func() bool { return s.held() >= 50+20+5 })
	})
	hits := s.seen()
	near(t, "requests a second", float64(len(hits))/2, 360, 0.2)
	perSource := by(hits, from)
	busy := 0
	for _, n := range perSource {
		if n > 60 {
			busy++
		}
	}
	if len(perSource) > 25 || (len(perSource) < 20 || busy != 5) && !starved(t) {
		t.Errorf("%d sources, %d of them busy; want 25 and 5", len(perSource), busy)
	}
}
