package draw

var furniture = map[string]func(*pen){
	"chair": chair, "stool": stool, "table": tableTop, "shelf": shelf, "bench": bench,
	"coat-stand": coatStand, "mirror": mirror, "hook": hook, "basket": basket, "wall-basket": wallBasket,
}

func chair(p *pen) {
	p.shadow(320, 580, 190)
	frame := p.main
	leg := func(x0, y0, x1, y1 float64) { p.rod(seg(x0, y0, x1, y1), shade(frame, 0.92), 18) }
	switch p.of(5) {
	case 3: // folding
		leg(180, 570, 470, 250)
		leg(460, 570, 200, 120)
		p.rod(seg(200, 120, 240, 120), frame, 18)
		p.body(d("M 170 120 L 400 130 L 430 240 L 190 230 Z"), plain)
		p.body(d("M 180 360 L 480 350 L 500 390 L 170 400 Z"), plain)
		return
	case 4: // rocking
		p.rod(d("M 90 540 Q 320 640 560 530"), frame, 18)
	}
	leg(210, 400, 180, 570)
	leg(440, 400, 470, 570)
	leg(240, 400, 236, 540)
	leg(410, 400, 414, 540)
	switch p.of(5) {
	case 1, 4:
		for x := 230.0; x <= 410; x += 30 {
			p.rod(seg(x, 380, 320+(x-320)*1.15, 110), frame, 9)
		}
		p.tint(d("M 190 90 Q 320 50 450 90 L 444 130 Q 320 96 196 130 Z"), frame)
		p.body(d("M 180 380 Q 320 350 460 380 L 480 420 Q 320 440 160 420 Z"), plain)
	case 2:
		p.body(d("M 190 110 Q 320 60 450 110 Q 480 200 440 270 Q 320 300 200 270 Q 160 200 190 110 Z"), plain)
		p.rod(seg(250, 270, 240, 390), frame, 14)
		p.rod(seg(390, 270, 400, 390), frame, 14)
		p.stuff(d("M 170 380 Q 320 340 470 380 L 484 420 Q 320 446 156 420 Z"), p.mate, p.main, plain)
	default:
		leg(210, 410, 200, 90)
		leg(430, 410, 440, 90)
		p.tint(d("M 186 90 Q 320 120 454 90 L 452 150 Q 320 180 188 150 Z"), frame)
		p.tint(d("M 192 210 Q 320 236 448 210 L 446 240 Q 320 266 194 240 Z"), frame)
		p.stuff(d("M 190 370 L 450 370 L 490 430 L 150 430 Z"), inks[sand], inks[brown], stripe)
		p.line(seg(190, 370, 490, 430), 2.5)
		p.line(seg(450, 370, 150, 430), 2.5)
	}
}

func stool(p *pen) {
	p.shadow(320, 580, 190)
	switch p.of(3) {
	case 1: // bar
		for _, x := range []float64{-1, 1} {
			p.rod(seg(320+x*80, 180, 320+x*130, 570), p.main, 16)
			p.rod(seg(320+x*50, 180, 320+x*70, 540), p.main, 12)
		}
		p.rod(seg(216, 450, 424, 450), brass, 10)
		p.stuff(d("M 220 150 L 420 150 L 440 190 L 200 190 Z"), inks[sand], inks[brown], stripe)
	case 2: // steps
		p.rod(seg(220, 170, 150, 570), p.main, 20)
		p.rod(seg(420, 170, 490, 570), p.main, 20)
		p.rod(seg(260, 170, 250, 540), shade(p.main, 0.85), 14)
		p.rod(seg(380, 170, 390, 540), shade(p.main, 0.85), 14)
		p.body(box(190, 150, 260, 40, 8), plain)
		p.tint(box(290, 162, 60, 14, 7), p.ground.tint)
		p.body(box(160, 370, 320, 38, 8), plain)
	default:
		p.rod(seg(230, 310, 170, 570), p.main, 22)
		p.rod(seg(410, 310, 470, 570), p.main, 22)
		p.rod(seg(320, 320, 320, 560), shade(p.main, 0.9), 20)
		p.body(oval(320, 300, 190, 56), plain)
		p.tint(oval(320, 286, 190, 52), pale(p.main, 0.85))
		p.trace(oval(320, 286, 120, 30), shade(p.main, 0.8), 3)
	}
}

