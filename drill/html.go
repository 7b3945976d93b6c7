package drill

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var reportText string

var report = template.Must(template.New("report").Parse(reportText))

// WriteHTML writes the scorecard as one page that needs nothing else: no script,
// no font, no picture; light or dark as the reader's system is.
func (c *Scorecard) WriteHTML(w io.Writer) error {
	p := reportPage{Scorecard: c, When: c.Begun.Format("2 January 2006, 15:04 UTC"), Script: c.script.String(), Plots: c.plots()}
	p.Runs = append(p.Runs, runOf("With the shield "+c.Shield, &c.Result))
	if c.Baseline != nil {
		p.Runs = append(p.Runs, runOf("The same with the shield off", c.Baseline))
	}
	if len(c.Rivals) > 0 {
		p.Beside, p.BesideTitle, p.BesideKey, p.Columns, p.Tried = c.compared(), besideTitle, besideKey, c.contestants(), c.tried()
	}
	if err := report.Execute(w, p); err != nil {
		return fmt.Errorf("write the report of %s: %w", c.Scenario, err)
	}
	return nil
}

type reportPage struct {
	*Scorecard
	When   string
	Script string
	Runs   []reportRun
	Plots  []plot

	BesideTitle, BesideKey string
	Columns                []contestant
	Beside                 []comparison
	Tried                  []string
}

type reportRun struct {
	Name  string
	Rows  []reportRow
	Lines []string
}

type reportRow struct {
	Who                                                                        string
	Offered, Served, Soon, P50, P99, Calm, Refused, Challenged, Failed, Silent string
}

func runOf(name string, r *Result) reportRun {
	run := reportRun{Name: name}
	for _, class := range classes {
		c := r.Classes[class]
		if c.Offered == 0 && c.Calm.Offered == 0 {
			continue
		}
		run.Rows = append(run.Rows, reportRow{
			string(class), fmt.Sprint(c.Offered), fmt.Sprintf("%.2f%%", c.Share*100), fmt.Sprintf("%.2f%%", c.SoonShare*100),
			fmt.Sprintf("%.1f", c.P50), fmt.Sprintf("%.1f", c.P99), fmt.Sprintf("%.1f", c.Calm.P99),
			fmt.Sprint(c.Refused), fmt.Sprint(c.Challenged), fmt.Sprint(c.Failed), fmt.Sprint(c.Broken + c.Late),
		})
	}
	var b strings.Builder
	r.notes(&b)
	for line := range strings.Lines(b.String()) {
		run.Lines = append(run.Lines, strings.TrimSpace(line))
	}
	return run
}

// rivalTones tell rivals' curves apart.
var rivalTones = []string{"brick", "plum", "ink"}

// plots are what happened over time.
func (c *Scorecard) plots() []plot {
	split := 0.0
	if c.calm < c.length {
		split = c.calm.Seconds()
	}
	of := func(r *Result, value func(PlotPoint) float64) []float64 {
		list := make([]float64, len(r.Plot))
		for i, p := range r.Plot {
			list[i] = value(p)
		}
		return list
	}
	soon := func(p PlotPoint) float64 { return float64(p.Soon) }
	slow := func(p PlotPoint) float64 { return p.P99 }
	good := []curve{{"asked for", "faint", of(&c.Result, func(p PlotPoint) float64 { return float64(p.Offered) })}, {"served within a second", "sea", of(&c.Result, soon)}}
	times := []curve{{"half of them were faster", "sea", of(&c.Result, func(p PlotPoint) float64 { return p.P50 })}, {"99 of 100 were faster", "moss", of(&c.Result, slow)}}
	if c.Baseline != nil {
		good = append(good, curve{"served within a second, shield off", "sand", of(c.Baseline, soon)})
		times = append(times, curve{"99 of 100 were faster, shield off", "sand", of(c.Baseline, slow)})
	}
	for i, r := range c.Rivals {
		good = append(good, curve{"served within a second, behind " + r.Name, rivalTones[i%len(rivalTones)], of(r.Result, soon)})
		times = append(times, curve{"99 of 100 were faster, behind " + r.Name, rivalTones[i%len(rivalTones)], of(r.Result, slow)})
	}
	list := []plot{
		draw("Good users' pages a second", "/s", split, c.down, good...),
		draw("How long good users waited", " ms", split, c.down, times...),
	}
	if split > 0 {
		list = append(list, draw("The attack, requests a second", "/s", split, c.down,
			curve{"sent", "brick", of(&c.Result, func(p PlotPoint) float64 { return float64(p.AttackSent) })},
			curve{"pages that the site made for it", "sea", of(&c.Result, func(p PlotPoint) float64 { return float64(p.AttackMade) })}))
	}
	return append(list,
		draw("Memory of the site", " MB", split, c.down, curve{"resident", "sea", of(&c.Result, func(p PlotPoint) float64 { return p.MemoryMB })}),
		draw("Processor cores in use", "", split, c.down,
			curve{"site", "sea", of(&c.Result, func(p PlotPoint) float64 { return p.SiteCores })},
			curve{"attackers", "brick", of(&c.Result, func(p PlotPoint) float64 { return p.Attackers })}))
}
