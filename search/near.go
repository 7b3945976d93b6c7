package search

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum/levenshtein"
)

const (
	mostNear    = 16    // neighbours of a word
	mostLonger  = 32    // words with a beginning, the commonest of those seen
	mostScanned = 1_024 // terms of a segment looked at for a beginning
	// Of the words that one with a mistake may be, so many with answers are
	// compared by so many answers each.
	mostCompared, mostAnswers = 4, 64

	mostAtOnce = 24 // letters of a word that has neighbours: bounds the automaton
)

// Automata for one and two letters wrong, swapped neighbours being one: made
// once, in some milliseconds.
var automata = [...]func() (*levenshtein.LevenshteinAutomatonBuilder, error){
	1: sync.OnceValues(func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
		return levenshtein.NewLevenshteinAutomatonBuilder(1, true)
	}),
	2: sync.OnceValues(func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
		return levenshtein.NewLevenshteinAutomatonBuilder(2, true)
	}),
}

// generously adds w's neighbours to its variants, or answers the two words that
// w is when its space was forgotten. Neighbours of the reader's language lang go
// before those of others.
func (h *hunt) generously(w *word, lang string, wide bool) (halves []word, err error) {
	n := utf8.RuneCountInString(w.folded)
	if hasDigit(w.folded) && n < 3 || n > mostAtOnce {
		return nil, nil
	}
	known := len(w.variants) > 0
	if n >= 4 && !hasDigit(w.folded) {
		if err := h.addNear(w, lang, 1); err != nil {
			return nil, err
		}
	}
	if len(w.variants) == 0 || wide && !known {
		if halves, err = h.split(w); err != nil || len(halves) > 0 {
			return halves, err
		}
	}
	if n >= 8 && !hasDigit(w.folded) && (wide || len(w.variants) == 0) {
		return nil, h.addNear(w, lang, 2)
	}
	return nil, nil
}

// addNear adds the words of the index that are at most edits letters away,
// nearest and then commonest first. Where some belong to language lang, the
// others are left out: people mistype words of their own.
func (h *hunt) addNear(w *word, lang string, edits int) error {
	builder, err := automata[edits]()
	if err != nil {
		return fmt.Errorf("make the automaton for words with mistakes: %w", err)
	}
	dfa, err := builder.BuildDfa(w.folded, uint8(edits))
	if err != nil {
		return fmt.Errorf("make the automaton for a word with mistakes: %w", err)
	}
	near, err := h.gather(inWords, dfa, nil, nil, 0)
	if err != nil {
		return err
	}
	for i := range near {
		_, d := dfa.MatchAndDistance(near[i].term)
		near[i].edits = int(d)
		near[i].weight = asNear
		if d > 1 {
			near[i].weight = asFar
		}
	}
	near = slices.DeleteFunc(near, func(v variant) bool {
		return v.edits == 0 || slices.ContainsFunc(w.variants, func(o variant) bool { return o.field == v.field && o.term == v.term })
	})
	if near, err = h.preferred(near, lang); err != nil {
		return err
	}
	slices.SortFunc(near, func(a, b variant) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.df, a.df), cmp.Compare(a.term, b.term))
	})
	w.variants = append(w.variants, near[:min(len(near), mostNear)]...)
	return nil
}

// preferred are the words that some text in language lang has, or all where
// none is: by their stems, which the index keeps by language.
func (h *hunt) preferred(near []variant, lang string) ([]variant, error) {
	st := h.langs.of(lang)
	if st == nil {
		return near, nil
	}
	var own []variant
	for _, v := range near {
		stem, err := h.variant(inStems, lang+":"+st.stem(v.term), 0)
		if err != nil {
			return nil, err
		}
		if stem.df > 0 {
			own = append(own, v)
		}
	}
	if len(own) == 0 {
		return near, nil
	}
	return own, nil
}

// split finds the two words of the index that w is without its space: those
// whose rarer one is commonest.
func (h *hunt) split(w *word) ([]word, error) {
	var best [2]variant
	for i := range w.folded {
		if i < 2 || len(w.folded)-i < 2 {
			continue
		}
		left, err := h.variant(inWords, w.folded[:i], asWritten)
		if err != nil {
			return nil, err
		}
		if left.df == 0 {
			continue
		}
		right, err := h.variant(inWords, w.folded[i:], asWritten)
		if err != nil {
			return nil, err
		}
		if min(left.df, right.df) > min(best[0].df, best[1].df) {
			best = [2]variant{left, right}
		}
	}
	if best[0].df == 0 || best[1].df == 0 {
		return nil, nil
	}
	return []word{
		{as: best[0].term, folded: best[0].term, variants: best[:1:1]},
		{as: best[1].term, folded: best[1].term, variants: best[1:]},
	}, nil
}

