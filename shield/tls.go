package shield

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// newTLS is TLS 1.2 and newer with Go's own choice of ciphers and curves.
func (d *door) newTLS() *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: d.certs.get}
	tickets := &tickets{secret: d.key}
	tickets.renew(t, d.clock())
	t.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		tickets.renew(t, d.clock())
		if c := seatedConn(h.Conn); c != nil {
			c.print = ja4(h)
			c.printHash = uint32(d.text(c.print))
		}
		return nil, nil
	}
	return t
}

// tickets are the keys that session tickets are sealed with: derived from a
// secret that all edges share, so that a client resumes at any of them and after
// a restart. Without a secret the library makes its own keys, a new one each day.
type tickets struct {
	secret []byte
	epoch  atomic.Int64
	mu     sync.Mutex
}

// ticketEpoch is how long new tickets are sealed with one key; they open for two
// more, and one early for an edge whose clock goes fast.
const ticketEpoch = 8 * time.Hour

func (k *tickets) renew(t *tls.Config, now time.Time) {
	epoch := now.Unix()/int64(ticketEpoch/time.Second) + 1 // never 0
	if len(k.secret) == 0 || k.epoch.Load() == epoch {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.epoch.Load() == epoch {
		return
	}
	keys := make([][32]byte, 0, 4)
	for _, e := range [...]int64{epoch, epoch - 1, epoch - 2, epoch + 1} {
		info := binary.BigEndian.AppendUint64([]byte("session tickets "), uint64(e))
		key, err := hkdf.Key(sha256.New, k.secret, nil, string(info), 32)
		if err != nil {
			return // of impossible lengths only; the keys so far stay
		}
		keys = append(keys, [32]byte(key))
	}
	t.SetSessionTicketKeys(keys)
	k.epoch.Store(epoch)
}

// certificates are read from files, and again when these change.
type certificates struct {
	files []Certificate
	clock func() time.Time
	log   *slog.Logger
	now   atomic.Pointer[[]tls.Certificate]
	next  atomic.Int64 // Unix seconds from which on the files are looked at again
	mu    sync.Mutex
	stamp []time.Time
}

// lookAgain is how often files are looked at while handshakes come.
const lookAgain = 10 // seconds

func openCertificates(files []Certificate, clock func() time.Time, log *slog.Logger) (*certificates, error) {
	c := &certificates{files: files, clock: clock, log: log}
	if err := c.read(); err != nil {
		return nil, err
	}
	c.next.Store(clock().Unix() + lookAgain)
	return c, nil
}

// read reads all files; one that can't be read changes nothing.
func (c *certificates) read() error {
	stamp, err := c.stamps()
	if err != nil {
		return err
	}
	all := make([]tls.Certificate, 0, len(c.files))
	for _, f := range c.files {
		pair, err := tls.LoadX509KeyPair(f.CertFile, f.KeyFile)
		if err != nil {
			return fmt.Errorf("certificate %s with key %s: %w", f.CertFile, f.KeyFile, err)
		}
		all = append(all, pair)
	}
	c.stamp = stamp
	c.now.Store(&all)
	return nil
}

func (c *certificates) stamps() ([]time.Time, error) {
	var stamp []time.Time
	for _, f := range c.files {
		for _, name := range [...]string{f.CertFile, f.KeyFile} {
			info, err := os.Stat(name)
			if err != nil {
				return nil, fmt.Errorf("certificate: %w", err)
			}
			stamp = append(stamp, info.ModTime())
		}
	}
	return stamp, nil
}

// refresh reads the files again if one of them has changed. A pair that does
// not fit, because only one half is written yet, is tried again.
func (c *certificates) refresh() {
	now := c.clock().Unix()
	next := c.next.Load()
	if now < next || !c.next.CompareAndSwap(next, now+lookAgain) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp, err := c.stamps()
	if err == nil {
		same := true
		for i := range stamp {
			same = same && stamp[i].Equal(c.stamp[i])
		}
		if same {
			return
		}
		err = c.read()
	}
	if err != nil {
		c.log.Warn("certificates stay as they were", "cause", err)
	}
}

var errUnknownName = errors.New("no certificate for that name")

// get chooses for a ClientHello. One that asks for a name of which there is no
// certificate gets none: whoever comes by the bare address does not learn what
// stands there.
func (c *certificates) get(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.refresh()
	all := *c.now.Load()
	for i := range all {
		if h.SupportsCertificate(&all[i]) == nil {
			return &all[i], nil
		}
	}
	for i := range all {
		if h.ServerName == "" || all[i].Leaf.VerifyHostname(h.ServerName) == nil {
			return &all[i], nil
		}
	}
	return nil, errUnknownName
}
