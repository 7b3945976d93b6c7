package bus

import (
	"context"
	"sync/atomic"
	"testing"

	"kontor/market"
)

// BenchmarkRelay is an event's whole way: outbox, stream on disk, one consumer
// that takes them one by one and one that takes them together.
func BenchmarkRelay(b *testing.B) {
	bus, err := Open(Settings{Dir: b.TempDir()}, quiet())
	if err != nil {
		b.Fatal(err)
	}
	defer bus.Close(context.Background())
	var handled atomic.Int64
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	ok(bus.Consume(b.Context(), "letters", []string{"order.>"}, func(context.Context, market.Event) error {
		handled.Add(1)
		return nil
	}, Options{}))
	ok(bus.ConsumeBatch(b.Context(), "search", []string{"order.>"}, func(_ context.Context, es []market.Event) error {
		handled.Add(int64(len(es)))
		return nil
	}, Options{}))
	box := newMemory()
	box.put(events("order.placed", b.N)...)
	b.ReportAllocs()
	b.ResetTimer()
	ok(bus.Relay(box))
	for ; handled.Load() < 2*int64(b.N); pause(b.Context(), 1e6) {
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkSettle is one sync of the stream after a batch of 512 events.
func BenchmarkSettle(b *testing.B) {
	bus, err := Open(Settings{Dir: b.TempDir()}, quiet())
	if err != nil {
		b.Fatal(err)
	}
	defer bus.Close(context.Background())
	for b.Loop() {
		b.StopTimer()
		for _, e := range events("order.placed", batch) {
			if _, err := bus.publish(e); err != nil {
				b.Fatal(err)
			}
		}
		<-bus.js.PublishAsyncComplete()
		b.StartTimer()
		if err := bus.ground.settle(); err != nil {
			b.Fatal(err)
		}
	}
}
