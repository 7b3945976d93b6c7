package kontor

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
)

// read returns a document of the house.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// marked is what stands between <!-- name --> and <!-- /name -->.
func marked(t *testing.T, text, name string) string {
	t.Helper()
	_, rest, begins := strings.Cut(text, "<!-- "+name+" -->")
	inside, _, ends := strings.Cut(rest, "<!-- /"+name+" -->")
	if !begins || !ends {
		t.Fatalf("the block %q is not there any more", name)
	}
	return inside
}

// cells are the rows of the table in text, without its head.
func cells(text string) (rows [][]string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			row := strings.Split(strings.Trim(line, "|"), "|")
			for i := range row {
				row[i] = strings.Trim(strings.TrimSpace(row[i]), "`")
			}
			rows = append(rows, row)
		}
	}
	return rows[min(2, len(rows)):]
}

var drawnArrow = regexp.MustCompile(`^\s*([a-z]+) --> ([a-z]+)`)

// drawn are the arrows of every machine in docs/states.md, as "machine: from -> to".
func drawn(t *testing.T) []string {
	var arrows []string
	for _, part := range strings.Split(read(t, "docs/states.md"), "<!-- machine: ")[1:] {
		machine, rest, _ := strings.Cut(part, " -->")
		_, diagram, _ := strings.Cut(rest, "```mermaid")
		diagram, _, closed := strings.Cut(diagram, "```")
		if !closed {
			t.Fatalf("the diagram of %s does not end", machine)
		}
		for line := range strings.Lines(diagram) {
			if m := drawnArrow.FindStringSubmatch(line); m != nil {
				arrows = append(arrows, fmt.Sprintf("%s: %s -> %s", machine, m[1], m[2]))
			}
		}
	}
	slices.Sort(arrows)
	return arrows
}

func TestStatesAreDrawnAsTheyAre(t *testing.T) {
	built := order.Arrows()
	for _, a := range catalog.Arrows() {
		built = append(built, fmt.Sprintf("listing: %s -> %s", a.From, a.To))
	}
	drawings := drawn(t)
	for _, a := range built {
		if !slices.Contains(drawings, a) {
			t.Errorf("docs/states.md does not draw the arrow %q, which the code takes", a)
		}
	}
	for _, a := range drawings {
		if !slices.Contains(built, a) {
			t.Errorf("docs/states.md draws the arrow %q, which the code refuses", a)
		}
	}
}

// stepsAllowed says from where and by whom each step can be taken, asked of the
// code status by status.
func stepsAllowed() map[string][4]map[string]bool {
	sides := map[string]market.Actor{
		"buyer": {Person: "p", Business: "b"}, "supplier": {Person: "p", Business: "s"}, "operator": {Person: "p", Operator: true}, "clock": {Ticks: true},
	}
	can := map[string][4]map[string]bool{}
	for _, p := range []order.Payment{order.Awaiting, order.Held, order.Released, order.Refunded, order.Split, order.Void, order.Refused} {
		for _, f := range []order.Fulfilment{order.New, order.Accepted, order.Shipped, order.Received, order.Cancelled} {
			for _, d := range []order.Dispute{order.None, order.Open, order.Offered, order.Escalated, order.Settled} {
				o := order.Order{Buyer: "b", Supplier: "s", Status: order.Status{Payment: p, Fulfilment: f, Dispute: d}}
				for side, actor := range sides {
					for _, step := range order.Steps(o, actor) {
						if _, ok := can[string(step)]; !ok {
							can[string(step)] = [4]map[string]bool{{}, {}, {}, {}}
						}
						for i, word := range []string{side, string(p), string(f), string(d)} {
							can[string(step)][i][word] = true
						}
					}
				}
			}
		}
	}
	return can
}

func TestStepsAreToldAsTheyAre(t *testing.T) {
	can := stepsAllowed()
	rows := cells(marked(t, read(t, "docs/states.md"), "steps"))
	columns := []string{"who", "payment", "fulfilment", "dispute"}
	told := map[string]bool{}
	for _, row := range rows {
		step := row[0]
		told[step] = true
		for i, column := range columns {
			words := strings.Split(row[i+1], ", ")
			for _, w := range words {
				if !can[step][i][w] {
					t.Errorf("docs/states.md, step %s: %s says %q, which the code refuses", step, column, w)
				}
			}
			for w := range can[step][i] {
				if !slices.Contains(words, w) {
					t.Errorf("docs/states.md, step %s: %s leaves out %q, which the code allows", step, column, w)
				}
			}
		}
	}
	for step := range can {
		if !told[step] {
			t.Errorf("docs/states.md does not tell of the step %s", step)
		}
	}
}

func TestClocksAreToldAsTheyAre(t *testing.T) {
	kinds := []order.ClockKind{order.PayBy, order.AcceptBy, order.ShipBy, order.ReceiveBy, order.ReleaseBy, order.AnswerBy, order.DecideBy, order.HoldUntil}
	rows := cells(marked(t, read(t, "docs/states.md"), "clocks"))
	days := map[string]int64{"accept_by": int64(order.Usual.Accept), "ship_by": int64(order.Usual.Ship), "receive_by": int64(order.Usual.Receive), "release_by": int64(order.Usual.Release), "answer_by": int64(order.Usual.Answer), "decide_by": int64(order.Usual.Decide)}
	for _, row := range rows {
		if !slices.Contains(kinds, order.ClockKind(row[0])) {
			t.Errorf("docs/states.md tells of the clock %q, which does not run", row[0])
		}
		if ns, ok := days[row[0]]; ok && !strings.Contains(row[2], fmt.Sprintf("%d days", ns/(24*3600*1_000_000_000))) {
			t.Errorf("docs/states.md lets the clock %s run %q; the code says %d days", row[0], row[2], ns/(24*3600*1_000_000_000))
		}
	}
	if len(rows) != len(kinds) {
		t.Errorf("docs/states.md tells of %d clocks, the code has %d", len(rows), len(kinds))
	}
}

