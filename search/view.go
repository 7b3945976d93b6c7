package search

import (
	"fmt"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// view is one unchanging state of the index, read by any number of searches.
// Its listings are numbered through all segments, deleted ones included.
type view struct {
	snap       *scorch.IndexSnapshot
	parts      []*part
	docs       int // numbers given, deleted listings included
	live       int
	generation int64
	languages  []string // stemmed ones of all texts
	suppliers  []string
	categories []string
	origins    []string

	mu   sync.Mutex
	idle [][]dictionaries // of finished searches, one a part; never more than run at once
}

// part is a segment as this view sees it.
type part struct {
	id      uint64
	seg     segment.Segment
	base    int      // number of its first listing
	deleted []uint64 // a bit a listing; nil when none is
	columns *columns
}

func (p *part) isDeleted(doc int) bool {
	return p.deleted != nil && p.deleted[doc>>6]&(1<<(doc&63)) != 0
}

// newView reads snap, taking over its reference. Columns of segments that last
// had are kept. On an error the reference is given back.
func newView(snap *scorch.IndexSnapshot, last *view, reg *registers) (v *view, err error) {
	defer func() {
		if err != nil {
			_ = snap.Close()
		}
	}()
	known := map[uint64]*columns{}
	if last != nil {
		for _, p := range last.parts {
			known[p.id] = p.columns
		}
	}
	v = &view{snap: snap, generation: generationOf(snap)}
	for _, s := range snap.Segments() {
		p := &part{id: s.Id(), seg: s.Segment(), base: v.docs, columns: known[s.Id()]}
		if p.columns == nil {
			if p.columns, err = readColumns(p.seg, reg); err != nil {
				return nil, err
			}
		}
		size := int(s.FullSize())
		if size != len(p.columns.rows) {
			return nil, fmt.Errorf("a segment of %d listings has columns of %d", size, len(p.columns.rows))
		}
		p.deleted = bits(s.Deleted(), size)
		v.docs += size
		v.live += int(s.LiveSize())
		v.parts = append(v.parts, p)
		for _, l := range p.columns.languages {
			if !slices.Contains(v.languages, l) {
				v.languages = append(v.languages, l)
			}
		}
	}
	slices.Sort(v.languages)
	v.suppliers, v.categories, v.origins = reg.suppliers.list, reg.categories.list, reg.origins.list
	return v, nil
}

func bits(deleted *roaring.Bitmap, size int) []uint64 {
	if deleted == nil || deleted.IsEmpty() {
		return nil
	}
	b := make([]uint64, (size+63)/64)
	for it := deleted.Iterator(); it.HasNext(); {
		doc := it.Next()
		b[doc>>6] |= 1 << (doc & 63)
	}
	return b
}

// dictionaries read the terms of one part. Each belongs to one search at a time.
type dictionaries map[string]*dictionary

// dictionary reads one field's terms and postings, reusing what reading needs.
type dictionary struct {
	terms    segment.TermDictionary
	list     segment.PostingsList
	postings segment.PostingsIterator
}

// read is a set of dictionaries, one a part, to be given back with done.
func (v *view) read() ([]dictionaries, error) {
	v.mu.Lock()
	if n := len(v.idle); n > 0 {
		d := v.idle[n-1]
		v.idle = v.idle[:n-1]
		v.mu.Unlock()
		return d, nil
	}
	v.mu.Unlock()
	all := make([]dictionaries, len(v.parts))
	for i, p := range v.parts {
		all[i] = dictionaries{}
		for _, field := range [...]string{inWords, inStems, inCodes, inSpellings} {
			t, err := p.seg.Dictionary(field)
			if err != nil {
				return nil, fmt.Errorf("open the index's dictionary %s: %w", field, err)
			}
			all[i][field] = &dictionary{terms: t}
		}
	}
	return all, nil
}

func (v *view) done(d []dictionaries) {
	v.mu.Lock()
	v.idle = append(v.idle, d)
	v.mu.Unlock()
}

// find is the list of the listings that have term. It is good until the next
// find.
func (d *dictionary) find(term string) (segment.PostingsList, error) {
	list, err := d.terms.PostingsList([]byte(term), nil, d.list)
	if err != nil {
		return nil, fmt.Errorf("read the index's list of a word: %w", err)
	}
	d.list = list
	return list, nil
}

// each calls visit with the listings that have term and (where weighed) its
// weight in them, until visit says false.
func (d *dictionary) each(term string, weighed bool, visit func(doc int, frequency uint64) bool) error {
	list, err := d.find(term)
	if err != nil || list.Count() == 0 {
		return err
	}
	d.postings = list.Iterator(weighed, false, false, d.postings)
	for {
		p, err := d.postings.Next()
		if err != nil {
			return fmt.Errorf("read the index's list of a word: %w", err)
		}
		if p == nil || !visit(int(p.Number()), p.Frequency()) {
			return nil
		}
	}
}
