package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is the process's one PostgreSQL. It runs under a shell that waits for
// the end of its standard input: when this process ends, however it ends, the
// server is stopped and its folder removed.
type server struct {
	folder string
	stdin  *os.File // kept open, and from the collector
}

var (
	start     = sync.OnceValues(startServer)
	databases atomic.Int64
)

// Postgres returns the URL of an empty database on a real PostgreSQL, which the
// first call starts from Debian's package (as the user postgres or nobody where
// the test runs as root), reachable by a socket in its own folder only. The
// database is dropped when the test ends.
//
// Its collation is a linguistic one, as most servers have, so that an ORDER BY
// that forgot COLLATE "C" shows.
func Postgres(t testing.TB) string {
	t.Helper()
	s, err := start()
	if errors.Is(err, errAbsent) && os.Getenv("KONTOR_CI") == "" {
		t.Skip("PostgreSQL is not installed (Debian: apt install postgresql); this half of the suite is skipped")
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("kontor_%d", databases.Add(1))
	if err := s.run("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return s.url(name)
}

var errAbsent = errors.New("no PostgreSQL under /usr/lib/postgresql")

// supervise makes and runs a server as $1's program files in folder $2.
const supervise = `
"$1/initdb" -D "$2/data" -U kontor -A trust -E UTF8 --locale-provider=icu --icu-locale=en --locale=C.UTF-8 --no-sync >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB -c logging_collector=off >>"$2/log" 2>&1 &
read nothing
kill -INT $!
wait $!
rm -rf "$2"`

func startServer() (*server, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil, errAbsent
	}
	folder, err := os.MkdirTemp("", "kontor-postgres-")
	if err != nil {
		return nil, err
	}
	command := []string{"sh", "-c", supervise, "sh", filepath.Dir(found[len(found)-1]), folder}
	if os.Getuid() == 0 {
		name, err := unprivileged(folder)
		if err != nil {
			return nil, err
		}
		command = append([]string{"runuser", "-u", name, "--"}, command...)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	run := exec.Command(command[0], command[1:]...)
	run.Stdin = read
	run.Dir = folder
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C ends us, and by that the server
	if err := run.Start(); err != nil {
		return nil, err
	}
	s := &server{folder: folder, stdin: write}
	return s, s.await()
}

// unprivileged gives the folder to a user that PostgreSQL agrees to run as.
func unprivileged(folder string) (string, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return "", err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return u.Username, os.Chown(folder, uid, gid)
}

func (s *server) await() error {
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = s.run("SELECT 1"); err == nil {
			return nil
		}
	}
	log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return fmt.Errorf("%w\n%s", err, log)
}

func (s *server) run(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func (s *server) url(database string) string {
	where := url.Values{"host": {s.folder}, "user": {"kontor"}}
	return "postgres:///" + database + "?" + where.Encode()
}
