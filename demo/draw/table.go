package draw

import "image/color"

var table = map[string]func(*pen){
	"mug": mug, "plate": plate, "bowl": bowl, "cake-stand": cakeStand, "teapot": teapot, "jug": jug,
	"glass": tumbler, "wine-glass": wineGlass, "vase": vase, "board": board, "spoon": spoon, "pan": pan,
	"bucket": bucket, "tray": tray, "tagine": tagine, "butter-dish": butterDish, "rolling-pin": rollingPin,
	"egg-cup": eggCups, "coffee-gear": dripper,
}

func mug(p *pen) {
	k := p.of(8)
	p.shadow(330, 540, 180)
	if k == 6 { // beer
		p.rod(d("M 440 240 Q 560 220 550 350 Q 540 470 440 450"), glass, 30)
		p.stuff(d("M 170 180 L 450 180 L 440 540 L 180 540 Z"), glass, paperHi, plain)
		p.flat(d("M 184 230 L 438 230 L 430 520 L 190 520 Z"), inks[tallow])
		p.tint(d("M 160 190 Q 170 130 230 150 Q 280 110 330 146 Q 400 116 446 160 Q 470 200 446 232 L 174 232 Z"), paperHi)
		for y := 280.0; y < 500; y += 70 {
			for x := 220.0; x < 430; x += 64 {
				p.trace(oval(x, y, 22, 26), paperHi, 4)
			}
		}
		return
	}
	p.rod(d("M 450 270 Q 570 250 560 360 Q 550 460 440 450"), p.main, 26)
	p.body(d("M 150 190 L 460 190 Q 462 420 430 520 Q 305 556 180 520 Q 148 420 150 190 Z"), k)
	p.tint(oval(305, 190, 155, 34), shade(p.main, 0.8))
	p.flat(oval(305, 198, 138, 24), inks[brown])
	p.trace(d("M 282 150 Q 262 124 288 100 Q 306 80 290 56"), p.ground.shadow, 7)
	p.trace(d("M 332 150 Q 312 124 338 100 Q 356 80 340 56"), p.ground.shadow, 7)
}

func plate(p *pen) {
	k := p.of(8)
	p.shadow(320, 520, 230)
	p.stuff(oval(320, 350, 260, 220), p.main, p.mate, k)
	p.trace(oval(320, 350, 244, 205), p.mate, 10)
	p.tint(oval(320, 350, 170, 142), pale(p.main, 0.85))
	p.trace(oval(320, 350, 158, 131), p.mate, 3)
	switch k {
	case print, stripe:
		p.rod(d("M 250 420 Q 320 380 380 290"), p.mate, 5)
		for i := 0.0; i < 5; i++ {
			p.flat(turn(oval(280+i*24+20, 390-i*24, 26, 10), 280+i*24, 390-i*24, -10), p.mate)
			p.flat(turn(oval(280+i*24-20, 390-i*24, 26, 10), 280+i*24, 390-i*24, 70), p.mate)
		}
	case dots:
		for i := 0; i < 26; i++ {
			p.flat(oval(200+float64(p.pick(240)), 270+float64(p.pick(160)), 3, 3), p.mate)
		}
	}
}

func bowl(p *pen) {
	k := p.of(8)
	p.shadow(320, 520, 190)
	p.tint(d("M 250 480 L 390 480 L 400 524 L 240 524 Z"), shade(p.main, 0.8))
	p.body(d("M 80 270 L 560 270 Q 550 430 420 488 Q 320 506 220 488 Q 90 430 80 270 Z"), k)
	p.tint(oval(320, 270, 240, 66), shade(p.main, 0.82))
	p.flat(oval(320, 280, 214, 50), pale(p.mate, 0.45))
	p.trace(d("M 86 310 Q 320 400 554 310"), p.mate, 6)
}

