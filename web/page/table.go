package page

import "github.com/a-h/templ"

// Table is a ledger: every table with money or figures. What is marked as a
// sum adds up.
type Table struct {
	Caption string // shown above; or
	Label   string // said to screen readers only
	Cols    []Col
	Rows    []Row
	Pad     bool // cells keep their distance from the edge: in flush sheets
	Stack   bool // rows fold into blocks on a phone
	Plain   bool // no head row is shown
}

// Col is a column of a Table.
type Col struct {
	Label string
	Right bool // figures
	Money bool // draws the double margin line before the column
	Fold  bool // left out on a phone
	Full  bool // takes the whole width of a folded row
	Lead  bool // on a phone Label stands before the value
}

// RowKind tells how a row is written.
type RowKind string

const (
	RowPlain RowKind = ""
	RowSum   RowKind = "sum"  // double rule
	RowSub   RowKind = "sub"  // smaller, for what follows a sum
	RowHere  RowKind = "here" // the reader's own row
	RowBest  RowKind = "best"
)

// Row is a line of a Table; its first cell names it.
type Row struct {
	Kind  RowKind
	Cells []Cell
}

// Cell is what stands in one place of a Table. Part, where given, is drawn
// after the text.
type Cell struct {
	Text string
	Note string   // in grey, after Text
	More []string // further lines below Text
	Href string   // makes Text a link
	Flag string   // ISO 3166-1 alpha-2; drawn before Text
	Tag  *Tag
	Part templ.Component
}

// Add puts a line below what stands there.
func (c *Cell) Add(line string) {
	if c.Text == "" {
		c.Text = line
		return
	}
	c.More = append(c.More, line)
}

// Cells makes plain cells of texts.
func Cells(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

func (t Table) name() string {
	if t.Caption != "" {
		return t.Caption
	}
	return t.Label
}

func (t Table) wide() bool { return !t.Stack && len(t.Cols) > 3 && t.name() != "" }

func (t Table) class() string {
	c := "k-ledger"
	if t.Pad {
		c += " k-pad"
	}
	if t.Stack {
		c += " k-stack"
	}
	return c
}

func (t Table) col(i int) Col {
	if i < len(t.Cols) {
		return t.Cols[i]
	}
	return Col{}
}

func (c Col) class() string {
	s := ""
	if c.Right || c.Money {
		s = "r"
	}
	if c.Money {
		s += " col"
	}
	if c.Fold {
		s += " max-sm:hidden"
	}
	if c.Full {
		s += " full"
	}
	return s
}

// lead is what stands before a cell's value in a folded row.
func (t Table) lead(i int, c Cell) string {
	if col := t.col(i); col.Lead && (c.Text != "" || c.Part != nil) {
		return col.Label
	}
	return ""
}

func (t Table) head() string {
	if t.Plain {
		return "sr-only"
	}
	return ""
}
