package draw

import "image/color"

var toys = map[string]func(*pen){
	"toy-train": toyTrain, "toy-animal": toyAnimal, "stacker": stacker, "blocks": blocks,
	"game": game, "puzzle": puzzle, "soft-toy": softToy,
}

func wheels(p *pen, y, r float64, xs ...float64) {
	for _, x := range xs {
		p.tint(oval(x, y, r, r), p.mate)
		p.tint(oval(x, y, r*0.3, r*0.3), wood)
	}
}

func toyTrain(p *pen) {
	p.shadow(320, 510, 270)
	switch p.of(3) {
	case 1: // tractor
		p.tint(box(370, 330, 210, 110, 8), p.mate)
		p.rod(seg(300, 440, 400, 440), wood, 12)
		p.body(box(60, 300, 170, 140, 14), plain)
		p.tint(box(90, 220, 22, 90, 4), wood)
		p.body(box(180, 200, 150, 240, 14), plain)
		p.tint(box(210, 226, 92, 84, 6), glass)
		p.tint(oval(475, 320, 70, 40), inks[tallow])
		wheels(p, 460, 46, 110, 430, 530)
		wheels(p, 430, 80, 280)
	case 2: // tram, van
		p.body(box(90, 180, 460, 280, 34), plain)
		p.flat(box(94, 330, 452, 30, 0), p.mate)
		for x := 120.0; x < 500; x += 105 {
			p.tint(box(x, 216, 86, 96, 8), glass)
		}
		p.rod(d("M 280 180 L 320 110 L 360 180"), wood, 8)
		p.line(seg(240, 110, 400, 110), 5)
		wheels(p, 470, 46, 180, 460)
	default: // train
		p.rod(seg(250, 430, 330, 430), wood, 10)
		p.body(box(60, 320, 190, 110, 20), plain)
		p.body(box(160, 200, 110, 230, 8), plain)
		p.tint(box(180, 230, 70, 70, 6), glass)
		p.tint(box(140, 180, 150, 30, 8), p.mate)
		p.tint(box(86, 230, 40, 96, 6), p.mate)
		p.tint(box(330, 330, 120, 100, 6), inks[tallow])
		p.tint(box(480, 330, 110, 100, 6), inks[verdigris])
		p.rod(seg(450, 430, 480, 430), wood, 10)
		for i := 0.0; i < 3; i++ {
			p.tint(oval(356+i*34, 320, 20, 20), wood)
			p.tint(box(492+i*30, 300, 26, 40, 3), inks[brick])
		}
		wheels(p, 460, 36, 100, 220, 360, 420, 506, 566)
	}
}

func toyAnimal(p *pen) {
	switch p.of(4) {
	case 1: // snail
		p.shadow(320, 500, 240)
		p.stuff(d("M 80 440 Q 70 280 110 270 Q 160 280 150 380 L 540 400 Q 580 420 560 456 L 100 456 Z"), wood, wood, plain)
		p.body(oval(360, 310, 150, 150), plain)
		for r := 118.0; r > 20; r -= 32 {
			p.trace(arc(360, 310, r, r, 20, 330), p.mate, 10)
		}
		p.rod(seg(110, 280, 90, 200), wood, 8)
		p.flat(oval(112, 310, 7, 7), p.ink)
		wheels(p, 470, 36, 170, 480)
	case 2: // rocking horse
		p.rod(d("M 70 500 Q 320 620 570 500"), p.main, 24)
		p.rod(seg(220, 400, 190, 540), p.main, 24)
		p.rod(seg(420, 400, 450, 540), p.main, 24)
		p.body(d("M 150 190 L 90 240 L 110 280 L 180 270 Q 190 400 260 410 L 450 410 Q 500 380 480 300 L 300 290 Q 270 180 210 140 Z"), plain)
		p.rod(d("M 220 150 Q 290 180 300 280"), p.mate, 26)
		p.rod(d("M 480 320 Q 560 340 550 420"), p.mate, 18)
		p.flat(oval(168, 214, 8, 8), p.ink)
		p.tint(d("M 320 280 L 440 284 L 430 330 L 330 326 Z"), inks[brick])
	case 3: // jumping jack
		for _, x := range []float64{-1, 1} {
			p.rod(seg(320+x*70, 290, 320+x*170, 220), inks[brown], 34)
			p.rod(seg(320+x*40, 450, 320+x*90, 570), inks[brown], 34)
		}
		p.tint(oval(262, 110, 30, 30), inks[brown])
		p.tint(oval(378, 110, 30, 30), inks[brown])
		p.body(box(240, 240, 160, 220, 40), plain)
		p.tint(oval(320, 170, 90, 84), inks[brown])
		p.tint(oval(320, 196, 40, 30), inks[sand])
		p.flat(oval(290, 154, 8, 8), p.ink)
		p.flat(oval(350, 154, 8, 8), p.ink)
		p.flat(oval(320, 186, 12, 8), p.ink)
		p.line(seg(320, 460, 320, 600), 3)
		for y := 280.0; y < 440; y += 50 {
			p.tint(oval(320, y, 9, 9), brass)
		}
	default: // duck
		p.shadow(320, 510, 220)
		p.rod(d("M 130 400 Q 60 440 30 540"), inks[sand], 6)
		p.body(d("M 160 330 Q 130 200 230 170 Q 320 170 320 270 Q 420 310 520 240 Q 550 380 460 440 L 220 440 Q 160 420 160 330 Z"), plain)
		p.tint(d("M 158 240 L 90 260 L 160 284 Z"), inks[terracotta])
		p.flat(oval(220, 230, 10, 10), p.ink)
		p.tint(d("M 300 340 Q 420 320 450 370 Q 390 430 300 340 Z"), p.mate)
		wheels(p, 470, 44, 230, 440)
	}
}

