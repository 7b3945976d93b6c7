package store

import (
	"reflect"
	"strconv"
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
	ts := tables{known: map[market.BusinessID]knownTable{}}
	stored := func(supplier int, version int64, text string) storedTerms {
		return storedTerms{order.Terms{Business: market.BusinessID(strconv.Itoa(supplier)), Version: version}, text}
	}
	for i := range maxTables + 10 {
		text := `[{"name":"` + strings.Repeat("x", i+1) + `"}]`
		if table, err := ts.read(stored(i, 1, text)); err != nil || len(table) != 1 || len(table[0].Name) != i+1 {
			t.Fatalf("got %v, %v", table, err)
		}
	}
	if len(ts.known) > maxTables {
		t.Errorf("%d tables are remembered, want %d at most", len(ts.known), maxTables)
	}
	if _, err := ts.read(stored(maxTables*2, 1, `[{"name":"`+strings.Repeat("x", maxTableText)+`"}]`)); err != nil || len(ts.known) > maxTables {
		t.Errorf("a huge table: %v", err)
	}
	if _, err := ts.read(stored(maxTables*2+1, 1, `{`)); err == nil {
		t.Error("half a table was read")
	}
	last := maxTables + 9
	if table, err := ts.read(stored(last, 2, `[{"name":"new"}]`)); err != nil || table[0].Name != "new" {
		t.Errorf("got %v, %v after a change: orders are placed at the old freight", table, err)
	}
	if table, known := ts.of(market.BusinessID(strconv.Itoa(last)), 1); known {
		t.Errorf("got %v for a version that is no more", table)
	}
}
