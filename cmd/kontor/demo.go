package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kontor/demo"
	demohouse "kontor/demo/house"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/vault"
	"kontor/web"

	"github.com/alecthomas/kong"
)

// demoCommand makes a sample platform, once, and serves it.
type demoCommand struct {
	Reset     bool     `help:"Remove the sample platform and make it anew."`
	Catalogue []string `help:"A real catalogue to offer as well, known by its header: Kontor's CSV, or the wholesale lists of products and price breaks. Repeatable." placeholder:"FILE" sep:"none"`
	Regulars  int      `help:"Have at least so many further buyers, with an address and an account since last spring, up to 5000. A rehearsal has them trade." placeholder:"N"`
	Newcomers int      `help:"Have at least so many further buyers whose accounts were opened just now, up to 5000." placeholder:"N"`
	Listen    string   `help:"Address and port, over the setting of the same name." placeholder:"HOST:PORT"`
}

// Help is the command's longer help.
func (demoCommand) Help() string {
	return "The first start makes the folder ./kontor-demo (or --data DIR) and fills it, which takes some seconds; later starts serve what is there. A folder that the demo did not make is refused. No real money moves, and letters are kept instead of sent.\n\nExample:\n  kontor demo --catalogue products.csv --catalogue breaks.csv"
}

// demoFolder is where the demo lives unless --data says otherwise.
const demoFolder = "./kontor-demo"

// Run makes and serves.
func (c *demoCommand) Run(s *session, line *kong.Context) error {
	if s.held != nil {
		return errServed
	}
	if !given("data", "KONTOR_DATA", line) {
		s.Data = demoFolder
	}
	for flag, n := range map[string]int{"--regulars": c.Regulars, "--newcomers": c.Newcomers} {
		if n < 0 || n > demo.MostExtra {
			return &market.Fault{Kind: market.Invalid, Field: flag, Msg: fmt.Sprintf("%d is not a number from 0 to %d.", n, demo.MostExtra), Fix: "Write " + flag + " 100."}
		}
	}
	catalogues, err := demo.KnowCatalogues(c.Catalogue)
	if err != nil {
		return err
	}
	sample, err := demohouse.House()
	if err != nil {
		return err
	}
	set := s.flags("listen", c.Listen)
	settings, err := readDemoSettings(s, sample, set)
	if err != nil {
		return err
	}
	probe, err := listen(settings.Listen)
	if err != nil {
		return err // before anything is made
	}
	probe.Close()
	if settings.LogLevel == "info" {
		settings.LogLevel = "warn" // the demo's own lines are enough
	}
	s.log = logger(s.err, settings)
	mark, err := prepare(s.Data, c.Reset)
	if err != nil {
		return err
	}
	h, err := openHouse(s.ctx, settings, s.Data, s.log)
	if err != nil {
		return err
	}
	had := mark
	if err := c.fill(s, h, &mark, sample, catalogues); err != nil {
		s.shut(h)
		return err
	}
	made := !had.Complete || len(mark.Accounts) > len(had.Accounts) || catalogues.Any()
	if made && s.anew != nil {
		if err := c.afresh(s, h); s.ctx.Err() != nil {
			return err
		} else if h, err = openHouse(s.ctx, settings, s.Data, s.log); err != nil {
			return err
		}
	}
	return s.serve(h, mark.people())
}

// afresh closes the house in which something was made and has this program serve
// it from its beginning, in the same process. Else what making took, and the
// delivery of all that it gave rise to, would stay: the runtime returns memory
// slowly, and would lay the shield's tables, most of whose pages are never
// touched, on used ones. While 16 clients read pages 168 MB were resident, and
// are 120. It returns only where that can't be: the program's file may have been
// replaced meanwhile.
func (c *demoCommand) afresh(s *session, h *house) error {
	if err := h.settle(s.ctx); err != nil && s.ctx.Err() == nil {
		s.log.Warn("the rest is delivered while the house is served", "cause", err)
	}
	s.shut(h)
	if err := s.ctx.Err(); err != nil {
		return fmt.Errorf("serve the sample platform: %w", err)
	}
	err := s.anew(c.serving(s))
	s.log.Warn("served by the process that made it, which holds more memory", "cause", err)
	return err
}

