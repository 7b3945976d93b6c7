package shield

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// The PROXY protocol, versions 1 and 2 (HAProxy, "The PROXY protocol", 2020-03-05,
// §2): the longest header of version 1 with its line end, and of version 2 that
// is taken here, which leaves 1 KiB for extensions that are not read.
const (
	proxy1Most = 107
	proxy2Head = 16
	proxy2Most = proxy2Head + 36 + 1<<10
)

var (
	proxy2Sign = []byte("\r\n\r\n\x00\r\nQUIT\n")
	errProxy   = errors.New("no PROXY header where one must be")
)

// readProxy reads the PROXY header that the connection must begin with; the
// zero address if the proxy speaks for itself.
func (c *conn) readProxy() (from netip.AddrPort, err error) {
	for {
		from, n, whole, err := parseProxy(c.ahead)
		if err != nil {
			return netip.AddrPort{}, err
		}
		if whole {
			if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
				c.ahead = nil
			}
			return from, nil
		}
		if err := readMore(c.raw, &c.ahead, proxy2Most); err != nil {
			return netip.AddrPort{}, err
		}
	}
}

// parseProxy reads a PROXY header of either version from the beginning of b: n
// is its length. whole is false while more must come.
func parseProxy(b []byte) (from netip.AddrPort, n int, whole bool, err error) {
	if begins(b, proxy2Sign) {
		return parseProxy2(b)
	}
	if begins(b, []byte("PROXY ")) {
		return parseProxy1(b)
	}
	return netip.AddrPort{}, 0, false, errProxy
}

// begins tells whether b begins with sign, as far as either goes.
func begins(b, sign []byte) bool {
	n := min(len(b), len(sign))
	return bytes.Equal(b[:n], sign[:n])
}

func parseProxy1(b []byte) (from netip.AddrPort, n int, whole bool, err error) {
	line, _, ended := bytes.Cut(b[:min(len(b), proxy1Most)], []byte("\r\n"))
	if !ended {
		if len(b) >= proxy1Most {
			err = errProxy
		}
		return from, 0, false, err
	}
	n = len(line) + 2
	words := strings.Split(string(line), " ")
	if len(words) >= 2 && words[1] == "UNKNOWN" {
		return from, n, true, nil
	}
	if len(words) != 6 || (words[1] != "TCP4" && words[1] != "TCP6") {
		return from, 0, false, errProxy
	}
	addr, err := netip.ParseAddr(words[2])
	if err != nil || addr.Is4() != (words[1] == "TCP4") || addr.Zone() != "" {
		return from, 0, false, errProxy
	}
	port, ok := portOf(words[4])
	if !ok {
		return from, 0, false, errProxy
	}
	return netip.AddrPortFrom(addr.Unmap(), port), n, true, nil
}

func portOf(s string) (uint16, bool) {
	var n uint32
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + uint32(c-'0')
		if n > 65_535 {
			return 0, false
		}
	}
	return uint16(n), s != ""
}

func parseProxy2(b []byte) (from netip.AddrPort, n int, whole bool, err error) {
	if len(b) < proxy2Head {
		return from, 0, false, nil
	}
	command, family := b[12], b[13]
	n = proxy2Head + int(binary.BigEndian.Uint16(b[14:]))
	if command>>4 != 2 || command&15 > 1 || n > proxy2Most {
		return from, 0, false, errProxy
	}
	if len(b) < n {
		return from, 0, false, nil
	}
	rest := b[proxy2Head:n]
	switch {
	case command&15 == 0: // LOCAL: a health check of the proxy's own
	case family>>4 == 1 && len(rest) >= 12:
		from = netip.AddrPortFrom(netip.AddrFrom4([4]byte(rest)), binary.BigEndian.Uint16(rest[8:]))
	case family>>4 == 2 && len(rest) >= 36:
		from = netip.AddrPortFrom(netip.AddrFrom16([16]byte(rest)).Unmap(), binary.BigEndian.Uint16(rest[32:]))
	case family>>4 == 1 || family>>4 == 2:
		return from, 0, false, errProxy
	}
	return from, n, true, nil
}

// forwarded are the headers in which a proxy says whom it speaks for, by their
// canonical names.
var forwarded = [...]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip"}

// mostHops bounds how many proxies in a row are gone through.
const mostHops = 16

// sourceOf is the address that a request comes from: the connection's, or what
// a trusted HTTP proxy says. From anybody else the headers that say so are
// taken out of the request, so that the site behind does not believe them.
//
// Of a chain the last address counts that is not a trusted proxy itself: what
// stands before it was written by whoever sent it.
func (d *door) sourceOf(r *http.Request, c *conn) netip.Addr {
	if !c.proxied {
		for _, name := range forwarded {
			if _, said := r.Header[name]; said {
				d.tellUnlisted(c.src.addr)
				delete(r.Header, name)
			}
		}
		return c.src.addr
	}
	// A proxy that knows one of the two passes the other on as its client wrote
	// it: the one with a trusted proxy's usual name counts, and the other goes.
	chain := r.Header["X-Forwarded-For"]
	hop := hopOfXFF
	if len(chain) == 0 {
		chain, hop = r.Header["Forwarded"], hopOfForwarded
	} else {
		delete(r.Header, "Forwarded")
	}
	at := c.src.addr
	hops := 0
	for i := len(chain) - 1; i >= 0; i-- {
		for rest := chain[i]; rest != "" && hops < mostHops; hops++ {
			var last string
			rest, last = cutLast(rest)
			addr, ok := hop(last)
			if !ok {
				return at
			}
			at = addr
			if !contains(d.proxies, addr) {
				return at
			}
		}
	}
	return at
}

// tellUnlisted warns once of what is probably a proxy that the operator forgot to
// list: then all visitors are one to the shield. A visitor from outside may send
// such headers at will, and is no news.
func (d *door) tellUnlisted(peer netip.Addr) {
	if peer.IsLoopback() || peer.IsPrivate() {
		d.told.Do(func() {
			d.log.Warn("requests say that they come through a proxy that is not listed; all its visitors count as one. List it in shield.proxies if it is yours.", "proxy", peer)
		})
	}
}

// cutLast takes the last element of a comma-separated list off.
func cutLast(list string) (rest, last string) {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		return list[:i], list[i+1:]
	}
	return "", list
}

// hopOfXFF reads one element of X-Forwarded-For: an address, for some proxies
// with a port.
func hopOfXFF(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	p, err := netip.ParseAddrPort(s)
	return p.Addr().Unmap().WithZone(""), err == nil
}

// hopOfForwarded reads the "for" of one element of Forwarded, RFC 7239 §4 and §6.
func hopOfForwarded(s string) (netip.Addr, bool) {
	for rest := s; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return hopOfXFF(strings.Trim(value, `"`))
		}
	}
	return netip.Addr{}, false
}
