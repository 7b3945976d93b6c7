package shield

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// remembered is what is kept over a restart, beside bans and revocations: what
// was learnt of the site, so that a shield that starts again under siege need not
// learn it from a flooded one.
type remembered struct {
	Version int      `json:"version"`
	Limit   float64  `json:"limit"`
	Costs   []learnt `json:"costs"`
}

const rememberedVersion = 1

// saveEvery is how often bans and costs are written down; revocations are sooner.
const saveEvery = 10 * time.Second

// save writes the state down, each file whole or not at all.
func (s *Shield) save() error {
	if s.set.State == "" {
		return nil
	}
	late := s.saveRevoked() // its fault must not keep the rest from being saved
	if err := s.bans.save(filepath.Join(s.set.State, "bans.json")); err != nil {
		return errors.Join(late, fmt.Errorf("write the bans down: %w", err))
	}
	s.places.mu.Lock()
	limit := s.places.tuner.limit
	s.places.mu.Unlock()
	err := ReplaceFile(filepath.Join(s.set.State, "learnt.json"), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(remembered{rememberedVersion, limit, s.costs.list()})
	})
	if err != nil {
		return errors.Join(late, fmt.Errorf("write down what was learnt of the site: %w", err))
	}
	return late
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
	if err := s.revoked.load(s.clock(), filepath.Join(s.set.State, "revoked.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the revocations of the last run can't be read; going on without", "cause", err)
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

// revokedFile holds revocations over a restart: a cookie lasts for days, and
// the key that it was signed with stays. It names accounts by their hash.
type revokedFile struct {
	Version  int              `json:"version"`
	Accounts map[uint64]int64 `json:"accounts"` // Unix milliseconds
}

const (
	revokedVersion  = 1
	mostRevokedFile = 4 << 20     // bytes that are read; mostRevoked accounts take 2.4 MiB
	revokedPause    = time.Second // between two saves after a revocation
)

// saveSoon has the revocations saved beside the request that made one: at once,
// but not more often than once in revokedPause. What it begins after the
// shield's last save finds nothing new.
func (s *Shield) saveSoon() {
	if s.set.State == "" {
		return
	}
	r := s.revoked
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.soon {
		return
	}
	r.soon = true
	wait := min(max(r.saved.Add(revokedPause).Sub(s.clock()), 0), revokedPause) // the clock may have been set
	time.AfterFunc(wait, func() {
		r.mu.Lock()
		r.soon = false
		r.mu.Unlock()
		if err := s.saveRevoked(); err != nil {
			s.log.Error("the shield's state", "cause", err)
		}
	})
}

func (s *Shield) saveRevoked() error {
	if err := s.revoked.save(s.clock(), filepath.Join(s.set.State, "revoked.json")); err != nil {
		return fmt.Errorf("write the revocations down: %w", err)
	}
	return nil
}

// save writes down what still holds, if it changed since the last time. It
// returns when a save that is under way has ended too.
func (r *revoked) save(now time.Time, file string) error {
	r.file.Lock()
	defer r.file.Unlock()
	r.mu.Lock()
	changed := r.changed
	r.changed, r.saved = false, now
	r.mu.Unlock()
	if !changed {
		return nil
	}
	r.mu.RLock() // whoever asks for a page need not wait
	all := maps.Clone(r.accounts)
	r.mu.RUnlock()
	maps.DeleteFunc(all, func(_ uint64, at int64) bool { return r.over(now.UnixMilli(), at) })
	err := ReplaceFile(file, func(w io.Writer) error {
		return json.NewEncoder(w).Encode(revokedFile{revokedVersion, all})
	})
	if err != nil {
		r.mu.Lock()
		r.changed = true // the next save tries again
		r.mu.Unlock()
	}
	return err
}

// load reads what save wrote, before anybody is served. Times that are over, or
// so far ahead that the clock can't be the reason, are left out.
func (r *revoked) load(now time.Time, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostRevokedFile+1))
	if err != nil {
		return err
	}
	if len(text) > mostRevokedFile {
		return fmt.Errorf("longer than %d bytes", mostRevokedFile)
	}
	var was revokedFile
	if err := json.Unmarshal(text, &was); err != nil {
		return err
	}
	if was.Version != revokedVersion || len(was.Accounts) > mostRevoked {
		return errors.New("of another version, or of more accounts than are held")
	}
	for account, at := range was.Accounts {
		if now.Sub(time.UnixMilli(at)).Abs() <= r.span {
			r.accounts[account] = at
		}
	}
	return nil
}
