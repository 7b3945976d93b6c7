package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Tree is the categories, ready to be asked. It is safe for concurrent use.
type Tree struct {
	nodes []Category // in tree order
	at    map[string]int
}

// NewTree orders the categories: parents before their children, siblings by
// position, then by path. A node whose parent is missing stands with the roots.
func NewTree(categories []Category) Tree {
	byParent := map[string][]Category{}
	known := map[string]bool{}
	for _, c := range categories {
		known[c.Path] = true
	}
	for _, c := range categories {
		parent := Parent(c.Path)
		if !known[parent] {
			parent = ""
		}
		byParent[parent] = append(byParent[parent], c)
	}
	t := Tree{at: make(map[string]int, len(categories))}
	var walk func(parent string)
	walk = func(parent string) {
		siblings := byParent[parent]
		slices.SortStableFunc(siblings, func(a, b Category) int {
			return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Path, b.Path))
		})
		for _, c := range siblings {
			if _, twice := t.at[c.Path]; twice || c.Path == "" {
				continue
			}
			t.at[c.Path] = len(t.nodes)
			t.nodes = append(t.nodes, c)
			walk(c.Path)
		}
	}
	walk("")
	return t
}

// Parent is the path above: "home/kitchen" for "home/kitchen/mugs", "" for a root.
func Parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

// Name is the category's name in lang, else in English, else its slug.
func (c Category) Name(lang string) string {
	if name := pick(c.Names, lang, "en"); name != "" {
		return name
	}
	return c.Path[len(Parent(c.Path)):]
}

// All lists every category in tree order.
func (t Tree) All() []Category { return slices.Clone(t.nodes) }

// Has tells whether the category is in the tree.
func (t Tree) Has(path string) bool { _, ok := t.at[path]; return ok }

// Node is the category at path.
func (t Tree) Node(path string) (Category, bool) {
	i, ok := t.at[path]
	if !ok {
		return Category{}, false
	}
	return t.nodes[i], true
}

// Children are the categories right below path, in order; "" gives the roots.
func (t Tree) Children(path string) []Category {
	var below []Category
	for _, c := range t.nodes {
		if Parent(c.Path) == path {
			below = append(below, c)
		}
	}
	return below
}

// Trail is the way from the root down to path, path included; what is not in
// the tree is left out.
func (t Tree) Trail(path string) []Category {
	var trail []Category
	for p := path; p != ""; p = Parent(p) {
		if c, ok := t.Node(p); ok {
			trail = append(trail, c)
		}
	}
	slices.Reverse(trail)
	return trail
}

// Nearest is the path in the tree that is written most like path, or "" when
// none is near: what somebody who mistyped it meant.
func (t Tree) Nearest(path string) string {
	if len(path) > 200 {
		return ""
	}
	path = strings.ToLower(strings.TrimSpace(path))
	best, near := "", max(2, len(path)/3)+1
	for _, c := range t.nodes {
		d := Distance(path, c.Path)
		if slug := c.Path[strings.LastIndexByte(c.Path, '/')+1:]; d >= near && slug == path[strings.LastIndexByte(path, '/')+1:] && slug != "" {
			d = near - 1 // the right leaf on a wrong branch
		}
		if d < near {
			best, near = c.Path, d
		}
	}
	return best
}

// Distance counts the letters to change, add or take away between a and b
// (Levenshtein). Its time is the product of the lengths: bound them first.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
