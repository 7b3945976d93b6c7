package search

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kontor/market/catalog"
)

// misspell changes one random letter of one random word of four letters or
// more: another in its place, dropped, doubled, or swapped with the next.
func misspell(rng *rand.Rand, ws []string) ([]string, bool) {
	var long []int
	for i, w := range ws {
		if len(w) >= 4 && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) || r >= 0x80 }) {
			long = append(long, i)
		}
	}
	if len(long) == 0 {
		return nil, false
	}
	out := slices.Clone(ws)
	i := long[rng.IntN(len(long))]
	for out[i] == ws[i] {
		w := []byte(ws[i])
		at := rng.IntN(len(w))
		switch rng.IntN(4) {
		case 0:
			w[at] = byte('A' + rng.IntN(26))
		case 1:
			w = slices.Delete(w, at, at+1)
		case 2:
			w = slices.Insert(w, at, w[at])
		case 3:
			if at+1 < len(w) {
				w[at], w[at+1] = w[at+1], w[at]
			}
		}
		out[i] = string(w)
	}
	return out, true
}

func TestMisspeltNamesOfRealArticlesAreFound(t *testing.T) {
	names := uciNames(t)
	ix := opened(t, names...)
	df := map[string]int{}
	for _, e := range names {
		ws := words(fold(e.Titles["en"]), 99)
		slices.Sort(ws)
		for _, w := range slices.Compact(ws) {
			df[w]++
		}
	}
	rarest := func(ws []string, n int) []string {
		out := slices.Clone(ws)
		slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(df[fold(a)], df[fold(b)]) })
		return out[:min(n, len(out))]
	}
	for _, c := range []struct {
		name  string
		asked func(ws []string) []string
		least float64 // share found in the first ten
	}{
		{"the whole name, one letter wrong", func(ws []string) []string { return ws }, 0.95},
		{"the three rarest words, one letter wrong", func(ws []string) []string { return rarest(ws, 3) }, 0.85},
		{"the two rarest words, one letter wrong", func(ws []string) []string { return rarest(ws, 2) }, 0.75},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(2010, 4))
			const asked = 500
			found, first := 0, 0
			for n := 0; n < asked; {
				e := names[rng.IntN(len(names))]
				ws, ok := misspell(rng, c.asked(words(e.Titles["en"], 99)))
				if !ok {
					continue
				}
				n++
				f := search(t, ix, catalog.Query{Text: strings.Join(ws, " "), Language: "en", Currency: "GBP", Limit: 10})
				at := slices.IndexFunc(f.IDs, func(id catalog.ListingID) bool { return id == e.ID })
				if at >= 0 {
					found++
				} else if testing.Verbose() {
					t.Logf("%q of %q (read as %q, %d found)", strings.Join(ws, " "), e.Titles["en"], f.ReadAs, f.Total)
				}
				if at == 0 {
					first++
				}
			}
			t.Logf("%s: %.1f %% in the first ten, %.1f %% first", c.name, 100*float64(found)/asked, 100*float64(first)/asked)
			if got := float64(found) / asked; got < c.least {
				t.Errorf("a buyer with one typo finds %.1f %% of articles, want %.0f %%", 100*got, 100*c.least)
			}
		})
	}
}
