package drill

import (
	"fmt"
	"math"
	"time"

	"kontor/drill/attack"
)

// Result is what one run of a scenario showed.
type Result struct {
	Classes map[Class]ClassScore `json:"classes"`
	All     ClassScore           `json:"all"` // classes together
	Attack  AttackScore          `json:"attack"`
	Trade   Trade                `json:"trade"`
	Memory  MemoryScore          `json:"memory_mb"`
	CPU     CPUScore             `json:"cpu_cores"`
	Restart RestartScore         `json:"restart"`
	Verify  VerifyScore          `json:"verify"`
	Lost    int                  `json:"samples_lost"` // page views beyond what a drill holds
	Alone   int                  `json:"visits_not_begun"`
	Plot    []PlotPoint          `json:"plot"`

	Incidents []IncidentScore `json:"incidents"` // of a throw-away house

	length, calm time.Duration
	capacity     float64
	stage        *stage
	meter        *meter
	ticks        []tick
	last         tick
	down         []stretchOf // restarts, in seconds since the measuring began
}

// ClassScore is what good users of one class got while the attack went on; in a
// drill without one, all the time. Times are of page views served, without those
// of a restart, which the shares count.
type ClassScore struct {
	Offered    int       `json:"offered"`
	Succeeded  int       `json:"succeeded"`
	Share      float64   `json:"success_share"`
	Soon       int       `json:"within_1s"`
	SoonShare  float64   `json:"within_1s_share"` // of offered outside restarts
	P50        float64   `json:"p50_ms"`
	P99        float64   `json:"p99_ms"`
	P50VsCalm  *float64  `json:"p50_vs_calm"` // nil where calm has nothing to compare with
	P99VsCalm  *float64  `json:"p99_vs_calm"`
	Refused    int       `json:"wrongly_refused"`
	Challenged int       `json:"wrongly_challenged"`
	Failed     int       `json:"failed"` // other errors of the site
	Broken     int       `json:"broken"` // no answer
	Late       int       `json:"late"`   // none in ten seconds
	Parts      int       `json:"parts"`  // stylesheets, scripts, pictures
	PartsShort int       `json:"parts_missing"`
	Calm       CalmScore `json:"calm"`
	Restart    struct {
		Offered   int `json:"offered"`
		Succeeded int `json:"succeeded"`
	} `json:"restart"`
}

// CalmScore is what the same class got before the attack.
type CalmScore struct {
	Offered   int     `json:"offered"`
	Succeeded int     `json:"succeeded"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
}

// AttackScore is what became of the hostile traffic.
type AttackScore struct {
	Offered int64    `json:"offered"`
	Served  int64    `json:"served"` // made by the site for it
	Cached  int64    `json:"served_from_cache"`
	Refused int64    `json:"refused"`
	Broken  int64    `json:"broken"`
	Short   int64    `json:"short"`             // the scenario asked for them, and this machine could not send them
	Held    int64    `json:"connections_held"`  // when nine tenths of its time were over
	Lasted  float64  `json:"mean_seconds_held"` // of a connection that it kept open; 0 where it kept none
	Cut     *float64 `json:"seconds_to_cut"`    // the longest it got more than its share; nil: to the end
	Rate    float64  `json:"offered_per_second"`
	Times   float64  `json:"times_capacity"`
}

// MemoryScore is the resident memory of the site's process, in MB of 10⁶ bytes.
type MemoryScore struct {
	Start     float64 `json:"start"`
	Peak      float64 `json:"peak"`
	ProxyPeak float64 `json:"proxy_peak,omitempty"` // of a rival before the site
}

// CPUScore is how many cores were in use, of each side apart.
type CPUScore struct {
	SiteCalm   float64 `json:"site_calm"`
	SiteAttack float64 `json:"site_attack"`
	Attackers  float64 `json:"attackers"`
	Good       float64 `json:"good_users"`

	ProxyCalm   float64 `json:"proxy_calm,omitempty"` // of a rival before the site
	ProxyAttack float64 `json:"proxy_attack,omitempty"`
	Others      float64 `json:"others_on_the_sites_core"` // what else worked there under attack, or all the time where there is none: the machine was not the drill's alone
}

// RestartScore tells of kill -9 in the middle.
type RestartScore struct {
	Times   int     `json:"times"`
	Seconds float64 `json:"seconds"` // until open again, in all
}

// VerifyScore is what kontor verify found in the records afterwards.
type VerifyScore struct {
	Ran      bool     `json:"ran"` // not on another's site
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"`
}

