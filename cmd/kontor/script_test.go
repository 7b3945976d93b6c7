package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver" // the command sql
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"kontor": main}) }

// TestScripts runs testdata/script/*.txtar, each in an empty folder of its own:
// lines as a user types them, and what they must say. Besides testscript's own
// commands there are
//
//	exits CODE COMMAND…     runs the command, which must end with that exit code
//	opened FILE NAME        waits for the ready line in FILE; $NAME is the house's address, ${NAME}_HOST its host and
//	                        port, ${NAME}_PID its process
//	status CODE URL         asks for the page, which must answer with that status
//	sql FILE STATEMENT      changes the records behind the house's back
//	counted FILE N TEXT     FILE holds TEXT on exactly N lines
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "opened": opened, "status": status, "sql": behindItsBack, "counted": counted,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d: scripts rely on it", got, want)
	}
}

func opened(ts *testscript.TestScript, _ bool, args []string) {
	for range 300 {
		said, _ := os.ReadFile(ts.MkAbs(args[0])) // not there yet
		line, _, whole := strings.Cut(string(said), "\n")
		if !whole {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		var r ready
		ts.Check(json.Unmarshal([]byte(line), &r))
		if !r.Ready || r.PID == 0 || r.Data == "" {
			ts.Fatalf("the ready line lacks something: %s", line)
		}
		ts.Setenv(args[1], r.URL)
		ts.Setenv(args[1]+"_PID", strconv.Itoa(r.PID))
		ts.Setenv(args[1]+"_HOST", strings.Replace(strings.TrimPrefix(r.URL, "http://"), "localhost", "127.0.0.1", 1))
		return
	}
	ts.Fatalf("the house did not open within 15 seconds")
}

func status(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[1], nil)
	ts.Check(err)
	answer, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(answer.Body.Close())
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("status %s of %s, want %s", got, args[1], args[0])
	}
}

func behindItsBack(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite3", "file:"+ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	done, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was changed: %v", err)
	}
}

func counted(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if strings.Contains(line, args[2]) {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%d lines hold %q, want %d", got, args[2], want)
	}
}
