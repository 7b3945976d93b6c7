package market

import (
	"errors"
	"strconv"
	"strings"
)

// Kind says what sort of fault it is; the edges turn it into a status.
type Kind uint8

const (
	Invalid   Kind = iota + 1 // the input is wrong; mend it and send it again
	NotFound                  // missing, or hidden from this reader: both look the same
	Forbidden                 // known to the reader, not allowed to this role
	Conflict                  // the record moved on since the reader saw it
	SignIn                    // nobody is signed in, and somebody must be
	Busy                      // a bound was reached; later is better
	TooLarge                  // more bytes, rows or pixels than the stated bound
)

// Fault is an error that the person who caused it can mend: what is wrong,
// where, and what to do. It carries nothing of anybody else.
type Fault struct {
	Kind  Kind
	Row   int    // line of an imported file, from 1; 0 if there is none
	Field string // path of the input, such as "tiers[1].min_qty"
	Msg   string // what is wrong; carries no personal data
	Fix   string // what to do about it
	Err   error  // cause, for the log only; may be nil
}

func (f *Fault) Error() string {
	var b strings.Builder
	if f.Row > 0 {
		b.WriteString("line " + strconv.Itoa(f.Row) + ", ")
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	b.WriteString(f.Msg)
	if f.Fix != "" {
		b.WriteString(" " + f.Fix)
	}
	return b.String()
}

func (f *Fault) Unwrap() error { return f.Err }

// Faults is everything wrong with one input: faults are collected, not
// reported one at a time.
type Faults []*Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find each fault.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// Add notes one fault of kind Invalid.
func (fs *Faults) Add(field, msg, fix string) {
	*fs = append(*fs, &Fault{Kind: Invalid, Field: field, Msg: msg, Fix: fix})
}

// Err is nil when there is nothing wrong.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// KindOf is the kind of the first fault in err's tree, or 0 if there is none:
// then the error is ours, not the reader's.
func KindOf(err error) Kind {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Kind
	}
	return 0
}

// Missing is the fault of a record that is not there, or not for this reader.
func Missing(what string) *Fault {
	return &Fault{Kind: NotFound, Msg: what + " was not found.", Fix: "Check the address, or look for it in your lists."}
}
