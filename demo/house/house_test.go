package house_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kontor/demo/draw"
	"kontor/demo/house"
)

// must ends the test where a file of the house can't be read.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// shared opens a table of the shared data, or skips.
func shared(t *testing.T, name string) [][]string {
	t.Helper()
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "trade", name))
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("no shared data: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// row is one variant of a catalogue, by column.
type row map[string]string

func catalogue(t *testing.T, slug string) []row {
	t.Helper()
	b := must[[]byte](t)(house.Listings(slug))
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("listings of %s: %v", slug, err)
	}
	var out []row
	for _, cells := range all[1:] {
		r := row{}
		for i, h := range all[0] {
			r[h] = cells[i]
		}
		out = append(out, r)
	}
	return out
}

func paths(prefix string, in []house.Category, out map[string]bool) {
	for _, c := range in {
		p := strings.TrimPrefix(prefix+"/"+c.Slug, "/")
		out[p] = true
		paths(p, c.Children, out)
	}
}

func TestTheHouseIsAsLargeAsPromised(t *testing.T) {
	suppliers := must[[]house.Supplier](t)(house.Suppliers())
	countries, slugs, listings := map[string]bool{}, map[string]bool{}, 0
	for _, s := range suppliers {
		if slugs[s.Slug] {
			t.Errorf("two suppliers are called %s", s.Slug)
		}
		slugs[s.Slug] = true
		countries[s.Address.Country] = true
		n := 0
		for _, r := range catalogue(t, s.Slug) {
			if r["title"] != "" {
				n++
			}
		}
		if n < 25 {
			t.Errorf("%s shows %d listings, want 25 or more", s.Slug, n)
		}
		listings += n
	}
	if len(suppliers) < 24 || len(countries) < 12 || listings < 600 {
		t.Errorf("got %d suppliers in %d countries with %d listings, want 24 in 12 with 600", len(suppliers), len(countries), listings)
	}
	if b := must[[]house.Buyer](t)(house.Buyers()); len(b) < 10 {
		t.Errorf("got %d buyers, want 10", len(b))
	}
	if p := must[house.Profile](t)(house.House()); len(p.Operators) < 3 {
		t.Errorf("got %d operators, want 3", len(p.Operators))
	}
	if m := must[[]house.Message](t)(house.Messages()); len(m) < 20 {
		t.Errorf("got %d conversations, want 20", len(m))
	}
}

func TestSuppliersCanShipToEveryBuyer(t *testing.T) {
	for _, s := range must[[]house.Supplier](t)(house.Suppliers()) {
		if s.Storefront["en"] == "" || s.Storefront[s.Languages[0]] == "" {
			t.Errorf("%s has no storefront text in its own language", s.Slug)
		}
		if !slices.Contains([]string{"checked", "in_check"}, s.Verification) {
			t.Errorf("%s: verification %q", s.Slug, s.Verification)
		}
		world := false
		for _, z := range s.Shipping.Zones {
			world = world || slices.Contains(z.Countries, "world")
			if !slices.ContainsFunc(s.Shipping.Rates, func(r house.Rate) bool { return r.Zone == z.Name }) {
				t.Errorf("%s: zone %s has no rate, a buyer there can't order", s.Slug, z.Name)
			}
		}
		if !world {
			t.Errorf("%s ships nowhere beyond its zones", s.Slug)
		}
		for i, r := range s.Shipping.Rates[1:] {
			p := s.Shipping.Rates[i]
			if p.Zone == r.Zone && p.Method == r.Method && (r.MaxGrams <= p.MaxGrams || amount(t, r.Price) < amount(t, p.Price)) {
				t.Errorf("%s: %s %s up to %d g breaks the order of the table", s.Slug, r.Zone, r.Method, r.MaxGrams)
			}
		}
	}
}

func amount(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f <= 0 {
		t.Errorf("price %q is no amount", s)
	}
	return f
}

