package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
)

const supplier market.BusinessID = "supplier"

// shop is a catalogue in memory.
func shop(t testing.TB) (*catalog.Desk, *catalogtest.Memory) {
	t.Helper()
	m := catalogtest.NewMemory(supplier)
	d := catalog.NewDesk(m, nil, nil, catalogtest.Noon)
	if err := d.Plant(context.Background(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
		t.Fatal(err)
	}
	return d, m
}

// load imports text as the house.
func load(t testing.TB, d *catalog.Desk, text string, bend ...func(*ImportInput)) Report {
	t.Helper()
	in := ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(text), Size: int64(len(text))}
	for _, b := range bend {
		b(&in)
	}
	report, err := Import(context.Background(), d, in)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	adds(t, report)
	return report
}

func adds(t testing.TB, r Report) {
	t.Helper()
	if r.Rows != r.Created+r.Updated+r.Unchanged+r.Rejected {
		t.Errorf("a supplier can't account for its rows: %d are not %d created, %d updated, %d unchanged and %d rejected", r.Rows, r.Created, r.Updated, r.Unchanged, r.Rejected)
	}
}

func counts(r Report) [5]int {
	return [5]int{r.Rows, r.Created, r.Updated, r.Unchanged, r.Rejected}
}

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func kept(t testing.TB, m *catalogtest.Memory, code string) catalog.Listing {
	t.Helper()
	ls, err := m.ByArticle(context.Background(), supplier, []string{code})
	if err != nil || len(ls) != 1 {
		t.Fatalf("got %d listings of article %s (%v), want 1", len(ls), code, err)
	}
	return ls[0]
}

func TestImportReadsWhatASupplierWrites(t *testing.T) {
	d, m := shop(t)
	text := file(t, "good/mugs.csv")
	r := load(t, d, text)
	if got, want := counts(r), [5]int{4, 4, 0, 0, 0}; got != want || len(r.Errors)+len(r.Notes) > 0 {
		t.Fatalf("got %v %+v %+v, want %v and no problem", got, r.Errors, r.Notes, want)
	}
	mug := kept(t, m, "BR-110")
	if mug.Titles["en"] != `Harbour mug, 3" band` || mug.Titles["de"] != "Hafenbecher" || mug.Descriptions["en"] != "A straight mug.\n\nSix to a box." || mug.HSCode != "691200" || mug.State != catalog.Published {
		t.Errorf("texts or codes were read wrong: %+v", mug)
	}
	if want := []catalog.Attribute{{Name: "material", Kind: catalog.Text, Value: "earthenware"}, {Name: "capacity", Kind: catalog.Number, Value: "330", Unit: "ml"}, {Name: "colour", Kind: catalog.Text, Value: "navy, red, green"}}; !slices.Equal(mug.Attributes, want) {
		t.Errorf("got attributes %v, want %v", mug.Attributes, want)
	}
	if len(mug.Variants) != 3 || mug.Variants[2].SKU != "BR-110-G" || mug.Variants[1].Label != "red" || mug.Variants[1].OnHand != 60 {
		t.Fatalf("got variants %+v, want three, the last from a row further down", mug.Variants)
	}
	want := []catalog.Price{{Currency: "GBP", Tiers: []catalog.Tier{{From: 12, Minor: 395}, {From: 60, Minor: 375}}}, {Currency: "USD", Tiers: []catalog.Tier{{From: 12, Minor: 490}, {From: 60, Minor: 460}}}}
	if got := mug.Variants[0].Prices; !reflect.DeepEqual(got, want) {
		t.Errorf("got prices %+v, want %+v", got, want)
	}
	towel := kept(t, m, "BR-200")
	if towel.State != catalog.Draft || towel.Variants[0].SKU != "BR-200" || towel.LeadDays != 0 || towel.Unit != "PR" {
		t.Errorf("got %+v", towel)
	}
	saves := m.Saves()
	if r = load(t, d, text); counts(r) != [5]int{4, 0, 0, 4, 0} || m.Saves() != saves {
		t.Errorf("the same file again changed something: %+v, %d listings written", r, m.Saves()-saves)
	}
}

