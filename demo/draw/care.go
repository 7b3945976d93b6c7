package draw

import "image/color"

var care = map[string]func(*pen){"soap": soap, "balm": balm, "brush": brush, "bauble": bauble}

func soap(p *pen) {
	p.shadow(320, 540, 220)
	switch p.of(4) {
	case 0: // cubes
		cube := func(x, y, s float64) {
			p.body(d("M -1 -0.6 L 0.4 -0.6 L 0.4 0.8 L -1 0.8 Z").at(x, y, s), plain)
			p.tint(d("M 0.4 -0.6 L 1 -1 L 1 0.3 L 0.4 0.8 Z").at(x, y, s), shade(p.main, 0.78))
			p.tint(d("M -1 -0.6 L -0.4 -1 L 1 -1 L 0.4 -0.6 Z").at(x, y, s), pale(p.main, 0.75))
			p.line(d("M -0.8 -0.3 L 0.2 -0.3 L 0.2 0.5 L -0.8 0.5 Z").at(x, y, s), 3)
			p.line(d("M -0.6 0 L 0 0 M -0.6 0.24 L 0 0.24").at(x, y, s), 4)
		}
		cube(420, 300, 120)
		cube(250, 410, 160)
	case 3:
		p.rod(d("M 320 220 Q 200 60 320 50 Q 440 60 320 220"), inks[sand], 12)
		p.body(d("M 320 210 Q 520 230 520 380 Q 500 540 320 540 Q 140 540 120 380 Q 120 230 320 210 Z"), plain)
		for a := -60.0; a <= 60; a += 24 {
			p.trace(turn(seg(320, 250, 320, 500), 320, 230, a*0.7), shade(p.main, 0.8), 4)
		}
	default: // bars
		for i := 0.0; i < 2; i++ {
			t := func(q path) path { return turn(q.shift(i*40-30, i*150-110), 320, 340, -8+i*16) }
			p.body(t(box(130, 290, 380, 190, 46)), plain)
			p.tint(t(box(156, 312, 328, 146, 34)), pale(p.main, 0.7))
			if p.of(4) == 1 {
				p.tint(t(box(240, 284, 160, 202, 0)), paperHi)
				p.flat(t(box(244, 320, 152, 20, 0)), p.mate)
				p.flat(t(oval(320, 390, 30, 30)), p.main)
				p.line(t(seg(280, 446, 360, 446)), 4)
			} else {
				p.trace(t(oval(320, 385, 100, 44)), shade(p.main, 0.8), 5)
			}
		}
	}
	for range 4 {
		x, y := 90+float64(p.pick(460)), 90+float64(p.pick(80))
		p.trace(oval(x, y, 16+float64(p.pick(14)), 16+float64(p.pick(14))), paperHi, 4)
	}
}

func balm(p *pen) {
	switch p.of(3) {
	case 1: // bottle
		p.shadow(320, 570, 120)
		p.tint(box(296, 70, 48, 60, 6), inks[black])
		p.tint(box(280, 124, 80, 50, 4), brass)
		p.body(d("M 280 174 L 360 174 Q 420 200 420 260 L 420 560 L 220 560 L 220 260 Q 220 200 280 174 Z"), plain)
		p.label(244, 310, 152, 180, p.mate)
	case 2: // canister
		p.shadow(320, 570, 150)
		p.rod(d("M 430 240 Q 530 250 510 350 Q 490 400 440 400"), p.main, 22)
		p.body(d("M 200 220 Q 210 180 260 176 L 380 176 Q 440 180 444 220 L 450 556 L 194 556 Z"), plain)
		p.tint(box(280, 120, 80, 60, 6), p.mate)
		p.label(226, 290, 180, 190, p.mate)
	default: // tins
		for i, q := range []point{{240, 250}, {380, 430}} {
			p.shadow(q.x, q.y+96, 150)
			p.stuff(d("M -150 0 L 150 0 L 150 60 Q 0 120 -150 60 Z").shift(q.x, q.y), steel, steel, plain)
			p.tint(oval(q.x, q.y, 150, 62), p.main)
			p.trace(oval(q.x, q.y, 128, 50), p.mate, 4)
			if i == 0 {
				p.flat(oval(q.x, q.y, 60, 22), p.mate)
			} else {
				p.tint(oval(q.x, q.y, 118, 46), pale(p.main, 0.3))
				p.trace(bow(point{q.x - 60, q.y + 6}, point{q.x, q.y - 30}, point{q.x + 50, q.y + 6}), paperHi, 10)
			}
		}
	}
}

