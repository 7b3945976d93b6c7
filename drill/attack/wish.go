package attack

import (
	"errors"
	"fmt"
	"strings"
)

// errNoPages is returned by kinds that need real paths.
var errNoPages = errors.New("the target has no pages to ask for")

// check tells whether there is anything to ask for.
func (t Target) check(p Params) error {
	if p.Path == "" && len(t.Paths) == 0 {
		return errNoPages
	}
	return nil
}

// Of eight wishes, how many are for a page as it is linked, and for the end of a
// long list; all others are searches in words of their own.
const (
	wishes  = 8
	linked  = 2
	atDepth = 1
	deepest = 40 // page of a list
)

// wish is what a hostile client asks for: the scenario's path if there is one, in
// which each %s is another word; else now and then a real page, and mostly what no
// cache can hold: searches in words of the catalogue and one of nobody's, and
// pages far down a list. n is evenly spread over all numbers.
func (t Target) wish(path string, n uint64) string {
	word := func(shift uint) string { return t.Words[n>>shift%uint64(len(t.Words))] }
	kind := n % wishes
	switch {
	case path != "":
		return t.worded(path, n)
	case kind < linked || len(t.Words) == 0:
		return t.Paths[n>>8%uint64(len(t.Paths))]
	case kind < linked+atDepth:
		return fmt.Sprintf("/search?q=%s&page=%d", word(8), 2+n>>32%deepest)
	}
	return fmt.Sprintf("/search?q=%s+%s+%s", word(8), word(24), nonce(n>>40))
}

// worded fills in a path: each %s is a word of the catalogue with two letters that
// nobody adds.
func (t Target) worded(path string, n uint64) string {
	for at := uint64(0); strings.Contains(path, "%s"); at++ {
		m := mix(n + at)
		word := nonce(m)
		if len(t.Words) > 0 {
			word = t.Words[m>>16%uint64(len(t.Words))] + word[:2]
		}
		path = strings.Replace(path, "%s", word, 1)
	}
	return path
}

// nonce is a word of four letters that no catalogue has.
func nonce(n uint64) string {
	letter := func(shift uint) byte { return byte('a' + n>>shift%26) }
	return string([]byte{letter(0), letter(5), letter(10), 'q'})
}
