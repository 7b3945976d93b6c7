package search

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// opened is a new index in a folder of its own, closed with the test.
func opened(t testing.TB, entries ...catalog.Entry) *Index {
	t.Helper()
	ix, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	put(t, ix, entries...)
	return ix
}

func put(t testing.TB, ix *Index, entries ...catalog.Entry) {
	t.Helper()
	if err := ix.Put(context.Background(), entries, nil); err != nil {
		t.Fatal(err)
	}
}

func search(t testing.TB, ix *Index, q catalog.Query) catalog.Found {
	t.Helper()
	f, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func titled(id, lang, title string) catalog.Entry {
	return catalog.Entry{
		ID: catalog.ListingID(id), Supplier: "s1", SupplierName: "Hansen & Co", Article: strings.ToUpper(id),
		Titles: map[string]string{lang: title}, Category: "home/kitchen", Origin: "PT", MOQ: 1,
		Prices: []market.Money{market.Of(500, "EUR")}, InStock: true,
	}
}

// uciNames are the articles of the UCI wholesale list, as entries.
func uciNames(t testing.TB) []catalog.Entry {
	t.Helper()
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "catalogue", "uci_online_retail_products.csv"))
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("the UCI wholesale list is not here: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Entry
	for i, r := range rows[1:] {
		if len(words(r[1], 99)) < 2 {
			continue
		}
		e := random(rand.New(rand.NewPCG(7, uint64(i))), i)
		e.Article, e.Titles, e.Descriptions = r[0], map[string]string{"en": r[1]}, nil
		out = append(out, e)
	}
	return out
}

var categories = []string{"home/kitchen/mugs", "home/kitchen/plates", "home/garden", "home", "wear/shirts", "wear/shoes/boots", "wear/shoes", "toys"}

// random is a listing with random facts and a text of some 66 words of a
// 4,000-word vocabulary, the n-th commonest word being n times as rare.
func random(rng *rand.Rand, i int) catalog.Entry {
	z := rand.NewZipf(rng, 1.05, 2, 3_999)
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(invented(int(z.Uint64())))
			b.WriteByte(' ')
		}
		return b.String()
	}
	supplier := rng.IntN(40)
	e := catalog.Entry{
		ID: catalog.ListingID(fmt.Sprintf("listing-%06d", i)), Supplier: market.BusinessID(fmt.Sprintf("supplier-%02d", supplier)),
		SupplierName: fmt.Sprintf("House %s", invented(3_000+supplier)), Article: fmt.Sprintf("ART-%05d", i),
		Titles: map[string]string{"en": text(6)}, Descriptions: map[string]string{"en": text(56)},
		Category: categories[rng.IntN(len(categories))], Attributes: []string{text(4)},
		Origin: []string{"PT", "DE", "CN", "TR", "IN", "IT"}[rng.IntN(6)], MOQ: market.Quantity(1 + rng.IntN(300)),
		LeadDays: rng.IntN(45), Changed: int64(1_700_000_000 + rng.IntN(1_000_000)), InStock: rng.IntN(4) > 0,
	}
	for _, c := range []market.Currency{"EUR", "GBP", "JPY", "KWD"} {
		if rng.IntN(4) > 0 {
			e.Prices = append(e.Prices, market.Of(int64(rng.IntN(20_000)), c))
		}
	}
	return e
}

// invented is the n-th word of a made-up language: pronounceable, from 4
// letters on, all different.
func invented(n int) string {
	syllables := []string{"ba", "ke", "mo", "ti", "ru", "sel", "dor", "pan", "lix", "gam", "fe", "vot", "na", "qui", "zur", "hel"}
	w := syllables[n%16] + syllables[n/16%16]
	if n >= 256 {
		w += syllables[n/256%16]
	}
	return w
}

func many(n int) []catalog.Entry {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]catalog.Entry, n)
	for i := range out {
		out[i] = random(rng, i)
	}
	return out
}
