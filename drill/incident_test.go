package drill

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestIncidentsAreReadAndHeldAgainstTheirMarks(t *testing.T) {
	begin := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	file := func(second int, target string) string {
		return `{"id":"2026-11-23-` + string(rune('0'+second)) + `","opened":"2026-11-23T09:00:0` + string(rune('0'+second)) + `Z","last":"2026-11-23T09:00:09Z","target":"` + target + `","shapes":[{"label":"route GET /search"}]}`
	}
	for name, c := range map[string]struct {
		files  []string
		after  time.Duration // the attack begins, after begin
		opened bool          // the mark "opened <= 5s"
		none   bool          // the mark "count <= 0"
		target bool          // it names GET /search
	}{
		"none":              {nil, 0, false, true, false},
		"one in time":       {[]string{file(3, "GET /search")}, 0, true, false, true},
		"one too late":      {[]string{file(6, "GET /search")}, 0, false, false, true},
		"one in calm":       {[]string{file(3, "GET /search")}, 4 * time.Second, false, false, true},
		"two of one attack": {[]string{file(2, "GET /search"), file(4, "GET /search")}, 0, false, false, true},
		"of another target": {[]string{file(3, "GET /{$}")}, 0, true, false, false},
		"that names no aim": {[]string{file(3, "")}, 0, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := &house{data: t.TempDir()}
			dir := filepath.Join(h.data, "watch", "incidents")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for i, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, "2026-11-23-"+string(rune('1'+i))+".json"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			list, err := h.incidents(begin.Add(c.after))
			if err != nil || len(list) != len(c.files) {
				t.Fatalf("%d of %d incidents were read: %v", len(list), len(c.files), err)
			}
			r := &Result{Incidents: list}
			if got, ok := r.incident(Mark{What: "opened", Limit: 5}); ok != c.opened {
				t.Errorf("opened in time is %v (%s), want %v", ok, got, c.opened)
			}
			if got, ok := r.incident(Mark{What: "count", Limit: 0}); ok != c.none {
				t.Errorf("none at all is %v (%s), want %v", ok, got, c.none)
			}
			if j := r.aimed("GET /search"); j.Passed != c.target {
				t.Errorf("it names %s, which counts as right: %v, want %v", j.Got, j.Passed, c.target)
			}
		})
	}
}

func TestAnIncidentThatCantBeReadIsNoSilence(t *testing.T) {
	h := &house{data: t.TempDir()}
	if list, err := h.incidents(time.Now()); err != nil || list != nil {
		t.Errorf("a house without a watch has %v, %v", list, err)
	}
	dir := filepath.Join(h.data, "watch", "incidents")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "2026-11-23-1.json"), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.incidents(time.Now()); err == nil {
		t.Error("a torn file counts as no incident")
	}
}
