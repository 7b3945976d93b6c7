package shield

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
)

// allowed are prefixes that no limit, shape or ban holds for: the operator's for
// ever, and those that were let through after a wrong refusal for a time.
type allowed struct {
	mu   sync.RWMutex
	list []permit
}

// permit is one prefix; a zero until is for ever.
type permit struct {
	prefix netip.Prefix
	until  tick
}

// mostPermits bounds the list, which is gone through for every request.
const mostPermits = 256

// let adds a prefix until a time, 0 for ever.
func (l *allowed) let(now, until tick, p netip.Prefix) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(x permit) bool { return x.prefix == p.Masked() || x.until != 0 && x.until < now })
	if len(l.list) >= mostPermits {
		return errors.New("too many prefixes are let through already")
	}
	l.list = append(l.list, permit{p.Masked(), until})
	return nil
}

// has tells whether an address is let through.
func (l *allowed) has(now tick, a netip.Addr) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range l.list {
		if (p.until == 0 || now < p.until) && p.prefix.Contains(a) {
			return true
		}
	}
	return false
}
