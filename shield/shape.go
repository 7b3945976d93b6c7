package shield

// shape is what a request looks like, apart from who sends it.
type shape struct {
	route   uint32 // number of the route
	query   uint32 // keyed hash of the query's parameter names, 0 for none
	print   uint32 // hash of the TLS fingerprint, 0 if unknown
	network uint32 // autonomous system, 0 if unknown
	pace    pace
}

// pace is how a visitor moves through the site.
type pace uint8

// The paces.
const (
	paceFirst   pace = iota // nothing is known: no cookie came back
	paceHuman               // pages with time to look at them
	paceInhuman             // pages faster than anybody reads
)

var paceNames = [...]string{"first request", "human pace", "faster than anybody reads"}

// part is one of a shape's parts, parts a set of them.
type (
	part  uint8
	parts uint8
)

const (
	partRoute part = iota
	partQuery
	partPrint
	partNetwork
	partPace
	partCount
)

var partNames = [partCount]string{"route", "query", "fingerprint", "network", "pace"}

func setOf(all ...part) (p parts) {
	for _, one := range all {
		p |= 1 << one
	}
	return p
}

func (p parts) has(one part) bool { return p&(1<<one) != 0 }

// projections are the ways in which requests may be alike: every set of parts
// but those with a query's names and no route, which mean nothing, and the pace
// alone, which would blame all newcomers.
var projections = func() (all []parts) {
	for p := parts(1); p < 1<<partCount; p++ {
		if p != setOf(partPace) && (p.has(partRoute) || !p.has(partQuery)) {
			all = append(all, p)
		}
	}
	return all
}()

// of keeps the parts p of a shape and blanks the others. It tells whether the
// shape has them: an unknown fingerprint or network is nothing to be alike in.
func (p parts) of(s shape) (shape, bool) {
	if p.has(partPrint) && s.print == 0 || p.has(partNetwork) && s.network == 0 {
		return shape{}, false
	}
	if !p.has(partRoute) {
		s.route = 0
	}
	if !p.has(partQuery) {
		s.query = 0
	}
	if !p.has(partPrint) {
		s.print = 0
	}
	if !p.has(partNetwork) {
		s.network = 0
	}
	if !p.has(partPace) {
		s.pace = 0
	}
	return s, true
}

// kind is all requests that are alike in some parts.
type kind struct {
	parts parts
	shape shape // blank in the others
}

func (k kind) matches(s shape) bool {
	own, ok := k.parts.of(s)
	return ok && own == k.shape
}
