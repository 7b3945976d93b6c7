package drill

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the scorecard for a terminal.
func (c *Scorecard) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s  (%s)\n", c.Title, c.Scenario)
	fmt.Fprintf(&b, "%.0f seconds, shield %s", c.Seconds, c.Shield)
	if c.Cost != "" {
		fmt.Fprintf(&b, ", a page costs %s", c.Cost)
	}
	if c.Capacity > 0 {
		fmt.Fprintf(&b, ", capacity %.0f pages/s", c.Capacity)
	}
	if !c.Pinned {
		b.WriteString(", site and load on the same cores")
	}
	b.WriteString("\n\n")
	c.Result.text(&b)
	if c.Baseline != nil {
		b.WriteString("\nThe same with the shield off\n\n")
		c.Baseline.text(&b)
	}
	c.textBeside(&b)
	b.WriteString("\n")
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, j := range c.Marks {
		fmt.Fprintf(t, "%s\t%s\t%s\n", verdict(j.Passed), j.Mark, j.Got)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the scorecard: %w", err)
	}
	fmt.Fprintf(&b, "\n%s\n", c.Verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// textBeside writes the comparison with rivals, if there were any.
func (c *Scorecard) textBeside(b *strings.Builder) {
	if len(c.Rivals) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n\n", besideTitle)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "who")
	for _, one := range c.contestants() {
		fmt.Fprintf(t, "\t%s", one.Name)
	}
	fmt.Fprintln(t)
	for _, row := range c.compared() {
		fmt.Fprintf(t, "%s\t%s\n", row.What, strings.Join(row.Cells, "\t"))
	}
	_ = t.Flush() // a strings.Builder takes all
	fmt.Fprintf(b, "\n%s\n", besideKey)
	for _, line := range c.tried() {
		fmt.Fprintf(b, "%s\n", line)
	}
}

// How the comparison is headed and read.
const (
	besideTitle = "The same visitors, attackers, site and cores behind other proxies, the site's shield off"
	besideKey   = "Of each class: page views within 1 s; p50/p99 of those served in ms; refused or challenged. Cores and memory are of site and proxy together."
)

// Verdict is the outcome in a sentence.
func (c *Scorecard) Verdict() string {
	missed := 0
	for _, j := range c.Marks {
		if !j.Passed {
			missed++
		}
	}
	switch {
	case !c.Measured:
		return "Not measured: " + c.Why + "."
	case missed == 1:
		return fmt.Sprintf("1 of %d marks was missed.", len(c.Marks))
	case missed > 1:
		return fmt.Sprintf("%d of %d marks were missed.", missed, len(c.Marks))
	}
	return fmt.Sprintf("All %d marks were reached.", len(c.Marks))
}

func verdict(passed bool) string {
	if passed {
		return "reached"
	}
	return "MISSED"
}

// noticed is how much of the site's core others may take before a scorecard says
// so.
const noticed = 0.05

// text writes one run.
func (r *Result) text(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "who\toffered\tserved\twithin 1 s\tp50 ms\tp99 ms\tp99 calm\trefused\tchallenged\tfailed\tno answer\t")
	for _, name := range classes {
		c := r.Classes[name]
		if c.Offered == 0 && c.Calm.Offered == 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%.2f%%\t%.2f%%\t%.1f\t%.1f\t%.1f\t%d\t%d\t%d\t%d\t\n", name, c.Offered, c.Share*100, c.SoonShare*100, c.P50, c.P99, c.Calm.P99, c.Refused, c.Challenged, c.Failed, c.Broken+c.Late)
	}
	_ = t.Flush() // a strings.Builder takes all
	b.WriteString("\n")
	r.notes(b)
}

// notes are what is to be said beside the classes, a line each.
func (r *Result) notes(b *strings.Builder) {
	if a := r.Attack; a.Offered > 0 {
		fmt.Fprintf(b, "attack    %d sent (%.0f/s", a.Offered, a.Rate)
		if a.Times > 0 {
			fmt.Fprintf(b, ", %.1f times the capacity", a.Times)
		}
		fmt.Fprintf(b, "), site made %d, cache gave %d, refused %d, no answer %d, connections held towards the end %d\n", a.Served, a.Cached, a.Refused, a.Broken, a.Held)
		if asked := a.Offered + a.Short; a.Short*20 > asked {
			fmt.Fprintf(b, "          this machine could not send %d of %d that the scenario asks for\n", a.Short, asked)
		}
		if a.Cut != nil {
			fmt.Fprintf(b, "          it got more than its share for %.0f s at a time\n", *a.Cut)
		} else {
			b.WriteString("          it got more than its share to the end\n")
		}
	}
	fmt.Fprintf(b, "trade     %d payments offered, %d orders placed, %d paid; lost %d, doubled %d, money off %d\n", r.Trade.Payments, r.Trade.Placed, r.Trade.Paid, r.Trade.Lost, r.Trade.Doubled, r.Trade.Off)
	fmt.Fprintf(b, "machine   memory %.0f MB, peak %.0f MB; cores: site %.2f in calm, %.2f under attack, attackers %.2f, good users %.2f\n", r.Memory.Start, r.Memory.Peak, r.CPU.SiteCalm, r.CPU.SiteAttack, r.CPU.Attackers, r.CPU.Good)
	if r.CPU.Others >= noticed {
		fmt.Fprintf(b, "          other work took %.2f of the site's core: the times above are worse than the site's own\n", r.CPU.Others)
	}
	if r.Restart.Times > 0 {
		fmt.Fprintf(b, "restart   %d, open again after %.1f s in all\n", r.Restart.Times, r.Restart.Seconds)
	}
	for _, i := range r.Incidents {
		fmt.Fprintf(b, "incident  opened %.1f s after the attack began, last sign at %.1f s, aimed at %s; shapes: %s\n", i.After, i.Last, i.Target, cmp.Or(strings.Join(i.Shapes, "; "), "none"))
	}
	for _, p := range r.Verify.Problems {
		fmt.Fprintf(b, "records   %s\n", p)
	}
	for _, o := range r.Trade.Oddities {
		fmt.Fprintf(b, "odd       %s\n", o)
	}
}