func tableTop(p *pen) {
	p.shadow(320, 580, 230)
	switch p.of(4) {
	case 1: // café
		p.rod(seg(320, 280, 320, 540), inks[black], 18)
		p.rod(d("M 190 575 Q 320 500 450 575"), inks[black], 14)
		p.body(d("M 140 240 L 500 240 L 570 300 L 70 300 Z"), plain)
		p.tint(d("M 70 300 L 570 300 L 570 320 L 70 320 Z"), brass)
	case 2: // desk
		for _, x := range []float64{90, 530} {
			p.rod(seg(x, 320, x+(320-x)*-0.06, 575), p.main, 18)
		}
		p.tint(box(80, 296, 480, 80, 4), shade(p.main, 0.88))
		p.tint(box(220, 308, 200, 56, 4), p.main)
		p.tint(oval(320, 336, 9, 9), brass)
		p.body(d("M 110 230 L 530 230 L 590 296 L 50 296 Z"), plain)
		p.tint(d("M 420 240 L 500 240 L 520 270 L 430 270 Z"), paperHi)
	case 3: // tray on a stand
		p.rod(seg(170, 570, 450, 330), wood, 16)
		p.rod(seg(470, 570, 190, 330), wood, 16)
		p.body(d("M 70 270 L 570 270 L 550 330 L 90 330 Z"), plain)
		p.tint(oval(320, 270, 250, 40), pale(p.main, 0.7))
	default:
		p.rod(seg(190, 290, 140, 575), p.main, 18)
		p.rod(seg(450, 290, 500, 575), p.main, 18)
		p.rod(seg(320, 310, 320, 560), shade(p.main, 0.88), 18)
		p.body(oval(320, 280, 240, 66), plain)
		p.tint(oval(320, 262, 240, 62), pale(p.main, 0.82))
	}
}

func shelf(p *pen) {
	if p.of(3) == 2 { // rack
		p.shadow(320, 570, 180)
		p.rod(seg(150, 130, 490, 570), wood, 18)
		p.rod(seg(490, 130, 150, 570), wood, 18)
		p.body(d("M 150 150 Q 200 440 320 450 Q 440 440 490 150 L 450 150 Q 400 380 320 390 Q 240 380 190 150 Z"), plain)
		p.tint(d("M 240 120 L 380 100 L 396 350 Q 320 400 262 340 Z"), paperHi)
		p.tint(d("M 262 150 L 362 136 L 368 210 L 268 224 Z"), p.mate)
		return
	}
	for i, y := range []float64{210, 400} {
		for j, x := 0, 120.0; x < 500; j, x = j+1, x+58 {
			h := 70 + float64(p.pick(60))
			c := inks[[]int{sea, brick, tallow, verdigris, white, plum, terracotta}[(i*3+j)%7]]
			if p.of(3) == 1 {
				p.tint(box(x, y-86, 46, 86, 8), glass)
				p.flat(box(x+4, y-60, 38, 56, 4), c)
				p.tint(box(x-2, y-98, 50, 20, 3), wood)
			} else {
				p.tint(box(x, y-h, 40, h, 2), c)
				p.trace(seg(x+6, y-h+18, x+34, y-h+18), paperHi, 5)
			}
		}
		p.body(box(70, y, 500, 26, 3), plain)
	}
	p.body(box(76, 90, 24, 390, 3), plain)
	p.body(box(540, 90, 24, 390, 3), plain)
}

func bench(p *pen) {
	p.shadow(320, 540, 270)
	for _, x := range []float64{110, 530} {
		p.rod(seg(x, 370, x-10, 540), shade(p.main, 0.9), 20)
	}
	p.body(d("M 100 310 L 540 310 L 590 370 L 50 370 Z"), plain)
	p.tint(d("M 50 370 L 590 370 L 590 396 L 50 396 Z"), shade(p.main, 0.85))
	p.tint(d("M 380 250 Q 450 230 520 250 L 530 320 Q 450 340 370 320 Z"), p.mate)
}

