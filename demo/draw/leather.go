package draw

var leather = map[string]func(*pen){
	"shoes": shoes, "espadrille": espadrille, "sandal": sandal, "boot": boot, "slipper": slipper,
	"bag": bag, "bag-tote": tote, "backpack": backpack, "wallet": wallet, "belt": belt,
	"pouch": pouch, "keyring": keyring, "pouf": pouf,
}

// pair draws a shoe twice, the second in front and lower.
func pair(p *pen, one func(dx, dy float64)) {
	p.shadow(320, 500, 250)
	one(40, -70)
	one(-30, 40)
}

func shoes(p *pen) {
	k := p.of(5)
	sole := []int{brown, black, sand, brown, white}[k]
	pair(p, func(x, y float64) {
		m := func(s string) path { return move(d(s), x, y) }
		p.tint(m("M 100 430 L 540 430 Q 552 460 536 466 L 340 466 L 330 458 L 250 458 L 244 470 L 108 470 Q 96 450 100 430 Z"), inks[sole])
		p.body(m("M 104 432 Q 96 330 116 296 Q 160 312 250 290 Q 330 300 372 340 Q 420 372 500 384 Q 548 396 542 432 Z"), plain)
		p.tint(m("M 116 296 Q 160 312 250 290 L 262 306 Q 180 336 112 318 Z"), shade(p.main, 0.7))
		switch k {
		case 3:
			p.tint(m("M 330 372 Q 360 330 400 350 L 410 380 Q 360 372 340 412 Z"), shade(p.main, 0.85))
			p.line(m("M 300 420 Q 320 350 400 356"), 3)
		case 4:
			p.tint(m("M 100 416 L 544 416 Q 552 460 536 466 L 108 466 Z"), paperHi)
			p.tint(m("M 104 420 Q 98 340 112 310 L 168 318 Q 160 380 172 420 Z"), p.mate)
		default:
			p.line(m("M 250 430 Q 246 350 290 304"), 3)
			p.line(m("M 420 372 Q 400 400 412 432"), 3)
		}
		if k != 3 {
			for i := 0.0; i < 4; i++ {
				p.trace(move(seg(288+i*26, 312+i*11, 268+i*26, 344+i*10), x, y), paperHi, 6)
			}
		}
		if k == 1 {
			for i := 0.0; i < 6; i++ {
				p.flat(oval(436+i*14+x, 394+i*3+y, 3, 3), p.ink)
			}
		}
	})
}

func espadrille(p *pen) {
	k := p.shape
	wedge := k == 1 && p.main != inks[brick]
	pair(p, func(x, y float64) {
		m := func(s string) path { return move(d(s), x, y) }
		if wedge {
			p.stuff(m("M 100 330 L 140 480 L 300 480 Q 420 440 540 470 Q 560 440 530 416 L 300 410 Z"), inks[sand], inks[brown], stripe)
			p.rod(m("M 150 320 Q 120 230 200 200"), p.main, 10)
			p.rod(m("M 150 320 Q 220 240 250 190"), p.main, 10)
		} else {
			p.stuff(m("M 96 420 Q 320 440 544 420 L 540 462 Q 320 480 100 462 Z"), inks[sand], inks[brown], stripe)
		}
		p.body(m("M 100 424 Q 84 360 108 330 Q 180 350 262 328 Q 330 330 400 360 Q 530 380 544 424 Q 320 444 100 424 Z"), k%8)
		p.flat(m("M 116 336 Q 180 352 258 334 Q 280 350 270 366 Q 180 384 110 360 Z"), shade(p.main, 0.62))
	})
}

