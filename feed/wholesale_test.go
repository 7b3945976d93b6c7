package feed

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
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

func TestProductsAloneHaveOneTier(t *testing.T) {
	listings, dropped, err := ReadWholesale(shared(t, "catalogue/uci_online_retail_products.csv"), nil)
	if err != nil || len(listings) < 3_790 || len(dropped.Prices) > 0 {
		t.Fatalf("got %d listings, %v, %v", len(listings), dropped.Prices, err)
	}
	for _, l := range listings {
		if tiers := l.Variants[0].Prices[0].Tiers; len(tiers) != 1 || tiers[0].From != 1 {
			t.Fatalf("article %s has tiers %v, want its median price from 1 on", l.Article, tiers)
		}
		if l.Article == "22423" && l.Variants[0].Prices[0].Tiers[0].Minor != 1275 {
			t.Errorf("got %v, want 12.75", l.Variants[0].Prices)
		}
	}
}

func TestWholesaleLoadsAndLoadsAgain(t *testing.T) {
	m := catalogtest.NewMemory(supplier)
	d := catalog.NewDesk(m, nil, nil, catalogtest.Noon)
	if err := d.Plant(t.Context(), catalogtest.Operator(), WholesaleCategories()); err != nil {
		t.Fatal(err)
	}
	products := "stock_code,description,price_gbp_median,units_sold\n22423,REGENCY CAKESTAND 3 TIER,12.75,13879\nPOST,POSTAGE,18.00,5\n21034,CREAM MUG,0.85,60\n"
	for i, want := range [][5]int{{3, 2, 0, 0, 1}, {3, 0, 0, 2, 1}} {
		r, dropped, err := ImportWholesale(t.Context(), d, WholesaleInput{Actor: catalogtest.Operator(), Supplier: supplier, Products: strings.NewReader(products)})
		if err != nil || counts(r) != want || len(dropped.Articles) != 1 || len(r.Errors) != 1 || r.Errors[0].Line != 3 {
			t.Errorf("time %d: got %v %+v %v, want %v", i+1, counts(r), dropped, err, want)
		}
	}
}

func TestFormatsAreKnownByTheirHeader(t *testing.T) {
	for start, want := range map[string]Format{
		"stock_code,description,price_gbp_median,price_gbp_min,units_sold\n": WholesaleProducts,
		"stock_code,unit_price_gbp,lines,min_quantity,max_quantity\n":        WholesaleBreaks,
		"\ufeffArticle;Title;category;price_1\r\n":                           Kontor,
		"id,name\n": Unknown, "": Unknown, "\xff\xfe": Unknown,
	} {
		if got := Recognise([]byte(start)); got != want {
			t.Errorf("a file that begins %q is taken for %q, want %q", start, got, want)
		}
	}
	_, _, err := ReadWholesale(strings.NewReader("stock_code,description\n"), nil)
	if faults := faultsOf(err); len(faults) != 2 || faults[0].Field != "price_gbp_median" {
		t.Errorf("a list without its columns: got %v", err)
	}
}

func TestSalesBecomeTiers(t *testing.T) {
	for _, c := range []struct {
		name  string
		sales []sale
		want  []catalog.Tier
	}{
		{"no sales", nil, nil},
		{"the usual price alone", []sale{{85, 50, 1}}, []catalog.Tier{{From: 1, Minor: 85}}},
		{"a lower price for more pieces", []sale{{1095, 310, 6}, {1275, 1446, 1}}, []catalog.Tier{{From: 1, Minor: 1275}, {From: 6, Minor: 1095}}},
		{"a rare price", []sale{{1095, 4, 6}, {1275, 1446, 1}}, []catalog.Tier{{From: 1, Minor: 1275}}},
		{"a lower price for as few", []sale{{1095, 310, 1}, {1275, 1446, 1}}, []catalog.Tier{{From: 1, Minor: 1275}}},
		{"a higher price for as few", []sale{{2496, 211, 1}, {1275, 1446, 1}}, []catalog.Tier{{From: 1, Minor: 1275}}},
		{"a higher price for fewer", []sale{{400, 90, 1}, {350, 200, 12}}, []catalog.Tier{{From: 1, Minor: 400}, {From: 12, Minor: 350}}},
		{"dearer for more", []sale{{500, 100, 1}, {400, 50, 10}, {450, 50, 20}}, []catalog.Tier{{From: 1, Minor: 500}, {From: 10, Minor: 400}}},
	} {
		if got := tiersOf(c.sales, func(string) {}); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzWholesale(f *testing.F) {
	f.Add("stock_code,description,price_gbp_median,units_sold\n22423,REGENCY CAKESTAND 3 TIER,12.75,13879\n", "stock_code,unit_price_gbp,lines,min_quantity\n22423,12.75,1446,1\n22423,10.95,310,6\n")
	f.Add("stock_code,description,price_gbp_median,units_sold\n84247K,\"FOLK ART CARD,pack/12\",2.95,0\nM,x,1,1\n", "stock_code,unit_price_gbp,lines,min_quantity\n84247K,0,9,9\n")
	tree := catalog.NewTree(WholesaleCategories())
	f.Fuzz(func(t *testing.T, products, breaks string) {
		listings, _, err := ReadWholesale(strings.NewReader(products), strings.NewReader(breaks))
		if err != nil && market.KindOf(err) == 0 {
			t.Fatalf("a file was answered with an error of ours: %v", err)
		}
		for _, l := range listings {
			if faults := catalog.Check(l, tree); len(faults) > 0 {
				t.Fatalf("article %q could not be sold: %v", l.Article, faults)
			}
		}
	})
}
