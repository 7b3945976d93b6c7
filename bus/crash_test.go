package bus

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/market"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("KONTOR_BUS_CHILD"); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

// lines is an outbox in two files, each a line an event: those written, those
// sent. It syncs as a database would.
type lines struct {
	mu      sync.Mutex
	dir     string
	waiting []Pending
	sent    *os.File
	wake    chan struct{}
}

func openLines(dir string) (*lines, error) {
	done := map[string]bool{}
	for _, id := range readLines(filepath.Join(dir, "sent")) {
		done[id] = true
	}
	o := &lines{dir: dir, wake: make(chan struct{}, 1)}
	for _, l := range readLines(filepath.Join(dir, "outbox")) {
		var e market.Event
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			return nil, err
		}
		if !done[e.ID] {
			o.waiting = append(o.waiting, Pending{int64(len(o.waiting)), e})
		}
	}
	var err error
	o.sent, err = os.OpenFile(filepath.Join(dir, "sent"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return o, err
}

func (o *lines) Pending(_ context.Context, limit int) ([]Pending, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(limit, len(o.waiting), 1+rand.IntN(40))
	return append([]Pending(nil), o.waiting[:n]...), nil
}

func (o *lines) Sent(_ context.Context, seqs []int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var ids []string
	for len(ids) < len(seqs) { // the relay marks a batch from its start
		ids, o.waiting = append(ids, o.waiting[0].ID), o.waiting[1:]
	}
	_, err := o.sent.WriteString(strings.Join(ids, "\n") + "\n")
	return errors.Join(err, o.sent.Sync())
}

func (o *lines) Wake() <-chan struct{} { return o.wake }

// readLines returns the whole lines of a file; a torn last one is left out.
func readLines(path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var ls []string
	for rest := string(b); ; {
		l, after, whole := strings.Cut(rest, "\n")
		if !whole {
			return ls
		}
		ls, rest = append(ls, l), after
	}
}

// child is the process that gets killed: it relays and handles until nothing is
// left, and says so.
func child(dir string) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	box, err := openLines(dir)
	fail(err)
	b, err := Open(Settings{Dir: filepath.Join(dir, "bus")}, log)
	fail(err)
	handled, err := os.OpenFile(filepath.Join(dir, "handled"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	fail(err)
	fail(b.Consume(context.Background(), "letters", []string{">"}, func(_ context.Context, e market.Event) error {
		if rand.IntN(50) == 0 {
			return errors.New("peer is down")
		}
		_, err := handled.WriteString(e.ID + "\n")
		return err
	}, Options{FirstWait: time.Millisecond, Tries: 50}))
	fail(b.Relay(box))
	fmt.Println("relaying")
	fail(b.Drained(context.Background()))
	fmt.Println("drained")
	fail(b.Close(context.Background()))
}

func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills child processes for some seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	es := events("order.placed", 1500)
	var box strings.Builder
	for _, e := range es {
		l, _ := json.Marshal(e)
		box.Write(l)
		box.WriteByte('\n')
	}
	must(t, os.WriteFile(filepath.Join(dir, "outbox"), []byte(box.String()), 0o600))

	kills := 0
	for round := 0; ; round++ {
		if round == 60 {
			t.Fatal("sixty starts did not deliver everything")
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KONTOR_BUS_CHILD="+dir)
		var complaints strings.Builder
		cmd.Stderr = &complaints
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		said := bufio.NewScanner(out)
		said.Scan()
		if said.Text() != "relaying" {
			_ = cmd.Wait()
			t.Fatalf("the bus did not start after a kill: %s", complaints.String())
		}
		timer := time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, func() {
			if round < 8 { // then it may finish
				_ = cmd.Process.Kill()
			}
		})
		said.Scan()
		finished := said.Text() == "drained"
		err = cmd.Wait()
		timer.Stop()
		if finished {
			must(t, err)
			break
		}
		kills++
	}
	handled := map[string]int{}
	for _, id := range readLines(filepath.Join(dir, "handled")) {
		handled[id]++
	}
	lost, again := 0, 0
	for _, e := range es {
		if handled[e.ID] == 0 {
			lost++
		}
		again += max(handled[e.ID]-1, 0)
	}
	if lost > 0 {
		t.Errorf("%d of %d letters would be lost after %d kills", lost, len(es), kills)
	}
	t.Logf("%d kills, %d events handled again", kills, again)
}

// TestNothingThatWasSentIsLostWhenThePowerFails keeps a copy of the files as of
// every sync, which is all that a disk must still hold after a power cut, and
// lets the bus start again on a random one: on each file as it was synced, or,
// as a disk is free to do for files never synced, as it was at the cut, or not
// at all.
func TestNothingThatWasSentIsLostWhenThePowerFails(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the server many times")
	}
	t.Parallel()
	for round := range 12 {
		rng := rand.New(rand.NewPCG(uint64(round), 7))
		dir := t.TempDir()
		b, err := Open(Settings{Dir: dir}, quiet())
		must(t, err)
		handler := func(s *seen) func(context.Context, market.Event) error {
			return func(_ context.Context, e market.Event) error { s.note(e); return nil }
		}
		before, after := newSeen(), newSeen()
		if round%2 == 0 { // otherwise nothing is consumed before the cut
			must(t, b.Consume(t.Context(), "letters", []string{">"}, handler(before), Options{}))
		}
		box := newMemory()
		must(t, b.Relay(box))
		es := events("order.placed", 300)
		for i := 0; i < len(es); {
			n := min(1+rng.IntN(60), len(es)-i)
			box.put(es[i : i+n]...)
			i += n
			eventually(t, func() bool { box.mu.Lock(); defer box.mu.Unlock(); return len(box.waiting) == 0 || rng.IntN(4) == 0 })
		}
		b.ground.mu.Lock() // the power fails: no sync after this
		box.mu.Lock()
		sent := map[string]bool{}
		for id := range box.sent {
			sent[id] = true
		}
		box.mu.Unlock()
		left := filepath.Join(t.TempDir(), "left")
		must(t, cut(dir, left, b.ground.seen, rng))
		b.ground.mu.Unlock()
		shut(t, b)

		b, err = Open(Settings{Dir: left}, quiet())
		must(t, err)
		rest := newMemory()
		for _, e := range es {
			if !sent[e.ID] {
				rest.put(e)
			}
		}
		must(t, b.Consume(t.Context(), "letters", []string{">"}, handler(after), Options{}))
		must(t, b.Relay(rest))
		eventually(t, func() bool {
			lag, err := b.Lag(t.Context())
			must(t, err)
			return lag.drained()
		})
		lost := 0
		for _, e := range es {
			if before.of(e.ID)+after.of(e.ID) == 0 {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("round %d: %d of %d letters are lost after a power cut", round, lost, len(es))
		}
		shut(t, b)
	}
}

// cut copies dir as a disk might hold it after a power cut: what was synced, cut
// to its synced length or with some of what came later.
func cut(dir, left string, synced map[string]stamp, rng *rand.Rand) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		to := filepath.Join(left, rel)
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		old, known := synced[path]
		switch {
		case known && int64(len(data)) > old.size:
			data = data[:old.size+rng.Int64N(int64(len(data))-old.size+1)]
		case !known && rng.IntN(2) == 0:
			return nil
		}
		return os.WriteFile(to, data, 0o600)
	})
}

