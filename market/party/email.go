package party

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"kontor/market"
)

// maxEmail is the longest address that SMTP can carry: RFC 5321 §4.5.3.1.3
// allows 256 bytes with its angle brackets.
const maxEmail = 254

// CheckEmail reads an address as somebody typed it: one address without a name,
// a domain with a dot. The result keeps the spelling of the part before the @,
// which only the receiving host may interpret (RFC 5321 §2.4), and has the
// domain in its ASCII form (RFC 5891), as mail servers need it.
func CheckEmail(typed string) (string, error) {
	typed = strings.TrimSpace(norm.NFKC.String(typed))
	wrong := func(msg, fix string) (string, error) {
		return "", &market.Fault{Kind: market.Invalid, Field: "email", Msg: msg, Fix: fix}
	}
	if typed == "" {
		return wrong("The e-mail address is empty.", "Enter the address that you read.")
	}
	parsed, err := mail.ParseAddress(typed)
	at := strings.LastIndexByte(typed, '@')
	if err != nil || parsed.Address != typed || at < 0 || strings.ContainsAny(typed, " \"\\") {
		return wrong("This is not an e-mail address.", "Write it like name@example.org.")
	}
	local, domain := typed[:at], typed[at+1:]
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") || strings.HasPrefix(ascii, "[") {
		return wrong("The part after the @ is not a domain.", "Write it like name@example.org.")
	}
	if len(local) > 64 || len(local)+1+len(ascii) > maxEmail {
		return wrong("The e-mail address is too long.", "Use one of at most 254 characters.")
	}
	return local + "@" + ascii, nil
}

// FoldEmail is the form in which two addresses are compared: lower case
// throughout. No host worth the name tells Ada from ada, and people do not
// remember which they typed.
func FoldEmail(checked string) string { return strings.ToLower(norm.NFKC.String(checked)) }
