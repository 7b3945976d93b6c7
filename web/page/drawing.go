package page

import (
	"strconv"
	"strings"

	"kontor/web/assets"
	"kontor/web/words"
)

// drawings is the address of the file that holds every icon.
var drawings = assets.URL("drawings.svg")

// drawing is the address of one of them.
func drawing(name string) string { return drawings + "#" + name }

func (t Tag) class() string {
	if t.Tone == Plain {
		return "k-tag plain"
	}
	return "k-tag " + string(t.Tone)
}

func (n Note) class() string {
	if n.Tone == Plain {
		return "k-note"
	}
	return "k-note k-note-" + string(n.Tone)
}

func (s Step) class() string {
	if s.Here {
		return "on"
	}
	return ""
}

func (m Message) class() string {
	if m.Mine {
		return "k-msg me"
	}
	return "k-msg"
}

// percent writes thousandths as SVG takes them: 255 is "25.5%".
func percent(permille int) string {
	return strconv.FormatFloat(float64(min(max(permille, 0), 1000))/10, 'f', -1, 64) + "%"
}

// bar is one part of the hold bar.
type bar struct{ class, start, width, fill string }

// parts shares the bar out in thousandths: released, held, refunded.
func (h Hold) parts() []bar {
	total := h.Held + h.Released + h.Refunded
	if total <= 0 {
		return nil
	}
	permille := func(n int64) int { return int(float64(n) / float64(total) * 1000) }
	released, refunded := permille(h.Released), permille(h.Refunded)
	held := 1000 - released - refunded
	if h.Held == 0 {
		released, held = 1000-refunded, 0
	}
	var out []bar
	at := 0
	for _, p := range []struct {
		class, fill string
		size        int
	}{{"rel", "", released}, {"held", "url(#" + h.pattern() + ")", held}, {"ref", "", refunded}} {
		if p.size > 0 {
			out = append(out, bar{p.class, percent(at), percent(p.size), p.fill})
			at += p.size
		}
	}
	return out
}

// pattern is the id of the bar's hatching.
func (h Hold) pattern() string {
	if h.Frozen {
		return "hatch-frozen"
	}
	return "hatch"
}

func (h Hold) stripe() string {
	if h.Frozen {
		return "stripe-frozen"
	}
	return "stripe"
}

func (h Hold) label(w *words.Words) string {
	var said []string
	if h.Released > 0 {
		said = append(said, w.T("parts.hold_released", "amount", h.ReleasedText))
	}
	if h.Held > 0 {
		key := "parts.hold_held"
		if h.Frozen {
			key = "parts.hold_frozen"
		}
		said = append(said, w.T(key, "amount", h.HeldText))
	}
	if h.Refunded > 0 {
		said = append(said, w.T("parts.hold_refunded", "amount", h.RefundedText))
	}
	return strings.Join(said, ", ")
}