func stacker(p *pen) {
	rainbow := []int{brick, terracotta, tallow, mint, verdigris, sea, plum}
	p.shadow(320, 530, 250)
	if p.of(2) == 1 {
		p.rod(seg(320, 110, 320, 520), wood, 20)
		for i := range 7 {
			w := 220 - float64(i)*24
			c := blend(p.main, inks[rainbow[6-i]], 0.6)
			p.stuff(box(320-w, 470-float64(i)*52, 2*w, 52, 26), c, c, plain)
		}
		p.tint(oval(320, 110, 40, 40), inks[tallow])
		return
	}
	for i, c := range rainbow {
		r := 250 - float64(i)*34
		arch := arc(320, 510, r, r*1.3, 180, 360)
		arch[0].closed = true
		p.stuff(arch, inks[c], inks[c], plain)
	}
	hole := arc(320, 512, 20, 26, 180, 360)
	hole[0].closed = true
	p.tint(hole, p.ground.tint)
}

func blocks(p *pen) {
	p.shadow(320, 550, 240)
	if p.of(3) == 1 { // houses
		for i := range 5 {
			x, w, h := 50+float64(i)*112, 96.0, 300-float64(i)*44
			c := inks[[]int{brick, tallow, sea, rose, verdigris}[i]]
			p.stuff(path{{[]point{{x, 540}, {x, 540 - h}, {x + w/2, 470 - h}, {x + w, 540 - h}, {x + w, 540}}, true}}, c, c, plain)
			for y := 560 - h; y < 480; y += 50 {
				p.tint(box(x+16, y, 24, 30, 2), paperHi)
				p.tint(box(x+56, y, 24, 30, 2), paperHi)
			}
			p.tint(box(x+34, 496, 28, 44, 8), inks[brown])
		}
		return
	}
	at := []point{{110, 420}, {260, 420}, {410, 420}, {180, 290}, {330, 290}, {255, 160}}
	for i, q := range at {
		var c color.RGBA
		if p.of(3) == 2 || p.main != inks[sand] {
			c = inks[[]int{brick, tallow, verdigris, sea, rose, terracotta}[i]]
		} else {
			c = pale(wood, 0.6+float64(p.pick(4))*0.13)
		}
		p.stuff(box(q.x, q.y, 128, 128, 6), c, c, plain)
		p.tint(path{{[]point{{q.x, q.y}, {q.x + 26, q.y - 22}, {q.x + 148, q.y - 22}, {q.x + 128, q.y}}, true}}, pale(c, 0.6))
		cx, cy := q.x+64, q.y+64
		switch (i + p.pick(2)) % 4 {
		case 0:
			p.line(through(point{cx - 30, cy + 36}, point{cx, cy - 36}, point{cx + 30, cy + 36}), 9)
			p.line(seg(cx-18, cy+12, cx+18, cy+12), 8)
		case 1:
			p.line(d("M -24 -36 L -24 36 Q 40 30 10 0 Q 36 -36 -24 -36").shift(cx, cy), 9)
		case 2:
			p.line(arc(cx, cy, 34, 36, 40, 320), 9)
		default:
			p.flat(oval(cx, cy, 34, 34), paperHi)
		}
	}
}

