package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Killed is a PostgreSQL server of one test's own, which it may kill and start
// again over the same folder. It syncs as the package's default settings say.
type Killed struct {
	server
	binaries string   // the folder of initdb and postgres
	as       []string // what runs a command as the unprivileged user
	shell    *exec.Cmd
}

// serveUntilEOF runs the server as $1's program in folder $2 until the end of
// standard input, then removes the folder; a line of input stops it and leaves
// the folder for another start.
const serveUntilEOF = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=100 -c shared_buffers=32MB -c logging_collector=off >>"$2/log" 2>&1 &
echo $! >"$2/pid.new" && mv "$2/pid.new" "$2/pid"
read line
left=$?
kill -INT $! 2>/dev/null
wait $!
[ $left = 0 ] || rm -rf "$2"`

// KilledPostgres starts a server with the empty database "kontor". Where
// PostgreSQL is absent the test is skipped, except under KONTOR_CI.
func KilledPostgres(t testing.TB) *Killed {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err == nil && len(found) == 0 && os.Getenv("KONTOR_CI") == "" {
		t.Skip("PostgreSQL is not installed (Debian: apt install postgresql), so it can't be killed")
	}
	if len(found) == 0 {
		t.Fatal(errors.Join(errAbsent, err))
	}
	k := &Killed{binaries: filepath.Dir(found[len(found)-1])}
	if k.folder, err = os.MkdirTemp("", "kontor-postgres-"); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		name, err := unprivileged(k.folder)
		if err != nil {
			t.Fatal(err)
		}
		k.as = []string{"runuser", "-u", name, "--"}
	}
	initdb := k.command(filepath.Join(k.binaries, "initdb"), "-D", filepath.Join(k.folder, "data"), "-U", "kontor", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	t.Cleanup(func() { k.end(t) })
	k.Start(t)
	if err := k.run("CREATE DATABASE kontor"); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *Killed) command(args ...string) *exec.Cmd {
	args = append(append([]string{}, k.as...), args...)
	c := exec.Command(args[0], args[1:]...)
	c.Dir = k.folder
	return c
}

// URL is that of the server's database, the same after every start.
func (k *Killed) URL() string { return k.url("kontor") }

// Start runs the server and waits until it answers: after a kill, until it has
// replayed its log.
func (k *Killed) Start(t testing.TB) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	k.shell, k.stdin = k.command("sh", "-c", serveUntilEOF, "sh", k.binaries, k.folder), write
	k.shell.Stdin = read
	k.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := k.shell.Start(); err != nil {
		t.Fatal(err)
	}
	if err := k.await(); err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
}

// Kill ends the server with SIGKILL: the postmaster first, so that nobody is
// left to see to the rest, then every process that it had started.
func (k *Killed) Kill(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(k.folder, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	postmaster, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	children, err := childrenOf(postmaster)
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range append([]int{postmaster}, children...) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Errorf("kill PostgreSQL's process %d: %v", pid, err)
		}
	}
	if _, err := k.stdin.WriteString("\n"); err != nil {
		t.Error(err)
	}
	k.ended(t)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		alive := false // the last of a server's processes holds its shared memory
		for _, pid := range children {
			alive = alive || syscall.Kill(pid, 0) == nil && !zombie(pid)
		}
		if !alive {
			return
		}
	}
	t.Fatal("processes of a killed PostgreSQL are still there after 10 seconds")
}

// end stops the server and removes its folder.
func (k *Killed) end(t testing.TB) {
	t.Helper()
	if k.stdin != nil {
		k.ended(t)
	}
	if err := os.RemoveAll(k.folder); err != nil {
		t.Error(err)
	}
}

// ended closes the shell's input and waits for its end.
func (k *Killed) ended(t testing.TB) {
	t.Helper()
	if err := k.stdin.Close(); err != nil {
		t.Error(err)
	}
	k.stdin = nil
	_ = k.shell.Wait() // it ends as the killed server did
}

// childrenOf are the processes whose parent is pid (proc(5), /proc/PID/stat).
func childrenOf(pid int) (children []int, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return nil, fmt.Errorf("read /proc: %d processes, %w", len(stats), err)
	}
	for _, path := range stats {
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			return nil, err
		}
		if fields := statOf(id); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			children = append(children, id)
		}
	}
	return children, nil
}

// statOf is a process's state, parent and further fields; nil once it is gone.
func statOf(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := bytes.Cut(text, []byte(") "))
	return strings.Fields(string(rest))
}

func zombie(pid int) bool {
	fields := statOf(pid)
	return len(fields) == 0 || fields[0] == "Z"
}
