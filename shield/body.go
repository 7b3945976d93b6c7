package shield

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// What can be wrong with a request's body.
var (
	errTooLarge = errors.New("the body is longer than its route allows")
	errTooSlow  = errors.New("the body came too slowly")
	errBodies   = errors.New("too many bodies are under way")
	errBroken   = errors.New("the body did not come whole")
)

// Sizes of a body's memory: nearly all forms fit into the small one. What is
// longer than the large one goes to a file.
const (
	smallBody = 4 << 10
	largeBody = 64 << 10
)

// bodies are what all bodies under way may hold together.
type bodies struct {
	memory, disk int64 // the bounds
	held, filed  atomic.Int64
	small, large sync.Pool
}

// take adds n to what is held, if that stays within most.
func (b *bodies) take(held *atomic.Int64, n, most int64) bool {
	if held.Add(n) > most {
		held.Add(-n)
		return false
	}
	return true
}

func (b *bodies) buffer(size, most int64) ([]byte, bool) {
	if !b.take(&b.held, size, most) {
		return nil, false
	}
	if x, ok := b.pool(size).Get().(*[]byte); ok {
		return (*x)[:0], true
	}
	return make([]byte, 0, size), true
}

func (b *bodies) give(x []byte) {
	if cap(x) == 0 {
		return
	}
	b.held.Add(-int64(cap(x)))
	x = x[:0]
	b.pool(int64(cap(x))).Put(&x)
}

func (b *bodies) pool(size int64) *sync.Pool {
	if size == smallBody {
		return &b.small
	}
	return &b.large
}

// body is a request's body that has come whole.
type body struct {
	bytes.Reader
	in     *bodies
	member bool // its sender is signed in
	mem    []byte
	file   *os.File
	size   int64
	filed  int64 // bytes of it in the file
}

// Read reads the body.
func (b *body) Read(p []byte) (int, error) {
	if b.file != nil {
		return b.file.Read(p)
	}
	return b.Reader.Read(p)
}

// WriteTo writes what is left of the body.
func (b *body) WriteTo(w io.Writer) (int64, error) {
	if b.file != nil {
		return io.Copy(w, b.file)
	}
	return b.Reader.WriteTo(w)
}

// Close is of no effect: whoever had the body read whole releases it.
func (b *body) Close() error { return nil }

func (b *body) release() {
	b.in.give(b.mem)
	b.mem = nil
	b.Reset(nil)
	if b.file != nil {
		b.file.Close()
		os.Remove(b.file.Name()) // gone already where an open file can be removed
		b.in.filed.Add(-b.filed)
		b.file, b.filed = nil, 0
	}
}

// whole reads a request's body to its end, so that the site never waits for a
// slow sender, and puts it in r.Body; release gives its memory back, and must be
// called when the request is answered. most is in bytes, 0 for Door.Body.
//
// Errors: errTooLarge, errTooSlow, errBodies and errBroken; what is left of the
// body is then not read, and the connection closed after the answer.
func (d *door) whole(w http.ResponseWriter, r *http.Request, most int64, member bool) (release func(), err error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nothing, nil
	}
	if most == 0 || most > d.set.Body && !member && r.Header["Authorization"] == nil {
		most = d.set.Body // who is not signed in has nothing large to send
	}
	b := &body{in: &d.bodies, member: member}
	if err = d.gather(b, w, r, most); err != nil {
		b.release()
		if r.ProtoMajor < 2 {
			w.Header()["Connection"] = closing
		}
		return nothing, err
	}
	r.Body, r.ContentLength, r.TransferEncoding = b, b.size, nil
	return b.release, nil
}

func nothing() {}

func (d *door) gather(b *body, w http.ResponseWriter, r *http.Request, most int64) error {
	if r.ContentLength > most {
		return errTooLarge
	}
	if c := connOf(r); c != nil {
		if !b.member {
			if !d.crowd.begin(c) {
				return errBodies
			}
			defer d.crowd.end(c)
		}
	}
	pace := pacing{to: http.NewResponseController(w), stall: int64(d.set.Stall), rate: int64(d.set.LeastRate), begun: d.now()}
	for {
		if err := b.room(d); err != nil {
			return err
		}
		pace.await(d.now(), b.size)
		n, err := r.Body.Read(b.mem[len(b.mem):cap(b.mem)])
		b.mem = b.mem[:len(b.mem)+n]
		b.size += int64(n)
		switch {
		case b.size > most:
			return errTooLarge
		case err == nil:
		case errors.Is(err, io.EOF):
			pace.end()
			return b.finish()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return errTooSlow
		default:
			return errBroken
		}
	}
}

// share is how much of all bodies' room this one may fill: strangers leave half
// of it to members.
func (b *body) share(all int64) int64 {
	if b.member {
		return all
	}
	return all / 2
}

// room sees to it that there is memory to read into: a small buffer, then a
// large one, then the same again with what it held in a file.
func (b *body) room(d *door) (err error) {
	if len(b.mem) < cap(b.mem) {
		return nil
	}
	if cap(b.mem) == largeBody {
		if b.file == nil {
			if b.file, err = os.CreateTemp(d.set.TempDir, "kontor-body-*"); err != nil {
				d.log.Error("keep a long body", "cause", err)
				return errBodies
			}
			os.Remove(b.file.Name()) // where an open file can be removed, a crash leaves none
		}
		return b.spill()
	}
	size := int64(smallBody)
	if cap(b.mem) == smallBody {
		size = largeBody
	}
	more, fits := d.bodies.buffer(size, b.share(b.in.memory))
	if !fits {
		return errBodies
	}
	more = append(more, b.mem...)
	d.bodies.give(b.mem)
	b.mem = more
	return nil
}

// spill moves what is in memory to the file.
func (b *body) spill() error {
	n := int64(len(b.mem))
	if !b.in.take(&b.in.filed, n, b.share(b.in.disk)) {
		return errBodies
	}
	b.filed += n
	if _, err := b.file.Write(b.mem); err != nil {
		return errBodies
	}
	b.mem = b.mem[:0]
	return nil
}

func (b *body) finish() error {
	if b.file == nil {
		b.Reset(b.mem)
		return nil
	}
	if err := b.spill(); err != nil {
		return err
	}
	b.in.give(b.mem)
	b.mem = nil
	if _, err := b.file.Seek(0, io.SeekStart); err != nil {
		return errBodies
	}
	return nil
}

// pacing moves a body's deadline along with what has come: it may stand still
// for stall, and over its whole time fall behind rate by no more than that.
type pacing struct {
	to    *http.ResponseController
	stall int64 // ns
	rate  int64 // bytes per second
	begun tick
	ends  tick // the deadline that is set
}

func (p *pacing) await(now tick, got int64) {
	ends := min(p.begun+p.stall+got*1e9/p.rate, now+p.stall)
	if ends-p.ends < p.stall/16 {
		return // not worth moving it
	}
	p.ends = ends
	p.to.SetReadDeadline(time.Now().Add(time.Duration(ends - now)))
}

func (p *pacing) end() { p.to.SetReadDeadline(time.Time{}) }