func brush(p *pen) {
	p.shadow(320, 560, 190)
	hair := func(x0, x1, y0, y1 float64, c int) {
		p.tint(box(x0, y0, x1-x0, y1-y0, 4), inks[c])
		for x := x0 + 8; x < x1; x += 11 {
			p.line(seg(x, y0+4, x, y1-2), 2)
		}
	}
	switch p.of(3) {
	case 1:
		t := func(q path) path { return turn(q, 320, 340, -38) }
		p.stuff(t(box(60, 320, 330, 36, 18)), wood, wood, plain)
		p.stuff(t(oval(470, 338, 120, 60)), wood, wood, plain)
		for i := 0.0; i < 10; i++ {
			p.trace(t(seg(380+i*20, 374, 380+i*20, 432)), inks[sand], 12)
			p.line(t(seg(380+i*20, 380, 380+i*20, 432)), 2)
		}
	case 2:
		p.tint(d("M 230 90 Q 320 50 410 90 L 380 320 L 260 320 Z"), inks[sand])
		for x := 246.0; x < 400; x += 13 {
			p.line(seg(x, 96, 320+(x-320)*0.75, 310), 2)
		}
		p.body(d("M 256 316 L 384 316 Q 370 380 400 420 Q 430 520 390 556 L 250 556 Q 210 520 240 420 Q 270 380 256 316 Z"), plain)
	default:
		hair(150, 490, 380, 520, white)
		hair(210, 430, 200, 260, sand)
		p.stuff(box(120, 250, 400, 140, 40), wood, wood, plain)
		p.trace(d("M 160 300 Q 320 320 480 296"), shade(wood, 0.8), 3)
	}
}

func bauble(p *pen) {
	ball := func(x, y, r float64, over int) {
		p.tint(box(x-r*0.18, y-r*1.24, r*0.36, r*0.3, 3), brass)
		p.trace(oval(x, y-r*1.4, r*0.13, r*0.16), brass, 5)
		p.body(oval(x, y, r, r), plain)
		if over == 1 {
			for range 22 {
				q := turn(seg(x, y, x+r*float64(p.pick(85))/100, y), x, y, float64(p.pick(360)))[0].at[1]
				p.flat(oval(q.x, q.y, 4, 4), paperHi)
			}
		} else {
			p.trace(arc(x, y, r*0.98, r*0.3, 5, 175), p.mate, 6)
		}
		p.trace(arc(x, y, r*0.7, r*0.7, 195, 250), paperHi, 8)
	}
	switch p.of(6) {
	case 2:
		p.shadow(320, 520, 180)
		p.body(d("M 120 420 Q 130 210 320 210 Q 510 210 520 420 Q 500 510 320 512 Q 140 510 120 420 Z"), plain)
		p.tint(turn(oval(320, 370, 130, 54), 320, 370, -30), leaf)
		p.trace(turn(seg(200, 370, 440, 370), 320, 370, -30), paperHi, 5)
		p.trace(d("M 180 360 Q 200 270 270 250"), paperHi, 10)
	case 3:
		p.body(d("M 320 40 Q 332 160 344 190 L 296 190 Q 308 160 320 40 Z"), plain)
		ball(320, 250, 66, 0)
		ball(320, 360, 54, 0)
		p.body(d("M 290 420 L 350 420 L 380 580 L 260 580 Z"), plain)
	case 4:
		p.tint(box(280, 480, 80, 60, 6), steel)
		for i := -3.0; i < 4; i++ {
			p.trace(turn(seg(420, 330, 590, 320), 420, 330, i*6), paperHi, 5)
		}
		p.body(d("M 150 290 Q 200 200 280 230 Q 400 240 450 340 Q 430 470 300 470 Q 190 460 190 340 L 150 330 L 110 320 Z"), plain)
		p.tint(oval(210, 280, 10, 10), inkLine)
		p.tint(d("M 270 330 Q 380 320 410 380 Q 330 430 270 330 Z"), p.mate)
	case 5:
		for i := range 12 {
			k := float64(i) / 11
			x := 70 + k*500
			y := 220 + 260*(1-(2*k-1)*(2*k-1))
			p.stuff(oval(x, y, 26+float64(i%3)*8, 26+float64(i%3)*8), []color.RGBA{p.main, p.mate, brass}[i%3], p.mate, plain)
		}
	default:
		for i, q := range []point{{200, 220}, {430, 250}, {320, 440}} {
			p.line(seg(q.x, 0, q.x, q.y-140), 3)
			ball(q.x, q.y, 100-float64(i)*4, p.of(6))
		}
	}
}
