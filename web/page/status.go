package page

import "strconv"

// Status is the public page about how the house does.
type Status struct {
	Title string
	Lead  string
	Tone  Tone
	Stamp string

	Parts  []StatusPart
	From   string // of the bars
	Legend string
	To     string
	Known  string // since when anything is known, where that is less than a day; or ""
	Events []StatusEvent
	None   string // said where there are none
}

// StatusPart is one thing that the house does for people.
type StatusPart struct {
	Name  string
	Tag   Tag
	Share string
	Label string // the finding
	Bars  []Quarter
}

// StatusEvent is an attack as the public is told of it.
type StatusEvent struct {
	Title string
	Tag   Tag
	Text  string
}

// Quarter is how a quarter of an hour was.
type Quarter uint8

// From nothing to the worst.
const (
	QuarterUnknown Quarter = iota
	QuarterOpen
	QuarterSlow
	QuarterShort
)

const (
	barWidth, barStep = 5, 7
	barsHeight        = 30
)

// height and colour say the same.
func (b Quarter) height() int { return [...]int{0, 21, 26, barsHeight}[b] }

func (b Quarter) colour() string {
	return [...]string{"", "var(--verdigris)", "var(--tallow)", "var(--brick)"}[b]
}

// paths are the bars, one path a kind: a day in few bytes.
func (p StatusPart) paths() (out []barPath) {
	for kind := QuarterOpen; kind <= QuarterShort; kind++ {
		var d []byte
		for i, b := range p.Bars {
			if b == kind {
				d = append(d, 'M')
				d = strconv.AppendInt(d, int64(i*barStep), 10)
				d = append(d, ' ')
				d = strconv.AppendInt(d, int64(barsHeight-kind.height()), 10)
				d = append(d, "h5V30h-5z"...)
			}
		}
		if d != nil {
			out = append(out, barPath{string(d), kind.colour()})
		}
	}
	return out
}

type barPath struct{ d, fill string }

func (p StatusPart) box() string {
	return "0 0 " + number(max(1, len(p.Bars)*barStep-barStep+barWidth)) + " " + number(barsHeight)
}
