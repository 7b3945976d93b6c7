package store

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/party"
	"kontor/store/storetest"
)

func TestWhatWasOverwrittenIsGoneFromTheFile(t *testing.T) {
	url := storetest.SQLite(t)
	db := whole(t, Settings{URL: url})
	file := strings.TrimPrefix(url, "sqlite:")
	var all []party.Business
	for i := range 100 {
		b := party.Business{ID: market.NewID[market.BusinessID](), Slug: fmt.Sprint("firm-", i), Name: "Firm", Country: "DE", City: "Bremen", Sells: true, Street: "Am Wall 3", Created: noon(), Version: 1}
		if err := db.commit(t.Context(), plan{insertBusiness(b)}); err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	for _, b := range all {
		b.Street, b.Sells = "", false
		if err := db.SaveBusiness(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	lies, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(lies, []byte("Am Wall")); n > 0 {
		t.Errorf("whoever steals the file reads %d streets that nobody publishes any more", n)
	}
}
