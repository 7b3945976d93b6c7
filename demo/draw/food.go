package draw

import "image/color"

var food = map[string]func(*pen){
	"jar": jar, "spice-jar": spiceJar, "spice-sack": sack, "crate": crate, "nuts": nuts,
	"coffee-bag": coffeeBag, "oil-bottle": oilBottle, "box": carton, "pasta": pasta, "tea-tin": teaTin,
	"chocolate": chocolate, "vanilla": vanilla, "tin": tin,
}

// label is a paper label with a rule, a sign and two lines that stand for words.
func (p *pen) label(x, y, w, h float64, c color.RGBA) {
	p.tint(box(x, y, w, h, 4), paperHi)
	p.flat(box(x+6, y+6, w-12, h*0.16, 0), c)
	cx, cy := x+w/2, y+h*0.46
	switch p.pick(4) {
	case 0:
		p.flat(turn(box(cx-h*0.12, cy-h*0.12, h*0.24, h*0.24, 0), cx, cy, 45), c)
	case 1:
		p.flat(oval(cx, cy, h*0.15, h*0.15), c)
	case 2:
		p.flat(d("M -1 0.8 L 0 -1 L 1 0.8 Z").at(cx, cy, h*0.17), c)
	default:
		for a := 0.0; a < 360; a += 60 {
			p.flat(turn(oval(cx+h*0.1, cy, h*0.09, h*0.04), cx, cy, a), c)
		}
	}
	p.trace(seg(x+w*0.2, y+h*0.74, x+w*0.8, y+h*0.74), p.ink, 4)
	p.trace(seg(x+w*0.3, y+h*0.86, x+w*0.7, y+h*0.86), p.ground.shadow, 4)
}

// at scales a small drawing around the origin and puts it at a place.
func (p path) at(x, y, k float64) path { return move(size(p, 0, 0, k), x, y) }

func jar(p *pen) {
	p.shadow(320, 560, 150)
	p.tint(box(190, 190, 260, 370, 44), glass)
	p.stuff(box(202, 230, 236, 318, 38), p.main, p.mate, plain)
	for range 9 {
		x, y := 225+float64(p.pick(190)), 250+float64(p.pick(280))
		p.flat(oval(x, y, 14, 11), shade(p.main, 0.82+float64(p.pick(3))*0.12))
	}
	if p.pick(2) == 0 {
		p.stuff(d("M 180 130 Q 320 90 460 130 L 500 236 Q 450 216 410 238 Q 320 212 230 238 Q 190 216 140 236 Z"), p.mate, paperHi, check)
		p.rod(seg(188, 186, 452, 186), inks[sand], 7)
	} else {
		p.tint(box(186, 124, 268, 76, 10), p.mate)
		for x := 206.0; x < 450; x += 20 {
			p.line(seg(x, 140, x, 186), 2)
		}
	}
	p.label(226, 320, 188, 150, p.mate)
}

func spiceJar(p *pen) {
	p.shadow(320, 570, 170)
	p.tint(box(230, 220, 180, 340, 20), glass)
	p.stuff(box(240, 270, 160, 282, 14), p.main, p.mate, plain)
	p.tint(d("M 246 150 L 394 150 L 384 230 L 256 230 Z"), wood)
	p.label(240, 360, 160, 140, p.main)
	heap(p, 130, 556, 70)
	heap(p, 510, 562, 60)
}

func heap(p *pen, x, y, r float64) {
	p.tint(d("M -1 0 Q -0.5 -0.1 0 -0.8 Q 0.5 -0.1 1 0 Q 0 0.2 -1 0 Z").at(x, y, r), p.main)
	for range 5 {
		p.flat(oval(x-r*0.6+float64(p.pick(int(r*1.2))), y-float64(p.pick(int(r*0.3))), 4, 3), shade(p.main, 0.75))
	}
}

