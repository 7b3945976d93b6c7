package shield

import (
	"net/http"
	"sync"
)

// draft holds an answer back until it is finished, or longer than mostDraft, or
// flushed: from then on it goes out as it comes.
type draft struct {
	to      http.ResponseWriter
	status  int // 0 before WriteHeader
	body    []byte
	passing bool
}

// mostDraft bounds the bytes of an answer that is held back: of those being made
// there are no more than places, of those being sent no more than requests.
const mostDraft = 1 << 20

// keptDraft is how much room an answer's buffer keeps for the next.
const keptDraft = 128 << 10

var drafts = sync.Pool{New: func() any { return new(draft) }}

func (h *draft) Header() http.Header { return h.to.Header() }

func (h *draft) WriteHeader(status int) {
	switch {
	case h.passing || status < 200:
		h.to.WriteHeader(status)
	case h.status == 0:
		h.status = status
	}
}

func (h *draft) Write(b []byte) (int, error) {
	if h.passing {
		return h.to.Write(b)
	}
	if h.status == 0 {
		h.status = http.StatusOK
	}
	if len(h.body)+len(b) > mostDraft {
		h.send()
		return h.to.Write(b)
	}
	h.body = append(h.body, b...)
	return len(b), nil
}

// FlushError sends what there is.
func (h *draft) FlushError() error {
	h.send()
	return http.NewResponseController(h.to).Flush()
}

// Unwrap lets the site set deadlines.
func (h *draft) Unwrap() http.ResponseWriter { return h.to }

// send sends what was held back.
func (h *draft) send() {
	if h.passing {
		return
	}
	h.passing = true
	fields := h.to.Header()
	delete(fields, "Surrogate-Control") // meant for us
	delete(fields, "Surrogate-Key")
	if h.status != 0 {
		h.to.WriteHeader(h.status)
	}
	if len(h.body) > 0 {
		_, _ = h.to.Write(h.body) // the visitor may have gone
	}
}

func (h *draft) reset() {
	if cap(h.body) > keptDraft {
		h.body = nil
	}
	*h = draft{body: h.body[:0]}
}
