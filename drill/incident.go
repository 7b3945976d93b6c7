package drill

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// IncidentScore is an incident that the site opened by itself while it was
// measured.
type IncidentScore struct {
	ID     string   `json:"id"`
	After  float64  `json:"opened_after_s"` // the first attackers came; less than 0 is before
	Last   float64  `json:"last_sign_after_s"`
	Target string   `json:"target"` // what it aimed at, as the operator reads it
	Shapes []string `json:"shapes,omitempty"`
}

// incidents reads what the house kept of attacks, oldest first; begin is when the
// attack began.
func (h *house) incidents(begin time.Time) ([]IncidentScore, error) {
	dir := filepath.Join(h.data, "watch", "incidents")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it kept no watch
	}
	if err != nil {
		return nil, fmt.Errorf("read the site's incidents: %w", err)
	}
	var list []IncidentScore
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read an incident: %w", err)
		}
		var kept struct {
			ID           string
			Opened, Last time.Time
			Target       string
			Shapes       []struct{ Label string }
		}
		if err := json.Unmarshal(text, &kept); err != nil {
			return nil, fmt.Errorf("read incident %s: %w", e.Name(), err)
		}
		one := IncidentScore{ID: kept.ID, After: seconds(kept.Opened.Sub(begin)), Last: seconds(kept.Last.Sub(begin)), Target: kept.Target}
		for _, s := range kept.Shapes {
			one.Shapes = append(one.Shapes, s.Label)
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b IncidentScore) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// seconds is a time in seconds, to the tenth.
func seconds(d time.Duration) float64 { return d.Round(100 * time.Millisecond).Seconds() }

// incident judges what was opened against a mark of it. Where it is told in which
// time, it must be one alone, and none before the attack.
func (r *Result) incident(m Mark) (string, bool) {
	n := len(r.Incidents)
	if m.What == "count" {
		return fmt.Sprint(n), float64(n) <= m.Limit
	}
	if n == 0 {
		return "none", false
	}
	first := r.Incidents[0].After
	got := fmt.Sprintf("%.1fs", first)
	if n > 1 {
		got += fmt.Sprintf(", %d of them", n)
	}
	return got, n == 1 && first >= 0 && first <= m.Limit
}

// aimed judges what the incidents say was aimed at.
func (r *Result) aimed(target string) Judged {
	j := Judged{Mark: "incident names " + target, Got: "none"}
	if len(r.Incidents) > 0 {
		j.Got = r.Incidents[0].Target
		j.Passed = j.Got == target
	}
	return j
}
