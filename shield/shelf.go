package shield

import "sync"

// shelf is a part of the cache with its own bound. What goes when it is full is
// chosen as in S3-FIFO (Yang et al., "FIFO queues are all you need for cache
// eviction", SOSP 2023): a page comes into a small queue and moves to the main
// one only if it was asked for again, so that a flood of addresses that are
// asked for once drives out nothing that people come for. Keys that fell out of
// the small queue are remembered for a while and go to the main one at once if
// they return.
type shelf struct {
	mu    sync.RWMutex
	byKey map[string]*entry
	most  int64 // bytes
	small queue
	main  queue

	ghosts map[uint64]struct{}
	ring   [mostGhosts]uint64 // the same, the oldest first from turn on
	turn   int
}

const (
	mostUses   = 3
	smallShare = 10 // one byte in ten is the small queue's
	mostGhosts = 2_048
)

// queue is a list of entries, the oldest first.
type queue struct {
	first, last *entry
	bytes       int64
}

func (q *queue) push(e *entry, bytes int64) {
	e.in, e.prev, e.next = q, q.last, nil
	if q.last != nil {
		q.last.next = e
	} else {
		q.first = e
	}
	q.last = e
	q.bytes += bytes
}

func (q *queue) remove(e *entry, bytes int64) {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		q.first = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		q.last = e.prev
	}
	e.in, e.prev, e.next = nil, nil, nil
	q.bytes -= bytes
}

func (s *shelf) init(most int64) {
	s.byKey, s.most, s.ghosts = map[string]*entry{}, most, map[uint64]struct{}{}
}

func (s *shelf) find(key string) *entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byKey[key]
}

// keep puts a page in, or in place of an older one. It gives no entry if one of
// the page's tags was dropped since begun, with that drop, or if the page is too
// large for the shelf.
func (s *shelf) keep(t *tagged, key string, hash uint64, p *page, begun uint64) (e *entry, spoilt uint64) {
	p.bytes += int64(2 * len(key))
	if p.bytes > s.most/2 {
		return nil, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e = s.byKey[key]
	known := e != nil
	var was *page
	if known {
		was = e.page.Load()
	} else {
		was, e = &page{}, &entry{key: key, hash: hash}
	}
	if spoilt := t.change(e, was.tags, p.tags, begun); spoilt > 0 {
		return nil, spoilt
	}
	e.page.Store(p)
	switch _, back := s.ghosts[hash]; {
	case known:
		e.in.bytes += p.bytes - was.bytes
	case back:
		s.byKey[key] = e
		s.main.push(e, p.bytes)
	default:
		s.byKey[key] = e
		s.small.push(e, p.bytes)
	}
	for s.small.bytes+s.main.bytes > s.most {
		s.evict(t)
	}
	return e, 0
}

// evict moves the oldest of a queue on, or out.
func (s *shelf) evict(t *tagged) {
	if s.small.first != nil && (s.small.bytes > s.most/smallShare || s.main.first == nil) {
		e := s.small.first
		p := e.page.Load()
		if e.uses.Load() > 1 {
			s.small.remove(e, p.bytes)
			e.uses.Store(0)
			s.main.push(e, p.bytes)
			return
		}
		s.remove(t, e)
		s.remember(e.hash)
		return
	}
	e := s.main.first
	if n := e.uses.Load(); n > 0 {
		p := e.page.Load()
		s.main.remove(e, p.bytes)
		e.uses.Store(n - 1)
		s.main.push(e, p.bytes)
		return
	}
	s.remove(t, e)
}

func (s *shelf) remember(hash uint64) {
	delete(s.ghosts, s.ring[s.turn])
	s.ring[s.turn] = hash
	s.ghosts[hash] = struct{}{}
	s.turn = (s.turn + 1) % mostGhosts
}

// remove takes an entry out; one that is out already stays so.
func (s *shelf) remove(t *tagged, e *entry) {
	if e.in == nil {
		return
	}
	p := e.page.Swap(nil)
	e.in.remove(e, p.bytes)
	delete(s.byKey, e.key)
	t.remove(e, p.tags)
}
