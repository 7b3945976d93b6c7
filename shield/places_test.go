package shield

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// visitAt is a request that wants one of the places of a test.
type visitAt struct {
	asker
	outcome chan bool
}

// lineUp is a number of requests in front of places, each on its own goroutine.
type lineUp struct {
	t       *testing.T
	places  *places
	holding []*visitAt
	waiting []*visitAt
	refused int
}

func (l *lineUp) come(ctx context.Context, a asker) *visitAt {
	v := &visitAt{a, make(chan bool, 1)}
	go func() { v.outcome <- l.places.take(ctx, &v.asker, nil) }()
	l.waiting = append(l.waiting, v)
	l.settle()
	return v
}

// settle waits until nothing moves and sees who got a place and who was turned
// away.
func (l *lineUp) settle() {
	synctest.Wait()
	var still []*visitAt
	for _, v := range l.waiting {
		select {
		case given := <-v.outcome:
			if given {
				l.holding = append(l.holding, v)
			} else {
				l.refused++
			}
		default:
			still = append(still, v)
		}
	}
	l.waiting = still
}

func (l *lineUp) leave(i int) {
	v := l.holding[i]
	l.holding = append(l.holding[:i], l.holding[i+1:]...)
	l.places.give(&v.asker, 0, nil, 0)
	l.settle()
}

// check is what must hold at any time.
func (l *lineUp) check(n int) error {
	suspects, low := 0, 0
	for _, v := range l.holding {
		if v.class <= Suspect {
			suspects++
		}
		if v.class <= Guest {
			low++
		}
	}
	switch {
	case len(l.holding) > n:
		return fmt.Errorf("%d requests hold %d places", len(l.holding), n)
	case suspects > max(1, n/2):
		return fmt.Errorf("suspects hold %d of %d places", suspects, n)
	case low > n-max(1, n/keptShare):
		return fmt.Errorf("guests and below hold %d of %d places: a member would wait", low, n)
	case len(l.waiting) > max(n*longLine, leastLine):
		return fmt.Errorf("%d requests wait for %d places", len(l.waiting), n)
	}
	full := l.places.look()
	if full.Busy != len(l.holding) || full.Waiting != len(l.waiting) {
		return fmt.Errorf("the places say that %d are busy and %d wait; it is %d and %d", full.Busy, full.Waiting, len(l.holding), len(l.waiting))
	}
	for _, v := range l.waiting {
		if l.places.fits(&v.asker) {
			return fmt.Errorf("a %v waits although there is a place for it", v.class)
		}
	}
	return nil
}

func TestPlacesHoldTheirSharesInEveryHistory(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			n := 4 + r.IntN(12)
			l := &lineUp{t: t, places: newPool(n)}
			ctx, cancel := context.WithCancel(t.Context())
			for step := range 400 {
				if len(l.holding) > 0 && r.IntN(5) < 2 {
					l.leave(r.IntN(len(l.holding)))
				} else {
					class := Class(1 + r.IntN(int(classes)-1))
					l.come(ctx, asker{class: class, young: r.IntN(3) == 0, offered: r.IntN(2) == 0, must: class == Paying && r.IntN(2) == 0, backlog: r.Int64N(1e10), level: uint8(r.IntN(16)), arrived: tick(step)})
				}
				if err := l.check(n); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
			cancel()
			l.settle()
			if len(l.waiting) > 0 {
				t.Fatalf("seed %d: %d requests whose visitors left still wait", seed, len(l.waiting))
			}
			for len(l.holding) > 0 {
				l.leave(0)
			}
			if full := l.places.look(); full.Busy != 0 || full.Waiting != 0 {
				t.Fatalf("seed %d: after all left, %d places are taken", seed, full.Busy)
			}
		})
	}
}

func TestSuspectsKeepToASmallerShareOnceOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lineUp{t: t, places: newPool(8)}
		for range 8 {
			l.come(t.Context(), asker{class: Suspect})
		}
		if len(l.holding) != 4 {
			t.Errorf("suspects hold %d of 8 places on a calm site", len(l.holding))
		}
		for range 6 {
			l.come(t.Context(), asker{class: Member})
		}
		for range 20 { // whatever leaves, suspects come down to their quarter
			l.leave(0)
			l.come(t.Context(), asker{class: Member})
		}
		suspects := 0
		for _, v := range l.holding {
			if v.class == Suspect {
				suspects++
			}
		}
		if suspects > 2 {
			t.Errorf("suspects hold %d of 8 places while members wait", suspects)
		}
		for len(l.holding) > 0 {
			l.leave(0)
		}
	})
}

