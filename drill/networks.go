package drill

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/pires/go-proxyproto"
)

// The fictional networks of loopback, one a /16, so that rules by network and
// country have something to see. Good and hostile clients live in all of them.
const (
	firstNetwork = 1
	lastNetwork  = 250
)

// networkCountries are given to the fictional networks in turn.
var networkCountries = []string{"DE", "SE", "PL", "TR", "US", "BR", "CN", "IN", "EE", "NL", "FR", "GB", "FI", "DK", "LV", "LT"}

// writeNetworks writes the networks as CSV with the columns prefix, country, asn
// and name. Numbers are from the range for private use (RFC 6996), IPv6 prefixes
// from the one for documentation (RFC 3849).
func writeNetworks(path string) error {
	var b strings.Builder
	b.WriteString("prefix,country,asn,name\n")
	for n := firstNetwork; n <= lastNetwork; n++ {
		country := networkCountries[n%len(networkCountries)]
		fmt.Fprintf(&b, "127.%d.0.0/16,%s,%d,Fictional network %d\n", n, country, 4_200_000_000+n, n)
		fmt.Fprintf(&b, "2001:db8:%x00::/40,%s,%d,Fictional network %d\n", n, country, 4_200_000_000+n, n)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write the fictional networks: %w", err)
	}
	return nil
}

// proxyAddress is where connections come from that tell another source by the
// PROXY protocol; the throw-away site believes this address alone.
var proxyAddress = netip.MustParseAddr("127.255.255.254")

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// dialer opens connections to one address from any source: a loopback address
// is really used, every other is told in a PROXY header (version 2).
type dialer struct {
	to   netip.AddrPort
	told netip.AddrPort // where connections with a PROXY header go
}

func (d dialer) dial(ctx context.Context, from netip.Addr) (net.Conn, error) {
	local, site := from, d.to
	if !loopback.Contains(from) {
		local, site = proxyAddress, d.told
	}
	c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: local.AsSlice()}}).DialContext(ctx, "tcp", site.String())
	if err != nil || local == from {
		return c, err
	}
	to := site.Addr()
	if from.Is6() {
		to = netip.AddrFrom16(to.As16()) // both of one family
	}
	h := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: from.AsSlice(), Port: 40_000}, &net.TCPAddr{IP: to.AsSlice(), Port: int(site.Port())})
	if _, err := h.WriteTo(c); err != nil {
		return nil, fmt.Errorf("tell the source %s: %w", from, closing(c, err))
	}
	return c, nil
}

// closing closes c and returns err, which is why.
func closing(c net.Conn, err error) error {
	_ = c.Close() // already of no use
	return err
}
