package web

import (
	"cmp"
	"slices"
	"strings"

	"kontor/shield"
	"kontor/web/page"
	"kontor/web/words"
)

// decided is a decision in words.
func decided(w *words.Words, d shield.Decision) page.Decided {
	what := w.T("siege.turned_away", "source", d.Source.String(), "why", w.T("siege.why_"+d.Why.String()))
	if d.Shadow {
		what = w.T("siege.would", "source", d.Source.String(), "why", w.T("siege.why_"+d.Why.String()))
	}
	why := []string{w.T("siege.number", "ref", d.Ref), w.T("siege.class_" + classKey(d.Class))}
	for _, part := range []string{d.Route, d.Shape, d.Network.String()} {
		if part != "" {
			why = append(why, part)
		}
	}
	if d.Count > 1 {
		why = append(why, w.N("siege.times", d.Count))
	}
	return page.Decided{When: d.At.Format("15:04:05"), What: what, Why: strings.Join(why, " · ")}
}

func classKey(c shield.Class) string {
	if c == shield.Banned {
		return shield.Suspect.String()
	}
	return c.String()
}

// shapes are the floods that are being cut.
func shapes(w *words.Words, last shield.Second) page.Listed {
	l := page.Listed{Title: w.T("siege.shapes"), None: w.T("siege.no_shapes"), Table: page.Table{Label: w.T("siege.shapes"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.shape"), Full: true}, {Label: w.T("siege.a_second"), Right: true, Lead: true}, {Label: w.T("siege.usual"), Right: true, Lead: true}, {Label: w.T("siege.since"), Right: true, Lead: true}}}}
	for _, h := range last.Hot {
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: page.Cells(h.Label, w.Number(int64(h.Rate)), w.Number(int64(h.Baseline)), clock(w, h.Since))})
	}
	return l
}

// sources are those that were refused most in the last minute, with those that
// ask most.
func sources(w *words.Words, seconds []shield.Second) page.Listed {
	l := page.Listed{Title: w.T("siege.sources"), None: w.T("siege.no_sources"), Note: w.T("siege.sources_note"), Table: page.Table{Label: w.T("siege.sources"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.source"), Full: true}, {Label: w.T("siege.network"), Full: true}, {Label: w.T("siege.asks"), Right: true, Lead: true}, {Label: w.T("siege.refused_minute"), Right: true, Lead: true}}}}
	var all []shield.Source
	for _, x := range tail(seconds, judgedSeconds) {
		for _, src := range x.Sources {
			at := slices.IndexFunc(all, func(o shield.Source) bool { return o.Prefix == src.Prefix })
			if at < 0 {
				all = append(all, src)
				continue
			}
			all[at].Refused, all[at].Asked = all[at].Refused+src.Refused, src.Asked
		}
	}
	slices.SortStableFunc(all, func(a, b shield.Source) int {
		return cmp.Or(cmp.Compare(b.Refused, a.Refused), cmp.Compare(b.Asked, a.Asked))
	})
	for _, src := range all[:min(len(all), shownSources)] {
		asks := "–"
		if src.Asked > 0 {
			asks = w.Number(src.Asked)
		}
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: page.Cells(src.Prefix.String(), src.Network.String(), asks, w.Number(src.Refused))})
	}
	return l
}

// bans are those that hold, each with a button that ends it.
func (s *Site) bans(v *page.View) page.Listed {
	w := v.Words
	l := page.Listed{Title: w.T("siege.bans"), None: w.T("siege.no_bans"), Table: page.Table{Label: w.T("siege.bans"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.prefix"), Full: true}, {Label: w.T("siege.reason"), Full: true}, {Label: w.T("siege.until"), Right: true, Lead: true}, {Label: w.T("siege.by"), Lead: true}, {Label: w.T("siege.lift")}}}}
	all := s.Gate.Bans()
	for _, b := range all[:min(len(all), shownBans)] {
		by := w.T("siege.by_shield")
		if b.By != "shield" {
			by = w.T("siege.by_operator")
		}
		reason := page.Cell{Text: b.Reason}
		if b.Shadow {
			reason.Tag = &page.Tag{Tone: page.Warn, Text: w.T("siege.shadow")}
		}
		lift := page.LiftButton(page.Act{Label: w.T("siege.lift"), Action: v.To("/house/shield/lift"), Hidden: []page.Option{{Label: "prefix", Value: b.Prefix.String()}}})
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: []page.Cell{{Text: b.Prefix.String()}, reason, {Text: clock(w, b.Until)}, {Text: by}, {Part: lift}}})
	}
	if len(all) > shownBans {
		l.Note = w.N("siege.more_bans", len(all)-shownBans)
	}
	return l
}
