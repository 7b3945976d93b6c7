package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
