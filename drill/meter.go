package drill

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// meter reads once a second what the site and the drill itself use. Bound: one
// reading a second of the longest drill.
type meter struct {
	began    time.Time
	house    *house // nil for another's site
	readings []reading
}

// reading is what was used by a time.
type reading struct {
	at       time.Duration // since the measuring began
	resident int64         // bytes of the site's process; 0 while it is down
	peak     int64
	site     time.Duration // CPU time since it was first started
	good     time.Duration // CPU time of the good users' process
	proxy    usage         // of the proxy before the site, where there is one
	core     time.Duration // that the site's core worked, for anybody; 0 where it has none of its own
}

func (m *meter) run(ctx context.Context) {
	m.read()
	for pause(ctx, meterEvery) {
		m.read()
	}
	m.read()
}

func (m *meter) read() {
	r := reading{at: time.Since(m.began)}
	if own, err := usageOf(os.Getpid()); err == nil {
		r.good = own.cpu
	}
	if m.house != nil {
		if u, err := m.house.usage(); err == nil {
			r.resident, r.peak, r.site = u.resident, u.peak, u.cpu
		}
		r.proxy = m.house.proxyUsage()
		if busy, err := busyOf(m.house.core); err == nil {
			r.core = busy
		}
	}
	if len(m.readings) < int((longest+patience+warmUp)/meterEvery) {
		m.readings = append(m.readings, r)
	}
}

// at is the first reading at or after a time, or the last.
func (m *meter) at(t time.Duration) reading {
	i := slices.IndexFunc(m.readings, func(r reading) bool { return r.at >= t })
	switch {
	case len(m.readings) == 0:
		return reading{}
	case i < 0:
		return m.readings[len(m.readings)-1]
	}
	return m.readings[i]
}

// load is how many cores something used between two readings.
func load(from, to reading, of func(reading) time.Duration) float64 {
	if to.at <= from.at {
		return 0
	}
	return max(0, (of(to)-of(from)).Seconds()/(to.at-from.at).Seconds())
}

// brief is one line of how it goes: page views since the last.
func (s *stage) brief(foes *assailants) string {
	s.seen.mu.Lock()
	n, good := 0, 0
	now := time.Since(s.began)
	for i := len(s.seen.list) - 1; i >= 0 && i > len(s.seen.list)-20_000; i-- {
		one := s.seen.list[i]
		if one.part || one.at < now-5*time.Second {
			continue
		}
		n++
		if one.fate == served && one.took <= soon {
			good++
		}
	}
	s.seen.mu.Unlock()
	text := fmt.Sprintf("good pages %d, within 1 s %d", n, good)
	if foes == nil {
		return text
	}
	foes.mu.Lock()
	defer foes.mu.Unlock()
	if k := len(foes.ticks); k > 0 {
		t := foes.ticks[k-1].Tally
		text += fmt.Sprintf("; attack sent %d/s, site-made %d, from cache %d, refused %d, broken %d", t.Offered, t.Served, t.Cached, t.Refused, t.Broken)
	}
	return text
}
