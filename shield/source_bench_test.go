package shield

import (
	"net/netip"
	"testing"
)

func BenchmarkSourceKeys(b *testing.B) {
	h := newHasher()
	addrs := []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	var sum key
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		s := h.source(addrs[i&1])
		sum += s.narrow + s.middle + s.wide
	}
}

func BenchmarkSharedSaw(b *testing.B) {
	s := newShared(8 << 20)
	keys := benchKeys()
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		s.saw(int64(i), keys[i&(1<<20-1)][1], uint64(keys[i&(1<<20-1)][0]))
	}
}
