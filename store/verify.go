package store

import (
	"context"
	"fmt"
)

// Check is the outcome of one rule on all the records it speaks of.
type Check struct {
	Name     string   `json:"name"`
	Checked  int64    `json:"checked"`
	Failed   int64    `json:"failed"`
	Examples []string `json:"examples"` // of what failed, by its id; never personal data
}

// mostExamples bounds the examples of one Check.
const mostExamples = 5

// fail notes one record that breaks the rule.
func (c *Check) fail(id string) {
	if c.Failed++; len(c.Examples) < mostExamples {
		c.Examples = append(c.Examples, id)
	}
}

// rule is something that always holds. Either SQL names what breaks it, or walk
// looks at every row.
type rule struct {
	name    string
	counted string // SELECT of how many records it speaks of
	failing string // SELECT of what breaks it, one id a row
	walk    func(context.Context, reader, *Check) error
}

// Verify holds every rule against the stored records and returns one Check each,
// in a fixed order. It reads while others write: each rule sees one unchanging
// state. Rows are looked at as they come, so memory does not grow with them.
//
// An error means that the records could not be read; a broken rule is no error.
func (db *DB) Verify(ctx context.Context) ([]Check, error) {
	damage, err := db.Check(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify the files: %w", err)
	}
	files := Check{Name: "files, indexes and references are sound", Checked: 1, Examples: []string{}}
	for _, d := range damage {
		files.fail(d)
	}
	checks := []Check{files}
	for _, r := range rules {
		c := Check{Name: r.name, Examples: []string{}}
		if err := db.snapshot(ctx, func(from reader) error { return r.check(ctx, from, &c) }); err != nil {
			return nil, fmt.Errorf("verify that %s: %w", r.name, err)
		}
		checks = append(checks, c)
	}
	return checks, nil
}

func (r rule) check(ctx context.Context, from reader, c *Check) error {
	if r.walk != nil {
		return r.walk(ctx, from, c)
	}
	n, err := one(ctx, from, r.counted, itself[int64])
	if err != nil {
		return err
	}
	c.Checked = n
	var id string
	return each(ctx, from, r.failing, []any{&id}, func() { c.fail(id) })
}

// each reads rows into the same targets, one after the other.
func each(ctx context.Context, from reader, sql string, targets []any, do func()) error {
	return from.query(ctx, sql, nil, func(rec record) error {
		if err := scan(rec, targets); err != nil {
			return err
		}
		do()
		return nil
	})
}

