package attack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"kontor/drill/browser"
)

func init() { kinds["fresh-accounts"] = newFreshAccounts }

// fresh are accounts made for the attack, which sign in, put goods into their
// cart by the site's own forms, and sit in the checkout, opening it again and
// again, never to buy.
type fresh struct {
	sources  Sources
	every    time.Duration // mean time between two looks at the checkout of one
	accounts []Account
	seed     uint64
}

// signing is how many of them sign in a second: more would be another attack, on
// the hashing of passwords.
const signing = 20

// newFreshAccounts is as many as the scenario holds accounts, each from an
// address of its own, with a look at the checkout every ten seconds.
func newFreshAccounts(p Params) (Attack, error) {
	addresses := len(p.Accounts)
	if addresses == 0 {
		addresses = 2_000 // the accounts are given when the attack begins
	}
	sources, total, err := p.spread(usual{addresses: addresses, rate: 0.1, networks: "many"})
	if err != nil {
		return nil, err
	}
	if len(p.Accounts) > mostMimics {
		return nil, fmt.Errorf("%d accounts are more than %d", len(p.Accounts), mostMimics)
	}
	n := max(len(p.Accounts), 1)
	return &fresh{sources, time.Duration(float64(n) / total * float64(time.Second)), p.Accounts, p.Seed}, nil
}

func (f *fresh) Run(ctx context.Context, t Target, c *Counter) error {
	if len(f.accounts) == 0 {
		return errors.New("the attack holds no accounts; write: accounts=2000")
	}
	if len(t.Paths) == 0 {
		return errNoPages
	}
	t = t.counted(c)
	var sitting sync.WaitGroup
	defer sitting.Wait()
	g := newGate(signing)
	for i, a := range f.accounts {
		sitting.Go(func() {
			rng := rand.New(rand.NewPCG(f.seed, uint64(i)))
			v := newVisitor(t, c, f.sources.At(uint64(i)), browser.Desk, rng)
			defer v.leave()
			for g.pass(ctx) && !v.prepare(ctx, a, t.Paths) {
				if !pause(ctx, f.every) {
					return
				}
			}
			for pause(ctx, v.think(f.every)) {
				v.open(ctx, "/checkout")
			}
		})
	}
	return nil
}

// tries is how many pages one looks at to find goods that may be ordered.
const tries = 20

// prepare signs in and fills the cart; it is false where the site did not let it.
func (v *visitor) prepare(ctx context.Context, a Account, paths []string) bool {
	p := v.open(ctx, "/sign-in")
	if p == nil {
		return false
	}
	if form, ok := p.PostForm("/sign-in", "email", "password"); ok {
		form.Values.Set("email", a.Email)
		form.Values.Set("password", a.Password)
		if p = v.post(ctx, form); p == nil || p.Status >= 400 {
			return false
		}
	} else if p.Status >= 400 {
		return false
	}
	for range tries {
		if ctx.Err() != nil {
			return false
		}
		p := v.open(ctx, paths[v.rng.IntN(len(paths))])
		if p == nil {
			continue
		}
		if form, ok := p.PostForm("/cart/lines", "variant", "quantity"); ok {
			p = v.post(ctx, form)
			return p != nil && p.Status < 400
		}
	}
	return false
}

func (v *visitor) post(ctx context.Context, f browser.Form) *browser.Page {
	return v.counted(ctx, func(ctx context.Context) (*browser.Page, error) { return v.b.Post(ctx, f.Action, f.Values) })
}
