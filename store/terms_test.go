package store

import (
	"reflect"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/store/storetest"
)

func TestNobodyElseSeesATableBeingEdited(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	want := landed.Table{{Name: "EU", Countries: []string{"DE"}, Methods: []landed.Method{
		{Key: "road", Brackets: []landed.Bracket{{UpToGrams: 1_000, Prices: []market.Money{market.Of(500, "EUR")}}}},
	}}}
	for _, supplier := range []market.BusinessID{"a", "b"} { // two with the same table
		if err := db.SaveTerms(t.Context(), order.Terms{Business: supplier, Freight: want}); err != nil {
			t.Fatal(err)
		}
	}
	read := func() landed.Table {
		terms, err := db.Terms(t.Context(), []market.BusinessID{"a", "b"})
		if err != nil || !reflect.DeepEqual(terms["a"].Freight, want) || !reflect.DeepEqual(terms["b"].Freight, want) {
			t.Errorf("got %+v, %v, want %+v: one supplier's unsaved edit became everybody's price", terms, err, want)
		}
		return terms["a"].Freight
	}
	mine := read()
	mine[0].Name, mine[0].Countries[0], mine[0].Methods[0].Key = "edited", "XX", "edited"
	mine = read()
	mine[0].Methods[0].Brackets[0].UpToGrams = 7
	mine = read()
	mine[0].Methods[0].Brackets[0].Prices[0].Minor = 7
	read()
}

func TestRememberedTablesAreBounded(t *testing.T) {
	ts := tables{byText: map[string]landed.Table{}}
	for i := range maxTables + 10 {
		text := `[{"name":"` + strings.Repeat("x", i+1) + `"}]`
		if table, err := ts.of(text); err != nil || len(table) != 1 || len(table[0].Name) != i+1 {
			t.Fatalf("got %v, %v", table, err)
		}
	}
	if len(ts.byText) > maxTables {
		t.Errorf("%d tables are remembered, want %d at most", len(ts.byText), maxTables)
	}
	if _, err := ts.of(`[{"name":"` + strings.Repeat("x", maxTableText) + `"}]`); err != nil || len(ts.byText) > maxTables {
		t.Errorf("a huge table: %v", err)
	}
	if _, err := ts.of(`{`); err == nil {
		t.Error("half a table was read")
	}
}
