package drill

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"kontor/drill/attack"
	"kontor/drill/browser"
)

// furnish fills a house with what the scenario needs, and looks around in it.
func (p *play) furnish(ctx context.Context, h *house) error {
	p.options.Say("Making a throw-away house.")
	members, fresh := p.scenario.members(), 0
	for _, a := range p.scenario.Assaults {
		fresh = max(fresh, a.Accounts)
	}
	if err := h.open(ctx, dressing{shield: "off", bare: true, regulars: members, newcomers: fresh}, fillTime); err != nil {
		return err
	}
	line, err := h.line()
	if err != nil {
		return err
	}
	rng := p.rng(1)
	b := browser.New(line, p.town().house(rng), browser.Desk)
	defer b.Close()
	if p.shelf, err = learn(ctx, b); err != nil {
		return err
	}
	var titles []string
	if p.shelf.goods, titles, err = stockUp(ctx, line, h.running(), rng); err != nil {
		return err
	}
	p.shelf.titles = append(p.shelf.titles, titles...)
	for _, who := range h.running().people {
		a := attack.Account{Email: who.Email, Password: who.Password}
		switch who.Role {
		case roleRegular:
			p.accounts = append(p.accounts, a)
		case roleNewcomer:
			p.fresh = append(p.fresh, a)
		}
	}
	if err := h.close(); err != nil {
		return err
	}
	return h.mark()
}

// members is how many a scenario's visits need, so that hardly ever all are on
// a visit.
func (s Scenario) members() int {
	const visitSeconds, spare = 14, 1.4
	n := 4.0
	for _, g := range s.Good {
		if g.Class == Paying || g.Class == Member {
			n += g.Rate * visitSeconds * spare
		}
	}
	return int(math.Ceil(n))
}

// capacityOf opens a house, measures, and closes it.
func (p *play) capacityOf(ctx context.Context, h *house, d dressing) (float64, error) {
	if err := h.open(ctx, d, openTime); err != nil {
		return 0, err
	}
	line, err := h.line()
	if err != nil {
		return 0, err
	}
	rate, err := p.capacity(ctx, line)
	return rate, errors.Join(err, h.close())
}

// capacity is the closed-loop rate of a site in pages a second: some clients
// that ask for the next page as soon as they have one.
func (p *play) capacity(ctx context.Context, line browser.Line) (float64, error) {
	const lead = time.Second // to connect and warm up
	begun := time.Now()
	end := begun.Add(lead + probing)
	ctx, cancel := context.WithDeadline(ctx, end.Add(patience))
	defer cancel()
	pages := make([]int, probers)
	errs := make([]error, probers)
	var asking sync.WaitGroup
	for i := range probers {
		asking.Go(func() {
			rng := p.rng(100 + uint64(i))
			b := browser.New(line, p.town().house(rng), browser.Desk)
			defer b.Close()
			for time.Now().Before(end) && errs[i] == nil {
				a, err := b.Get(ctx, p.shelf.popular[rng.IntN(len(p.shelf.popular))])
				switch now := time.Now(); {
				case err != nil:
					errs[i] = err
				case a.Status == 200 && now.After(begun.Add(lead)) && now.Before(end):
					pages[i]++
				}
			}
		})
	}
	asking.Wait()
	sum := 0
	for _, n := range pages {
		sum += n
	}
	if err := errors.Join(errs...); err != nil || sum == 0 {
		return 0, fmt.Errorf("the site answered %d pages: %w", sum, errors.Join(err, ctx.Err()))
	}
	return float64(sum) / probing.Seconds(), nil
}

// signIn opens a browser for each member, some at a time: the hashing of their
// passwords sets the pace.
func (p *play) signIn(ctx context.Context, line browser.Line) ([]*account, error) {
	const atOnce, tries = 4, 5
	rng := p.rng(2)
	list := make([]*account, len(p.accounts))
	errs := make([]error, len(list))
	places := make(chan struct{}, atOnce)
	var signing sync.WaitGroup
	for i, a := range p.accounts {
		list[i] = &account{email: a.Email, password: a.Password, browser: browser.New(line, p.town().house(rng), browser.Desk)}
		places <- struct{}{}
		signing.Go(func() {
			defer func() { <-places }()
			for range tries {
				if errs[i] = list[i].signIn(ctx, list[i].browser); errs[i] == nil || !pause(ctx, time.Second) {
					return
				}
			}
			errs[i] = fmt.Errorf("sign in %s: %w", a.Email, errs[i])
		})
	}
	signing.Wait()
	return list, errors.Join(errs...)
}
