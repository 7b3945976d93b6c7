package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/shield"
	"kontor/watch"
	"kontor/web/page"
	"kontor/web/words"
)

// Incidents are the attacks that were noticed; each is closed by a person.
type Incidents interface {
	// List are all incidents, newest first.
	List() []watch.Incident
	// Incident is one of them, or watch.ErrMissing.
	Incident(id string) (watch.Incident, error)
	// Note adds a person's words to an incident, open or closed.
	Note(id string, n watch.Note) error
	// Close ends an incident, or errs with watch.ErrClosed.
	Close(id, by string, at time.Time) error
}

// openIncidents counts those that nobody has closed.
func (s *Site) openIncidents() (n int) {
	if s.Incidents == nil {
		return 0
	}
	for _, i := range s.Incidents.List() {
		if i.Open() {
			n++
		}
	}
	return n
}

// listedIncidents bounds a page of the list.
const listedIncidents = 50

// incidents answers GET /house/incidents.
func (s *Site) incidents(w http.ResponseWriter, r *http.Request) error {
	if s.Incidents == nil {
		return errNoGate
	}
	v := s.operatorView(r)
	words := v.Words
	all, before := s.Incidents.List(), r.URL.Query().Get("before")
	if at := slices.IndexFunc(all, func(i watch.Incident) bool { return i.ID == before }); at >= 0 {
		all = all[at+1:]
	}
	p := page.List{Title: words.T("incident.list"), Lead: words.T("incident.list_lead"), Acts: []page.Act{{Label: words.T("siege.title"), Href: v.To("/house/shield")}}}
	t := page.Table{Label: p.Title, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("incident.incident"), Full: true}, {Label: words.T("incident.state")}, {Label: words.T("incident.opened"), Lead: true}, {Label: words.T("incident.long"), Right: true, Lead: true}, {Label: words.T("incident.peak"), Right: true, Lead: true}}}
	for _, i := range all[:min(len(all), listedIncidents)] {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Text: i.ID, Href: v.To("/house/incidents/" + i.ID), More: []string{incidentTitle(words, i)}}, {Tag: incidentTag(words, i)}, {Text: words.Stamp(i.Opened)}, {Text: words.Span(i.Last.Sub(i.Opened))}, {Text: words.Number(i.Peak.Refused)},
		}})
	}
	if len(t.Rows) == 0 {
		p.Empty = &page.Empty{Title: words.T("incident.none"), Text: words.T("incident.none_text")}
	} else {
		p.Tables = append(p.Tables, t)
	}
	if len(all) > listedIncidents {
		p.Next = v.To("/house/incidents", "before", all[listedIncidents-1].ID)
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func incidentTag(w *words.Words, i watch.Incident) *page.Tag {
	if i.Open() {
		return &page.Tag{Tone: page.Bad, Text: w.T("incident.is_open")}
	}
	return &page.Tag{Tone: page.OK, Text: w.T("incident.is_closed")}
}

const (
	// doorTarget begins a target that is no route: connections closed at the door.
	doorTarget  = "connections: "
	longestNote = 4_000 // letters, as the watch takes them
)

// incidentTitle is what the attack mostly aimed at.
func incidentTitle(w *words.Words, i watch.Incident) string {
	target := i.Target()
	if target == "" {
		return w.T("incident.unaimed")
	}
	if why, ok := strings.CutPrefix(target, doorTarget); ok {
		return w.T("incident.on_connections", "why", why)
	}
	return w.T("incident.on_route", "route", target)
}

// incident answers GET /house/incidents/{id}.
func (s *Site) incident(w http.ResponseWriter, r *http.Request) error {
	return s.showIncident(w, r, page.Form{ID: "note"}, page.Form{ID: "close"})
}

func (s *Site) showIncident(w http.ResponseWriter, r *http.Request, note, end page.Form) error {
	i, err := s.anIncident(r)
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	words, here := v.Words, "/house/incidents/"+i.ID
	p := page.Incident{Crumbs: []page.Option{{Label: words.T("incident.list"), Href: v.To("/house/incidents")}, {Label: i.ID}}, ID: i.ID, Title: incidentTitle(words, i), Tag: *incidentTag(words, i), Figures: incidentFigures(words, i)}
	p.Lead = words.T("incident.lead", "from", words.Stamp(i.Opened), "to", words.Stamp(i.Last), "span", words.Span(i.Last.Sub(i.Opened)))
	if !i.Open() {
		p.Lead += " " + words.T("incident.closed_by", "who", author(words, i.ClosedBy, actor(r)), "at", words.Stamp(i.Closed))
	}
	p.Tables, p.Sources = incidentTables(words, i)
	for _, n := range i.Notes {
		p.Notes = append(p.Notes, page.Message{From: author(words, n.By, actor(r)), When: words.Stamp(n.At), Text: n.Text, Mine: n.By == string(actor(r).Person)})
	}
	note.Action, end.Action = v.To(here+"/notes"), v.To(here+"/close")
	p.Forms = append(p.Forms, page.ActForm{ID: "note", Title: words.T("incident.note"), Lead: words.T("incident.note_lead"), Form: note, Button: words.T("incident.note_do"), Areas: []page.Field{note.Field("text", words.T("incident.text")).Must().UpTo(longestNote)}})
	if i.Open() {
		p.Forms = append(p.Forms, page.ActForm{ID: "close", Title: words.T("incident.close"), Lead: words.T("incident.close_lead"), Form: end, Button: words.T("incident.close_do"), Areas: []page.Field{end.Field("text", words.T("incident.close_text")).Must().UpTo(longestNote)}})
	}
	v.Title = i.ID
	return s.show(w, r, page.IncidentPage(v, p))
}

// anIncident is the one of a request's address.
func (s *Site) anIncident(r *http.Request) (watch.Incident, error) {
	if s.Incidents == nil {
		return watch.Incident{}, errNoGate
	}
	i, err := s.Incidents.Incident(r.PathValue("id"))
	if errors.Is(err, watch.ErrMissing) {
		return i, market.Missing("This incident")
	}
	return i, err
}

// author is who wrote something: an incident keeps numbers of people, no names.
func author(w *words.Words, by string, reader market.Actor) string {
	if by == string(reader.Person) {
		return w.T("incident.you")
	}
	return w.T("incident.operator", "number", by[max(0, len(by)-6):])
}

// incidentFigures is the incident in numbers.
func incidentFigures(w *words.Words, i watch.Incident) []page.Figure {
	answered := func(c shield.Class) string {
		of := share{}
		of.add(i.Classes[c.String()])
		if of.asked == 0 {
			return "–"
		}
		return w.Percent(int64(of.of()))
	}
	return []page.Figure{
		{Label: w.T("siege.paying_answered"), Value: answered(shield.Paying)}, {Label: w.T("siege.members_answered"), Value: answered(shield.Member)},
		{Label: w.T("incident.peak"), Value: w.Number(i.Peak.Refused), Note: w.T("incident.a_second")}, {Label: w.T("incident.peak_closed"), Value: w.Number(i.Peak.Closed), Note: w.T("incident.a_second")},
		{Label: w.T("incident.peak_connections"), Value: w.Number(int64(i.Peak.Connections))}, {Label: w.T("incident.seconds"), Value: w.Number(i.Seconds), Note: w.T("incident.seconds_note")},
	}
}

// What a page shows of an incident; its file keeps more.
const (
	shownTargets = 10
	shownOrigins = 20
)

// incidentTables are what was aimed at, who got an answer, what it looked like
// and where it came from.
func incidentTables(w *words.Words, i watch.Incident) (tables []page.Listed, from page.Listed) {
	list := func(key string, cols ...page.Col) page.Listed {
		return page.Listed{Title: w.T("incident." + key), None: w.T("incident.no_" + key), Table: page.Table{Label: w.T("incident." + key), Stack: true, Cols: cols}}
	}
	col := func(key string, number bool) page.Col {
		return page.Col{Label: w.T("incident." + key), Right: number, Lead: number, Full: !number}
	}
	targets := list("targets", col("target", false), col("turned_away", true))
	names := slices.SortedFunc(maps.Keys(i.Targets), func(a, b string) int { return cmp.Or(cmp.Compare(i.Targets[b], i.Targets[a]), cmp.Compare(a, b)) })
	for _, name := range names[:min(len(names), shownTargets)] {
		targets.Table.Rows = append(targets.Table.Rows, page.Row{Cells: page.Cells(name, w.Number(i.Targets[name]))})
	}
	classes := list("classes", col("class", false), col("asked", true), col("answered", true), col("share", true))
	for _, row := range goodputRows {
		of := share{}
		for _, c := range row.classes {
			of.add(i.Classes[c.String()])
		}
		if of.asked > 0 {
			classes.Table.Rows = append(classes.Table.Rows, page.Row{Cells: page.Cells(w.T("siege.class_"+row.key), w.Number(of.asked), w.Number(of.answered), w.Percent(int64(of.of())))})
		}
	}
	shapes := list("shapes", col("shape", false), col("first", true), col("last", true), col("peak_rate", true))
	for _, s := range i.Shapes {
		shapes.Table.Rows = append(shapes.Table.Rows, page.Row{Cells: page.Cells(s.Label, w.Clock(s.First), w.Clock(s.Last), w.Number(int64(s.Peak)))})
	}
	sources := list("sources", col("source", false), col("network", false), col("turned_away", true))
	sources.Note = w.T("siege.sources_note")
	for _, s := range i.Sources[:min(len(i.Sources), shownOrigins)] {
		sources.Table.Rows = append(sources.Table.Rows, page.Row{Cells: page.Cells(s.Prefix.String(), s.Network.String(), w.Number(s.Refused))})
	}
	return []page.Listed{targets, classes, shapes}, sources
}

// noteIncident answers POST /house/incidents/{id}/notes. The same words by the
// same person at once again are a form that was sent twice.
func (s *Site) noteIncident(w http.ResponseWriter, r *http.Request) error {
	i, err := s.anIncident(r)
	if err != nil {
		return err
	}
	if err := s.writeNote(r, i); err != nil {
		return s.again(w, r, err, page.Form{ID: "note"}, func(f page.Form) error { return s.showIncident(w, r, f, page.Form{ID: "close"}) })
	}
	return s.seeOther(w, r, "/house/incidents/"+i.ID, "incident.noted")
}

// closeIncident answers POST /house/incidents/{id}/close: whoever closes it says
// what is known by now.
func (s *Site) closeIncident(w http.ResponseWriter, r *http.Request) error {
	i, err := s.anIncident(r)
	if err != nil {
		return err
	}
	again := func(err error) error {
		return s.again(w, r, err, page.Form{ID: "close"}, func(f page.Form) error { return s.showIncident(w, r, page.Form{ID: "note"}, f) })
	}
	if !i.Open() && !repeats(i, noted(r)) {
		return &market.Fault{Kind: market.Conflict, Msg: "The incident is closed already.", Fix: "Add what you know as a note."}
	}
	if err := s.writeNote(r, i); err != nil {
		return again(err)
	}
	if err := s.Incidents.Close(i.ID, string(actor(r).Person), s.Now()); err != nil && !errors.Is(err, watch.ErrClosed) {
		return err
	}
	return s.seeOther(w, r, "/house/incidents/"+i.ID, "incident.closed")
}

// noted is the note that a request holds.
func noted(r *http.Request) watch.Note {
	return watch.Note{By: string(actor(r).Person), Text: strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"))}
}

// repeats tells whether a note is the last one once more.
func repeats(i watch.Incident, n watch.Note) bool {
	if len(i.Notes) == 0 {
		return false
	}
	last := i.Notes[len(i.Notes)-1]
	return last.By == n.By && last.Text == n.Text
}

func (s *Site) writeNote(r *http.Request, i watch.Incident) error {
	n := noted(r)
	if repeats(i, n) {
		return nil
	}
	n.At = s.Now()
	err := s.Incidents.Note(i.ID, n)
	switch {
	case errors.Is(err, watch.ErrText):
		return &market.Fault{Kind: market.Invalid, Field: "text", Msg: "A note needs a text.", Fix: "Write what you know, in at most 4,000 letters.", Err: err}
	case errors.Is(err, watch.ErrFull):
		return &market.Fault{Kind: market.Conflict, Field: "text", Msg: "This incident has as many notes as it can keep.", Fix: "Keep what is new elsewhere.", Err: err}
	}
	return err
}
