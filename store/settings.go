package store

import (
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3/vfs"
)

// Settings says where the records lie and how much of the machine they may take.
// The zero value of every field but URL means its default.
type Settings struct {
	// URL is "sqlite:PATH" or "postgres://user@host/database?…" (libpq's form).
	URL string

	// Connections bounds reads at once on SQLite (default twice the cores, 4 to
	// 16; each holds up to 4 MiB of page cache) and all connections on
	// PostgreSQL (default eight times the cores, 16 to 64: with 32 for two cores,
	// which the server shared, orders came a fifth slower than with 16). Further
	// callers wait, first come.
	Connections int

	// Batch bounds the plans in one commit on SQLite: default 128. A larger one
	// raises throughput under load and the wait of the first in it.
	Batch int

	// Queue bounds the plans waiting for the writer on SQLite: default 1024.
	// Further callers wait, until their context ends.
	Queue int

	// Busy is how long SQLite waits for another process that holds the file,
	// such as a backup tool: default 10 s.
	Busy time.Duration

	// VFS names the file layer under SQLite, as registered with ncruces' vfs
	// package: default the operating system's. Tests put faulty disks here.
	VFS string
}

// Check lists every mistake in s, each with its remedy.
func (s Settings) Check() []error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	switch {
	case s.URL == "":
		bad("store URL is empty; write sqlite:PATH or postgres://user@host/database")
	case s.path() != "":
		if strings.HasPrefix(s.path(), ":memory:") {
			bad("store URL asks for a database in memory, which loses every order; name a file, as in sqlite:kontor-data/kontor.db")
		}
	case s.postgres():
		if _, err := url.Parse(s.URL); err != nil {
			// The parser's own message would repeat the password.
			bad("store URL is no valid postgres:// address; percent-encode special characters in its password")
		}
	default:
		scheme, _, _ := strings.Cut(s.URL, ":")
		bad("store URL begins with %q; write sqlite:PATH or postgres://user@host/database", scheme)
	}
	within := func(name string, value, lo, hi int) {
		if value != 0 && (value < lo || value > hi) {
			bad("store %s is %d; choose %d to %d, or 0 for the default", name, value, lo, hi)
		}
	}
	within("connections", s.Connections, 1, 1000)
	within("batch", s.Batch, 1, 10_000)
	within("queue", s.Queue, 1, 1_000_000)
	if s.Busy < 0 {
		bad("store busy wait is %s; choose a time such as 10s, or 0 for the default", s.Busy)
	}
	if vfs.Find(s.VFS) == nil {
		bad("store file layer %q is not registered; leave it empty for the operating system's", s.VFS)
	}
	return faults
}

func (s Settings) postgres() bool {
	return strings.HasPrefix(s.URL, "postgres://") || strings.HasPrefix(s.URL, "postgresql://")
}

// path returns the file of a SQLite database, or "" where URL names none.
func (s Settings) path() string {
	path, _ := strings.CutPrefix(s.URL, "sqlite:")
	if path == s.URL {
		return ""
	}
	return path
}

func (s Settings) withDefaults() Settings {
	preset := func(value *int, otherwise int) {
		if *value == 0 {
			*value = otherwise
		}
	}
	if s.postgres() {
		preset(&s.Connections, min(max(8*runtime.GOMAXPROCS(0), 16), 64))
	}
	preset(&s.Connections, min(max(2*runtime.GOMAXPROCS(0), 4), 16))
	preset(&s.Batch, 128)
	preset(&s.Queue, 1024)
	if s.Busy == 0 {
		s.Busy = 10 * time.Second
	}
	return s
}
