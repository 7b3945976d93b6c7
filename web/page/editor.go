package page

// Editor is a listing as its supplier edits it. Fields are named by the paths
// that the catalogue's faults name, such as "variants[0].prices[1].tiers[0].from",
// so that each fault finds its field.
type Editor struct {
	Crumbs     []Option
	Title      string
	Tag        *Tag
	Notes      []Note
	Acts       []Act
	Form       Form
	Hidden     []Option
	Texts      []EditorText
	Another    Field // language whose texts are to be added
	Trade      []Field
	Attributes [][]Field // name, kind, value, unit
	Variants   []EditorVariant
	Propose    bool // a second button saves and proposes
	Pictures   *EditorPictures
}

// EditorText is the title and the description in one language.
type EditorText struct {
	Title, Description Field
}

// EditorVariant is one variant; the last one is empty, to be filled in.
type EditorVariant struct {
	Title  string
	Open   bool
	Hidden []Option
	Fields []Field
	Prices []EditorPrice
	Err    string // of its price lists as a whole
	Drop   *Field // box that takes it off; nil for a new one
}

// EditorPrice is a price list in one currency.
type EditorPrice struct {
	Currency Field
	Tiers    [][2]Field // from which quantity on, price
	Err      string     // of the price list as a whole
}

// EditorPictures are a listing's pictures, each with its steps, and the form
// that adds some; field "pictures".
type EditorPictures struct {
	Kept []KeptPicture
	Add  Upload
}

// KeptPicture is one picture in the editor.
type KeptPicture struct {
	Pic  Pic
	Acts []Act
}

// Upload is a form that sends files.
type Upload struct {
	Form   Form
	Field  Field
	Accept string // types, as HTML has them
	Many   bool
	Button string
}

// StockLine sets one variant's stock; fields "stock" and the hidden "variant".
type StockLine struct {
	Action string
	Hidden []Option
	Field  Field
}

// Find is a form that narrows a list by a text.
type Find struct {
	Action string
	Hidden []Option
	Field  Field
}

func (f Field) numeric() bool { return f.Kind == "number" }

// Freight is a supplier's freight table, a row for each zone, way of sending and
// currency; the last one is empty.
type Freight struct {
	Notes  []Note
	Form   Form
	Hidden []Option
	Rows   []FreightRow
}

// FreightRow is one row: its fields, and its prices by weight, a line each.
type FreightRow struct {
	Fields []Field
	Prices Field
}
