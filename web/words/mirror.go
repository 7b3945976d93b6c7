package words

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// mirrored is the catalogue as the language Mirror: each literal is longer by a
// third, stands in brackets, and runs from right to left by an override (UAX #9
// §2.2), while the values put into it keep their own direction.
func (w *Words) mirrored() *Words {
	m := *w
	m.Lang, m.Dir, m.tag = Mirror, "rtl", language.English
	m.messages = make(map[string]message, len(w.messages))
	for key, forms := range w.messages {
		out := make(message, len(forms))
		for form, t := range forms {
			out[form] = mirrorText(t)
		}
		m.messages[key] = out
	}
	return &m
}

func mirrorText(t text) text {
	out := make(text, len(t))
	length := 0
	for i, part := range t {
		if i%2 == 1 {
			out[i] = part
			continue
		}
		length += utf8.RuneCountInString(part)
		out[i] = override(part)
	}
	if length > 3 {
		out[0] = "[" + out[0]
		out[len(out)-1] += override(strings.Repeat(" ~~~~", 1+length/15)) + "]"
	}
	return out
}

func override(s string) string {
	if s == "" {
		return ""
	}
	return "\u202e" + s + "\u202c"
}
