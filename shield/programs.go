package shield

import (
	"sync"
	"time"
)

// programs remember what the site said of callers that carry a key in every
// request instead of cookies: by a keyed hash of what they sent, for a short
// while.
//
// Memory: mostPrograms × about 64 bytes. A key that finds its place taken is
// asked about again at the site, as a guest.
type programs struct {
	mu    sync.RWMutex
	slots [mostPrograms]program
}

type program struct {
	id key
	st standing
}

const (
	mostPrograms = 8_192
	programFor   = 10 * time.Minute // at most, whatever the site asked for: a key may be withdrawn
)

func (p *programs) keep(id key, st standing) {
	p.mu.Lock()
	p.slots[uint64(id)%mostPrograms] = program{id, st}
	p.mu.Unlock()
}

// of is what was said of a key, true until the standing's end.
func (p *programs) of(id key) (standing, bool) {
	p.mu.RLock()
	x := p.slots[uint64(id)%mostPrograms]
	p.mu.RUnlock()
	return x.st, x.id == id && id != 0
}
