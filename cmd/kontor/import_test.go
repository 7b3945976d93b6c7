package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/feed"
)

// fullRow is a row that goes in, with every kind of column.
var fullRow = map[string]string{
	"article": "A-1", "sku": "A-1-M", "title": "Oxford shirt", "language": "en", "description": "A plain shirt.", "title.de": "Oxfordhemd", "description.de": "Ein schlichtes Hemd.",
	"category": "clothing/shirts", "variant": "M", "unit": "H87", "moq": "12", "multiple": "6", "lead_days": "10", "origin": "TR", "hs_code": "620520",
	"weight_g": "300", "length_mm": "300", "width_mm": "200", "height_mm": "40", "stock": "120", "currency": "EUR", "qty_1": "12", "price_1": "18.40", "qty_2": "60", "price_2": "16.90",
	"price_1.USD": "20.10", "price_2.USD": "18.50", "attr.material": "cotton", "attr.collar:number:cm": "40", "attr.washable:yes_no": "yes", "pictures": "", "state": "proposed",
}

// supplied makes a data folder with one supplier, tarsus.
func supplied(t *testing.T) (data string) {
	t.Helper()
	clearEnvironment(t)
	data = t.TempDir()
	if code, _, messages := said(t, strings.Fields("--data "+data+" admin suppliers add --name Tarsus --country TR --city Tarsus --currency EUR --person Elif --email satis@tarsus.example")...); code != done {
		t.Fatal(messages)
	}
	return data
}

func TestEveryImportColumnRefusesABadValue(t *testing.T) {
	long := strings.Repeat("x", 11_000)
	bad := map[string][]string{
		"article":               {"", long},
		"sku":                   {long, "two\nlines"},
		"title":                 {"", long[:300]},
		"language":              {"klingon!"},
		"description":           {long},
		"title.de":              {long[:300]},
		"description.de":        {long},
		"category":              {"", "home/nothing", "Shirts & more"},
		"variant":               {long},
		"unit":                  {"boxes", "XXX"},
		"moq":                   {"-1", "a dozen", "1.5", "99999999999"},
		"multiple":              {"-6", "six", "99999999999"},
		"lead_days":             {"-1", "two weeks", "5000"},
		"origin":                {"", "Turkey", "XX"},
		"hs_code":               {"", "shirt", "62", "62052000000"},
		"weight_g":              {"-300", "300 g", "0,3", "99999999999"},
		"length_mm":             {"-1", "30 cm", "99999999"},
		"width_mm":              {"-1", "wide", "99999999"},
		"height_mm":             {"-1", "high", "99999999"},
		"stock":                 {"-1", "plenty", "99999999999"},
		"currency":              {"EURO", "XYZ"},
		"qty_1":                 {"-12", "dozen", "60"},
		"price_1":               {"-18.40", "free", "0", "18.405", "999999999999999999"},
		"qty_2":                 {"12", "6", "many", ""},
		"price_2":               {"-1", "19.90", "cheap"},
		"price_1.USD":           {"-1", "$20", "twenty"},
		"price_2.USD":           {"-1", "25.00"},
		"attr.material":         {long},
		"attr.collar:number:cm": {"forty", "40 cm"},
		"attr.washable:yes_no":  {"perhaps"},
		"pictures":              {"missing.jpg", "../outside.jpg", "/etc/passwd", "picture:00000000-0000-7000-8000-000000000001"},
		"state":                 {"sold out"},
	}
	columns := slices.Sorted(maps.Keys(fullRow))
	data := supplied(t)
	file := filepath.Join(t.TempDir(), "goods.csv")
	var table strings.Builder
	w := csv.NewWriter(&table)
	check(t, w.Write(columns))
	type spoilt struct{ column, value string }
	at := map[int]spoilt{}
	row := func(n int, s spoilt) {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = fullRow[c]
			switch c {
			case "article", "sku":
				cells[i] = fmt.Sprintf("%s-%d", cells[i], n)
			}
			if c == s.column {
				cells[i] = s.value
			}
		}
		w.Flush()
		at[strings.Count(table.String(), "\n")+1] = s
		check(t, w.Write(cells))
	}
	row(0, spoilt{})
	n := 0
	for _, c := range columns {
		if len(bad[c]) == 0 {
			t.Errorf("no bad value of the column %s is tried: add one here", c)
		}
		for _, v := range bad[c] {
			n++
			row(n, spoilt{c, v})
		}
	}
	row(n+1, spoilt{})
	w.Flush()
	check(t, os.WriteFile(file, []byte(table.String()), 0o600))

	code, out, messages := said(t, "--data", data, "--json", "import", "listings", file, "--supplier", "tarsus")
	var r feed.Report
	check(t, json.Unmarshal([]byte(out), &r))
	if code != wrong || r.Rows != n+2 || r.Created < 2 {
		t.Fatalf("got exit code %d, %d rows of %d, %d created; the two good rows must go in: %s", code, r.Rows, n+2, r.Created, messages)
	}
	told := map[int][]feed.Problem{}
	for _, p := range append(r.Errors, r.Notes...) {
		if p.Message == "" || p.Fix == "" {
			t.Errorf("line %d, column %s: got %q and %q: the supplier must learn what is wrong and what to do", p.Line, p.Column, p.Message, p.Fix)
		}
		told[p.Line] = append(told[p.Line], p)
	}
	for line, s := range at {
		right := s.column == "" && len(told[line]) == 0
		for _, p := range told[line] {
			right = right || p.Column == s.column
		}
		if !right {
			t.Errorf("line %d, %s = %.30q: got %v, want a mistake in that column", line, s.column, s.value, told[line])
		}
	}
}

