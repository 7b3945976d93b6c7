package shield

import (
	"hash/maphash"
	"sync"
)

// tagged knows which pages bear a tag, and which tags were dropped of late.
type tagged struct {
	mu      sync.Mutex
	entries map[string]map[*entry]struct{}
	drops   uint64            // how many there were; a page being made remembers it
	latest  map[uint64]uint64 // hash of a tag → the drop that was its last
	floor   uint64            // drops that latest no longer tells apart
	seed    maphash.Seed
}

// mostLatest bounds the tags that are remembered as dropped, 40 bytes each.
// Beyond it every page that is being made counts as changed.
const mostLatest = 16_384

// drop notes that tags were dropped and gives the pages that bear them.
func (t *tagged) drop(tags []string) (out []*entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drops++
	if len(t.latest)+len(tags) > mostLatest {
		clear(t.latest)
		t.floor = t.drops
	}
	for _, tag := range tags {
		if len(t.latest) < mostLatest {
			t.latest[maphash.String(t.seed, tag)] = t.drops
		} else {
			t.floor = t.drops
		}
		for e := range t.entries[tag] {
			out = append(out, e)
		}
	}
	return out
}

// now is how many drops there were.
func (t *tagged) now() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.drops
}

// change enters a page's tags in place of those that the entry had, unless one
// was dropped since begun: then it gives that drop and changes nothing.
func (t *tagged) change(e *entry, was, tags []string, begun uint64) (spoilt uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.drops != begun && len(tags) > 0 {
		if t.floor > begun {
			spoilt = t.floor
		}
		for _, tag := range tags {
			if at := t.latest[maphash.String(t.seed, tag)]; at > begun {
				spoilt = max(spoilt, at)
			}
		}
		if spoilt > 0 {
			return spoilt
		}
	}
	t.forget(e, was)
	for _, tag := range tags {
		if t.entries[tag] == nil {
			t.entries[tag] = map[*entry]struct{}{}
		}
		t.entries[tag][e] = struct{}{}
	}
	return 0
}

func (t *tagged) remove(e *entry, tags []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(e, tags)
}

func (t *tagged) forget(e *entry, tags []string) {
	for _, tag := range tags {
		delete(t.entries[tag], e)
		if len(t.entries[tag]) == 0 {
			delete(t.entries, tag)
		}
	}
}
