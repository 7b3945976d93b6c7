package drill

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// plot is a line chart over a drill's seconds, ready to be written as SVG: its
// field is 830 by 180 units, from (60, 10) to (890, 190).
type plot struct {
	Title  string
	Says   string // for those who don't see it
	Series []drawn
	Ticks  []tickMark // of the value
	Times  []tickMark // of the time
	Split  string     // where the attack begins; "" is nowhere
	Down   []stretch  // while the site was starting again
}

type curve struct {
	name, tone string
	values     []float64 // one a second
}

type drawn struct{ Name, Tone, Path string }

type tickMark struct{ X, Y, TextY, Label string }

type stretch struct{ X, W string }

const (
	plotLeft, plotTop     = 60.0, 10.0
	plotWidth, plotHeight = 830.0, 180.0
)

// draw makes a chart. split is the second in which the attack begins, or 0.
func draw(title, unit string, split float64, down []stretchOf, curves ...curve) plot {
	p := plot{Title: title}
	seconds, top := 1, 0.0
	for _, c := range curves {
		seconds = max(seconds, len(c.values))
		for _, v := range c.values {
			top = max(top, v)
		}
	}
	step := niceStep(top / 4)
	top = step * max(1, math.Ceil(top/step))
	x := func(second float64) string { return unitText(plotLeft + plotWidth*second/float64(seconds)) }
	y := func(v float64) float64 { return plotTop + plotHeight*(1-v/top) }
	for v := 0.0; v <= top+step/2; v += step {
		p.Ticks = append(p.Ticks, tickMark{Y: unitText(y(v)), TextY: unitText(y(v) + 4), Label: strconv.FormatFloat(v, 'f', -1, 64)})
	}
	every := niceStep(float64(seconds) / 6)
	for s := 0.0; s <= float64(seconds); s += every {
		p.Times = append(p.Times, tickMark{X: x(s), Label: (time.Duration(s) * time.Second).String()})
	}
	if split > 0 {
		p.Split = x(split)
	}
	for _, d := range down {
		p.Down = append(p.Down, stretch{x(d.from), unitText(plotWidth * (d.to - d.from) / float64(seconds))})
	}
	var says []string
	for _, c := range curves {
		var path strings.Builder
		sum, most := 0.0, 0.0
		for i, v := range c.values {
			fmt.Fprintf(&path, "%c%s %s", "ML"[min(i, 1)], x(float64(i)+0.5), unitText(y(v)))
			sum, most = sum+v, max(most, v)
		}
		p.Series = append(p.Series, drawn{c.name, c.tone, path.String()})
		says = append(says, fmt.Sprintf("%s: %.4g%s in the mean, %.4g%s at most", c.name, sum/float64(max(1, len(c.values))), unit, most, unit))
	}
	p.Says = title + ". " + strings.Join(says, "; ") + "."
	return p
}

// niceStep is the next of 1, 2, 5, 10 … (at every power of ten) that is at least
// n, and at least a tenth.
func niceStep(n float64) float64 {
	if n <= 0.1 {
		return 0.1
	}
	unit := math.Pow(10, math.Floor(math.Log10(n)))
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= n {
			return m * unit
		}
	}
	return 10 * unit
}

func unitText(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }
