package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"kontor/shield"
)

// Desk keeps the incidents of one site, each in a file of its own in one folder.
type Desk struct {
	dir string
	log *slog.Logger

	mu    sync.Mutex
	all   map[string]*Incident
	signs [signWindow]bool // of the last seconds, the newest at next-1
	next  int
	dirty map[string]bool // changed since they were last written
	wrote time.Time
}

// When an incident opens, and when a sign belongs to the one before it.
const (
	signWindow = 6                // seconds that are looked at together
	signsOpen  = 3                // of them with a sign of an attack
	sameWithin = 30 * time.Minute // since the last sign: changing waves are one attack
	signLeast  = 20               // requests turned away, or connections closed, in a second
	writeEvery = 2 * time.Second  // how much of an open incident a loss of power may cost
)

// Why a change of an incident is refused.
var (
	ErrMissing = errors.New("there is no such incident")
	ErrClosed  = errors.New("the incident is closed already")
	ErrText    = errors.New("a note needs a text of at most 4000 letters")
	ErrFull    = errors.New("the incident has as many notes as it can keep")
)

const longestNote = 4_000

// Open reads the incidents of a folder, which is made if it is missing. A file
// that can't be read is left aside with a line in the log.
func Open(dir string, log *slog.Logger) (*Desk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the incidents' folder: %w", err)
	}
	d := &Desk{dir: dir, log: log, all: map[string]*Incident{}, dirty: map[string]bool{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the incidents' folder: %w", err)
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !idForm.MatchString(id) {
			continue
		}
		i, err := read(filepath.Join(dir, e.Name()))
		if err != nil {
			log.Error("an incident can't be read; it is left aside", "file", e.Name(), "cause", err)
			continue
		}
		i.ID = id
		d.all[id] = i
	}
	return d, nil
}

var idForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-\d{1,6}$`)

func read(file string) (*Incident, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var i Incident
	if err := json.Unmarshal(text, &i); err != nil {
		return nil, err
	}
	if i.Opened.IsZero() {
		return nil, errors.New("it has no beginning")
	}
	return &i, nil
}

// Follow sees every second that comes until ctx ends, and writes down what is
// left.
func (d *Desk) Follow(ctx context.Context, from <-chan shield.Second) {
	for {
		select {
		case <-ctx.Done():
			d.flush()
			return
		case x := <-from:
			d.See(x)
		}
	}
}

// See looks at one second of the shield, opens an incident if it shows an attack
// for the third time, and adds it to the one that is open.
func (d *Desk) See(x shield.Second) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sign := sign(x)
	d.signs[d.next%signWindow] = sign
	d.next++
	i := d.current(x.At)
	if i == nil && sign && d.enough() {
		id := nextID(x.At, func(id string) bool { return d.all[id] != nil })
		i = &Incident{ID: id, Opened: x.At}
		d.all[id] = i
		d.log.Warn("incident opened", "incident", id)
	}
	if i == nil || !sign {
		return
	}
	i.add(x)
	d.dirty[i.ID] = true
	if x.At.Sub(d.wrote) >= writeEvery || i.Seconds == 1 {
		d.wrote = x.At
		d.writeDirty()
	}
}

// sign tells whether a second looks like an attack: many requests turned away,
// or many connections closed at the door.
func sign(x shield.Second) bool {
	refused, closed := int64(0), int64(0)
	for _, t := range x.Classes {
		refused += t.Refused + t.Would
	}
	for why, n := range x.Door {
		if why == "frames" {
			n *= signLeast / 2 // no browser sends such frames by accident
		}
		closed += n
	}
	return refused >= signLeast || closed >= signLeast || x.Pressure >= shield.Siege && refused > 0
}

func (d *Desk) enough() bool {
	n := 0
	for _, s := range d.signs {
		if s {
			n++
		}
	}
	return n >= signsOpen
}

// current is the incident that a sign at a time belongs to; nil if there is none.
func (d *Desk) current(at time.Time) *Incident {
	var newest *Incident
	for _, i := range d.all {
		if i.Open() && at.Sub(i.Last) < sameWithin && (newest == nil || i.Opened.After(newest.Opened)) {
			newest = i
		}
	}
	return newest
}

// List are all incidents, newest first.
func (d *Desk) List() []Incident {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Incident, 0, len(d.all))
	for _, i := range d.all {
		out = append(out, i.copy())
	}
	slices.SortFunc(out, func(a, b Incident) int { return b.Opened.Compare(a.Opened) })
	return out
}

// Incident is one of them, or ErrMissing.
func (d *Desk) Incident(id string) (Incident, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.all[id]
	if !ok {
		return Incident{}, ErrMissing
	}
	return i.copy(), nil
}

// Note adds a person's words to an incident, open or closed.
func (d *Desk) Note(id string, n Note) error {
	return d.change(id, func(i *Incident) error {
		n.Text = strings.TrimSpace(n.Text)
		switch {
		case n.Text == "" || len([]rune(n.Text)) > longestNote:
			return ErrText
		case len(i.Notes) >= mostNotes:
			return ErrFull
		}
		i.Notes = append(i.Notes, n)
		return nil
	})
}

// Close ends an incident on a person's word. Signs that come later open another.
func (d *Desk) Close(id, by string, at time.Time) error {
	return d.change(id, func(i *Incident) error {
		if !i.Open() {
			return ErrClosed
		}
		i.Closed, i.ClosedBy = at, by
		return nil
	})
}

// change changes an incident and writes it down before it is answered for.
func (d *Desk) change(id string, do func(*Incident) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.all[id]
	if !ok {
		return ErrMissing
	}
	was := *i
	if err := do(i); err != nil {
		return err
	}
	if err := d.write(i); err != nil {
		*i = was
		return err
	}
	return nil
}

func (d *Desk) flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writeDirty()
}

func (d *Desk) writeDirty() {
	for id := range d.dirty {
		if err := d.write(d.all[id]); err != nil {
			d.log.Error("write an incident down", "incident", id, "cause", err)
			return // it stays in the list and is tried again
		}
		delete(d.dirty, id)
	}
}

// write puts an incident's file in place of the one before it, whole or not at
// all.
func (d *Desk) write(i *Incident) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	file := filepath.Join(d.dir, i.ID+".json")
	fresh := file + ".new"
	if err := writeSynced(fresh, text); err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, errors.Join(err, removeIfThere(fresh)))
	}
	if err := os.Rename(fresh, file); err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	return nil
}

func writeSynced(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

func removeIfThere(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
