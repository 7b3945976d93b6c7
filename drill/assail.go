package drill

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"kontor/drill/attack"
)

// marching are the orders that the process of the attackers reads from its standard input,
// as one JSON document.
type marching struct {
	URL      string
	Address  netip.AddrPort // where to connect to
	Told     netip.AddrPort // the same for connections that begin with a PROXY header
	Trust    []byte         // PEM; empty trusts the system's authorities
	Token    string         // of the consent; "" on loopback
	Paths    []string
	Words    []string
	Assaults []Assault
	Accounts []attack.Account // fresh ones, dealt to those assaults that hold some
	Begin    time.Time
	Attack   time.Duration
	Seed     uint64
	Core     int // to stay on; -1 is any
}

// tick is what the attackers say once a second on their standard output.
type tick struct {
	Second int // since Begin
	Tally  attack.Tally
	Held   int64
	CPU    time.Duration
	Last   bool
	Error  string `json:",omitempty"`
}

// niceness of the attackers: good users on the same core go first, so that their
// times show the site and not the load.
const niceness = 10

// aftermath is how long attackers may take to let go when their time is over.
const aftermath = 10 * time.Second

// Assail is the process of the attackers: it reads its orders, carries them out
// and tells what came of it. It connects to loopback, or to a site that consents
// to this very drill, and to nothing else. It ends
// early when its context does.
func Assail(ctx context.Context, in io.Reader, out io.Writer) error {
	var m marching
	if err := json.NewDecoder(bufio.NewReader(io.LimitReader(in, 16<<20))).Decode(&m); err != nil {
		return fmt.Errorf("read the orders: %w", err)
	}
	if m.Attack > longest {
		return fmt.Errorf("an attack lasts up to %v, not %v", longest, m.Attack)
	}
	target, err := m.target(ctx)
	if err != nil {
		return err
	}
	if m.Core >= 0 {
		if _, err := stayOn(m.Core); err != nil { // until its end
			return err
		}
	}
	if err := yield(niceness); err != nil {
		return fmt.Errorf("let others go first: %w", err)
	}
	if _, err := openFiles(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, m.Begin.Add(m.Attack))
	defer cancel()
	count := attack.NewCounter(m.Begin, m.Attack+aftermath, time.Now)
	failed := make(chan error, len(m.Assaults))
	var at sync.WaitGroup
	for i, a := range m.Assaults {
		at.Go(func() { failed <- m.carryOut(ctx, a, uint64(i), target, count) })
	}
	over := make(chan struct{})
	go func() { at.Wait(); close(over) }()
	return m.tell(ctx, count, over, failed, json.NewEncoder(out))
}

// target is where the attack goes, once that is known to be allowed.
func (m *marching) target(ctx context.Context) (attack.Target, error) {
	t := attack.Target{Paths: m.Paths, Words: m.Words}
	var err error
	if t.URL, err = url.Parse(m.URL); err != nil {
		return t, fmt.Errorf("read the site's address: %w", err)
	}
	if m.Address.Addr().IsLoopback() && m.Told.Addr().IsLoopback() {
		t.Dial = dialer{m.Address, m.Told}.dial
	} else {
		if err := consents(ctx, t.URL, m.Token); err != nil {
			return t, err
		}
		t.Dial = direct(t.URL)
	}
	if t.URL.Scheme == "https" {
		t.TLS, err = clientTLS(t.URL, m.Trust)
	}
	return t, err
}

// carryOut runs one assault in its time and waves.
func (m *marching) carryOut(ctx context.Context, a Assault, i uint64, t attack.Target, c *attack.Counter) error {
	p := a.Params
	p.Seed = m.Seed + i
	if a.Accounts > 0 {
		p.Accounts = m.Accounts[:min(a.Accounts, len(m.Accounts))]
	}
	for _, w := range a.times() {
		if !pause(ctx, time.Until(m.Begin.Add(m.part(w.from)))) {
			return nil
		}
		one, err := attack.New(a.Kind, p)
		if err != nil {
			return fmt.Errorf("attack %s: %w", a.Kind, err)
		}
		wave, cancel := context.WithDeadline(ctx, m.Begin.Add(m.part(w.to)))
		err = one.Run(wave, t, c)
		cancel()
		if err != nil {
			return fmt.Errorf("attack %s: %w", a.Kind, err)
		}
	}
	return nil
}

