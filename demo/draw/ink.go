package draw

import (
	"image"
	"image/color"
	"math"
)

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }

// The inks, in the order of the seed's lowest four bits.
const (
	white = iota
	sea
	brick
	verdigris
	tallow
	black
	grey
	sand
	brown
	rose
	sky
	olive
	plum
	terracotta
	mint
	navy
)

var inks = [16]color.RGBA{
	white: rgb(0xf6f4ea), sea: rgb(0x2c7f99), brick: rgb(0xb1412f), verdigris: rgb(0x2f7d67),
	tallow: rgb(0xdba53a), black: rgb(0x34444b), grey: rgb(0xa9b4b6), sand: rgb(0xdcc59a),
	brown: rgb(0x8a5a3b), rose: rgb(0xd99a98), sky: rgb(0x9cc4d6), olive: rgb(0x86894a),
	plum: rgb(0x75466a), terracotta: rgb(0xca7048), mint: rgb(0xa5ccb4), navy: rgb(0x27466b),
}

// mates lists the second inks that go with each ink.
var mates = [16][]int{
	white: {sea, brick, navy, verdigris, tallow}, sea: {white, sand, tallow}, brick: {white, sand, rose},
	verdigris: {white, mint, sand}, tallow: {white, brown, navy}, black: {white, sand, grey}, grey: {white, black, sky},
	sand: {brown, white, sea, brick}, brown: {sand, white, tallow}, rose: {white, plum, brick}, sky: {white, navy, sea},
	olive: {white, sand, tallow}, plum: {white, rose, sand}, terracotta: {white, sand, navy}, mint: {white, verdigris, terracotta},
	navy: {white, sky, tallow},
}

var (
	inkLine = rgb(0x13252c)
	paperHi = rgb(0xfbfdfb)
	wood    = rgb(0xd3a86c)
	steel   = rgb(0xc2cccd)
	brass   = rgb(0xd7ab4e)
	glass   = rgb(0xdcebef)
	leaf    = rgb(0x5f8a55)
)

// ground is the paper under a good.
type ground struct{ tint, rule, shadow color.RGBA }

var grounds = []ground{
	{rgb(0xf0f4f1), rgb(0xdbe4df), rgb(0xd2dcd7)}, // inset
	{rgb(0xdcebef), rgb(0xc6dce3), rgb(0xbcd3db)}, // sea
	{rgb(0xf6e8c6), rgb(0xeadab1), rgb(0xe2d0a2)}, // tallow
	{rgb(0xd9ece3), rgb(0xc3decf), rgb(0xb8d5c6)}, // verdigris
	{rgb(0xf7e5df), rgb(0xecd1c8), rgb(0xe4c6bc)}, // brick
	{rgb(0xe6ece9), rgb(0xd2dcd7), rgb(0xc8d4ce)}, // page
}

// groundFor keeps pale goods off pale paper and an ink off its own tint.
func groundFor(ink, wish int) int {
	avoid := map[int][]int{white: {0, 5}, sea: {1}, sky: {1}, navy: {}, brick: {4}, rose: {4}, terracotta: {4}, verdigris: {3}, mint: {3, 0}, tallow: {2}, sand: {2}, olive: {}, grey: {5, 0}}[ink]
	for _, a := range avoid {
		if wish == a {
			return map[int]int{0: 1, 1: 2, 2: 3, 3: 4, 4: 0, 5: 3}[wish]
		}
	}
	return wish
}

// paper lays the sheet: tint, ledger lines and the double margin line.
func (p *pen) paper() {
	pix, g := p.img.Pix, p.ground
	copy(pix, []byte{g.tint.R, g.tint.G, g.tint.B, 255})
	for n := 4; n < len(pix); n *= 2 {
		copy(pix[n:], pix[:n])
	}
	rule := func(r image.Rectangle) {
		for y := r.Min.Y; y < min(r.Max.Y, Side); y++ {
			row := pix[p.img.PixOffset(r.Min.X, y):][:4*r.Dx()]
			for i := 0; i < len(row); i += 4 {
				row[i], row[i+1], row[i+2] = g.rule.R, g.rule.G, g.rule.B
			}
		}
	}
	step := 40 + 8*p.pick(3)
	for y := 24 + p.pick(30); y < Side; y += step {
		rule(image.Rect(0, y, Side, y+2))
	}
	x := 44
	if p.pick(2) == 1 {
		x = Side - 52
	}
	rule(image.Rect(x, 0, x+2, Side))
	rule(image.Rect(x+6, 0, x+8, Side))
}

