package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"kontor/market"
	"kontor/web/page"
)

// mostLetters bounds the kept letters on a page.
const mostLetters = 40

// letters answers GET /letters: where letters are kept and not sent, the
// operator reads them here; in the demo, whose people are all samples,
// everybody does, so that a newcomer can confirm an address just opened.
func (s *Site) letters(w http.ResponseWriter, r *http.Request) error {
	a := actor(r)
	if s.Letters == nil || len(s.Demo) == 0 && !a.Operator {
		return market.Missing("This page")
	}
	kept, err := s.Letters.Kept(r.Context(), a, mostLetters)
	if err != nil {
		return err
	}
	v := s.view(r)
	if a.Operator {
		v = s.operatorView(r)
	}
	p := page.Letters{Lead: v.Words.T("account.letters_lead")}
	if len(kept) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("account.letters_none"), Text: v.Words.T("account.letters_none_text")}
	}
	for _, l := range kept {
		letter := page.Letter{Subject: l.Subject, To: l.To, When: v.Words.Stamp(l.At)}
		for _, text := range paragraphs(l.Text) {
			letter.Paras = append(letter.Paras, s.pieces(text))
		}
		p.Letters = append(p.Letters, letter)
	}
	v.Title = v.Words.T("account.letters")
	return s.show(w, r, page.LettersPage(v, p))
}

// link finds addresses in a letter's text, without the full stop behind them.
var link = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:)]`)

// pieces cuts a text at its addresses. Those of this house lead on by path, so
// that they also work where the house is reached by another name.
func (s *Site) pieces(text string) (out []page.Piece) {
	for text != "" {
		at := link.FindStringIndex(text)
		if at == nil {
			return append(out, page.Piece{Text: text})
		}
		if at[0] > 0 {
			out = append(out, page.Piece{Text: text[:at[0]]})
		}
		href := text[at[0]:at[1]]
		piece := page.Piece{Text: href}
		if u, err := url.Parse(href); err == nil && strings.HasPrefix(href, s.Origin+"/") {
			piece.Href = u.RequestURI()
		}
		out, text = append(out, piece), text[at[1]:]
	}
	return out
}
