// Package draw makes the demo catalogue's pictures: flat line-and-tint
// drawings of goods on ledger paper, in the house's inks.
//
// A picture depends on its kind and seed alone, so that every demo house looks
// the same. All functions are safe for concurrent use; a picture takes a few
// milliseconds and about 2 MB.
package draw

import (
	"image"
	"slices"
	"strconv"
	"strings"
)

// Side is a picture's width and height in pixels.
const Side = 640

// kinds says how each kind of good is drawn.
var kinds = merge(clothing, leather, cloth, table, light, furniture, food, care, tools, paper, toys, cycle)

// Kinds lists the goods that can be drawn, in alphabetical order.
func Kinds() []string {
	out := make([]string, 0, len(kinds))
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Picture draws one good. The seed's bits, from the lowest: four choose the
// main ink, four the shape or pattern, four the second ink (the same as the
// main one leaves it free), the rest the paper, proportions and details. A kind that
// is not in Kinds is drawn as a closed crate.
func Picture(kind string, seed uint64) image.Image {
	f, ok := kinds[kind]
	if !ok {
		f = closedCrate
	}
	p := newPen(kind, seed)
	p.paper()
	f(p)
	return p.img
}

// Parse reads a catalogue's picture reference, "draw:mug:3"; ok is false for
// anything else and for kinds that nobody can draw.
func Parse(ref string) (kind string, seed uint64, ok bool) {
	rest, found := strings.CutPrefix(ref, "draw:")
	if !found {
		return "", 0, false
	}
	kind, number, found := strings.Cut(rest, ":")
	if !found || kinds[kind] == nil {
		return "", 0, false
	}
	seed, err := strconv.ParseUint(number, 10, 64)
	return kind, seed, err == nil
}

func merge(groups ...map[string]func(*pen)) map[string]func(*pen) {
	all := map[string]func(*pen){}
	for _, g := range groups {
		for k, f := range g {
			all[k] = f
		}
	}
	return all
}
