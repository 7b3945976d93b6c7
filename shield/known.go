package shield

import (
	"net/netip"
	"sync/atomic"
)

// known remembers for a day from which addresses, and which small networks,
// members and passed visitors came: there a ban is applied after the cookie was seen, so that one bad
// machine does not shut out an office.
//
// Memory: 16 bytes an address. One that finds its place taken by another takes it
// over: only those who earned something come here, so a flood drives nobody out.
type known struct{ slots []knownSlot }

type knownSlot struct {
	id   atomic.Uint64
	seen atomic.Int64
}

const day = tick(24 * 3600 * 1e9)

const hour = tick(3600 * 1e9)

func newKnown(bytes int64) *known {
	return &known{slots: make([]knownSlot, max(1, bytes/16))}
}

func (k *known) slot(id key) *knownSlot { return &k.slots[uint64(id)%uint64(len(k.slots))] }

// saw remembers an address as of now.
func (k *known) saw(now tick, id key) {
	at := k.slot(id)
	if at.id.Load() == uint64(id) && now-at.seen.Load() < hour/60 {
		return // a write a minute is enough
	}
	at.id.Store(uint64(id))
	at.seen.Store(now)
}

// has tells whether somebody known came from an address in the last day.
func (k *known) has(now tick, id key) bool {
	at := k.slot(id)
	return at.id.Load() == uint64(id) && now-at.seen.Load() < day
}

// comesFrom tells whether somebody known came from a network in the last day: an
// IPv4 /24 or an IPv6 /48.
func (s *Shield) comesFrom(network netip.Prefix) bool {
	return s.known.has(s.tick(), s.hash.source(network.Addr()).wide)
}
