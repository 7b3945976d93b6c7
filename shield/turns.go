package shield

import (
	"errors"
	"sync"
)

// turns are the handshakes that compute at once: half of the cores, so that a
// flood of them leaves the other half to those who are in. Waiting for the
// other side needs no turn.
//
// The next turn goes to the best lane, first come first served. At most
// mostWaiting wait; when that is full, the newest of the worst lane goes.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting [lanes][]chan bool
	count   int
}

// mostWaiting handshakes are about 0.3 s of one core.
const mostWaiting = 512

// lane is how much a newcomer is trusted.
type lane uint8

const (
	laneKnown lane = iota // a member or a passed visitor came from there lately
	laneQuiet             // its prefix opened few connections lately
	laneBusy
	lanes
)

var errWait = errors.New("too many handshakes wait")

func newTurns(n int) *turns { return &turns{free: n} }

// begin waits for a turn. It does not look at deadlines: a turn is used for
// well under a millisecond, so the wait is bounded by mostWaiting.
func (t *turns) begin(l lane) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	if t.count >= mostWaiting && !t.drop(l) {
		t.mu.Unlock()
		return errWait
	}
	mine := make(chan bool, 1)
	t.waiting[l] = append(t.waiting[l], mine)
	t.count++
	t.mu.Unlock()
	if !<-mine {
		return errWait
	}
	return nil
}

// drop turns away the newest of the worst lane, if that is worse than l.
func (t *turns) drop(l lane) bool {
	for worst := lanes - 1; worst > l; worst-- {
		if n := len(t.waiting[worst]); n > 0 {
			t.waiting[worst][n-1] <- false
			t.waiting[worst] = t.waiting[worst][:n-1]
			t.count--
			return true
		}
	}
	return false
}

// end hands the turn to the next who waits.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for l := range t.waiting {
		if len(t.waiting[l]) > 0 {
			t.waiting[l][0] <- true
			t.waiting[l] = t.waiting[l][1:]
			t.count--
			return
		}
	}
	t.free++
}
