package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kontor/drill"
)

func TestDrillsThatCantBeRun(t *testing.T) {
	dir := t.TempDir()
	broken := touch(t, dir, "broken.txt", "title = Broken\ncalm = 5s\ngood people 4/s\n")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown scenario":                 {[]string{"run", "no-such"}, "no scenario of this name"},
		"a file that is not there":            {[]string{"run", "./no-such.txt"}, "no such file"},
		"a file with a mistake":               {[]string{"run", broken}, "line 3"},
		"a length of nothing":                 {[]string{"run", "calm", "--seconds", "1"}, "--seconds 60"},
		"an intensity that is none":           {[]string{"run", "calm", "--intensity", "much"}, "--intensity 10x"},
		"a report that can't be written":      {[]string{"run", "calm", "--report", filepath.Join(dir, "no", "report.html")}, "--report"},
		"a site that is no address":           {[]string{"run", "calm", "--url", "staging"}, "https://staging.example"},
		"a site whose operator did not agree": {[]string{"run", "calm", "--url", "http://127.0.0.1:9"}, "rehearsal.consent"},
		"another's shield turned off":         {[]string{"run", "calm", "--url", "https://staging.example", "--shield", "off"}, "its operator's"},
		"another proxy that is none":          {[]string{"run", "calm", "--against", "varnish"}, "--against all"},
		"another proxy before another's site": {[]string{"run", "calm", "--url", "https://staging.example", "--against", "nginx"}, "throw-away house"},
		"a list of an unknown one":            {[]string{"list", "no-such"}, "no scenario of this name"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, messages := said(t, append([]string{"drill"}, c.args...)...)
			if code != misused || out != "" || !strings.Contains(messages, c.want) {
				t.Errorf("exit code %d, want %d; it says %q, which should help with %q", code, misused, out+messages, c.want)
			}
		})
	}
}

func TestDrillListCanBeCopiedAndRun(t *testing.T) {
	code, out, _ := said(t, "drill", "list", "--json")
	var list []struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal([]byte(out), &list); code != done || err != nil || len(list) < 20 {
		t.Fatalf("exit code %d with %d scenarios: %v", code, len(list), err)
	}
	code, out, _ = said(t, "drill", "list", "siege-48h")
	if code != done || !strings.Contains(out, "restart") {
		t.Errorf("exit code %d, and the scenario's file is:\n%s", code, out)
	}
}

const shortDrill = `title     = A short one
rehearses = Whether a drill can be made, run and scored.
calm      = 6s
attack    = 10s
attack flood addresses=1 rate=300/s
attack mimics addresses=20 rate=0.5/s
restart 60%
good paying  6/s
good member  1/s
good guest   2/s
good phone   0.5/s
good office  1/s
good crawler 0.5/s
mark incident opened <= 10s
`

// TestDrillOfAThrowAwayHouse runs a whole drill: it makes a house, attacks it,
// kills it in the middle, holds every receipt against its records, and looks
// whether its watch noticed.
func TestDrillOfAThrowAwayHouse(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole drill takes a minute; it is left out by -short")
	}
	dir := t.TempDir()
	report := filepath.Join(dir, "report.html")
	var out, messages bytes.Buffer
	c := exec.Command("kontor", "drill", "run", touch(t, dir, "short.txt", shortDrill), "--json", "--seed", "7", "--cost", "none", "--report", report)
	c.Stdout, c.Stderr = &out, &messages
	err := c.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || ended.ExitCode() != wrong) {
		t.Fatalf("it could not be run: %v\n%s", err, messages.String())
	}
	var card struct {
		Measured bool   `json:"measured"`
		Why      string `json:"not_measured"`
		Marks    []struct {
			Mark, Got string
			Passed    bool
		} `json:"marks"`
		Classes map[string]struct {
			Offered int     `json:"offered"`
			Share   float64 `json:"success_share"`
		} `json:"classes"`
		Attack struct {
			Offered int `json:"offered"`
			Served  int `json:"served"`
			Cached  int `json:"served_from_cache"`
			Refused int `json:"refused"`
		} `json:"attack"`
		Trade struct {
			Placed int `json:"orders_placed"`
		} `json:"trade"`
		Restart struct {
			Times int `json:"times"`
		} `json:"restart"`
		Verify struct {
			Ran bool `json:"ran"`
		} `json:"verify"`
	}
	if err := json.Unmarshal(out.Bytes(), &card); err != nil {
		t.Fatalf("the scorecard can't be read: %v\n%s\n%s", err, out.String(), messages.String())
	}
	if !card.Measured {
		t.Errorf("nothing was measured: %s", card.Why)
	}
	for _, m := range card.Marks {
		if !m.Passed {
			t.Errorf("after a kill under attack: %s, got %s", m.Mark, m.Got)
		}
	}
	for _, class := range []string{"paying", "member", "guest", "phone", "office", "crawler"} {
		if card.Classes[class].Offered == 0 {
			t.Errorf("no %s came", class)
		}
	}
	if a := card.Attack; a.Served+a.Cached == 0 || a.Refused == 0 {
		t.Errorf("hostile clients were served %d, from the cache %d and refused %d: those that pass for people should get pages, and the flood should not", a.Served, a.Cached, a.Refused)
	}
	if card.Attack.Offered == 0 || card.Trade.Placed == 0 || card.Restart.Times != 1 || !card.Verify.Ran {
		t.Errorf("a part of the drill did not happen: %+v", card)
	}
	if page, err := os.ReadFile(report); err != nil || !bytes.Contains(page, []byte("</html>")) {
		t.Errorf("there is no whole report: %v", err)
	}
}

