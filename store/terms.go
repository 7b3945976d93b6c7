package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"kontor/market"
	"kontor/market/landed"
	"kontor/market/order"
)

var errTermsMoved = &market.Fault{Kind: market.Conflict, Msg: "Somebody changed these terms just now.", Fix: "Look at them again."}

// Terms reads what suppliers agreed with the house and with carriers; those
// without terms are left out.
func (db *DB) Terms(ctx context.Context, suppliers []market.BusinessID) (map[market.BusinessID]order.Terms, error) {
	type row struct {
		order.Terms
		freight string
	}
	found, err := all(ctx, db, `SELECT business, freight, commission_bps, version FROM terms WHERE business IN ??`,
		func(t *row) []any { return []any{&t.Business, &t.freight, &t.CommissionBps, &t.Version} }, suppliers)
	if err != nil {
		return nil, fmt.Errorf("read terms of suppliers: %w", err)
	}
	terms := make(map[market.BusinessID]order.Terms, len(found))
	for _, t := range found {
		if t.Freight, err = freightTables.of(t.freight); err != nil {
			return nil, fmt.Errorf("read freight table of supplier %s: %w", t.Business, err)
		}
		terms[t.Business] = t.Terms
	}
	return terms, nil
}

// SaveTerms writes new terms (Version 0) or replaces those of t.Version.
func (db *DB) SaveTerms(ctx context.Context, t order.Terms) error {
	s := step{
		sql:  `INSERT INTO terms (business, freight, commission_bps, version) VALUES (?, ?, ?, 1) ON CONFLICT (business) DO NOTHING`,
		args: []any{t.Business, asJSON(t.Freight), t.CommissionBps},
		want: 1, miss: errTermsMoved,
	}
	if t.Version > 0 {
		s.sql = `UPDATE terms SET freight = ?, commission_bps = ?, version = version + 1 WHERE business = ? AND version = ?`
		s.args = []any{asJSON(t.Freight), t.CommissionBps, t.Business, t.Version}
	}
	return db.commit(ctx, plan{s})
}

// tables remembers how freight tables read, by their text: parsing one of six
// zones takes longer than all else that placing an order does. The text itself
// comes from the records each time, so that nothing here is ever out of date.
//
// Bound: maxTables, of maxTableText bytes at most; a larger one is parsed each
// time, and beyond the number an arbitrary one is forgotten.
type tables struct {
	mu     sync.RWMutex
	byText map[string]landed.Table
}

const (
	maxTables    = 1_024
	maxTableText = 32 << 10
)

var freightTables = tables{byText: make(map[string]landed.Table)}

// of returns a table of the caller's own.
func (ts *tables) of(text string) (landed.Table, error) {
	ts.mu.RLock()
	table, known := ts.byText[text]
	ts.mu.RUnlock()
	if known {
		return copied(table), nil
	}
	if err := json.Unmarshal([]byte(text), &table); err != nil {
		return nil, err
	}
	if len(text) > maxTableText {
		return table, nil
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if len(ts.byText) >= maxTables {
		for other := range ts.byText {
			delete(ts.byText, other)
			break
		}
	}
	ts.byText[text] = table
	return copied(table), nil
}

func copied(t landed.Table) landed.Table {
	t = slices.Clone(t)
	for i := range t {
		z := &t[i]
		z.Countries, z.Methods = slices.Clone(z.Countries), slices.Clone(z.Methods)
		for j := range z.Methods {
			m := &z.Methods[j]
			m.Brackets = slices.Clone(m.Brackets)
			for k := range m.Brackets {
				m.Brackets[k].Prices = slices.Clone(m.Brackets[k].Prices)
			}
		}
	}
	return t
}
