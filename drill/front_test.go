package drill

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/drill/browser"
)

// shop is a small site that trusts a proxy before it, and writes down what it is
// asked for.
type shop struct {
	mu   sync.Mutex
	seen []string // method, path, forwarded source and scheme, body
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<10)) // what is missing is missed below
	s.mu.Lock()
	s.seen = append(s.seen, strings.Join([]string{r.Method, r.URL.Path, strings.Join(r.Header["X-Forwarded-For"], "+"), r.Header.Get("X-Forwarded-Proto"), r.Header.Get("Forwarded"), string(body)}, " "))
	s.mu.Unlock()
	switch r.URL.Path {
	case "/sign-in":
		http.SetCookie(w, &http.Cookie{Name: "kontor_session", Value: "elif", Path: "/", Secure: true})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case "/":
		fmt.Fprintf(w, "for %s on %s", r.Header.Get("Cookie"), r.Host)
	default:
		w.Header().Set("Cache-Control", "private, no-store")
		fmt.Fprint(w, "paid")
	}
}

// asked is what came for a path, in turn.
func (s *shop) asked(path string) (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.seen {
		if strings.Split(one, " ")[1] == path {
			list = append(list, one)
		}
	}
	return list
}

// before starts a proxy with a setting before a shop.
func before(t *testing.T, p program, setting string, s http.Handler) (*front, *authority) {
	t.Helper()
	site := httptest.NewServer(s)
	t.Cleanup(site.Close)
	dir := t.TempDir()
	trust, err := newAuthority(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFront(p, setting, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.open(t.Context(), site.Listener.Addr().String(), filepath.Join(dir, "site.crt"), filepath.Join(dir, "site.key"), 8, -1); err != nil {
		t.Fatal(err)
	}
	return f, trust
}

// TestASiteTradesBehindEveryRival sends a page, a sign-in and a payment through
// each proxy with each of its settings, as the good users of a drill do.
func TestASiteTradesBehindEveryRival(t *testing.T) {
	for _, p := range programs {
		for _, setting := range p.grid() {
			t.Run(p.rival+"/"+setting, func(t *testing.T) {
				needRival(t, p)
				t.Parallel()
				s := &shop{}
				f, trust := before(t, p, setting, s)
				host := fmt.Sprintf("localhost:%d", f.listen.Port())
				line := browser.Line{URL: &url.URL{Scheme: "https", Host: host}, Dial: f.dial().dial, TLS: trust.client("localhost")}
				for _, from := range []string{"127.40.7.9", "2001:db8:100::7"} {
					b := browser.New(line, netip.MustParseAddr(from), browser.Desk)
					defer b.Close()
					guest := text(t)(b.Get(t.Context(), "/"))
					if want := "for  on " + host; guest != want {
						t.Errorf("a guest's page says %q, want %q", guest, want)
					}
					if text(t)(b.Get(t.Context(), "/")); text(t)(b.Post(t.Context(), "/sign-in", url.Values{"email": {"elif@tarsus.example"}})) != "for kontor_session=elif on "+host {
						t.Error("who has signed in gets another's page")
					}
					if text(t)(b.Post(t.Context(), "/payments/1", url.Values{"card": {drillCard}})) != "paid" {
						t.Error("a payment does not get through")
					}
					if want := "POST /payments/1 " + from + " https  card=4242+4242+4242+4242"; !slices.Contains(s.asked("/payments/1"), want) {
						t.Errorf("the site sees %q, want %q among it", s.asked("/payments/1"), want)
					}
				}
				if err := f.alive(); err != nil {
					t.Error(err)
				}
				if u, err := f.usage(); err != nil || u.resident == 0 {
					t.Errorf("its memory can't be told: %+v (%v)", u, err)
				}
				kept := len(s.asked("/"))
				if cached := strings.Contains(setting, "cache"); cached != (kept < 6) {
					t.Errorf("the site made %d front pages of 6 that were asked for, and the setting has a cache: %v", kept, cached)
				}
			})
		}
	}
}

func text(t *testing.T) func(*browser.Page, error) string {
	return func(p *browser.Page, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(p.Body)
	}
}

func TestNobodyForgesASourceBehindARival(t *testing.T) {
	for _, p := range programs {
		t.Run(p.rival, func(t *testing.T) {
			needRival(t, p)
			s := &shop{}
			f, trust := before(t, p, p.grid()[0], s)
			through := &http.Transport{TLSClientConfig: trust.client("localhost")}
			defer through.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+f.listen.String()+"/forged", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Forwarded-For", "127.1.2.3")
			r.Header.Set("Forwarded", "for=127.1.2.3")
			a, err := through.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			a.Body.Close()
			if got, want := s.asked("/forged"), "GET /forged 127.0.0.1 https  "; len(got) != 1 || got[0] != want {
				t.Errorf("the site sees %q, want %q: whoever writes the header himself would be somebody else", got, want)
			}
		})
	}
}

func TestNothingIsLeftOfARival(t *testing.T) {
	for _, p := range programs {
		t.Run(p.rival, func(t *testing.T) {
			needRival(t, p)
			f, trust := before(t, p, p.grid()[0], &shop{})
			c, err := tls.Dial("tcp", f.listen.String(), trust.client("localhost"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close() // open while it ends
			pids := append(childrenOf(f.cmd.Process.Pid), f.cmd.Process.Pid)
			if err := f.close(); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids {
				if _, err := usageOf(pid); err == nil {
					t.Errorf("process %d of it still runs", pid)
				}
			}
			if c, err := net.Dial("tcp", f.listen.String()); err == nil {
				c.Close()
				t.Error("something still listens")
			}
			if _, err := os.Stat(f.folder); !os.IsNotExist(err) {
				t.Errorf("its folder is still there: %v", err)
			}
		})
	}
}

func TestARivalThatDoesNotOpenIsTold(t *testing.T) {
	p := programs[0]
	needRival(t, p)
	dir := t.TempDir()
	if _, err := newAuthority(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	f, err := newFront(p, "cache", dir)
	if err != nil {
		t.Fatal(err)
	}
	err = f.open(t.Context(), "no place to be", filepath.Join(dir, "site.crt"), filepath.Join(dir, "site.key"), 8, -1)
	if err == nil || !strings.Contains(err.Error(), "no place to be") && !strings.Contains(err.Error(), "invalid") {
		t.Errorf("settings that the program refuses are told as: %v", err)
	}
	if err := f.close(); err != nil {
		t.Error(err)
	}
}
