package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/order"
)

// selectOrders reads orders with the amounts that the journal gives, in one
// statement and so as of one moment. CROSS JOIN tells SQLite to begin with the
// order's few postings; left to choose it went through all that are on hold.
const selectOrders = `
	SELECT o.id, o.group_id, o.number, o.buyer, o.buyer_name, o.supplier, o.supplier_name, o.placed_by,
		o.payment, o.fulfilment, o.dispute, o.currency, o.goods, o.freight, o.freight_method, o.freight_days_from,
		o.freight_days_to, o.tax, o.tax_label, o.tax_bps, o.tax_base, o.tax_rounding, o.total, o.commission_bps,
		o.provider, o.ship_to, o.ship_from, o.lead_days, o.purchase_order, o.address, o.tracking, o.carrier,
		o.placed, o.changed, o.version,
		(SELECT CAST(COALESCE(-SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'paid_in'),
		(SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'released'),
		(SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM posting p CROSS JOIN journal j
			WHERE p.account = 'hold' AND p.owner = o.id AND j.id = p.transaction_id AND j.kind = 'refunded')
	FROM orders o `

func orderColumns(o *order.Order) []any {
	return []any{&o.ID, &o.Group, &o.Number, &o.Buyer, &o.BuyerName, &o.Supplier, &o.SupplierName, &o.PlacedBy,
		&o.Status.Payment, &o.Status.Fulfilment, &o.Status.Dispute, &o.Total.Currency, &o.Goods.Minor,
		&o.Freight.Price.Minor, &o.Freight.Method, &o.Freight.DaysFrom, &o.Freight.DaysTo,
		&o.Tax.Amount.Minor, &o.Tax.Label, &o.Tax.Bps, &o.Tax.Base.Minor, &o.Tax.Rounding, &o.Total.Minor,
		&o.CommissionBps, &o.Provider, &o.ShipTo, &o.ShipFrom, &o.LeadDays,
		&o.PurchaseOrder, &o.Address, &o.Tracking, &o.Carrier, &o.Placed, &o.Changed, &o.Version,
		&o.PaidIn.Minor, &o.Out.Minor, &o.Back.Minor}
}

// orders reads orders and their lines, which never change once they are placed.
func (db *DB) orders(ctx context.Context, rest string, args ...any) ([]order.Order, error) {
	os, err := all(ctx, db, selectOrders+rest, orderColumns, args...)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	if len(os) == 0 {
		return nil, nil
	}
	ids := make([]string, len(os))
	byID := make(map[order.ID]*order.Order, len(os))
	for i := range os {
		o := &os[i]
		ids[i], byID[o.ID] = string(o.ID), o
		for _, m := range []*market.Money{&o.Goods, &o.Freight.Price, &o.Tax.Amount, &o.Tax.Base, &o.PaidIn, &o.Out, &o.Back} {
			m.Currency = o.Total.Currency
		}
	}
	type row struct {
		order.Line
		of order.ID
	}
	lines, err := all(ctx, db, `SELECT order_id, variant, listing, sku, title, label, unit, quantity, price, sum, currency, grams, hs_code, origin
		FROM order_line WHERE order_id IN ?? ORDER BY order_id, position`, func(l *row) []any {
		return []any{&l.of, &l.Variant, &l.Listing, &l.SKU, &l.Title, &l.Label, &l.Unit, &l.Quantity,
			&l.UnitPrice.Minor, &l.Sum.Minor, &l.Sum.Currency, &l.Grams, &l.HSCode, &l.Origin}
	}, ids)
	if err != nil {
		return nil, fmt.Errorf("read order lines: %w", err)
	}
	for _, l := range lines {
		l.UnitPrice.Currency = l.Sum.Currency
		byID[l.of].Lines = append(byID[l.of].Lines, l.Line)
	}
	return os, nil
}

// Order reads one order; NotFound if there is none.
func (db *DB) Order(ctx context.Context, id order.ID) (order.Order, error) {
	os, err := db.orders(ctx, `WHERE o.id = ?`, id)
	if err == nil && len(os) == 0 {
		err = market.Missing("This order")
	}
	if err != nil {
		return order.Order{}, err
	}
	return os[0], nil
}

// Group reads all orders of one checkout; NotFound if there is none.
func (db *DB) Group(ctx context.Context, id order.GroupID) (order.Group, error) {
	os, err := db.orders(ctx, `WHERE o.group_id = ? ORDER BY o.id`, id)
	if err == nil && len(os) == 0 {
		err = market.Missing("This checkout")
	}
	if err != nil {
		return order.Group{}, err
	}
	g := order.Group{ID: id, Buyer: os[0].Buyer, Orders: os}
	for _, o := range os {
		at := slices.IndexFunc(g.Amounts, func(m market.Money) bool { return m.Currency == o.Total.Currency })
		if at < 0 {
			g.Amounts = append(g.Amounts, o.Total)
		} else {
			g.Amounts[at] = g.Amounts[at].Add(o.Total)
		}
	}
	return g, nil
}

// Orders lists orders, newest first.
func (db *DB) Orders(ctx context.Context, f order.Filter) ([]order.Order, error) {
	where, args := orderFilter(f)
	if f.Before != "" {
		where, args = where+" AND o.id < ?", append(args, f.Before)
	}
	return db.orders(ctx, where+` ORDER BY o.id DESC LIMIT ?`, append(args, bounded(f.Limit, 50, 500))...)
}

