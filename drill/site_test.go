package drill

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
)

func TestConnectionsComeFromWhereTheySay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, c := range map[string]struct {
		from string
		told bool // by a PROXY header
	}{
		"loopback": {"127.40.7.9", false}, "IPv6": {"2001:db8:100::7", true}, "another IPv4": {"192.0.2.7", true},
	} {
		t.Run(name, func(t *testing.T) {
			from := netip.MustParseAddr(c.from)
			sent := make(chan error, 1)
			go func() {
				to := netip.MustParseAddrPort(l.Addr().String())
				conn, err := dialer{to, to}.dial(t.Context(), from)
				if err == nil {
					err = conn.Close()
				}
				sent <- err
			}()
			got, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer got.Close()
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
			seen := netip.MustParseAddrPort(got.RemoteAddr().String()).Addr()
			if c.told {
				if seen != proxyAddress {
					t.Errorf("a source is told from %s, which a site does not believe", seen)
				}
				h, err := proxyproto.Read(bufio.NewReader(got))
				if err != nil {
					t.Fatal(err)
				}
				seen = netip.MustParseAddrPort(h.SourceAddr.String()).Addr()
			}
			if seen != from {
				t.Errorf("a site sees %s, want %s", seen, from)
			}
		})
	}
}

func TestAHouseThatDoesNotOpenIsTold(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"it ends":              {"echo no house today >&2; exit 3", "no house today"},
		"it says something":    {"echo hello; exec sleep 5", "is not that it is ready"},
		"it says nothing":      {"exec sleep 5", "was not open after"},
		"it serves no address": {`echo '{"ready":true,"url":"nowhere"}'; exec sleep 5`, "is not that it is ready"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t.Context(), exec.Command("sh", "-c", c.script), -1, 300*time.Millisecond)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it is told as %v, want something with %q", err, c.want)
			}
		})
	}
}

func TestACopyOfAHouseIsWhole(t *testing.T) {
	h, err := newHouse(nil, t.TempDir(), -1, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(h.data, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.data, "keys", "one"), []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	spare, err := h.copy()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(spare.data, "keys", "one"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a key is copied as %v: %v", info, err)
	}
	if err := h.remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(h.folder); !os.IsNotExist(err) {
		t.Error("the throw-away house is still there")
	}
}

func TestFictionalNetworksAreReadable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "networks.csv")
	if err := writeNetworks(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 1+2*(lastNetwork-firstNetwork+1) {
		t.Errorf("there are %d lines", len(lines))
	}
	for _, l := range lines[1:] {
		f := strings.Split(l, ",")
		if p, err := netip.ParsePrefix(f[0]); err != nil || p != p.Masked() || len(f) != 4 || len(f[1]) != 2 {
			t.Errorf("%q is no network: %v", l, err)
		}
	}
}
