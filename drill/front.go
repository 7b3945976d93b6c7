package drill

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"syscall"
	"time"
)

// front is a proxy before a throw-away house: a program of this machine, started
// on the house's core.
type front struct {
	program program
	setting string
	path    string // of the program
	folder  string // its own; remove takes it away
	listen  netip.AddrPort
	told    netip.AddrPort // the same, where connections begin with a PROXY header
	cmd     *exec.Cmd
	said    *tail
	ended   chan struct{}
}

// How long is waited for a proxy.
const (
	frontOpen  = 10 * time.Second // to listen
	frontClose = 5 * time.Second  // to stop by itself
)

// newFront chooses where a proxy will listen and makes its folder.
func newFront(p program, setting, dir string) (f *front, err error) {
	f = &front{program: p, setting: setting}
	if f.path, err = p.find(); err != nil {
		return nil, err
	}
	if f.listen, f.told, err = twoPorts(); err != nil {
		return nil, err
	}
	if f.program.command == "haproxy" {
		f.told = f.listen // it tells by the source which connections begin with a header
	}
	if f.folder, err = os.MkdirTemp(dir, "front-"); err != nil {
		return nil, fmt.Errorf("make a folder for %s: %w", p.command, err)
	}
	return f, nil
}

// frontAddress is where proxies listen: a loopback address of their own, so that
// nothing else takes the port between its choice and its use.
const frontAddress = "127.255.255.253:0"

// twoPorts are two that nobody has now.
func twoPorts() (a, b netip.AddrPort, err error) {
	for _, port := range []*netip.AddrPort{&a, &b} {
		l, err := net.Listen("tcp", frontAddress)
		if err != nil {
			return a, b, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() // only once both are chosen
		*port = netip.MustParseAddrPort(l.Addr().String())
	}
	return a, b, nil
}

// mostOfAFront bounds its connections and files.
const mostOfAFront = 40_000

// open starts the proxy before a site and waits until it listens. certificate
// and key are PEM files.
func (f *front) open(ctx context.Context, site, certificate, key string, places, core int) error {
	who, err := user.Current()
	if err != nil {
		return fmt.Errorf("find out whom %s runs as: %w", f.program.command, err)
	}
	files := mostOfAFront
	if n, err := openFiles(); err == nil {
		files = int(min(n, mostOfAFront))
	}
	set := blanks{
		User: who.Username, Folder: f.folder, Listen: f.listen.String(), Told: f.told.String(), Teller: proxyAddress.String(), Site: site,
		Certificate: certificate, Key: key, Both: filepath.Join(f.folder, "site.pem"), Files: files, Connections: max(files/2-100, 50), Places: places,
	}
	if err := bundle(set.Both, certificate, key); err != nil {
		return err
	}
	text, err := f.program.settings(f.setting, set)
	if err != nil {
		return err
	}
	file := filepath.Join(f.folder, f.setting+f.program.suffix)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("write the settings of %s: %w", f.program.command, err)
	}
	f.said, f.ended = &tail{}, make(chan struct{})
	f.cmd = exec.Command(f.path, append(f.program.start[:len(f.program.start):len(f.program.start)], file)...)
	f.cmd.Stdout, f.cmd.Stderr, f.cmd.Dir = f.said, f.said, f.folder
	// nginx ends its workers only where it is asked to end.
	if err := startOn(f.cmd, core, syscall.SIGTERM); err != nil {
		f.cmd = nil
		return fmt.Errorf("start %s: %w", f.program.command, err)
	}
	go func() {
		_ = f.cmd.Wait() // why it ended stands in what it said
		close(f.ended)
	}()
	return f.wait(ctx)
}

// bundle writes certificate and key into one file.
func bundle(to string, from ...string) error {
	var both []byte
	for _, file := range from {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the site's certificate: %w", err)
		}
		both = append(both, text...)
	}
	if err := os.WriteFile(to, both, 0o600); err != nil {
		return fmt.Errorf("write the site's certificate: %w", err)
	}
	return nil
}

// wait waits until it listens.
func (f *front) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, frontOpen)
	defer cancel()
	for pause(ctx, 20*time.Millisecond) {
		select {
		case <-f.ended:
			return fmt.Errorf("%s with setting %s ended at once and said:\n%s", f.program.command, f.setting, f.said)
		default:
		}
		if c, err := net.Dial("tcp", f.listen.String()); err == nil {
			return c.Close()
		}
	}
	return fmt.Errorf("%s with setting %s did not listen and said:\n%s", f.program.command, f.setting, f.said)
}

// close stops the proxy and takes its folder away. It may be closed again.
func (f *front) close() error {
	if f.cmd != nil {
		_ = f.cmd.Process.Signal(syscall.SIGTERM) // one that has ended needs none
		select {
		case <-f.ended:
		case <-time.After(frontClose):
			workers := childrenOf(f.cmd.Process.Pid)
			_ = f.cmd.Process.Kill()
			for _, pid := range workers {
				if w, err := os.FindProcess(pid); err == nil {
					_ = w.Kill()
				}
			}
			<-f.ended
		}
		f.cmd = nil
	}
	if err := os.RemoveAll(f.folder); err != nil {
		return fmt.Errorf("remove the files of %s: %w", f.program.command, err)
	}
	return nil
}

// alive tells whether it still runs; the error is what it said.
func (f *front) alive() error {
	select {
	case <-f.ended:
		return fmt.Errorf("%s ended early and said:\n%s", f.program.command, f.said)
	default:
		return nil
	}
}

// usage is what the proxy and its workers hold and have used.
func (f *front) usage() (usage, error) {
	pid := f.cmd.Process.Pid
	all, err := usageOf(pid)
	for _, worker := range childrenOf(pid) {
		u, werr := usageOf(worker)
		err = errors.Join(err, werr)
		all.resident, all.peak, all.cpu = all.resident+u.resident, all.peak+u.peak, all.cpu+u.cpu
	}
	return all, err
}

// dial opens connections through the proxy.
func (f *front) dial() dialer { return dialer{to: f.listen, told: f.told} }
