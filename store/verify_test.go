package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
	"kontor/market/order/ordertest"
	"kontor/market/party"
	"kontor/store/storetest"
)

// corruptions are what a fault, or a hand in the database, could do; each must
// be told by one check alone. $name is the order that ordertest.Every calls so.
var corruptions = []struct {
	what, table, sql, told string
}{
	{"a cent made of nothing", "posting",
		`UPDATE posting SET minor = minor + 1 WHERE account = 'provider' AND transaction_id = (SELECT id FROM journal WHERE order_id = '$paid')`,
		"every transaction sums to zero in each currency"},
	{"a transaction without postings", "posting",
		`DELETE FROM posting WHERE transaction_id = (SELECT id FROM journal WHERE order_id = '$paid')`,
		"every transaction sums to zero in each currency; what an order holds is paid in less released less refunded, and agrees with its status; what was paid for an order is its total"},
	{"a payment booked for another supplier", "journal",
		`UPDATE journal SET business = 'another' WHERE order_id = '$paid'`,
		"every transaction belongs to its order or payout"},
	{"earnings booked to another supplier", "posting",
		`UPDATE posting SET owner = 'another' WHERE account = 'payable' AND transaction_id IN (SELECT id FROM journal WHERE order_id = '$split')`,
		"every transaction belongs to its order or payout"},
	{"a payment booked short", "posting",
		`UPDATE posting SET minor = CASE WHEN minor < 0 THEN minor + 5 ELSE minor - 5 END WHERE transaction_id = (SELECT id FROM journal WHERE order_id = '$paid')`,
		"what was paid for an order is its total"},
	{"a refund that the status does not know of", "journal",
		`UPDATE journal SET kind = 'refunded' WHERE kind = 'released' AND order_id = '$released'`,
		"what an order holds is paid in less released less refunded, and agrees with its status; every refund after the invoice has its credit note, no other has one; every refund is noted to be sent, by the way it came"},
	{"money held of a payment that was refused", "posting",
		`UPDATE posting SET minor = CASE WHEN minor < 0 THEN minor + 5 ELSE minor - 5 END WHERE transaction_id = (SELECT id FROM journal WHERE order_id = '$refused' AND kind = 'refunded')`,
		"what an order holds is paid in less released less refunded, and agrees with its status"},
	{"a refused payment that a supplier earned by", "journal",
		`UPDATE journal SET kind = 'released' WHERE order_id = '$refused late' AND kind = 'refunded'`,
		"what an order holds is paid in less released less refunded, and agrees with its status; commission is the agreed share of what was released; every refund is noted to be sent, by the way it came"},
	{"commission taken short", "posting",
		`UPDATE posting SET minor = minor + CASE account WHEN 'commission' THEN 1 WHEN 'payable' THEN -1 ELSE 0 END
		 WHERE transaction_id = (SELECT id FROM journal WHERE order_id = '$released' AND kind = 'released')`,
		"commission is the agreed share of what was released"},
	{"a total that is not its parts", "orders", `UPDATE orders SET total = total + 1 WHERE id = '$placed'`, "an order's total is goods, freight and tax"},
	{"tax that is not its rate", "orders", `UPDATE orders SET tax = tax + 1, total = total + 1 WHERE id = '$placed'`, "an order's total is goods, freight and tax"},
	{"a line's sum changed", "order_line", `UPDATE order_line SET sum = sum + 1 WHERE order_id = '$shipped' AND position = 0`, "an order's goods are its lines, each price times quantity"},
	{"a line lost", "order_line", `DELETE FROM order_line WHERE order_id = '$shipped' AND position = 1`, "an order's goods are its lines, each price times quantity"},
	{"a line's quantity beyond all bounds", "order_line", `UPDATE order_line SET quantity = 9000000000000000000 WHERE order_id = '$released' AND position = 1`, "an order's goods are its lines, each price times quantity"},
	{"stock kept for nobody", "stock", `UPDATE stock SET reserved = reserved + 1`, "reserved stock is what open orders keep"},
	{"stock of a sold article gone", "stock", `DELETE FROM stock WHERE variant = (SELECT MIN(variant) FROM stock)`, "reserved stock is what open orders keep"},
	{"more promised than there is", "stock", `UPDATE stock SET on_hand = reserved - 1`, "available stock is never negative"},
	{"a status that no step led to", "orders", `UPDATE orders SET fulfilment = 'received' WHERE id = '$shipped'`, "an order's history leads along the drawn arrows to its status; every open order has just the clocks of its status, every closed one none"},
	{"a step lost", "entry", `DELETE FROM entry WHERE order_id = '$shipped' AND version = 2`, "an order's history leads along the drawn arrows to its status"},
	{"the whole history lost", "entry", `DELETE FROM entry WHERE order_id = '$shipped'`, "an order's history leads along the drawn arrows to its status"},
	{"a step along no arrow", "entry", `UPDATE entry SET from_fulfilment = 'shipped', to_fulfilment = 'accepted' WHERE order_id = '$accepted' AND version = 3`, "an order's history leads along the drawn arrows to its status"},
	{"an open order that nothing will end", "clock", `DELETE FROM clock WHERE order_id = '$paid'`, "every open order has just the clocks of its status, every closed one none"},
	{"a supplier's silence that never ends", "clock", `DELETE FROM clock WHERE order_id = '$paid' AND kind = 'accept_by'`, "every open order has just the clocks of its status, every closed one none"},
	{"money held without an end", "clock", `DELETE FROM clock WHERE order_id = '$shipped' AND kind = 'hold_until'`, "every open order has just the clocks of its status, every closed one none"},
	{"a complaint that nobody has to answer", "clock", `UPDATE clock SET kind = 'release_by' WHERE order_id = '$wrong' AND kind = 'answer_by'`, "every open order has just the clocks of its status, every closed one none"},
	{"a withdrawn complaint that stops the release", "clock", `DELETE FROM clock WHERE order_id = '$withdrawn' AND kind = 'receive_by'`, "every open order has just the clocks of its status, every closed one none"},
	{"a decision due while nobody argues", "clock", `INSERT INTO clock (order_id, kind, due) VALUES ('$received', 'decide_by', 1)`, "every open order has just the clocks of its status, every closed one none"},
	{"a clock on a closed order", "clock", `INSERT INTO clock (order_id, kind, due) VALUES ('$released', 'release_by', 1)`, "every open order has just the clocks of its status, every closed one none"},
	{"a complaint lost", "complaint", `DELETE FROM complaint WHERE order_id = '$wrong'`, "every dispute has its complaint, settled as it is"},
	{"an award lost", "complaint", `UPDATE complaint SET award = NULL WHERE order_id = '$split'`, "every dispute has its complaint, settled as it is"},
	{"an invoice on another order", "invoice", `UPDATE invoice SET order_id = '$paid' WHERE order_id = '$shipped'`, "every shipped order has its invoice, no other has one"},
	{"an invoice number left out", "invoice", `UPDATE invoice SET number = number + 1 WHERE number = (SELECT MAX(number) FROM invoice)`, "invoice numbers have no gaps in their supplier's series"},
	{"a series that begins at 2", "invoice", `UPDATE invoice SET number = 99 WHERE number = 1`, "invoice numbers have no gaps in their supplier's series"},
	{"a counter that would give a number twice", "counter", `UPDATE counter SET value = value - 1`, "invoice numbers have no gaps in their supplier's series; credit note numbers have no gaps in their supplier's series"},
	{"a credit note number left out", "credit_note", `UPDATE credit_note SET number = number + 1`, "credit note numbers have no gaps in their supplier's series"},
	{"a credit note for another order", "credit_note", `UPDATE credit_note SET order_id = '$released'`, "every refund after the invoice has its credit note, no other has one"},
	{"a credit note without a refund", "credit_note", `UPDATE credit_note SET transaction_id = (SELECT MAX(id) FROM journal WHERE kind = 'paid_in')`, "every refund after the invoice has its credit note, no other has one"},
	{"a paid payout changed", "payout", `UPDATE payout SET minor = minor + 1 WHERE state = 'paid'`, "payouts are booked once, and never more than was earned"},
	{"more about to be paid than is owed", "payout", `UPDATE payout SET minor = minor * 3 WHERE state = 'due'`, "payouts are booked once, and never more than was earned"},
	{"a refund that nobody is told to send", "refund", `DELETE FROM refund`, "every refund is noted to be sent, by the way it came"},
	{"a payout marked paid that was not", "payout", `UPDATE payout SET state = 'paid' WHERE state = 'due'`, "payouts are booked once, and never more than was earned"},
	{"a clock of no order", "clock", `INSERT INTO clock (order_id, kind, due) VALUES ('stray', 'pay_by', 1)`, "every line, step and clock belongs to an order"},
	{"a step of no order", "entry", `UPDATE entry SET order_id = 'stray' WHERE order_id = '$expired' AND version = 1`,
		"an order's history leads along the drawn arrows to its status; every line, step and clock belongs to an order"},
	{"a buyer gone", "business", `DELETE FROM business WHERE id = (SELECT buyer FROM orders WHERE id = '$paid')`, "the businesses of every order are known"},
	{"a buyer's home in the clear", "business", `UPDATE business SET street = 'Am Wall 3' WHERE id = (SELECT buyer FROM orders WHERE id = '$paid')`, seatsRule},
	{"a buyer's postcode in the clear", "business", `UPDATE business SET postcode = '28195' WHERE id = (SELECT buyer FROM orders WHERE id = '$paid')`, seatsRule},
	{"a seat sealed that the storefront should say", "business", `UPDATE business SET seat = bank WHERE bank IS NOT NULL`, seatsRule},
	{"an order's key gone", "key", `DELETE FROM key WHERE kind = 'order' AND id = '$paid'`, "whoever has personal data has a key"},
	{"a conversation's key empty", "key", `UPDATE key SET wrapped = substr(wrapped, 1, 0) WHERE kind = 'thread'`, "whoever has personal data has a key"},
	{"an address lost", "orders", `UPDATE orders SET address = NULL WHERE id = '$paid'`, "no sealed field is empty that must be there"},
	{"a message emptied", "message", `UPDATE message SET text = substr(text, 1, 0)`, "no sealed field is empty that must be there"},
	{"a message lost", "message", `DELETE FROM message`, "every conversation counts its messages"},
	{"a price list that nobody can read", "variant", `UPDATE variant SET prices = '[{"currency":'`, pricesRule},
	{"more that costs more a piece", "variant", `UPDATE variant SET prices = '[{"currency":"EUR","tiers":[{"from":1,"minor":400},{"from":10,"minor":401}]}]' WHERE position = 0`, pricesRule},
	{"tiers out of order", "variant", `UPDATE variant SET prices = '[{"currency":"EUR","tiers":[{"from":1,"minor":400},{"from":1,"minor":390}]}]' WHERE position = 0`, pricesRule},
	{"a price that the smallest order does not reach", "variant", `UPDATE variant SET prices = '[{"currency":"EUR","tiers":[{"from":9,"minor":400}]}]' WHERE position = 0`, pricesRule},
	{"a price in no currency", "variant", `UPDATE variant SET prices = '[{"currency":"EUX","tiers":[{"from":1,"minor":400}]}]' WHERE position = 0`, pricesRule},
	{"a published article without a price", "variant", `UPDATE variant SET prices = '[]' WHERE position = 0`, pricesRule},
	{"a change that nobody can read", "listing", `UPDATE listing SET pending = '{"face":' WHERE pending IS NOT NULL`, changesRule},
	{"a change without a title", "listing", `UPDATE listing SET pending = REPLACE(pending, 'Better mug', '') WHERE pending IS NOT NULL`, changesRule},
	{"a change into a category that is not there", "listing", `UPDATE listing SET pending = REPLACE(pending, 'home/kitchen/mugs', 'nowhere') WHERE pending IS NOT NULL`, changesRule},
	{"a change that the operator never sees", "listing", `UPDATE listing SET waits_since = NULL WHERE waits_since IS NOT NULL`, changesRule},
	{"a returned change that the operator sees again", "listing", `UPDATE listing SET waits_since = 1 WHERE pending IS NOT NULL AND waits_since IS NULL`, changesRule},
	{"a review of no change", "listing", `UPDATE listing SET waits_since = 1 WHERE pending IS NULL`, changesRule},
	{"a change of a draft", "listing", `UPDATE listing SET state = 'draft', waits_since = NULL WHERE pending IS NOT NULL`, changesRule},
	{"a change that changes nothing", "listing", `UPDATE listing SET titles = '{"de":"Becher","en":"Better mug"}' WHERE waits_since IS NOT NULL`, changesRule},
	{"an event that nobody can read", "outbox", `UPDATE outbox SET body = '{"order":'`, "waiting events can be delivered"},
	{"a request that can't be told from another", "request", `UPDATE request SET digest = ''`, "remembered requests can be recognised"},
}

