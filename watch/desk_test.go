package watch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kontor/shield"
)

// shop is a small site: eight at a time, forty milliseconds each.
type shop struct{ workers chan struct{} }

func (s shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.workers <- struct{}{}
	time.Sleep(40 * time.Millisecond)
	<-s.workers
}

func (s shop) Route(method, path string) shield.Route {
	return shield.Route{Name: method + " /" + strings.SplitN(strings.TrimPrefix(path, "/"), "/", 2)[0], Entry: path == "/"}
}

// nowhere knows no names: nothing of a test leaves the machine.
type nowhere struct{}

func (nowhere) LookupAddr(context.Context, string) ([]string, error) {
	return nil, errors.New("no such name")
}

func (nowhere) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errors.New("no such name")
}

// watched is a site behind a real shield, watched by a desk.
type watched struct {
	*shield.Shield
	desk *Desk
	dir  string
	stop func()
}

func watchShop(t *testing.T, dir string) *watched {
	t.Helper()
	s, err := shield.New(shield.Settings{Key: make([]byte, 32), Memory: 8 << 20, CacheBytes: 1 << 20, Resolver: nowhere{}}, shop{make(chan struct{}, 8)}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	desk, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	seconds := make(chan shield.Second, 8)
	unwatch, err := s.Watch(seconds)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); desk.Follow(ctx, seconds) }()
	return &watched{s, desk, dir, func() {
		time.Sleep(20 * time.Second) // whoever waits is answered or leaves
		unwatch()
		cancel()
		<-done
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}}
}

func (w *watched) ask(method, path, from, agent string) int {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path, r.RemoteAddr = path, from+":4000"
	r.Header.Set("User-Agent", agent)
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer.Code
}

// flood sends requests of one path from many addresses for a time.
func (w *watched) flood(path string, perSecond int, long time.Duration) {
	gap := time.Second / time.Duration(perSecond)
	for n := 0; time.Duration(n)*gap < long; n++ {
		from := fmt.Sprintf("198.%d.%d.%d", 18+n%2, n/250%250, n%250)
		go w.ask("GET", path, from, "browser")
		time.Sleep(gap)
	}
}

func TestAFloodIsOneIncidentWithinTenSecondsAndNamesItsTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchShop(t, t.TempDir())
		defer w.stop()
		w.flood("/search", 800, 10*time.Second)
		if list := w.desk.List(); len(list) != 1 || list[0].Target() != "GET /search" {
			t.Fatalf("ten seconds into a flood the desk says %+v", list)
		}
		w.flood("/listings/7", 800, 10*time.Second) // the shape changes
		time.Sleep(5 * time.Minute)
		w.flood("/", 800, 10*time.Second) // and comes back
		list := w.desk.List()
		if len(list) != 1 {
			t.Fatalf("an attack in waves became %d incidents: its operator would write %d reports", len(list), len(list))
		}
		if i := list[0]; i.Classes["guest"].Offered+i.Classes["suspect"].Offered < 10_000 || i.Peak.Refused == 0 || len(i.Sources) == 0 {
			t.Errorf("the incident's figures are missing: %+v", i)
		}
		time.Sleep(sameWithin + time.Minute)
		w.flood("/search", 800, 10*time.Second)
		if n := len(w.desk.List()); n != 2 {
			t.Errorf("an attack hours later belongs to the one before: %d incidents", n)
		}
	})
}

func TestCalmTrafficOpensNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchShop(t, t.TempDir())
		defer w.stop()
		w.flood("/search", 60, time.Minute)
		if list := w.desk.List(); len(list) != 0 {
			t.Errorf("sixty visitors a second, each once, are an attack: %+v", list)
		}
	})
}

