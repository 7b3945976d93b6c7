package shield

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// zone is a domain name system of a few names; asked counts the questions.
type zone struct {
	names map[string][]string // by address
	addrs map[string][]string // by name
	slow  time.Duration
	down  atomic.Bool
	asked atomic.Int64
}

func (z *zone) answer(ctx context.Context, all []string) error {
	z.asked.Add(1)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(z.slow):
	}
	switch {
	case z.down.Load():
		return &net.DNSError{Err: "server misbehaving", IsTemporary: true}
	case len(all) == 0:
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	return nil
}

func (z *zone) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return z.names[addr], z.answer(ctx, z.names[addr])
}

func (z *zone) LookupNetIP(ctx context.Context, _, host string) (all []netip.Addr, err error) {
	for _, a := range z.addrs[host] {
		all = append(all, netip.MustParseAddr(a))
	}
	return all, z.answer(ctx, z.addrs[host])
}

func fictionalZone() *zone {
	return &zone{
		slow: 20 * time.Millisecond,
		names: map[string][]string{
			"192.0.2.1":    {"crawl-192-0-2-1.googlebot.com."},
			"192.0.2.2":    {"crawl-192-0-2-1.googlebot.com."},
			"192.0.2.3":    {"host.example.", "crawl-192-0-2-1.googlebot.com.evil.example."},
			"192.0.2.4":    {"evilgooglebot.com."},
			"192.0.2.5":    {"a.search.msn.com."},
			"2001:db8::10": {"other.example.", "crawl-6.googlebot.com."},
		},
		addrs: map[string][]string{
			"crawl-192-0-2-1.googlebot.com.":              {"192.0.2.1"},
			"crawl-192-0-2-1.googlebot.com.evil.example.": {"192.0.2.3"},
			"evilgooglebot.com.":                          {"192.0.2.4"},
			"a.search.msn.com.":                           {"::ffff:192.0.2.5"},
			"crawl-6.googlebot.com.":                      {"2001:db8::11", "2001:db8::10"},
		},
	}
}

const googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

func TestWhoIsACrawler(t *testing.T) {
	own := []Crawler{
		{Agent: "HafenBot", Prefixes: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}},
		{Agent: "x", Domains: []string{"too.short.example"}},
	}
	for _, c := range []struct {
		name, agent, addr string
		first, then       verdict
	}{
		{"a browser asks for nothing", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "192.0.2.1", notClaimed, notClaimed},
		{"no agent", "", "192.0.2.1", notClaimed, notClaimed},
		{"the real one", googlebot, "192.0.2.1", pending, verified},
		{"the real one over a mapped address", googlebot, "::ffff:192.0.2.1", pending, verified},
		{"the real one by its second name and address", googlebot, "2001:db8::10", pending, verified},
		{"letter case aside", "GOOGLEBOT", "192.0.2.1", pending, verified},
		{"one whose name leads elsewhere", googlebot, "192.0.2.2", pending, forged},
		{"one whose name only begins like the real one", googlebot, "192.0.2.3", pending, forged},
		{"one whose domain only ends like the real one", googlebot, "192.0.2.4", pending, forged},
		{"one without a name", googlebot, "192.0.2.99", pending, forged},
		{"another search engine's crawler", googlebot, "192.0.2.5", pending, forged},
		{"that engine's own", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "192.0.2.5", pending, verified},
		{"the operator's own, by its addresses", "hafenbot/1.0", "198.51.100.9", verified, verified},
		{"one that says so from elsewhere", "hafenbot/1.0", "192.0.2.1", forged, forged},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				crawl := newCrawlers(fictionalZone(), own)
				defer crawl.close()
				a := netip.MustParseAddr(c.addr)
				if got := crawl.check(0, c.agent, a); got != c.first {
					t.Fatalf("at first the verdict is %d, want %d", got, c.first)
				}
				time.Sleep(time.Second)
				if got := crawl.check(second, c.agent, a); got != c.then {
					t.Errorf("then the verdict is %d, want %d: a search engine is turned away, or a flooder let in", got, c.then)
				}
			})
		})
	}
}

func TestCrawlersAreAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := fictionalZone()
		c := newCrawlers(z, nil)
		defer c.close()
		good, bad := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.99")
		for _, step := range []struct {
			name      string
			at        time.Duration
			addr      netip.Addr
			questions int64 // since the step before
		}{
			{"a first time", 0, good, 2},
			{"again", time.Minute, good, 0},
			{"within a day", 23 * time.Hour, good, 0},
			{"a day later", 25 * time.Hour, good, 2},
			{"a forger", 25 * time.Hour, bad, 1},
			{"within the hour", 25*time.Hour + 50*time.Minute, bad, 0},
			{"an hour later", 27 * time.Hour, bad, 1},
		} {
			before := z.asked.Load()
			for range 10 {
				c.check(int64(step.at), googlebot, step.addr)
			}
			time.Sleep(time.Second)
			if got := z.asked.Load() - before; got != step.questions {
				t.Errorf("%s: %d questions, want %d", step.name, got, step.questions)
			}
		}
	})
}

// While nobody answers a verified crawler stays one, and others stay pending.
func TestCrawlersWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := fictionalZone()
		c := newCrawlers(z, nil)
		defer c.close()
		known, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::10")
		c.check(0, googlebot, known)
		time.Sleep(time.Second)
		z.down.Store(true)
		later := int64(25 * time.Hour)
		c.check(later, googlebot, known)
		c.check(later, googlebot, other)
		time.Sleep(time.Second)
		if got := c.check(later+second, googlebot, known); got != verified {
			t.Errorf("a known crawler has the verdict %d while the resolver is down: it would be turned away", got)
		}
		if got := c.check(later+second, googlebot, other); got != pending {
			t.Errorf("an unknown one has the verdict %d", got)
		}
		z.down.Store(false)
		c.check(later+int64(2*time.Minute), googlebot, other)
		time.Sleep(time.Second)
		if got := c.check(later+int64(2*time.Minute)+second, googlebot, other); got != verified {
			t.Errorf("two minutes later the verdict is %d, want verified", got)
		}
	})
}

// A flood that says it is a crawler: the questions, the memory and the waiting
// are bounded, and the real one stays known.
func TestAFloodOfForgedCrawlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrawlers(fictionalZone(), nil)
		defer c.close()
		real := netip.MustParseAddr("192.0.2.1")
		c.check(0, googlebot, real)
		time.Sleep(time.Second)
		now := second
		for i := range 20_000 {
			if now += int64(time.Millisecond); i%10 == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			c.check(now, googlebot, netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		}
		if n := len(c.byAddr); n > 2*crawlerCache || n != c.good.Len()+c.others.Len() {
			t.Errorf("%d addresses are remembered of at most %d", n, 2*crawlerCache)
		}
		if got := c.check(now, googlebot, real); got != verified {
			t.Errorf("after a flood of forgers the real crawler has the verdict %d", got)
		}
	})
}

func TestCrawlersCloseWithQuestionsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := fictionalZone()
		z.slow = time.Hour
		c := newCrawlers(z, nil)
		for i := range 300 {
			if got := c.check(0, googlebot, netip.MustParseAddr(fmt.Sprintf("10.0.%d.%d", i/200, i%200))); got != pending {
				t.Fatalf("address %d has the verdict %d before any answer", i, got)
			}
		}
		began := time.Now()
		c.close()
		if waited := time.Since(began); waited > 0 {
			t.Errorf("closing waits %v for answers", waited)
		}
	})
}

var _ Resolver = (*net.Resolver)(nil)

func FuzzAgents(f *testing.F) {
	f.Add(googlebot)
	f.Add("\xff\x00yandex.com/bots")
	c := newCrawlers(fictionalZone(), nil)
	c.close()
	f.Fuzz(func(t *testing.T, agent string) {
		if which := c.claimed(agent); which >= len(c.known) {
			t.Fatalf("%q is crawler %d of %d", agent, which, len(c.known))
		}
	})
}
