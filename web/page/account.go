package page

// Agree asks for agreement to new versions of the house's texts; a box for each,
// named by its slug, and the hidden "<slug>_version" and "next".
type Agree struct {
	Lead   string // under the title
	Form   Form
	Hidden []Option
	Texts  []Option // Value: slug, Label: what is agreed to, Href: its text
}

// NewOperator is the form behind the one-time link of a first run: fields
// "name", "email", "password" and the hidden "token". Without a token the link opens
// nothing any more, as the form's fault says.
type NewOperator struct {
	Form  Form
	Token string
}

// Addresses is the addresses of a business and the form of one, as its country
// asks for it.
type Addresses struct {
	Kept    []Address
	Back    Option // where the address is needed; Href "" for nowhere
	Title   string // of the form
	Country Field  // its own form, sent by GET, brings up the country's fields
	Asked   []Option
	Action  string // of the country's form, without a query
	Form    Form
	Hidden  []Option
	Fields  []Field
}

// Address is one address as its country writes it.
type Address struct {
	Lines []string
	Acts  []Act
}

// Letters is the kept letters, newest first.
type Letters struct {
	Lead    string
	Letters []Letter
	Empty   *Empty
}

// Letter is one letter as its receiver reads it.
type Letter struct {
	Subject, To, When string
	Paras             [][]Piece
}

// Piece is a stretch of a letter's text; with Href it is a link.
type Piece struct{ Text, Href string }

// Secret is something that is shown once.
type Secret struct {
	Title, Lead, Value string
	Back               Option
}
