package drill

import (
	"fmt"
	"time"
)

// Scorecard is the outcome of a drill. Its JSON is read by scripts: keys are
// added, never renamed.
type Scorecard struct {
	Scenario  string    `json:"scenario"`
	Title     string    `json:"title"`
	Rehearses string    `json:"rehearses"`
	Begun     time.Time `json:"begun"`
	Seconds   float64   `json:"seconds"`
	Shield    string    `json:"shield"`
	Cost      string    `json:"cost"` // stated, behind the cache
	Seed      uint64    `json:"seed"`
	Swapped   bool      `json:"swapped"`             // good users and attackers had changed their addresses
	Pinned    bool      `json:"pinned"`              // the site had a core of its own
	Capacity  float64   `json:"capacity_per_second"` // pages, closed loop, shield off
	Measured  bool      `json:"measured"`
	Why       string    `json:"not_measured,omitempty"`
	Passed    bool      `json:"passed"`
	Marks     []Judged  `json:"marks"`
	Result
	Baseline *Result      `json:"baseline"`         // the same with the shield off, if it was run
	Rivals   []RivalScore `json:"rivals,omitempty"` // the same behind other proxies, if it was run

	script Scenario
}

// Judged is a mark and whether it was reached.
type Judged struct {
	Mark   string `json:"mark"`
	Got    string `json:"got"`
	Passed bool   `json:"passed"`
}

// What a drill needs to say anything: payments offered.
const (
	longRun       = 5 * time.Minute
	leastPayments = 50    // of a run shorter than longRun
	manyPayments  = 1_000 // of a longer one
)

// judge holds the result against the marks.
func (c *Scorecard) judge() {
	c.Measured, c.Why = c.measured()
	c.Marks = c.always()
	if c.script.Target != "" && c.Verify.Ran {
		c.Marks = append(c.Marks, c.aimed(c.script.Target))
	}
	for _, m := range c.script.Marks {
		got, ok := c.against(m)
		c.Marks = append(c.Marks, Judged{m.String(), got, ok})
	}
	c.Marks = append(c.Marks, c.beside()...)
	c.Passed = c.Measured
	for _, j := range c.Marks {
		c.Passed = c.Passed && j.Passed
	}
}

// measured tells whether there is enough to judge by.
func (c *Scorecard) measured() (bool, string) {
	need := leastPayments
	if c.length >= longRun {
		need = manyPayments
	}
	switch {
	case c.Trade.Payments < need:
		return false, fmt.Sprintf("%d payments were offered; a run of %.0f seconds says something from %d on", c.Trade.Payments, c.Seconds, need)
	case c.Lost > 0:
		return false, fmt.Sprintf("%d page views were not kept", c.Lost)
	case c.Alone > 0 && c.Alone*100 > len(c.stage.seen.list):
		return false, fmt.Sprintf("%d visits could not begin since all members were on another", c.Alone)
	}
	return true, ""
}

// always are the marks of every drill.
func (c *Scorecard) always() []Judged {
	t := c.Trade
	list := []Judged{
		{"orders lost <= 0", fmt.Sprint(t.Lost), t.Lost == 0},
		{"orders doubled <= 0", fmt.Sprint(t.Doubled), t.Doubled == 0},
		{"money off <= 0", fmt.Sprint(t.Off), t.Off == 0},
	}
	if c.Verify.Ran {
		got := "nothing"
		if !c.Verify.OK {
			got = fmt.Sprintf("%d promises", max(1, len(c.Verify.Problems)))
		}
		list = append(list, Judged{"verify finds nothing", got, c.Verify.OK})
	}
	return list
}

// against measures one mark.
func (c *Scorecard) against(m Mark) (got string, ok bool) {
	s := c.Classes[Class(m.Who)]
	switch m.What {
	case "served":
		return share(s.Share, s.Offered), s.Share >= m.Limit && s.Offered > 0
	case "soon":
		return share(s.SoonShare, s.Offered-s.Restart.Offered), s.SoonShare >= m.Limit && s.Offered > 0
	case "p50":
		return times(s.P50, s.P50VsCalm, m)
	case "p99":
		return times(s.P99, s.P99VsCalm, m)
	case "refused":
		return fmt.Sprint(s.Refused + s.Challenged), float64(s.Refused+s.Challenged) <= m.Limit && s.Offered > 0
	case "cut":
		if c.Attack.Cut == nil {
			return "not cut", false
		}
		return fmt.Sprintf("%.0fs", *c.Attack.Cut), *c.Attack.Cut <= m.Limit
	case "opened", "count":
		if !c.Verify.Ran {
			return "not seen on another's site", true
		}
		return c.incident(m)
	case "held":
		return fmt.Sprint(c.Attack.Held), float64(c.Attack.Held) <= m.Limit
	case "lasted":
		return fmt.Sprintf("%.1fs", c.Attack.Lasted), c.Attack.Lasted <= m.Limit
	case "peak":
		if c.Memory.Peak == 0 {
			return "not measured", false
		}
		return fmt.Sprintf("%.0fMB", c.Memory.Peak), c.Memory.Peak <= m.Limit
	}
	return "not measured", false // no mark is read that is none of these
}

func share(of float64, offered int) string {
	return fmt.Sprintf("%.2f%% of %d", of*100, offered)
}

// times compares a time with calm's, or with what is always fast enough.
func times(took float64, against *float64, m Mark) (string, bool) {
	if took == 0 {
		return "nobody was served", false
	}
	fast := m.Or > 0 && took <= ms(m.Or)
	if against == nil {
		return fmt.Sprintf("%.0fms", took), fast
	}
	return fmt.Sprintf("%.2fx, %.0fms", *against, took), fast || *against <= m.Limit
}
