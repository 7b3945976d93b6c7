package kontor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests of the whole look at the house as its users do: the real binary,
// its command line, its pages, and what a kill in the wrong moment leaves.

// workshop holds the binary, the filled demo and the browser's profile; it is
// removed when the tests end.
var workshop string

func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "kontor-whole-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	closeBrowser()
	if err := os.RemoveAll(workshop); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// wait bounds everything that a test waits for; the machine may be busy.
const wait = time.Minute

// built makes the binary once, as it is released: without C.
var built = sync.OnceValues(func() (string, error) {
	// A test's result is kept by the go command while the files that the test
	// itself looked at are unchanged, and a child process looks unseen.
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "docs" || d.Name() == "bin") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		return "", err
	}
	binary := filepath.Join(workshop, "kontor")
	build := exec.Command("go", "build", "-o", binary, "./cmd/kontor")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build kontor: %w\n%s", err, out)
	}
	return binary, nil
})

// kontor is the binary's path.
func kontor(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the tests of the whole house take minutes; they are left out by -short")
	}
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// command is the binary with args, out of reach of the caller's own settings.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(kontor(t), args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "KONTOR_") {
			c.Env = append(c.Env, e)
		}
	}
	return c
}

// process is a kontor that serves.
type process struct {
	URL      string `json:"url"`
	PID      int    `json:"pid"`
	Data     string `json:"data"`
	Accounts []struct {
		Role     string `json:"role"`
		Email    string `json:"email"`
		Password string `json:"password"`
	} `json:"accounts"`
	Keys []struct {
		Role string `json:"role"`
		Key  string `json:"key"`
	} `json:"api_keys"`

	cmd    *exec.Cmd
	stderr *bytes.Buffer // whole once ended is closed
	ended  chan struct{}
	err    error // its exit, once ended is closed
}

// start runs kontor until it says that it is open. It is stopped with the test.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: command(t, append(args, "--json")...), stderr: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Stderr = p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start kontor: %v", err)
	}
	first := make(chan []byte, 1)
	go func() {
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			select {
			case first <- bytes.Clone(lines.Bytes()):
			default:
			}
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() && p.stderr.Len() > 0 {
			t.Logf("kontor %s said:\n%s", strings.Join(args, " "), tail(p.stderr.String(), 4_000))
		}
	})
	select {
	case line := <-first:
		if err := json.Unmarshal(line, p); err != nil {
			t.Fatalf("kontor's first line is no ready line: %v\n%s", err, line)
		}
	case <-p.ended:
		t.Fatalf("kontor %s ended before it was open: %v\n%s", strings.Join(args, " "), p.err, tail(p.stderr.String(), 4_000))
	case <-time.After(2 * wait):
		t.Fatalf("kontor %s is not open after %v", strings.Join(args, " "), 2*wait)
	}
	return p
}

// Stop asks the process to end and tells how it did.
func (p *process) Stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(wait):
		t.Fatalf("kontor did not stop in %v after SIGTERM", wait)
	}
	if p.err == nil {
		p.stderr.Reset()
	} else {
		t.Errorf("kontor stopped with %v\n%s", p.err, tail(p.stderr.String(), 4_000))
	}
}

// Kill ends the process in the middle of whatever it does.
func (p *process) Kill() {
	_ = p.cmd.Process.Kill() // one that has ended is as well
	<-p.ended
}

// run carries out a command to its end.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := command(t, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// filled is the demo, made once and stopped cleanly.
var filled struct {
	once   sync.Once
	folder string
}

// demo serves a copy of the sample platform that belongs to this test alone.
func demo(t *testing.T) *process {
	t.Helper()
	filled.once.Do(func() {
		folder := filepath.Join(workshop, "demo")
		p := start(t, "demo", "--data", folder, "--listen", "127.0.0.1:0")
		p.Stop(t)
		filled.folder = folder
	})
	if filled.folder == "" {
		t.Fatal("the demo could not be made; the first test that asked for it says why")
	}
	folder := filepath.Join(t.TempDir(), "demo")
	if out, err := exec.Command("cp", "-a", filled.folder, folder).CombinedOutput(); err != nil { // with its modes: the keys are their owner's alone
		t.Fatalf("copy the demo: %v\n%s", err, out)
	}
	return start(t, "demo", "--data", folder, "--listen", "127.0.0.1:0")
}

// verified checks a stopped house's records, as its operator would.
func verified(t *testing.T, args ...string) {
	t.Helper()
	out, errs, code := run(t, append([]string{"verify", "--json"}, args...)...)
	var said struct {
		OK     bool `json:"ok"`
		Checks []struct {
			Name     string   `json:"name"`
			Checked  int      `json:"checked"`
			Failed   int      `json:"failed"`
			Examples []string `json:"examples"`
		} `json:"checks"`
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("kontor verify: exit %d, and no report: %v\n%s%s", code, err, out, errs)
	}
	for _, c := range said.Checks {
		if c.Failed > 0 {
			t.Errorf("a promise does not hold: %s: %d of %d, such as %v", c.Name, c.Failed, c.Checked, c.Examples)
		}
	}
	if code != 0 || !said.OK {
		t.Errorf("kontor verify ended with %d, ok %v\n%s", code, said.OK, errs)
	}
}
