package mail

import (
	"context"
	"strings"
	"time"
	"unicode"
)

// Letter is one that is ready to be posted.
type Letter struct {
	ID      string    `json:"id"`   // of its event and recipient: a repeat has the same
	Kind    string    `json:"kind"` // name of its text, such as "shipped_buyer"
	Name    string    `json:"name"` // of the recipient
	Address string    `json:"address"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"` // the same words
	At      time.Time `json:"at"`
}

// Post takes letters. Posting one letter twice does no harm. An error that has a
// method Permanent() bool answering true says that trying again is of no use; no
// error holds an address.
type Post interface {
	Send(ctx context.Context, l Letter) error
}

// mostLine bounds what somebody typed in one line of a letter, in characters.
const mostLine = 200

// line makes one line of what somebody typed: no control characters, no marks
// that reverse the reading direction, and an end. atMost bounds it elsewhere.
func line(s string) string { return atMost(mostLine, s) }

func atMost(most int, s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}
