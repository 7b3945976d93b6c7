package catalog

import "strings"

// isLanguage tells whether tag has the form of a BCP 47 language tag: letters
// of the language, then parts of letters and digits.
func isLanguage(tag string) bool {
	parts := strings.Split(tag, "-")
	if n := len(parts[0]); n < 2 || n > 3 || strings.Trim(parts[0], "abcdefghijklmnopqrstuvwxyz") != "" || len(tag) > 35 {
		return false
	}
	for _, p := range parts[1:] {
		if len(p) < 1 || len(p) > 8 || strings.ContainsFunc(p, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
		}) {
			return false
		}
	}
	return true
}
