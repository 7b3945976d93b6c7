package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kontor/market"
	"kontor/market/landed"
)

// taxRates reads the operator's tax table; none for an empty path. Every
// mistake is a fault, in its line.
func taxRates(path string) (landed.Rates, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		var cause *os.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, &market.Fault{Kind: market.Invalid, Msg: fmt.Sprintf("The tax table can't be opened: %v.", err), Fix: "Give the path of a readable CSV file."}
	}
	defer f.Close()
	rates, err := landed.ReadRates(f)
	if err != nil && market.KindOf(err) == 0 {
		return nil, &market.Fault{Kind: market.Invalid, Msg: "The tax table can't be read.", Fix: "Give the path of a CSV file, such as " + filepath.Join("kontor", "rates.csv") + ".", Err: err}
	}
	return rates, err
}

// ratesFaults are the mistakes in the operator's tax table, one each.
func ratesFaults(path string) (fs market.Faults) {
	_, err := taxRates(path)
	if fs, ok := errors.AsType[market.Faults](err); ok {
		return fs
	}
	if one, ok := errors.AsType[*market.Fault](err); ok {
		fs = market.Faults{one}
	}
	return fs
}
