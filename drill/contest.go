package drill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// RivalScore is what good users got behind another proxy, with the best of its
// settings: the one with which most of them were served within a second.
type RivalScore struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Setting string  `json:"setting"`
	Tried   []Trial `json:"tried"`
	Result  *Result `json:"result"`
}

// Trial is one setting of a rival, tried for the whole scenario.
type Trial struct {
	Setting   string  `json:"setting"`
	Offered   int     `json:"offered"` // page views of good users under attack
	Soon      int     `json:"within_1s"`
	SoonShare float64 `json:"within_1s_share"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Failed    string  `json:"failed,omitempty"` // why nothing was measured with it
}

// contend plays the scenario behind each setting of a rival, each time before
// a fresh copy of the house.
func (p *play) contend(ctx context.Context, h *house, r Rival) (*RivalScore, error) {
	prog, ok := programOf(r.Name)
	if !ok {
		return nil, fmt.Errorf("there is no rival %q", r.Name)
	}
	path, err := prog.find()
	if err != nil {
		return nil, err
	}
	best := &RivalScore{Name: r.Name, Version: prog.says(path)}
	var errs []error
	for _, setting := range r.Settings {
		p.options.Say("Now behind %s %s, setting %s.", r.Name, best.Version, setting)
		result, err := p.behind(ctx, h, prog, setting)
		if ctx.Err() != nil {
			return nil, errors.Join(ctx.Err(), err)
		}
		t := Trial{Setting: setting}
		if err != nil {
			t.Failed = err.Error()
			errs = append(errs, fmt.Errorf("setting %s: %w", setting, err))
		} else {
			a := result.All
			t.Offered, t.Soon, t.SoonShare, t.P50, t.P99 = a.Offered, a.Soon, a.SoonShare, a.P50, a.P99
			if best.Result == nil || t.better(best.trial()) {
				best.Setting, best.Result = setting, result
			}
		}
		best.Tried = append(best.Tried, t)
	}
	if best.Result == nil {
		return nil, fmt.Errorf("nothing was measured behind %s: %w", r.Name, errors.Join(errs...))
	}
	return best, nil
}

// trial is the best one's.
func (r *RivalScore) trial() Trial {
	return r.Tried[slices.IndexFunc(r.Tried, func(t Trial) bool { return t.Setting == r.Setting })]
}

// better compares two settings: by the share of page views served within a
// second, where that is the same by how many these are, and then by the median.
func (t Trial) better(than Trial) bool {
	return cmp.Or(cmp.Compare(t.SoonShare, than.SoonShare), cmp.Compare(t.Soon, than.Soon), cmp.Compare(than.P50, t.P50)) > 0
}

// behind plays the scenario before a copy of the house with a proxy before it and
// its shield off.
func (p *play) behind(ctx context.Context, h *house, prog program, setting string) (r *Result, err error) {
	spare, err := h.copy()
	if err != nil {
		return nil, err
	}
	defer func() {
		spare.kill() // if it still runs
		err = errors.Join(err, os.RemoveAll(spare.data))
	}()
	f, err := newFront(prog, setting, h.folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	certificate, key := filepath.Join(h.folder, "site.crt"), filepath.Join(h.folder, "site.key")
	if err := f.open(ctx, spare.listen, certificate, key, places(p.options.Cost), spare.core); err != nil {
		return nil, err
	}
	r, err = p.perform(ctx, spare, dressing{shield: "off", cost: p.options.Cost, set: p.options.Set, pinned: true, front: f})
	return r, errors.Join(err, f.alive())
}

// placesPattern finds the slots of a stated cost.
var placesPattern = regexp.MustCompile(`^slots=([0-9]+)`)

// freePlaces is how many requests are let to a site that costs nothing more than
// itself: twice what keeps its core busy in a closed loop.
const freePlaces = 32

// places is how many requests a site makes at once, which an operator who
// measures knows.
func places(cost string) int {
	if m := placesPattern.FindStringSubmatch(cost); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return freePlaces
}

// What is asked of the site beside its rivals.
const (
	expertShare = 0.25 // of mixed attacks: p99 against the expert's HAProxy
	expert      = "haproxy-expert"
)

// beside judges the site against its rivals: never fewer good users served within
// a second, and more in floods from thousands of addresses.
func (c *Scorecard) beside() []Judged {
	var list []Judged
	ours := c.All
	for _, r := range c.Rivals {
		theirs := r.Result.All
		got := fmt.Sprintf("%s (%d), %s (%d)", percentage(ours.SoonShare), ours.Soon, percentage(theirs.SoonShare), theirs.Soon)
		if c.script.assaulted("wide-flood") || c.script.assaulted("mimic-flood") {
			list = append(list, Judged{"good users within 1 s: more than behind " + r.Name, got, ours.SoonShare > theirs.SoonShare})
		} else {
			list = append(list, Judged{"good users within 1 s: no fewer than behind " + r.Name, got, ours.SoonShare >= theirs.SoonShare})
		}
		if r.Name == expert && c.script.only("mixed") {
			j := Judged{Mark: fmt.Sprintf("good users' p99: at most %gx of behind %s", expertShare, r.Name), Got: "nobody was served"}
			if ours.P99 > 0 && theirs.P99 > 0 {
				j.Got = fmt.Sprintf("%.2fx, %.0fms and %.0fms", ours.P99/theirs.P99, ours.P99, theirs.P99)
				j.Passed = ours.P99 <= expertShare*theirs.P99
			}
			list = append(list, j)
		}
	}
	return list
}

// assaulted tells whether a kind of attack is in the scenario.
func (s *Scenario) assaulted(kind string) bool {
	return slices.ContainsFunc(s.Assaults, func(a Assault) bool { return a.Kind == kind })
}

// only tells whether a scenario has attacks of this kind alone.
func (s *Scenario) only(kind string) bool {
	return len(s.Assaults) > 0 && !slices.ContainsFunc(s.Assaults, func(a Assault) bool { return a.Kind != kind })
}

func percentage(of float64) string { return fmt.Sprintf("%.2f%%", of*100) }

// contestant is a column of the comparison: the site with its own shield, or
// behind a rival.
type contestant struct {
	Name   string
	Result *Result
}

func (c *Scorecard) contestants() []contestant {
	list := []contestant{{"shield " + c.Shield, &c.Result}}
	if c.Baseline != nil {
		list = append(list, contestant{"shield off", c.Baseline})
	}
	for _, r := range c.Rivals {
		list = append(list, contestant{r.Name, r.Result})
	}
	return list
}

// comparison is one line of the table: a class, or what was used, of each
// contestant.
type comparison struct {
	What  string
	Cells []string
}

// compared is the table: of each class how many page views were served within a
// second, p50 and p99 in ms, and how many were refused; then what it took.
func (c *Scorecard) compared() []comparison {
	all := c.contestants()
	row := func(what string, cell func(*Result) string) comparison {
		line := comparison{What: what}
		for _, one := range all {
			line.Cells = append(line.Cells, cell(one.Result))
		}
		return line
	}
	of := func(s ClassScore) string {
		if s.Offered == 0 {
			return "nobody came"
		}
		return fmt.Sprintf("%s, %.0f/%.0f, %d", percentage(s.SoonShare), s.P50, s.P99, s.Refused+s.Challenged)
	}
	list := []comparison{row("all", func(r *Result) string { return of(r.All) })}
	for _, class := range classes {
		if slices.ContainsFunc(all, func(one contestant) bool { return one.Result.Classes[class].Offered > 0 }) {
			list = append(list, row(string(class), func(r *Result) string { return of(r.Classes[class]) }))
		}
	}
	return append(list,
		row("attack, sent", func(r *Result) string { return strconv.FormatInt(r.Attack.Offered, 10) }),
		row("attack, made", func(r *Result) string { return strconv.FormatInt(r.Attack.Served, 10) }),
		row("cores, calm", func(r *Result) string { return fmt.Sprintf("%.2f", r.CPU.SiteCalm+r.CPU.ProxyCalm) }),
		row("cores, attack", func(r *Result) string { return fmt.Sprintf("%.2f", r.CPU.SiteAttack+r.CPU.ProxyAttack) }),
		row("memory, MB", func(r *Result) string { return fmt.Sprintf("%.0f", r.Memory.Peak+r.Memory.ProxyPeak) }))
}

// tried is a line about each rival's settings.
func (c *Scorecard) tried() []string {
	var list []string
	for _, r := range c.Rivals {
		line := fmt.Sprintf("%s %s, setting %s", r.Name, r.Version, r.Setting)
		if len(r.Tried) > 1 {
			line += fmt.Sprintf(", the best of %d:", len(r.Tried))
			for i, t := range r.Tried {
				if i > 0 {
					line += ";"
				}
				if t.Failed != "" {
					line += " " + t.Setting + " not measured"
				} else {
					line += " " + t.Setting + " " + percentage(t.SoonShare)
				}
			}
		}
		list = append(list, line)
	}
	return list
}

// everyone are all classes together.
func everyone(s *samples, in phase) views {
	var v views
	for _, c := range classes {
		one := s.of(c, in)
		v.offered, v.soon, v.parts, v.partsShort = v.offered+one.offered, v.soon+one.soon, v.parts+one.parts, v.partsShort+one.partsShort
		for f, n := range one.byFate {
			v.byFate[f] += n
		}
		v.times = append(v.times, one.times...)
	}
	slices.Sort(v.times)
	return v
}
