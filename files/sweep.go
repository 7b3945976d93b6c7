package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"kontor/market/catalog"
)

// Sweep removes the pictures that keep does not want and that were not added
// since olderThan, and tells how many. Between adding a picture and writing down
// whose it is time passes: olderThan must leave room for that, a day say.
func (f *Folder) Sweep(ctx context.Context, keep func(id catalog.PictureID) bool, olderThan time.Time) (int, error) {
	shelves, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("sweep pictures: %w", err)
	}
	swept := 0
	for _, shelf := range shelves {
		if len(shelf.Name()) != 2 {
			continue
		}
		entries, err := fs.ReadDir(f.root.FS(), shelf.Name())
		if err != nil {
			return swept, fmt.Errorf("sweep pictures: %w", err)
		}
		for _, e := range entries {
			id := catalog.PictureID(e.Name())
			if err := ctx.Err(); err != nil {
				return swept, err
			}
			if !isIdentity(id) || place(id) != path.Join(shelf.Name(), e.Name()) || keep(id) {
				continue
			}
			gone, err := f.drop(id, olderThan)
			if err != nil {
				return swept, fmt.Errorf("sweep picture %s: %w", id, err)
			}
			if gone {
				swept++
			}
		}
	}
	return swept, nil
}

// drop removes a picture that was not added since a time.
func (f *Folder) drop(id catalog.PictureID, since time.Time) (bool, error) {
	f.sweeping.Lock()
	defer f.sweeping.Unlock()
	info, err := f.root.Stat(place(id))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.ModTime().Before(since) {
		return false, err
	}
	return true, f.root.RemoveAll(place(id))
}

// again is a picture that is there already and is added once more: from now on
// it is as young as a new one, so that no sweep takes it from under whoever
// writes it down next.
func (f *Folder) again(id catalog.PictureID) (catalog.Picture, bool) {
	f.sweeping.Lock()
	defer f.sweeping.Unlock()
	p, ok := f.kept(id)
	if !ok {
		return p, false
	}
	now := time.Now()
	return p, f.root.Chtimes(place(id), now, now) == nil
}
