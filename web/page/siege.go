package page

import (
	"strconv"

	"github.com/a-h/templ"
)

// Siege is the operator's live page: is the house trading, what must I do, and
// what does it do by itself.
type Siege struct {
	Title   string
	Lead    string
	Report  *Option  // the incident that is open
	Tags    []Tag    // what is unusual: rules in shadow
	Levels  []Option // Label, Value: class of the style sheet; the one that holds is Chosen
	Level   string   // the one that holds, in words
	Tone    Tone     // of the head sheet
	Stamp   string
	Figures []Measure

	Goodput     []Goodput
	GoodputNote string
	Flow        Flow
	Decisions   []Decided
	Shapes      Listed
	Sources     Listed
	Bans        Listed
}

// Measure is a figure with its tone.
type Measure struct {
	Label string
	Value string
	Note  string
	Tone  Tone
}

func (m Measure) class() string {
	if m.Tone == Plain {
		return ""
	}
	return "k-" + string(m.Tone)
}

// Goodput is what one class of visitors asked and got.
type Goodput struct {
	Name   string
	Now    string // "now 48 a second"
	Share  string
	Note   string
	Label  string // the finding, for whoever can't see the drawing
	Colour string // of the style sheet: pay, mem, pass, guest, sus

	Asked, Answered []float64 // a second, oldest first
}

// Flow is what was done with all requests, one band upon the other.
type Flow struct {
	Label string // the finding
	Bands []Band
	Most  float64  // top of the axis
	Y     []string // its words from top to bottom
	X     []string // from left to right
}

// Band is one kind of answer.
type Band struct {
	Label  string
	Colour string
	Values []float64 // a second, oldest first; as many in each band
}

// Decided is a decision: when, what, why.
type Decided struct{ When, What, Why string }

// Listed is a table, or words where there is nothing to list.
type Listed struct {
	Title string
	Table Table
	None  string
	Note  string
}

// Mend is the form that lets a visitor through who was turned away wrongly.
type Mend struct {
	Action string // GET, the page itself
	Ref    Field
	Found  []Line // whom the number stands for, and what was decided
	Let    *Act   // lets them through
	Ban    ActForm
}

// Size of the drawings in their own units; they are stretched to their place.
const (
	goodputWidth, goodputHeight = 560.0, 46.0
	flowWidth, flowHeight       = 1000.0, 200.0
)

func (g Goodput) colour() string { return "var(--c-" + g.Colour + ")" }

func (b Band) colour() string { return "var(--c-" + b.Colour + ")" }

// most is the top of the row's own scale.
func (g Goodput) most() float64 {
	most := 1.0
	for _, v := range g.Asked {
		most = max(most, v)
	}
	return most * 1.15
}

func (g Goodput) asked() string {
	return curve(g.Asked, nil, g.most(), goodputWidth, goodputHeight-1.5)
}

func (g Goodput) answered() string {
	return curve(g.Answered, nil, g.most(), goodputWidth, goodputHeight-1.5)
}

func (g Goodput) area() string {
	return curve(g.Answered, make([]float64, len(g.Answered)), g.most(), goodputWidth, goodputHeight-1.5)
}

// areas are the bands' outlines, from the lowest to the highest.
func (f Flow) areas() []string {
	var out []string
	var below []float64
	for _, b := range f.Bands {
		if below == nil {
			below = make([]float64, len(b.Values))
		}
		above := make([]float64, len(b.Values))
		for i := range above {
			above[i] = below[i] + b.Values[i]
		}
		out = append(out, curve(above, below, f.Most, flowWidth, flowHeight))
		below = above
	}
	return out
}

// grid are the heights of the axis' lines, besides the lowest.
func (f Flow) grid() []string {
	var out []string
	for i := range max(0, len(f.Y)-1) {
		out = append(out, coordinate(flowHeight*float64(i)/float64(len(f.Y)-1)+.5))
	}
	return out
}

// curve draws values from left to right, and back along below where that is
// given, which makes it an area.
func curve(values, below []float64, most, width, height float64) string {
	if len(values) == 0 || most <= 0 {
		return ""
	}
	x := func(i int) float64 { return width * float64(i) / float64(max(1, len(values)-1)) }
	b := make([]byte, 0, 12*len(values))
	point := func(letter byte, i int, v float64) {
		b = append(b, letter)
		b = strconv.AppendFloat(b, x(i), 'f', 1, 64)
		b = append(b, ' ')
		b = strconv.AppendFloat(b, height*(1-min(v/most, 1)), 'f', 1, 64)
	}
	letter := byte('M')
	for i, v := range values {
		point(letter, i, v)
		letter = 'L'
	}
	for i := len(below) - 1; i >= 0; i-- {
		point('L', i, below[i])
	}
	if below != nil {
		b = append(b, 'Z')
	}
	return string(b)
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// LiftButton ends a ban, from its row.
func LiftButton(a Act) templ.Component { return liftButton(a) }
