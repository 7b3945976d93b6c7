package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Room that the collector always has above what is alive, and how far the limit
// goes up for it. With less than some 20 MiB it collects several times a second
// under attack, which takes up to half of the core from those who trade.
const (
	collectorRoom = 40 << 20
	mostOver      = 12 // a twelfth over the setting
	roomEvery     = 250 * time.Millisecond
	roomStep      = 2 << 20 // bytes; smaller changes are not worth the stop that a change takes
)

// keepRoom keeps the runtime's memory limit at a number of bytes, or above it
// while what is alive leaves the collector too little room, until ctx ends.
func keepRoom(ctx context.Context, bytes int64) {
	debug.SetMemoryLimit(bytes)
	now := bytes
	each := time.NewTicker(roomEvery)
	defer each.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
		if to := limitFor(bytes, readMemory()); to > now+roomStep || to < now-roomStep {
			debug.SetMemoryLimit(to)
			now = to
		}
	}
}

// memory is what the runtime holds, in bytes.
type memory struct {
	live   int64 // objects at the end of the last collection
	beside int64 // stacks, tables and room that is lost between objects
}

func readMemory() memory {
	of := [...]metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(of[:])
	var v [len(of)]int64
	for i := range of {
		v[i] = int64(of[i].Value.Uint64())
	}
	return memory{live: v[0], beside: v[1] - v[2] - v[3] - v[4]}
}

// limitFor is the limit that leaves the collector its room, within bounds.
func limitFor(bytes int64, m memory) int64 {
	return min(max(bytes, m.live+m.beside+collectorRoom), bytes+bytes/mostOver)
}
