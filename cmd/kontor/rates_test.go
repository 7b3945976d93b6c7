package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kontor/market/landed"
)

func TestTheOperatorsTaxTableIsReadOrRefusedByLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rates.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("from,to,bps,label\nDE,DE,700,tax_domestic\n")
	s, err := readSettings(nil, "", nil, []string{"tax.rates=" + file})
	if err != nil {
		t.Fatal(err)
	}
	rates, err := taxRates(s.TaxRates)
	if want := (landed.Rate{From: "DE", To: "DE", Bps: 700, Label: "tax_domestic"}); err != nil || len(rates) != 1 || rates[0] != want {
		t.Errorf("got %v, %v, want %v: the house would charge another tax", rates, err, want)
	}
	write("from,to,bps,label\nXX,DE,700,tax_domestic\nDE,DE,7%,tax_domestic\n")
	_, err = readSettings(nil, "", nil, []string{"tax.rates=" + file})
	fs, _ := errors.AsType[settingFaults](err)
	if len(fs) != 2 || fs[0].where != file+", line 2" || fs[1].where != file+", line 3" || fs[0].key != "tax.rates" {
		t.Errorf("got %v, want a mistake on line 2 and one on line 3", err)
	}
}
