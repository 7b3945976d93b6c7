package draw

import "image/color"

var tools = map[string]func(*pen){
	"chisel": chisel, "plane": plane, "hammer": hammer, "saw": saw, "screwdriver": screwdriver, "pliers": pliers,
	"rule": ruler, "square": square, "trowel": trowel, "cable-drum": drum, "plug": plug, "cable": coil, "screw-box": screws,
}

func chisel(p *pen) {
	p.shadow(320, 570, 170)
	for i := -1.0; i < 2; i++ {
		t := func(q path) path { return turn(q.shift(i*104, 0), 320+i*104, 340, i*7+4) }
		w := 16 + (i+1)*9
		p.stuff(t(box(320-w, 320, 2*w, 240, 0)), steel, steel, plain)
		p.flat(t(path{{[]point{{320 - w, 530}, {320 + w, 530}, {320 + w, 560}, {320 - w, 560}}, true}}), paperHi)
		p.tint(t(box(300, 270, 40, 54, 4)), steel)
		p.tint(t(box(292, 250, 56, 26, 4)), brass)
		p.stuff(t(d("M 294 96 Q 320 84 346 96 Q 356 170 346 254 L 294 254 Q 284 170 294 96 Z")), p.grip(), wood, plain)
		p.tint(t(box(290, 86, 60, 22, 6)), brass)
	}
}

// grip is the ink of a wooden handle.
func (p *pen) grip() color.RGBA {
	switch p.main {
	case inks[brown], inks[terracotta], inks[sand], inks[tallow]:
		return blend(wood, p.main, 0.5)
	}
	return wood
}

func plane(p *pen) {
	p.shadow(320, 510, 260)
	body := p.grip()
	p.stuff(d("M 60 420 Q 60 390 90 390 L 560 390 Q 586 390 586 420 L 586 500 L 60 500 Z"), body, body, plain)
	p.trace(d("M 90 440 Q 320 450 560 436"), shade(body, 0.8), 3)
	p.stuff(d("M 100 392 Q 90 310 140 300 Q 180 310 170 392 Z"), body, body, plain)
	p.stuff(d("M 420 392 Q 400 280 470 250 Q 520 250 510 290 Q 470 310 500 392 Z"), body, body, plain)
	p.tint(d("M 300 400 L 370 210 L 410 220 L 350 400 Z"), steel)
	p.tint(d("M 280 392 L 320 290 L 352 300 L 330 392 Z"), wood)
	p.rod(bow(point{290, 390}, point{200, 300}, point{250, 230}), pale(wood, 0.6), 14)
}

func hammer(p *pen) {
	p.shadow(320, 580, 120)
	t := func(q path) path { return turn(q, 320, 340, 18) }
	g := p.grip()
	p.stuff(t(d("M 300 180 L 340 180 Q 330 360 350 480 Q 356 570 320 576 Q 284 570 290 480 Q 310 360 300 180 Z")), g, g, plain)
	head := steel
	if p.main == inks[terracotta] {
		head = p.main
	}
	switch p.pick(3) {
	case 0:
		p.stuff(t(d("M 170 110 L 260 100 L 380 100 L 380 100 L 480 146 L 476 164 L 380 196 L 260 196 L 170 190 Z")), head, head, plain)
	case 1:
		p.stuff(t(box(180, 96, 280, 110, 10)), head, head, plain)
		p.tint(t(box(170, 92, 40, 118, 6)), shade(head, 0.9))
	default:
		p.stuff(t(d("M 180 110 L 290 106 L 360 106 Q 460 110 500 190 Q 430 160 360 196 L 290 196 L 180 196 Z")), head, head, plain)
	}
	p.tint(t(box(308, 84, 26, 20, 2)), g)
}

func saw(p *pen) {
	p.shadow(320, 520, 250)
	t := func(q path) path { return turn(q, 320, 340, -14) }
	blade := d("M 190 300 L 590 320 L 590 356 L 200 440 Z")
	p.stuff(t(blade), steel, steel, plain)
	if p.pick(2) == 0 {
		p.tint(t(d("M 190 290 L 590 312 L 590 332 L 190 322 Z")), brass)
	}
	for i := 0.0; i < 30; i++ {
		x := 206 + i*12.8
		p.line(t(through(point{x, 440 - i*2.8}, point{x + 6, 450 - i*2.8}, point{x + 12, 438 - i*2.8})), 2.5)
	}
	g := p.grip()
	p.stuff(t(d("M 60 300 Q 90 260 150 270 L 216 290 L 230 430 Q 200 480 130 470 Q 100 500 70 470 Q 80 440 60 400 Q 40 340 60 300 Z")), g, g, plain)
	p.tint(t(d("M 100 320 Q 130 310 160 330 L 170 420 Q 130 430 112 410 Z")), p.ground.tint)
	p.flat(t(oval(198, 320, 8, 8)), brass)
	p.flat(t(oval(204, 400, 8, 8)), brass)
}

