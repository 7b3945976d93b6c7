package order

import (
	"context"
	"fmt"

	"kontor/market"
	"kontor/market/landed"
)

// OwnTerms are the terms of the actor's own business; Version 0 means that it
// has none yet.
func (d *Desk) OwnTerms(ctx context.Context, a market.Actor) (Terms, error) {
	if !a.SignedIn() || !a.Sells || a.Business == "" {
		return Terms{}, market.Missing("This page")
	}
	all, err := d.Book.Terms(ctx, []market.BusinessID{a.Business})
	if err != nil {
		return Terms{}, fmt.Errorf("terms of business %s: %w", a.Business, err)
	}
	t, ok := all[a.Business]
	if !ok {
		t = Terms{Business: a.Business, CommissionBps: d.CommissionBps}
	}
	return t, nil
}

// SaveFreight changes how the actor's business sends. version is that of the
// terms as they were shown. Its commission stays as it was agreed; one without
// terms gets the house's usual commission.
func (d *Desk) SaveFreight(ctx context.Context, a market.Actor, table landed.Table, version int64) error {
	t, err := d.OwnTerms(ctx, a)
	if err != nil {
		return err
	}
	if err := table.Check().Err(); err != nil {
		return err
	}
	t.Freight, t.Version = table, version
	if err := d.Book.SaveTerms(ctx, t); err != nil {
		return fmt.Errorf("save freight of business %s: %w", a.Business, err)
	}
	return nil
}
