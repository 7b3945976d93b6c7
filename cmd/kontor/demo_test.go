package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	demohouse "kontor/demo/house"
	"kontor/market"
)

// touch makes a file in a folder.
func touch(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDemoFolders(t *testing.T) {
	finished := mark{Kontor: "demo", Version: markVersion, Complete: true}
	for _, c := range []struct {
		name     string
		set      func(t *testing.T, dir string)
		reset    bool
		refused  bool
		complete bool // served as it is
		kept     bool // the record survives
	}{
		{name: "a folder that is not there is made", set: func(t *testing.T, dir string) { os.Remove(dir) }},
		{name: "an empty folder is taken", set: func(*testing.T, string) {}},
		{name: "a foreign folder is refused", set: func(t *testing.T, dir string) { touch(t, dir, "kontor.db", "records") }, refused: true, kept: true},
		{name: "a foreign folder is refused even with --reset", set: func(t *testing.T, dir string) { touch(t, dir, "kontor.db", "records") }, reset: true, refused: true, kept: true},
		{name: "a mark of somebody else's is none", set: func(t *testing.T, dir string) {
			touch(t, dir, "kontor.db", "records")
			touch(t, dir, "demo.json", `{"name":"my slides"}`)
		}, reset: true, refused: true, kept: true},
		{name: "a finished demo is served as it is", set: func(t *testing.T, dir string) {
			touch(t, dir, "kontor.db", "records")
			check(t, finished.write(dir))
		}, complete: true, kept: true},
		{name: "a finished demo is made anew with --reset", set: func(t *testing.T, dir string) {
			touch(t, dir, "kontor.db", "records")
			check(t, finished.write(dir))
		}, reset: true},
		{name: "a demo left half-way is made anew", set: func(t *testing.T, dir string) {
			touch(t, dir, "kontor.db", "records")
			check(t, mark{Kontor: "demo", Version: markVersion}.write(dir))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "d")
			check(t, os.Mkdir(dir, 0o700))
			c.set(t, dir)
			m, err := prepare(dir, c.reset)
			if (market.KindOf(err) == market.Invalid) != c.refused || err != nil && !c.refused {
				t.Fatalf("got %v, want refused %t", err, c.refused)
			}
			if !c.refused && m.Complete != c.complete {
				t.Errorf("got complete %t, want %t", m.Complete, c.complete)
			}
			_, err = os.Stat(filepath.Join(dir, "kontor.db"))
			if there := err == nil; there != c.kept {
				t.Errorf("got records there %t, want %t", there, c.kept)
			}
			if c.refused {
				return
			}
			if _, err := prepare(dir, false); err != nil {
				t.Errorf("the folder is not known a second time: %v", err)
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDemoIsRefusedWhileAnotherServesIt(t *testing.T) {
	dir := t.TempDir()
	check(t, mark{Kontor: "demo", Version: markVersion, Complete: true}.write(dir))
	touch(t, dir, "kontor.db", "records")
	lock, err := lockFolder(dir)
	check(t, err)
	defer lock.Close()
	if _, err := prepare(dir, true); market.KindOf(err) != market.Conflict {
		t.Errorf("got %v: the demo under a running one was removed", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "kontor.db")); err != nil {
		t.Error("the records of a running demo were removed")
	}
}

func TestDemoSettingsAreReadBack(t *testing.T) {
	sample, err := demohouse.House()
	check(t, err)
	s, err := readSettings(strings.NewReader(demoConf(sample)), "kontor.conf", nil, nil)
	if err != nil {
		t.Fatalf("kontor serve could not read the demo's settings: %v", err)
	}
	if !s.DemoCard || s.BankName != sample.Name || s.BankIBAN == "" || s.Country != "DE" {
		t.Errorf("got %+v, want the demo's card and account", s)
	}
}

func TestDemoRefusesBadUse(t *testing.T) {
	t.Setenv("KONTOR_DATABASE", "")
	foreign := t.TempDir()
	touch(t, foreign, "letter.txt", "mine")
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"a foreign folder", "did not make it", []string{"--data", foreign, "demo", "--listen", "127.0.0.1:0"}},
		{"a catalogue that is not there", "can't be read", []string{"--data", filepath.Join(t.TempDir(), "d"), "demo", "--catalogue", "none.csv"}},
		{"another database", "its own folder", []string{"--data", filepath.Join(t.TempDir(), "d"), "--set", "database=postgres://127.0.0.1/x", "demo"}},
		{"a port that is no port", "Can't serve", []string{"--data", filepath.Join(t.TempDir(), "d"), "demo", "--listen", "127.0.0.1:99999"}},
		{"an unknown flag", "--fast", []string{"demo", "--fast"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, err bytes.Buffer
			if code := run(context.Background(), c.args, place{in: strings.NewReader(""), out: &out, err: &err}); code != misused || !strings.Contains(err.String(), c.want) {
				t.Errorf("got exit code %d and %q, want %d and %q", code, err.String(), misused, c.want)
			}
			if out.Len() > 0 {
				t.Errorf("a refusal printed results: %s", out.String())
			}
		})
	}
	if left, _ := os.ReadDir(foreign); len(left) != 1 {
		t.Errorf("a foreign folder was changed: %v", left)
	}
}

// started runs a command that serves in a process of its own, hands its ready
// line to look, and stops it.
func started(t *testing.T, args []string, look func(pid int, r ready)) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Args = append([]string{"kontor"}, args...) // TestMain goes by the name
	out, err := cmd.StdoutPipe()
	check(t, err)
	var said bytes.Buffer
	cmd.Stderr = &said
	check(t, cmd.Start())
	stop := time.AfterFunc(5*time.Minute, func() { cmd.Process.Kill() })
	defer stop.Stop()
	var r ready
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		t.Fatalf("the demo did not open (%v, %v): %s", err, cmd.Wait(), said.String())
	}
	look(cmd.Process.Pid, r)
	check(t, cmd.Process.Signal(os.Interrupt))
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v after a stop: %s", err, said.String())
	}
}

