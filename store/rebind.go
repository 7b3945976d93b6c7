package store

import (
	"fmt"
	"strings"
	"sync"
)

// Statements are written once, with ? for a value and ?? for a list of keys:
//
//	SELECT … FROM order_line WHERE order_id IN ?? AND quantity > ?
//
// The list is one value on both engines, so that a statement has one text
// however many keys there are, and the caches of prepared statements stay small.

// rebound remembers the text that each written statement has on each engine. It
// is as large as the program has statements.
var rebound [2]sync.Map

const (
	forSQLite = iota
	forPostgres
)

func rebind(sql string, engine int) string {
	if text, ok := rebound[engine].Load(sql); ok {
		return text.(string)
	}
	text := rewrite(sql, engine)
	rebound[engine].Store(sql, text)
	return text
}

// marks are what rewrite replaces, the longest first; %d is the value's number.
var marks = []struct{ written, sqlite, postgres string }{
	{"NOT IN ??", "NOT IN (SELECT value FROM json_each(?))", "<> ALL($%d)"},
	{"IN ??", "IN (SELECT value FROM json_each(?))", "= ANY($%d)"},
	{"?", "?", "$%d"},
}

// rewrite replaces the marks outside of quotes and comments.
func rewrite(sql string, engine int) string {
	var b strings.Builder
	n := 0
next:
	for i := 0; i < len(sql); {
		if end := skipQuoted(sql, i); end > i {
			b.WriteString(sql[i:end])
			i = end
			continue
		}
		for _, m := range marks {
			if !strings.HasPrefix(sql[i:], m.written) {
				continue
			}
			n++
			if engine == forPostgres {
				fmt.Fprintf(&b, m.postgres, n)
			} else {
				b.WriteString(m.sqlite)
			}
			i += len(m.written)
			continue next
		}
		b.WriteByte(sql[i])
		i++
	}
	return b.String()
}

// skipQuoted returns the end of the quotation or comment that begins at i, or i.
func skipQuoted(sql string, i int) int {
	for _, q := range [][2]string{{"'", "'"}, {`"`, `"`}, {"--", "\n"}, {"/*", "*/"}} {
		if !strings.HasPrefix(sql[i:], q[0]) {
			continue
		}
		start := i + len(q[0])
		if end := strings.Index(sql[start:], q[1]); end >= 0 {
			return start + end + len(q[1])
		}
		return len(sql)
	}
	return i
}
