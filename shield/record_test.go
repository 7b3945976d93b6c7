package shield

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"
)

func TestTheNewestDecisionsAreShownOncePerSource(t *testing.T) {
	d := &decisions{hash: newHasher()}
	note := func(n int, at time.Time) {
		a := netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)})
		d.note(d.hash.source(a), Decision{At: at, Source: a, Route: "GET /search"})
	}
	if list := d.recent(10); len(list) != 0 {
		t.Errorf("before anything was decided the operator reads %v", list)
	}
	for n := range 500 {
		note(n, noon.Add(time.Duration(n)*time.Millisecond))
		note(0, noon.Add(time.Duration(n)*time.Millisecond)) // one source again and again
	}
	list := d.recent(10)
	if len(list) != 10 {
		t.Fatalf("%d decisions are shown, want 10", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b Decision) int { return b.At.Compare(a.At) }) {
		t.Errorf("the newest does not stand first: %v", list)
	}
	seen := map[string]int{}
	for _, x := range list {
		seen[x.Ref]++
		if x.At.Before(noon.Add(480 * time.Millisecond)) {
			t.Errorf("an old decision is shown in a newer one's place: %v", x)
		}
	}
	if len(seen) != 10 {
		t.Errorf("one source hides the others: %v", seen)
	}
	if got := d.recent(1_000); len(got) > mostNewest {
		t.Errorf("%d decisions are shown, at most %d are kept", len(got), mostNewest)
	}
}

func TestWhoIsRefusedMostIsToldEachSecond(t *testing.T) {
	d := &decisions{hash: newHasher()}
	for n := range 20 {
		a := netip.MustParseAddr(fmt.Sprintf("203.0.113.%d", n))
		for range n + 1 {
			d.note(d.hash.source(a), Decision{At: noon, Source: a, Route: "GET /search"})
		}
	}
	sources, routes := d.top()
	if len(sources) != mostTop || sources[0].Prefix.String() != "203.0.113.19/32" || sources[0].Refused != 20 || routes["GET /search"] != 210 {
		t.Errorf("the loudest are %v, the routes %v", sources, routes)
	}
	if sources, routes = d.top(); len(sources) != 0 || len(routes) != 0 {
		t.Errorf("a second later, with nobody refused, %v and %v are told", sources, routes)
	}
	a := netip.MustParseAddr("203.0.113.3")
	d.note(d.hash.source(a), Decision{At: noon, Source: a, Route: "GET /"})
	if sources, _ = d.top(); len(sources) != 1 || sources[0].Refused != 1 {
		t.Errorf("who is refused again is told as %v", sources)
	}
}

func BenchmarkRecentDecisions(b *testing.B) {
	d := &decisions{hash: newHasher()}
	for n := range mostDecisions {
		a := netip.AddrFrom4([4]byte{198, byte(n >> 16), byte(n >> 8), byte(n)})
		d.note(d.hash.source(a), Decision{At: noon, Source: a})
	}
	for b.Loop() {
		d.recent(6)
	}
}
