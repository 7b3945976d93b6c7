package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"

	"kontor/market"
	"kontor/web/page"
)

// statuses of the kinds of fault (RFC 9110 §15).
var statuses = map[market.Kind]int{
	market.Invalid:   http.StatusUnprocessableEntity,
	market.NotFound:  http.StatusNotFound,
	market.Forbidden: http.StatusForbidden,
	market.Conflict:  http.StatusConflict,
	market.SignIn:    http.StatusUnauthorized,
	market.Busy:      http.StatusServiceUnavailable,
	market.TooLarge:  http.StatusRequestEntityTooLarge,
}

// Status is the HTTP status of an error: its fault's, or 500 for one of ours.
func Status(err error) int {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	if s, ok := statuses[market.KindOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// FaultsOf is everything in err that its reader can mend: copies, which the
// caller may change.
func FaultsOf(err error) market.Faults {
	var fs market.Faults
	var f *market.Fault
	if !errors.As(err, &fs) && errors.As(err, &f) {
		fs = market.Faults{f}
	}
	own := make(market.Faults, len(fs))
	for i, f := range fs {
		g := *f // a room may hand out the same fault to others
		own[i] = &g
	}
	return own
}

// fail answers a page's request that came to err.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is waiting for an answer
	}
	v, status := s.view(r), Status(err)
	var t page.Trouble
	switch {
	case status == http.StatusUnauthorized && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		http.Redirect(w, r, v.To("/sign-in", "next", v.Prefix+r.URL.RequestURI()), http.StatusSeeOther)
		return
	case status == http.StatusUnauthorized:
		http.Redirect(w, r, v.To("/sign-in"), http.StatusSeeOther)
		return
	case status == http.StatusNotFound:
		t = page.Lost(v)
	case status == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
		t = page.Full(v)
	case status >= http.StatusInternalServerError:
		s.logOurs(r, err)
		t = page.Ours(v, visitOf(r).ref, r.Method == http.MethodGet)
	default:
		t = refusal(v, status, err)
	}
	v.Title = t.Title
	v.Canonical = ""
	w.Header().Set("Cache-Control", "no-store")
	s.write(w, r, status, page.TroublePage(v, t))
}

// refusal is the page for a fault that no form could show.
func refusal(v *page.View, status int, err error) page.Trouble {
	t := page.Trouble{Status: status, Title: v.Words.T("trouble.refused"), NotDone: v.Words.T("trouble.ours_not_done")}
	for i, f := range FaultsOf(err) {
		if i == 0 {
			t.Happened, t.Do = f.Msg, f.Fix
			continue
		}
		t.Faults = append(t.Faults, f.Error())
	}
	if t.Happened == "" {
		t.Happened = v.Words.T("trouble.too_large")
	}
	return t
}

// logOurs notes an error of ours with the reference that the user was given.
func (s *Site) logOurs(r *http.Request, err error) {
	s.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
		slog.String("ref", visitOf(r).ref), slog.String("method", r.Method), slog.String("route", r.Pattern), slog.String("cause", err.Error()))
}

// caught turns a panic, which is a bug of ours, into an error page.
func (s *Site) caught(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("ref", visitOf(r).ref), slog.Any("cause", p), slog.String("stack", string(debug.Stack())))
	v := s.view(r)
	t := page.Ours(v, visitOf(r).ref, false)
	v.Title = t.Title
	w.Header().Set("Cache-Control", "no-store")
	s.write(w, r, http.StatusInternalServerError, page.TroublePage(v, t))
}

// again draws a form once more with what was wrong, or passes on an error that
// its reader can't mend there.
func (s *Site) again(w http.ResponseWriter, r *http.Request, err error, f page.Form, draw func(page.Form) error) error {
	faults := FaultsOf(err)
	switch market.KindOf(err) {
	case market.Invalid, market.Conflict, market.TooLarge, market.Forbidden:
	default:
		return err
	}
	f.Faults = faults
	if f.Values == nil {
		f.Values = entered(r.PostForm)
	}
	w.Header().Set("Cache-Control", "no-store")
	setStatus(w, Status(err))
	return draw(f)
}

// entered is what a form held, less what must not be sent back.
func entered(form url.Values) map[string]string {
	values := make(map[string]string, len(form))
	for name := range form {
		if name != "password" && name != "idempotency_key" && name != "card" {
			values[name] = form.Get(name)
		}
	}
	return values
}
