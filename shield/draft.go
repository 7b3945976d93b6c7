package shield

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
)

// draft holds an answer back until it is finished, or longer than mostDraft, or
// flushed: from then on it goes out as it comes.
type draft struct {
	to      http.ResponseWriter
	status  int // 0 before WriteHeader
	body    []byte
	passing bool

	in    *outbox // where it is counted while it is sent; nil in tests of other things
	class Class   // of who asked
	begun tick
	at    int         // in the outbox's list
	left  int         // bytes that have not gone out
	cut   atomic.Bool // others need its room
}

// mostDraft bounds the bytes of an answer that is held back: of those being made
// there are no more than places; an outbox bounds those being sent.
const mostDraft = 1 << 20

// keptDraft is how much room an answer's buffer keeps for the next.
const keptDraft = 128 << 10

var drafts = sync.Pool{New: func() any { return new(draft) }}

func (h *draft) Header() http.Header { return h.to.Header() }

func (h *draft) WriteHeader(status int) {
	switch {
	case h.passing || status < 200:
		h.to.WriteHeader(status)
	case h.status == 0:
		h.status = status
	}
}

func (h *draft) Write(b []byte) (int, error) {
	if h.passing {
		return h.to.Write(b)
	}
	if h.status == 0 {
		h.status = http.StatusOK
	}
	if len(h.body)+len(b) > mostDraft {
		h.send()
		return h.to.Write(b)
	}
	h.body = append(h.body, b...)
	return len(b), nil
}

// FlushError sends what there is.
func (h *draft) FlushError() error {
	h.send()
	return http.NewResponseController(h.to).Flush()
}

// Unwrap lets the site set deadlines.
func (h *draft) Unwrap() http.ResponseWriter { return h.to }

// send sends what was held back.
func (h *draft) send() {
	if h.passing {
		return
	}
	h.passing = true
	fields := h.to.Header()
	delete(fields, "Surrogate-Control") // meant for us
	delete(fields, "Surrogate-Key")
	keepApart(fields)
	if h.status != 0 {
		h.to.WriteHeader(h.status)
	}
	if len(h.body) > 0 {
		h.deliver()
	}
}

// deliver sends the body part by part, so that what has gone out makes room.
func (h *draft) deliver() {
	if h.in == nil {
		_, _ = h.to.Write(h.body) // the visitor may have gone
		return
	}
	h.in.begin(h)
	defer h.in.end(h)
	for rest := h.body; len(rest) > 0; {
		n, err := h.to.Write(rest[:min(len(rest), pacedChunk)])
		if h.cut.Load() {
			panic(http.ErrAbortHandler) // else half of an answer might pass for a whole one
		}
		if err != nil {
			return // the visitor has gone
		}
		rest = rest[n:]
		h.in.sent(h, n)
	}
}

func (h *draft) reset() {
	body := h.body[:0]
	if cap(body) > keptDraft {
		body = nil
	}
	h.to, h.status, h.body, h.passing, h.in, h.class = nil, 0, body, false, nil, Banned
	h.cut.Store(false)
}

// outbox are the answers that are made and not yet read by their visitors. Each
// is as large as its page and lasts as long as its reader takes.
//
// Memory: mostHeld bytes, and of those who are not signed in heldByGuests. When
// an answer finds no room, one of the lowest class that has taken longest is
// broken off: whoever reads at a usual pace is done long before. Where members
// hold nearly all, guests are turned away before the site is asked.
type outbox struct {
	now         func() tick
	all, guests atomic.Int64 // bytes held, and of them those of guests

	mu   sync.Mutex
	list []*draft
}

const (
	mostHeld     = 32 << 20
	heldByGuests = mostHeld / 4 * 3
)

// full tells whether an answer for that class would find no room.
func (o *outbox) full(c Class) bool {
	return c < Member && o.all.Load()-o.guests.Load() > mostHeld-mostDraft
}

// hold counts n bytes more, or less, that wait for a reader of a class.
func (o *outbox) hold(c Class, n int) {
	if c < Member {
		o.guests.Add(int64(n))
	}
	o.all.Add(int64(n))
}

// begin counts an answer that is whole, and makes room for it.
func (o *outbox) begin(h *draft) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h.begun, h.left, h.at = o.now(), len(h.body), len(o.list)
	o.list = append(o.list, h)
	o.hold(h.class, h.left)
	for o.all.Load() > mostHeld || h.class < Member && o.guests.Load() > heldByGuests {
		o.breakOff(o.slowest())
	}
}

// slowest is one of the lowest class, of those looked at and the one that came
// last, that was begun longest ago.
func (o *outbox) slowest() *draft {
	out := o.list[len(o.list)-1]
	for range looked {
		if x := o.list[rand.IntN(len(o.list))]; x.rank() < out.rank() || x.rank() == out.rank() && x.begun < out.begun {
			out = x
		}
	}
	return out
}

// rank is the class, but that a pass is no reason to read slowly.
func (h *draft) rank() Class {
	if h.class == Passed {
		return Guest
	}
	return h.class
}

// breakOff ends an answer that is being sent.
func (o *outbox) breakOff(h *draft) {
	h.cut.Store(true)
	o.strike(h)
	// Under the lock, for its handler can't end meanwhile.
	_ = http.NewResponseController(h.to).SetWriteDeadline(longAgo) // without deadlines it ends by itself
}

func (o *outbox) sent(h *draft, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !h.cut.Load() {
		h.left -= n
		o.hold(h.class, -n)
	}
}

func (o *outbox) end(h *draft) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !h.cut.Load() {
		o.strike(h)
	}
}

func (o *outbox) strike(h *draft) {
	o.hold(h.class, -h.left)
	last := len(o.list) - 1
	o.list[h.at] = o.list[last]
	o.list[h.at].at = h.at
	o.list[last] = nil
	o.list = o.list[:last]
}