func cakeStand(p *pen) {
	tier := func(y, r float64) {
		p.stuff(oval(320, y, r, r*0.2), p.main, p.mate, plain)
		p.trace(oval(320, y, r-12, r*0.2-6), p.mate, 6)
	}
	p.shadow(320, 560, 150)
	switch p.shape {
	case 2, 3:
		n := p.shape
		p.rod(seg(320, 90, 320, 560), brass, 12)
		p.tint(oval(320, 84, 22, 22), brass)
		for i := range n {
			tier(520-float64(i)*[]float64{0, 0, 210, 160}[n], 240-float64(i)*60)
		}
		for i := range n {
			y := 520 - float64(i)*[]float64{0, 0, 210, 160}[n]
			for j := range 3 {
				cupcake(p, 320+float64(j-1)*(120-float64(i)*34)+20, y-6)
			}
		}
		p.rod(seg(320, 90, 320, 180), brass, 12)
	default:
		p.tint(d("M 240 550 Q 300 520 300 420 L 340 420 Q 340 520 400 550 Q 320 574 240 550 Z"), shade(p.main, 0.92))
		tier(410, 230)
		p.tint(d("M 180 300 L 460 300 L 460 392 Q 320 424 180 392 Z"), inks[sand])
		p.tint(d("M 174 306 Q 174 250 320 250 Q 466 250 466 306 Q 440 340 410 310 Q 380 350 350 312 Q 320 350 290 312 Q 260 350 230 310 Q 200 340 174 306 Z"), paperHi)
		p.tint(oval(320, 246, 18, 18), inks[brick])
		if p.shape == 4 {
			p.trace(d("M 120 404 Q 110 140 320 140 Q 530 140 520 404"), pale(p.ink, 0.6), 5)
			p.tint(oval(320, 126, 18, 18), glass)
			p.trace(d("M 160 330 Q 170 220 230 180"), paperHi, 8)
		}
	}
}

func cupcake(p *pen, x, y float64) {
	p.tint(move(d("M -22 -28 L 22 -28 L 16 0 L -16 0 Z"), x, y), p.mate)
	p.tint(move(d("M -26 -28 Q -26 -60 0 -64 Q 26 -60 26 -28 Z"), x, y), paperHi)
	p.flat(oval(x, y-62, 7, 7), inks[brick])
}

func teapot(p *pen) {
	p.shadow(320, 530, 200)
	p.rod(d("M 470 300 Q 590 260 580 370 Q 566 450 450 460"), p.main, 24)
	p.tint(d("M 170 400 Q 100 390 84 270 L 60 240 L 120 236 Q 130 320 190 330 Z"), p.main)
	if p.shape == 1 { // enamel pot: tall
		p.body(d("M 220 190 L 420 190 L 480 520 Q 320 550 160 520 Z"), plain)
		p.tint(d("M 220 190 Q 320 130 420 190 Z"), p.main)
		p.trace(d("M 170 500 Q 320 528 470 500"), p.ink, 6)
	} else {
		p.body(d("M 230 230 L 410 230 Q 520 290 510 390 Q 490 530 320 530 Q 150 530 130 390 Q 120 290 230 230 Z"), p.of(8))
		p.tint(d("M 226 232 Q 320 150 414 232 Q 320 256 226 232 Z"), p.mate)
	}
	p.tint(oval(320, 160, 20, 18), p.mate)
}

func jug(p *pen) {
	p.shadow(320, 560, 150)
	if p.shape == 1 && p.main == inks[white] { // carafe
		p.stuff(d("M 270 150 L 370 150 Q 360 280 460 420 Q 480 550 320 556 Q 160 550 180 420 Q 280 280 270 150 Z"), glass, paperHi, plain)
		p.flat(d("M 206 410 Q 320 440 434 410 Q 466 540 320 544 Q 176 540 206 410 Z"), inks[sky])
		p.tint(oval(320, 112, 46, 44), wood)
		return
	}
	p.rod(d("M 420 230 Q 550 220 530 340 Q 510 440 430 450"), p.main, 22)
	p.body(d("M 200 170 Q 190 140 160 140 Q 250 110 430 150 Q 400 260 450 390 Q 470 520 420 550 Q 320 570 220 550 Q 170 520 190 390 Q 230 260 200 170 Z"), p.of(8))
	p.tint(d("M 160 140 Q 250 110 430 150 Q 330 190 200 170 Z"), shade(p.main, 0.75))
}

