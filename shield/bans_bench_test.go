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

// 100,000 banned /64; visitors at random among the banned and among all others.
func BenchmarkBansOf(b *testing.B) {
	list, random := newBans(100_000, 1), rand.New(rand.NewPCG(1, 1))
	var banned, others []netip.Addr
	list.bulk(func() {
		for range 100_000 {
			a := randomLine(random)
			n := &Ban{Prefix: prefixOf(a, widthNarrow), Until: noon.Add(time.Hour), Grade: 3, By: byShield}
			list.hold(n)
			banned, others = append(banned, a), append(others, randomLine(random))
		}
	})
	for name, addrs := range map[string][]netip.Addr{"banned": banned, "others": others, "one flooder": banned[:1]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			reportCPU(b)
			for i := 0; b.Loop(); i++ {
				list.of(noon, addrs[i%len(addrs)])
			}
		})
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
