package attack

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Sources are the addresses that an attack comes from, the same for the same
// parameters. In IPv4 they lie in 127.10/16 to 127.249/16 and are hosts 1 to 199
// of their /24, so that good clients can live beside them.
type Sources struct {
	n     uint64
	areas uint64 // 0: IPv6
	seed  uint64
	first uint64 // host of a /24
	hosts uint64 // used of a /24
}

// Areas that each kind of spread has. One area fills one /24 after another; with
// "wide" each address has a /24 of its own, up to 61,440 of them.
var areas = map[string]uint64{"one": 1, "few": 4, "many": 100, "wide": wideAreas, "ipv6": 0}

const (
	firstOctet = 10
	octets     = 240                    // second octets 10 to 249
	wideAreas  = octets * 256           // /24 in them
	prefixes6  = 1_000                  // /48 of "ipv6"
	most6      = uint64(10_000_000_000) // sources of "ipv6"
)

// The hosts of a /24: the first are hostile, GoodHosts from FirstGoodHost on are
// good clients'. Swap exchanges them.
const (
	FirstGoodHost = 200
	GoodHosts     = 55
)

// Swap moves IPv4 sources to the hosts of good clients, whose own are then free.
func (s Sources) Swap() Sources {
	s.first, s.hosts = FirstGoodHost, GoodHosts
	return s
}

// NewSources spreads n addresses (1 to 1,000,000, or 10¹⁰ for "ipv6") over
// networks.
func NewSources(networks string, n, seed uint64) (Sources, error) {
	a, ok := areas[networks]
	most := uint64(1_000_000)
	switch {
	case !ok:
		return Sources{}, fmt.Errorf("networks %q is not one of one, few, many, wide, ipv6", networks)
	case a == 0:
		most = most6
	}
	if n < 1 || n > most {
		return Sources{}, fmt.Errorf("%d addresses are not 1 to %d", n, most)
	}
	return Sources{n: n, areas: a, seed: seed, first: 1, hosts: FirstGoodHost - 1}, nil
}

// Len is the number of sources.
func (s Sources) Len() uint64 { return s.n }

// At is source i, counted round and round.
func (s Sources) At(i uint64) netip.Addr {
	i %= s.n
	if s.areas == 0 {
		return s.six(i)
	}
	area, at := i%s.areas, i/s.areas
	prefix := mix(s.seed)%wideAreas + area*(wideAreas/s.areas) + at/s.hosts // counts /24
	prefix %= wideAreas
	return netip.AddrFrom4([4]byte{127, byte(firstOctet + prefix/256), byte(prefix % 256), byte(s.first + at%s.hosts)})
}

// six is one of 2⁸⁰ addresses of a /48 within 2001:db8::/32, the range for
// documentation (RFC 3849).
func (s Sources) six(i uint64) netip.Addr {
	var a [16]byte
	binary.BigEndian.PutUint32(a[0:], 0x2001_0db8)
	binary.BigEndian.PutUint16(a[4:], uint16((1+i%prefixes6%250)<<8|i%prefixes6/250)) // over 250 /40
	binary.BigEndian.PutUint16(a[6:], uint16(mix(s.seed^i)))
	binary.BigEndian.PutUint64(a[8:], mix(s.seed+i)) // one to one in i: all differ
	return netip.AddrFrom16(a)
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable
// pseudorandom number generators, 2014): one to one, and far from its input.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
