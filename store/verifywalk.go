package store

import (
	"context"
	"encoding/json"

	"kontor/market"
	"kontor/market/order"
)

// sumsToZero adds up each transaction as its postings come.
func sumsToZero(ctx context.Context, from reader, c *Check) error {
	var (
		id, current string
		m           market.Money
		lines       int
		sums        = map[market.Currency]int64{}
	)
	judge := func() {
		if current == "" {
			return
		}
		c.Checked++
		bad := lines < 2
		for _, sum := range sums {
			bad = bad || sum != 0
		}
		if bad {
			c.fail(current)
		}
	}
	// A transaction without any posting has NULL here, which reads as zero.
	err := each(ctx, from, `SELECT j.id, p.currency, p.minor FROM journal j LEFT JOIN posting p ON p.transaction_id = j.id ORDER BY j.id`,
		[]any{&id, &m.Currency, &m.Minor}, func() {
			if id != current {
				judge()
				current, lines = id, 0
				clear(sums)
			}
			sums[m.Currency] += m.Minor
			lines++
		})
	judge()
	return err
}

// selectMoney is where each order's money is, by the journal.
const selectMoney = `
	SELECT o.id, o.payment, o.total,
		(SELECT CAST(COALESCE(-SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'paid_in' AND p.currency = o.currency),
		(SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'released' AND p.currency = o.currency),
		(SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'refunded' AND p.currency = o.currency),
		(SELECT COUNT(*) FROM journal j CROSS JOIN posting p
			WHERE j.order_id = o.id AND p.transaction_id = j.id AND p.currency <> o.currency)
	FROM orders o ORDER BY o.id`

type moneyOf struct {
	id                         string
	payment                    order.Payment
	total, in, out, back, odds int64
}

func eachMoney(ctx context.Context, from reader, do func(moneyOf)) error {
	var m moneyOf
	return each(ctx, from, selectMoney, []any{&m.id, &m.payment, &m.total, &m.in, &m.out, &m.back, &m.odds}, func() { do(m) })
}

func holdsAgree(ctx context.Context, from reader, c *Check) error {
	return eachMoney(ctx, from, func(m moneyOf) {
		c.Checked++
		hold := m.in - m.out - m.back
		ok := false
		switch m.payment {
		case order.Awaiting, order.Void:
			ok = m.in == 0 && m.out == 0 && m.back == 0
		case order.Held:
			ok = hold > 0 && m.out >= 0 && m.back >= 0
		case order.Released:
			ok = hold == 0 && m.out > 0 && m.back == 0
		case order.Refunded, order.Refused:
			ok = hold == 0 && m.out == 0 && m.back > 0
		case order.Split:
			ok = hold == 0 && m.out > 0 && m.back > 0
		}
		if !ok || m.odds > 0 {
			c.fail(m.id)
		}
	})
}

func paidInFull(ctx context.Context, from reader, c *Check) error {
	return eachMoney(ctx, from, func(m moneyOf) {
		if m.payment == order.Awaiting || m.payment == order.Void {
			return
		}
		if c.Checked++; m.in != m.total {
			c.fail(m.id)
		}
	})
}

// commissionAgreed works out each release again by the rule it was rounded by.
func commissionAgreed(ctx context.Context, from reader, c *Check) error {
	var (
		id                        string
		bps, released, commission int64
	)
	return each(ctx, from, `
		SELECT j.id, o.commission_bps,
			(SELECT CAST(COALESCE(SUM(CASE p.account WHEN 'hold' THEN p.minor END), 0) AS BIGINT) FROM posting p WHERE p.transaction_id = j.id),
			(SELECT CAST(COALESCE(-SUM(CASE p.account WHEN 'commission' THEN p.minor END), 0) AS BIGINT) FROM posting p WHERE p.transaction_id = j.id)
		FROM journal j JOIN orders o ON o.id = j.order_id WHERE j.kind = 'released' ORDER BY j.id`,
		[]any{&id, &bps, &released, &commission}, func() {
			if c.Checked++; market.Of(released, "").Share(bps).Minor != commission {
				c.fail(id)
			}
		})
}