// Count counts the orders of a filter, whatever its page.
func (db *DB) Count(ctx context.Context, f order.Filter) (int, error) {
	where, args := orderFilter(f)
	n, err := one(ctx, db, `SELECT COUNT(*) FROM orders o `+where, itself[int], args...)
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

func orderFilter(f order.Filter) (where string, args []any) {
	var b strings.Builder
	b.WriteString("WHERE 1 = 1")
	add := func(condition string, values ...any) {
		b.WriteString(" AND ")
		b.WriteString(condition)
		args = append(args, values...)
	}
	if f.Buyer != "" {
		add("o.buyer = ?", f.Buyer)
	}
	if f.Supplier != "" {
		add("o.supplier = ?", f.Supplier)
	}
	if f.Number != "" {
		add("o.number = ?", f.Number)
	}
	if f.Group != "" {
		add("o.group_id = ?", f.Group)
	}
	if f.Provider != "" {
		add("o.provider = ?", f.Provider)
	}
	switch { // the partial indexes are found by their very words
	case len(f.Payment) == 1 && f.Payment[0] == order.Held:
		add("o.payment = 'held'")
	case len(f.Payment) == 1 && f.Payment[0] == order.Awaiting:
		add("o.payment = 'awaiting'")
	case len(f.Payment) > 0:
		add("o.payment IN ??", f.Payment)
	}
	if len(f.Fulfilment) > 0 {
		add("o.fulfilment IN ??", f.Fulfilment)
	}
	if len(f.Dispute) > 0 {
		add("o.dispute IN ??", f.Dispute)
		if !slices.Contains(f.Dispute, order.None) {
			add("o.dispute <> 'none'")
		}
	}
	return b.String(), args
}

// History reads the steps of an order, oldest first.
func (db *DB) History(ctx context.Context, id order.ID) ([]order.Entry, error) {
	es, err := all(ctx, db, `SELECT at, person, role, business, step, amount, currency,
		from_payment, from_fulfilment, from_dispute, to_payment, to_fulfilment, to_dispute
		FROM entry WHERE order_id = ? ORDER BY version`, entryColumns, id)
	if err != nil {
		return nil, fmt.Errorf("read history of order %s: %w", id, err)
	}
	return es, nil
}

func entryColumns(e *order.Entry) []any {
	return []any{&e.At, &e.By, &e.Role, &e.Business, &e.What, &e.Amount.Minor, &e.Amount.Currency,
		&e.From.Payment, &e.From.Fulfilment, &e.From.Dispute, &e.To.Payment, &e.To.Fulfilment, &e.To.Dispute}
}

// Complaint reads what is wrong with an order; NotFound if nothing is.
func (db *DB) Complaint(ctx context.Context, id order.ID) (order.Complaint, error) {
	type row struct {
		order.Complaint
		offer, award *int64
	}
	r, err := one(ctx, db, `SELECT reason, text, currency, wanted, offer, award, opened, settled FROM complaint WHERE order_id = ?`,
		func(r *row) []any {
			return []any{&r.Reason, &r.Text, &r.Wanted.Currency, &r.Wanted.Minor, &r.offer, &r.award, &r.Opened, &r.Settled}
		}, id)
	if err != nil {
		return order.Complaint{}, orMissing(err, "This complaint")
	}
	if r.offer != nil {
		r.Offer = market.Of(*r.offer, r.Wanted.Currency)
	}
	if r.award != nil {
		r.Award = market.Of(*r.award, r.Wanted.Currency)
	}
	return r.Complaint, nil
}

const selectClocks = `SELECT order_id, kind, due FROM clock `

func clockColumns(c *order.Clock) []any { return []any{&c.Order, &c.Kind, &c.Due} }

// Clocks reads the silences of an order that still run, the next to end first.
func (db *DB) Clocks(ctx context.Context, id order.ID) ([]order.Clock, error) {
	cs, err := all(ctx, db, selectClocks+`WHERE order_id = ? ORDER BY due, kind`, clockColumns, id)
	if err != nil {
		return nil, fmt.Errorf("read clocks of order %s: %w", id, err)
	}
	return cs, nil
}

// Due lists the silences that ended by now, the longest ended first.
func (db *DB) Due(ctx context.Context, now time.Time, limit int) ([]order.Clock, error) {
	cs, err := all(ctx, db, selectClocks+`WHERE due <= ? ORDER BY due, order_id LIMIT ?`, clockColumns, now, bounded(limit, 100, 1000))
	if err != nil {
		return nil, fmt.Errorf("read clocks that ran out: %w", err)
	}
	return cs, nil
}

// Invoice reads an order's invoice; NotFound before it is issued.
func (db *DB) Invoice(ctx context.Context, id order.ID) (order.Invoice, error) {
	v, err := one(ctx, db, `SELECT order_id, supplier, series, number, issued, seller FROM invoice WHERE order_id = ?`,
		func(v *order.Invoice) []any {
			return []any{&v.Order, &v.Supplier, &v.Series, &v.Number, &v.Issued, &v.Seller}
		}, id)
	return v, orMissing(err, "This invoice")
}
