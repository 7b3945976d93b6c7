package drill

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"kontor/drill/browser"
)

// Command makes a command of the program under rehearsal, such as kontor demo
// with its arguments. It must not be started yet.
type Command func(args ...string) *exec.Cmd

// How long is waited for a site.
const (
	fillTime  = 5 * time.Minute  // to be made
	openTime  = 30 * time.Second // to open again
	closeTime = 20 * time.Second // to stop by itself
)

// house is a throw-away house: its folder, and the process that serves it.
type house struct {
	command Command
	folder  string // of the drill: the data folder, certificates, networks
	data    string
	trust   *authority
	core    int // that it stays on; -1 is any
	listen  string

	mu      sync.Mutex
	process *process
	front   *front        // before it, if any
	spent   time.Duration // CPU time of processes that have ended
	peak    int64         // bytes, the most that any of them held
}

// process is one run of the program.
type process struct {
	cmd    *exec.Cmd
	url    *url.URL
	said   *tail
	ended  chan struct{}
	err    error // once ended is closed
	people []person
	keys   []roleKey
}

type person struct {
	Role     string `json:"role"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

type roleKey struct {
	Role string `json:"role"`
	Key  string `json:"key"`
}

// newHouse makes a throw-away house in a new folder below dir ("" is the
// system's), which remove takes away.
func newHouse(command Command, dir string, core int, now time.Time) (h *house, err error) {
	folder, err := os.MkdirTemp(dir, "kontor-drill-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the throw-away house: %w", err)
	}
	h = &house{command: command, folder: folder, data: filepath.Join(folder, "data"), core: core, listen: "127.0.0.1:0"}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.remove())
		}
	}()
	if h.trust, err = newAuthority(folder, now); err != nil {
		return nil, err
	}
	return h, writeNetworks(h.networks())
}

func (h *house) networks() string { return filepath.Join(h.folder, "networks.csv") }

func (h *house) remove() error {
	if err := os.RemoveAll(h.folder); err != nil {
		return fmt.Errorf("remove the throw-away house: %w", err)
	}
	return nil
}

// rehearsalMark is the file by which the program knows a house whose cost may
// be stated; nothing but a drill makes it.
const rehearsalMark = "rehearsal"

// mark makes the filled folder one of a rehearsal.
func (h *house) mark() error {
	if err := os.WriteFile(filepath.Join(h.data, rehearsalMark), []byte("made by kontor drill; removed with it\n"), 0o600); err != nil {
		return fmt.Errorf("mark the throw-away house: %w", err)
	}
	return nil
}

// dressing is how a house is served.
type dressing struct {
	shield string   // on, shadow or off
	bare   bool     // plain HTTP and all sources as they are: to be prepared, not attacked
	cost   string   // stated cost behind the page cache; "" is none
	set    []string // further settings
	pinned bool
	front  *front // a proxy before it, which speaks TLS instead; nil is none

	regulars, newcomers int // further buyers that it must have
}

// The roles of further buyers in the line that says that the house is open.
const (
	roleRegular  = "regular"
	roleNewcomer = "newcomer"
)

// open serves the house until close or kill. Once it was open it keeps its
// port.
func (h *house) open(ctx context.Context, d dressing, within time.Duration) error {
	args := []string{"demo", "--json", "--data", h.data, "--listen", h.listen, "--set", "shield=" + d.shield}
	switch {
	case d.front != nil:
		args = append(args, "--set", "url=https://localhost:"+strconv.Itoa(int(d.front.listen.Port())), "--set", "shield.proxies=127.0.0.1/32")
	case !d.bare: // it was open bare before, and has its port
		_, port, err := net.SplitHostPort(h.listen)
		if err != nil {
			return fmt.Errorf("read the site's address: %w", err)
		}
		args = append(args, "--set", "url=https://localhost:"+port, "--set", "shield.proxy_protocol="+proxyAddress.String()+"/32", "--set", "shield.networks="+h.networks(),
			"--set", "shield.crawlers="+crawlerName+"="+town{}.crawling().String()+","+crawlerName+"="+town{swapped: true}.crawling().String(),
			"--set", "tls.certificate="+filepath.Join(h.folder, "site.crt"), "--set", "tls.key="+filepath.Join(h.folder, "site.key"))
	}
	for flag, n := range map[string]int{"--regulars": d.regulars, "--newcomers": d.newcomers} {
		if n > 0 {
			args = append(args, flag, strconv.Itoa(n))
		}
	}
	if d.cost != "" {
		args = append(args, "--set", "rehearsal.cost="+d.cost)
	}
	for _, set := range d.set {
		args = append(args, "--set", set)
	}
	core := -1
	if d.pinned {
		core = h.core
	}
	p, err := run(ctx, h.command(args...), core, within)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.process, h.front = p, d.front
	h.mu.Unlock()
	if d.front == nil {
		h.listen = net.JoinHostPort("127.0.0.1", p.url.Port())
	}
	return nil
}

// run starts the program and waits until it says that it is open.
func run(ctx context.Context, c *exec.Cmd, core int, within time.Duration) (*process, error) {
	p := &process{cmd: c, said: &tail{}, ended: make(chan struct{})}
	c.Stderr = p.said
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the site: %w", err)
	}
	if err := startOn(c, core, syscall.SIGKILL); err != nil {
		return nil, fmt.Errorf("start the site: %w", err)
	}
	first := make(chan []byte, 1)
	go func() {
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			select {
			case first <- bytes.Clone(lines.Bytes()):
			default: // only the first line is of use
			}
		}
		p.err = c.Wait()
		close(p.ended)
	}()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case line := <-first:
		if err := p.ready(line); err != nil {
			p.kill()
			return nil, err
		}
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("the site ended before it was open (%v) and said:\n%s", p.err, p.said)
	case <-timeout.C:
		p.kill()
		return nil, fmt.Errorf("the site was not open after %v and said:\n%s", within, p.said)
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	}
}

// ready reads the line that says that the site is open.
func (p *process) ready(line []byte) error {
	var said struct {
		Ready    bool      `json:"ready"`
		URL      string    `json:"url"`
		Accounts []person  `json:"accounts"`
		Keys     []roleKey `json:"api_keys"`
	}
	err := json.Unmarshal(line, &said)
	if err == nil {
		p.url, err = url.Parse(said.URL)
	}
	if err != nil || !said.Ready || p.url.Port() == "" {
		return fmt.Errorf("the site's first line is not that it is ready: %q (%v)", line, err)
	}
	p.people, p.keys = said.Accounts, said.Keys
	return nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // one that has ended needs none
	<-p.ended
}

// running is the process that serves now, or nil.
func (h *house) running() *process {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.process
}

// kill ends the site in the middle of whatever it does.
func (h *house) kill() { h.end(func(p *process) { p.kill() }) }

// close stops the site as its operator would.
func (h *house) close() (err error) {
	h.end(func(p *process) {
		if err = p.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
			err = nil
		}
		select {
		case <-p.ended:
			if p.err != nil {
				err = fmt.Errorf("the site did not stop cleanly (%w) and said:\n%s", p.err, p.said)
			}
		case <-time.After(closeTime):
			p.kill()
			err = fmt.Errorf("the site did not stop in %v", closeTime)
		}
	})
	return err
}

func (h *house) end(how func(*process)) {
	p := h.running()
	if p == nil {
		return
	}
	u, err := usageOf(p.cmd.Process.Pid)
	how(p)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.process = nil
	if err != nil {
		return // not measured here
	}
	h.spent, h.peak = h.spent+u.cpu, max(h.peak, u.peak)
	if s := p.cmd.ProcessState; s != nil {
		h.spent += s.UserTime() + s.SystemTime() - u.cpu
	}
}

// usage is what the site's processes hold now and have used in all.
func (h *house) usage() (usage, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var u usage
	var err error
	if h.process != nil {
		u, err = usageOf(h.process.cmd.Process.Pid)
	}
	u.cpu, u.peak = u.cpu+h.spent, max(u.peak, h.peak)
	return u, err
}

// proxyUsage is what the proxy before the site holds and has used; zero if there
// is none.
func (h *house) proxyUsage() usage {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.front == nil {
		return usage{}
	}
	u, err := h.front.usage()
	if err != nil {
		return usage{} // it ended, which is told elsewhere
	}
	return u
}

// line is the way to the site that is open now.
func (h *house) line() (browser.Line, error) {
	p := h.running()
	if p == nil {
		return browser.Line{}, errors.New("the site is not open")
	}
	d, err := h.way()
	if err != nil {
		return browser.Line{}, err
	}
	var secure *tls.Config
	if p.url.Scheme == "https" {
		secure = h.trust.client(p.url.Hostname())
	}
	return browser.Line{URL: p.url, Dial: d.dial, TLS: secure}, nil
}

// way is how connections reach the site that is open now, or the proxy before it.
func (h *house) way() (dialer, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.front != nil {
		return h.front.dial(), nil
	}
	to, err := netip.ParseAddrPort(h.listen)
	if err != nil {
		return dialer{}, fmt.Errorf("read the site's address: %w", err)
	}
	return dialer{to, to}, nil
}

// verified is what kontor verify found.
type verified struct {
	OK     bool `json:"ok"`
	Checks []struct {
		Name     string   `json:"name"`
		Checked  int      `json:"checked"`
		Failed   int      `json:"failed"`
		Examples []string `json:"examples"`
	} `json:"checks"`
}

// verify checks the stopped house's records.
func (h *house) verify() (verified, error) {
	var v verified
	c := h.command("verify", "--json", "--data", h.data)
	said := &tail{}
	c.Stderr = said
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return v, fmt.Errorf("verify the throw-away house: %w", err)
	}
	if jerr := json.Unmarshal(out, &v); jerr != nil {
		return v, fmt.Errorf("verify the throw-away house: %w (%v):\n%s", jerr, err, said)
	}
	return v, nil
}

// tail keeps the last 4 KiB that a process says. Safe for concurrent use.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailBytes; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// copy is a second, stopped house with the same records and modes.
func (h *house) copy() (*house, error) {
	data := h.data + "-copy"
	err := filepath.WalkDir(h.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := data + strings.TrimPrefix(path, h.data)
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(to, info.Mode().Perm())
		case !d.Type().IsRegular():
			return nil // a socket of the process that has ended
		}
		return copyFile(to, path, info.Mode().Perm())
	})
	if err != nil {
		return nil, fmt.Errorf("copy the throw-away house: %w", err)
	}
	return &house{command: h.command, folder: h.folder, data: data, trust: h.trust, core: h.core, listen: h.listen}, nil
}

func copyFile(to, from string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
