package demo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// shared is a file of the shared data, or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatalf("the shared data are missing: %v", err)
		}
		t.Skipf("skipped, the shared data are missing: %v", err)
	}
	return path
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRealListsAreOfferedBesideTheSamples(t *testing.T) {
	products, breaks := shared(t, "catalogue/uci_online_retail_products.csv"), shared(t, "catalogue/uci_online_retail_price_breaks.csv")
	ctx := context.Background()
	r, db := open(t)
	c, err := KnowCatalogues([]string{breaks, products})
	if err != nil || !c.Any() {
		t.Fatalf("the lists were not known by their headers: %v", err)
	}
	lines, err := c.Load(ctx, r, runs, nil)
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(lines, "\n"); !strings.Contains(said, "The rule") || !strings.Contains(said, "left out: rare") || !strings.Contains(said, "left out: the code is a ledger's") {
		t.Errorf("got\n%s\nwant the rule and what was dropped by it", said)
	}
	b, err := r.Parties.Storefront(ctx, market.Actor{}, "thames-gift-wholesale")
	if err != nil {
		t.Fatal(err)
	}
	found, err := db.ByArticle(ctx, b.ID, []string{"22423"})
	if err != nil || len(found) != 1 {
		t.Fatalf("got %d cake stands, %v", len(found), err)
	}
	got := found[0].Variants[0].Prices[0].Tiers
	if len(got) != 2 || got[0] != (catalog.Tier{From: 1, Minor: 1275}) || got[1].Minor != 1095 || got[1].From < 2 {
		t.Errorf("got tiers %v of the cake stand, want 12.75 from 1 and 10.95 from its break", got)
	}
	before, err := r.Catalog.Count(ctx, runs)
	if err != nil || before[catalog.Published] < 3_790 {
		t.Fatalf("got %v, %v: goods were lost", before, err)
	}
	if _, err := c.Load(ctx, r, runs, nil); err != nil {
		t.Fatal(err)
	}
	if after, err := r.Catalog.Count(ctx, runs); err != nil || after[catalog.Published] != before[catalog.Published] {
		t.Errorf("loading again made %v of %v, %v", after, before, err)
	}
	sound(t, db)
}

func TestKontorsOwnFilesAreOffered(t *testing.T) {
	r, _ := open(t)
	ctx := context.Background()
	if err := r.Catalog.Plant(ctx, runs, []catalog.Category{{Path: "home", Names: map[string]string{"en": "Home"}}}); err != nil {
		t.Fatal(err)
	}
	path := write(t, "mugs.csv", "article,title,category,origin,hs_code,weight_g,stock,price_1,state\nM1,Mug,home,DE,691110,380,40,4.50,published\nM2,Cup,nowhere,DE,691110,380,40,4.50,published\n")
	c, err := KnowCatalogues([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.Load(ctx, r, runs, nil)
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(lines, "\n"); !strings.Contains(said, "1 of 2 rows") || !strings.Contains(said, "line 3") {
		t.Errorf("got\n%s\nwant one row, and what is wrong with line 3", said)
	}
}

func TestBadCataloguesAreRefusedBeforeAnythingIsMade(t *testing.T) {
	breaks := "stock_code,unit_price_gbp,lines,min_quantity\n1,2,3,4\n"
	products := "stock_code,description,price_gbp_median,units_sold\n1,MUG,2,3\n"
	for _, c := range []struct {
		name, want string
		paths      []string
	}{
		{"a file that is not there", "can't be read", []string{filepath.Join(t.TempDir(), "none.csv")}},
		{"a folder", "it is a folder", []string{t.TempDir()}},
		{"a header nobody knows", "no catalogue Kontor knows", []string{write(t, "a.csv", "colour,size\nred,1\n")}},
		{"an empty file", "no catalogue Kontor knows", []string{write(t, "a.csv", "")}},
		{"price breaks alone", "not there", []string{write(t, "b.csv", breaks)}},
		{"two lists of products", "already", []string{write(t, "a.csv", products), write(t, "b.csv", products)}},
		{"two mistakes", "b.csv", []string{write(t, "a.csv", "x\n"), write(t, "b.csv", "y\n")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := KnowCatalogues(c.paths)
			if market.KindOf(err) != market.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a fault that says %q", err, c.want)
			}
		})
	}
}
