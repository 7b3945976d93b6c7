package attack

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"

	"kontor/drill/browser"
)

func init() { kinds["bots-with-cookies"] = newBots }

// bots are a flood that does all that a browser does: it begins at the front
// page, follows links that the site offered, keeps cookies and sends them back,
// and fetches what belongs to a page, each part once (as from a browser's cache;
// parts are not counted).
type bots struct {
	flood
	look browser.Look
}

// readEvery is how many pages a bot looks at for one of which it reads the links:
// on a second core it could read all.
const readEvery = 4

// Bounds of what a bot remembers.
const (
	mostOffered = 64
	mostParts   = 64
	mostFollow  = 5 // redirects
)

// bot is what a source of this flood knows. It is guarded by its client's mu.
type bot struct {
	offered []string
	parts   map[string]bool // fetched
	referer string
	pages   int
	away    bool // its first page is still to come
}

// newBots is 200 addresses, 8 pages a second each.
func newBots(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 200, rate: 8, networks: "few"})
	if err != nil {
		return nil, err
	}
	return &bots{flood{sources: sources, total: total, connections: p.Connections}, browser.Desk}, nil
}

func (b *bots) Run(ctx context.Context, t Target, c *Counter) error {
	k := gather(t, c, b.sources, b.connections)
	defer k.close()
	defer context.AfterFunc(ctx, k.close)()
	known := make([]bot, b.sources.Len())
	pace(ctx, b.total, mostInFlight, c, func(i uint64) {
		from := k.client(i)
		k.browse(ctx, from, &known[i%b.sources.Len()], b.look)
	})
	return nil
}

// browse opens the next page of a bot.
func (k *crowd) browse(ctx context.Context, c *client, b *bot, look browser.Look) {
	c.mu.Lock()
	path, first := "/", b.parts == nil
	if first && b.away {
		c.mu.Unlock()
		k.count.Short(1) // nothing was offered to it yet
		return
	}
	b.away = true
	if len(b.offered) > 0 {
		path = b.offered[rand.IntN(len(b.offered))]
	}
	r := k.target.page(look, path, b.referer, nil)
	r.cookie = c.jar.String()
	r.whole = b.pages%readEvery == 0
	c.mu.Unlock()

	a, ok := k.ask(ctx, c, &r)
	for range mostFollow {
		if !ok || a.status < 300 || a.status >= 400 || !strings.HasPrefix(a.goes, "/") {
			break
		}
		c.mu.Lock()
		c.jar = c.jar.keep(a.cookies)
		r.path, r.cookie = a.goes, c.jar.String()
		c.mu.Unlock()
		a, ok = k.ask(ctx, c, &r)
	}
	var parts []string
	c.mu.Lock()
	b.away = false
	if ok {
		c.jar = c.jar.keep(a.cookies)
		if b.pages++; a.status < 300 {
			b.referer = k.target.link(r.path)
			if r.whole {
				parts = b.read(a.page())
			}
		} else if a.status < 400 || len(b.offered) == 0 {
			b.pages -= b.pages % readEvery // look at the next page
		}
	}
	cookie, referer := c.jar.String(), b.referer
	c.mu.Unlock()
	for _, part := range parts {
		r := k.target.part(look, part, referer)
		r.cookie = cookie
		if _, err := k.fetch(ctx, c, &r, func() {}); err != nil {
			return
		}
	}
}

// read takes what a page offers, and returns the parts that are new.
func (b *bot) read(p *browser.Page) (parts []string) {
	if b.parts == nil {
		b.parts = map[string]bool{}
	}
	if links := p.Links(); len(links) > 0 {
		rand.Shuffle(len(links), func(i, j int) { links[i], links[j] = links[j], links[i] })
		b.offered = links[:min(len(links), mostOffered)]
	}
	for _, part := range p.Parts() {
		if !b.parts[part] && len(b.parts) < mostParts {
			b.parts[part] = true
			parts = append(parts, part)
		}
	}
	return parts
}

// part is a browser's request for what belongs to a page.
func (t Target) part(look browser.Look, path, referer string) request {
	r := t.page(look, path, referer, func(h http.Header) {
		for _, name := range []string{"Upgrade-Insecure-Requests", "Sec-Fetch-User", "Sec-Ch-Ua-Mobile"} {
			h.Del(name)
		}
		h.Set("Accept", "*/*")
		h.Set("Sec-Fetch-Dest", "empty")
		h.Set("Sec-Fetch-Mode", "no-cors")
		h.Set("Sec-Fetch-Site", "same-origin")
	})
	return r
}