func sack(p *pen) {
	p.shadow(320, 566, 210)
	jute := rgb(0xcfb283)
	p.stuff(d("M 150 280 Q 110 420 130 540 Q 320 590 510 540 Q 530 420 490 280 Z"), jute, rgb(0xbf9f6c), check)
	p.tint(d("M 150 290 Q 190 150 320 150 Q 450 150 490 290 Q 320 330 150 290 Z"), p.main)
	for range 40 {
		x := 180 + float64(p.pick(280))
		y := 190 + float64(p.pick(100))
		if (x-320)*(x-320)/19600+(y-290)*(y-290)/14400 < 0.9 {
			bean := turn(oval(x, y, 15, 10), x, y, float64(p.pick(180)))
			p.flat(bean, shade(p.main, 0.72+float64(p.pick(3))*0.1))
		}
	}
	p.tint(d("M 136 262 Q 320 330 504 262 Q 520 300 500 330 Q 320 380 140 330 Q 120 300 136 262 Z"), pale(jute, 0.8))
	p.tint(turn(box(240, 400, 160, 90, 3), 320, 440, -4), p.ground.tint)
	p.flat(oval(320, 436, 26, 26), p.main)
	p.line(seg(270, 476, 370, 470), 4)
}

func crate(p *pen) {
	switch p.of(3) {
	case 1:
		closedCrate(p)
		return
	case 2: // wire basket
		p.shadow(320, 540, 230)
		for x := 90.0; x <= 550; x += 46 {
			p.trace(seg(x, 240, 320+(x-320)*0.84, 530), p.main, 7)
		}
		for y := 240.0; y <= 530; y += 58 {
			k := 1 - (y-240)/290*0.16
			p.trace(seg(320-230*k, y, 320+230*k, y), p.main, 7)
		}
		p.rod(seg(86, 240, 554, 240), p.main, 14)
		return
	}
	p.shadow(320, 560, 260)
	p.tint(d("M 70 330 L 130 230 L 510 230 L 570 330 Z"), shade(wood, 0.6))
	for row := 0.0; row < 3; row++ {
		for x := 130.0; x < 530; x += 62 {
			q := point{x + float64(p.pick(14)), 260 + row*34 + float64(p.pick(10))}
			p.tint(oval(q.x, q.y, 36, 28), shade(p.main, 0.86+float64(p.pick(4))*0.05))
			p.trace(arc(q.x, q.y, 20, 14, 200, 280), pale(p.main, 0.5), 4)
		}
	}
	for y := 336.0; y < 540; y += 74 {
		p.stuff(box(60, y, 520, 62, 3), wood, wood, plain)
		p.trace(seg(90, y+22, 540, y+26), shade(wood, 0.85), 3)
	}
	p.tint(box(70, 320, 40, 240, 2), shade(wood, 0.92))
	p.tint(box(530, 320, 40, 240, 2), shade(wood, 0.92))
	p.label(250, 396, 140, 100, p.main)
}

func closedCrate(p *pen) {
	p.shadow(320, 540, 230)
	p.body(box(90, 270, 460, 260, 6), plain)
	p.body(d("M 90 270 L 150 180 L 490 180 L 550 270 Z"), plain)
	for y := 330.0; y < 520; y += 66 {
		p.line(seg(92, y, 548, y), 3)
	}
	p.tint(box(286, 250, 68, 66, 4), brass)
}

func nuts(p *pen) {
	p.shadow(320, 540, 230)
	p.tint(d("M 90 330 L 550 330 Q 540 480 430 530 L 210 530 Q 100 480 90 330 Z"), p.mate)
	p.tint(oval(320, 330, 230, 60), shade(p.mate, 0.7))
	for row := 0.0; row < 4; row++ {
		for i := 0.0; i < 7-row; i++ {
			x := 140 + row*28 + i*56 + float64(p.pick(16))
			y := 336 - row*46 + float64(p.pick(14))
			a := float64(p.pick(180))
			c := shade(p.main, 0.88+float64(p.pick(4))*0.04)
			p.tint(turn(d("M -30 0 Q -20 -26 10 -22 Q 36 -14 30 6 Q 16 28 -12 22 Q -30 16 -30 0 Z").shift(x, y), x, y, a), c)
			p.trace(turn(seg(x-16, y, x+14, y-2), x, y, a), shade(p.main, 0.7), 3)
		}
	}
	if p.shape == 1 {
		for range 30 {
			p.flat(oval(150+float64(p.pick(340)), 200+float64(p.pick(150)), 3, 3), paperHi)
		}
	}
}

