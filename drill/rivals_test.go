package drill

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestRivalsAreChosenByName(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		names    []string
		settings int // of the first
		wrong    string
	}{
		"one with its whole grid":   {"nginx", []string{"nginx"}, 6, ""},
		"all of them":               {"all", []string{"nginx", "haproxy", "haproxy-expert"}, 6, ""},
		"some, with blanks between": {"haproxy-expert, nginx", []string{"haproxy-expert", "nginx"}, 3, ""},
		"one setting":               {"haproxy/deny", []string{"haproxy"}, 1, ""},
		"two settings of one":       {"haproxy/deny,haproxy/queue", []string{"haproxy"}, 2, ""},
		"a setting twice":           {"haproxy/deny,haproxy", []string{"haproxy"}, 6, ""},
		"another program":           {"varnish", nil, 0, "none of nginx, haproxy"},
		"a setting that is none":    {"nginx/magic", nil, 0, "it has cache, "},
		"a path to somewhere else":  {"nginx/../haproxy/deny", nil, 0, "no setting"},
		"nothing":                   {"", nil, 0, "none of"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Rivals(c.text)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("it is told as %v, want something with %q", err, c.wrong)
				}
				return
			}
			var names []string
			for _, r := range list {
				names = append(names, r.Name)
			}
			if err != nil || !slices.Equal(names, c.names) || len(list[0].Settings) != c.settings {
				t.Errorf("got %v (%v), want %v with %d settings", list, err, c.names, c.settings)
			}
		})
	}
}

func TestEverySettingSaysWhereItIsPublished(t *testing.T) {
	for _, p := range programs {
		for _, setting := range p.grid() {
			text, err := contest.ReadFile("contest/" + p.rival + "/" + setting + p.suffix)
			if err != nil {
				t.Fatal(err)
			}
			if s := string(text); !strings.HasPrefix(s, "# ") || !strings.Contains(s, "Published:") && !strings.Contains(s, "see nginx-cache.conf") {
				t.Errorf("%s/%s does not say what it does and where one finds that: nobody can tell whether the comparison is fair", p.rival, setting)
			}
		}
	}
}

func TestAProgramThatIsNotHereIsAbsent(t *testing.T) {
	_, err := program{command: "no-such-proxy"}.find()
	if absent, ok := errors.AsType[*Absent](err); !ok || absent.Package != "no-such-proxy" {
		t.Errorf("it is told as %v: nobody would know what to install", err)
	}
}

// needRival skips, or fails where everything must run.
func needRival(t *testing.T, p program) {
	t.Helper()
	_, err := p.find()
	absent, ok := errors.AsType[*Absent](err)
	switch {
	case err == nil:
	case ok && os.Getenv("KONTOR_CI") == "":
		t.Skipf("needs %s, from Debian's package of that name", absent.Package)
	default:
		t.Fatal(err)
	}
}