// documents are the house's own pages of text.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ".md"):
			all = append(all, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)|(?:src|href)="([^"]+)"`)
	outside = regexp.MustCompile(`^[a-z]+:`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// anchors are the places in a document that a link can name.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		all[strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, h[1])] = true
	}
	return all
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages := documents(t)
	if len(pages) < 10 {
		t.Fatalf("only %d documents were found: the walk is broken", len(pages))
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			to := m[1] + m[2]
			if outside.MatchString(to) {
				continue
			}
			path, anchor, _ := strings.Cut(to, "#")
			target := page
			if path != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), path))
			}
			if _, err := os.Stat(filepath.FromSlash(target)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, to)
			} else if anchor != "" && strings.HasSuffix(target, ".md") && !anchors(read(t, target))[anchor] {
				t.Errorf("%s links to %s, a heading that is not there", page, to)
			}
		}
	}
}

// branch is a command, or a group of them, as cmd/kontor declares it.
type branch struct {
	below map[string]*branch
	flags map[string]bool
	args  bool
}

// commandLine reads the commands from the struct tags of cmd/kontor.
func commandLine(t *testing.T) *branch {
	t.Helper()
	structs := map[string]*ast.StructType{}
	files, err := filepath.Glob("cmd/kontor/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	var grow func(name string) *branch
	grow = func(name string) *branch {
		b := &branch{map[string]*branch{}, map[string]bool{}, false}
		s := structs[name]
		if s == nil {
			return b
		}
		for _, f := range s.Fields.List {
			kind, _ := f.Type.(*ast.Ident)
			if len(f.Names) == 0 && kind != nil { // embedded: its flags are ours
				inner := grow(kind.Name)
				b.args = b.args || inner.args
				for flag := range inner.flags {
					b.flags[flag] = true
				}
				continue
			}
			if f.Tag == nil {
				continue
			}
			text, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			tag := reflect.StructTag(text)
			_, command := tag.Lookup("cmd")
			_, argument := tag.Lookup("arg")
			for _, n := range f.Names {
				word := tag.Get("name")
				if word == "" {
					word = dashed(n.Name)
				}
				switch {
				case command && kind != nil:
					b.below[word] = grow(kind.Name)
				case argument:
					b.args = true
				default:
					b.flags[word] = true
				}
			}
		}
		return b
	}
	return grow("command")
}

// dashed is a field's name as the command line writes it.
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(name[i-1])) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// wrongCommand says what of a line that begins with kontor does not exist.
func wrongCommand(root *branch, line string) string {
	at, flags := root, map[string]bool{"help": true, "version": true}
	for flag := range root.flags {
		flags[flag] = true
	}
	for _, word := range strings.Fields(line)[1:] {
		if strings.HasPrefix(word, "#") || strings.ContainsAny(word[:1], "|>&;") {
			break
		}
		if name, ok := strings.CutPrefix(word, "--"); ok {
			name, _, _ = strings.Cut(name, "=")
			if !flags[name] {
				return "no flag --" + name
			}
			continue
		}
		if next := at.below[word]; next != nil {
			at = next
			for flag := range at.flags {
				flags[flag] = true
			}
		} else if at == root {
			return "no command " + word
		}
	}
	return ""
}

func TestEveryCommandOfTheGuideExists(t *testing.T) {
	root, seen := commandLine(t), 0
	if len(root.below) < 4 {
		t.Fatalf("only %d commands were found: the reading is broken", len(root.below))
	}
	for _, page := range documents(t) {
		for i, block := range strings.Split(read(t, page), "```console\n") {
			if i == 0 {
				continue
			}
			block, _, _ = strings.Cut(block, "```")
			block = strings.ReplaceAll(block, "\\\n", " ")
			for line := range strings.Lines(block) {
				line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
				if !strings.HasPrefix(line, "kontor ") {
					continue
				}
				seen++
				if why := wrongCommand(root, line); why != "" {
					t.Errorf("%s shows %q: there is %s", page, line, why)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands are shown: an operator would not find the others", seen)
	}
	for name, b := range root.below {
		if guide := read(t, "docs/operator.md"); len(b.below) == 0 && !strings.Contains(guide, "kontor "+name) {
			t.Errorf("docs/operator.md does not show the command %s", name)
		}
	}
}

var (
	served    = regexp.MustCompile(`"GET (/[^"]*)"`)
	pageNamed = regexp.MustCompile("`(/(?:house|operator|letters|desk|account)[a-z/.]*)`")
)

func TestEveryPageOfTheGuideExists(t *testing.T) {
	files, err := filepath.Glob("web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range files {
		for _, m := range served.FindAllStringSubmatch(read(t, f), -1) {
			there[m[1]] = true
		}
	}
	named := pageNamed.FindAllStringSubmatch(read(t, "docs/operator.md"), -1)
	for _, m := range named {
		if !there[m[1]] {
			t.Errorf("docs/operator.md sends the operator to %s, which is no page", m[1])
		}
	}
	if len(named) < 5 {
		t.Errorf("docs/operator.md names %d pages: the reading is broken, or the desk is not told of", len(named))
	}
}

func TestWrongCommandsAreNoticed(t *testing.T) {
	root := commandLine(t)
	for line, want := range map[string]string{
		"kontor verify --json":   "",
		"kontor conquer":         "no command conquer",
		"kontor verify --nicely": "no flag --nicely",
	} {
		if got := wrongCommand(root, line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