func sandal(p *pen) {
	k := p.of(3)
	sole := inks[brown]
	if k == 2 {
		sole = wood
	}
	p.shadow(320, 540, 220)
	for _, x := range []float64{-100, 100} {
		m := func(s string) path { return move(d(s), x, 0) }
		p.tint(m("M 320 90 Q 400 96 404 230 Q 386 330 402 440 Q 400 548 320 550 Q 240 548 238 440 Q 254 330 236 230 Q 240 96 320 90 Z"), sole)
		p.flat(m("M 320 106 Q 386 110 388 230 Q 370 330 386 440 Q 384 532 320 534 Q 256 532 254 440 Q 270 330 252 230 Q 254 110 320 106 Z"), pale(sole, 0.55))
		switch k {
		case 0:
			p.tint(m("M 236 190 L 404 240 L 398 300 L 240 250 Z"), p.main)
			p.tint(m("M 404 190 L 236 240 L 242 300 L 400 250 Z"), shade(p.main, 0.92))
		case 1:
			p.body(m("M 232 160 Q 320 90 408 160 L 402 280 Q 320 250 238 280 Z"), plain)
		default:
			p.body(m("M 230 170 Q 320 130 410 170 L 402 330 Q 320 300 238 330 Z"), plain)
			for y := 190.0; y < 320; y += 30 {
				p.flat(oval(244+x, y, 4, 4), brass)
				p.flat(oval(396+x, y, 4, 4), brass)
			}
		}
		p.tint(m("M 242 410 Q 320 380 398 410 L 400 440 Q 320 412 240 440 Z"), p.main)
		p.tint(move(box(300, 388, 34, 26, 3), x+60, 8), brass)
	}
}

func boot(p *pen) {
	k := p.of(3)
	pair(p, func(x, y float64) {
		y -= 10
		m := func(s string) path { return move(d(s), x, y) }
		p.tint(m("M 150 452 L 540 452 L 536 484 L 330 484 L 322 472 L 260 472 L 256 490 L 156 490 Z"), inks[black])
		p.body(m("M 156 454 Q 150 300 166 170 L 320 164 Q 322 260 352 320 Q 400 372 500 392 Q 548 410 542 454 Z"), plain)
		switch k {
		case 0:
			p.tint(m("M 226 170 L 276 168 L 262 330 Q 244 340 232 330 Z"), inks[black])
			p.rod(m("M 168 168 L 168 140 L 184 140 L 184 168"), p.mate, 6)
		case 1:
			for i := 0.0; i < 6; i++ {
				p.trace(move(seg(296+i*9, 190+i*32, 330+i*10, 184+i*33), x, y), inks[sand], 7)
			}
			p.line(m("M 290 170 Q 290 330 330 380"), 3)
		default:
			p.tint(m("M 164 166 L 322 160 L 324 196 L 162 202 Z"), p.mate)
			p.line(m("M 160 430 Q 360 424 542 432"), 3)
		}
	})
}

func slipper(p *pen) {
	pair(p, func(x, y float64) {
		m := func(s string) path { return move(d(s), x, y) }
		p.tint(m("M 90 430 Q 80 400 120 396 L 520 396 Q 570 390 556 436 Q 540 456 320 456 Q 100 460 90 430 Z"), inks[brown])
		p.tint(m("M 96 424 Q 100 390 200 388 L 330 400 L 300 430 Z"), pale(p.main, 0.4))
		p.body(m("M 280 432 Q 270 330 340 318 Q 430 320 500 376 Q 566 380 556 432 Z"), plain)
		p.trace(m("M 306 340 Q 296 390 304 428"), p.mate, 8)
	})
}

