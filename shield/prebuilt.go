package shield

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// prebuilt is an answer cut where the seconds and the reference stand.
type prebuilt struct {
	pieces []piece
	length [secondsMost + 1][]string // Content-Length by how many digits the seconds have
}

type piece struct {
	text string
	then hole
}

type hole uint8

const (
	holeEnd hole = iota
	holeSeconds
	holeReference
)

// refusalSize bounds an answer, in bytes of body. Tests keep the built-in texts
// under it; a longer translation is answered in English.
const refusalSize = 1_900

// referenceSize is the length of a reference number, such as 7F3K-2Q9X.
const referenceSize = 9

// style is the look of a refusal: of the house's waiting page, without fonts.
const style = `:root{color-scheme:light dark;--p:#e6ece9;--i:#13252c;--m:#455a5f;--e:#0a5870}@media(prefers-color-scheme:dark){:root{--p:#0b1519;--i:#e4ecea;--m:#a7bab9;--e:#79c4da}}body{margin:0;background:var(--p);color:var(--i);font:1.0625rem/1.5 "Segoe UI",Roboto,"Noto Sans",sans-serif}main{max-width:38rem;margin:0 auto;padding:1.5rem 1.25rem}svg{width:2rem}h1{font:700 1.9rem/1.15 Georgia,"Noto Serif",serif;margin:1.2rem 0 .5rem}p b{font-variant-numeric:tabular-nums}small{color:var(--m)}a{color:var(--e)}:focus-visible{outline:3px solid}`

const sign = `<svg viewBox="0 0 40 46" aria-hidden="true"><path d="M0 46V14h5v-4h5V6h5V2h10v4h5v4h5v4h5v32z" fill="#9a2d1e"/><path d="M15 8v33M10 14h10M15 28l14-12M15 26l14 15" fill="none" stroke="#fff" stroke-width="3.4"/></svg>`

// build makes one answer.
func build(lang string, t Texts, why Reason, to medium, status string) prebuilt {
	if to == forPrograms {
		return dissect(problem(t, why))
	}
	var b strings.Builder
	text, m := t.Reasons[why], manners[why]
	esc := html.EscapeString
	if to != forScripts {
		fmt.Fprintf(&b, `<!doctype html><html lang="%s" dir="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">`, esc(lang), direction(lang))
		if to == forReturns && m.renews {
			b.WriteString(`<meta http-equiv="refresh" content="{seconds}">`)
		}
		fmt.Fprintf(&b, `<title>%s</title><style>%s</style><main>%s`, esc(text.Title), style, sign)
	}
	fmt.Fprintf(&b, `<h1>%s</h1><p>%s</p>`, esc(text.Title), esc(text.Body))
	if again := t.Again; m.again {
		if to == forReturns && m.renews {
			again = t.Renews
		}
		fmt.Fprintf(&b, `<p><b>%s</b></p>`, esc(again))
	}
	fmt.Fprintf(&b, `<p><small>%s`, esc(t.Reference))
	if status != "" {
		fmt.Fprintf(&b, ` · <a href="%s">%s</a>`, esc(status), esc(t.Status))
	}
	b.WriteString(`</small></p>`)
	if to != forScripts {
		b.WriteString(`</main></html>`)
	}
	return dissect(b.String())
}

// problem is the answer for programs.
func problem(t Texts, why Reason) string {
	m := manners[why]
	var p struct {
		Type      string `json:"type"`
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail"`
		Reason    string `json:"reason"`
		Reference string `json:"reference"`
	}
	p.Type, p.Title, p.Status, p.Reason, p.Reference = "about:blank", http.StatusText(m.status), m.status, m.name, "{reference}"
	p.Detail = t.Reasons[why].Title + " " + t.Reasons[why].Body
	text, _ := json.Marshal(p) // strings and a number
	if m.again {
		return strings.TrimSuffix(string(text), "}") + `,"retry_after":{seconds}}`
	}
	return string(text)
}

// direction is how a language is written.
func direction(lang string) string {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch primary {
	case "ar", "dv", "fa", "he", "ps", "ur", "yi":
		return "rtl"
	}
	return "ltr"
}

// dissect finds the holes of a text.
func dissect(text string) (p prebuilt) {
	for text != "" {
		s, r := strings.Index(text, "{seconds}"), strings.Index(text, "{reference}")
		switch {
		case s >= 0 && (r < 0 || s < r):
			p.pieces = append(p.pieces, piece{text[:s], holeSeconds})
			text = text[s+len("{seconds}"):]
		case r >= 0:
			p.pieces = append(p.pieces, piece{text[:r], holeReference})
			text = text[r+len("{reference}"):]
		default:
			p.pieces = append(p.pieces, piece{text, holeEnd})
			text = ""
		}
	}
	for digits := range p.length {
		p.length[digits] = []string{strconv.Itoa(p.size(digits))}
	}
	return p
}

// size is how many bytes the answer has with seconds of so many digits.
func (p *prebuilt) size(digits int) (n int) {
	for _, x := range p.pieces {
		n += len(x.text)
		switch x.then {
		case holeSeconds:
			n += digits
		case holeReference:
			n += referenceSize
		}
	}
	return n
}

// write fills the holes.
func (p *prebuilt) write(b []byte, after, ref string) []byte {
	for i := range p.pieces {
		b = append(b, p.pieces[i].text...)
		switch p.pieces[i].then {
		case holeSeconds:
			b = append(b, after...)
		case holeReference:
			b = append(b, ref...)
		}
	}
	return b
}
