package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"golang.org/x/text/unicode/norm"
)

// letters that no decomposition turns into plain ones.
var plain = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ς': "σ",
}

// fold brings a word to the form in which words are compared: compatibility
// forms made plain, lower case, without diacritics (Latin, Greek, Cyrillic) and
// without Arabic vowel points. Folding twice changes nothing.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(s))) {
		switch p, ok := plain[r]; {
		case ok:
			b.WriteString(p)
		case r >= 0x300 && r <= 0x36F, r >= 0x64B && r <= 0x652:
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// mostLetters bounds a word that is found, in runes: what is longer is none.
const mostLetters = 64

// tooLong tells whether a word is longer than any in the index.
func tooLong(word string) bool { return utf8.RuneCountInString(word) > mostLetters }

// words cuts s into its words as they stand: runs of letters, marks and digits.
// A point or comma between digits belongs to the number; a lone letter beside
// an apostrophe (l'eau, women's) is dropped; runs of Chinese or Japanese
// characters become overlapping pairs. At most limit words are returned; one
// longer than mostLetters is cut behind one letter more, so that it can be told.
func words(s string, limit int) []string {
	var out []string
	rs := []rune(s)
	for i := 0; i < len(rs) && len(out) < limit; {
		if !inWord(rs, i) {
			i++
			continue
		}
		start, wide := i, pictograph(rs[i])
		for i++; i < len(rs) && inWord(rs, i) && pictograph(rs[i]) == wide; i++ {
		}
		switch n := i - start; {
		case wide && n > 1:
			for k := start; k < i-1 && len(out) < limit; k++ {
				out = append(out, string(rs[k:k+2]))
			}
		case n == 1 && unicode.IsLetter(rs[start]) && (apostrophe(rs, start-1) || apostrophe(rs, i)):
		default:
			out = append(out, string(rs[start:min(i, start+mostLetters+1)]))
		}
	}
	return out
}

func inWord(rs []rune, i int) bool {
	r := rs[i]
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
		return true
	}
	return (r == '.' || r == ',') && i > 0 && i+1 < len(rs) && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1])
}

func pictograph(r rune) bool {
	return r > 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func apostrophe(rs []rune, i int) bool {
	return i >= 0 && i < len(rs) && (rs[i] == '\'' || rs[i] == '’')
}

// code brings an article code to the form in which codes are compared: letters
// and digits only, folded.
func code(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }

// stemmer finds the stems of words of one language; it keeps those found, so
// that a batch stems each word once. Not safe for concurrent use.
type stemmer struct {
	analyze analysis.Analyzer
	known   map[string]string
}

// stem is word's stem, folded, or "" for a stop word.
func (s *stemmer) stem(word string) string {
	if st, ok := s.known[word]; ok {
		return st
	}
	st := ""
	if ts := s.analyze.Analyze([]byte(word)); len(ts) > 0 {
		st = fold(string(ts[0].Term))
	}
	s.known[word] = st
	return st
}
