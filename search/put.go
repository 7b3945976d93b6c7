package search

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"kontor/market/catalog"
)

const (
	chunk     = 250             // listings analysed at once: bounds a Put's memory to some MB
	mostBatch = 500             // listings written at once, of all Puts waiting
	settle    = 2 * time.Second // how long merged segments wait to be taken into the view
)

// change is one Put, or a chunk of it.
type change struct {
	docs []*document
	gone []catalog.ListingID
	mark bool       // write a batch even if it changes no listing
	done chan error // buffered
}

// Put adds or replaces entries and removes gone; removing wins where a listing
// is in both. When it returns nil the change is on disk and every later Search
// sees it. Puts at the same time share a batch. When ctx ends first, the change
// may still be made. Safe to repeat.
func (ix *Index) Put(ctx context.Context, entries []catalog.Entry, gone []catalog.ListingID) error {
	langs := &stemmers{analyze: ix.languages, byLang: map[string]*stemmer{}}
	var sent []*change
	for {
		n := min(chunk, len(entries))
		c := &change{docs: make([]*document, 0, n), done: make(chan error, 1)}
		for _, e := range entries[:n] {
			c.docs = append(c.docs, newDocument(e, langs))
		}
		if entries = entries[n:]; len(entries) == 0 {
			c.gone = gone
		}
		if err := ix.send(ctx, c); err != nil {
			return err
		}
		if sent = append(sent, c); len(entries) == 0 {
			break
		}
	}
	for _, c := range sent {
		if err := ix.await(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// await is the outcome of a change that was sent.
func (ix *Index) await(ctx context.Context, c *change) error {
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-ix.quit:
		return ErrClosed
	}
}

// send hands c to the writer.
func (ix *Index) send(ctx context.Context, c *change) error {
	select {
	case ix.changes <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-ix.quit:
		return ErrClosed
	}
}

// write is the one goroutine that changes the index and renews its view.
func (ix *Index) write() {
	defer ix.written.Done()
	tick := time.NewTicker(settle)
	defer tick.Stop()
	for {
		select {
		case <-ix.quit:
			return
		case <-tick.C:
			// Merged segments hold the same listings: the generation stays. An error
			// shows with the next Put; the view in use is still right.
			_ = ix.renew()
		case c := <-ix.changes:
			group := []*change{c}
			for n := len(c.docs) + len(c.gone); n < mostBatch; {
				select {
				case c := <-ix.changes:
					group = append(group, c)
					n += len(c.docs) + len(c.gone)
					continue
				default:
				}
				break
			}
			err := ix.apply(group)
			for _, c := range group {
				c.done <- err
			}
		}
	}
}

func (ix *Index) apply(group []*change) error {
	batch, mark := index.NewBatch(), false
	for _, c := range group {
		for _, d := range c.docs {
			batch.Update(d)
		}
		for _, id := range c.gone {
			batch.Delete(string(id))
		}
		mark = mark || c.mark
	}
	if len(batch.IndexOps) == 0 && !mark {
		return nil
	}
	ix.generation++
	batch.SetInternal(generationKey, binary.AppendVarint(nil, ix.generation))
	if err := ix.engine.Batch(batch); err != nil {
		return fmt.Errorf("write %d listings to the search index: %w", len(batch.IndexOps), err)
	}
	return ix.renew()
}

// renew makes the newest state of the index the one that searches see.
func (ix *Index) renew() error {
	snap, err := ix.snapshot()
	if err != nil {
		return err
	}
	ix.mu.RLock()
	last := ix.view
	ix.mu.RUnlock()
	if last == nil || last.snap == snap {
		return snap.Close()
	}
	v, err := newView(snap, last, &ix.reg)
	if err != nil {
		return err
	}
	ix.mu.Lock()
	if ix.view == nil { // closed meanwhile: Close frees last
		ix.mu.Unlock()
		return snap.Close()
	}
	ix.view = v
	ix.mu.Unlock()
	return last.snap.Close()
}

// generationKey is where a batch keeps its generation on disk.
var generationKey = []byte("generation")

// generationOf is the generation that the batch behind snap was written with.
func generationOf(snap *scorch.IndexSnapshot) int64 {
	v, err := snap.GetInternal(generationKey)
	if err != nil {
		return 0
	}
	n, _ := binary.Varint(v)
	return n
}