func TestAnIncidentOutlivesARestartAndIsClosedByAPerson(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := watchShop(t, dir)
		w.flood("/search", 800, 8*time.Second)
		w.stop()
		w = watchShop(t, dir)
		defer w.stop()
		list := w.desk.List()
		if len(list) != 1 || !list[0].Open() || list[0].Seconds < 3 {
			t.Fatalf("after a restart the desk knows of %+v", list)
		}
		id := list[0].ID
		w.flood("/search", 800, 8*time.Second)
		if list := w.desk.List(); len(list) != 1 || list[0].Seconds <= 5 {
			t.Fatalf("after a restart the attack is another incident: %+v", list)
		}
		for _, text := range []string{"", strings.Repeat("x", longestNote+1)} {
			if err := w.desk.Note(id, Note{By: "w", Text: text}); !errors.Is(err, ErrText) {
				t.Errorf("a note of %d letters: got %v", len(text), err)
			}
		}
		if err := w.desk.Note(id, Note{At: time.Now(), By: "w", Text: "called the carrier"}); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Close(id, "w", time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Close(id, "w", time.Now()); !errors.Is(err, ErrClosed) {
			t.Errorf("closed twice: got %v", err)
		}
		if _, err := w.desk.Incident("2000-01-01-99"); !errors.Is(err, ErrMissing) {
			t.Errorf("an incident that is not: got %v", err)
		}
		again, err := Open(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if i, err := again.Incident(id); err != nil || i.Open() || len(i.Notes) != 1 {
			t.Errorf("what a person wrote is gone after a restart: %+v, %v", i, err)
		}
		w.flood("/search", 800, 8*time.Second)
		if n := len(w.desk.List()); n != 2 {
			t.Errorf("an attack after the incident was closed opened %d incidents", n-1)
		}
	})
}

func TestTheTargetIsWhatWasAimedAt(t *testing.T) {
	for name, c := range map[string]struct {
		targets map[string]int64
		found   bool // a flood of requests
		want    string
	}{
		"a route, though more connections were closed":         {map[string]int64{"GET /search": 300, "GET /": 20, "connections: wait": 2_000}, false, "GET /search"},
		"a route, where few of a flood's connections were let": {map[string]int64{"GET /search": 30, "GET /": 2, "connections: wait": 90_000}, true, "GET /search"},
		"the connections, where hardly a route was":            {map[string]int64{"GET /": 20, "connections: slow": 2_000}, true, "connections: slow"},
		"the connections, where no route was":                  {map[string]int64{"connections: frames": 3}, false, "connections: frames"},
		"the connections, where handshakes are all there is":   {map[string]int64{"GET /": 2, "connections: wait": 9_000}, false, "connections: wait"},
		"nothing yet": {nil, false, ""},
	} {
		i := &Incident{Targets: c.targets}
		if c.found {
			i.Shapes = []Shape{{Label: "route GET /search"}}
		}
		if got := i.Target(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestAFileThatCannotBeReadIsLeftAside(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"2026-11-23-1.json": "{", "2026-11-23-2.json": "{}", "notes.txt": "x", "2026-11-23-3.json": `{"opened":"2026-11-23T10:00:00Z"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if list := d.List(); len(list) != 1 || list[0].ID != "2026-11-23-3" {
		t.Errorf("got %+v: one bad file must not hide the others", list)
	}
}

// logLine is a line of an access log in the combined format.
var logLine = regexp.MustCompile(`^(\S+) \S+ \S+ \[([^]]+)\] "(\S+) (\S+)[^"]*" \d+ \S+ "[^"]*" "([^"]*)"`)

func TestARealSitesVisitorsOpenNoIncident(t *testing.T) {
	data := os.Getenv("KONTOR_SHARED_DATA")
	if data == "" {
		data = "../../shared/data"
	}
	f, err := os.Open(filepath.Join(data, "watch", "logs", "apache-combined-2015-05.log"))
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal(err)
		}
		t.Skip("needs a real access log: ", err)
	}
	defer f.Close()
	synctest.Test(t, func(t *testing.T) {
		w := watchShop(t, t.TempDir())
		defer w.stop()
		var begun time.Time
		start := time.Now()
		var mu sync.Mutex
		codes := map[int]int{}
		lines := bufio.NewScanner(f)
		n := 0
		for lines.Scan() {
			m := logLine.FindStringSubmatch(lines.Text())
			if m == nil {
				continue
			}
			at, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[2])
			if err != nil {
				continue
			}
			if begun.IsZero() {
				begun = at
			}
			if wait := at.Sub(begun) - time.Since(start); wait > 0 {
				time.Sleep(wait)
			}
			n++
			path, _, _ := strings.Cut(m[4], "?")
			go func() {
				c := w.ask(m[3], path, m[1], m[5])
				mu.Lock()
				defer mu.Unlock()
				codes[c]++
			}()
		}
		time.Sleep(time.Minute)
		if n < 6_000 {
			t.Fatalf("only %d lines were read", n)
		}
		if list := w.desk.List(); len(list) != 0 {
			t.Errorf("the visitors of some ordinary days are an attack: %+v", list)
		}
		if served := codes[http.StatusOK]; served < n*99/100 {
			t.Errorf("%d of %d requests of ordinary visitors were served, the others answered %v", served, n, codes)
		}
	})
}

