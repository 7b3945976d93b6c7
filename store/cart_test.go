package store

import (
	"testing"
	"time"

	"kontor/market"
	"kontor/market/order"
	"kontor/store/storetest"
)

func TestGuestsCartsAreBounded(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	ctx := t.Context()
	many := plan{
		{sql: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			INSERT INTO cart (id, person, changed) SELECT 'guest ' || i, NULL, i FROM n`, args: []any{mostGuestCarts + 1_000}},
		{sql: `INSERT INTO cart (id, person, changed) VALUES ('a person''s', 'somebody', 0)`},
	}
	if err := db.commit(ctx, many); err != nil {
		t.Fatal(err)
	}
	for range guestRoomEvery {
		if err := db.PutCart(ctx, order.Cart{ID: order.CartID(market.NewID[string]()), Changed: noon()}); err != nil {
			t.Fatal(err)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM cart WHERE person IS NULL`); n != mostGuestCarts {
		t.Errorf("%d guests' carts are kept: whoever sends requests without a cookie fills the disk", n)
	}
	if n := number(t, db, `SELECT count(*) FROM cart WHERE id = 'guest 1' OR person IS NOT NULL`); n != 1 {
		t.Errorf("%d left of a person's cart and the oldest guest's, want the person's", n)
	}
}

func TestForgottenCartsAreGuestsOnly(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		for id, c := range map[order.CartID]order.Cart{
			"an old guest's":   {Changed: noon().Add(-48 * time.Hour)},
			"a recent guest's": {Changed: noon()},
			"an old person's":  {Changed: noon().Add(-48 * time.Hour), Person: "somebody"},
		} {
			c.ID = id
			if err := db.PutCart(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.commit(t.Context(), plan{{sql: `INSERT INTO cart_line SELECT id, 'variant', 1, 0, '', 0 FROM cart`}}); err != nil {
			t.Fatal(err)
		}
		if err := db.ForgetCarts(t.Context(), noon().Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for id, stays := range map[order.CartID]bool{"an old guest's": false, "a recent guest's": true, "an old person's": true} {
			c, err := db.Cart(t.Context(), id)
			if gone := market.KindOf(err) == market.NotFound; gone == stays || stays && len(c.Lines) != 1 {
				t.Errorf("%s cart: got %v, %v, want it to stay: %t", id, c, err, stays)
			}
		}
		if n := number(t, db, `SELECT COUNT(*) FROM cart_line`); n != 2 {
			t.Errorf("%d lines are left of 2: lines of forgotten carts pile up", n)
		}
	})
}