func TestListingsCanBeLoadedAsTheyAre(t *testing.T) {
	known := map[string]bool{}
	paths("", must[[]house.Category](t)(house.Categories()), known)
	skus, texts := map[string]bool{}, map[string]string{}
	for _, s := range must[[]house.Supplier](t)(house.Suppliers()) {
		for _, r := range catalogue(t, s.Slug) {
			sku := r["sku"]
			if skus[sku] {
				t.Errorf("SKU %s stands twice", sku)
			}
			skus[sku] = true
			checkTiers(t, r)
			for _, c := range []string{"weight_g", "length_mm", "width_mm", "height_mm", "moq", "multiple", "lead_days"} {
				if n, err := strconv.Atoi(r[c]); err != nil || n < 1 {
					t.Errorf("%s: %s is %q", sku, c, r[c])
				}
			}
			if r["title"] == "" {
				continue
			}
			if !known[r["category"]] {
				t.Errorf("%s: no category %q", sku, r["category"])
			}
			if _, _, ok := draw.Parse(r["pictures"]); !ok {
				t.Errorf("%s: nobody can draw %q", sku, r["pictures"])
			}
			if own := s.Languages[0]; own != "en" && (r["title."+own] == "" || r["description."+own] == "") {
				t.Errorf("%s has no text in %s, the supplier's own language", sku, own)
			}
			for c, text := range r {
				if text == "" || !strings.HasPrefix(c, "title") && !strings.HasPrefix(c, "description") {
					continue
				}
				if other := texts[text]; other != "" {
					t.Errorf("%s and %s say the same: %q", sku, other, text)
				}
				texts[text] = sku
			}
		}
	}
}

// checkTiers holds prices to one rule: from the smallest order on, more pieces
// never cost more each, in every currency.
func checkTiers(t *testing.T, r row) {
	t.Helper()
	if r["qty_1"] != r["moq"] {
		t.Errorf("%s: first price is for %s, smallest order is %s", r["sku"], r["qty_1"], r["moq"])
	}
	for column := range r {
		first, currency, _ := strings.Cut(column, ".")
		if first != "price_1" || r[column] == "" {
			continue
		}
		if currency != "" {
			currency = "." + currency
		}
		for i := 2; r["qty_"+strconv.Itoa(i)] != ""; i++ {
			now, before := strconv.Itoa(i), strconv.Itoa(i-1)
			if amount(t, r["qty_"+now]) <= amount(t, r["qty_"+before]) || amount(t, r["price_"+now+currency]) >= amount(t, r["price_"+before+currency]) {
				t.Errorf("%s: tier %s%s does not fall", r["sku"], now, currency)
			}
			multiple, _ := strconv.Atoi(r["multiple"])
			if q, _ := strconv.Atoi(r["qty_"+now]); q%multiple != 0 {
				t.Errorf("%s: nobody can order %d in steps of %d", r["sku"], q, multiple)
			}
		}
	}
}

func TestCodesStandInTheOfficialLists(t *testing.T) {
	hs, units := map[string]bool{}, map[string]bool{}
	for _, r := range shared(t, "hs_codes.csv") {
		hs[r[1]] = true
	}
	for _, r := range shared(t, "units_rec20.csv") {
		units[r[1]] = r[0] != "X" && r[0] != "D" // deleted, deprecated
	}
	for _, s := range must[[]house.Supplier](t)(house.Suppliers()) {
		for _, r := range catalogue(t, s.Slug) {
			if len(r["hs_code"]) != 6 || !hs[r["hs_code"]] {
				t.Errorf("%s: the customs know no HS code %q", r["sku"], r["hs_code"])
			}
			if !units[r["unit"]] {
				t.Errorf("%s: unit %q is not in Recommendation 20", r["sku"], r["unit"])
			}
		}
	}
}

func TestAnUnknownSupplierHasNoListings(t *testing.T) {
	for _, slug := range []string{"", "nobody", "../suppliers", "a/b"} {
		if _, err := house.Listings(slug); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("listings of %q: got %v, want fs.ErrNotExist", slug, err)
		}
	}
}
