package drill

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"kontor/drill/attack"
	"kontor/drill/browser"
)

func TestWhatBecameOfAPageView(t *testing.T) {
	for name, c := range map[string]struct {
		e    browser.Exchange
		want fate
	}{
		"a page":                 {browser.Exchange{Status: 200}, served},
		"a redirect":             {browser.Exchange{Status: 303}, served},
		"turned away":            {browser.Exchange{Status: 503}, refused},
		"too many requests":      {browser.Exchange{Status: 429}, refused},
		"banned":                 {browser.Exchange{Status: 403}, refused},
		"to prove something":     {browser.Exchange{Status: 200, Header: http.Header{"Kontor-Challenge": {"wait"}}}, challenged},
		"a fault of the site":    {browser.Exchange{Status: 500}, failed},
		"a page that is missing": {browser.Exchange{Status: 404}, failed},
		"a closed connection":    {browser.Exchange{Err: errors.New("reset by peer")}, broken},
		"out of patience":        {browser.Exchange{Err: context.DeadlineExceeded}, late},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fateOf(c.e); got != c.want {
				t.Errorf("counted as %d, want %d", got, c.want)
			}
		})
	}
}

func TestSharesAndTimesAreOfTheRightPageViews(t *testing.T) {
	var s samples
	add := func(n int, one sample) {
		for range n {
			s.add(one)
		}
	}
	member := uint8(1)
	add(99, sample{class: member, phase: attacking, took: 10 * time.Millisecond})
	add(1, sample{class: member, phase: attacking, took: 2 * time.Second})
	add(3, sample{class: member, phase: attacking, fate: refused, took: time.Millisecond})
	add(5, sample{class: member, phase: attacking, part: true, fate: broken})
	add(7, sample{class: member, phase: calming, took: 5 * time.Millisecond})
	add(2, sample{class: member, phase: restarting, took: 4 * time.Second})
	add(1, sample{class: member, phase: restarting, fate: broken})
	add(4, sample{class: member, phase: warming, fate: broken})
	c := scoreOf(s.of(Member, attacking), s.of(Member, calming), s.of(Member, restarting))
	if c.Offered != 106 || c.Succeeded != 102 {
		t.Errorf("%d of %d were served, want 102 of 106: a restart counts, the warming up does not", c.Succeeded, c.Offered)
	}
	if c.Soon != 99 || c.P50 != 10 || c.P99 != 2_000 {
		t.Errorf("%d soon, p50 %v ms, p99 %v ms; want 99, 10 and 2000, without those of the restart", c.Soon, c.P50, c.P99)
	}
	if c.Refused != 3 || c.Parts != 5 || c.PartsShort != 5 {
		t.Errorf("refused %d, parts %d, missing %d; want 3, 5, 5", c.Refused, c.Parts, c.PartsShort)
	}
	if c.P50VsCalm == nil || *c.P50VsCalm != 2 {
		t.Errorf("p50 against calm is %v, want 2", c.P50VsCalm)
	}
	if c.Restart.Offered != 3 || c.Restart.Succeeded != 2 {
		t.Errorf("of the restart's 3 page views 2 were served, not %d of %d", c.Restart.Succeeded, c.Restart.Offered)
	}
}

func TestNobodyServedIsNotFast(t *testing.T) {
	var v views
	if got := v.quantile(0.99); got != 0 {
		t.Errorf("nobody was served, and it took %v", got)
	}
	if _, ok := times(0, nil, Mark{Limit: 1.5, Or: time.Second}); ok {
		t.Error("a time that nobody was served in passes a mark")
	}
}

func TestWhenAnAttackIsCut(t *testing.T) {
	ticks := func(served ...int64) (list []tick) {
		for i, n := range served {
			list = append(list, tick{Second: i, Tally: attack.Tally{Served: n}})
		}
		return list
	}
	for name, c := range map[string]struct {
		ticks []tick
		want  float64 // -1: to the end
	}{
		"never more than its share":      {ticks(10, 20, 25), 0},
		"cut after two seconds":          {ticks(90, 80, 10, 0), 2},
		"the longest of several stretch": {ticks(90, 0, 90, 90, 90, 0), 3},
		"to the end":                     {ticks(0, 0, 90), -1},
		"no attack":                      {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := cut(c.ticks, 25)
			if c.want < 0 != (got == nil) || got != nil && *got != c.want {
				t.Errorf("cut after %v, want %v", got, c.want)
			}
		})
	}
}

func TestDowntimeTakesInWhatWasUnderWay(t *testing.T) {
	at := func(s float64) time.Time { return time.Unix(1_000, 0).Add(time.Duration(s * float64(time.Second))) }
	var d downtime
	d.begin(at(10))
	if !d.within(at(11), at(12)) || d.within(at(8), at(9)) {
		t.Error("a page view is put on the wrong side of a kill")
	}
	d.end(at(12))
	for _, c := range []struct {
		name     string
		from, to float64
		want     bool
	}{{"under way at the kill", 9, 10.5, true}, {"just after it was open", 12.5, 12.6, true}, {"later", 13.5, 13.6, false}, {"before", 9, 9.9, false}} {
		if d.within(at(c.from), at(c.to)) != c.want {
			t.Errorf("a page view %s counts as the restart's: %v, want %v", c.name, !c.want, c.want)
		}
	}
	if d.total() != 2*time.Second {
		t.Errorf("it was down for %v, want 2s", d.total())
	}
}