// most is the largest resident memory in MB that a process had since its program
// began; 0 where the system does not tell.
func most(t *testing.T, pid int) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	check(t, err)
	return float64(kilobytes) * 1024 / 1e6
}

func TestDemoIsFilledOnceAndServed(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped, it makes a whole sample platform")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	args := []string{"--json", "--data", dir, "demo", "--listen", "127.0.0.1:0"}
	var first ready
	var took float64
	started(t, append(args, "--reset"), func(pid int, r ready) {
		first = r
		if r.PID != pid {
			t.Errorf("process %d says it is %d: whoever started it could not stop it", pid, r.PID)
		}
		took = most(t, pid)
		page, err := http.Get(r.URL + "/")
		check(t, err)
		defer page.Body.Close()
		if body, err := io.ReadAll(page.Body); err != nil || page.StatusCode != http.StatusOK || len(body) < 5_000 {
			t.Errorf("got status %d, %d bytes, %v of the first page", page.StatusCode, len(body), err)
		}
		found, err := http.Get(r.URL + "/search?q=tumbller")
		check(t, err)
		defer found.Body.Close()
		if body, _ := io.ReadAll(found.Body); !bytes.Contains(bytes.ToLower(body), []byte("tumbler, clear")) {
			t.Error("the first search finds nothing: the index was not complete")
		}
	})
	if len(first.Accounts) != 3 || len(first.APIKeys) != 3 {
		t.Fatalf("got %+v, want three accounts with keys", first)
	}
	started(t, args, func(pid int, again ready) {
		if usual := most(t, pid); took > 1.4*usual {
			t.Errorf("%.0f MB were resident before the first page, and %.0f after a later start: what making took stays", took, usual)
		}
		if !slices.Equal(again.Accounts, first.Accounts) || !slices.Equal(again.APIKeys, first.APIKeys) {
			t.Error("a second start has other accounts: it was filled again")
		}
	})
	var out, said bytes.Buffer
	if code := run(context.Background(), []string{"--data", dir, "verify"}, place{in: strings.NewReader(""), out: &out, err: &said}); code != done {
		t.Errorf("verify says %d:\n%s%s", code, out.String(), said.String())
	}
}