func TestThePlaceGoesToWhomeverEarnedIt(t *testing.T) {
	tests := map[string]struct{ first, second asker }{
		"who is paying goes before a member":                       {asker{class: Paying}, asker{class: Member}},
		"a member goes before a guest with a pass":                 {asker{class: Member}, asker{class: Passed}},
		"a guest goes before a suspect":                            {asker{class: Guest}, asker{class: Suspect}},
		"a payment that has begun goes before one that has not":    {asker{class: Paying, must: true}, asker{class: Paying}},
		"an old account goes before a young one":                   {asker{class: Member}, asker{class: Member, young: true}},
		"who was led here goes before who knows a deep address":    {asker{class: Guest, offered: true}, asker{class: Guest}},
		"a quiet source goes before a busy one":                    {asker{class: Guest}, asker{class: Guest, backlog: 1e9}},
		"the same visitor wins again and again":                    {asker{class: Guest, level: 9}, asker{class: Guest, level: 3}},
		"among equals the first to come goes first":                {asker{class: Guest, arrived: 1}, asker{class: Guest, arrived: 2}},
		"once somebody has waited for long, the newest goes first": {asker{class: Guest, arrived: int64(time.Second)}, asker{class: Guest, arrived: 1}},
	}
	for name, c := range tests {
		for _, order := range [][2]asker{{c.first, c.second}, {c.second, c.first}} {
			synctest.Test(t, func(t *testing.T) {
				l := &lineUp{t: t, places: newPool(4)}
				for range 4 {
					l.come(t.Context(), asker{class: Paying})
				}
				for _, a := range order {
					l.come(t.Context(), a)
				}
				l.leave(0)
				if got := l.holding[len(l.holding)-1].asker; got != c.first {
					t.Errorf("%s: got %+v", name, got)
				}
				for len(l.holding) > 0 {
					l.leave(0)
				}
			})
		}
	}
}

// An army of new accounts with goods in their carts would otherwise turn every
// guest away, who is somebody's first customer.
func TestNewAccountsBeyondTheirShareComeAfterGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lineUp{t: t, places: newPool(8)}
		young := asker{class: Paying, young: true}
		for range 8 + leastLine {
			l.come(t.Context(), young)
		}
		begun := asker{class: Paying, young: true, must: true}
		for _, a := range []asker{{class: Guest}, begun} {
			l.come(t.Context(), a)
		}
		if l.refused != 2 {
			t.Fatalf("%d were turned away from a full line, want two new accounts: a guest and a payment that has begun take their places", l.refused)
		}
		for _, want := range []asker{begun, {class: Guest}, young} {
			l.leave(0)
			if got := l.holding[len(l.holding)-1].asker; got != want {
				t.Errorf("the next place went to %+v, want %+v", got, want)
			}
		}
		for len(l.holding) > 0 {
			l.leave(0)
		}
	})
}

func TestABurstWaitsInALongerLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lineUp{t: t, places: newPool(4)}
		for range 3 + leastLine {
			l.come(t.Context(), asker{class: Guest})
		}
		if l.refused != 0 {
			t.Errorf("%d of a page's pictures were turned away on a calm site", l.refused)
		}
		for len(l.holding) > 0 {
			l.leave(0)
		}
	})
}

func TestAFullLineTurnsTheLowestAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lineUp{t: t, places: newPool(4)}
		for range 4 {
			l.come(t.Context(), asker{class: Paying})
		}
		for i := range 4 {
			l.come(t.Context(), asker{class: Guest, arrived: tick(i)})
		}
		late := lagging + 10
		l.come(t.Context(), asker{class: Passed, arrived: late})
		if l.refused != 1 || len(l.waiting) != 4 {
			t.Errorf("%d were turned away and %d wait, when a visitor with a pass came to a line full of guests", l.refused, len(l.waiting))
		}
		l.come(t.Context(), asker{class: Suspect, arrived: late})
		if l.refused != 2 {
			t.Error("a suspect got into a full line")
		}
		for len(l.holding) > 0 {
			l.leave(0)
		}
	})
}

// A site of eight workers behind places for thirty-two: what is beyond waits
// inside it, in the order it came, members behind strangers.
func TestPlacesLearnOfAFloodBeforeAWindowEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 42 * time.Millisecond
		begun := time.Now()
		now := func() tick { return tick(time.Since(begun)) + 1 }
		p, workers, kind := newPlaces(firstPlaces), make(chan struct{}, 8), &cost{}
		visit := func(class Class) time.Duration {
			a := asker{class: class, arrived: now()}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if !p.take(ctx, &a, nil) {
				return 0
			}
			came := time.Now()
			workers <- struct{}{}
			time.Sleep(work)
			<-workers
			p.give(&a, now(), kind, time.Since(came))
			return time.Since(begun.Add(time.Duration(a.arrived)))
		}
		visit(Guest) // the quiet site
		for range 1_600 {
			go visit(Guest)
			time.Sleep(625 * time.Microsecond)
			if since := time.Since(begun); since > 250*time.Millisecond && since%(16*time.Millisecond) < 625*time.Microsecond {
				go func() {
					if took := visit(Member); took > 2*work {
						t.Errorf("%v after the flood began a member's page took %v: it waits inside the site, behind strangers", since, took)
					}
				}()
			}
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
	})
}

func TestAFloodThatWasFoundHoldsFewPlaces(t *testing.T) {
	p := newPool(16)
	flood, suspect := asker{class: Suspect, flood: true}, asker{class: Suspect}
	held := 0
	for p.takeNow(&flood) {
		held++
	}
	if held != 2 {
		t.Errorf("a flood that was found holds %d of 16 places on an idle site, want 2: its pages take the core from those who trade", held)
	}
	if !p.takeNow(&suspect) {
		t.Error("a suspect is turned away for a flood that it has no part in")
	}
}
