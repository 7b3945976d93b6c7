package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commands calls each for every command of the command line, root and groups
// included, with the words that name it.
func commands(t *testing.T, each func(words []string, n *kong.Node)) {
	t.Helper()
	parser, err := kong.New(new(command), kong.Name("kontor"), kong.Vars{"version": version()})
	check(t, err)
	var walk func(words []string, n *kong.Node)
	walk = func(words []string, n *kong.Node) {
		each(words, n)
		for _, c := range n.Children {
			walk(append(words[:len(words):len(words)], c.Name), c)
		}
	}
	walk(nil, parser.Model.Node)
}

// said runs one command line and gives back what it printed, both streams.
func said(t *testing.T, args ...string) (code int, out, messages string) {
	t.Helper()
	var o, m bytes.Buffer
	code = run(t.Context(), args, place{in: strings.NewReader(""), out: &o, err: &m})
	return code, o.String(), m.String()
}

func TestEveryCommandExplainsItselfByExample(t *testing.T) {
	commands(t, func(words []string, n *kong.Node) {
		name := strings.Join(append([]string{"kontor"}, words...), " ")
		code, out, messages := said(t, append(words[:len(words):len(words)], "--help")...)
		if code != done || messages != "" {
			t.Errorf("%s --help: got exit code %d and messages %q", name, code, messages)
		}
		if flat := strings.Join(strings.Fields(out), " "); !strings.Contains(flat, "Example: "+name) && !strings.Contains(flat, "Example: kontor") {
			t.Errorf("%s --help shows no example: a newcomer does not know how to begin\n%s", name, out)
		}
		for _, f := range n.Flags {
			if f.Help == "" {
				t.Errorf("%s --%s has no help", name, f.Name)
			}
		}
	})
}