// serving is the command line that serves the folder as it is now.
func (c *demoCommand) serving(s *session) []string {
	args := []string{"--data=" + s.Data}
	if s.command.Settings != "" {
		args = append(args, "--settings="+s.command.Settings)
	}
	for _, set := range s.Set {
		args = append(args, "--set="+set)
	}
	if s.JSON {
		args = append(args, "--json")
	}
	args = append(args, "demo")
	if c.Listen != "" {
		args = append(args, "--listen="+c.Listen)
	}
	return args
}

// given tells whether a flag was set by hand, on the command line or in the
// environment.
func given(flag, env string, line *kong.Context) bool {
	for _, p := range line.Path {
		if p.Flag != nil && p.Flag.Name == flag {
			return true
		}
	}
	return os.Getenv(env) != ""
}

// readDemoSettings are the settings of the folder's own file, else those that
// are written there, with what must hold in a demo.
func readDemoSettings(s *session, sample demohouse.Profile, set []string) (Settings, error) {
	settings, err := loadSettings(s.command.Settings, s.Data, set)
	if err != nil {
		return settings, err
	}
	if settings.Database != "" {
		return settings, &market.Fault{Kind: market.Invalid, Field: "database", Msg: "The demo keeps its records in its own folder, so that no other database can be filled with samples.", Fix: "Leave the setting out (also KONTOR_DATABASE), or use kontor serve."}
	}
	if s.command.Settings == "" {
		if _, err := os.Stat(filepath.Join(s.Data, "kontor.conf")); errors.Is(err, fs.ErrNotExist) {
			settings, err = readSettings(strings.NewReader(demoConf(sample)), "the demo's settings", os.Environ(), set)
			if err != nil {
				return settings, err
			}
		}
	}
	settings.DemoCard, settings.SMTPHost = true, ""
	return settings, nil
}

// demoConf is the settings file of a demo folder.
func demoConf(sample demohouse.Profile) string {
	return fmt.Sprintf(`# Settings of the sample platform. The demo's card moves no real money.
house.name = "Kontor"
house.operator = %q
house.imprint = %q
house.country = %q
bank.name = %q
bank.account = %q
pay.demo_card = true
# Everything here comes from this machine: no limit holds for it.
shield.allow = "127.0.0.1, ::1"
`, sample.Name, "Run by the "+sample.Name+", "+sample.Register+". Sample goods and figures.", sample.Address.Country, sample.Name, demo.IBAN("DE", "999999990000240117"))
}

// mark is the file by which the demo knows a folder that it made.
type mark struct {
	Kontor   string         `json:"kontor"`  // "demo"
	Version  int            `json:"version"` // of the sample platform
	Complete bool           `json:"complete"`
	Accounts []demo.Account `json:"accounts,omitempty"`
}

// markVersion counts what changes the sample platform's content; a folder of
// another version is served as it is.
const markVersion = 1

func markFile(data string) string { return filepath.Join(data, "demo.json") }

// prepare looks at the folder and makes it ready to be filled or served: one
// that is not there is made, one of somebody else's is refused, and one that is
// to be reset or was left half-way is emptied.
func prepare(data string, reset bool) (mark, error) {
	m := mark{Kontor: "demo", Version: markVersion}
	entries, err := os.ReadDir(data)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		if err := os.MkdirAll(data, 0o700); err != nil {
			return m, &market.Fault{Kind: market.Invalid, Field: "--data", Msg: "The folder can't be made: " + err.Error() + ".", Fix: "Give a folder that you may write to."}
		}
		return m, m.write(data)
	case err != nil:
		return m, &market.Fault{Kind: market.Invalid, Field: "--data", Msg: "The folder can't be read: " + err.Error() + ".", Fix: "Give a folder of your own."}
	}
	raw, err := os.ReadFile(markFile(data))
	var found mark
	if err != nil || json.Unmarshal(raw, &found) != nil || found.Kontor != "demo" {
		return m, &market.Fault{Kind: market.Invalid, Field: "--data", Msg: "The folder " + data + " is not empty, and the demo did not make it.", Fix: "Give another folder, such as --data ./kontor-demo-2; nothing in this one was touched."}
	}
	if found.Complete && !reset {
		return found, nil
	}
	return m, m.empty(data, entries)
}

// empty removes what the demo made, while nobody else uses it. The mark stays,
// so that an end half-way leaves a folder that the demo still knows.
func (m mark) empty(data string, entries []os.DirEntry) error {
	lock, err := lockFolder(data)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := m.write(data); err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); name != "demo.json" && name != "lock" {
			if err := os.RemoveAll(filepath.Join(data, name)); err != nil {
				return fmt.Errorf("empty the demo's folder: %w", err)
			}
		}
	}
	return nil
}

