package files

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"kontor/market"
	"kontor/market/catalog"
)

// Folder keeps pictures below one folder of the file system.
type Folder struct {
	root   *os.Root
	seats  *semaphore.Weighted // pictures at work
	memory *semaphore.Weighted // bytes that their decoders may take

	sweeping sync.Mutex // held while a picture is wanted anew or swept
}

// sweepAfter is how long what a crash left lies about.
const sweepAfter = 24 * time.Hour

// Open opens the folder, and makes it if it is missing.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	f := &Folder{
		root:   root,
		seats:  semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))),
		memory: semaphore.NewWeighted(MostMemory),
	}
	if err := f.sweep(time.Now().Add(-sweepAfter)); err != nil {
		return nil, errors.Join(fmt.Errorf("sweep pictures: %w", err), root.Close())
	}
	return f, nil
}

// Close ends the use of the folder; pictures that were opened stay readable.
func (f *Folder) Close() error { return f.root.Close() }

// sweep removes what was under way before a time: whoever made it is gone.
func (f *Folder) sweep(before time.Time) error {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), underWay) || info.ModTime().After(before) {
			continue
		}
		if err := f.root.RemoveAll(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// Add checks a picture, keeps it in the widths of Widths that it is large enough
// for, and returns what it became. It reads at most MostBytes.
//
// A picture that can't be taken is a market.Fault on the field "picture": Invalid
// for another kind of file or a damaged one, TooLarge beyond a bound.
func (f *Folder) Add(ctx context.Context, r io.Reader) (catalog.Picture, error) {
	data, err := readAll(r)
	if err != nil {
		return catalog.Picture{}, err
	}
	id := identity("file", data)
	if p, ok := f.again(id); ok {
		return p, nil
	}
	c, err := check(data)
	if err != nil {
		return catalog.Picture{}, err
	}
	done, err := f.permit(ctx, c.memory())
	if err != nil {
		return catalog.Picture{}, err
	}
	defer done()
	img, err := c.decode()
	if err != nil {
		return catalog.Picture{}, err
	}
	return f.keep(id, sizes(img, c.turn, Widths))
}

// AddImage keeps a picture that the house drew itself, in the given widths or,
// without any, in 320 and 640 pixels; it is never enlarged. The same pixels in
// the same widths give the same identity.
func (f *Folder) AddImage(ctx context.Context, img image.Image, widths ...int) (catalog.Picture, error) {
	if len(widths) == 0 {
		widths = []int{320, 640}
	}
	b := img.Bounds()
	if b.Dx() < leastSide || b.Dy() < leastSide || b.Dx() > mostSide || b.Dy() > mostSide {
		return catalog.Picture{}, fmt.Errorf("picture is %d × %d pixels, beyond the bounds", b.Dx(), b.Dy())
	}
	done, err := f.permit(ctx, 4*int64(b.Dx())*int64(b.Dy()))
	if err != nil {
		return catalog.Picture{}, err
	}
	defer done()
	full := flat(img)
	id := identity(fmt.Sprint("drawn ", b.Dx(), b.Dy(), widths), full.Pix)
	if p, ok := f.again(id); ok {
		return p, nil
	}
	return f.keep(id, sizes(full, upright, widths))
}

// permit waits for a seat and for room in memory.
func (f *Folder) permit(ctx context.Context, bytes int64) (done func(), err error) {
	bytes = min(bytes, MostMemory)
	if err := f.seats.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait to work on a picture: %w", err)
	}
	if err := f.memory.Acquire(ctx, bytes); err != nil {
		f.seats.Release(1)
		return nil, fmt.Errorf("wait to work on a picture: %w", err)
	}
	return func() { f.memory.Release(bytes); f.seats.Release(1) }, nil
}

// kept describes a picture that is there already.
func (f *Folder) kept(id catalog.PictureID) (catalog.Picture, bool) {
	p := catalog.Picture{ID: id}
	entries, err := fs.ReadDir(f.root.FS(), place(id))
	if err != nil {
		return p, false
	}
	for _, e := range entries {
		name, isPicture := strings.CutSuffix(e.Name(), ".jpg")
		if w, err := strconv.Atoi(name); err == nil && isPicture {
			p.Widths = append(p.Widths, w)
		}
	}
	if len(p.Widths) == 0 {
		return p, false
	}
	slices.Sort(p.Widths)
	largest, _, err := f.Open(id, p.Widths[len(p.Widths)-1])
	if err != nil {
		return p, false
	}
	defer largest.Close()
	size, err := jpeg.DecodeConfig(largest)
	p.Width, p.Height = size.Width, size.Height
	return p, err == nil
}

// Open opens a picture in one of its widths and tells when it was kept. What is
// not there, or could not be, is a NotFound fault. The bytes behind an identity
// and a width never change: they may be cached for ever.
func (f *Folder) Open(id catalog.PictureID, width int) (io.ReadSeekCloser, time.Time, error) {
	if !isIdentity(id) || width < 1 || width > mostSide {
		return nil, time.Time{}, market.Missing("This picture")
	}
	file, err := f.root.Open(path.Join(place(id), name(width)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, market.Missing("This picture")
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("open picture %s: %w", id, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(fmt.Errorf("open picture %s: %w", id, err), file.Close())
	}
	return file, info.ModTime(), nil
}

// identityLen is 128 bits of SHA-256 in hexadecimal letters.
const identityLen = 32

func isIdentity(id catalog.PictureID) bool {
	b, err := hex.DecodeString(string(id))
	return err == nil && len(id) == identityLen && hex.EncodeToString(b) == string(id)
}

func place(id catalog.PictureID) string { return path.Join(string(id[:2]), string(id)) }

func name(width int) string { return strconv.Itoa(width) + ".jpg" }
