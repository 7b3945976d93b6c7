package draw

import "image/color"

var light = map[string]func(*pen){
	"lamp": lamp, "pendant": pendant, "lantern": lantern, "bulb": bulb, "candle": candle, "candlestick": candlestick,
}

func lamp(p *pen) {
	switch p.of(4) {
	case 1: // jointed arm
		p.shadow(250, 560, 130)
		p.tint(d("M 140 560 Q 150 510 250 510 Q 350 510 360 560 Z"), p.main)
		p.rod(seg(250, 510, 190, 330), steel, 12)
		p.rod(seg(190, 330, 400, 170), steel, 12)
		p.tint(oval(190, 330, 18, 18), p.mate)
		p.flat(d("M 380 260 L 330 520 L 560 520 L 500 240 Z"), pale(inks[tallow], 0.35))
		p.body(d("M 380 130 L 430 120 Q 520 150 520 240 L 370 280 Q 340 190 380 130 Z"), plain)
	case 3: // tripod
		p.rod(seg(320, 250, 200, 570), wood, 14)
		p.rod(seg(320, 250, 440, 570), wood, 14)
		p.rod(seg(320, 250, 320, 580), wood, 14)
		p.body(d("M 210 80 L 430 80 L 470 270 L 170 270 Z"), plain)
	default:
		p.shadow(320, 560, 120)
		p.rod(d("M 320 540 Q 480 600 560 540"), inks[black], 5)
		if p.of(4) == 2 {
			p.rod(seg(320, 280, 320, 540), wood, 22)
			p.tint(box(220, 530, 200, 34, 12), wood)
			p.stuff(d("M 220 110 L 420 110 L 470 310 L 170 310 Z"), paperHi, p.mate, plain)
		} else {
			p.body(d("M 280 330 L 360 330 Q 420 400 420 470 Q 410 560 320 562 Q 230 560 220 470 Q 220 400 280 330 Z"), plain)
			p.stuff(d("M 230 90 L 410 90 L 490 320 L 150 320 Z"), inks[sand], p.mate, border)
		}
	}
}

func pendant(p *pen) {
	p.line(seg(320, 0, 320, 130), 5)
	p.tint(box(300, 110, 40, 50, 6), brass)
	switch p.of(5) {
	case 2:
		p.flat(d("M 130 420 L 510 420 L 570 600 L 70 600 Z"), pale(inks[tallow], 0.3))
		p.body(d("M 290 150 L 350 150 Q 380 250 480 290 Q 540 330 550 420 L 90 420 Q 100 330 160 290 Q 260 250 290 150 Z"), plain)
		p.tint(oval(320, 420, 230, 34), paperHi)
		p.tint(oval(320, 428, 50, 40), inks[tallow])
	case 3:
		p.stuff(oval(320, 340, 190, 190), paperHi, p.mate, plain)
		p.trace(arc(320, 340, 150, 150, 190, 250), pale(inks[tallow], 0.4), 12)
	case 1:
		p.body(d("M 290 150 L 350 150 Q 480 300 440 440 L 400 580 L 240 580 L 200 440 Q 160 300 290 150 Z"), diamond)
		for y := 240.0; y < 570; y += 60 {
			p.trace(d("M 190 0 Q 320 40 450 0").shift(0, y), p.ink, 3)
		}
	default:
		p.body(d("M 290 150 L 350 150 Q 560 200 560 430 Q 320 490 80 430 Q 80 200 290 150 Z"), plain)
		for x := 100.0; x <= 540; x += 36 {
			p.line(through(point{320 + (x-320)*0.14, 152}, point{320 + (x-320)*0.8, 260}, point{x, 440 - 0.0004*(x-320)*(x-320)}), 2.5)
		}
		p.trace(d("M 130 290 Q 320 340 510 290"), p.mate, 7)
		p.trace(d("M 92 380 Q 320 440 548 380"), p.mate, 7)
	}
}

// through is an open line along points.
func through(at ...point) path { return path{{at, false}} }

func lantern(p *pen) {
	p.shadow(320, 580, 130)
	switch {
	case p.main == inks[brick] || p.shape == 0 && p.main == inks[tallow] && p.pick(2) == 0: // silk
		p.line(seg(320, 0, 320, 100), 4)
		p.body(d("M 270 110 L 370 110 Q 560 200 540 320 Q 540 420 370 480 L 270 480 Q 100 420 100 320 Q 80 200 270 110 Z"), plain)
		for _, k := range []float64{-150, -80, 0, 80, 150} {
			p.trace(bow(point{320, 112}, point{320 + k*1.6, 300}, point{320, 478}), shade(p.main, 0.75), 3)
		}
		p.tint(box(262, 92, 116, 26, 4), brass)
		p.tint(box(262, 472, 116, 26, 4), brass)
		for x := 290.0; x <= 350; x += 12 {
			p.trace(seg(x, 500, x, 590), p.mate, 5)
		}
	case p.shape == 2: // oil lamp, bulkhead
		p.trace(d("M 200 300 Q 200 60 320 60 Q 440 60 440 300"), brass, 10)
		p.tint(d("M 260 110 L 380 110 Q 420 240 390 380 L 250 380 Q 220 240 260 110 Z"), glass)
		flame(p, 320, 370)
		p.tint(box(230, 376, 180, 40, 8), brass)
		p.body(d("M 220 416 L 420 416 Q 500 480 440 560 L 200 560 Q 140 480 220 416 Z"), plain)
	default: // pierced
		p.rod(oval(320, 70, 26, 26), brass, 7)
		p.body(d("M 250 190 Q 260 110 320 100 Q 380 110 390 190 Z"), plain)
		p.body(d("M 210 190 L 430 190 L 480 260 L 480 480 L 430 550 L 210 550 L 160 480 L 160 260 Z"), plain)
		for i, x := range []float64{176, 276, 376} {
			c := inks[[]int{tallow, brick, verdigris, sky}[(i+p.pick(2))%4]]
			if p.main == inks[black] {
				c = glass
			}
			p.tint(box(x, 276, 88, 190, 30), pale(c, 0.8))
			flame(p, x+44, 440)
		}
		p.tint(box(200, 548, 240, 26, 4), shade(p.main, 0.8))
	}
}