func tumbler(p *pen) {
	k := p.of(8)
	p.shadow(320, 548, 170)
	c := pale(p.main, 0.55)
	if k == 1 && p.pick(2) == 1 { // many small ones
		for i := range 6 {
			x, y := 150+float64(i%3)*170, 240+float64(i/3)*170
			c := inks[[]int{brick, sea, tallow, verdigris, plum, sky}[i]]
			p.tint(d("M -50 -70 L 50 -70 L 38 76 L -38 76 Z").shift(x, y), pale(c, 0.6))
			p.tint(oval(x, y-70, 50, 12), pale(c, 0.3))
		}
		return
	}
	p.stuff(d("M 160 150 L 480 150 L 446 540 Q 320 560 194 540 Z"), c, pale(p.main, 0.95), k)
	p.flat(d("M 180 300 L 462 300 L 442 516 Q 320 534 198 516 Z"), blend(c, inks[sky], 0.5))
	if k == diamond || k == print {
		p.trace(d("M 176 340 L 230 440 L 284 340 L 320 440 L 356 340 L 410 440 L 464 340"), p.mate, 6)
		p.trace(d("M 190 440 L 230 340 L 290 440 L 320 340 L 350 440 L 410 340 L 450 440"), p.mate, 6)
	}
	p.tint(oval(320, 150, 160, 28), pale(c, 0.5))
	p.trace(seg(206, 190, 224, 490), paperHi, 10)
}

func wineGlass(p *pen) {
	p.shadow(320, 580, 110)
	stem, tint := glass, pale(p.main, 0.5)
	k := p.of(4)
	if k == 3 {
		stem = p.main
		tint = glass
	}
	p.tint(oval(320, 566, 110, 18), stem)
	p.rod(seg(320, 380, 320, 556), stem, 12)
	cup := []string{"M 200 100 L 440 100 Q 480 360 320 390 Q 160 360 200 100 Z", "M 258 60 L 382 60 Q 400 300 320 400 Q 240 300 258 60 Z", "M 150 190 L 490 190 Q 480 340 320 360 Q 160 340 150 190 Z", "M 200 130 L 440 130 Q 450 320 320 350 Q 190 320 200 130 Z"}[k]
	p.stuff(d(cup), tint, p.mate, plain)
	wine := inks[[]int{plum, tallow, sand, brick}[p.pick(4)]]
	p.flat(d([]string{"M 196 250 L 444 250 Q 430 370 320 378 Q 210 370 196 250 Z", "M 260 170 L 380 170 Q 380 310 320 386 Q 262 310 260 170 Z", "M 170 250 L 470 250 Q 450 340 320 348 Q 190 340 170 250 Z", "M 204 220 L 436 220 Q 430 320 320 338 Q 212 320 204 220 Z"}[k]), wine)
	if k == 3 {
		for y := 390.0; y < 520; y += 40 {
			p.tint(oval(320, y, 18, 14), stem)
		}
	}
	p.trace(d("M 226 130 Q 214 220 240 300"), paperHi, 8)
}

func vase(p *pen) {
	p.shadow(320, 566, 130)
	for i, x := range []float64{-60, 0, 64} {
		y := 90 + float64(p.pick(50))
		p.rod(seg(320+x, y, 320+x*0.3, 300), leaf, 7)
		p.tint(oval(320+x, y, 36, 32), inks[[]int{brick, tallow, rose, plum, white, terracotta}[(i*2+p.pick(3))%6]])
		p.tint(oval(320+x, y, 10, 10), inks[tallow])
	}
	body := []string{
		"M 276 250 L 364 250 Q 350 310 400 380 Q 460 540 320 560 Q 180 540 240 380 Q 290 310 276 250 Z",
		"M 230 250 L 410 250 L 384 340 Q 430 460 400 560 L 240 560 Q 210 460 256 340 Z",
		"M 290 230 L 350 230 Q 346 330 440 420 Q 480 550 320 562 Q 160 550 200 420 Q 294 330 290 230 Z",
	}[p.of(3)]
	p.stuff(d(body), pale(p.main, 0.85), p.mate, []int{plain, stripe, plain}[p.of(3)])
	p.trace(d("M 240 440 Q 230 500 262 530"), paperHi, 9)
}

func board(p *pen) {
	base := wood
	if p.main == inks[brown] || p.main == inks[terracotta] {
		base = p.main
	}
	p.shadow(320, 580, 190)
	if p.of(4) == 3 {
		for i := 0.0; i < 4; i++ {
			p.stuff(box(130+i*10, 420-i*80, 360, 100, 16), pale(base, 0.7+i*0.1), base, plain)
			p.trace(d("M 160 40 Q 320 60 470 36").shift(i*10, 420-i*80), shade(base, 0.8), 3)
		}
		return
	}
	p.stuff(d("M 280 60 L 360 60 Q 380 60 380 90 L 380 170 L 450 180 Q 480 186 480 220 L 480 540 Q 480 572 450 572 L 190 572 Q 160 572 160 540 L 160 220 Q 160 186 190 180 L 260 170 L 260 90 Q 260 60 280 60 Z"), base, shade(base, 0.86), []int{plain, plain, check}[p.of(3)])
	p.tint(oval(320, 104, 20, 20), p.ground.tint)
	for i := 0.0; i < 5; i++ {
		p.trace(d("M 0 200 Q 14 330 0 560").shift(190+i*62, 0), shade(base, 0.82), 2.5)
	}
	if p.of(4) == 1 {
		p.trace(box(184, 204, 272, 342, 16), shade(base, 0.7), 8)
	}
}

