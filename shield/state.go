package shield

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// remembered is what is kept over a restart, beside the bans: what was learnt of
// the site, so that a shield that starts again under siege need not learn it from
// a flooded one.
type remembered struct {
	Version int      `json:"version"`
	Limit   float64  `json:"limit"`
	Costs   []learnt `json:"costs"`
}

const rememberedVersion = 1

// saveEvery is how often bans and costs are written down.
const saveEvery = 10 * time.Second

// save writes the state down, each file whole or not at all.
func (s *Shield) save() error {
	if s.set.State == "" {
		return nil
	}
	if err := s.bans.save(filepath.Join(s.set.State, "bans.json")); err != nil {
		return fmt.Errorf("write the bans down: %w", err)
	}
	s.places.mu.Lock()
	limit := s.places.tuner.limit
	s.places.mu.Unlock()
	err := ReplaceFile(filepath.Join(s.set.State, "learnt.json"), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(remembered{rememberedVersion, limit, s.costs.list()})
	})
	if err != nil {
		return fmt.Errorf("write down what was learnt of the site: %w", err)
	}
	return nil
}

// recall reads the state of an earlier run. A file that can't be read is left
// aside with a line in the log: the shield must start under all conditions.
func (s *Shield) recall() error {
	if s.set.State == "" {
		return nil
	}
	if err := os.MkdirAll(s.set.State, 0o700); err != nil {
		return fmt.Errorf("make the shield's folder: %w", err)
	}
	if err := s.bans.load(filepath.Join(s.set.State, "bans.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the bans of the last run can't be read; going on without", "cause", err)
	}
	text, err := os.ReadFile(filepath.Join(s.set.State, "learnt.json"))
	if err != nil {
		return nil // the first run
	}
	var was remembered
	if err := json.Unmarshal(text, &was); err != nil || was.Version != rememberedVersion {
		s.log.Warn("what was learnt of the site can't be read; learning anew", "cause", err)
		return nil
	}
	s.costs.recall(was.Costs)
	if was.Limit >= s.places.tuner.least && was.Limit <= s.places.tuner.most {
		s.places.tuner.limit = was.Limit
	}
	return nil
}
