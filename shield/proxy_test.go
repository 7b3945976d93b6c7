package shield

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// proxy2 is a PROXY header of version 2.
func proxy2(command, family byte, rest []byte) string {
	b := append([]byte(nil), proxy2Sign...)
	b = append(b, command, family)
	b = binary.BigEndian.AppendUint16(b, uint16(len(rest)))
	return string(append(b, rest...))
}

var (
	rest4 = []byte{203, 0, 113, 7, 192, 0, 2, 1, 0x30, 0x39, 0x01, 0xbb}
	rest6 = append(append(netip.MustParseAddr("2001:db8::7").AsSlice(), netip.MustParseAddr("2001:db8::1").AsSlice()...), 0x30, 0x39, 0x01, 0xbb)
)

func TestPROXYHeaders(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		bad            bool
	}{
		{"version 1, IPv4", "PROXY TCP4 203.0.113.7 192.0.2.1 12345 443\r\n", "203.0.113.7:12345", false},
		{"version 1, IPv6", "PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n", "[2001:db8::7]:12345", false},
		{"version 1, the proxy's own check", "PROXY UNKNOWN\r\n", "", false},
		{"version 1, the wrong family", "PROXY TCP4 2001:db8::7 2001:db8::1 12345 443\r\n", "", true},
		{"version 1, a port beyond all", "PROXY TCP4 203.0.113.7 192.0.2.1 123456 443\r\n", "", true},
		{"version 1 without an end", "PROXY " + strings.Repeat("x", 200), "", true},
		{"version 2, IPv4", proxy2(0x21, 0x11, rest4), "203.0.113.7:12345", false},
		{"version 2, IPv6", proxy2(0x21, 0x21, rest6), "[2001:db8::7]:12345", false},
		{"version 2 with extensions", proxy2(0x21, 0x11, append(append([]byte(nil), rest4...), 4, 0, 1, 0)), "203.0.113.7:12345", false},
		{"version 2, the proxy's own check", proxy2(0x20, 0, nil), "", false},
		{"version 2, a Unix socket", proxy2(0x21, 0x31, make([]byte, 216)), "", false},
		{"version 2, cut short", proxy2(0x21, 0x11, rest4[:8]), "", true},
		{"version 2 of an unknown kind", proxy2(0x35, 0x11, rest4), "", true},
		{"no header", "GET / HTTP/1.1\r\n", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, n, whole, err := parseProxy([]byte(c.in + "GET /"))
			if c.bad {
				if err == nil {
					t.Fatalf("accepted as %s", from)
				}
				return
			}
			if err != nil || !whole || n != len(c.in) {
				t.Fatalf("%d of %d bytes, whole %v: %v", n, len(c.in), whole, err)
			}
			if got := from.String(); from.IsValid() && got != c.want || !from.IsValid() && c.want != "" {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func FuzzPROXY(f *testing.F) {
	for _, s := range []string{"PROXY TCP4 203.0.113.7 192.0.2.1 12345 443\r\n", "PROXY UNKNOWN\r\n", proxy2(0x21, 0x11, rest4), proxy2(0x21, 0x21, rest6)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		from, n, whole, err := parseProxy(b)
		if !whole {
			if len(b) >= proxy2Most && err == nil {
				t.Errorf("%d bytes are not enough to decide", len(b))
			}
			return
		}
		if err != nil || n < 1 || n > len(b) || n > proxy2Most {
			t.Errorf("a whole header of %d bytes of %d: %v", n, len(b), err)
		}
		for cut := range n {
			if _, _, early, _ := parseProxy(b[:cut]); early {
				t.Errorf("whole after %d of %d bytes", cut, n)
			}
		}
		if from.IsValid() && from.Addr().Is4In6() {
			t.Errorf("%s is an IPv4 address in disguise: its limits would be an IPv6 prefix's", from)
		}
	})
}

func TestAPROXYHeaderIsBelievedFromListedProxiesOnly(t *testing.T) {
	loopback := netip.MustParsePrefix("127.0.0.5/32")
	h := openDoor(t, Door{ProxyProtocol: []netip.Prefix{loopback}}, hello, nil)
	for _, c := range []struct{ name, from, send, want string }{
		{"the proxy speaks for a visitor", "127.0.0.5", "PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n" + getHello, "hello 2001:db8::7"},
		{"the proxy speaks for itself", "127.0.0.5", proxy2(0x20, 0, nil) + getHello, "hello 127.0.0.5"},
		{"the proxy says nothing", "127.0.0.5", getHello, ""},
		{"a stranger claims to be a proxy", "127.0.0.6", "PROXY TCP4 203.0.113.7 192.0.2.1 12345 443\r\n" + getHello, "400 Bad Request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := h.from(t, c.from)
			io.WriteString(conn, c.send)
			conn.(*net.TCPConn).CloseWrite()
			_, said, err := ends(conn, 2*time.Second)
			if err != nil || !strings.Contains(said, c.want) || c.want == "" && said != "" {
				t.Errorf("got %q, %v, want %q", said, err, c.want)
			}
		})
	}
}

func TestWhoARequestComesFrom(t *testing.T) {
	d := &door{doorHooks: doorHooks{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	for _, c := range []struct {
		name, peer string
		header     http.Header
		want       string
		left       int // forwarded headers that the site still sees
	}{
		{"a stranger's word is taken out", "203.0.113.9", http.Header{"X-Forwarded-For": {"198.51.100.1"}, "Forwarded": {"for=198.51.100.1"}, "X-Real-Ip": {"198.51.100.1"}}, "203.0.113.9", 0},
		{"a proxy's word counts", "10.0.0.1", http.Header{"X-Forwarded-For": {"198.51.100.1"}, "X-Forwarded-Proto": {"https"}}, "198.51.100.1", 2},
		{"what the visitor wrote before the proxy does not", "10.0.0.1", http.Header{"X-Forwarded-For": {"192.0.2.66, 198.51.100.1"}}, "198.51.100.1", 1},
		{"a chain of proxies is gone through", "10.0.0.1", http.Header{"X-Forwarded-For": {"192.0.2.66, 198.51.100.1", "10.0.0.2, fd00::3"}}, "198.51.100.1", 1},
		{"an address with a port", "10.0.0.1", http.Header{"X-Forwarded-For": {"[2001:db8::7]:4711"}}, "2001:db8::7", 1},
		{"nonsense ends the chain at the last known", "10.0.0.1", http.Header{"X-Forwarded-For": {"198.51.100.1, unknown, 10.0.0.2"}}, "10.0.0.2", 1},
		{"Forwarded, RFC 7239", "10.0.0.1", http.Header{"Forwarded": {`for=192.0.2.66, for="[2001:db8::7]:4711";proto=https;by=10.0.0.1`}}, "2001:db8::7", 1},
		{"of both the one that proxies write", "10.0.0.1", http.Header{"X-Forwarded-For": {"198.51.100.1"}, "Forwarded": {"for=192.0.2.66"}}, "198.51.100.1", 1},
		{"a proxy asks for itself", "10.0.0.1", http.Header{}, "10.0.0.1", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			peer := netip.MustParseAddr(c.peer)
			from := d.sourceOf(&http.Request{Header: c.header}, &conn{src: source{addr: peer}, proxied: contains(d.proxies, peer)})
			if from.String() != c.want {
				t.Errorf("got %s, want %s: limits would count the wrong visitor", from, c.want)
			}
			left := 0
			for _, name := range forwarded {
				left += len(c.header[name][:min(1, len(c.header[name]))])
			}
			if left != c.left {
				t.Errorf("%d forwarded headers are left of %v, want %d", left, c.header, c.left)
			}
		})
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("192.0.2.66, [2001:db8::7]:4711", `for="[2001:db8::7]:4711";proto=https`)
	d := &door{doorHooks: doorHooks{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, xff, fwd string) {
		for _, h := range []http.Header{{"X-Forwarded-For": {xff}}, {"Forwarded": {fwd}}, {"X-Forwarded-For": {xff, xff}, "Forwarded": {fwd}}} {
			from := d.sourceOf(&http.Request{Header: h}, &conn{src: source{addr: netip.MustParseAddr("10.0.0.1")}, proxied: true})
			if !from.IsValid() || from.Is4In6() || from.Zone() != "" {
				t.Errorf("%v comes from %q", h, from)
			}
		}
	})
}
