package web

import (
	"iter"
	"runtime/metrics"
	"time"

	"kontor/shield"
	"kontor/web/page"
	"kontor/web/words"
)

// figures are the numbers that matter, of the last minute and second.
func figures(w *words.Words, seconds []shield.Second) []page.Measure {
	last, minute := seconds[len(seconds)-1], tail(seconds, judgedSeconds)
	answered := func(label string, c shield.Class) page.Measure {
		of := shareOf(minute, c)
		m := page.Measure{Label: w.T(label), Value: w.Percent(int64(of.of())), Note: w.N("siege.asked_minute", int(of.asked)), Tone: page.OK}
		switch {
		case of.asked == 0:
			m.Value, m.Tone = "–", page.Plain
		case of.of() < trading:
			m.Tone = page.Bad
		}
		return m
	}
	refused, peak, peakAt := refusedIn(last), int64(0), last.At
	var took time.Duration
	served := int64(0)
	for _, x := range seconds {
		if n := refusedIn(x); n > peak {
			peak, peakAt = n, x.At
		}
	}
	for _, x := range minute {
		took += x.Took
		for _, t := range x.Classes {
			served += t.Served
		}
	}
	used := "–"
	if last.Limit > 0 {
		used = w.Percent(int64(last.Busy) * 10_000 / int64(last.Limit))
	}
	places := w.T("siege.places_note", "limit", last.Limit, "waiting", last.Waiting)
	if served > 0 {
		places = w.T("siege.places_took", "places", places, "ms", int64(took/time.Millisecond)/served)
	}
	refusedNote := w.T("siege.no_peak")
	if peak > 0 {
		refusedNote = w.T("siege.peak", "n", peak, "clock", clock(w, peakAt))
	}
	return []page.Measure{
		answered("siege.paying_answered", shield.Paying), answered("siege.members_answered", shield.Member),
		{Label: w.T("siege.places"), Value: used, Note: places},
		{Label: w.T("siege.refused"), Value: w.Number(refused), Note: refusedNote},
		{Label: w.T("siege.memory"), Value: w.T("siege.mib", "n", resident()>>20), Note: w.T("siege.memory_note")},
		{Label: w.T("siege.connections"), Value: w.Number(int64(last.Conns)), Note: w.T("siege.closed", "n", last.Closed)},
	}
}

func refusedIn(x shield.Second) (n int64) {
	for _, t := range x.Classes {
		n += t.Refused
	}
	return n
}

// resident is the memory that the program holds of the system, in bytes, less
// what it gave back.
func resident() uint64 {
	held := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(held)
	return held[0].Value.Uint64() - held[1].Value.Uint64()
}

// rows of the page: classes that go together, and their colour.
var goodputRows = []struct {
	key, colour string
	classes     []shield.Class
}{
	{"paying", "pay", []shield.Class{shield.Paying}}, {"member", "mem", []shield.Class{shield.Member}}, {"passed", "pass", []shield.Class{shield.Passed}},
	{"guest", "guest", []shield.Class{shield.Guest}}, {"suspect", "sus", []shield.Class{shield.Suspect, shield.Banned}},
}

// goodput is, for each class, what it asked and what it got.
func goodput(w *words.Words, seconds []shield.Second) (rows []page.Goodput) {
	for _, row := range goodputRows {
		all := shareOf(seconds, row.classes...)
		now := shareOf(tail(seconds, 1), row.classes...)
		g := page.Goodput{Name: w.T("siege.class_" + row.key), Now: w.T("siege.now", "n", now.asked), Share: w.Percent(int64(all.of())), Colour: row.colour}
		g.Note = w.T("siege.answered_of", "answered", all.answered, "asked", all.asked)
		if all.asked == 0 {
			g.Share, g.Note = "–", w.T("siege.nobody")
		}
		g.Label = w.T("siege.class_finding", "class", g.Name, "share", g.Share, "note", g.Note)
		for part := range parts(seconds) {
			of := shareOf(part, row.classes...)
			g.Asked = append(g.Asked, float64(of.asked)/float64(len(part)))
			g.Answered = append(g.Answered, float64(of.answered)/float64(len(part)))
		}
		rows = append(rows, g)
	}
	return rows
}

// parts cuts seconds at whole steps of the clock, so that a drawing moves on and
// does not tremble. The first and the last part may be shorter.
func parts(seconds []shield.Second) iter.Seq[[]shield.Second] {
	return func(yield func([]shield.Second) bool) {
		begin := 0
		for i := range seconds {
			if i+1 < len(seconds) && seconds[i].At.Unix()/shownStep == seconds[i+1].At.Unix()/shownStep {
				continue
			}
			if !yield(seconds[begin : i+1]) {
				return
			}
			begin = i + 1
		}
	}
}

// flow is what was done with all requests.
func flow(w *words.Words, seconds []shield.Second) page.Flow {
	f := page.Flow{Bands: []page.Band{{Label: w.T("siege.by_site"), Colour: "mem"}, {Label: w.T("siege.by_memory"), Colour: "pass"}, {Label: w.T("siege.by_refusal"), Colour: "sus"}, {Label: w.T("siege.by_door"), Colour: "drop"}}}
	var sums [4]int64
	most := 1.0
	for part := range parts(seconds) {
		var n [4]int64
		for _, x := range part {
			for _, t := range x.Classes {
				n[0], n[1], n[2] = n[0]+t.Served, n[1]+t.Cached, n[2]+t.Refused
			}
			n[3] += x.Closed
		}
		top := 0.0
		for i := range n {
			rate := float64(n[i]) / float64(len(part))
			f.Bands[i].Values = append(f.Bands[i].Values, rate)
			sums[i] += n[i]
			top += rate
		}
		most = max(most, top)
	}
	f.Most = roundUp(most)
	for i := 2; i >= 0; i-- {
		f.Y = append(f.Y, short(w, f.Most*float64(i)/2))
	}
	form := "15:04"
	if len(seconds) < shownSeconds/2 {
		form = "15:04:05"
	}
	for i := range 4 {
		f.X = append(f.X, seconds[(len(seconds)-1)*i/3].At.Format(form))
	}
	f.Label = w.T("siege.flow_finding", "site", sums[0], "memory", sums[1], "refused", sums[2], "closed", sums[3])
	return f
}

// roundUp is the next of 2, 4, 10, 20, 40, 100 and so on: its half is a whole
// number.
func roundUp(v float64) float64 {
	for top := 2.0; ; top *= 10 {
		for _, by := range []float64{1, 2} {
			if v <= top*by {
				return top * by
			}
		}
		if v <= top*5 {
			return top * 5
		}
	}
}

// short is a number of at most four figures: 47k.
func short(w *words.Words, v float64) string {
	if v >= 10_000 {
		return w.T("siege.thousands", "n", int64(v/1_000))
	}
	return w.Number(int64(v))
}
