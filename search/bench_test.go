package search

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kontor/market/catalog"
)

const clients = 16

// load runs b.N searches from 16 clients and reports p50 and p99 as a client
// sees them, the wait for a permit included.
func load(b *testing.B, ix *Index, next func(rng *rand.Rand) catalog.Query) {
	b.Helper()
	var asked, hits atomic.Int64
	took := make([][]time.Duration, clients)
	b.ResetTimer()
	start, used := time.Now(), processor()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(3, uint64(c)))
			for asked.Add(1) <= int64(b.N) {
				q := next(rng)
				at := time.Now()
				f, err := ix.Search(context.Background(), q)
				if err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(at))
				hits.Add(int64(f.Total))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	ms := func(share float64) float64 {
		return float64(all[int(share*float64(len(all)-1))]) / float64(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "searches/s")
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.99), "p99-ms")
	b.ReportMetric((processor()-used).Seconds()*1e6/float64(b.N), "cpu-µs/search") // says what other programs' load doesn't change
	b.ReportMetric(float64(hits.Load())/float64(b.N), "found/search")
}

// processor is the time that this process had on all cores.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// mistyped are two words of one listing, one letter wrong in one of them.
func mistyped(entries []catalog.Entry) func(rng *rand.Rand) catalog.Query {
	return func(rng *rand.Rand) catalog.Query {
		for {
			e := entries[rng.IntN(len(entries))]
			ws := words(e.Titles["en"]+" "+e.Descriptions["en"], 99)
			i, k := rng.IntN(len(ws)), rng.IntN(len(ws))
			if pair, ok := misspell(rng, []string{ws[i], ws[k]}); ok {
				return catalog.Query{Text: strings.ToLower(strings.Join(pair, " ")), Language: "en", Currency: "EUR"}
			}
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	entries := many(10_000)
	ix := opened(b, entries...)
	spelt := func(n int) func(rng *rand.Rand) catalog.Query {
		return func(rng *rand.Rand) catalog.Query {
			ws := words(entries[rng.IntN(len(entries))].Descriptions["en"], 99)
			at := rng.IntN(len(ws) - n)
			return catalog.Query{Text: strings.Join(ws[at:at+n], " "), Language: "en", Currency: "EUR"}
		}
	}
	b.Run("two words, one misspelt", func(b *testing.B) { load(b, ix, mistyped(entries)) })
	b.Run("two words", func(b *testing.B) { load(b, ix, spelt(2)) })
	b.Run("two words, filtered, by price", func(b *testing.B) {
		load(b, ix, func(rng *rand.Rand) catalog.Query {
			q := spelt(2)(rng)
			q.Category, q.Origins, q.Sort = "home", []string{"PT", "DE"}, catalog.ByPrice
			return q
		})
	})
	b.Run("browsing all", func(b *testing.B) {
		load(b, ix, func(*rand.Rand) catalog.Query { return catalog.Query{Currency: "EUR"} })
	})
	b.Run("two words, one misspelt, while listings change", func(b *testing.B) {
		ctx, stop := context.WithCancel(context.Background())
		var writes int
		var wg sync.WaitGroup
		wg.Go(func() {
			for rng := rand.New(rand.NewPCG(5, 5)); ctx.Err() == nil; writes++ {
				if err := ix.Put(context.Background(), entries[rng.IntN(len(entries)):][:1], nil); err != nil {
					b.Error(err)
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		load(b, ix, mistyped(entries))
		stop()
		wg.Wait()
		b.ReportMetric(float64(writes)/b.Elapsed().Seconds(), "writes/s")
	})
}

func BenchmarkSearchRealNames(b *testing.B) {
	names := uciNames(b)
	ix := opened(b, names...)
	b.Run("whole name, one letter wrong", func(b *testing.B) {
		load(b, ix, func(rng *rand.Rand) catalog.Query {
			for {
				if ws, ok := misspell(rng, words(names[rng.IntN(len(names))].Titles["en"], 99)); ok {
					return catalog.Query{Text: strings.Join(ws, " "), Language: "en", Currency: "GBP"}
				}
			}
		})
	})
	b.Run("two words, one misspelt", func(b *testing.B) { load(b, ix, mistyped(names)) })
}

func BenchmarkPut(b *testing.B) {
	entries := many(10_000)
	for b.Loop() {
		before := heap()
		start := time.Now()
		ix := opened(b, entries...)
		b.ReportMetric(float64(len(entries))/time.Since(start).Seconds(), "listings/s")
		b.ReportMetric((heap()-before)/(1<<20), "heap-MiB")
		runtime.KeepAlive(ix)
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
