package page

import (
	"math"

	"github.com/a-h/templ"
)

// siegePages is the live page, an incident and the public status page by the
// names of their golden files.
func siegePages(v *View, at func(path, title string) *View) map[string]templ.Component {
	house := func(path, title string) *View {
		c := at(path, title)
		c.Canonical, c.Desk, c.Who = "", DeskOperator, "The house"
		c.Menu = []Option{{Label: v.Words.T("siege.menu"), Href: v.To("/house/shield"), Chosen: path == "/house/shield"}, {Label: v.Words.T("incident.list"), Href: v.To("/house/incidents"), Count: 1}}
		return c
	}
	return map[string]templ.Component{
		"siege":    SiegePage(house("/house/shield", "How the house holds"), sampleSiege(v), sampleMend(v)),
		"incident": IncidentPage(house("/house/incidents/2026-11-23-1", "2026-11-23-1"), sampleIncident(v)),
		"status":   StatusPage(&View{Words: v.Words, Theme: v.Theme, Prefix: v.Prefix, Path: "/status", House: v.House, Me: &Me{}, Title: "Status", Canonical: "https://kontor.example/status"}, sampleStatus(v)),
	}
}

// wave is n values about a mean, growing to most from the point that is given.
func wave(n int, mean, most float64, from int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = mean * (1 + .1*math.Sin(float64(i)))
		if i >= from {
			out[i] += most
		}
	}
	return out
}

func sampleSiege(v *View) Siege {
	w := v.Words
	return Siege{
		Title: "Under siege since 09:50:03 UTC. The house is trading.", Lead: w.T("siege.do_trades"), Tone: Bad, Stamp: "As of 10:04:11 UTC.",
		Report: &Option{Label: w.T("siege.incident", "id", "2026-11-23-1"), Href: v.To("/house/incidents/2026-11-23-1")},
		Tags:   []Tag{{Tone: Warn, Text: w.T("siege.rule_shadow", "rule", w.T("siege.rule_shapes"))}}, Level: w.T("siege.level", "level", w.T("siege.siege")),
		Levels:  []Option{{Label: w.T("siege.calm"), Value: "calm"}, {Label: w.T("siege.strained"), Value: "strained"}, {Label: w.T("siege.siege"), Value: "siege", Chosen: true}},
		Figures: []Measure{{Label: w.T("siege.paying_answered"), Value: "100%", Note: "of 288 requests in the last minute", Tone: OK}, {Label: w.T("siege.members_answered"), Value: "98.7%", Note: "of 2,076 requests in the last minute", Tone: Bad}, {Label: w.T("siege.refused"), Value: "47,900", Note: "at most 52,300, at 10:02:14 UTC"}},
		Goodput: []Goodput{
			{Name: w.T("siege.class_paying"), Now: w.T("siege.now", "n", 48), Share: "100%", Note: "4,320 of 4,320 answered", Label: "Paying: answered 100%", Colour: "pay", Asked: wave(30, 48, 0, 30), Answered: wave(30, 48, 0, 30)},
			{Name: w.T("siege.class_guest"), Now: w.T("siege.now", "n", 6100), Share: "34.6%", Note: "31,000 of 89,600 answered", Label: "Guest: answered 34.6%", Colour: "guest", Asked: wave(30, 700, 5400, 12), Answered: wave(30, 700, 1400, 12)},
			{Name: w.T("siege.class_suspect"), Now: w.T("siege.now", "n", 0), Share: "–", Note: w.T("siege.nobody"), Label: "Suspect: nobody asked", Colour: "sus", Asked: make([]float64, 30), Answered: make([]float64, 30)},
		},
		GoodputNote: w.T("siege.who_note", "from", "09:49", "to", "10:04"),
		Flow: Flow{Label: "Of 60,000 a second most are refused", Most: 60_000, Y: []string{"60k", "30k", "0"}, X: []string{"09:49", "09:54", "09:59", "10:04"}, Bands: []Band{
			{Label: w.T("siege.by_site"), Colour: "mem", Values: wave(30, 900, 0, 30)}, {Label: w.T("siege.by_memory"), Colour: "pass", Values: wave(30, 1200, 2000, 12)}, {Label: w.T("siege.by_refusal"), Colour: "sus", Values: wave(30, 0, 47_000, 12)}, {Label: w.T("siege.by_door"), Colour: "drop", Values: wave(30, 0, 4_000, 12)},
		}},
		Decisions: []Decided{{When: "10:04:10", What: "203.0.113.7 turned away: " + w.T("siege.why_over_limit"), Why: "Number 7F3K-2Q9X · Guest · GET /search · AS64500 Example DE"}},
		Shapes:    Listed{Title: w.T("siege.shapes"), None: w.T("siege.no_shapes"), Table: Table{Label: w.T("siege.shapes"), Stack: true, Cols: []Col{{Label: w.T("siege.shape"), Full: true}, {Label: w.T("siege.a_second"), Right: true, Lead: true}}, Rows: []Row{{Cells: Cells("route GET /search, query shape q, network AS64500 Example", "31,200")}}}},
		Sources:   Listed{Title: w.T("siege.sources"), None: w.T("siege.no_sources")},
		Bans: Listed{Title: w.T("siege.bans"), None: w.T("siege.no_bans"), Note: "12 more", Table: Table{Label: w.T("siege.bans"), Stack: true, Cols: []Col{{Label: w.T("siege.prefix"), Full: true}, {Label: w.T("siege.reason"), Full: true}, {Label: w.T("siege.lift")}},
			Rows: []Row{{Cells: []Cell{{Text: "203.0.113.0/24"}, {Text: "over its limits in every second", Tag: &Tag{Tone: Warn, Text: w.T("siege.shadow")}}, {Part: LiftButton(Act{Label: w.T("siege.lift"), Action: v.To("/house/shield/lift"), Hidden: []Option{{Label: "prefix", Value: "203.0.113.0/24"}}})}}}}}},
	}
}