func bag(p *pen) {
	p.shadow(320, 556, 210)
	strap := func(s string) { p.rod(d(s), shade(p.main, 0.8), 14) }
	switch p.of(6) {
	case 1: // bucket
		strap("M 210 230 Q 320 10 430 230")
		p.body(d("M 186 220 L 454 220 L 480 540 Q 320 570 160 540 Z"), plain)
		p.rod(d("M 186 256 L 454 256"), p.mate, 8)
		p.rod(d("M 320 256 Q 300 320 280 350"), p.mate, 8)
		p.rod(d("M 320 256 Q 340 320 360 350"), p.mate, 8)
	case 2: // half moon
		strap("M 120 290 Q 320 -40 520 290")
		p.body(d("M 100 280 L 540 280 Q 540 540 320 540 Q 100 540 100 280 Z"), plain)
		p.tint(d("M 100 280 L 540 280 Q 530 400 320 404 Q 110 400 100 280 Z"), shade(p.main, 0.93))
		p.tint(box(296, 380, 48, 50, 6), brass)
	case 3: // briefcase
		strap("M 260 210 L 260 160 L 380 160 L 380 210")
		p.body(box(100, 210, 440, 330, 16), plain)
		p.tint(d("M 100 226 Q 100 210 116 210 L 524 210 Q 540 210 540 226 L 540 370 Q 320 420 100 370 Z"), shade(p.main, 0.93))
		for _, x := range []float64{200, 410} {
			p.tint(box(x, 230, 30, 200, 4), shade(p.main, 0.8))
			p.tint(box(x-5, 380, 40, 34, 4), brass)
		}
	case 5: // weekend bag
		strap("M 210 300 Q 220 110 320 110 Q 420 110 430 300")
		p.body(d("M 90 300 Q 96 240 160 236 L 480 236 Q 544 240 550 300 L 560 520 Q 540 548 320 548 Q 100 548 80 520 Z"), plain)
		p.rod(d("M 130 246 L 510 246"), brass, 6)
		p.tint(d("M 200 300 L 230 300 L 230 546 L 200 546 Z"), shade(p.main, 0.8))
		p.tint(d("M 410 300 L 440 300 L 440 546 L 410 546 Z"), shade(p.main, 0.8))
	default: // satchel
		strap("M 130 250 Q 320 -60 510 250")
		p.body(box(120, 230, 400, 310, 26), p.shape/4*print)
		p.stuff(d("M 114 236 Q 120 210 150 210 L 490 210 Q 520 210 526 236 L 526 380 Q 500 430 320 430 Q 140 430 114 380 Z"), shade(p.main, 0.94), p.mate, p.shape/4*print)
		p.tint(box(196, 350, 26, 110, 4), shade(p.main, 0.8))
		p.tint(box(418, 350, 26, 110, 4), shade(p.main, 0.8))
		p.tint(box(190, 420, 38, 28, 3), brass)
		p.tint(box(412, 420, 38, 28, 3), brass)
	}
}

func tote(p *pen) {
	p.shadow(320, 570, 200)
	p.rod(d("M 230 250 Q 230 80 320 80 Q 410 80 410 250"), p.mate, 18)
	p.body(d("M 136 220 L 504 220 L 524 560 L 116 560 Z"), p.of(8))
	p.line(d("M 134 250 L 506 250"), 3)
	if p.shape == print {
		p.tint(oval(320, 360, 80, 70), p.mate)
		p.rod(seg(320, 400, 320, 500), inks[brown], 14)
	}
}

func backpack(p *pen) {
	p.shadow(320, 572, 190)
	if p.shape == 1 { // a pair of panniers
		for _, x := range []float64{90, 340} {
			p.body(box(x, 200, 210, 350, 20), plain)
			p.tint(box(x-6, 190, 222, 150, 16), shade(p.main, 0.9))
			p.tint(box(x+40, 300, 20, 90, 3), p.mate)
			p.tint(box(x+150, 300, 20, 90, 3), p.mate)
		}
		p.rod(seg(220, 200, 420, 200), inks[black], 18)
		return
	}
	p.rod(d("M 280 130 Q 320 70 360 130"), shade(p.main, 0.8), 14)
	p.body(d("M 176 200 Q 176 120 260 116 L 380 116 Q 464 120 464 200 L 480 540 Q 320 576 160 540 Z"), plain)
	p.tint(box(156, 120, 328, 110, 30), shade(p.main, 0.9))
	p.tint(box(204, 360, 232, 160, 18), shade(p.main, 0.93))
	p.tint(box(230, 210, 24, 130, 3), p.mate)
	p.tint(box(386, 210, 24, 130, 3), p.mate)
	p.tint(box(224, 300, 36, 26, 3), brass)
	p.tint(box(380, 300, 36, 26, 3), brass)
}

