package shield

import (
	"container/list"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Resolver asks the domain name system; net.Resolver does.
type Resolver interface {
	LookupAddr(ctx context.Context, addr string) (names []string, err error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Crawler is a search engine's robot, and how to tell it from one that only says
// so: by the names of its addresses, or by published prefixes.
type Crawler struct {
	Agent    string         // part of the User-Agent header, letter case aside
	Domains  []string       // its addresses' names end in one of these, and the name leads back to the address
	Prefixes []netip.Prefix // or its addresses lie in one of these
}

// crawlersKnown are search engines whose operators say how to verify them by
// name. One that publishes addresses only (DuckDuckGo) belongs in the settings
// with its prefixes: such a list built in here would grow old unseen.
var crawlersKnown = []Crawler{
	{Agent: "googlebot", Domains: []string{"googlebot.com", "google.com"}},
	{Agent: "google-inspectiontool", Domains: []string{"googlebot.com", "google.com"}},
	{Agent: "storebot-google", Domains: []string{"googlebot.com", "google.com"}},
	{Agent: "adsbot-google", Domains: []string{"googlebot.com", "google.com"}},
	{Agent: "bingbot", Domains: []string{"search.msn.com"}},
	{Agent: "adidxbot", Domains: []string{"search.msn.com"}},
	{Agent: "applebot", Domains: []string{"applebot.apple.com"}},
	{Agent: "yandex.com/bots", Domains: []string{"yandex.ru", "yandex.net", "yandex.com"}},
	{Agent: "baiduspider", Domains: []string{"crawl.baidu.com", "crawl.baidu.jp"}},
	{Agent: "petalbot", Domains: []string{"petalsearch.com", "aspiegel.com"}},
	{Agent: "seznambot", Domains: []string{"seznam.cz"}},
	{Agent: "qwantbot", Domains: []string{"qwant.com"}},
	{Agent: "naver.me/spd", Domains: []string{"naver.com"}},
	{Agent: "yahoo! slurp", Domains: []string{"crawl.yahoo.net"}},
	{Agent: "ccbot", Domains: []string{"crawl.commoncrawl.org"}},
	{Agent: "mojeekbot", Domains: []string{"mojeek.com"}},
	{Agent: "pinterestbot", Domains: []string{"pinterest.com", "pinterestcrawler.com"}},
}

// verdict is what is known of a visitor's claim to be a crawler.
type verdict uint8

const (
	notClaimed verdict = iota
	pending            // it says so; the answer is not there yet
	verified
	forged // it says so, and its address is somebody else's
)

// Bounds of verifying.
const (
	crawlerCache    = 8192 // addresses remembered of either kind about 250 bytes each
	crawlerQueue    = 256  // addresses waiting for an answer; beyond it they stay pending
	crawlerWorkers  = 4
	crawlerPatience = 3 * time.Second
	crawlerNames    = 4   // names of one address that are followed
	crawlerAgent    = 512 // bytes of a User-Agent that are read

	crawlerVerified = int64(24 * time.Hour)
	crawlerForged   = int64(time.Hour)
	crawlerUnknown  = int64(time.Minute) // nobody answered
)

// crawlers verifies by forward-confirmed reverse DNS: the address has a name in
// the operator's domain, and that name has the address. Check never waits; the
// questions are asked beside it by four goroutines, which close ends.
//
// Verified addresses are remembered apart from all others: who only says that it
// is a crawler, from however many addresses, can't make a real one forgotten.
type crawlers struct {
	resolver Resolver
	known    []Crawler
	begins   [1024]bool // whether any agent begins with two letters (pairOf)

	mu     sync.Mutex
	byAddr map[claim]*list.Element // of *crawlerEntry
	good   *list.List              // verified, the latest used first
	others *list.List

	queue chan question
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// claim is what is verified: that an address belongs to the crawler of a number.
type claim struct {
	addr    netip.Addr
	crawler int
}

type crawlerEntry struct {
	claim
	verdict verdict
	until   tick
}

type question struct {
	claim
	asked tick
}

// newCrawlers starts verifying; more are crawlers besides those built in. A nil
// resolver is the system's.
func newCrawlers(r Resolver, more []Crawler) *crawlers {
	if r == nil {
		r = net.DefaultResolver
	}
	c := &crawlers{resolver: r, byAddr: map[claim]*list.Element{}, good: list.New(), others: list.New(), queue: make(chan question, crawlerQueue)}
	for _, one := range slices.Concat(more, crawlersKnown) {
		if one.Agent = strings.ToLower(one.Agent); len(one.Agent) >= 2 {
			c.known = append(c.known, one)
			c.begins[pairOf(one.Agent[0], one.Agent[1])] = true
		}
	}
	var ctx context.Context
	ctx, c.stop = context.WithCancel(context.Background())
	for range crawlerWorkers {
		c.done.Go(func() { c.work(ctx) })
	}
	return c
}

// close ends the questions under way and waits for them.
func (c *crawlers) close() {
	c.stop()
	c.done.Wait()
}

// check tells whether a visitor is the crawler that its User-Agent names.
func (c *crawlers) check(now tick, agent string, a netip.Addr) verdict {
	which := c.claimed(agent)
	if which < 0 {
		return notClaimed
	}
	a = a.Unmap().WithZone("")
	one := &c.known[which]
	for _, p := range one.Prefixes {
		if p.Contains(a) {
			return verified
		}
	}
	if len(one.Domains) == 0 {
		return forged
	}
	return c.look(now, claim{a, which})
}

// claimed is the number of the crawler that an agent names, -1 for none.
func (c *crawlers) claimed(agent string) int {
	agent = agent[:min(len(agent), crawlerAgent)]
	for i := 1; i < len(agent); i++ {
		if !c.begins[pairOf(agent[i-1], agent[i])] {
			continue
		}
		for which := range c.known {
			name := c.known[which].Agent
			if from := i - 1; from+len(name) <= len(agent) && strings.EqualFold(agent[from:from+len(name)], name) {
				return which
			}
		}
	}
	return -1
}

// pairOf numbers two letters; those that differ in case only have one number.
func pairOf(a, b byte) int { return int(a&31)<<5 | int(b&31) }

// look is what is remembered of a claim. An old verdict stands until the new
// answer is there.
func (c *crawlers) look(now tick, of claim) verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.byAddr[of]; found != nil {
		e := found.Value.(*crawlerEntry)
		c.listOf(e.verdict).MoveToFront(found)
		if now >= e.until && c.ask(question{of, now}) {
			e.until = now + crawlerUnknown // asked again no sooner
		}
		return e.verdict
	}
	if !c.ask(question{of, now}) {
		return pending
	}
	c.keep(&crawlerEntry{of, pending, now + crawlerUnknown})
	return pending
}

// keep remembers an entry; the one of its list that was used longest ago makes
// way.
func (c *crawlers) keep(e *crawlerEntry) {
	entries := c.listOf(e.verdict)
	if entries.Len() >= crawlerCache {
		last := entries.Back()
		delete(c.byAddr, last.Value.(*crawlerEntry).claim)
		entries.Remove(last)
	}
	c.byAddr[e.claim] = entries.PushFront(e)
}

func (c *crawlers) listOf(v verdict) *list.List {
	if v == verified {
		return c.good
	}
	return c.others
}

func (c *crawlers) ask(q question) bool {
	select {
	case c.queue <- q:
		return true
	default:
		return false
	}
}

func (c *crawlers) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-c.queue:
			c.learn(q, c.confirm(ctx, q.claim))
		}
	}
}

