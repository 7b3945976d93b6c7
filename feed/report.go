package feed

import (
	"cmp"
	"slices"

	"kontor/market"
)

// Report is what an import did. All counts are of data rows (variants), empty
// rows not counted, so that Rows = Created + Updated + Unchanged + Rejected: a
// row counts as what became of its listing.
type Report struct {
	Rows      int       `json:"rows"`
	Created   int       `json:"created"`
	Updated   int       `json:"updated"`
	Unchanged int       `json:"unchanged"`
	Rejected  int       `json:"rejected"`
	Errors    []Problem `json:"errors"` // by line; MostProblems at most
	Notes     []Problem `json:"notes"`  // what was read otherwise than it may have been meant
	Untold    int       `json:"untold"` // errors and notes beyond MostProblems
	Listings  int       `json:"listings"`
}

// MostProblems bounds the errors and the notes of a report, each.
const MostProblems = 1_000

// Problem is one thing wrong with a file. Line counts from 1, the line of the
// column names; 0 is the file as a whole.
type Problem struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

func (r *Report) wrong(p Problem) { r.tell(&r.Errors, p) }
func (r *Report) note(p Problem)  { r.tell(&r.Notes, p) }

func (r *Report) tell(list *[]Problem, p Problem) {
	if len(*list) == MostProblems {
		r.Untold++
		return
	}
	p.Column, p.Message, p.Fix = visible(p.Column, 60), visible(p.Message, 500), visible(p.Fix, 500)
	*list = append(*list, p)
}

// sort puts problems in the order of the file; a list is never null in JSON.
func (r *Report) sort() {
	for _, list := range [...]*[]Problem{&r.Errors, &r.Notes} {
		if *list == nil {
			*list = []Problem{}
		}
		slices.SortStableFunc(*list, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	}
}

func problem(f *market.Fault) Problem {
	return Problem{Line: f.Row, Column: f.Field, Message: f.Msg, Fix: f.Fix}
}
