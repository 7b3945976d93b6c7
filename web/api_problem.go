package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"

	"kontor/market"

	"github.com/danielgtaylor/huma/v2"
)

// problemDoc is an error as programs read it (RFC 9457 §3). Type is always
// about:blank, which may be left out: the status says which kind it is.
type problemDoc struct {
	Title     string       `json:"title" doc:"The status in words."`
	Status    int          `json:"status"`
	Detail    string       `json:"detail,omitempty" doc:"What is wrong."`
	Reference string       `json:"reference" doc:"Of this request: quote it when you write to the house."`
	Errors    []mistakeDoc `json:"errors,omitempty" doc:"Everything wrong with the input, at most 20."`

	header http.Header
}

// mistakeDoc is one thing wrong with an input.
type mistakeDoc struct {
	Location string `json:"location,omitempty" doc:"Field of the body, or query., path. or header. and a name."`
	Message  string `json:"message"`
	Fix      string `json:"fix,omitempty" doc:"What to do."`
}

// mostMistakes bounds an answer: a body can hold thousands of wrong fields.
const mostMistakes = 20

// Error, GetStatus, GetHeaders and ContentType are what huma asks of an error.
func (p *problemDoc) Error() string             { return p.Detail }
func (p *problemDoc) GetStatus() int            { return p.Status }
func (p *problemDoc) GetHeaders() http.Header   { return p.header }
func (p *problemDoc) ContentType(string) string { return "application/problem+json" }

func newProblem(reference string, status int, detail string) *problemDoc {
	p := &problemDoc{Title: http.StatusText(status), Status: status, Detail: detail, Reference: reference, header: http.Header{}}
	switch status {
	case http.StatusUnauthorized:
		p.header.Set("WWW-Authenticate", `Bearer realm="kontor"`)
	case http.StatusServiceUnavailable:
		p.header.Set("Retry-After", "5")
	}
	return p
}

func (p *problemDoc) add(m mistakeDoc) {
	if len(p.Errors) < mostMistakes {
		p.Errors = append(p.Errors, m)
	}
}

// write answers with the problem outside of huma.
func (p *problemDoc) write(w http.ResponseWriter) {
	h := w.Header()
	for name := range p.header {
		h.Set(name, p.header.Get(name))
	}
	h.Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader may have gone
}

// oursText is all that anybody is told about an error of ours.
const oursText = "Something went wrong on our side. Look before you repeat it, or repeat it with the same Idempotency-Key."

// problem is what an operation that came to err answers: every fault with its
// place and remedy, or for an error of ours, which is logged, the reference.
func (a api) problem(ctx context.Context, route string, err error) *problemDoc {
	ref, status := market.Request(ctx), Status(err)
	if status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable {
		if !errors.Is(err, context.Canceled) || ctx.Err() == nil {
			a.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("ref", ref), slog.String("route", route), slog.String("cause", err.Error()))
		}
		return newProblem(ref, status, oursText)
	}
	faults := FaultsOf(err)
	p := newProblem(ref, status, "This is larger than may be sent.")
	for i, f := range faults {
		if i == 0 {
			p.Detail = f.Msg
		}
		p.add(mistakeDoc{f.Field, f.Msg, f.Fix})
	}
	return p
}

// caughtAPI turns a panic, which is a bug of ours, into a problem.
func (a api) caughtAPI(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	err, _ := p.(error)
	if _, gone := errors.AsType[*net.OpError](err); gone || p == http.ErrAbortHandler || r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // nobody is waiting for an answer, or it can't be finished
	}
	ref := market.Request(r.Context())
	a.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("ref", ref), slog.Any("cause", p), slog.String("stack", string(debug.Stack())))
	newProblem(ref, http.StatusInternalServerError, oursText).write(w)
}

// wrongInput turns what huma found wrong with a request into our problem. The
// values are not sent back: they may be personal.
func wrongInput(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := newProblem(market.Request(ctx.Context()), m.Status, "The request has mistakes.")
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		p.Detail = "The body is larger than 64 KB."
	case http.StatusRequestTimeout:
		p.Detail = "The body took too long to arrive."
	case http.StatusUnsupportedMediaType:
		p.Detail = "The body is not application/json."
		return p, nil
	case http.StatusInternalServerError:
		p.Detail = "The body could not be read to its end."
		p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	case http.StatusBadRequest:
		p.Detail = "The body is missing or is not JSON."
	}
	for _, e := range m.Errors {
		p.add(mistake(e))
	}
	return p, nil
}

// sentences say in a sentence what huma's terse messages mean. The first whose
// beginning fits counts.
var sentences = []struct{ says, msg, fix string }{
	{"unexpected property", "There is no such field here.", "Take it out, or check its spelling."},
	{"unknown query parameter", "There is no such parameter here.", "Take it out, or check its spelling."},
	{"expected required property ", "It is missing.", "Give it."},
	{"required ", "It is missing.", "Give it."},
	{"invalid integer", "This is not a whole number.", "Write digits only."},
	{"expected integer", "This is not a whole number.", "Write it as a JSON number without a fraction."},
	{"expected value to match exactly one schema", "This is no amount.", `Write {"minor":1250,"currency":"EUR"} or "12.50".`},
	{"expected string to match pattern", "It is not written as it must be.", "See the pattern in " + apiRoot + "/openapi.json."},
	{"expected string", "This is not a text.", "Put it in quotation marks."},
	{"expected object", "This is not an object.", "Write it in braces."},
	{"expected number <=", "This is more than it may be.", "See the bound in " + apiRoot + "/openapi.json."},
	{"expected number >=", "This is less than it may be.", "See the bound in " + apiRoot + "/openapi.json."},
	{"expected boolean", "This is neither true nor false.", "Write one of them, without quotation marks."},
	{"json: ", "A value does not fit its field.", "See the types in " + apiRoot + "/openapi.json."},
}

func mistake(e *huma.ErrorDetail) mistakeDoc {
	m := mistakeDoc{Location: e.Location, Message: e.Message, Fix: "See " + apiRoot + "/openapi.json."}
	if name, ok := strings.CutPrefix(e.Message, "expected required property "); ok {
		name, _, _ = strings.Cut(name, " ")
		m.Location += "." + name
	}
	if inner, ok := strings.CutPrefix(m.Location, "body."); ok {
		m.Location = inner
	}
	for _, known := range sentences {
		if strings.HasPrefix(e.Message, known.says) {
			m.Message, m.Fix = known.msg, known.fix
			return m
		}
	}
	if m.Message != "" {
		m.Message = strings.ToUpper(m.Message[:1]) + m.Message[1:] + "."
	}
	return m
}

// problemResponse describes what every operation may answer instead.
func problemResponse(r huma.Registry) *huma.Response {
	return &huma.Response{
		Description: "A problem",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: r.Schema(reflect.TypeFor[problemDoc](), true, "")}},
	}
}
