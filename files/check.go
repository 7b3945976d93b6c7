package files

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"kontor/market"
)

// Bounds of a picture that somebody sends.
const (
	MostBytes  = 10 << 20
	MostPixels = 40_000_000
	MostMemory = 256 << 20 // bytes, of all pictures at work together

	leastSide = 16     // pixels
	mostSide  = 20_000 // pixels
	mostRatio = 10     // of one side to the other
)

// checked is a picture that passed every check that needs no decoding.
type checked struct {
	data          []byte
	format        format
	width, height int
	model         color.Model
	turn          turn
}

func (c checked) pixels() int64 { return int64(c.width) * int64(c.height) }

// memory is about how many bytes the decoder takes at most.
func (c checked) memory() int64 {
	each := int64(4)
	switch {
	case c.format.name == "JPEG" && progressive(c.data):
		each = 15 // four bytes a coefficient, and the pixels
	case c.model == color.NRGBA64Model || c.model == color.RGBA64Model:
		each = 8
	}
	return c.pixels() * each
}

// format is a kind of picture, known by its first bytes.
type format struct {
	name   string
	starts func([]byte) bool
	size   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // the first frame
}

var formats = []format{
	{"JPEG", begins("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode},
	{"PNG", begins("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode},
	{"GIF", func(b []byte) bool { return begins("GIF87a")(b) || begins("GIF89a")(b) }, gif.DecodeConfig, gif.Decode},
	{"WebP", func(b []byte) bool { return len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" }, webp.DecodeConfig, webp.Decode},
}

func begins(with string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(with)) }
}

// readAll reads at most MostBytes.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MostBytes {
		return nil, fault(market.TooLarge, "The picture is larger than 10 MB.", "Save it smaller; 2,000 pixels wide is plenty.", nil)
	}
	if len(data) == 0 {
		return nil, fault(market.Invalid, "The picture is empty.", "Choose a file.", nil)
	}
	return data, nil
}

// check reads what a picture says of itself and refuses it where it is beyond a
// bound, before any work is done on it.
func check(data []byte) (checked, error) {
	c := checked{data: data}
	for _, f := range formats {
		if f.starts(data) {
			c.format = f
		}
	}
	if c.format.name == "" {
		return c, fault(market.Invalid, "This is not a picture that we can read.", "Send a JPEG, PNG, WebP or GIF file.", nil)
	}
	size, err := sizeOf(c.format, data)
	if err != nil {
		return c, damaged(c.format, err)
	}
	c.width, c.height, c.model = size.Width, size.Height, size.ColorModel
	long, short := max(c.width, c.height), min(c.width, c.height)
	switch {
	case short < leastSide:
		return c, fault(market.Invalid, fmt.Sprintf("The picture is only %d × %d pixels.", c.width, c.height), "Send one of 640 pixels or more a side.", nil)
	case long > mostSide || c.pixels() > MostPixels || c.memory() > MostMemory:
		return c, fault(market.TooLarge, fmt.Sprintf("The picture has %d × %d pixels.", c.width, c.height), "Save it smaller: 40 million pixels at most, 20,000 a side; 2,000 wide is plenty.", nil)
	case long > mostRatio*short:
		return c, fault(market.Invalid, fmt.Sprintf("The picture is %d × %d pixels: too long for its width.", c.width, c.height), "Cut it so that one side is at most ten times the other.", nil)
	}
	c.turn = upright
	if c.format.name == "JPEG" {
		c.turn = turnOf(data)
	}
	return c, nil
}

// decode makes pixels of it. A decoder that panics on damaged input is treated
// as one that reports it.
func (c checked) decode() (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, damaged(c.format, fmt.Errorf("decoder panicked: %v", p))
		}
	}()
	img, err = c.format.decode(bytes.NewReader(c.data))
	if err != nil {
		return nil, damaged(c.format, err)
	}
	if b := img.Bounds(); int64(b.Dx())*int64(b.Dy()) > c.pixels() || b.Empty() {
		return nil, damaged(c.format, fmt.Errorf("%d × %d pixels, not %d × %d", b.Dx(), b.Dy(), c.width, c.height))
	}
	return img, nil
}

func sizeOf(f format, data []byte) (size image.Config, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	return f.size(bytes.NewReader(data))
}

func damaged(f format, err error) error {
	return fault(market.Invalid, fmt.Sprintf("This %s file is damaged, or of a kind that we can't read.", f.name), "Open it on your computer and save it again as a JPEG.", err)
}

func fault(kind market.Kind, msg, fix string, err error) error {
	return &market.Fault{Kind: kind, Field: "picture", Msg: msg, Fix: fix, Err: err}
}
