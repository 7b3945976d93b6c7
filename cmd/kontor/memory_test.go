package main

import (
	"context"
	"runtime/debug"
	"testing"
	"time"
)

func TestTheCollectorKeepsItsRoom(t *testing.T) {
	const set = 200 << 20
	for name, c := range map[string]struct {
		m    memory
		want int64
	}{
		"little is alive: what the operator set":       {memory{80 << 20, 30 << 20}, set},
		"room is short: the limit gives way":           {memory{140 << 20, 30 << 20}, 210 << 20},
		"far too much is alive: a twelfth and no more": {memory{400 << 20, 30 << 20}, set + set/12},
	} {
		if got := limitFor(set, c.m); got != c.want {
			t.Errorf("%s: got %d MiB, want %d", name, got>>20, c.want>>20)
		}
	}
}

func TestTheMemoryLimitFollowsWhatIsAlive(t *testing.T) {
	const set, want = 36 << 20, 39 << 20 // with what any program holds, the room is short
	was := debug.SetMemoryLimit(-1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); keepRoom(ctx, set) }()
	defer func() {
		cancel()
		<-done
		debug.SetMemoryLimit(was)
	}()
	for end := time.Now().Add(10 * time.Second); debug.SetMemoryLimit(-1) != want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the limit is %d, want %d", debug.SetMemoryLimit(-1), want)
		}
	}
}
