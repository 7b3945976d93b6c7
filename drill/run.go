package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"

	"kontor/drill/attack"
	"kontor/drill/browser"
)

// Options are how a scenario is run.
type Options struct {
	Command   Command  // makes the program's own processes
	Folder    string   // where the throw-away house is made; "" is the system's for temporary files
	Shield    string   // on, shadow or off
	Baseline  bool     // run it with the shield off first, on a copy of the same house
	Against   []Rival  // run it behind these as well, each time before a copy of the same house with its shield off
	Cost      string   // stated cost of a page behind the cache; "" is none
	Intensity float64  // over the scenario's; 0 leaves it
	Set       []string // settings of the throw-away house, key=value, over its own
	Swap      bool     // good users come from the hosts that attackers have otherwise, and the other way round
	Staging   *Staging // a site whose operator agreed, instead of a throw-away house
	Seed      uint64   // same seed, same visitors
	Say       func(string, ...any)
}

// Staging is a site that is not the drill's own.
type Staging struct {
	URL      *url.URL
	Token    string
	Accounts []attack.Account // of buyers with an address and confirmed; at least one
}

// StatedCost is the cost behind the page cache for which figures of a multiple
// of the capacity are stated: 8 pages at once, each 2 ms of a processor and 40 ms
// of waiting, which is about 190 pages a second.
const StatedCost = "slots=8,cpu=2ms,wait=40ms"

// costPattern is how a cost is written.
var costPattern = regexp.MustCompile(`^slots=[1-9][0-9]{0,3},cpu=[0-9]{1,5}ms,wait=[0-9]{1,5}ms$`)

// IsCost tells whether a text states a cost, such as StatedCost.
func IsCost(text string) bool { return costPattern.MatchString(text) }

// Times around the measuring.
const (
	warmUp     = 8 * time.Second // good users come, and are not counted yet
	probing    = 4 * time.Second // for the capacity
	probers    = 16              // that ask at once, without thinking
	meterEvery = time.Second
)

// Run rehearses a scenario and scores it. An error means that it could not be
// carried out; a missed mark is none.
func Run(ctx context.Context, s Scenario, o Options) (*Scorecard, error) {
	if o.Intensity > 0 {
		s.Intensity = o.Intensity
	}
	if _, err := openFiles(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	for _, r := range o.Against {
		if err := r.Present(); err != nil { // before a house is made in vain
			return nil, err
		}
	}
	site, load := -1, -1
	if c := cores(); len(c) > 1 && o.Staging == nil {
		site, load = c[0], c[1]
	}
	card := &Scorecard{Scenario: s.Name, Title: s.Title, Rehearses: s.Rehearses, Shield: o.Shield, Cost: o.Cost, Seed: o.Seed, Swapped: o.Swap, Seconds: s.Length().Seconds(), Begun: time.Now().UTC(), Pinned: site >= 0, script: s}
	p := &play{scenario: s, options: o, siteCore: site, loadCore: load, card: card}
	if o.Staging != nil {
		return card, p.staging(ctx)
	}
	return card, p.throwAway(ctx)
}

// play is one run of a scenario.
type play struct {
	scenario           Scenario
	options            Options
	siteCore, loadCore int
	card               *Scorecard
	shelf              shelf
	accounts           []attack.Account // of good users
	fresh              []attack.Account // of attackers
}

// throwAway rehearses on a house of the drill's own.
func (p *play) throwAway(ctx context.Context) (err error) {
	h, err := newHouse(p.options.Command, p.options.Folder, p.siteCore, time.Now())
	if err != nil {
		return err
	}
	defer func() {
		h.kill() // if it still runs
		err = errors.Join(err, h.remove())
	}()
	if err := p.furnish(ctx, h); err != nil {
		return fmt.Errorf("prepare the throw-away house: %w", err)
	}
	if p.loadCore >= 0 {
		release, err := stayOn(p.loadCore)
		if err != nil {
			return err
		}
		defer release()
	}
	off := dressing{shield: "off", cost: p.options.Cost, set: p.options.Set, pinned: true}
	if p.scenario.Attack > 0 {
		if p.card.Capacity, err = p.capacityOf(ctx, h, off); err != nil {
			return fmt.Errorf("measure the capacity: %w", err)
		}
		p.options.Say("This site makes %.0f pages a second with the shield off.", p.card.Capacity)
	}
	if p.options.Baseline {
		p.options.Say("First with the shield off.")
		spare, err := h.copy()
		if err != nil {
			return err
		}
		p.card.Baseline, err = p.perform(ctx, spare, off)
		if err = errors.Join(err, os.RemoveAll(spare.data)); err != nil {
			return fmt.Errorf("run with the shield off: %w", err)
		}
	}
	for _, r := range p.options.Against {
		score, err := p.contend(ctx, h, r)
		if err != nil {
			return fmt.Errorf("run behind %s: %w", r.Name, err)
		}
		p.card.Rivals = append(p.card.Rivals, *score)
	}
	if p.options.Baseline || len(p.options.Against) > 0 {
		p.options.Say("Now with the shield %s.", p.options.Shield)
	}
	r, err := p.perform(ctx, h, dressing{shield: p.options.Shield, cost: p.options.Cost, set: p.options.Set, pinned: true})
	if err != nil {
		return err
	}
	p.card.Result = *r
	p.card.judge()
	return nil
}

func (p *play) town() town { return town{swapped: p.options.Swap} }

func (p *play) rng(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(p.options.Seed, stream))
}

