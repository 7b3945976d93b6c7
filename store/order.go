package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

var _ order.Book = (*DB)(nil)

// Place writes a checkout as one plan. The request's row comes first, so that a
// repeat is known before anything else is touched; the reservations come second,
// in the order of their variants, so that two checkouts never wait for each other.
func (db *DB) Place(ctx context.Context, p order.Placement) error {
	w := db.begun(p.Actor, p.Once, []byte(p.Group.ID))
	if hold := db.pick(holdBuyer); p.MostUnpaid > 0 && hold != "" {
		w = append(w, step{sql: hold, args: []any{p.Group.Buyer}})
	}
	for _, m := range p.Stock {
		w = append(w, step{
			sql:  `UPDATE stock SET reserved = reserved + ? WHERE variant = ? AND on_hand - reserved >= ?`,
			args: []any{m.Reserved, m.Variant, m.Reserved},
			want: 1, miss: &order.Short{Variant: m.Variant},
		})
	}
	for i, k := range p.Keys {
		if i == 0 && p.MostUnpaid > 0 {
			w = append(w, unlessUnpaid(k, p.Group.Buyer, p.MostUnpaid-len(p.Group.Orders)))
			continue
		}
		w = append(w, insertKey(k))
	}
	var lines, clocks [][]any
	for i := range p.Group.Orders {
		o := &p.Group.Orders[i]
		w = append(w, db.insertOrder(o))
		for at, l := range o.Lines {
			lines = append(lines, []any{o.ID, at, l.Variant, l.Listing, l.SKU, l.Title, l.Label, l.Unit, l.Quantity,
				l.UnitPrice.Minor, l.Sum.Minor, o.Total.Currency, l.Grams, l.HSCode, l.Origin})
		}
		w = append(w, insertEntry(o.ID, 1, p.Entries[i]))
	}
	for _, c := range p.Clocks {
		clocks = append(clocks, []any{c.Order, c.Kind, c.Due})
	}
	w = append(w, insert(`INSERT INTO order_line (order_id, position, variant, listing, sku, title, label, unit, quantity,
		price, sum, currency, grams, hs_code, origin)`, lines)...)
	w = append(w, insert(`INSERT INTO clock (order_id, kind, due)`, clocks)...)
	if p.Cart != "" {
		variants := make([]string, len(p.Stock))
		for i, m := range p.Stock {
			variants[i] = string(m.Variant)
		}
		// PostgreSQL would plan it anew each time (50 µs) if an index could take the list.
		w = append(w, step{sql: `DELETE FROM cart_line WHERE cart_id = ? AND variant || '' IN ??`, args: []any{p.Cart, variants}})
	}
	w = append(w, tellAll(p.Events)...)
	return db.unlessRepeated(ctx, db.commit(ctx, w), p.Actor, p.Once)
}

// holdBuyer lets the checkouts of one buyer whose unpaid orders are counted go one
// after another, so that each counts those before it. SQLite's plans always do;
// the row's lock leaves listings and orders that refer to it alone.
var holdBuyer = dialect{postgres: `SELECT 1 FROM business WHERE id = ? FOR NO KEY UPDATE`}

// unlessUnpaid is insertKey as long as the buyer's orders that wait for money are
// at most so many.
func unlessUnpaid(k party.Key, buyer market.BusinessID, most int) step {
	return step{
		sql: `INSERT INTO key (kind, id, wrapped) SELECT ?, ?, ?
			WHERE (SELECT COUNT(*) FROM orders WHERE buyer = ? AND payment = 'awaiting') <= CAST(? AS BIGINT)`,
		args: []any{k.Subject.Kind, k.Subject.ID, k.Wrapped, buyer, most},
		want: 1, miss: order.ErrUnpaid,
	}
}

// errNumber answers the one order in some thousand million whose random number
// is already another's.
var errNumber = &market.Fault{Kind: market.Conflict, Msg: "The order's number was just taken. Nothing was ordered.", Fix: "Send the order again."}

func (db *DB) insertOrder(o *order.Order) step {
	s := insert(`INSERT INTO orders (id, group_id, number, buyer, buyer_name, supplier, supplier_name, placed_by,
		payment, fulfilment, dispute, currency, goods, freight, freight_method, freight_days_from, freight_days_to,
		tax, tax_label, tax_bps, tax_base, tax_rounding, total, commission_bps, provider, ship_to, ship_from, lead_days,
		purchase_order, address, tracking, carrier, placed, changed, version)`,
		[][]any{{o.ID, o.Group, o.Number, o.Buyer, o.BuyerName, o.Supplier, o.SupplierName, o.PlacedBy,
			o.Status.Payment, o.Status.Fulfilment, o.Status.Dispute, o.Total.Currency, o.Goods.Minor,
			o.Freight.Price.Minor, o.Freight.Method, o.Freight.DaysFrom, o.Freight.DaysTo,
			o.Tax.Amount.Minor, o.Tax.Label, o.Tax.Bps, o.Tax.Base.Minor, o.Tax.Rounding, o.Total.Minor,
			o.CommissionBps, o.Provider, o.ShipTo, o.ShipFrom, o.LeadDays,
			sealed(o.PurchaseOrder), sealed(o.Address), sealed(o.Tracking), o.Carrier, o.Placed, o.Changed, 1}})[0]
	s.sql += db.pick(unlessThere)
	s.miss, s.clash = errNumber, "orders_number"
	return s
}

