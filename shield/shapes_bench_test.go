package shield

import (
	"math/rand/v2"
	"testing"
)

func benchShapes(calm bool) (*shapes, []shape) {
	s, random := newShapes(2<<20), rand.New(rand.NewPCG(9, 9))
	all := make([]shape, 1<<14)
	for i := range all {
		all[i] = shoppers(random)
		if !calm && i%8 > 0 {
			all[i] = shape{route: 5, print: 1, network: random.Uint32N(2000) + 1}
		}
		if s.observe(0, &all[i]) {
			s.name(&all[i], "GET /listings/{id}", "q,page", "t13d1516h2", "AS64500 Example")
		}
	}
	s.turn(second, !calm, 190)
	return s, all
}

func BenchmarkShapesObserveAndHot(b *testing.B) {
	s, all := benchShapes(false)
	if len(s.list()) == 0 {
		b.Fatal("no flood is known")
	}
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		sh := &all[i&(1<<14-1)]
		s.observe(0, sh)
		s.hot(sh)
		if i%5000 == 0 { // the rate of a second
			s.collect()
		}
	}
}

// A turn over 16,384 requests, of which an eighth is people.
func BenchmarkShapesTurn(b *testing.B) {
	s, all := benchShapes(false)
	b.ReportAllocs()
	reportCPU(b)
	for b.Loop() {
		for i := range all {
			s.observe(0, &all[i])
		}
		s.hots.Store(nil)
		s.turn(second, true, 190)
	}
}
