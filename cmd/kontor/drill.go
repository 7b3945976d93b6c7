package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"kontor/drill"
	"kontor/drill/attack"
	"kontor/market"
)

// drillCommand rehearses attacks on one's own site.
type drillCommand struct {
	List   drillList   `cmd:"" help:"List the scenarios, or show the file of one. Example: kontor drill list wide-flood > mine.txt"`
	Run    drillRun    `cmd:"" help:"Rehearse a scenario and score it. Example: kontor drill run siege-48h --report siege.html"`
	Assail drillAssail `cmd:"" hidden:"" help:"Carry out the attack of a drill; started by drill run."`
}

// drillList lists scenarios.
type drillList struct {
	Name string `arg:"" optional:"" help:"Show this one's file, to be copied and changed."`
}

// Help is the command's longer help.
func (drillList) Help() string {
	return "Example:\n  kontor drill list\n  kontor drill list wide-flood > mine.txt"
}

// Run lists.
func (c *drillList) Run(s *session) error {
	if err := s.unused(); err != nil {
		return err
	}
	if c.Name != "" {
		text, ok := drill.Text(c.Name)
		if !ok {
			return noScenario(c.Name)
		}
		_, err := io.WriteString(s.out, text)
		return err
	}
	list, err := drill.Scenarios()
	if err != nil {
		return err
	}
	if s.JSON {
		type line struct {
			Name      string  `json:"name"`
			Title     string  `json:"title"`
			Rehearses string  `json:"rehearses"`
			Seconds   float64 `json:"seconds"`
		}
		out := make([]line, len(list))
		for i, one := range list {
			out[i] = line{one.Name, one.Title, one.Rehearses, one.Length().Seconds()}
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, one := range list {
		fmt.Fprintf(t, "%s\t%v\t%s\n", one.Name, one.Length(), one.Title)
	}
	return t.Flush()
}

// drillRun rehearses one scenario.
type drillRun struct {
	Name      string  `arg:"" help:"Name of a scenario (kontor drill list), or the path of a file of one's own."`
	Seconds   float64 `help:"Length in all; calm and attack keep their proportion." placeholder:"N"`
	Intensity string  `help:"Of floods: a multiple of the site's measured capacity, over the scenario's." placeholder:"10x"`
	Shield    string  `help:"How the throw-away house is served: on, shadow or off." enum:"on,shadow,off" default:"on"`
	Baseline  bool    `help:"Run it with the shield off as well, on a copy of the same house."`
	Against   string  `help:"Run it behind other proxies as well, each with the best of its settings, before a copy of the same house with its shield off: nginx, haproxy, haproxy-expert, all, or one setting such as nginx/cache; commas between." placeholder:"NAMES"`
	Cost      string  `help:"Stated cost of a page behind the page cache, such as slots=8,cpu=2ms,wait=40ms, which is usual; or none." placeholder:"COST"`
	Report    string  `help:"Write the scorecard as one HTML page with plots." placeholder:"FILE"`
	URL       string  `help:"Rehearse a staging site whose operator agreed, instead of a throw-away house." placeholder:"URL"`
	Token     string  `help:"Your token for --url; without it one is made and what to do is told." env:"KONTOR_DRILL_TOKEN"`
	Accounts  string  `help:"For --url: a file of buyers' accounts there, address and password on each line." placeholder:"FILE"`
	Swap      bool    `help:"Let good users and attackers change their addresses: the outcome should not hang on them."`
	Seed      uint64  `help:"Same seed, same visitors; 0 is another one each time." placeholder:"N"`
}

// Help is the command's longer help.
func (drillRun) Help() string {
	return "The throw-away house is made from this program in a temporary folder, served on loopback with its own certificate, and removed afterwards; the site is kept on one core and the load on another. Exit code 1 says that a mark was missed, or that too little was measured.\n\nExample:\n  kontor drill run flood-below-limits --baseline --report drill.html\n  kontor drill run mixed --against nginx,haproxy-expert --report mixed.html\n  kontor drill list wide-flood > mine.txt; kontor drill run ./mine.txt --seconds 60"
}

// Run rehearses.
func (c *drillRun) Run(s *session) error {
	if s.held != nil {
		return &market.Fault{Kind: market.Conflict, Field: "--data", Msg: "A drill makes a house of its own and needs none that is served.", Fix: "Leave --data out."}
	}
	if err := s.unused(); err != nil {
		return err
	}
	scenario, err := drill.Find(c.Name)
	switch {
	case errors.Is(err, drill.ErrUnknown):
		return noScenario(c.Name)
	case err != nil:
		return &market.Fault{Kind: market.Invalid, Field: c.Name, Msg: err.Error(), Fix: "Mend it; kontor drill list NAME shows a whole one."}
	}
	o := drill.Options{Command: ownCommand, Shield: c.Shield, Baseline: c.Baseline, Swap: c.Swap, Seed: c.Seed, Set: s.Set, Say: func(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }}
	if scenario, err = c.tuned(scenario, &o); err != nil {
		return err
	}
	if c.URL != "" {
		if o.Staging, err = c.staging(s.ctx); err != nil {
			return err
		}
	}
	var report *os.File
	if c.Report != "" { // before anything is attacked in vain
		if report, err = os.Create(c.Report); err != nil {
			return &market.Fault{Kind: market.Invalid, Field: "--report", Msg: "The report can't be written: " + err.Error() + ".", Fix: "Give a path that you may write to."}
		}
		defer report.Close()
	}
	card, err := drill.Run(s.ctx, scenario, o)
	if errors.Is(err, drill.ErrNoConsent) {
		return c.unasked()
	}
	if absent, ok := errors.AsType[*drill.Absent](err); ok {
		return withoutProxy(absent)
	}
	if err != nil {
		return fmt.Errorf("rehearse %s: %w", scenario.Name, err)
	}
	if report != nil {
		if err := errors.Join(card.WriteHTML(report), report.Close()); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if s.JSON {
		err = json.NewEncoder(s.out).Encode(card)
	} else {
		err = card.WriteText(s.out)
	}
	if err == nil && !card.Passed {
		err = &outcome{wrong, ""}
	}
	return err
}

// withoutProxy ends a drill whose other proxy is not on this machine.
func withoutProxy(a *drill.Absent) error {
	return &outcome{wrong, fmt.Sprintf("kontor: %s is not on this machine, and --against needs it. Install Debian's package: apt-get install %s", a.Package, a.Package)}
}

// tuned applies the flags to a scenario and its options.
func (c *drillRun) tuned(scenario drill.Scenario, o *drill.Options) (drill.Scenario, error) {
	bad := func(flag, msg, fix string) error {
		return &market.Fault{Kind: market.Invalid, Field: flag, Msg: msg, Fix: fix}
	}
	switch c.Cost {
	case "":
		o.Cost = drill.StatedCost
	case "none":
	default:
		if !drill.IsCost(c.Cost) {
			return scenario, bad("--cost", fmt.Sprintf("%q is not what a page costs.", c.Cost), "Write --cost "+drill.StatedCost+", or none.")
		}
		o.Cost = c.Cost
	}
	if c.Against != "" {
		var err error
		if o.Against, err = drill.Rivals(c.Against); err != nil {
			return scenario, bad("--against", err.Error()+".", "Write --against all, or some of nginx,haproxy,haproxy-expert.")
		}
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()>>11 + 1 // is whole in JSON
	}
	if c.Seconds != 0 {
		if c.Seconds < 2 || c.Seconds > 7_200 {
			return scenario, bad("--seconds", "A drill lasts from 2 to 7200 seconds.", "Write --seconds 60.")
		}
		scenario = scenario.Lasting(time.Duration(c.Seconds * float64(time.Second)))
	}
	if c.Intensity != "" {
		n, err := drill.ParseIntensity(c.Intensity)
		if err != nil || n == 0 {
			return scenario, bad("--intensity", fmt.Sprintf("%q is not a multiple of the site's capacity.", c.Intensity), "Write --intensity 10x.")
		}
		o.Intensity = n
	}
	if c.URL == "" && (c.Token != "" || c.Accounts != "") {
		flag := "--token"
		if c.Token == "" {
			flag = "--accounts"
		}
		return scenario, bad(flag, "It is for a staging site.", "Give its address with --url as well.")
	}
	if c.URL != "" && c.Against != "" {
		return scenario, bad("--against", "Other proxies stand before a throw-away house, not before another's site.", "Leave --url or --against out.")
	}
	if c.URL != "" && (c.Baseline || c.Shield != "on") {
		return scenario, bad("--url", "The shield of a staging site is its operator's to turn on and off.", "Leave --baseline and --shield out.")
	}
	return scenario, nil
}

// unused checks the flags that every command has and a drill does not need, so
// that a typing error in them is told all the same. --set is handed on to the
// throw-away house.
func (s *session) unused() error {
	if info, err := os.Stat(s.Data); err == nil && !info.IsDir() {
		return &market.Fault{Kind: market.Invalid, Field: "--data", Msg: s.Data + " is not a folder.", Fix: "Leave it out: a drill makes a house of its own."}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &market.Fault{Kind: market.Invalid, Field: "--data", Msg: "The folder can't be read: " + err.Error() + ".", Fix: "Leave it out: a drill makes a house of its own."}
	}
	_, err := loadSettings(s.Settings, s.Data, s.Set)
	return err
}

// ownCommand is this program once more, out of reach of the caller's settings.
func ownCommand(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	cmd := exec.Command(self, args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, envPrefix) {
			cmd.Env = append(cmd.Env, e)
		}
	}
	return cmd
}

func noScenario(name string) error {
	return &market.Fault{Kind: market.Invalid, Field: name, Msg: "There is no scenario of this name.", Fix: "See kontor drill list, or give a path such as ./mine.txt."}
}

// staging is the site to be rehearsed instead of a throw-away house.
func (c *drillRun) staging(ctx context.Context) (*drill.Staging, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, &market.Fault{Kind: market.Invalid, Field: "--url", Msg: fmt.Sprintf("%q is not https:// or http:// and a host.", c.URL), Fix: "Write https://staging.example."}
	}
	u.Path = ""
	if c.Token == "" {
		c.Token = drill.NewToken()
		return nil, c.unasked()
	}
	st := &drill.Staging{URL: u, Token: c.Token}
	f, err := os.Open(c.Accounts)
	if err != nil {
		return nil, &market.Fault{Kind: market.Invalid, Field: "--accounts", Msg: "Good users of a staging site need accounts there, and the file of them can't be read.", Fix: "Give a file with an e-mail address and a password on each line; they need an address to ship to."}
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for lines.Scan() {
		if email, password, ok := strings.Cut(strings.TrimSpace(lines.Text()), " "); ok && !strings.HasPrefix(email, "#") {
			st.Accounts = append(st.Accounts, attack.Account{Email: email, Password: strings.TrimSpace(password)})
		}
	}
	if err := lines.Err(); err != nil || len(st.Accounts) == 0 {
		return nil, &market.Fault{Kind: market.Invalid, Field: "--accounts", Msg: "The file holds no account.", Fix: "Write an e-mail address and a password on each line."}
	}
	return st, nil
}

// unasked tells how a site's operator agrees.
func (c *drillRun) unasked() error {
	host := c.URL
	if u, err := url.Parse(c.URL); err == nil {
		host = u.Host
	}
	return &market.Fault{Kind: market.Forbidden, Field: "--url", Msg: "The site does not say that its operator agreed to be rehearsed by you.",
		Fix: fmt.Sprintf("Have its operator set rehearsal.consent = %q there, then run this again with --token %s.", drill.Consent(host, c.Token), c.Token)}
}

// drillAssail is the attackers' own process.
type drillAssail struct{}

// Help is the command's longer help.
func (drillAssail) Help() string {
	return "Reads the attack from standard input, as kontor drill run writes it.\n\nExample:\n  kontor drill assail < attack.json"
}

// Run attacks as its input says.
func (drillAssail) Run(s *session) error {
	if err := s.unused(); err != nil {
		return err
	}
	return drill.Assail(s.ctx, s.in, s.out)
}