func TestEveryFlagRefusesABadValue(t *testing.T) {
	clearEnvironment(t)
	dir := t.TempDir()
	data := dir + "/data"
	check(t, os.Mkdir(data, 0o700))
	goods := dir + "/goods.csv"
	check(t, os.WriteFile(goods, []byte("article,title,category,price_1\n"), 0o600))
	admit := strings.Fields("--name Tarsus --country TR --city Tarsus --currency EUR --person Elif --email satis@tarsus.example")
	if code, _, messages := said(t, append([]string{"--data", data, "admin", "suppliers", "add"}, admit...)...); code != done {
		t.Fatal(messages)
	}
	// What a command needs besides the flag that is tried.
	needs := map[string][]string{
		"import listings":         {goods, "--supplier", "tarsus"},
		"export listings":         {"--supplier", "tarsus"},
		"admin suppliers add":     strings.Fields(strings.ReplaceAll(strings.Join(admit, " "), "satis@", "other@")),
		"admin suppliers check":   {"tarsus"},
		"admin suppliers suspend": {"tarsus"},
		"admin suppliers resume":  {"tarsus"},
		"admin categories add":    {"tools", "Tools"},
		"admin events retry":      {"1"},
		"demo":                    {"--data", dir + "/demo"},
		"serve":                   {"--listen", "127.0.0.1:0"},
		"drill run":               {"calm"},
	}
	long := strings.Repeat("x", 1000)
	type tried struct{ value, want string }
	bad := map[string][]tried{
		"data":                             {{"/dev/null", "--data: "}, {"/dev/null/below", "data"}},
		"settings":                         {{dir + "/none.conf", "can't be read"}, {dir, "Is it a text file?"}},
		"set":                              {{"listen", "Write --set key=value."}, {"colour=red", "is not a setting"}},
		"json":                             {{"perhaps", "--json"}},
		"database":                         {{"mysql://x/y", "--database: database: is neither"}},
		"listen":                           {{"nowhere", "--listen: listen: Can't serve"}, {"127.0.0.1:99999", "Write 127.0.0.1:8080"}},
		"supplier":                         {{"nobody", `There is no supplier "nobody"`}, {"", `There is no supplier ""`}},
		"demo --reset":                     {{"perhaps", "--reset"}},
		"demo --regulars":                  {{"many", "--regulars"}, {"5001", "Write --regulars 100."}},
		"demo --newcomers":                 {{"-1", "--newcomers"}, {"5001", "Write --newcomers 100."}},
		"demo --catalogue":                 {{dir + "/none.csv", "can't be read"}},
		"import listings --propose":        {{"perhaps", "--propose"}},
		"import listings --currency":       {{"EURO", "--currency: \"EURO\" is not a currency"}},
		"import listings --language":       {{"klingon!", "--language"}},
		"import listings --decimal-comma":  {{"perhaps", "--decimal-comma"}},
		"export orders --business":         {{"nobody", `"nobody"`}, {"", `There is no supplier ""`}},
		"admin suppliers add --name":       {{"", "--name: "}, {long, "--name: "}},
		"admin suppliers add --country":    {{"TURKEY", "--country: "}, {"", "--country: "}},
		"admin suppliers add --city":       {{"", "--city: "}, {long, "--city: "}},
		"admin suppliers add --currency":   {{"LIRA", "--currency: "}, {"", "--currency: "}},
		"admin suppliers add --person":     {{"", "--person: "}, {long, "--person: "}},
		"admin suppliers add --email":      {{"nobody", "--email: "}, {"", "--email: "}},
		"admin suppliers add --language":   {{"klingon!", "--language: "}},
		"admin suppliers add --legal-name": {{long, "--legal-name: "}},
		"admin suppliers add --tax-number": {{long, "--tax-number: "}},
		"admin categories add --position":  {{"first", "--position"}},
		"drill run --seconds":              {{"1", "--seconds"}},
		"drill run --intensity":            {{"much", "--intensity"}},
		"drill run --shield":               {{"perhaps", "--shield"}},
		"drill run --baseline":             {{"perhaps", "--baseline"}},
		"drill run --against":              {{"varnish", "none of nginx"}, {"nginx/magic", "has no setting"}},
		"drill run --swap":                 {{"perhaps", "--swap"}},
		"drill run --cost":                 {{"cheap", "--cost"}},
		"drill run --report":               {{dir + "/none/r.html", "--report"}},
		"drill run --url":                  {{"nowhere", "--url"}},
		"drill run --token":                {{"x", "--token"}},
		"drill run --accounts":             {{"x", "--accounts"}},
		"drill run --seed":                 {{"-1", "--seed"}},
	}
	unspoilt := map[string]bool{"help": true, "version": true} // end the run before a value could count
	commands(t, func(words []string, n *kong.Node) {
		if len(n.Children) > 0 {
			return
		}
		name := strings.Join(words, " ")
		for _, f := range n.AllFlags(false) {
			for _, f := range f {
				if unspoilt[f.Name] {
					continue
				}
				cases := bad[name+" --"+f.Name]
				if cases == nil {
					cases = bad[f.Name]
				}
				if cases == nil {
					t.Errorf("no bad value of kontor %s --%s is tried: add one here", name, f.Name)
				}
				for _, c := range cases {
					args := append([]string{"--data", data}, words...)
					args = append(args, needs[name]...)
					args = append(args, "--"+f.Name+"="+c.value)
					code, out, messages := said(t, args...)
					if code != misused || out != "" {
						t.Errorf("kontor %s --%s=%.40q: got exit code %d, results %q, %q; want %d and no results", name, f.Name, c.value, code, out, messages, misused)
					} else if !strings.Contains(messages, c.want) {
						t.Errorf("kontor %s --%s=%.40q says %q, want %q in it: nobody would know which flag to mend", name, f.Name, c.value, messages, c.want)
					}
				}
			}
		}
	})
	if code, out, messages := said(t, "--data", data, "admin", "suppliers", "--json"); code != done || strings.Count(out, "slug") != 1 {
		t.Errorf("after refusals only there are other suppliers than before: %d %s %s", code, out, messages)
	}
}

// clearEnvironment takes settings of the machine's user away.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for f := range fields(new(Settings)) {
		if value, ok := os.LookupEnv(envName(f.key)); ok {
			t.Setenv(envName(f.key), value) // put back at the end
			check(t, os.Unsetenv(envName(f.key)))
		}
	}
}
