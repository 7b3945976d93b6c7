package search

import (
	"cmp"
	"math"
	"slices"
)

// saturation: the weight of a word in a listing after which more of it counts
// half (BM25's k1, for weights as document.go gives them).
const saturation = 4.0

// saturated is weight/(weight+saturation) by a posting's frequency.
var saturated = func() (t [1024]float32) {
	for f := range t {
		w := float64(f) / scale
		t[f] = float32(w / (w + saturation))
	}
	return t
}()

// match scores the listings by ws and sets what it takes to be found: every
// word that isn't optional, or (all false) as many as the best listing has. It
// returns how many are found. When ctx ends it stops with ctx's error.
func (h *hunt) match(ws []word, all bool) (int, error) {
	sc := h.scratch
	sc.reset()
	h.words, h.every = ws, all
	needed := uint8(0)
	for _, w := range inOrder(ws) {
		if err := h.ctx.Err(); err != nil {
			return 0, err
		}
		if all && !w.optional && len(w.variants) == 0 {
			h.needed = 1
			sc.reset()
			return 0, nil
		}
		if err := h.weigh(w, all, needed); err != nil {
			return 0, err
		}
		if !w.optional {
			needed++
		}
	}
	if !all {
		needed = 1
		for _, p := range h.view.parts {
			for doc := range p.columns.rows {
				if n := sc.hits[p.base+doc]; n > needed && !p.isDeleted(doc) {
					needed = n
				}
			}
		}
	}
	h.needed = needed
	n := 0
	for _, p := range h.view.parts {
		for doc := range p.columns.rows {
			if h.found(p, doc) {
				n++
			}
		}
	}
	return n, nil
}

// inOrder are the words by rarity, so that later ones have few listings left to
// weigh, stop words at the end.
func inOrder(ws []word) []*word {
	out := make([]*word, len(ws))
	for i := range ws {
		out[i] = &ws[i]
	}
	slices.SortStableFunc(out, func(a, b *word) int {
		if a.optional != b.optional {
			if a.optional {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.df, b.df)
	})
	return out
}

// weigh adds w's score to the listings that have a variant of it: that of the
// best variant. With all, listings with fewer than needed hits are passed over.
func (h *hunt) weigh(w *word, all bool, needed uint8) error {
	sc := h.scratch
	sc.touched = sc.touched[:0]
	for i, p := range h.view.parts {
		base := p.base
		for _, v := range w.variants {
			boost := float32(v.weight * h.rarity(max(v.df, w.df)))
			err := h.dicts[i][v.field].each(v.term, true, func(doc int, frequency uint64) bool {
				doc += base
				if all && sc.hits[doc] < needed {
					return true
				}
				score := boost * saturated[min(frequency, uint64(len(saturated)-1))]
				if old := sc.word[doc]; score > old {
					if old == 0 {
						sc.touched = append(sc.touched, int32(doc))
					}
					sc.word[doc] = score
				}
				return true
			})
			if err != nil {
				for _, doc := range sc.touched {
					sc.word[doc] = 0
				}
				return err
			}
		}
	}
	for _, doc := range sc.touched {
		sc.score[doc] += sc.word[doc]
		sc.word[doc] = 0
		if !w.optional {
			sc.hits[doc]++
		}
	}
	return nil
}

// rarity is BM25's inverse document frequency, always above 0.
func (h *hunt) rarity(df int) float64 {
	n := float64(max(h.view.docs, df))
	return math.Log(1 + (n-float64(df)+0.5)/(float64(df)+0.5))
}
