package store

import (
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order/ordertest"
	"kontor/market/party"
	"kontor/store/storetest"
)

// traded runs a suite of trade on both engines.
func traded(t *testing.T, suite func(*testing.T, func(testing.TB) ordertest.Records)) {
	storetest.Engines(t, func(t *testing.T, url string) {
		suite(t, func(t testing.TB) ordertest.Records { return tradingOn(whole(t, Settings{URL: url})) })
	})
}

// tradingOn is what the suites of trade need of a store.
func tradingOn(db *DB) ordertest.Records {
	return ordertest.Records{
		Book: db, Carts: db, Shelf: db, Threads: db, Journal: db,
		Shelve: func(t testing.TB, l catalog.Listing) {
			t.Helper()
			b := party.Business{
				ID: l.Supplier, Slug: string(l.Supplier), Name: "Tile Works", Country: "PT", City: "Aveiro", Sells: true, State: party.Active,
				Verification: party.Checked, Language: "pt", Currency: "EUR", Created: l.Created, Bank: market.Sealed("sealed bank"),
			}
			k := party.Key{Subject: b.Of(), Wrapped: market.Sealed("wrapped")}
			if err := db.commit(t.Context(), plan{insertBusiness(b), insertKey(k)}); err != nil {
				t.Fatalf("join: %v", err)
			}
			if err := db.Save(t.Context(), []catalog.Listing{l}, nil); err != nil {
				t.Fatalf("list: %v", err)
			}
		},
		Stock: func(t testing.TB, v catalog.VariantID) (onHand, reserved market.Quantity) {
			t.Helper()
			type level struct{ onHand, reserved market.Quantity }
			l, err := one(t.Context(), db, `SELECT on_hand, reserved FROM stock WHERE variant = ?`,
				func(l *level) []any { return []any{&l.onHand, &l.reserved} }, v)
			if err != nil {
				t.Fatalf("read stock: %v", err)
			}
			return l.onHand, l.reserved
		},
	}
}

func TestBook(t *testing.T)    { traded(t, ordertest.Book) }
func TestCarts(t *testing.T)   { traded(t, ordertest.Carts) }
func TestThreads(t *testing.T) { traded(t, ordertest.Threads) }