// learn writes an answer down; no answer leaves what was known.
func (c *crawlers) learn(q question, v verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.byAddr[q.claim]
	if found == nil {
		return
	}
	e := found.Value.(*crawlerEntry)
	lasts := crawlerUnknown
	switch v {
	case pending:
		e.until = q.asked + lasts
		return
	case verified:
		lasts = crawlerVerified
	case forged:
		lasts = crawlerForged
	}
	c.listOf(e.verdict).Remove(found)
	c.keep(&crawlerEntry{q.claim, v, q.asked + lasts})
}

// confirm asks for the address's names and for the names' addresses. Pending
// means that nobody answered.
func (c *crawlers) confirm(ctx context.Context, of claim) verdict {
	ctx, cancel := context.WithTimeout(ctx, crawlerPatience)
	defer cancel()
	names, err := c.resolver.LookupAddr(ctx, of.addr.String())
	if err != nil {
		return unanswered(err)
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !belongs(name, c.known[of.crawler].Domains) })
	out := forged
	for _, name := range names[:min(len(names), crawlerNames)] {
		addrs, err := c.resolver.LookupNetIP(ctx, "ip", name)
		if err != nil && unanswered(err) == pending {
			out = pending
		}
		if slices.ContainsFunc(addrs, func(a netip.Addr) bool { return a.Unmap().WithZone("") == of.addr }) {
			return verified
		}
	}
	return out
}

// unanswered tells a "there is none" from no answer at all.
func unanswered(err error) verdict {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return forged
	}
	return pending
}

// belongs tells whether a name lies in one of the domains.
func belongs(name string, domains []string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, d := range domains {
		if name == d || strings.HasSuffix(name, "."+d) {
			return true
		}
	}
	return false
}