func shade(c color.RGBA, k float64) color.RGBA {
	return color.RGBA{uint8(float64(c.R) * k), uint8(float64(c.G) * k), uint8(float64(c.B) * k), 255}
}

// pale mixes an ink with white paper; k is the ink's share.
func pale(c color.RGBA, k float64) color.RGBA { return blend(paperHi, c, k) }

func blend(a, b color.RGBA, t float64) color.RGBA {
	if t <= 0 {
		return a
	}
	if t >= 1 {
		return b
	}
	m := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

// wrapAt is v modulo period for v of any sign.
func wrapAt(v, period float64) float64 { return v - period*math.Floor(v/period) }

// Patterns, by the seed's second four bits, where a kind has no shapes of its own.
const (
	plain = iota
	stripe
	check
	dots
	print
	border
	zigzag
	diamond
)

// patternOf gives the second ink's share at a place, or nil for plain goods.
func patternOf(kind int, b image.Rectangle, rnd uint64) func(x, y float64) float64 {
	w := 14 + float64(rnd>>20%3)*6
	x0, y0, h := float64(b.Min.X), float64(b.Min.Y), float64(b.Dy())
	band := func(v, period, share float64) float64 { // antialiased
		f := math.Abs(wrapAt(math.Abs(v), period) - period/2)
		return min(1, max(0, share*period/2-f+0.5))
	}
	switch kind {
	case stripe:
		if rnd>>30&1 == 0 {
			return func(x, _ float64) float64 { return band(x-x0, 2*w, 0.45) }
		}
		return func(_, y float64) float64 { return band(y-y0, 2*w, 0.45) }
	case check:
		return func(x, y float64) float64 { return 0.5*band(x-x0, 2.4*w, 0.5) + 0.5*band(y-y0, 2.4*w, 0.5) }
	case dots:
		return func(x, y float64) float64 {
			ry := math.Floor((y - y0) / (1.7 * w))
			dx := wrapAt(x-x0+2*Side+wrapAt(ry, 2)*w, 2*w) - w
			dy := y - y0 - (ry+0.5)*1.7*w
			return min(1, max(0, 0.36*w-math.Hypot(dx, dy)+0.5))
		}
	case print:
		petals := 4 + float64(rnd>>33%3)
		return func(x, y float64) float64 {
			ry := math.Floor((y - y0) / (3.2 * w))
			dx := wrapAt(x-x0+4*Side+wrapAt(ry, 2)*1.8*w, 3.6*w) - 1.8*w
			dy := y - y0 - (ry+0.5)*3.2*w
			d := math.Hypot(dx, dy)
			if d > 1.3*w {
				return 0
			}
			r := w * (0.62 + 0.38*math.Cos(petals*math.Atan2(dy, dx)))
			return min(1, max(0, r-d+0.5)) * min(1, max(0, d-0.2*w+0.5))
		}
	case border:
		return func(_, y float64) float64 {
			t := (y - y0) / h
			if t > 0.74 && t < 0.86 || t > 0.885 && t < 0.905 || t > 0.06 && t < 0.1 {
				return 1
			}
			return 0
		}
	case zigzag:
		return func(x, y float64) float64 {
			return band(y-y0+math.Abs(wrapAt(x-x0+Side, 3*w)-1.5*w), 1.8*w, 0.45)
		}
	case diamond:
		return func(x, y float64) float64 {
			return max(band(x-x0+y-y0+Side, 3.2*w, 0.16), band(x-x0-y+y0+2*Side, 3.2*w, 0.16))
		}
	}
	return nil
}
