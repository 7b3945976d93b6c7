package store

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSettingsCheck(t *testing.T) {
	for name, c := range map[string]struct {
		settings Settings
		want     []string // a part of each fault
	}{
		"a file is enough":                {Settings{URL: "sqlite:kontor.db"}, nil},
		"so is a server":                  {Settings{URL: "postgres://kontor@localhost/kontor"}, nil},
		"nothing set":                     {Settings{}, []string{"URL is empty"}},
		"a scheme we don't speak":         {Settings{URL: "mysql://x"}, []string{`"mysql"`}},
		"a path without its scheme":       {Settings{URL: "/data/kontor.db"}, []string{"sqlite:PATH"}},
		"sqlite without a path":           {Settings{URL: "sqlite:"}, []string{"sqlite:PATH"}},
		"memory forgets orders":           {Settings{URL: "sqlite::memory:"}, []string{"loses every order"}},
		"a file layer nobody registered":  {Settings{URL: "sqlite:x", VFS: "nowhere"}, []string{`"nowhere"`}},
		"every mistake is told at once":   {Settings{Connections: -1, Batch: 1e6, Queue: -1, Busy: -time.Second}, []string{"URL", "connections is -1", "batch is 1000000", "queue is -1", "busy wait is -1s"}},
		"a broken password is not quoted": {Settings{URL: "postgres://u:s%zzcret@h/d"}, []string{"percent-encode"}},
	} {
		t.Run(name, func(t *testing.T) {
			faults := c.settings.Check()
			if len(faults) != len(c.want) {
				t.Fatalf("got %v, want %d faults", faults, len(c.want))
			}
			for i, want := range c.want {
				if got := faults[i].Error(); !strings.Contains(got, want) || strings.Contains(got, "cret") {
					t.Errorf("got %q, want it to say %q and no secret", got, want)
				}
			}
		})
	}
}

func TestOpenRefusesBadSettings(t *testing.T) {
	if _, err := Open(t.Context(), Settings{Batch: -1}, noon, slog.Default()); err == nil || !strings.Contains(err.Error(), "batch") {
		t.Errorf("got %v, want every fault", err)
	}
}

func TestOpenNamesTheFileItCannotOpen(t *testing.T) {
	_, err := Open(t.Context(), Settings{URL: "sqlite:/nowhere/at/all.db"}, noon, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "/nowhere/at/all.db") {
		t.Errorf("got %v, want the path in it", err)
	}
}

func TestPathsWithOddLetters(t *testing.T) {
	for _, name := range []string{"a b.db", "100%.db", "why?.db", "#1.db", "ü.db"} {
		db := opened(t, Settings{URL: "sqlite:" + t.TempDir() + "/" + name})
		must(t, db, `CREATE TABLE t (n BIGINT)`)
		if err := db.Close(); errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
}