func sampleMend(v *View) Mend {
	w := v.Words
	mend, ban := Form{ID: "mend", Values: map[string]string{"ref": "7F3K-2Q9X"}}, Form{ID: "ban", Action: v.To("/house/shield/ban")}
	return Mend{
		Action: v.Prefix + "/house/shield", Ref: mend.Field("ref", w.T("siege.ref")).Must().Saying(w.T("siege.ref_hint")),
		Found: []Line{{Label: w.T("siege.found_source"), Note: "203.0.113.7/32"}, {Label: w.T("siege.found_why"), Note: w.T("siege.why_over_limit")}},
		Let:   &Act{Label: w.T("siege.let"), Action: v.To("/house/shield/let"), Hidden: []Option{{Label: "ref", Value: "7F3K-2Q9X"}}},
		Ban:   ActForm{ID: "ban", Title: w.T("siege.ban"), Lead: w.T("siege.ban_lead"), Form: ban, Button: w.T("siege.ban_do"), Fields: []Field{ban.Field("prefix", w.T("siege.prefix")).Must(), ban.Field("reason", w.T("siege.reason")).Must()}},
	}
}

func sampleIncident(v *View) Incident {
	w := v.Words
	note := Form{ID: "note", Action: v.To("/house/incidents/2026-11-23-1/notes")}
	return Incident{
		Crumbs: []Option{{Label: w.T("incident.list"), Href: v.To("/house/incidents")}, {Label: "2026-11-23-1"}}, Title: "Flood of GET /search", Tag: Tag{Tone: Bad, Text: w.T("incident.is_open")},
		Lead: "From 23 November 2026, 09:50 UTC to 23 November 2026, 10:04 UTC: 14 minutes.", Figures: []Figure{{Label: w.T("incident.peak"), Value: "52,300", Note: w.T("incident.a_second")}},
		Tables:  []Listed{{Title: w.T("incident.targets"), Table: Table{Label: w.T("incident.targets"), Stack: true, Cols: []Col{{Label: w.T("incident.target"), Full: true}, {Label: w.T("incident.turned_away"), Right: true, Lead: true}}, Rows: []Row{{Cells: Cells("GET /search", "31,200,000")}}}}, {Title: w.T("incident.shapes"), None: w.T("incident.no_shapes")}},
		Sources: Listed{Title: w.T("incident.sources"), None: w.T("incident.no_sources")},
		Notes:   []Message{{From: w.T("incident.you"), When: w.Stamp(sampleTime), Text: "Told the hoster.", Mine: true}},
		Forms:   []ActForm{{ID: "note", Title: w.T("incident.note"), Form: note, Button: w.T("incident.note_do"), Areas: []Field{note.Field("text", w.T("incident.text")).Must()}}},
	}
}

func sampleStatus(v *View) Status {
	w := v.Words
	looking, trading := make([]Quarter, 96), make([]Quarter, 96)
	for i := 20; i < 96; i++ {
		looking[i], trading[i] = QuarterOpen, QuarterOpen
	}
	looking[60], looking[61], looking[62] = QuarterSlow, QuarterShort, QuarterShort
	return Status{
		Title: w.T("status.is_siege"), Lead: w.T("status.lead_siege"), Tone: Warn, Stamp: w.T("status.stamp", "at", w.Stamp(sampleTime)), From: w.T("status.day_ago"), Legend: w.T("status.legend"), To: w.T("status.now"), Known: w.T("status.known", "since", w.Stamp(sampleTime)),
		Parts:  []StatusPart{{Name: w.T("status.looking"), Tag: Tag{Tone: Bad, Text: w.T("status.waits_looking")}, Share: "94.1%", Label: "94.1%", Bars: looking}, {Name: w.T("status.trading"), Tag: Tag{Tone: OK, Text: w.T("status.works")}, Share: "100%", Label: "100%", Bars: trading}},
		Events: []StatusEvent{{Title: w.T("status.attack", "day", w.Day(sampleTime)), Tag: Tag{Tone: Warn, Text: w.T("status.going_on")}, Text: w.T("status.attack_quiet", "from", w.Stamp(sampleTime), "span", "14 minutes")}},
	}
}
