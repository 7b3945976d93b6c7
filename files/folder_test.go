package files

import (
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
)

func open(t testing.TB) (*Folder, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, dir
}

// quarters is a picture whose corners tell which way is up: red, green above
// blue, white.
func quarters(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{0xe0, 0x10, 0x10, 0xff}
			switch {
			case x >= w/2 && y < h/2:
				c = color.NRGBA{0x10, 0xe0, 0x10, 0xff}
			case x < w/2 && y >= h/2:
				c = color.NRGBA{0x10, 0x10, 0xe0, 0xff}
			case y >= h/2:
				c = color.NRGBA{0xf0, 0xf0, 0xf0, 0xff}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// corners reads the four corners as letters.
func corners(m image.Image) string {
	b := m.Bounds()
	dx, dy := b.Dx()/4, b.Dy()/4
	var s []byte
	for _, p := range []image.Point{{dx, dy}, {b.Dx() - dx, dy}, {dx, b.Dy() - dy}, {b.Dx() - dx, b.Dy() - dy}} {
		r, g, bl, _ := m.At(b.Min.X+p.X, b.Min.Y+p.Y).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000 && bl > 0x8000:
			s = append(s, 'w')
		case r > g && r > bl:
			s = append(s, 'r')
		case g > bl:
			s = append(s, 'g')
		default:
			s = append(s, 'b')
		}
	}
	return string(s)
}

func encode(t testing.TB, as string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch as {
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "png":
		err = png.Encode(&b, m)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif puts an orientation and a secret into a JPEG, as a camera does.
func exif(picture []byte, orientation byte, little bool) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00")
	if little {
		tiff = []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00\x00")
	}
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, "GPS 53.8655 10.6866 secret"...)
	n := len(body) + 2
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte(n >> 8), byte(n)}, body...)
	return append(out, picture[2:]...)
}

// webpPicture is a lossless WebP of 16 × 16 red pixels: VP8L with one colour and
// no transforms (RFC 9649 §3), written by hand because no encoder is at hand.
func webpPicture() []byte {
	var bits, n uint64
	var body []byte
	put := func(v uint64, k int) {
		bits |= v << n
		for n += uint64(k); n >= 8; n -= 8 {
			body = append(body, byte(bits))
			bits >>= 8
		}
	}
	put(0x2f, 8)
	put(15, 14)                                           // width − 1
	put(15, 14)                                           // height − 1
	put(0, 1)                                             // opaque
	put(0, 3)                                             // version
	put(0, 1)                                             // no transform
	put(0, 1)                                             // no colour cache
	put(0, 1)                                             // one group of codes
	for _, symbol := range []uint64{0, 224, 16, 255, 0} { // green, red, blue, alpha, distance
		put(1, 1) // a simple code
		put(0, 1) // of one symbol
		put(1, 1) // that takes eight bits
		put(symbol, 8)
	}
	put(0, 8) // rounds off the last byte: the pixels take no bits
	if len(body)%2 == 1 {
		body = append(body, 0)
	}
	size := func(n int) string { return string([]byte{byte(n), byte(n >> 8), 0, 0}) }
	return []byte("RIFF" + size(4+8+len(body)) + "WEBPVP8L" + size(len(body)) + string(body))
}

func add(t testing.TB, f *Folder, data []byte) catalog.Picture {
	t.Helper()
	p, err := f.Add(context.Background(), bytes.NewReader(data))
	if err != nil {
		t.Fatalf("a good picture was refused: %v", err)
	}
	return p
}

