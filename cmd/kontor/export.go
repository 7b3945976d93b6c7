package main

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"kontor/feed"
	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
)

// exportCommand writes what a business may take away.
type exportCommand struct {
	Listings exportListings `cmd:"" help:"A supplier's catalogue, as import reads it. Example: kontor export listings --supplier tarsus-shirtworks > goods.csv"`
	Orders   exportOrders   `cmd:"" help:"A business's orders, a row a line, as CSV. Example: kontor export orders --business tarsus-shirtworks"`
	Ledger   exportLedger   `cmd:"" help:"The journal, a row a posting, as CSV. Example: kontor export ledger > journal.csv"`
}

type exportListings struct {
	Supplier string `help:"The supplier's slug." required:"" placeholder:"SLUG"`
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run writes the catalogue.
func (c *exportListings) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	b, err := h.db.BusinessBySlug(s.ctx, c.Supplier)
	if err != nil {
		return noSupplier(c.Supplier, err)
	}
	return h.export(s.ctx, b.ID, s.out)
}

// export writes a supplier's whole catalogue.
func (h *house) export(ctx context.Context, supplier market.BusinessID, w io.Writer) error {
	all, err := h.catalog.All(ctx, operating, supplier)
	if err != nil {
		return err
	}
	return feed.Export(w, all)
}

type exportOrders struct {
	Business *string `help:"The slug of a business; without it all orders." placeholder:"SLUG"`
	Database string  `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run writes orders, newest first.
func (c *exportOrders) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	filters := []order.Filter{{}}
	if c.Business != nil { // one that is empty is a mistake, not everybody
		b, err := h.db.BusinessBySlug(s.ctx, *c.Business)
		if err != nil {
			return noSupplier(*c.Business, err)
		}
		filters = []order.Filter{{Supplier: b.ID}, {Buyer: b.ID}}
	}
	w := csv.NewWriter(s.out)
	if err := w.Write([]string{"number", "placed", "buyer", "supplier", "payment", "fulfilment", "dispute", "sku", "title", "quantity", "unit_price", "sum", "order_total", "currency"}); err != nil {
		return err
	}
	for _, f := range filters {
		if err := h.writeOrders(s.ctx, w, f); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (h *house) writeOrders(ctx context.Context, w *csv.Writer, f order.Filter) error {
	for f.Limit = 500; ; {
		list, err := h.db.Orders(ctx, f)
		if err != nil {
			return err
		}
		for _, o := range list {
			for _, l := range o.Lines {
				row := []string{o.Number, o.Placed.UTC().Format(time.RFC3339), market.Cell(o.BuyerName), market.Cell(o.SupplierName), string(o.Status.Payment), string(o.Status.Fulfilment), string(o.Status.Dispute),
					market.Cell(l.SKU), market.Cell(l.Title), strconv.FormatInt(int64(l.Quantity), 10), l.UnitPrice.Decimal(), l.Sum.Decimal(), o.Total.Decimal(), string(o.Total.Currency)}
				if err := w.Write(row); err != nil {
					return err
				}
			}
		}
		if len(list) < f.Limit {
			return nil
		}
		f.Before = list[len(list)-1].ID
	}
}

type exportLedger struct {
	Supplier *string `help:"The slug of a supplier; without it the whole journal." placeholder:"SLUG"`
	Database string  `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run writes the journal, newest first.
func (c *exportLedger) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	f := ledger.Filter{Limit: 500}
	if c.Supplier != nil {
		b, err := h.db.BusinessBySlug(s.ctx, *c.Supplier)
		if err != nil {
			return noSupplier(*c.Supplier, err)
		}
		f.Supplier = b.ID
	}
	w := csv.NewWriter(s.out)
	if err := w.Write([]string{"transaction", "at", "kind", "order", "account", "owner", "amount", "currency"}); err != nil {
		return err
	}
	for {
		list, err := h.db.Transactions(s.ctx, f)
		if err != nil {
			return err
		}
		for _, t := range list {
			for _, p := range t.Postings {
				if err := w.Write([]string{string(t.ID), t.At.UTC().Format(time.RFC3339), string(t.Kind), t.Order, string(p.Account.Kind), p.Account.Owner, p.Amount.Decimal(), string(p.Amount.Currency)}); err != nil {
					return err
				}
			}
		}
		if len(list) < f.Limit {
			break
		}
		f.Before = list[len(list)-1].ID
	}
	w.Flush()
	return w.Error()
}