func spoon(p *pen) {
	c := wood
	if p.main == inks[brown] || p.main == inks[terracotta] {
		c = p.main
	}
	p.shadow(320, 590, 130)
	one := func(x, a float64, k int) {
		t := func(q path) path { return turn(q.shift(x, 0), 320+x, 320, a) }
		p.stuff(t(d("M 304 260 L 336 260 L 344 570 Q 320 590 296 570 Z")), c, c, plain)
		switch k {
		case 1:
			p.stuff(t(d("M 250 70 Q 320 40 390 70 Q 400 220 344 272 L 296 272 Q 240 220 250 70 Z")), c, c, plain)
			for i := 0.0; i < 3; i++ {
				p.rod(t(seg(286+i*34, 60, 286+i*34, 150)), p.ground.tint, 8)
			}
		case 2:
			p.stuff(t(d("M 236 120 Q 320 30 404 120 Q 410 240 344 276 L 296 276 Q 230 240 236 120 Z")), c, c, plain)
		case 3:
			p.stuff(t(d("M 290 60 Q 356 60 356 200 L 340 280 L 300 280 Z")), c, c, plain)
		default:
			p.stuff(t(oval(320, 170, 66, 104)), c, c, plain)
			p.flat(t(oval(314, 166, 44, 78)), shade(c, 0.82))
		}
	}
	one(-70, -12, p.of(4))
	one(70, 12, []int{1, 0, 0, 3}[p.of(4)])
}

func pan(p *pen) {
	p.shadow(270, 520, 200)
	if p.shape == 2 { // saucepan
		p.rod(seg(440, 330, 600, 290), shade(p.main, 0.95), 24)
		p.body(d("M 110 270 L 470 270 L 456 500 Q 290 530 124 500 Z"), plain)
		p.tint(oval(290, 270, 182, 40), shade(p.main, 0.75))
		p.trace(oval(290, 270, 182, 40), inks[navy], 9)
		return
	}
	p.rod(seg(430, 270, 600, 130), wood, 28)
	p.stuff(oval(270, 370, 220, 170), inks[black], inks[grey], plain)
	p.tint(oval(270, 356, 188, 140), shade(inks[black], 0.8))
	if p.shape == 1 {
		for i := range 7 {
			a := turn(path{{[]point{{270 + 118, 356}}, false}}, 270, 356, float64(i)*60)[0].at[0]
			if i == 6 {
				a = point{270, 356}
			}
			p.tint(oval(a.x, 356+(a.y-356)*0.76, 44, 34), inks[tallow])
		}
		return
	}
	p.tint(d("M 190 350 Q 200 290 270 300 Q 350 290 350 360 Q 340 420 260 416 Q 190 420 190 350 Z"), paperHi)
	p.tint(oval(268, 352, 38, 32), inks[tallow])
}

func bucket(p *pen) {
	p.shadow(320, 560, 170)
	p.rod(d("M 140 210 Q 320 -60 500 210"), steel, 8)
	p.rod(seg(284, 76, 356, 76), wood, 20)
	p.body(d("M 130 200 L 510 200 L 450 550 Q 320 570 190 550 Z"), plain)
	p.tint(oval(320, 200, 190, 40), shade(p.main, 0.75))
	p.trace(d("M 146 280 Q 320 320 496 280"), p.mate, 8)
	p.trace(d("M 178 480 Q 320 510 462 480"), p.mate, 8)
}