const (
	pricesRule  = "every price list can be read, and more never costs more a piece"
	seatsRule   = "where a business is lies in the clear only if it sells, else sealed"
	changesRule = "every pending change can be published, and waits while it is pending"
)

// changed makes two published listings with a change each: one waits for review
// since noon, the other was returned.
func changed(t *testing.T, db *DB) {
	t.Helper()
	if err := db.PutCategories(t.Context(), catalogtest.Categories()); err != nil {
		t.Fatal(err)
	}
	b := party.Business{ID: market.NewID[market.BusinessID](), Slug: "mugs", Name: "Mugs", Country: "PT", Sells: true, State: party.Active, Created: noon()}
	if err := db.commit(t.Context(), plan{insertBusiness(b)}); err != nil {
		t.Fatal(err)
	}
	for _, returned := range []bool{false, true} {
		l := catalogtest.Mug(fmt.Sprintf("M-%t", returned))
		l.ID, l.Supplier, l.State, l.Created, l.Changed = market.NewID[catalog.ListingID](), b.ID, catalog.Published, noon(), noon()
		for i := range l.Variants {
			l.Variants[i].ID = market.NewID[catalog.VariantID]()
		}
		face := l.Face()
		face.Titles = map[string]string{"de": "Becher", "en": "Better mug"}
		l.Pending = &catalog.Change{Face: face, Since: noon().Add(1234 * time.Nanosecond), Returned: returned}
		if err := db.Save(t.Context(), []catalog.Listing{l}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerify(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		made := ordertest.Every(t, tradingOn(db))
		buyers, err := all(t.Context(), db, `SELECT DISTINCT buyer FROM orders`, itself[market.BusinessID])
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range buyers {
			b := party.Business{ID: id, Slug: string(id), Name: "Corner Shop", Country: "DE", Buys: true, Created: noon()}
			if err := db.commit(t.Context(), plan{insertBusiness(b)}); err != nil {
				t.Fatal(err)
			}
		}
		changed(t, db)
		if broken := broken(t, db); len(broken) > 0 {
			t.Fatalf("sound records are said to be broken: %v", broken)
		}
		names := []string{}
		for name, id := range made {
			names = append(names, "$"+name+"'", string(id)+"'")
		}
		hand := handOn(t, url)
		for _, c := range corruptions {
			t.Run(c.what, func(t *testing.T) {
				identity := ""
				if c.table == "outbox" && !strings.HasPrefix(url, "sqlite:") {
					identity = " OVERRIDING SYSTEM VALUE"
				}
				hand(t, `CREATE TABLE spare AS SELECT * FROM `+c.table)
				hand(t, strings.NewReplacer(names...).Replace(c.sql))
				got := broken(t, db)
				hand(t, `DELETE FROM `+c.table)
				hand(t, `INSERT INTO `+c.table+identity+` SELECT * FROM spare`)
				hand(t, `DROP TABLE spare`)
				if c.table == "stock" { // SQLite's own check knows the same rule
					got = slices.DeleteFunc(got, func(name string) bool { return name == "files, indexes and references are sound" })
				}
				if strings.Join(got, "; ") != c.told {
					t.Errorf("told %q, want %q", got, c.told)
				}
			})
		}
		if broken := broken(t, db); len(broken) > 0 {
			t.Errorf("mended records are said to be broken: %v", broken)
		}
	})
}

// broken is the names of the checks that fail, each with an example.
func broken(t *testing.T, db *DB) (names []string) {
	t.Helper()
	checks, err := db.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.Failed > 0 {
			names = append(names, c.Name)
		}
		if c.Checked == 0 || (c.Failed > 0) != (len(c.Examples) > 0) || c.Examples == nil {
			t.Errorf("%s: checked %d, %d failed, examples %v", c.Name, c.Checked, c.Failed, c.Examples)
		}
	}
	return names
}

// handOn is a hand in the database that no constraint and no trigger stops.
func handOn(t *testing.T, url string) func(t *testing.T, sql string) {
	var raw *sql.DB
	var err error
	var first []string
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		raw, err = driver.Open("file:"+path, func(c *sqlite3.Conn) error {
			return c.Exec(`PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA busy_timeout = 10000`)
		})
		first = []string{`DROP TRIGGER journal_stays`, `DROP TRIGGER journal_is_kept`, `DROP TRIGGER posting_stays`, `DROP TRIGGER posting_is_kept`}
	} else {
		raw, err = sql.Open("pgx", url)
		first = []string{`SET session_replication_role = replica`, `ALTER TABLE stock DROP CONSTRAINT stock_check`}
	}
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { raw.Close() })
	do := func(t *testing.T, sql string) {
		t.Helper()
		if _, err := raw.ExecContext(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for _, sql := range first {
		do(t, sql)
	}
	return do
}
