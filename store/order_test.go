package store

import (
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
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

// TestReadsTouchTheirOwnRows asks SQLite how it would read: a statement that goes
// through a whole table is slower with each order that anybody ever placed.
func TestReadsTouchTheirOwnRows(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	type line struct {
		id, parent, unused int64
		text               string
	}
	filtered := func(f order.Filter) string {
		where, _ := orderFilter(f)
		return selectOrders + where + ` ORDER BY o.id DESC LIMIT 50`
	}
	for name, sql := range map[string]string{
		"an order":                selectOrders + `WHERE o.id = ?`,
		"a checkout":              selectOrders + `WHERE o.group_id = ?`,
		"a buyer's orders":        filtered(order.Filter{Buyer: "b"}),
		"a supplier's orders":     filtered(order.Filter{Supplier: "s"}),
		"a supplier's paid":       filtered(order.Filter{Supplier: "s", Payment: []order.Payment{order.Held}}),
		"transfers to confirm":    filtered(order.Filter{Provider: "bank", Payment: []order.Payment{order.Awaiting}}),
		"an order by its number":  filtered(order.Filter{Number: "n"}),
		"a cart to be ordered":    selectCart,
		"who buys, and where to":  selectBuyer,
		"clocks that ran out":     selectClocks + `WHERE due <= ? ORDER BY due, order_id LIMIT 100`,
		"a conversation of order": selectThreads + `WHERE order_id = ?`,
	} {
		steps, err := all(t.Context(), db, `EXPLAIN QUERY PLAN `+strings.NewReplacer("IN ??", "IN ('x')", "?", "'x'").Replace(sql),
			func(l *line) []any { return []any{&l.id, &l.parent, &l.unused, &l.text} })
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if strings.HasPrefix(s.text, "SCAN") || strings.Contains(s.text, "posting_of_account (account=?)") {
				t.Errorf("%s: %s", name, s.text)
			}
		}
	}
}