func tray(p *pen) {
	p.shadow(320, 460, 250)
	if p.shape == 2 && p.main == inks[grey] { // letter tray
		for i := 0.0; i < 3; i++ {
			y := 460 - i*130
			p.flat(d("M 110 0 L 530 0 L 480 -70 L 160 -70 Z").shift(0, y), paperHi)
			p.trace(d("M 80 0 L 560 0 L 500 -90 L 140 -90 Z").shift(0, y), p.ink, 6)
			p.rod(seg(86, y, 86, y-110), p.main, 8)
			p.rod(seg(554, y, 554, y-110), p.main, 8)
		}
		return
	}
	p.rod(d("M 70 300 Q 30 330 70 390"), p.main, 14)
	p.rod(d("M 570 300 Q 610 330 570 390"), p.main, 14)
	p.body(oval(320, 350, 265, 150), plain)
	p.tint(oval(320, 338, 236, 122), pale(p.main, 0.75))
	for i := -2.0; i < 3; i++ {
		p.trace(d("M 120 338 Q 320 350 520 338").shift(0, i*34), shade(p.main, 0.85), 2.5)
	}
	p.tint(d("M 250 230 L 330 230 L 320 330 L 260 330 Z"), glass)
	p.tint(d("M 350 250 L 430 250 L 420 350 L 360 350 Z"), glass)
	p.flat(d("M 258 280 L 322 280 L 318 326 L 262 326 Z"), inks[tallow])
	p.flat(d("M 358 300 L 422 300 L 418 346 L 362 346 Z"), inks[brick])
}

func tagine(p *pen) {
	p.shadow(320, 540, 240)
	p.body(d("M 80 440 L 560 440 Q 540 540 320 544 Q 100 540 80 440 Z"), plain)
	p.body(d("M 120 440 Q 220 380 276 160 L 364 160 Q 420 380 520 440 Z"), plain)
	p.tint(d("M 270 160 Q 250 90 320 84 Q 390 90 370 160 Z"), p.main)
	p.trace(d("M 226 310 Q 320 340 414 310"), p.mate, 8)
	p.trace(d("M 176 400 Q 320 436 464 400"), p.mate, 8)
}

func butterDish(p *pen) {
	p.shadow(320, 510, 240)
	p.tint(d("M 70 450 L 570 450 Q 556 510 520 512 L 120 512 Q 84 510 70 450 Z"), shade(p.main, 0.93))
	p.body(d("M 130 450 L 140 300 Q 146 270 180 266 L 460 266 Q 494 270 500 300 L 510 450 Z"), plain)
	p.trace(d("M 138 420 L 502 420"), p.mate, 8)
	p.tint(d("M 230 266 Q 220 190 290 190 L 370 196 Q 400 180 424 200 L 440 236 L 410 246 L 400 266 Z"), paperHi)
	p.flat(oval(300, 220, 26, 18), inks[black])
	p.flat(oval(356, 236, 16, 12), inks[black])
}

func rollingPin(p *pen) {
	p.shadow(320, 470, 250)
	t := func(q path) path { return turn(q, 320, 340, -24) }
	p.tint(t(box(40, 320, 90, 40, 18)), shade(wood, 0.85))
	p.tint(t(box(510, 320, 90, 40, 18)), shade(wood, 0.85))
	p.stuff(t(box(120, 286, 400, 108, 26)), wood, wood, plain)
	p.trace(t(seg(150, 320, 480, 320)), shade(wood, 0.8), 3)
	p.trace(t(seg(170, 356, 500, 356)), shade(wood, 0.8), 3)
}

func eggCups(p *pen) {
	for i, q := range []point{{180, 430}, {320, 480}, {460, 430}} {
		p.shadow(q.x, q.y+100, 80)
		p.tint(oval(q.x, q.y-80, 56, 74), []color.RGBA{inks[sand], paperHi, inks[terracotta]}[i])
		p.stuff(move(d("M -70 -70 L 70 -70 Q 66 10 20 20 L 20 60 L 60 96 L -60 96 L -20 60 L -20 20 Q -66 10 -70 -70 Z"), q.x, q.y), wood, p.main, border)
	}
}

func dripper(p *pen) {
	p.shadow(320, 570, 200)
	p.rod(seg(150, 560, 150, 140), p.main, 22)
	p.rod(seg(140, 150, 480, 150), p.main, 22)
	p.tint(box(110, 540, 420, 32, 6), p.main)
	p.tint(d("M 240 150 L 440 150 L 350 360 L 330 360 Z"), inks[sand])
	p.flat(d("M 290 270 L 390 270 L 350 356 L 330 356 Z"), inks[brown])
	p.trace(seg(340, 364, 340, 420), inks[brown], 6)
	p.tint(d("M 280 430 L 400 430 L 390 540 L 290 540 Z"), paperHi)
	p.rod(d("M 398 450 Q 450 450 440 490 Q 430 520 394 514"), paperHi, 10)
}
