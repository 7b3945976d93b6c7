package landed_test

import (
	"reflect"
	"strings"
	"testing"

	"kontor/market/landed"
)

func TestATaxTableIsReadAsItIsWritten(t *testing.T) {
	got, err := landed.ReadRates(strings.NewReader("\uFEFFfrom,to,bps,label\r\nDE, DE, 700, tax_domestic\r\n\r\nDE,*,0,tax_export\n*,*,125,tax_domestic"))
	want := landed.Rates{{"DE", "DE", 700, "tax_domestic"}, {"DE", "*", 0, "tax_export"}, {"*", "*", 125, "tax_domestic"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestEveryMistakeOfATaxTableIsToldWithItsLine(t *testing.T) {
	const head = "from,to,bps,label\n"
	for name, c := range map[string]struct {
		file string
		want string // the beginning of each line, in order
	}{
		"an empty file":                 {"", "line 1, "},
		"a head and nothing else":       {head, "line 1, The table has no rows."},
		"no head":                       {"DE,DE,1900,tax_domestic", "line 1, The table does not begin"},
		"a country in words":            {head + "Germany,DE,1900,tax_domestic", "line 2, from: "},
		"a rate in per cent":            {head + "DE,DE,19%,tax_domestic", "line 2, bps: "},
		"a rate below nothing":          {head + "DE,DE,-1,tax_domestic", "line 2, bps: "},
		"a rate above everything":       {head + "DE,DE,10001,tax_domestic", "line 2, bps: "},
		"a label without words":         {head + "DE,DE,1900,vat", "line 2, label: "},
		"a column too few":              {head + "DE,DE,1900", "line 2, The row has 3"},
		"a row that no sale reaches":    {head + "DE,*,0,tax_export\nDE,FR,0,tax_export", "line 3, from: "},
		"the same row twice":            {head + "DE,FR,0,tax_export\nDE,FR,100,tax_export", "line 3, from: "},
		"a quotation mark in a field":   {head + "D\"E,DE,0,tax_export", "line 2, A quotation mark"},
		"mistakes on several lines":     {head + "DE,D,x,tax_export\n\nDE,FR,0,no", "line 2, to: \nline 2, bps: \nline 4, label: "},
		"more rows than could be meant": {head + strings.Repeat("\n", 1<<20), "The tax table is larger"},
	} {
		t.Run(name, func(t *testing.T) {
			rates, err := landed.ReadRates(strings.NewReader(c.file))
			if err == nil {
				t.Fatalf("read %v: buyers would be charged a tax that nobody meant", rates)
			}
			got, want := strings.Split(err.Error(), "\n"), strings.Split(c.want, "\n")
			if len(got) != len(want) {
				t.Fatalf("got %q, want %d mistakes", got, len(want))
			}
			for i := range want {
				if !strings.HasPrefix(got[i], want[i]) {
					t.Errorf("got %q, want it to begin with %q", got[i], want[i])
				}
			}
		})
	}
}

func FuzzRates(f *testing.F) {
	f.Add("from,to,bps,label\nDE,DE,1900,tax_domestic\nDE,*,0,tax_export")
	f.Fuzz(func(t *testing.T, file string) {
		rates, err := landed.ReadRates(strings.NewReader(file))
		if (err == nil) != (len(rates) > 0) {
			t.Errorf("got %d rates and %v: rows or a reason, not both", len(rates), err)
		}
		for _, r := range rates {
			if r.Bps < 0 || r.Bps > landed.MostBps {
				t.Errorf("a rate of %d", r.Bps)
			}
		}
	})
}
