package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kontor/market"
	"kontor/shield"
	"kontor/web/page"
	"kontor/web/words"
)

// StatusPath is where the public is told how the house does.
const StatusPath = "/status"

// statusKept is how old the status page may be. It is made once in that time
// for each look and language, whoever asks how often: it has to be there when
// all else is shed.
const statusKept = 2 * time.Second

// statusPages are the status page as it was made last, by language and look
// alone, of which there are few: some 10 KB each.
type statusPages struct {
	mu   sync.Mutex
	kept map[string]*statusKind
}

// statusKind is the page in one language and look.
type statusKind struct {
	drawing sync.Mutex // held by the one who makes it anew; all others take the last
	last    atomic.Pointer[statusPage]
}

func (s *statusPages) of(key string) *statusKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] == nil {
		if s.kept == nil {
			s.kept = map[string]*statusKind{}
		}
		s.kept[key] = &statusKind{}
	}
	return s.kept[key]
}

type statusPage struct {
	until         time.Time
	plain, zipped []byte
}

// status answers GET /status. It asks no room of the market.
func (s *Site) status(w http.ResponseWriter, r *http.Request) error {
	made, err := s.statusMade(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.Policy)
	h.Set("Cache-Control", "public, max-age=10")
	if h.Get("Set-Cookie") != "" { // the gate's, for this visitor alone
		h.Set("Cache-Control", "private, max-age=10")
	}
	h.Set("Surrogate-Control", "max-age=2, stale-while-revalidate=60")
	h.Add("Vary", "Accept-Encoding, Cookie")
	body := made.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = made.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the visitor may have gone
	}
	return nil
}

// statusMade is the page in the request's look and language, made anew where it
// is too old.
func (s *Site) statusMade(r *http.Request) (*statusPage, error) {
	at := visitOf(r)
	kind := s.statuses.of(at.prefix + " " + at.lang + " " + string(theme(r)))
	if last := kind.last.Load(); last == nil {
		kind.drawing.Lock()
	} else if s.Now().Before(last.until) || !kind.drawing.TryLock() {
		return last, nil
	}
	defer kind.drawing.Unlock()
	now := s.Now()
	if last := kind.last.Load(); last != nil && now.Before(last.until) {
		return last, nil
	}
	var plain, zipped bytes.Buffer
	if err := page.StatusPage(s.statusView(r), s.statusNow(words.For(at.lang))).Render(context.WithoutCancel(r.Context()), &plain); err != nil {
		return nil, err
	}
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(plain.Bytes()) // a buffer takes everything
	_ = z.Close()
	made := &statusPage{now.Add(statusKept), plain.Bytes(), zipped.Bytes()}
	kind.last.Store(made)
	return made, nil
}

// statusView begins the page without anything that has to be looked up: no
// categories, no countries, nobody's cart, and none of the visitor's choices.
func (s *Site) statusView(r *http.Request) *page.View {
	at := visitOf(r)
	w := words.For(at.lang)
	return &page.View{Words: w, Prefix: at.prefix, Path: at.path, House: s.House, Theme: theme(r), Me: &page.Me{}, Title: w.T("status.title"), Canonical: s.Origin + at.prefix + StatusPath}
}

// shownEvents bounds the attacks that the status page tells of, and for how
// long it does.
const (
	shownEvents = 5
	eventsFor   = 90 * 24 * time.Hour
)

// When a quarter of an hour was good, and when it was not, in hundredths of a
// per cent of requests answered.
const (
	quarterGood = 9_900
	quarterSlow = 9_000
)

