package shield

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/netip"
)

// hasher makes keys under a secret that is new in each process. Keys mean
// nothing outside of it and are never stored.
type hasher struct{ seed maphash.Seed }

func newHasher() *hasher { return &hasher{seed: maphash.MakeSeed()} }

// addr is the key of a's prefix of width bits, counted in a's own family.
func (h *hasher) addr(width uint8, a netip.Addr) key {
	var b [17]byte
	a = a.Unmap()
	whole := a.As16()
	hi, lo := binary.BigEndian.Uint64(whole[:8]), binary.BigEndian.Uint64(whole[8:])
	if a.Is4() {
		width += 96
	}
	switch {
	case width <= 64:
		hi, lo = hi&^(math.MaxUint64>>width), 0
	case width < 128:
		lo &^= math.MaxUint64 >> (width - 64)
	}
	binary.NativeEndian.PutUint64(b[:8], hi)
	binary.NativeEndian.PutUint64(b[8:16], lo)
	b[16] = width
	return key(maphash.Bytes(h.seed, b[:]))
}

// mix is the key of k together with a number: a source with a fingerprint, a
// visitor in an hour.
func (h *hasher) mix(k key, n uint64) key {
	var b [16]byte
	binary.NativeEndian.PutUint64(b[:8], uint64(k))
	binary.NativeEndian.PutUint64(b[8:], n)
	return key(maphash.Bytes(h.seed, b[:]))
}

// text is a hash of s under the same secret.
func (h *hasher) text(s string) uint64 { return maphash.String(h.seed, s) }

// width is how much of an address is looked at.
type width uint8

const (
	widthNarrow width = iota // IPv4 /32, IPv6 /64: one line to the network
	widthMiddle              // IPv4 /24, IPv6 /56: neighbours, or one household
	widthWide                // IPv4 /24, IPv6 /48: a small network, or one site
	widths
)

var (
	widths4 = [widths]uint8{32, 24, 24}
	widths6 = [widths]uint8{64, 56, 48}
)

// source is an address with its keys at all widths. For IPv4 middle and wide are
// one key: it is charged once.
type source struct {
	addr                 netip.Addr // IPv4-mapped IPv6 is unmapped, zones are cut
	narrow, middle, wide key
}

func (h *hasher) source(a netip.Addr) source {
	a = a.Unmap().WithZone("")
	s := source{addr: a}
	if a.Is4() {
		s.narrow, s.wide = h.addr(widths4[widthNarrow], a), h.addr(widths4[widthWide], a)
		s.middle = s.wide
		return s
	}
	s.narrow, s.middle, s.wide = h.addr(widths6[widthNarrow], a), h.addr(widths6[widthMiddle], a), h.addr(widths6[widthWide], a)
	return s
}

// prefixOf is a's prefix at a width, to be shown or banned.
func prefixOf(a netip.Addr, w width) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := widths6[w]
	if a.Is4() {
		bits = widths4[w]
	}
	p, err := a.Prefix(int(bits))
	if err != nil {
		return netip.Prefix{} // of the zero address only
	}
	return p
}