func TestImportReadsOtherHabits(t *testing.T) {
	d, m := shop(t)
	r := load(t, d, file(t, "good/semicolon.csv"), func(in *ImportInput) { in.DecimalComma = true })
	if counts(r) != [5]int{2, 2, 0, 0, 0} || len(r.Notes) != 1 || r.Notes[0].Line != 2 {
		t.Errorf("got %+v, want 2 rows and a note of the letters on line 2", r)
	}
	bowl := kept(t, m, "T-1")
	if bowl.Titles["en"] != "Café au lait bowl" || bowl.Variants[0].Prices[0].Tiers[0].Minor != 123450 {
		t.Errorf("got %q at %v", bowl.Titles["en"], bowl.Variants[0].Prices)
	}
	if got := kept(t, m, "T-2").Titles["en"]; got != "Bol; grand" {
		t.Errorf("got title %q", got)
	}
	d, m = shop(t)
	load(t, d, file(t, "good/tab.tsv"), func(in *ImportInput) { in.Language = "fr" })
	if l := kept(t, m, "T-1"); l.Titles["fr"] != "Bowl" || l.MOQ != 6 || l.Variants[0].Prices[0].Tiers[0].From != 6 || l.LeadDays != 7 {
		t.Errorf("got %+v, want a first tier from the smallest order on and the defaults", l)
	}
}

func TestImportNamesEveryMistake(t *testing.T) {
	d, m := shop(t)
	r := load(t, d, file(t, "bad/rows.csv"))
	want := map[int]string{3: "price_1", 4: "price_1", 5: "price_2", 6: "category", 7: "origin", 8: "", 9: "article", 10: "title", 11: "stock", 12: "hs_code",
		13: "moq", 14: "currency", 15: "price_1", 16: "weight_g", 18: "", 20: "stock", 21: ""}
	got := map[int]string{}
	for _, p := range r.Errors {
		if before, twice := got[p.Line]; twice {
			t.Errorf("line %d is told twice: %s and %s: %s", p.Line, before, p.Column, p.Message)
		}
		got[p.Line] = p.Column
		if p.Message == "" || p.Fix == "" {
			t.Errorf("line %d: a supplier would not know what to do: %+v", p.Line, p)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got mistakes on %v\nwant %v", got, want)
	}
	if counts(r) != [5]int{21, 4, 0, 0, 17} {
		t.Errorf("got %v rows, created, updated, unchanged, rejected", counts(r))
	}
	if len(r.Notes) != 2 || r.Notes[0].Column != "colour" || r.Notes[1].Fix != "Did you mean title.de?" {
		t.Errorf("unknown columns were noted as %+v", r.Notes)
	}
	for _, code := range []string{"G-1", "G-2", "G-4", "B-14"} {
		if l := kept(t, m, code); len(l.Variants) != 1 {
			t.Errorf("%s has %d variants, want the good one", code, len(l.Variants))
		}
	}
}

func TestImportRefusesAFileThatItCantRead(t *testing.T) {
	d, _ := shop(t)
	for name, c := range map[string]struct{ text, column string }{
		"empty":                    {"", ""},
		"UTF-16":                   {"\xff\xfea\x00r\x00", ""},
		"a column that is missing": {"article,title,category\nA,B,C\n", "price_1"},
		"a column twice":           {"article,title,category,price_1,Title\nA,B,C,1,D\n", "Title"},
		"no header":                {"A-1,Mug,home,3.95\n", "article"},
	} {
		r, err := Import(t.Context(), d, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(c.text)})
		if market.KindOf(err) != market.Invalid || len(r.Errors) == 0 || r.Errors[0].Column != c.column || r.Errors[0].Fix == "" {
			t.Errorf("%s: got %v and %+v, want one clear fault at column %q", name, err, r.Errors, c.column)
		}
	}
	_, err := Import(t.Context(), d, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(""), Size: MostBytes + 1})
	if market.KindOf(err) != market.TooLarge {
		t.Errorf("a file of more than 200 MB: got %v", err)
	}
}

// broken takes n listings and then fails, as a killed process does.
type broken struct {
	*catalog.Desk
	n int
}

var errKilled = errors.New("killed")

func (b *broken) Load(ctx context.Context, a market.Actor, s market.BusinessID, offers []catalog.Offer) ([]catalog.Loaded, error) {
	if b.n -= len(offers); b.n < 0 {
		return nil, errKilled
	}
	return b.Desk.Load(ctx, a, s, offers)
}

func many(n int) string {
	var b strings.Builder
	b.WriteString("article,title,category,currency,price_1,qty_1,hs_code,origin,weight_g,stock\n")
	for i := range n {
		fmt.Fprintf(&b, "A-%05d,Mug number %d,home/kitchen/mugs,EUR,3.%02d,1,691200,DE,400,%d\n", i, i, i%100, i)
	}
	return b.String()
}

