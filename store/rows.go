package store

import (
	"strings"

	"kontor/market"
)

// perInsert bounds the rows of one INSERT, and by it the number of texts that an
// INSERT of any number of rows is prepared in.
const perInsert = 8

// insert makes the steps that add rows; into is the statement up to its VALUES.
func insert(into string, rows [][]any) plan {
	var p plan
	for len(rows) > 0 {
		n := min(len(rows), perInsert)
		places := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		p = append(p, step{sql: into + " VALUES " + places + strings.Repeat(", "+places, n-1), args: args, want: n})
		rows = rows[n:]
	}
	return p
}

// sealed binds a sealed field; an absent one is NULL.
func sealed(s market.Sealed) any {
	if len(s) == 0 {
		return nil
	}
	return []byte(s)
}

// amount binds an amount whose currency stands in another column of its row; one
// without a currency is NULL.
func amount(m market.Money) any {
	if m.Currency == "" {
		return nil
	}
	return m.Minor
}

// bounded is a list's limit: what was asked for, usual for none, at most most.
func bounded(limit, usual, most int) int {
	if limit <= 0 {
		return usual
	}
	return min(limit, most)
}