func (m *marching) part(of float64) time.Duration { return time.Duration(of * float64(m.Attack)) }

// tell says each second what came of it, and at last whether it could be done.
func (m *marching) tell(ctx context.Context, c *attack.Counter, over <-chan struct{}, failed <-chan error, out *json.Encoder) error {
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for second := 0; ; {
		select {
		case <-beat.C:
			for now := int(time.Since(m.Begin) / time.Second); second < now; second++ {
				if err := out.Encode(m.tick(c, second)); err != nil {
					return fmt.Errorf("tell what came of the attack: %w", err)
				}
			}
			if ctx.Err() == nil || time.Since(m.Begin) < m.Attack+aftermath {
				continue
			}
			return errors.New("the attackers did not let go in time")
		case <-over:
			last := m.tick(c, 0)
			last.Last, last.Tally = true, c.Total()
			var err error
			for range m.Assaults {
				err = errors.Join(err, <-failed)
			}
			if err != nil {
				last.Error = err.Error()
			}
			for end := int(m.Attack / time.Second); second <= end; second++ {
				if err := out.Encode(m.tick(c, second)); err != nil {
					return fmt.Errorf("tell what came of the attack: %w", err)
				}
			}
			return out.Encode(last)
		}
	}
}

func (m *marching) tick(c *attack.Counter, second int) tick {
	t := tick{Second: second, Tally: c.Second(second), Held: c.Held()}
	if u, err := usageOf(os.Getpid()); err == nil {
		t.CPU = u.cpu
	}
	return t
}

// assailants are the running process of the attackers, seen from the drill.
type assailants struct {
	cmd   *exec.Cmd
	said  *tail
	ended chan struct{}
	ctx   context.Context // ends when they ended early
	early context.CancelFunc

	mu    sync.Mutex
	ticks []tick
	last  tick
	err   error // of its end; once ended is closed
}

// assail starts the attackers' process.
func assail(command Command, m marching) (*assailants, error) {
	a := &assailants{cmd: command("drill", "assail"), said: &tail{}, ended: make(chan struct{})}
	a.ctx, a.early = context.WithCancel(context.Background())
	a.cmd.Stderr = a.said
	in, err := a.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the attackers: %w", err)
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the attackers: %w", err)
	}
	if err := startOn(a.cmd, -1, syscall.SIGKILL); err != nil {
		return nil, fmt.Errorf("start the attackers: %w", err)
	}
	go a.listen(out)
	err = json.NewEncoder(in).Encode(m)
	if err = errors.Join(err, in.Close()); err != nil {
		a.stop()
		return nil, fmt.Errorf("tell the attackers what to do: %w", err)
	}
	return a, nil
}

// listen takes what they say until they end.
func (a *assailants) listen(out io.Reader) {
	lines := json.NewDecoder(out)
	for {
		var t tick
		if lines.Decode(&t) != nil {
			break
		}
		a.mu.Lock()
		if a.last = t; !t.Last && len(a.ticks) < int(longest/time.Second)+1 {
			a.ticks = append(a.ticks, t)
		}
		a.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, out) // lets it end if it said something else
	err := a.cmd.Wait()
	a.mu.Lock()
	switch {
	case a.last.Error != "":
		a.err = errors.New(a.last.Error)
	case err != nil || !a.last.Last:
		a.err = fmt.Errorf("the attackers ended early (%v) and said:\n%s", err, a.said)
	}
	failed := a.err != nil
	a.mu.Unlock()
	if failed {
		a.early()
	}
	close(a.ended)
}

// stop ends them at once, if they have not by themselves.
func (a *assailants) stop() {
	_ = a.cmd.Process.Kill() // one that has ended needs none
	<-a.ended
}

// wait waits for their end and returns what came of the attack.
func (a *assailants) wait(ctx context.Context) ([]tick, tick, error) {
	select {
	case <-a.ended:
	case <-ctx.Done():
		a.stop()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ticks, a.last, a.err
}
