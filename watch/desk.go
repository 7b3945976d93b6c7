package watch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
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
// Files are written beside what is asked: a slow disk keeps no page waiting.
//
// Memory: the newest mostIncidents. Older ones stay in their files, where they
// are found by their id.
type Desk struct {
	dir string
	log *slog.Logger

	disk sync.Mutex // held by whoever writes a file; taken before mu

	mu    sync.Mutex
	all   map[string]*Incident
	signs [signWindow]bool // of the last seconds, the newest at next-1
	next  int
	dirty map[string]bool // changed since they were last written
	fresh chan struct{}   // holds one where an incident has just opened and is in no file yet
}

// When an incident opens, and when a sign belongs to the one before it.
const (
	signWindow = 6                // seconds that are looked at together
	signsOpen  = 3                // of them with a sign of an attack
	sameWithin = 30 * time.Minute // since the last sign: changing waves are one attack
	signLeast  = 20               // requests turned away, or connections closed, in a second
	writeEvery = 2 * time.Second  // how much of an open incident a loss of power may cost
)

// mostIncidents bounds the incidents in memory, up to some 10 KB each.
const mostIncidents = 200

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
	d := &Desk{dir: dir, log: log, all: map[string]*Incident{}, dirty: map[string]bool{}, fresh: make(chan struct{}, 1)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the incidents' folder: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok && idForm.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, newer)
	for _, id := range ids {
		if len(d.all) == mostIncidents {
			break
		}
		i, err := d.read(id)
		if err != nil {
			log.Error("an incident can't be read; it is left aside", "incident", id, "cause", err)
			continue
		}
		d.all[id] = i
	}
	return d, nil
}

var idForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-\d{1,6}$`)

// newer compares two ids so that the newer stands first: by day, then by number.
func newer(a, b string) int {
	const day = len(time.DateOnly)
	return cmp.Or(cmp.Compare(b[:day], a[:day]), cmp.Compare(len(b), len(a)), cmp.Compare(b, a))
}

func (d *Desk) file(id string) string { return filepath.Join(d.dir, id+".json") }

func (d *Desk) read(id string) (*Incident, error) {
	text, err := os.ReadFile(d.file(id))
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
	i.ID = id
	return &i, nil
}

// Follow sees every second that comes until ctx ends, and writes incidents down
// meanwhile and at the end.
func (d *Desk) Follow(ctx context.Context, from <-chan shield.Second) {
	var writer sync.WaitGroup
	writer.Go(func() { d.keep(ctx) })
	defer writer.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case x := <-from:
			d.See(x)
		}
	}
}

// keep writes down what changed, now and then until ctx ends, and then what is
// left.
func (d *Desk) keep(ctx context.Context) {
	each := time.NewTicker(writeEvery)
	defer each.Stop()
	for {
		select {
		case <-ctx.Done():
			d.writeDirty()
			return
		case <-d.fresh:
		case <-each.C:
		}
		d.writeDirty()
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
		d.forget()
		d.log.Warn("incident opened", "incident", id)
		select {
		case d.fresh <- struct{}{}:
		default:
		}
	}
	if i == nil || !sign {
		return
	}
	i.add(x)
	d.dirty[i.ID] = true
}

// forget leaves the oldest incident to its file where there are more than
// mostIncidents.
func (d *Desk) forget() {
	if len(d.all) <= mostIncidents {
		return
	}
	oldest := slices.MaxFunc(slices.Collect(maps.Keys(d.all)), newer)
	delete(d.all, oldest)
	delete(d.dirty, oldest)
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

// List are the newest incidents, at most mostIncidents, newest first.
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
	if !idForm.MatchString(id) {
		return Incident{}, ErrMissing
	}
	d.mu.Lock()
	i, here := d.all[id]
	if here {
		defer d.mu.Unlock()
		return i.copy(), nil
	}
	d.mu.Unlock()
	i, err := d.read(id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Incident{}, ErrMissing
	case err != nil:
		return Incident{}, fmt.Errorf("read incident %s: %w", id, err)
	}
	return *i, nil
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

// change changes an incident and writes it down before it is answered for. What
// a person changes is changed here alone, one change after the other.
func (d *Desk) change(id string, do func(*Incident) error) error {
	d.disk.Lock()
	defer d.disk.Unlock()
	changed, err := d.Incident(id)
	if err != nil {
		return err
	}
	if err := do(&changed); err != nil {
		return err
	}
	if err := d.write(&changed); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if i, here := d.all[id]; here {
		i.Notes, i.Closed, i.ClosedBy = changed.Notes, changed.Closed, changed.ClosedBy
		if i.Seconds != changed.Seconds {
			d.dirty[id] = true // it went on while it was written
		}
	}
	return nil
}

// writeDirty writes down what changed. It looks at an incident under mu and
// writes it outside.
func (d *Desk) writeDirty() {
	d.disk.Lock()
	defer d.disk.Unlock()
	d.mu.Lock()
	var changed []Incident
	for id := range d.dirty {
		changed = append(changed, d.all[id].copy())
	}
	clear(d.dirty)
	d.mu.Unlock()
	for _, i := range changed {
		if err := d.write(&i); err != nil {
			d.log.Error("write an incident down", "incident", i.ID, "cause", err)
			d.again(i.ID)
		}
	}
}

// again has an incident written once more, unless it was forgotten meanwhile.
func (d *Desk) again(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all[id] != nil {
		d.dirty[id] = true
	}
}

// write puts an incident's file in place of the one before it. The caller holds
// disk.
func (d *Desk) write(i *Incident) error {
	text, err := json.MarshalIndent(struct {
		*Incident
		Target string `json:"target"` // for who reads the file
	}{i, i.Target()}, "", "  ")
	if err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	err = shield.ReplaceFile(d.file(i.ID), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	return nil
}
