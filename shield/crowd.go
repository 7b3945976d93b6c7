package shield

import (
	"math/rand/v2"
	"sync"
)

// crowd is who is at the door and in the house, by prefix.
//
// Memory: two lists of at most Door.Most connections together, and 20 bytes for
// each prefix that has a connection open.
type crowd struct {
	set    *Door
	mu     sync.Mutex
	heads  map[key]heads // by narrow and wide key alike: hashes tell widths apart
	parked []*conn       // arriving: at most three quarters of Door.Most
	seated []*conn       // handed to net/http: at most a sixth
}

type heads struct{ open, parked, bodies int32 }

// place is where a connection is listed.
type place uint8

const (
	unlisted place = iota
	parkedPlace
	seatedPlace
)

func newCrowd(set *Door) *crowd { return &crowd{set: set, heads: map[key]heads{}} }

// park takes an arriving connection in. fits is false if its prefix has too
// many; the prefix's bounds don't hold for one that is free. out is another,
// which made room, and must be closed.
func (c *crowd) park(in *conn, free bool) (out *conn, fits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	narrow, wide := c.heads[in.src.narrow], c.heads[in.src.wide]
	if !free && (narrow.open >= int32(c.set.PerAddress) || wide.open >= int32(c.set.PerNetwork)) {
		return nil, false
	}
	in.hurried = !free && (narrow.parked >= int32(c.set.Unfinished) || wide.parked >= 4*int32(c.set.Unfinished))
	if len(c.parked) >= c.set.Most-c.set.Most/4 {
		out = c.longest(c.parked)
		c.strike(out)
	}
	c.count(in, heads{open: 1, parked: 1})
	in.place, in.at = parkedPlace, len(c.parked)
	c.parked = append(c.parked, in)
	return out, true
}

// seat moves a connection whose first request has come to those that net/http
// serves. It is false if all of these are being answered.
func (c *crowd) seat(in *conn) (out *conn, fits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.place != parkedPlace {
		return nil, false // it made room for another
	}
	if len(c.seated) >= max(1, c.set.Most/6) {
		if out = c.longest(c.seated); out == nil {
			return nil, false
		}
		c.strike(out)
	}
	c.parked = cut(c.parked, in)
	c.count(in, heads{parked: -1})
	in.place, in.at = seatedPlace, len(c.seated)
	c.seated = append(c.seated, in)
	return out, true
}

// leave takes a connection out, if it was in.
func (c *crowd) leave(in *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.strike(in)
}

func (c *crowd) strike(in *conn) {
	switch in.place {
	case parkedPlace:
		c.parked = cut(c.parked, in)
		c.count(in, heads{open: -1, parked: -1})
	case seatedPlace:
		c.seated = cut(c.seated, in)
		c.count(in, heads{open: -1})
	}
	in.place = unlisted
}

func (c *crowd) count(in *conn, by heads) {
	c.add(in.src.narrow, by)
	c.add(in.src.wide, by)
}

func (c *crowd) add(k key, by heads) {
	t := c.heads[k]
	t.open += by.open
	t.parked += by.parked
	t.bodies += by.bodies
	if t == (heads{}) {
		delete(c.heads, k)
		return
	}
	c.heads[k] = t
}

// begin counts a request's body that has not come yet; false if the prefix has
// too many of them. Those who come through a trusted HTTP proxy share its
// address, and are not counted.
func (c *crowd) begin(in *conn) bool {
	if in.proxied {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heads[in.src.narrow].bodies >= int32(c.set.Unfinished) || c.heads[in.src.wide].bodies >= 4*int32(c.set.Unfinished) {
		return false
	}
	c.count(in, heads{bodies: 1})
	in.dripping.Store(true)
	return true
}

// end takes back what begin counted.
func (c *crowd) end(in *conn) {
	if in.proxied {
		return
	}
	in.dripping.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(in, heads{bodies: -1})
}

// looked is how many connections are looked at to find one that has stood still
// for long: of 32 taken by chance one is nearly always among the oldest tenth.
const looked = 32

// longest is a connection that has stood still longer than most, or whose body
// drips in, a stranger's if one is among those looked at; nil if these are all
// being answered.
func (c *crowd) longest(list []*conn) (oldest *conn) {
	if len(list) == 0 {
		return nil
	}
	var since tick
	var spared bool
	for range looked {
		x := list[rand.IntN(len(list))]
		if x.requests.Load() > 0 && !x.dripping.Load() {
			continue
		}
		quiet, good := x.quiet.Load(), x.earned.Load()
		if oldest == nil || spared && !good || spared == good && quiet < since {
			oldest, since, spared = x, quiet, good
		}
	}
	return oldest
}

// numbers are how many connections are parked and seated.
func (c *crowd) numbers() (parked, seated int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.parked), len(c.seated)
}

// cut takes x out of the list it stands in, and moves the last into its place.
func cut(list []*conn, x *conn) []*conn {
	last := len(list) - 1
	list[x.at] = list[last]
	list[x.at].at = x.at
	list[last] = nil
	return list[:last]
}
