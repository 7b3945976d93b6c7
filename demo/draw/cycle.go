package draw

import "math"

var cycle = map[string]func(*pen){
	"chain": chain, "gear": gear, "saddle": saddle, "bell": bell, "bike-lamp": bikeLamp,
	"wheel": wheel, "tube": tube, "pedal": pedal, "grip": grips, "pump": pump,
}

func chain(p *pen) {
	p.shadow(320, 540, 230)
	n := 26
	at := make([]point, n)
	for i := range at {
		a := 2 * math.Pi * float64(i) / float64(n)
		at[i] = point{320 + 215*math.Cos(a), 330 + 165*math.Sin(a) + 26*math.Sin(3*a)}
	}
	for i, q := range at {
		o := at[(i+1)%n]
		c := p.main
		if i%2 == 0 {
			c = shade(steel, 0.95)
		}
		p.rod(seg(q.x, q.y, o.x, o.y), c, 22)
	}
	for _, q := range at {
		p.tint(oval(q.x, q.y, 9, 9), pale(p.main, 0.5))
	}
}

func gear(p *pen) {
	p.shadow(320, 570, 190)
	teeth := 18
	if p.shape == 1 {
		teeth = 34
	}
	var at []point
	for i := range teeth * 4 {
		r := 220.0
		if i%4 < 2 {
			r = 246
		}
		s, c := math.Sincos(2 * math.Pi * (float64(i) + 0.5) / float64(teeth*4))
		at = append(at, point{320 + r*c, 330 + r*s})
	}
	p.body(path{{at, true}}, plain)
	p.tint(oval(320, 330, 170, 170), p.ground.tint)
	for a := 0.0; a < 360; a += 72 {
		p.rod(turn(seg(370, 330, 500, 330), 320, 330, a), p.main, 40)
		p.tint(turn(oval(480, 330, 12, 12), 320, 330, a), inks[black])
	}
	p.tint(oval(320, 330, 80, 80), p.main)
	p.tint(oval(320, 330, 40, 40), p.ground.tint)
}

func saddle(p *pen) {
	p.shadow(320, 560, 190)
	if p.shape != 3 {
		p.rod(d("M 150 330 Q 320 440 520 330"), steel, 10)
		p.rod(seg(300, 380, 300, 560), steel, 24)
		for _, x := range []float64{420, 470} {
			for y := 330.0; y < 420; y += 16 {
				p.rod(oval(x, y, 22, 9), steel, 6)
			}
		}
	}
	p.body(d("M 60 280 Q 80 240 160 250 Q 300 260 380 190 Q 500 130 570 200 Q 590 300 540 350 Q 460 370 400 320 Q 240 340 110 320 Q 60 310 60 280 Z"), min(3, p.shape)%4/3*dots)
	p.trace(d("M 110 286 Q 300 300 420 240 Q 500 210 540 250"), p.mate, 5)
	if p.shape == 1 {
		for _, q := range []point{{90, 284}, {520, 190}, {552, 230}, {560, 280}, {540, 320}} {
			p.tint(oval(q.x, q.y, 9, 9), brass)
		}
	}
}

func bell(p *pen) {
	p.shadow(320, 560, 190)
	p.rod(seg(60, 520, 580, 520), steel, 34)
	p.tint(box(260, 430, 120, 120, 14), inks[black])
	p.body(d("M 110 400 Q 110 150 320 140 Q 530 150 530 400 Q 320 460 110 400 Z"), plain)
	p.trace(d("M 130 380 Q 320 430 510 380"), p.mate, 6)
	p.trace(d("M 180 320 Q 190 220 260 190"), paperHi, 12)
	if p.shape == 2 {
		for a := 0.0; a < 360; a += 45 {
			p.flat(turn(d("M 320 290 L 308 270 L 320 210 L 332 270 Z"), 320, 290, a), p.mate)
		}
	} else {
		p.tint(oval(320, 146, 20, 16), steel)
	}
	p.rod(seg(500, 420, 590, 370), p.mate, 16)
}