func screwdriver(p *pen) {
	p.shadow(320, 580, 160)
	for i := -1.0; i < 2; i++ {
		t := func(q path) path { return turn(q.shift(i*100, i*i*16), 320+i*100, 340, i*10) }
		p.rod(t(seg(320, 300, 320, 550)), steel, 12+i*3)
		p.tint(t(box(310-i*2, 536, 20+i*4, 30, 2)), shade(steel, 0.85))
		g := p.grip()
		if i == 0 {
			g = p.main
		}
		p.stuff(t(d("M 290 110 Q 320 90 350 110 Q 366 200 346 280 L 330 310 L 310 310 L 294 280 Q 274 200 290 110 Z")), g, g, plain)
		p.line(t(seg(308, 130, 308, 270)), 3)
		p.line(t(seg(332, 130, 332, 270)), 3)
	}
}

func pliers(p *pen) {
	p.shadow(320, 580, 150)
	p.rod(d("M 300 300 Q 210 400 240 570"), p.main, 36)
	p.rod(d("M 340 300 Q 430 400 400 570"), p.main, 36)
	p.stuff(d("M 266 300 Q 240 190 300 70 L 316 70 L 316 300 Z"), steel, steel, plain)
	p.stuff(d("M 374 300 Q 400 190 340 70 L 324 70 L 324 300 Z"), steel, steel, plain)
	p.tint(oval(320, 290, 54, 50), steel)
	p.tint(oval(320, 290, 18, 18), shade(steel, 0.8))
	for y := 90.0; y < 170; y += 14 {
		p.line(seg(304, y, 316, y), 3)
		p.line(seg(324, y, 336, y), 3)
	}
}

func ruler(p *pen) {
	p.shadow(320, 540, 250)
	if p.main == inks[grey] {
		t := func(q path) path { return turn(q, 320, 340, -32) }
		p.stuff(t(box(30, 290, 580, 96, 4)), steel, steel, plain)
		for i := 0.0; i < 46; i++ {
			h := 18.0
			if int(i)%5 == 0 {
				h = 36
			}
			p.line(t(seg(46+i*12, 292, 46+i*12, 292+h)), 2.5)
		}
		return
	}
	z := []point{{80, 470}, {220, 170}, {330, 480}, {440, 170}, {570, 470}}
	for i := 1; i < len(z); i++ {
		a, b := z[i-1], z[i]
		p.rod(seg(a.x, a.y, b.x, b.y), inks[tallow], 40)
		for k := 0.08; k < 0.95; k += 0.07 {
			x, y := a.x+(b.x-a.x)*k, a.y+(b.y-a.y)*k
			p.line(seg(x-16, y, x, y), 2.5)
		}
	}
	for _, q := range z {
		p.tint(oval(q.x, q.y, 14, 14), brass)
	}
}

func square(p *pen) {
	p.shadow(320, 570, 200)
	g := p.grip()
	p.stuff(box(220, 130, 380, 60, 2), steel, steel, plain)
	for x := 250.0; x < 590; x += 24 {
		p.line(seg(x, 132, x, 152), 2.5)
	}
	p.stuff(box(140, 110, 90, 450, 6), g, g, plain)
	p.trace(seg(224, 116, 224, 556), brass, 8)
	for _, q := range []point{{172, 136}, {198, 136}, {185, 168}} {
		p.flat(oval(q.x, q.y, 7, 7), brass)
	}
}

func trowel(p *pen) {
	p.shadow(320, 580, 120)
	t := func(q path) path { return turn(q, 320, 340, 20) }
	p.rod(t(seg(320, 330, 320, 250)), steel, 18)
	if p.shape == 1 {
		for _, x := range []float64{-60, 0, 60} {
			p.rod(t(bow(point{320, 340}, point{320 + x*1.2, 350}, point{320 + x, 560})), steel, 16)
		}
	} else {
		p.stuff(t(d("M 260 330 L 380 330 Q 400 480 320 580 Q 240 480 260 330 Z")), steel, steel, plain)
		p.line(t(seg(320, 350, 320, 540)), 3)
	}
	g := p.grip()
	p.stuff(t(d("M 296 70 Q 320 50 344 70 Q 356 160 340 260 L 300 260 Q 284 160 296 70 Z")), g, g, plain)
	p.tint(t(box(294, 240, 52, 24, 3)), p.main)
}

