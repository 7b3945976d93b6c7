package feed

import (
	"os"
	"path/filepath"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// shared opens a file of the shared data, or skips the test.
func shared(t testing.TB, name string) *os.File {
	t.Helper()
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatalf("the shared data are missing: %v", err)
		}
		t.Skipf("skipped, the shared data are missing: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestWholesaleListsBecomeListings(t *testing.T) {
	products, breaks := shared(t, "catalogue/uci_online_retail_products.csv"), shared(t, "catalogue/uci_online_retail_price_breaks.csv")
	listings, dropped, err := ReadWholesale(products, breaks)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range dropped.Lines() {
		t.Log(line)
	}
	out := 0
	for _, d := range dropped.Articles {
		out += d.Count
	}
	if got, want := len(listings)+out, 3922; got != want {
		t.Errorf("got %d articles sold or left out, want all %d of the list", got, want)
	}
	if len(listings) < 3790 {
		t.Errorf("got %d listings: goods were lost", len(listings))
	}
	tree := catalog.NewTree(WholesaleCategories())
	byCode := map[string]catalog.Listing{}
	kinds, tiers := map[string]int{}, map[int]int{}
	for _, l := range listings {
		byCode[l.Article] = l
		kinds[l.Category]++
		tiers[len(l.Variants[0].Prices[0].Tiers)]++
		if faults := catalog.Check(l, tree); len(faults) > 0 {
			t.Errorf("article %s %q could not be sold: %v", l.Article, l.Titles["en"], faults)
		}
	}
	t.Log(kinds)
	t.Log("listings by number of tiers:", tiers)
	for _, code := range []string{"POST", "DOT", "M", "m", "C2", "S", "D", "B", "PADS", "AMAZONFEE", "BANK CHARGES", "CRUK", "gift_0001_10", "22016", "23444", "23702"} {
		if l, there := byCode[code]; there {
			t.Errorf("%s is offered as %q, which is no good", code, l.Titles["en"])
		}
	}
	cakestand := byCode["22423"]
	if got, want := cakestand.Titles["en"], "Regency Cakestand 3 Tier"; got != want {
		t.Errorf("got title %q, want %q", got, want)
	}
	for _, c := range []struct {
		q    market.Quantity
		want int64
	}{{1, 1275}, {5, 1275}, {6, 1095}, {272, 1095}} {
		if got, _ := cakestand.Variants[0].Prices[0].At(c.q); got.Minor != c.want {
			t.Errorf("%d cake stands cost %s each, want %d pence", c.q, got, c.want)
		}
	}
}
