package draw

import "image/color"

var paper = map[string]func(*pen){
	"notebook": notebook, "pencil": pencil, "pen": fountainPen, "card": card, "wrap": wrap,
	"paper-bag": paperBag, "tape": tape, "scissors": scissors,
}

func notebook(p *pen) {
	p.shadow(330, 560, 200)
	p.tint(box(176, 116, 330, 440, 8), shade(p.main, 0.7))
	p.tint(box(170, 108, 326, 436, 4), paperHi)
	p.body(box(150, 100, 330, 440, 10), p.of(8)%3)
	p.flat(d("M 154 104 L 200 104 L 200 536 L 154 536 Z"), shade(p.main, 0.85))
	if p.pick(2) == 0 {
		p.rod(seg(440, 100, 440, 540), p.mate, 12)
		p.rod(d("M 250 540 L 250 590 L 262 578 L 274 592 L 274 540"), p.mate, 4)
	}
	p.tint(box(250, 190, 150, 84, 4), paperHi)
	p.line(seg(270, 220, 380, 220), 3)
	p.line(seg(270, 246, 350, 246), 3)
}

func pencil(p *pen) {
	n := []float64{6, 5, 6}[p.of(3)]
	p.shadow(320, 560, 220)
	for i := 0.0; i < n; i++ {
		c := p.main
		if p.of(3) == 2 {
			c = inks[[]int{brick, tallow, verdigris, sea, plum, terracotta}[int(i)]]
		}
		t := func(q path) path { return turn(q.shift((i-(n-1)/2)*72, 0), 320+(i-(n-1)/2)*40, 700, (i-(n-1)/2)*3) }
		p.tint(t(d("M 296 200 L 320 110 L 344 200 Z")), wood)
		p.flat(t(d("M 312 144 L 320 112 L 328 144 Z")), c)
		p.stuff(t(box(296, 198, 48, 330, 2)), c, c, plain)
		p.line(t(seg(312, 200, 312, 526)), 2)
		p.line(t(seg(328, 200, 328, 526)), 2)
		p.tint(t(box(296, 520, 48, 36, 8)), p.mate)
	}
}

func fountainPen(p *pen) {
	p.shadow(320, 560, 210)
	for i := -1.0; i < 2; i++ {
		if p.of(3) != 2 && i == -1 {
			continue
		}
		t := func(q path) path { return turn(q.shift(0, i*110), 320, 340+i*110, -24) }
		c := p.main
		if p.of(3) == 2 {
			c = shade(inks[grey], 0.7+0.25*(i+1)/2)
		}
		p.stuff(t(box(190, 312, 300, 50, 24)), c, c, plain)
		p.tint(t(d("M 192 314 L 130 326 L 70 337 L 130 348 L 192 360 Z")), []color.RGBA{steel, brass, inks[black]}[p.of(3)])
		p.line(t(seg(70, 337, 150, 337)), 2.5)
		p.tint(t(box(470, 306, 110, 62, 26)), shade(c, 0.85))
		p.rod(t(seg(480, 300, 560, 300)), brass, 7)
		p.tint(t(box(462, 306, 14, 62, 2)), brass)
	}
	p.trace(d("M 80 540 Q 140 490 180 540 Q 220 590 260 540 Q 300 500 340 540"), p.main, 5)
}

func card(p *pen) {
	p.shadow(330, 540, 220)
	t := turn(box(110, 230, 420, 300, 4), 320, 380, 6)
	p.tint(t, pale(p.mate, 0.6))
	p.line(turn(d("M 110 232 L 320 400 L 530 232"), 320, 380, 6), 4)
	p.tint(box(170, 100, 300, 400, 4), paperHi)
	p.trace(box(186, 116, 268, 368, 0), p.main, 4)
	switch p.pick(3) {
	case 0:
		p.rod(bow(point{260, 420}, point{300, 300}, point{380, 190}), leaf, 5)
		for i := 0.0; i < 4; i++ {
			p.tint(turn(oval(300+i*22, 360-i*46, 40, 14), 280+i*24, 370-i*46, -10), leaf)
			p.tint(turn(oval(250+i*22, 340-i*40, 36, 13), 280+i*24, 370-i*46, -20), p.main)
		}
	case 1:
		p.body(d("M 290 190 L 350 190 Q 340 240 390 300 Q 410 420 320 430 Q 230 420 250 300 Q 300 240 290 190 Z"), print)
	default:
		p.body(d("M 220 320 Q 250 220 330 240 Q 420 250 440 210 Q 430 380 330 400 Q 250 400 240 340 Z"), plain)
		p.flat(oval(270, 290, 7, 7), p.ink)
		p.line(seg(310, 400, 300, 440), 4)
		p.line(seg(340, 400, 336, 440), 4)
		p.tint(d("M 220 320 L 190 330 L 226 340 Z"), inks[tallow])
	}
}

func wrap(p *pen) {
	p.shadow(320, 550, 240)
	k := print
	if p.shape == dots {
		k = dots
	}
	p.body(d("M 150 250 L 560 130 L 600 420 L 220 540 Z"), k)
	p.stuff(turn(box(80, 330, 480, 100, 40), 320, 380, -16), p.main, p.mate, k)
	p.tint(turn(oval(104, 380, 26, 50), 320, 380, -16), paperHi)
	p.tint(turn(oval(104, 380, 12, 26), 320, 380, -16), inks[brown])
	p.tint(turn(box(290, 322, 90, 116, 2), 320, 380, -16), p.mate)
}

func paperBag(p *pen) {
	p.shadow(320, 570, 190)
	p.rod(d("M 250 190 Q 260 60 320 60 Q 380 60 390 190"), p.mate, 9)
	p.body(d("M 160 180 L 430 180 L 430 560 L 160 560 Z"), p.of(8))
	p.tint(d("M 430 180 L 500 210 L 500 530 L 430 560 Z"), shade(p.main, 0.8))
	p.line(d("M 465 196 L 450 380 L 465 546"), 3)
	p.tint(turn(box(240, 300, 110, 130, 4), 295, 360, 0), paperHi)
	p.flat(oval(295, 355, 30, 30), p.main)
}

func tape(p *pen) {
	for i, q := range []point{{200, 240}, {420, 220}, {310, 330}, {190, 440}, {430, 430}} {
		c := []color.RGBA{p.main, p.mate, inks[tallow], inks[rose], inks[sea]}[i]
		p.shadow(q.x, q.y+88, 90)
		p.stuff(d("M -90 0 L 90 0 L 90 50 Q 0 100 -90 50 Z").shift(q.x, q.y), c, paperHi, i%4)
		p.tint(oval(q.x, q.y, 90, 44), pale(c, 0.6))
		p.tint(oval(q.x, q.y, 54, 26), wood)
		p.tint(oval(q.x, q.y+3, 42, 18), p.ground.shadow)
	}
}

func scissors(p *pen) {
	p.shadow(320, 580, 150)
	p.stuff(d("M 300 330 L 220 60 Q 300 120 344 310 Z"), steel, steel, plain)
	p.stuff(d("M 340 330 L 420 60 Q 340 120 296 310 Z"), steel, steel, plain)
	p.rod(d("M 330 320 Q 270 390 230 400"), p.main, 24)
	p.rod(d("M 310 320 Q 370 390 410 400"), p.main, 24)
	p.rod(turn(oval(200, 480, 58, 84), 200, 480, 20), p.main, 26)
	p.rod(turn(oval(440, 480, 58, 84), 440, 480, -20), p.main, 26)
	p.tint(oval(320, 320, 13, 13), brass)
}
