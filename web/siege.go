package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/netip"
	"runtime/metrics"
	"slices"
	"strings"
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
	letFor         = 24 * time.Hour
	refLong        = 9 // letters of a reference number, with its hyphen
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
		p.Tags = append(p.Tags, page.Tag{Tone: page.Warn, Text: w.T("siege.mode_off")})
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

// figures are the numbers that matter, of the last minute and second.
func figures(w *words.Words, seconds []shield.Second) []page.Measure {
	last, minute := seconds[len(seconds)-1], tail(seconds, judgedSeconds)
	answered := func(label string, c shield.Class) page.Measure {
		of := shareOf(minute, c)
		m := page.Measure{Label: w.T(label), Value: w.Percent(int64(of.of())), Note: w.N("siege.asked_minute", int(of.asked)), Tone: page.OK}
		switch {
		case of.asked == 0:
			m.Value, m.Tone = "–", page.Plain
		case of.of() < trading:
			m.Tone = page.Bad
		}
		return m
	}
	refused, peak, peakAt := refusedIn(last), int64(0), last.At
	var took time.Duration
	served := int64(0)
	for _, x := range seconds {
		if n := refusedIn(x); n > peak {
			peak, peakAt = n, x.At
		}
	}
	for _, x := range minute {
		took += x.Took
		for _, t := range x.Classes {
			served += t.Served
		}
	}
	used := "–"
	if last.Limit > 0 {
		used = w.Percent(int64(last.Busy) * 10_000 / int64(last.Limit))
	}
	places := w.T("siege.places_note", "limit", last.Limit, "waiting", last.Waiting)
	if served > 0 {
		places = w.T("siege.places_took", "places", places, "ms", int64(took/time.Millisecond)/served)
	}
	refusedNote := w.T("siege.no_peak")
	if peak > 0 {
		refusedNote = w.T("siege.peak", "n", peak, "clock", clock(w, peakAt))
	}
	return []page.Measure{
		answered("siege.paying_answered", shield.Paying), answered("siege.members_answered", shield.Member),
		{Label: w.T("siege.places"), Value: used, Note: places},
		{Label: w.T("siege.refused"), Value: w.Number(refused), Note: refusedNote},
		{Label: w.T("siege.memory"), Value: w.T("siege.mib", "n", resident()>>20), Note: w.T("siege.memory_note")},
		{Label: w.T("siege.connections"), Value: w.Number(int64(last.Conns)), Note: w.T("siege.closed", "n", last.Closed)},
	}
}

func refusedIn(x shield.Second) (n int64) {
	for _, t := range x.Classes {
		n += t.Refused
	}
	return n
}

// resident is the memory that the program holds of the system, in bytes, less
// what it gave back.
func resident() uint64 {
	held := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(held)
	return held[0].Value.Uint64() - held[1].Value.Uint64()
}

// rows of the page: classes that go together, and their colour.
var goodputRows = []struct {
	key, colour string
	classes     []shield.Class
}{
	{"paying", "pay", []shield.Class{shield.Paying}}, {"member", "mem", []shield.Class{shield.Member}}, {"passed", "pass", []shield.Class{shield.Passed}},
	{"guest", "guest", []shield.Class{shield.Guest}}, {"suspect", "sus", []shield.Class{shield.Suspect, shield.Banned}},
}

// goodput is, for each class, what it asked and what it got.
func goodput(w *words.Words, seconds []shield.Second) (rows []page.Goodput) {
	for _, row := range goodputRows {
		all := shareOf(seconds, row.classes...)
		now := shareOf(tail(seconds, 1), row.classes...)
		g := page.Goodput{Name: w.T("siege.class_" + row.key), Now: w.T("siege.now", "n", now.asked), Share: w.Percent(int64(all.of())), Colour: row.colour}
		g.Note = w.T("siege.answered_of", "answered", all.answered, "asked", all.asked)
		if all.asked == 0 {
			g.Share, g.Note = "–", w.T("siege.nobody")
		}
		g.Label = w.T("siege.class_finding", "class", g.Name, "share", g.Share, "note", g.Note)
		for part := range parts(seconds) {
			of := shareOf(part, row.classes...)
			g.Asked = append(g.Asked, float64(of.asked)/float64(len(part)))
			g.Answered = append(g.Answered, float64(of.answered)/float64(len(part)))
		}
		rows = append(rows, g)
	}
	return rows
}

