package feed

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
)

// words are texts that tables and spreadsheets trip over.
var words = rapid.OneOf(
	rapid.SampledFrom([]string{"Mug", "=1+1", "+44 1", "-5", "@home", "'quoted'", "''", "'=x", "a;b", `3" pipe`, "two\nlines", "Ünïcödé ブルー", "1,5", "a|b", "0012", "TRUE", `""`, `"`}),
	rapid.StringMatching(`[ -~]{1,12}`),
)

func anyText(t *rapid.T, label string) string { return strings.TrimSpace(words.Draw(t, label)) }

func anyLine(t *rapid.T, label string) string {
	return strings.TrimSpace(strings.ReplaceAll(anyText(t, label), "\n", " "))
}

// anyListing draws a listing that a desk would keep.
func anyListing(t *rapid.T, n string) catalog.Listing {
	l := catalogtest.Mug("A-" + n)
	l.Language = rapid.SampledFrom([]string{"en", "de", "pt-BR"}).Draw(t, "language")
	l.Titles = map[string]string{l.Language: cmp.Or(anyLine(t, "title"), "x")}
	l.Descriptions = map[string]string{}
	for _, lang := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"en", "fr", "tr"}), rapid.ID[string]).Draw(t, "further") {
		l.Titles[lang] = cmp.Or(anyLine(t, "further title"), "x")
		l.Descriptions[lang] = cmp.Or(anyText(t, "description"), "x")
	}
	l.Attributes = nil
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"material", "Größe", "a.b", "width"}), rapid.ID[string]).Draw(t, "attributes") {
		a := catalog.Attribute{Name: name, Kind: catalog.Text, Value: cmp.Or(anyText(t, "value"), "x")}
		if rapid.Bool().Draw(t, "number") {
			a = catalog.Attribute{Name: name, Kind: catalog.Number, Value: "12.5", Unit: rapid.SampledFrom([]string{"", "cm"}).Draw(t, "unit")}
		}
		l.Attributes = append(l.Attributes, a)
	}
	l.State = rapid.SampledFrom([]catalog.State{catalog.Draft, catalog.Proposed, catalog.Published}).Draw(t, "state")
	if l.State == catalog.Draft && rapid.Bool().Draw(t, "bare") {
		l.Variants, l.HSCode, l.Origin, l.Category = nil, "", "", ""
	}
	for i := range l.Variants {
		v := &l.Variants[i]
		v.Label, v.OnHand, v.HeightMM = anyText(t, "label"), market.Quantity(rapid.Int64Range(0, 99).Draw(t, "stock")), rapid.Int64Range(0, 9).Draw(t, "height")
		v.Prices = nil
		for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom([]market.Currency{"EUR", "USD", "JPY", "KWD"}), 1, 3, rapid.ID[market.Currency]).Draw(t, "currencies") {
			p := catalog.Price{Currency: c}
			from, minor := market.Quantity(rapid.Int64Range(1, 12).Draw(t, "from")), rapid.Int64Range(5_000, 9_000).Draw(t, "minor")
			for range rapid.IntRange(1, 4).Draw(t, "tiers") {
				p.Tiers = append(p.Tiers, catalog.Tier{From: from, Minor: minor})
				from, minor = from+market.Quantity(rapid.Int64Range(1, 50).Draw(t, "step")), minor-rapid.Int64Range(0, 900).Draw(t, "less")
			}
			v.Prices = append(v.Prices, p)
		}
	}
	return l
}

func TestWhatWasExportedIsImportedUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := catalogtest.NewMemory(supplier)
		d := catalog.NewDesk(m, nil, nil, catalogtest.Noon)
		if err := d.Plant(context.Background(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
			t.Fatal(err)
		}
		var offers []catalog.Offer
		for _, n := range []string{"1", "2", "=3"} {
			offers = append(offers, catalog.Offer{Listing: anyListing(t, n)})
		}
		answers, err := d.Load(context.Background(), catalogtest.Operator(), supplier, offers)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range answers {
			if a.Outcome != catalog.Created || len(a.Left) > 0 {
				t.Fatalf("the listing was not taken: %v\n%+v", a, offers[i].Listing)
			}
		}
		text := exported(t, m)
		for name, into := range map[string]*catalogtest.Memory{"the same catalogue": m, "an empty one": catalogtest.NewMemory(supplier)} {
			d := catalog.NewDesk(into, nil, nil, catalogtest.Noon)
			if err := d.Plant(context.Background(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
				t.Fatal(err)
			}
			r, err := Import(context.Background(), d, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(text)})
			if err != nil || len(r.Errors)+len(r.Notes) > 0 {
				t.Fatalf("%s did not take back what was exported: %v %+v %+v\n%s", name, err, r.Errors, r.Notes, text)
			}
			if into == m && r.Unchanged != r.Rows {
				t.Fatalf("%s was changed by what was exported from it: %+v\n%s", name, r, text)
			}
			if again := exported(t, into); again != text {
				t.Fatalf("%s exports something else:\n%s\nwant\n%s", name, again, text)
			}
		}
		cells, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatalf("no other program could read the file: %v", err)
		}
		for _, row := range cells {
			for _, c := range row {
				if c != "" && strings.IndexByte("=+-@\t\r", c[0]) >= 0 {
					t.Fatalf("a spreadsheet would compute %q", c)
				}
			}
		}
	})
}

// exported is the whole catalogue as a file, written from any order.
func exported(t *rapid.T, m *catalogtest.Memory) string {
	shown, err := m.List(context.Background(), catalog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var ls []catalog.Listing
	for _, s := range shown {
		ls = append(ls, s.Listing)
	}
	ls = rapid.Permutation(ls).Draw(t, "order")
	var b bytes.Buffer
	if err := Export(&b, ls); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPicturesOfAListingSurviveARoundTrip(t *testing.T) {
	d, m := shop(t)
	l := catalogtest.Mug("A-1")
	l.Pictures = []catalog.Picture{{ID: "p1", Alt: "front", Width: 9, Height: 9, Widths: []int{9}}, {ID: "p2", Width: 9, Height: 9, Widths: []int{9}}}
	if _, err := d.Load(t.Context(), catalogtest.Operator(), supplier, []catalog.Offer{{Listing: l, Silent: catalog.OfState}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Export(&b, []catalog.Listing{kept(t, m, "A-1")}); err != nil {
		t.Fatal(err)
	}
	if r := load(t, d, b.String()); r.Unchanged != 2 {
		t.Errorf("got %+v", r)
	}
	swapped := strings.Replace(b.String(), "picture:p1|picture:p2", "picture:p2|picture:p1", 1)
	load(t, d, swapped)
	if got := kept(t, m, "A-1").Pictures; !slices.EqualFunc(got, []string{"p2", "p1"}, func(p catalog.Picture, id string) bool { return string(p.ID) == id }) || got[1].Alt != "front" {
		t.Errorf("got pictures %+v, want the two exchanged", got)
	}
	if r := load(t, d, strings.Replace(swapped, "picture:p1", "picture:p9", 1)); r.Rejected != 2 || r.Errors[0].Column != "pictures" {
		t.Errorf("a picture that is not there: %+v", r)
	}
}
