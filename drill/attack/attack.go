// Package attack rehearses hostile traffic against one's own site: floods,
// slow connections, abuse of HTTP/2 and TLS, and clients that behave like
// people. Each kind is one Attack; a drill runs several at once beside good
// clients and counts what became of them.
//
// It promises that a hostile client sends what a good client sends, byte for
// byte, unless its kind says otherwise: both use package browser, with the
// same TLS and the same headers. Nothing marks it.
//
// Nothing here checks consent. The caller may only hand over a Target that it
// started itself or whose operator agreed.
package attack

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sort"
	"sync/atomic"
	"time"

	"kontor/drill/browser"
)

// Target is the site under rehearsal.
type Target struct {
	URL *url.URL // scheme, host and port; no path
	// Dial opens a connection to the site that it sees coming from the given
	// source; a source outside 127/8 is told by a PROXY protocol (version 2)
	// header. It speaks no TLS.
	Dial func(ctx context.Context, from netip.Addr) (net.Conn, error)
	// TLS trusts the site's certificate; nil for plain HTTP. Clone it to
	// change it.
	TLS *tls.Config
	// Paths are real paths of public pages, learnt by crawling before the
	// drill; at least one.
	Paths []string
	// Words are those of the catalogue, to be searched for; may be none.
	Words []string
}

// Line is the target as a browser uses it: browser.New(t.Line(), from, look)
// is a client whose bytes are those of a good one.
func (t Target) Line() browser.Line {
	return browser.Line{URL: t.URL, Dial: t.Dial, TLS: t.TLS}
}

// Params are what a scenario's file says of one attack. The zero value of a
// field lets the kind choose.
type Params struct {
	Addresses   int     // sources, 1 to 1,000,000
	Networks    string  // which prefixes they come from: "one", "few", "many", "wide", "ipv6"
	Rate        float64 // requests (connections, handshakes) a second and address
	Total       float64 // or in all, a second; wins over Rate
	Connections int     // connections held open at once, up to 20,000
	Path        string  // path and query asked for; "" is "/" or the kind's own
	Accounts    []Account
	Swap        bool   // come from the hosts of good clients
	Seed        uint64 // same seed, same traffic
}

// Account is one that an attacker holds and may sign in with.
type Account struct{ Email, Password string }

// Attack is one kind of hostile traffic.
type Attack interface {
	// Run sends until ctx ends and returns nil then; it returns an error only
	// if the attack could not be made at all (no sockets, no real path). It
	// waits for all that it started. Everything is counted in c.
	Run(ctx context.Context, t Target, c *Counter) error
}

// A kind makes an attack of what a scenario says of it.
type kind func(Params) (Attack, error)

// kinds is filled by the files that hold each kind.
var kinds = map[string]kind{}

// New makes an attack of a kind, such as "flood". Errors name the kind or the
// parameter that is wrong.
func New(name string, p Params) (Attack, error) {
	k, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("unknown attack %q; known are %v", name, Kinds())
	}
	return k(p)
}

// Kinds lists the known kinds by name.
func Kinds() []string {
	names := make([]string, 0, len(kinds))
	for n := range kinds {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Outcome is what became of one request, handshake or connection.
type Outcome int

const (
	Served  Outcome = iota // 2xx or 3xx that the site made for it
	Cached                 // 2xx or 304 from the site's page cache (an Age header)
	Refused                // 4xx or 5xx: cheap, counted as the shield's work
	Broken                 // closed, reset or timed out without an answer
	outcomes
)

// maxSeconds bounds the buckets of a Counter: a drill is no longer than two hours.
const maxSeconds = 2 * 60 * 60

// Counter counts one attack's traffic, in all and second by second. Safe for
// concurrent use. Memory: 48 bytes a second of its length, taken at the start.
type Counter struct {
	start   time.Time
	now     func() time.Time
	seconds []Bucket
	held    atomic.Int64
	sent    atomic.Int64
}

// Bucket holds the counts of one second.
type Bucket struct {
	offered atomic.Int64
	short   atomic.Int64
	by      [outcomes]atomic.Int64
}

// NewCounter counts from start for the given time (up to two hours; later
// traffic falls into the last second), by the clock.
func NewCounter(start time.Time, length time.Duration, now func() time.Time) *Counter {
	n := min(int(length/time.Second)+1, maxSeconds)
	return &Counter{start: start, now: now, seconds: make([]Bucket, max(n, 1))}
}

func (c *Counter) second() *Bucket {
	i := int(c.now().Sub(c.start) / time.Second)
	return &c.seconds[min(max(i, 0), len(c.seconds)-1)]
}

// Offer counts one request (handshake, connection) that was sent.
func (c *Counter) Offer() { c.second().offered.Add(1) }

// Short counts what the schedule asked for and the attacker could not send: too
// many were under way, or it came too late. A drill reports it; an attack that
// is mostly short was not the attack that its scenario names.
func (c *Counter) Short(n int64) { c.second().short.Add(n) }

// End counts what became of one that was offered.
func (c *Counter) End(o Outcome) { c.second().by[o].Add(1) }

// Answer counts an HTTP answer by its status and headers.
func (c *Counter) Answer(r *http.Response) { c.End(Judge(r)) }

// Judge sorts an HTTP answer.
func Judge(r *http.Response) Outcome {
	switch {
	case r.StatusCode >= 400:
		return Refused
	case r.Header.Get("Age") != "":
		return Cached
	default:
		return Served
	}
}

// Hold changes the number of connections held open now.
func (c *Counter) Hold(change int64) { c.held.Add(change) }

// Send counts bytes sent, TLS included.
func (c *Counter) Send(n int64) { c.sent.Add(n) }

// Held is the number of connections held open now.
func (c *Counter) Held() int64 { return c.held.Load() }

// Sent is the number of bytes sent, TLS included.
func (c *Counter) Sent() int64 { return c.sent.Load() }

// Tally is a copy of counts. What was under way when the attack ended is
// offered and has no outcome.
type Tally struct{ Offered, Served, Cached, Refused, Broken, Short int64 }

// Add sums two tallies.
func (t Tally) Add(u Tally) Tally {
	return Tally{t.Offered + u.Offered, t.Served + u.Served, t.Cached + u.Cached,
		t.Refused + u.Refused, t.Broken + u.Broken, t.Short + u.Short}
}

// Second is the tally of second i from the start, zero outside.
func (c *Counter) Second(i int) Tally {
	if i < 0 || i >= len(c.seconds) {
		return Tally{}
	}
	b := &c.seconds[i]
	return Tally{b.offered.Load(), b.by[Served].Load(), b.by[Cached].Load(),
		b.by[Refused].Load(), b.by[Broken].Load(), b.short.Load()}
}

// Total is the tally of all seconds.
func (c *Counter) Total() Tally {
	var t Tally
	for i := range c.seconds {
		t = t.Add(c.Second(i))
	}
	return t
}
