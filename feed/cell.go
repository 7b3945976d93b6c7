package feed

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"kontor/market"
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
// the guard that market.Cell puts before what a spreadsheet would compute.
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
		texts[i] = market.CellText(strings.TrimSpace(string(c)))
	}
	return texts
}
