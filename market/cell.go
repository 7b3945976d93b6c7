package market

import "strings"

// formula are the letters by which a spreadsheet takes a cell for a formula
// (OWASP, "CSV Injection").
const formula = "=+-@\t\r"

// Cell is text as a cell of a CSV file that people open: an apostrophe stands
// before what a spreadsheet would compute instead of show, and before what would
// otherwise lose its own. CellText is the reverse.
func Cell(text string) string {
	if text == "" {
		return text
	}
	if strings.IndexByte(formula, text[0]) >= 0 || len(text) > 1 && guards(text) {
		return "'" + text
	}
	return text
}

// CellText is what a cell of a CSV file says, without the guard that Cell or a
// spreadsheet put before it.
func CellText(cell string) string {
	if len(cell) > 1 && guards(cell) {
		return cell[1:]
	}
	return cell
}

// guards tells whether cell, two letters long or more, begins with a guard.
func guards(cell string) bool {
	return cell[0] == '\'' && strings.IndexByte(formula+"'", cell[1]) >= 0
}
