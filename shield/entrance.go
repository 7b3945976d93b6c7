package shield

import (
	"bytes"
	"log"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// entrance is the handler that net/http calls: it sees to what the door
// promises while a request is answered, and hands on.
type entrance struct {
	door *door
	next http.Handler
}

// ServeHTTP hands on a request whose header keeps the bounds.
func (e *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := connOf(r)
	c.requests.Add(1)
	defer c.answered()
	if r.ProtoMajor >= 2 {
		c.entered.Add(1)
		r.TLS = c.tls
	} else {
		c.came(r)
		if r.ContentLength != 0 {
			// Whoever reads no body leaves it to net/http, which reads on for a while
			// to keep the connection, and knows no deadline.
			c.SetReadDeadline(time.Now().Add(e.door.set.Stall))
		}
	}
	if tooManyFields(r.Header, e.door.set.HeaderFields) {
		w.Header()["Connection"] = closing
		http.Error(w, "Too many header fields", http.StatusRequestHeaderFieldsTooLarge)
		return
	}
	if r.ProtoMajor < 2 {
		e.next.ServeHTTP(w, r)
		return
	}
	p := &paced{ResponseWriter: w, to: http.NewResponseController(w), stall: e.door.set.Stall}
	p.to.SetWriteDeadline(time.Time{}) // the server's is for what it answers by itself
	defer p.end()
	e.next.ServeHTTP(p, r)
	// What is still to be sent goes out after the handler.
	p.to.SetWriteDeadline(time.Now().Add(p.stall))
}

var closing = []string{"close"}

// answered notes that one request less is being answered.
func (c *conn) answered() {
	if c.requests.Add(-1) == 0 {
		c.quiet.Store(c.door.now())
	}
}

// tooManyFields counts fields, not names: a name may stand often.
func tooManyFields(h http.Header, most int) bool {
	if len(h) > most {
		return true
	}
	n := 0
	for _, values := range h {
		n += len(values)
	}
	return n > most
}

// paced writes an HTTP/2 answer and cuts it off when its stream stands still for
// Door.Stall: a client can keep the connection lively and its windows shut. For
// HTTP/1 the connection itself sees to it.
type paced struct {
	http.ResponseWriter
	to      *http.ResponseController
	stall   time.Duration
	pending int // bytes that HTTP/2 keeps before it sends any
	timer   *time.Timer
	mu      sync.Mutex
	over    bool // the handler has returned, and nothing of it may be touched
}

const (
	pacedPending = 4 << 10  // net/http keeps as much of an HTTP/2 answer before it writes
	pacedChunk   = 32 << 10 // must go out within one Stall
)

// Write writes p in chunks, each of which has its time.
func (p *paced) Write(b []byte) (int, error) {
	if p.pending+len(b) < pacedPending {
		p.pending += len(b)
		return p.ResponseWriter.Write(b)
	}
	p.pending = pacedPending
	done := 0
	for {
		p.begin()
		n, err := p.ResponseWriter.Write(b[done:min(len(b), done+pacedChunk)])
		p.timer.Stop()
		done += n
		if err != nil || done == len(b) {
			return done, err
		}
	}
}

// FlushError sends what was written so far.
func (p *paced) FlushError() error {
	p.begin()
	defer p.timer.Stop()
	return p.to.Flush()
}

// Flush is FlushError for those who can't do anything about it.
func (p *paced) Flush() { p.FlushError() }

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *paced) begin() {
	if p.timer == nil {
		p.timer = time.AfterFunc(p.stall, p.late)
		return
	}
	p.timer.Reset(p.stall)
}

func (p *paced) late() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.to.SetWriteDeadline(longAgo)
	}
}

func (p *paced) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

var longAgo = time.Unix(1, 0)

// errorLines passes on what net/http complains of: a bug of ours as it is, and
// what clients do wrong one line a second at most, for an attacker writes it.
type errorLines struct {
	log  *slog.Logger
	mu   sync.Mutex
	last time.Time
}

// logger is what net/http complains to.
func (l *errorLines) logger() *log.Logger { return log.New(l, "", 0) }

// Write passes one complaint on.
func (l *errorLines) Write(line []byte) (int, error) {
	text := string(bytes.TrimSpace(line))
	if bytes.Contains(line, []byte("panic")) {
		l.log.Error(text)
		return len(line), nil
	}
	l.mu.Lock()
	now := time.Now()
	quiet := now.Sub(l.last) < time.Second
	if !quiet {
		l.last = now
	}
	l.mu.Unlock()
	if !quiet {
		l.log.Debug(text)
	}
	return len(line), nil
}
