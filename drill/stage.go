package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"kontor/drill/browser"
)

// stage is where a drill happens: the way to the site, what time it is in the
// play, and what was seen.
type stage struct {
	walking context.Context // ends with the drill: nobody begins a page view after
	asking  context.Context // ends later by a person's patience: who has asked gets an answer
	line    browser.Line
	shelf   shelf
	town    town
	began   time.Time     // the calm begins
	calm    time.Duration // then the attack does
	seen    *samples
	trades  *trades
	members *pool
	down    downtime
	behind  bool // another program stands before the site, and answers for it while it is down
}

// phaseAt is the phase of a page view that was under way from begun to ended.
func (s *stage) phaseAt(begun, ended time.Time) phase {
	switch {
	case s.down.within(begun, ended):
		return restarting
	case begun.Before(s.began):
		return warming
	case begun.Before(s.began.Add(s.calm)):
		return calming
	}
	return attacking
}

// downtime are the times in which a killed site was starting again. Safe for
// concurrent use.
type downtime struct {
	mu    sync.Mutex
	spans []span // the last one may not have ended
}

type span struct{ from, to time.Time }

// settling is how long after a restart answers still count as the restart's.
const settling = time.Second

func (d *downtime) begin(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spans = append(d.spans, span{from: at})
}

func (d *downtime) end(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spans[len(d.spans)-1].to = at.Add(settling)
}

func (d *downtime) within(from, to time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.spans, func(s span) bool {
		return !to.Before(s.from) && (s.to.IsZero() || !from.After(s.to))
	})
}

// total is the time in all, without the settling.
func (d *downtime) total() (t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.spans {
		if !s.to.IsZero() {
			t += s.to.Add(-settling).Sub(s.from)
		}
	}
	return t
}

// retryAfter and retryFor are how a person asks again while a site starts.
const (
	retryAfter = time.Second
	retryFor   = 5 * time.Second
)

// visitor is one good user on a visit.
type visitor struct {
	stage *stage
	b     *browser.Browser
	class Class
	quiet bool            // fetches no parts of pages
	have  map[string]bool // parts already fetched, up to mostParts
	parts sync.WaitGroup

	mu      sync.Mutex         // what follows: a part may be traced beside a page
	hops    []browser.Exchange // of the page view under way
	reading Class              // of the page whose parts are under way
}

// Bounds of a visit's parts.
const (
	mostParts    = 300
	partsOfAPage = 5
)

func (s *stage) visitor(b *browser.Browser, class Class) *visitor {
	v := &visitor{stage: s, b: b, class: class, have: map[string]bool{}}
	b.Trace = v.trace
	return v
}

// leave waits for what is still loading.
func (v *visitor) leave() { v.parts.Wait() }

func (v *visitor) trace(e browser.Exchange) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !e.Part {
		v.hops = append(v.hops, e)
	} else if e.Err == nil || !errors.Is(e.Err, context.Canceled) { // the drill's end is no fault of the site
		v.record(e, v.reading, e.Begun)
	}
}

// record counts one exchange. since is when it was first asked for.
func (v *visitor) record(e browser.Exchange, class Class, since time.Time) {
	ended := e.Begun.Add(e.Took)
	v.stage.seen.add(sample{
		at: since.Sub(v.stage.began), took: ended.Sub(since), class: uint8(slices.Index(classes, class)),
		phase: v.stage.phaseAt(since, ended), fate: fateOf(e), part: e.Part,
	})
}

// challengeHeader is how a site says that an answer asks for a proof instead of
// being the page.
const challengeHeader = "Kontor-Challenge"

func fateOf(e browser.Exchange) fate {
	switch {
	case errors.Is(e.Err, context.DeadlineExceeded):
		return late
	case e.Err != nil || e.Status == 0:
		return broken
	case e.Header.Get(challengeHeader) != "":
		return challenged
	case e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests || e.Status == http.StatusForbidden:
		return refused
	case e.Status >= 400:
		return failed
	}
	return served
}

// view does one page view and tells whether the page came. While a killed site
// starts again it is asked for once more, as a person would, and counts once.
func (v *visitor) view(ask func(context.Context) (*browser.Page, error)) (*browser.Page, bool) {
	s, first := v.stage, time.Now()
	if s.walking.Err() != nil {
		return nil, false
	}
	for {
		v.mu.Lock()
		v.hops = v.hops[:0]
		v.mu.Unlock()
		once, cancel := context.WithTimeout(s.asking, patience)
		p, err := ask(once)
		cancel()
		if s.silent(p, err) && time.Since(first)+retryAfter < retryFor && s.down.within(first, time.Now()) && pause(s.asking, retryAfter) {
			continue
		}
		return p, v.count(first) && err == nil
	}
}

// silent tells whether an answer is that the site gave none.
func (s *stage) silent(p *browser.Page, err error) bool {
	return err != nil || s.behind && p.Status >= http.StatusBadGateway && p.Status <= http.StatusGatewayTimeout
}

// count records the exchanges of a page view: those of redirects each, the first
// one since it was first asked for.
func (v *visitor) count(first time.Time) (whole bool) {
	v.mu.Lock()
	hops := slices.Clone(v.hops)
	v.mu.Unlock()
	whole = len(hops) > 0
	for i, e := range hops {
		if fateOf(e) == failed {
			v.stage.trades.note(fmt.Sprintf("%s %s is answered with %d", e.Method, e.Path, e.Status))
		}
		since := e.Begun
		if i == 0 && v.stage.down.within(first, e.Begun) {
			since = first
		}
		v.record(e, v.class, since)
		whole = whole && fateOf(e) == served
	}
	return whole
}

// get opens a page and, beside, what belongs to it.
func (v *visitor) get(path string) (*browser.Page, bool) {
	p, ok := v.view(func(ctx context.Context) (*browser.Page, error) { return v.b.Get(ctx, path) })
	if ok {
		v.fetch(p)
	}
	return p, ok
}

// post sends a form.
func (v *visitor) post(f browser.Form) (*browser.Page, bool) {
	p, ok := v.view(func(ctx context.Context) (*browser.Page, error) { return v.b.Post(ctx, f.Action, f.Values) })
	if ok {
		v.fetch(p)
	}
	return p, ok
}

// think lets a person's time between two pages pass and tells whether the drill
// goes on.
func (v *visitor) think(rng *rand.Rand) bool {
	return pause(v.stage.walking, leastThink+time.Duration(rng.ExpFloat64()*float64(meanThink-leastThink)))
}

// fetch gets a page's parts while its visitor reads.
func (v *visitor) fetch(p *browser.Page) {
	if v.quiet {
		return
	}
	v.parts.Wait() // those of the page before
	var want []string
	for _, part := range p.Parts() {
		kept := part != "/me" // asked for anew on every page
		if v.have[part] && kept || len(want) >= partsOfAPage || len(v.have) >= mostParts {
			continue
		}
		v.have[part] = true
		want = append(want, part)
	}
	v.mu.Lock()
	v.reading = v.class
	v.mu.Unlock()
	v.parts.Go(func() {
		for _, part := range want {
			once, cancel := context.WithTimeout(v.stage.asking, patience)
			_, err := v.b.Part(once, part)
			cancel()
			if err != nil {
				return // traced
			}
		}
	})
}

// pause waits and tells whether the drill goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
