package attack

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// one is a connection of HTTP/1.1: a request at a time, each on the heels of the
// last one's answer.
type one struct {
	conn  net.Conn
	br    *bufio.Reader
	out   []byte
	busy  atomic.Bool
	over  atomic.Bool
	asked bool // it has answered before
}

// mostLine bounds a line of an answer's head, in bytes; a longer one breaks the
// connection.
const mostLine = 8 << 10

func openOne(conn net.Conn) *one { return &one{conn: conn, br: bufio.NewReaderSize(conn, mostLine)} }

func (w *one) take() bool { return !w.over.Load() && w.busy.CompareAndSwap(false, true) }
func (w *one) idle() bool { return !w.busy.Load() }
func (w *one) gone() bool { return w.over.Load() }
func (w *one) close()     { w.over.Store(true); w.conn.Close() }

func (w *one) ask(ctx context.Context, r *request) (a answer, err error) {
	defer w.busy.Store(false)
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	stop := context.AfterFunc(ctx, func() { w.conn.SetDeadline(time.Now()) })
	defer stop()
	w.out = append(r.text(w.out[:0], 0), "\r\n"...)
	reused := w.asked
	if _, err := w.conn.Write(w.out); err != nil {
		return a, stale(reused, err)
	}
	if _, err := w.br.Peek(1); err != nil {
		return a, stale(reused && ctx.Err() == nil, err)
	}
	keep, err := w.read(&a, r.whole)
	if !keep {
		w.close()
	}
	w.asked = true
	return a, err
}

// stale tells a connection that was closed while idle from one that broke.
func stale(reused bool, err error) error {
	if reused {
		return errStale
	}
	return err
}

// read takes an answer, with its body if the whole is wanted; keep tells whether
// the connection may be used again.
func (w *one) read(a *answer, whole bool) (keep bool, err error) {
	var body beginning
	to := io.Discard
	if whole {
		to = &body
	}
	for a.status < 200 { // 1xx are told beforehand (RFC 9110 §15.2)
		*a = answer{}
		line, err := w.br.ReadSlice('\n')
		if err != nil {
			return false, fmt.Errorf("read the status: %w", err)
		}
		if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
			return false, fmt.Errorf("%q is no status line", line)
		}
		if a.status, err = strconv.Atoi(string(line[9:12])); err != nil || a.status < 100 {
			return false, fmt.Errorf("%q is no status line", line)
		}
		length, chunked := int64(-1), false
		keep = true
		for {
			line, err := w.br.ReadSlice('\n')
			if err != nil {
				return false, fmt.Errorf("read the headers: %w", err)
			}
			name, value, ok := strings.Cut(strings.TrimRight(string(line), "\r\n"), ":")
			if !ok {
				break
			}
			value = strings.TrimSpace(value)
			a.header(name, value)
			switch {
			case strings.EqualFold(name, "Content-Length"):
				if length, err = strconv.ParseInt(value, 10, 64); err != nil || length < 0 {
					return false, fmt.Errorf("%q is no length", value)
				}
			case strings.EqualFold(name, "Transfer-Encoding"):
				chunked = strings.EqualFold(value, "chunked")
			case strings.EqualFold(name, "Connection"):
				keep = !strings.EqualFold(value, "close")
			}
		}
		switch {
		case a.status < 200 || a.status == http.StatusNoContent || a.status == http.StatusNotModified:
		case chunked:
			err = w.chunks(to)
		case length >= 0:
			_, err = io.CopyN(to, w.br, length)
		default:
			keep = false
			_, err = io.Copy(to, w.br)
		}
		if err != nil {
			return false, fmt.Errorf("read the body: %w", err)
		}
	}
	a.body = body.b
	return keep, nil
}

// beginning keeps what is written to it, up to mostBody, and drops the rest.
type beginning struct{ b []byte }

func (k *beginning) Write(p []byte) (int, error) {
	k.b = append(k.b, p[:min(len(p), mostBody-len(k.b))]...)
	return len(p), nil
}

// chunks reads a chunked body and its trailers (RFC 9112 §7.1).
func (w *one) chunks(to io.Writer) error {
	for {
		line, err := w.br.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if err != nil {
			return fmt.Errorf("%q is no length of a chunk", line)
		}
		if n == 0 {
			break
		}
		if _, err := io.CopyN(to, w.br, int64(n)); err != nil {
			return err
		}
		if _, err := w.br.Discard(len("\r\n")); err != nil {
			return err
		}
	}
	for {
		line, err := w.br.ReadSlice('\n')
		if err != nil || len(bytes.TrimSpace(line)) == 0 {
			return err
		}
	}
}
