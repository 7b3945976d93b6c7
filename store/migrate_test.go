package store

import (
	"errors"
	"flag"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kontor/store/storetest"
)

var update = flag.Bool("update", false, "write schema.sql anew")

// TestSchema keeps schema.sql, made and not written, equal to what the
// migrations make. Renew it by: go test ./store -run Schema -update
func TestSchema(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	parts, err := all(t.Context(), db, `
		SELECT sql FROM sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND tbl_name <> 'goose_db_version'
		ORDER BY tbl_name, type DESC, name`, itself[string])
	if err != nil {
		t.Fatal(err)
	}
	made := "-- Made by go test ./store -run Schema -update from migrations/sqlite; the\n" +
		"-- PostgreSQL form differs in types only.\n\n" + strings.Join(parts, ";\n\n") + ";\n"
	if *update {
		if err := os.WriteFile("schema.sql", []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("schema.sql")
	if err != nil || string(kept) != made {
		t.Errorf("schema.sql no longer shows the whole (%v); run this test with -update and read the difference", err)
	}
}

// TestEnginesHaveTheSameTables compares tables and columns by name.
func TestEnginesHaveTheSameTables(t *testing.T) {
	a := whole(t, Settings{URL: storetest.SQLite(t)})
	b := whole(t, Settings{URL: storetest.Postgres(t)})
	one, err := all(t.Context(), a, `
		SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name <> 'goose_db_version'`, itself[string])
	if err != nil {
		t.Fatal(err)
	}
	other, err := all(t.Context(), b, `
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`, itself[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(one)
	slices.Sort(other)
	for _, column := range one {
		if !slices.Contains(other, column) {
			t.Errorf("PostgreSQL lacks %s", column)
		}
	}
	for _, column := range other {
		if !slices.Contains(one, column) {
			t.Errorf("SQLite lacks %s", column)
		}
	}
}

func TestMigrationsComeInPairs(t *testing.T) {
	names := func(folder string) []string {
		var found []string
		entries, err := fs.ReadDir(migrations, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			found = append(found, filepath.Base(e.Name()))
		}
		return found
	}
	if a, b := names("migrations/sqlite"), names("migrations/postgres"); !slices.Equal(a, b) {
		t.Errorf("SQLite has %v, PostgreSQL %v: records could not move between them", a, b)
	}
}

func TestRecordsOfANewerReleaseAreRefused(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := opened(t, Settings{URL: url})
		must(t, db, db.pick(dialect{
			sqlite:   `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`,
			postgres: `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`,
		}))
		db.Close()
		if _, err := Open(t.Context(), Settings{URL: url}, noon, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNewer) {
			t.Errorf("got %v, want ErrNewer: an old program would write into records it does not know", err)
		}
	})
}
