package attack

import (
	"context"
	"fmt"

	"kontor/drill/browser"
)

func init() {
	kinds["flood"] = newFlood
	kinds["wide-flood"] = newWideFlood
	kinds["flood-below-limits"] = newFloodBelowLimits
}

// flood asks for pages at a fixed rate from a crowd, whatever the answers.
type flood struct {
	sources     Sources
	total       float64 // requests a second
	connections int
	// plan looks at the target once and returns what makes request i, which
	// source c will send, and what is done with its answer (may be nil).
	plan func(t Target) (ask func(i uint64, c *client) request, got func(i uint64, c *client, a answer), err error)
}

func (f *flood) Run(ctx context.Context, t Target, c *Counter) error {
	ask, got, err := f.plan(t)
	if err != nil {
		return err
	}
	k := gather(t, c, f.sources, f.connections)
	defer k.close()
	defer context.AfterFunc(ctx, k.close)() // frees those that wait for the site
	pace(ctx, f.total, mostInFlight, c, func(i uint64) {
		from := k.client(i)
		r := ask(i, from)
		if a, ok := k.ask(ctx, from, &r); ok && got != nil {
			got(i, from, a)
		}
	})
	return nil
}

// usual are the parameters that a kind has where a scenario gives none.
type usual struct {
	addresses int
	rate      float64 // a second and address
	networks  string
}

// spread reads where an attack comes from and how many events a second it makes
// in all, up to a million.
func (p Params) spread(u usual) (Sources, float64, error) {
	if p.Addresses == 0 {
		p.Addresses = u.addresses
	}
	if p.Networks == "" {
		p.Networks = u.networks
	}
	if p.Addresses < 0 || p.Connections < 0 || p.Connections > 20_000 {
		return Sources{}, 0, fmt.Errorf("%d addresses, %d connections: give 1 to 1,000,000 and up to 20,000", p.Addresses, p.Connections)
	}
	s, err := NewSources(p.Networks, uint64(p.Addresses), p.Seed)
	if err != nil {
		return s, 0, err
	}
	if p.Swap {
		s = s.Swap()
	}
	total := p.Total
	if total == 0 && p.Rate > 0 {
		total = p.Rate * float64(p.Addresses)
	}
	if total == 0 {
		total = u.rate * float64(p.Addresses)
	}
	if !(total > 0 && total <= 1e6) {
		return s, 0, fmt.Errorf("%v requests a second are not more than 0 and up to 1,000,000", total)
	}
	return s, total, nil
}

// newFlood is one address that asks for whatever the site has, 2,000 times a
// second.
func newFlood(p Params) (Attack, error) {
	return p.wishes(usual{addresses: 1, rate: 2_000, networks: "one"})
}

// newWideFlood is 20,000 addresses that ask once a second each.
func newWideFlood(p Params) (Attack, error) {
	return p.wishes(usual{addresses: 20_000, rate: 1, networks: "many"})
}

// newFloodBelowLimits is 200 addresses, 8 pages a second each: fewer than any
// usual limit per address.
func newFloodBelowLimits(p Params) (Attack, error) {
	return p.wishes(usual{addresses: 200, rate: 8, networks: "few"})
}

func (p Params) wishes(u usual) (Attack, error) {
	sources, total, err := p.spread(u)
	if err != nil {
		return nil, err
	}
	return &flood{sources, total, p.Connections, func(t Target) (func(uint64, *client) request, func(uint64, *client, answer), error) {
		if err := t.check(p); err != nil {
			return nil, nil, err
		}
		r := t.page(browser.Desk, "", "", nil)
		return func(i uint64, _ *client) request {
			r := r // shares its headers, which nobody changes
			r.path = t.wish(p.Path, mix(p.Seed+i))
			return r
		}, nil, nil
	}}, nil
}
