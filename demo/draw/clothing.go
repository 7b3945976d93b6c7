package draw

var clothing = map[string]func(*pen){
	"shirt": shortShirt, "shirt-long": longShirt, "tee": tee, "dress": dress, "sweater": sweater,
	"pyjama": pyjama, "socks": socks, "scarf": scarf, "apron": apron, "mitten": mitten,
}

func shortShirt(p *pen) {
	k := p.of(8)
	p.shadow(320, 560, 170)
	p.body(d("M 212 138 L 110 232 L 168 322 L 226 282 Z"), k)
	p.body(d("M 428 138 L 530 232 L 472 322 L 414 282 Z"), k)
	p.body(d("M 212 138 Q 320 176 428 138 L 424 556 L 216 556 Z"), k)
	shirtFront(p, 540)
}

func longShirt(p *pen) {
	k := p.of(8)
	p.shadow(320, 564, 160)
	p.body(d("M 214 138 L 132 212 L 84 470 L 140 486 L 226 292 Z"), k)
	p.body(d("M 426 138 L 508 212 L 556 470 L 500 486 L 414 292 Z"), k)
	p.tint(d("M 88 448 L 146 464 L 138 492 L 80 476 Z"), shade(p.main, 0.94))
	p.tint(d("M 552 448 L 494 464 L 502 492 L 560 476 Z"), shade(p.main, 0.94))
	p.body(d("M 214 138 Q 320 176 426 138 L 420 540 Q 320 580 220 540 Z"), k)
	shirtFront(p, 556)
}

// shirtFront is collar, placket, buttons and perhaps a pocket.
func shirtFront(p *pen, foot float64) {
	p.flat(d("M 262 118 Q 320 104 378 118 L 320 186 Z"), shade(p.main, 0.72))
	p.line(seg(308, 186, 308, foot), 3)
	p.line(seg(332, 186, 332, foot), 3)
	p.tint(d("M 262 116 L 214 142 L 262 212 L 320 176 Z"), p.main)
	p.tint(d("M 378 116 L 426 142 L 378 212 L 320 176 Z"), p.main)
	for y := 216.0; y < foot-20; y += 62 {
		p.tint(oval(320, y, 6, 6), paperHi)
	}
	if p.pick(3) > 0 {
		p.line(d("M 352 262 L 402 262 L 402 312 L 377 326 L 352 312 Z"), 3)
	}
}

func tee(p *pen) {
	p.shadow(320, 560, 170)
	p.body(d("M 240 128 Q 320 190 400 128 L 440 142 L 556 246 L 492 318 L 436 278 L 432 552 L 208 552 L 204 278 L 148 318 L 84 246 L 200 142 Z"), p.of(8))
	if p.shape == 8 {
		p.tint(d("M 250 120 L 222 138 L 262 196 L 320 176 Z"), p.main)
		p.tint(d("M 390 120 L 418 138 L 378 196 L 320 176 Z"), p.main)
		p.line(d("M 306 182 L 306 262 L 334 262 L 334 182"), 3)
		return
	}
	p.trace(d("M 232 138 Q 320 212 408 138"), p.ink, 3)
}

func dress(p *pen) {
	k := p.of(8)
	p.shadow(320, 584, 190)
	if p.pick(2) == 0 {
		p.body(d("M 252 96 L 164 176 L 208 238 L 262 198 Z"), k)
		p.body(d("M 388 96 L 476 176 L 432 238 L 378 198 Z"), k)
	}
	p.body(d("M 252 92 Q 320 168 388 92 L 412 112 Q 384 210 400 290 L 486 568 Q 320 604 154 568 L 240 290 Q 256 210 228 112 Z"), k)
	p.rod(d("M 240 290 Q 320 306 400 290"), p.mate, 12)
	p.line(seg(290, 320, 262, 560), 2.5)
	p.line(seg(352, 320, 378, 560), 2.5)
}

