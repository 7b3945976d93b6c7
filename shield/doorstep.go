package shield

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// What net/http was given of an HTTP/1 connection so far, which tells whether the
// next byte begins a request.
const (
	stepDone   uint32 = iota // whole requests without a body, and all of them came to the handler
	stepHanded               // one more head, which has not come to the handler yet
	stepAstray               // something else: nobody can tell but net/http, for as long as the connection lasts
)

// attend reads for net/http. Between two requests it answers by itself whoever is
// still over the limits for which the last one was turned away: that costs half
// of what it does by way of net/http, with the same answer, counts and decisions.
//
// It never guesses where a request ends. A request is answered here only if it
// came in one piece that is a whole plea and nothing more, and every byte before
// it was handed on in such pieces, of which net/http found each to be one request
// without a body. Whatever else comes is net/http's, untouched, and so is all that
// follows it on the connection.
func (c *conn) attend(s io.ReadWriter, p []byte) (int, error) {
	if len(p) == 1 && !c.peeked {
		// While a request is being answered, net/http looks whether the visitor is
		// still there. What it finds of the next request waits until it is due.
		n, err := s.Read(p)
		if n == 0 || err != nil || c.step.Load() == stepAstray {
			return n, err
		}
		c.peeked, c.first = true, p[0]
		return 0, nil
	}
	for {
		n, err := c.next(s, p)
		step := c.step.Load()
		if n == 0 || step == stepAstray {
			return n, err
		}
		if err != nil || step == stepHanded {
			c.step.Store(stepAstray)
			return n, err
		}
		if c.over != nil {
			if answered, err := c.turnAway(s, p[:n]); err != nil {
				return 0, err
			} else if answered {
				continue
			}
		}
		c.step.Store(stepAfter(p[:n]))
		return n, nil
	}
}

// next reads, beginning with what was peeked at.
func (c *conn) next(s io.Reader, p []byte) (int, error) {
	if !c.peeked {
		return s.Read(p)
	}
	c.peeked, p[0] = false, c.first
	if len(p) == 1 {
		return 1, nil
	}
	n, err := s.Read(p[1:])
	if n == 0 {
		err = nil // it comes again
	}
	return n + 1, err
}

// stepAfter is the step after b was handed on.
func stepAfter(b []byte) uint32 {
	if bytes.Index(b, headEnd) == len(b)-len(headEnd) {
		return stepHanded
	}
	return stepAstray
}

var headEnd = []byte("\r\n\r\n")

// came notes that a request came to the handler, on the goroutine that reads.
func (c *conn) came(r *http.Request) {
	c.over = nil
	if r.Body != http.NoBody || r.ContentLength != 0 || !c.step.CompareAndSwap(stepHanded, stepDone) {
		c.step.Store(stepAstray)
	}
}

// isOver notes that the connection's request was turned away for what its source
// asked for before, and what it would have cost.
func (c *conn) isOver(now tick, of *cost) {
	if c.tls != nil || c.proxied {
		return // one of many on the connection, or of many visitors
	}
	c.over, c.overUntil = of, now+overFor
}

// overFor is how long a connection is answered without asking the whole shield
// again: what it does beside limiting goes on, and net/http moves its deadlines.
const overFor = tick(time.Second)

// mostPlea is the longest head that is answered here, in bytes.
const mostPlea = 2 << 10

// turnAway answers a request, if it may.
func (c *conn) turnAway(to io.Writer, head []byte) (answered bool, err error) {
	if len(head) > mostPlea {
		return false, nil
	}
	x := pleas.Get().(*plea)
	defer pleas.Put(x)
	if !x.read(string(head)) {
		return false, nil
	}
	if x.answer = c.door.refused(c, x, x.answer[:0]); len(x.answer) == 0 {
		return false, nil
	}
	c.requests.Add(1)
	_, err = to.Write(x.answer)
	c.answered()
	return true, err
}

var pleas = sync.Pool{New: func() any { return &plea{answer: make([]byte, 0, refusalSize+512)} }}

// refusedAgain writes the answer to a request whose source is still over its
// limits, and counts it like any other; nothing where the whole shield must
// decide, because the visitor may be somebody else than its address.
func (s *Shield) refusedAgain(c *conn, x *plea, answer []byte) []byte {
	at := s.clock()
	now := int64(at.Sub(s.start))
	if now >= c.overUntil || s.set.Mode != On || s.set.inShadow(RuleLimits) || x.mayRaise(&s.cookies) || s.crawlers.claimed(x.agent) >= 0 || s.allowed.has(now, c.src.addr) {
		return nil
	}
	if _, banned := s.bans.of(at, c.src.addr); banned {
		return nil
	}
	id := s.hash.mix(c.src.narrow, uint64(c.printHash))
	if s.limits.backlog(now, id) <= asGuest.refuse && s.limits.backlog(now, c.src.narrow) <= asAddress.refuse && s.limits.backlog(now, c.src.middle) <= asNeighbours.refuse && s.limits.backlog(now, c.src.wide) <= asNeighbours.refuse {
		return nil
	}
	a := asks.Get().(*ask)
	defer func() {
		*a = ask{}
		asks.Put(a)
	}()
	a.at, a.arrived, a.conn, a.src, a.network, a.class, a.id, a.cost = at, now, c, c.src, c.network, Guest, id, c.over
	if a.cost != s.memory {
		a.shape = shape{route: a.cost.id, query: s.queryShape(x.query), print: c.printHash, network: a.network.ASN, pace: paceFirst}
		if s.shapes.observe(now, &a.shape) {
			s.shapes.name(&a.shape, a.cost.name, namesOf(x.query), c.print, a.network.String())
		}
	}
	if s.within(a, now) {
		return nil // its bucket went to a busier source just now
	}
	a.refused = ReasonOverLimit
	s.counts.classes[a.class].offered.Add(1)
	s.counts.classes[a.class].refused.Add(1)
	s.counts.reasons[a.refused].Add(1)
	return s.refusals.write(answer, &x.addressee, a.refused, comeBack(a.refused), s.note(a, false), at)
}