func game(p *pen) {
	p.shadow(320, 540, 250)
	if p.shape == 1 { // dominoes
		for i := range 5 {
			x, y := 120+float64(i%3)*140, 150+float64(i/3)*220
			t := func(q path) path { return turn(q, x+60, y+90, float64(p.pick(1))+float64(i*17%40)-20) }
			p.stuff(t(box(x, y, 116, 196, 14)), pale(wood, 0.6), wood, plain)
			p.line(t(seg(x+8, y+98, x+108, y+98)), 3)
			for k := range 2 {
				cx, cy := x+58, y+50+float64(k)*98
				for a := 0.0; a < 360; a += 72 {
					p.flat(t(turn(oval(cx+20, cy, 18, 9), cx, cy, a+float64(i)*30)), inks[[]int{rose, tallow, sea, verdigris, plum}[(i+k)%5]])
				}
				p.flat(t(oval(cx, cy, 8, 8)), inks[brown])
			}
		}
		return
	}
	p.stuff(box(90, 130, 460, 400, 8), wood, wood, plain)
	for i := range 64 {
		if (i/8+i%8)%2 == 0 {
			p.flat(box(120+float64(i%8)*50, 150+float64(i/8)*45, 50, 45, 0), p.main)
		}
	}
	p.line(box(120, 150, 400, 360, 0), 4)
	for i := range 12 {
		x, y := 145+float64(i%4)*100+50*float64(i/4%2), 172+float64(i/4)*45
		p.tint(oval(x, y+6, 19, 14), inks[black])
		p.tint(oval(x, y, 19, 14), shade(inks[brown], 0.8))
		p.tint(oval(x, 690-y+6, 19, 14), inks[sand])
		p.tint(oval(x, 690-y, 19, 14), paperHi)
	}
}

func puzzle(p *pen) {
	p.shadow(320, 540, 240)
	p.body(box(110, 130, 420, 390, 6), plain)
	p.flat(box(114, 134, 412, 180, 0), pale(p.main, 0.4))
	p.flat(oval(420, 250, 60, 60), inks[tallow])
	p.flat(d("M 114 330 L 200 230 L 280 320 L 350 270 L 526 350 L 526 516 L 114 516 Z"), p.mate)
	p.flat(d("M 114 420 Q 320 380 526 430 L 526 516 L 114 516 Z"), inks[sea])
	p.tint(d("M 240 440 L 360 440 L 340 476 L 260 476 Z"), inks[brick])
	p.tint(d("M 300 440 L 300 340 L 350 430 Z"), paperHi)
	for i := 1.0; i < 4; i++ {
		p.line(seg(110+i*105, 130, 110+i*105, 520), 3)
		p.line(seg(110, 130+i*97, 530, 130+i*97), 3)
		for j := 0.0; j < 4; j++ {
			p.line(arc(110+i*105+14, 178+j*97, 15, 15, 200, 520), 3)
			p.line(arc(162+j*105, 130+i*97-14, 15, 15, 110, 430), 3)
		}
	}
	p.body(turn(box(490, 450, 96, 90, 8), 540, 500, 24), plain)
}

func softToy(p *pen) {
	p.shadow(320, 570, 190)
	eyes := func(y, dx float64) {
		p.flat(oval(320-dx, y, 9, 11), p.ink)
		p.flat(oval(320+dx, y, 9, 11), p.ink)
	}
	if p.of(3) == 2 { // whale
		p.body(d("M 80 400 Q 70 240 250 230 Q 420 230 490 360 Q 520 380 540 300 Q 480 270 490 220 Q 540 220 560 260 Q 580 210 620 230 Q 620 290 570 310 Q 570 480 430 520 Q 120 560 80 400 Z"), plain)
		p.tint(d("M 84 410 Q 240 470 440 512 Q 160 560 84 410 Z"), paperHi)
		p.flat(oval(170, 370, 10, 12), p.ink)
		p.trace(d("M 250 220 Q 240 160 210 150 M 250 220 Q 260 160 290 150"), inks[sky], 8)
		return
	}
	if p.of(3) == 1 {
		p.body(turn(oval(260, 120, 36, 130), 290, 220, -14), plain)
		p.body(turn(oval(380, 120, 36, 130), 350, 220, 14), plain)
	} else {
		p.body(oval(220, 130, 52, 50), plain)
		p.body(oval(420, 130, 52, 50), plain)
	}
	for _, x := range []float64{-1, 1} {
		p.body(turn(oval(320+x*150, 400, 46, 90), 320+x*150, 400, x*-24), plain)
		p.body(oval(320+x*90, 530, 74, 50), plain)
		p.tint(oval(320+x*90, 536, 36, 26), pale(p.main, 0.4))
	}
	p.body(oval(320, 430, 140, 140), plain)
	p.tint(oval(320, 450, 80, 84), pale(p.main, 0.45))
	p.body(oval(320, 220, 150, 124), plain)
	p.tint(oval(320, 262, 60, 46), pale(p.main, 0.4))
	eyes(206, 58)
	p.flat(oval(320, 242, 18, 13), p.ink)
	p.line(d("M 296 276 Q 320 292 344 276"), 4)
	p.rod(d("M 220 330 Q 320 370 420 330"), p.mate, 16)
}
