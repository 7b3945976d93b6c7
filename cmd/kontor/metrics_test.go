package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/shield"
	"kontor/watch"
	"kontor/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) find(t *testing.T, pattern string) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	m := regexp.MustCompile(pattern).FindStringSubmatch(l.text.String())
	if m == nil {
		t.Fatalf("the log does not say %s: %s", pattern, l.text.String())
	}
	return m[1]
}

// onePage is a site that knows one address.
type onePage struct{ http.Handler }

func (onePage) Route(method, path string) shield.Route {
	return shield.Route{Name: method + " " + path, Entry: true, Guests: true}
}

// besieged is a house that answers every page at once, behind a shield.
func besieged(t *testing.T, settings Settings, log io.Writer) (*house, context.Context) {
	t.Helper()
	h := &house{settings: settings, now: time.Now, log: slog.New(slog.NewTextHandler(log, nil)), stop: func() {}}
	var err error
	if h.watch, err = watch.Open(t.TempDir(), h.log); err != nil {
		t.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "a page") })
	if h.shield, err = shield.New(shield.Settings{Key: bytes.Repeat([]byte{7}, 32), Memory: 8 << 20, Pools: web.GatePools()}, onePage{page}, h.now, h.log); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	t.Cleanup(func() {
		if err := h.close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	return h, ctx
}

// scrape reads the figures as Prometheus does.
func scrape(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("scrape: %d %v", a.StatusCode, err)
	}
	return string(text)
}

func TestPrometheusReadsWhatTheShieldDid(t *testing.T) {
	log := &lines{}
	h, ctx := besieged(t, Settings{Metrics: "127.0.0.1:0"}, log)
	if err := h.measure(ctx); err != nil {
		t.Fatal(err)
	}
	url := log.find(t, `url=(http://\S+/metrics)`)
	const asked = 120
	server := &http.Server{Handler: h.shield}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	for range asked {
		a, err := http.Get("http://" + l.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
	}
	sum := regexp.MustCompile(`(?m)^kontor_requests_total\{class="guest",result="served"\} (\d+)`)
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		text := scrape(t, url)
		if m := sum.FindStringSubmatch(text); m != nil && m[1] != "0" {
			for _, want := range []string{"kontor_places{kind=\"limit\"} ", "kontor_pressure ", "kontor_refused_total{reason=\"over_limit\"} ", "kontor_connections ", "kontor_bans ", "kontor_incidents_open 0", "go_goroutines ", "process_resident_memory_bytes "} {
				if !strings.Contains(text, "\n"+want) {
					t.Errorf("Prometheus does not find %s", want)
				}
			}
			break
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d pages were served, and Prometheus reads of none: %.3000s", asked, text)
		}
	}
	h.stop()
	h.running.Wait()
	if _, err := http.Get(url); err == nil {
		t.Error("the port for figures is open after the house was closed")
	}
}

func TestFiguresAddUp(t *testing.T) {
	desk, err := watch.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	sums := newTallies(desk)
	for range 3 {
		x := shield.Second{Took: 500 * time.Millisecond, Limit: 8, Busy: 5, Waiting: 2, Conns: 40, Bans: 1, Pressure: shield.Siege, Door: map[string]int64{"slow": 4}}
		x.Classes[shield.Guest] = shield.Tally{Offered: 10, Served: 3, Cached: 5, Refused: 2, Would: 1}
		x.Reasons[shield.ReasonBusy] = 2
		sums.add(x)
	}
	want := `
# HELP kontor_door_closed_total Connections closed at the door, by why.
# TYPE kontor_door_closed_total counter
kontor_door_closed_total{why="slow"} 12
# HELP kontor_places Places for requests: how many there are now, how many are busy, how many requests wait for one.
# TYPE kontor_places gauge
kontor_places{kind="busy"} 5
kontor_places{kind="limit"} 8
kontor_places{kind="waiting"} 2
# HELP kontor_pressure How hard the house is pressed: 0 calm, 1 strained, 2 siege.
# TYPE kontor_pressure gauge
kontor_pressure 2
# HELP kontor_site_seconds_total Time that the house took for the requests which it answered, in seconds.
# TYPE kontor_site_seconds_total counter
kontor_site_seconds_total 1.5
`
	if err := testutil.CollectAndCompare(sums, strings.NewReader(want), "kontor_door_closed_total", "kontor_places", "kontor_pressure", "kontor_site_seconds_total"); err != nil {
		t.Error(err)
	}
	complaints, err := testutil.CollectAndLint(sums)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		t.Errorf("%s: %s: dashboards of others will not understand it", c.Metric, c.Text)
	}
}

func TestNothingIsServedWhereNoAddressIsSet(t *testing.T) {
	log := &lines{}
	h, ctx := besieged(t, Settings{}, log)
	if err := h.measure(ctx); err != nil || log.text.Len() > 0 {
		t.Errorf("without an address: %v, %s", err, log.text.String())
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	h.settings.Metrics = taken.Addr().String()
	if err := h.measure(ctx); err == nil || !strings.Contains(err.Error(), "metrics.listen") && !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("an address that is taken: %v", err)
	}
}

// TestTheDashboardAsksForWhatIsServed keeps the file for Grafana and the
// operator's guide in step with the figures.
func TestTheDashboardAsksForWhatIsServed(t *testing.T) {
	desk, err := watch.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	sums := newTallies(desk)
	sums.add(shield.Second{Door: map[string]int64{"slow": 1}})
	all := prometheus.NewPedanticRegistry()
	if err := all.Register(sums); err != nil {
		t.Fatal(err)
	}
	families, err := all.Gather()
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, f := range families {
		served[f.GetName()] = true
	}
	dashboard, err := os.ReadFile("../../docs/grafana-shield.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(dashboard) {
		t.Error("Grafana can't load the dashboard: it is no JSON")
	}
	guide, err := os.ReadFile("../../docs/shield.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`kontor_[a-z_]+`)
	for file, text := range map[string][]byte{"the dashboard": dashboard, "the guide": guide} {
		for _, asked := range name.FindAll(text, -1) {
			if !served[string(asked)] {
				t.Errorf("%s names %s, which is not served", file, asked)
			}
		}
		for metric := range served {
			if !bytes.Contains(text, []byte(metric)) {
				t.Errorf("%s does not name %s", file, metric)
			}
		}
	}
}