// statusNow is what the public is told: no addresses, no targets, no figures
// that would tell an attacker more than that it does not work.
func (s *Site) statusNow(w *words.Words) page.Status {
	now := s.Now()
	var last []shield.Second
	if s.Gate != nil {
		last = s.Gate.Last(judgedSeconds)
	}
	level, since := s.history.pressed()
	quarters, begun := s.history.day(now)
	looks, trades := shareOf(last, lookers...), shareOf(last, traders...)
	p := page.Status{Title: w.T("status.is_" + level.String()), Lead: w.T("status.lead_" + level.String()), Tone: page.OK, Stamp: w.T("status.stamp", "at", w.Stamp(now)), From: w.T("status.day_ago"), To: w.T("status.now"), Legend: w.T("status.legend"), None: w.T("status.no_events")}
	if level != shield.Calm {
		p.Tone = page.Warn
	}
	if trades.of() < trading {
		p.Title, p.Lead, p.Tone = w.T("status.is_short"), w.T("status.lead_short"), page.Bad
	}
	if !since.IsZero() {
		p.Stamp = w.T("status.since", "since", w.Stamp(since), "stamp", p.Stamp)
	}
	if begun.IsZero() {
		p.Known = w.T("status.unknown")
	} else if now.Sub(begun) < 24*time.Hour {
		p.Known = w.T("status.known", "since", w.Stamp(begun))
	}
	p.Parts = []page.StatusPart{
		statusPart(w, "looking", looks, quarters, func(q quarter) share { return q.looking }),
		statusPart(w, "trading", trades, quarters, func(q quarter) share { return q.trading }),
	}
	p.Events = s.statusEvents(w, now)
	return p
}

// statusPart is one thing that the house does, now and over the day.
func statusPart(w *words.Words, key string, now share, quarters []quarter, of func(quarter) share) page.StatusPart {
	p := page.StatusPart{Name: w.T("status." + key), Tag: page.Tag{Tone: page.OK, Text: w.T("status.works")}}
	switch {
	case now.of() < quarterSlow:
		p.Tag = page.Tag{Tone: page.Bad, Text: w.T("status.waits_" + key)}
	case now.of() < quarterGood:
		p.Tag = page.Tag{Tone: page.Warn, Text: w.T("status.slow")}
	}
	var day share
	for _, q := range quarters {
		part := of(q)
		day.asked, day.answered = day.asked+part.asked, day.answered+part.answered
		switch {
		case q.at.IsZero():
			p.Bars = append(p.Bars, page.QuarterUnknown)
		case part.of() >= quarterGood:
			p.Bars = append(p.Bars, page.QuarterOpen)
		case part.of() >= quarterSlow:
			p.Bars = append(p.Bars, page.QuarterSlow)
		default:
			p.Bars = append(p.Bars, page.QuarterShort)
		}
	}
	p.Share = w.Percent(int64(day.of()))
	p.Label = w.T("status.finding", "part", p.Name, "share", p.Share)
	return p
}

// statusEvents are the attacks of the last months, without who and what.
func (s *Site) statusEvents(w *words.Words, now time.Time) (out []page.StatusEvent) {
	if s.Incidents == nil {
		return nil
	}
	for _, i := range s.Incidents.List() {
		if len(out) == shownEvents || now.Sub(i.Opened) > eventsFor {
			return out
		}
		members := share{}
		for _, c := range traders {
			members.add(i.Classes[c.String()])
		}
		e := page.StatusEvent{Title: w.T("status.attack", "day", w.Day(i.Opened)), Tag: page.Tag{Tone: page.OK, Text: w.T("status.ended")}}
		e.Text = w.T("status.attack_text", "from", w.Stamp(i.Opened), "span", w.Span(i.Last.Sub(i.Opened)), "share", w.Percent(int64(members.of())))
		if members.asked == 0 {
			e.Text = w.T("status.attack_quiet", "from", w.Stamp(i.Opened), "span", w.Span(i.Last.Sub(i.Opened)))
		}
		if i.Open() {
			e.Tag = page.Tag{Tone: page.Warn, Text: w.T("status.going_on")}
		}
		out = append(out, e)
	}
	return out
}

// consent answers GET /.well-known/kontor-rehearsal with the word by which the
// operator agreed to be rehearsed against.
func (s *Site) consent(w http.ResponseWriter, _ *http.Request) error {
	if s.Consent == "" {
		return market.Missing("This page")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte(s.Consent + "\n"))
	return err
}
