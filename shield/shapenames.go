package shield

import (
	"fmt"
	"math/bits"
	"strings"
)

// name is what a label is kept under: a part's own value, a query with its route.
type name struct {
	part         part
	value, route uint32
}

// named tells whether all parts of a shape have names.
func (s *shapes) named(sh *shape) bool {
	s.naming.RLock()
	defer s.naming.RUnlock()
	for p := partRoute; p < partPace; p++ {
		n := nameOf(p, sh)
		if n.none() {
			continue
		}
		if _, ok := s.names[n]; !ok {
			return false
		}
	}
	return true
}

// none tells whether there is nothing to name.
func (n name) none() bool { return n.value == 0 && n.part != partRoute }

func nameOf(p part, sh *shape) name {
	switch p {
	case partQuery:
		return name{p, sh.query, sh.route}
	case partPrint:
		return name{p, sh.print, 0}
	case partNetwork:
		return name{p, sh.network, 0}
	}
	return name{part: p, value: sh.route}
}

// name gives a shape's parts their names, for people: the route's pattern, the
// names of the query's parameters, the fingerprint, the network. Each is cut to
// 160 bytes; names that were not used lately are forgotten for new ones.
func (s *shapes) name(sh *shape, route, query, print, network string) {
	s.naming.Lock()
	defer s.naming.Unlock()
	for p, text := range []string{route, query, print, network} {
		n := nameOf(part(p), sh)
		if _, ok := s.names[n]; ok || n.none() {
			continue
		}
		if len(s.names) >= s.most.names {
			s.names, s.old = make(map[name]string, s.most.names), s.names
		}
		s.names[n] = strings.Clone(clip(text, nameText))
	}
}

// describe fills in a flood's label.
func (s *shapes) describe(h *Hot) {
	if len(h.Parts) == bits.OnesCount8(uint8(h.kind.parts)) {
		return
	}
	s.naming.RLock()
	defer s.naming.RUnlock()
	h.Parts = map[string]string{}
	var label []string
	for p := range partCount {
		if !h.kind.parts.has(p) {
			continue
		}
		text := s.nameFor(p, &h.kind.shape)
		h.Parts[partNames[p]] = text
		label = append(label, partNames[p]+" "+text)
	}
	h.Label = strings.Join(label, ", ")
}

func (s *shapes) nameFor(p part, sh *shape) string {
	if p == partPace {
		return paceNames[sh.pace]
	}
	n := nameOf(p, sh)
	for _, names := range []map[name]string{s.names, s.old} {
		if text := names[n]; text != "" {
			return text
		}
	}
	if n.none() {
		return "none"
	}
	return fmt.Sprintf("%08x", n.value)
}
