package web

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"kontor/market"
	"kontor/shield"
	"kontor/web/page"
	"kontor/web/words"
)

// What the live page shows.
const (
	shownSeconds   = 15 * 60
	shownStep      = 10 // seconds of one point in a drawing
	judgedSeconds  = 60 // that tell whether the house trades now
	shownDecisions = 6
	shownSources   = 10
	shownBans      = 100
)

// trading is the share of members' requests that must be answered for the house
// to be called trading, in hundredths of a per cent.
const trading = 9_900

var errNoGate = market.Missing("This page")

// siege answers GET /house/shield: how hard the house is pressed, what is done
// about it, and whom to let through.
func (s *Site) siege(w http.ResponseWriter, r *http.Request) error {
	mend := page.Form{}
	if ref := r.URL.Query().Get("ref"); ref != "" {
		mend.Values = map[string]string{"ref": ref}
		if _, found := s.found(ref); !found {
			mend.Faults = market.Faults{unknownRef()}
		}
	}
	return s.showSiege(w, r, mend, page.Form{})
}

func (s *Site) showSiege(w http.ResponseWriter, r *http.Request, mend, ban page.Form) error {
	if s.Gate == nil {
		return errNoGate
	}
	v := s.operatorView(r)
	v.Title = v.Words.T("siege.title")
	return s.show(w, r, page.SiegePage(v, s.siegeNow(v), s.mend(v, mend, ban)))
}

// siegeNow is the page's live part, as of now.
func (s *Site) siegeNow(v *page.View) page.Siege {
	seconds := s.Gate.Last(shownSeconds)
	if len(seconds) == 0 {
		seconds = []shield.Second{s.Gate.Now()}
	}
	last := seconds[len(seconds)-1]
	p := page.Siege{Level: v.Words.T("siege.level", "level", v.Words.T("siege."+last.Pressure.String())), Stamp: v.Words.T("siege.stamp", "clock", clock(v.Words, s.Now()))}
	for _, l := range []shield.Pressure{shield.Calm, shield.Strained, shield.Siege} {
		p.Levels = append(p.Levels, page.Option{Label: v.Words.T("siege." + l.String()), Value: l.String(), Chosen: l == last.Pressure})
	}
	s.judge(v, &p, seconds)
	p.Figures = figures(v.Words, seconds)
	p.Goodput, p.GoodputNote = goodput(v.Words, seconds), v.Words.T("siege.who_note", "from", clock(v.Words, seconds[0].At), "to", clock(v.Words, last.At))
	p.Flow = flow(v.Words, seconds)
	for _, d := range s.Gate.Decisions(shownDecisions) {
		p.Decisions = append(p.Decisions, decided(v.Words, d))
	}
	p.Shapes, p.Sources, p.Bans = shapes(v.Words, last), sources(v.Words, seconds), s.bans(v)
	return p
}

// judge says in a sentence whether the house trades, and what to do.
func (s *Site) judge(v *page.View, p *page.Siege, seconds []shield.Second) {
	w, last := v.Words, seconds[len(seconds)-1]
	level, since := s.history.pressed()
	if level != last.Pressure || since.IsZero() {
		since = last.At
	}
	trades := shareOf(tail(seconds, judgedSeconds), traders...).of() >= trading
	p.Tone = map[shield.Pressure]page.Tone{shield.Calm: page.OK, shield.Strained: page.Warn, shield.Siege: page.Bad}[last.Pressure]
	does := "trades"
	if !trades {
		does, p.Tone = "short", page.Bad
	}
	p.Title = w.T("siege.head", "level", w.T("siege.head_"+last.Pressure.String(), "since", clock(w, since)), "house", w.T("siege.house_"+does))
	p.Lead = w.T("siege.do_" + does)
	switch s.Gate.Mode() {
	case shield.Off:
		p.Title, p.Lead, p.Tone = w.T("siege.head_off"), w.T("siege.do_off"), page.Warn
	case shield.Shadow:
		p.Tags = append(p.Tags, page.Tag{Tone: page.Warn, Text: w.T("siege.mode_shadow")})
	case shield.On:
		for _, rule := range s.Shadow {
			p.Tags = append(p.Tags, page.Tag{Tone: page.Warn, Text: w.T("siege.rule_shadow", "rule", w.T("siege.rule_"+string(rule)))})
		}
	}
	if s.Incidents == nil {
		return
	}
	for _, i := range s.Incidents.List() {
		if i.Open() {
			p.Report = &page.Option{Label: w.T("siege.incident", "id", i.ID), Href: v.To("/house/incidents/" + i.ID)}
			return
		}
	}
}

// tail is the last n of the seconds.
func tail(seconds []shield.Second, n int) []shield.Second {
	return seconds[max(0, len(seconds)-n):]
}

// How a stream is kept honest: whoever signs out sees nothing more, and a page
// asks anew for a stream that ended.
const (
	streamChecked = 15 * time.Second
	streamLong    = 30 * time.Minute
)

// siegeStream answers GET /house/shield/stream: the page's live part anew with
// each second, as server-sent events (HTML living standard, "Server-sent
// events"). Where too many watch already the page stays as it was.
func (s *Site) siegeStream(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	seconds := make(chan shield.Second, 1)
	stop, err := s.Gate.Watch(seconds)
	if err != nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	defer stop()
	v, out := s.view(r), http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy before us passes each event on at once
	begun := s.Now()
	checked := begun
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-s.Ending:
			return nil
		case <-seconds:
		}
		now := s.Now()
		if now.Sub(begun) >= streamLong {
			return nil
		}
		if now.Sub(checked) >= streamChecked {
			if checked = now; !s.stillOperating(r) {
				return nil
			}
		}
		var part, event bytes.Buffer
		if err := page.SiegeLive(v, s.siegeNow(v)).Render(r.Context(), &part); err != nil {
			s.logOurs(r, err)
			return nil
		}
		for line := range bytes.Lines(part.Bytes()) {
			event.WriteString("data: ")
			event.Write(bytes.TrimRight(line, "\r\n"))
			event.WriteByte('\n')
		}
		event.WriteByte('\n')
		if _, err := w.Write(event.Bytes()); err != nil {
			return nil // the visitor has gone
		}
		if err := out.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil
		}
	}
}

// stillOperating tells whether the stream's session still opens the house.
func (s *Site) stillOperating(r *http.Request) bool {
	visitOf(r).actor = market.Actor{}
	return s.know(r) == nil && allowed(operating, actor(r)) == nil
}

// clock is a time of day to the second, with its zone.
func clock(w *words.Words, t time.Time) string {
	zone, _ := t.Zone()
	return w.T("siege.clock", "clock", t.Format("15:04:05"), "zone", zone)
}
