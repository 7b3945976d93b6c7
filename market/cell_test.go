package market_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
)

func TestCell(t *testing.T) {
	for name, c := range map[string]struct{ text, cell string }{
		"plain text stays":                      {"Linen shirt", "Linen shirt"},
		"nothing stays nothing":                 {"", ""},
		"a formula is shown, not computed":      {"=HYPERLINK(1)", "'=HYPERLINK(1)"},
		"so is a sum with a sign":               {"-2+3", "'-2+3"},
		"a carriage return counts, too":         {"\r=1", "'\r=1"},
		"an apostrophe in the text stays alone": {"'s Hertogenbosch", "'s Hertogenbosch"},
		"one before a sign is kept by another":  {"'=1", "''=1"},
		"an apostrophe alone stays":             {"'", "'"},
	} {
		if got := market.Cell(c.text); got != c.cell {
			t.Errorf("%s: %q is written as %q, want %q", name, c.text, got, c.cell)
		}
	}
}

func TestCellIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("='+-@\t\ra1 ")), 0, 6, -1).Draw(t, "text")
		cell := market.Cell(text)
		if got := market.CellText(cell); got != text {
			t.Fatalf("%q was written as %q and read as %q: an export does not come back", text, cell, got)
		}
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			t.Fatalf("%q is a formula to a spreadsheet", cell)
		}
	})
}
