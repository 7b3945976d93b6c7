package bus

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ground is the disk under the streams. Settling it brings every file that
// changed since the last time, and the folders that hold them, to the disk.
//
// It knows of the server's layout that messages lie in folders named "msgs" and
// a consumer in one of its name under "obs"; a test that cuts the power guards
// both.
type ground struct {
	dir string

	mu   sync.Mutex
	seen map[string]stamp // by path, as last settled; one for each 8 MiB of events
}

// stamp tells one state of a file from another: events are only ever appended.
type stamp struct {
	size     int64
	modified time.Time
}

func newGround(dir string) *ground { return &ground{dir: dir, seen: map[string]stamp{}} }

// settle makes the messages last that were acknowledged before the call.
func (g *ground) settle() error {
	return g.walk(func(path string) bool { return filepath.Base(filepath.Dir(path)) == "msgs" })
}

// settleAll also makes the streams' and consumers' own settings last.
func (g *ground) settleAll() error { return g.walk(func(string) bool { return true }) }

func (g *ground) walk(of func(path string) bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	folders := map[string]bool{}
	here := map[string]bool{}
	err := filepath.WalkDir(g.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed by the server while we looked: acknowledged by all
		}
		if err != nil || d.IsDir() || !of(path) {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		here[path] = true
		now := stamp{info.Size(), info.ModTime()}
		old, known := g.seen[path]
		if known && old == now {
			return nil
		}
		if err := syncPath(path); err != nil {
			return err
		}
		if !known {
			for dir := filepath.Dir(path); len(dir) >= len(g.dir); dir = filepath.Dir(dir) {
				folders[dir] = true
			}
		}
		g.seen[path] = now
		return nil
	})
	if err != nil {
		return err
	}
	for path := range g.seen {
		if of(path) && !here[path] {
			delete(g.seen, path)
		}
	}
	for dir := range folders {
		if err := syncPath(dir); err != nil {
			return err
		}
	}
	return nil
}

// forget removes what is known of a consumer that the server could not read.
func (g *ground) forget(consumer string) error {
	folders, err := filepath.Glob(filepath.Join(g.dir, "jetstream", "*", "streams", eventStream, "obs", consumer))
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
