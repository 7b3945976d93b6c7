package watch

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kontor/shield"
)

// Incident is an attack, from the first second in which it was noticed until a
// person closes it.
type Incident struct {
	ID     string    `json:"id"` // day and number: 2026-11-23-1
	Opened time.Time `json:"opened"`
	Last   time.Time `json:"last"`   // last second with a sign of it
	Closed time.Time `json:"closed"` // zero while open

	Seconds int64            `json:"seconds"` // with a sign of it
	Classes map[string]Tally `json:"classes"` // by class of visitor
	Targets map[string]int64 `json:"targets"` // turned away or cut off, by what was aimed at
	Shapes  []Shape          `json:"shapes"`  // floods that many sources made together
	Sources []shield.Source  `json:"sources"` // that were turned away most
	Peak    Peak             `json:"peak"`

	Notes    []Note `json:"notes"`
	ClosedBy string `json:"closed_by,omitempty"`
}

// Tally counts requests.
type Tally = shield.Tally

// Shape is a flood of requests that had something in common.
type Shape struct {
	Label   string    `json:"label"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Peak    float64   `json:"peak"` // requests in a second
	Seconds int64     `json:"seconds"`
}

// Peak is the worst second of each kind.
type Peak struct {
	Refused     int64 `json:"refused"`     // requests turned away in a second
	Closed      int64 `json:"closed"`      // connections closed at the door in a second
	Connections int   `json:"connections"` // open at once
}

// Note is what a person wrote down.
type Note struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// Bounds of what an incident keeps.
const (
	mostShapes  = 32
	mostSources = 50
	mostTargets = 64
	mostNotes   = 500
)

// Open tells whether nobody has closed it.
func (i *Incident) Open() bool { return i.Closed.IsZero() }

// Target is what most of the attack aimed at; "" if nothing was turned away yet.
// A route goes before what happened at the door, unless that was ten times as
// often: connections are the means of a flood, and mostly not its aim. Where a
// flood of requests was found, connections closed before they could ask for
// anything belong to it, however many there were: those that came through tell
// what the others wanted.
func (i *Incident) Target() string {
	route, door := "", ""
	for _, name := range slices.Sorted(maps.Keys(i.Targets)) {
		best := &route
		if strings.HasPrefix(name, doorPrefix) {
			best = &door
		}
		if *best == "" || i.Targets[name] > i.Targets[*best] {
			*best = name
		}
	}
	unheard := len(i.Shapes) > 0 && door != "" && door != doorPrefix+"slow" && door != doorPrefix+"frames" && door != doorPrefix+"handshake"
	if route == "" || door != "" && i.Targets[door] > 10*i.Targets[route] && !unheard {
		return door
	}
	return route
}

// Title is the incident in a few words.
func (i *Incident) Title() string {
	target := i.Target()
	switch {
	case target == "":
		return "Under attack"
	case strings.HasPrefix(target, doorPrefix):
		return "Attack on connections: " + strings.TrimPrefix(target, doorPrefix)
	}
	return "Flood of " + target
}

// doorPrefix marks a target that is no route: connections that were closed at
// the door.
const doorPrefix = "connections: "

// add counts a second to the incident.
func (i *Incident) add(x shield.Second) {
	i.Last = x.At
	i.Seconds++
	if i.Classes == nil {
		i.Classes, i.Targets = map[string]Tally{}, map[string]int64{}
	}
	refused := int64(0)
	for c, t := range x.Classes {
		sum := i.Classes[shield.Class(c).String()]
		sum.Offered, sum.Served, sum.Cached = sum.Offered+t.Offered, sum.Served+t.Served, sum.Cached+t.Cached
		sum.Refused, sum.Would = sum.Refused+t.Refused, sum.Would+t.Would
		i.Classes[shield.Class(c).String()] = sum
		refused += t.Refused + t.Would
	}
	for route, n := range x.Routes {
		i.aim(route, n)
	}
	for why, n := range x.Door {
		if why != "banned" { // that is our answer, not what was aimed at
			i.aim(doorPrefix+why, n)
		}
	}
	i.Peak.Refused = max(i.Peak.Refused, refused)
	i.Peak.Closed = max(i.Peak.Closed, x.Closed)
	i.Peak.Connections = max(i.Peak.Connections, x.Conns)
	for _, h := range x.Hot {
		i.addShape(x.At, h)
	}
	for _, s := range x.Sources {
		if s.Refused > 0 {
			i.addSource(s)
		}
	}
}

func (i *Incident) aim(target string, n int64) {
	if _, known := i.Targets[target]; !known && len(i.Targets) >= mostTargets {
		target = "other"
	}
	i.Targets[target] += n
}

func (i *Incident) addShape(at time.Time, h shield.Hot) {
	for k := range i.Shapes {
		s := &i.Shapes[k]
		if s.Label == h.Label {
			s.Last, s.Peak, s.Seconds = at, max(s.Peak, h.Rate), s.Seconds+1
			return
		}
	}
	if len(i.Shapes) < mostShapes {
		i.Shapes = append(i.Shapes, Shape{h.Label, at, at, h.Rate, 1})
	}
}

// addSource keeps the sources that were turned away most. One that fell out of
// the list and comes again begins anew: the list is a guide, no count.
func (i *Incident) addSource(s shield.Source) {
	at := slices.IndexFunc(i.Sources, func(x shield.Source) bool { return x.Prefix == s.Prefix })
	if at >= 0 {
		i.Sources[at].Refused += s.Refused
		i.Sources[at].Asked = max(i.Sources[at].Asked, s.Asked)
	} else {
		i.Sources = append(i.Sources, s)
	}
	slices.SortFunc(i.Sources, func(a, b shield.Source) int { return cmp.Compare(b.Refused, a.Refused) })
	i.Sources = i.Sources[:min(len(i.Sources), mostSources)]
}

// nextID is the id of a day's next incident.
func nextID(at time.Time, taken func(string) bool) string {
	for n := 1; ; n++ {
		if id := fmt.Sprintf("%s-%d", at.UTC().Format(time.DateOnly), n); !taken(id) {
			return id
		}
	}
}

// copy is the incident as it is now, sharing nothing that changes.
func (i *Incident) copy() Incident {
	c := *i
	c.Classes, c.Targets = maps.Clone(i.Classes), maps.Clone(i.Targets)
	c.Shapes, c.Sources, c.Notes = slices.Clone(i.Shapes), slices.Clone(i.Sources), slices.Clone(i.Notes)
	return c
}
