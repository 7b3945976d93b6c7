package feed

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func blank(cells [][]byte) bool {
	for _, c := range cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// decode makes text of the cells, without white space around it and without
// the guard that guarded puts before what a spreadsheet would compute.
func (r *rows) decode(cells [][]byte, line int) []string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		if !utf8.Valid(c) {
			if r.foreign == 0 {
				r.foreign = line
			}
			if d, err := charmap.Windows1252.NewDecoder().Bytes(c); err == nil {
				c = d
			}
		}
		texts[i] = unguarded(strings.TrimSpace(string(c)))
	}
	return texts
}

// formula are the letters by which a spreadsheet takes a cell for a formula.
const formula = "=+-@\t\r"

// guarded puts an apostrophe before a text that a spreadsheet would compute
// instead of show, and before one that would otherwise lose its own.
func guarded(s string) string {
	if s == "" {
		return s
	}
	if strings.IndexByte(formula, s[0]) >= 0 || len(s) > 1 && s[0] == '\'' && strings.IndexByte(formula+"'", s[1]) >= 0 {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(formula+"'", s[1]) >= 0 {
		return s[1:]
	}
	return s
}
