package drill

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"kontor/drill/attack"
)

// Scenario is what a drill rehearses. Files that hold one are meant to be read,
// copied and changed; see Parse.
type Scenario struct {
	Name      string // the file's base name without .txt
	Title     string
	Rehearses string        // what it is good for, in a sentence or two
	Calm      time.Duration // good users alone, at least a second
	Attack    time.Duration // good users and attackers; 0 in a drill without any
	Target    string        // that the site's incident must name, such as GET /search; "" is not judged
	Intensity float64       // of attacks with a share: a multiple of the site's capacity
	Good      []Crowd
	Assaults  []Assault
	Restarts  []float64 // kill -9 at this part of the attack's time, 0 to 1
	Marks     []Mark
}

// Crowd are good users of one class.
type Crowd struct {
	Class Class
	Rate  float64 // visitors arriving a second, in the mean
	Later bool    // come during the attack only
	From  float64 // of those: from this part of the attack's time on, 0 to 1
}

// Assault is one attack of a scenario.
type Assault struct {
	Kind     string
	Params   attack.Params
	Share    float64 // of intensity × capacity requests a second; 0 uses the parameters' own rate
	From, To float64 // part of the attack's time, 0 to 1
	Waves    int     // comes so many times with pauses as long; 0 and 1 are one wave
	Accounts int     // fresh accounts that the attackers hold
}

// times are when an assault is under way, in parts of the attack's time: its
// waves are as long as the pauses between them.
func (a Assault) times() (waves []stretchOf) {
	n := max(a.Waves, 1)
	length := (a.To - a.From) / float64(2*n-1)
	for w := range n {
		from := a.From + length*float64(2*w)
		waves = append(waves, stretchOf{from, from + length})
	}
	return waves
}

// stretchOf is a stretch of a drill, in seconds or in parts of its time.
type stretchOf struct{ from, to float64 }

// Bounds of a scenario: what one machine can rehearse, and no typing error
// exceeds unnoticed.
const (
	longest      = 2 * time.Hour
	mostLines    = 200
	mostFile     = 64 << 10
	mostVisitors = 1_000 // a second and class
)

// check finds what each line alone does not show.
func (s *Scenario) check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.Title == "" {
		wrong("it has no title; write: title = …")
	}
	if s.Calm < time.Second {
		wrong("calm is %v; what the attack does is measured against at least a second of calm", s.Calm)
	}
	if s.Calm+s.Attack > longest {
		wrong("it lasts %v; the longest drill is %v", s.Calm+s.Attack, longest)
	}
	if len(s.Good) == 0 {
		wrong("it has no good users; write lines such as: good paying 4/s")
	}
	if len(s.Assaults) > 0 && s.Attack == 0 {
		wrong("it has attackers but no time for them; write: attack = 60s")
	}
	if len(s.Restarts) > 0 && s.Attack == 0 {
		wrong("it has a restart but no attack in which it could be; write: attack = 60s")
	}
	for _, a := range s.Assaults {
		if a.Share > 0 && s.Intensity == 0 {
			wrong("attack %s has a share of an intensity that is not given; write: intensity = 10x", a.Kind)
		}
		p := a.Params
		p.Total = max(p.Total, 1)
		if _, err := attack.New(a.Kind, p); err != nil {
			wrong("attack %s: %w", a.Kind, err)
		}
	}
	return errors.Join(errs...)
}

// Lasting gives the scenario another length in all; calm and attack keep their
// proportion, and calm is no shorter than five seconds where the whole is at
// least ten.
func (s Scenario) Lasting(whole time.Duration) Scenario {
	if s.Attack == 0 {
		s.Calm = whole
		return s
	}
	calm := time.Duration(float64(whole) * float64(s.Calm) / float64(s.Calm+s.Attack))
	calm = max(calm, min(5*time.Second, whole/2)).Round(time.Second / 10)
	s.Calm, s.Attack = calm, whole-calm
	return s
}

// first is when the first attackers come, since the calm ended.
func (s Scenario) first() time.Duration {
	from := 1.0
	for _, a := range s.Assaults {
		from = min(from, a.From)
	}
	return time.Duration(from * float64(s.Attack))
}

// Length is the time of calm and attack.
func (s Scenario) Length() time.Duration { return s.Calm + s.Attack }

//go:embed scenarios/*.txt
var shipped embed.FS

// Scenarios are those that come with the program, by name.
func Scenarios() ([]Scenario, error) {
	files, err := fs.Glob(shipped, "scenarios/*.txt")
	if err != nil {
		return nil, err
	}
	list := make([]Scenario, 0, len(files))
	for _, f := range files {
		text, err := shipped.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read scenario %s: %w", f, err)
		}
		s, err := Parse(baseName(f), string(text))
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", f, err)
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b Scenario) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Text is a shipped scenario's file, to be copied and changed.
func Text(name string) (string, bool) {
	text, err := shipped.ReadFile("scenarios/" + name + ".txt")
	return string(text), err == nil
}

// ErrUnknown is returned by Find where no scenario has the name.
var ErrUnknown = errors.New("no scenario has this name")

// Find reads the scenario of that name, or the file at that path where the name
// holds a slash or ends in .txt.
func Find(name string) (Scenario, error) {
	if !strings.ContainsRune(name, '/') && !strings.HasSuffix(name, ".txt") {
		text, ok := Text(name)
		if !ok {
			return Scenario{}, fmt.Errorf("%q: %w", name, ErrUnknown)
		}
		return Parse(name, text)
	}
	info, err := os.Stat(name)
	if err != nil {
		return Scenario{}, fmt.Errorf("read the scenario: %w", err)
	}
	if info.Size() > mostFile {
		return Scenario{}, fmt.Errorf("the scenario %s is longer than %d bytes", name, mostFile)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Scenario{}, fmt.Errorf("read the scenario: %w", err)
	}
	s, err := Parse(baseName(name), string(text))
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario %s: %w", name, err)
	}
	return s, nil
}

func baseName(file string) string { return strings.TrimSuffix(path.Base(file), ".txt") }
