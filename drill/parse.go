package drill

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads a scenario. Each line is one thing; # begins a comment line:
//
//	title     = A flood from many addresses
//	rehearses = What no limit per address sees.
//	calm      = 20s
//	attack    = 60s
//	target    = GET /search              what the site's own incident must name
//	intensity = 10x                      multiple of the site's capacity
//	good paying 4/s                      visitors a second of a class
//	good guest 10/s from=20%             and more of them during the attack
//	attack flood share=100% addresses=20000 networks=many from=0% to=50% waves=3
//	restart 50%                          kill -9, then start again
//	mark paying served >= 99.5%          see Mark
//
// Every mistake is reported, with its line.
func Parse(name, text string) (Scenario, error) {
	s := Scenario{Name: name}
	var errs []error
	if len(text) > mostFile {
		return s, fmt.Errorf("it is longer than %d bytes", mostFile)
	}
	lines := strings.Split(text, "\n")
	seen, content := map[string]bool{}, 0
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if content++; content > mostLines {
			return s, fmt.Errorf("it has more than %d lines", mostLines)
		}
		if err := s.line(line, seen); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", i+1, err))
		}
	}
	if len(errs) == 0 {
		errs = append(errs, s.check())
	}
	return s, errors.Join(errs...)
}

// line reads one line.
func (s *Scenario) line(line string, seen map[string]bool) error {
	word, rest, _ := strings.Cut(line, " ")
	if key, value, ok := strings.Cut(line, "="); ok && !strings.Contains(strings.TrimSpace(key), " ") {
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if seen[key] {
			return fmt.Errorf("%s is given twice; keep one", key)
		}
		seen[key] = true
		return s.set(key, value)
	}
	rest = strings.TrimSpace(rest)
	switch word {
	case "good":
		return s.good(rest)
	case "attack":
		return s.assault(rest)
	case "restart":
		at, err := part(rest)
		s.Restarts = append(s.Restarts, at)
		return err
	case "mark":
		m, err := parseMark(rest)
		s.Marks = append(s.Marks, m)
		return err
	}
	return fmt.Errorf("%q is not understood; a line is key = value, or begins with good, attack, restart or mark", line)
}

// set reads a line of the form key = value.
func (s *Scenario) set(key, value string) (err error) {
	switch key {
	case "title":
		s.Title = value
	case "rehearses":
		s.Rehearses = value
	case "target":
		s.Target = value
	case "calm":
		s.Calm, err = length(value)
	case "attack":
		s.Attack, err = length(value)
	case "intensity":
		s.Intensity, err = ParseIntensity(value)
	default:
		return fmt.Errorf("%q is not known; there are title, rehearses, target, calm, attack and intensity", key)
	}
	return err
}

// ParseIntensity reads a multiple of the site's capacity, such as 10x or 0.5.
func ParseIntensity(text string) (float64, error) {
	n, err := number(strings.TrimSuffix(text, "x"))
	if err != nil || n > 1_000 {
		return 0, fmt.Errorf("intensity %q is not a multiple such as 10x, up to 1000x", text)
	}
	return n, nil
}

func (s *Scenario) good(rest string) error {
	words := strings.Fields(rest)
	if len(words) < 2 {
		return errors.New("good users need a class and a rate, such as: good paying 4/s")
	}
	c := Crowd{Class: Class(words[0])}
	if !slices.Contains(arriving, c.Class) {
		return fmt.Errorf("good users are one of %v, not %q", arriving, words[0])
	}
	var err error
	if c.Rate, err = number(strings.TrimSuffix(words[1], "/s")); err != nil || c.Rate == 0 || c.Rate > mostVisitors {
		return fmt.Errorf("good %s come at %q, which is no rate such as 4/s, up to %d/s", c.Class, words[1], mostVisitors)
	}
	for _, w := range words[2:] {
		from, ok := strings.CutPrefix(w, "from=")
		if !ok || c.Later {
			return fmt.Errorf("good %s: %q is not understood; they may come later, such as from=20%%", c.Class, w)
		}
		if c.From, err = part(from); err != nil {
			return fmt.Errorf("good %s: %w", c.Class, err)
		}
		c.Later = true
	}
	s.Good = append(s.Good, c)
	return nil
}

