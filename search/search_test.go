package search

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	cup := titled("cup", "en", "Tea cup with saucer")
	cup.SKUs = []string{"CUP/12-BLUE", "CUP/12-RED"}
	pot := titled("pot", "en", "Teapot, porcelain")
	pot.Descriptions = map[string]string{"en": "Keeps tea warm for hours. Goes well with every cup."}
	shoe := titled("shoe", "pt", "Calçado de segurança")
	mug := titled("mug", "de", "Große Tassen für Kaffee")
	mug.Attributes, mug.CategoryText = []string{"colour: turquoise"}, "Home Kitchen Mugs"
	shop := titled("shop", "en", "Notebooks ruled")
	shop.SupplierName = "Fonseca Papelaria"
	ja := titled("ja", "ja", "青い急須")
	long := titled("long", "en", strings.Repeat("a", 70)+" ribbon")
	stone := titled("stone", "en", "Stoneware bowl")
	salt := titled("salt", "de", "Soße im Glas")
	sage := titled("sage", "en", "Sole of cork")
	ix := opened(t, cup, pot, shoe, mug, shop, ja, long, stone, salt, sage)

	for _, c := range []struct {
		name, text, lang string
		exactly          bool
		want             string // ids, best first
		readAs           string
	}{
		{"a word as it is written", "saucer", "en", false, "cup", ""},
		{"capitals don't matter", "SAUCER", "en", false, "cup", ""},
		{"diacritics don't matter", "calcado", "pt", false, "shoe", ""},
		{"nor does composing them differently", "Calc\u0327ado", "pt", false, "shoe", ""},
		{"a word's other forms are found by its stem", "notebook", "en", false, "shop", ""},
		{"in its own language", "tasse", "de", false, "mug", ""},
		{"also when the page is in another language", "tasse", "fr", false, "mug", ""},
		{"sharp s is ss", "grosse", "de", false, "mug", ""},
		{"a title counts for more than a description", "cup", "en", false, "cup pot", ""},
		{"all words are needed", "warm cup", "en", false, "pot", ""},
		{"stop words are not", "the cup with a saucer", "en", false, "cup", ""},
		{"the last word may be a beginning", "porcel", "en", false, "pot", ""},
		{"one letter wrong", "sauser", "en", false, "cup", "saucer"},
		{"one letter too few", "porcelin", "en", false, "pot", "porcelain"},
		{"swapped letters", "suacer", "en", false, "cup", "saucer"},
		{"two letters wrong in a long word", "porzelein", "en", false, "pot", "porcelain"},
		{"what was understood is a real word as it is written, not a stem", "seguramca", "pt", false, "shoe", "segurança"},
		{"exactly means exactly", "sauser", "en", true, "", ""},
		{"a forgotten space", "teacup", "en", false, "cup pot", "tea cup"},
		{"a space too many", "tea pot", "en", false, "pot", ""},
		{"an attribute", "turquoise", "en", false, "mug", ""},
		{"a category", "mugs", "en", false, "mug", ""},
		{"a supplier", "fonseca", "en", false, "shop", ""},
		{"an article code", "SHOP", "en", false, "shop", ""},
		{"the beginning of a stock code, however it is punctuated", "cup-12", "en", false, "cup", ""},
		{"a word that nothing has is left out", "saucer xyzzyqq", "en", false, "cup", "saucer"},
		{"a phrase in Japanese", "急須", "ja", false, "ja", ""},
		{"a word longer than any is none", strings.Repeat("a", 72), "en", false, "", ""},
		{"nor is it read as the one that begins like it", "ribbon " + strings.Repeat("a", 72), "en", false, "long", "ribbon"},
		{"a mistake in one of two words", "stonware bowl", "en", false, "stone", "stoneware bowl"},
		{"a mistake is read in the reader's language", "sose", "en", false, "sage", "sole"},
		{"which another reader means otherwise", "sosse", "de", false, "salt", ""},
		{"signs alone find nothing", "!? *", "en", false, "", ""},
		{"nothing like it", "xyzzyqq", "en", false, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := search(t, ix, catalog.Query{Text: c.text, Language: c.lang, Exactly: c.exactly, Currency: "EUR"})
			var ids []string
			for _, id := range f.IDs {
				ids = append(ids, string(id))
			}
			if got := strings.Join(ids, " "); got != c.want || f.ReadAs != c.readAs || f.Total != len(ids) {
				t.Errorf("%q found %q read as %q (%d in all), want %q read as %q", c.text, got, f.ReadAs, f.Total, c.want, c.readAs)
			}
		})
	}
}

func TestPutChangesWhatIsFound(t *testing.T) {
	ix := opened(t, titled("a", "en", "Copper kettle"))
	before := search(t, ix, catalog.Query{Text: "kettle"}).AsOf
	put(t, ix, titled("a", "en", "Copper pan"))
	if f := search(t, ix, catalog.Query{Text: "kettle", Exactly: true}); f.Total != 0 || f.AsOf <= before {
		t.Errorf("a changed listing is still found by its old title (generation %d after %d)", f.AsOf, before)
	}
	put(t, ix, titled("a", "en", "Copper pan"))
	if f := search(t, ix, catalog.Query{}); f.Total != 1 || ix.Len() != 1 {
		t.Errorf("putting a listing twice shows it %d times", f.Total)
	}
	if err := ix.Put(context.Background(), nil, []catalog.ListingID{"a", "unknown"}); err != nil {
		t.Fatal(err)
	}
	if f := search(t, ix, catalog.Query{Text: "pan"}); f.Total != 0 {
		t.Error("a listing that is gone is still found")
	}
}

