package attack

import (
	"container/list"
	"context"
	"errors"
	"net/netip"
	"sync"
)

// Bounds of a crowd's connections. Above mostWires the connection that was
// opened first is closed, as a bot does that has many victims; its source shakes
// hands again, with its ticket, when its turn comes.
const (
	mostWires     = 8_000
	mostOfASource = 64
)

// crowd are the sources of a flood, each with connections of its own that it
// keeps open. Memory: about 1 KB a source, 30 KB a connection.
type crowd struct {
	target  Target
	count   *Counter
	sources Sources
	most    int

	mu      sync.Mutex
	clients map[uint64]*client // by number of the source
	open    list.List          // of held, oldest first
	opening int                // more that are being opened
	over    bool
}

// client is one source.
type client struct {
	from   netip.Addr
	ticket ticket

	dialing sync.Mutex // one connection at a time
	mu      sync.Mutex
	wires   []wire
	jar     jar
}

// held is a connection in the crowd's list.
type held struct {
	of *client
	w  wire
}

// gather makes a crowd; 0 connections are mostWires. End it with close.
func gather(t Target, c *Counter, s Sources, connections int) *crowd {
	if connections <= 0 {
		connections = mostWires
	}
	return &crowd{target: t.counted(c), count: c, sources: s, most: connections, clients: map[uint64]*client{}}
}

// client is source i.
func (k *crowd) client(i uint64) *client {
	i %= k.sources.Len()
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.clients[i]
	if c == nil {
		c = &client{from: k.sources.At(i)}
		k.clients[i] = c
	}
	return c
}

// ask has a source ask for a page, and counts it; ok tells whether an answer of
// any status came.
func (k *crowd) ask(ctx context.Context, c *client, r *request) (a answer, ok bool) {
	offered := false
	a, err := k.fetch(ctx, c, r, func() {
		if !offered {
			k.count.Offer()
			offered = true
		}
	})
	switch {
	case err == nil:
		k.count.End(a.outcome())
	case !offered:
		k.count.Short(1)
	case ctx.Err() == nil:
		k.count.End(Broken)
	}
	return a, err == nil
}

// fetch asks, and calls sent before it sends or connects. Where the site closed
// an idle connection it asks again, as a browser does.
func (k *crowd) fetch(ctx context.Context, c *client, r *request, sent func()) (a answer, err error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for range 3 {
		var w wire
		if w, err = k.wire(within, c, sent); err == nil {
			a, err = w.ask(within, r)
		}
		if !errors.Is(err, errStale) {
			break
		}
	}
	return a, err
}

// wire is a connection of a source with a place for a request.
func (k *crowd) wire(ctx context.Context, c *client, sent func()) (wire, error) {
	if w := c.free(); w != nil {
		sent()
		return w, nil
	}
	c.dialing.Lock()
	defer c.dialing.Unlock()
	if w := c.free(); w != nil {
		sent()
		return w, nil
	}
	if ctx.Err() != nil { // it waited for the source's other connection
		sent()
		return nil, ctx.Err()
	}
	if c.held() >= mostOfASource || !k.room() {
		return nil, errFull
	}
	sent()
	w, err := k.target.open(ctx, c.from, &c.ticket)
	if err == nil {
		w.take() // nobody knows of it yet
	}
	k.mu.Lock()
	k.opening--
	over := k.over
	if err == nil && !over {
		k.open.PushBack(held{c, w})
	}
	k.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case over:
		w.close()
		return nil, context.Canceled
	}
	c.mu.Lock()
	c.wires = append(c.wires, w)
	c.mu.Unlock()
	return w, nil
}

// free takes a place on a connection that is open, and forgets those that are
// not.
func (c *client) free() wire {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 0; i < len(c.wires); {
		w := c.wires[i]
		if w.take() {
			return w
		}
		if w.gone() {
			c.wires = append(c.wires[:i], c.wires[i+1:]...)
			continue
		}
		i++
	}
	return nil
}

func (c *client) held() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.wires)
}

// room reserves a place for a connection that will be opened. It closes what is
// gone, or the oldest idle connection, where the crowd holds as many as it may,
// and is false if all that it looked at are busy.
func (k *crowd) room() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over || k.opening >= mostShaking || !k.cleared() {
		return false
	}
	k.opening++
	return true
}

func (k *crowd) cleared() bool {
	for e, looks := k.open.Front(), 64; e != nil && looks > 0; looks-- {
		next := e.Next()
		h := e.Value.(held)
		full := k.open.Len()+k.opening >= k.most
		switch {
		case h.w.gone(), full && h.w.idle():
			h.of.forget(h.w)
			h.w.close()
			k.open.Remove(e)
		case !full:
			return true
		default:
			k.open.MoveToBack(e)
		}
		e = next
	}
	return k.open.Len()+k.opening < k.most
}

func (c *client) forget(w wire) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.wires {
		if c.wires[i] == w {
			c.wires = append(c.wires[:i], c.wires[i+1:]...)
			return
		}
	}
}

// close ends all connections and waits for them.
func (k *crowd) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	for e := k.open.Front(); e != nil; e = e.Next() {
		e.Value.(held).w.close()
	}
	k.open.Init()
}
