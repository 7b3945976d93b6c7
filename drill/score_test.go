package drill

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kontor/drill/attack"
)

var update = flag.Bool("update", false, "renew the golden files")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is otherwise than it was; read the change, then renew it with -update:\n%s", file, got)
	}
}

// sample scorecard: a drill of eight seconds that never happened.
func card(t *testing.T) *Scorecard {
	t.Helper()
	script, err := Parse("golden", "title = A flood that never happened\nrehearses = How a scorecard looks.\ncalm = 3s\nattack = 5s\nintensity = 2x\ngood paying 20/s\nattack flood share=100%\ntarget = GET /search\nrestart 60%\nmark paying served >= 99.5%\nmark paying p99 <= 1.5x or 50ms\nmark member soon >= 100%\nmark attack cut <= 1s\nmark crawler refused <= 0\nmark memory peak <= 300MB\nmark incident opened <= 10s\n")
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	run := func(slow time.Duration) *Result {
		s := &stage{began: begun, calm: script.Calm, seen: &samples{}, trades: &trades{payments: 60}}
		s.down.begin(begun.Add(6 * time.Second))
		s.down.end(begun.Add(6*time.Second + 400*time.Millisecond))
		for i := range 800 {
			at := time.Duration(i) * 10 * time.Millisecond
			one := sample{at: at, class: uint8(i % len(classes)), took: 20*time.Millisecond + time.Duration(i%7)*time.Millisecond, phase: calming}
			if at >= script.Calm {
				one.phase, one.took = attacking, one.took+slow
			}
			if i%150 == 149 {
				one.fate = refused
			}
			s.seen.add(one)
		}
		r := &Result{length: script.Length(), calm: script.Calm, stage: s, capacity: 190, meter: &meter{}}
		for i := range 10 {
			r.meter.readings = append(r.meter.readings, reading{at: time.Duration(i) * time.Second, resident: int64(80+i) * 1e6, peak: int64(90+i) * 1e6, site: time.Duration(i) * 400 * time.Millisecond, good: time.Duration(i) * 50 * time.Millisecond})
		}
		for i := range 5 {
			r.ticks = append(r.ticks, tick{Second: i, Tally: attack.Tally{Offered: 380, Served: int64(160 / (i*i + 1)), Refused: 200}, CPU: time.Duration(i) * 100 * time.Millisecond, Held: int64(10 * i)})
		}
		r.last = tick{Last: true, Tally: attack.Tally{Offered: 1_900, Served: 260, Cached: 20, Refused: 1_600, Broken: 20}, CPU: 500 * time.Millisecond}
		r.Trade = Trade{Placed: 61, Paid: 58, Payments: 60, Oddities: []string{"GET /checkout is answered with 500"}}
		r.Incidents = []IncidentScore{{ID: "2026-11-23-1", After: 2.5, Last: 4.5, Target: "GET /search", Shapes: []string{"route GET /search"}}}
		r.count()
		r.verified(verified{OK: true})
		return r
	}
	c := &Scorecard{
		Scenario: script.Name, Title: script.Title, Rehearses: script.Rehearses, Begun: begun, Seconds: script.Length().Seconds(), Shield: "on", Cost: StatedCost,
		Seed: 7, Pinned: true, Capacity: 190, script: script, Result: *run(3 * time.Millisecond), Baseline: run(700 * time.Millisecond),
	}
	behind := run(400 * time.Millisecond)
	behind.CPU.ProxyCalm, behind.CPU.ProxyAttack, behind.Memory.ProxyPeak = 0.05, 0.11, 24
	c.Rivals = []RivalScore{{Name: "haproxy", Version: "2.6.12", Setting: "queue", Result: behind, Tried: []Trial{
		{Setting: "deny", Offered: 400, Soon: 300, SoonShare: 0.75, P50: 41, P99: 812},
		{Setting: "queue", Offered: 496, Soon: 492, SoonShare: 0.9919, P50: 423, P99: 426},
		{Setting: "tarpit", Failed: "nobody could sign in"},
	}}}
	c.judge()
	return c
}

func TestScorecard(t *testing.T) {
	c := card(t)
	var text, html bytes.Buffer
	if err := c.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteHTML(&html); err != nil {
		t.Fatal(err)
	}
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "scorecard.txt", text.Bytes())
	golden(t, "scorecard.html", html.Bytes())
	golden(t, "scorecard.json", append(raw, '\n'))
	for _, outside := range []string{"src=", "<script", "@import", "url(", "href="} {
		if strings.Contains(html.String(), outside) {
			t.Errorf("the report needs something besides itself: it holds %q", outside)
		}
	}
}

func TestTheScorecardsJSONHasTheKeysThatScriptsRead(t *testing.T) {
	raw, err := json.Marshal(card(t))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"scenario", "seconds", "attack.offered", "attack.served", "attack.seconds_to_cut", "trade.orders_placed", "trade.orders_lost", "trade.orders_doubled",
		"trade.money_off_minor", "memory_mb.start", "memory_mb.peak", "baseline.classes.paying.offered", "baseline.attack.served", "baseline.trade.orders_lost",
	} {
		has(t, doc, path)
	}
	for _, class := range []string{"paying", "member", "guest", "crawler"} {
		for _, key := range []string{"offered", "succeeded", "success_share", "p50_ms", "p99_ms", "p99_vs_calm", "wrongly_refused", "wrongly_challenged"} {
			has(t, doc, "classes."+class+"."+key)
		}
	}
}

func has(t *testing.T, doc map[string]any, path string) {
	t.Helper()
	at := any(doc)
	for _, key := range strings.Split(path, ".") {
		m, _ := at.(map[string]any)
		next, ok := m[key]
		if !ok {
			t.Errorf("a script that reads %s finds nothing", path)
			return
		}
		at = next
	}
}

func TestTooFewPaymentsAreNotMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		payments int
		length   time.Duration
		want     bool
	}{
		"a short run with enough":  {50, time.Minute, true},
		"a short run with too few": {49, time.Minute, false},
		"a long run with enough":   {1_000, 5 * time.Minute, true},
		"a long run with too few":  {999, 5 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			card := card(t)
			card.script.Marks = nil
			card.Trade.Payments, card.length = c.payments, c.length
			card.judge()
			if card.Measured != c.want || card.Passed != c.want {
				t.Errorf("measured %v and passed %v, want both %v: %s", card.Measured, card.Passed, c.want, card.Why)
			}
		})
	}
}

func TestALostOrderIsNeverPassed(t *testing.T) {
	for name, spoil := range map[string]func(*Scorecard){
		"lost":        func(c *Scorecard) { c.Trade.Lost = 1 },
		"doubled":     func(c *Scorecard) { c.Trade.Doubled = 1 },
		"money off":   func(c *Scorecard) { c.Trade.Off = 1 },
		"not sound":   func(c *Scorecard) { c.Verify.OK = false },
		"not counted": func(c *Scorecard) { c.Lost = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			c := card(t)
			c.script.Marks = nil
			c.judge()
			if !c.Passed {
				t.Fatalf("a sound run is not passed: %+v", c.Marks)
			}
			spoil(c)
			c.judge()
			if c.Passed {
				t.Error("it is passed all the same")
			}
		})
	}
}