func read(t testing.TB, f *Folder, id catalog.PictureID, width int) (image.Image, []byte) {
	t.Helper()
	r, at, err := f.Open(id, width)
	if err != nil {
		t.Fatalf("picture %s of %d pixels can't be opened: %v", id, width, err)
	}
	defer r.Close()
	if at.IsZero() {
		t.Error("a picture has no time")
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m, data
}

func TestEveryKindBecomesAJPEGInTheWidthsItIsLargeEnoughFor(t *testing.T) {
	f, _ := open(t)
	for _, c := range []struct {
		why    string
		data   []byte
		widths []int
		height int
		want   string
	}{
		{"a large photograph", encode(t, "jpeg", quarters(1600, 1200)), []int{160, 320, 640, 1280}, 960, "rgbw"},
		{"a picture between two widths keeps its own", encode(t, "png", quarters(500, 400)), []int{160, 320, 500}, 400, "rgbw"},
		{"a width hardly smaller than the picture is left out", encode(t, "png", quarters(700, 350)), []int{160, 320, 700}, 350, "rgbw"},
		{"a small picture is not enlarged", encode(t, "gif", quarters(100, 50)), []int{100}, 50, "rgbw"},
		{"a WebP", webpPicture(), []int{16}, 16, "rrrr"},
	} {
		p := add(t, f, c.data)
		if !slices.Equal(p.Widths, c.widths) || p.Width != c.widths[len(c.widths)-1] || p.Height != c.height {
			t.Errorf("%s: kept as %d × %d in %v, want height %d and %v", c.why, p.Width, p.Height, p.Widths, c.height, c.widths)
		}
		for _, w := range p.Widths {
			m, _ := read(t, f, p.ID, w)
			if m.Bounds().Dx() != w || corners(m) != c.want {
				t.Errorf("%s: at %d pixels it is %v with corners %s, want %s", c.why, w, m.Bounds(), corners(m), c.want)
			}
		}
		if again := add(t, f, c.data); again.ID != p.ID || !slices.Equal(again.Widths, p.Widths) || again.Height != p.Height || again.Width != p.Width {
			t.Errorf("%s: added twice it became %+v and %+v", c.why, p, again)
		}
	}
}

func TestAPhotographIsTurnedAsTheCameraWasHeldAndTellsNothing(t *testing.T) {
	f, _ := open(t)
	upright := encode(t, "jpeg", quarters(400, 300))
	for orientation, want := range map[byte]string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw"} {
		for _, little := range []bool{true, false} {
			p := add(t, f, exif(upright, orientation, little))
			m, data := read(t, f, p.ID, p.Width)
			if corners(m) != want {
				t.Errorf("orientation %d: corners are %s, want %s", orientation, corners(m), want)
			}
			wide := orientation < 5 || orientation > 8
			if (p.Width > p.Height) != wide {
				t.Errorf("orientation %d: the picture is %d × %d", orientation, p.Width, p.Height)
			}
			if bytes.Contains(data, []byte("secret")) || bytes.Contains(data, []byte("Exif")) {
				t.Errorf("orientation %d: what the camera wrote would be published", orientation)
			}
		}
	}
}

func TestTransparentPartsShowThePaper(t *testing.T) {
	f, _ := open(t)
	m := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	p := add(t, f, encode(t, "png", m))
	got, _ := read(t, f, p.ID, 200)
	r, g, b, _ := got.At(100, 100).RGBA()
	if r>>8 < 0xf5 || g>>8 < 0xf5 || b>>8 < 0xf5 {
		t.Errorf("a transparent picture became %x %x %x, not paper", r>>8, g>>8, b>>8)
	}
}

// bomb is a PNG that says it is large and is not.
func bomb(w, h uint32) []byte {
	m := encodePNG(quarters(20, 20))
	put := func(at int, v uint32) {
		m[at], m[at+1], m[at+2], m[at+3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
	}
	put(16, w)
	put(20, h)
	put(29, crc32.ChecksumIEEE(m[12:29]))
	return m
}

func encodePNG(m image.Image) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, m) // to memory
	return b.Bytes()
}

