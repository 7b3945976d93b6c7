package search

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	bolterrors "go.etcd.io/bbolt/errors"

	"kontor/market/catalog"
)

// format names what lies on disk: the analysis, the fields and bleve's segment
// form. An index of any other format is thrown away. Raise it with every change
// to how an entry is indexed.
const format = "kontor search 1\n"

// ErrClosed is what a closed index answers.
var ErrClosed = errors.New("the search index is closed")

// Index fulfils catalog.Index.
type Index struct {
	dir       string
	engine    *scorch.Scorch
	queue     *index.AnalysisQueue
	languages map[string]analysis.Analyzer

	permits chan struct{} // one for each search that runs: a place per core
	waiting atomic.Int64
	pool    sync.Pool // of *scratch

	mu    sync.RWMutex
	view  *view // nil once closed
	whole bool  // Filled was called for this content

	changes chan *change
	quit    chan struct{}
	written sync.WaitGroup

	reg        registers // the writer's
	generation int64     // the writer's: of the last batch
}

var _ catalog.Index = (*Index)(nil)

// Open opens the index in folder dir, making it where it is missing. An index
// that can't be read, was not completed (see Filled) or has another format is
// thrown away: then Empty is true and all published listings must be Put,
// followed by Filled.
func Open(dir string) (*Index, error) {
	languages, err := analyzers()
	if err != nil {
		return nil, err
	}
	if mark, err := os.ReadFile(markOf(dir)); err == nil && string(mark) == format {
		ix, err := open(dir, languages)
		if err == nil && ix.generation > 0 {
			ix.whole = true
			return ix, nil
		}
		if err == nil { // scorch starts from nothing where it can't read its files; Filled left generation 1 or more
			err = ix.Close()
		}
		if errors.Is(err, bolterrors.ErrTimeout) {
			return nil, fmt.Errorf("another process holds the search index in %s: %w", dir, err)
		}
	}
	for _, path := range []string{markOf(dir), segmentsOf(dir)} {
		if err := os.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("throw away the old search index: %w", err)
		}
	}
	return open(dir, languages)
}

func markOf(dir string) string     { return filepath.Join(dir, "format") }
func segmentsOf(dir string) string { return filepath.Join(dir, "segments") }

func open(dir string, languages map[string]analysis.Analyzer) (ix *Index, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the search index's folder: %w", err)
	}
	queue := index.NewAnalysisQueue(1) // documents come analysed: it only passes them on
	engine, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path":         segmentsOf(dir),
		"bolt_timeout": "2s", // another process holds it
	}, queue)
	if err != nil {
		queue.Close()
		return nil, fmt.Errorf("open the search index: %w", err)
	}
	made := &Index{
		dir: dir, engine: engine.(*scorch.Scorch), queue: queue, languages: languages,
		permits: make(chan struct{}, runtime.GOMAXPROCS(0)),
		changes: make(chan *change, 4), quit: make(chan struct{}),
	}
	opened := false
	defer func() { // damage shows as an error or, below bleve, as a panic
		if p := recover(); p != nil {
			err = fmt.Errorf("open the search index: %v", p)
		}
		if err != nil {
			if made.view != nil {
				_ = made.view.snap.Close()
			}
			if opened {
				_ = made.engine.Close()
			}
			queue.Close()
		}
	}()
	if err := made.engine.Open(); err != nil {
		return nil, fmt.Errorf("open the search index: %w", err)
	}
	opened = true
	snap, err := made.snapshot()
	if err != nil {
		return nil, err
	}
	if err := sound(snap); err != nil {
		_ = snap.Close()
		return nil, err
	}
	if made.view, err = newView(snap, nil, &made.reg); err != nil {
		return nil, err
	}
	made.generation = made.view.generation
	made.written.Add(1)
	go made.write()
	return made, nil
}

func (ix *Index) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := ix.engine.Reader()
	if err != nil {
		return nil, fmt.Errorf("read the search index: %w", err)
	}
	snap, ok := r.(*scorch.IndexSnapshot)
	if !ok || snap == nil {
		return nil, ErrClosed
	}
	return snap, nil
}

// sound compares each segment file with the checksum (CRC-32, IEEE) that it
// ends with. Reading 15 MiB takes some 5 ms.
func sound(snap *scorch.IndexSnapshot) error {
	for _, s := range snap.Segments() {
		p, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			continue
		}
		if err := soundFile(p.Path()); err != nil {
			return err
		}
	}
	return nil
}

func soundFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check the search index: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("check the search index: %w", err)
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, st.Size()-4); err != nil {
		return fmt.Errorf("check the search index: %w", err)
	}
	var want [4]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return fmt.Errorf("check the search index: %w", err)
	}
	if string(sum.Sum(nil)) != string(want[:]) {
		return fmt.Errorf("segment %s of the search index is damaged", filepath.Base(path))
	}
	return nil
}

// Empty tells that the index must be filled from the records: it is new, or
// the old one was thrown away, and Filled was not called since.
func (ix *Index) Empty() bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return !ix.whole
}

// Filled notes that every published listing was Put. An index that is closed
// or crashes before is thrown away by the next Open.
func (ix *Index) Filled(ctx context.Context) error {
	c := &change{mark: true, done: make(chan error, 1)}
	if err := ix.send(ctx, c); err != nil {
		return err
	}
	if err := ix.await(ctx, c); err != nil {
		return err
	}
	if err := writeMark(markOf(ix.dir)); err != nil {
		return fmt.Errorf("mark the search index as whole: %w", err)
	}
	ix.mu.Lock()
	ix.whole = true
	ix.mu.Unlock()
	return nil
}

func writeMark(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(format)
	return errors.Join(err, f.Sync(), f.Close())
}

// Len is the number of listings in the index.
func (ix *Index) Len() int {
	v, release := ix.hold()
	if v == nil {
		return 0
	}
	defer release()
	return v.live
}

// hold is the present view, kept readable until release; nil once closed.
func (ix *Index) hold() (v *view, release func()) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.view == nil {
		return nil, nil
	}
	v = ix.view
	v.snap.AddRef()
	return v, func() { _ = v.snap.DecRef() }
}

// Close waits for the batch being written and frees the folder. Searches under
// way end well; later ones get ErrClosed.
func (ix *Index) Close() error {
	ix.mu.Lock()
	v := ix.view
	ix.view = nil
	ix.mu.Unlock()
	if v == nil {
		return nil
	}
	close(ix.quit)
	ix.written.Wait()
	_ = v.snap.Close()
	err := ix.engine.Close()
	ix.queue.Close()
	if err != nil {
		return fmt.Errorf("close the search index: %w", err)
	}
	return nil
}
