package files

import (
	"bytes"
	"encoding/binary"
	"image"
	"iter"
)

// turn is how a camera was held: the orientation of Exif 2.32 §4.6.4, tag 0x0112,
// 1 to 8.
type turn uint8

const upright turn = 1

// turnOf finds the orientation in a JPEG's Exif segment; upright where there is
// none or it makes no sense.
func turnOf(jpeg []byte) turn {
	for kind, body := range segments(jpeg) {
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); kind == 0xe1 && ok {
			return turnIn(tiff)
		}
	}
	return upright
}

// progressive tells whether a JPEG comes in several passes (SOF2), which takes
// the decoder five times the memory.
func progressive(jpeg []byte) bool {
	for kind := range segments(jpeg) {
		if kind == 0xc2 {
			return true
		}
	}
	return false
}

// segments walks a JPEG's markers with what each holds, up to the picture itself
// (ITU-T T.81 annex B).
func segments(jpeg []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		rest := jpeg[min(2, len(jpeg)):]
		for len(rest) >= 4 && rest[0] == 0xff {
			kind, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
			switch {
			case kind == 0xff: // fill
				rest = rest[1:]
				continue
			case kind == 0xda, size < 2, len(rest) < 2+size: // the picture itself, or damaged
				return
			case !yield(kind, rest[4:2+size]):
				return
			}
			rest = rest[2+size:]
		}
	}
}

// turnIn reads the tag from the first directory of a TIFF body (TIFF 6.0 §2).
func turnIn(tiff []byte) turn {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return upright
	}
	if len(tiff) < 8 {
		return upright
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == 3 {
			if t := turn(order.Uint16(entries[8:])); t >= 1 && t <= 8 {
				return t
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

// across tells whether the turn makes width of height.
func (t turn) across() bool { return t >= 5 }

// apply returns img the way the scene was.
func (t turn) apply(img *image.RGBA) *image.RGBA {
	if t == upright {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if t.across() {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := x, y
			switch t {
			case 2: // mirrored
				sx = w - 1 - x
			case 3: // upside down
				sx, sy = w-1-x, h-1-y
			case 4: // mirrored upside down
				sy = h - 1 - y
			case 5: // mirrored, then a quarter
				sx, sy = y, x
			case 6: // a quarter clockwise is needed
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8: // a quarter anticlockwise is needed
				sx, sy = w-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(img.Rect.Min.X+sx, img.Rect.Min.Y+sy):][:4])
		}
	}
	return out
}
