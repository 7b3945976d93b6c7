package drill

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// Rival is a proxy that a scenario is also played against, in front of the same
// site with its shield off, and the settings that are tried.
type Rival struct {
	Name     string // nginx, haproxy, haproxy-expert
	Settings []string
}

// program is what a rival runs. Its files are those of contest/: a frame that all
// its settings share, and one setting in each.
type program struct {
	rival   string
	command string // and Debian's package
	frame   []string
	suffix  string
	start   []string // arguments before the file of settings
	version []string
}

var programs = []program{
	{"nginx", "nginx", []string{"nginx.conf", "nginx-cache.conf"}, ".conf", []string{"-q", "-e", "stderr", "-c"}, []string{"-v"}},
	{"haproxy", "haproxy", []string{"haproxy.cfg"}, ".cfg", []string{"-q", "-db", "-f"}, []string{"-v"}},
	{"haproxy-expert", "haproxy", []string{"haproxy.cfg"}, ".cfg", []string{"-q", "-db", "-f"}, []string{"-v"}},
}

//go:embed contest
var contest embed.FS

func programOf(rival string) (program, bool) {
	i := slices.IndexFunc(programs, func(p program) bool { return p.rival == rival })
	if i < 0 {
		return program{}, false
	}
	return programs[i], true
}

// grid are the names of all settings of a rival.
func (p program) grid() []string {
	files, err := fs.Glob(contest, "contest/"+p.rival+"/*"+p.suffix)
	if err != nil {
		return nil // the pattern is ours, and sound
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), p.suffix)
	}
	slices.Sort(files)
	return files
}

// Rivals reads a list such as "nginx,haproxy/deny": names with all their settings
// or one of them, or "all". The error says what is wrong with it.
func Rivals(text string) ([]Rival, error) {
	if text == "all" {
		names := make([]string, len(programs))
		for i, p := range programs {
			names[i] = p.rival
		}
		text = strings.Join(names, ",")
	}
	var list []Rival
	for word := range strings.SplitSeq(text, ",") {
		name, setting, one := strings.Cut(strings.TrimSpace(word), "/")
		p, ok := programOf(name)
		if !ok {
			return nil, fmt.Errorf("%q is none of nginx, haproxy, haproxy-expert and all", name)
		}
		settings := p.grid()
		if one {
			if !slices.Contains(settings, setting) {
				return nil, fmt.Errorf("%s has no setting %q; it has %s", name, setting, strings.Join(settings, ", "))
			}
			settings = []string{setting}
		}
		i := slices.IndexFunc(list, func(r Rival) bool { return r.Name == name })
		if i < 0 {
			list = append(list, Rival{name, settings})
			continue
		}
		for _, s := range settings {
			if !slices.Contains(list[i].Settings, s) {
				list[i].Settings = append(list[i].Settings, s)
			}
		}
	}
	return list, nil
}

// Absent is the error that a rival's program is not on this machine.
type Absent struct{ Package string } // Debian's name of it

func (a *Absent) Error() string { return a.Package + " is not on this machine" }

// Present looks for a rival's program; an error is an *Absent.
func (r Rival) Present() error {
	p, ok := programOf(r.Name)
	if !ok {
		return fmt.Errorf("there is no rival %q", r.Name)
	}
	_, err := p.find()
	return err
}

// find is the program's path: Debian keeps both where only root's PATH leads.
func (p program) find() (string, error) {
	found, err := exec.LookPath(p.command)
	if err != nil {
		found, err = exec.LookPath(filepath.Join("/usr/sbin", p.command))
	}
	if err != nil {
		return "", &Absent{p.command}
	}
	return found, nil
}

var versionPattern = regexp.MustCompile(`\d+\.\d+\.\d+\S*`)

// says is the version that the program tells, or "".
func (p program) says(path string) string {
	text, err := exec.Command(path, p.version...).CombinedOutput()
	if err != nil {
		return ""
	}
	return versionPattern.FindString(string(text))
}

// blanks are what a setting's template is filled in with.
type blanks struct {
	User             string // whom the workers run as
	Folder           string // for the proxy's own files
	Listen, Told     string // where it listens; Told for connections that begin with a PROXY header
	Teller           string // who may tell another source so
	Site             string // where the site is
	Certificate, Key string // PEM files
	Both             string // one with both
	Files            int    // that it may have open
	Connections      int    // half as many, and some to spare
	Places           int    // requests that the site makes at once
}

// settings are a setting's whole text.
func (p program) settings(setting string, f blanks) ([]byte, error) {
	t := template.New(p.frame[0]).Option("missingkey=error")
	var files []string
	for _, frame := range p.frame {
		files = append(files, "contest/"+frame)
	}
	files = append(files, "contest/"+p.rival+"/"+setting+p.suffix)
	if _, err := t.ParseFS(contest, files...); err != nil {
		return nil, fmt.Errorf("read setting %s of %s: %w", setting, p.rival, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, f); err != nil {
		return nil, fmt.Errorf("fill in setting %s of %s: %w", setting, p.rival, err)
	}
	return b.Bytes(), nil
}
