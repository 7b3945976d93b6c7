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
	seen     int     // windows since the limit changed
	done     float64 // work of these, per second, but of the first
	slow     float64 // and how many times longer than on the quiet site their requests took
	rest     int     // windows to wait before the next trial
	resting  int     // windows of the last rest: each round of trials that brought nothing doubles it
	rejected trial   // the direction that was tried last and brought nothing
	learned  bool    // a bound of the site was met: no long steps up from here
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
	trialWindows = 3    // windows that a limit is measured over
	restWindows  = 24   // windows after the first round of trials that brought nothing
	restMost     = 240  // and after many of them: a minute
	loseAtMost   = 0.04 // share of work that fewer places may cost
	gainAtLeast  = 0.04 // share of work that more places must bring
	stepDown     = 0.85
	queueing     = 0.75 // requests that wait inside the site before fewer places are tried
	tooFull      = 1.5  // times what the site does at once: fewer are tried without waiting for a window to end
	stepUp       = 1.25
	stepLong     = 1.5 // as long as no bound of the site was met
	nearly       = 0.9 // of the places work at once: the site has room for more
	growth       = 16  // one in so many places more per window where nothing waits inside the site
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
		if t.calm >= 2 {
			t.end() // nothing more can be learnt from a site with room
		}
		return
	}
	t.calm = 0
	if inside := t.inside(slower); t.trying == none && inside < queueing/2 && t.limit < t.most {
		t.to(t.limit + math.Max(1, t.limit/growth))
		return
	}
	if t.seen++; t.seen > 1 { // what began before the limit changed ends in the first window
		t.done += work
		t.slow += slower
	}
	if t.seen <= trialWindows {
		return
	}
	work, slower = t.done/float64(t.seen-1), t.slow/float64(t.seen-1)
	if t.trying == none {
		t.begin(work, slower)
	} else {
		t.judge(work)
	}
}

// to changes the limit.
func (t *tuner) to(limit float64) {
	t.limit = min(max(limit, t.least), t.most)
	t.seen, t.done, t.slow = 0, 0, 0
}

// inside is how many requests wait inside the site.
func (t *tuner) inside(slower float64) float64 { return t.limit * (1 - 1/math.Max(slower, 1)) }

// begin chooses a trial.
func (t *tuner) begin(work, slower float64) {
	if t.rest > 0 {
		t.rest--
		return
	}
	inside := t.inside(slower)
	switch {
	case inside >= queueing && t.rejected != fewer && t.limit > t.least:
		t.try(fewer, work, max(t.limit*stepDown, t.limit-math.Max(inside, 1))) // no fewer than what works
	case t.limit < t.most:
		t.try(more, work, math.Max(t.limit*stepUp, t.limit+1))
	}
}

func (t *tuner) try(way trial, before, limit float64) {
	t.trying, t.from, t.before = way, t.limit, before
	t.to(limit)
}

// full tells how many requests the site did at once while all places were taken
// and others waited. Where that is far fewer than there are places, what is
// beyond waits inside the site, and a trial of as few begins.
func (t *tuner) full(atOnce float64) {
	few := math.Ceil(atOnce) + 1
	switch {
	case !t.learned && t.trying == none && atOnce >= nearly*t.limit:
		t.to(t.limit * stepLong)
	case t.careful || t.rejected == fewer || t.rest > 0 || few*tooFull > t.limit:
	default:
		t.learned = true
		t.end() // of a trial that is far from the mark
		t.try(fewer, atOnce, few)
		t.calm = 0
	}
}

// end ends a trial that was not judged. Of fewer places it keeps: they are
// enough for now, and the next flood finds them.
func (t *tuner) end() {
	if t.trying == more {
		t.back()
	}
	t.trying = none
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
	t.learned = true
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
	t.trying = none
	t.to(t.from)
}

// places is the limit as a number of places.
func (t *tuner) places() int { return int(math.Round(t.limit)) }
