package party

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"kontor/market"
)

// text trims a line, brings it into one form (NFC) and notes what is wrong.
func text(fs *market.Faults, field string, s *string, what string, least, most int) {
	*s = strings.TrimSpace(norm.NFC.String(*s))
	letters(fs, field, *s, what, least, most, false)
}

// letters checks the length and the characters of a text.
func letters(fs *market.Faults, field, s, what string, least, most int, lines bool) {
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !(lines && (r == '\n' || r == '\t')) || bidi(r)
	}):
		fs.Add(field, "There are characters in it that can't be printed.", "Type it again, without pasting.")
	case n < least && n == 0:
		fs.Add(field, "This is empty.", "Enter "+what+".")
	case n < least:
		fs.Add(field, fmt.Sprintf("This has %d characters.", n), fmt.Sprintf("Enter %s with %d to %d.", what, least, most))
	case n > most:
		fs.Add(field, fmt.Sprintf("This has %d characters.", n), fmt.Sprintf("Use at most %d.", most))
	}
}

// bidi tells whether r turns the direction of what follows, which can make one
// name look like another (Unicode Technical Report 36 §2.5).
func bidi(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// country checks an ISO 3166-1 alpha-2 code.
func country(fs *market.Faults, field string, code *string) {
	*code = strings.ToUpper(strings.TrimSpace(*code))
	if !IsCountry(*code) {
		fs.Add(field, "No country is chosen.", "Choose one from the list.")
	}
}

// languageTag checks a BCP 47 tag and brings it into its usual spelling.
func languageTag(fs *market.Faults, field string, tag *string) {
	t, err := language.Parse(*tag)
	if err != nil || len(*tag) > 35 || t == language.Und {
		fs.Add(field, "This is not a language.", "Choose one from the list.")
		return
	}
	*tag = t.String()
}

// mostSlug is the longest slug, in bytes.
const mostSlug = 48

// plainLetters have no decomposition in Unicode.
var plainLetters = map[rune]string{'ß': "ss", 'ø': "o", 'ł': "l", 'æ': "ae", 'œ': "oe", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i"}

// Slug makes the part of a storefront's address that names it: lower-case Latin
// letters, digits and single hyphens, at most 48. Marks are dropped (ü is u);
// what has no Latin letter or digit gives "".
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		letter, ok := plainLetters[r]
		switch {
		case ok:
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			letter = string(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			continue
		default:
			gap = true
			continue
		}
		if b.Len() >= mostSlug-len(letter) {
			break
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(letter)
	}
	return b.String()
}
