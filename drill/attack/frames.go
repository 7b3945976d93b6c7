package attack

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// errNoTwo is returned by kinds that need HTTP/2.
var errNoTwo = errors.New("the site speaks no HTTP/2")

// frames is a connection of HTTP/2 of which every frame is the attacker's own.
// What is written to fr lies in out until send.
type frames struct {
	*grip
	out   bytes.Buffer
	fr    *http2.Framer
	block bytes.Buffer
	enc   *hpack.Encoder
	site  map[http2.SettingID]uint32 // what the site announced
}

// frames greets the site as a browser does, but for the window of each answer in
// bytes, and waits for the site's greeting.
func (g *grip) frames(window uint32) (*frames, error) {
	if g.protocol != "h2" {
		return nil, errNoTwo
	}
	f := &frames{grip: g, site: map[http2.SettingID]uint32{}}
	f.fr = http2.NewFramer(&f.out, g.Conn)
	f.fr.SetReuseFrames()
	f.enc = hpack.NewEncoder(&f.block)
	settings := append([]http2.Setting{}, greeting...)
	settings[1].Val = window
	f.out.WriteString(http2.ClientPreface)
	if err := errors.Join(f.fr.WriteSettings(settings...), f.fr.WriteWindowUpdate(0, greetWindow), f.send()); err != nil {
		return nil, fmt.Errorf("greet the site: %w", err)
	}
	f.SetReadDeadline(time.Now().Add(patience))
	for {
		got, err := f.fr.ReadFrame()
		if err != nil {
			return nil, fmt.Errorf("wait for the site's greeting: %w", err)
		}
		s, ok := got.(*http2.SettingsFrame)
		if !ok || s.IsAck() {
			continue
		}
		if err := s.ForeachSetting(func(v http2.Setting) error { f.site[v.ID] = v.Val; return nil }); err != nil {
			return nil, err
		}
		f.SetReadDeadline(time.Time{})
		return f, errors.Join(f.fr.WriteSettingsAck(), f.send())
	}
}

// send writes what lies ready, within patience.
func (f *frames) send() error {
	f.SetWriteDeadline(time.Now().Add(patience))
	_, err := f.Write(f.out.Bytes())
	f.out.Reset()
	return err
}

// headers makes the block of a request; length is that of a body to come. It is
// valid until the next call.
func (f *frames) headers(r *request, length int) ([]byte, error) {
	f.block.Reset()
	err := r.block(f.enc, length)
	return f.block.Bytes(), err
}

// streams is how many answers the site makes at once, up to most.
func (f *frames) streams(most uint32) uint32 {
	if n, ok := f.site[http2.SettingMaxConcurrentStreams]; ok {
		return min(n, most)
	}
	return most
}

// listen reads until the connection ends and tells of each answer that begins
// and of each stream that ends. It returns whether the site said that it closes
// because of us.
func (f *frames) listen(answered func(id uint32, o Outcome), ended func(id uint32)) (farewell bool) {
	status := 0
	f.fr.ReadMetaHeaders = nil
	dec := hpack.NewDecoder(4096, func(h hpack.HeaderField) {
		if h.Name == ":status" {
			status, _ = strconv.Atoi(h.Value) // 0 is no answer
		}
	})
	dec.SetMaxStringLength(mostHeaders)
	for {
		got, err := f.fr.ReadFrame()
		if err != nil {
			return farewell
		}
		switch got := got.(type) {
		case *http2.HeadersFrame:
			status = 0
			if _, err := dec.Write(got.HeaderBlockFragment()); err != nil || !got.HeadersEnded() {
				return farewell // more than 16 KiB of headers: of no use
			}
			if err := dec.Close(); err != nil {
				return farewell
			}
			switch {
			case status >= 400:
				answered(got.StreamID, Refused)
			case status >= 200:
				answered(got.StreamID, Served)
			}
			if got.StreamEnded() {
				ended(got.StreamID)
			}
		case *http2.DataFrame:
			if got.StreamEnded() {
				ended(got.StreamID)
			}
		case *http2.RSTStreamFrame:
			ended(got.StreamID)
		case *http2.PingFrame:
			if !got.IsAck() { // written past out, which belongs to whoever sends
				if err := http2.NewFramer(f.grip, nil).WritePing(true, got.Data); err != nil {
					return farewell
				}
			}
		case *http2.GoAwayFrame:
			farewell = farewell || got.ErrCode != http2.ErrCodeNo
		}
	}
}
