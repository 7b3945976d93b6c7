package drill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// mostAtOnce bounds the visits under way: when a site answers nothing, each lasts
// as long as its visitor's patience.
const mostAtOnce = 10_000

// crowds lets good users arrive until the drill ends. Each class has its own
// clock (Poisson), which no answer holds up.
func (p *play) crowds(stage *stage) *sync.WaitGroup {
	var all sync.WaitGroup
	places := make(chan struct{}, mostAtOnce)
	for i, g := range p.scenario.Good {
		all.Go(func() {
			rng := p.rng(1_000 + uint64(i))
			next := time.Now()
			if g.Later {
				next = stage.began.Add(p.scenario.Calm + time.Duration(g.From*float64(p.scenario.Attack)))
			}
			for n := uint64(0); ; n++ {
				next = next.Add(time.Duration(rng.ExpFloat64() / g.Rate * float64(time.Second)))
				if !pause(stage.walking, time.Until(next)) {
					return
				}
				select {
				case places <- struct{}{}:
				default:
					stage.trades.nobody()
					continue
				}
				own := rand.New(rand.NewPCG(p.options.Seed+uint64(i)<<32, n))
				all.Go(func() {
					defer func() { <-places }()
					stage.visit(g.Class, own)
				})
			}
		})
	}
	return &all
}

// restarts kills the site and starts it again, when the scenario says so.
func (p *play) restarts(ctx context.Context, stage *stage, h *house, d dressing) error {
	if h == nil {
		return nil // another's site is not ours to kill
	}
	for _, at := range p.scenario.Restarts {
		when := stage.began.Add(p.scenario.Calm + time.Duration(at*float64(p.scenario.Attack)))
		if !pause(ctx, time.Until(when)) {
			return nil
		}
		p.options.Say("kill -9, and start again.")
		stage.down.begin(time.Now())
		h.kill()
		if err := h.open(ctx, d, openTime); err != nil {
			return fmt.Errorf("start the killed site again: %w", err)
		}
		stage.down.end(time.Now())
	}
	return nil
}
