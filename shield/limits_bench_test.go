package shield

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// reportCPU adds the processor time of an operation, which tells more than the
// wall's on a machine that does other things beside.
func reportCPU(b *testing.B) {
	before := cpuTime()
	b.Cleanup(func() { b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op") })
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// benchKeys are the keys of a million sources at three widths: 100,000 middle
// and 10,000 wide ones.
func benchKeys() [][3]key {
	random := rand.New(rand.NewPCG(3, 4))
	keys := make([][3]key, 1<<20)
	for i := range keys {
		keys[i] = [3]key{
			key(random.Uint64()),
			key(scatter(random.Uint64N(100_000))),
			key(scatter(1<<40 + random.Uint64N(10_000))),
		}
	}
	return keys
}

// The mark: 200 ns over a million sources.
func BenchmarkThreeKeysAndSketch(b *testing.B) {
	keys := benchKeys()
	for name, bytes := range map[string]int64{"8MiB": 8 << 20, "16MiB": 16 << 20, "32MiB": 32 << 20} {
		b.Run(name, func(b *testing.B) {
			l, s := newLimits(bytes), newSketch(1<<16, 1024)
			var touched uint64
			now := int64(0)
			b.ReportAllocs()
			reportCPU(b)
			for i := 0; b.Loop(); i++ {
				k := &keys[i&(1<<20-1)]
				now += 10_000
				touched += l.touch(k[0], k[1], k[2]) + uint64(s.touch(k[0]))
				l.take(now, k[0], second/2, 10*second)
				l.take(now, k[1], second/20, 10*second)
				l.take(now, k[2], second/200, 10*second)
				s.add(k[0], 1)
				if i%100_000 == 0 {
					s.turn()
				}
			}
			if touched == 1 {
				b.Log(touched)
			}
		})
	}
}

func BenchmarkTakeOneSource(b *testing.B) {
	l := newLimits(8 << 20)
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		l.take(int64(i)*1000, 42, 1000, second)
	}
}

func BenchmarkTakeFromTwoGoroutines(b *testing.B) {
	keys := benchKeys()
	l := newLimits(16 << 20)
	reportCPU(b)
	b.RunParallel(func(p *testing.PB) {
		i := rand.IntN(len(keys))
		for now := int64(0); p.Next(); i++ {
			now += 10_000
			k := &keys[i&(1<<20-1)]
			l.take(now, k[0], second/2, 10*second)
			l.take(now, k[1], second/20, 10*second)
			l.take(now, k[2], second/200, 10*second)
		}
	})
}
