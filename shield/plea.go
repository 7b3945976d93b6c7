package shield

import (
	"net/http"
	"strings"
)

// plea is the head of a request that says no more than most do: GET or HEAD, a
// plain address, one host, no body, nothing about the connection. Reading one is
// all the HTTP that the door knows by itself.
//
// It is stricter than RFC 9112 and than net/http: what it reads they read in the
// same way, and what may mean two things to two readers is no plea.
type plea struct {
	addressee
	query  string // as it was sent
	agent  string
	cookie string
	fields int
	hosts  int

	languages [1]string
	answer    []byte // room for one
}

// mostPleaFields bounds a plea's fields.
const mostPleaFields = 32

// read reads a head, empty line included, and tells whether it is a plea.
func (x *plea) read(head string) bool {
	*x = plea{answer: x.answer}
	line, rest, ok := strings.Cut(head, "\r\n")
	if !ok || !x.readLine(line) {
		return false
	}
	for {
		if line, rest, ok = strings.Cut(rest, "\r\n"); !ok {
			return false
		}
		if line == "" {
			return rest == "" && x.hosts == 1
		}
		if x.fields++; x.fields > mostPleaFields || !x.readField(line) {
			return false
		}
	}
}

// readLine reads a request line.
func (x *plea) readLine(line string) bool {
	method, rest, _ := strings.Cut(line, " ")
	target, version, _ := strings.Cut(rest, " ")
	if version != "HTTP/1.1" || method != http.MethodGet && method != http.MethodHead {
		return false
	}
	x.method = method
	x.path, x.query, _ = strings.Cut(target, "?")
	if !strings.HasPrefix(x.path, "/") || strings.HasPrefix(x.path, "//") {
		return false
	}
	return only(x.path, inPath) && only(x.query, inPath|inQuery)
}

// readField reads a field line.
func (x *plea) readField(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || name == "" || !only(name, inName) || !only(value, inValue) {
		return false
	}
	value = strings.Trim(value, " \t")
	switch len(name) { // most fields are none of these
	case 2, 4, 6, 7, 10, 13, 14, 15, 16, 17:
	default:
		return true
	}
	switch strings.ToLower(name) {
	case "host":
		x.hosts++
		return x.hosts == 1 && value != "" && only(value, inHost)
	case "accept":
		return once(&x.accept, value)
	case "accept-language":
		x.addressee.languages = x.languages[:]
		return once(&x.languages[0], value)
	case "user-agent":
		return once(&x.agent, value)
	case "cookie":
		return once(&x.cookie, value)
	case "hx-request":
		x.part = true
	case "connection":
		return strings.EqualFold(value, "keep-alive")
	case "te", "expect", "upgrade", "trailer", "authorization", "content-length", "http2-settings", "proxy-connection", "transfer-encoding":
		return false
	}
	return true
}

// once takes a field's value that may stand in the head but once.
func once(field *string, value string) bool {
	first := *field == ""
	*field = value
	return first && value != ""
}

// mayRaise tells whether the plea brings something that could make its visitor
// more than a stranger at that address.
func (x *plea) mayRaise(names *cookieNames) bool {
	if x.cookie == "" {
		return false
	}
	jar := names.read([]string{x.cookie})
	return jar.standing != "" || jar.visitor != ""
}

// Where a byte may stand, as bits of bytesIn.
const (
	inName  uint8 = 1 << iota // of a field: tchar, RFC 9110 §5.6.2
	inValue                   // of a field: visible ASCII, space, tab
	inPath                    // unreserved, sub-delims, ":", "@", "/"; not "%", which hides others (RFC 3986 §3.3)
	inQuery                   // also "?" and "%"
	inHost                    // of names and addresses, with a port
)

var bytesIn = func() (all [256]uint8) {
	letters := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for _, x := range []struct {
		in    uint8
		bytes string
	}{
		{inName, letters + "!#$%&'*+-.^_`|~"},
		{inPath, letters + "-._~!$&'()*+,;=:@/"},
		{inQuery, "?%"},
		{inHost, letters + "-.:[]"},
	} {
		for i := range len(x.bytes) {
			all[x.bytes[i]] |= x.in
		}
	}
	for b := ' '; b <= '~'; b++ {
		all[b] |= inValue
	}
	all['\t'] |= inValue
	return all
}()

// only tells whether all bytes of s may stand there.
func only(s string, where uint8) bool {
	for i := range len(s) {
		if bytesIn[s[i]]&where == 0 {
			return false
		}
	}
	return true
}
