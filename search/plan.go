package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kontor/market/catalog"
)

// word is one word of the text and the terms it may stand for.
type word struct {
	typed    string // as typed; "" for the halves of a word that was split
	as       string // what a half of a split word is
	folded   string
	optional bool // a stop word: counts, but needn't be there
	variants []variant
	df       int // listings that have the commonest variant
}

// variant is a term that a word may stand for.
type variant struct {
	field  string
	term   string
	weight float64
	df     int
	edits  int // letters that differ from what was typed; the word itself and its stems have 0
}

// What a variant counts for, beside the word as written.
const (
	asWritten = 1.0
	asStem    = 0.85
	asPrefix  = 0.5
	asCode    = 4.0
	asNear    = 0.6 // one letter wrong
	asFar     = 0.35
)

// plan finds what each word of text may stand for. Words that the index has are
// taken as they are, unless wide: then their neighbours too.
func (h *hunt) plan(text string, q catalog.Query, wide bool) ([]word, error) {
	typed := words(text, mostQueryWords)
	ws := make([]word, 0, len(typed))
	for _, t := range typed {
		if f := fold(t); f != "" {
			ws = append(ws, word{typed: t, folded: f})
		}
	}
	whole, err := h.codesOf(text)
	if err != nil {
		return nil, err
	}
	for i := range ws {
		last := i == len(ws)-1
		if err := h.asIs(&ws[i], q, last, wide); err != nil {
			return nil, err
		}
		ws[i].variants = append(ws[i].variants, whole...)
	}
	for i := range len(ws) - 1 {
		joined, err := h.variant(inWords, ws[i].folded+ws[i+1].folded, asWritten)
		if err != nil {
			return nil, err
		}
		if joined.df > 0 {
			ws[i].variants = append(ws[i].variants, joined)
			ws[i+1].variants = append(ws[i+1].variants, joined)
		}
	}
	var out []word
	for i := range ws {
		w := ws[i]
		if (wide || len(w.variants) == 0) && !q.Exactly && len(ws)+len(out)-i <= mostQueryWords {
			halves, err := h.generously(&w, base(q.Language), wide)
			if err != nil {
				return nil, err
			}
			if len(halves) > 0 {
				out = append(out, halves...)
				continue
			}
		}
		out = append(out, w)
	}
	for i := range out {
		for _, v := range out[i].variants {
			out[i].df = max(out[i].df, v.df)
		}
	}
	if !slices.ContainsFunc(out, func(w word) bool { return !w.optional }) {
		for i := range out {
			out[i].optional = false
		}
	}
	return out, nil
}

// asIs adds the terms that w is without any mistake. A last word that the index
// doesn't have, or any with wide, may be the beginning of one.
func (h *hunt) asIs(w *word, q catalog.Query, last, wide bool) error {
	if tooLong(w.typed) {
		return nil
	}
	written, err := h.variant(inWords, w.folded, asWritten)
	if err != nil {
		return err
	}
	if written.df > 0 {
		w.variants = append(w.variants, written)
	}
	digits := hasDigit(w.folded)
	if !digits {
		sole := len(h.view.languages) == 1
		for _, lang := range h.view.languages {
			stem := h.langs.of(lang).stem(w.typed)
			if stem == "" {
				continue
			}
			v, err := h.variant(inStems, lang+":"+stem, asStem)
			if err != nil {
				return err
			}
			if sole && len(w.variants) == 1 && v.df == w.variants[0].df {
				continue // the same listings: the stem has no other form
			}
			if v.df > 0 {
				w.variants = append(w.variants, v)
			}
		}
		for _, lang := range [...]string{base(q.Language), "en"} {
			if st := h.langs.of(lang); st != nil && st.stem(w.typed) == "" {
				w.optional = true
			}
		}
	}
	if digits && len(w.folded) >= 3 {
		codes, err := h.beginning(inCodes, code(w.folded), asCode)
		if err != nil {
			return err
		}
		w.variants = append(w.variants, codes...)
	}
	if last && (wide || len(w.variants) == 0) && utf8.RuneCountInString(w.folded) >= 2 {
		longer, err := h.beginning(inWords, w.folded, asPrefix)
		if err != nil {
			return err
		}
		w.variants = append(w.variants, longer...)
	}
	return nil
}

// codesOf are the article codes that the whole text is, or is the beginning of
// where it looks like one (a digit, or a sign inside).
func (h *hunt) codesOf(text string) ([]variant, error) {
	c := code(text)
	if len(c) < 2 || len(c) > 64 {
		return nil, nil
	}
	if len(c) >= 3 && (hasDigit(c) || strings.ContainsAny(strings.TrimSpace(text), "-_/.")) {
		return h.beginning(inCodes, c, asCode)
	}
	v, err := h.variant(inCodes, c, asCode)
	if err != nil || v.df == 0 {
		return nil, err
	}
	return []variant{v}, nil
}

// variant counts the listings that have term, deleted ones included.
func (h *hunt) variant(field, term string, weight float64) (variant, error) {
	v := variant{field: field, term: term, weight: weight}
	for _, d := range h.dicts {
		list, err := d[field].find(term)
		if err != nil {
			return v, err
		}
		v.df += int(list.Count())
	}
	return v, nil
}