func sweater(p *pen) {
	k := p.of(8)
	p.shadow(320, 560, 170)
	p.body(d("M 220 148 L 134 204 L 88 484 L 150 498 L 214 300 Z"), k)
	p.body(d("M 420 148 L 506 204 L 552 484 L 490 498 L 426 300 Z"), k)
	p.body(d("M 220 148 Q 320 210 420 148 L 430 548 L 210 548 Z"), k)
	rib := shade(p.main, 0.84)
	p.tint(d("M 210 512 L 430 512 L 430 552 L 210 552 Z"), rib)
	p.tint(d("M 92 458 L 156 472 L 148 504 L 84 490 Z"), rib)
	p.tint(d("M 548 458 L 484 472 L 492 504 L 556 490 Z"), rib)
	p.rod(d("M 244 140 Q 320 208 396 140"), rib, 18)
	for x := 226.0; x < 424; x += 18 {
		p.trace(seg(x, 516, x, 548), p.ink, 2)
	}
}

func pyjama(p *pen) {
	k := p.of(8)
	p.shadow(320, 582, 190)
	p.body(d("M 352 330 L 500 330 L 524 576 L 450 576 L 428 400 L 404 576 L 332 576 Z"), k)
	p.body(d("M 190 118 L 104 190 L 86 360 L 140 368 L 196 250 Z"), k)
	p.body(d("M 330 118 L 416 190 L 434 360 L 380 368 L 326 250 Z"), k)
	p.body(d("M 190 118 Q 260 150 330 118 L 334 420 L 186 420 Z"), k)
	p.tint(d("M 226 108 L 190 122 L 228 196 L 260 232 L 292 196 L 330 122 L 294 108 L 260 176 Z"), p.mate)
	p.line(seg(260, 232, 260, 418), 3)
	for y := 262.0; y < 410; y += 48 {
		p.tint(oval(270, y, 5, 5), paperHi)
	}
	p.line(d("M 290 262 L 322 262 L 322 302 L 290 302 Z"), 3)
}

func socks(p *pen) {
	p.shadow(320, 566, 190)
	for _, x := range []float64{-70, 70} {
		p.body(move(d("M 270 110 L 370 110 L 368 340 Q 372 392 322 430 L 240 506 Q 188 552 152 504 Q 128 468 172 432 L 262 356 Q 272 344 270 330 Z"), x+20, 20), p.of(8))
		p.tint(move(d("M 270 110 L 370 110 L 370 154 L 270 154 Z"), x+20, 20), p.mate)
		p.tint(move(d("M 172 432 Q 128 468 152 504 Q 176 536 206 528 Q 176 486 172 432 Z"), x+20, 20), p.mate)
	}
}

func scarf(p *pen) {
	k := p.of(8)
	p.shadow(320, 572, 170)
	p.body(d("M 214 150 L 300 168 L 276 540 L 164 530 Z"), k)
	p.body(d("M 430 150 L 344 168 L 372 540 L 484 530 Z"), k)
	p.body(d("M 196 120 Q 320 60 448 120 Q 480 180 420 206 Q 320 250 222 206 Q 166 180 196 120 Z"), k)
	p.line(d("M 214 150 Q 320 220 430 150"), 3)
	for i := 0.0; i < 9; i++ {
		p.line(seg(166+i*13, 532+i, 162+i*13, 566+i), 2.5)
		p.line(seg(374+i*13, 540-i, 378+i*13, 574-i), 2.5)
	}
}

func apron(p *pen) {
	k := p.of(8)
	p.shadow(320, 580, 180)
	p.rod(d("M 250 150 Q 320 20 390 150"), p.mate, 10)
	p.rod(d("M 178 320 Q 110 350 100 430"), p.mate, 10)
	p.rod(d("M 462 320 Q 530 350 540 430"), p.mate, 10)
	p.body(d("M 246 140 L 394 140 Q 400 270 468 310 L 476 570 L 164 570 L 172 310 Q 240 270 246 140 Z"), k)
	p.tint(d("M 226 380 L 414 380 L 414 480 Q 320 500 226 480 Z"), shade(p.main, 0.9))
	p.line(seg(320, 380, 320, 486), 3)
}

func mitten(p *pen) {
	p.shadow(320, 580, 130)
	p.body(d("M 236 470 L 236 250 Q 240 110 336 108 Q 430 112 432 250 L 432 300 Q 480 250 508 280 Q 530 316 470 380 L 424 470 Z"), diamond)
	p.tint(d("M 226 466 L 434 466 L 434 556 L 226 556 Z"), p.mate)
	p.rod(d("M 240 510 Q 180 500 196 460 Q 210 440 232 470"), p.mate, 8)
}
