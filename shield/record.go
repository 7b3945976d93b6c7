package shield

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Pressure is how hard the site is pressed.
type Pressure uint8

// The levels.
const (
	Calm     Pressure = iota
	Strained          // places are short: somebody waited or was turned away in the last seconds
	Siege             // a flood is being cut: most of what comes is turned away
)

// String is the level's name in metrics, pages and records.
func (p Pressure) String() string { return [...]string{"calm", "strained", "siege"}[min(p, Siege)] }

// Tally counts what became of requests of one class.
type Tally struct {
	Offered int64 `json:"offered"` // came to the shield
	Served  int64 `json:"served"`  // answered by the site
	Cached  int64 `json:"cached"`  // answered from memory
	Refused int64 `json:"refused"` // turned away
	Would   int64 `json:"would"`   // would have been turned away, had the rule not been in shadow
}

// Second is what happened in one second.
type Second struct {
	At       time.Time        `json:"at"`
	Classes  [classes]Tally   `json:"classes"`
	Reasons  [reasons]int64   `json:"reasons"`
	Took     time.Duration    `json:"took_ns"` // sum of the site's time over served requests
	Pressure Pressure         `json:"pressure"`
	Limit    int              `json:"limit"`
	Busy     int              `json:"busy"`
	Waiting  int              `json:"waiting"`
	Conns    int              `json:"connections"`
	Closed   int64            `json:"closed"`         // connections closed at the door
	Door     map[string]int64 `json:"door,omitempty"` // the same by why
	Hot      []Hot            `json:"hot,omitempty"`
	Bans     int              `json:"bans"`
	Sources  []Source         `json:"sources,omitempty"` // that were refused or ask most
	Routes   map[string]int64 `json:"routes,omitempty"`  // refused by route, the most asked for first
}

// Source is an address or prefix, how often it was refused in the last second,
// and about how often it asks in one.
type Source struct {
	Prefix  netip.Prefix `json:"prefix"`
	Network Network      `json:"network"`
	Refused int64        `json:"refused"`
	Asked   int64        `json:"asked"` // an estimate, never too low; 0 if it is not among the busiest
}

// counters are this second's, written by every request at once.
type counters struct {
	classes [classes]struct{ offered, served, cached, refused, would atomic.Int64 }
	reasons [reasons]atomic.Int64
	door    [turnedWhys]atomic.Int64
	took    atomic.Int64
}

// close takes the counts out and begins anew.
func (c *counters) close(s *Second) {
	for i := range c.classes {
		k := &c.classes[i]
		s.Classes[i] = Tally{k.offered.Swap(0), k.served.Swap(0), k.cached.Swap(0), k.refused.Swap(0), k.would.Swap(0)}
	}
	for i := range c.reasons {
		s.Reasons[i] = c.reasons[i].Swap(0)
	}
	for i := range c.door {
		if n := c.door[i].Swap(0); n > 0 {
			if s.Door == nil {
				s.Door = map[string]int64{}
			}
			s.Door[turned(i).String()] = n
			s.Closed += n
		}
	}
	s.Took = time.Duration(c.took.Swap(0))
}

// kept is how many seconds are remembered: an hour, about 2 MiB with what is hot
// in them.
const kept = 3_600

// seconds remembers the last hour and tells those who watch.
type seconds struct {
	mu       sync.Mutex
	ring     [kept]Second
	next     int
	count    int
	watchers map[chan<- Second]bool
}

// mostWatchers bounds those who are told of every second.
const mostWatchers = 64

func (s *seconds) add(x Second) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring[s.next] = x
	s.next = (s.next + 1) % kept
	s.count = min(s.count+1, kept)
	for w := range s.watchers {
		select {
		case w <- x:
		default: // who does not read misses a second; the hour is kept
		}
	}
}

// last are the newest n seconds, oldest first.
func (s *seconds) last(n int) []Second {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = min(n, s.count)
	out := make([]Second, 0, n)
	for i := range n {
		out = append(out, s.ring[(s.next-n+i+kept)%kept])
	}
	return out
}

// watch tells a channel of every second from now on; it must have room, for a
// second that finds it full is not sent. false if too many watch already.
func (s *seconds) watch(to chan<- Second) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.watchers) >= mostWatchers {
		return false
	}
	if s.watchers == nil {
		s.watchers = map[chan<- Second]bool{}
	}
	s.watchers[to] = true
	return true
}

func (s *seconds) unwatch(to chan<- Second) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, to)
}

