package files

import (
	"image"
	"image/color"
	"slices"

	"golang.org/x/image/draw"
)

// Widths in pixels that a picture is kept in, as far as it is large enough: a
// card on a phone, a card on a large screen, the listing's picture, the same on
// a fine screen.
var Widths = []int{160, 320, 640, 1280}

// paper is what shines through where a picture is transparent: the pages' sheet
// in the light theme. The picture stays so in the dark one, like a print.
var paper = color.RGBA{0xfb, 0xfd, 0xfb, 0xff}

// widthsFor chooses from the wanted widths those below the picture's own, and
// then its own, at most the largest wanted. One that is hardly smaller than the
// largest is left out.
func widthsFor(own int, wanted []int) []int {
	wanted = slices.Compact(slices.Sorted(slices.Values(wanted)))
	largest := min(own, wanted[len(wanted)-1])
	var widths []int
	for _, w := range wanted {
		if w*5 <= largest*4 {
			widths = append(widths, w)
		}
	}
	return append(widths, largest)
}

// sizes scales img to the widths it is large enough for, smallest first. Each is
// made from the next larger one: four widths cost hardly more than one.
func sizes(img image.Image, t turn, wanted []int) []*image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if t.across() {
		w, h = h, w
	}
	widths := widthsFor(w, wanted)
	out := make([]*image.RGBA, len(widths))
	from := img
	for i := len(widths) - 1; i >= 0; i-- {
		tw := widths[i]
		th := max(1, (h*tw+w/2)/w)
		if i == len(widths)-1 {
			if t.across() {
				out[i] = t.apply(scale(from, th, tw))
			} else {
				out[i] = t.apply(scale(from, tw, th))
			}
		} else {
			out[i] = scale(from, tw, th)
		}
		from = out[i]
	}
	return out
}

// scale draws img on paper at w × h pixels.
func scale(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	if src, ok := img.(*image.RGBA); ok && src.Opaque() {
		switch {
		case b == image.Rect(0, 0, w, h) && src.Stride == 4*w:
			return src
		case b.Dx() == 2*w && b.Dy() == 2*h:
			return halve(src)
		}
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if o, ok := img.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		draw.Draw(out, out.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	}
	switch {
	case b.Dx() == w && b.Dy() == h:
		draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	default:
		draw.CatmullRom.Scale(out, out.Rect, img, b, draw.Over, nil)
	}
	return out
}

// flat is img as opaque pixels from the origin on.
func flat(img image.Image) *image.RGBA { return scale(img, img.Bounds().Dx(), img.Bounds().Dy()) }

// halve makes one pixel of each four: what the widths of Widths mostly need, and
// far cheaper than the general way, which took two thirds of a drawn picture's
// time.
func halve(src *image.RGBA) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, src.Rect.Dx()/2, src.Rect.Dy()/2))
	for y := range out.Rect.Dy() {
		above := src.Pix[2*y*src.Stride:][:8*out.Rect.Dx()]
		below := src.Pix[(2*y+1)*src.Stride:][:8*out.Rect.Dx()]
		to := out.Pix[y*out.Stride:][:4*out.Rect.Dx()]
		for len(to) >= 4 {
			to[0] = byte((uint(above[0]) + uint(above[4]) + uint(below[0]) + uint(below[4]) + 2) / 4)
			to[1] = byte((uint(above[1]) + uint(above[5]) + uint(below[1]) + uint(below[5]) + 2) / 4)
			to[2] = byte((uint(above[2]) + uint(above[6]) + uint(below[2]) + uint(below[6]) + 2) / 4)
			to[3] = 0xff
			to, above, below = to[4:], above[8:], below[8:]
		}
	}
	return out
}
