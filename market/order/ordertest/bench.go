package ordertest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
)

// Clients is how many buyers the benchmarks let in at once.
const Clients = 32

// PlaceSpeed measures whole checkouts of one order with three lines, from a
// supplier with 1,000 variants in stock, and reports orders/s and how long the
// slowest in a hundred took.
func PlaceSpeed(b *testing.B, open func(testing.TB) Records) {
	r := open(b)
	f := newFloor(b, r, slices.Repeat([]market.Quantity{1 << 40}, 1_000)...)
	work := make([]order.Placement, b.N)
	for i := range work {
		quantities := make([]market.Quantity, 1_000)
		for j := range 3 {
			quantities[(i*7+j*331)%1_000] = 2
		}
		work[i] = f.placement(someBuyer(), "k", quantities...)
		work[i].Group.Orders[0].Address = make(market.Sealed, 220) // as long as sealed addresses are
	}
	took := make([]time.Duration, b.N)
	b.ResetTimer()
	var all sync.WaitGroup
	for c := range Clients {
		all.Go(func() {
			for i := c; i < b.N; i += Clients {
				began := time.Now()
				if err := r.Book.Place(b.Context(), work[i]); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1_000, "p99-ms")
}

// PriceSpeed measures what pricing a cart of three lines reads: the offers, and
// the terms of their supplier with a freight table of six zones.
func PriceSpeed(b *testing.B, open func(testing.TB) Records) {
	r := open(b)
	f := newFloor(b, r, 10, 10, 10)
	terms := order.Terms{Business: f.supplier, CommissionBps: 300}
	for _, country := range []string{"PT", "ES", "DE", "US", "JP", "*"} {
		z := landed.Zone{Name: country, Countries: []string{country}}
		for _, key := range []string{"road", "parcel", "air"} {
			m := landed.Method{Key: key, DaysFrom: 2, DaysTo: 9}
			for kilos := range int64(6) {
				m.Brackets = append(m.Brackets, landed.Bracket{UpToGrams: 5_000 * (kilos + 1), Prices: []market.Money{market.Of(900*(kilos+1), "EUR"), market.Of(1_000*(kilos+1), "USD")}})
			}
			z.Methods = append(z.Methods, m)
		}
		terms.Freight = append(terms.Freight, z)
	}
	if err := r.Book.SaveTerms(b.Context(), terms); err != nil {
		b.Fatal(err)
	}
	var vs []catalog.VariantID
	for _, v := range f.listing.Variants {
		vs = append(vs, v.ID)
	}
	b.Run("offers", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Shelf.Offers(b.Context(), vs); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("terms", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Book.Terms(b.Context(), []market.BusinessID{f.supplier}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
