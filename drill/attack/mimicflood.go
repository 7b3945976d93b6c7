package attack

import "kontor/drill/browser"

func init() { kinds["mimic-flood"] = newMimicFlood }

// newMimicFlood is 5,000 addresses, once a second each, as like browsers as a
// flood can be: their looks, pages and searches with the page before as referer, cookies
// kept and sent back. Only the pace is no person's.
func newMimicFlood(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 5_000, rate: 1, networks: "many"})
	if err != nil {
		return nil, err
	}
	return &flood{sources, total, p.Connections, func(t Target) (func(uint64, *client) request, func(uint64, *client, answer), error) {
		if err := t.check(p); err != nil {
			return nil, nil, err
		}
		n := sources.Len()
		path := func(source, turn uint64) string { return t.wish(p.Path, mix(p.Seed^mix(source)^turn)) }
		ask := func(i uint64, c *client) request {
			source, turn := i%n, i/n
			look, referer := browser.Desk, ""
			if mix(source)%3 == 0 {
				look = browser.Phone
			}
			if turn > 0 {
				referer = t.link(path(source, turn-1))
			}
			r := t.page(look, path(source, turn), referer, nil)
			c.mu.Lock()
			defer c.mu.Unlock()
			r.cookie = c.jar.String()
			return r
		}
		got := func(_ uint64, c *client, a answer) {
			if len(a.cookies) == 0 {
				return
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.jar = c.jar.keep(a.cookies)
		}
		return ask, got, nil
	}}, nil
}