func TestWhatCantBeTakenIsRefusedInWords(t *testing.T) {
	f, dir := open(t)
	good := encode(t, "jpeg", quarters(300, 300))
	hugeGIF := encode(t, "gif", quarters(20, 20))
	hugeGIF[6], hugeGIF[7], hugeGIF[8], hugeGIF[9] = 0xff, 0xff, 0xff, 0xff
	for _, c := range []struct {
		why  string
		data []byte
		kind market.Kind
	}{
		{"nothing", nil, market.Invalid},
		{"a text", []byte("hello"), market.Invalid},
		{"a drawing that may hold scripts", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), market.Invalid},
		{"a page named as a picture", []byte("<html><script>alert(1)</script>"), market.Invalid},
		{"a JPEG that ends early", good[:len(good)/2], market.Invalid},
		{"a JPEG's first bytes alone", good[:3], market.Invalid},
		{"more than 10 MB", append(good[:len(good):len(good)], make([]byte, MostBytes)...), market.TooLarge},
		{"a PNG of four thousand million pixels", bomb(65535, 65535), market.TooLarge},
		{"a PNG of 2^31 a side", bomb(1<<31-1, 1<<31-1), market.TooLarge},
		{"a PNG of 41 million pixels", bomb(6400, 6410), market.TooLarge},
		{"a GIF of four thousand million pixels", hugeGIF, market.TooLarge},
		{"a PNG without width", bomb(0, 100), market.Invalid},
		{"a picture of one pixel", encodePNG(quarters(1, 1)), market.Invalid},
		{"a ribbon", encodePNG(quarters(2000, 20)), market.Invalid},
	} {
		start := time.Now()
		_, err := f.Add(context.Background(), bytes.NewReader(c.data))
		var fault *market.Fault
		if !errors.As(err, &fault) || fault.Field != "picture" || fault.Msg == "" || fault.Fix == "" {
			t.Errorf("%s: the supplier is not told what to mend: %v", c.why, err)
			continue
		}
		if fault.Kind != c.kind && !(strings.Contains(c.why, "2^31") && fault.Kind == market.Invalid) {
			t.Errorf("%s: kind %d, want %d: %v", c.why, fault.Kind, c.kind, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: refusing it took %s", c.why, took)
		}
	}
	if left := list(t, dir); len(left) != 0 {
		t.Errorf("refused pictures left something behind: %v", left)
	}
}

func list(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); rel != "." {
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestOnlyAPicturesOwnNameOpensIt(t *testing.T) {
	f, dir := open(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "320.jpg"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := add(t, f, encode(t, "jpeg", quarters(400, 400)))
	for _, c := range []struct {
		id    catalog.PictureID
		width int
	}{
		{"", 320}, {"..", 320}, {"../..", 320}, {"../../../etc/passwd", 320}, {"/etc/passwd", 1}, {"a", 320},
		{catalog.PictureID(strings.ToUpper(string(p.ID))), 320}, {p.ID + "/", 320}, {p.ID[:31] + "/", 320}, {p.ID + "\x00", 320},
		{p.ID, 0}, {p.ID, -1}, {p.ID, 321}, {p.ID, 1 << 40}, {catalog.PictureID(strings.Repeat("0", 32)), 320},
	} {
		if r, _, err := f.Open(c.id, c.width); market.KindOf(err) != market.NotFound {
			t.Errorf("%q at %d: want not found, got %v %v", c.id, c.width, r, err)
		}
	}
}

func TestTheSamePictureFromManyAtOnceIsKeptOnce(t *testing.T) {
	f, dir := open(t)
	data := encode(t, "jpeg", quarters(800, 600))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := f.Add(context.Background(), bytes.NewReader(data)); err != nil {
				t.Errorf("one of several at once got an error: %v", err)
			}
		})
	}
	all.Wait()
	if names := list(t, dir); len(names) != 2+4 { // shelf, picture, 160, 320, 640, 800 less 640
		t.Errorf("left on disk: %v", names)
	}
}

func TestDrawnPicturesAreKeptInTheirWidths(t *testing.T) {
	f, _ := open(t)
	m := quarters(640, 480)
	p, err := f.AddImage(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Widths, []int{320, 640}) || p.Height != 480 {
		t.Errorf("kept as %+v", p)
	}
	again, err := f.AddImage(context.Background(), m)
	if err != nil || again.ID != p.ID || !slices.Equal(again.Widths, p.Widths) {
		t.Errorf("drawn twice it became %+v, %v", again, err)
	}
	other, err := f.AddImage(context.Background(), m, 160)
	if err != nil || other.ID == p.ID || !slices.Equal(other.Widths, []int{160}) {
		t.Errorf("other widths of it became %+v, %v", other, err)
	}
	if _, err := f.AddImage(context.Background(), image.NewRGBA(image.Rect(0, 0, 0, 0))); err == nil {
		t.Error("a picture without pixels was kept")
	}
}