func bikeLamp(p *pen) {
	p.shadow(320, 550, 170)
	if p.shape == 1 {
		p.tint(box(300, 380, 40, 180, 6), inks[black])
		p.body(box(180, 150, 280, 260, 70), plain)
		for i := range 9 {
			p.tint(oval(250+float64(i%3)*70, 210+float64(i/3)*70, 24, 24), pale(p.main, 0.6))
		}
		return
	}
	p.flat(d("M 160 190 L 0 80 L 0 520 L 160 410 Z"), pale(inks[tallow], 0.35))
	p.rod(seg(360, 400, 360, 560), inks[black], 20)
	p.body(d("M 180 170 Q 420 160 540 290 Q 550 330 520 350 Q 400 440 180 430 Z"), plain)
	p.tint(oval(180, 300, 60, 132), pale(inks[tallow], 0.5))
	p.trace(arc(180, 300, 36, 100, 180, 250), paperHi, 8)
}

func wheel(p *pen) {
	p.shadow(320, 590, 180)
	rubber := p.main
	if p.shape == 1 && p.main == inks[grey] {
		rubber = inks[black]
		for a := 0.0; a < 360; a += 15 {
			p.trace(turn(seg(350, 324+8, 530, 330), 320, 330, a), p.ink, 2.6)
		}
	}
	p.stroke(p.place(oval(320, 330, 232, 232)), p.ink, 44)
	p.stroke(p.place(oval(320, 330, 232, 232)), rubber, 36)
	for a := 0.0; a < 360; a += 9 {
		p.trace(turn(seg(320+238, 326, 320+250, 334), 320, 330, a), shade(rubber, 0.7), 4)
	}
	p.trace(oval(320, 330, 222, 222), pale(rubber, 0.6), 4)
	if p.shape == 1 && p.main == inks[grey] {
		p.trace(oval(320, 330, 204, 204), p.main, 14)
		p.tint(oval(320, 330, 44, 44), steel)
		p.tint(oval(320, 330, 14, 14), inks[black])
		return
	}
	p.stroke(p.place(oval(300, 340, 150, 150)), p.ink, 38)
	p.stroke(p.place(oval(300, 340, 150, 150)), rubber, 30)
	p.tint(turn(box(430, 300, 70, 90, 4), 460, 340, 8), paperHi)
}

func tube(p *pen) {
	p.shadow(320, 560, 190)
	for i := 0.0; i < 3; i++ {
		p.rod(oval(320+i*10, 300+i*46, 190-i*6, 110), p.main, 44)
	}
	p.rod(seg(500, 300, 580, 220), brass, 12)
	p.tint(turn(box(560, 190, 34, 44, 6), 576, 214, 45), inks[black])
	p.tint(box(240, 220, 160, 270, 4), p.mate)
	p.label(256, 290, 128, 130, p.main)
}

func pedal(p *pen) {
	for i, q := range []point{{240, 230}, {400, 440}} {
		p.shadow(q.x, q.y+90, 160)
		p.rod(seg(q.x+150, q.y, q.x+200, q.y), steel, 18)
		p.body(box(q.x-150, q.y-80, 300, 160, 14), plain)
		p.tint(box(q.x-110, q.y-52, 220, 40, 4), shade(p.main, 0.75))
		p.tint(box(q.x-110, q.y+14, 220, 40, 4), shade(p.main, 0.75))
		p.tint(box(q.x-30, q.y-78, 60, 20, 3), inks[tallow])
		if i == 0 {
			p.tint(box(q.x-30, q.y+58, 60, 20, 3), inks[tallow])
		}
	}
}

func grips(p *pen) {
	for i := 0.0; i < 2; i++ {
		t := func(q path) path { return turn(q.shift(0, i*170-85), 320, 340, -20) }
		p.shadow(320, 500+i*60, 200)
		p.stuff(t(d("M 110 300 Q 320 270 520 296 L 540 290 L 540 390 L 520 384 Q 320 410 110 380 Z")), inks[sand], inks[brown], stripe)
		p.tint(t(box(86, 290, 60, 100, 12)), p.main)
		p.tint(t(box(500, 284, 50, 112, 12)), p.main)
	}
}

func pump(p *pen) {
	p.shadow(320, 584, 170)
	p.rod(d("M 350 520 Q 520 540 500 330 Q 480 240 440 260"), inks[black], 14)
	p.rod(seg(320, 110, 320, 260), steel, 16)
	p.rod(seg(200, 100, 440, 100), wood, 32)
	p.body(box(286, 230, 68, 320, 8), plain)
	p.rod(seg(200, 566, 440, 566), inks[black], 24)
	p.tint(oval(320, 500, 60, 60), paperHi)
	p.line(seg(320, 500, 350, 470), 5)
	for a := 150.0; a <= 390; a += 30 {
		p.line(turn(seg(364, 500, 372, 500), 320, 500, a), 3)
	}
}
