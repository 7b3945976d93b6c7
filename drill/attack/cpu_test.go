package attack

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"kontor/drill/browser"
)

// aside, if set, makes the test's program a site until its input ends, so that a
// benchmark counts the attacker's CPU time alone.
const aside = "KONTOR_ATTACK_SITE"

func TestMain(m *testing.M) {
	if os.Getenv(aside) == "" {
		os.Exit(m.Run())
	}
	s := open(&testing.B{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("a page of 8 KB. ", 512))
	}), nil)
	fmt.Println(s.URL, hex.EncodeToString(s.Certificate().Raw))
	io.Copy(io.Discard, os.Stdin)
}

// apart starts a site in a process of its own.
func apart(b *testing.B) Target {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), aside+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	address, certificate, _ := strings.Cut(strings.TrimSpace(line), " ")
	der, err := hex.DecodeString(certificate)
	if err != nil {
		b.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	t := Target{URL: u, Dial: dialer(u.Host), TLS: clientTLS(leaf), Paths: []string{"/"}}
	return t
}

// BenchmarkAttacker is the attacker's CPU time a request, over connections that
// are open, and a full handshake.
func BenchmarkAttacker(b *testing.B) {
	target := apart(b)
	sources, err := NewSources("many", 2_000, 1)
	if err != nil {
		b.Fatal(err)
	}
	measure := func(b *testing.B, n int, one func(i int) error) {
		cpu := cpuTime(b)
		b.ResetTimer()
		for i := range n {
			if err := one(i); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(n), "cpu-µs/op")
	}
	b.Run("request", func(b *testing.B) {
		k := gather(target, NewCounter(time.Now(), time.Hour, time.Now), sources, 0)
		defer k.close()
		r := target.page(browser.Desk, "/", "", nil)
		one := func(i int) error {
			if _, ok := k.ask(context.Background(), k.client(uint64(i)), &r); !ok {
				return fmt.Errorf("request %d has no answer", i)
			}
			return nil
		}
		for i := range 2_000 {
			if err := one(i); err != nil {
				b.Fatal(err)
			}
		}
		measure(b, b.N, one)
	})
	b.Run("browser", func(b *testing.B) {
		browsers := make([]*browser.Browser, 100)
		for i := range browsers {
			browsers[i] = browser.New(target.Line(), sources.At(uint64(i)), browser.Desk)
			defer browsers[i].Close()
			if _, err := browsers[i].Get(context.Background(), "/"); err != nil {
				b.Fatal(err)
			}
		}
		measure(b, b.N, func(i int) error {
			_, err := browsers[i%100].Get(context.Background(), "/")
			return err
		})
	})
	b.Run("handshake", func(b *testing.B) {
		measure(b, b.N, func(i int) error {
			c, _, err := target.secure(context.Background(), sources.At(uint64(i)), &ticket{}, both)
			if err != nil {
				return err
			}
			return bottom(c).Close()
		})
	})
}

// cpuTime is what this process used so far.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
