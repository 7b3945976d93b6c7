package shield

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestInShadowNobodyWaitsForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{Shadow: []Rule{RulePlaces}, Pools: map[string]int{"search": 1}}, 1_000, time.Minute)
		for n := range 100 {
			go s.visit("GET", "/own", fmt.Sprintf("192.0.2.%d", n))
		}
		synctest.Wait()
		if got := s.asked.Load(); got != 100 {
			t.Errorf("%d of 100 visitors reached the site, the others wait for a place that only counts", got)
		}
		if would := s.counts.classes[Guest].would.Load() + s.counts.classes[Suspect].would.Load(); would == 0 {
			t.Error("who would have had to wait is not counted")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if left := s.places.look(); left.Busy != 0 {
			t.Errorf("%d places are never given back", left.Busy)
		}
	})
}

func TestABotnetInOneNetworkIsBannedAsOneUnlessAMemberIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 8, time.Millisecond)
		member := s.standingCookie(t, Member, "buyer")
		s.visit("GET", "/own", "198.51.100.200", member)
		for n := range manyNear {
			for _, network := range []string{"192.0.2", "198.51.100"} {
				for range 900 {
					s.visit("GET", "/own", fmt.Sprintf("%s.%d", network, n))
				}
			}
		}
		wide := 0
		for _, b := range s.Bans() {
			if b.Prefix.Bits() == 24 {
				wide++
				if b.Prefix.String() != "192.0.2.0/24" {
					t.Errorf("%v is banned as a whole, where a member sits", b.Prefix)
				}
			}
		}
		if wide != 1 {
			t.Errorf("%d networks are banned as one, want the botnet's: %v", wide, s.Bans())
		}
		if d, ok := s.Find(s.Bans()[0].Evidence); !ok || d.Why != ReasonOverLimit && d.Why != ReasonBanned {
			t.Errorf("the evidence of a ban gives the reason %v (%v)", d.Why, ok)
		}
	})
}

func TestAnUnlistedProxyIsToldOfOnce(t *testing.T) {
	var text bytes.Buffer
	d, err := newDoor(Door{}, doorHooks{clock: time.Now, now: func() tick { return 0 }, source: newHasher().source, log: slog.New(slog.NewTextHandler(&text, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(from string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		d.sourceOf(r, &conn{src: newHasher().source(netip.MustParseAddr(from))})
	}
	ask("203.0.113.1")
	if text.Len() > 0 {
		t.Errorf("any visitor fills the log: %s", text.String())
	}
	for range 3 {
		ask("127.0.0.1")
		ask("10.0.0.4")
	}
	if n := strings.Count(text.String(), "not listed"); n != 1 {
		t.Errorf("a proxy that the operator forgot is told of %d times: %s", n, text.String())
	}
}