func insertEntry(id order.ID, version int64, e order.Entry) step {
	return insert(`INSERT INTO entry (order_id, version, at, person, role, business, step, amount, currency,
		from_payment, from_fulfilment, from_dispute, to_payment, to_fulfilment, to_dispute)`,
		[][]any{{id, version, e.At, e.By, e.Role, e.Business, e.What, e.Amount.Minor, e.Amount.Currency,
			e.From.Payment, e.From.Fulfilment, e.From.Dispute, e.To.Payment, e.To.Fulfilment, e.To.Dispute}})[0]
}

// Placed is the group that an earlier Place with this key made.
func (db *DB) Placed(ctx context.Context, a market.Actor, once market.Idempotency) (order.GroupID, error) {
	r, err := db.firstRequest(ctx, a, once)
	if err == nil && len(r.answer) == 0 {
		err = market.Missing("This checkout")
	}
	return order.GroupID(r.answer), err
}

// Done tells whether a request with this key was carried out.
func (db *DB) Done(ctx context.Context, a market.Actor, once market.Idempotency) (bool, error) {
	_, err := db.firstRequest(ctx, a, once)
	if market.KindOf(err) == market.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Apply carries out changes as one plan: the orders first, each at the version
// that its change was made from, then stock, then all that follows.
func (db *DB) Apply(ctx context.Context, changes ...order.Change) error {
	changes = slices.SortedFunc(slices.Values(changes), func(a, b order.Change) int { return strings.Compare(string(a.Order), string(b.Order)) })
	var w, after plan
	var actor market.Actor
	var onces []market.Idempotency
	var moves []order.StockMove
	for i := range changes {
		c := &changes[i]
		if c.Once.Key != "" && !slices.Contains(onces, c.Once) {
			actor, onces = c.Actor, append(onces, c.Once)
			w = append(w, db.begun(c.Actor, c.Once, nil)...)
		}
	}
	for i := range changes {
		c := &changes[i]
		w = append(w, step{
			sql: `UPDATE orders SET payment = ?, fulfilment = ?, dispute = ?, tracking = COALESCE(?, tracking),
				carrier = COALESCE(?, carrier), changed = ?, version = version + 1 WHERE id = ? AND version = ?`,
			args: []any{c.Status.Payment, c.Status.Fulfilment, c.Status.Dispute, sealed(c.Tracking), null(c.Carrier), c.Entry.At, c.Order, c.Version},
			want: 1, miss: order.ErrMoved,
		}, insertEntry(c.Order, c.Version+1, c.Entry))
		moves = append(moves, c.Stock...)
		rest, err := following(c)
		if err != nil {
			return fmt.Errorf("step %s of order %s: %w", c.Entry.What, c.Order, err)
		}
		after = append(after, rest...)
	}
	slices.SortStableFunc(moves, func(a, b order.StockMove) int { return strings.Compare(string(a.Variant), string(b.Variant)) })
	for _, m := range moves {
		w = append(w, move(m))
	}
	return db.unlessRepeated(ctx, db.commit(ctx, append(w, after...)), actor, onces...)
}

// Postpone lets a silence that was due at c.Due end later.
func (db *DB) Postpone(ctx context.Context, c order.Clock, due time.Time) error {
	err := db.commit(ctx, plan{{
		sql:  `UPDATE clock SET due = ? WHERE order_id = ? AND kind = ? AND due = ?`,
		args: []any{due, c.Order, c.Kind, c.Due},
	}})
	if err != nil {
		return fmt.Errorf("postpone clock %s of order %s: %w", c.Kind, c.Order, err)
	}
	return nil
}

// move changes a variant's stock, never below what is reserved nor below nothing.
func move(m order.StockMove) step {
	return step{
		sql: `UPDATE stock SET on_hand = on_hand + ?, reserved = reserved + ?
			WHERE variant = ? AND reserved + ? >= 0 AND on_hand + ? >= reserved + ?`,
		args: []any{m.OnHand, m.Reserved, m.Variant, m.Reserved, m.OnHand, m.Reserved},
		want: 1, miss: fmt.Errorf("stock of variant %s can't be moved by %+d on hand, %+d reserved", m.Variant, m.OnHand, m.Reserved),
	}
}

// following is what a change brings beside status, history and stock.
func following(c *order.Change) (w plan, err error) {
	for _, t := range c.Postings {
		booked, err := book(t)
		if err != nil {
			return nil, err
		}
		w = append(w, booked...)
	}
	if len(c.Stop) > 0 {
		kinds := make([]string, len(c.Stop))
		for i, k := range c.Stop {
			kinds[i] = string(k)
		}
		w = append(w, step{sql: `DELETE FROM clock WHERE order_id = ? AND kind IN ??`, args: []any{c.Order, kinds}})
	}
	for _, k := range c.Set {
		w = append(w, step{
			sql:  `INSERT INTO clock (order_id, kind, due) VALUES (?, ?, ?) ON CONFLICT (order_id, kind) DO UPDATE SET due = excluded.due`,
			args: []any{c.Order, k.Kind, k.Due},
		})
	}
	if c.Complaint != nil {
		w = append(w, putComplaint(c.Order, c.Complaint))
	}
	if c.Invoice != nil {
		w = append(w, issue(c.Invoice)...)
	}
	return append(w, tellAll(c.Events)...), nil
}

func putComplaint(id order.ID, c *order.Complaint) step {
	return step{
		sql: `INSERT INTO complaint (order_id, reason, text, currency, wanted, offer, award, opened, settled)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (order_id) DO UPDATE SET wanted = excluded.wanted, offer = excluded.offer,
				award = excluded.award, settled = excluded.settled`,
		args: []any{id, c.Reason, sealed(c.Text), c.Wanted.Currency, c.Wanted.Minor, amount(c.Offer), amount(c.Award), c.Opened, c.Settled},
	}
}

// issue gives an invoice the next number of its supplier's series. The counter's
// row is held until the plan commits, and a plan that is undone gives its number
// back: that is why there are no gaps.
func issue(v *order.Invoice) plan {
	series := "invoice/" + string(v.Supplier) + "/" + v.Series
	return plan{count(series, new(int64)), {
		sql: `INSERT INTO invoice (order_id, supplier, series, number, issued, seller)
			SELECT ?, ?, ?, value, CAST(? AS BIGINT), ? FROM counter WHERE name = ?`,
		args: []any{v.Order, v.Supplier, v.Series, v.Issued, sealed(v.Seller), series}, want: 1,
	}}
}

// book writes a transaction that sums to zero. Money leaves a hold or what is
// owed to a supplier only as far as it is there, whoever reckoned otherwise.
func book(t ledger.Transaction) (plan, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.ID == "" || t.At.IsZero() {
		return nil, fmt.Errorf("a transaction of kind %s has no id or time", t.Kind)
	}
	w := plan{{
		sql:  `INSERT INTO journal (id, kind, order_id, business, person, at) VALUES (?, ?, ?, ?, ?, ?)`,
		args: []any{t.ID, t.Kind, null(t.Order), t.Business, t.By, t.At},
	}}
	for i, p := range t.Postings {
		s := step{
			sql:  `INSERT INTO posting (transaction_id, position, account, owner, currency, minor) VALUES (?, ?, ?, ?, ?, ?)`,
			args: []any{t.ID, i, p.Account.Kind, p.Account.Owner, p.Amount.Currency, p.Amount.Minor},
			want: 1,
		}
		if p.Amount.Minor > 0 && (p.Account.Kind == ledger.Hold || p.Account.Kind == ledger.Payable) {
			s.sql = `INSERT INTO posting (transaction_id, position, account, owner, currency, minor) SELECT ?, ?, ?, ?, ?, ?
				WHERE (SELECT COALESCE(-SUM(minor), 0) FROM posting WHERE account = ? AND owner = ? AND currency = ?) >= CAST(? AS BIGINT)`
			s.args = append(s.args, p.Account.Kind, p.Account.Owner, p.Amount.Currency, p.Amount.Minor)
			s.miss = fmt.Errorf("transaction %s takes %s from account %s %s, which holds less", t.ID, p.Amount, p.Account.Kind, p.Account.Owner)
		}
		w = append(w, s)
	}
	return append(w, refunded(t)...), nil
}

// begun is the request's row, or nothing for a request without a key.
func (db *DB) begun(a market.Actor, once market.Idempotency, answer []byte) plan {
	if once.Key == "" {
		return nil
	}
	return plan{db.remember(string(a.Person), once.Key, once.Digest, answer)}
}

// unlessRepeated tells a repeat (order.ErrRepeat) from another request under a
// used key (a Conflict fault).
func (db *DB) unlessRepeated(ctx context.Context, err error, a market.Actor, onces ...market.Idempotency) error {
	if !errors.Is(err, errRepeat) {
		return err
	}
	for _, once := range onces {
		if _, err := db.firstRequest(ctx, a, once); err != nil && market.KindOf(err) != market.NotFound {
			return err
		}
	}
	return order.ErrRepeat
}

// firstRequest is what was remembered of the request that used this key first.
func (db *DB) firstRequest(ctx context.Context, a market.Actor, once market.Idempotency) (request, error) {
	r, err := db.remembered(ctx, string(a.Person), once.Key)
	switch {
	case errors.Is(err, errNone):
		return request{}, market.Missing("This request")
	case err != nil:
		return request{}, fmt.Errorf("read what a repeated request did first: %w", err)
	case r.digest != once.Digest:
		return request{}, &market.Fault{Kind: market.Conflict, Msg: "This idempotency key was used for another request.", Fix: "Send a new key with each new request."}
	}
	return r, nil
}