func coffeeBag(p *pen) {
	p.shadow(320, 576, 160)
	p.body(d("M 180 130 L 460 130 L 476 180 L 480 560 Q 320 586 160 560 L 164 180 Z"), plain)
	p.tint(d("M 180 90 L 460 90 L 466 150 L 174 150 Z"), shade(p.main, 0.85))
	p.rod(seg(166, 150, 474, 150), p.mate, 8)
	p.tint(oval(320, 190, 12, 12), paperHi)
	p.label(214, 240, 212, 210, p.mate)
	if p.shape != 2 {
		for i := range 5 {
			x := 120 + float64(i)*100 + float64(p.pick(20))
			p.tint(turn(oval(x, 566, 22, 15), x, 566, float64(p.pick(60))), inks[brown])
			p.line(bow(point{x - 12, 566}, point{x, 560}, point{x + 12, 568}), 2.5)
		}
	}
}

func oilBottle(p *pen) {
	p.shadow(320, 580, 120)
	if p.shape == 2 { // passata
		p.tint(d("M 290 120 L 350 120 Q 350 220 420 290 L 420 560 Q 320 580 220 560 L 220 290 Q 290 220 290 120 Z"), glass)
		p.flat(d("M 300 190 L 340 190 Q 350 250 410 300 L 410 552 Q 320 568 230 552 L 230 300 Q 290 250 300 190 Z"), p.main)
		p.tint(box(280, 84, 80, 46, 6), brass)
	} else {
		if p.pick(2) == 0 {
			p.stuff(d("M 296 130 L 344 130 Q 346 230 420 280 L 420 560 Q 320 580 220 560 L 220 280 Q 294 230 296 130 Z"), blend(inks[black], p.main, 0.45), p.mate, plain)
		} else {
			p.stuff(d("M 298 130 L 342 130 L 344 260 L 440 300 L 440 564 L 200 564 L 200 300 L 296 260 Z"), blend(inks[black], p.main, 0.55), p.mate, plain)
		}
		p.tint(box(288, 70, 64, 70, 8), p.main)
		p.tint(box(300, 52, 40, 24, 4), brass)
		p.trace(seg(250, 330, 250, 540), pale(p.main, 0.6), 8)
	}
	p.label(240, 340, 160, 170, p.main)
	p.rod(bow(point{440, 590}, point{500, 500}, point{560, 520}), leaf, 5)
	for i := 0.0; i < 3; i++ {
		p.tint(turn(oval(470+i*34, 530, 28, 9), 470+i*34, 530, -50+i*20), leaf)
	}
}

func carton(p *pen) {
	p.shadow(320, 550, 220)
	p.body(d("M 110 250 L 430 250 L 430 540 L 110 540 Z"), plain)
	p.tint(d("M 430 250 L 540 190 L 540 470 L 430 540 Z"), shade(p.main, 0.8))
	p.tint(d("M 110 250 L 220 190 L 540 190 L 430 250 Z"), pale(p.main, 0.8))
	if p.shape == 1 {
		p.label(160, 300, 220, 190, p.mate)
		return
	}
	p.tint(oval(270, 390, 110, 84), paperHi)
	for i := range 9 {
		x, y := 205+float64(i%3)*62, 345+float64(i/3)*44
		p.tint(oval(x, y, 27, 20), blend(inks[sand], p.mate, float64(p.pick(4))*0.2))
	}
	p.rod(seg(114, 290, 426, 290), p.mate, 10)
}

func pasta(p *pen) {
	p.shadow(320, 576, 170)
	p.stuff(d("M 170 120 L 470 120 L 482 550 Q 320 580 158 550 Z"), glass, paperHi, plain)
	grain := inks[tallow]
	if p.main == inks[brown] {
		grain = inks[brown]
	}
	switch p.of(7) {
	case 0:
		for x := 190.0; x < 456; x += 13 {
			p.trace(seg(x, 150, x+float64(p.pick(5)), 540), grain, 7)
		}
	case 1:
		for i := range 20 {
			x, y := 200+float64(i%4)*76, 190+float64(i/4)*78
			p.tint(turn(box(x-30, y-15, 62, 34, 6), x, y, float64(p.pick(90))-45), grain)
		}
	case 2, 3:
		for i := range 12 {
			x, y := 220+float64(i%3)*98, 190+float64(i/3)*100
			for r := 34.0; r > 8; r -= 10 {
				p.rod(arc(x, y, r, r*0.7, 20+float64(p.pick(90)), 330), grain, 6)
			}
		}
	default:
		for range 150 {
			p.flat(oval(180+float64(p.pick(280)), 170+float64(p.pick(370)), 8, 7), shade(grain, 0.8+float64(p.pick(4))*0.08))
		}
	}
	p.tint(d("M 166 90 L 474 90 L 476 170 Q 320 190 164 170 Z"), p.mate)
	p.label(216, 290, 208, 170, p.mate)
}