func TestAnIndexThatCannotBeTrustedIsMadeAnew(t *testing.T) {
	fill := func(t *testing.T, dir string) {
		t.Helper()
		ix, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		put(t, ix, many(300)...)
		if err := errors.Join(ix.Filled(context.Background()), ix.Close()); err != nil {
			t.Fatal(err)
		}
	}
	each := func(t *testing.T, pattern string, do func(path string) error) {
		t.Helper()
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s matches no file: %v", pattern, err)
		}
		for _, p := range paths {
			if err := do(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name  string
		harm  func(t *testing.T, dir string)
		empty bool
	}{
		{"a whole one is kept", func(*testing.T, string) {}, false},
		{"one of another format", func(t *testing.T, dir string) {
			each(t, markOf(dir), func(p string) error { return os.WriteFile(p, []byte("kontor search 0\n"), 0o600) })
		}, true},
		{"one that was never completed", func(t *testing.T, dir string) { each(t, markOf(dir), os.Remove) }, true},
		{"one with a flipped bit", func(t *testing.T, dir string) {
			each(t, filepath.Join(segmentsOf(dir), "*.zap"), func(p string) error {
				b, err := os.ReadFile(p)
				if err != nil {
					return err
				}
				b[len(b)/2] ^= 4
				return os.WriteFile(p, b, 0o600)
			})
		}, true},
		{"one whose files were cut", func(t *testing.T, dir string) {
			each(t, filepath.Join(segmentsOf(dir), "*.zap"), func(p string) error { return os.Truncate(p, 100) })
		}, true},
		{"one whose files are gone", func(t *testing.T, dir string) {
			each(t, filepath.Join(segmentsOf(dir), "*.zap"), os.Remove)
		}, true},
		{"one whose list of files is nonsense", func(t *testing.T, dir string) {
			each(t, filepath.Join(segmentsOf(dir), "root.bolt"), func(p string) error { return os.WriteFile(p, []byte("nonsense"), 0o600) })
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir)
			c.harm(t, dir)
			ix, err := Open(dir)
			if err != nil {
				t.Fatalf("the shop has no search: %v", err)
			}
			defer ix.Close()
			if want := map[bool]int{true: 0, false: 300}[c.empty]; ix.Empty() != c.empty || ix.Len() != want {
				t.Errorf("empty %v with %d listings, want %v with %d", ix.Empty(), ix.Len(), c.empty, want)
			}
			put(t, ix, many(5)...)
			if f := search(t, ix, catalog.Query{}); f.Total != ix.Len() {
				t.Errorf("%d listings browsed of %d", f.Total, ix.Len())
			}
		})
	}
}

func TestManyPutAndSearchAtOnce(t *testing.T) {
	entries := many(400)
	ix := opened(t, entries[:200]...)
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for i := k; i < 200; i += 8 {
				e := entries[200+i]
				if err := ix.Put(context.Background(), []catalog.Entry{e}, []catalog.ListingID{entries[i].ID}); err != nil {
					t.Error(err)
					return
				}
				f, err := ix.Search(context.Background(), catalog.Query{Text: e.Article})
				if err != nil || !slices.Contains(f.IDs, e.ID) {
					t.Errorf("a listing isn't found right after it was put: %v, %v", f.IDs, err)
				}
			}
		})
		wg.Go(func() {
			for range 100 {
				f, err := ix.Search(context.Background(), catalog.Query{Text: entries[k].Titles["en"], Limit: 100})
				if err != nil || len(f.IDs) != min(f.Total, 100) {
					t.Errorf("%d of %d listings shown: %v", len(f.IDs), f.Total, err)
				}
			}
		})
	}
	wg.Wait()
	if ix.Len() != 200 {
		t.Errorf("%d listings are left, want 200", ix.Len())
	}
}

func TestASearchIsRefusedHonestly(t *testing.T) {
	ix := opened(t, titled("a", "en", "Copper kettle"))
	ended, end := context.WithCancel(context.Background())
	end()
	if _, err := ix.Search(ended, catalog.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a visitor who left is still searched for: %v", err)
	}
	for range cap(ix.permits) {
		ix.permits <- struct{}{}
	}
	ix.waiting.Store(mostWaiting)
	if _, err := ix.Search(context.Background(), catalog.Query{}); market.KindOf(err) != market.Busy {
		t.Errorf("a visitor in a crowd is told %v, want to come back later", err)
	}
	for range cap(ix.permits) {
		<-ix.permits
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Search(context.Background(), catalog.Query{}); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed index answers %v", err)
	}
	if err := ix.Put(context.Background(), nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed index takes listings: %v", err)
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"", "tea cup", "ART-00", "çİß\u0301\xff", strings.Repeat("a ", 300), "急須の", "1.5,2", "l'eau", "\x00\xff"} {
		f.Add(s, "en", "home", 3, 5, false)
	}
	ix := opened(f, many(200)...)
	f.Fuzz(func(t *testing.T, text, lang, category string, offset, limit int, exactly bool) {
		found, err := ix.Search(context.Background(), catalog.Query{
			Text: text, Language: lang, Category: category, Offset: offset, Limit: limit, Exactly: exactly, Currency: market.Currency(lang),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.IDs) > mostLimit || len(found.IDs) > found.Total || len(words(found.ReadAs, 99)) > 2*mostQueryWords {
			t.Errorf("%q: %d of %d shown, read as %q", text, len(found.IDs), found.Total, found.ReadAs)
		}
	})
}