func coatStand(p *pen) {
	p.shadow(320, 590, 160)
	p.rod(seg(320, 90, 320, 560), p.main, 18)
	for _, x := range []float64{-1, 1} {
		p.rod(seg(320, 500, 320+x*140, 588), p.main, 16)
		p.rod(bow(point{320, 220}, point{320 + x*110, 220}, point{320 + x*120, 130}), p.main, 13)
		p.rod(bow(point{320, 300}, point{320 + x*80, 300}, point{320 + x*90, 230}), p.main, 11)
	}
	p.tint(oval(320, 80, 20, 20), p.main)
	p.tint(d("M 410 226 Q 470 240 466 420 L 396 430 Q 376 260 410 226 Z"), p.mate)
}

func mirror(p *pen) {
	p.line(bow(point{250, 130}, point{320, 40}, point{390, 130}), 5)
	p.body(oval(320, 340, 220, 220), plain)
	p.tint(oval(320, 340, 182, 182), glass)
	p.trace(seg(220, 340, 330, 220), paperHi, 14)
	p.trace(seg(250, 390, 400, 230), paperHi, 8)
	for a := 0.0; a < 360; a += 45 {
		p.line(turn(seg(502, 340, 540, 340), 320, 340, a), 3)
	}
}

func hook(p *pen) {
	one := func(x, y, k float64) {
		p.tint(box(x-22*k, y-120*k, 44*k, 170*k, 20), p.main)
		p.flat(oval(x, y-96*k, 6*k, 6*k), brass)
		p.flat(oval(x, y+28*k, 6*k, 6*k), brass)
		p.rod(bow(point{x, y + 20*k}, point{x + 10*k, y + 150*k}, point{x + 110*k, y + 50*k}), p.main, 18*k)
		p.tint(oval(x+110*k, y+46*k, 16*k, 16*k), p.main)
		p.rod(bow(point{x, y - 60*k}, point{x + 60*k, y - 60*k}, point{x + 70*k, y - 130*k}), p.main, 13*k)
	}
	switch p.of(4) {
	case 2:
		p.stuff(box(60, 240, 520, 100, 6), wood, wood, plain)
		for x := 110.0; x < 560; x += 104 {
			one(x, 320, 0.6)
		}
	case 3:
		p.shadow(320, 560, 220)
		p.rod(d("M 150 560 L 150 240 Q 150 180 200 190 Q 230 210 200 230"), p.main, 20)
		p.rod(d("M 490 560 L 490 240 Q 490 180 440 190 Q 410 210 440 230"), p.main, 20)
		p.tint(box(130, 340, 380, 40, 2), p.main)
	default:
		one(190, 300, 1.3)
		one(400, 380, 1.3)
	}
}

// weave draws the courses of a basket inside an outline.
func (p *pen) weave(outline path, base, over [4]float64) {
	p.stuff(outline, p.main, p.mate, plain)
	top, foot := base[1], over[1]
	for i := 1.0; i < 9; i++ {
		k := i / 9
		x0, x1 := base[0]+(over[0]-base[0])*k, base[2]+(over[2]-base[2])*k
		y := top + (foot-top)*k
		c := shade(p.main, 0.78)
		if p.shape == 1 && int(i)%3 == 1 || p.shape == 2 && i > 3 && i < 7 {
			p.trace(bow(point{x0, y}, point{320, y + 40}, point{x1, y}), p.mate, (foot-top)/11)
		}
		p.trace(bow(point{x0, y}, point{320, y + 40}, point{x1, y}), c, 3)
	}
	for i := 1.0; i < 16; i++ {
		k := i / 16
		xa, xb := base[0]+(base[2]-base[0])*k, over[0]+(over[2]-over[0])*k
		sag := 20 * (1 - (2*k-1)*(2*k-1))
		p.trace(seg(xa, top+sag, xb, foot+sag), shade(p.main, 0.78), 2)
	}
	p.stroke(p.place(outline), p.ink, lineWidth)
}

