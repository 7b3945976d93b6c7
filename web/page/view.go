package page

import (
	"net/url"
	"strconv"
	"strings"

	"kontor/web/words"
)

// Policy is the content security policy that every page lives under: nothing
// inline, nothing from outside.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// View is what every page needs besides its own values. One is made for each
// request; it is not changed once a page is drawn from it.
//
// Guests' pages are kept in a cache: what differs from visitor to visitor (cart
// count, account menu) is not in them but in the fragment that MeLinks draws.
type View struct {
	Words *words.Words // language of the page, with its direction
	Theme Theme

	// Address
	Prefix    string // "" for the first language, else "/" and the language: "/ar-XB"
	Keep      string // query that every address keeps: destination and currency when chosen, "cur=SEK&to=SE", else ""
	Path      string // of this page, without Prefix and query: "/search"
	Rest      string // query of this page without Keep: "q=shirt&origin=TR"
	Canonical string // the page's one absolute address; "" for pages that nobody should find by search

	// Head
	Title       string // without the house's name
	Description string // for search engines; may be ""
	House       House
	Place       Place    // where to deliver, and in which money
	Languages   []Option // Value: language, Label: its own name, Href, Chosen; one or none hides the choice
	Query       string   // what stands in the search box
	In          string   // slug of the category chosen in the search box, "" for all goods
	Categories  []Option // top row and search box; Value: slug, Label, Href, Chosen: we are in it

	// Desk: with DeskShop the head is the shop's, else the dark one with Menu.
	Desk Desk
	Menu []Option // Label, Href, Chosen, Count
	Who  string   // the desk's business or operator, as shown in its head

	// Me is who looks, on pages that nobody else gets; nil on those that a cache
	// keeps, whose head asks for it by itself.
	Me *Me

	Flash *Note // what the last action did; shown once above the page
}

// House says whose market this is.
type House struct {
	Name     string // "Kontor"
	Operator string // "Baltic Traders’ Chamber"
	Imprint  string // one line for the foot: who runs it, where
	Version  string // of the software
	Demo     bool   // sample goods and people: said in the foot
}

// Place is where goods go and in which money prices are shown.
type Place struct {
	Country    string   // ISO 3166-1 alpha-2
	Name       string   // in the page's language
	Currency   string   // ISO 4217
	Countries  []Option // Value: alpha-2, Label: name, Chosen
	Currencies []Option // Value: code, Label: code and name, Chosen
}

// Desk tells whose head a page has.
type Desk uint8

const (
	DeskShop     Desk = iota // everybody's: search, categories, cart
	DeskSupplier             // a supplier's own pages
	DeskOperator             // the operator's pages
)

// Theme is the visitor's choice of light, kept in a cookie.
type Theme string

const (
	ThemeAuto  Theme = "" // as the system wishes
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// Option is a link, or one of several choices.
type Option struct {
	Value  string
	Label  string
	Hint   string // a second, smaller line; may be ""
	Href   string
	Count  int // shown when above 0
	Chosen bool
	Off    bool // shown, but can't be chosen
}

// To is the address of path within the page's language, keeping destination and
// currency. Pairs of name and value are added to the query; pairs with an empty
// value are left out. A fragment in path stays last.
func (v *View) To(path string, pairs ...string) string {
	path, fragment, hasFragment := strings.Cut(path, "#")
	path, query, _ := strings.Cut(path, "?")
	var b strings.Builder
	b.Grow(len(v.Prefix) + len(path) + len(query) + len(v.Keep) + 16)
	if v.Prefix != "" && path == "/" {
		path = ""
	}
	b.WriteString(v.Prefix)
	b.WriteString(path)
	sep := byte('?')
	add := func(s string) {
		if s != "" {
			b.WriteByte(sep)
			b.WriteString(s)
			sep = '&'
		}
	}
	add(query)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			add(pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		}
	}
	add(v.Keep)
	if hasFragment {
		b.WriteByte('#')
		b.WriteString(fragment)
	}
	return b.String()
}

// Here is this page's own address, for forms that come back to it.
func (v *View) Here() string {
	if v.Rest == "" {
		return v.To(v.Path)
	}
	return v.To(v.Path + "?" + v.Rest)
}

// rest is this page's query without Keep, as hidden fields of a form that
// changes destination or currency.
func (v *View) rest() []Option {
	return pairs(v.Rest)
}

// kept is Keep as hidden fields of a GET form, whose own fields replace the
// query of its action.
func (v *View) kept() []Option {
	return pairs(v.Keep)
}

func pairs(query string) []Option {
	if query == "" {
		return nil
	}
	var out []Option
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 == nil && err2 == nil && name != "" {
			out = append(out, Option{Value: value, Label: name})
		}
	}
	return out
}

// sells tells whether the reader has a supplier's desk; of a page that a cache
// keeps nobody knows.
func (v *View) sells() bool { return v.Desk == DeskSupplier || v.Me != nil && v.Me.Sells }

// title is the text of the title element.
func (v *View) title() string {
	if v.Title == "" {
		return v.House.Name
	}
	return v.Title + " · " + v.House.Name
}

// logoNote stands small below the name in the head.
func (v *View) logoNote() string {
	switch v.Desk {
	case DeskSupplier:
		return v.Words.T("desk.supplier")
	case DeskOperator:
		return v.Words.T("desk.operator")
	}
	return v.House.Operator
}

func number(n int) string { return strconv.Itoa(n) }

// path is this page's address without any query, for GET forms, whose fields
// make up the query.
func (v *View) path() string {
	if v.Prefix != "" && v.Path == "/" {
		return v.Prefix
	}
	return v.Prefix + v.Path
}

func (v *View) scheme() string {
	if v.Theme == ThemeAuto {
		return "light dark"
	}
	return string(v.Theme)
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
