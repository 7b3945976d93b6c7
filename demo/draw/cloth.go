package draw

var cloth = map[string]func(*pen){
	"towel": towel, "bedding": bedding, "blanket": blanket, "quilt": quilt, "cushion": cushion,
	"curtain": curtain, "cloth": foldedCloth, "cloth-roll": clothRoll, "tablecloth": tablecloth,
	"rug": rug, "mat": mat,
}

func towel(p *pen) {
	p.shadow(320, 560, 220)
	for i := 0.0; i < 3; i++ {
		y := 400 - i*120
		c, o := p.main, p.mate
		if i == 1 {
			c = pale(p.main, 0.75)
		}
		p.stuff(box(110+i*8, y, 420-i*16, 140, 52), c, o, plain)
		p.trace(move(d("M 140 70 Q 330 86 500 66"), 0, y), p.ink, 3)
		if p.shape != 0 || i == 2 {
			p.flat(box(430, y+6, 34, 128, 0), o)
			p.line(seg(430, y+4, 430, y+136), 2)
			p.line(seg(464, y+4, 464, y+136), 2)
		}
	}
}

func bedding(p *pen) {
	k := p.of(8)
	p.shadow(320, 560, 250)
	p.body(box(80, 390, 480, 160, 24), k)
	p.line(d("M 100 446 Q 320 460 556 440"), 3)
	p.line(d("M 100 500 Q 320 514 556 494"), 3)
	p.stuff(d("M 100 290 Q 320 250 540 290 Q 566 330 540 390 Q 320 410 100 390 Q 74 330 100 290 Z"), pale(p.main, 0.6), p.mate, k)
	p.stuff(d("M 150 200 Q 320 160 490 200 Q 514 240 490 286 Q 320 306 150 286 Q 126 240 150 200 Z"), paperHi, p.main, stripe*min(1, k))
}

func blanket(p *pen) {
	k := p.of(8)
	p.shadow(320, 566, 220)
	p.body(box(110, 150, 420, 300, 14), k)
	p.body(d("M 110 280 L 530 250 L 530 520 L 110 540 Z"), k)
	p.line(d("M 110 280 L 530 250"), 3)
	for x := 118.0; x < 530; x += 16 {
		y := 540 - (x-110)*20/420
		p.line(seg(x, y, x-2, y+28), 3)
	}
}

func quilt(p *pen) {
	p.shadow(320, 566, 240)
	p.body(d("M 90 170 Q 320 140 550 170 L 556 540 Q 320 570 84 540 Z"), p.of(8))
	for i := 1.0; i < 6; i++ {
		p.trace(seg(90+i*77, 164, 86+i*78, 548), shade(p.main, 0.75), 2)
		p.trace(seg(88, 164+i*64, 552, 160+i*64), shade(p.main, 0.75), 2)
	}
	p.stuff(d("M 550 172 L 556 360 L 380 150 Q 470 156 550 172 Z"), pale(p.mate, 0.8), p.main, dots)
}

func cushion(p *pen) {
	p.shadow(320, 556, 210)
	p.body(d("M 110 140 Q 320 176 530 140 Q 500 350 530 548 Q 320 516 110 548 Q 140 350 110 140 Z"), p.of(8))
	p.trace(d("M 136 166 Q 320 196 504 166 Q 478 350 504 522 Q 320 492 136 522 Q 162 350 136 166 Z"), shade(p.main, 0.7), 3)
	for _, q := range []point{{110, 140}, {530, 140}, {110, 548}, {530, 548}} {
		p.tint(oval(q.x, q.y, 12, 12), p.mate)
	}
}

func curtain(p *pen) {
	p.rod(seg(80, 110, 560, 110), wood, 14)
	p.tint(oval(76, 110, 18, 18), wood)
	p.tint(oval(564, 110, 18, 18), wood)
	for _, s := range []string{"M 100 120 L 300 120 Q 290 330 200 380 Q 260 460 250 570 L 100 570 Z", "M 540 120 L 340 120 Q 350 330 440 380 Q 380 460 390 570 L 540 570 Z"} {
		p.body(d(s), p.of(8))
	}
	for x := 130.0; x < 290; x += 40 {
		p.line(seg(x, 126, x-10, 340), 2.5)
		p.line(seg(640-x, 126, 650-x, 340), 2.5)
		p.line(seg(x-16, 400, x-20, 566), 2.5)
		p.line(seg(656-x, 400, 660-x, 566), 2.5)
	}
	p.rod(seg(104, 376, 206, 384), p.mate, 16)
	p.rod(seg(536, 376, 434, 384), p.mate, 16)
}

func foldedCloth(p *pen) {
	k := p.of(8)
	p.shadow(320, 560, 190)
	p.rod(d("M 300 150 Q 320 90 340 150"), p.mate, 6)
	p.body(d("M 170 140 L 470 140 L 486 546 L 154 546 Z"), k)
	p.line(seg(270, 142, 262, 544), 3)
	p.line(seg(372, 142, 380, 544), 3)
	p.trace(seg(156, 500, 484, 500), p.mate, 10)
	p.trace(seg(156, 520, 484, 520), p.mate, 4)
}