func flame(p *pen, x, y float64) {
	p.flat(d("M 0 0 Q -30 -30 0 -90 Q 30 -30 0 0 Z").shift(x, y), inks[tallow])
	p.flat(d("M 0 0 Q -14 -20 0 -50 Q 14 -20 0 0 Z").shift(x, y), paperHi)
}

func bulb(p *pen) {
	if p.of(4) == 3 { // festoon
		p.rod(d("M 30 150 Q 320 330 610 150"), inks[black], 7)
		for i := range 5 {
			x := 90 + float64(i)*115
			y := 165 + 75*(1-(x-320)*(x-320)/84100)
			p.tint(box(x-18, y, 36, 44, 4), inks[black])
			p.tint(oval(x, y+96, 46, 58), pale(inks[[]int{tallow, brick, sky, verdigris, tallow}[i]], 0.7))
		}
		return
	}
	p.flat(oval(320, 260, 270, 240), pale(inks[tallow], 0.25))
	r := 150.0
	if p.of(4) == 2 {
		r = 180
	}
	p.stuff(d("M 260 470 Q 260 400 200 340 Q 140 250 200 160 Q 320 40 440 160 Q 500 250 440 340 Q 380 400 380 470 Z"), []color.RGBA{pale(p.main, 0.3), paperHi, pale(p.main, 0.7)}[p.of(3)], p.mate, plain)
	if p.of(4) != 1 {
		p.trace(d("M 290 460 L 270 280 L 300 200 L 320 290 L 340 200 L 370 280 L 350 460"), inks[tallow], 6)
	}
	p.trace(arc(320, 240, r-30, r-30, 190, 240), paperHi, 10)
	p.tint(box(262, 466, 116, 90, 8), steel)
	for y := 484.0; y < 550; y += 22 {
		p.line(seg(262, y+8, 378, y), 4)
	}
	p.tint(d("M 290 556 L 350 556 L 336 584 L 304 584 Z"), inks[black])
}

func candle(p *pen) {
	p.shadow(320, 580, 170)
	one := func(x, top, w float64) {
		p.body(box(x-w/2, top, w, 576-top, 8), plain)
		p.flat(oval(x, top+6, w/2-4, 7), pale(p.main, 0.6))
		p.line(seg(x, top, x, top-18), 4)
		flame(p, x, top-12)
	}
	switch p.of(5) {
	case 1:
		one(320, 250, 190)
	case 2:
		for _, x := range []float64{150, 490} {
			p.rod(bow(point{x, 220}, point{x, 420}, point{320, 430}), p.main, 34)
			flame(p, x, 204)
		}
		one(320, 190, 42)
	case 3:
		for i := range 6 {
			x, y := 170+float64(i%3)*150, 330+float64(i/3)*150
			p.stuff(box(x-56, y, 112, 70, 10), p.main, p.mate, plain)
			p.tint(oval(x, y, 56, 16), pale(p.main, 0.5))
			flame(p, x, y)
		}
	case 4:
		p.tint(box(150, 330, 340, 240, 12), steel)
		p.body(box(150, 380, 340, 130, 0), plain)
		p.tint(oval(320, 330, 170, 36), paperHi)
		for _, x := range []float64{230, 320, 410} {
			flame(p, x, 330)
		}
	default:
		one(190, 170, 46)
		one(290, 130, 46)
		one(390, 190, 46)
		one(480, 150, 46)
	}
}

func candlestick(p *pen) {
	c := p.main
	p.shadow(320, 582, 150)
	holder := func(x, top float64) {
		p.tint(box(x-17, top-130, 34, 140, 4), paperHi)
		flame(p, x, top-134)
		p.tint(d("M -40 0 L 40 0 L 24 34 L -24 34 Z").shift(x, top), c)
	}
	switch p.of(4) {
	case 1:
		holder(300, 440)
		p.tint(oval(300, 520, 200, 50), c)
		p.rod(oval(530, 490, 40, 40), c, 12)
	case 2:
		p.rod(d("M 120 260 Q 120 420 320 420 Q 520 420 520 260"), c, 14)
		p.rod(d("M 220 250 Q 220 380 320 400 Q 420 380 420 250"), c, 14)
		p.rod(seg(320, 240, 320, 560), c, 16)
		for _, x := range []float64{120, 220, 320, 420, 520} {
			holder(x, 246)
		}
		p.tint(d("M 210 570 Q 320 510 430 570 Z"), c)
	case 3:
		p.tint(d("M 220 90 Q 320 40 420 90 L 420 480 Q 320 540 220 480 Z"), c)
		p.line(d("M 244 110 Q 320 74 396 110 L 396 466 Q 320 510 244 466 Z"), 3)
		holder(320, 400)
	default:
		p.body(d("M 300 270 L 340 270 L 330 330 Q 360 350 330 380 L 340 500 Q 440 520 450 570 L 190 570 Q 200 520 300 500 L 310 380 Q 280 350 310 330 Z"), plain)
		holder(320, 240)
	}
}