func TestALeftoverOfACrashIsSwept(t *testing.T) {
	_, dir := open(t)
	for name, age := range map[string]time.Duration{"new-old": 48 * time.Hour, "new-fresh": time.Minute} {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "160.jpg"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names := list(t, dir); !slices.Equal(names, []string{"new-fresh", "new-fresh/160.jpg"}) {
		t.Errorf("after opening there are %v; what another process makes just now must stay, the rest must go", names)
	}
}

func TestWhatNobodyShowsAnyMoreIsSweptOnceItIsOld(t *testing.T) {
	f, dir := open(t)
	pictures := map[string]catalog.Picture{}
	for i, name := range []string{"shown", "gone", "added again", "just added"} {
		pictures[name] = add(t, f, encode(t, "png", quarters(400+i, 300)))
	}
	old := time.Now().Add(-48 * time.Hour)
	for _, name := range []string{"shown", "gone", "added again"} {
		if err := os.Chtimes(filepath.Join(dir, place(pictures[name].ID)), old, old); err != nil {
			t.Fatal(err)
		}
	}
	add(t, f, encode(t, "png", quarters(402, 300)))
	swept, err := f.Sweep(t.Context(), func(id catalog.PictureID) bool { return id == pictures["shown"].ID }, time.Now().Add(-24*time.Hour))
	if err != nil || swept != 1 {
		t.Errorf("swept %d pictures (%v), want the one", swept, err)
	}
	for name, p := range pictures {
		file, _, err := f.Open(p.ID, p.Widths[0])
		if gone := market.KindOf(err) == market.NotFound; gone != (name == "gone") {
			t.Errorf("the picture %q: gone is %t (%v); buyers would miss it, or the disk fills", name, gone, err)
		}
		if err == nil {
			file.Close()
		}
	}
	if p := add(t, f, encode(t, "png", quarters(401, 300))); p.ID != pictures["gone"].ID || p.Width != pictures["gone"].Width {
		t.Errorf("what was swept can't be added again: %+v", p)
	}
}

func FuzzAdd(f *testing.F) {
	folder, _ := open(f)
	small := quarters(24, 20)
	for _, as := range []string{"jpeg", "png", "gif"} {
		f.Add(encode(f, as, small))
	}
	f.Add(webpPicture())
	f.Add(exif(encode(f, "jpeg", small), 6, true))
	f.Add(bomb(65535, 65535))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := folder.Add(context.Background(), bytes.NewReader(data))
		if err != nil {
			if market.KindOf(err) == 0 {
				t.Fatalf("a picture from outside caused an error of ours: %v", err)
			}
			return
		}
		if len(p.Widths) == 0 || p.Width > 1280 || p.Width != p.Widths[len(p.Widths)-1] {
			t.Fatalf("kept as %+v", p)
		}
		for _, w := range p.Widths {
			if m, _ := read(t, folder, p.ID, w); m.Bounds().Dx() != w {
				t.Fatalf("%d pixels wide, not %d", m.Bounds().Dx(), w)
			}
		}
	})
}

// BenchmarkAddImage is a drawn picture of 640 × 640 pixels, kept in two widths.
func BenchmarkAddImage(b *testing.B) {
	f, _ := open(b)
	m := image.NewRGBA(image.Rect(0, 0, 640, 640))
	for i := range m.Pix {
		m.Pix[i] = byte(i>>11) | 0xc0
		if i%4 == 3 {
			m.Pix[i] = 0xff
		}
	}
	var lock sync.Mutex
	n := 0
	b.RunParallel(func(pb *testing.PB) {
		own := image.NewRGBA(m.Rect)
		copy(own.Pix, m.Pix)
		for pb.Next() {
			lock.Lock()
			n++
			own.Pix[0], own.Pix[1], own.Pix[2] = byte(n), byte(n>>8), byte(n>>16)
			lock.Unlock()
			if _, err := f.AddImage(context.Background(), own); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAdd is a photograph of 12 million pixels, kept in four widths.
func BenchmarkAdd(b *testing.B) {
	data := encode(b, "jpeg", quarters(4000, 3000))
	for b.Loop() {
		b.StopTimer()
		f, _ := open(b)
		b.StartTimer()
		add(b, f, data)
	}
}
