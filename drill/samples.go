package drill

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// phase is the part of a drill that a page view began in.
type phase uint8

const (
	warming    phase = iota // before the measuring; not counted
	calming                 // good users alone
	attacking               // good and hostile ones
	restarting              // while a killed site was starting again; reported apart
)

// fate is what became of a page view.
type fate uint8

const (
	served     fate = iota
	refused         // 403, 429 or 503: turned away
	challenged      // had to prove something before the page came
	failed          // another error of the site, or a page that is not what it should be
	broken          // no answer: closed, reset
	late            // no answer in patience
)

// patience is how long somebody waits for a page.
const patience = 10 * time.Second

// soon is how long a page may take to be served well.
const soon = time.Second

// sample is one page view, or one part of a page.
type sample struct {
	at    time.Duration // since the measuring began
	took  time.Duration
	class uint8 // index in classes
	phase phase
	fate  fate
	part  bool
}

// mostSamples bounds what a drill holds; 24 bytes each. Later ones are counted
// as lost, which makes the drill unmeasured.
const mostSamples = 2_000_000

// samples are all page views of a drill. Safe for concurrent use.
type samples struct {
	mu   sync.Mutex
	list []sample
	lost int
}

func (s *samples) add(one sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) >= mostSamples {
		s.lost++
		return
	}
	s.list = append(s.list, one)
}

// views are what happened to one class in one phase.
type views struct {
	offered    int
	byFate     [late + 1]int
	soon       int             // served within a second
	times      []time.Duration // of those served, sorted
	parts      int
	partsShort int // parts that did not come
}

// of counts one class in one phase.
func (s *samples) of(class Class, in phase) views {
	s.mu.Lock()
	defer s.mu.Unlock()
	index := uint8(slices.Index(classes, class))
	var v views
	for _, one := range s.list {
		if one.class != index || one.phase != in {
			continue
		}
		if one.part {
			v.parts++
			if one.fate != served {
				v.partsShort++
			}
			continue
		}
		v.offered++
		v.byFate[one.fate]++
		if one.fate != served {
			continue
		}
		if one.took <= soon {
			v.soon++
		}
		v.times = append(v.times, one.took)
	}
	slices.Sort(v.times)
	return v
}

// ratio is n of so many; 1 where there is none.
func ratio(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// quantile is the time that a part of the served views took at most (nearest
// rank); 0 where none was served.
func (v views) quantile(q float64) time.Duration {
	if len(v.times) == 0 {
		return 0
	}
	rank := int(q * float64(len(v.times)))
	return v.times[min(rank, len(v.times)-1)]
}

// second is one class's second of a drill, for plots.
type second struct {
	Offered, Served, Soon int
	Median, Slow          time.Duration // of the served: p50 and p99
}

// seconds are the page views of some classes second by second, of n seconds.
func (s *samples) seconds(n int, of ...Class) []second {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]second, n)
	times := make([][]time.Duration, n)
	for _, one := range s.list {
		i := int(one.at / time.Second)
		if one.part || one.phase == warming || i < 0 || i >= n || !slices.Contains(of, classes[one.class]) {
			continue
		}
		list[i].Offered++
		if one.fate != served {
			continue
		}
		list[i].Served++
		if one.took <= soon {
			list[i].Soon++
		}
		times[i] = append(times[i], one.took)
	}
	for i, t := range times {
		slices.SortFunc(t, cmp.Compare)
		v := views{times: t}
		list[i].Median, list[i].Slow = v.quantile(0.50), v.quantile(0.99)
	}
	return list
}