func drum(p *pen) {
	p.shadow(320, 560, 210)
	p.tint(oval(420, 320, 120, 220), shade(wood, 0.8))
	p.flat(d("M 230 160 L 420 160 L 420 480 L 230 480 Z"), p.main)
	for x := 234.0; x < 430; x += 18 {
		p.rod(arc(x, 320, 80, 160, 270, 450), p.main, 12)
		if p.shape == stripe || p.shape == zigzag {
			for a := -80.0; a < 80; a += 22 {
				p.trace(arc(x, 320, 80, 160, 360+a, 368+a), p.mate, 8)
			}
		}
	}
	p.stuff(oval(220, 320, 120, 220), wood, wood, plain)
	p.tint(oval(220, 320, 60, 110), pale(wood, 0.7))
	p.tint(oval(220, 320, 16, 30), inks[black])
	p.rod(d("M 430 480 Q 470 560 580 540 Q 600 500 560 490"), p.main, 12)
	p.rod(seg(540, 488, 500, 474), inks[terracotta], 5)
}

func plug(p *pen) {
	p.shadow(320, 520, 190)
	switch p.of(5) {
	case 1:
		p.rod(d("M 40 340 Q 180 420 260 350"), p.mate, 18)
		p.rod(d("M 380 340 Q 480 270 600 340"), p.mate, 18)
		p.body(box(210, 250, 220, 180, 70), plain)
		p.tint(oval(320, 340, 50, 50), shade(p.main, 0.85))
		p.line(seg(320, 300, 320, 380), 6)
	case 2:
		p.rod(d("M 320 60 Q 300 120 320 180"), p.mate, 16)
		p.body(d("M 280 170 L 360 170 L 400 260 L 400 470 L 240 470 L 240 260 Z"), plain)
		for y := 280.0; y < 460; y += 26 {
			p.line(seg(240, y, 400, y-8), 4)
		}
		p.tint(box(216, 340, 208, 44, 8), p.main)
		p.tint(oval(320, 470, 80, 26), inks[black])
	case 3:
		p.body(box(120, 140, 400, 400, 60), plain)
		p.tint(oval(320, 340, 150, 150), pale(p.ink, 0.08))
		p.tint(oval(320, 340, 118, 118), shade(p.main, 0.85))
		p.flat(oval(270, 340, 16, 16), p.ink)
		p.flat(oval(370, 340, 16, 16), p.ink)
		p.flat(box(308, 222, 24, 26, 2), steel)
		p.flat(box(308, 432, 24, 26, 2), steel)
	case 4:
		for i := 0.0; i < 6; i++ {
			p.body(box(70+i*84, 230, 78, 220, 10), plain)
			p.tint(oval(109+i*84, 290, 22, 22), brass)
			p.line(seg(96+i*84, 290, 122+i*84, 290), 5)
			p.tint(oval(109+i*84, 390, 22, 22), brass)
			p.line(seg(96+i*84, 384, 122+i*84, 396), 5)
		}
	default:
		p.rod(d("M 330 430 Q 320 520 440 560 Q 560 580 600 540"), p.mate, 20)
		p.rod(seg(260, 130, 260, 230), steel, 24)
		p.rod(seg(380, 130, 380, 230), steel, 24)
		p.body(d("M 180 230 L 460 230 Q 470 380 380 440 L 270 440 Q 170 380 180 230 Z"), plain)
		p.tint(box(166, 210, 308, 50, 16), shade(p.main, 0.9))
	}
}

func coil(p *pen) {
	p.shadow(320, 560, 200)
	for i := 0.0; i < 5; i++ {
		p.rod(oval(320+i*6, 330+i*10, 210-i*26, 190-i*26), p.main, 13)
	}
	p.rod(d("M 520 400 Q 600 480 540 570"), p.main, 13)
	p.tint(turn(box(516, 556, 44, 34, 4), 540, 570, 20), brass)
	p.rod(seg(116, 330, 240, 350), p.mate, 18)
}

func screws(p *pen) {
	p.shadow(320, 560, 230)
	metal := brass
	switch p.of(3) {
	case 1:
		metal = inks[navy]
	case 2:
		metal = inks[terracotta]
	}
	p.stuff(d("M 90 330 L 550 330 L 530 550 L 110 550 Z"), inks[grey], inks[grey], plain)
	for i := range 16 {
		x, y := 130+float64(i%8)*52+float64(p.pick(20)), 250+float64(i/8)*60
		a := float64(p.pick(120)) - 60
		p.rod(turn(seg(x, y, x, y+90), x, y, a), metal, 12)
		for k := 30.0; k < 90; k += 13 {
			p.line(turn(seg(x-9, y+k, x+9, y+k-6), x, y, a), 2.5)
		}
		p.tint(turn(oval(x, y, 22, 16), x, y, a), metal)
		p.line(turn(seg(x-16, y, x+16, y), x, y, a), 4)
	}
	p.tint(d("M 90 380 L 550 380 L 532 554 L 108 554 Z"), pale(inks[grey], 0.7))
	p.label(210, 410, 220, 120, p.main)
}
