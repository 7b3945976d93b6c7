package shield

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func randomLine(r *rand.Rand) netip.Addr {
	b := [16]byte{0x20, 1, 0xd, 0xb8}
	for i := 4; i < 8; i++ {
		b[i] = byte(r.Uint32())
	}
	return netip.AddrFrom16(b)
}

// 100,000 banned /64, half of the visitors banned. The mark is 100 ns.
func BenchmarkBansOf(b *testing.B) {
	list, random := newBans(100_000, 1), rand.New(rand.NewPCG(1, 1))
	addrs := make([]netip.Addr, 1<<16)
	for i := range 100_000 {
		a := randomLine(random)
		if _, err := list.ban(noon, prefixOf(a, widthNarrow), "went on", "7F3K-2Q9X", byShield); err != nil {
			b.Fatal(err)
		}
		if i < len(addrs) {
			if addrs[i] = a; i%2 == 0 {
				addrs[i] = randomLine(random)
			}
		}
	}
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		list.of(noon, addrs[i&(1<<16-1)])
	}
}

func BenchmarkBan(b *testing.B) {
	list, random := newBans(100_000, 1), rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		if _, err := list.ban(noon.Add(time.Duration(i)*time.Second), prefixOf(randomLine(random), widthNarrow), "went on", "7F3K-2Q9X", byShield); err != nil {
			b.Fatal(err)
		}
	}
}
