// Package storetest gives tests what the store stands on: real databases of both
// engines, and a disk that forgets, fills up or is slow.
package storetest

import (
	"path/filepath"
	"testing"
)

// Engines runs a suite as two subtests, each with the URL of an empty database of
// one engine: "sqlite" and "postgres". Where PostgreSQL is not installed its half
// is skipped, except under KONTOR_CI, where that is a failure.
func Engines(t *testing.T, suite func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { suite(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { suite(t, Postgres(t)) })
}

// SQLite returns the URL of a file that does not exist yet, in a folder of the
// test's own.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "kontor.db")
}