// parts cuts seconds at whole steps of the clock, so that a drawing moves on and
// does not tremble. The first and the last part may be shorter.
func parts(seconds []shield.Second) iter.Seq[[]shield.Second] {
	return func(yield func([]shield.Second) bool) {
		begin := 0
		for i := range seconds {
			if i+1 < len(seconds) && seconds[i].At.Unix()/shownStep == seconds[i+1].At.Unix()/shownStep {
				continue
			}
			if !yield(seconds[begin : i+1]) {
				return
			}
			begin = i + 1
		}
	}
}

// flow is what was done with all requests.
func flow(w *words.Words, seconds []shield.Second) page.Flow {
	f := page.Flow{Bands: []page.Band{{Label: w.T("siege.by_site"), Colour: "mem"}, {Label: w.T("siege.by_memory"), Colour: "pass"}, {Label: w.T("siege.by_refusal"), Colour: "sus"}, {Label: w.T("siege.by_door"), Colour: "drop"}}}
	var sums [4]int64
	most := 1.0
	for part := range parts(seconds) {
		var n [4]int64
		for _, x := range part {
			for _, t := range x.Classes {
				n[0], n[1], n[2] = n[0]+t.Served, n[1]+t.Cached, n[2]+t.Refused
			}
			n[3] += x.Closed
		}
		top := 0.0
		for i := range n {
			rate := float64(n[i]) / float64(len(part))
			f.Bands[i].Values = append(f.Bands[i].Values, rate)
			sums[i] += n[i]
			top += rate
		}
		most = max(most, top)
	}
	f.Most = roundUp(most)
	for i := 2; i >= 0; i-- {
		f.Y = append(f.Y, short(w, f.Most*float64(i)/2))
	}
	form := "15:04"
	if len(seconds) < shownSeconds/2 {
		form = "15:04:05"
	}
	for i := range 4 {
		f.X = append(f.X, seconds[(len(seconds)-1)*i/3].At.Format(form))
	}
	f.Label = w.T("siege.flow_finding", "site", sums[0], "memory", sums[1], "refused", sums[2], "closed", sums[3])
	return f
}

// roundUp is the next of 2, 4, 10, 20, 40, 100 and so on: its half is a whole
// number.
func roundUp(v float64) float64 {
	for top := 2.0; ; top *= 10 {
		for _, by := range []float64{1, 2} {
			if v <= top*by {
				return top * by
			}
		}
		if v <= top*5 {
			return top * 5
		}
	}
}

// short is a number of at most four figures: 47k.
func short(w *words.Words, v float64) string {
	if v >= 10_000 {
		return w.T("siege.thousands", "n", int64(v/1_000))
	}
	return w.Number(int64(v))
}

// decided is a decision in words.
func decided(w *words.Words, d shield.Decision) page.Decided {
	what := w.T("siege.turned_away", "source", d.Source.String(), "why", w.T("siege.why_"+d.Why.String()))
	if d.Shadow {
		what = w.T("siege.would", "source", d.Source.String(), "why", w.T("siege.why_"+d.Why.String()))
	}
	why := []string{w.T("siege.number", "ref", d.Ref), w.T("siege.class_" + classKey(d.Class))}
	for _, part := range []string{d.Route, d.Shape, d.Network.String()} {
		if part != "" {
			why = append(why, part)
		}
	}
	if d.Count > 1 {
		why = append(why, w.N("siege.times", d.Count))
	}
	return page.Decided{When: d.At.Format("15:04:05"), What: what, Why: strings.Join(why, " · ")}
}

func classKey(c shield.Class) string {
	if c == shield.Banned {
		return shield.Suspect.String()
	}
	return c.String()
}

