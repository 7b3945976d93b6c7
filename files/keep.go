package files

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"path"

	"kontor/market/catalog"
)

const (
	underWay = "new-" // begins the name of a folder that is not a picture yet

	// quality of the JPEGs: at 82 a photograph of 640 pixels takes some 60 KB and
	// shows no blocks at arm's length; 90 takes half as much again.
	quality = 82

	// generation is part of every identity: another way of making pictures must
	// give others, since their bytes are cached for ever.
	generation = "1"
)

// identity names a picture by what it is made from.
func identity(how string, data []byte) catalog.PictureID {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %d\n", generation, how, len(data))
	h.Write(data)
	return catalog.PictureID(hex.EncodeToString(h.Sum(nil))[:identityLen])
}

// keep writes a picture in all its sizes, smallest first, and shows it only when
// all of it is on disk.
func (f *Folder) keep(id catalog.PictureID, sizes []*image.RGBA) (catalog.Picture, error) {
	p := catalog.Picture{ID: id}
	for _, s := range sizes {
		p.Widths = append(p.Widths, s.Rect.Dx())
		p.Width, p.Height = s.Rect.Dx(), s.Rect.Dy()
	}
	temp := underWay + rand.Text()
	err := f.write(temp, sizes)
	if err == nil {
		err = f.show(temp, id)
	}
	if err != nil {
		return catalog.Picture{}, errors.Join(fmt.Errorf("keep picture %s: %w", id, err), f.root.RemoveAll(temp))
	}
	return p, nil
}

func (f *Folder) write(temp string, sizes []*image.RGBA) error {
	if err := f.root.Mkdir(temp, 0o755); err != nil {
		return err
	}
	var b bytes.Buffer
	for _, s := range sizes {
		b.Reset()
		if err := jpeg.Encode(&b, s, &jpeg.Options{Quality: quality}); err != nil {
			return err
		}
		file, err := f.root.OpenFile(path.Join(temp, name(s.Rect.Dx())), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		_, err = file.Write(b.Bytes())
		if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
	}
	return f.sync(temp)
}

// show gives a finished picture its name. Somebody else may have been faster
// with the same one.
func (f *Folder) show(temp string, id catalog.PictureID) error {
	shelf := path.Dir(place(id))
	err := f.root.Mkdir(shelf, 0o755)
	switch {
	case err == nil:
		if err := f.sync("."); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := f.root.Rename(temp, place(id)); err != nil {
		if _, there := f.kept(id); !there {
			return err
		}
		if err := f.root.RemoveAll(temp); err != nil {
			return err
		}
	}
	return f.sync(shelf)
}

// sync brings a folder's entries to the disk.
func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