func TestAnImportThatWasKilledCanBeRunAgain(t *testing.T) {
	data := supplied(t)
	file := filepath.Join(t.TempDir(), "goods.csv")
	const articles = 3_000
	var table strings.Builder
	table.WriteString("article,title,category,origin,hs_code,weight_g,currency,price_1,stock\n")
	for i := range articles {
		fmt.Fprintf(&table, "K-%04d,Shirt number %d,clothing/shirts,TR,620520,300,EUR,18.40,12\n", i, i)
	}
	check(t, os.WriteFile(file, []byte(table.String()), 0o600))
	for _, after := range []time.Duration{100, 400, 800} { // milliseconds; rows are handed on by the thousand, and the rest never comes
		c := exec.Command("kontor", "--data", data, "import", "listings", "-", "--supplier", "tarsus")
		pipe, err := c.StdinPipe()
		check(t, err)
		check(t, c.Start())
		time.AfterFunc(after*time.Millisecond, func() { c.Process.Kill() })
		_, _ = io.WriteString(pipe, table.String()[:table.Len()*9/10])
		if c.Wait() == nil {
			t.Fatal("an import ended before its file did")
		}
	}
	code, out, messages := said(t, "--data", data, "--json", "import", "listings", file, "--supplier", "tarsus")
	var r feed.Report
	check(t, json.Unmarshal([]byte(out), &r))
	if code != done || r.Created+r.Unchanged != articles || r.Updated+r.Rejected != 0 {
		t.Errorf("got exit code %d, %d created and %d unchanged of %d, %d updated, %d rejected: %s", code, r.Created, r.Unchanged, articles, r.Updated, r.Rejected, messages)
	}
	t.Logf("the last run created %d and found %d", r.Created, r.Unchanged)
	_, out, _ = said(t, "--data", data, "export", "listings", "--supplier", "tarsus")
	if got := strings.Count(out, ",published\n"); got != articles {
		t.Errorf("%d of %d listings are there once", got, articles)
	}
	if code, out, messages := said(t, "--data", data, "verify"); code != done {
		t.Errorf("verify says %d after kills: %s%s", code, out, messages)
	}
}
