package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
)

// A command on a folder that a server holds is carried out by that server, over
// a Unix socket in the folder that only the folder's owner may open. The client
// sends its command line and standard input; the server sends back output,
// messages and the exit code. Everything travels in frames: one byte that says
// what it is, four that say how long, then the bytes.
const (
	frameCommand = 'c' // JSON of asked
	frameInput   = 'i' // standard input; an empty one ends it
	frameOutput  = 'o'
	frameMessage = 'm'
	frameExit    = 'x' // one byte, the exit code
)

const mostFrame = 64 << 10

// asked is a command line as the client was given it.
type asked struct {
	Args []string `json:"args"`
	Dir  string   `json:"dir"` // what paths are relative to
}

// errHeld tells that another process holds the folder.
var errHeld = errors.New("the data folder is held by another kontor")

func socketOf(data string) string { return filepath.Join(data, "console.sock") }

// longestSocket is how long a socket's path may be (unix(7): 108 bytes, the last
// one zero), less a little.
const longestSocket = 100

// reach is a path to the folder's socket. Where the folder's own is too long, it
// leads through the folder's descriptor until done is called.
func reach(data string) (path string, done func(), err error) {
	if path := socketOf(data); len(path) < longestSocket {
		return path, func() {}, nil
	}
	dir, err := os.Open(data)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/console.sock", dir.Fd()), func() { dir.Close() }, nil
}

// console answers commands for an opened house until ctx ends.
func (s *session) console(ctx context.Context, h *house) (stop func(), err error) {
	if err := os.Remove(socketOf(h.data)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the console's old socket: %w", err)
	}
	path, done, err := reach(h.data)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on the console's socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // its path ends with this function
	if err := os.Chmod(socketOf(h.data), 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { answer(ctx, conn, h) })
		}
	})
	return func() {
		cancel()
		l.Close()
		running.Wait()
		os.Remove(socketOf(h.data))
	}, nil
}

// answer carries out one command for a client.
func answer(ctx context.Context, conn net.Conn, h *house) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { conn.Close() })
	kind, body, err := readFrame(conn)
	var a asked
	if err != nil || kind != frameCommand || json.Unmarshal(body, &a) != nil {
		return
	}
	input, feed := io.Pipe()
	go func() {
		defer cancel() // the client is gone: nobody waits for the command's end
		for {
			kind, body, err := readFrame(conn)
			if err != nil || kind != frameInput {
				feed.CloseWithError(io.ErrUnexpectedEOF)
				return
			}
			if len(body) == 0 {
				feed.Close()
				continue
			}
			if _, err := feed.Write(body); err != nil {
				continue // the command reads no input
			}
		}
	}()
	to := &frames{w: conn}
	defer input.Close()
	code := run(ctx, a.Args, place{in: input, out: to.as(frameOutput), err: to.as(frameMessage), dir: a.Dir, held: h})
	_ = to.write(frameExit, []byte{byte(code)}) // the client may be gone
}

// forward has the server that holds the folder carry out this command line.
func (s *session) forward() error {
	path, done, err := reach(s.Data)
	if err != nil {
		return err
	}
	defer done()
	conn, err := net.Dial("unix", path)
	if err != nil {
		return errors.Join(errHeld, err)
	}
	defer conn.Close()
	defer context.AfterFunc(s.ctx, func() { conn.Close() })()
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	body, err := json.Marshal(asked{s.args, dir})
	if err != nil {
		return err
	}
	to := &frames{w: conn}
	if err := to.write(frameCommand, body); err != nil {
		return fmt.Errorf("ask the server that holds %s: %w", s.Data, err)
	}
	go func() {
		_, _ = io.Copy(to.as(frameInput), s.in) // the server may need none of it
		_ = to.write(frameInput, nil)
	}()
	for {
		kind, body, err := readFrame(conn)
		if err != nil {
			return fmt.Errorf("the server that holds %s went away: %w", s.Data, err)
		}
		switch kind {
		case frameOutput:
			_, err = s.out.Write(body)
		case frameMessage:
			_, err = s.err.Write(body)
		case frameExit:
			if len(body) != 1 {
				return errors.New("the server's answer has no exit code")
			}
			return &outcome{code: int(body[0])}
		}
		if err != nil {
			return err
		}
	}
}

// frames writes frames, one at a time.
type frames struct {
	mu sync.Mutex
	w  io.Writer
}

func (f *frames) write(kind byte, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	head := make([]byte, 5, 5+len(body))
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(body)))
	_, err := f.w.Write(append(head, body...))
	return err
}

// as is a writer whose bytes travel as frames of one kind.
func (f *frames) as(kind byte) io.Writer { return frameWriter{f, kind} }

type frameWriter struct {
	f    *frames
	kind byte
}

func (w frameWriter) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part := p[n:min(len(p), n+mostFrame)]
		if err := w.f.write(w.kind, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// readFrame reads one frame of at most mostFrame bytes.
func readFrame(r io.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > mostFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes is too long", n)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}