// beginning are the terms of field that begin with prefix, longer than it, the
// commonest first. For codes the one that is prefix belongs to them.
func (h *hunt) beginning(field, prefix string, weight float64) ([]variant, error) {
	vs, err := h.gather(field, nil, []byte(prefix), after(prefix), mostScanned)
	if err != nil {
		return nil, err
	}
	if field == inWords {
		vs = slices.DeleteFunc(vs, func(v variant) bool { return v.term == prefix })
	}
	slices.SortFunc(vs, func(a, b variant) int { return cmp.Or(cmp.Compare(b.df, a.df), cmp.Compare(a.term, b.term)) })
	vs = vs[:min(len(vs), mostLonger)]
	for i := range vs {
		vs[i].weight = weight
		if field == inCodes && vs[i].term != prefix {
			vs[i].weight = weight / 2
		}
	}
	return vs, nil
}

// after is the first key behind all that begin with prefix, which ends in no
// 0xFF byte: it is UTF-8.
func after(prefix string) []byte {
	end := []byte(prefix)
	end[len(end)-1]++
	return end
}

// gather lists field's terms that a accepts in [from, to), at most limit of
// each segment (0: all).
func (h *hunt) gather(field string, a segment.Automaton, from, to []byte, limit int) ([]variant, error) {
	var out []variant
	at := map[string]int{}
	for _, d := range h.dicts {
		it := d[field].terms.AutomatonIterator(a, from, to)
		for n := 0; limit == 0 || n < limit; n++ {
			e, err := it.Next()
			if err != nil {
				return nil, fmt.Errorf("read the index's terms: %w", err)
			}
			if e == nil {
				break
			}
			i, ok := at[e.Term]
			if !ok {
				i = len(out)
				at[e.Term] = i
				out = append(out, variant{field: field, term: e.Term})
			}
			out[i].df += int(e.Count)
		}
	}
	return out, nil
}

// understood is what w was read as: itself where an answer has it, else the
// nearest and commonest word that an answer has, as it is mostly written.
func (h *hunt) understood(w *word) (string, error) {
	if w.as != "" {
		return h.spelt(w.as)
	}
	if w.optional {
		return w.typed, nil
	}
	if h.every && !slices.ContainsFunc(w.variants, func(v variant) bool { return v.edits > 0 }) {
		return w.typed, nil
	}
	var best variant
	most, looked := 0, 0
	for _, v := range w.variants {
		if most > 0 && (v.edits > best.edits || looked == mostCompared) {
			break
		}
		enough := mostAnswers
		if v.edits == 0 {
			enough = 1
		}
		n, err := h.answers(v, enough)
		if err != nil {
			return "", err
		}
		if n > 0 && v.edits == 0 {
			return w.typed, nil
		}
		if n > most {
			best, most = v, n
		}
		if n > 0 {
			looked++
		}
	}
	if most == 0 {
		return "", nil
	}
	return h.spelt(best.term)
}

// answers counts the answers that have v, up to enough.
func (h *hunt) answers(v variant, enough int) (int, error) {
	n := 0
	for i, p := range h.view.parts {
		err := h.dicts[i][v.field].each(v.term, false, func(doc int, _ uint64) bool {
			if h.found(p, doc) {
				n++
			}
			return n < enough
		})
		if err != nil || n >= enough {
			return n, err
		}
	}
	return n, nil
}

// spelt is folded as most listings write it.
func (h *hunt) spelt(folded string) (string, error) {
	from := folded + "\x00"
	vs, err := h.gather(inSpellings, nil, []byte(from), after(from), 16)
	if err != nil || len(vs) == 0 {
		return folded, err
	}
	best := slices.MaxFunc(vs, func(a, b variant) int { return cmp.Compare(a.df, b.df) })
	word, err := h.variant(inWords, folded, 0)
	if err != nil || best.df*2 < word.df {
		return folded, err
	}
	return best.term[len(from):], nil
}