func clothRoll(p *pen) {
	p.shadow(330, 548, 240)
	p.body(d("M 120 330 L 520 210 L 560 360 L 160 480 Z"), p.of(8))
	p.body(d("M 160 480 L 560 360 L 590 500 L 300 560 Z"), p.of(8))
	p.tint(turn(oval(140, 405, 40, 80), 140, 405, -16), shade(p.main, 0.92))
	for r := 60.0; r > 12; r -= 16 {
		p.trace(turn(oval(140, 405, r*0.5, r), 140, 405, -16), p.ink, 2.5)
	}
	p.tint(turn(oval(140, 405, 9, 17), 140, 405, -16), inks[brown])
}

func tablecloth(p *pen) {
	k := p.of(8)
	for _, x := range []float64{130, 500} {
		p.rod(seg(x, 420, x, 580), wood, 16)
	}
	p.shadow(320, 580, 230)
	p.body(d("M 60 240 L 150 190 L 490 190 L 580 240 L 590 440 Q 520 480 470 440 Q 400 490 320 446 Q 240 490 170 440 Q 110 480 50 440 Z"), k)
	p.tint(d("M 60 240 L 150 190 L 490 190 L 580 240 Z"), pale(p.main, 0.8))
	p.trace(d("M 60 244 L 580 244"), p.mate, 5)
	p.tint(d("M 290 130 L 350 130 L 340 216 L 300 216 Z"), p.mate)
	p.rod(d("M 320 130 Q 310 100 290 90"), leaf, 6)
	p.rod(d("M 320 130 Q 330 90 350 80"), leaf, 6)
}

func rug(p *pen) {
	k := p.shape
	if k == 8 { // round, braided
		p.shadow(320, 400, 250)
		for r := 250.0; r > 10; r -= 26 {
			c := p.main
			if int(r/26)%3 == 1 {
				c = p.mate
			}
			p.tint(oval(320, 340, r, r*0.86), c)
		}
		return
	}
	if k == 9 { // a skin
		p.shadow(320, 560, 150)
		p.body(d("M 320 80 Q 390 90 384 160 Q 470 140 490 190 Q 470 240 430 260 Q 450 380 430 460 Q 480 520 440 556 Q 390 550 370 520 Q 320 560 270 520 Q 250 550 200 556 Q 160 520 210 460 Q 190 380 210 260 Q 170 240 150 190 Q 170 140 256 160 Q 250 90 320 80 Z"), plain)
		for y := 190.0; y < 500; y += 40 {
			p.trace(move(d("M 260 0 Q 275 16 290 0 Q 305 16 320 0 Q 335 16 350 0 Q 365 16 380 0"), 0, y), shade(p.main, 0.8), 3)
		}
		return
	}
	for x := 150.0; x < 495; x += 14 {
		p.line(seg(x, 92, x, 116), 2.5)
		p.line(seg(x, 560, x, 584), 2.5)
	}
	if k == 0 {
		k = diamond
	}
	p.stuff(box(140, 114, 360, 448, 4), p.main, p.mate, k%8)
	p.line(box(160, 134, 320, 408, 0), 4)
	p.trace(box(172, 146, 296, 384, 0), p.mate, 8)
	if k == 4 || k == 5 || k == 2 {
		for i, y := 0, 190.0; y < 520; i, y = i+1, y+66 {
			c := []int{brick, sea, tallow, verdigris, rose}[(i+p.pick(5))%5]
			p.tint(turn(box(220+float64(i%2)*120, y, 56, 56, 0), 248+float64(i%2)*120, y+28, 45), inks[c])
		}
	}
}

func mat(p *pen) {
	if p.shape == 3 {
		p.shadow(320, 380, 240)
		for r := 230.0; r > 12; r -= 23 {
			p.stuff(oval(320, 330, r, r*0.9), p.main, p.mate, plain)
			for a := 0.0; a < 360; a += 18 {
				p.trace(turn(seg(320+r-20, 330, 320+r-4, 330), 320, 330, a+r), shade(p.main, 0.75), 2)
			}
		}
		return
	}
	p.shadow(320, 530, 230)
	p.stuff(d("M 150 200 L 560 170 L 560 470 L 150 520 Z"), p.main, p.mate, []int{stripe, border, check, dots, stripe, border, zigzag, diamond}[p.of(8)])
	p.tint(box(104, 182, 70, 350, 34), p.main)
	for r := 26.0; r > 4; r -= 9 {
		p.line(oval(139, 196, r, r*0.6), 2.5)
	}
	for y := 230.0; y < 510; y += 24 {
		p.trace(seg(108, y, 170, y), shade(p.main, 0.75), 2)
	}
}
