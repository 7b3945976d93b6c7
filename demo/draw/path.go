package draw

import (
	"image"
	"math"
	"strconv"
	"strings"
)

type point struct{ x, y float64 }

// line is a run of straight pieces.
type line struct {
	at     []point
	closed bool
}

// path is one or more lines that are filled or drawn together.
type path []line

func (d path) bounds() image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range d {
		for _, q := range s.at {
			x0, x1 = min(x0, q.x), max(x1, q.x)
			y0, y1 = min(y0, q.y), max(y1, q.y)
		}
	}
	if x0 > x1 {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
}

// d reads SVG path data (SVG 2 §9.3) with the absolute commands M, L, C, Q and
// Z and blanks between all words. It is for this package's own literals: words
// that it can't read count as zero.
func d(s string) path {
	var out path
	var cur []point
	words := strings.Fields(s)
	num := func(i int) float64 {
		if i >= len(words) {
			return 0
		}
		f, _ := strconv.ParseFloat(words[i], 64)
		return f
	}
	at := func(i int) point { return point{num(i), num(i + 1)} }
	end := func(closed bool) {
		if len(cur) > 0 {
			out = append(out, line{cur, closed})
		}
		cur = nil
	}
	cmd := ""
	for i := 0; i < len(words); {
		if w := words[i]; w[0] >= 'A' {
			cmd = w
			i++
		}
		switch cmd {
		case "M":
			end(false)
			cur = append(cur, at(i))
			i += 2
			cmd = "L"
		case "L":
			cur = append(cur, at(i))
			i += 2
		case "Q":
			a, b, c := cur[len(cur)-1], at(i), at(i+2)
			for t := 1; t <= 10; t++ {
				k := float64(t) / 10
				u := 1 - k
				cur = append(cur, point{u*u*a.x + 2*u*k*b.x + k*k*c.x, u*u*a.y + 2*u*k*b.y + k*k*c.y})
			}
			i += 4
		case "C":
			a, b, c, e := cur[len(cur)-1], at(i), at(i+2), at(i+4)
			for t := 1; t <= 14; t++ {
				k := float64(t) / 14
				u := 1 - k
				cur = append(cur, point{u*u*u*a.x + 3*u*u*k*b.x + 3*u*k*k*c.x + k*k*k*e.x, u*u*u*a.y + 3*u*u*k*b.y + 3*u*k*k*c.y + k*k*k*e.y})
			}
			i += 6
		default:
			end(true)
			if cmd != "Z" {
				return out
			}
		}
	}
	end(false)
	return out
}

// oval is an ellipse.
func oval(cx, cy, rx, ry float64) path { return arc(cx, cy, rx, ry, 0, 360) }

// arc runs from one angle to another in degrees, clockwise from three o'clock;
// a whole turn is closed.
func arc(cx, cy, rx, ry, from, to float64) path {
	n := max(8, int(math.Abs(to-from)/8))
	closed := math.Abs(to-from) >= 360
	at := make([]point, 0, n+1)
	for i := 0; i <= n; i++ {
		if closed && i == n {
			break
		}
		s, c := math.Sincos((from + (to-from)*float64(i)/float64(n)) * math.Pi / 180)
		at = append(at, point{cx + rx*c, cy + ry*s})
	}
	return path{{at, closed}}
}

// box is a rectangle with round corners of radius r.
func box(x, y, w, h, r float64) path {
	if r <= 0 {
		return path{{[]point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, true}}
	}
	r = min(r, w/2, h/2)
	var at []point
	for i, c := range []point{{x + w - r, y + r}, {x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}} {
		from := float64(i)*90 - 90
		for k := 0.0; k <= 4; k++ {
			s, co := math.Sincos((from + k*22.5) * math.Pi / 180)
			at = append(at, point{c.x + r*co, c.y + r*s})
		}
	}
	return path{{at, true}}
}

// seg is a straight line.
func seg(x0, y0, x1, y1 float64) path { return path{{[]point{{x0, y0}, {x1, y1}}, false}} }

// turn rotates a path around a point by degrees, clockwise.
func turn(p path, cx, cy, degrees float64) path {
	s, c := math.Sincos(degrees * math.Pi / 180)
	out := make(path, len(p))
	for i, sub := range p {
		at := make([]point, len(sub.at))
		for j, q := range sub.at {
			at[j] = point{cx + (q.x-cx)*c - (q.y-cy)*s, cy + (q.x-cx)*s + (q.y-cy)*c}
		}
		out[i] = line{at, sub.closed}
	}
	return out
}

// move shifts a path.
func move(p path, dx, dy float64) path {
	out := make(path, len(p))
	for i, sub := range p {
		at := make([]point, len(sub.at))
		for j, q := range sub.at {
			at[j] = point{q.x + dx, q.y + dy}
		}
		out[i] = line{at, sub.closed}
	}
	return out
}

// size scales a path around a point.
func size(p path, cx, cy, k float64) path {
	out := make(path, len(p))
	for i, sub := range p {
		at := make([]point, len(sub.at))
		for j, q := range sub.at {
			at[j] = point{cx + (q.x-cx)*k, cy + (q.y-cy)*k}
		}
		out[i] = line{at, sub.closed}
	}
	return out
}

// shift is move, for chains.
func (p path) shift(dx, dy float64) path { return move(p, dx, dy) }

// bow is an open quadratic curve from a to c.
func bow(a, b, c point) path {
	at := make([]point, 11)
	for i := range at {
		k := float64(i) / 10
		u := 1 - k
		at[i] = point{u*u*a.x + 2*u*k*b.x + k*k*c.x, u*u*a.y + 2*u*k*b.y + k*k*c.y}
	}
	return path{{at, false}}
}
