package kontor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrow is an import that must not be, with its reason. Both ends stand for
// themselves and all that lies below them.
type arrow struct{ from, to, reason string }

var forbidden = []arrow{
	{"kontor/market", "net/http", "trade must run without a server"},
	{"kontor/market", "database/sql", "store alone knows a database"},
	{"kontor/market", "kontor/store", "the rules don't know how records lie on disk"},
	{"kontor/market", "kontor/web", "the rules don't know pages"},
	{"kontor/market", "kontor/vault", "personal data is opened through party.Opener only"},
	{"kontor/market", "kontor/search", "the index fulfils what catalog declares"},
	{"kontor/market", "kontor/bus", "events are values; delivering them is another room"},
	{"kontor/market", "kontor/mail", "letters follow events"},
	{"kontor/market", "kontor/pay", "providers fulfil what order declares"},
	{"kontor/market", "kontor/files", "pictures fulfil what catalog declares"},
	{"kontor/market", "kontor/feed", "foreign formats are another room"},
	{"kontor/vault", "kontor", "the vault seals for anybody"},
	{"kontor/shield", "kontor", "the shield can stand before any site"},
	{"kontor/drill", "kontor", "a rehearsal sees a site from outside only"},
	{"kontor/web", "kontor/store", "pages ask the rooms, not the records"},
	{"kontor/web", "kontor/search", "pages ask catalog, not the index"},
	{"kontor/web", "kontor/bus", "pages send no events"},
	{"kontor/web", "kontor/mail", "pages send no letters"},
	{"kontor/web", "kontor/pay", "pages ask order, not the provider"},
	{"kontor/web", "kontor/files", "pages serve pictures through an interface of their own"},
	{"kontor/web", "kontor/feed", "pages import through an interface of their own"},
	{"kontor/web", "database/sql", "store alone knows a database"},
	{"kontor/store", "kontor/web", "records don't know pages"},
	{"kontor/store", "kontor/vault", "records hold sealed values unread"},
	{"kontor/search", "kontor/store", "the index is fed by cmd"},
	{"kontor/bus", "kontor/store", "the outbox is an interface of the bus"},
	{"kontor/mail", "kontor/store", "letters read through the rooms"},
	{"kontor/mail", "kontor/web", "letters need no pages"},
	{"kontor/pay", "kontor/store", "a provider keeps no records"},
	{"kontor/files", "kontor/store", "files are files"},
	{"kontor/feed", "kontor/store", "imports go through catalog"},
	{"kontor/demo", "kontor/web", "the sample platform is made through the rooms"},
	{"kontor/demo", "database/sql", "the sample platform is made through the rooms, never by SQL"},
	{"kontor/demo", "kontor/cmd", "commands use the demo, not the other way"},
}

// market's rooms may see each other and the words they share, nothing else of
// the house; a room that fulfils interfaces sees market alone.
var only = map[string][]string{
	"kontor/market": {"kontor/market"},
	"kontor/store":  {"kontor/market", "kontor/store"},
	"kontor/bus":    {"kontor/market", "kontor/bus"},
	"kontor/search": {"kontor/market", "kontor/search"},
	"kontor/mail":   {"kontor/market", "kontor/mail"},
	"kontor/pay":    {"kontor/market", "kontor/pay"},
	"kontor/files":  {"kontor/market", "kontor/files"},
	"kontor/feed":   {"kontor/market", "kontor/feed"},
	"kontor/vault":  {"kontor/vault"},
	"kontor/shield": {"kontor/shield"},
	"kontor/drill":  {"kontor/drill"},
	"kontor/web":    {"kontor/market", "kontor/vault", "kontor/watch", "kontor/shield", "kontor/web"},
}

// nameless are package names that say nothing.
var nameless = []string{"util", "utils", "common", "helpers", "helper", "models", "misc", "base"}

// source is one Go file of the house.
type source struct {
	path, pkg, name string
	test            bool
	doc             bool
	imports         []string
}

// house reads every Go file itself: a test that asked the go command would be
// answered from the test cache after a forbidden import was added.
func house(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		s := source{path: path, pkg: filepath.ToSlash(filepath.Join("kontor", filepath.Dir(path))), name: f.Name.Name, test: strings.HasSuffix(path, "_test.go"), doc: f.Doc != nil}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files were found: the walk is broken", len(all))
	}
	return all
}

func below(pkg, room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") }

func TestNoArrowRunsTheWrongWay(t *testing.T) {
	for _, s := range house(t) {
		if s.test {
			continue // a test may tie rooms together
		}
		for _, i := range s.imports {
			for _, a := range forbidden {
				if below(s.pkg, a.from) && below(i, a.to) && !below(i, a.from) {
					t.Errorf("%s imports %s: %s", s.path, i, a.reason)
				}
			}
			for room, may := range only {
				if below(s.pkg, room) && below(i, "kontor") && !slices.ContainsFunc(may, func(m string) bool { return below(i, m) }) {
					t.Errorf("%s imports %s: %s may see %s only", s.path, i, room, strings.Join(may, ", "))
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range house(t) {
		if slices.Contains(nameless, s.name) {
			t.Errorf("%s: a package named %s says nothing", s.path, s.name)
		}
		if !s.test {
			documented[s.pkg] = documented[s.pkg] || s.doc
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment that says what it promises", pkg)
		}
	}
}

func TestForbiddenArrowsAreNoticed(t *testing.T) {
	if !below("kontor/market/order", "kontor/market") || below("kontor/marketing", "kontor/market") {
		t.Error("a room's name must stand for itself and what lies below it, nothing else")
	}
}

// TestNoSkipHidesInCI reads every test: one that is skipped where something is
// absent must fail there under KONTOR_CI, or be left out by -short alone. A
// skip that nobody sees is a promise that nobody checks.
func TestNoSkipHidesInCI(t *testing.T) {
	skips := 0
	for _, s := range house(t) {
		text, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), s.path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || strings.HasPrefix(fn.Name.Name, "Benchmark") {
				continue
			}
			body := string(text[fn.Body.Pos()-1 : fn.Body.End()-1])
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.SelectorExpr)
				if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, call.Sel.Name) {
					return true
				}
				on, ok := call.X.(*ast.Ident)
				if !ok || on.Name != "t" {
					return true
				}
				if skips++; !strings.Contains(body, `"KONTOR_CI"`) && !strings.Contains(body, "testing.Short()") {
					t.Errorf("%s: %s may skip where KONTOR_CI is set, and nobody notices what was not checked", s.path, fn.Name.Name)
				}
				return true
			})
		}
	}
	if skips < 5 {
		t.Errorf("only %d skips were found: the search is broken", skips)
	}
}
