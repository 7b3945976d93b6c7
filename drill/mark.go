package drill

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Class are those who are counted together. A page view counts where its
// visitor stood when asking for it: whoever buys is a guest before signing in,
// a member after, and paying from the cart on.
type Class string

// The classes of good users.
const (
	Paying  Class = "paying"     // has goods in the cart and goes to the checkout, or pays
	Member  Class = "member"     // is signed in
	SignIn  Class = "sign-in"    // opens or sends the sign-in form, on the way to the checkout
	Guest   Class = "guest"      // on pages that many look at: front page, categories, popular listings
	Deep    Class = "guest-deep" // a guest on a page of nobody else's: a search in own words, the cart
	Phone   Class = "phone"      // a guest on a telephone without JavaScript
	Office  Class = "office"     // one of forty guests behind one address
	Crawler Class = "crawler"    // a declared one of a search engine
)

// classes are all that are counted; arriving those that a scenario names.
var (
	classes  = []Class{Paying, Member, SignIn, Guest, Deep, Phone, Office, Crawler}
	arriving = []Class{Paying, Member, Guest, Phone, Office, Crawler}
)

// Mark is a figure that a drill must reach, written such as
//
//	paying served >= 99.5%        page views that were answered
//	paying soon >= 100%           answered within a second
//	member p99 <= 1.5x or 50ms    against calm in the same run, or at most so long
//	member p50 <= 1.05x
//	crawler refused <= 0          wrongly refused or challenged
//	attack cut <= 3s              until the attack gets no more than its share
//	attack held <= 100            connections that it keeps at the end
//	attack lasted <= 10s          how long it keeps one, in the mean
//	memory peak <= 300MB
//	incident opened <= 10s        exactly one, so long after the attack's begin
//	incident count <= 0           none at all
//
// That no order is lost or doubled, that no money is off and that kontor verify
// finds nothing is marked in every drill and needs no line.
type Mark struct {
	Who   string // a class, "attack", "memory" or "incident"
	What  string // served, soon, p50, p99, refused, cut, held, lasted, peak, opened, count
	Limit float64
	Or    time.Duration // of p50 and p99: what is always fast enough; 0 is nothing
}

// measures are what can be marked, of whom, and how the limit is written.
var measures = map[string]struct {
	of   string // "class", "attack", "memory" or "incident"
	sign string
	unit string
}{
	"served": {"class", ">=", "%"}, "soon": {"class", ">=", "%"},
	"p50": {"class", "<=", "x"}, "p99": {"class", "<=", "x"}, "refused": {"class", "<=", ""},
	"cut": {"attack", "<=", "s"}, "held": {"attack", "<=", ""}, "lasted": {"attack", "<=", "s"}, "peak": {"memory", "<=", "MB"},
	"opened": {"incident", "<=", "s"}, "count": {"incident", "<=", ""},
}

func parseMark(text string) (Mark, error) {
	bad := func(why string, args ...any) (Mark, error) {
		return Mark{}, fmt.Errorf("mark %q: %s; write it such as: mark paying served >= 99.5%%", text, fmt.Sprintf(why, args...))
	}
	w := strings.Fields(text)
	if len(w) != 4 && len(w) != 6 {
		return bad("it has %d words", len(w))
	}
	m := Mark{Who: w[0], What: w[1]}
	rule, ok := measures[m.What]
	if !ok {
		return bad("%q is not measured", m.What)
	}
	if of := m.Who; of != rule.of && (rule.of != "class" || !slices.Contains(classes, Class(of))) {
		return bad("%s is not measured of %q", m.What, of)
	}
	if w[2] != rule.sign {
		return bad("%s is compared by %s", m.What, rule.sign)
	}
	var err error
	digits, whole := strings.CutSuffix(w[3], rule.unit)
	if m.Limit, err = number(digits); err != nil || !whole || rule.unit == "%" && m.Limit > 100 {
		return bad("%q is not a number with the unit %q", w[3], rule.unit)
	}
	if rule.unit == "%" {
		m.Limit, _ = part(w[3])
	}
	if len(w) == 6 {
		if rule.unit != "x" || w[4] != "or" {
			return bad("%q is too much", strings.Join(w[4:], " "))
		}
		if m.Or, err = length(w[5]); err != nil {
			return bad("%v", err)
		}
	}
	return m, nil
}

// String is the mark as Parse reads it.
func (m Mark) String() string {
	rule := measures[m.What]
	limit := plain(m.Limit) + rule.unit
	if rule.unit == "%" {
		limit = percent(m.Limit)
	}
	s := fmt.Sprintf("%s %s %s %s", m.Who, m.What, rule.sign, limit)
	if m.Or > 0 {
		s += " or " + m.Or.String()
	}
	return s
}
