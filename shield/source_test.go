package shield

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestSourcesThatAreOneAtAWidth(t *testing.T) {
	h := newHasher()
	for _, c := range []struct {
		name, a, b           string
		narrow, middle, wide bool // whether the two are one
	}{
		{"one address", "192.0.2.7", "192.0.2.7", true, true, true},
		{"IPv4-mapped IPv6 is the IPv4 address", "192.0.2.7", "::ffff:192.0.2.7", true, true, true},
		{"neighbours in a /24", "192.0.2.7", "192.0.2.8", false, true, true},
		{"other IPv4 networks", "192.0.2.7", "192.0.3.7", false, false, false},
		{"two addresses of one IPv6 line", "2001:db8::1", "2001:db8::ffff:1", true, true, true},
		{"a zone changes nothing", "fe80::1%eth0", "fe80::1%eth1", true, true, true},
		{"two /64 of one household", "2001:db8:0:1::1", "2001:db8:0:2::1", false, true, true},
		{"two /56 of one site", "2001:db8:0:100::1", "2001:db8:0:200::1", false, false, true},
		{"two /48", "2001:db8:1::1", "2001:db8:2::1", false, false, false},
		{"an IPv4 address and the IPv6 one with its bits", "192.0.2.7", "::c000:207", false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := h.source(netip.MustParseAddr(c.a)), h.source(netip.MustParseAddr(c.b))
			if got := [3]bool{a.narrow == b.narrow, a.middle == b.middle, a.wide == b.wide}; got != [3]bool{c.narrow, c.middle, c.wide} {
				t.Errorf("%s and %s are one at narrow, middle, wide: %v, want %v", c.a, c.b, got, [3]bool{c.narrow, c.middle, c.wide})
			}
			if again := newHasher().source(a.addr); again.narrow == a.narrow {
				t.Error("two processes give one key: an attacker could work out who falls together")
			}
		})
	}
}

// Two addresses have one key at a width exactly when they have one prefix.
func TestKeysFollowPrefixes(t *testing.T) {
	h := newHasher()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) netip.Addr {
			if rapid.Bool().Draw(t, label+" is IPv4") {
				return netip.AddrFrom4([4]byte{192, 0, byte(rapid.IntRange(0, 2).Draw(t, label)), byte(rapid.IntRange(0, 2).Draw(t, label))})
			}
			b := [16]byte{0x20, 1}
			for _, i := range []int{5, 6, 7, 15} {
				b[i] = byte(rapid.IntRange(0, 1).Draw(t, label))
			}
			return netip.AddrFrom16(b)
		}
		a, b := draw("a"), draw("b")
		x, y := h.source(a), h.source(b)
		for w, one := range map[width]bool{widthNarrow: x.narrow == y.narrow, widthMiddle: x.middle == y.middle, widthWide: x.wide == y.wide} {
			if want := prefixOf(a, w) == prefixOf(b, w); one != want {
				t.Fatalf("%v and %v at width %d: one key %v, one prefix %v", a, b, w, one, want)
			}
		}
	})
}

func TestPrefixOf(t *testing.T) {
	for _, c := range []struct {
		addr string
		w    width
		want string
	}{
		{"192.0.2.7", widthNarrow, "192.0.2.7/32"},
		{"::ffff:192.0.2.7", widthWide, "192.0.2.0/24"},
		{"2001:db8:1:2:3::4", widthNarrow, "2001:db8:1:2::/64"},
		{"2001:db8:1:203:3::4", widthMiddle, "2001:db8:1:200::/56"},
		{"fe80::1%eth0", widthWide, "fe80::/48"},
	} {
		if got := prefixOf(netip.MustParseAddr(c.addr), c.w).String(); got != c.want {
			t.Errorf("prefix of %s at width %d is %s, want %s", c.addr, c.w, got, c.want)
		}
	}
	if got := prefixOf(netip.Addr{}, widthNarrow); got.IsValid() {
		t.Errorf("no address has the prefix %v", got)
	}
}
