package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/market"
)

// memory is an outbox without a database.
type memory struct {
	mu      sync.Mutex
	waiting []Pending
	last    int64
	sent    map[string]bool // by event id
	wake    chan struct{}
	fail    error // what Sent answers
}

func newMemory() *memory { return &memory{sent: map[string]bool{}, wake: make(chan struct{}, 1)} }

func (o *memory) put(events ...market.Event) {
	o.mu.Lock()
	for _, e := range events {
		o.last++
		o.waiting = append(o.waiting, Pending{o.last, e})
	}
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *memory) Pending(_ context.Context, limit int) ([]Pending, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.waiting[:min(limit, len(o.waiting))]), nil
}

func (o *memory) Sent(_ context.Context, seqs []int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return o.fail
	}
	for len(seqs) > 0 && len(o.waiting) > 0 && o.waiting[0].Seq == seqs[0] { // they come in order, mostly
		o.sent[o.waiting[0].ID] = true
		o.waiting, seqs = o.waiting[1:], seqs[1:]
	}
	if len(seqs) == 0 {
		return nil
	}
	o.waiting = slices.DeleteFunc(o.waiting, func(p Pending) bool {
		if slices.Contains(seqs, p.Seq) {
			o.sent[p.ID] = true
			return true
		}
		return false
	})
	return nil
}

func (o *memory) Wake() <-chan struct{} { return o.wake }

// seen counts what a handler got.
type seen struct {
	mu    sync.Mutex
	times map[string]int
}

func newSeen() *seen { return &seen{times: map[string]int{}} }

func (s *seen) note(e market.Event) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times[e.ID]++
	return s.times[e.ID]
}

func (s *seen) of(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times[id]
}

// events makes n of them, numbered.
func events(subject string, n int) []market.Event {
	es := make([]market.Event, n)
	for i := range es {
		es[i] = market.Event{
			ID:      market.NewID[string](),
			Subject: subject,
			Body:    fmt.Appendf(nil, `{"n":%d}`, i),
			At:      time.Date(2026, 11, 23, 9, 0, i%60, 0, time.UTC),
		}
	}
	return es
}

func open(t *testing.T, s Settings) *Bus {
	t.Helper()
	if s.Dir == "" {
		s.Dir = t.TempDir()
	}
	b, err := Open(s, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, b) })
	return b
}

