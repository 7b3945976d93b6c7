package shield

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// Whatever comes and goes in whatever order, the lists keep their bounds, every
// listed connection knows its place, and each prefix's count is the number of
// its connections.
func TestACrowdCountsRight(t *testing.T) {
	hash := newHasher()
	rapid.Check(t, func(t *rapid.T) {
		set := Door{
			Most: rapid.IntRange(2, 20).Draw(t, "most"), PerAddress: rapid.IntRange(1, 6).Draw(t, "per address"),
			PerNetwork: rapid.IntRange(1, 12).Draw(t, "per network"), Unfinished: rapid.IntRange(1, 4).Draw(t, "unfinished"),
		}
		c := newCrowd(&set)
		var all, bodies []*conn
		t.Repeat(map[string]func(*rapid.T){
			"park": func(t *rapid.T) {
				addr := netip.AddrFrom4([4]byte{10, 0, byte(rapid.IntRange(0, 2).Draw(t, "network")), byte(rapid.IntRange(0, 2).Draw(t, "address"))})
				x := &conn{src: hash.source(addr)}
				x.quiet.Store(int64(len(all)))
				before := c.heads[x.src.narrow].open
				if _, fits := c.park(x, false); fits {
					all = append(all, x)
					if int(before) >= set.PerAddress {
						t.Fatalf("%s has %d open and is let in, with a bound of %d", addr, before, set.PerAddress)
					}
				}
			},
			"seat": func(t *rapid.T) {
				if x := pick(t, all); x != nil {
					out, fits := c.seat(x)
					if out != nil && out.requests.Load() > 0 && !out.dripping.Load() {
						t.Fatal("a connection whose request is being answered made room")
					}
					if fits && x.place != seatedPlace {
						t.Fatal("seated and not listed")
					}
				}
			},
			"ask": func(t *rapid.T) {
				if x := pick(t, all); x != nil && x.place == seatedPlace {
					x.requests.Store(1)
				}
			},
			"begin": func(t *rapid.T) {
				if x := pick(t, all); x != nil && c.begin(x) {
					bodies = append(bodies, x)
				}
			},
			"end": func(t *rapid.T) {
				if n := len(bodies); n > 0 {
					c.end(bodies[n-1])
					bodies = bodies[:n-1]
				}
			},
			"leave": func(t *rapid.T) {
				if x := pick(t, all); x != nil {
					c.leave(x)
				}
			},
			"": func(t *rapid.T) {
				if len(c.parked) > set.Most-set.Most/4 || len(c.seated) > max(1, set.Most/6) {
					t.Fatalf("%d parked and %d seated of %d", len(c.parked), len(c.seated), set.Most)
				}
				want := map[key]heads{}
				count := func(x *conn, by heads) {
					for _, k := range []key{x.src.narrow, x.src.wide} {
						n := want[k]
						want[k] = heads{n.open + by.open, n.parked + by.parked, n.bodies + by.bodies}
					}
				}
				for i, x := range c.parked {
					if x.place != parkedPlace || x.at != i {
						t.Fatalf("parked %d believes to be at %d, %d", i, x.place, x.at)
					}
					count(x, heads{open: 1, parked: 1})
				}
				for i, x := range c.seated {
					if x.place != seatedPlace || x.at != i {
						t.Fatalf("seated %d believes to be at %d, %d", i, x.place, x.at)
					}
					count(x, heads{open: 1})
				}
				for _, x := range bodies {
					count(x, heads{bodies: 1})
				}
				if got := fmt.Sprint(c.heads); got != fmt.Sprint(want) {
					t.Fatalf("counted %s, are %s", got, fmt.Sprint(want))
				}
			},
		})
	})
}

func pick(t *rapid.T, from []*conn) *conn {
	if len(from) == 0 {
		return nil
	}
	return rapid.SampledFrom(from).Draw(t, "which")
}
