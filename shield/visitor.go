package shield

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// visitor is what a guest's signed cookie tells: when it was first given, and at
// what pace it came back. It proves nothing about the person. Its worth is that
// it costs patience: a flood that wants many must keep each of them and ask
// slowly with it, and whoever uses one from many places is counted under its id.
type visitor struct {
	id    uint64
	born  int64 // Unix milliseconds
	last  int64 // Unix milliseconds of the last page
	human uint8 // pages that came at human pace
	quick uint8 // pages that came quicker
}

const (
	humanPace   = 700            // milliseconds between two pages of a person, at least
	passAfter   = 3              // pages at human pace that earn a pass
	visitorKept = 24 * time.Hour // between two pages; after that all is forgotten
	clockSkew   = 60_000         // milliseconds that another edge's clock may be ahead
	mostPages   = 200            // counted; beyond it both counts are halved, so that what came lately weighs more
)

// newVisitor begins with a random id.
func newVisitor(id uint64, nowMs int64) visitor { return visitor{id: id, born: nowMs, last: nowMs} }

// next is the visitor after a request; only a whole page counts, for a browser
// asks for its parts by itself.
func (v visitor) next(nowMs int64, document bool) visitor {
	if !document {
		return v
	}
	if nowMs-v.last >= humanPace {
		v.human++
	} else {
		v.quick++
	}
	if v.human > mostPages || v.quick > mostPages {
		v.human /= 2
		v.quick /= 2
	}
	v.last = max(v.last, nowMs)
	return v
}

// passed tells whether its pace earned a pass.
func (v visitor) passed() bool { return v.human >= passAfter && v.quick <= v.human }

// A visitor's note: id, born, last, human, quick.
const visitorSize = 8 + 8 + 8 + 1 + 1

// visitor writes v as the value of its cookie.
func (t *tokens) visitor(v visitor) string {
	var note [visitorSize]byte
	binary.BigEndian.PutUint64(note[:], v.id)
	binary.BigEndian.PutUint64(note[8:], uint64(v.born))
	binary.BigEndian.PutUint64(note[16:], uint64(v.last))
	note[24], note[25] = v.human, v.quick
	return t.sign(forVisitor, note[:])
}

// setVisitor gives a visitor its cookie with the answer that is being made.
func (t *tokens) setVisitor(w http.ResponseWriter, v visitor, secure bool) {
	w.Header().Add("Set-Cookie", setCookie(visitorCookie, t.visitor(v), visitorKept, secure))
}

// readVisitor reads a cookie's value. It is false for what we did not sign, what
// was not used for visitorKept, and what comes from the future.
func (t *tokens) readVisitor(nowMs int64, cookie string) (visitor, bool) {
	var note [visitorSize]byte
	if cookie == "" || !t.open(forVisitor, cookie, note[:]) {
		return visitor{}, false
	}
	v := visitor{
		id:    binary.BigEndian.Uint64(note[:]),
		born:  int64(binary.BigEndian.Uint64(note[8:])),
		last:  int64(binary.BigEndian.Uint64(note[16:])),
		human: note[24],
		quick: note[25],
	}
	if v.last > nowMs+clockSkew || nowMs-v.last > visitorKept.Milliseconds() {
		return visitor{}, false
	}
	return v, true
}

// The shield's own cookies.
const (
	standingCookie = "kontor_standing"
	visitorCookie  = "kontor_visitor"
)

// setCookie is a Set-Cookie field for one of ours (RFC 6265 §4.1); an age below
// a second takes it away.
func setCookie(name, value string, age time.Duration, secure bool) string {
	var b strings.Builder
	b.Grow(len(name) + len(value) + 72)
	b.WriteString(name)
	b.WriteByte('=')
	b.WriteString(value)
	b.WriteString("; Path=/; Max-Age=")
	b.WriteString(strconv.FormatInt(max(int64(age/time.Second), 0), 10))
	b.WriteString("; HttpOnly; SameSite=Lax")
	if secure {
		b.WriteString("; Secure")
	}
	return b.String()
}

// keepApart makes an answer that gives a cookie one visitor's own, whatever the
// site says of it: a cache on the way that keeps a public one would hand the
// same cookie to thousands, who are then one visitor here (RFC 9111 §7.3).
func keepApart(h http.Header) {
	if len(h["Set-Cookie"]) == 0 {
		return
	}
	control := directives(h["Cache-Control"])
	if control.has("private") || control.has("no-store") || control.has("no-cache") {
		return
	}
	h["Cache-Control"] = ownAnswer
}

var ownAnswer = []string{"private, no-cache"}

// cookieNames are the site's cookies that the shield must know.
type cookieNames struct {
	session string // who carries it may be signed in; "" if any cookie but ours and theme may mean that
	theme   string // chooses between looks of a public page; "" if there are none
	themes  []string
}

// jar is what a request's cookies tell, as parts of the header they came in.
type jar struct {
	standing, visitor string // values of our cookies; "" if they did not come
	theme             byte   // 0, or 1 + its index in cookieNames.themes
	session           bool   // the site may know who this is
}

// read looks through the Cookie fields of a request. Of two cookies of a name
// the first counts, as browsers send the one with the longer path first
// (RFC 6265 §5.4).
func (names *cookieNames) read(fields []string) (j jar) {
	for _, rest := range fields {
		for rest != "" {
			var pair string
			if end := strings.IndexByte(rest, ';'); end >= 0 {
				pair, rest = rest[:end], rest[end+1:]
			} else {
				pair, rest = rest, ""
			}
			name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
			switch {
			case name == standingCookie:
				if j.standing == "" {
					j.standing = value
				}
			case name == visitorCookie:
				if j.visitor == "" {
					j.visitor = value
				}
			case name == names.theme && name != "":
				if j.theme == 0 {
					j.theme = names.themeOf(value)
				}
			case name != "" && (name == names.session || names.session == ""):
				j.session = true
			}
		}
	}
	return j
}

func (names *cookieNames) themeOf(value string) byte {
	for i, t := range names.themes {
		if t == value {
			return byte(i + 1)
		}
	}
	return 0
}

// withTheme is the Cookie field by which a page of a theme is asked for; "" for
// the usual look.
func (names *cookieNames) withTheme(theme byte) string {
	if theme == 0 || int(theme) > len(names.themes) {
		return ""
	}
	return names.theme + "=" + names.themes[theme-1]
}
