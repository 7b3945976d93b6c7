package shield

import (
	"errors"
	"sync"
	"time"
)

// turns are the handshakes that compute at once: half of the cores, so that a
// flood of them leaves the other half to those who are in. Waiting for the
// other side needs no turn.
//
// Strangers' handshakes take a quarter of the cores at most: after each the next
// one rests in proportion, while whoever is known goes on. On one core a flood of
// connections would else leave nothing to those who are in.
//
// The next turn goes to the best lane, first come first served. At most
// mostWaiting wait; when that is full, the newest of the worst lane goes.
type turns struct {
	now  func() tick
	rest int64 // of strangers after a handshake, in times of what it took, over all turns

	mu      sync.Mutex
	free    int
	open    tick // when strangers may begin again
	woken   bool // somebody looks again at open
	waiting [lanes][]chan bool
	count   int
}

// mostWaiting handshakes are about 0.3 s of one core.
const mostWaiting = 512

// longestTurn is what a handshake computes at most, in nanoseconds: more was
// waiting for the core.
const longestTurn = 1_000_000

// lane is how much a newcomer is trusted.
type lane uint8

const (
	laneKnown lane = iota // a member or a passed visitor came from there lately
	laneQuiet             // its prefix opened few connections lately
	laneBusy
	lanes
)

var errWait = errors.New("too many handshakes wait")

// newTurns are those of a machine with so many cores.
func newTurns(cores int, now func() tick) *turns {
	n := max(1, cores/2)
	return &turns{free: n, now: now, rest: max(0, int64(4*n/max(1, cores))-1)}
}

// begin waits for a turn. It does not look at deadlines: a turn is used for
// well under a millisecond, so the wait is bounded by mostWaiting.
func (t *turns) begin(l lane) error {
	t.mu.Lock()
	if t.free > 0 && t.may(l) && len(t.waiting[l]) == 0 {
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
	t.hand()
	t.mu.Unlock()
	if !<-mine {
		return errWait
	}
	return nil
}

// may tells whether a lane's turn has come.
func (t *turns) may(l lane) bool { return l == laneKnown || t.now() >= t.open }

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

// end gives a turn back that computed for so long.
func (t *turns) end(l lane, took int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free++
	if l != laneKnown {
		t.open = max(t.open, t.now()) + min(max(0, took), longestTurn)*t.rest
	}
	t.hand()
}

// hand gives free turns to those who wait for them.
func (t *turns) hand() {
	for l := lane(0); l < lanes && t.free > 0; {
		if len(t.waiting[l]) == 0 {
			l++
			continue
		}
		if !t.may(l) {
			t.look()
			return
		}
		t.waiting[l][0] <- true
		t.waiting[l] = t.waiting[l][1:]
		t.count--
		t.free--
	}
}

// look hands turns out once strangers may begin again.
func (t *turns) look() {
	if t.woken {
		return
	}
	t.woken = true
	time.AfterFunc(time.Duration(t.open-t.now())+time.Microsecond, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.woken = false
		t.hand()
	})
}
