// Command kontor is the whole house in one binary: it serves a marketplace,
// loads and gives back its records, and checks that what it promises holds.
//
// Results go to standard output, messages to standard error. Exit codes: 0
// done, 1 done but something is wrong (rows were rejected, a check failed), 2
// wrong use, 3 could not be done.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"kontor/market"

	"github.com/alecthomas/kong"
)

// Exit codes, a contract with scripts.
const (
	done      = 0
	wrong     = 1
	misused   = 2
	notDone   = 3
	envPrefix = "KONTOR_"
)

// command is the command line.
type command struct {
	Data     string           `help:"Data folder; ./kontor-data unless told otherwise, of kontor demo ./kontor-demo." default:"./kontor-data" placeholder:"DIR" env:"KONTOR_DATA"`
	Settings string           `help:"Settings file; without it DATA/kontor.conf, if there is one." placeholder:"FILE" env:"KONTOR_SETTINGS"`
	Set      []string         `help:"Sets one setting, over file and environment. Repeatable." placeholder:"KEY=VALUE" sep:"none"`
	JSON     bool             `help:"Print results for machines."`
	Version  kong.VersionFlag `help:"Print the version."`

	Demo   demoCommand   `cmd:"" help:"Make a sample platform and serve it on 127.0.0.1:8080. Example: kontor demo --reset"`
	Serve  serveCommand  `cmd:"" help:"Serve a house. Example: kontor serve --data /srv/kontor"`
	Import importCommand `cmd:"" help:"Load records from files. Example: kontor import listings goods.csv --supplier tarsus-shirtworks"`
	Export exportCommand `cmd:"" help:"Write records to standard output. Example: kontor export listings --supplier tarsus-shirtworks > goods.csv"`
	Verify verifyCommand `cmd:"" help:"Check every promise on the stored records. Example: kontor verify --json"`
	Drill  drillCommand  `cmd:"" help:"Rehearse an attack on your own site. Example: kontor drill run calm"`
	Admin  adminCommand  `cmd:"" help:"Look after businesses and operators. Example: kontor admin suppliers"`
}

// place is where a command runs: a terminal, or the server that holds the
// folder, on behalf of one.
type place struct {
	in   io.Reader
	out  io.Writer
	err  io.Writer
	dir  string // what paths are relative to; "" is the working directory
	held *house // the house of the server; nil on a terminal

	// anew ends this program and runs it afresh in the same process with another
	// command line; it returns only if that can't be done. nil where a program's end
	// is not ours to choose.
	anew func(args []string) error
}

// session is what every command runs with.
type session struct {
	*command
	place
	ctx  context.Context
	args []string
	log  *slog.Logger
}

// outcome is an end that is neither success nor an error of the run.
type outcome struct {
	code int
	text string
}

func (o *outcome) Error() string { return o.text }

func main() {
	syscall.Umask(0o077) // what a house writes is its owner's alone
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	code := run(ctx, os.Args[1:], place{in: os.Stdin, out: os.Stdout, err: os.Stderr, anew: anew})
	stop()
	os.Exit(code)
}

// anew is place.anew of a terminal: identity, streams and environment stay.
func anew(args []string) error {
	file, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(file, append(os.Args[:1:1], args...), os.Environ())
}

// run carries out one command line and returns its exit code.
func run(ctx context.Context, args []string, at place) (code int) {
	stdout, stderr := at.out, at.err
	var cmd command
	exited := -1
	parser, err := kong.New(&cmd, kong.Name("kontor"), kong.Vars{"version": "kontor " + version()}, kong.Writers(stdout, stderr), kong.Exit(func(c int) { exited = c; panic(exit{}) }),
		kong.Description("A trading platform for small businesses, in one program. Every command has --help with an example; the operator's guide is docs/operator.md."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return notDone
	}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(exit); !ok {
				panic(p)
			}
			code = exited
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "kontor: %s\nSee %s --help.\n", misuse(err), commandOf(err))
		return misused
	}
	s := &session{command: &cmd, place: at, ctx: ctx, args: args}
	return report(stderr, parsed.Run(s))
}

// exit unwinds from kong's --help.
type exit struct{}

// misuse says what is wrong with a command line; kong calls its end "EOL".
func misuse(err error) string {
	flag, _, short := strings.Cut(err.Error(), ": expected ")
	if short && strings.Contains(err.Error(), "(<EOL>)") {
		return flag + " needs a value"
	}
	return err.Error()
}

// commandOf is the command that was understood before a mistake.
func commandOf(err error) string {
	path := "kontor"
	if p, ok := errors.AsType[*kong.ParseError](err); ok {
		for _, part := range p.Context.Path {
			if part.Command != nil {
				path += " " + part.Command.Name
			}
		}
	}
	return path
}

// report turns a command's error into its message and exit code; it is the
// command line's twin of web/fail.go.
func report(stderr io.Writer, err error) int {
	var o *outcome
	var fs settingFaults
	switch {
	case err == nil:
		return done
	case errors.As(err, &o):
		if o.text != "" {
			fmt.Fprintln(stderr, o.text)
		}
		return o.code
	case errors.As(err, &fs):
		fmt.Fprintf(stderr, "kontor: the settings have %s:\n%s\n", count(len(fs), "mistake", "mistakes"), fs)
		return misused
	}
	fmt.Fprintf(stderr, "kontor: %s\n", strings.TrimSpace(err.Error()))
	switch market.KindOf(err) {
	case market.Invalid, market.Forbidden, market.SignIn:
		return misused
	}
	return notDone
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// logger writes to standard error as the settings say.
func logger(w io.Writer, s Settings) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // checked with the settings
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