// perform serves the house, plays the scenario once and checks the records.
func (p *play) perform(ctx context.Context, h *house, d dressing) (*Result, error) {
	if err := h.open(ctx, d, openTime); err != nil {
		return nil, err
	}
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	r, err := p.enact(ctx, line, h, d)
	if err = errors.Join(err, h.close()); err != nil {
		return nil, err
	}
	v, err := h.verify()
	if err != nil {
		return nil, err
	}
	r.verified(v)
	if r.Incidents, err = h.incidents(r.stage.began.Add(r.calm + p.scenario.first())); err != nil {
		return nil, err
	}
	return r, nil
}

// staging rehearses on a site whose operator agreed.
func (p *play) staging(ctx context.Context) error {
	st := p.options.Staging
	if err := consents(ctx, st.URL, st.Token); err != nil {
		return err
	}
	secure, err := clientTLS(st.URL, nil)
	if err != nil {
		return err
	}
	if st.URL.Scheme != "https" {
		secure = nil
	}
	line := browser.Line{URL: st.URL, Dial: direct(st.URL), TLS: secure}
	b := browser.New(line, netip.Addr{}, browser.Desk)
	defer b.Close()
	if p.shelf, err = learn(ctx, b); err != nil {
		return err
	}
	p.accounts = st.Accounts
	if p.scenario.Attack > 0 {
		if p.card.Capacity, err = p.capacity(ctx, line); err != nil {
			return fmt.Errorf("measure the capacity: %w", err)
		}
	}
	r, err := p.enact(ctx, line, nil, dressing{})
	if err != nil {
		return err
	}
	p.card.Result = *r
	p.card.judge()
	return nil
}

// enact plays the scenario on an open site; h is nil if that is not the drill's
// own.
func (p *play) enact(ctx context.Context, line browser.Line, h *house, d dressing) (*Result, error) {
	s := p.scenario
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	members, err := p.signIn(ctx, line)
	if err != nil {
		return nil, err
	}
	begin := time.Now().Add(warmUp)
	end := begin.Add(s.Length())
	walking, stop := context.WithDeadline(ctx, end)
	defer stop()
	asking, hangUp := context.WithDeadline(ctx, end.Add(patience))
	defer hangUp()
	stage := &stage{walking: walking, asking: asking, line: line, shelf: p.shelf, town: p.town(), began: begin, calm: s.Calm, seen: &samples{}, trades: &trades{}, members: newPool(members), behind: d.front != nil}
	since := time.Now()
	var others sync.WaitGroup
	meter := &meter{began: begin, house: h}
	others.Go(func() { meter.run(asking) })
	visits := p.crowds(stage)
	var foes *assailants
	if len(s.Assaults) > 0 {
		orders, err := p.marching(line, h, begin.Add(s.Calm))
		if err != nil {
			return nil, err
		}
		if foes, err = assail(p.options.Command, orders); err != nil {
			return nil, err
		}
		defer foes.stop()
		context.AfterFunc(foes.ctx, cancel) // without them it is no drill
	}
	restarted := make(chan error, 1)
	go func() { restarted <- p.restarts(walking, stage, h, d) }()
	p.tell(walking, stage, foes)
	visits.Wait()
	hangUp()
	others.Wait()
	err = <-restarted
	r := &Result{length: s.Length(), calm: s.Calm, stage: stage, meter: meter, capacity: p.card.Capacity}
	if foes != nil {
		var ferr error
		r.ticks, r.last, ferr = foes.wait(ctx)
		err = errors.Join(err, ferr)
	}
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.Trade, err = stage.trades.audit(ctx, since); err != nil {
		return nil, fmt.Errorf("hold the receipts against the records: %w", err)
	}
	for _, m := range members {
		m.browser.Close()
	}
	r.count()
	return r, nil
}

// marching are the orders for the attackers.
func (p *play) marching(line browser.Line, h *house, begin time.Time) (marching, error) {
	m := marching{
		URL: line.URL.String(), Paths: p.shelf.all, Words: p.shelf.words(), Assaults: slices.Clone(p.scenario.Assaults), Accounts: p.fresh,
		Begin: begin, Attack: p.scenario.Attack, Seed: p.options.Seed, Core: p.loadCore,
	}
	for i := range m.Assaults {
		a := &m.Assaults[i]
		if a.Params.Swap = p.options.Swap; a.Share > 0 {
			a.Params.Total = a.Share * p.scenario.Intensity * p.card.Capacity
		}
	}
	if st := p.options.Staging; st != nil {
		m.Token = st.Token
	}
	if h != nil {
		to, err := h.way()
		if err != nil {
			return m, err
		}
		m.Address, m.Told = to.to, to.told
		m.Trust = h.trust.pem
	}
	return m, nil
}

// tell says now and then how it goes, until the drill ends.
func (p *play) tell(ctx context.Context, stage *stage, foes *assailants) {
	const every = 5 * time.Second
	for pause(ctx, every) {
		at := time.Since(stage.began).Round(time.Second)
		what := "calm"
		switch {
		case at < 0:
			what = "warming up"
		case at >= p.scenario.Calm && foes != nil:
			what = "attack"
		}
		p.options.Say("%4.0f s  %-10s  %s", at.Seconds(), what, stage.brief(foes))
	}
}
