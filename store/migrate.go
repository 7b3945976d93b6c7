package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// One folder an engine, the same numbers in both: 0002_catalogue.sql beside
// 0002_catalogue.sql. A file never changes after its release.
//
//go:embed migrations
var migrations embed.FS

func (e *sqlite) migrate(ctx context.Context, log *slog.Logger, files fs.FS) error {
	db, err := driver.Open(e.uri, func(c *sqlite3.Conn) error {
		return c.Exec(`PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL`)
	})
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	return migrate(ctx, log, goose.DialectSQLite3, db, files, "migrations/sqlite")
}

// migrate on PostgreSQL holds an advisory lock, so that of several starting
// processes one migrates and the others wait.
func (e *postgres) migrate(ctx context.Context, log *slog.Logger, files fs.FS) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(e.pool)
	defer db.Close()
	return migrate(ctx, log, goose.DialectPostgres, db, files, "migrations/postgres", goose.WithSessionLocker(locker))
}

// ErrNewer says that the records were written by a newer release.
var ErrNewer = errors.New("the records were made by a newer release of Kontor; start that release, or restore a backup made by this one")

func migrate(ctx context.Context, log *slog.Logger, dialect goose.Dialect, db *sql.DB, files fs.FS, folder string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(files, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the records: %w", err)
	}
	if have > want {
		return fmt.Errorf("%w (its version is %d, ours %d)", ErrNewer, have, want)
	}
	applied, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the records: %w", err)
	}
	for _, m := range applied {
		log.Info("records migrated", "file", m.Source.Path, "duration", m.Duration)
	}
	return nil
}