func basket(p *pen) {
	p.shadow(320, 560, 190)
	lo := [4]float64{130, 240, 510, 0}
	hi := [4]float64{180, 520, 460, 0}
	switch p.of(7) {
	case 1, 2: // shopping basket with straps
		p.rod(d("M 220 250 Q 230 60 320 60 Q 410 60 420 250"), inks[brown], 16)
		p.weave(d("M 130 240 Q 320 280 510 240 L 470 520 Q 320 580 170 520 Z"), lo, hi)
		p.tint(oval(320, 240, 190, 36), shade(p.main, 0.6))
	case 3: // low, rectangular
		p.weave(d("M 80 330 Q 320 360 560 330 L 520 510 Q 320 550 120 510 Z"), [4]float64{80, 330, 560, 0}, [4]float64{120, 510, 520, 0})
		p.tint(oval(320, 330, 240, 44), shade(p.main, 0.6))
		p.tint(oval(250, 316, 70, 44), inks[terracotta])
		p.tint(oval(360, 310, 84, 50), wood)
		p.trace(d("M 310 300 Q 360 320 410 296"), paperHi, 5)
	case 4: // steamer
		for i := 0.0; i < 2; i++ {
			p.stuff(box(120, 410-i*120, 400, 110, 10), p.main, p.mate, plain)
			p.trace(seg(124, 450-i*120, 516, 450-i*120), shade(p.main, 0.75), 5)
			p.line(seg(420, 412-i*120, 420, 518-i*120), 3)
		}
		p.body(d("M 120 290 Q 130 220 320 210 Q 510 220 520 290 Z"), check)
	case 5: // rope
		for i := 0.0; i < 6; i++ {
			p.stuff(box(130-i*5, 480-i*52, 380+i*10, 62, 30), p.main, p.mate, plain)
			for x := 150.0; x < 500; x += 34 {
				p.trace(seg(x, 488-i*52, x+18, 534-i*52), shade(p.main, 0.78), 3)
			}
		}
		p.rod(d("M 110 260 Q 60 220 90 170 Q 130 160 150 230"), p.main, 16)
		p.rod(d("M 530 260 Q 580 220 550 170 Q 510 160 490 230"), p.main, 16)
	case 6: // with a handle and lids
		p.rod(d("M 130 300 Q 320 -60 510 300"), shade(p.main, 0.85), 18)
		p.weave(d("M 110 300 Q 320 330 530 300 L 500 520 Q 320 560 140 520 Z"), [4]float64{110, 300, 530, 0}, [4]float64{140, 520, 500, 0})
		p.tint(d("M 100 300 L 318 270 L 318 320 L 110 330 Z"), pale(p.main, 0.8))
		p.tint(d("M 540 300 L 322 270 L 322 320 L 530 330 Z"), pale(p.main, 0.8))
	default: // belly
		p.rod(d("M 190 220 Q 190 120 250 130 Q 280 150 270 220"), p.main, 14)
		p.rod(d("M 370 220 Q 370 140 410 130 Q 460 130 450 220"), p.main, 14)
		p.weave(d("M 190 210 Q 320 240 450 210 Q 560 340 470 520 Q 320 580 170 520 Q 80 340 190 210 Z"), [4]float64{150, 230, 490, 0}, [4]float64{160, 530, 480, 0})
		p.tint(oval(320, 212, 132, 28), shade(p.main, 0.6))
	}
}

func wallBasket(p *pen) {
	for i := 6.0; i > 0; i-- {
		c := p.main
		if int(i)%2 == 1 {
			c = p.mate
		}
		p.tint(oval(320, 330, i*40, i*40), c)
		for a := i * 7; a < 360; a += 30 {
			p.trace(turn(seg(320+i*40-30, 330, 320+i*40-10, 330), 320, 330, a), p.ink, 3)
		}
	}
}