const besideDrill = `title     = A short one beside another proxy
rehearses = Whether a drill can be run behind another program.
calm      = 3s
attack    = 4s
attack flood addresses=4 rate=20/s
good paying 6/s
good guest  2/s
`

// needProxies skips, or fails where everything must run.
func needProxies(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a whole drill takes a minute; it is left out by -short")
	}
	all, err := drill.Rivals("all")
	check(t, err)
	for _, r := range all {
		absent, ok := errors.AsType[*drill.Absent](r.Present())
		if ok && os.Getenv("KONTOR_CI") != "" {
			t.Fatal(absent)
		}
		if ok {
			t.Skipf("needs %s, from Debian's package of that name", absent.Package)
		}
	}
}

// TestDrillBehindAnotherProxy plays a drill behind nginx and HAProxy as well: the
// same visitors trade there, on a house of their own.
func TestDrillBehindAnotherProxy(t *testing.T) {
	needProxies(t)
	dir := t.TempDir()
	var out, messages bytes.Buffer
	c := exec.Command("kontor", "drill", "run", touch(t, dir, "beside.txt", besideDrill), "--json", "--seed", "7", "--cost", "none", "--against", "nginx/cache,haproxy-expert/priority")
	c.Stdout, c.Stderr = &out, &messages
	err := c.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || ended.ExitCode() != wrong) { // too short to be measured
		t.Fatalf("it could not be run: %v\n%s", err, messages.String())
	}
	var card struct {
		Rivals []struct {
			Name, Version, Setting string
			Result                 struct {
				Classes map[string]struct {
					Offered int     `json:"offered"`
					Share   float64 `json:"success_share"`
				} `json:"classes"`
				Attack struct {
					Offered int `json:"offered"`
				} `json:"attack"`
				Trade struct {
					Paid int `json:"orders_paid"`
					Lost int `json:"orders_lost"`
				} `json:"trade"`
				CPU struct {
					Proxy float64 `json:"proxy_attack"`
				} `json:"cpu_cores"`
				Memory struct {
					Proxy float64 `json:"proxy_peak"`
				} `json:"memory_mb"`
				Verify struct {
					Ran, OK bool
				} `json:"verify"`
			} `json:"result"`
		} `json:"rivals"`
	}
	if err := json.Unmarshal(out.Bytes(), &card); err != nil {
		t.Fatalf("the scorecard can't be read: %v\n%s\n%s", err, out.String(), messages.String())
	}
	if len(card.Rivals) != 2 {
		t.Fatalf("the scorecard tells of %d other proxies, want 2", len(card.Rivals))
	}
	for _, r := range card.Rivals {
		got := r.Result
		if got.Classes["paying"].Share < 0.5 || got.Classes["guest"].Offered == 0 || got.Attack.Offered == 0 || got.Trade.Paid == 0 {
			t.Errorf("behind %s hardly anybody trades, which is no comparison: %+v", r.Name, got)
		}
		if got.Trade.Lost != 0 || !got.Verify.Ran || !got.Verify.OK {
			t.Errorf("behind %s the records are not sound: %+v", r.Name, got)
		}
		if r.Version == "" || r.Setting == "" || got.CPU.Proxy == 0 || got.Memory.Proxy == 0 {
			t.Errorf("it is not told what was compared, or what it used: %+v", r)
		}
	}
}

// TestAnInterruptedDrillLeavesNothing stops a drill while another proxy stands
// before its house.
func TestAnInterruptedDrillLeavesNothing(t *testing.T) {
	needProxies(t)
	for _, rival := range []string{"nginx/cache", "haproxy/deny"} {
		t.Run(rival, func(t *testing.T) {
			dir, temp := t.TempDir(), t.TempDir()
			c := exec.Command("kontor", "drill", "run", touch(t, dir, "beside.txt", besideDrill), "--cost", "none", "--against", rival)
			c.Env = append(os.Environ(), "TMPDIR="+temp)
			messages, err := c.StderrPipe()
			check(t, err)
			check(t, c.Start())
			told, begun := bufio.NewScanner(messages), false
			for told.Scan() {
				if strings.Contains(told.Text(), "warming up") && !begun { // the proxy serves
					begun = true
					check(t, c.Process.Signal(os.Interrupt))
				}
			}
			if err := c.Wait(); err == nil || !begun {
				t.Errorf("it was not interrupted: %v", err)
			}
			left, err := os.ReadDir(temp)
			check(t, err)
			for _, f := range left {
				t.Errorf("%s is left in the folder for temporary files", f.Name())
			}
			lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
			check(t, err)
			for _, file := range lines {
				if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(temp)) {
					t.Errorf("%q still runs", bytes.ReplaceAll(line, []byte{0}, []byte(" ")))
				}
			}
		})
	}
}

func TestAMissingProxyIsNamedWithItsPackage(t *testing.T) {
	var messages bytes.Buffer
	code := report(&messages, withoutProxy(&drill.Absent{Package: "nginx"}))
	if code != wrong || !strings.Contains(messages.String(), "apt-get install nginx") {
		t.Errorf("exit code %d, want %d; it says %q, which does not tell what to install", code, wrong, messages.String())
	}
}
