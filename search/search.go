package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kontor/market/catalog"
)

// Bounds of a query; what goes beyond is cut off, not refused.
const (
	mostRunes      = 200   // of the text
	mostQueryWords = 12    // of the text
	mostOffset     = 1_000 // catalog.Query
	mostLimit      = 100
	usualLimit     = 24
)

// Search answers q. A blank text finds all listings. Otherwise a listing is
// found when it has every word, each as written, by its stem, as part of an
// article code, or (the last one, if unknown) as the beginning of a word; stop words of q's
// language and of English needn't be there. Words that the index doesn't have
// are read as its nearest ones: one letter wrong from 4 letters on, two from 8,
// neighbours swapped being one; joined and split words are understood. When
// nothing has every word, all words are read that generously, and at last the
// listings with most of the words are the answer.
func (ix *Index) Search(ctx context.Context, q catalog.Query) (found catalog.Found, err error) {
	leave, err := ix.permit(ctx)
	if err != nil {
		return catalog.Found{}, err
	}
	defer leave()
	v, release := ix.hold()
	if v == nil {
		return catalog.Found{}, ErrClosed
	}
	defer release()
	defer func() { // bleve panics on segments that were damaged while open
		if p := recover(); p != nil {
			found, err = catalog.Found{}, fmt.Errorf("search the index of generation %d: %v", v.generation, p)
		}
	}()
	dicts, err := v.read()
	if err != nil {
		return catalog.Found{}, err
	}
	defer v.done(dicts)
	sc := ix.scratch(v)
	defer ix.pool.Put(sc)

	h := &hunt{ctx: ctx, view: v, dicts: dicts, scratch: sc, langs: &stemmers{analyze: ix.languages, byLang: map[string]*stemmer{}}}
	text := cut(q.Text, mostRunes)
	if strings.TrimSpace(text) == "" {
		h.all()
	} else if err := h.run(text, q); err != nil {
		return catalog.Found{}, err
	}
	found = h.count(q)
	if found.ReadAs, err = h.readAs(); err != nil {
		return catalog.Found{}, err
	}
	found.AsOf = v.generation
	return found, nil
}

func cut(s string, runes int) string {
	n := 0
	for i := range s {
		if n == runes {
			return s[:i]
		}
		n++
	}
	return s
}

// scratch is what a search counts in: 9 bytes a listing, kept for the next one.
type scratch struct {
	score   []float32 // of a listing by its number in the view
	word    []float32 // of the word being weighed; all zero between words
	hits    []uint8   // words that the listing has
	touched []int32
}

func (ix *Index) scratch(v *view) *scratch {
	sc, _ := ix.pool.Get().(*scratch)
	if sc == nil || cap(sc.score) < v.docs {
		room := v.docs + v.docs/4 + 64
		sc = &scratch{score: make([]float32, room), word: make([]float32, room), hits: make([]uint8, room)}
	}
	sc.score, sc.word, sc.hits = sc.score[:v.docs], sc.word[:v.docs], sc.hits[:v.docs]
	sc.reset()
	return sc
}

func (sc *scratch) reset() {
	clear(sc.score)
	clear(sc.hits)
}

// hunt is one search under way.
type hunt struct {
	ctx     context.Context
	view    *view
	dicts   []dictionaries
	scratch *scratch
	langs   *stemmers

	words  []word
	every  bool  // an answer has every word that isn't optional
	needed uint8 // hits that make a listing found
}

// all finds every listing.
func (h *hunt) all() { h.needed = 0 }

// run finds the listings that answer text, as Search says.
func (h *hunt) run(text string, q catalog.Query) error {
	narrow, err := h.plan(text, q, false)
	if err != nil {
		return err
	}
	if len(narrow) == 0 {
		h.needed = 1 // no words, no hits
		return nil
	}
	if n, err := h.match(narrow, true); n > 0 || err != nil {
		return err
	}
	if !q.Exactly {
		wide, err := h.plan(text, q, true)
		if err != nil {
			return err
		}
		if n, err := h.match(wide, true); n > 0 || err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(narrow, func(w word) bool { return !w.optional && len(w.variants) > 0 }) {
		for i := range narrow { // only stop words are left to find anything by
			narrow[i].optional = false
		}
	}
	_, err = h.match(narrow, false)
	return err
}

// found tells whether listing doc of part p is among the answers.
func (h *hunt) found(p *part, doc int) bool {
	return h.scratch.hits[p.base+doc] >= h.needed && !p.isDeleted(doc)
}

// readAs is the text as it was understood, or "" where that is what was typed.
// Words that no listing has are left out.
func (h *hunt) readAs() (string, error) {
	var read []string
	changed := false
	for i := range h.words {
		w := &h.words[i]
		as, err := h.understood(w)
		if err != nil {
			return "", err
		}
		changed = changed || as != w.typed
		if as != "" {
			read = append(read, as)
		}
	}
	if !changed {
		return "", nil
	}
	return strings.Join(read, " "), nil
}