func (s *Scenario) assault(rest string) error {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return errors.New("an attack needs its kind, such as: attack flood addresses=1")
	}
	a := Assault{Kind: words[0], To: 1}
	seen := map[string]bool{}
	for _, w := range words[1:] {
		key, value, ok := strings.Cut(w, "=")
		if !ok || seen[key] {
			return fmt.Errorf("attack %s: %q is not key=value, or is there twice", a.Kind, w)
		}
		seen[key] = true
		if err := a.set(key, value); err != nil {
			return fmt.Errorf("attack %s: %s: %w", a.Kind, key, err)
		}
	}
	if a.From >= a.To {
		return fmt.Errorf("attack %s ends before it begins", a.Kind)
	}
	s.Assaults = append(s.Assaults, a)
	return nil
}

// counts are the parameters of an attack that are whole numbers, with their
// bounds.
var counts = map[string]struct {
	most int
	of   func(*Assault) *int
}{
	"addresses":   {1_000_000, func(a *Assault) *int { return &a.Params.Addresses }},
	"connections": {20_000, func(a *Assault) *int { return &a.Params.Connections }},
	"accounts":    {10_000, func(a *Assault) *int { return &a.Accounts }},
	"waves":       {1_000, func(a *Assault) *int { return &a.Waves }},
}

func (a *Assault) set(key, value string) (err error) {
	if c, ok := counts[key]; ok {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > c.most {
			return fmt.Errorf("%q is not a whole number from 1 to %d", value, c.most)
		}
		*c.of(a) = n
		return nil
	}
	switch key {
	case "networks":
		a.Params.Networks = value
	case "path":
		if !strings.HasPrefix(value, "/") {
			return fmt.Errorf("%q does not begin with /", value)
		}
		a.Params.Path = value
	case "rate":
		a.Params.Rate, err = number(strings.TrimSuffix(value, "/s"))
	case "total":
		a.Params.Total, err = number(strings.TrimSuffix(value, "/s"))
	case "share":
		a.Share, err = part(value)
	case "from":
		a.From, err = part(value)
	case "to":
		a.To, err = part(value)
	default:
		known := append(slices.Sorted(maps.Keys(counts)), "from", "networks", "path", "rate", "share", "to", "total")
		return fmt.Errorf("it is not known; there are %v", known)
	}
	return err
}

// part reads a share such as 99.5%.
func part(text string) (float64, error) {
	n, err := number(strings.TrimSuffix(text, "%"))
	if err != nil || n > 100 || !strings.HasSuffix(text, "%") {
		return 0, fmt.Errorf("%q is not a part such as 50%%", text)
	}
	return n / 100, nil
}

// number reads a number from 0 to a billion.
func number(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 1e9 {
		return 0, fmt.Errorf("%q is not a number from 0 to a billion", text)
	}
	return n, nil
}

// length reads a time such as 90s or 5m.
func length(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("%q is not a time such as 90s or 5m, up to %v", text, longest)
	}
	return d, nil
}

// String is the scenario as a file that Parse reads.
func (s Scenario) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("title = %s", s.Title)
	if s.Rehearses != "" {
		line("rehearses = %s", s.Rehearses)
	}
	line("calm = %v", s.Calm)
	line("attack = %v", s.Attack)
	if s.Target != "" {
		line("target = %s", s.Target)
	}
	if s.Intensity > 0 {
		line("intensity = %sx", plain(s.Intensity))
	}
	for _, g := range s.Good {
		if g.Later {
			line("good %s %s/s from=%s", g.Class, plain(g.Rate), percent(g.From))
			continue
		}
		line("good %s %s/s", g.Class, plain(g.Rate))
	}
	for _, a := range s.Assaults {
		line("attack %s", a)
	}
	for _, r := range s.Restarts {
		line("restart %s", percent(r))
	}
	for _, m := range s.Marks {
		line("mark %s", m)
	}
	return b.String()
}

func (a Assault) String() string {
	words := []string{a.Kind}
	add := func(key, value string) { words = append(words, key+"="+value) }
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		if n := *counts[key].of(&a); n > 0 {
			add(key, strconv.Itoa(n))
		}
	}
	for _, f := range []struct {
		key   string
		value float64
	}{{"rate", a.Params.Rate}, {"total", a.Params.Total}} {
		if f.value > 0 {
			add(f.key, plain(f.value)+"/s")
		}
	}
	if a.Params.Networks != "" {
		add("networks", a.Params.Networks)
	}
	if a.Params.Path != "" {
		add("path", a.Params.Path)
	}
	if a.Share > 0 {
		add("share", percent(a.Share))
	}
	add("from", percent(a.From))
	add("to", percent(a.To))
	return strings.Join(words, " ")
}

func plain(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// percent writes a part so that it is read back as the same number.
func percent(part float64) string {
	n := part * 100
	if rounded := math.Round(n*1e6) / 1e6; rounded/100 == part {
		n = rounded
	}
	return plain(n) + "%"
}
