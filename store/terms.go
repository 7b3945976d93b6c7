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
	found, err := all(ctx, db, `SELECT business, freight, commission_bps, version FROM terms WHERE business IN ??`,
		func(t *storedTerms) []any { return []any{&t.Business, &t.freight, &t.CommissionBps, &t.Version} }, suppliers)
	if err != nil {
		return nil, fmt.Errorf("read terms of suppliers: %w", err)
	}
	terms := make(map[market.BusinessID]order.Terms, len(found))
	for _, t := range found {
		if t.Freight, err = db.tables.read(t); err != nil {
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

// storedTerms are terms with their freight table as it lies on disk.
type storedTerms struct {
	order.Terms
	freight string
}

// tables remembers freight tables by the version of the terms they stand in:
// parsing one of six zones takes longer than all else that placing an order
// does. The version comes from the records each time and rises with every
// change, so that nothing here is ever out of date.
//
// Bound: maxTables, whose texts have maxTableText bytes at most; a larger one is
// parsed each time, and beyond the number an arbitrary one is forgotten.
type tables struct {
	mu    sync.RWMutex
	known map[market.BusinessID]knownTable
}

type knownTable struct {
	version int64
	table   landed.Table
}

const (
	maxTables    = 1_024
	maxTableText = 32 << 10
)

// of returns the table of a supplier's terms of that version, which nobody may
// change.
func (ts *tables) of(supplier market.BusinessID, version int64) (landed.Table, bool) {
	ts.mu.RLock()
	defer ts.mu.RUnlock()
	k, found := ts.known[supplier]
	return k.table, found && k.version == version
}

// read returns a table of the caller's own.
func (ts *tables) read(t storedTerms) (landed.Table, error) {
	if table, known := ts.of(t.Business, t.Version); known {
		return copied(table), nil
	}
	var table landed.Table
	if err := json.Unmarshal([]byte(t.freight), &table); err != nil {
		return nil, err
	}
	if len(t.freight) > maxTableText {
		return table, nil
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if _, again := ts.known[t.Business]; !again && len(ts.known) >= maxTables {
		for other := range ts.known {
			delete(ts.known, other)
			break
		}
	}
	ts.known[t.Business] = knownTable{t.Version, table}
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
