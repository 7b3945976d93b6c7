package shield

import "math"

// tuner finds how many requests a site can work on at once: the least number at
// which it still does as much as with more. It climbs: while places are short it
// tries fewer, and keeps that when the site gets no less done; where fewer does
// less, it tries more, and keeps that when the site gets more done. A site with
// eight workers settles near eight, one that waits for a disk shared by many
// writers settles high, and neither is told to it.
//
// Work is counted in the time that each request takes on the quiet site, so that
// a flood of cheap requests does not look like a site that became quick.
//
// Not for use at once: places guards it.
type tuner struct {
	least, most float64
	limit       float64 // what holds now

	trying   trial
	from     float64 // limit before the trial
	before   float64 // work done per second before it
	seen     int     // windows of the trial so far
	done     float64 // work of these
	rest     int     // windows to wait before the next trial
	resting  int     // windows of the last rest: each round of trials that brought nothing doubles it
	rejected trial   // the direction that was tried last and brought nothing
	careful  bool    // a long step down cost the site work: short ones from here
	calm     int     // windows in a row in which places were not short
}

// trial is a direction that is being tried.
type trial int8

const (
	none  trial = 0
	fewer trial = -1
	more  trial = 1
)

// What a trial is worth. A window is 250 ms (see places.turn).
const (
	trialWindows = 2    // windows that a trial is measured over
	restWindows  = 24   // windows after the first round of trials that brought nothing
	restMost     = 240  // and after many of them: a minute
	loseAtMost   = 0.04 // share of work that fewer places may cost
	gainAtLeast  = 0.04 // share of work that more places must bring
	stepDown     = 0.85
	stepUp       = 1.25
	queueing     = 1.5 // requests that wait inside the site before fewer places are tried
)

func newTuner(least, most, start int) tuner {
	return tuner{least: float64(least), most: float64(most), limit: float64(start)}
}

// window tells of a span of 250 ms: whether places were short in it, how much
// work the site did per second, and how many times longer than on the quiet site
// its requests took in the middle.
func (t *tuner) window(short bool, work, slower float64) {
	if !short {
		t.calm++
		if t.trying != none && t.calm >= 2 {
			t.back() // nothing can be learnt from a site with room
		}
		return
	}
	t.calm = 0
	if t.trying == none {
		t.begin(work, slower)
		return
	}
	t.seen++
	t.done += work
	if t.seen == 1 {
		t.done = 0 // what began before the trial ends in its first window
	}
	if t.seen <= trialWindows {
		return
	}
	t.judge(t.done / trialWindows)
}

// begin chooses a trial, or grows where nothing waits inside the site.
func (t *tuner) begin(work, slower float64) {
	inside := t.limit * (1 - 1/math.Max(slower, 1))
	if inside < queueing/2 && t.limit < t.most {
		t.limit = math.Min(t.limit+1, t.most)
		return
	}
	if t.rest > 0 {
		t.rest--
		return
	}
	t.from, t.before, t.seen, t.done = t.limit, work, 0, 0
	switch {
	case inside >= queueing && t.rejected != fewer && t.limit > t.least:
		t.trying = fewer
		to := math.Min(t.limit*stepDown, t.limit-1)
		if !t.careful {
			to = math.Min(to, math.Ceil(t.limit/slower)+1) // what works at once, if all the rest waits inside
		}
		t.limit = math.Max(t.least, to)
	case t.limit < t.most:
		t.trying = more
		t.limit = math.Min(t.most, math.Max(t.limit*stepUp, t.limit+1))
	}
}

// judge keeps a trial's limit or goes back.
func (t *tuner) judge(work float64) {
	kept := t.trying == fewer && work >= t.before*(1-loseAtMost) ||
		t.trying == more && work >= t.before*(1+gainAtLeast)
	if kept {
		t.careful = t.careful && t.trying == more
		t.trying, t.rejected, t.rest, t.resting = none, none, 0, 0
		return
	}
	was, long := t.trying, t.limit < t.from*stepDown-1
	t.back()
	t.rejected = was
	switch {
	case was == fewer && long:
		t.careful, t.rejected = true, none // a shorter step is worth a try
	case was == more:
		t.resting = min(max(2*t.resting, restWindows), restMost)
		t.rejected, t.rest = none, t.resting // both ways were tried
	}
}

func (t *tuner) back() {
	t.limit, t.trying = t.from, none
}

// places is the limit as a number of places.
func (t *tuner) places() int { return int(math.Round(t.limit)) }
