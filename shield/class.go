package shield

// Class is what a visitor has earned, from worst to best. Places are given to
// the highest first.
type Class uint8

// The classes.
const (
	Banned  Class = iota // a ban holds for the source and nothing better is known
	Suspect              // over a limit, or part of a shape that floods the site
	Guest                // unknown
	Passed               // a guest whose signed cookie came back at human pace
	Member               // signed in, confirmed, in good standing
	Paying               // a checkout or payment of a confirmed account is under way
	classes              // how many there are
)

var classNames = [classes]string{"banned", "suspect", "guest", "passed", "member", "paying"}

// String is the class's name in metrics, pages and records.
func (c Class) String() string {
	if c < classes {
		return classNames[c]
	}
	return "unknown"
}

// Classes are all of them, from worst to best.
func Classes() []Class {
	all := make([]Class, classes)
	for i := range all {
		all[i] = Class(i)
	}
	return all
}
