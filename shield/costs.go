package shield

import (
	"sync"
	"sync/atomic"
	"time"
)

// costs learns what each route costs the site: the time that it takes on the
// quiet site, by which places judges how full it is, and the time that it takes
// on average, by which limits are weighted.
//
// Memory: at most mostRoutes routes; whatever is named beyond that shares one.
type costs struct {
	mu     sync.RWMutex
	byName map[string]*cost
	other  cost
	usual  atomic.Int64 // nanoseconds that a request takes on average, over all routes
}

const mostRoutes = 1_024

// cost is what one route costs.
type cost struct {
	id    uint32
	name  string
	quiet atomic.Int64 // nanoseconds on the quiet site; 0 while unknown
	mean  atomic.Int64 // nanoseconds on average, lately
}

func newCosts() *costs {
	return &costs{byName: map[string]*cost{}, other: cost{id: mostRoutes, name: "other"}}
}

// of is the cost of a route.
func (c *costs) of(name string) *cost {
	c.mu.RLock()
	k, ok := c.byName[name]
	c.mu.RUnlock()
	if ok {
		return k
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.byName[name]; ok {
		return k
	}
	if len(c.byName) >= mostRoutes {
		return &c.other
	}
	k = &cost{id: uint32(len(c.byName)), name: name}
	c.byName[name] = k
	return k
}

// quietTime learns from a request that took so long and tells how long one
// takes on the quiet site. It follows a quicker request at once and a slower one
// only while there was room: under overload nothing can be learnt of the quiet
// site.
func (k *cost) quietTime(took time.Duration, room bool) time.Duration {
	was := k.quiet.Load()
	switch {
	case was == 0 || int64(took) < was:
		was = max(int64(took), int64(10*time.Microsecond))
		k.quiet.Store(was)
	case room:
		was += (int64(took) - was) / 256
		k.quiet.Store(was)
	}
	return time.Duration(was)
}

// learn counts a request's time to the averages.
func (c *costs) learn(k *cost, took time.Duration) {
	follow(&k.mean, int64(took), 64)
	follow(&c.usual, int64(took), 64) // as quickly: a site of one route has one weight
}

// follow moves an average a part of the way to v. Two at once may lose one step.
func follow(mean *atomic.Int64, v int64, part int64) {
	was := mean.Load()
	if was == 0 {
		mean.Store(v)
		return
	}
	mean.Store(was + (v-was)/part)
}

// weight is a route's cost compared with the usual request: from 1/16 to 64.
func (c *costs) weight(k *cost) float64 {
	mean, usual := k.mean.Load(), c.usual.Load()
	if mean == 0 || usual == 0 {
		return 1
	}
	return min(max(float64(mean)/float64(usual), 1.0/16), 64)
}

// learnt is a route's costs as they are kept over a restart.
type learnt struct {
	Name  string        `json:"name"`
	Quiet time.Duration `json:"quiet_ns"`
	Mean  time.Duration `json:"mean_ns"`
}

func (c *costs) list() []learnt {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := make([]learnt, 0, len(c.byName))
	for _, k := range c.byName {
		if k.quiet.Load() > 0 {
			all = append(all, learnt{k.name, time.Duration(k.quiet.Load()), time.Duration(k.mean.Load())})
		}
	}
	return all
}

// recall takes up what was learnt before a restart.
func (c *costs) recall(all []learnt) {
	for _, l := range all {
		if l.Quiet <= 0 || l.Mean <= 0 || l.Quiet > time.Minute || l.Mean > time.Minute {
			continue
		}
		k := c.of(l.Name)
		k.quiet.Store(int64(l.Quiet))
		k.mean.Store(int64(l.Mean))
	}
}
