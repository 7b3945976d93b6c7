package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
)

const mugHeader = "article,title,language,category,unit,moq,multiple,origin,hs_code,weight_g,stock,currency,qty_1,price_1,qty_2,price_2\n"

// cells are the columns that a report names, each as often as it does.
func cells(r Report) (columns []string) {
	for _, p := range r.Errors {
		columns = append(columns, fmt.Sprintf("%d %s", p.Line, p.Column))
	}
	slices.Sort(columns)
	return columns
}

func TestEverythingWrongWithARowIsToldAtOnce(t *testing.T) {
	for _, c := range []struct {
		says, rows string
		want       []string
	}{
		{"six cells of one row", "M,Mug,en,home/kitchen/cups,H87,10,12,PT,691200,0,-5,EUR,24,4.20,48,4.60\n",
			[]string{"2 category", "2 moq", "2 price_2", "2 qty_1", "2 stock", "2 weight_g"}},
		{"an unknown currency, once, and what stands beside it", "M,Mug,en,nowhere,H87,12,12,PT,691200,410,x,EURO,12,4.20,48,abc\n",
			[]string{"2 category", "2 currency", "2 price_2", "2 stock"}},
		{"no second fault where a price can't be read", "M,Mug,en,home/kitchen/mugs,H87,12,12,PT,691200,410,5,EUR,12,four,48,3.60\n", []string{"2 price_1"}},
		{"no second fault where a quantity can't be read", "M,Mug,en,home/kitchen/mugs,H87,12,12,PT,691200,410,5,EUR,12,4.20,many,3.60\n", []string{"2 qty_2"}},
		{"a smallest order that can't be read, and an unknown country", "M,Mug,en,home/kitchen/mugs,H87,ten,12,Portugal,691200,410,5,EUR,12,4.20,48,3.60\n", []string{"2 moq", "2 origin"}},
		{"a bad row beside a good one costs that row only", "M,Mug,en,home/kitchen/mugs,H87,12,12,PT,691200,410,5,EUR,12,4.20,48,3.60\n" +
			"N,Mug,en,home/kitchen/mugs,H87,12,12,PT,691200,-1,5,EUR,12,0,48,3.60\n", []string{"3 price_1", "3 weight_g"}},
	} {
		t.Run(c.says, func(t *testing.T) {
			d, m := shop(t)
			before := m.Saves()
			r := load(t, d, mugHeader+c.rows)
			if got := cells(r); !slices.Equal(got, c.want) {
				t.Errorf("a supplier is told of %q, want %q at once: %+v", got, c.want, r.Errors)
			}
			if good := strings.Count(c.rows, "\n") - 1; r.Created != good || m.Saves() != before+good {
				t.Errorf("%d rows went in with %d saves, want %d", r.Created, m.Saves()-before, good)
			}
		})
	}
}

func TestWhatIsNoTableIsCalledSo(t *testing.T) {
	for says, c := range map[string]struct{ text, want string }{
		"an .xlsx":                   {"PK\x03\x04\x14\x00\x06\x00", "spreadsheet"},
		"an .xls":                    {"\xD0\xCF\x11\xE0\xA1\xB1", "spreadsheet"},
		"a program":                  {"\x7fELF\x02\x01\x01\x00\x00", "not text"},
		"an empty file":              {"", "empty"},
		"escapes in a column's name": {"article,\x1b[2J" + strings.Repeat("x", 9_000) + "\nA,b\n", "missing"},
	} {
		t.Run(says, func(t *testing.T) {
			d, _ := shop(t)
			r, err := Import(t.Context(), d, ImportInput{Actor: catalogtest.Operator(), Supplier: supplier, Reader: strings.NewReader(c.text)})
			if market.KindOf(err) != market.Invalid || len(r.Errors) == 0 || !strings.Contains(r.Errors[0].Message, c.want) {
				t.Errorf("got %v, %+v, want a fault that says %q", err, r.Errors, c.want)
			}
			told := fmt.Sprintf("%s %v %v", err, r.Errors, r.Notes)
			if i := strings.IndexFunc(told, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 || len(told) > 3_000 {
				t.Errorf("a terminal is sent control letters or %d bytes: %.80q", len(told), told)
			}
		})
	}
}

func TestStockThatGoesUpIsNoted(t *testing.T) {
	d, m := shop(t)
	rows := mugHeader + "M,Mug,en,home/kitchen/mugs,H87,12,12,PT,691200,410,%d,EUR,12,4.20,48,3.60\n"
	if r := load(t, d, fmt.Sprintf(rows, 480)); len(r.Notes) > 0 {
		t.Errorf("a new listing's stock is noted: %+v", r.Notes)
	}
	if err := d.SetStock(t.Context(), catalogtest.Operator(), kept(t, m, "M").Variants[0].ID, 432); err != nil {
		t.Fatal(err)
	}
	r := load(t, d, fmt.Sprintf(rows, 480))
	if len(r.Notes) != 1 || r.Notes[0].Line != 2 || !strings.Contains(r.Notes[0].Message, "from 432 to 480") {
		t.Errorf("an old file sells again what was shipped, and the supplier is told %+v", r.Notes)
	}
	if r := load(t, d, fmt.Sprintf(rows, 400)); len(r.Notes) > 0 || r.Updated != 1 {
		t.Errorf("less stock: %+v", r)
	}
}

func TestTemplateGoesInAndNamesItsColumns(t *testing.T) {
	var b strings.Builder
	if err := Template(&b, "JPY", "home/kitchen/mugs"); err != nil {
		t.Fatal(err)
	}
	d, m := shop(t)
	r := load(t, d, b.String())
	if counts(r) != [5]int{2, 2, 0, 0, 0} || len(r.Errors)+len(r.Notes) > 0 {
		t.Errorf("the example that suppliers begin with is refused: %+v", r)
	}
	if l := kept(t, m, "EXAMPLE-1"); l.State != catalog.Draft {
		t.Errorf("sent back as it is, the example is %s", l.State)
	}
	header, _, _ := strings.Cut(b.String(), "\n")
	for _, c := range Columns() {
		if got, ok := parseColumn(c.Name); !ok || !strings.Contains(header, c.Name) || c.Holds == "" {
			t.Errorf("column %q: read %v as %+v, in the template %v", c.Name, ok, got, strings.Contains(header, c.Name))
		}
	}
}
