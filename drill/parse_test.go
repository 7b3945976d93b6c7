package drill

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestShippedScenariosAreWhole(t *testing.T) {
	list, err := Scenarios()
	if err != nil {
		t.Fatalf("an operator can run none of them: %v", err)
	}
	names := map[string]bool{}
	for _, s := range list {
		names[s.Name] = true
		again, err := Parse(s.Name, s.String())
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Errorf("%s is not read back as it was written: %v\n%s", s.Name, err, s)
		}
		if s.Rehearses == "" || len(s.Marks) == 0 {
			t.Errorf("%s does not say what it is good for, or has no mark", s.Name)
		}
		payments := 0.0
		for _, g := range s.Good {
			if g.Class == Paying && !g.Later {
				payments = g.Rate * s.Length().Seconds()
			}
		}
		need := float64(leastPayments)
		if s.Length() >= longRun {
			need = manyPayments
		}
		if payments < 1.1*need {
			t.Errorf("%s offers some %.0f payments, of which nothing can be said: at least %.0f are needed", s.Name, payments, need)
		}
	}
	for _, n := range []string{
		"calm", "one-source-flood", "wide-flood", "perfect-mimic-flood", "slow-headers", "slow-body", "slow-reader", "rapid-reset", "header-bomb",
		"handshake-flood", "source-churn", "expensive-route", "cache-buster", "flood-below-limits", "bots-with-cookies", "mimics", "mixed",
		"fresh-accounts", "launch-day", "siege-48h",
	} {
		if !names[n] {
			t.Errorf("the scenario %s is missing", n)
		}
	}
}

const small = "title = T\ncalm = 10s\nattack = 20s\ngood paying 4/s\n"

func TestMistakesInAScenarioAreToldWithTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a line that is nothing":         {small + "attak flood\n", "line 5: \"attak flood\" is not understood"},
		"an unknown setting":             {small + "lenght = 5\n", "line 5: \"lenght\" is not known"},
		"a setting given twice":          {small + "calm = 5s\n", "line 5: calm is given twice"},
		"an unknown class":               {small + "good people 4/s\n", "line 5: good users are one of"},
		"a rate of nothing":              {small + "good guest 0/s\n", "no rate such as 4/s"},
		"an unknown attack":              {small + "attack storm\n", "attack storm: unknown attack"},
		"an unknown parameter":           {small + "attack flood speed=3\n", "line 5: attack flood: speed: it is not known"},
		"an attack without end":          {small + "attack flood from=60% to=50%\n", "ends before it begins"},
		"a share without intensity":      {small + "attack flood share=10%\n", "has a share of an intensity that is not given"},
		"a path that is none":            {small + "attack flood path=http://example.org/\n", "does not begin with /"},
		"more than a machine can do":     {small + "attack flood addresses=2000000\n", "is not a whole number from 1 to 1000000"},
		"a mark of nothing":              {small + "mark paying beauty >= 5%\n", "\"beauty\" is not measured"},
		"a mark of somebody else":        {small + "mark attack served >= 5%\n", "served is not measured of \"attack\""},
		"a mark the wrong way round":     {small + "mark paying served <= 99%\n", "compared by >="},
		"a mark beyond everything":       {small + "mark paying served >= 101%\n", "is not a number with the unit"},
		"an incident of nothing":         {small + "mark incident beauty <= 1\n", "\"beauty\" is not measured"},
		"an incident of a class":         {small + "mark paying opened <= 1s\n", "opened is not measured of \"paying\""},
		"a restart outside":              {small + "restart 120%\n", "is not a part such as 50%"},
		"no good users":                  {"title = T\ncalm = 10s\n", "it has no good users"},
		"no title":                       {"calm = 10s\ngood paying 4/s\n", "it has no title"},
		"no calm to compare with":        {"title = T\nattack = 10s\ngood paying 4/s\n", "at least a second of calm"},
		"attackers without time":         {"title = T\ncalm = 10s\ngood paying 4/s\nattack flood\n", "no time for them"},
		"longer than a drill may be":     {"title = T\ncalm = 119m\nattack = 2m\ngood paying 4/s\n", "the longest drill"},
		"a flood of lines":               {small + strings.Repeat("restart 1%\n", mostLines), "more than 200 lines"},
		"a rate that is not a number":    {small + "attack flood rate=NaN\n", "is not a number"},
		"an intensity beyond everything": {small + "intensity = 1001x\n", "is not a multiple"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("own", c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("an operator who wrote it wrong is told %v, want something with %q", err, c.want)
			}
		})
	}
}

func TestAScenariosLengthCanBeChanged(t *testing.T) {
	for name, c := range map[string]struct{ calm, attack, whole, want time.Duration }{
		"in proportion":                   {20 * time.Second, 60 * time.Second, 160 * time.Second, 40 * time.Second},
		"with five seconds of calm":       {20 * time.Second, 60 * time.Second, 12 * time.Second, 5 * time.Second},
		"with half of a very short one":   {20 * time.Second, 60 * time.Second, 4 * time.Second, 2 * time.Second},
		"wholly calm, without any attack": {20 * time.Second, 0, 12 * time.Second, 12 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := Scenario{Calm: c.calm, Attack: c.attack}.Lasting(c.whole)
			if s.Calm != c.want || s.Length() != c.whole {
				t.Errorf("%v of calm in %v, want %v in %v", s.Calm, s.Length(), c.want, c.whole)
			}
		})
	}
}

func TestTheFirstAttackersComeWithTheFirstAssault(t *testing.T) {
	s := Scenario{Attack: 100 * time.Second, Assaults: []Assault{{From: 0.5, To: 1}, {From: 0.3, To: 0.9}}}
	if got := s.first(); got != 30*time.Second {
		t.Errorf("they come after %v, want 30s: an incident's delay counts from there", got)
	}
}

func TestAnAssaultComesInWaves(t *testing.T) {
	got := Assault{From: 0.25, To: 1, Waves: 2}.times()
	if want := []stretchOf{{0.25, 0.5}, {0.75, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("two waves from a quarter on come at %v, want %v", got, want)
	}
	if got := (Assault{To: 1}).times(); !reflect.DeepEqual(got, []stretchOf{{0, 1}}) {
		t.Errorf("an assault without waves comes at %v", got)
	}
}

func TestFindReadsFilesToo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(file, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Find(file); err != nil || s.Name != "mine" {
		t.Errorf("a scenario of one's own is read as %q: %v", s.Name, err)
	}
	if _, err := Find("no-such"); err == nil {
		t.Error("a scenario that is not there was found")
	}
}

// FuzzParse expects that what is read can be written and read again as the same,
// and that nothing makes it panic.
func FuzzParse(f *testing.F) {
	list, err := Scenarios()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range list {
		f.Add(s.String())
	}
	f.Add(small + "mark paying p99 <= 1.5x or 50ms\nmark attack cut <= 3s\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("fuzzed", text)
		if err != nil {
			return
		}
		again, err := Parse("fuzzed", s.String())
		if err != nil {
			t.Fatalf("read, but not again: %v\n%s", err, s)
		}
		if s.String() != again.String() {
			t.Fatalf("written otherwise the second time:\n%s\n%s", s, again)
		}
	})
}