// PlotPoint is one second of a run.
type PlotPoint struct {
	Second     int     `json:"second"`
	Offered    int     `json:"good_offered"`
	Soon       int     `json:"good_within_1s"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	AttackSent int64   `json:"attack_offered"`
	AttackMade int64   `json:"attack_served"`
	MemoryMB   float64 `json:"memory_mb"`
	SiteCores  float64 `json:"site_cores"`
	Attackers  float64 `json:"attacker_cores"`
}

// ShareOfAttack is the part of the site's capacity that an attack may get and
// still count as cut.
const ShareOfAttack = 0.25

// count works the result out of what was seen.
func (r *Result) count() {
	s := r.stage
	r.Lost, r.Alone = s.seen.lost, s.trades.alone
	main := attacking
	if r.calm >= r.length {
		main = calming
	}
	r.Classes = map[Class]ClassScore{}
	for _, c := range classes {
		now, calm, down := s.seen.of(c, main), s.seen.of(c, calming), s.seen.of(c, restarting)
		r.Classes[c] = scoreOf(now, calm, down)
	}
	r.All = scoreOf(everyone(s.seen, main), everyone(s.seen, calming), everyone(s.seen, restarting))
	r.attack()
	begin := r.meter.at(0)
	split, end := r.meter.at(r.calm), r.meter.at(r.length)
	site := func(x reading) time.Duration { return x.site }
	r.Memory = MemoryScore{Start: mb(begin.resident), Peak: mb(end.peak), ProxyPeak: mb(end.proxy.peak)}
	proxy := func(x reading) time.Duration { return x.proxy.cpu }
	r.CPU = CPUScore{
		SiteCalm: load(begin, split, site), SiteAttack: load(split, end, site), Good: load(begin, end, func(x reading) time.Duration { return x.good }),
		ProxyCalm: load(begin, split, proxy), ProxyAttack: load(split, end, proxy),
	}
	from := split
	if r.calm >= r.length {
		from = begin
	}
	r.CPU.Others = max(0, load(from, end, func(x reading) time.Duration { return x.core })-load(from, end, site)-load(from, end, proxy))
	if attack := (r.length - r.calm).Seconds(); attack > 0 {
		r.CPU.Attackers = r.last.CPU.Seconds() / attack
	}
	for _, d := range s.down.spans {
		r.down = append(r.down, stretchOf{d.from.Sub(s.began).Seconds(), d.to.Add(-settling).Sub(s.began).Seconds()})
	}
	r.Restart = RestartScore{Times: len(s.down.spans), Seconds: s.down.total().Seconds()}
	r.plot()
}

func scoreOf(now, calm, down views) ClassScore {
	c := ClassScore{
		Offered: now.offered + down.offered, Succeeded: now.byFate[served] + down.byFate[served],
		Soon: now.soon, SoonShare: ratio(now.soon, now.offered), P50: ms(now.quantile(0.50)), P99: ms(now.quantile(0.99)),
		Refused: now.byFate[refused] + down.byFate[refused], Challenged: now.byFate[challenged] + down.byFate[challenged],
		Failed: now.byFate[failed] + down.byFate[failed], Broken: now.byFate[broken] + down.byFate[broken], Late: now.byFate[late] + down.byFate[late],
		Parts: now.parts, PartsShort: now.partsShort,
		Calm: CalmScore{Offered: calm.offered, Succeeded: calm.byFate[served], P50: ms(calm.quantile(0.50)), P99: ms(calm.quantile(0.99))},
	}
	c.Share = ratio(c.Succeeded, c.Offered)
	c.Restart.Offered, c.Restart.Succeeded = down.offered, down.byFate[served]
	if len(now.times) > 0 && len(calm.times) > 0 {
		c.P50VsCalm, c.P99VsCalm = new(c.P50/c.Calm.P50), new(c.P99/c.Calm.P99)
	}
	return c
}

// attack counts the hostile side.
func (r *Result) attack() {
	t := r.last.Tally
	r.Attack = AttackScore{Offered: t.Offered, Served: t.Served, Cached: t.Cached, Refused: t.Refused, Broken: t.Broken, Short: t.Short, Cut: new(0.0)}
	if attack := (r.length - r.calm).Seconds(); attack > 0 {
		r.Attack.Rate = float64(t.Offered) / attack
	}
	if n := len(r.ticks); n > 0 {
		r.Attack.Held = r.ticks[(n-1)*9/10].Held
	}
	r.Attack.Lasted = lasted(r.ticks, t)
	if r.capacity == 0 {
		return
	}
	r.Attack.Times = r.Attack.Rate / r.capacity
	r.Attack.Cut = cut(r.ticks, ShareOfAttack*r.capacity)
}

// lasted is how long in seconds a connection of an attack was open in the mean:
// those held at once, over those that ended in a second (Little's law).
func lasted(ticks []tick, all attack.Tally) float64 {
	held := int64(0)
	for _, t := range ticks {
		held += t.Held
	}
	ended := all.Served + all.Cached + all.Refused + all.Broken
	return math.Round(10*float64(held)/float64(max(ended, 1))) / 10
}

// cut is the longest time in seconds in which an attack got more pages made than
// its share; nil where it still did at the end.
func cut(ticks []tick, share float64) *float64 {
	longest, streak := 0, 0
	for _, t := range ticks {
		if float64(t.Tally.Served) <= share {
			streak = 0
			continue
		}
		streak++
		longest = max(longest, streak)
	}
	if streak > 0 {
		return nil
	}
	return new(float64(longest))
}

// plot is the run second by second.
func (r *Result) plot() {
	n := int(math.Ceil(r.length.Seconds()))
	r.Plot = make([]PlotPoint, n)
	first := int(r.calm / time.Second)
	for i, s := range r.stage.seen.seconds(n, classes...) {
		a := attack.Tally{}
		cores := 0.0
		if k := i - first; k >= 0 && k < len(r.ticks) {
			a = r.ticks[k].Tally
			if k > 0 {
				cores = (r.ticks[k].CPU - r.ticks[k-1].CPU).Seconds()
			}
		}
		from, to := r.meter.at(time.Duration(i)*time.Second), r.meter.at(time.Duration(i+1)*time.Second)
		r.Plot[i] = PlotPoint{
			Second: i, Offered: s.Offered, Soon: s.Soon, P50: ms(s.Median), P99: ms(s.Slow), AttackSent: a.Offered, AttackMade: a.Served,
			MemoryMB: mb(to.resident), SiteCores: load(from, to, func(x reading) time.Duration { return x.site }), Attackers: max(0, cores),
		}
	}
}

// verified takes over what the check of the records found.
func (r *Result) verified(v verified) {
	r.Verify = VerifyScore{Ran: true, OK: v.OK}
	for _, c := range v.Checks {
		if c.Failed > 0 {
			r.Verify.Problems = append(r.Verify.Problems, fmt.Sprintf("%s: %d of %d, such as %v", c.Name, c.Failed, c.Checked, c.Examples))
		}
	}
}

func ms(d time.Duration) float64 { return math.Round(float64(d)/float64(time.Millisecond)*100) / 100 }

func mb(bytes int64) float64 { return math.Round(float64(bytes)/1e5) / 10 }