// shapes are the floods that are being cut.
func shapes(w *words.Words, last shield.Second) page.Listed {
	l := page.Listed{Title: w.T("siege.shapes"), None: w.T("siege.no_shapes"), Table: page.Table{Label: w.T("siege.shapes"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.shape"), Full: true}, {Label: w.T("siege.a_second"), Right: true, Lead: true}, {Label: w.T("siege.usual"), Right: true, Lead: true}, {Label: w.T("siege.since"), Right: true, Lead: true}}}}
	for _, h := range last.Hot {
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: page.Cells(h.Label, w.Number(int64(h.Rate)), w.Number(int64(h.Baseline)), clock(w, h.Since))})
	}
	return l
}

// sources are those that were refused most in the last minute, with those that
// ask most.
func sources(w *words.Words, seconds []shield.Second) page.Listed {
	l := page.Listed{Title: w.T("siege.sources"), None: w.T("siege.no_sources"), Note: w.T("siege.sources_note"), Table: page.Table{Label: w.T("siege.sources"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.source"), Full: true}, {Label: w.T("siege.network"), Full: true}, {Label: w.T("siege.asks"), Right: true, Lead: true}, {Label: w.T("siege.refused_minute"), Right: true, Lead: true}}}}
	var all []shield.Source
	for _, x := range tail(seconds, judgedSeconds) {
		for _, src := range x.Sources {
			at := slices.IndexFunc(all, func(o shield.Source) bool { return o.Prefix == src.Prefix })
			if at < 0 {
				all = append(all, src)
				continue
			}
			all[at].Refused, all[at].Asked = all[at].Refused+src.Refused, src.Asked
		}
	}
	slices.SortStableFunc(all, func(a, b shield.Source) int {
		return cmp.Or(cmp.Compare(b.Refused, a.Refused), cmp.Compare(b.Asked, a.Asked))
	})
	for _, src := range all[:min(len(all), shownSources)] {
		asks := "–"
		if src.Asked > 0 {
			asks = w.Number(src.Asked)
		}
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: page.Cells(src.Prefix.String(), src.Network.String(), asks, w.Number(src.Refused))})
	}
	return l
}

// bans are those that hold, each with a button that ends it.
func (s *Site) bans(v *page.View) page.Listed {
	w := v.Words
	l := page.Listed{Title: w.T("siege.bans"), None: w.T("siege.no_bans"), Table: page.Table{Label: w.T("siege.bans"), Stack: true,
		Cols: []page.Col{{Label: w.T("siege.prefix"), Full: true}, {Label: w.T("siege.reason"), Full: true}, {Label: w.T("siege.until"), Right: true, Lead: true}, {Label: w.T("siege.by"), Lead: true}, {Label: ""}}}}
	all := s.Gate.Bans()
	for _, b := range all[:min(len(all), shownBans)] {
		by := w.T("siege.by_shield")
		if b.By != "shield" {
			by = w.T("siege.by_operator")
		}
		reason := page.Cell{Text: b.Reason}
		if b.Shadow {
			reason.Tag = &page.Tag{Tone: page.Warn, Text: w.T("siege.shadow")}
		}
		lift := page.LiftButton(page.Act{Label: w.T("siege.lift"), Action: v.To("/house/shield/lift"), Hidden: []page.Option{{Label: "prefix", Value: b.Prefix.String()}}})
		l.Table.Rows = append(l.Table.Rows, page.Row{Cells: []page.Cell{{Text: b.Prefix.String()}, reason, {Text: clock(w, b.Until)}, {Text: by}, {Part: lift}}})
	}
	if len(all) > shownBans {
		l.Note = w.N("siege.more_bans", len(all)-shownBans)
	}
	return l
}

// clock is a time of day to the second, with its zone.
func clock(w *words.Words, t time.Time) string {
	zone, _ := t.Zone()
	return w.T("siege.clock", "clock", t.Format("15:04:05"), "zone", zone)
}

// mend is the part of the page that lets a visitor through.
func (s *Site) mend(v *page.View, f, ban page.Form) page.Mend {
	w := v.Words
	f.ID, ban.ID, ban.Action = "mend", "ban", v.To("/house/shield/ban")
	d, found := s.found(f.Value("ref"))
	m := page.Mend{Action: v.Prefix + "/house/shield", Ref: f.Field("ref", w.T("siege.ref")).Must().UpTo(4 * refLong).Saying(w.T("siege.ref_hint")), Ban: page.ActForm{
		ID: "ban", Title: w.T("siege.ban"), Lead: w.T("siege.ban_lead"), Form: ban, Button: w.T("siege.ban_do"),
		Fields: []page.Field{ban.Field("prefix", w.T("siege.prefix")).Must().UpTo(60).Saying(w.T("siege.prefix_hint")), ban.Field("reason", w.T("siege.reason")).Must().UpTo(longestReason).Saying(w.T("siege.reason_hint"))},
	}}
	if !found {
		return m
	}
	line := func(key, text string) {
		if text != "" {
			m.Found = append(m.Found, page.Line{Label: w.T("siege.found_" + key), Note: text})
		}
	}
	line("source", whom(d).String())
	line("network", d.Network.String())
	line("class", w.T("siege.class_"+classKey(d.Class)))
	line("why", w.T("siege.why_"+d.Why.String()))
	line("route", d.Route)
	line("shape", d.Shape)
	line("at", w.Stamp(d.At))
	line("count", w.N("siege.times", d.Count))
	m.Let = &page.Act{Label: w.T("siege.let"), Action: v.To("/house/shield/let"), Hidden: []page.Option{{Label: "ref", Value: d.Ref}}}
	return m
}

// reading is a reference number as it was given out, from what somebody typed
// or read out on the telephone.
func reading(typed string) string {
	ref := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "–", "").Replace(typed))
	if len(ref) != refLong-1 {
		return ""
	}
	return ref[:4] + "-" + ref[4:]
}