func totalsAddUp(ctx context.Context, from reader, c *Check) error {
	var (
		id, rounding                        string
		goods, freight, tax, base, bps, sum int64
	)
	return each(ctx, from, `SELECT id, goods, freight, tax, tax_base, tax_bps, tax_rounding, total FROM orders ORDER BY id`,
		[]any{&id, &goods, &freight, &tax, &base, &bps, &rounding, &sum}, func() {
			c.Checked++
			known := rounding != string(market.HalfUp) || market.Of(base, "").Share(bps).Minor == tax
			if base != goods+freight || sum != base+tax || !known || goods < 0 || freight < 0 || tax < 0 {
				c.fail(id)
			}
		})
}

func linesAddUp(ctx context.Context, from reader, c *Check) error {
	var (
		id, current            string
		goods, want            market.Money
		unit, sum              market.Money
		quantity, lines, total int64
		bad                    bool
	)
	judge := func() {
		if current == "" {
			return
		}
		if c.Checked++; bad || lines == 0 || total != want.Minor {
			c.fail(current)
		}
	}
	err := each(ctx, from, `
		SELECT o.id, o.currency, o.goods, l.quantity, l.price, l.sum, l.currency
		FROM orders o LEFT JOIN order_line l ON l.order_id = o.id ORDER BY o.id`,
		[]any{&id, &goods.Currency, &goods.Minor, &quantity, &unit.Minor, &sum.Minor, &sum.Currency}, func() {
			if id != current {
				judge()
				current, want, lines, total, bad = id, goods, 0, 0, false
			}
			if sum.Currency == "" {
				return // no line
			}
			product, fits := unit.Times(quantity)
			bad = bad || !fits || product.Minor != sum.Minor || quantity <= 0 || sum.Currency != goods.Currency
			total += sum.Minor
			lines++
		})
	judge()
	return err
}

// historyExplains follows each order from its placing.
func historyExplains(ctx context.Context, from reader, c *Check) error {
	var (
		id, current   string
		version, at   int64
		status        order.Status
		e             order.Entry
		reached, last int64
		end, now      order.Status
		bad           bool
	)
	judge := func() {
		if current == "" {
			return
		}
		if c.Checked++; bad || reached != last || end != now {
			c.fail(current)
		}
	}
	err := each(ctx, from, `
		SELECT o.id, o.version, o.payment, o.fulfilment, o.dispute, e.version, e.step,
			e.from_payment, e.from_fulfilment, e.from_dispute, e.to_payment, e.to_fulfilment, e.to_dispute
		FROM orders o LEFT JOIN entry e ON e.order_id = o.id ORDER BY o.id, e.version`,
		[]any{&id, &version, &status.Payment, &status.Fulfilment, &status.Dispute, &at, &e.What,
			&e.From.Payment, &e.From.Fulfilment, &e.From.Dispute, &e.To.Payment, &e.To.Fulfilment, &e.To.Dispute}, func() {
			if id != current {
				judge()
				current, last, now = id, version, status
				reached, end, bad = 0, order.Status{}, false
			}
			arrow := order.Allowed(e.From, e.To)
			if reached == 0 {
				arrow = e.What == order.StepPlace && e.From == order.Status{}
			}
			bad = bad || at != reached+1 || e.From != end || !arrow
			reached, end = at, e.To
		})
	judge()
	return err
}

func eventsSound(ctx context.Context, from reader, c *Check) error {
	var (
		id, subject, body string
		at                int64
	)
	return each(ctx, from, `SELECT id, subject, body, at FROM outbox ORDER BY seq`, []any{&id, &subject, &body, &at}, func() {
		if c.Checked++; id == "" || subject == "" || at <= 0 || !json.Valid([]byte(body)) {
			c.fail(subject + " " + id)
		}
	})
}