var rules = []rule{
	{name: "every transaction sums to zero in each currency", walk: sumsToZero},
	{
		name:    "every transaction belongs to its order or payout",
		counted: `SELECT COUNT(*) FROM journal`,
		failing: `
			SELECT j.id FROM journal j LEFT JOIN orders o ON o.id = j.order_id
			WHERE j.kind NOT IN ('paid_in', 'released', 'refunded', 'paid_out')
				OR j.kind <> 'paid_out' AND (o.id IS NULL OR o.supplier <> j.business)
				OR j.kind = 'paid_out' AND (j.order_id IS NOT NULL OR (SELECT COUNT(*) FROM payout WHERE transaction_id = j.id) <> 1)
				OR EXISTS (SELECT 1 FROM posting p WHERE p.transaction_id = j.id AND (
					p.account NOT IN ('provider', 'hold', 'payable', 'commission')
					OR p.account = 'hold' AND (j.order_id IS NULL OR p.owner <> j.order_id)
					OR p.account = 'payable' AND p.owner <> j.business))`,
	},
	{name: "what an order holds is paid in less released less refunded, and agrees with its status", walk: holdsAgree},
	{name: "what was paid for an order is its total", walk: paidInFull},
	{name: "commission is the agreed share of what was released", walk: commissionAgreed},
	{name: "an order's total is goods, freight and tax", walk: totalsAddUp},
	{name: "an order's goods are its lines, each price times quantity", walk: linesAddUp},
	{
		name:    "reserved stock is what open orders keep",
		counted: `SELECT COUNT(*) FROM stock`,
		failing: `
			SELECT s.variant FROM stock s LEFT JOIN (` + kept + `) k ON k.variant = s.variant
			WHERE s.reserved <> COALESCE(k.quantity, 0)
			UNION ALL SELECT k.variant FROM (` + kept + `) k LEFT JOIN stock s ON s.variant = k.variant WHERE s.variant IS NULL`,
	},
	{
		name:    "available stock is never negative",
		counted: `SELECT COUNT(*) FROM stock`,
		failing: `SELECT variant FROM stock WHERE reserved < 0 OR on_hand < reserved`,
	},
	{name: "an order's history leads along the drawn arrows to its status", walk: historyExplains},
	{
		name:    "every open order has just the clocks of its status, every closed one none",
		counted: `SELECT COUNT(*) FROM orders`,
		failing: `
			SELECT o.id FROM orders o
			WHERE (SELECT COUNT(*) FROM clock c WHERE c.order_id = o.id) <> CASE o.payment WHEN 'awaiting' THEN 1 WHEN 'held' THEN 2 ELSE 0 END
				OR o.payment = 'awaiting' AND NOT EXISTS (SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.kind = 'pay_by')
				OR o.payment = 'held' AND (NOT EXISTS (SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.kind = 'hold_until')
					OR NOT EXISTS (SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.kind = ` + waitsFor + `))`,
	},
	{
		name:    "every dispute has its complaint, settled as it is",
		counted: `SELECT COUNT(*) FROM orders WHERE dispute <> 'none'`,
		failing: `
			SELECT o.id FROM orders o LEFT JOIN complaint c ON c.order_id = o.id
			WHERE (o.dispute <> 'none') <> (c.order_id IS NOT NULL)
				OR c.order_id IS NOT NULL AND ((o.dispute = 'settled') <> (c.settled IS NOT NULL)
					OR (c.settled IS NULL) <> (c.award IS NULL) OR c.currency <> o.currency)`,
	},
	{
		name:    "every shipped order has its invoice, no other has one",
		counted: `SELECT COUNT(*) FROM orders`,
		failing: `
			SELECT o.id FROM orders o LEFT JOIN invoice i ON i.order_id = o.id
			WHERE (o.fulfilment IN ('shipped', 'received')) <> (i.order_id IS NOT NULL) OR i.supplier <> o.supplier`,
	},
	{
		name:    "invoice numbers have no gaps in their supplier's series",
		counted: `SELECT COUNT(*) FROM invoice`,
		failing: `
			SELECT i.supplier || ' ' || i.series FROM invoice i
			GROUP BY i.supplier, i.series
			HAVING MIN(i.number) <> 1 OR MAX(i.number) <> COUNT(*)
				OR MAX(i.number) <> COALESCE((SELECT value FROM counter WHERE name = 'invoice/' || i.supplier || '/' || i.series), 0)`,
	},
	{
		name:    "every refund after the invoice has its credit note, no other has one",
		counted: `SELECT COUNT(*) FROM credit_note`,
		failing: `
			SELECT j.id FROM journal j LEFT JOIN invoice i ON i.order_id = j.order_id
			WHERE j.kind = 'refunded' AND j.at > i.issued AND NOT EXISTS (SELECT 1 FROM credit_note n WHERE n.transaction_id = j.id)
			UNION ALL
			SELECT n.transaction_id FROM credit_note n LEFT JOIN journal j ON j.id = n.transaction_id LEFT JOIN invoice i ON i.order_id = n.order_id
			WHERE COALESCE(j.kind, '') <> 'refunded' OR j.order_id <> n.order_id OR i.order_id IS NULL OR i.supplier <> n.supplier OR n.issued < i.issued`,
	},
	{
		name:    "credit note numbers have no gaps in their supplier's series",
		counted: `SELECT COUNT(*) FROM credit_note`,
		failing: `
			SELECT n.supplier || ' ' || n.series FROM credit_note n
			GROUP BY n.supplier, n.series
			HAVING MIN(n.number) <> 1 OR MAX(n.number) <> COUNT(*)
				OR MAX(n.number) <> COALESCE((SELECT value FROM counter WHERE name = 'credit/' || n.supplier || '/' || n.series), 0)`,
	},
	{
		name:    "every refund is noted to be sent, by the way it came",
		counted: `SELECT COUNT(*) FROM journal WHERE kind = 'refunded'`,
		failing: `
			SELECT j.id FROM journal j LEFT JOIN refund r ON r.transaction_id = j.id
			WHERE (j.kind = 'refunded') <> (r.transaction_id IS NOT NULL)
			UNION ALL
			SELECT r.transaction_id FROM refund r WHERE (r.sent IS NULL) <> (r.person = '')
				OR NOT EXISTS (SELECT 1 FROM posting p WHERE p.transaction_id = r.transaction_id AND p.account = 'provider' AND p.owner = r.provider)`,
	},
	{
		name:    "payouts are booked once, and never more than was earned",
		counted: `SELECT COUNT(*) FROM payout`,
		failing: `
			SELECT p.id FROM payout p WHERE CASE p.state
				WHEN 'due' THEN p.transaction_id IS NOT NULL
				WHEN 'paid' THEN NOT EXISTS (SELECT 1 FROM posting b WHERE b.transaction_id = p.transaction_id
					AND b.account = 'payable' AND b.owner = p.supplier AND b.currency = p.currency AND b.minor = p.minor)
				ELSE 1 = 1 END
			UNION ALL
			SELECT b.owner || ' ' || b.currency FROM posting b WHERE b.account = 'payable'
			GROUP BY b.owner, b.currency
			HAVING -SUM(b.minor) < (SELECT COALESCE(SUM(p.minor), 0) FROM payout p
				WHERE p.supplier = b.owner AND p.currency = b.currency AND p.state = 'due')`,
	},
	{
		name:    "every line, step and clock belongs to an order",
		counted: `SELECT (SELECT COUNT(*) FROM order_line) + (SELECT COUNT(*) FROM entry) + (SELECT COUNT(*) FROM clock)`,
		failing: `
			SELECT 'line of ' || c.order_id FROM order_line c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = c.order_id)
			UNION ALL SELECT 'step of ' || c.order_id FROM entry c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = c.order_id)
			UNION ALL SELECT 'clock of ' || c.order_id FROM clock c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = c.order_id)`,
	},
	{
		name:    "the businesses of every order are known",
		counted: `SELECT COUNT(*) FROM orders`,
		failing: `
			SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM business b WHERE b.id = o.buyer)
				OR NOT EXISTS (SELECT 1 FROM business b WHERE b.id = o.supplier)`,
	},
	{
		name: "whoever has personal data has a key",
		counted: `SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM thread)
			+ (SELECT COUNT(*) FROM person) + (SELECT COUNT(*) FROM business)`,
		failing: `
			SELECT 'order ' || s.id FROM orders s WHERE ` + keyless("order") + `
			UNION ALL SELECT 'thread ' || s.id FROM thread s WHERE ` + keyless("thread") + `
			UNION ALL SELECT 'person ' || s.id FROM person s WHERE ` + keyless("person") + `
			UNION ALL SELECT 'business ' || s.id FROM business s WHERE ` + keyless("business") + `
				AND COALESCE(s.legal_name, s.tax_number, s.bank, s.seat) IS NOT NULL`,
	},
	{
		name:    "where a business is lies in the clear only if it sells, else sealed",
		counted: `SELECT COUNT(*) FROM business`,
		failing: `SELECT b.id FROM business b WHERE ` + openSeat + ` OR b.sells AND b.seat IS NOT NULL`,
	},
	{
		name: "no sealed field is empty that must be there",
		counted: `SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM complaint) + (SELECT COUNT(*) FROM message)
			+ (SELECT COUNT(*) FROM payout) + (SELECT COUNT(*) FROM person) + (SELECT COUNT(*) FROM address)`,
		failing: `
			SELECT 'order ' || id FROM orders WHERE COALESCE(LENGTH(address), 0) = 0
			UNION ALL SELECT 'complaint of order ' || order_id FROM complaint WHERE COALESCE(LENGTH(text), 0) = 0
			UNION ALL SELECT 'message ' || id FROM message WHERE LENGTH(text) = 0
			UNION ALL SELECT 'payout ' || id FROM payout WHERE LENGTH(bank) = 0
			UNION ALL SELECT 'person ' || id FROM person WHERE LENGTH(email) = 0 OR LENGTH(name) = 0
			UNION ALL SELECT 'address ' || id FROM address WHERE LENGTH(lines) = 0`,
	},
	{
		name:    "every conversation counts its messages",
		counted: `SELECT COUNT(*) FROM thread`,
		failing: `SELECT t.id FROM thread t WHERE t.messages <> (SELECT COUNT(*) FROM message m WHERE m.thread_id = t.id)
			OR (t.order_id IS NULL) = (t.listing IS NULL)`,
	},
	{name: "every price list can be read, and more never costs more a piece", walk: pricesSound},
	{name: "every pending change can be published, and waits while it is pending", walk: changesSound},
	{name: "waiting events can be delivered", walk: eventsSound},
	{
		name:    "remembered requests can be recognised",
		counted: `SELECT COUNT(*) FROM request`,
		failing: `SELECT actor || ' ' || CAST(at AS TEXT) FROM request WHERE key = '' OR digest = '' OR LENGTH(key) > 80 OR at <= 0`,
	},
}

// waitsFor is the silence that an order whose money is held can end in, beside
// the provider's limit, as the steps set it.
const waitsFor = `CASE WHEN o.dispute IN ('open', 'offered') THEN 'answer_by' WHEN o.dispute = 'escalated' THEN 'decide_by'
	ELSE CASE o.fulfilment WHEN 'new' THEN 'accept_by' WHEN 'accepted' THEN 'ship_by' WHEN 'shipped' THEN 'receive_by' WHEN 'received' THEN 'release_by' END END`

// kept is what open orders keep of each variant.
const kept = `SELECT l.variant, CAST(SUM(l.quantity) AS BIGINT) AS quantity FROM orders o JOIN order_line l ON l.order_id = o.id
	WHERE o.payment IN ('awaiting', 'held') AND o.fulfilment IN ('new', 'accepted') GROUP BY l.variant`

func keyless(kind string) string {
	return `NOT EXISTS (SELECT 1 FROM key k WHERE k.kind = '` + kind + `' AND k.id = s.id AND LENGTH(k.wrapped) > 0)`
}