func wallet(p *pen) {
	p.shadow(320, 500, 210)
	switch p.of(3) {
	case 1:
		p.body(box(90, 220, 460, 260, 28), plain)
		p.rod(box(108, 238, 424, 224, 18), brass, 4)
		p.rod(seg(530, 240, 560, 300), p.mate, 10)
	case 2:
		p.body(d("M 140 300 Q 150 130 320 130 Q 490 130 500 300 L 500 420 Q 490 490 320 490 Q 150 490 140 420 Z"), plain)
		p.tint(d("M 140 300 Q 320 420 500 300 L 500 330 Q 320 460 140 330 Z"), shade(p.main, 0.85))
		p.tint(oval(320, 390, 16, 16), brass)
	default:
		p.tint(box(150, 150, 330, 120, 8), sandPaper)
		p.tint(box(170, 176, 330, 120, 8), pale(p.mate, 0.7))
		p.body(box(120, 220, 400, 270, 18), plain)
		p.trace(box(136, 236, 368, 238, 10), p.mate, 3)
		p.line(seg(320, 220, 320, 490), 3)
	}
}

var sandPaper = rgb(0xefe6cf)

func belt(p *pen) {
	p.shadow(320, 540, 220)
	for r := 190.0; r > 60; r -= 44 {
		p.rod(oval(320, 350, r, r*0.9), shade(p.main, 0.8+r/950), 34)
		if k := p.of(4); k > 0 {
			for a := 0.0; a < 360; a += 20 {
				p.trace(arc(320, 350, r, r*0.9, a, a+[]float64{0, 11, 6, 14}[k]), p.mate, 9)
			}
		}
	}
	p.rod(d("M 500 330 L 530 120 L 470 100"), p.main, 34)
	p.tint(box(420, 76, 84, 66, 10), brass)
	p.flat(box(436, 92, 52, 34, 4), p.ground.tint)
	p.rod(seg(428, 109, 494, 109), steel, 5)
}

func pouch(p *pen) {
	p.shadow(320, 560, 180)
	if p.shape == 2 || p.shape == 0 {
		p.body(d("M 190 260 Q 120 400 150 520 Q 320 580 490 520 Q 520 400 450 260 Z"), p.of(8))
		p.body(d("M 176 170 Q 320 130 464 170 Q 450 230 450 262 L 190 262 Q 190 230 176 170 Z"), p.of(8))
		p.rod(d("M 186 258 L 454 258"), p.mate, 12)
		p.rod(d("M 450 258 Q 520 300 500 380"), p.mate, 8)
		return
	}
	p.body(box(110, 220, 420, 300, 30), p.of(8))
	p.rod(seg(126, 250, 500, 250), brass, 7)
	p.rod(seg(500, 250, 560, 300), p.mate, 12)
}

func keyring(p *pen) {
	p.shadow(320, 560, 120)
	p.rod(oval(320, 170, 76, 76), steel, 14)
	p.rod(d("M 320 250 Q 280 320 320 370 Q 360 420 320 500"), p.main, 40)
	for y := 270.0; y < 500; y += 34 {
		p.trace(d("M 290 300 L 350 330"), p.main, 1)
		p.line(seg(296, y, 344, y+24), 4)
	}
	p.tint(box(296, 490, 48, 60, 6), brass)
}

func pouf(p *pen) {
	p.shadow(320, 520, 240)
	p.body(d("M 90 330 Q 90 210 320 204 Q 550 210 550 330 L 540 450 Q 500 530 320 534 Q 140 530 100 450 Z"), p.of(8))
	p.tint(oval(320, 276, 200, 70), shade(p.main, 0.96))
	for a := 0.0; a < 360; a += 45 {
		p.trace(turnFlat(320, 276, 30, 194, a), p.mate, 5)
	}
	p.tint(oval(320, 276, 46, 16), p.mate)
	for x := 150.0; x <= 500; x += 85 {
		p.line(seg(x, 356-0.0012*(x-320)*(x-320), x+(320-x)*0.1, 500), 3)
	}
}

// turnFlat is a spoke on a flattened circle from radius r0 to r1.
func turnFlat(cx, cy, r0, r1, a float64) path {
	s := turn(seg(cx+r0, cy, cx+r1, cy), cx, cy, a)
	for i := range s[0].at {
		s[0].at[i].y = cy + (s[0].at[i].y-cy)*0.35
	}
	return s
}
