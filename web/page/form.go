package page

import (
	"kontor/market"

	"github.com/a-h/templ"
)

// Form is what a form shows: where it goes, what was entered, what was wrong.
type Form struct {
	ID     string            // sets its fields' ids apart where a page has two forms; may be ""
	Action string            // address it is posted to
	Key    string            // idempotency key; "" for forms that are idempotent by meaning
	Values map[string]string // by field name
	Faults market.Faults     // by Fault.Field; a fault without a field stands above the form
}

// Value is what field name holds.
func (f Form) Value(name string) string { return f.Values[name] }

// Fault is what is wrong with field name and what to do about it, or "".
func (f Form) Fault(name string) string {
	for _, fault := range f.Faults {
		if fault.Field == name {
			return faultText(fault)
		}
	}
	return ""
}

func faultText(f *market.Fault) string {
	if f.Fix == "" {
		return f.Msg
	}
	return f.Msg + " " + f.Fix
}

// Field is one labelled input. Make it with Form.Field and bend it with the
// methods below; draw it with Input, Area or Select.
type Field struct {
	ID          string
	Name        string
	Label       string
	Kind        string // type of the input; "" is text
	Value       string
	Hint        string
	Err         string
	Complete    string // autocomplete token: HTML living standard, "Autofill"
	InputMode   string
	Placeholder string
	Min, Max    string
	Step        string
	MaxLength   int // characters; 0 for no limit
	Rows        int // of an Area; 0 is 4
	Required    bool
	Later       string // when it is needed, said where others are "optional"
	Focus       bool   // gets the focus when the page opens
	Narrow      bool   // as wide as a number, not as its column
	Options     []Option
}

// Field is the field name with what was entered and what was wrong with it.
func (f Form) Field(name, label string) Field {
	return Field{ID: f.id(name), Name: name, Label: label, Value: f.Value(name), Err: f.Fault(name)}
}

func (f Form) id(name string) string {
	if f.ID == "" {
		return "f-" + name
	}
	return "f-" + f.ID + "-" + name
}

// As sets the input's type: "email", "password", "number", "tel", "date".
func (f Field) As(kind string) Field { f.Kind = kind; return f }

// Must makes the field required.
func (f Field) Must() Field { f.Required = true; return f }

// Until says when a field that may be empty for now is needed.
func (f Field) Until(when string) Field { f.Later = when; return f }

// With sets the autocomplete token.
func (f Field) With(complete string) Field { f.Complete = complete; return f }

// Saying sets the hint below the label.
func (f Field) Saying(hint string) Field { f.Hint = hint; return f }

// UpTo bounds the text's length in characters.
func (f Field) UpTo(n int) Field { f.MaxLength = n; return f }

// Whole makes it a whole number from least to most in steps; most 0 is no bound.
func (f Field) Whole(least, most, step int) Field {
	f.Kind, f.InputMode, f.Narrow = "number", "numeric", true
	f.Min = number(least)
	if most > 0 {
		f.Max = number(most)
	}
	if step > 1 {
		f.Step = number(step)
	}
	return f
}

// Of gives the choices of a Select; the one whose Value is the field's is chosen.
func (f Field) Of(options []Option) Field {
	f.Options = options
	return f
}

// Tall sets the rows of an Area.
func (f Field) Tall(rows int) Field { f.Rows = rows; return f }

func (f Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "4"
	}
	return number(f.Rows)
}

func (f Field) chosen(o Option) bool { return o.Chosen || f.Value != "" && o.Value == f.Value }

// described is the value of aria-describedby.
func (f Field) described() string {
	switch {
	case f.Err != "" && f.Hint != "":
		return f.ID + "-err " + f.ID + "-hint"
	case f.Err != "":
		return f.ID + "-err"
	case f.Hint != "":
		return f.ID + "-hint"
	}
	return ""
}

// Choices is a group of radio buttons or boxes.
type Choices struct {
	ID      string
	Name    string
	Legend  string
	Hint    string
	Err     string
	Many    bool // boxes instead of radio buttons
	Columns bool // two in a row where there is room
	Options []Option
}

// Choices is the group name with what was chosen and what was wrong with it.
func (f Form) Choices(name, legend string, options []Option) Choices {
	chosen := make([]Option, len(options))
	copy(chosen, options)
	if v, ok := f.Values[name]; ok {
		for i := range chosen {
			chosen[i].Chosen = chosen[i].Value == v
		}
	}
	return Choices{ID: f.id(name), Name: name, Legend: legend, Err: f.Fault(name), Options: chosen}
}

func (c Choices) kind() string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

func (c Choices) described() string {
	return Field{ID: c.ID, Err: c.Err, Hint: c.Hint}.described()
}

// fieldAttributes are those that not every field has.
func fieldAttributes(f Field) templ.Attributes {
	a := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("autocomplete", f.Complete)
	set("inputmode", f.InputMode)
	set("placeholder", f.Placeholder)
	set("min", f.Min)
	set("max", f.Max)
	set("step", f.Step)
	set("aria-describedby", f.described())
	if f.MaxLength > 0 {
		a["maxlength"] = number(f.MaxLength)
	}
	if f.Required {
		a["required"] = true
	}
	if f.Focus {
		a["autofocus"] = true
	}
	if f.Err != "" {
		a["aria-invalid"] = "true"
	}
	return a
}