func teaTin(p *pen) {
	p.shadow(320, 570, 160)
	p.body(box(180, 210, 280, 350, 10), plain)
	p.tint(box(172, 130, 296, 90, 10), shade(p.main, 0.88))
	p.tint(box(270, 96, 100, 40, 8), shade(p.main, 0.8))
	p.trace(seg(184, 240, 456, 240), brass, 5)
	p.trace(seg(184, 532, 456, 532), brass, 5)
	p.tint(oval(320, 380, 106, 116), paperHi)
	p.rod(bow(point{320, 460}, point{310, 390}, point{320, 330}), leaf, 5)
	for _, a := range []float64{-60, -120, -90} {
		p.tint(turn(oval(320+44, 380, 44, 17), 320, 380, a), leaf)
	}
	p.line(seg(270, 474, 370, 474), 3)
}

func chocolate(p *pen) {
	p.shadow(320, 540, 190)
	t := func(q path) path { return turn(q, 320, 330, -12) }
	dark := rgb(0x5a3524)
	if p.main == inks[sky] || p.main == inks[white] {
		dark = rgb(0xeadbb8)
	}
	p.stuff(t(box(200, 90, 240, 260, 6)), dark, dark, plain)
	for i := range 9 {
		p.tint(t(box(212+float64(i%3)*74, 102+float64(i/3)*66, 66, 58, 4)), blend(dark, paperHi, 0.12))
	}
	p.tint(t(d("M 190 260 L 220 240 L 260 262 L 300 240 L 350 264 L 400 240 L 450 262 L 450 300 L 190 300 Z")), steel)
	p.body(t(box(186, 286, 268, 270, 4)), plain)
	p.trace(t(seg(200, 320, 440, 320)), p.mate, 6)
	p.tint(t(box(230, 370, 180, 120, 4)), paperHi)
	p.tint(t(turn(oval(320, 420, 44, 24), 320, 420, -30)), inks[terracotta])
	p.line(t(seg(270, 470, 370, 470)), 4)
}

func vanilla(p *pen) {
	p.shadow(320, 560, 210)
	for i := 0.0; i < 5; i++ {
		p.rod(bow(point{150 + i*22, 120 + i*8}, point{260 + i*40, 330 - i*20}, point{390 + i*34, 550 - i*10}), p.main, 17)
		p.trace(bow(point{156 + i*22, 126 + i*8}, point{262 + i*40, 324 - i*20}, point{386 + i*34, 540 - i*10}), pale(p.main, 0.6), 3)
	}
	p.rod(seg(220, 380, 430, 290), inks[sand], 20)
	for a := 0.0; a < 360; a += 60 {
		p.tint(turn(oval(470+46, 180, 50, 22), 470, 180, a), pale(inks[tallow], 0.4))
	}
	p.tint(oval(470, 180, 20, 20), inks[tallow])
}

func tin(p *pen) {
	p.shadow(320, 566, 170)
	if p.shape == 1 { // flat tin
		p.body(d("M 100 330 L 540 330 L 540 500 Q 320 560 100 500 Z"), plain)
		p.tint(oval(320, 330, 222, 90), pale(p.main, 0.85))
		for i := range 7 {
			a := float64(i) * 51
			q := turn(seg(320, 330, 430, 330), 320, 330, a)[0].at[1]
			p.tint(oval(q.x, 330+(q.y-330)*0.45, 36, 22), inks[[]int{rose, tallow, mint, plum, sky, sand, verdigris}[i]])
		}
		return
	}
	p.rod(d("M 240 120 Q 320 40 400 120"), steel, 10)
	p.body(d("M 170 170 L 200 120 L 440 120 L 470 170 L 470 560 L 170 560 Z"), plain)
	p.tint(box(390, 84, 44, 44, 6), brass)
	p.line(seg(170, 170, 470, 170), 3)
	p.label(210, 230, 220, 240, p.main)
}
