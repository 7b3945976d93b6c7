package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/party"
	"kontor/web"
	"kontor/web/page"
)

// serveCommand serves a house until it is told to stop.
type serveCommand struct {
	Listen   string `help:"Address and port, over the setting of the same name." placeholder:"HOST:PORT"`
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Help is the command's longer help.
func (serveCommand) Help() string {
	return "A first run prints a link that makes the operator's account; it works once. Stop it with Ctrl-C: requests under way are finished first.\n\nExample:\n  kontor serve --data /srv/kontor --listen 127.0.0.1:8080"
}

// Run serves.
func (c *serveCommand) Run(s *session) error {
	if s.held != nil {
		return errServed
	}
	settings, err := loadSettings(s.Settings, s.Data, s.flags("listen", c.Listen, "database", c.Database))
	if err != nil {
		return err
	}
	if err := rehearsed(settings, s.Data); err != nil {
		return err
	}
	s.log = logger(s.err, settings)
	h, err := openHouse(s.ctx, settings, s.Data, s.log)
	if err != nil {
		return err
	}
	return s.serve(h, nil)
}

// errServed refuses to serve a house twice.
var errServed = &market.Fault{Kind: market.Conflict, Field: "--data", Msg: "This house is being served already.", Fix: "Stop it first, or give another folder."}

// flags adds a command's own flags, "--key=value", to those of --set.
func (s *session) flags(pairs ...string) []string {
	out := append([]string(nil), s.Set...)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, "--"+pairs[i]+"="+pairs[i+1])
		}
	}
	return out
}

// ready is the line that tells scripts that the house is open.
type ready struct {
	Ready    bool      `json:"ready"`
	URL      string    `json:"url"`
	PID      int       `json:"pid"`
	Data     string    `json:"data"`
	Accounts []account `json:"accounts,omitempty"`
	APIKeys  []apiKey  `json:"api_keys,omitempty"`
}

type account struct {
	Role     string `json:"role"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

type apiKey struct {
	Role string `json:"role"`
	Key  string `json:"key"`
}

// people are the demo's accounts; nil for a house that trades.
type people struct {
	accounts []account
	further  []account // listed for scripts alone
	keys     []apiKey
	persons  []web.DemoPerson
}

// stopTime is how long requests under way are waited for.
const stopTime = 15 * time.Second

// serve serves an opened house until the session's context ends, and closes it.
func (s *session) serve(h *house, demo *people) (err error) {
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), stopTime)
		defer cancel()
		err = errors.Join(err, h.close(ctx))
	}()
	if os.Getenv("GOMEMLIMIT") == "" {
		ctx, cancel := context.WithCancel(s.ctx)
		kept := make(chan struct{})
		go func() { defer close(kept); keepRoom(ctx, h.settings.MemoryMiB<<20) }()
		defer func() { cancel(); <-kept }()
	}
	listener, err := listen(h.settings.Listen)
	if err != nil {
		return err
	}
	url := h.settings.URL
	if url == "" {
		url = localURL(listener.Addr(), h.settings.TLSCert != "")
	}
	h.sealSeats(s.ctx)
	if err := h.work(s.ctx, url); err != nil {
		return err
	}
	site := h.site(url, demo) // after work, which says whether letters are kept
	site.Ending = s.ctx.Done()
	if err := h.guard(site, url); err != nil {
		return err
	}
	if err := h.look(s.ctx); err != nil {
		return err
	}
	quit, err := s.console(s.ctx, h)
	if err != nil {
		return err
	}
	defer quit()
	twoOnOneCore()
	serving, end := context.WithCancel(s.ctx)
	defer end()
	served := make(chan error, 1)
	go func() { served <- h.shield.Serve(serving, listener) }()
	if err := s.tell(h, url, demo); err != nil {
		end()
		return errors.Join(err, <-served)
	}
	select {
	case err := <-served:
		if err != nil {
			return fmt.Errorf("serve: %w", err)
		}
		return nil // it was told to stop, and has
	case <-s.ctx.Done():
	}
	fmt.Fprintln(s.err, "Closing: requests under way are finished first.")
	return <-served
}

// twoOnOneCore lets the system share a single core between two threads of ours:
// by itself Go gives a page that is being made, or a password that is being
// hashed, up to 10 ms before a request that came meanwhile is looked at. How many
// passwords are hashed at once was settled before, by the cores there are.
func twoOnOneCore() {
	if runtime.GOMAXPROCS(0) == 1 {
		runtime.GOMAXPROCS(2)
	}
}

// tell says that the house is open, and to whom.
func (s *session) tell(h *house, url string, demo *people) error {
	r := ready{Ready: true, URL: url, PID: os.Getpid(), Data: h.data}
	if demo != nil {
		r.Accounts, r.APIKeys = slices.Concat(demo.accounts, demo.further), demo.keys
	}
	first, needed, err := h.parties.FirstLink(s.ctx)
	if err != nil {
		return err
	}
	if s.JSON {
		if needed {
			fmt.Fprintf(s.err, "Make the operator's account here, once: %s/operator?token=%s\n", url, first)
		}
		return json.NewEncoder(s.out).Encode(r)
	}
	if demo != nil {
		fmt.Fprintf(s.out, "\n  Kontor's sample house is open on %s\n\n", url)
		for _, a := range demo.accounts {
			fmt.Fprintf(s.out, "  %-9s %-34s %s\n", a.Role, a.Email, a.Password)
		}
		fmt.Fprintf(s.out, "\n  Sign in with one click at %s/sign-in. Stop it with Ctrl-C.\n\n", url)
		return nil
	}
	fmt.Fprintf(s.out, "The house is open on %s\n", url)
	if needed {
		fmt.Fprintf(s.out, "Make the operator's account here, once: %s/operator?token=%s\n", url, first)
	}
	return nil
}

// listen opens the port and says what to do when somebody else has it.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	if strings.Contains(err.Error(), "address already in use") {
		return nil, &market.Fault{Kind: market.Conflict, Field: "listen", Msg: "Another program is serving on " + address + ".", Fix: "Stop it, or choose another port: --listen 127.0.0.1:8081.", Err: err}
	}
	return nil, &market.Fault{Kind: market.Invalid, Field: "listen", Msg: "Can't serve on " + address + ": " + err.Error() + ".", Fix: "Give an address of this machine and a free port, such as 127.0.0.1:8080.", Err: err}
}

// localURL is an address by name: passkeys need one.
func localURL(a net.Addr, secure bool) string {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return scheme + a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port)
}

// site is the house's face.
func (h *house) site(url string, demo *people) *web.Site {
	site := &web.Site{
		Parties: h.parties, Catalog: h.catalog, Orders: h.orders, Money: h.money, Pictures: h.files, Imports: imports{h},
		House:   page.House{Name: h.settings.House, Operator: h.settings.Operator, Imprint: h.settings.Imprint, Version: version(), Demo: demo != nil},
		Country: h.settings.Country, Currency: market.Currency(h.settings.Currency), Bank: web.Bank{Holder: h.settings.BankName, Account: h.settings.BankIBAN},
		Origin: url, Secure: strings.HasPrefix(url, "https://"), Consent: h.settings.Consent, Log: h.log, Now: h.now,
		Digest: func(text string) string { return h.vault.v.Digest("request", text) },
	}
	if demo != nil {
		site.Demo = demo.persons
		site.DemoPass = func(ctx context.Context, p web.DemoPerson, agent string) (party.Pass, error) {
			return h.parties.EnterAs(ctx, operating, p.Email, agent)
		}
	}
	if h.keep != nil {
		site.Letters = letters{h}
	}
	return site
}