// write puts the mark in the folder, whole or not at all. It holds the keys of
// the sample accounts and is its owner's alone.
func (m mark) write(data string) error {
	raw, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return fmt.Errorf("write the demo's mark: %w", err)
	}
	temp := markFile(data) + ".new"
	if err := os.WriteFile(temp, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the demo's mark: %w", err)
	}
	return os.Rename(temp, markFile(data))
}

// fill makes what is missing: the sample platform on the first start, and real
// catalogues. Afterwards everything is found by searching.
func (c *demoCommand) fill(s *session, h *house, m *mark, sample demohouse.Profile, catalogues demo.Catalogues) error {
	rooms := h.movable()
	begun := time.Now()
	if !m.Complete {
		if !s.JSON {
			fmt.Fprintf(s.err, "Making the sample platform in %s.\n", h.data)
		}
		if err := os.WriteFile(filepath.Join(h.data, "kontor.conf"), []byte(demoConf(sample)), 0o600); err != nil {
			return fmt.Errorf("write the demo's settings: %w", err)
		}
		bar := newBar(s.err, "Sample platform")
		accounts, err := demo.Fill(s.ctx, rooms, bar.show)
		bar.done()
		if err != nil {
			return err
		}
		m.Accounts = accounts
	}
	if err := c.extras(s, h, m, rooms); err != nil {
		return err
	}
	if catalogues.Any() {
		bar := newBar(s.err, "Catalogue")
		lines, err := catalogues.Load(s.ctx, rooms, operating, bar.show)
		bar.done()
		for _, l := range lines {
			fmt.Fprintln(s.err, l)
		}
		if err != nil {
			return err
		}
	}
	if m.Complete && !catalogues.Any() {
		return nil
	}
	h.desks() // afresh: the catalogue's desk remembers the tree of before
	if err := h.catalog.ReindexAll(s.ctx, catalog.Filter{State: catalog.Published}); err != nil {
		return fmt.Errorf("build the search index: %w", err)
	}
	if m.Complete {
		return nil
	}
	s.log.Info("made the sample platform", "took", time.Since(begun))
	m.Complete = true
	return m.write(h.data)
}

// extras makes those further buyers that were asked for and are not there yet.
func (c *demoCommand) extras(s *session, h *house, m *mark, rooms demo.Rooms) error {
	for _, x := range []struct {
		demo.Extra
		want int
	}{{demo.Regulars, c.Regulars}, {demo.Newcomers, c.Newcomers}} {
		have := 0
		for _, a := range m.Accounts {
			if a.Role == x.Role {
				have++
			}
		}
		if have >= x.want {
			continue
		}
		bar := newBar(s.err, "Further buyers")
		made, err := x.Add(s.ctx, rooms, operating, have, x.want, bar.show)
		bar.done()
		m.Accounts = append(m.Accounts, made...)
		if m.Complete { // else it is written when all is
			err = errors.Join(err, m.write(h.data))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// movable are the house's rooms under a clock that can be set.
func (h *house) movable() demo.Rooms {
	clock := &demo.Clock{}
	orders, money := *h.orders, *h.money
	orders.Now, money.Now = clock.Now, clock.Now
	return demo.Rooms{
		Parties: party.New(h.db, h.vault, &demo.HashOnce{Passwords: vault.NewPasswords(64)}, clock.Now, party.Settings{}),
		Catalog: catalog.NewDesk(h.db, h.index, h.files, clock.Now),
		Orders:  &orders, Money: &money, Pictures: h.files, Clock: clock,
	}
}

// people are the accounts: those with a key are printed, and all but the further
// buyers are offered on the sign-in page; those are listed for scripts.
func (m mark) people() *people {
	p := &people{}
	for _, a := range m.Accounts {
		role := string(a.Role)
		if a.Role == demo.Regulars.Role || a.Role == demo.Newcomers.Role {
			p.further = append(p.further, account{role, a.Email, a.Password})
			continue
		}
		if a.Key != "" {
			p.accounts = append(p.accounts, account{role, a.Email, a.Password})
			p.keys = append(p.keys, apiKey{role, a.Key})
		}
		p.persons = append(p.persons, web.DemoPerson{Role: role, Name: a.Name, Business: a.Business, Email: a.Email})
	}
	return p
}
