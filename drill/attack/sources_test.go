package attack

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSourcesDifferAndLieWhereTheyShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"one", "few", "many", "wide", "ipv6"}).Draw(t, "networks")
		n := rapid.Uint64Range(1, 30_000).Draw(t, "addresses")
		s, err := NewSources(name, n, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[netip.Addr]bool{}
		for i := range n {
			a := s.At(i)
			switch {
			case seen[a]:
				t.Fatalf("%s: source %d is %v again", name, i, a)
			case name == "ipv6" && !netip.MustParsePrefix("2001:db8::/32").Contains(a):
				t.Fatalf("source %v is no address for documentation", a)
			case name != "ipv6" && (!a.IsLoopback() || a.As4()[1] < 10 || a.As4()[1] > 249 || a.As4()[3] < 1 || a.As4()[3] > 199):
				t.Fatalf("source %v lies outside the attackers' part of loopback", a)
			case s.At(i) != a || s.At(i+n) != a:
				t.Fatalf("source %d is not the same the next time", i)
			}
			seen[a] = true
			if other := s.Swap().At(i); name != "ipv6" && (other.As4()[3] < FirstGoodHost || other.As4()[1] < 10 || other.As4()[1] > 249) {
				t.Fatalf("swapped, source %v lies outside the good clients' part of loopback", other)
			}
		}
	})
}

func TestSourcesSpreadOverAsManyNetworksAsTold(t *testing.T) {
	for _, c := range []struct {
		networks string
		n        uint64
		bits     int
		want     int
	}{
		{"one", 199, 24, 1}, {"one", 200, 24, 2}, {"few", 200, 24, 4}, {"many", 1_000, 24, 100},
		{"wide", 1_000, 24, 1_000}, {"wide", 61_440, 24, 61_440}, {"ipv6", 10_000, 48, 1_000}, {"ipv6", 10_000, 128, 10_000},
	} {
		s, err := NewSources(c.networks, c.n, 42)
		if err != nil {
			t.Fatal(err)
		}
		prefixes := map[netip.Prefix]bool{}
		for i := range c.n {
			p, err := s.At(i).Prefix(c.bits)
			if err != nil {
				t.Fatal(err)
			}
			prefixes[p] = true
		}
		if len(prefixes) != c.want {
			t.Errorf("%d addresses of %q lie in %d prefixes /%d, want %d", c.n, c.networks, len(prefixes), c.bits, c.want)
		}
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	for _, c := range []struct {
		kind string
		p    Params
		want string
	}{
		{"flod", Params{}, `unknown attack "flod"`},
		{"flood", Params{Networks: "some"}, `networks "some"`},
		{"flood", Params{Addresses: 2_000_000}, "2000000 addresses"},
		{"flood", Params{Addresses: -1}, "-1 addresses"},
		{"flood", Params{Total: -5}, "-5 requests a second"},
		{"flood", Params{Rate: 1e7}, "1e+07 requests a second"},
		{"slow-headers", Params{Connections: 30_000}, "30000 connections"},
		{"mixed", Params{Networks: "some"}, `networks "some"`},
	} {
		if _, err := New(c.kind, c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%s, %+v) = %v, want an error with %q", c.kind, c.p, err, c.want)
		}
	}
	for _, kind := range Kinds() {
		if _, err := New(kind, Params{}); err != nil {
			t.Errorf("New(%s) without parameters: %v; each kind has a usual form", kind, err)
		}
	}
}

func TestAScheduleThatFallsBehindSaysSo(t *testing.T) {
	c := NewCounter(time.Now(), time.Minute, time.Now)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var begun atomic.Int64
	pace(ctx, 1e6, mostInFlight, c, func(uint64) {
		begun.Add(1)
		<-ctx.Done()
	})
	if total := c.Total(); total.Short < 500_000 {
		t.Errorf("%d of a million are short, %d were begun; a scorecard would show an attack that never was", total.Short, begun.Load())
	}
}
