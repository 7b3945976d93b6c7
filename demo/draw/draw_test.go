package draw_test

import (
	"bytes"
	"image"
	"testing"

	"kontor/demo/draw"
)

// inked counts pixels that differ from the sheet's top left corner.
func inked(m *image.RGBA) int {
	n := 0
	for i := 0; i < len(m.Pix); i += 4 {
		if m.Pix[i] != m.Pix[0] || m.Pix[i+1] != m.Pix[1] || m.Pix[i+2] != m.Pix[2] {
			n++
		}
	}
	return n
}

func TestEveryKindShowsSomething(t *testing.T) {
	for i, kind := range draw.Kinds() {
		for shape := uint64(i) % 5; shape < 16; shape += 5 { // all shapes in turn
			m := draw.Picture(kind, shape<<4|shape).(*image.RGBA)
			if m.Rect.Dx() != draw.Side || m.Rect.Dy() != draw.Side {
				t.Fatalf("%s: picture of %v", kind, m.Rect)
			}
			if share := float64(inked(m)) / draw.Side / draw.Side; share < 0.08 || share > 0.97 {
				t.Errorf("%s, shape %d: %.0f%% of the sheet is inked, a buyer would see nothing", kind, shape, share*100)
			}
		}
	}
}

func TestAPictureIsTheSameEachTimeAndDiffersFromItsNeighbours(t *testing.T) {
	for _, kind := range draw.Kinds() {
		a := draw.Picture(kind, 0x51007).(*image.RGBA)
		if b := draw.Picture(kind, 0x51007).(*image.RGBA); !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: two drawings from one seed differ", kind)
		}
		if b := draw.Picture(kind, 0x52007).(*image.RGBA); bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: neighbouring seeds draw the same picture", kind)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, c := range []struct {
		name, ref, kind string
		seed            uint64
		ok              bool
	}{
		{"a kind and a seed", "draw:mug:3", "mug", 3, true},
		{"a kind nobody can draw", "draw:unicorn:3", "", 0, false},
		{"no seed", "draw:mug", "", 0, false},
		{"a seed that is no number", "draw:mug:x", "", 0, false},
		{"a file name", "mug.jpg", "", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, seed, ok := draw.Parse(c.ref)
			if ok != c.ok || ok && (kind != c.kind || seed != c.seed) {
				t.Errorf("got %q %d %v, want %q %d %v", kind, seed, ok, c.kind, c.seed, c.ok)
			}
		})
	}
}

func TestAnUnknownKindIsACrate(t *testing.T) {
	if m := draw.Picture("unicorn", 1).(*image.RGBA); inked(m) < draw.Side {
		t.Error("a listing of an unknown kind would have an empty picture")
	}
}

func BenchmarkPicture(b *testing.B) {
	kinds := draw.Kinds()
	for i := 0; b.Loop(); i++ {
		draw.Picture(kinds[i%len(kinds)], uint64(i)*0x9e37)
	}
}
