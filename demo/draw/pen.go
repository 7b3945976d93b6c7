package draw

import (
	"encoding/binary"
	"image"
	"image/color"
	idraw "image/draw"
	"math"

	"golang.org/x/image/vector"
)

// lineWidth is the outline's width in pixels at full size.
const lineWidth = 4

// pen draws on one sheet. Coordinates run from 0 to Side; scale and flip are
// applied to every path, around the middle.
type pen struct {
	img   *image.RGBA
	r     vector.Rasterizer
	mask  *image.Alpha
	rnd   uint64 // what is left of the seed, for details
	shape int
	main  color.RGBA
	mate  color.RGBA // second ink
	ink   color.RGBA // outlines
	ground
	sx, sy float64
}

func newPen(kind string, seed uint64) *pen {
	p := &pen{img: image.NewRGBA(image.Rect(0, 0, Side, Side)), mask: image.NewAlpha(image.Rect(0, 0, Side, Side)), ink: inkLine}
	h := seed ^ 0x9e3779b97f4a7c15
	for _, c := range []byte(kind) {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	p.rnd = mix(h)
	p.shape = int(seed >> 4 & 15)
	first, second := int(seed&15), int(seed>>8&15)
	p.main = inks[first]
	if second == first {
		second = mates[first][p.pick(len(mates[first]))]
	}
	p.mate = inks[second]
	p.ground = grounds[groundFor(first, p.pick(len(grounds)))]
	p.sx = 0.95 + 0.01*float64(p.pick(11))
	p.sy = 0.95 + 0.01*float64(p.pick(11))
	if p.pick(2) == 1 {
		p.sx = -p.sx
	}
	return p
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// pick takes a number from 0 to n-1 off the seed.
func (p *pen) pick(n int) int {
	p.rnd = mix(p.rnd + 0x9e3779b97f4a7c15)
	return int(p.rnd % uint64(n))
}

// of bounds the shape to what a kind knows.
func (p *pen) of(n int) int { return p.shape % n }

// body fills a path with the main ink and a pattern, shades its far side and
// outlines it.
func (p *pen) body(d path, pattern int) { p.stuff(d, p.main, p.mate, pattern) }

// stuff is body with inks of choice.
func (p *pen) stuff(d path, base, over color.RGBA, pattern int) {
	at := p.place(d)
	b := at.bounds()
	weave := patternOf(pattern, b, p.rnd)
	dark, darkOver := shade(base, 0.9), shade(over, 0.9)
	edge := float64(b.Min.X) + 0.72*float64(b.Dx())
	p.paint(at, func(x, y float64) color.RGBA {
		lo, hi := base, over
		if x > edge {
			lo, hi = dark, darkOver
		}
		if weave == nil {
			return lo
		}
		return blend(lo, hi, weave(x, y))
	})
	p.stroke(at, p.ink, lineWidth)
}

// tint fills and outlines.
func (p *pen) tint(d path, c color.RGBA) {
	at := p.place(d)
	p.fill(at, c)
	p.stroke(at, p.ink, lineWidth)
}

// flat fills without an outline.
func (p *pen) flat(d path, c color.RGBA) { p.fill(p.place(d), c) }

// line draws along a path in the outline's ink, width in pixels.
func (p *pen) line(d path, width float64) { p.stroke(p.place(d), p.ink, width) }

// trace is line in an ink of choice.
func (p *pen) trace(d path, c color.RGBA, width float64) { p.stroke(p.place(d), c, width) }

// rod draws a thick line with an outline: handles, legs, cords.
func (p *pen) rod(d path, c color.RGBA, width float64) {
	at := p.place(d)
	p.stroke(at, p.ink, width+2*lineWidth-1)
	p.stroke(at, c, width)
}

// shadow lies under a good that stands at height y.
func (p *pen) shadow(cx, y, rx float64) {
	p.flat(oval(cx, y, rx, rx*0.09+6), p.ground.shadow)
}

// place applies the sheet's scale and flip.
func (p *pen) place(d path) path {
	out := make(path, len(d))
	for i, sub := range d {
		s := make([]point, len(sub.at))
		for j, q := range sub.at {
			s[j] = point{Side/2 + (q.x-Side/2)*p.sx, 340 + (q.y-340)*p.sy}
		}
		out[i] = line{s, sub.closed}
	}
	return out
}

func (p *pen) load(d path, r image.Rectangle) {
	p.r.Reset(r.Dx(), r.Dy())
	ox, oy := float64(r.Min.X), float64(r.Min.Y)
	for _, sub := range d {
		for i, q := range sub.at {
			if i == 0 {
				p.r.MoveTo(float32(q.x-ox), float32(q.y-oy))
			} else {
				p.r.LineTo(float32(q.x-ox), float32(q.y-oy))
			}
		}
		p.r.ClosePath()
	}
}

func (p *pen) fill(d path, c color.RGBA) {
	p.paint(d, func(float64, float64) color.RGBA { return c })
}

// paint fills with a colour for each pixel.
func (p *pen) paint(d path, ink func(x, y float64) color.RGBA) {
	r := d.bounds().Intersect(p.img.Rect)
	if r.Empty() {
		return
	}
	p.load(d, r)
	p.r.DrawOp = idraw.Src
	p.r.Draw(p.mask, r, image.Opaque, image.Point{})
	for y := r.Min.Y; y < r.Max.Y; y++ {
		m := p.mask.Pix[p.mask.PixOffset(r.Min.X, y):][:r.Dx()]
		row := p.img.Pix[p.img.PixOffset(r.Min.X, y):]
		for i := 0; i < len(m); i++ {
			a := uint32(m[i])
			if a == 0 { // outlines leave most of their rectangle empty
				for i+8 < len(m) && binary.NativeEndian.Uint64(m[i+1:]) == 0 {
					i += 8
				}
				continue
			}
			c := ink(float64(r.Min.X+i), float64(y))
			px := row[i*4 : i*4+3 : i*4+3]
			if a == 255 {
				px[0], px[1], px[2] = c.R, c.G, c.B
				continue
			}
			px[0] = uint8((uint32(c.R)*a + uint32(px[0])*(255-a)) / 255)
			px[1] = uint8((uint32(c.G)*a + uint32(px[1])*(255-a)) / 255)
			px[2] = uint8((uint32(c.B)*a + uint32(px[2])*(255-a)) / 255)
		}
	}
}

// stroke draws segments as rectangles with round joints. All parts turn the
// same way, so that where they overlap the fill stays whole.
func (p *pen) stroke(d path, c color.RGBA, width float64) {
	h := width / 2
	var out path
	for _, sub := range d {
		at := sub.at
		if sub.closed && len(at) > 1 && at[0] != at[len(at)-1] {
			at = append(at[:len(at):len(at)], at[0])
		}
		for i, q := range at {
			if width > 2.5 {
				out = append(out, dot(q, h))
			}
			if i == 0 {
				continue
			}
			o := at[i-1]
			dx, dy := q.x-o.x, q.y-o.y
			l := math.Hypot(dx, dy)
			if l == 0 {
				continue
			}
			nx, ny := -dy/l*h, dx/l*h
			out = append(out, line{[]point{{o.x - nx, o.y - ny}, {q.x - nx, q.y - ny}, {q.x + nx, q.y + ny}, {o.x + nx, o.y + ny}}, true})
		}
	}
	p.fill(out, c)
}

// dot is a small circle that turns like stroke's rectangles.
func dot(c point, r float64) line {
	n := 8
	if r > 6 {
		n = 20
	}
	at := make([]point, n)
	for i := range at {
		s, k := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		at[i] = point{c.x + r*k, c.y + r*s}
	}
	return line{at, true}
}