func TestImportGoesOnAfterItWasKilled(t *testing.T) {
	d, m := shop(t)
	text := many(2_500)
	half := &broken{d, 1_300}
	r, err := Import(t.Context(), half, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(text)})
	if !errors.Is(err, errKilled) || r.Created != 1_200 {
		t.Fatalf("got %v and %d created", err, r.Created)
	}
	var last int64
	r = load(t, d, text, func(in *ImportInput) {
		in.Progress = func(done, total int64) {
			if done < last || total != int64(len(text)) {
				t.Errorf("progress fell from %d to %d of %d", last, done, total)
			}
			last = done
		}
	})
	if counts(r) != [5]int{2_500, 1_300, 0, 1_200, 0} || last != int64(len(text)) {
		t.Errorf("got %v with progress to %d of %d", counts(r), last, len(text))
	}
	if n, _ := m.CountByState(t.Context(), supplier); n[catalog.Published] != 2_500 {
		t.Errorf("got %v", n)
	}
}

func TestImportTakesRowsThatStandFarApart(t *testing.T) {
	d, m := shop(t)
	text := many(1_500) + "A-00000,,,EUR,3.00,1,,,400,7\n"
	text = strings.Replace(text, "article,", "article,sku,", 1)
	text = strings.ReplaceAll(strings.ReplaceAll(text, ",Mug", ",,Mug"), "A-00000,,,EUR", "A-00000,A-00000-B,,,EUR")
	if r := load(t, d, text); counts(r) != [5]int{1_501, 1_501, 0, 0, 0} {
		t.Errorf("got %v %+v", counts(r), r.Errors)
	}
	if l := kept(t, m, "A-00000"); len(l.Variants) != 2 || l.Titles["en"] != "Mug number 0" {
		t.Errorf("got %+v, want the variant added and the title kept", l)
	}
	if r := load(t, d, text); counts(r) != [5]int{1_501, 0, 0, 1_501, 0} {
		t.Errorf("the same file again: %v", counts(r))
	}
}

func TestProblemsAreBounded(t *testing.T) {
	d, _ := shop(t)
	r := load(t, d, strings.ReplaceAll(many(3_000), "home/kitchen/mugs", "nowhere"))
	if len(r.Errors) != MostProblems || r.Untold != 2_000 || r.Rejected != 3_000 {
		t.Errorf("got %d errors, %d untold, %d rejected", len(r.Errors), r.Untold, r.Rejected)
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"good/mugs.csv", "good/semicolon.csv", "good/tab.tsv", "bad/rows.csv"} {
		f.Add([]byte(file(f, name)), false)
	}
	f.Add([]byte("article,title,category,price_1,currency\n\"A\"\"\",'=1+1,home,1,EUR\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, comma bool) {
		d, m := shop(t)
		in := ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: bytes.NewReader(data), DecimalComma: comma}
		r, err := Import(t.Context(), d, in)
		if err != nil && market.KindOf(err) == 0 {
			t.Fatalf("a file was answered with an error of ours: %v", err)
		}
		adds(t, r)
		if (r.Rejected > 0) != (len(r.Errors) > 0) && err == nil {
			t.Errorf("%d rows rejected, %d errors told", r.Rejected, len(r.Errors))
		}
		saves := m.Saves()
		in.Reader = bytes.NewReader(data)
		again, err := Import(t.Context(), d, in)
		if m.Saves() != saves || err == nil && (again.Created > 0 || again.Updated > 0) {
			t.Errorf("the same file again changed something: %+v", again)
		}
	})
}

func BenchmarkImport(b *testing.B) {
	text := many(10_000)
	table := &counting{}
	for b.Loop() {
		if _, err := Import(b.Context(), table, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(text)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(table.n)/b.Elapsed().Seconds(), "listings/s")
}

// counting checks listings and keeps none: what parsing and checking cost.
type counting struct {
	Catalogue
	n int
}

func (c *counting) Load(_ context.Context, _ market.Actor, _ market.BusinessID, offers []catalog.Offer) ([]catalog.Loaded, error) {
	tree := catalog.NewTree(catalogtest.Categories())
	for _, o := range offers {
		catalog.Check(o.Listing, tree)
	}
	c.n += len(offers)
	return slices.Repeat([]catalog.Loaded{{Outcome: catalog.Created}}, len(offers)), nil
}