func shut(t *testing.T, b *Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.Close(ctx); err != nil && !errors.Is(err, ErrClosed) {
		t.Errorf("the bus did not close: %v", err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func drained(t *testing.T, b *Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := b.Drained(ctx); err != nil {
		lag, _ := b.Lag(context.Background())
		t.Fatalf("events are still on their way: %v %+v", err, lag)
	}
}

func TestEveryConsumerGetsItsEvents(t *testing.T) {
	b, box := open(t, Settings{}), newMemory()
	orders, all := newSeen(), newSeen()
	var got market.Event
	must(t, b.Consume(t.Context(), "letters", []string{"order.>"}, func(_ context.Context, e market.Event) error {
		if orders.note(e); e.Subject == "order.placed" {
			got = e
		}
		return nil
	}, Options{}))
	largest := 0
	must(t, b.ConsumeBatch(t.Context(), "search", []string{"order.>", "listing.changed"}, func(_ context.Context, es []market.Event) error {
		largest = max(largest, len(es))
		for _, e := range es {
			all.note(e)
		}
		return nil
	}, Options{Batch: 50}))
	shipped, listings, placed := events("order.shipped", 700), events("listing.changed", 700), events("order.placed", 1)
	box.put(slices.Concat(shipped, listings, placed)...)
	must(t, b.Relay(box))
	drained(t, b)

	for _, e := range slices.Concat(shipped, placed) {
		if orders.of(e.ID) != 1 || all.of(e.ID) != 1 {
			t.Fatalf("event %s reached letters %d times and search %d times; each wants it once", e.ID, orders.of(e.ID), all.of(e.ID))
		}
	}
	for _, e := range listings {
		if orders.of(e.ID) != 0 || all.of(e.ID) != 1 {
			t.Fatalf("event %s of another subject reached letters %d times, search %d times", e.ID, orders.of(e.ID), all.of(e.ID))
		}
	}
	want := placed[0]
	if got.ID != want.ID || got.Subject != want.Subject || string(got.Body) != string(want.Body) || !got.At.Equal(want.At) {
		t.Errorf("the event changed on its way: got %+v, want %+v", got, want)
	}
	if largest < 2 || largest > 50 {
		t.Errorf("the largest batch had %d events, want 2 to 50", largest)
	}
}

func TestAnEventPublishedTwiceIsHandledOnce(t *testing.T) {
	b, box := open(t, Settings{}), newMemory()
	s := newSeen()
	must(t, b.Consume(t.Context(), "letters", []string{">"}, func(_ context.Context, e market.Event) error { s.note(e); return nil }, Options{}))
	box.fail = errors.New("the database went away")
	es := events("order.placed", 5)
	box.put(es...)
	must(t, b.Relay(box))
	eventually(t, func() bool { return s.of(es[4].ID) > 0 })
	time.Sleep(1200 * time.Millisecond) // a second try falls in here
	box.mu.Lock()
	box.fail = nil
	box.mu.Unlock()
	drained(t, b)
	for _, e := range es {
		if s.of(e.ID) != 1 {
			t.Errorf("event %s was handled %d times though the stream knew it", e.ID, s.of(e.ID))
		}
	}
}

func TestAFailingEventIsTriedAgainThenParkedAndOthersPass(t *testing.T) {
	dir := t.TempDir()
	b, box := open(t, Settings{Dir: dir}), newMemory()
	s := newSeen()
	var mended bool
	handle := func(_ context.Context, e market.Event) error {
		s.note(e)
		switch {
		case mended:
		case e.Subject == "order.poison":
			return errors.New("no such order")
		case e.Subject == "order.panic":
			panic("nil map")
		case e.Subject == "order.refused":
			return hopeless{}
		case e.Subject == "order.shaky" && s.of(e.ID) < 3:
			return errors.New("peer is down")
		}
		return nil
	}
	o := Options{Tries: 4, FirstWait: 5 * time.Millisecond, LongestWait: 20 * time.Millisecond}
	must(t, b.Consume(t.Context(), "letters", []string{"order.*"}, handle, o))
	poison, panics, shaky, refused, good := events("order.poison", 1), events("order.panic", 1), events("order.shaky", 1), events("order.refused", 1), events("order.placed", 20)
	box.put(slices.Concat(poison, panics, shaky, refused, good)...)
	must(t, b.Relay(box))
	drained(t, b)

	for _, c := range []struct {
		why  string
		e    market.Event
		want int
	}{
		{"an event whose handler always fails is tried as often as was said", poison[0], 4},
		{"a panic counts as a failure", panics[0], 4},
		{"an event succeeds at its third try", shaky[0], 3},
		{"an error that says it is permanent is not tried again", refused[0], 1},
		{"an event behind a failing one is handled once", good[19], 1},
	} {
		if got := s.of(c.e.ID); got != c.want {
			t.Errorf("%s: %d tries, want %d", c.why, got, c.want)
		}
	}

	shut(t, b) // parked events outlive a restart
	b = open(t, Settings{Dir: dir})
	must(t, b.Consume(t.Context(), "letters", []string{"order.*"}, handle, o))
	parked, err := b.Parked(t.Context(), 10)
	must(t, err)
	if len(parked) != 3 {
		t.Fatalf("%d events are parked, want 3: a letter would be lost: %+v", len(parked), parked)
	}
	for _, p := range parked {
		if p.Consumer != "letters" || len(p.Event.Body) == 0 || p.Event.At.IsZero() || !strings.HasPrefix(p.Event.Subject, "order.") || !market.IsID(p.Event.ID) {
			t.Errorf("a parked event can't be told or retried: %+v", p)
		}
		if err := b.Retry(t.Context(), p.Seq); err == nil {
			t.Errorf("the retry of %s failed, and the operator was told that it worked", p.Event.Subject)
		}
	}
	mended = true
	for _, p := range parked {
		must(t, b.Retry(t.Context(), p.Seq))
	}
	if left, _ := b.Parked(t.Context(), 10); len(left) != 0 {
		t.Errorf("%d events are still parked after a retry that worked", len(left))
	}
}

type hopeless struct{}

func (hopeless) Error() string   { return "no such mailbox" }
func (hopeless) Permanent() bool { return true }

func TestABadEventOfABatchFailsAlone(t *testing.T) {
	b, box := open(t, Settings{}), newMemory()
	s := newSeen()
	must(t, b.ConsumeBatch(t.Context(), "search", []string{"listing.changed"}, func(_ context.Context, es []market.Event) error {
		for _, e := range es {
			if string(e.Body) == `{"n":7}` {
				return errors.New("bad listing")
			}
		}
		for _, e := range es {
			s.note(e)
		}
		return nil
	}, Options{Tries: 2, FirstWait: time.Millisecond}))
	es := events("listing.changed", 30)
	box.put(es...)
	must(t, b.Relay(box))
	drained(t, b)
	for i, e := range es {
		if want := 1; i != 7 && s.of(e.ID) != want {
			t.Errorf("listing %d was indexed %d times beside a bad one, want %d", i, s.of(e.ID), want)
		}
	}
	if lag, _ := b.Lag(t.Context()); lag.Parked != 1 {
		t.Errorf("%d events are parked, want the bad one", lag.Parked)
	}
}

func TestAnEventTheStreamCantTakeIsParkedAndOthersPass(t *testing.T) {
	b, box := open(t, Settings{}), newMemory()
	s := newSeen()
	must(t, b.Consume(t.Context(), "letters", []string{">"}, func(_ context.Context, e market.Event) error { s.note(e); return nil }, Options{}))
	var bad []market.Event
	for _, subject := range []string{"", "a b", "order..placed", ".order", "order.", "order.*", "order.>", "größe", strings.Repeat("x", 300)} {
		bad = append(bad, events(subject, 1)...)
	}
	large := events("order.large", 1)
	large[0].Body = make([]byte, 2<<20)
	good := events("order.placed", 3)
	box.put(slices.Concat(bad, large, good)...)
	must(t, b.Relay(box))
	drained(t, b)
	if s.of(good[2].ID) != 1 {
		t.Errorf("an event behind those that can't be sent was not handled")
	}
	if lag, _ := b.Lag(t.Context()); lag.Parked != uint64(len(bad)+1) {
		t.Errorf("%d events are parked, want %d", lag.Parked, len(bad)+1)
	}
}

func TestAFullStreamLeavesEventsInTheOutbox(t *testing.T) {
	b, box := open(t, Settings{MaxBytes: 1 << 20}), newMemory()
	s := newSeen()
	gate := make(chan struct{})
	must(t, b.Consume(t.Context(), "slow", []string{">"}, func(ctx context.Context, e market.Event) error {
		select {
		case <-gate:
			s.note(e)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, Options{}))
	es := events("order.placed", 60)
	for i := range es {
		es[i].Body = make([]byte, 40<<10)
	}
	box.put(es...)
	must(t, b.Relay(box))
	eventually(t, func() bool { box.mu.Lock(); defer box.mu.Unlock(); return len(box.sent) >= 20 })
	if n, _ := box.Pending(t.Context(), 100); len(n) < 30 {
		t.Fatalf("%d events wait in the outbox; the stream took more than its limit", len(n))
	}
	close(gate)
	eventually(t, func() bool {
		must(t, b.trimOnce(t.Context()))
		lag, err := b.Lag(t.Context())
		must(t, err)
		return lag.drained()
	})
	for i, e := range es {
		if s.of(e.ID) < 1 {
			t.Errorf("event %d was lost when the stream was full", i)
		}
	}
}

func TestASlowHandlerIsNotDisturbed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes longer than the server's patience")
	}
	t.Parallel()
	b, box := open(t, Settings{}), newMemory()
	s := newSeen()
	must(t, b.Consume(t.Context(), "slow", []string{">"}, func(_ context.Context, e market.Event) error {
		if s.note(e); string(e.Body) == `{"n":0}` {
			time.Sleep(ackWait + 2*time.Second)
		}
		return nil
	}, Options{}))
	es := events("order.placed", 3)
	box.put(es...)
	must(t, b.Relay(box))
	drained(t, b)
	for _, e := range es {
		if s.of(e.ID) != 1 {
			t.Errorf("event %s was handed out %d times while its consumer was at work", e.ID, s.of(e.ID))
		}
	}
}

func TestConsumedEventsAreRemoved(t *testing.T) {
	b, box := open(t, Settings{}), newMemory()
	stuck := make(chan struct{})
	must(t, b.Consume(t.Context(), "a", []string{"order.>"}, func(context.Context, market.Event) error { return nil }, Options{}))
	must(t, b.Consume(t.Context(), "b", []string{"order.paid"}, func(ctx context.Context, _ market.Event) error {
		select {
		case <-stuck:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, Options{}))
	box.put(slices.Concat(events("order.placed", 10), events("order.paid", 1), events("order.placed", 10))...)
	must(t, b.Relay(box))
	left := func() uint64 {
		must(t, b.trimOnce(t.Context()))
		info, err := b.events.Info(t.Context())
		must(t, err)
		return info.State.Msgs
	}
	eventually(t, func() bool {
		lag, err := b.Lag(t.Context())
		must(t, err)
		return !lag.Outbox && lag.Consumers["a"] == 0
	})
	if n := left(); n < 11 {
		t.Fatalf("%d events are left; one that a consumer had not handled was removed", n)
	}
	close(stuck)
	drained(t, b)
	if n := left(); n != 0 {
		t.Errorf("%d events are left after all consumers handled them", n)
	}
}

func TestSettingsTellEveryMistake(t *testing.T) {
	if faults := (Settings{MaxBytes: 5, Remember: time.Millisecond, Poll: -1}).Check(); len(faults) != 4 {
		t.Errorf("%d mistakes were told of four: %v", len(faults), faults)
	}
	if faults := (Settings{Dir: "x"}).Check(); len(faults) != 0 {
		t.Errorf("good settings were refused: %v", faults)
	}
}

func TestWaitsDoubleUpToTheirLimit(t *testing.T) {
	o := Options{FirstWait: time.Second, LongestWait: 10 * time.Second}
	for n, want := range map[uint64]time.Duration{1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 5: 10 * time.Second, 1000: 10 * time.Second} {
		if got := o.wait(n); got != want {
			t.Errorf("after failure %d the wait is %s, want %s", n, got, want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing happened for 20 seconds")
		}
	}
}

func TestTheRelayRestsWhereEventsTrickle(t *testing.T) {
	for name, c := range map[string]struct {
		n          int
		took, want time.Duration
	}{
		"a full batch: more wait, nobody rests":                  {batch, 20 * time.Millisecond, 0},
		"a few events: others gather for three times as long":    {3, 2 * time.Millisecond, 6 * time.Millisecond},
		"a slow disk: no letter waits longer than the bound":     {3, time.Second, longestRest},
		"nearly full: one more batch may come before long again": {batch - 1, time.Millisecond, 3 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rest(c.n, c.took); got != c.want {
				t.Errorf("got a rest of %s, want %s: events are late, or each costs a sync of its own", got, c.want)
			}
		})
	}
}
