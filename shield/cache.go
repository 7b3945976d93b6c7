package shield

import (
	"hash/maphash"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// cache keeps finished pages that are the same for every visitor. A hit costs a
// few look-ups and one write, and needs no place among those that the site can
// serve at once: whoever would be turned away still gets the page.
//
//   - find answers from the address as it was sent, without asking the site's
//     routes; get answers from the address as the site means it.
//   - board lets one of those that miss the same page make it; the others wait.
//     fill makes and keeps it (keep.go).
//   - drop takes out what an event has changed.
//
// Memory: at most the bytes given to newCache, for bodies, fields, names, tags
// and queues; besides it 1 MiB for aliases and a page for every request that
// makes one.
type cache struct {
	shelves []shelf
	old     tick // how long past its time a page may serve while the site is short
	seed    maphash.Seed
	aliases []atomic.Pointer[alias]
	unkept  [unkeptSlots]atomic.Uint64
	tagged  tagged
	boarded boarded
}

// freshness is what a found page is good for.
type freshness uint8

const (
	missing freshness = iota // there is none: ask the site
	unkept                   // the site does not let it be kept: ask, and let nobody wait for it
	old                      // past its time: only where the visitor would be turned away
	stale                    // just past its time: one asks the site, all others get it
	fresh                    // serve it
)

const (
	aliasWays   = 4
	aliasSets   = 1_024 // × aliasWays: the addresses that are answered quickest
	aliasMost   = 192   // bytes of an alias
	unkeptSlots = 1_024
	unkeptFor   = tick(5 * time.Second)
	leastShelf  = 4 << 20 // bytes of a shelf, where there are several
	mostShelves = 16
)

// newCache keeps at most so many bytes. A page serves for old past its time
// where a visitor would be turned away instead.
func newCache(bytes int64, old time.Duration) *cache {
	n := 1
	for n < mostShelves && bytes/int64(2*n) >= leastShelf {
		n *= 2
	}
	c := &cache{
		shelves: make([]shelf, n),
		old:     tick(old),
		seed:    maphash.MakeSeed(),
		aliases: make([]atomic.Pointer[alias], aliasSets*aliasWays),
	}
	c.tagged = tagged{entries: map[string]map[*entry]struct{}{}, latest: map[uint64]uint64{}, seed: c.seed}
	c.boarded.flights = map[string]*flight{}
	for i := range c.shelves {
		c.shelves[i].init(bytes / int64(n))
	}
	return c
}

func (c *cache) shelf(hash uint64) *shelf { return &c.shelves[hash&uint64(len(c.shelves)-1)] }

// entry is a page's place in the cache. The page in it changes when it is made
// anew and is nil once the entry is out of the cache.
type entry struct {
	key  string
	hash uint64
	page atomic.Pointer[page]
	uses atomic.Int32 // since it was last looked at for eviction, at most mostUses

	in         *queue
	prev, next *entry
}

// look is the entry's page and what it is good for.
func (e *entry) look(now, old tick) (*page, freshness) {
	p := e.page.Load()
	if p == nil {
		return nil, missing
	}
	if n := e.uses.Load(); n < mostUses {
		e.uses.Store(n + 1)
	}
	switch {
	case now < p.fresh:
		return p, fresh
	case now < p.stale:
		return p, stale
	case now < p.fresh+old:
		return p, p.whenOld()
	}
	return nil, missing
}

// whenOld is what p is good for past its time: a page that was not there may be
// there by now.
func (p *page) whenOld() freshness {
	if p.status != http.StatusOK {
		return missing
	}
	return old
}

// alias is an address as it was sent, with the entry that it leads to.
type alias struct {
	uri   string
	theme byte
	part  bool
	entry *entry
	used  atomic.Bool
}

// find is the page for a request that was asked for in the same words before.
// It may miss what get finds. It does not allocate.
func (c *cache) find(now tick, r *http.Request, theme byte) (*page, freshness) {
	if !public(r) || len(r.RequestURI) > aliasMost {
		return nil, missing
	}
	part := isPart(r)
	set := c.aliasSet(r.RequestURI, theme, part)
	for i := range set {
		a := set[i].Load()
		if a != nil && a.uri == r.RequestURI && a.theme == theme && a.part == part {
			if !a.used.Load() {
				a.used.Store(true)
			}
			return a.entry.look(now, c.old)
		}
	}
	return nil, missing
}

func (c *cache) aliasSet(uri string, theme byte, part bool) []atomic.Pointer[alias] {
	h := maphash.String(c.seed, uri)
	h += uint64(theme) << 1
	if part {
		h++
	}
	at := (h % aliasSets) * aliasWays
	return c.aliases[at : at+aliasWays]
}

// name remembers that a request's words lead to an entry. Of a full set the one
// goes that was not used since another was put in beside it, so that addresses
// that are asked for once don't drive out those that are asked for often.
func (c *cache) name(r *http.Request, w want, e *entry) {
	if !w.straight || len(r.RequestURI) > aliasMost {
		return
	}
	set := c.aliasSet(r.RequestURI, w.theme, w.part)
	at := -1
	for i := range set {
		a := set[i].Load()
		switch {
		case a == nil, a.entry.page.Load() == nil, a.uri == r.RequestURI && a.theme == w.theme && a.part == w.part:
			at = i
		case at < 0 && !a.used.Swap(false):
			at = i
		}
	}
	if at < 0 {
		at = 0 // all were in use; their marks are gone now
	}
	set[at].Store(&alias{uri: strings.Clone(r.RequestURI), theme: w.theme, part: w.part, entry: e})
}

// get is the page for an address as the site means it.
func (c *cache) get(now tick, r *http.Request, w want) (*page, freshness) {
	hash := maphash.String(c.seed, w.key)
	if e := c.shelf(hash).find(w.key); e != nil {
		p, good := e.look(now, c.old)
		if p != nil {
			c.name(r, w, e)
		}
		return p, good
	}
	if c.isUnkept(now, hash) {
		return nil, unkept
	}
	return nil, missing
}

// setUnkept remembers for a short while that the site does not let an address be
// kept, so that nobody waits for another's answer to it. A slot holds some bits
// of the address and the seconds until when.
func (c *cache) setUnkept(now tick, key string) {
	hash := maphash.String(c.seed, key)
	c.unkept[hash%unkeptSlots].Store(hash&^0xffffffff | uint64(uint32((now+unkeptFor)/1e9)))
}

func (c *cache) isUnkept(now tick, hash uint64) bool {
	slot := c.unkept[hash%unkeptSlots].Load()
	return slot>>32 == hash>>32 && uint32(now/1e9) < uint32(slot)
}

// keep puts a page into the cache that was begun to be made when so many drops
// had happened. A page that was changed since is not kept; spoilt is then the
// drop that did it, else 0.
func (c *cache) keep(w want, p *page, begun uint64) (e *entry, spoilt uint64) {
	hash := maphash.String(c.seed, w.key)
	return c.shelf(hash).keep(&c.tagged, w.key, hash, p, begun)
}

// drop takes out every page that bears one of these tags, and those that are
// being made: they may have been read from what is no longer so.
func (c *cache) drop(tags ...string) {
	for _, e := range c.tagged.drop(tags) {
		s := c.shelf(e.hash)
		s.mu.Lock()
		s.remove(&c.tagged, e)
		s.mu.Unlock()
	}
}

// size is how many bytes and pages are kept.
func (c *cache) size() (bytes int64, pages int) {
	for i := range c.shelves {
		s := &c.shelves[i]
		s.mu.RLock()
		bytes += s.small.bytes + s.main.bytes
		pages += len(s.byKey)
		s.mu.RUnlock()
	}
	return bytes, pages
}