// besieged is a second in which a flood of a route was turned away.
func besieged(at time.Time) shield.Second {
	x := shield.Second{At: at, Pressure: shield.Siege, Routes: map[string]int64{"GET /search": 900}}
	x.Classes[shield.Guest] = shield.Tally{Offered: 1_000, Refused: 900}
	return x
}

func TestASlowDiskKeepsNobodyWaiting(t *testing.T) {
	d, err := Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	d.disk.Lock() // a disk that hangs
	done := make(chan []Incident)
	go func() {
		for n := range 10 {
			d.See(besieged(time.Date(2026, 11, 23, 10, 0, n, 0, time.UTC)))
		}
		done <- d.List()
	}()
	select {
	case list := <-done:
		if len(list) != 1 || list[0].Seconds != 8 {
			t.Errorf("while the disk hangs the desk says %+v", list)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("while a disk hangs the status page waits for it")
	}
	d.disk.Unlock()
	d.writeDirty()
	again, err := Open(d.dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if list := again.List(); len(list) != 1 || list[0].Seconds != 8 {
		t.Errorf("in the files stand %+v", list)
	}
}

func TestOnlyTheNewestIncidentsAreInMemory(t *testing.T) {
	dir, day := t.TempDir(), time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	d, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	const more = 12 // than there is room for
	for n := range mostIncidents + more {
		for s := range signsOpen {
			d.See(besieged(day.Add(time.Duration(n)*time.Hour + time.Duration(s)*time.Second)))
		}
		d.writeDirty()
	}
	for _, desk := range []*Desk{d, reopened(t, dir)} {
		list := desk.List()
		if len(list) != mostIncidents || !list[0].Opened.After(list[len(list)-1].Opened) || list[0].Opened.Sub(day) < (mostIncidents+more-1)*time.Hour {
			t.Fatalf("%d incidents in memory, from %v to %v", len(list), list[0].Opened, list[len(list)-1].Opened)
		}
		first, err := desk.Incident("2026-01-01-1")
		if err != nil || !first.Opened.Equal(day.Add(2*time.Second)) {
			t.Errorf("an old incident can't be read any more: %+v, %v", first, err)
		}
	}
	if err := d.Note("2026-01-01-1", Note{By: "w", Text: "it was the same people"}); err != nil {
		t.Fatal(err)
	}
	if first, err := reopened(t, dir).Incident("2026-01-01-1"); err != nil || len(first.Notes) != 1 {
		t.Errorf("a note on an old incident is lost: %+v, %v", first, err)
	}
	for _, id := range []string{"../../etc/passwd", "2026-01-01-999", ""} {
		if _, err := d.Incident(id); !errors.Is(err, ErrMissing) {
			t.Errorf("incident %q: got %v", id, err)
		}
	}
}

func reopened(t *testing.T, dir string) *Desk {
	t.Helper()
	d, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
