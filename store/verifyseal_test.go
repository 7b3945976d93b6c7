package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order/ordertest"
	"kontor/market/party"
	"kontor/store/storetest"
)

func TestASealThatDoesNotOpenIsTold(t *testing.T) {
	url := storetest.SQLite(t)
	db := whole(t, Settings{URL: url})
	made := ordertest.Every(t, tradingOn(db))
	opens := func(_ context.Context, of party.Subject, v party.Value) error {
		switch {
		case of.ID == "" || v.At.Row == "" || len(v.Sealed) == 0:
			t.Errorf("%+v of %+v is asked for", v, of)
		case string(v.Sealed) == "altered":
			return errors.New("altered")
		}
		return nil
	}
	c, err := db.VerifySeals(t.Context(), 100, opens)
	if err != nil || c.Failed != 0 || c.Checked == 0 {
		t.Fatalf("sound seals are said to be broken: %+v, %v", c, err)
	}
	id := string(made["paid"])
	if err := db.commit(t.Context(), plan{{sql: `UPDATE orders SET address = ? WHERE id = ?`, args: []any{market.Sealed("altered"), id}}}); err != nil {
		t.Fatal(err)
	}
	if c, err = db.VerifySeals(t.Context(), 100, opens); err != nil || c.Failed == 0 || !strings.HasSuffix(c.Examples[0], id) {
		t.Errorf("an altered address passes: %+v, %v", c, err)
	}
}

func TestEverySealedColumnIsSampled(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	var names []string
	for _, s := range sealedColumns {
		names = append(names, s.table+"."+s.column)
	}
	// What is sealed for hours or days only, or under the house's own key; and hashes.
	names = append(names, "key.wrapped", "session.agent", "token.secret", "letter.body", "request.answer")
	names = append(names, "email_index.email_index", "person.email_index", "token.hash", "session.hash", "api_key.hash", "code.browser", "code.answer")
	blobs, err := all(t.Context(), db, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'BLOB'`, itself[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blobs {
		if !slices.Contains(names, b) {
			t.Errorf("%s holds bytes, and nobody says whether they are sealed and sampled", b)
		}
	}
}