// Decision is why a request was turned away: what an operator needs to mend a
// wrong one.
type Decision struct {
	Ref     string     `json:"ref"`
	At      time.Time  `json:"at"`
	Source  netip.Addr `json:"source"`
	Network Network    `json:"network"`
	Class   Class      `json:"class"`
	Why     Reason     `json:"why"`
	Route   string     `json:"route"`
	Shape   string     `json:"shape,omitempty"`
	Count   int        `json:"count"` // of this source in this hour
	Shadow  bool       `json:"shadow,omitempty"`

	lately int64 // since the last look at who is refused most
	newest int   // its place among the newest, where it has one
}

// decisions remember whom the shield turned away, by the reference number that
// they were given. A number stands for a source and an hour, so that a flood
// from few sources fills few places here.
//
// Memory: mostDecisions × about 230 bytes. When a new source finds its place
// taken, the one seen longer ago goes: the number of a visitor who is told to
// come back works for as long as fewer than mostDecisions sources are refused.
type decisions struct {
	mu    sync.Mutex
	slots [mostDecisions]Decision
	hash  *hasher

	touched []uint16 // slots that were written since the last look at who is refused most

	newest [mostNewest]uint16 // slots, each of another source, in the order in which they came
	next   int
}

const (
	mostDecisions = 32_768
	mostNewest    = 64 // decisions that are shown
)

// refLetters are letters and digits that can't be taken for each other.
const refLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// note writes a decision down and gives its reference number.
func (d *decisions) note(src source, x Decision) string {
	h := d.of(src, x.At)
	x.Ref = refOf(h)
	d.mu.Lock()
	slot := uint16(uint64(h) % mostDecisions)
	at := &d.slots[slot]
	if at.lately == 0 {
		d.touched = append(d.touched, slot)
	}
	x.newest = at.newest
	if at.Ref == x.Ref {
		x.Count, x.lately = at.Count, at.lately
	}
	if at.Ref == "" || d.newest[at.newest] != slot {
		x.newest = d.next
		d.newest[d.next] = slot
		d.next = (d.next + 1) % mostNewest
	}
	x.Count++
	x.lately++
	*at = x
	d.mu.Unlock()
	return x.Ref
}

// number is the reference number that a source is given at a time.
func (d *decisions) number(src source, at time.Time) string { return refOf(d.of(src, at)) }

func (d *decisions) of(src source, at time.Time) key {
	return d.hash.mix(src.narrow, uint64(at.Unix()/3600))
}

// find is the decision of a reference number.
func (d *decisions) find(ref string) (Decision, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.slots {
		if d.slots[i].Ref == ref && ref != "" {
			return d.slots[i], true
		}
	}
	return Decision{}, false
}

// recent are the n newest decisions, at most mostNewest, newest first; of a
// source that is turned away again and again only the last.
func (d *decisions) recent(n int) []Decision {
	out := make([]Decision, 0, mostNewest)
	d.mu.Lock()
	for place, slot := range d.newest {
		if x := d.slots[slot]; x.Ref != "" && x.newest == place {
			out = append(out, x)
		}
	}
	d.mu.Unlock()
	slices.SortFunc(out, func(a, b Decision) int { return b.At.Compare(a.At) })
	return out[:min(n, len(out))]
}

// mostTop bounds the sources and routes that a second tells of.
const mostTop = 10

// top are the sources that were refused or ask most since it was last asked, and how
// often each route was.
func (d *decisions) top() (sources []Source, routes map[string]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, slot := range d.touched {
		x := &d.slots[slot]
		if routes == nil {
			routes = map[string]int64{}
		}
		if _, known := routes[x.Route]; known || len(routes) < 4*mostTop {
			routes[x.Route] += x.lately
		}
		at := len(sources)
		for at > 0 && sources[at-1].Refused < x.lately {
			at--
		}
		if at < mostTop {
			sources = slices.Insert(sources, at, Source{Prefix: prefixOf(x.Source, widthNarrow), Network: x.Network, Refused: x.lately})
			sources = sources[:min(len(sources), mostTop)]
		}
		x.lately = 0
	}
	d.touched = d.touched[:0]
	return sources, routes
}

// refOf writes a hash as a number that a person can read out: 7F3K-2Q9X. Eight
// letters of thirty are 39 bits.
func refOf(h key) string {
	var b [9]byte
	v := uint64(h) >> 20
	for i := range b {
		if i == 4 {
			b[i] = '-'
			continue
		}
		b[i] = refLetters[v%uint64(len(refLetters))]
		v /= uint64(len(refLetters))
	}
	return string(b[:])
}