// found is the decision that a visitor's number stands for.
func (s *Site) found(typed string) (shield.Decision, bool) {
	if s.Gate == nil {
		return shield.Decision{}, false
	}
	return s.Gate.Find(reading(typed))
}

func unknownRef() *market.Fault {
	return &market.Fault{Kind: market.Invalid, Field: "ref", Msg: "No decision has this number.", Fix: "A number is kept for some hours, and not over a restart. Ask the visitor to try again and to read out the new one."}
}

// whom is the prefix that a decision stands for: an IPv4 address, or the IPv6
// network of one connection.
func whom(d shield.Decision) netip.Prefix {
	bits := 32
	if d.Source.Is6() {
		bits = 64
	}
	p, _ := d.Source.Prefix(bits) // an address always has one
	return p
}

// let answers POST /house/shield/let: the visitor of a reference number passes
// for a day.
func (s *Site) let(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	d, found := s.found(r.PostFormValue("ref"))
	if !found {
		return s.again(w, r, unknownRef(), page.Form{}, func(f page.Form) error { return s.showSiege(w, r, f, page.Form{}) })
	}
	if err := s.Gate.Let(whom(d), letFor); err != nil {
		return fmt.Errorf("let %s through: %w", d.Ref, err)
	}
	s.Log.Info("let through by an operator", "ref", d.Ref, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.let")
}

// lift answers POST /house/shield/lift: a ban ends. One that has ended already
// is as well.
func (s *Site) lift(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	p, err := readPrefix(r.PostFormValue("prefix"))
	if err != nil {
		return err
	}
	s.Gate.Lift(p)
	s.Log.Info("ban lifted by an operator", "prefix", p, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.lifted")
}

// longestReason bounds why somebody bans, in letters; the shield keeps 200 bytes.
const longestReason = 100

// ban answers POST /house/shield/ban: a prefix is kept out for a while.
func (s *Site) ban(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	again := func(err error) error {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showSiege(w, r, page.Form{}, f) })
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	p, err := readPrefix(r.PostFormValue("prefix"))
	if err != nil {
		return again(err)
	}
	if n := len([]rune(reason)); n == 0 || n > longestReason {
		return again(&market.Fault{Kind: market.Invalid, Field: "reason", Msg: "A ban needs a reason that others can understand.", Fix: fmt.Sprintf("Write at most %d letters.", longestReason)})
	}
	b, err := s.Gate.Ban(p, reason, string(actor(r).Person))
	if err != nil {
		return again(&market.Fault{Kind: market.Invalid, Field: "prefix", Msg: "This ban can't be made.", Fix: "Ban a narrower prefix, or lift one that is not needed any more.", Err: err})
	}
	s.Log.Info("banned by an operator", "prefix", b.Prefix, "until", b.Until, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.banned")
}

func readPrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	p, err := netip.ParsePrefix(text)
	if a, notAddress := netip.ParseAddr(text); err != nil && notAddress == nil && a.Zone() == "" {
		a = a.Unmap()
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || p.Bits() == 0 {
		return netip.Prefix{}, &market.Fault{Kind: market.Invalid, Field: "prefix", Msg: "This is neither an address nor a prefix.", Fix: "Write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8:1::/48."}
	}
	return p.Masked(), nil
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
