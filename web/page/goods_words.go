package page

import "kontor/web/words"

// gableClass varies the heights of the gabled houses; a phone shows three.
func gableClass(i int) string {
	classes := [...]string{"k-house h1", "k-house h2", "k-house h3", "k-house h4 max-sm:hidden", "k-house h5 max-sm:hidden"}
	return classes[i%len(classes)]
}

func (s Search) heading(w *words.Words) string {
	switch {
	case s.Query != "" && s.Total == 0:
		return w.T("search.nothing", "query", s.Query)
	case s.Query != "" && s.Category != "":
		return w.N("search.heading_both", s.Total, "query", s.Query, "category", s.Category)
	case s.Query != "":
		return w.N("search.heading", s.Total, "query", s.Query)
	case s.Category != "":
		return s.Category
	}
	return w.T("layout.all_goods")
}

func (f Facet) class() string {
	if f.Many {
		return "k-facet many"
	}
	return "k-facet"
}

func (t Tier) kind() RowKind {
	if t.Here {
		return RowHere
	}
	return RowPlain
}
