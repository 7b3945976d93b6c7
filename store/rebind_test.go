package store

import (
	"strings"
	"testing"
)

func TestRebind(t *testing.T) {
	for name, c := range map[string]struct{ written, sqlite, postgres string }{
		"values are numbered from one": {"a = ? AND b = ?", "a = ? AND b = ?", "a = $1 AND b = $2"},
		"a list is one value":          {"a IN ?? AND b = ?", "a IN (SELECT value FROM json_each(?)) AND b = ?", "a = ANY($1) AND b = $2"},
		"a list to leave out":          {"a NOT IN ??", "a NOT IN (SELECT value FROM json_each(?))", "a <> ALL($1)"},
		"a text keeps its marks":       {"a = '?''?' AND b = ?", "a = '?''?' AND b = ?", "a = '?''?' AND b = $1"},
		"a quoted name keeps them":     {`"a?" = ?`, `"a?" = ?`, `"a?" = $1`},
		"a comment keeps them":         {"a -- why?\n= ? /* ? */ + ?", "a -- why?\n= ? /* ? */ + ?", "a -- why?\n= $1 /* ? */ + $2"},
		"an open text is left alone":   {"a = '?", "a = '?", "a = '?"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rebind(c.written, forSQLite); got != c.sqlite {
				t.Errorf("SQLite: got %q, want %q", got, c.sqlite)
			}
			if got := rebind(c.written, forPostgres); got != c.postgres {
				t.Errorf("PostgreSQL: got %q, want %q", got, c.postgres)
			}
		})
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add("SELECT '?' FROM a WHERE b = ? AND c IN ?? -- ?")
	f.Add("/*'*/?\"")
	f.Fuzz(func(t *testing.T, sql string) {
		if strings.Contains(sql, "?") {
			rewrite(sql, forPostgres)
			return
		}
		if got := rewrite(sql, forPostgres); got != sql {
			t.Errorf("a statement without marks became %q", got)
		}
	})
}