func TestEveryEventIsHandledWhateverTheOrderOfRestarts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the server many times")
	}
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "bus")
		must(t, err)
		defer os.RemoveAll(dir)
		box, s := newMemory(), newSeen()
		var all []market.Event
		var b *Bus
		start := func() {
			b, err = Open(Settings{Dir: dir}, quiet())
			must(t, err)
			must(t, b.Consume(context.Background(), "one", []string{"order.>"}, func(ctx context.Context, e market.Event) error {
				if s.note(e)%3 == 1 && e.Subject == "order.shaky" {
					return errors.New("peer is down")
				}
				return nil
			}, Options{FirstWait: time.Millisecond, Tries: 100}))
			must(t, b.ConsumeBatch(context.Background(), "many", []string{"order.placed"}, func(_ context.Context, es []market.Event) error {
				for _, e := range es {
					s.note(market.Event{ID: "many " + e.ID})
				}
				return nil
			}, Options{Batch: 7}))
			must(t, b.Relay(box))
		}
		start()
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"placed", "shaky", "restart", "stutter", "mend", "drain"}), 1, 12).Draw(rt, "steps")
		set := func(err error) { box.mu.Lock(); box.fail = err; box.mu.Unlock() }
		for _, step := range steps {
			switch step {
			case "placed", "shaky":
				es := events("order."+step, rapid.IntRange(1, 30).Draw(rt, "events"))
				all = append(all, es...)
				box.put(es...)
			case "restart":
				shut(t, b)
				start()
			case "stutter":
				set(errors.New("the database went away"))
			case "mend":
				set(nil)
			case "drain":
				set(nil)
				drained(t, b)
			}
		}
		set(nil)
		drained(t, b)
		shut(t, b)
		for _, e := range all {
			if s.of(e.ID) == 0 || e.Subject == "order.placed" && s.of("many "+e.ID) == 0 {
				rt.Fatalf("event %s (%s) was never handled", e.ID, e.Subject)
			}
		}
	})
}
